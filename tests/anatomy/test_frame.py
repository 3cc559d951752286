"""Local frames: right-handed, right stays right, round trips."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame


def test_an_upright_vertebra_has_the_world_axes() -> None:
    frame = Frame.from_directions((1.0, 2.0, 3.0), superior=(0, 0, 1), anterior=(0, 1, 0))
    np.testing.assert_allclose(frame.axes, np.eye(3), atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_axes_are_right_handed_and_keep_superior(seed: int) -> None:
    rng = np.random.default_rng(seed)
    superior, anterior, origin = rng.normal(size=(3, 3))
    frame = Frame.from_directions(origin, superior, anterior)
    np.testing.assert_allclose(frame.axes.T @ frame.axes, np.eye(3), atol=1e-12)
    assert np.linalg.det(frame.axes) == pytest.approx(1.0)
    np.testing.assert_allclose(frame.superior, superior / np.linalg.norm(superior))
    assert frame.anterior @ anterior > 0.0


def test_patients_right_is_positive_x_for_a_tilted_vertebra() -> None:
    frame = Frame.from_directions((0, 0, 0), superior=(0.1, 0.3, 0.9), anterior=(0.2, 0.9, -0.4))
    assert frame.right[0] > 0.9
    assert frame.local(frame.world((5.0, 0.0, 0.0)))[0] == pytest.approx(5.0)
    assert frame.local((10.0, 0.0, 0.0))[0] > 0.0


def test_world_and_local_undo_each_other() -> None:
    rng = np.random.default_rng(7)
    frame = Frame.from_directions(rng.normal(size=3), rng.normal(size=3), rng.normal(size=3))
    points = rng.normal(size=(4, 6, 3)) * 50.0
    np.testing.assert_allclose(frame.local(frame.world(points)), points, atol=1e-10)


def test_moved_keeps_the_axes() -> None:
    frame = Frame.from_directions((10.0, 0.0, 0.0), superior=(0, 1, 1), anterior=(0, 1, -1))
    moved = frame.moved((0.0, 0.0, 4.0))
    np.testing.assert_allclose(moved.origin, frame.origin + 4.0 * frame.superior)
    np.testing.assert_allclose(moved.axes, frame.axes)


def test_parallel_directions_make_no_frame() -> None:
    with pytest.raises(ValueError, match="parallel"):
        Frame.from_directions((0, 0, 0), superior=(0, 0, 1), anterior=(0, 0, 2))
