"""Sums that are the same to the last bit, however many threads computed the parts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

STRIP = 8192
"""Entries of a vector that a thread takes at once."""
_FAST = {"contract", "reassoc", "nsz", "arcp"}


@njit(cache=True)
def in_order(parts: Any) -> float:
    """Sum of a vector, one after the other: within a parallel function `.sum()` would be split among the threads."""
    total = 0.0
    for part in parts:
        total += part
    return total


@njit(cache=True)
def strips(n: int) -> int:
    """How many strips a vector of n entries has."""
    return (n + STRIP - 1) // STRIP


@njit(cache=True, fastmath=_FAST, parallel=True)
def square(vector: Any) -> Any:
    """vector·vector."""
    parts = np.zeros(strips(vector.size))
    for s in prange(parts.size):
        piece = vector[s * STRIP : (s + 1) * STRIP]
        total = 0.0
        for i in range(piece.size):
            total += piece[i] * piece[i]
        parts[s] = total
    return in_order(parts)
