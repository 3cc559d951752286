"""What must be right before anything is computed."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from corduroy.errors import ModelError, SettingsError
from corduroy.simulation.injection.body import PorousBody
from corduroy.simulation.injection.needle import placed
from corduroy.simulation.injection.settings import Cement, Gelatin, InjectionSettings, Recipe, Schedule


def check(body: PorousBody, schedule: Schedule, recipe: Recipe, settings: InjectionSettings) -> None:
    """Refuse what cannot be injected.

    Raises
    ------
    SettingsError
        A recipe without a curve or with an impossible one, a volume or rate that is not positive, a shot through a
        cannula that is not there.
    ModelError
        A cannula outside the bone, no path from it to a way out, a permeability that is not positive.
    """
    _check_recipe(recipe)
    _check_schedule(schedule)
    if settings.layers_per_step <= 0 or settings.longest_step_s <= 0 or not 0 < settings.tolerance < 1:
        raise SettingsError("steps or a tolerance that are not positive", "numbers above 0, the tolerance below 1")
    if not 0 <= settings.residual_marrow < 1:
        raise SettingsError(f"a residual marrow of {settings.residual_marrow:g}", "0 to below 1")
    _check_body(body)
    _check_paths(body, schedule)


def _check_recipe(recipe: Recipe) -> None:
    cement = recipe.cement
    if cement is None or len(cement.times_s) < 2:
        raise SettingsError(
            "a recipe without a viscosity curve", "two points in time or more", "name a cement or give a CSV file"
        )
    _check_curve(cement)
    if recipe.marrow_pa_s <= 0:
        raise SettingsError(f"a marrow viscosity of {recipe.marrow_pa_s:g} Pa·s", "one above 0")
    if recipe.gelatin is not None:
        _check_gelatin(recipe.gelatin)


def _check_curve(cement: Cement) -> None:
    lengths = {len(cement.times_s), len(cement.consistency_pa_sn), len(cement.index)}
    if cement.yield_pa:
        lengths.add(len(cement.yield_pa))
    if len(lengths) > 1:
        raise SettingsError(f"cement '{cement.name}': curves of different lengths", "a value for each time")
    if min(np.diff(cement.times_s)) <= 0 or cement.times_s[0] < 0:
        raise SettingsError(f"cement '{cement.name}': times that do not ascend", "ascending seconds from 0")
    if min(cement.consistency_pa_sn) <= 0 or min(cement.yield_pa, default=0) < 0 or cement.set_pa_s <= 0:
        raise SettingsError(f"cement '{cement.name}': a viscosity that is not positive", "positive Pa·s")
    if not all(0.1 <= n <= 2 for n in cement.index):
        raise SettingsError(f"cement '{cement.name}': an index outside 0.1 to 2", "0.1 to 2")


def _check_gelatin(gelatin: Gelatin) -> None:
    if not (0 <= gelatin.share <= 0.5 and gelatin.share < gelatin.densest_share < 1 and gelatin.before_ml >= 0):
        raise SettingsError("an impossible amount of gelatin sponge", "a share of 0 to 0.5, and no negative volume")
    numbers = (gelatin.caught_per_mm, gelatin.outlet_catch, gelatin.clogging)
    shares = gelatin.outlet_catch <= 1 and 0 < gelatin.pore_limit < 1 and 0 < gelatin.left_open <= 1
    if min(numbers) < 0 or not shares or gelatin.outlet_half_mm <= 0:
        raise SettingsError("a law of gelatin sponge with impossible numbers", "shares within 0 to 1, no negative ones")


def _check_schedule(schedule: Schedule) -> None:
    if not schedule.cannulas or not schedule.shots:
        raise SettingsError("a schedule without cannula or shot", "one of each or more")
    for shot in schedule.shots:
        if shot.volume_ml <= 0:
            raise SettingsError(f"a shot of {shot.volume_ml:g} ml", "a positive volume")
        if shot.rate_ml_s is not None and shot.rate_ml_s <= 0:
            raise SettingsError(f"a rate of {shot.rate_ml_s:g} ml/s", "a positive rate, or none for the pressure limit")
        if not shot.cannulas or not all(0 <= n < len(schedule.cannulas) for n in shot.cannulas):
            raise SettingsError(f"a shot through cannulas {shot.cannulas}", f"0 to {len(schedule.cannulas) - 1}")
        if shot.pause_before_s < 0 or shot.pull_back_mm < 0:
            raise SettingsError("a negative pause or pull-back", "0 or more")
    if schedule.pressure_limit_mpa <= 0 or schedule.plunger_diameter_mm <= 0 or schedule.start_s < 0:
        raise SettingsError("a pressure limit, plunger or start that is not positive", "positive numbers")
    for cannula in schedule.cannulas:
        if cannula.bore_mm <= 0 or cannula.length_mm <= 0 or cannula.backflow_gap_mm < 0:
            raise SettingsError("a cannula without bore or length", "positive mm")
        if not np.linalg.norm(cannula.direction) > 0:
            raise SettingsError("a cannula without direction", "a vector that is not zero")


def _check_body(body: PorousBody) -> None:
    active = body.active
    if not active.any():
        raise ModelError("a body without pores", "a porosity above 0 somewhere")
    for permeability in body.permeability_mm2:
        values = permeability[active]
        if not (np.isfinite(values) & (values > 0)).all():
            raise ModelError(
                f"a permeability of {float(np.nan_to_num(values).min()):g} mm² inside the body",
                "positive mm² wherever there are pores",
                "set the porosity to 0 where nothing flows",
            )
    for site in body.sites:
        if site.voxels.size == 0 or not active.ravel()[site.voxels].all():
            raise ModelError(f"leak site '{site.name}' outside the body", "voxels with pores")
        if not (site.conductance_mm3 > 0).all():
            raise ModelError(f"leak site '{site.name}' without conductance", "positive mm³")


def _check_paths(body: PorousBody, schedule: Schedule) -> None:
    parts, _ = ndimage.label(body.active)
    open_parts = {int(parts.ravel()[voxel]) for site in body.sites for voxel in site.voxels}
    for number, cannula in enumerate(schedule.cannulas):
        back = 0.0
        for shot in (shot for shot in schedule.shots if number in shot.cannulas):
            back += shot.pull_back_mm
            voxels = placed(body, cannula, back)
            if not voxels.size:
                raise ModelError(
                    f"cannula {number + 1}: its tip lies outside the bone",
                    "an opening among pores",
                    "check the tip, its frame (RAS+ mm) and the pull-back",
                )
            if not set(parts.ravel()[voxels].tolist()) <= open_parts:
                raise ModelError(
                    f"cannula {number + 1}: no path from its tip to any way out",
                    "pores that lead to a vein, a breach or a cortex that lets marrow through",
                    "marrow must be able to leave before cement can enter",
                )
