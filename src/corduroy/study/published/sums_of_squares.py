"""Which sums of squares n whole numbers with a given sum can have: the arithmetic below the GRIMMER test, exact.

Shift the numbers by ``c = floor(sum / n)``: their sum becomes ``r`` with ``0 <= r < n`` and their sum of squares ``q``.
Necessary are ``q = r (mod 2)``, because a number and its square have the same parity, and ``q >= r``, which r ones and
n - r zeros attain. For n >= 5 without bounds this is also sufficient: for n = 5 take one number t of the parity other
than r's, so that the other four have an odd sum b and an odd sum of squares a with ``4 a - b**2 >= 0``; that is
3 (mod 8), a sum of three odd squares (Gauss), and Cauchy's lemma gives the four numbers. With more than five numbers
the others are 0 or 1. For n <= 4 the condition is number theory of its own (perfect squares; Legendre's three-square
theorem) or a short search; with bounds that bind, it is an exact count by dynamic programming.
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt

# What is affordable within a tenth of a second; author's choices.
_MOST_SEARCHED = 20_000
_MOST_STATES = 300_000
_MOST_WORDS = 40_000_000
_MOST_AT_A_BOUND = 100


def attainable(n: int, total: int, squares: int, low: int | None = None, high: int | None = None) -> bool | None:
    """Whether n whole numbers from `low` to `high` exist with this sum and this sum of squares.

    Parameters
    ----------
    n : int
        At least 1.
    total, squares : int
    low, high : int, optional
        Bounds of each number, both included; None: unbounded on that side.

    Returns
    -------
    bool or None
        None where neither a sample was found nor the count by dynamic programming is affordable: not excluded.
    """
    shift = total // n
    rest, q = total - n * shift, squares - 2 * shift * total + n * shift * shift
    if q < rest or (q - rest) % 2:
        return False
    reach = isqrt(q)
    a = -reach if low is None else max(low - shift, -reach)
    b = reach if high is None else min(high - shift, reach)
    if a > 0 or b < (1 if rest else 0):
        return False
    if a == -reach and b == reach:
        return _unbounded(n, rest, q)
    return _bounded(n, rest, q, a, b)


def _unbounded(n: int, rest: int, q: int) -> bool | None:
    if n >= 5:
        return True
    if n == 4:
        return rest % 2 == 1 or _is_sum_of_three_squares(q - (rest // 2) ** 2)
    if n == 1:
        return q == rest * rest
    if n == 2:
        return _is_square(2 * q - rest * rest)
    reach = isqrt(q)
    if reach > _MOST_SEARCHED:
        return None
    return any(_is_square(2 * (q - t * t) - (rest - t) ** 2) for t in range(-reach, reach + 1))


def _is_square(number: int) -> bool:
    return number >= 0 and isqrt(number) ** 2 == number


def _is_sum_of_three_squares(number: int) -> bool:
    """Legendre: all but ``4**a * (8 b + 7)``."""
    if number < 0:
        return False
    while number and number % 4 == 0:
        number //= 4
    return number % 8 != 7


def _bounded(n: int, rest: int, q: int, a: int, b: int) -> bool | None:
    """Numbers from a <= 0 to b >= 0."""
    if q > (largest_squares(n, rest, a, b) or 0):
        return False
    if _has_witness(n, rest, q, a, b):
        return True
    width, total = b - a, rest - n * a
    states, words = n * (total + 1) * (width + 1), n * width * width // 64 + 1
    if states > _MOST_STATES or states * words > _MOST_WORDS:
        return None
    squares_from_low = q - 2 * a * rest + n * a * a
    return bool(_reachable(n, total, width) >> squares_from_low & 1)


def largest_squares(n: int, total: int, low: int | None, high: int | None) -> int | None:
    """The largest sum of squares of n whole numbers with a sum between bounds: all but one at a bound.

    Returns
    -------
    int or None
        None where neither bound is known, and so nothing limits it.
    """
    if low is None and high is None:
        return None
    # With one bound only, one number is as far from it as the others at it allow.
    bottom = low if low is not None else total - (n - 1) * (high or 0)
    top = high if high is not None else total - (n - 1) * (low or 0)
    if bottom >= top:
        return n * top * top
    at_high, left = divmod(total - n * bottom, top - bottom)
    if at_high >= n:
        return n * top * top
    return at_high * top * top + (bottom + left) ** 2 + (n - at_high - 1) * bottom * bottom


@lru_cache(maxsize=64)
def _reachable(n: int, total: int, width: int) -> int:
    """A bit for every sum of squares that n numbers from 0 to `width` with this sum can have."""
    by_sum = [1] + [0] * total
    for _ in range(n):
        longer = [0] * (total + 1)
        for value in range(min(width, total) + 1):
            square = value * value
            for so_far in range(total - value + 1):
                if by_sum[so_far]:
                    longer[so_far + value] |= by_sum[so_far] << square
        by_sum = longer
    return by_sum[total]


def _has_witness(n: int, rest: int, q: int, a: int, b: int) -> bool:
    """Look for a sample: some numbers at the bounds, the others (five at least) close enough to need no bounds."""
    for at_low in range(min(n - 4, _MOST_AT_A_BOUND)):
        for at_high in range(min(n - 4 - at_low, _MOST_AT_A_BOUND)):
            m = n - at_low - at_high
            total, squares = rest - at_low * a - at_high * b, q - at_low * a * a - at_high * b * b
            shift = total // m
            r, around = total - m * shift, squares - 2 * shift * total + m * shift * shift
            if around < r:
                continue
            reach = isqrt(around)
            if a <= shift - reach and shift + reach <= b:
                return True
    return False
