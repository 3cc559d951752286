"""The cannulas of a plan: its first corridor, and the best one of the other side."""

from __future__ import annotations

from typing import Any

import numpy as np

from corduroy.errors import ModelError
from corduroy.planning.corridors import outer_diameter_mm
from corduroy.simulation.injection import Cannula

_WALLS_MM = 0.5  # both walls of a bone cannula together; author's choice
_HANDLE_MM = 40.0  # of the cannula outside the skin, with its hub; author's choice


def planned_cannulas(plan: dict[str, Any]) -> dict[str, Cannula]:
    """The best cannula of each side, the planned one first.

    Parameters
    ----------
    plan : dict
        Schema ``corduroy/plan/1``.

    Returns
    -------
    dict of str to Cannula
        By ``"left"`` and ``"right"``, the patient's.

    Raises
    ------
    ModelError
        If the plan has no corridor for cement, or all of them meet air.
    """
    search = plan["cement_corridors"]
    through_air = plan["corridors_through_air"]["cement"]
    found: dict[str, Cannula] = {}
    for number, corridor in enumerate([] if search is None else search["corridors"], start=1):
        if number not in through_air and corridor["side"] not in found:
            found[corridor["side"]] = _cannula(corridor)
    if not found:
        why = plan["missing"].get("cement_corridors", "no corridor for the cement is safe")
        raise ModelError(f"{plan['level']} without a cannula: {why}", "a planned corridor that keeps its margins")
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


def _cannula(corridor: dict[str, Any]) -> Cannula:
    tip, entry = np.array(corridor["target_ras_mm"], float), np.array(corridor["entry_ras_mm"], float)
    x, y, z = (float(value) for value in tip)
    a, b, c = (float(value) for value in tip - entry)
    return Cannula(
        tip_mm=(x, y, z),
        direction=(a, b, c),
        bore_mm=outer_diameter_mm(corridor["gauge"]) - _WALLS_MM,
        length_mm=float(np.linalg.norm(tip - entry)) + _HANDLE_MM,
    )
