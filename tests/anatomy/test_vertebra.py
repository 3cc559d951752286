"""One vertebra: its axes, endplates and walls against formulas and a phantom's truth, in any pose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine, build_spine
from corduroy.anatomy.vertebra import Vertebra, build_vertebra
from corduroy.imaging.volume import LabelMap
from corduroy.phantom import Fracture, Phantom, random_spine
from corduroy.phantom.fracture import Kind

T12 = Level.T12
TILTS = [(20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (5.0, -6.0, 20.0), (-13.0, 9.0, -16.0)]


def angle_deg(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(first @ second, -1.0, 1.0))))


def endplate_gap(vertebra: Vertebra, points: np.ndarray, side: str) -> np.ndarray:
    """How far a vertebra's endplate lies above given world points, mm."""
    assert vertebra.body is not None
    x, y, z = vertebra.frame.local(points).T
    plate = vertebra.body.superior if side == "superior" else vertebra.body.inferior
    return plate.z(x, y) - z


def drum_endplate(made: Any, sign: int) -> np.ndarray:
    """World points of an analytic endplate, without its rim."""
    x, y = (part.ravel() for part in np.meshgrid(np.linspace(-11, 11, 9), np.linspace(-8, 9, 9)))
    return np.asarray(made.frame.world(np.column_stack([x, y, sign * made.endplate(x, y)])))


@pytest.mark.parametrize("degrees", TILTS)
@pytest.mark.parametrize("spacing", [1.0, (1.0, 1.0, 2.5)], ids=["isotropic", "thick slices"])
def test_axes_and_endplates_in_any_pose(
    drum: Callable[..., Any], turn: Callable[..., Frame], degrees: tuple[float, float, float], spacing: Any
) -> None:
    made = drum(wedge_deg=5.0, frame=turn(degrees, (31.4, -77.7, 1203.3)))
    vertebra = build_vertebra(Level.L3, made.mask(spacing), turn((0.0, 0.0, 0.0), (31.0, -77.0, 1203.0)))
    for name, allowed_deg in (("right", 3.0), ("anterior", 3.0), ("superior", 2.0)):
        assert angle_deg(getattr(vertebra.frame, name), getattr(made.frame, name)) < allowed_deg
    assert np.linalg.norm(made.frame.local(vertebra.frame.origin) - [0.0, 1.0, 0.0]) < 1.5
    assert vertebra.ring_closed
    allowed = 0.25 if spacing == 1.0 else 0.4 * 2.5  # an endplate along thick slices has few steps
    for side, sign in (("superior", 1), ("inferior", -1)):
        gap = endplate_gap(vertebra, drum_endplate(made, sign), side)
        assert np.quantile(np.abs(gap), 0.95) < allowed


def test_endplates_do_not_depend_on_where_the_grid_lies(drum: Callable[..., Any], turn: Callable[..., Frame]) -> None:
    heights = []
    for shift in (0.0, 0.3, 0.5, 0.8):
        made = drum(frame=turn((9.0, 6.0, 0.0), (0.0, 0.0, shift)))
        body = build_vertebra(Level.L3, made.mask(), made.frame).body
        assert body is not None
        heights.append(float(body.superior.z(0.0, 0.0) - body.inferior.z(0.0, 0.0)))
    assert np.ptp(heights) < 0.15
    assert np.mean(heights) == pytest.approx(26.0, abs=0.1)


def test_a_low_process_on_one_side_does_not_turn_the_axes(drum: Callable[..., Any], turn: Callable[..., Frame]) -> None:
    made = drum(half_width=15.0, frame=turn((4.0, 3.0, 5.0)))
    mask = made.mask()
    x, y, z = np.moveaxis(made.frame.local(mask.world_from_voxel(np.indices(mask.shape).reshape(3, -1).T)), -1, 0)
    stub = ((x > 10.0) & (x < 24.0) & (np.abs(y) < 8.5) & (np.abs(z) < 5.5)).reshape(mask.shape)
    with_stub = LabelMap(np.where(stub, 1, mask.array).astype(np.uint8), mask.affine)
    frames = [build_vertebra(Level.C6, labels, made.frame).frame for labels in (mask, with_stub)]
    assert angle_deg(frames[0].right, frames[1].right) < 6.0
    assert abs(frames[0].local(frames[1].origin)[0]) < 2.5


