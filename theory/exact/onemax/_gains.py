"""The law of the gain at any rate, however rare a gain is, and the kernels that need it anew for every step or level.

With A ~ Bin(k, p) and B ~ Bin(m, p), m = n - k, the probabilities g_j = P(A - B = j) satisfy
p q (j + m) g_j + ((p^2 + q^2)(j - 1) + (m - k) p^2) g_{j-1} = p q (k - j + 2) g_{j-2}, from the logarithmic derivative
of (q + p z)^k (q + p / z)^m. From both ends up to (k - m) p^2 / (p^2 + q^2) all terms are positive, so that nothing
cancels; the two parts are joined there and divided by their sum. For p > 1/2, k - m - (A - B) is the gain at rate
1 - p. A start short of an end is forgotten, since the other solution of the recurrence falls behind.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel

SKIP = 1e-26  # states with less mass are not pushed in this step
_TOLERANCE = 1e-20  # gains below this share of the probability of an improvement are left out
_HUGE = 1e200
_GOLDEN = 0.6180339887498949
_ROUNDS = 60  # of the golden section: the interval shrinks by 1e-12


def width(n: int, rate: float, top: int) -> int:
    """How many gains of at most `top` zero-bits can matter at this rate."""
    return int(min(top, max(1.0, (2 * top - n) * rate) + _reach(n, min(rate, 1.0 - rate)) + 2.0))


def rows(n: int, rate: float, top: int) -> NDArray[np.float64]:
    """float64[top + 1, bands], P(k -> k - 1 - j) at any rate in [0, 1]."""
    return _rows_of(n, np.full(top + 1, rate), width(n, rate, top))


def rows_of(n: int, rates: NDArray[np.float64], bands: int) -> NDArray[np.float64]:
    """float64[len(rates), bands], P(k -> k - 1 - j) at the rate of every k."""
    return _rows_of(n, rates, bands)


def push(
    n: int,
    rates: NDArray[np.float64],
    law: NDArray[np.float64],
    table: NDArray[np.float64],
    kept: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]],
    tail: float,
) -> tuple[int, float, float]:
    """Pushes the law of the zero-bits through one step per rate; returns the steps, the mass that was cut, and terms.

    Args:
        n: number of bits.
        rates: the rate of every step.
        law: float64[top + 1]; changed in place.
        table: filled with the mass that arrives in each step.
        kept: rows, their widths, and the rates that they belong to (nan at first); changed in place.
        tail: stop when less mass than this is under way.
    """
    return _push(n, rates, law, table, *kept, tail)


def adaptive(
    n: int, top: int, rates: NDArray[np.float64], up: NDArray[np.int64], down: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance for every number of zero-bits and level, float64[top + 1, levels]; levels in ascending order.

    A strict improvement leads to level up[l], any other step to down[l] < l, or to l itself at the lowest level.
    """
    return _adaptive(n, top, rates, up, down)


def best_rate(
    n: int, zeros: int, after: NDArray[np.float64], free: float, grid: NDArray[np.float64]
) -> tuple[float, float]:
    """The rate that minimises (free + sum_j P_j after[j - 1]) / (sum_j P_j if free > 0 else 1), and the minimum.

    Args:
        n: number of bits.
        zeros: zero-bits of the parent.
        after: float64[zeros], what a gain of j = 1, 2, ... costs.
        free: cost of a step; 0 for no division.
        grid: ascending rates; local minima on it are refined by the golden section.
    """
    return _best_rate(n, zeros, after, free, grid)


@kernel
def _reach(n: int, rate: float) -> float:
    return 10.0 * math.sqrt(n * rate * (1.0 - rate)) + 30.0


