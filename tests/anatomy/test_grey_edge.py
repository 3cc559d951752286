"""Endplates placed on grey values: plates and drums at known sub-voxel places, blurred and sampled like a CT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr

from corduroy.anatomy.body import BoundaryPoints
from corduroy.anatomy.endplates import Endplate
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grey_edge import GreyFit, fit_edge, step_response
from corduroy.anatomy.grey_voxels import voxels_beside
from corduroy.anatomy.grid import LocalGrid, sample_along
from corduroy.anatomy.surface import fit_surface
from corduroy.imaging.volume import LabelMap, Volume

FloatArray = NDArray[np.float64]
Height = Callable[[FloatArray, FloatArray], FloatArray]
UPRIGHT = Frame(np.zeros(3), np.eye(3))
HALF = np.array([16.0, 13.0, 12.0])
SEEN = np.array([19.0, 16.0, 10.0])
DISC_HU, SHELL_HU, BONE_HU, NOISE_HU = 80.0, 800.0, 150.0, 15.0
FINE = 4


def plane(offset: float, slope_x: float = 0.06, slope_y: float = -0.09) -> Height:
    return lambda x, y: slope_x * x + slope_y * y + offset


def scanned(
    top: Height,
    spacing_mm: float | tuple[float, float, float] = 2.0,
    shell_mm: float = 0.6,
    margin_mm: float = 0.0,
    psf_mm: float = 0.35,
    frame: Frame = UPRIGHT,
) -> tuple[Volume, LabelMap]:
    """Bone under a shell below a surface, as a CT of mean voxels and as a mask drawn `margin_mm` outside the shell."""
    spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=float), 3)
    count = np.ceil(2 * SEEN / spacing).astype(int)
    first = -SEEN + spacing / 2
    ends = zip(SEEN, count, spacing, strict=True)
    axes = [-end + step / FINE * (np.arange(n * FINE) + 0.5) for end, n, step in ends]
    local = frame.local(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))
    depth = top(local[..., 0], local[..., 1]) - local[..., 2]
    sub = float(spacing.min()) / FINE
    outer, inner = (np.clip(0.5 + (depth - d) / sub, 0.0, 1.0) for d in (0.0, shell_mm))
    grey = DISC_HU + (SHELL_HU - DISC_HU) * outer + (BONE_HU - SHELL_HU) * inner
    grey = ndimage.gaussian_filter(grey, psf_mm * FINE / spacing, mode="nearest")
    blocks = (count[0], FINE, count[1], FINE, count[2], FINE)
    noise = NOISE_HU * np.random.default_rng(4).standard_normal(tuple(count))
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = first
    filled = np.clip(0.5 + (depth + margin_mm) / sub, 0.0, 1.0).reshape(blocks).mean(axis=(1, 3, 5))
    ct = Volume((grey.reshape(blocks).mean(axis=(1, 3, 5)) + noise).astype(np.float32), affine)
    return ct, LabelMap((filled > 0.5).astype(np.uint8), affine)


def columns(grid: LocalGrid, top: Height) -> BoundaryPoints:
    x, y = (part.ravel() for part in np.meshgrid(grid.x, grid.y, indexing="ij"))
    return BoundaryPoints(x, y, top(x, y), np.ones((len(grid.x), len(grid.y)), dtype=bool))


def placed(ct: Volume, mask: LabelMap, guess: Height, frame: Frame = UPRIGHT, step_mm: float = 2.0) -> GreyFit:
    """The fit of a superior endplate, begun from a guess."""
    grid = sample_along(mask, frame, -HALF, HALF, np.ones(3))
    points = columns(grid, guess)
    start = fit_surface(points.x, points.y, points.z, (4, 5))
    plate = Endplate("superior", frame, replace(start, residual_sd=0.29 * step_mm))
    return fit_edge(plate.surface, voxels_beside(plate, points, grid, ct, mask, 1, None), step_mm, step_mm)


def errors(fit: GreyFit, top: Height) -> FloatArray:
    x, y = np.meshgrid(np.linspace(-13, 13, 15), np.linspace(-10, 10, 15))
    return fit.surface(x, y) - top(x, y)


def test_the_share_of_a_half_space_is_that_of_a_blurred_box() -> None:
    depth = np.linspace(-4.0, 4.0, 33)
    share, _, _ = step_response(depth, np.full(33, 2.0), np.full(33, 0.5))
    offsets = (np.arange(2000) + 0.5) / 1000 - 1.0
    assert share == pytest.approx(ndtr((depth[:, None] + offsets) / 0.5).mean(axis=1), abs=1e-6)


def test_its_derivatives_are_its_derivatives() -> None:
    depth, box, sd = np.linspace(-3.0, 3.0, 25), np.full(25, 1.7), np.full(25, 0.6)
    _, slope, by_sd = step_response(depth, box, sd)
    e = 1e-5
    assert slope == pytest.approx(
        (step_response(depth + e, box, sd)[0] - step_response(depth - e, box, sd)[0]) / (2 * e)
    )
    rise = (step_response(depth, box, sd + e)[0] - step_response(depth, box, sd - e)[0]) / (2 * e)
    assert by_sd == pytest.approx(rise, abs=1e-6)


@pytest.mark.parametrize("offset", [0.0, 0.5, 0.9, 1.4, 1.8])
def test_a_tilted_plate_in_voxels_of_2_mm_is_placed_to_a_fifteenth_of_one(offset: float) -> None:
    top = plane(offset)
    error = errors(placed(*scanned(top), plane(offset + 0.6)), top)
    assert abs(float(error.mean())) < 0.08
    assert float(error.std()) < 0.08


def test_higher_on_the_right_is_found_higher_on_the_right() -> None:
    fit = placed(*scanned(plane(0.3, slope_x=0.15)), plane(0.3))
    assert float(fit.surface(10.0, 0.0) - fit.surface(-10.0, 0.0)) == pytest.approx(3.0, abs=0.15)


def test_the_hollow_of_a_plate_is_followed_where_the_mask_has_steps() -> None:
    def hollow(x: FloatArray, y: FloatArray) -> FloatArray:
        return 3.0 - 2.2 * (1 - x**2 / 256) * (1 - y**2 / 169) + 0.02 * x

    error = errors(placed(*scanned(hollow), lambda x, y: hollow(x, y) * 0 + 1.5), hollow)
    assert float(np.sqrt((error**2).mean())) < 0.1


@pytest.mark.parametrize("shell_mm", [0.4, 0.9])
def test_a_shell_of_another_thickness_moves_the_surface_little(shell_mm: float) -> None:
    top = plane(0.7)
    assert abs(float(errors(placed(*scanned(top, shell_mm=shell_mm), top), top).mean())) < 0.15


def test_a_mask_drawn_outside_the_shell_keeps_its_own_surface() -> None:
    fit = placed(*scanned(plane(0.4), margin_mm=0.7), plane(0.4))
    assert fit.margin_mm == pytest.approx(0.7, abs=0.15)
    assert float(errors(fit, plane(1.1)).mean()) == pytest.approx(0.0, abs=0.1)


def test_a_wider_point_spread_is_recognised() -> None:
    sharp, soft = (placed(*scanned(plane(0.4), psf_mm=psf), plane(0.4)) for psf in (0.3, 1.0))
    assert sharp.psf_mm < 0.55 < 0.8 < soft.psf_mm
    assert abs(float(errors(soft, plane(0.4)).mean())) < 0.1


@pytest.mark.parametrize("degrees", [(18.0, 0.0, 0.0), (-9.0, 14.0, 20.0)])
def test_oblique_and_anisotropic_voxels(turn: Callable[..., Frame], degrees: tuple[float, float, float]) -> None:
    frame, top = turn(degrees), plane(0.5)
    fit = placed(*scanned(top, (0.9, 0.9, 2.5), frame=frame), plane(1.1), frame, step_mm=2.5)
    assert float(np.sqrt((errors(fit, top) ** 2).mean())) < 0.12


def test_without_contrast_the_grey_values_say_so() -> None:
    ct, mask = scanned(plane(0.4))
    flat = np.random.default_rng(5).normal(90.0, NOISE_HU, ct.shape).astype(np.float32)
    fit = placed(ct.with_array(flat), mask, plane(0.4))
    assert fit.slope_hu_mm * 2.0 < 1.5 * fit.noise_hu
