"""Angles between vertebrae: signs, end vertebrae, and independence of the patient's pose."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.morphometry.alignment import SAGITTAL_CURVES, coronal_cobb_deg, regional_cobb_deg, sagittal_angle_deg
from corduroy.morphometry.sagittal import SagittalProfile

Wedge = Callable[..., SagittalProfile]
T12, L1, L5, S1 = (Level(name) for name in ("T12", "L1", "L5", "S1"))
POSES = [(0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, 0.0, 20.0), (-35.0, 24.0, 70.0)]


def turned(axis: int, degrees: float) -> np.ndarray:
    """Rotation about a world axis, counter-clockwise seen from its positive end."""
    matrix = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix[[i, j], [i, j]], matrix[i, j], matrix[j, i] = c, -s, s
    return matrix


def pose(degrees: Sequence[float]) -> np.ndarray:
    return np.asarray(turned(2, degrees[2]) @ turned(1, degrees[1]) @ turned(0, degrees[0]))


def chain(
    make: Wedge,
    levels: str,
    flexion_deg: Sequence[float],
    wedges_deg: Sequence[float] | None = None,
    bends_deg: Sequence[float] | None = None,
    whole: np.ndarray | None = None,
) -> dict[Level, SagittalProfile]:
    """Vertebrae at absolute forward inclinations (positive: bent forward) and leans to the right, in a world pose."""
    names = levels.split()
    world = np.eye(3) if whole is None else whole
    profiles = {}
    for i, name in enumerate(names):
        # Bent forward, the anterior axis sinks: a rotation of -flexion about the right axis.
        axes = world @ turned(1, bends_deg[i] if bends_deg else 0.0) @ turned(0, -flexion_deg[i])
        frame = Frame(world @ np.array([0.0, 0.0, -35.0 * i]), axes)
        profiles[Level(name)] = make(wedges_deg[i] if wedges_deg else 0.0, level=name, frame=frame)
    return profiles


@pytest.mark.parametrize("whole", POSES)
def test_kyphosis_is_positive_and_lordosis_negative(make_wedge: Wedge, whole: tuple[float, ...]) -> None:
    kyphotic = chain(make_wedge, "T11 T12 L1", [22.0, 10.0, -3.0], whole=pose(whole))
    assert regional_cobb_deg(kyphotic, T12) == pytest.approx(25.0, abs=1e-3)
    lordotic = chain(make_wedge, "L3 L4 L5", [-5.0, 4.0, 21.0], whole=pose(whole))
    assert regional_cobb_deg(lordotic, Level.L4) == pytest.approx(-26.0, abs=1e-3)


def test_the_wedges_of_both_end_vertebrae_count(make_wedge: Wedge) -> None:
    profiles = chain(make_wedge, "T11 T12 L1", [10.0, 0.0, -10.0], [4.0, 30.0, 6.0])
    # Half of each end vertebra's wedge lies beyond its middle; the wedge between them only bends the chain.
    assert regional_cobb_deg(profiles, T12) == pytest.approx(20.0 + 2.0 + 3.0, abs=1e-3)


def test_one_vertebra_with_itself_gives_its_wedge(make_wedge: Wedge) -> None:
    profile = make_wedge(13.0)
    assert sagittal_angle_deg(profile, profile) == pytest.approx(13.0, abs=1e-3)
    assert sagittal_angle_deg(profile, profile, "superior") == pytest.approx(0.0, abs=1e-9)


def test_lateral_bends_do_not_enter_the_sagittal_angle(make_wedge: Wedge) -> None:
    straight, bent = (
        chain(make_wedge, "T11 T12 L1", [15.0, 0.0, -15.0], bends_deg=bends) for bends in ([0, 0, 0], [12, 0, -12])
    )
    assert regional_cobb_deg(bent, T12) == pytest.approx(regional_cobb_deg(straight, T12), abs=1.5)


def test_without_both_neighbours_there_is_no_regional_angle(make_wedge: Wedge) -> None:
    profiles = chain(make_wedge, "T11 T12 L2", [10.0, 0.0, -10.0])
    assert regional_cobb_deg(profiles, Level.T11) is None
    assert regional_cobb_deg(profiles, T12) is None
    assert regional_cobb_deg(profiles, Level.L2) is None


def test_the_sacrum_has_no_inferior_endplate(make_wedge: Wedge) -> None:
    assert regional_cobb_deg(chain(make_wedge, "L4 L5 S1", [0.0, 10.0, 30.0]), L5) is None


def test_a_thirteenth_thoracic_vertebra_stands_between(make_wedge: Wedge) -> None:
    profiles = chain(make_wedge, "T11 T12 T13 L1 L2", [20.0, 12.0, 5.0, -1.0, -6.0])
    assert regional_cobb_deg(profiles, T12) == pytest.approx(15.0, abs=1e-3)
    assert regional_cobb_deg(profiles, Level.T13) == pytest.approx(13.0, abs=1e-3)
    assert regional_cobb_deg(profiles, L1) == pytest.approx(11.0, abs=1e-3)


def test_the_named_curves() -> None:
    assert SAGITTAL_CURVES == {
        "T4-T12": (Level.T4, T12, "inferior"),
        "L1-L5": (L1, L5, "inferior"),
        "L1-S1": (L1, S1, "superior"),
    }


@pytest.mark.parametrize("whole", POSES)
@pytest.mark.parametrize("side", [1.0, -1.0], ids=["right", "left"])
def test_coronal_cobb_has_no_sign(make_wedge: Wedge, side: float, whole: tuple[float, ...]) -> None:
    bends = [side * b for b in (2.0, 14.0, 5.0, -9.0, -4.0)]
    profiles = chain(make_wedge, "T10 T11 T12 L1 L2", [0.0] * 5, bends_deg=bends, whole=pose(whole))
    assert coronal_cobb_deg(profiles) == pytest.approx(23.0, abs=1e-3)


def test_coronal_cobb_needs_three_vertebrae_above_the_sacrum(make_wedge: Wedge) -> None:
    assert coronal_cobb_deg(chain(make_wedge, "L4 L5", [0.0, 0.0], bends_deg=[9.0, 0.0])) is None
    assert coronal_cobb_deg(chain(make_wedge, "L4 L5 S1", [0.0] * 3, bends_deg=[9.0, 0.0, -9.0])) is None
    assert coronal_cobb_deg({}) is None


def test_a_straight_spine_has_no_coronal_curve(make_wedge: Wedge) -> None:
    assert coronal_cobb_deg(chain(make_wedge, "L1 L2 L3 L4", [10.0, 0.0, -10.0, -20.0])) == pytest.approx(0.0, abs=1e-6)
