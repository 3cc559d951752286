"""Sums that are the same to the last bit, however many threads computed the parts."""

from __future__ import annotations

from typing import Any

from numba import njit


@njit(cache=True)
def in_order(parts: Any) -> float:
    """Sum of a vector, one after the other: within a parallel function `.sum()` would be split among the threads."""
    total = 0.0
    for part in parts:
        total += part
    return total
