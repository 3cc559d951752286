"""What a lesion has pushed out of the bone: into the canal, and beside the vertebra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from corduroy.anatomy.canal_tube import canal_tube
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.spine import Spine
from corduroy.imaging.volume import Volume
from corduroy.lesion.bench import Array, Bench, BoolArray
from corduroy.provenance import Measured

# All author's choice.
_SMOOTH_MM = 1.2
_TOUCH_MM = 2.5
_REACH_MM = 12.0
_LEAST_ML = 0.15
_UPTAKE_SHARE = 0.5
_ASYMMETRY_HU = 40.0
_SOFT_HU = (0.0, 140.0)
_MIDLINE_SHARE = 0.25  # how much one side must prevail to be named
_CANAL_QUANTILES = (0.02, 0.98)
_CLEAR_MM = 1.5


@dataclass(frozen=True, eq=False)
class Extension:
    """A part of the lesion outside the bone.

    Parameters
    ----------
    volume_ml : Measured
    side : Side or None
        Where it prevails; None in the midline, or where there is none.
    canal_share : Measured or None
        Percent of the canal's area that it takes where it takes most; only for the epidural part.
    voxels : ndarray of bool
        On the bench.
    known : bool
        Whether a contrasted phase showed it. On one phase epidural fat, the aorta and the other side's muscle pass
        for it, so that nothing may rest on it then, nor on its absence.
    """

    volume_ml: Measured
    side: Side | None
    canal_share: Measured | None
    voxels: BoolArray
    known: bool

    @property
    def present(self) -> bool:
        """Whether there is any."""
        return self.volume_ml.value > 0


def epidural_extension(
    bench: Bench, inside: BoolArray, spine: Spine, ct: Volume, uptake: Array | None
) -> Extension | None:
    """The lesion's part in the canal; None where the canal is not known.

    Parameters
    ----------
    bench : Bench
    inside : ndarray of bool
        The lesion in the bone.
    spine : Spine
    ct : Volume
    uptake : ndarray or None
        Rise of the grey values in a contrasted phase, on the bench.

    Notes
    -----
    With a contrasted phase, what takes up half as much as the lesion; without, what is brighter or darker than
    almost all of the canal at other levels. It must touch the lesion. When this misleads: without contrast a part
    as dense as cord or cerebrospinal fluid is not seen; veins take up contrast too.
    """
    tube = canal_tube(spine)
    if tube is None:
        return None
    x, y, _ = bench.coordinates
    near = ~bench.inside & (np.abs(x) < 25.0) & (y < bench.body.wall(0.0, 0.0) + 5.0)
    canal = np.zeros_like(bench.inside)
    index = np.argwhere(near)
    canal[tuple(index.T)] = tube.contains(bench.world(index))
    clear = canal & (ndimage.distance_transform_edt(~bench.inside) > _CLEAR_MM)
    grey = ndimage.gaussian_filter(bench.grid.values, _SMOOTH_MM)
    if uptake is not None:
        strange = canal & _takes_up(bench, inside, uptake)
    else:
        low, high = _canal_elsewhere(bench, spine, ct)
        strange = clear & ((grey < low) | (grey > high))
    voxels = _touching(bench, inside, strange)
    shares = voxels.sum(axis=(0, 1)) / np.maximum(canal.sum(axis=(0, 1)), 1)
    share = 100.0 * float(shares[canal.sum(axis=(0, 1)) > 20].max(initial=0.0))
    method = "canal: uptake" if uptake is not None else "canal: unlike other levels"
    taken = Measured(share, "%", 15.0, method, modality="CT")
    return Extension(_volume(bench, voxels, method), _side(bench, voxels), taken, voxels, uptake is not None)


def paravertebral_extension(bench: Bench, inside: BoolArray, spine: Spine, uptake: Array | None) -> Extension:
    """The lesion's part beside the body, within 12 mm of the bone.

    Notes
    -----
    With a contrasted phase, what takes up half as much as the lesion; without, soft tissue that the other side does
    not show. When this misleads: without contrast beside muscle of the same density; vessels and organs differ
    between the sides.
    """
    bones = bench.sampled(spine.labels.with_array((spine.labels.array > 0).astype(np.uint8))) > 0.3
    away = ndimage.distance_transform_edt(~bench.inside)
    _, y, _ = bench.coordinates
    room = ~bones & (away > _CLEAR_MM) & (away < _REACH_MM) & (y > bench.body.wall(0.0, 0.0))
    if uptake is not None:
        strange = room & _takes_up(bench, inside, uptake)
    else:
        grey = ndimage.gaussian_filter(bench.grid.values, _SMOOTH_MM)
        unlike = np.abs(grey - grey[::-1]) > _ASYMMETRY_HU
        strange = room & unlike & (grey > _SOFT_HU[0]) & (grey < _SOFT_HU[1]) & (room & ~bones)[::-1]
    voxels = _touching(bench, inside, strange)
    method = "beside the body: uptake" if uptake is not None else "beside the body: unlike the other side"
    return Extension(_volume(bench, voxels, method), _side(bench, voxels), None, voxels, uptake is not None)


def _takes_up(bench: Bench, inside: BoolArray, uptake: Array) -> BoolArray:
    smooth = ndimage.gaussian_filter(uptake, _SMOOTH_MM)
    own = float(np.median(smooth[inside & bench.interior])) if (inside & bench.interior).any() else np.inf
    return np.asarray(smooth > max(_UPTAKE_SHARE * own, 10.0))


def _canal_elsewhere(bench: Bench, spine: Spine, ct: Volume) -> tuple[float, float]:
    """Grey values between which almost all of the canal lies at the neighbouring levels."""
    values = []
    for neighbour in spine.neighbours(bench.level):
        if neighbour is not None and neighbour.canal is not None:
            ring = neighbour.canal
            angle = np.linspace(0, 2 * np.pi, 24)
            radius = np.linspace(0.5, 0.75 * float(np.hypot(*ring.contour.T).min()), 6)
            x, y = (radius[:, None] * np.cos(angle)).ravel(), (radius[:, None] * np.sin(angle)).ravel()
            for z in (-3.0, -1.0, 1.0, 3.0):
                values.append(ct.sample(ring.frame.world(np.column_stack([x, y, np.full_like(x, z)]))))
    if not values:
        return -np.inf, np.inf
    low, high = np.quantile(np.concatenate(values), _CANAL_QUANTILES)
    return float(low), float(high)


def _touching(bench: Bench, inside: BoolArray, strange: BoolArray) -> BoolArray:
    """Pieces that are large enough and touch the lesion."""
    pieces, number = ndimage.label(strange)
    if number == 0:
        return np.zeros_like(strange)
    near = ndimage.distance_transform_edt(~inside) < _TOUCH_MM
    touching = np.isin(np.arange(number + 1), np.unique(pieces[near & strange]))
    large = np.bincount(pieces.ravel(), minlength=number + 1) * bench.voxel_ml >= _LEAST_ML
    keep = touching & large
    keep[0] = False
    return np.asarray(keep[pieces])


def _volume(bench: Bench, voxels: BoolArray, method: str) -> Measured:
    volume = float(np.count_nonzero(voxels)) * bench.voxel_ml
    return Measured(volume, "ml", 0.3 * volume + _LEAST_ML, method, modality="CT")


def _side(bench: Bench, voxels: BoolArray) -> Side | None:
    if not voxels.any():
        return None
    x = bench.coordinates[0][voxels]
    balance = float((x > 0).mean() - (x < 0).mean())
    if abs(balance) < _MIDLINE_SHARE:
        return None
    return Side.RIGHT if balance > 0 else Side.LEFT
