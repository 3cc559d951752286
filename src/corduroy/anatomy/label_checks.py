"""The checks behind `check_labels`: each looks at the labels' shapes and yields findings per level.

All thresholds are the author's choice. They were set on synthetic mix-ups of real masks (labels swapped, half a
vertebra given to its neighbour, two vertebrae merged, a level dropped) against the same masks untouched, which
include Genant 3 fractures, scoliosis and 3 mm slices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import ndimage

from corduroy.anatomy.label_shapes import LabelShape
from corduroy.anatomy.level import Level
from corduroy.anatomy.norms import TYPICAL_PITCH_MM, TYPICAL_VOLUME_ML, typical_distance_mm
from corduroy.anatomy.quality_flags import Finding, QualityFlag
from corduroy.imaging.volume import FloatArray, LabelMap

Found = Iterator[tuple[Level, Finding]]

_BODY_RADIUS_SHARE = 0.35  # of the radius of a circle as large as the vertebra's mean cross-section
_FRAGMENT_SHARE = 0.5  # of the largest cross-section
_STRAY_SHARE = 0.04  # of the largest piece: smaller pieces are strays, larger ones an arch that came loose
_STRAY_GAP_MM = 10.0  # unless they lie this far off
_WORTH_SAYING_SHARE = 0.005
_EMBEDDED_SHARE = 0.4  # of a piece's surroundings belong to one other vertebra
_SMALL, _LARGE = 0.5, 1.5  # of the volume that the neighbours suggest; Genant 3 leaves about 0.75
_FRAGMENT = 1 / 3  # of that volume: below it not even a collapsed vertebra without its arch is left
_TYPICAL_FACTOR = 2.2
_GIVEN_AWAY = 1.9  # ratio of neighbours' relative volumes; 2/3 of one and 4/3 of the other give 2
_GIVEN_AWAY_TOUCHING = 1.45  # if they also meet in a face as large as a body
_BODY_CONTACT_SHARE = 0.6
_TOO_MUCH = 1.12  # times what the neighbours suggest; intact adults stay within 1.15 of them
_ROOM_FOR_ONE_MORE = 1.6  # times the usual distance
_NO_ROOM = 0.7
_NEIGHBOURS = 3
_BODY_SHARE_OF_PITCH = 0.78  # the rest is the disc
_LEAST_VOXELS_HIGH = 5.0  # so that one voxel stays below the 20 % of a mild fracture (10.1002/jbmr.5650080915)


@dataclass(frozen=True, eq=False)
class LabelledSpine:
    """The levels of a label map with their shapes, in cranio-caudal order of their names."""

    labels: LabelMap
    numbers: dict[Level, int]
    shapes: dict[Level, LabelShape]

    @cached_property
    def cut(self) -> set[Level]:
        """Levels whose body the border cuts."""
        return {level for level, shape in self.shapes.items() if any(_body_is_cut(level, shape))}

    @cached_property
    def relative_volumes(self) -> dict[Level, float]:
        """Volume over what is typical, of uncut levels that have a typical volume."""
        return {
            level: shape.volume_ml / TYPICAL_VOLUME_ML[level]
            for level, shape in self.shapes.items()
            if level in TYPICAL_VOLUME_ML and level not in self.cut
        }

    @cached_property
    def downwards(self) -> FloatArray:
        """Unit vector along the spine, caudal."""
        places = np.array([shape.centroid_mm for shape in self.shapes.values()])
        if len(places) < 2:
            return np.array([0.0, 0.0, -1.0])
        axis = np.linalg.svd(places - places.mean(axis=0), full_matrices=False)[2][0]
        return np.asarray(axis if axis[2] < 0 else -axis)


def _body_is_cut(level: Level, shape: LabelShape) -> list[bool]:
    """For each side touched, whether something as thick as a body, or most of a fragment, lies there."""
    volume_mm3 = 1000.0 * TYPICAL_VOLUME_ML.get(level, TYPICAL_VOLUME_ML[Level.L5])
    radius = _BODY_RADIUS_SHARE * np.sqrt(volume_mm3 ** (2 / 3) / np.pi)
    return [c.radius_mm > radius or c.fraction > _FRAGMENT_SHARE for c in shape.borders.values()]


def check_borders(spine: LabelledSpine) -> Found:
    """Levels at the border: cut through the body, or only touching."""
    for level, shape in spine.shapes.items():
        for side, cut in zip(shape.borders, _body_is_cut(level, shape), strict=True):
            if cut:
                yield level, Finding(QualityFlag.CUT, f"cut by the {side} border of the image")
            else:
                yield level, Finding(QualityFlag.TOUCHES_BORDER, f"touches the {side} border of the image")


def stray_pieces(shape: LabelShape) -> tuple[int, ...]:
    """Numbers in `piece_ids` of the pieces that are too small or too far off to be part of the vertebra."""
    least = _STRAY_SHARE * shape.piece_volumes_ml[0]
    pieces = zip(shape.piece_volumes_ml, shape.piece_gaps_mm, strict=True)
    return tuple(i for i, (volume, gap) in enumerate(pieces, start=1) if volume < least or gap > _STRAY_GAP_MM)


def check_pieces(spine: LabelledSpine) -> Found:
    """Levels in several pieces."""
    for level, shape in spine.shapes.items():
        strays = stray_pieces(shape)
        kept = [v for i, v in enumerate(shape.piece_volumes_ml, start=1) if i not in strays]
        left_out = shape.volume_ml - sum(kept)
        if len(kept) > 1:
            sizes = " and ".join(f"{volume:.1f}" for volume in kept)
            yield level, Finding(QualityFlag.PIECES, f"in {len(kept)} pieces of {sizes} ml, all kept")
        if left_out > _WORTH_SAYING_SHARE * shape.volume_ml:
            text = f"stray pieces of {left_out:.2f} ml in all left out"
            yield level, Finding(QualityFlag.PIECES, text)


def check_embedded(spine: LabelledSpine) -> Found:
    """Pieces of a label that lie inside another vertebra."""
    levels = {number: level for level, number in spine.numbers.items()}
    for level, shape in spine.shapes.items():
        for number, volume in enumerate(shape.piece_volumes_ml[1:], start=2):
            if volume < _WORTH_SAYING_SHARE * shape.volume_ml:
                break
            host = _host_of_piece(spine.labels, shape, number)
            if host in levels:
                other = levels[host]
                text = f"{volume:.1f} ml of {level} lie inside {other}"
                yield level, Finding(QualityFlag.MIXED, text)
                yield other, Finding(QualityFlag.MIXED, text)


def _host_of_piece(labels: LabelMap, shape: LabelShape, number: int) -> int:
    """The other label that makes up most of a piece's surroundings; 0 if none does."""
    assert shape.piece_ids is not None
    piece = np.pad(shape.piece_ids == number, 1)
    ring = ndimage.binary_dilation(piece) & ~piece
    around = np.argwhere(ring) + [s.start - 1 for s in shape.box]
    inside = around[np.all((around >= 0) & (around < labels.shape), axis=1)]
    others = labels.array[tuple(inside.T)]
    others = others[(others > 0) & (others != shape.label)]
    if others.size <= _EMBEDDED_SHARE * len(around):
        return 0
    hosts, counts = np.unique(others, return_counts=True)
    return int(hosts[counts.argmax()]) if counts.max() > _EMBEDDED_SHARE * len(around) else 0


