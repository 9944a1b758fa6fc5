"""The law of the improvements of a process that is lumped to its number of zero-bits, tabulated.

With a zero-bits and b one-bits flipped, an offspring is better with the `outcome` of the problem. The probability of an
improvement at z zero-bits, S(z) = sum over a >= 1 and b of P(a, b | z) P(better | z, a, b), gives the hazard -ln(1 - S)
of the waiting time; of the net gain a - b the three most probable values are tabulated, the others are summed when
they come up.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.events.blends import log_survival, survival
from evo.discrete.engines.functions import PolicyView
from evo.discrete.engines.streams import uniform

#: terms below this fraction of the first one are left out
_NEGLIGIBLE = 1e-22
#: the largest expected number of flips for which laws are summed
MOST_FLIPS = 16.0
_NETS = 8


class JumpTable(NamedTuple):
    """Rows 1, ..., top of the law: hazards, and P(one of the first 1, 2, 3 of `nets` | improvement)."""

    hazards: np.ndarray  # float64[top + 1]
    chances: np.ndarray  # float64[top + 1, 3]
    nets: np.ndarray  # int64[3]


@register_jitable
def _masses(problem, blend, loss, n, zeros, nets, out):
    """P(better) into out[-1], its part with the net gain nets[k] into out[k]."""
    out[:] = 0.0
    if blend.single > 0.0:
        better, _ = f.outcome(problem, zeros, 1, 0)
        _add(nets, out, 1, better * blend.single * zeros / n)
    if blend.factor == 0.0 or blend.rate <= 0.0:
        return
    if blend.rate >= 1.0:
        better, _ = f.outcome(problem, zeros, zeros, n - zeros)
        _add(nets, out, 2 * zeros - n, better * blend.factor)
        return
    odds, ones = blend.rate / (1.0 - blend.rate), n - zeros
    ups, chance, most = 0, survival(loss, zeros), 0.0
    while ups < zeros:
        chance *= odds * (zeros - ups) / (ups + 1)
        ups += 1
        most = max(most, chance)
        if chance < _NEGLIGIBLE * most:
            break
        downs, other, largest = 0, blend.factor * survival(loss, ones), 0.0
        while True:
            better, _ = f.outcome(problem, zeros, ups, downs)
            _add(nets, out, ups - downs, better * chance * other)
            largest = max(largest, other)
            if downs == ones or other < _NEGLIGIBLE * largest:
                break
            other *= odds * (ones - downs) / (downs + 1)
            downs += 1


@register_jitable
def _add(nets, out, net, mass):
    out[out.shape[0] - 1] += mass
    for place in range(nets.shape[0]):
        if nets[place] == net:
            out[place] += mass


@register_jitable
def improvement(problem, blend, loss, n, zeros):
    """The probability of an improvement."""
    none, out = np.empty(0, dtype=np.int64), np.empty(1)
    _masses(problem, blend, loss, n, zeros, none, out)
    return min(1.0, out[0])


@register_jitable
def _hazard(chance):
    return -math.log1p(-chance) if chance < 1.0 else math.inf


@register_jitable
def summed_hazard(problem, blend, loss, n, zeros):
    """-ln(1 - the probability of an improvement)."""
    return _hazard(improvement(problem, blend, loss, n, zeros))


@register_jitable
def other_net(problem, nets, blend, loss, n, zeros, u):
    """The net gain at u of the distribution function of the net gains that are not among `nets`, times its total."""
    if blend.factor == 0.0 or blend.rate <= 0.0:
        return np.int64(1)
    if blend.rate >= 1.0:
        return np.int64(2 * zeros - n)
    odds, ones = blend.rate / (1.0 - blend.rate), n - zeros
    ups, chance, last = 0, survival(loss, zeros), np.int64(nets[0])
    while ups < zeros:
        chance *= odds * (zeros - ups) / (ups + 1)
        ups += 1
        if chance == 0.0:
            break
        downs, other = 0, blend.factor * survival(loss, ones)
        while True:
            net = ups - downs
            if net != nets[0] and net != nets[1] and net != nets[2]:
                better, _ = f.outcome(problem, zeros, ups, downs)
                mass = better * chance * other
                if mass > 0.0:
                    last = np.int64(net)
                    u -= mass
                    if u < 0.0:
                        return last
            if downs == ones or (other < _NEGLIGIBLE and downs > blend.rate * ones):
                break
            other *= odds * (ones - downs) / (downs + 1)
            downs += 1
        if chance < _NEGLIGIBLE and ups > blend.rate * zeros:
            break
    return last


@register_jitable
def drawn_net(problem, table, stream, blend, loss, n, zeros):
    """The net gain of an improvement."""
    u = uniform(stream)
    if zeros < table.hazards.shape[0]:
        if u < table.chances[zeros, 0]:
            return table.nets[0]
        if u < table.chances[zeros, 1]:
            return table.nets[1]
        if u < table.chances[zeros, 2]:
            return table.nets[2]
        u = (u - table.chances[zeros, 2]) * -math.expm1(-table.hazards[zeros])
        return other_net(problem, table.nets, blend, loss, n, zeros, u)
    out = np.empty(4)
    _masses(problem, blend, loss, n, zeros, table.nets, out)
    u *= out[3]
    for place in range(3):
        u -= out[place]
        if u < 0.0:
            return table.nets[place]
    return other_net(problem, table.nets, blend, loss, n, zeros, u)


@register_jitable
def _rate(policy, n, zeros, stream):
    """The rate at so many zero-bits."""
    return float(f.draw(policy, f.start(policy, n), PolicyView(1, 0, zeros, 0), n, stream))


@Kernel
def largest_rate(policy, n, most):
    """The largest rate at 1, ..., `most` zero-bits; rates that are no probabilities end a run when it comes there."""
    stream, largest = np.zeros(4, dtype=np.uint64), 0.0
    for zeros in range(1, most + 1):
        rate = _rate(policy, n, zeros, stream)
        if rate <= 1.0:
            largest = max(largest, rate)
    return largest


@Kernel
def empty_table(problem, mutation, policy, n, top):
    """A table without rows, whose net gains are the most probable ones halfway."""
    table = JumpTable(np.zeros(top + 1), np.zeros((top + 1, 3)), np.zeros(3, dtype=np.int64))
    candidates, masses = np.arange(-3, 5), np.zeros(_NETS + 1)
    zeros = max(1, min(top, n // 4))
    rate = _rate(policy, n, zeros, np.zeros(4, dtype=np.uint64))
    if rate >= 0.0 and rate <= 1.0:
        _masses(problem, f.blend(mutation, rate, n), log_survival(rate), n, zeros, candidates, masses)
    for place in range(3):
        best = 0
        for other in range(_NETS):
            if masses[other] > masses[best]:
                best = other
        table.nets[place] = candidates[best]
        masses[best] = -1.0
    return table


@Kernel
def fill_table(problem, mutation, policy, n, table, first, end):
    """Make the rows first, ..., end - 1; those of rates that are no probabilities stay empty, and are never read."""
    out, stream = np.empty(4), np.zeros(4, dtype=np.uint64)
    for zeros in range(first, end):
        rate = _rate(policy, n, zeros, stream)
        if not (rate >= 0.0 and rate <= 1.0):
            continue
        _masses(problem, f.blend(mutation, rate, n), log_survival(rate), n, zeros, table.nets, out)
        table.hazards[zeros] = _hazard(min(1.0, out[3]))
        if out[3] > 0.0:
            table.chances[zeros, 0] = out[0] / out[3]
            table.chances[zeros, 1] = (out[0] + out[1]) / out[3]
            table.chances[zeros, 2] = (out[0] + out[1] + out[2]) / out[3]
