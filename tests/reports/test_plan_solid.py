"""The plan in three dimensions: needles lie where they are, sides are the patient's, bone lets the lesion through."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from corduroy.anatomy import Level, Side
from corduroy.anatomy.frame import Frame
from corduroy.imaging import LabelMap
from corduroy.pipeline.images import CaseImages
from corduroy.pipeline.plan_outputs import PlanImages
from corduroy.planning.lesion_mask import LesionMask
from corduroy.reports.plan.cylinder import see_cylinder
from corduroy.reports.plan.draw import LESION, NEEDLE, RESECTED
from corduroy.reports.plan.draw_lesion import lesion_sheet
from corduroy.reports.plan.draw_solid import draw_plan_solid
from corduroy.reports.solid import View, view_axes

MARKS: Any = SimpleNamespace(centre=np.zeros(3), axes=np.eye(3))
CENTRED = np.diag([2.0, 2.0, 2.0, 1.0])
CENTRED[:3, 3] = -40.0


def ball(centre: tuple[float, float, float], radius: float) -> np.ndarray:
    index = np.moveaxis(np.indices((41, 41, 41)), 0, -1) * 2.0 - 40.0
    inside: np.ndarray = ((index - centre) ** 2).sum(axis=-1) < radius**2
    return inside


def lesion(centre: tuple[float, float, float]) -> LesionMask:
    return LesionMask(Level.T12, LabelMap(ball(centre, 7.0).astype(np.uint8), CENTRED))


def test_a_cylinder_is_met_on_its_near_side_and_only_between_its_ends() -> None:
    across, up = np.array([0.0, 0.9, 1.1, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 9.9, 10.1])
    seen = see_cylinder(across, up, np.array([[0.0, 0.0, 5.0], [0.0, 10.0, 5.0]]), 1.0)
    assert seen.depth == pytest.approx([6.0, 5.0 + np.sqrt(1 - 0.81), -np.inf, 6.0, -np.inf])
    assert np.allclose(seen.normals[0], [0.0, 0.0, 1.0])
    assert np.allclose(seen.normals[1], [0.9, 0.0, np.sqrt(1 - 0.81)])


def test_a_slanting_cylinder_is_met_at_its_true_distance() -> None:
    """Every point that is met lies a radius away from the axis, and its slope points away from it."""
    rng = np.random.default_rng(2)
    ends = np.array([[-3.0, 1.0, 2.0], [5.0, -4.0, -6.0]])
    across, up = rng.uniform(-4, 6, 400), rng.uniform(-5, 2, 400)
    seen = see_cylinder(across, up, ends, 1.5)
    at = np.isfinite(seen.depth)
    assert at.sum() > 50
    points = np.column_stack([across, up, seen.depth])[at]
    axis = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    aside = points - ends[0] - ((points - ends[0]) @ axis)[:, None] * axis
    assert np.allclose(np.linalg.norm(aside, axis=1), 1.5)
    assert np.allclose(aside / 1.5, seen.normals[at])


@pytest.mark.parametrize(("side", "sign"), [(Side.LEFT, -1.0), (Side.RIGHT, 1.0)])
def test_the_views_stand_on_the_corridors_side(side: Side, sign: float) -> None:
    """The letters at the picture's borders name the patient's sides as the view's own axes do."""
    from corduroy.reports.plan.draw_solid import _VIEWS

    for view in _VIEWS[side]:
        axes = view_axes(Frame(np.zeros(3), np.eye(3)), view)
        assert axes[0, 2] * sign > 0 or view.name == "from behind"
        letters = {"L": [-1, 0, 0], "R": [1, 0, 0], "A": [0, 1, 0], "P": [0, -1, 0]}
        assert np.array(letters[view.right_letter]) @ axes[:, 0] > 0.7
        assert np.array(letters[view.left_letter]) @ axes[:, 0] < -0.7
        assert isinstance(view, View)


def drawn(with_lesion: bool, corridor: Any) -> np.ndarray:
    """The picture's pixels, for a ball of bone whose lower half is taken, a lesion on its right, and a needle."""
    bone = ball((0.0, 0.0, 0.0), 20.0).astype(np.uint8)
    taken = LabelMap((bone * (np.indices(bone.shape)[2] < 14)).astype(np.uint8), CENTRED)
    plan: Any = SimpleNamespace(
        level=Level.T12,
        measured=SimpleNamespace(landmarks=MARKS),
        decompression=SimpleNamespace(resected=taken),
    )
    images = PlanImages(
        CaseImages("case", LabelMap(bone, CENTRED), {Level.T12: 1}),
        lesion((12.0, 0.0, 4.0)) if with_lesion else None,
    )
    figure = draw_plan_solid(plan, images, {"biopsy": corridor})
    assert figure is not None
    picture: np.ndarray = np.asarray(figure.axes[0].images[0].get_array())
    return picture


def near(picture: np.ndarray, colour: str) -> np.ndarray:
    """Pixels of a colour's hue, whatever the light."""
    wanted = np.array(to_rgb(colour))
    unit = picture / np.maximum(np.linalg.norm(picture, axis=-1, keepdims=True), 1e-6)
    found: np.ndarray = (unit @ (wanted / np.linalg.norm(wanted)) > 0.995) & (picture.sum(axis=-1) > 0.3)
    return found


def test_what_is_taken_is_yellow_and_below_and_the_lesion_shines_through_on_its_side() -> None:
    needle: Any = SimpleNamespace(
        entry_mm=(-5.0, -60.0, 0.0), target_mm=(-5.0, 0.0, 0.0), gauge=8, side=Side.LEFT, kind="transpedicular"
    )
    picture = drawn(with_lesion=True, corridor=needle)
    rows = len(picture)
    yellow = np.argwhere(near(picture, RESECTED))
    assert len(yellow) > 50
    assert yellow[:, 0].min() > 0.5 * rows
    assert near(picture, NEEDLE).sum() > 5
    plain = drawn(with_lesion=False, corridor=needle)
    changed = np.argwhere(np.abs(picture - plain).max(axis=-1) > 0.05)
    # Seen from behind, the patient's right is on the right of the bone's middle: 12 mm, seen aslant.
    assert changed[:, 1].mean() - yellow[:, 1].mean() > 6.0
    tint = (picture - plain)[tuple(changed.T)].mean(axis=0)
    bone_to_lesion = np.array(to_rgb(LESION)) - np.array(to_rgb("#D9CFBB"))
    assert tint @ bone_to_lesion > 0


@pytest.mark.parametrize("view", ["axial", "sagittal"])
def test_the_lesions_own_planes_pass_through_its_middle_with_the_right_side_on_the_left(view: str) -> None:
    sheet = lesion_sheet(MARKS, lesion((12.0, 3.0, -6.0)), view)
    middle = sheet.points[sheet.points.shape[0] // 2, sheet.points.shape[1] // 2]
    assert np.allclose(middle, [12.0, 3.0, -6.0], atol=0.7)
    axis = 0 if view == "axial" else 1
    assert (sheet.points[:, 0, axis] > sheet.points[:, -1, axis]).all()
    up = 1 if view == "axial" else 2
    assert (sheet.points[0, :, up] > sheet.points[-1, :, up]).all()
