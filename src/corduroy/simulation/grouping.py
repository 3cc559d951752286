"""Members by the group that they name: the cells at each vertex, the vertices of each cell, the cells of each block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def grouped(groups: Any, count: int) -> tuple[Any, Any]:
    """Sort by group, members of one as they come.

    Parameters
    ----------
    groups : array of int, flat
        Each member's, from 0; negative where it is in none.
    count : int
        Groups.

    Returns
    -------
    starts : array of int64, shape (count + 1,)
    members : array of int32
        Those of group g are `members[starts[g]:starts[g + 1]]`.
    """
    starts = np.zeros(count + 1, np.int64)
    for group in groups:
        if group >= 0:
            starts[group + 1] += 1
    for group in range(count):
        starts[group + 1] += starts[group]
    members = np.empty(starts[count], np.int32)
    filled = starts[:-1].copy()
    for i in range(groups.size):
        if groups[i] >= 0:
            members[filled[groups[i]]] = i
            filled[groups[i]] += 1
    return starts, members
