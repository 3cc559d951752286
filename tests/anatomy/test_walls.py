"""The foramen, the posterior wall and the front of a vertebra made from formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid, bounds_in, outline_points, sample_along
from corduroy.anatomy.level import Level
from corduroy.anatomy.vertebra import Body, build_vertebra
from corduroy.anatomy.walls import foramen_centre, gap_behind_body, posterior_wall
from corduroy.imaging.volume import LabelMap

UPRIGHT = Frame(np.zeros(3), np.eye(3))


def gridded(mask: LabelMap, frame: Frame = UPRIGHT) -> LocalGrid:
    return sample_along(mask, frame, *bounds_in(outline_points(mask), frame, 2.0), np.full(3, 1.0))


def opened(mask: LabelMap, frame: Frame) -> LabelMap:
    """The spinous process and the middle of the laminae taken away, as in a laminectomy."""
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in mask.shape), indexing="ij"), axis=-1)
    local = frame.local(mask.world_from_voxel(grid))
    removed = (np.abs(local[..., 0]) < 9.0) & (local[..., 1] < -22.0)
    return LabelMap(np.where(removed, 0, mask.array).astype(np.uint8), mask.affine)


def body_of(mask: LabelMap, frame: Frame) -> Body:
    body = build_vertebra(Level.L3, mask, frame).body
    assert body is not None
    return body


def test_the_foramen_is_found_behind_the_body(drum: Callable[..., Any]) -> None:
    made = drum()
    found = foramen_centre(gridded(made.mask()), 17.0)
    assert found is not None
    # The body's flat back cuts off nothing of the ellipse: it only touches it.
    np.testing.assert_allclose(found[0], (0.0, made.canal_y), atol=0.5)
    assert found[1] == pytest.approx(made.canal_area, rel=0.08)


def test_a_crack_in_the_ring_is_bridged_and_a_gap_is_not(drum: Callable[..., Any]) -> None:
    mask = drum().mask()
    x = mask.world_from_voxel([[i, 0, 0] for i in range(mask.shape[0])])[:, 0]
    behind = mask.world_from_voxel([[0, j, 0] for j in range(mask.shape[1])])[:, 1] < -20.0
    for width, closed in ((2.0, True), (14.0, False)):
        array = mask.array.copy()
        array[np.ix_(np.abs(x) < width / 2, behind, np.arange(mask.shape[2]))] = 0
        assert (foramen_centre(gridded(LabelMap(array, mask.affine)), 17.0) is not None) == closed


def test_a_body_alone_has_no_foramen(drum: Callable[..., Any]) -> None:
    grid = gridded(drum(has_arch=False).mask())
    assert foramen_centre(grid, 17.0) is None
    gap = gap_behind_body(grid)
    assert gap[0] == 0.0
    assert -26.0 < gap[1] < -13.0  # inside the canal that would be there


@pytest.mark.parametrize("degrees", [(6.0, 0.0, 5.0), (-17.0, 9.0, 12.0)])
@pytest.mark.parametrize("spacing", [1.0, (0.8, 0.8, 2.0)])
def test_both_walls_lie_where_they_were_built(
    drum: Callable[..., Any], turn: Callable[..., Frame], degrees: tuple[float, float, float], spacing: Any
) -> None:
    made = drum(frame=turn(degrees, (3.3, -8.4, 2.7)))
    body = body_of(made.mask(spacing), made.frame)
    coarsest = float(np.max(spacing))
    for wall, place in ((body.wall, made.back), (body.front, made.front)):
        heights = np.linspace(-6.0, 6.0, 7)
        local = np.column_stack([np.zeros(7), wall(np.zeros(7), heights), heights])
        found = made.frame.local(body.grid.frame.world(local))[:, 1]
        assert float(found.mean()) == pytest.approx(place, abs=0.25 * coarsest)
        assert np.abs(found - place).max() < 0.5 * coarsest


def test_an_open_ring_leaves_the_posterior_wall_in_place(drum: Callable[..., Any], turn: Callable[..., Frame]) -> None:
    made = drum(frame=turn((8.0, -5.0, 4.0)))
    vertebra = build_vertebra(Level.L3, opened(made.mask(), made.frame), made.frame)
    assert not vertebra.ring_closed
    assert "the bony ring around the canal is open" in vertebra.flags
    assert vertebra.body is not None
    back = vertebra.body.grid.frame.world([0.0, float(vertebra.body.wall(0.0, 0.0)), 0.0])
    assert made.frame.local(back)[1] == pytest.approx(made.back, abs=0.4)


def test_a_fragment_in_the_canal_does_not_take_the_wall_along(
    drum: Callable[..., Any], turn: Callable[..., Frame]
) -> None:
    made = drum(frame=turn((5.0, 3.0, 0.0)))
    mask = made.mask()
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in mask.shape), indexing="ij"), axis=-1)
    x, y, z = np.moveaxis(made.frame.local(mask.world_from_voxel(grid)), -1, 0)
    fragment = ((x / 7.0) ** 2 + ((y - made.back) / 6.0) ** 2 + ((z - 8.0) / 5.0) ** 2 < 1) & (z < 12.0)
    broken = LabelMap(mask.array | fragment.astype(np.uint8), mask.affine)
    intact, fractured = (body_of(m, made.frame) for m in (mask, broken))
    walls = [
        made.frame.local(body.grid.frame.world([0.0, float(body.wall(0.0, 0.0)), 0.0]))[1]
        for body in (intact, fractured)
    ]
    assert walls[1] == pytest.approx(made.back, abs=0.5)
    assert walls[1] == pytest.approx(walls[0], abs=0.4)


def test_a_solid_block_has_no_posterior_wall() -> None:
    block = np.zeros((60, 60, 40), dtype=np.uint8)
    block[10:50, 10:50, 8:32] = 1
    affine = np.eye(4)
    affine[:3, 3] = (-30.0, -30.0, -20.0)
    mask = LabelMap(block, affine)
    with pytest.raises(ValueError, match="posterior wall is hidden"):
        posterior_wall(gridded(mask), np.array([0.0, -10.0]), 200.0, True)


@pytest.mark.parametrize("end", [1.0, -1.0])
def test_a_row_of_points_on_a_rim_does_not_lead_the_wall_astray(end: float) -> None:
    """The wall stands a little askew, and where it is farthest back its last row is seen through an endplate."""
    x, y, z = np.arange(-12.0, 12.1), np.arange(-40.0, 10.1), np.arange(-14.0, 14.1)
    back = np.where(z == -14.0 * end, -8.3, -16.6 + 0.05 * end * z)
    depth = np.clip(y[:, None] - back[None, :] + 0.5, 0.0, 1.0)
    values = np.repeat(depth[None].astype(np.float32), len(x), axis=0)
    grid = LocalGrid(UPRIGHT, np.array([x[0], y[0], z[0]]), np.ones(3), values)
    wall = posterior_wall(grid, np.array([0.0, -25.0]), 270.0, axes_known=True).surface
    heights = np.linspace(-10.0, 10.0, 7)
    np.testing.assert_allclose(wall(np.zeros(7), heights), -16.6 + 0.05 * end * heights, atol=0.3)