def test_the_canal_point_lies_in_the_canal(drum: Callable[..., Any], turn: Callable[..., Frame]) -> None:
    made = drum(frame=turn((11.0, -7.0, 5.0)))
    vertebra = build_vertebra(Level.L3, made.mask(), made.frame)
    x, y, _ = made.frame.local(vertebra.canal_point)
    assert (x / made.canal_half_width) ** 2 + ((y - made.canal_y) / made.canal_half_depth) ** 2 < 0.1


def test_body_and_arch_share_no_voxel_and_leave_none(drum: Callable[..., Any]) -> None:
    vertebra = build_vertebra(Level.L3, drum().mask(), drum().frame)
    assert not (vertebra.body_mask & vertebra.arch_mask).any()
    np.testing.assert_array_equal(vertebra.body_mask | vertebra.arch_mask, vertebra.mask.array > 0)
    behind = vertebra.mask.world_from_voxel(np.argwhere(vertebra.arch_mask))[:, 1]
    assert behind.max() < -10.0


@pytest.mark.parametrize("size", [1, 4])
def test_a_crumb_has_no_body(size: int) -> None:
    array = np.zeros((12, 12, 12), dtype=np.uint8)
    array[4 : 4 + size, 4 : 4 + size, 4 : 4 + size] = 1
    with pytest.raises(ValueError, match=r"wall|points|body"):
        build_vertebra(Level.L3, LabelMap(array, np.eye(4)), Frame(np.full(3, 5.0), np.eye(3)))


Fractured = tuple[Phantom, Spine]


def fractured(kind: Kind, depth_percent: float, retropulsion: float) -> Fractured:
    fracture = {"T12": Fracture(kind, depth_percent, "superior", retropulsion)}
    phantom = random_spine(np.random.default_rng(21), ["T11", "T12", "L1"], fracture, tilt_deg=8.0)
    return phantom, build_spine(phantom.render_labels(1.0, np.random.default_rng(3)), "verse")


def wall_place(phantom: Phantom, spine: Spine) -> float:
    """Where T12's posterior wall was found at mid-height, in front of its construct frame's origin, mm."""
    body = spine.vertebrae[T12].body
    assert body is not None
    wall = body.grid.frame.world([0.0, float(body.wall(0.0, 0.0)), 0.0])
    return float(phantom.spine.vertebrae[1].frame.local(wall)[1])


@pytest.fixture(scope="module")
def burst() -> Fractured:
    """T12 with two fifths of the canal's depth filled by a fragment."""
    return fractured("wedge", 38.0, 0.4)


def test_axes_and_endplates_of_a_fractured_spine(burst: Fractured) -> None:
    phantom, spine = burst
    for truth in phantom.truth().vertebrae:
        vertebra = spine.vertebrae[truth.level]
        assert angle_deg(vertebra.frame.right, truth.frame.right) < 4.0
        assert angle_deg(vertebra.frame.anterior, truth.frame.anterior) < 15.0  # it leans with the upper endplate
        for side, curve in truth.endplate_curves.items():
            inner = curve[len(curve) // 8 : -len(curve) // 8]
            assert np.quantile(np.abs(endplate_gap(vertebra, inner, side)), 0.95) < 0.5, (truth.level, side)


@pytest.mark.parametrize(("kind", "depth_percent"), [("wedge", 38.0), ("crush", 30.0)])
def test_the_posterior_wall_stays_where_it_was_before_a_fragment_broke_off(kind: Kind, depth_percent: float) -> None:
    whole = fractured(kind, depth_percent, 0.0)
    broken = fractured(kind, depth_percent, 0.4)
    # The fragment reaches two fifths of the canal's depth backwards, more than 6 mm.
    assert wall_place(*broken) == pytest.approx(wall_place(*whole), abs=0.8)
    rings = [spine.vertebrae[T12].canal for _, spine in (whole, broken)]
    assert rings[0] is not None
    assert rings[1] is not None
    assert rings[1].area_mm2 < 0.85 * rings[0].area_mm2
