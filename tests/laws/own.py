"""Policies and functions as users write them, and the policies as `tests.laws.followed` knows them."""
# ruff: noqa: F811 - every part has functions of the same names

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evo import discrete as d
from tests.laws.followed import Twin

RATES = (0.45, 0.25, 0.12, 0.04)


@dataclass(frozen=True)
class ByFlips(d.AbstractRate):
    """Declares nothing: looks at flips, idle steps, signs and a random number."""


@d.implements(ByFlips)
def start(policy, n):
    return (1,)


@d.implements(ByFlips)
def draw(policy, state, view, n, stream):
    return (0.45, 0.25, 0.12, 0.04)[state[0]]


@d.implements(ByFlips)
def tosses(policy):
    return True


@d.implements(ByFlips)
def update(policy, state, event, n):
    if event.idle:
        return (max(0, state[0] - 1),)
    if event.sign > 0:
        return (0 if event.flips == 1 else 1,)
    if event.sign == 0:
        return (2,)
    if event.flips >= 2:
        return (min(3, state[0] + 1),)
    return ((state[0] + 1) % 4 if event.u < 0.25 else state[0],)


class ByFlipsTwin(Twin):
    """`ByFlips`; `blind` to the number of flips of failures, as a defect."""

    counts = True

    def __init__(self, blind=False):
        self.blind = blind

    def start(self, n):
        return 1

    def rate(self, state, t):
        return RATES[state]

    def moves(self, state, sign, idle, flips, t):
        if idle:
            return [(1.0, max(0, state - 1))]
        if sign > 0:
            return [(1.0, 0 if flips == 1 else 1)]
        if sign == 0:
            return [(1.0, 2)]
        if flips >= 2 and not self.blind:
            return [(1.0, min(3, state + 1))]
        return [(0.25, (state + 1) % 4), (0.75, state)]


@dataclass(frozen=True)
class Failures(d.AbstractRate):
    """Every step that is no strict improvement goes on along a path, which ends in a loop or in a fixed state."""

    loops: bool

    @property
    def waiting(self):
        return d.Waiting.FAILURES

    @property
    def sees(self):
        return frozenset()


@d.implements(Failures)
def start(policy, n):
    return (0,)


@d.implements(Failures)
def draw(policy, state, view, n, stream):
    return (0.45, 0.25, 0.12, 0.04)[state[0]]


@d.implements(Failures)
def update(policy, state, event, n):
    if event.sign > 0:
        return (0,)
    return ((state[0] + 1) % 4 if policy.loops else min(3, state[0] + 1),)


class FailuresTwin(Twin):
    """`Failures`; `candidates` alone move it on, as a defect."""

    def __init__(self, loops, still=False):
        self.loops, self.still = loops, still

    def rate(self, state, t):
        return RATES[state]

    def moves(self, state, sign, idle, flips, t):
        if sign > 0:
            return [(1.0, 0)]
        if self.still and idle:
            return [(1.0, state)]
        return [(1.0, (state + 1) % 4 if self.loops else min(3, state + 1))]


@dataclass(frozen=True)
class Signs(d.AbstractRate):
    """The update sees the parity of the step and the sign."""

    @property
    def waiting(self):
        return d.Waiting.SIGNS

    @property
    def sees(self):
        return frozenset()


@d.implements(Signs)
def start(policy, n):
    return (1,)


@d.implements(Signs)
def draw(policy, state, view, n, stream):
    return (0.45, 0.25, 0.12, 0.04)[state[0]]


@d.implements(Signs)
def update(policy, state, event, n):
    if event.sign > 0:
        return (1,)
    if event.sign == 0:
        return (3,)
    return (min(3, state[0] + 1) if event.step % 2 == 1 else max(0, state[0] - 1),)


class SignsTwin(Twin):
    """`Signs`; a step `late`, as a defect."""

    homogeneous = False

    def __init__(self, late=0):
        self.late = late

    def start(self, n):
        return 1

    def rate(self, state, t):
        return RATES[state]

    def moves(self, state, sign, idle, flips, t):
        if sign > 0:
            return [(1.0, 1)]
        if sign == 0:
            return [(1.0, 3)]
        return [(1.0, min(3, state + 1) if (t + self.late) % 2 == 1 else max(0, state - 1))]


