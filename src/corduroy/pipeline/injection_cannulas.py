"""The cannulas of an injection: the plan's first corridor or the user's own, and the best one of the other side."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.errors import DoubtWarning, ModelError
from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.injection_settings import GivenCannula
from corduroy.planning.corridors import outer_diameter_mm
from corduroy.simulation.injection import Cannula
from corduroy.simulation.injection_study.dose import side_of

_WALLS_MM = 0.5  # both walls of a bone cannula together; author's choice
_HANDLE_MM = 40.0  # of the cannula outside the skin, with its hub; author's choice
_NEAR_MM = 2.0  # a tip this near to labelled bone is left to the look at the model's own voxels; author's choice


def cannulas_of(plan: dict[str, Any], given: GivenCannula | None, frame: Frame) -> dict[str, Cannula]:
    """A cannula of each side, the one that is meant first.

    Parameters
    ----------
    plan : dict
        Schema ``corduroy/plan/1``.
    given : GivenCannula or None
        The user's own, which takes the place of the plan's on its side.
    frame : Frame
        Of the vertebra.

    Returns
    -------
    dict of str to Cannula
        By ``"left"`` and ``"right"``, the patient's.

    Raises
    ------
    ModelError
        If none is given, and the plan has no corridor for cement or all of them meet air.
    """
    planned = _planned(plan)
    if given is not None:
        gauge = plan["settings"]["cement"]["gauge"] if given.gauge is None else given.gauge
        own = _cannula(given.entry_mm, given.tip_mm, gauge)
        side = "right" if side_of(own, frame) > 0 else "left"
        warnings.warn(DoubtWarning("the cannula is the user's own: its clearances were not looked at"), stacklevel=2)
        return {side: own} | {other: cannula for other, cannula in planned.items() if other != side}
    if not planned:
        why = plan["missing"].get("cement_corridors", "no corridor for the cement is safe")
        raise ModelError(f"{plan['level']} without a cannula: {why}", "a planned corridor that keeps its margins")
    return planned


def require_tip_in_vertebra(given: GivenCannula, labels: LabelMap, numbers: Mapping[Level, int]) -> None:
    """Refuse a line that belongs elsewhere before anything is planned for it.

    Parameters
    ----------
    given : GivenCannula
    labels : LabelMap
    numbers : mapping of Level to int
        The vertebrae in which the tip may lie, with their labels.

    Raises
    ------
    ModelError
        If no labelled bone is near the tip; a tip that lies in bone once x and y change their signs is told as such.
    """
    tip = np.asarray(given.tip_mm)
    if _is_near(tip, labels, numbers):
        return
    where = next(iter(numbers)) if len(numbers) == 1 else "a vertebra"
    do = "look at the line, the level and the labels"
    if _is_near(tip * (-1, -1, 1), labels, numbers):
        do = f"with x and y of the other sign it lies in {where}: look whether its numbers are LPS or RAS, as it says"
    at = ", ".join(f"{value:.1f}" for value in tip)
    raise ModelError(f"a cannula whose tip lies outside the bone, at {at} (RAS+ mm)", f"a tip in {where}", do)


def _is_near(point: np.ndarray, labels: LabelMap, numbers: Mapping[Level, int]) -> bool:
    """Whether labelled bone lies within `_NEAR_MM` of a world point, looked for millimetre by millimetre."""
    reach = np.arange(-_NEAR_MM, _NEAR_MM + 0.5)
    around = point + np.stack(np.meshgrid(reach, reach, reach), axis=-1).reshape(-1, 3)
    return bool(np.isin(labels.sample(around, order=0).astype(int), list(numbers.values())).any())


def _planned(plan: dict[str, Any]) -> dict[str, Cannula]:
    """The best of each side that meets no air, the plan's first corridor first."""
    search = plan["cement_corridors"]
    through_air = plan["corridors_through_air"]["cement"]
    found: dict[str, Cannula] = {}
    for number, corridor in enumerate([] if search is None else search["corridors"], start=1):
        if number not in through_air and corridor["side"] not in found:
            ends = corridor["entry_ras_mm"], corridor["target_ras_mm"]
            found[corridor["side"]] = _cannula(*ends, corridor["gauge"])
    return found


def chosen_cannulas(found: dict[str, Cannula], pedicles: int) -> tuple[Cannula, ...]:
    """One cannula, or one of each side.

    Raises
    ------
    ModelError
        If two are asked for and only one side has a corridor.
    """
    cannulas = tuple(found.values())
    if pedicles > len(cannulas):
        raise ModelError(
            f"a corridor for the cement on the {next(iter(found))} only",
            "one on each side",
            "inject through one pedicle",
        )
    return cannulas[:pedicles]


def _cannula(entry_mm: Sequence[float], tip_mm: Sequence[float], gauge: int) -> Cannula:
    along = np.subtract(tip_mm, entry_mm)
    x, y, z = (float(value) for value in tip_mm)
    a, b, c = (float(value) for value in along)
    return Cannula(
        tip_mm=(x, y, z),
        direction=(a, b, c),
        bore_mm=outer_diameter_mm(gauge) - _WALLS_MM,
        length_mm=float(np.linalg.norm(along)) + _HANDLE_MM,
    )
