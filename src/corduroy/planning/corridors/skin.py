"""The skin around a vertebra: where rays from it first leave the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.errors import SkinError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.planning.corridors.settings import CorridorSettings

FloatArray = NDArray[np.float64]

_SKIN_HU = -300.0  # halfway between air and fat is -550; cloth and mattress stay below this (author's choice)
_ROOM_AIR_HU = -930.0  # between room air with cloth in it and lung (author's choice)
_BEYOND_MM = np.arange(4.0, 9.0, 0.5)
_LEAST_NOISE_HU = 2.5  # of room air (author's choice)
_FILLED_HU = -1024.0
_COARSE_MM = 1.2
_RAY_STEP_MM = 2.0
_FINE_STEP_MM = 0.25
_FARTHEST_MM = 350.0
_NOMINAL_MM = 100.0


@dataclass(frozen=True, eq=False)
class SkinEntries:
    """Entries on the unrolled skin.

    Parameters
    ----------
    points_mm : ndarray, shape (rows, columns, 3)
        World RAS+ mm; NaN where the skin is not in view.
    around_deg : ndarray, shape (columns,)
        Angle from straight behind, positive to the patient's right.
    height_mm : ndarray, shape (rows,)
        World height.
    """

    points_mm: FloatArray
    around_deg: FloatArray
    height_mm: FloatArray


def body_from_ct(ct: Volume, low_mm: float, high_mm: float) -> LabelMap:
    """The patient as a mask of 0 and 1, between two world heights: all that air from behind does not reach.

    Raises
    ------
    SkinError
        If nothing is dense enough to be a patient.

    Notes
    -----
    Slice by slice, what is not connected with the image's posterior border around the largest dense piece is inside:
    hollows, and lungs that a narrow image cuts at its sides, whose surface is no skin.
    """
    ends = np.sort(ct.voxel_from_world([[*ct.affine[:2, 3], low_mm], [*ct.affine[:2, 3], high_mm]])[:, 2])
    start = int(np.clip(np.floor(ends[0]), 0, ct.shape[2] - 1))
    stop = int(np.clip(np.ceil(ends[1]) + 1, start + 1, ct.shape[2]))
    cut = ct.crop((slice(0, ct.shape[0]), slice(0, ct.shape[1]), slice(start, stop)))
    step = np.maximum(1, np.floor(_COARSE_MM / cut.spacing + 0.5)).astype(int)
    grey = cut.array[:: step[0], :: step[1], :: step[2]]
    dense = grey > _SKIN_HU
    pieces, count = ndimage.label(dense)
    if count == 0:
        raise SkinError(f"{ct.name} shows no skin: nothing is denser than {_SKIN_HU:g} HU", "a CT of a patient")
    largest = pieces == np.bincount(pieces.ravel())[1:].argmax() + 1
    for k in range(largest.shape[2]):
        largest[:, :, k] = ~_outside(~largest[:, :, k], grey[:, :, k])
    affine = cut.affine.copy()
    affine[:3, :3] = cut.affine[:3, :3] * step
    return LabelMap(largest.view(np.uint8), affine, "patient", {})


def _outside(hollow: NDArray[np.bool_], grey: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Of the hollows in one slice the room behind the patient: at the posterior border, and thin as its air."""
    around, _ = ndimage.label(hollow)
    behind = [number for number in np.unique(around[:, 0]) if number > 0]
    room = [number for number in behind if float(np.median(grey[around == number])) < _ROOM_AIR_HU]
    return np.asarray(np.isin(around, room))


