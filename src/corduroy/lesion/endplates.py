"""The endplates over a lesion: holes towards the disc."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.imaging.volume import Volume
from corduroy.lesion.bench import Bench, BoolArray
from corduroy.lesion.breach import DENSE_HU, CortexBreach, breach_at, covering
from corduroy.lesion.holes import find_holes
from corduroy.lesion.surface import Rays, body_axis, body_surface

# All author's choice.
_FLAT = 0.8  # least upward part of a normal that belongs to an endplate
_WITHIN = 0.85  # of the body's half sizes: beyond it the rim rounds off
_BEYOND = 0.3  # of the half height: nearer to the middle no surface is an endplate
_LEAST_AREA_MM2 = 50.0  # of an endplate over the lesion, for anything to be said
_LEAST_TOLD = 0.25  # of that area
_MISSING = 0.65  # of an endplate, in the middle of a hole: intact ones vary more than a side wall


@dataclass(frozen=True, eq=False)
class EndplateOver:
    """An endplate over a lesion.

    Parameters
    ----------
    looked_at : float
        Part of it, 0 to 1, in which a hole could be told: elsewhere the next vertebra, calcified disc, gas or fat is
        too near.
    breaches : tuple of CortexBreach
        Largest first. A Schmorl's node looks the same.
    smallest_breach_mm : float or None
        Diameter from which a hole would have been seen where it could be told; None where too little was.
    """

    looked_at: float
    breaches: tuple[CortexBreach, ...]
    smallest_breach_mm: float | None


def endplates_over(bench: Bench, ct: Volume, inside: BoolArray, stroma_hu: float) -> dict[str, EndplateOver]:
    """Look at both endplates, ``"superior endplate"`` and ``"inferior endplate"``, where they cover a lesion.

    Parameters
    ----------
    bench : Bench
    ct : Volume
        The phase from which the bench was made.
    inside : ndarray of bool
        The lesion.
    stroma_hu : float
        Of the lesion.

    Returns
    -------
    dict of str to EndplateOver
        Without an endplate that the lesion does not reach over at least 50 mm².

    Notes
    -----
    Looked at is the middle of each endplate, 0.85 of the way to its rim, by `corduroy.lesion.holes.find_holes`, which
    asks for 0.65 of the wall here.
    When this misleads: a Schmorl's node, an erosion and a fracture's gap look like a breach by the lesion (cement finds
    its way through all of them). Where the disc is low, the next endplate hides holes: in `lidc0001`, in slices of
    2.5 mm, nothing can be said of the thoracic ones. Fat that came through is not told from gas.
    """
    found = {}
    for name, rays in endplate_rays(bench).items():
        covers, away_mm = covering(bench, inside, rays)
        over = rays[covers]
        if over.area_mm2.sum() < _LEAST_AREA_MM2:
            continue
        if stroma_hu > DENSE_HU:
            found[name] = EndplateOver(0.0, (), None)
            continue
        holes = find_holes(bench, ct, over, away_mm[covers], stroma_hu, least=_MISSING)
        breaches = tuple(breach_at(bench, name, middle, diameter_mm) for middle, diameter_mm in holes.patches)
        told = holes.told_share >= _LEAST_TOLD
        found[name] = EndplateOver(holes.told_share, breaches, holes.smallest_mm if told else None)
    return found


def endplate_rays(bench: Bench) -> dict[str, Rays]:
    """Rays through the middle of both endplates."""
    surface = body_surface(bench)
    middle, half_sizes = body_axis(bench)
    across, depth, height = ((surface.local - middle) / half_sizes).T
    facing = surface.outwards[:, 2]
    within = np.hypot(across, depth) < _WITHIN
    return {
        "superior endplate": surface[within & (facing > _FLAT) & (height > _BEYOND)],
        "inferior endplate": surface[within & (facing < -_FLAT) & (height < -_BEYOND)],
    }
