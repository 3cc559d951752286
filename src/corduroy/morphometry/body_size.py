"""Size and density of the vertebral body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.grid import box_of
from corduroy.anatomy.vertebra import Body
from corduroy.imaging.volume import Volume

FloatArray = NDArray[np.float64]

_GRAIN_MM = 3.0  # author's choice: marrow and trabeculae closer than this do not vary independently
_MIN_SAMPLES = 60
_ROOTS_SHARE = 0.4


@dataclass(frozen=True)
class TrabecularDensity:
    """Mean density of the body's interior.

    Parameters
    ----------
    mean_hu : float
    standard_error_hu : float
        From the spread over independent grains of 3 mm.
    volume_ml : float
        Volume averaged.
    """

    mean_hu: float
    standard_error_hu: float
    volume_ml: float


def body_volume_ml(body: Body) -> float:
    """Volume of the body in front of its posterior wall, pedicles excluded, with partial cells at its surface."""
    grid = body.grid
    x, y, z = box = box_of(body.inside, 1)
    reach = ndimage.binary_dilation(body.inside[box])
    wall = body.wall(grid.x[x, None], grid.z[None, z])[:, None, :]
    ahead = (grid.y[None, y, None] - wall) / grid.step[1] + 0.5
    share = grid.values[box] * np.clip(ahead, 0.0, 1.0)
    return float(share[reach].sum() * np.prod(grid.step) / 1000.0)


def body_width_mm(body: Body) -> float:
    """Largest transverse extent at mid-height; the hind two fifths, where the pedicles spring, are left out."""
    grid = body.grid
    middle = grid.index(2, 0.0)
    slab = slice(max(0, middle - 1), middle + 2)
    rows = np.where(body.inside[:, :, slab].any(axis=2), grid.values[:, :, slab].mean(axis=2), 0.0)
    back, front = float(body.wall(0.0, 0.0)), float(body.front(0.0, 0.0))
    rows = rows[:, grid.y > back + _ROOTS_SHARE * (front - back)]
    extents = rows.sum(axis=0) * grid.step[0]
    return float(ndimage.median_filter(extents, 3).max())


def trabecular_density(body: Body, ct: Volume, margin_mm: float) -> TrabecularDensity | None:
    """Mean Hounsfield units of the body further than `margin_mm` from its surface.

    Parameters
    ----------
    body : Body
    ct : Volume
        Hounsfield units.
    margin_mm : float

    Returns
    -------
    TrabecularDensity or None
        None if too little is left inside the margin, or the body lies outside the CT.

    Notes
    -----
    When this number misleads: contrast medium raises it by 10 HU and more; a different tube voltage shifts it;
    metal, cement and endplate sclerosis are not left out.
    """
    grid = body.grid
    box = box_of(body.inside, 0)
    inner = ndimage.distance_transform_edt(np.pad(body.inside[box], 1), sampling=grid.step)[1:-1, 1:-1, 1:-1]
    cells = np.argwhere(inner > margin_mm) + [part.start for part in box]
    if len(cells) < _MIN_SAMPLES:
        return None
    world = grid.frame.world(grid.start + cells * grid.step)
    values = ct.sample(world, order=1, fill=np.nan)
    values = values[np.isfinite(values)]
    if len(values) < _MIN_SAMPLES:
        return None
    volume = float(len(values) * np.prod(grid.step))
    grains = max(volume / _GRAIN_MM**3, 1.0)
    return TrabecularDensity(float(values.mean()), float(values.std() / np.sqrt(grains)), volume / 1000.0)
