"""Forces of lines of voxels, in vector registers from the displacements to the sums at nodes.

Work rows are node lines of the box from end to end, one component after the other, so that eight node lines beside a
line of voxels lie at constant distances. What a row holds between the model's nodes is never used: voxels that are
not there have a modulus of 0.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from corduroy.simulation.registers import lanes, load, moved_up, spread, store


@njit(cache=True, inline="always")
def _modes(work: Any, low: int, up: int, row: int, i: int, e: Any) -> Any:
    """One component's corner modes of a register of voxels, times their moduli; all but the translation.

    In the order c, b, bc, a, ac, ab, abc: differences along the first axis (a), the second (b), the fast one (c), sums
    along the others.
    """
    beyond = 3 * row + i
    p, q, r, s = load(work, low + i), load(work, low + beyond), load(work, up + i), load(work, up + beyond)
    beyond += 1
    p1, q1, r1, s1 = load(work, low + i + 1), load(work, low + beyond), load(work, up + i + 1), load(work, up + beyond)
    ps, qs, rs, ss = p1 + p, q1 + q, r1 + r, s1 + s
    pd, qd, rd, sd = p1 - p, q1 - q, r1 - r, s1 - s
    below, l_b, l_c, l_bc = qs + ps, qs - ps, qd + pd, qd - pd
    above, u_b, u_c, u_bc = ss + rs, ss - rs, sd + rd, sd - rd
    return (
        (u_c + l_c) * e,
        (u_b + l_b) * e,
        (u_bc + l_bc) * e,
        (above - below) * e,
        (u_c - l_c) * e,
        (u_b - l_b) * e,
        (u_bc - l_bc) * e,
    )


@njit(cache=True, inline="always")
def _add(work: Any, at: int, value: Any) -> None:
    store(work, at, load(work, at) + value)


@njit(cache=True, inline="always")
def _gather(work: Any, low: int, up: int, row: int, i: int, f: Any, before: Any) -> Any:
    """Add one component's modal forces to the four node lines; returns what the next register's first nodes get."""
    c, b, bc, a, ac, ab, abc = f
    ends = c, b + bc, a + ac, ab + abc
    none = moved_up(before[0], ends[0]) - c
    some_b = moved_up(before[1], ends[1]) + (b - bc)
    some_a = moved_up(before[2], ends[2]) + (a - ac)
    some_ab = moved_up(before[3], ends[3]) + (ab - abc)
    here, beyond = none - some_b, none + some_b
    here_a, beyond_a = some_a - some_ab, some_a + some_ab
    _add(work, low + i, here - here_a)
    _add(work, low + 3 * row + i, beyond - beyond_a)
    _add(work, up + i, here + here_a)
    _add(work, up + 3 * row + i, beyond + beyond_a)
    return ends


@njit(cache=True, inline="never")
def voxel_line(work: Any, low: int, up: int, to_low: int, to_up: int, row: int, e: Any, k: Any, spans: Any) -> None:
    """Forces of one line of voxels, added to the four node lines beside it.

    Parameters
    ----------
    work : array of float, flat
    low, up : int
        Where in it the displacements of the node lines before the voxels begin, in the planes below and above; the
        lines behind the voxels follow three rows later.
    to_low, to_up : int
        The same for the forces.
    row : int
        Length of a row.
    e : array of float
        The voxels' moduli, zeros behind them.
    k : array of float
        The 33 block entries in the order of `element.BLOCKS`.
    spans : array of int16, shape (m, 2)
        See `kernels.find_spans`.
    """
    nothing = spread(work[0]) - spread(work[0])
    k0, k1, k2, k3, k4, k5 = spread(k[0]), spread(k[1]), spread(k[2]), spread(k[3]), spread(k[4]), spread(k[5])
    k6, k7, k8, k9, k10, k11 = spread(k[6]), spread(k[7]), spread(k[8]), spread(k[9]), spread(k[10]), spread(k[11])
    k12, k13, k14, k15, k16 = spread(k[12]), spread(k[13]), spread(k[14]), spread(k[15]), spread(k[16])
    k17, k18, k19, k20, k21 = spread(k[17]), spread(k[18]), spread(k[19]), spread(k[20]), spread(k[21])
    k22, k23, k24, k25, k26 = spread(k[22]), spread(k[23]), spread(k[24]), spread(k[25]), spread(k[26])
    k27, k28, k29 = spread(k[27]), spread(k[28]), spread(k[29])
    k30, k31, k32 = spread(k[30]), spread(k[31]), spread(k[32])
    for span in range(spans.shape[0]):
        start = spans[span, 0]
        ends_x = ends_y = ends_z = (nothing, nothing, nothing, nothing)
        for i in range(start, start + spans[span, 1] + 1, lanes(work)):
            m = load(e, i)
            xc, xb, xbc, xa, xac, xab, xabc = _modes(work, low, up, row, i, m)
            yc, yb, ybc, ya, yac, yab, yabc = _modes(work, low + row, up + row, row, i, m)
            zc, zb, zbc, za, zac, zab, zabc = _modes(work, low + 2 * row, up + 2 * row, row, i, m)
            fc, fb, fbc = k9 * xc + k10 * za, k6 * xb + k7 * ya, k15 * xbc + k16 * yac + k17 * zab
            fa, fac, fab = k0 * xa + k1 * yb + k2 * zc, k21 * xac + k22 * ybc, k24 * xab + k25 * zbc
            ends_x = _gather(work, to_low, to_up, row, i, (fc, fb, fbc, fa, fac, fab, k30 * xabc), ends_x)
            fc, fb, fbc = k12 * yc + k13 * zb, k1 * xa + k3 * yb + k4 * zc, k22 * xac + k23 * ybc
            fa, fac, fab = k7 * xb + k8 * ya, k16 * xbc + k18 * yac + k19 * zab, k27 * yab + k28 * zac
            at = i + row
            ends_y = _gather(work, to_low, to_up, row, at, (fc, fb, fbc, fa, fac, fab, k31 * yabc), ends_y)
            fc, fb, fbc = k2 * xa + k4 * yb + k5 * zc, k13 * yc + k14 * zb, k25 * xab + k26 * zbc
            fa, fac, fab = k10 * xc + k11 * za, k28 * yab + k29 * zac, k17 * xbc + k19 * yac + k20 * zab
            at = i + 2 * row
            ends_z = _gather(work, to_low, to_up, row, at, (fc, fb, fbc, fa, fac, fab, k32 * zabc), ends_z)