@kernel
def _gains(n: int, zeros: int, rate: float, out: NDArray[np.float64], work: NDArray[np.float64]) -> int:
    """out[j - 1] = P(A - B = j), j = 1, ..., the number that is returned, and out[zeros] = P(A <= B).

    out and work hold n + 1 numbers.
    """
    ones = n - zeros
    out[zeros] = 1.0
    if rate == 0.0 or zeros == 0:
        return 0
    if rate == 1.0:
        if zeros <= ones:
            return 0
        out[zeros] = 0.0
        out[: zeros - ones] = 0.0
        out[zeros - ones - 1] = 1.0
        return zeros - ones
    turned = rate > 0.5
    p = 1.0 - rate if turned else rate
    q = 1.0 - p
    mean = (zeros - ones) * p
    reach = _reach(n, p)
    both = p * q
    squares = p * p + q * q
    middle = math.floor((zeros - ones) * p * p / squares + 0.5)
    away = abs(middle - mean)
    high = mean + away
    low = mean - away
    if turned:
        low = min(low, zeros - ones - 1.0)
    else:
        high = max(high, 1.0)
    last = min(zeros, math.ceil(high + reach))
    first = max(-ones, math.floor(low - reach))
    middle = min(last, max(first, middle))
    above = 0.0
    here = 1e-100
    work[last - first] = here
    total = here
    for j in range(last + 1, middle + 1, -1):  # g_{j-2} from g_j and g_{j-1}
        value = (both * (j + ones) * above + (squares * (j - 1) + (ones - zeros) * p * p) * here) / (
            both * (zeros - j + 2)
        )
        above = here
        here = value
        if here > _HUGE:
            for i in range(j - 1, last + 1):
                work[i - first] /= _HUGE
            above /= _HUGE
            here /= _HUGE
            total /= _HUGE
        work[j - 2 - first] = here
        total += here
    join = here
    above = 0.0
    here = 1e-100
    work[0] = here
    rest = here
    for i in range(1 - first, 1 - middle, -1):  # the same for B - A
        value = (both * (i + zeros) * above + (squares * (i - 1) + (zeros - ones) * p * p) * here) / (
            both * (ones - i + 2)
        )
        above = here
        here = value
        if here > _HUGE:
            for j in range(first, 2 - i):
                work[j - first] /= _HUGE
            above /= _HUGE
            here /= _HUGE
            rest /= _HUGE
        work[2 - i - first] = here
        rest += here
    total = total / join + (rest - here) / here  # in units of the middle, which is in both parts
    work[middle - first] = join
    gains = 0
    leave = 0.0
    previous = 0.0
    j = 1
    while True:
        place = zeros - ones - j if turned else j
        if (place < first) if turned else (place > last):
            break
        value = 0.0
        if first <= place <= last:  # else too rare, before the bulk
            value = work[place - first] / (here if place < middle else join) / total
        out[j - 1] = value
        leave += value
        gains = j
        if value < _TOLERANCE * leave and value < previous:
            break
        previous = value
        j += 1
    stay = 1.0 - leave
    if leave > 0.9:  # no difference of near numbers
        stay = 0.0
        for i in range(max(first, zeros - ones) if turned else first, (last if turned else min(last, 0)) + 1):
            stay += work[i - first] / (here if i < middle else join) / total
    out[zeros] = max(0.0, stay)
    return gains if leave > 0.0 else 0


@kernel
def _rows_of(n: int, rates: NDArray[np.float64], bands: int) -> NDArray[np.float64]:
    down = np.zeros((rates.size, bands))
    row = np.zeros(n + 1)
    work = np.zeros(n + 1)
    for k in range(1, rates.size):
        gains = _gains(n, k, rates[k], row, work)
        for j in range(min(gains, bands)):
            down[k, j] = row[j]
    return down


@kernel
def _push(
    n: int,
    rates: NDArray[np.float64],
    law: NDArray[np.float64],
    table: NDArray[np.float64],
    kept: NDArray[np.float64],
    widths: NDArray[np.int64],
    stamps: NDArray[np.float64],
    tail: float,
) -> tuple[int, float, float]:
    row = np.zeros(n + 1)
    work = np.zeros(n + 1)
    cut = 0.0
    terms = 0.0
    top = law.size - 1
    bottom = 1
    for t in range(table.size):
        rate = rates[t]
        while top > 0 and law[top] < SKIP:
            cut += law[top]
            law[top] = 0.0
            top -= 1
        while bottom < top and law[bottom] < SKIP:
            bottom += 1
        remaining = 0.0
        depth = bottom
        for k in range(bottom, top + 1):  # ascending, in place: mass moves to states that were handled already
            mass = law[k]
            if mass >= SKIP:
                if stamps[k] != rate:
                    stamps[k] = rate
                    widths[k] = min(kept.shape[1], _gains(n, k, rate, row, work))
                    terms += 8.0 * _reach(n, rate)
                    for j in range(widths[k]):
                        kept[k, j] = row[j]
                terms += 4.0 + widths[k]
                leave = 0.0
                for j in range(widths[k] - 1, -1, -1):
                    leave += kept[k, j]
                    law[k - 1 - j] += mass * kept[k, j]
                law[k] = max(0.0, mass - mass * leave)
                remaining += law[k]
                depth = min(depth, k - widths[k])
        bottom = max(1, depth)
        table[t] = law[0]
        law[0] = 0.0
        if remaining + table[t] < tail:
            return t + 1, cut, terms
    return table.size, cut, terms