@dataclass(frozen=True)
class Times(d.AbstractRate):
    """A schedule of its own: among its rates are 0 and 1."""

    @property
    def waiting(self):
        return d.Waiting.SCHEDULE

    @property
    def sees(self):
        return frozenset()


@d.implements(Times)
def start(policy, n):
    return (0,)


@d.implements(Times)
def draw(policy, state, view, n, stream):
    return (0.3, 0.0, 0.15, 0.0, 1.0, 0.1, 0.4, 0.0, 0.02)[view.step % 9]


def times(t):
    """The rates of `Times`."""
    return (0.3, 0.0, 0.15, 0.0, 1.0, 0.1, 0.4, 0.0, 0.02)[t % 9]


@dataclass(frozen=True)
class Layers(d.AbstractRate):
    """A rate drawn afresh: 0.6 to 0.2 and below, with two strata."""

    @property
    def waiting(self):
        return d.Waiting.STRATA

    @property
    def sees(self):
        return frozenset()

    def strata(self, n):
        return np.array([0.25, 0.75]), np.array([0.6, 0.1])


@d.implements(Layers)
def start(policy, n):
    return (0.0,)


@d.implements(Layers)
def draw(policy, state, view, n, stream):
    if d.uniform(stream) < 0.25:
        return 0.6 if d.uniform(stream) < 0.5 else 0.2
    return 0.1 if d.uniform(stream) < 0.5 else 0.02


@d.implements(Layers)
def within(policy, stratum, n, stream):
    first = d.uniform(stream) < 0.5
    if stratum == 0:
        return 0.6 if first else 0.2
    return 0.1 if first else 0.02


LAYERS = ((0.6, 0.2, 0.1, 0.02), (0.125, 0.125, 0.375, 0.375))


@dataclass(frozen=True)
class Squares(d.AbstractFunction):
    """Strictly monotone, not linear, with ties; by `value` alone."""

    n: int
    monotone = True


@d.implements(Squares)
def value(problem, cache, x):
    even, odd = 0, 0
    for place in range(problem.n):
        if place % 2 == 0:
            even += x[place]
        else:
            odd += x[place]
    return float(even * even + odd)


class Sums(NamedTuple):
    """The one-bits at even and at odd places."""

    ones: np.ndarray


@dataclass(frozen=True)
class Cached(d.AbstractFunction):
    """`Squares` by gains, with a cache that must follow the string."""

    n: int
    monotone = True


@d.implements(Cached)
def value(problem, cache, x):
    return float(cache.ones[0] * cache.ones[0] + cache.ones[1])


@d.implements(Cached)
def prepare(problem, x):
    ones = np.zeros(2, dtype=np.int64)
    for place in range(problem.n):
        ones[place % 2] += x[place]
    return Sums(ones)


@d.implements(Cached)
def gain(problem, cache, x, flips, count, stream):
    even, odd = cache.ones[0], cache.ones[1]
    for at in range(count):
        change = 1 - 2 * np.int64(x[flips[at]])
        if flips[at] % 2 == 0:
            even += change
        else:
            odd += change
    change = even * even + odd - cache.ones[0] * cache.ones[0] - cache.ones[1]
    return (1 if change > 0 else (-1 if change < 0 else 0)), float(change)


@d.implements(Cached)
def commit(problem, cache, x, flips, count):
    for at in range(count):
        cache.ones[flips[at] % 2] += 2 * np.int64(x[flips[at]]) - 1


def squares(n):
    """The values of both, for the string whose bit i is bit i of the number."""
    return [(x & 0x5555).bit_count() ** 2 + (x & 0xAAAA).bit_count() for x in range(2**n)]


@dataclass(frozen=True)
class Even(d.AbstractFunction):
    """OneMax, with a level that tells strings of equal value apart: the one-bits at even places."""

    n: int
    monotone = True


@d.implements(Even)
def value(problem, cache, x):
    return float(cache.ones[0] + cache.ones[1])


@d.implements(Even)
def prepare(problem, x):
    ones = np.zeros(2, dtype=np.int64)
    for place in range(problem.n):
        ones[place % 2] += x[place]
    return Sums(ones)


@d.implements(Even)
def commit(problem, cache, x, flips, count):
    for at in range(count):
        cache.ones[flips[at] % 2] += 2 * np.int64(x[flips[at]]) - 1


@d.implements(Even)
def level(problem, cache):
    return cache.ones[0]


@d.implements(Even)
def level_count(problem):
    return problem.n + 1
