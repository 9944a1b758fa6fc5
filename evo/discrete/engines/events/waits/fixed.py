"""Standard bits at a rate that never changes: a geometric wait, with all that depends on the zero-bits tabulated."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from evo.discrete.engines.building import Kernel
from evo.discrete.engines.events.blends import (
    FEW,
    NEVER,
    Pace,
    fallibility,
    log_survival,
    more_of,
    number_given,
    number_of,
    some_of,
)
from evo.discrete.engines.events.waits.base import Arrival, arrived
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential, uniform


class Fixed(NamedTuple):
    """Row z holds 1 / hazard for z zero-bits; then chances given that one of them flips.

    P(one zero-bit and no one-bit flips), P(one zero-bit and at most one one-bit flips), P(one zero-bit flips).
    """

    rate: float
    loss: float
    odds: float
    rows: np.ndarray  # float64[rows, 4]


def can_be_fixed(rate: float, n: int) -> bool:
    """Whether so few bits flip that their numbers are drawn by inversion."""
    return 0.0 < rate <= 0.5 and n * rate < FEW


@Kernel
def fixed_rows(rate, n, top):
    """The rows up to `top` zero-bits."""
    loss, odds = log_survival(rate), rate / (1.0 - rate)
    rows = np.zeros((top + 1, 4))
    for zeros in range(1, top + 1):
        single = min(1.0, zeros * rate * math.exp(-loss * (zeros - 1)) / fallibility(loss, zeros)) if zeros > 1 else 1.0
        none = single * math.exp(-loss * (n - zeros))
        rows[zeros, 0] = 1.0 / (loss * zeros)
        rows[zeros, 1] = none
        rows[zeros, 2] = none + none * (odds * (n - zeros))
        rows[zeros, 3] = single
    return rows


@implements_lowered(Fixed)
def numbers(wait, stream, pace, n, zeros):
    """One uniform number tells one zero-bit and no, one, two or three one-bits apart, nearly always."""
    if zeros >= wait.rows.shape[0]:
        return some_of(stream, zeros, pace), number_of(stream, n - zeros, pace)
    u, none, up_to_one = uniform(stream), wait.rows[zeros, 1], wait.rows[zeros, 2]
    if u < up_to_one:
        return 1, int(u >= none)
    ones, odds, single = n - zeros, wait.odds, wait.rows[zeros, 3]
    if u >= single:
        ups = more_of(u - single, 2, single * (odds * (zeros - 1) * 0.5), zeros, wait.rate)
        return ups, number_given(stream, none / single, ones, pace)
    two = none * (odds * ones) * (odds * (ones - 1) * 0.5)
    three = two * (odds * (ones - 2) * (1.0 / 3.0))
    up_to_two = up_to_one + two
    up_to_three = up_to_two + three
    if u < up_to_three:
        return 1, 2 + int(u >= up_to_two)
    return 1, more_of(u - up_to_three, 4, three * (odds * (ones - 3) * 0.25), ones, wait.rate)


@implements_lowered(Fixed)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """One exponential number."""
    if pace.ahead > 0:
        return arrived(pace, pace.ahead, bound, policy, 0)
    skipped = fast_exponential(work.stream)
    if missing < wait.rows.shape[0]:
        skipped *= wait.rows[missing, 0]
    else:
        skipped /= wait.loss * missing
    found = NEVER if skipped >= 4e18 or missing == 0 else step + 1 + np.int64(skipped)
    if found > bound:
        return Arrival(0, Pace(wait.rate, wait.loss, wait.odds, found), policy, True, 0)
    return Arrival(found, Pace(wait.rate, wait.loss, wait.odds, 0), policy, True, 0)
