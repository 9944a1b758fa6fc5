"""Measured drift: the mean change of the number of zero-bits in one step from a given string."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.keys import Key
from evo.discrete.engines import functions as f
from evo.discrete.engines.borrow import borrowed
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.errors import invalid_rate
from evo.discrete.engines.generations.single import LoweredSingle
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import seed_stream, uniform
from evo.discrete.parts import AbstractFunction

_BLOCK = 4_000_000


class Drift(NamedTuple):
    """A measured one-step drift of the number of zero-bits; positive means towards the optimum."""

    #: mean decrease of the number of zero-bits per step, and its standard error
    mean: float
    standard_error: float
    #: fraction of steps whose offspring was accepted and differed from the parent
    acceptance: float
    samples: int


def drift(optimizer: Any, problem: AbstractFunction, *, at: Any, samples: int, seed: int | Key) -> Drift:
    """The mean decrease of the number of zero-bits in one step from the string `at`, by independent steps.

    E[Z(x) - Z(x')], where Z counts zero-bits and x' is what one step makes of x = `at`.

    Args:
        optimizer: a (1+1) scheme; its policy is in its start state.
        problem: a compiled function.
        at: the string, shape (n,).
        samples: number of independent steps, at least 2.
        seed: a non-negative integer, or a key; sample i is step i of the run with this key, started anew at `at`.

    Example:
        >>> from evo import discrete as d
        >>> d.drift(d.RandomLocalSearch(), d.OneMax(4), at=[0, 0, 0, 0], samples=10, seed=0).mean
        1.0
    """
    action = "Pass a function of evo.discrete; black boxes have no compiled comparison."
    checks.instance_of("problem", problem, AbstractFunction, action)
    samples = checks.integer("samples", samples, 2, "Pass for example samples=10**6.")
    x = checks.bits("at", at, problem.n, "Pass the string at which the drift is wanted.")
    lowered = optimizer.lowered(problem) if hasattr(optimizer, "lowered") else None
    if lowered is None or not isinstance(lowered.algorithm, LoweredSingle):
        action = "Pass for example d.OnePlusOne(rate=d.Static(strength=1.0))."
        raise checks.bad_type("optimizer", optimizer, "be a (1+1) scheme of evo.discrete", action)
    key = Key(seed)
    parts = lowered
    played = instance_of(parts.problem, key.child("instance"))
    step, function = key.child("step").words(), key.child("function").words()
    sums, bad_rate = np.zeros(3, dtype=np.int64), np.zeros(1)
    for first in range(1, samples + 1, _BLOCK):
        sums += _sample_steps(parts, played, x, step, function, first, min(_BLOCK, samples + 1 - first), bad_rate)
        if not 0.0 <= bad_rate[0] <= 1.0:
            raise invalid_rate(optimizer.scheme(parts.n)[0], float(bad_rate[0]), 1, parts.n)
    total, squares, accepted = (int(number) for number in sums)
    mean = total / samples
    variance = (squares - samples * mean * mean) / (samples - 1)
    return Drift(mean, math.sqrt(max(variance, 0.0) / samples), accepted / samples, samples)


@Kernel
def _sample_steps(parts, played, x, step_words, function_words, first, count, bad_rate):
    """(sum of decreases, sum of their squares, number of accepted changes) of `count` independent steps."""
    sums = np.zeros(3, dtype=np.int64)
    stream = np.empty(4, dtype=np.uint64)
    function_stream = np.empty(4, dtype=np.uint64)
    flips = np.empty(parts.n, dtype=np.int64)
    memo = np.zeros(128)
    cache = f.prepare(played, x)
    zeros = 0
    for bit in x:
        zeros += 1 - np.int64(bit)
    _sample(
        borrowed(parts),
        borrowed(played),
        borrowed(cache),
        borrowed((x, sums, stream, function_stream, flips, memo, bad_rate)),
        (step_words[0], step_words[1], function_words[0], function_words[1]),
        (zeros, first, count),
    )
    return sums


@register_jitable
def _sample(parts, played, cache, arrays, words, numbers):
    x, sums, stream, function_stream, flips, memo, bad_rate = arrays
    zeros, first, count = numbers
    n = parts.n
    policy = f.start(parts.rate, n)
    for index in range(first, first + count):
        seed_stream(stream, words[0], words[1], index)
        view = f.PolicyView(1, f.level(played, cache), zeros, 0)
        rate = float(f.draw(parts.rate, policy, view, n, stream))
        if not (rate >= 0.0 and rate <= 1.0):
            bad_rate[0] = rate
            break
        flipped = f.flips(parts.mutation, rate, n, stream, flips, memo)
        if f.redrawn(played):
            seed_stream(function_stream, words[2], words[3], index)
        magnitude = 0.0
        if f.weighs(parts.acceptance):
            sign, magnitude = f.gain(played, cache, x, flips, flipped, function_stream)
        else:
            sign = f.compare(played, cache, x, flips, flipped, function_stream)
        u = uniform(stream) if f.draws(parts.acceptance) else 0.0
        if f.keep(parts.acceptance, sign, magnitude, u) and flipped > 0:
            change = np.int64(0)
            for place in range(flipped):
                change += 1 - 2 * np.int64(x[flips[place]])
            sums[0] += change
            sums[1] += change * change
            sums[2] += 1
