from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from corduroy.study.published.margins import Margins


@pytest.mark.parametrize("seed", range(25))
def test_equals_all_ways_to_pair_patients(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, grades, by = int(rng.integers(1, 7)), int(rng.integers(2, 5)), int(rng.integers(1, 3))
    before, after = rng.integers(0, grades, n), rng.integers(0, grades, n)
    margins = Margins(np.bincount(before, minlength=grades).tolist(), np.bincount(after, minlength=grades).tolist(), by)
    gains = [np.array(order) - before for order in set(permutations(after.tolist()))]
    pairs = {(int((gain >= by).sum()), int((gain < 0).sum())) for gain in gains}
    improved, worsened = {k for k, _ in pairs}, {w for _, w in pairs}
    assert margins.improved() == (min(improved), max(improved))
    assert margins.worsened() == (min(worsened), max(worsened))
    assert improved == set(range(min(improved), max(improved) + 1))
    assert float(margins.mean_gain) == pytest.approx((after - before).mean())
    for k in range(n + 1):
        for w in range(n + 1):
            assert margins.allow(k, w) == ((k, w) in pairs), (k, w)


def test_disjoint_margins_decide_for_every_patient() -> None:
    """Singh, PMID 21099721: before A3 B1 C6, after D5 E5."""
    margins = Margins([3, 1, 6, 0, 0], [0, 0, 0, 5, 5])
    assert margins.improved() == (10, 10)
    assert margins.worsened() == (0, 0)
    assert float(margins.mean_gain) == 2.2


def test_overlapping_margins_allow_but_do_not_say() -> None:
    """IGIMS Patna: before A9 B5 C3 D2, after B3 C2 D5 E9; all may have improved, twelve must have."""
    margins = Margins([9, 5, 3, 2, 0], [0, 3, 2, 5, 9])
    assert margins.improved() == (12, 19)
    assert margins.allow(19, 0)
    assert margins.allow(17, 2)
