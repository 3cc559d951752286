"""A second look at the corridors on the CT itself: a needle that would pass air meets lung or bowel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from corduroy.imaging.volume import Volume
from corduroy.planning.corridors import Corridor, CorridorPlan, outer_diameter_mm

# Author's choice: lung lies far below, fat (about -100 HU) far above.
_AIR_HU = -400.0
_STEP_MM = 0.5
_SKIN_MM = 6.0  # from the entry on, where the needle has not yet left the air outside
_AROUND_MM = 1.0  # of the needle's surface


def air_warnings(ct: Volume | None, searches: Mapping[str, CorridorPlan | None]) -> tuple[str, ...]:
    """A warning for every corridor that passes air inside the patient, or touches it.

    Parameters
    ----------
    ct : Volume or None
        Hounsfield units.
    searches : mapping of str to CorridorPlan or None
        By what the needle is for.

    Notes
    -----
    The search avoids what is labelled; this look needs no labels. When it misleads: bowel without gas is not seen, and
    a corridor from bone starts inside the patient.
    """
    if ct is None:
        return ()
    return tuple(
        f"Corridor {number} for the {purpose} ({corridor.kind}, {corridor.side}) passes air on the CT, as of lung or "
        "bowel: do not use it as it is."
        for purpose, found in searches.items()
        for number, corridor in enumerate(() if found is None else found.corridors, start=1)
        if passes_air(ct, corridor)
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
    return bool((ct.sample(points, fill=0.0) < _AIR_HU).any())
