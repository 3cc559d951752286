"""The rank filter at chosen voxels against the one over the whole image."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from corduroy.lesion.rank import ranked_near


@pytest.mark.parametrize("rank", [0.0, 0.35, 1.0])
def test_inside_the_image_it_agrees_with_the_filter_over_all_voxels(rank: float) -> None:
    values = np.random.default_rng(3).normal(size=(12, 11, 9)).astype(np.float32)
    at = np.zeros(values.shape, dtype=bool)
    at[3:-3, 3:-3, 2:-2] = np.random.default_rng(4).random((6, 5, 5)) < 0.5
    whole = ndimage.rank_filter(values, int(rank * 74), size=(5, 5, 3))
    assert np.array_equal(ranked_near(values, at, (2, 2, 1), rank), whole[at])


def test_at_the_border_only_what_is_there_counts() -> None:
    values = np.arange(27, dtype=np.float32).reshape(3, 3, 3)
    at = np.zeros(values.shape, dtype=bool)
    at[0, 0, 0] = True
    assert ranked_near(values, at, (1, 1, 1), 1.0) == [13.0]
    assert ranked_near(values, at, (1, 1, 1), 0.0) == [0.0]
