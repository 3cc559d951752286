"""Holes in the cortex are counted once, and silence is not taken for a whole wall."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from corduroy.planning.breaches import breaches_of
from corduroy.planning.imaging_facts import margin_indistinct
from corduroy.planning.leak_sites import BreachedCortex
from corduroy.provenance import Measured


def cortex(resolved: bool = True, thinning: float | None = None, *points: tuple[float, float, float]) -> Any:
    holes = tuple(SimpleNamespace(point=np.array(p), diameter_mm=Measured(5.0, "mm", 2.0, "test")) for p in points)
    thinned = None if thinning is None else Measured(thinning, "%", 20.0, "test")
    return SimpleNamespace(resolved=resolved, breaches=holes, all_breaches=holes, thinning_percent=thinned)


def findings(*points: tuple[float, float, float], resolved: bool = True) -> Any:
    return SimpleNamespace(cortex=cortex(resolved, None, *points))


def extent(*points: tuple[float, float, float]) -> Any:
    return SimpleNamespace(breaches=tuple(BreachedCortex(p) for p in points))


def test_nobody_looked_is_none_and_looked_and_whole_is_empty() -> None:
    assert breaches_of(None, None) is None
    assert breaches_of(None, extent()) is None
    assert breaches_of(findings(resolved=False), extent()) is None
    assert breaches_of(findings(), extent()) == ()


def test_a_hole_and_the_soft_part_through_it_are_one() -> None:
    assert breaches_of(findings((10.0, 0.0, 0.0)), extent((14.0, 3.0, 0.0))) == (BreachedCortex((10.0, 0.0, 0.0), 5.0),)


def test_a_soft_part_elsewhere_is_another_hole() -> None:
    found = breaches_of(findings((10.0, 0.0, 0.0)), extent((-10.0, 0.0, 0.0)))
    assert found == (BreachedCortex((10.0, 0.0, 0.0), 5.0), BreachedCortex((-10.0, 0.0, 0.0)))
    assert breaches_of(findings(resolved=False), extent((1.0, 2.0, 3.0))) == (BreachedCortex((1.0, 2.0, 3.0)),)


@pytest.mark.parametrize(
    ("seen", "indistinct"),
    [
        (cortex(True, 60.0), True),
        (cortex(True, 30.0), False),
        (cortex(True, None), None),
        (cortex(False, 80.0), None),
        (cortex(True, 0.0, (1.0, 1.0, 1.0)), True),
    ],
)
def test_the_margin_is_indistinct_where_it_is_broken_or_half_gone(seen: Any, indistinct: bool | None) -> None:
    assert margin_indistinct(seen) is indistinct
