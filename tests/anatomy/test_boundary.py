"""Surfaces placed on voxel centres: planes and bowls at known sub-voxel positions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from corduroy.anatomy.boundary import Patch, VoxelCentres, refine
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import sample_along
from corduroy.anatomy.surface import PolynomialSurface, fit_surface
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]
Height = Callable[[FloatArray, FloatArray], FloatArray]
UPRIGHT = Frame(np.zeros(3), np.eye(3))
LOW, HIGH = np.array([-16.0, -13.0, -12.0]), np.array([16.0, 13.0, 12.0])


def block(
    top: Height, frame: Frame = UPRIGHT, spacing_mm: tuple[float, ...] = (1.0, 1.0, 1.0), along: int = 2
) -> LabelMap:
    """Bone on one side of a surface; a voxel is bone when its centre is."""
    spacing = np.array(spacing_mm)
    reach = np.full(3, 34.0)
    shape = np.ceil(2 * reach / spacing).astype(int)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = -reach
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
    local = frame.local(grid * spacing - reach)
    across = [axis for axis in range(3) if axis != along]
    return LabelMap(local[..., along] < top(local[..., across[0]], local[..., across[1]]), affine)


def placed(
    mask: LabelMap, first: Height, frame: Frame = UPRIGHT, along: int = 2, outward: int = 1
) -> PolynomialSurface:
    """The refined surface, begun from a guess."""
    grid = sample_along(mask, frame, LOW, HIGH, np.ones(3))
    across = [axis for axis in range(3) if axis != along]
    u, v = (part.ravel() for part in np.meshgrid(*(grid.axis(axis) for axis in across), indexing="ij"))
    start = fit_surface(u, v, first(u, v), (4, 5))
    seen = np.ones([grid.values.shape[axis] for axis in across], dtype=bool)
    centres = VoxelCentres.around(np.ones(grid.values.shape, dtype=bool), mask, grid)
    return refine(start, centres, Patch(grid, along, outward, seen))


def inner(count: int = 25) -> tuple[FloatArray, FloatArray]:
    u, v = np.meshgrid(np.linspace(-13, 13, count), np.linspace(-9, 9, count))
    return u, v


def plane(offset: float) -> Height:
    return lambda u, v: 0.08 * u - 0.11 * v + offset


@pytest.mark.parametrize("offset", [0.0, 0.13, 0.37, 0.5, 0.82])
def test_a_tilted_plane_is_placed_to_a_twentieth_of_a_voxel(offset: float) -> None:
    surface = placed(block(plane(offset)), plane(offset + 0.4))
    assert np.abs(surface(*inner()) - plane(offset)(*inner())).max() < 0.05


def test_where_it_began_does_not_matter() -> None:
    mask = block(plane(0.2))
    from_above, from_below = (placed(mask, plane(0.2 + away))(*inner()) for away in (0.7, -0.7))
    assert np.abs(from_above - from_below).max() < 0.05


def test_a_shift_of_three_tenths_of_a_voxel_is_seen() -> None:
    before, after = (placed(block(plane(offset)), plane(0.0))(*inner()) for offset in (0.0, 0.3))
    assert float((after - before).mean()) == pytest.approx(0.3, abs=0.02)
    assert np.abs(after - before - 0.3).max() < 0.08


def test_bone_above_the_surface_is_the_inferior_endplate() -> None:
    mask = block(plane(0.3))
    upside_down = LabelMap(1 - mask.array, mask.affine)
    surface = placed(upside_down, plane(-0.2), outward=-1)
    assert np.abs(surface(*inner()) - plane(0.3)(*inner())).max() < 0.05


def test_a_wall_is_a_surface_along_the_anterior_axis() -> None:
    surface = placed(block(plane(0.3), along=1), plane(-0.2), along=1)
    assert np.abs(surface(*inner()) - plane(0.3)(*inner())).max() < 0.05


def test_the_hollow_of_an_endplate_is_followed() -> None:
    def hollow(u: FloatArray, v: FloatArray) -> FloatArray:
        return 3.0 - 2.0 * (1 - u**2 / 256) * (1 - v**2 / 169) + 0.05 * u + 0.07 * v

    error = placed(block(hollow), lambda u, v: hollow(u, v) + 0.3)(*inner()) - hollow(*inner())
    assert np.abs(error).max() < 0.15
    assert float(np.sqrt((error**2).mean())) < 0.05


@pytest.mark.parametrize("degrees", [(20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (-14.0, 11.0, 17.0)])
def test_oblique_and_anisotropic_grids(turn: Callable[..., Frame], degrees: tuple[float, float, float]) -> None:
    frame = turn(degrees, (0.3, -0.2, 0.4))
    surface = placed(block(plane(0.1), frame, (0.8, 0.8, 2.5)), plane(0.6), frame)
    error = surface(*inner()) - plane(0.1)(*inner())
    assert float(np.sqrt((error**2).mean())) < 0.05 * 2.5
    assert np.abs(error).max() < 0.15 * 2.5


def test_noise_at_the_border_moves_the_surface_little() -> None:
    clean = block(plane(0.3))
    rng = np.random.default_rng(8)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in clean.shape), indexing="ij"), axis=-1)
    local = clean.world_from_voxel(index)
    wobble = rng.normal(0, 0.5, clean.shape)
    noisy = LabelMap(local[..., 2] + wobble < plane(0.3)(local[..., 0], local[..., 1]), clean.affine)
    surface = placed(noisy, plane(0.0))
    assert abs(float((surface(*inner()) - plane(0.3)(*inner())).mean())) < 0.08
