"""Myelopathy scores: modified JOA (18 points) and thoracic JOA (11 points)."""

from __future__ import annotations

from typing import Never

from corduroy.errors import ScaleError
from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import NOT_VERIFIED, Scale
from corduroy.scales.items import Item
from corduroy.scales.result import ScaleResult
from corduroy.scales.scoring import check_bounds, number_result


class MyelopathySeverity(LabelledStr):
    """Bands of the 18-point mJOA."""

    NONE = "none", "None (18)"
    MILD = "mild", "Mild (15 to 17)"
    MODERATE = "moderate", "Moderate (12 to 14)"
    SEVERE = "severe", "Severe (0 to 11)"


_RECOVERY = f"The recovery rate's formula is {NOT_VERIFIED}."

MJOA_18 = Scale(
    key="mjoa_18",
    name="mJOA",
    version="18 points",
    source="Tetreault 2017, 10.1007/s00586-016-4660-8",
    made_for="degenerative cervical myelopathy",
    choices=MyelopathySeverity,
    minimum=0,
    maximum=18,
    unit="points",
    notices=("Contains arm items; for thoracic disease the 11-point JOA without them is used.", _RECOVERY),
)

JOA_11 = Scale(
    key="joa_11",
    name="JOA, thoracic",
    version="11 points",
    source="10.1007/s00776-010-1483-z (as used there)",
    made_for="thoracic myelopathy; the JOA without its upper-limb items",
    minimum=0,
    maximum=11,
    unit="points",
    notices=(
        "No severity bands are published for it here; those of the 18-point mJOA do not apply.",
        _RECOVERY,
    ),
)


def mjoa_severity(total: float) -> MyelopathySeverity:
    """Band of an 18-point mJOA: 18 none, 15-17 mild, 12-14 moderate, 0-11 severe.

    Raises
    ------
    ScaleError
        If the total is not a whole number from 0 to 18.

    Notes
    -----
    Source: Tetreault et al. 2017, 10.1007/s00586-016-4660-8.
    """
    _check_whole(MJOA_18, total)
    if total >= 18:
        return MyelopathySeverity.NONE
    if total >= 15:
        return MyelopathySeverity.MILD
    return MyelopathySeverity.MODERATE if total >= 12 else MyelopathySeverity.SEVERE


def mjoa_result(total: Item[float] | None) -> ScaleResult[MyelopathySeverity]:
    """The 18-point mJOA with its band (10.1007/s00586-016-4660-8); bounds 0 to 18 while not assessed."""
    return number_result(MJOA_18, total, mjoa_severity)


def joa_11_result(total: Item[float] | None) -> ScaleResult[Never]:
    """The 11-point thoracic JOA (10.1007/s00776-010-1483-z); it has no bands, `grade` is always None."""
    if total is not None:
        _check_whole(JOA_11, total.value)
    return number_result(JOA_11, total)


def joa_recovery_percent(before: float, after: float, scale: Scale) -> float | None:
    """Recovery rate: gain in percent of the gain that was possible, ``(after - before) / (full - before) * 100``.

    Parameters
    ----------
    before, after : float
        Totals of the same patient on the same scale.
    scale : Scale
        `MJOA_18` or `JOA_11`; its maximum is the full score.

    Returns
    -------
    float or None
        None if `before` is already full: nothing could be gained, and the rate is undefined. Negative if worse.

    Raises
    ------
    ScaleError
        If a total does not fit the scale.

    Notes
    -----
    The formula (Hirabayashi) is not verified against a primary source. When this number misleads: the rate of the
    means is not the mean of the rates, and close to the full score one point moves it far.
    """
    if scale not in (MJOA_18, JOA_11):
        raise ScaleError(f"a recovery rate on {scale.name}", f"{MJOA_18.name} or {JOA_11.name}")
    _check_whole(scale, before)
    _check_whole(scale, after)
    full = scale.maximum
    if full is None or before == full:
        return None
    return (after - before) / (full - before) * 100


def _check_whole(scale: Scale, total: float) -> None:
    check_bounds(scale, total)
    if total != int(total):
        raise ScaleError(f"{scale.name} of {total}", "a whole number of points")
