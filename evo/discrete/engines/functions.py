"""The generic functions that parts implement: what a kernel asks of problem, mutation, rate, acceptance, start.

Arguments that recur: `x` is the current string `uint8[n]`; `flips[:count]` are distinct positions that the mutation
flips; `stream` is a random stream (`evo.discrete.uniform` and `below` draw from it); `cache` is what `prepare`
returned, a named tuple whose arrays may be changed by `commit`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from evo.discrete.engines.generic import generic
from evo.discrete.engines.streams import uniform


class PolicyView(NamedTuple):
    """What a rate policy sees before it draws a rate."""

    #: the number of the step that is about to be made, 1, 2, ...
    step: int
    #: the problem's level (0 where it has none) and the number of zero-bits of the current string
    level: int
    zeros: int
    #: the index of the offspring within its generation
    offspring: int


class Event(NamedTuple):
    """What a rate policy sees of a step after it was made."""

    #: the number of the step
    step: int
    #: 1, 0 or -1 if the best offspring is better than, as good as, or worse than its parent
    sign: int
    #: whether nothing was flipped
    idle: bool
    #: how many bits the best offspring flipped, and its index
    flips: int
    offspring: int
    #: uniform in [0, 1) if the policy `tosses`, else 0
    u: float


class NoCache(NamedTuple):
    """The cache of problems that need none."""

    unused: int


# --- problems -------------------------------------------------------------------------------------------------------


@generic(default=True, inline=False)
def instance(problem, words):
    """The instance that a run plays, drawn from two key words; the problem itself if it is not random."""
    return problem


@generic(default=True, inline=False)
def prepare(problem, x):
    """A cache (a named tuple) that belongs to the string x."""
    return NoCache(0)


@generic(default=False, inline=False)
def value(problem, cache, x):
    """The objective value of x, larger is better."""


@generic(default=True)
def gain(problem, cache, x, flips, count, stream):
    """(sign, magnitude) of f(y) - f(x) for the offspring y that flips `flips[:count]` in x.

    The default evaluates `value` on x and y, at O(n) per step.
    """
    before = value(problem, prepare(problem, x), x)
    for place in range(count):
        x[flips[place]] = 1 - x[flips[place]]
    after = value(problem, prepare(problem, x), x)
    for place in range(count):
        x[flips[place]] = 1 - x[flips[place]]
    sign = 1 if after > before else (-1 if after < before else 0)
    return sign, float(after - before)


@generic(default=True)
def compare(problem, cache, x, flips, count, stream):
    """The sign of `gain`, where it is cheaper to have alone; -2 if the magnitude is not finite."""
    sign, magnitude = gain(problem, cache, x, flips, count, stream)
    return sign if magnitude - magnitude == 0.0 else -2


@generic(default=True)
def exact(problem):
    """Whether the magnitudes of `gain` are exact differences, so that equal ones mean equal values."""
    return False


@generic(default=True, inline=False)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The sign of f(y) - f(z) for the offspring y and z of x that flip `first[:first_count]`, `second[:second_count]`.

    The default compares the magnitudes of `gain` where they are `exact`, and else evaluates `value` on y and z.
    """
    if exact(problem):
        sign, magnitude = gain(problem, cache, x, first, first_count, stream)
        other_sign, other_magnitude = gain(problem, cache, x, second, second_count, stream)
        if sign != other_sign:
            return 1 if sign > other_sign else -1
        return 1 if magnitude > other_magnitude else (-1 if magnitude < other_magnitude else 0)
    for place in range(first_count):
        x[first[place]] = 1 - x[first[place]]
    one = value(problem, prepare(problem, x), x)
    for place in range(first_count):
        x[first[place]] = 1 - x[first[place]]
    for place in range(second_count):
        x[second[place]] = 1 - x[second[place]]
    other = value(problem, prepare(problem, x), x)
    for place in range(second_count):
        x[second[place]] = 1 - x[second[place]]
    return 1 if one > other else (-1 if one < other else 0)


@generic(default=True, inline=False)
def order(problem, first, second, stream):
    """The sign of f(first) - f(second) for two strings; problems with values that are only ordered define it."""
    one, other = value(problem, prepare(problem, first), first), value(problem, prepare(problem, second), second)
    return 1 if one > other else (-1 if one < other else 0)


@generic(default=True)
def scored(problem):
    """Whether `value`, as a float, orders all strings; else populations are ordered by `order`."""
    return True


@generic(default=True, inline=False)
def commit(problem, cache, x, flips, count):
    """Bring the cache up to date; x already holds the offspring."""


@generic(default=True)
def solved(problem, cache, zeros):
    """Whether the current string, with this many zero-bits, is optimal."""
    return zeros == 0


@generic(default=True)
def level(problem, cache):
    """The level of the current string, 0 where the problem has none."""
    return 0


@generic(default=True, inline=False)
def level_count(problem):
    """How many levels there are: `level` is in [0, level_count)."""
    return 1


@generic(default=True)
def redrawn(problem):
    """Whether every step compares under a fresh function, so that the parent is evaluated again."""
    return False


@generic(default=False)
def outcome(problem, zeros, ups, downs):
    """(P(better), P(equal)) for an offspring that gains `ups` >= 1 bits and loses `downs` of a parent with `zeros`.

    For problems in which that is all that counts: they are simulated, and solved exactly, by their number of
    zero-bits. Equal offspring must have as many zero-bits as their parent.
    """


