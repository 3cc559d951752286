"""The body cut from the arch: its volume, without processes and pedicles, and the points of its endplates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import build_spine
from corduroy.anatomy.vertebra import Body, build_vertebra
from corduroy.imaging import read_labels
from corduroy.imaging.volume import LabelMap

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SPINEPS_BODY = (49, 50)
SPINEPS_L3 = 22
POSES = [(5.0, 3.0, 0.0), (-16.0, 11.0, 14.0)]


@pytest.fixture(params=POSES, ids=["upright", "oblique"])
def made_and_body(request: pytest.FixtureRequest, drum: Callable[..., Any], turn: Callable[..., Frame]) -> Any:
    made = drum(wedge_deg=6.0, frame=turn(request.param, (2.3, 5.1, -4.4)))
    body = build_vertebra(Level.L3, made.mask(), made.frame).body
    assert body is not None
    return made, body


def cells(body: Body, made: Any) -> np.ndarray:
    """Centres of the body's cells in the coordinates it was built in, shape (n, 3)."""
    grid = body.grid
    return np.asarray(made.frame.local(grid.frame.world(grid.start + np.argwhere(body.inside) * grid.step)))


def test_the_body_is_what_was_built_as_one(made_and_body: Any) -> None:
    made, body = made_and_body
    found = cells(body, made)
    assert made.body(*found.T).mean() > 0.97
    # What is missing or too much is a skin of half a cell, no process and no pedicle.
    assert found[:, 1].min() > made.back - 1.5
    assert np.abs(found[:, 0]).max() < made.half_width + 1.5
    sample = np.random.default_rng(1).uniform([-20, -12, -16], [20, 14, 16], (20_000, 3))
    inside = made.body(*sample.T)
    volume = len(found) * np.prod(body.grid.step)
    assert volume == pytest.approx(inside.mean() * 40 * 26 * 32, rel=0.05)


def test_endplate_points_lie_on_the_endplates(made_and_body: Any) -> None:
    made, body = made_and_body
    for points, sign in ((body.top, 1.0), (body.bottom, -1.0)):
        x, y, z = made.frame.local(body.grid.frame.world(points.local)).T
        gap = sign * z - made.endplate(x, y)
        assert len(gap) > 300
        assert np.quantile(np.abs(gap), 0.95) < 0.7
        assert abs(float(np.median(gap))) < 0.15
        assert ((x / made.half_width) ** 2 + (y / made.front) ** 2).max() < 1.0
        assert y.min() > made.back


def test_transverse_and_costal_processes_beside_the_body_are_left_out(
    drum: Callable[..., Any], turn: Callable[..., Frame]
) -> None:
    made = drum(frame=turn((4.0, -6.0, 0.0)))
    mask = made.mask()
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in mask.shape), indexing="ij"), axis=-1)
    x, y, z = np.moveaxis(made.frame.local(mask.world_from_voxel(grid)), -1, 0)
    spur = (np.abs(x) > 10.0) & (np.abs(x) < 34.0) & (np.abs(y - 1.0) < 3.0) & (np.abs(z - 2.0) < 3.0)
    body = build_vertebra(Level.L3, LabelMap(mask.array | spur.astype(np.uint8), mask.affine), made.frame).body
    assert body is not None
    assert np.abs(cells(body, made)[:, 0]).max() < made.half_width + 3.0


def test_body_of_a_real_l3_agrees_with_spineps() -> None:
    folder = DATA / "tptbox-l3"
    if not folder.is_dir():
        pytest.skip("the real masks (../shared/data) are not here")
    labels = read_labels(folder / "sub-ct_seg-vert_label-22_msk.nii.gz")
    parts = read_labels(folder / "sub-ct_seg-subreg_label-22_msk.nii.gz")
    vertebra = build_spine(labels, "verse").vertebrae[Level.L3]
    voxels = vertebra.mask.world_from_voxel(np.argwhere(vertebra.body_mask))
    found = np.zeros(parts.shape, dtype=bool)
    found[tuple(np.rint(parts.voxel_from_world(voxels)).astype(int).T)] = True
    expert = np.isin(parts.array, SPINEPS_BODY) & (labels.array == SPINEPS_L3)
    dice = 2 * np.count_nonzero(found & expert) / (np.count_nonzero(found) + np.count_nonzero(expert))
    assert dice >= 0.95