def _expected_relative(spine: LabelledSpine, level: Level) -> float | None:
    """What the neighbours suggest for a level's relative volume; None with fewer than two of them."""
    near = [
        value
        for other, value in spine.relative_volumes.items()
        if other != level and abs(other.position - level.position) <= _NEIGHBOURS
    ]
    return float(np.median(near)) if len(near) >= 2 else None


def check_sizes(spine: LabelledSpine) -> Found:
    """Levels much smaller or larger than their neighbours, or for want of them the typical adult, suggest."""
    for level, own in spine.relative_volumes.items():
        expected = _expected_relative(spine, level)
        low, high = (1 / _TYPICAL_FACTOR, _TYPICAL_FACTOR) if expected is None else (_SMALL, _LARGE)
        source = "is typical" if expected is None else "its neighbours suggest"
        ratio = own / (expected or 1.0)
        if ratio < _FRAGMENT:
            text = f"only {ratio:.0%} of the volume that {source}: a fragment, not measured"
            yield level, Finding(QualityFlag.FRAGMENT, text)
        elif ratio < low:
            yield level, Finding(QualityFlag.SIZE, f"only {ratio:.0%} of the volume that {source}")
        elif ratio > high:
            text = f"{ratio:.1f} times the volume that {source}: it may cover two vertebrae"
            yield level, Finding(QualityFlag.SIZE, text)


def check_shares(spine: LabelledSpine) -> Found:
    """Neighbours of which one has part of the other: one too small and the other too large by the same token."""
    relative = spine.relative_volumes
    present = set(spine.numbers)
    for upper, lower in pairwise(relative):
        larger, smaller = sorted((upper, lower), key=lambda level: -relative[level])
        factor = relative[larger] / relative[smaller]
        touching = _contact_share(spine, upper, lower) > _BODY_CONTACT_SHARE
        suspicious = factor > (_GIVEN_AWAY_TOUCHING if touching else _GIVEN_AWAY)
        if suspicious and upper.is_next_above(lower, present) and _both_off(spine, larger, smaller):
            how = " and they meet in a face as large as a body" if touching else ""
            text = f"{larger} may hold part of {smaller}: their volumes differ by a factor of {factor:.1f}{how}"
            yield upper, Finding(QualityFlag.MIXED, text)
            yield lower, Finding(QualityFlag.MIXED, text)


