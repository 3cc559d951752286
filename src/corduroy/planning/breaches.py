"""Holes in the cortex from what was looked at: the wall's grey values, and where a soft part touches the body."""

from __future__ import annotations

import numpy as np

from corduroy.lesion import CortexBreach, LesionFindings
from corduroy.planning.leak_sites import BreachedCortex
from corduroy.planning.lesion_extent import LesionExtent

_SAME_HOLE_MM = 8.0  # author's choice: nearer to each other than this, wall and soft part show one hole


def breaches_of(findings: LesionFindings | None, extent: LesionExtent | None) -> tuple[BreachedCortex, ...] | None:
    """Every hole once, those with a measured size first; None if nothing showed the cortex.

    Parameters
    ----------
    findings : LesionFindings or None
        Its cortex counts where the scan resolves it.
    extent : LesionExtent or None
        A part outside the bone that touches the body has come through there, whatever the scan resolves.

    Notes
    -----
    Without breaches, an empty tuple says that the side wall was looked at and is whole. Endplates are looked at where
    the lesion reaches them, as far as the next vertebra lets them be seen; the arch is not looked at. A Schmorl's node
    counts as a hole in an endplate: cement finds its way through it too.
    """
    looked = findings is not None and findings.cortex.resolved
    measured = () if findings is None else tuple(_measured(breach) for breach in findings.cortex.all_breaches)
    touched = () if extent is None else extent.breaches
    known = [np.array(breach.point_mm) for breach in measured]
    others = tuple(b for b in touched if all(np.linalg.norm(b.point_mm - place) > _SAME_HOLE_MM for place in known))
    found = measured + others
    return found if found or looked else None


def _measured(breach: CortexBreach) -> BreachedCortex:
    x, y, z = (float(value) for value in breach.point)
    return BreachedCortex((x, y, z), breach.diameter_mm.value)
