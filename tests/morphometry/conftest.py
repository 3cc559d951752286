"""Vertebrae made of exact surfaces, without voxels: what a profile and an angle of it must be is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from corduroy.anatomy.endplates import Endplate
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.surface import PolynomialSurface, fit_surface
from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.sagittal import SagittalProfile, sagittal_profile

FloatArray = NDArray[np.float64]
Curve = Callable[[FloatArray], FloatArray]

BACK, FRONT, HALF_WIDTH = -15.0, 17.0, 20.0


def surface(height: Callable[[FloatArray, FloatArray], FloatArray], reach_v: float) -> PolynomialSurface:
    u, v = (part.ravel() for part in np.meshgrid(np.linspace(-HALF_WIDTH, HALF_WIDTH, 31), np.linspace(-1, 1, 61)))
    return fit_surface(u, v * reach_v, height(u, v * reach_v), (4, 5))


def vertebra_between(
    top: Curve, bottom: Curve, level: str = "L3", frame: Frame | None = None, sideways: float = 0.0
) -> Vertebra:
    """A vertebra with the mid-sagittal endplates z = top(y) and z = bottom(y); both lean sideways by a slope."""
    axes = frame or Frame(np.zeros(3), np.eye(3))
    superior = surface(lambda x, y: top(y) + sideways * x, 22.0)
    inferior = surface(lambda x, y: bottom(y) + sideways * x, 22.0)
    nothing: Any = None
    body = Body(
        grid=nothing,
        inside=nothing,
        wall=surface(lambda x, _: np.full_like(x, BACK), 15.0),
        front=surface(lambda x, _: np.full_like(x, FRONT), 15.0),
        superior=Endplate("superior", axes, superior),
        inferior=Endplate("inferior", axes, inferior),
        top=nothing,
        bottom=nothing,
    )
    mask = LabelMap(np.ones((2, 2, 2), dtype=np.uint8), np.eye(4))
    return Vertebra(Level(level), mask, axes, axes.origin, ring_closed=True, body=body)


def wedge(
    degrees: float = 0.0, height: float = 26.0, level: str = "L3", frame: Frame | None = None, sideways: float = 0.0
) -> SagittalProfile:
    """Flat endplates that meet in front for a positive angle; `height` above the frame's origin."""
    slope = np.tan(np.radians(degrees / 2))
    vertebra = vertebra_between(
        lambda y: height / 2 - slope * y, lambda y: -height / 2 + slope * y, level, frame, sideways
    )
    profile = sagittal_profile(vertebra)
    assert profile is not None
    return profile


@pytest.fixture(scope="session")
def make_vertebra() -> Callable[..., Vertebra]:
    """Maker of vertebrae from two curves."""
    return vertebra_between


@pytest.fixture(scope="session")
def make_wedge() -> Callable[..., SagittalProfile]:
    """Maker of profiles with flat endplates at a chosen angle."""
    return wedge
