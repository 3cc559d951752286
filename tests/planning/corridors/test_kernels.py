"""Distances, marches and exact clearances against slow and plain computations of the same."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.planning.corridors.distance import box_distances
from corduroy.planning.corridors.exact import nearest_of_each
from corduroy.planning.corridors.march import first_below, least_clearance

SPACING = np.array([0.7, 0.9, 2.5])


def scattered(rng: np.random.Generator, shape: tuple[int, int, int], count: int) -> np.ndarray:
    ids = np.zeros(shape, np.uint8)
    ids[tuple(rng.integers(0, shape, (count, 3)).T)] = rng.integers(1, 5, count)
    return ids


def to_boxes(point_mm: np.ndarray, voxels: np.ndarray) -> np.ndarray:
    """Distance of one point (mm along the array's axes) to each voxel's box."""
    gap = np.maximum(np.abs(point_mm - voxels * SPACING) - SPACING / 2, 0.0)
    return np.sqrt((gap**2).sum(axis=1))


def test_distances_to_boxes_and_whose_they_are() -> None:
    ids = scattered(np.random.default_rng(0), (17, 13, 11), 12)
    wanted = np.isin(np.arange(256), (1, 2, 3))
    distance, nearest = box_distances(ids, wanted, SPACING)
    voxels = np.argwhere(wanted[ids])
    for place in np.ndindex(ids.shape):
        all_of_them = to_boxes(np.array(place) * SPACING, voxels)
        assert distance[place] == pytest.approx(all_of_them.min(), abs=1e-5)
        of_that_name = all_of_them[ids[tuple(voxels.T)] == nearest[place]]
        assert of_that_name.min() == pytest.approx(distance[place], abs=1e-5)


def test_nothing_wanted_is_far_and_nameless() -> None:
    distance, nearest = box_distances(np.ones((4, 4, 4), np.uint8), np.zeros(256, dtype=bool), SPACING)
    assert distance.min() > 1e5
    assert not nearest.any()


def test_marching_finds_the_least_clearance() -> None:
    rng = np.random.default_rng(1)
    ids = scattered(rng, (60, 50, 40), 15)
    field, _ = box_distances(ids, np.arange(256) > 0, np.ones(3))
    for _ in range(200):
        start, end = rng.uniform(0, np.array(ids.shape) - 1.01, (2, 3))
        length = float(np.linalg.norm(end - start))
        per_mm = (end - start) / length
        plain = min(
            least_clearance(field, start + s * per_mm, per_mm, 0.0) for s in [*np.arange(0.0, length, 0.02), length]
        )
        found = least_clearance(field, start, per_mm, length)
        assert plain - 5e-3 <= found <= plain + 0.25
        below = first_below(field, start, per_mm, length, found - 0.3)
        assert below == -1.0
        assert first_below(field, start, per_mm, length, found + 0.3) >= 0.0


def test_exact_clearance_of_a_segment() -> None:
    rng = np.random.default_rng(2)
    ids = scattered(rng, (30, 30, 12), 40)
    for _ in range(20):
        tip, hub = rng.uniform(0, np.array(ids.shape) - 1, (2, 3))
        found = nearest_of_each(ids, SPACING, tip, hub)
        points = (tip + np.linspace(0, 1, 4001)[:, None] * (hub - tip)) * SPACING
        for code in range(1, 5):
            voxels = np.argwhere(ids == code)
            plain = min(to_boxes(point, voxels).min() for point in points[::8])
            assert found[code][0] == pytest.approx(plain, abs=0.02)
            assert np.linalg.norm(found[code][1]) == pytest.approx(1.0, abs=1e-6)


def test_far_structures_are_left_out() -> None:
    ids = np.zeros((100, 5, 5), np.uint8)
    ids[99] = 7
    assert nearest_of_each(ids, np.ones(3), np.array([2.0, 2, 2]), np.array([5.0, 2, 2])) == {}
