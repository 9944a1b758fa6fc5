"""Runs of the (1+1)-EA in which the quantities of the encoding are sampled after some of the accepted steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba.extending import register_jitable

from evo.core.keys import Key
from evo.discrete.engines import functions as f
from evo.discrete.engines.borrow import borrowed
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import below, seed_stream, uniform

#: Of an accepted step to y: flips of zero-bits and of one-bits; zero-bits of y; counts among samples at y, each of its
#: own: improving effective mutations, proposals that lead back, swaps that are better, swaps that are worse, and swaps
#: that are equal. Flips of zero-bits and of one-bits in this accepted step and all since the sampled one before.
COLUMNS = (
    "ups",
    "downs",
    "zeros",
    "accepted",
    "consistent",
    "better",
    "worse",
    "equal",
    "all_ups",
    "all_downs",
)
_WIDTH = len(COLUMNS)


def sample(
    problem: Any,
    key: Key,
    *,
    strength: float,
    density: float,
    burn_in: int,
    moves: int,
    spacing: int,
    samples: int,
    begin: float,
    until: float,
    steps: int,
) -> np.ndarray:
    """One run with strict acceptance, from a uniform string of a density, with samples at every `spacing`-th move.

    Args:
        problem: a compiled function.
        key: of the run.
        strength: expected flips per step.
        density: share of zero-bits at the start.
        burn_in: steps before the first sample.
        moves: accepted steps at which samples are taken, at most.
        spacing: accepted steps from one to the next.
        samples: of each quantity.
        begin: no sample is taken before the share of zero-bits is this small.
        until: the run ends below this share of zero-bits.
        steps: the run ends after so many.

    Returns:
        int64[sampled moves, 10] with the columns of `COLUMNS`.
    """
    n = problem.n
    played = instance_of(problem.lower(n), key.child("instance"))
    x = np.ones(n, dtype=np.uint8)
    x[key.child("start").numpy().permutation(n)[: round(density * n)]] = 0
    words = key.child("step").words()
    window = math.floor(begin * n), math.ceil(until * n)
    return _run(played, x, words, strength / n, (burn_in, moves, spacing, samples, *window, steps))


def log_gain(rows: np.ndarray, n: int, strength: float, samples: int) -> np.ndarray:
    """ln(R / P) of the sampled steps: ln(a / b) + ln Q - ln P, with a and b by their samples.

    Q flips every zero-bit of y with probability 1/k and every one-bit with 1/(n - k), k the zero-bits of y.
    """
    ups, downs, k, accepted, consistent = rows[:, :5].T.astype(np.float64)
    p = strength / n
    # a count of zero would be -inf; half a hit stands for it
    a = np.maximum(accepted, 0.5) / samples * -np.expm1(k * math.log1p(-p))
    b = np.maximum(consistent, 0.5) / samples
    forward = (ups + downs) * math.log(p) + (n - ups - downs) * math.log1p(-p)
    back = -ups * np.log(n - k) + (n - k - ups) * np.log1p(-1.0 / (n - k))
    back += -downs * np.log(k) + (k - downs) * np.log1p(-1.0 / k)
    return np.log(a / b) + back - forward


@Kernel
def _run(played, x, words, rate, numbers):
    found = np.zeros((numbers[1], _WIDTH), dtype=np.int64)
    stream = np.empty(4, dtype=np.uint64)
    flips = np.empty(x.shape[0], dtype=np.int64)
    cache = f.prepare(played, x)
    seed_stream(stream, words[0], words[1], 0)
    count = _walk(borrowed(played), borrowed(cache), borrowed((x, stream, flips, found)), rate, numbers)
    return found[:count]


@register_jitable
def _walk(played, cache, arrays, rate, numbers):
    x, stream, flips, found = arrays
    burn_in, moves, spacing, _, begin, until, steps = numbers
    zeros = 0
    for bit in x:
        zeros += 1 - np.int64(bit)
    taken, moved, step, begun = 0, 0, 0, False
    while taken < moves and zeros >= until and step < steps:
        step += 1
        count = _mutation(x, rate, rate, stream, flips)
        if f.compare(played, cache, x, flips, count, stream) <= 0:
            continue
        ups = 0
        for place in range(count):
            ups += 1 - np.int64(x[flips[place]])
            x[flips[place]] = 1 - x[flips[place]]
        f.commit(played, cache, x, flips, count)
        zeros -= 2 * ups - count
        begun = begun or (step > burn_in and zeros <= begin)
        if not begun:
            continue
        moved += 1
        found[taken, 8] += ups
        found[taken, 9] += count - ups
        if moved >= spacing and zeros > 1:
            found[taken, 0] = ups
            found[taken, 1] = count - ups
            found[taken, 2] = zeros
            _sampled(played, cache, arrays, rate, numbers[3], zeros, found[taken])
            taken += 1
            moved = 0
    return taken


@register_jitable
def _sampled(played, cache, arrays, rate, samples, zeros, row):
    """Counts at the current string."""
    x, stream, flips, _ = arrays
    n = x.shape[0]
    effective = 0
    while effective < samples:
        count = _mutation(x, rate, rate, stream, flips)
        ups = 0
        for place in range(count):
            ups += 1 - np.int64(x[flips[place]])
        if ups > 0:
            effective += 1
            if f.compare(played, cache, x, flips, count, stream) > 0:
                row[3] += 1
    for _ in range(samples):
        count = _mutation(x, 1.0 / (n - zeros), 1.0 / zeros, stream, flips)
        if count > 0 and f.compare(played, cache, x, flips, count, stream) < 0:
            row[4] += 1
    for column in range(5, 8):
        for _ in range(samples):
            flips[0] = _position(x, 0, stream)
            flips[1] = _position(x, 1, stream)
            sign = f.compare(played, cache, x, flips, 2, stream)
            if (column == 5 and sign > 0) or (column == 6 and sign < 0) or (column == 7 and sign == 0):
                row[column] += 1


@register_jitable
def _position(x, bit, stream):
    """A uniform position that holds this bit."""
    while True:
        place = below(stream, x.shape[0])
        if x[place] == bit:
            return place


@register_jitable
def _mutation(x, rate_of_ones, rate_of_zeros, stream, flips):
    """Every one-bit and every zero-bit flips with its probability; rising positions, and their number."""
    n = x.shape[0]
    most = max(rate_of_ones, rate_of_zeros)
    scale = 1.0 / math.log1p(-most)
    count, position = 0, -1
    while True:
        gap = math.log(1.0 - uniform(stream)) * scale
        if gap >= n:
            return count
        position += 1 + int(gap)
        if position >= n:
            return count
        chance = rate_of_ones if x[position] == 1 else rate_of_zeros
        if chance == most or uniform(stream) * most < chance:
            flips[count] = position
            count += 1
