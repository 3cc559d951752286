"""Shapes that no intact measurement has, and grades that a small error would change."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.morphometry.results import POSITIONS
from corduroy.morphometry.sagittal import SagittalProfile
from corduroy.provenance import Measured

BARREL = "higher in the middle than at both rims: the axes are probably wrong, not graded"
_BARREL_RATIO = 1.2  # author's choice
_BARREL_TRUST = 0.2
DEEPER = "deeper than its neighbours: a fragment in the canal may be measured as body"
_DEEPER_RATIO = 1.15  # author's choice
_DEEPER_TRUST = 0.5


def is_barrel(heights: Mapping[str, Measured | None]) -> bool:
    """Whether the middle height exceeds both others by a fifth, as no vertebra's does."""
    anterior, middle, posterior = (heights[name] for name in POSITIONS)
    if anterior is None or middle is None or posterior is None:
        return False
    return middle.value > _BARREL_RATIO * max(anterior.value, posterior.value)


def deeper_than_neighbours(spine: Spine, profiles: Mapping[Level, SagittalProfile]) -> set[Level]:
    """Vertebrae whose body is much deeper than those next to it."""
    found = set()
    for level, profile in profiles.items():
        beside = [profiles[v.level].depth_mm for v in spine.neighbours(level) if v is not None and v.level in profiles]
        if level.region in ("thoracic", "lumbar") and beside and profile.depth_mm > _DEEPER_RATIO * max(beside):
            found.add(level)
    return found


def deformity_error_percent(heights: Mapping[str, Measured | None]) -> float:
    """Half-width of the 95 % interval of one height against another of the same vertebra, percent of the highest."""
    known = [height for height in heights.values() if height is not None]
    highest = max(known, key=lambda height: height.value)
    return 100.0 * float(np.sqrt(2.0)) * highest.uncertainty / highest.value


def trust_left(barrel: bool, deeper: bool) -> float:
    """What these doubts leave of the confidence; author's choice."""
    return (_BARREL_TRUST if barrel else 1.0) * (_DEEPER_TRUST if deeper else 1.0)