def skin_entries(body: LabelMap, centre: FloatArray, settings: CorridorSettings) -> SkinEntries:
    """Where rays in axial planes, from the line of height through a vertebra, first leave the patient.

    Parameters
    ----------
    body : LabelMap
        The patient, 0 and 1.
    centre : ndarray, shape (3,)
        World mm, inside the patient.
    settings : CorridorSettings

    Raises
    ------
    SkinError
        If the skin is nowhere in view.

    Notes
    -----
    When this misleads: where an arm lies against the flank, the skin found there may be the arm's far side.
    """
    step = settings.entry_step_mm
    half = int(settings.up_and_down_mm // step)
    height = centre[2] + step * np.arange(-half, half + 1)
    turn = np.rad2deg(step / _NOMINAL_MM)
    count = int(settings.around_deg // turn)
    around = turn * np.arange(-count, count + 1)
    points = np.stack([_exits(body, centre, z, np.deg2rad(around)) for z in height])
    if not np.isfinite(points).any():
        raise SkinError(
            f"no skin is in view behind the vertebra in {body.name}",
            "an image that reaches the skin of the back",
            "give a wider image, or plan from the bone (entry: bone)",
        )
    return SkinEntries(points, around, height)


def only_at_air(ct: Volume, entries: SkinEntries, centre: FloatArray) -> SkinEntries:
    """Leave out entries where the image ends in padding and not at the patient's skin.

    Parameters
    ----------
    ct : Volume
        Hounsfield units.
    entries : SkinEntries
    centre : ndarray, shape (3,)
        World mm; what the entries were looked for from.

    Raises
    ------
    SkinError
        If none is left.

    Notes
    -----
    Room air has noise, the filling of a cut image is the same everywhere. Looked at along each ray, 4 to 9 mm beyond
    the entry; most of an entry's neighbours (5 x 5) must agree (author's choice). When it misleads: an image whose air
    was smoothed to one value is refused.
    """
    points = entries.points_mm
    known = np.isfinite(points).all(axis=-1)
    outwards = points - [centre[0], centre[1], 0.0]
    outwards[..., 2] = 0.0
    outwards /= np.linalg.norm(outwards, axis=-1, keepdims=True)
    beyond = points[known][:, None, :] + _BEYOND_MM[:, None] * outwards[known][:, None, :]
    grey = ct.sample(beyond, order=0, fill=_FILLED_HU)
    real = np.zeros(known.shape)
    real[known] = grey.std(axis=1) > _LEAST_NOISE_HU
    share = ndimage.uniform_filter(real, 5) / np.maximum(ndimage.uniform_filter(known.astype(float), 5), 1e-9)
    kept = known & (share > 0.5)
    if not kept.any():
        raise SkinError(
            f"no skin is in view behind the vertebra in {ct.name}: the image is cut and filled up",
            "an image that reaches the skin of the back",
            "give a wider image, or plan from the bone (entry: bone)",
        )
    return SkinEntries(np.where(kept[..., None], points, np.nan), entries.around_deg, entries.height_mm)


def _exits(body: LabelMap, centre: FloatArray, height: float, around: FloatArray) -> FloatArray:
    """First places outside the patient on the rays of one height, shape (n, 3); NaN where the image ends before."""
    directions = np.column_stack([np.sin(around), -np.cos(around), np.zeros_like(around)])
    start = np.broadcast_to([centre[0], centre[1], height], directions.shape)
    coarse = _last_inside(body, start, directions, np.arange(0.0, _FARTHEST_MM, _RAY_STEP_MM))
    return _last_inside(body, coarse, directions, np.arange(0.0, 2 * _RAY_STEP_MM, _FINE_STEP_MM))


def _last_inside(body: LabelMap, start: FloatArray, directions: FloatArray, way: FloatArray) -> FloatArray:
    """The last place inside before each ray first leaves the mask; NaN where it starts outside or the image ends."""
    points = start[:, None, :] + way[None, :, None] * directions[:, None, :]
    known = np.isfinite(points).all(axis=(1, 2))
    inside = np.full(points.shape[:2], -1.0)
    inside[known] = body.sample(points[known], order=0, fill=-1.0)
    outside = inside < 0.5
    first = outside.argmax(axis=1)
    rays = np.arange(len(start))
    found = outside.any(axis=1) & (inside[rays, first] >= 0.0) & (first > 0)
    return np.asarray(np.where(found[:, None], points[rays, np.maximum(first - 1, 0)], np.nan))
