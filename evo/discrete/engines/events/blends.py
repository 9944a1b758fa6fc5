"""Chances and flips of a mutation that is a `Blend`, given how many zero-bits there are."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines.binomial import binomial, inverted, positive_binomial
from evo.discrete.engines.generic import generic
from evo.discrete.engines.streams import fast_exponential, uniform

#: a step that no run reaches
NEVER = 2**62
#: expected flips below which their number is drawn by inversion
FEW = 10.0


class Pace(NamedTuple):
    """What is known of the present step."""

    #: the last rate p, -ln(1 - p), and p / (1 - p)
    rate: float
    loss: float
    odds: float
    #: the step of the next candidate (or proposal) where it is known, else 0
    ahead: int


@register_jitable(forceinline=True)
def pace_of(rate, loss):
    """The pace at a rate below 1, or at 1."""
    return Pace(rate, loss, rate / (1.0 - rate) if rate < 1.0 else math.inf, 0)


@register_jitable(forceinline=True)
def log_survival(rate):
    """-ln(1 - rate), by its series where that is exact to rounding."""
    if rate < 0.0005:
        return rate * (1.0 + rate * (0.5 + rate * (1.0 / 3.0 + rate * (0.25 + rate * 0.2))))
    return -math.log1p(-rate) if rate < 1.0 else math.inf


@register_jitable(forceinline=True)
def survival(loss, count):
    """(1 - rate)^count for loss = -ln(1 - rate)."""
    return 1.0 if count == 0 else math.exp(-loss * count)


@register_jitable(forceinline=True)
def fallibility(loss, count):
    """1 - (1 - rate)^count without cancellation."""
    return 0.0 if count == 0 else -math.expm1(-loss * count)


@register_jitable(forceinline=True)
def candidate_chance(blend, loss, n, zeros):
    """The probability that a zero-bit flips."""
    return blend.factor * fallibility(loss, zeros) + blend.single * zeros / n


@register_jitable(forceinline=True)
def candidate_hazard(blend, loss, n, zeros):
    """-ln(1 - the probability that a zero-bit flips)."""
    if blend.factor == 1.0 and blend.single == 0.0:
        return loss * zeros
    chance = candidate_chance(blend, loss, n, zeros)
    return -math.log1p(-chance) if chance < 1.0 else math.inf


@register_jitable(forceinline=True)
def nothing_chance(blend, loss, n):
    """The probability that nothing flips."""
    if blend.factor == 1.0 and blend.single == 0.0:
        return survival(loss, n)
    return max(0.0, 1.0 - blend.factor * fallibility(loss, n) - blend.single)


@register_jitable(forceinline=True)
def prefix_chance(blend, loss, n, level):
    """The probability that bit `level` flips and none before it."""
    return blend.factor * blend.rate * survival(loss, level) + blend.single / n


@register_jitable(forceinline=True)
def prefix_equal_chance(blend, loss, n, level):
    """The probability that none of the first level + 1 bits flips."""
    after = n - 1 - level
    neutral = blend.factor * survival(loss, level + 1) * fallibility(loss, after) + blend.single * after / n
    return nothing_chance(blend, loss, n) + neutral


@register_jitable(forceinline=True)
def is_lone(stream, blend, loss, n, zeros):
    """Whether a candidate is a single bit that flips by itself."""
    if blend.single == 0.0:
        return False
    lone = blend.single * zeros / n
    return uniform(stream) * (lone + blend.factor * fallibility(loss, zeros)) < lone


@register_jitable
def _many(stream, count, rate, least):
    """Bin(count, rate) given that it is at least 0 or 1; a call, so that it does not burden the callers' registers."""
    return positive_binomial(stream, count, rate) if least == 1 else binomial(stream, count, rate)


@register_jitable
def _some(u, count, rate, loss):
    """Bin(count, rate) given that it is not 0, at u of its distribution function."""
    first = count * rate * math.exp(-loss * (count - 1)) / fallibility(loss, count)
    return inverted(u, 1, first, count, rate)


@register_jitable
def more_of(u, least, weight, count, rate):
    """Bin(count, rate) given that it is at least `least`, of which `weight` is the chance, at u of the chances."""
    if count < least:  # what rounding left over
        return count
    return inverted(u, least, weight, count, rate)


@register_jitable(forceinline=True)
def some_of(stream, count, pace):
    """Bin(count, rate) given that it is not 0, for 0 < rate and count > 0."""
    mean = count * pace.rate
    if mean >= FEW or pace.rate > 0.5:
        return _many(stream, count, pace.rate, 1)
    u = uniform(stream)
    if u < 1.0 - 0.5 * mean:  # P(1) >= 1 - count rate / 2
        return 1
    return _some(u, count, pace.rate, pace.loss)


@register_jitable(forceinline=True)
def number_of(stream, count, pace):
    """Bin(count, rate), for 0 < rate."""
    if count * pace.rate >= FEW or pace.rate > 0.5:
        return _many(stream, count, pace.rate, 0)
    return number_given(stream, math.exp(-pace.loss * count), count, pace)


@register_jitable(forceinline=True)
def number_given(stream, none, count, pace):
    """Bin(count, rate), for 0 < rate <= 1/2, a mean below `FEW` and its chance of 0: up to 3 without branches."""
    u, odds = uniform(stream), pace.odds
    one = none * (odds * count)
    two = one * (odds * (count - 1) * 0.5)
    three = two * (odds * (count - 2) * (1.0 / 3.0))
    up_to_one = none + one
    up_to_two = up_to_one + two
    up_to_three = up_to_two + three
    if u < up_to_three:
        return int(u >= none) + int(u >= up_to_one) + int(u >= up_to_two)
    return more_of(u - up_to_three, 4, three * (odds * (count - 3) * 0.25), count, pace.rate)


@generic(default=True)
def numbers(wait, stream, pace, n, zeros):
    """(zero-bits, one-bits) that flip by standard bit mutation, given that a zero-bit flips."""
    return some_of(stream, zeros, pace), number_of(stream, n - zeros, pace)


@register_jitable
def flip_many(stream, loss, size, out):
    """Write the places in [0, size) that flip, ascending, to `out`, from flip to flip; returns their number."""
    inverse, count, place = 1.0 / loss, 0, np.int64(0)
    while True:
        skipped = fast_exponential(stream) * inverse
        if skipped >= size - place:
            return count
        place += np.int64(skipped)
        out[count] = place
        count += 1
        place += 1


@register_jitable
def failed_number(blend, loss, n, zeros, stream):
    """How many bits flip, given that some do and no zero-bit does."""
    ones = n - zeros
    if blend.single > 0.0:
        lone = blend.single * ones / n
        if uniform(stream) * (lone + blend.factor * survival(loss, zeros) * fallibility(loss, ones)) < lone:
            return 1
    return positive_binomial(stream, ones, blend.rate)


@register_jitable(forceinline=True)
def waited(hazard, level, step):
    """The first step after this one by which this hazard per step has used up the level."""
    if not hazard > 0.0:
        return NEVER
    skipped = level / hazard
    return NEVER if skipped >= NEVER - step - 1 else step + 1 + np.int64(skipped)