def _both_off(spine: LabelledSpine, larger: Level, smaller: Level) -> bool:
    """Whether the larger is too large and the smaller too small; a fracture makes only one of them so."""
    expected = {level: _expected_relative(spine, level) or 1.0 for level in (larger, smaller)}
    relative = spine.relative_volumes
    return relative[larger] > _TOO_MUCH * expected[larger] and relative[smaller] < expected[smaller] / _TOO_MUCH


def _contact_share(spine: LabelledSpine, upper: Level, lower: Level) -> float:
    """Area in which two labels meet, over the mean cross-section of the smaller one."""
    boxes = [spine.shapes[level].box for level in (upper, lower)]
    shared = tuple(
        slice(max(0, max(a.start, b.start) - 1), min(a.stop, b.stop) + 1) for a, b in zip(*boxes, strict=True)
    )
    near = spine.labels.array[shared]
    pair = (spine.numbers[upper], spine.numbers[lower])
    area = 0.0
    for axis in range(3):
        values = np.moveaxis(near, axis, 0)
        face = spine.labels.voxel_volume_mm3 / spine.labels.spacing[axis]
        for first, second in (pair, pair[::-1]):
            area += face * np.count_nonzero((values[:-1] == first) & (values[1:] == second))
    smaller = min(spine.shapes[level].volume_ml for level in (upper, lower))
    return float(area / (1000.0 * smaller) ** (2 / 3))


def out_of_order(spine: LabelledSpine) -> set[Level]:
    """Levels that do not lie where the others' order puts them.

    Those that some longest run in the right order leaves out; of two neighbours that were swapped, both.
    """
    levels = list(spine.shapes)
    places = np.array([spine.shapes[level].centroid_mm @ spine.downwards for level in levels])
    n = len(levels)
    ending, starting = np.ones(n, dtype=int), np.ones(n, dtype=int)
    for i in range(n):
        ending[i] += max((ending[j] for j in range(i) if places[j] < places[i]), default=0)
    for i in reversed(range(n)):
        starting[i] += max((starting[j] for j in range(i + 1, n) if places[j] > places[i]), default=0)
    longest = int(ending.max())
    on_a_run = ending + starting - 1 == longest
    alone_at_its_place = np.bincount(ending[on_a_run], minlength=longest + 1)[ending] == 1
    return {levels[i] for i in range(n) if not (on_a_run[i] and alone_at_its_place[i])}


def check_order(spine: LabelledSpine) -> Found:
    """Levels whose place along the spine disagrees with their name."""
    wrong = sorted(out_of_order(spine), key=lambda level: level.position)
    named = " and ".join(wrong)
    text = f"{named} are not in order" if len(wrong) > 1 else f"{named} does not lie where it belongs"
    for level in wrong:
        yield level, Finding(QualityFlag.ORDER, text)


def check_gaps(spine: LabelledSpine) -> Found:
    """Distances between levels against their numbers: vertebrae without a label, leaps in the numbering."""
    usable = [level for level in spine.shapes if level in TYPICAL_PITCH_MM and level not in out_of_order(spine)]
    pairs = list(pairwise(usable))
    distances = {
        pair: float(np.linalg.norm(np.subtract(*(spine.shapes[level].centroid_mm for level in pair))))
        for pair in pairs
        if not spine.cut.intersection(pair)
    }
    expected = {pair: typical_distance_mm(*pair, set(spine.numbers)) for pair in distances}
    ratios = {pair: distances[pair] / expected[pair] for pair in distances}
    scale = float(np.median(list(ratios.values()))) if len(ratios) >= 3 else 1.0
    for (upper, lower), ratio in ratios.items():
        adjacent = upper.is_next_above(lower, set(spine.numbers))
        if ratio > _ROOM_FOR_ONE_MORE * scale and adjacent:
            text = f"there is room for another vertebra between {upper} and {lower}"
            flag = QualityFlag.MISSING_NEIGHBOUR
        elif ratio < _NO_ROOM * scale and not adjacent:
            text = f"the numbering leaps from {upper} to {lower}, which lie as near as neighbours do"
            flag = QualityFlag.LEAP
        elif not adjacent:
            text = f"there is no label between {upper} and {lower}"
            flag = QualityFlag.MISSING_NEIGHBOUR
        else:
            continue
        yield upper, Finding(flag, text)
        yield lower, Finding(flag, text)


def check_resolution(spine: LabelledSpine) -> Found:
    """Levels that are too few voxels high for a height to mean anything."""
    step = float(1.0 / np.linalg.norm(spine.labels.direction.T @ spine.downwards / spine.labels.spacing))
    for level in spine.shapes:
        height = _BODY_SHARE_OF_PITCH * TYPICAL_PITCH_MM.get(level, TYPICAL_PITCH_MM[Level.L4])
        if height / step < _LEAST_VOXELS_HIGH:
            text = f"about {height / step:.0f} voxels of {step:.1f} mm high"
            yield level, Finding(QualityFlag.COARSE, text)
