"""A second look at the corridors on the CT itself: a needle that would pass air meets lung or bowel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from corduroy.imaging.volume import Volume
from corduroy.planning.corridors import Corridor, CorridorPlan, outer_diameter_mm
from corduroy.planning.corridors.air import AIR_HU

_STEP_MM = 0.5
_SKIN_MM = 6.0  # from the entry on, where the needle has not yet left the air outside
_AROUND_MM = 1.0  # of the needle's surface


def through_air(ct: Volume | None, found: CorridorPlan | None) -> tuple[int, ...]:
    """Numbers, from 1, of the corridors that pass air inside the patient, or touch it.

    Parameters
    ----------
    ct : Volume or None
        Hounsfield units.
    found : CorridorPlan or None

    Notes
    -----
    The search avoids the same air by its distance field; this look walks along the needle and knows nothing of fields.
    When it misleads: lung without air and bowel without gas are not seen.
    """
    if ct is None or found is None:
        return ()
    return tuple(number for number, corridor in enumerate(found.corridors, start=1) if passes_air(ct, corridor))


def air_warnings(numbers: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """One warning for every purpose that has corridors through air."""
    return tuple(
        f"Corridor {', '.join(map(str, several))} for the {purpose} passes air on the CT, as of lung or bowel: not to "
        f"be used as it is."
        for purpose, several in numbers.items()
        if several
    )


def passes_air(ct: Volume, corridor: Corridor) -> bool:
    """Whether grey values of air lie within a millimetre of the needle, beyond the skin."""
    entry, target = np.array(corridor.entry_mm), np.array(corridor.target_mm)
    length = float(np.linalg.norm(target - entry))
    along = (target - entry) / length
    places = entry + np.arange(_SKIN_MM, length, _STEP_MM)[:, None] * along
    aside = np.linalg.svd(along[None])[2][1:]
    turns = np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False)
    reach = outer_diameter_mm(corridor.gauge) / 2 + _AROUND_MM
    ring = reach * (np.cos(turns)[:, None] * aside[0] + np.sin(turns)[:, None] * aside[1])
    points = np.concatenate([places, (places[:, None] + ring[None]).reshape(-1, 3)])
    # Outside the image nothing is known; it does not count as air.
    return bool((ct.sample(points, fill=0.0) < AIR_HU).any())
