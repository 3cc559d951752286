"""Occupancy on an oblique grid against scipy's trilinear interpolation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from corduroy.anatomy import occupancy
from corduroy.anatomy.occupancy import corner_codes, occupancy_along


def blobs(shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    rng = np.random.default_rng(8)
    return np.asarray(ndimage.gaussian_filter(rng.normal(size=shape), 1.5) > 0.05)


@pytest.mark.parametrize(
    "offset", [(3.0, 2.0, 1.0), (-4.0, 14.0, -3.0), (400.0, 0.0, 0.0)], ids=["in", "partly", "out"]
)
def test_occupancy_is_the_trilinear_one(offset: tuple[float, float, float]) -> None:
    mask = blobs((19, 31, 23))
    matrix = Rotation.random(random_state=5).as_matrix() @ np.diag([0.7, 1.3, 0.4])
    shape = (21, 17, 40)
    expected = ndimage.affine_transform(mask.astype(float), matrix, offset, shape, order=1, mode="constant")
    found = occupancy_along(corner_codes(mask), matrix, np.array(offset), shape)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert (found > 0).any() == (offset[0] < 100)


def test_slabs_are_joined_without_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    mask, matrix, offset = blobs((16, 16, 16)), np.diag([0.5, 0.5, 0.5]), np.array([0.1, 0.2, 0.3])
    whole = occupancy_along(corner_codes(mask), matrix, offset, (29, 29, 29))
    monkeypatch.setattr(occupancy, "_MOST_AT_ONCE", 2000)
    np.testing.assert_array_equal(occupancy_along(corner_codes(mask), matrix, offset, (29, 29, 29)), whole)


def test_one_layer_of_voxels_has_no_cell() -> None:
    found = occupancy_along(corner_codes(np.ones((5, 5, 1), dtype=bool)), np.eye(3), np.zeros(3), (5, 5, 3))
    assert not found.any()