@generic(default=True)
def decide(problem, zeros, ups, downs, stream):
    """The sign of the comparison of such an offspring, drawn by its `outcome`."""
    better, equal = outcome(problem, zeros, ups, downs)
    if better >= 1.0:
        return 1
    if better + equal <= 0.0:
        return -1
    if better + equal >= 1.0 and equal >= 1.0:
        return 0
    u = uniform(stream)
    return 1 if u < better else (0 if u < better + equal else -1)


# --- mutations ------------------------------------------------------------------------------------------------------


class Blend(NamedTuple):
    """A law of mutation: every set S of positions, not empty, flips with a probability that depends on its size alone.

    P(S) = `factor` rate^|S| (1 - rate)^(n - |S|) + [|S| = 1] `single` / n.
    """

    rate: float
    factor: float
    single: float


@generic(default=False)
def flips(mutation, rate, n, stream, out, memo):
    """Write the flipped positions, distinct, into `out` (int64[n]) and return their number.

    `memo` (float64[128], zero at first) may keep numbers between calls, as long as results do not depend on it.
    """


@generic(default=False)
def blend(mutation, rate, n):
    """The law of the flips as a `Blend`, of mutations that have it: then steps can be skipped."""


# --- rate policies --------------------------------------------------------------------------------------------------


@generic(default=False)
def start(policy, n):
    """The state of the policy before the first step, a tuple of numbers."""


@generic(default=False)
def draw(policy, state, view, n, stream):
    """The rate of the next step, a probability per bit; `view` is a `PolicyView`."""


@generic(default=True)
def update(policy, state, event, n):
    """The state after a step; `event` is an `Event`. It must keep the types of the state."""
    return state


@generic(default=True)
def tosses(policy):
    """Whether `update` uses the uniform number `event.u`."""
    return False


@generic(default=True)
def within(policy, stratum, n, stream):
    """A rate drawn within one of the `strata` of a policy whose rates are drawn afresh in every step."""
    return math.nan


# --- acceptance -----------------------------------------------------------------------------------------------------


@generic(default=False)
def keep(acceptance, sign, magnitude, u):
    """Whether the offspring replaces the parent; u is uniform in [0, 1) if `draws`, else 0."""


@generic(default=True)
def weighs(acceptance):
    """Whether `keep` uses the magnitude."""
    return False


@generic(default=True)
def draws(acceptance):
    """Whether `keep` uses u."""
    return False


# --- starts ---------------------------------------------------------------------------------------------------------


@generic(default=False, inline=False)
def place(start, n, stream, x):
    """Write the start string into x."""


@generic(default=True, inline=False)
def zero_bits(start, n, stream):
    """The number of zero-bits of the start string, drawn as `place` would draw it."""
    x = np.empty(n, dtype=np.uint8)
    place(start, n, stream, x)
    zeros = 0
    for bit in x:
        zeros += 1 - np.int64(bit)
    return zeros


# --- algorithms -----------------------------------------------------------------------------------------------------


class Generation(NamedTuple):
    """What an algorithm made of a step."""

    #: 0, or why the run ends here (see `kernels`)
    code: int
    #: the state of the rate policy
    policy: Any
    #: the number of zero-bits of the current string
    zeros: int
    #: the place, from 1, of the first optimal evaluation of the step; 0 if there was none
    place: int
    #: whether the step was an improvement
    improved: bool


@generic(default=True)
def storage(algorithm):
    """(number of strings that are kept beside the current one, number of further buffers for flips)."""
    return 0, 0


@generic(default=True)
def founders(algorithm):
    """How many strings a run starts with."""
    return 1


@generic(default=True, inline=False)
def gather(algorithm, instance, work):
    """What the algorithm keeps between steps beside the arrays of `work`; it is made anew from them at any time."""
    return NoCache(0)


@generic(default=True, inline=False)
def settle(algorithm, parts, work, instance, cache, herd):
    """Make the current string out of the founders."""


@generic(default=True)
def first_brood(algorithm):
    """The real number of offspring at the start, where it adapts."""
    return 1.0


@generic(default=True)
def brood_size(algorithm, work, stream):
    """The number of offspring of the next generation."""
    return 1


@generic(default=True)
def cost(algorithm, offspring, redrawn):
    """The number of evaluations of a generation; `redrawn` says whether parents are evaluated again."""
    return 1 + redrawn


@generic(default=False)
def generate(algorithm, parts, work, instance, cache, herd, policy, step, zeros, offspring, target):
    """Make one generation: the arrays of `work` and the cache hold its outcome; returns a `Generation`."""


# --- recorders and observables --------------------------------------------------------------------------------------


class Sight(NamedTuple):
    """What an observable sees of a run after a step, in a kernel."""

    step: int
    level: int
    zeros: int
    n: int
    #: the rate of the step, nan at the start
    rate: float
    #: the value of the current string, and the best so far; nan if no observable asks for it
    value: float
    best: float
    #: how many offspring the step had, 0 at the start
    offspring: int


@generic(default=False)
def due(trigger, grid_place, step, improved):
    """(whether a row is written after this step, next place in the trigger's grid)."""


@generic(default=False)
def next_due(trigger, grid_place, step):
    """The first step after this one at which a row is written whatever happens; a huge number if there is none."""


@generic(default=True, inline=False)
def memory_size(observable, problem):
    """How many numbers the observable keeps between steps."""
    return 1


@generic(default=True)
def needs_value(observable):
    """Whether `sight.value` must be known."""
    return False


@generic(default=True, inline=False)
def observe_begin(observable, memory, sight):
    """Set the memory at the start."""


@generic(default=True)
def observe_after(observable, memory, sight, repeat):
    """Account for `repeat` successive steps after each of which the run was in the state `sight`."""


@generic(default=False)
def observe_read(observable, memory, sight):
    """The number to write down."""
