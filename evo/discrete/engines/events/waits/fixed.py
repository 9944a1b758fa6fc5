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
    number_of,
    two_or_more,
)
from evo.discrete.engines.events.waits.base import Arrival, arrived
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential, uniform


class Fixed(NamedTuple):
    """Row z holds, for z zero-bits: 1 / hazard; P(one of them flips | some do); P(no one-bit flips)."""

    rate: float
    loss: float
    odds: float
    rows: np.ndarray  # float64[rows, 3]


def can_be_fixed(rate: float, n: int) -> bool:
    """Whether so few bits flip that their numbers are drawn by inversion."""
    return 0.0 < rate <= 0.5 and n * rate < FEW


@Kernel
def fixed_rows(rate, n, top):
    """The rows up to `top` zero-bits."""
    loss = log_survival(rate)
    rows = np.zeros((top + 1, 3))
    for zeros in range(1, top + 1):
        rows[zeros, 0] = 1.0 / (loss * zeros)
        rows[zeros, 1] = min(1.0, zeros * rate * math.exp(-loss * (zeros - 1)) / fallibility(loss, zeros))
        rows[zeros, 2] = math.exp(-loss * (n - zeros))
    return rows


@implements_lowered(Fixed)
def numbers(wait, stream, pace, n, zeros):
    """One uniform number tells one zero-bit and no, one, two or three one-bits apart, nearly always."""
    if zeros >= wait.rows.shape[0]:
        return two_or_more(stream, zeros, pace, 1), number_of(stream, n - zeros, pace)
    u, single, ones, odds = uniform(stream), wait.rows[zeros, 1], n - zeros, wait.odds
    none = single * wait.rows[zeros, 2]
    one = none * (odds * ones)
    two = one * (odds * (ones - 1) * 0.5)
    three = two * (odds * (ones - 2) * (1.0 / 3.0))
    up_to_one = none + one
    up_to_two = up_to_one + two
    up_to_three = up_to_two + three
    if u < up_to_three:
        return 1, int(u >= none) + int(u >= up_to_one) + int(u >= up_to_two)
    if u < single:
        return 1, more_of(u - up_to_three, three * (odds * (ones - 3) * 0.25), ones, wait.rate)
    return two_or_more(stream, zeros, pace, 2), number_of(stream, ones, pace)


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
