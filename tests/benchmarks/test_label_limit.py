from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.label_limit import known_plates_wedge_deg
from benchmarks.reposing import Pose, reposed
from corduroy.anatomy import Level, Vertebra, build_spine
from corduroy.imaging import LabelMap
from corduroy.phantom import random_spine

L2 = 21


@pytest.fixture(scope="module")
def labels() -> LabelMap:
    return random_spine(np.random.default_rng(8), ["L1", "L2", "L3"], tilt_deg=7.0).render_labels(0.8)


@pytest.fixture(scope="module")
def vertebra(labels: LabelMap) -> Vertebra:
    return build_spine(labels, "verse").vertebrae[Level.L2]


def a_pose(spacing: float) -> Pose:
    turn = Rotation.from_rotvec(np.deg2rad([8.0, -6.0, 5.0])).as_matrix()
    return Pose(turn, np.array([0.0, 0.0, 0.0]), np.array([3.1, -2.2, 0.4]), spacing)


def leaning(vertebra: Vertebra, degrees: float) -> Vertebra:
    """The same with its superior endplate lower in front by so much, as if it had been measured so."""
    body = vertebra.body
    assert body is not None
    surface = body.superior.surface
    moved = surface.coefficients.copy()
    by_y = next(n for n, power in enumerate(surface.powers) if tuple(power) == (0, 1))
    moved[by_y] -= np.tan(np.deg2rad(degrees)) * surface.half_width[1]
    superior = replace(body.superior, surface=surface.with_coefficients(moved))
    return replace(vertebra, body=replace(body, superior=superior))


def test_voxels_of_one_millimetre_tell_a_tilted_endplate_s_angle(labels: LabelMap, vertebra: Vertebra) -> None:
    pose = a_pose(1.0)
    mask = reposed(labels, pose).mask(L2)
    seen = known_plates_wedge_deg(mask, pose, vertebra)
    assert seen == pytest.approx(0.0, abs=0.4)
    assert known_plates_wedge_deg(mask, pose, leaning(vertebra, 3.0)) == pytest.approx(seen - 3.0, abs=0.3)


def test_a_vertebra_without_body_has_no_angle(labels: LabelMap, vertebra: Vertebra) -> None:
    pose = a_pose(2.0)
    assert known_plates_wedge_deg(reposed(labels, pose).mask(L2), pose, replace(vertebra, body=None)) is None
