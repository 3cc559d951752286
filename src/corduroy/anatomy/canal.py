"""The spinal canal: where it runs, and its cross-sections inside the bony ring of each vertebra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import find_contours

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid, box_of, sample_along
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_REACH_MM = np.array([22.0, 22.0, 14.0])
_STEP_MM = np.array([0.75, 0.75, 1.0])
_MAX_AREA_MM2 = 1200.0
_MIN_AREA_MM2 = 25.0
_LEAST_SECTIONS = 3
_WITHIN_SECTION = ndimage.generate_binary_structure(2, 1)[:, :, None] * np.array([0, 1, 0])


@dataclass(frozen=True, eq=False)
class CanalRing:
    """The narrowest closed cross-section of the canal at one vertebra.

    Parameters
    ----------
    frame : Frame
        Origin at the section's centroid; the superior axis runs along the canal.
    contour : ndarray, shape (n, 2)
        Outline in the frame's (x, y), mm, closed.
    area_mm2, ap_mm, transverse_mm : float
        Area, mid-sagittal antero-posterior diameter and largest transverse diameter.
    profile_mm2 : ndarray, shape (k, 2)
        Position along the canal (mm from the vertebra's canal point) and area of every closed section.
    """

    frame: Frame
    contour: FloatArray
    area_mm2: float
    ap_mm: float
    transverse_mm: float
    profile_mm2: FloatArray

    def contour_world(self) -> FloatArray:
        """The outline in world mm, shape (n, 3)."""
        flat = np.column_stack([self.contour, np.zeros(len(self.contour))])
        return self.frame.world(flat)


def canal_ring(mask: LabelMap, centre: FloatArray, axis: FloatArray, anterior: FloatArray) -> CanalRing | None:
    """Measure the canal inside one vertebra's ring.

    Parameters
    ----------
    mask : LabelMap
        One vertebra, cropped, 0 and 1.
    centre : ndarray, shape (3,)
        A world point inside the canal at this level.
    axis, anterior : ndarray, shape (3,)
        World directions along the canal (superior) and to the front.

    Returns
    -------
    CanalRing or None
        None when no cross-section is closed by bone, as after a laminectomy or on a coarse scan.

    Notes
    -----
    The narrowest section is the minimum of the running mean over sections 1 mm apart, three or as many as two voxels
    span: a single section's minimum would be biased low by the staircase of the mask.

    What the mask's own voxels take from the area is added again; see `majority_loss_mm2`.
    """
    frame = Frame.from_directions(centre, axis, anterior)
    grid = sample_along(mask, frame, -_REACH_MM, _REACH_MM, _STEP_MM)
    inside = _enclosed(grid)
    closed = inside.any(axis=(0, 1))
    if not closed.any():
        return None
    voxel_mm = np.linalg.norm((mask.direction * mask.spacing).T @ frame.axes, axis=0)
    areas = _areas(grid, inside, float(voxel_mm[:2].max())) + majority_loss_mm2(mask, frame)
    sections = max(_LEAST_SECTIONS, 2 * round(float(voxel_mm[2]) / float(grid.step[2])) + 1)
    smooth = _running_mean(np.where(closed, areas, np.nan), sections)
    narrowest = int(np.nanargmin(smooth))
    profile = np.column_stack([grid.z[closed], areas[closed]])
    contour = _outline(grid, inside, narrowest)
    if contour is None:
        return None
    middle = contour.mean(axis=0)
    local = contour - middle
    return CanalRing(
        frame.moved([middle[0], middle[1], grid.z[narrowest]]),
        local,
        float(smooth[narrowest]),
        _midline_extent(local),
        float(np.ptp(local[:, 0])),
        profile,
    )


def _enclosed(grid: LocalGrid) -> BoolArray:
    """In each section the empty region around the canal's course, where bone closes it."""
    empty = grid.values < 0.5
    inside = np.zeros_like(empty)
    regions, _ = ndimage.label(empty, _WITHIN_SECTION)
    cell = float(grid.step[0] * grid.step[1])
    middle = grid.index(2, 0.0)
    for order in (range(middle, empty.shape[2]), range(middle - 1, -1, -1)):
        seed = (grid.index(0, 0.0), grid.index(1, 0.0))
        for k in order:
            region = _region_at(regions[:, :, k], seed)
            if region is None or not _MIN_AREA_MM2 < np.count_nonzero(region) * cell < _MAX_AREA_MM2:
                continue
            inside[:, :, k] = region
            seed_x, seed_y = (float(index.mean()) for index in np.nonzero(region))
            seed = (round(seed_x), round(seed_y))
    return inside


def _region_at(regions: NDArray[np.int32], seed: tuple[int, int]) -> BoolArray | None:
    """The numbered region of a section at a seed, unless it reaches the section's border."""
    number = regions[seed]
    if number == 0:
        return None
    region = regions == number
    if region[0].any() or region[-1].any() or region[:, 0].any() or region[:, -1].any():
        return None
    return np.asarray(region)


def majority_loss_mm2(mask: LabelMap, frame: Frame) -> float:
    """How much smaller a hole comes out where voxels are bone or not by the majority of their volume.

    Parameters
    ----------
    mask : LabelMap
    frame : Frame
        The section is its x-y plane.

    Notes
    -----
    To be bone by majority is to pass one half in the image that the voxel's box blurs. A blur whose standard
    deviation along the outline is s moves the half level of an edge with curvature k inwards by ``k s² / 2``, as the
    heat equation has it. Around a closed outline k integrates to one turn, whatever its shape, so that with s²
    averaged over all directions the area shrinks by ``pi (sx² + sy²) / 2``. A box of edges h adds ``(h_i cos_i)² /
    12`` to the variance along a direction: ``pi h² / 12`` for cubes. Interpolating the mask takes nothing more as long
    as the whole slope from bone to canal is summed.
    """
    across = (mask.direction * mask.spacing).T @ frame.axes[:, :2]
    return float(np.pi * (across**2).sum() / 24.0)


def _areas(grid: LocalGrid, inside: BoolArray, voxel_mm: float) -> FloatArray:
    """Area of each section with partial cells at its border, mm2; the border is half a voxel's diagonal wide."""
    cells = max(1, int(np.ceil(voxel_mm * np.sqrt(0.5) / float(grid.step[0]))))
    box = (*box_of(inside, cells)[:2], slice(None))
    near = ndimage.binary_dilation(inside[box], np.ones((3, 3, 1), dtype=bool), iterations=cells)
    empty = ((1.0 - grid.values[box]) * near).sum(axis=(0, 1))
    return np.asarray(empty * grid.step[0] * grid.step[1], dtype=np.float64)


def _running_mean(values: FloatArray, sections: int) -> FloatArray:
    """Mean over an odd number of neighbours; missing ones are left out, a missing centre stays missing."""
    known = np.isfinite(values)
    kernel = np.ones(sections)
    total = np.convolve(np.where(known, values, 0.0), kernel, mode="same")
    count = np.convolve(known.astype(float), kernel, mode="same")
    return np.where(known, total / np.maximum(count, 1), np.nan)


def _outline(grid: LocalGrid, inside: BoolArray, k: int) -> FloatArray | None:
    """Half-occupancy contour of a section in local (x, y), mm."""
    near = ndimage.binary_dilation(inside[:, :, k], np.ones((3, 3), dtype=bool), iterations=2)
    field = np.where(near, grid.values[:, :, k], 1.0)
    contours = find_contours(field, 0.5)
    if not contours:
        return None
    longest = max(contours, key=len)
    return np.asarray(grid.start[:2] + longest * grid.step[:2])


def _midline_extent(contour: FloatArray) -> float:
    """Antero-posterior extent of a closed contour on the line x = 0 through its centroid."""
    x, y = contour.T
    change = np.nonzero(np.sign(x[:-1]) != np.sign(x[1:]))[0]
    part = x[change] / (x[change] - x[change + 1])
    crossings = y[change] + part * (y[change + 1] - y[change])
    return float(np.ptp(crossings))
