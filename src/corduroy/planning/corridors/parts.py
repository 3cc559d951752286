"""The vertebra's parts by number, the grooves beside it, its bone as entries, and the walls of its pedicles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from skimage.measure import points_in_poly

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.posterior import Part, Pedicle, PosteriorElements, Side
from corduroy.anatomy.vertebra import Vertebra
from corduroy.imaging.volume import LabelMap
from corduroy.planning.corridors import on_the_way
from corduroy.planning.corridors.distance import box_distances

FloatArray = NDArray[np.float64]
Codes = NDArray[np.uint8]

PART_NAMES = {
    on_the_way.BODY: "body",
    on_the_way.PEDICLE_LEFT: "left pedicle",
    on_the_way.PEDICLE_RIGHT: "right pedicle",
    on_the_way.LAMINA_LEFT: "left lamina",
    on_the_way.LAMINA_RIGHT: "right lamina",
    on_the_way.SPINOUS: "spinous process",
    on_the_way.TRANSVERSE: "transverse process",
    on_the_way.TRANSVERSE_AT_RIB: "transverse process",
    on_the_way.ARCH: "articular process or other arch",
}
_GROOVE_MM = 8.0  # to both rib and vertebra: the way of a costovertebral needle (author's choice)
_TABLE_HALF_MM = 16.0
_TABLE_STEP_MM = 0.25


def parts_of(vertebra: Vertebra, elements: PosteriorElements) -> LabelMap:
    """The numbers of the parts on the grid of the vertebra's mask."""
    codes = np.zeros(vertebra.mask.shape, np.uint8)
    codes[vertebra.arch_mask] = on_the_way.ARCH
    codes[vertebra.body_mask] = on_the_way.BODY
    named: list[tuple[Part | None, int]] = [
        *((elements.transverse_processes[side], on_the_way.TRANSVERSE) for side in Side),
        (elements.spinous_process, on_the_way.SPINOUS),
        (elements.laminae[Side.LEFT], on_the_way.LAMINA_LEFT),
        (elements.laminae[Side.RIGHT], on_the_way.LAMINA_RIGHT),
        (elements.pedicle_parts[Side.LEFT], on_the_way.PEDICLE_LEFT),
        (elements.pedicle_parts[Side.RIGHT], on_the_way.PEDICLE_RIGHT),
    ]
    for part, code in named:
        if part is not None:
            codes[part.voxels] = code
    return LabelMap(codes, vertebra.mask.affine, f"parts of {vertebra.level}")


def with_grooves(parts: Codes, ribs: NDArray[np.bool_] | None, spacing: FloatArray) -> Codes:
    """Mark where a costovertebral needle runs: between rib and vertebra, or through the process that bears the rib.

    Where no ribs are given, all soft voxels near the vertebra count as lying between.
    """
    wanted = np.zeros(256, dtype=bool)
    wanted[1 : on_the_way.LAST_BONE + 1] = True
    near = box_distances(parts, wanted, spacing)[0] <= _GROOVE_MM
    if ribs is not None:
        near &= box_distances(ribs.view(np.uint8), np.arange(256) == 1, spacing)[0] <= _GROOVE_MM
        near &= ~ribs
    marked = np.where(parts == on_the_way.TRANSVERSE, np.uint8(on_the_way.TRANSVERSE_AT_RIB), parts)
    return np.where(near & (parts == 0), np.uint8(on_the_way.GROOVE), marked)


def bone_entries(parts: LabelMap, vertebra: Vertebra, step_mm: float) -> FloatArray:
    """World points on the bone that is seen from behind, about `step_mm` apart, shape (n, 3)."""
    voxels = np.argwhere((parts.array > 0) & (parts.array != on_the_way.BODY))
    local = vertebra.frame.local(parts.world_from_voxel(voxels))
    cells = np.rint(local[:, [0, 2]] / step_mm).astype(np.int64)
    order = np.lexsort((local[:, 1], cells[:, 1], cells[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(cells[order], axis=0) != 0).any(axis=1)
    return vertebra.frame.world(local[order[first]])


def pedicle_planes(pedicles: Mapping[Side, Pedicle | None], frame: Frame) -> tuple[FloatArray, NDArray[np.float32]]:
    """Centre, right, upward and forward direction of either isthmus, and the distances to its wall around there.

    Returns
    -------
    planes : ndarray, shape (2, 4, 3)
        World; left first.
    table : ndarray of float32, shape (2, n, n)
        Signed distance in mm to the outline, positive inside; -99 where there is no pedicle.
    """
    count = 2 * int(_TABLE_HALF_MM / _TABLE_STEP_MM) + 1
    planes = np.zeros((2, 4, 3))
    table = np.full((2, count, count), -99.0, np.float32)
    for number, side in enumerate((Side.LEFT, Side.RIGHT)):
        pedicle = pedicles[side]
        if pedicle is None:
            continue
        forward = pedicle.direction
        up = frame.superior - (frame.superior @ forward) * forward
        up /= np.linalg.norm(up)
        right = np.cross(forward, up)
        planes[number] = pedicle.point, right, up, forward
        outline = (pedicle.outline - pedicle.point) @ np.column_stack([right, up])
        table[number] = _signed_distances(outline, count)
    return planes, table


def _signed_distances(outline: FloatArray, count: int) -> NDArray[np.float32]:
    axis = _TABLE_STEP_MM * (np.arange(count) - count // 2)
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    start, way = outline, np.roll(outline, -1, axis=0) - outline
    square = np.maximum((way**2).sum(axis=1), 1e-12)
    gaps = points[:, None, :] - start
    share = np.clip((gaps * way).sum(axis=-1) / square, 0.0, 1.0)
    distance = np.linalg.norm(gaps - share[..., None] * way, axis=-1).min(axis=1)
    inside = points_in_poly(points, outline)
    return np.asarray(np.where(inside, distance, -distance).reshape(count, count), dtype=np.float32)
