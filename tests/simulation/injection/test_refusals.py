"""What is refused before anything is computed, and how it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.injection_phantoms import RECIPE, phantom, plan
from corduroy.errors import CorduroyError, FileFormatError, ModelError, SettingsError
from corduroy.simulation.injection import (
    Cannula,
    Cement,
    Gelatin,
    PorousBody,
    Recipe,
    Schedule,
    Shot,
    cement_named,
    inject,
    read_cement,
)

BODY = phantom(4.0, ())
PLAN = plan()


def without_permeability() -> PorousBody:
    field = BODY.permeability_mm2[0].copy()
    field[tuple(np.argwhere(BODY.active)[0])] = 0
    return replace(BODY, permeability_mm2=(field, *BODY.permeability_mm2[1:]))


def walled_in() -> PorousBody:
    """The needle's part has no way out."""
    porosity = BODY.porosity.copy()
    porosity[1] = 0
    (cortex,) = BODY.sites
    first = np.unravel_index(cortex.voxels, porosity.shape)[0] == 0
    site = replace(cortex, voxels=cortex.voxels[first], conductance_mm3=cortex.conductance_mm3[first])
    return replace(BODY, porosity=porosity, sites=(site,))


def scheduled(**changes: Any) -> Schedule:
    return PLAN.model_copy(update=changes)


def shot(**changes: Any) -> Schedule:
    return scheduled(shots=(Shot(**{"volume_ml": 1.0, **changes}),))


def cement(**changes: Any) -> Recipe:
    return Recipe(cement=cement_named("high-viscosity").model_copy(update=changes))


OUTSIDE = Cannula(tip_mm=(0.0, 40.0, 0.0), direction=(0, 1, 0))
REFUSED: dict[str, tuple[type[CorduroyError], str, Callable[[], tuple[PorousBody, Schedule, Recipe]]]] = {
    "outside": (ModelError, "outside the bone", lambda: (BODY, scheduled(cannulas=(OUTSIDE,)), RECIPE)),
    "pulled out": (ModelError, "outside the bone", lambda: (BODY, shot(pull_back_mm=30.0), RECIPE)),
    "no path": (ModelError, "no path", lambda: (walled_in(), PLAN, RECIPE)),
    "no way out": (ModelError, "no path", lambda: (replace(BODY, sites=()), PLAN, RECIPE)),
    "permeability": (ModelError, "permeability", lambda: (without_permeability(), PLAN, RECIPE)),
    "volume": (SettingsError, "-1 ml", lambda: (BODY, shot(volume_ml=-1.0), RECIPE)),
    "rate": (SettingsError, "ml/s", lambda: (BODY, shot(rate_ml_s=0.0), RECIPE)),
    "cannula": (SettingsError, "cannulas", lambda: (BODY, shot(cannulas=(1,)), RECIPE)),
    "pause": (SettingsError, "pause", lambda: (BODY, shot(pause_before_s=-1.0), RECIPE)),
    "no shot": (SettingsError, "shot", lambda: (BODY, scheduled(shots=()), RECIPE)),
    "no curve": (SettingsError, "viscosity curve", lambda: (BODY, PLAN, Recipe())),
    "empty curve": (SettingsError, "viscosity curve", lambda: (BODY, PLAN, Recipe(cement=Cement(name="none")))),
    "lengths": (SettingsError, "lengths", lambda: (BODY, PLAN, cement(index=(0.5, 0.5)))),
    "times": (SettingsError, "ascend", lambda: (BODY, PLAN, cement(times_s=(0.0, 2.0, 1.0, 3.0, 4.0, 5.0)))),
    "marrow": (SettingsError, "marrow", lambda: (BODY, PLAN, RECIPE.model_copy(update={"marrow_pa_s": 0.0}))),
    "gelatin": (
        SettingsError,
        "gelatin",
        lambda: (BODY, PLAN, RECIPE.model_copy(update={"gelatin": Gelatin(share=0.9)})),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_name(name: str) -> None:
    kind, words, make = REFUSED[name]
    with pytest.raises(kind, match=words):
        inject(*make())


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="shape"):
        replace(BODY, porosity=BODY.porosity[1:])
    with pytest.raises(ModelError, match="porosity"):
        replace(BODY, porosity=BODY.porosity + 1)
    with pytest.raises(ModelError, match="same name"):
        replace(BODY, sites=BODY.sites * 2)


def test_a_cement_nobody_knows_is_refused_with_the_list() -> None:
    with pytest.raises(SettingsError, match="palacos-r"):
        cement_named("mortar")


def test_own_curve_from_csv(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("time_s,consistency_pa_sn,index,yield_pa\n0,50,0.8,1\n600,5000,0.6,40\n")
    mine = read_cement(file)
    assert mine.name == "mine"
    assert mine.times_s == (0, 600)
    assert mine.yield_pa == (1, 40)
    assert inject(BODY, shot(volume_ml=0.2), Recipe(cement=mine)).injected_mm3[-1] == pytest.approx(200)


@pytest.mark.parametrize(
    "text", ["", "time_s,index\n0,1\n1,1\n", "time_s,consistency_pa_sn,index\n0,fast,1\n1,2,1\n", "\x00\xff"]
)
def test_a_csv_without_curve_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(FileFormatError, match=r"bad\.csv"):
        read_cement(file)
