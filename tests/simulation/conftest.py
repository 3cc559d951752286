"""Small models and the dense stiffness that the kernels must agree with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.simulation import VoxelModel
from corduroy.simulation.elasticity.element import CORNERS

Array = NDArray[np.float64]


def dense_stiffness(model: VoxelModel) -> Array:
    """The assembled matrix over all nodes, three components each, in the order of `displacement_mm`."""
    nodes = np.arange(np.prod(model.nodes)).reshape(model.nodes)
    whole = np.zeros((3 * nodes.size, 3 * nodes.size))
    stiffness = model.stiffness()
    a, b, c = model.modulus_mpa.shape
    for i, j, k in np.ndindex(a, b, c):
        corners = [nodes[i + p, j + q, k + r] for p, q, r in CORNERS]
        places = (3 * np.array(corners)[:, None] + np.arange(3)).ravel()
        whole[np.ix_(places, places)] += model.modulus_mpa[i, j, k] * stiffness
    return whole


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of tests that run side by side only wait for each other; `test_operator` tries two."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


@pytest.fixture(name="dense_stiffness")
def dense_stiffness_fixture() -> Callable[[VoxelModel], Array]:
    return dense_stiffness


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def sponge(rng: np.random.Generator) -> Any:
    """A random porous block whose parts are all connected, with moduli over four decades."""
    noise = ndimage.gaussian_filter(rng.standard_normal((17, 14, 21)), 1.2)
    solid = noise > np.quantile(noise, 0.55)
    parts, _ = ndimage.label(solid)
    solid = parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    return np.where(solid, 10 ** rng.uniform(0, 4, solid.shape), 0.0)
