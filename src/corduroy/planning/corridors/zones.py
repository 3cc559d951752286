"""Where canal, nerve roots, vessels and viscera must be expected when no label shows them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.canal_tube import CanalTube, canal_tube
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.posterior import Pedicle, PosteriorElements, Side
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.vertebra import Vertebra
from corduroy.planning.corridors.grid import FloatArray, SearchGrid

BoolArray = NDArray[np.bool_]

# All author's choice, in mm.
_CANAL_REACH = 45.0  # of the canal above and below the vertebra is drawn
_CANAL_RADIUS = 9.0  # where no ring shows it
_ROOT_RADIUS = 3.0
_ROOT_BELOW_PEDICLE = 2.0  # from the pedicle's lower edge to the root's centre where it leaves the canal
_ROOT_RUN = 14.0  # sideways from the canal; then it lies before the transverse process among muscle
_ROOT_FALL = {"cervical": 2.0, "thoracic": 3.0, "lumbar": 10.0, "sacral": 12.0}  # over that run
_ROOT_FORWARD = 4.0
_SPACE_BEFORE = 1 / 3  # of the body's depth: what lies further forward, beside the bone, may be a vessel
_SPACE_BESIDE = 45.0  # from the midline: what lies further out, and not behind the canal, may be lung or kidney


def canal_on(grid: SearchGrid, spine: Spine, vertebra: Vertebra) -> tuple[BoolArray, str | None]:
    """The canal near a vertebra, and a word of doubt where no ring of bone shows its width."""
    centre = vertebra.canal_point
    inside = np.zeros(grid.shape, dtype=bool)
    tube = canal_tube(spine)
    if tube is not None:
        near = np.linalg.norm(tube.centres - centre, axis=1) < _CANAL_REACH
        if near.any():
            part = CanalTube(tube.centres[near], tube.axes[near], tube.radii[near])
            return np.asarray(part.mask_on(grid.as_volume()).array > 0), None
    points, box = _points_around(grid, centre, _CANAL_REACH)
    local = points - centre
    along = local @ vertebra.frame.superior
    across = np.linalg.norm(local - along[..., None] * vertebra.frame.superior, axis=-1)
    inside[box] = across <= _CANAL_RADIUS
    return inside, f"no closed ring shows the canal: a tube of {2 * _CANAL_RADIUS:g} mm stands for it"


def roots_on(grid: SearchGrid, elements: list[tuple[Vertebra, PosteriorElements]]) -> BoolArray:
    """Zones of the nerve roots below the pedicles of the given vertebrae.

    Notes
    -----
    A root leaves below its own level's pedicle, in the upper part of the foramen. When this misleads: conjoined
    roots, a root displaced by tumour or disc, and the ganglion's own width are not known from bones.
    """
    inside = np.zeros(grid.shape, dtype=bool)
    for vertebra, parts in elements:
        for side in Side:
            pedicle = parts.pedicles[side]
            if pedicle is not None:
                start, end = _root(vertebra, pedicle)
                points, box = _points_around(grid, (start + end) / 2, _ROOT_RUN + 2 * _ROOT_RADIUS)
                inside[box] |= _distance_to(points, start, end) <= _ROOT_RADIUS
    return inside


def _root(vertebra: Vertebra, pedicle: Pedicle) -> tuple[FloatArray, FloatArray]:
    """Where a root leaves the canal and where it is out of the foramen, world mm."""
    x, y, z = vertebra.frame.local(pedicle.point)
    outwards = pedicle.side.sign
    start = np.array([x - outwards * pedicle.width_mm.value / 2, y, z - pedicle.height_mm.value / 2])
    start[2] -= _ROOT_BELOW_PEDICLE + _ROOT_RADIUS / 2
    run = np.array([outwards * _ROOT_RUN, _ROOT_FORWARD, -_ROOT_FALL[vertebra.level.region]])
    return vertebra.frame.world(start), vertebra.frame.world(start + run)


def space_before(grid: SearchGrid, vertebra: Vertebra, depth: tuple[float, float]) -> BoolArray:
    """All that lies further forward than the posterior third of the body; the vertebra itself is taken out later.

    Parameters
    ----------
    depth : tuple of 2 floats
        Local y of the body's posterior and anterior wall.
    """
    return _halfspace(grid, vertebra.frame, np.array([0.0, 1.0, 0.0]), depth[0] + _SPACE_BEFORE * (depth[1] - depth[0]))


def space_beside(grid: SearchGrid, vertebra: Vertebra) -> BoolArray:
    """All that lies 45 mm or more to a side and not behind the canal's middle."""
    canal_y = float(vertebra.frame.local(vertebra.canal_point)[1])
    before = _halfspace(grid, vertebra.frame, np.array([0.0, 1.0, 0.0]), canal_y)
    right = _halfspace(grid, vertebra.frame, np.array([1.0, 0.0, 0.0]), _SPACE_BESIDE)
    left = _halfspace(grid, vertebra.frame, np.array([-1.0, 0.0, 0.0]), _SPACE_BESIDE)
    return np.asarray(before & (right | left))


def _halfspace(grid: SearchGrid, frame: Frame, direction: FloatArray, beyond: float) -> BoolArray:
    """Voxels whose local coordinate along a direction exceeds a value, from three sums along the grid's axes."""
    normal = frame.axes @ direction
    start = float((grid.affine[:3, 3] - frame.origin) @ normal)
    slope = grid.affine[:3, :3].T @ normal
    x, y, z = (slope[i] * np.arange(grid.shape[i], dtype=np.float32) for i in range(3))
    return np.asarray((start + x[:, None, None]) + (y[:, None] + z[None, :])[None] > beyond)


def _points_around(grid: SearchGrid, centre: FloatArray, reach: float) -> tuple[FloatArray, tuple[slice, slice, slice]]:
    """World centres of the voxels around a point, and their box."""
    voxel = grid.index(centre)
    span = reach / grid.spacing + 1
    start = np.clip(np.floor(voxel - span), 0, grid.shape).astype(int)
    stop = np.clip(np.ceil(voxel + span) + 1, 0, grid.shape).astype(int)
    box = (slice(start[0], stop[0]), slice(start[1], stop[1]), slice(start[2], stop[2]))
    index = np.moveaxis(np.indices(tuple(stop - start)), 0, -1) + start
    return np.asarray(index @ grid.affine[:3, :3].T + grid.affine[:3, 3]), box


def _distance_to(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Distance of points to a segment, mm."""
    way = end - start
    share = np.clip((points - start) @ way / (way @ way), 0.0, 1.0)
    return np.asarray(np.linalg.norm(points - start - share[..., None] * way, axis=-1))