@kernel
def _adaptive(
    n: int, top: int, rates: NDArray[np.float64], up: NDArray[np.int64], down: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    levels = rates.size
    mean = np.zeros((top + 1, levels))
    variance = np.zeros((top + 1, levels))
    row = np.zeros(n + 1)
    work = np.zeros(n + 1)
    for k in range(1, top + 1):
        for level in range(levels):
            gains = _gains(n, k, rates[level], row, work)
            leave = 0.0
            after = 0.0
            for j in range(gains - 1, -1, -1):
                if row[j] > 0.0:
                    leave += row[j]
                    after += row[j] * mean[k - 1 - j, up[level]]
            fail = row[k]
            leave = min(1.0, leave)
            lower = down[level]
            if lower == level:
                mean[k, level] = (1.0 + after) / leave if leave > 0.0 else math.inf
                following = after / leave if leave > 0.0 else math.inf
                spread = fail / leave
            else:
                mean[k, level] = 1.0 + after + (fail * mean[k, lower] if fail > 0.0 else 0.0)
                following = mean[k, level] - 1.0
                away = mean[k, lower] - following
                spread = fail * (variance[k, lower] + away * away) if fail > 0.0 else 0.0
            if not mean[k, level] < math.inf:
                mean[k, level] = math.inf
                variance[k, level] = math.inf
                continue
            for j in range(gains - 1, -1, -1):
                if row[j] > 0.0:
                    away = mean[k - 1 - j, up[level]] - following
                    spread += row[j] * (variance[k - 1 - j, up[level]] + away * away)
            variance[k, level] = spread / leave if lower == level else spread
    return mean, variance


@kernel
def _cost(
    n: int,
    zeros: int,
    rate: float,
    after: NDArray[np.float64],
    free: float,
    row: NDArray[np.float64],
    work: NDArray[np.float64],
) -> float:
    gains = _gains(n, zeros, rate, row, work)
    leave = 0.0
    total = free
    for j in range(gains - 1, -1, -1):
        if row[j] > 0.0:
            leave += row[j]
            total += row[j] * after[j]
    if free == 0.0:
        return total
    return total / leave if leave > 0.0 else math.inf


@kernel
def _best_rate(
    n: int, zeros: int, after: NDArray[np.float64], free: float, grid: NDArray[np.float64]
) -> tuple[float, float]:
    row = np.zeros(n + 1)
    work = np.zeros(n + 1)
    size = grid.size
    costs = np.zeros(size)
    best = 0
    for i in range(size):
        costs[i] = _cost(n, zeros, grid[i], after, free, row, work)
        if costs[i] < costs[best]:
            best = i
    rate = grid[best]
    least = costs[best]
    span = 0.05 * abs(least)
    for i in range(size):
        left = max(0, i - 1)
        right = min(size - 1, i + 1)
        if not (costs[i] <= costs[left] and costs[i] <= costs[right] and costs[i] <= least + span):
            continue
        a = grid[left]
        b = grid[right]
        x = b - _GOLDEN * (b - a)
        y = a + _GOLDEN * (b - a)
        at_x = _cost(n, zeros, x, after, free, row, work)
        at_y = _cost(n, zeros, y, after, free, row, work)
        for _ in range(_ROUNDS):
            if at_x <= at_y:
                b = y
                y = x
                at_y = at_x
                x = b - _GOLDEN * (b - a)
                at_x = _cost(n, zeros, x, after, free, row, work)
            else:
                a = x
                x = y
                at_x = at_y
                y = a + _GOLDEN * (b - a)
                at_y = _cost(n, zeros, y, after, free, row, work)
        if at_x < least:
            rate = x
            least = at_x
        if at_y < least:
            rate = y
            least = at_y
    return rate, least
