"""`Spine`: the vertebrae of one scan, from a label map alone or with its CT."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.canal import canal_ring
from corduroy.anatomy.grey_endplates import with_grey_endplates
from corduroy.anatomy.level import Level
from corduroy.anatomy.orient import centroid, first_frame, spine_tangents
from corduroy.anatomy.quality import LevelQuality, QualityFlag, check_labels
from corduroy.anatomy.schemes import LabelScheme, recognise_map, scheme_named
from corduroy.anatomy.surface import TooFewPointsError
from corduroy.anatomy.vertebra import Body, Vertebra, build_vertebra
from corduroy.errors import LabelError
from corduroy.imaging.volume import LabelMap, Volume

FloatArray = NDArray[np.float64]

WITHOUT_BODY = (Level.C1, Level.C2)

_CUT = "the body is cut by the border of the image"
_TOO_LITTLE_SEEN = "no vertebral body found: too little of the vertebra is in view or labelled"
_BORDER_VOXELS = 0.75
_BORDER_SHARE = 0.05
_OPEN_RING_TRUST = 0.9  # author's choice: the posterior wall is then seen along fewer lines


@dataclass(frozen=True, eq=False)
class Spine:
    """The vertebrae of one scan, cranial to caudal.

    Parameters
    ----------
    vertebrae : dict of Level to Vertebra
    labels : LabelMap
        The label map they were found in.
    scheme : LabelScheme
    ct : Volume or None
        The grey values, on any grid that covers the labels.
    warnings : tuple of str
        What concerns the whole spine, in plain words.
    """

    vertebrae: dict[Level, Vertebra]
    labels: LabelMap
    scheme: LabelScheme
    ct: Volume | None = None
    warnings: tuple[str, ...] = ()

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels in view, cranial to caudal."""
        return tuple(self.vertebrae)

    def neighbours(self, level: Level) -> tuple[Vertebra | None, Vertebra | None]:
        """The very next vertebra above and below, None where it is not in view."""
        present = set(self.vertebrae)
        above = [v for v in self.vertebrae if v.is_next_above(level, present)]
        below = [v for v in self.vertebrae if level.is_next_above(v, present)]
        return (
            self.vertebrae[above[-1]] if above else None,
            self.vertebrae[below[0]] if below else None,
        )


def build_spine(labels: LabelMap, scheme: str | LabelScheme | None = None, ct: Volume | None = None) -> Spine:
    """Find every vertebra of a label map.

    Parameters
    ----------
    labels : LabelMap
        Vertebrae, one number each; other structures are passed over.
    scheme : str or LabelScheme, optional
        What the numbers mean; recognised from the set of labels when not given.
    ct : Volume, optional
        Grey values of the same scan: for densities, and to place the endplates on.

    Raises
    ------
    LabelError
        If there is no vertebra in the map.
    AmbiguousSchemeError
        If the labels fit several schemes.
    """
    known = _scheme_of(labels, scheme)
    present = [number for number in labels.labels if number in known.levels]
    if not present:
        raise LabelError(f"{labels.name} holds no vertebra of the scheme {known.name}", "at least one vertebra")
    order = sorted(present, key=lambda number: known.levels[number].position)
    quality = check_labels(labels, known)
    masks = {known.levels[number]: quality.cleaned.mask(number) for number in order}
    vertebrae = {
        level: _judged(vertebra, labels, quality.levels[level])
        for level, vertebra in _with_canals(_found(masks)).items()
    }
    warnings = quality.warnings
    if ct is not None:
        numbers = {known.levels[number]: number for number in order}
        vertebrae, contradictions = with_grey_endplates(vertebrae, ct, quality.cleaned, numbers)
        warnings += contradictions
    return Spine(vertebrae, labels, known, ct, warnings)


def _scheme_of(labels: LabelMap, scheme: str | LabelScheme | None) -> LabelScheme:
    if scheme is None:
        return recognise_map(labels)
    return scheme_named(scheme) if isinstance(scheme, str) else scheme


def _judged(vertebra: Vertebra, labels: LabelMap, quality: LevelQuality) -> Vertebra:
    at_border = vertebra.body is not None and _reaches_border(vertebra.body, labels)
    cut = at_border or not {QualityFlag.CUT, QualityFlag.FRAGMENT}.isdisjoint(quality.flags)
    notes = (_CUT,) if at_border and QualityFlag.CUT not in quality.flags else ()
    confidence = vertebra.confidence * quality.confidence * (_OPEN_RING_TRUST if not vertebra.ring_closed else 1.0)
    return replace(vertebra, cut=cut, flags=vertebra.flags + quality.texts + notes, confidence=confidence)


def _reaches_border(body: Body, labels: LabelMap) -> bool:
    """Whether more than a twentieth of the endplates' points lie in the outermost voxels of the image."""
    points = np.concatenate([body.top.local, body.bottom.local])
    voxels = labels.voxel_from_world(body.grid.frame.world(points))
    outermost = (voxels < _BORDER_VOXELS) | (voxels > np.array(labels.shape) - 1 - _BORDER_VOXELS)
    return bool(outermost.any(axis=1).mean() > _BORDER_SHARE)


def _found(masks: dict[Level, LabelMap]) -> dict[Level, Vertebra]:
    """Every vertebra with its axes; with its body, where it has one."""
    tangents = spine_tangents(np.array([centroid(mask) for mask in masks.values()]))
    vertebrae = {}
    for (level, mask), superior in zip(masks.items(), tangents, strict=True):
        start = first_frame(mask, superior)
        bare = Vertebra(level, mask, start, start.origin, ring_closed=False, confidence=0.0)
        if level in WITHOUT_BODY:
            vertebrae[level] = replace(bare, flags=(f"{level} has no body of the common shape",))
            continue
        try:
            vertebrae[level] = build_vertebra(level, mask, start)
        except TooFewPointsError:
            vertebrae[level] = replace(bare, flags=(_TOO_LITTLE_SEEN,))
        except ValueError as problem:
            vertebrae[level] = replace(bare, flags=(f"no vertebral body found: {problem}",))
    return vertebrae


def _with_canals(vertebrae: dict[Level, Vertebra]) -> dict[Level, Vertebra]:
    """Measure each ring across the canal's own course, taken from all vertebrae's canal points."""
    bodies = [v for v in vertebrae.values() if v.body is not None]
    axes = canal_axes(bodies)
    measured = dict(vertebrae)
    for vertebra, axis in zip(bodies, axes, strict=True):
        ring = canal_ring(vertebra.mask, vertebra.canal_point, axis, vertebra.frame.anterior)
        measured[vertebra.level] = replace(vertebra, canal=ring)
    return measured


def canal_axes(vertebrae: list[Vertebra]) -> FloatArray:
    """Unit directions of the canal at each vertebra, pointing up, shape (n, 3).

    From the neighbours' canal points; for fewer than three vertebrae from the slope of the posterior wall.
    """
    if len(vertebrae) >= 3:
        return spine_tangents(np.array([v.canal_point for v in vertebrae]))
    return np.array([_along_posterior_wall(v) for v in vertebrae]).reshape(-1, 3)


def _along_posterior_wall(vertebra: Vertebra) -> FloatArray:
    if vertebra.body is None:
        return vertebra.frame.superior
    wall = vertebra.body.wall
    reach = 0.6 * wall.half_width[1]
    rise = np.array([0.0, float(wall(0.0, reach)) - float(wall(0.0, -reach)), 2 * reach])
    direction = vertebra.frame.axes @ rise
    return np.asarray(direction / np.linalg.norm(direction))
