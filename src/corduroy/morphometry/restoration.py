"""Height restoration between two visits, in the four forms of McKiernan 2003."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.errors import MeasurementError
from corduroy.morphometry.changes import announce, concerns_of, derived
from corduroy.provenance import Measured


@dataclass(frozen=True)
class Restoration:
    """Height restoration in the four forms of McKiernan 2003; never quote one without its name.

    Parameters
    ----------
    absolute : Measured
        mm gained.
    of_fractured : Measured
        Percent of the height before treatment.
    of_lost : Measured or None
        Percent of the height that was lost; above 100 where more was gained than lost.
    of_referent : Measured or None
        Percent of the referent height.
    notes : tuple of str
        Why a form is missing, or of little use.
    concerns : tuple of str
        Why the visits may not be comparable.
    """

    absolute: Measured
    of_fractured: Measured
    of_lost: Measured | None
    of_referent: Measured | None
    notes: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether both heights were obtained alike, as far as is recorded."""
        return not self.concerns


def height_restoration(before: Measured, after: Measured, referent: Measured | None) -> Restoration:
    """Height restoration in all four forms.

    Parameters
    ----------
    before, after : Measured
        The same height (anterior, middle or posterior) at two visits, mm.
    referent : Measured or None
        What the height would be without the fracture, mm: the neighbours' mean, say. Without it two forms are None.

    Returns
    -------
    Restoration
        With ``d = after - before``: ``d`` mm; ``d / before``; ``d / (referent - before)``; ``d / referent``.
        Uncertainties are propagated to first order; the three heights count as independent.

    Raises
    ------
    MeasurementError
        If a height is not in mm or not above 0.
    InputError
        If both dates are known and `after` is the earlier one.

    Warns
    -----
    ComparisonWarning
        If posture or modality differ or are unknown, or readers differ.

    Notes
    -----
    McKiernan, Faciszewski, Jensen, Spine 2003;28:2517-21 (10.1097/01.BRS.0000092424.29886.C9): in 65 fractures
    the same restoration looked up to four times larger or smaller by the form chosen. Referent 25, before 15 and
    after 20 mm give 5 mm, 33 %, 50 % and 20 %.

    When this number misleads: the third form divides by what was lost and explodes where little was; before in
    standing and after in lying posture invents several mm.
    """
    result = restoration_of(before, after, referent)
    announce(result.concerns)
    return result


def restoration_of(before: Measured, after: Measured, referent: Measured | None) -> Restoration:
    """`height_restoration` without a warning, for those who collect the concerns of many values."""
    for height in (before, after, *([] if referent is None else [referent])):
        if height.unit != "mm" or height.value <= 0:
            raise MeasurementError(f"a height of {height.value} {height.unit}", "a height above 0 mm")
    heights = _Heights(before, after, referent)
    pre, gained = before.value, after.value - before.value
    of_lost, of_referent, notes = _referent_forms(heights)
    return Restoration(
        absolute=heights.form("mm", gained, (-1.0, 1.0, 0.0), unit="mm"),
        of_fractured=heights.form(
            "percent of fractured height", 100 * gained / pre, (-100 * after.value / pre**2, 100 / pre, 0.0)
        ),
        of_lost=of_lost,
        of_referent=of_referent,
        notes=notes,
        concerns=concerns_of(before, after),
    )


@dataclass(frozen=True)
class _Heights:
    before: Measured
    after: Measured
    referent: Measured | None

    def form(self, name: str, value: float, slopes: tuple[float, float, float], unit: str = "%") -> Measured:
        """One form, its uncertainty by its slopes to the heights before and after and to the referent."""
        referent_spread = self.referent.uncertainty if self.referent else 0.0
        spreads = (self.before.uncertainty, self.after.uncertainty, referent_spread)
        return derived(
            self.before,
            self.after,
            value=value,
            unit=unit,
            uncertainty=float(np.linalg.norm(np.multiply(slopes, spreads))),
            method=f"height restoration, {name} (McKiernan 2003)",
        )


def _referent_forms(heights: _Heights) -> tuple[Measured | None, Measured | None, tuple[str, ...]]:
    """Percent of lost and of referent height, and what is to be said of them."""
    if heights.referent is None:
        return None, None, ("no referent height: two of four forms cannot be given",)
    pre, post, full = heights.before.value, heights.after.value, heights.referent.value
    gained, lost = post - pre, full - pre
    of_referent = heights.form(
        "percent of referent height", 100 * gained / full, (-100 / full, 100 / full, -100 * gained / full**2)
    )
    if lost <= 0:
        return None, of_referent, ("nothing was lost: percent of lost height is undefined",)
    slopes = (100 * (post - full) / lost**2, 100 / lost, -100 * gained / lost**2)
    of_lost = heights.form("percent of lost height", 100 * gained / lost, slopes)
    error = float(np.hypot(heights.before.uncertainty, heights.referent.uncertainty))
    if lost <= error:
        note = f"the lost height ({lost:.1f} ± {error:.1f} mm) is within error: percent of it means little"
        return of_lost, of_referent, (note,)
    return of_lost, of_referent, ()
