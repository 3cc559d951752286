"""Volume, width and density of bodies on grids made from formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid
from corduroy.anatomy.surface import PolynomialSurface, fit_surface
from corduroy.anatomy.vertebra import Body
from corduroy.imaging.volume import Volume
from corduroy.morphometry.body_size import body_volume_ml, body_width_mm, trabecular_density

BACK, FRONT, WIDTH, HEIGHT = -14.3, 15.0, 38.0, 24.0
FRAME = Frame.from_directions((30.0, -50.0, 900.0), superior=(0.1, 0.25, 0.95), anterior=(0.05, 1.0, -0.2))


def plane(y: float) -> PolynomialSurface:
    x, z = (part.ravel() for part in np.meshgrid(np.linspace(-20, 20, 9), np.linspace(-12, 12, 9)))
    return fit_surface(x, z, np.full_like(x, y), (1, 1))


def share(axis: np.ndarray, low: float, high: float, step: float) -> np.ndarray:
    """How much of each cell lies between two planes."""
    return np.clip((axis - low) / step + 0.5, 0, 1) * np.clip((high - axis) / step + 0.5, 0, 1)


@pytest.fixture(scope="module", params=[1.0, 0.7])
def box(request: pytest.FixtureRequest) -> Body:
    """A block of 38 by 29.3 by 24 mm, with bone of the arch behind its wall."""
    step = np.array([request.param, request.param, 0.75])
    start = np.array([-26.2, -26.1, -16.3])
    shape = tuple(np.ceil(-2 * start / step).astype(int))
    grid = LocalGrid(FRAME, start, step, np.zeros(shape, dtype=np.float32))
    across = share(grid.x, -WIDTH / 2, WIDTH / 2, step[0])[:, None, None]
    deep = share(grid.y, BACK - 9.0, FRONT, step[1])[None, :, None]
    tall = share(grid.z, -HEIGHT / 2, HEIGHT / 2, step[2])[None, None, :]
    grid = LocalGrid(FRAME, start, step, (across * deep * tall).astype(np.float32))
    inside = (grid.values > 0.5) & (grid.y >= BACK)[None, :, None]
    nothing: Any = None
    return Body(grid, inside, plane(BACK), plane(FRONT), nothing, nothing, nothing, nothing)


def scan(value: Any, half_mm: float = 45.0) -> Volume:
    """A CT around the block; `value` is a number or a function of the block's own coordinates."""
    affine = np.diag([1.5, 1.5, 1.5, 1.0])
    affine[:3, 3] = FRAME.origin - half_mm
    count = int(2 * half_mm / 1.5)
    if not callable(value):
        return Volume(np.full((count,) * 3, value, dtype=np.int16), affine)
    grid = np.stack(np.meshgrid(*([np.arange(count)] * 3), indexing="ij"), axis=-1)
    local = FRAME.local(grid * 1.5 + affine[:3, 3])
    return Volume(np.asarray(value(local)).round().astype(np.int16), affine)


def test_volume_in_front_of_the_wall_with_partial_cells(box: Body) -> None:
    assert body_volume_ml(box) == pytest.approx(WIDTH * (FRONT - BACK) * HEIGHT / 1000, rel=0.01)


def test_width_at_mid_height(box: Body) -> None:
    assert body_width_mm(box) == pytest.approx(WIDTH, abs=0.5 * box.grid.step[0])


def test_density_of_even_bone(box: Body) -> None:
    density = trabecular_density(box, scan(137), 4.0)
    assert density is not None
    assert density.mean_hu == pytest.approx(137.0)
    assert density.standard_error_hu == pytest.approx(0.0, abs=1e-9)
    inner = (WIDTH - 8) * (FRONT - BACK - 8) * (HEIGHT - 8) / 1000
    assert density.volume_ml == pytest.approx(inner, rel=0.12)


def test_the_shell_is_left_out(box: Body) -> None:
    def shelled(local: np.ndarray) -> np.ndarray:
        edge = np.minimum.reduce(
            [
                WIDTH / 2 - np.abs(local[..., 0]),
                FRONT - local[..., 1],
                local[..., 1] - BACK,
                HEIGHT / 2 - np.abs(local[..., 2]),
            ]
        )
        return np.where(edge < 1.5, 700.0, 120.0)

    ct = scan(shelled)
    deep, shallow = trabecular_density(box, ct, 4.0), trabecular_density(box, ct, 0.5)
    assert deep is not None
    assert shallow is not None
    assert deep.mean_hu == pytest.approx(120.0, abs=1.0)
    assert shallow.mean_hu > 150.0
    assert shallow.volume_ml > deep.volume_ml


def test_the_standard_error_counts_grains_not_samples(box: Body) -> None:
    rng = np.random.default_rng(2)
    density = trabecular_density(box, scan(lambda local: 130 + rng.normal(0, 40, local.shape[:-1])), 4.0)
    assert density is not None
    assert density.mean_hu == pytest.approx(130.0, abs=4.0)
    grains = density.volume_ml * 1000 / 27.0
    assert 0.4 * 40 / np.sqrt(grains) < density.standard_error_hu < 40 / np.sqrt(grains)


def test_outside_the_scan_there_is_no_density(box: Body) -> None:
    ct = scan(100)
    affine = ct.affine.copy()
    affine[:3, 3] += 500.0
    assert trabecular_density(box, Volume(ct.array, affine), 4.0) is None


def test_part_of_the_body_outside_the_scan_is_not_counted_as_zero(box: Body) -> None:
    ct = scan(100)
    half = ct.crop((slice(0, ct.shape[0] // 2), slice(None), slice(None)))
    density = trabecular_density(box, half, 4.0)
    assert density is not None
    assert density.mean_hu == pytest.approx(100.0)


def test_too_little_bone_inside_the_margin(box: Body) -> None:
    assert trabecular_density(box, scan(100), 13.0) is None
