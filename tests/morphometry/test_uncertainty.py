"""Stated uncertainties: what they must depend on, whatever their factors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.vertebra import Vertebra
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.uncertainty import (
    angle_uncertainty_deg,
    area_uncertainty_mm2,
    height_uncertainty_mm,
    spacing_along,
    volume_uncertainty_ml,
)

UPRIGHT = Frame(np.zeros(3), np.eye(3))


def vertebra(spacing: tuple[float, float, float], frame: Frame = UPRIGHT) -> Vertebra:
    mask = LabelMap(np.ones((2, 2, 2), dtype=np.uint8), np.diag([*spacing, 1.0]))
    return Vertebra(Level.L1, mask, frame, frame.origin, ring_closed=True)


STATED: list[Callable[[Vertebra], float]] = [
    height_uncertainty_mm,
    lambda v: angle_uncertainty_deg(v, 30.0),
    lambda v: area_uncertainty_mm2(v, 300.0),
    lambda v: volume_uncertainty_ml(v, 30.0),
]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [((0, 0, 1), 2.5), ((1, 0, 0), 0.7), ((0, -1, 0), 0.8), ((0.6, 0, 0.8), 0.6 * 0.7 + 0.8 * 2.5)],
)
def test_voxel_size_along_a_direction(direction: tuple[float, ...], expected: float) -> None:
    assert spacing_along(vertebra((0.7, 0.8, 2.5)), np.array(direction, dtype=float)) == pytest.approx(expected)


@pytest.mark.parametrize("stated", STATED)
def test_coarser_voxels_are_less_certain(stated: Callable[[Vertebra], float]) -> None:
    widths = [stated(vertebra((s, s, s))) for s in (0.5, 1.0, 1.5, 2.5)]
    assert widths[0] > 0
    assert (np.diff(widths) > 0).all()


def test_thick_slices_harm_heights_and_thick_columns_the_canal() -> None:
    thin, slices, columns = (vertebra(s) for s in ((1.0, 1.0, 1.0), (1.0, 1.0, 2.5), (2.5, 2.5, 1.0)))
    assert height_uncertainty_mm(slices) > 1.5 * height_uncertainty_mm(thin)
    assert area_uncertainty_mm2(columns, 300.0) > 1.5 * area_uncertainty_mm2(thin, 300.0)


def test_a_lying_vertebra_meets_the_slices_with_its_front() -> None:
    lying = Frame.from_directions((0, 0, 0), superior=(0, 1, 0), anterior=(0, 0, -1))
    assert height_uncertainty_mm(vertebra((1.0, 1.0, 2.5), lying)) < height_uncertainty_mm(vertebra((1.0, 1.0, 2.5)))


def test_a_deep_vertebra_has_a_surer_angle() -> None:
    body = vertebra((1.0, 1.0, 1.0))
    assert angle_uncertainty_deg(body, 20.0) == pytest.approx(2 * angle_uncertainty_deg(body, 40.0))


def test_a_large_canal_has_a_longer_outline() -> None:
    body = vertebra((1.0, 1.0, 1.0))
    assert area_uncertainty_mm2(body, 400.0) == pytest.approx(2 * area_uncertainty_mm2(body, 100.0))
    assert volume_uncertainty_ml(body, 40.0) == pytest.approx(2 * volume_uncertainty_ml(body, 20.0))
