"""The search grid, the skin, and the zones that stand for what no label shows."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy import Level, Side, Spine, find_posterior_elements
from corduroy.imaging import LabelMap, Volume
from corduroy.planning.corridors import CorridorSettings
from corduroy.planning.corridors.grid import search_grid
from corduroy.planning.corridors.skin import body_from_ct, skin_entries
from corduroy.planning.corridors.walls import pedicle_walls
from corduroy.planning.corridors.zones import canal_on, roots_on, space_before, space_beside

CODES = np.arange(256, dtype=np.uint8)


def labels_at(spacing: tuple[float, float, float], shape: tuple[int, int, int] = (40, 30, 20)) -> LabelMap:
    rng = np.random.default_rng(5)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = 7.0, -3.0, 2.0
    return LabelMap((rng.random(shape) < 0.02).astype(np.uint8) * 9, affine, "labels")


@pytest.mark.parametrize("spacing", [(0.7, 0.7, 2.5), (0.35, 0.35, 0.5), (1.0, 1.0, 1.0), (3.0, 3.0, 3.0)])
def test_no_labelled_point_is_lost_on_the_search_grid(spacing: tuple[float, float, float]) -> None:
    labels = labels_at(spacing)
    grid = search_grid(labels, np.array([-1e3] * 3), np.array([1e3] * 3))
    assert (grid.spacing <= 1.5 + 1e-9).all()
    assert (grid.spacing >= 0.5).all()
    painted = grid.paint(labels, CODES)
    rng = np.random.default_rng(6)
    marked = np.argwhere(labels.array > 0)
    points = labels.world_from_voxel(np.repeat(marked, 20, axis=0) + rng.uniform(-0.49, 0.49, (20 * len(marked), 3)))
    places = np.rint(grid.index(points)).astype(int)
    assert (painted[tuple(places.T)] == 9).all()
    if (np.array(grid.merged) == 1).all():
        volume = np.count_nonzero(painted) * np.prod(grid.spacing)
        assert volume == pytest.approx(len(marked) * np.prod(spacing))


def test_a_box_is_cut_out_where_it_was_asked() -> None:
    labels = labels_at((1.0, 1.0, 2.0))
    grid = search_grid(labels, np.array([20.0, 5.0, 10.0]), np.array([30.0, 15.0, 20.0]))
    centre = grid.affine[:3, :3] @ ((np.array(grid.shape) - 1) / 2) + grid.affine[:3, 3]
    np.testing.assert_allclose(centre, [25.0, 10.0, 15.0], atol=1.6)
    whole = labels.sample(grid.affine[:3, 3] + np.array([[0.0, 0, 0], [3.0, 2.0, 1.0]]), order=0)
    painted = grid.paint(labels, CODES)
    assert painted[0, 0, 0] == whole[0]


def test_a_turned_map_is_painted_in_its_place() -> None:
    labels = labels_at((1.0, 1.0, 1.0))
    angle = np.deg2rad(12.0)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    turned = LabelMap(labels.array, turn @ labels.affine, "turned")
    grid = search_grid(labels, np.array([-1e3] * 3), np.array([1e3] * 3))
    painted = grid.paint(turned, CODES)
    centres = np.argwhere(np.ones(grid.shape)) @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    np.testing.assert_array_equal(painted.ravel(), turned.sample(centres, order=0).astype(np.uint8))


def test_skin_of_a_drum_in_a_ct() -> None:
    affine = np.diag([2.0, 2.0, 4.0, 1.0])
    affine[:3, 3] = -120.0, -120.0, -100.0
    x, y = (affine[i, 3] + 2.0 * np.arange(120) for i in range(2))
    inside = np.hypot(x[:, None], y[None, :]) <= 90.0
    grey = np.where(inside, 40, -1000).astype(np.int16)
    grey[50:60, 70:80] = -800  # a lung, hollow inside
    ct = Volume(np.repeat(grey[:, :, None], 50, axis=2), affine, "ct")
    body = body_from_ct(ct, -60.0, 60.0)
    entries = skin_entries(body, np.array([5.0, -20.0, 0.0]), CorridorSettings(entry_step_mm=8.0, up_and_down_mm=40.0))
    radius = np.linalg.norm(entries.points_mm[..., :2], axis=-1)
    np.testing.assert_allclose(radius, 90.0, atol=2.5)
    right = entries.around_deg > 20
    assert (entries.points_mm[:, right, 0] > 5.0).all()
    assert (np.diff(entries.height_mm) > 0).all()


def test_zones_lie_where_anatomy_has_them(patient: tuple[Spine, LabelMap]) -> None:
    spine, _ = patient
    vertebra = spine.vertebrae[Level.L1]
    origin = vertebra.frame.origin
    grid = search_grid(patient[1], np.subtract(origin, [60.0, 70.0, 45.0]), np.add(origin, [60.0, 40.0, 45.0]))

    def local_of(mask: np.ndarray) -> np.ndarray:
        return vertebra.frame.local(np.argwhere(mask) @ grid.affine[:3, :3].T + grid.affine[:3, 3])

    canal, doubt = canal_on(grid, spine, vertebra)
    assert doubt is None
    middle = local_of(canal)
    assert np.abs(middle[:, 0]).max() < 20.0
    assert middle[:, 1].max() < 0.0
    elements = find_posterior_elements(vertebra)
    roots = local_of(roots_on(grid, [(vertebra, elements)]))
    for side in Side:
        pedicle = elements.pedicles[side]
        assert pedicle is not None
        place = vertebra.frame.local(pedicle.point)
        own = roots[roots[:, 0] * side.sign > 0]
        assert own[:, 2].max() < place[2] - pedicle.height_mm.value / 2 + 2.0
        assert np.abs(own[:, 0]).max() > abs(place[0])
    assert local_of(space_before(grid, vertebra, (-15.0, 15.0)))[:, 1].min() >= -5.0 - 1e-3
    beside = local_of(space_beside(grid, vertebra))
    assert np.abs(beside[:, 0]).min() >= 45.0 - 1e-3


def test_walls_of_a_pedicle_by_side(patient: tuple[Spine, LabelMap]) -> None:
    vertebra = patient[0].vertebrae[Level.L1]
    pedicle = find_posterior_elements(vertebra).pedicles[Side.RIGHT]
    assert pedicle is not None
    along = -pedicle.direction
    middle = pedicle_walls(pedicle, vertebra.frame, pedicle.point - 20.0 * along, along, 1.0)
    moved = pedicle.point + 1.0 * vertebra.frame.right
    aside = pedicle_walls(pedicle, vertebra.frame, moved - 20.0 * along, along, 1.0)
    assert middle is not None
    assert aside is not None
    assert middle.left_mm + middle.right_mm + 2.0 == pytest.approx(pedicle.width_mm.value, abs=1.5)
    assert aside.right_mm < middle.right_mm
    assert aside.left_mm > middle.left_mm
    outside = pedicle.point + 20.0 * vertebra.frame.right
    assert pedicle_walls(pedicle, vertebra.frame, outside - 20.0 * along, along, 1.0) is None
