"""Slow and simple twins of the exact computations: many digits, or one string at a time."""

import math
from collections import defaultdict

import mpmath as mp
import numpy as np


def gains(n, zeros, rate):
    """P(A - B = j), j = 1, ..., zeros, for A ~ Bin(zeros, rate) and B ~ Bin(n - zeros, rate), in the current digits."""
    p, ones = mp.mpf(rate), n - zeros
    up = [mp.binomial(zeros, a) * p**a * (1 - p) ** (zeros - a) for a in range(zeros + 1)]
    down = [mp.binomial(ones, b) * p**b * (1 - p) ** (ones - b) for b in range(ones + 1)]
    return [mp.fsum(up[b + j] * down[b] for b in range(min(ones, zeros - j) + 1)) for j in range(1, zeros + 1)]


def onemax_moments(n, rate):
    """Mean and variance from a uniform start, in 50 digits; the second moment is solved, not the variance."""
    with mp.workdps(50):
        first, second = [mp.mpf(0)], [mp.mpf(0)]
        for zeros in range(1, n + 1):
            chances = gains(n, zeros, rate)
            leave = mp.fsum(chances)
            first.append((1 + mp.fsum(g * first[zeros - 1 - j] for j, g in enumerate(chances))) / leave)
            rest = mp.fsum(g * second[zeros - 1 - j] for j, g in enumerate(chances))
            second.append((2 * first[zeros] - 1 + rest) / leave)
        weights = [mp.binomial(n, k) / mp.mpf(2) ** n for k in range(n + 1)]
        mean = mp.fsum(w * e for w, e in zip(weights, first, strict=True))
        return mean, mp.fsum(w * e for w, e in zip(weights, second, strict=True)) - mean**2


def dynamic_bin_val_moments(n, rate):
    """Mean and variance on Dynamic BinVal from a uniform start."""
    return zero_bit_moments(n, rate, lambda k, a, b: mp.mpf(a) / (a + b))


def zero_bit_moments(n, rate, accept):
    """Mean and variance from a uniform start by a dense solve in 60 digits; a step is accepted with accept(k, a, b)."""
    with mp.workdps(60):
        p = mp.mpf(rate)
        system = mp.zeros(n, n)
        for k in range(1, n + 1):
            system[k - 1, k - 1] += 1
            stay = mp.mpf(1)
            for a in range(1, k + 1):
                for b in range(n - k + 1):
                    flips = mp.binomial(k, a) * mp.binomial(n - k, b) * p ** (a + b) * (1 - p) ** (n - a - b)
                    move = flips * accept(k, a, b)
                    stay -= move
                    if k - a + b > 0:
                        system[k - 1, k - a + b - 1] -= move
            system[k - 1, k - 1] -= stay
        first = mp.lu_solve(system, mp.ones(n, 1))
        second = mp.lu_solve(system, 2 * first - mp.ones(n, 1))
        weights = [mp.binomial(n, k) / mp.mpf(2) ** n for k in range(1, n + 1)]
        mean = mp.fsum(w * e for w, e in zip(weights, first, strict=True))
        return mean, mp.fsum(w * e for w, e in zip(weights, second, strict=True)) - mean**2


def push_strings(values, rates, steps, *, strict=False):
    """P(T = t) for t <= steps by a dense matrix over all strings; position i flips with probability rates[i]."""
    n = len(rates)
    strings = np.arange(2**n)
    masks = np.ones(2**n)
    for i, rate in enumerate(rates):
        masks *= np.where(strings >> i & 1, rate, 1 - rate)
    value = np.array(values)
    accepted = value[None, :] > value[:, None] if strict else value[None, :] >= value[:, None]
    matrix = masks[strings[:, None] ^ strings[None, :]] * accepted
    matrix[strings, strings] = 0.0
    matrix[strings, strings] = 1.0 - matrix.sum(axis=1)
    law, pmf = np.full(2**n, 2.0**-n), []
    for _ in range(steps + 1):
        pmf.append(law[-1])
        law[-1] = 0.0
        law = law @ matrix
    return np.array(pmf)


def push_pairs(n, values, start, rate, update, steps, *, keep):
    """P(T = t) for t <= steps by one dictionary over (string, policy state); keep(f(x), f(y)) is a probability."""
    law = {(x, start): 2.0**-n for x in range(2**n)}
    pmf = []
    for t in range(1, steps + 2):
        pmf.append(sum(mass for (x, _), mass in law.items() if x == 2**n - 1))
        after = defaultdict(float)
        for (x, state), mass in law.items():
            if x == 2**n - 1:
                continue
            p = rate(state, t)
            for y in range(2**n):
                flips = (x ^ y).bit_count()
                weight = mass * p**flips * (1 - p) ** (n - flips)
                sign = (values[y] > values[x]) - (values[y] < values[x])
                new = update(state, sign, x == y, t)
                chance = keep(values[x], values[y])
                after[y, new] += weight * chance
                after[x, new] += weight * (1 - chance)
        law = after
    return np.array(pmf)


def elitist(old, new):
    return float(new >= old)


def leading_ones(n):
    return [next((i for i in range(n) if not x >> i & 1), n) for x in range(2**n)]


def onemax(n):
    return [x.bit_count() for x in range(2**n)]


def relative(computed, exact):
    return float(abs((mp.mpf(computed) - exact) / exact)) if exact else math.fabs(computed)
