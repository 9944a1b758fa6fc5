"""The parts of the engine's algorithms as the enumeration of `theory` knows them, and defective relatives."""

import math
from fractions import Fraction

import numpy as np
import scipy.stats

import evo
from evo import discrete as d
from tests.discrete.cases import STRENGTH, all_strings, alternating
from theory import enumeration as en


def judged(n, chance):
    """The matrix for a function of every step: chance(bits gained, bits lost, zero-bits of the parent)."""

    def beats(x, y):
        return chance((~x & y).bit_count(), (x & ~y).bit_count(), n - x.bit_count())

    return en.dynamic(n, beats)


def adversarial(gained, lost, zeros):
    """Any zero-bit that flips decides."""
    return float(gained > 0)


def switching(n):
    """Which bits lead depends on the number of zero-bits of the parent."""
    return lambda gained, lost, zeros: float(gained > 0 if 2 * zeros < n else lost == 0)


def uniform_weights(gained, lost, zeros):
    """P(U_1 + ... + U_gained > V_1 + ... + V_lost): with 1 - V for V, that a sum of uniform numbers exceeds `lost`."""
    m = gained + lost
    below = sum((-1) ** k * math.comb(m, k) * Fraction(lost - k) ** m for k in range(lost + 1)) / math.factorial(m)
    return float(1 - below)


def integer_weights(low, high, *, ties):
    """P(sum of the weights gained >= sum of those lost), or > without ties, by counting all weights."""

    def sums(count):
        counts = {0: 1}
        for _ in range(count):
            more = {}
            for total, ways in counts.items():
                for weight in range(low, high + 1):
                    more[total + weight] = more.get(total + weight, 0) + ways
            counts = more
        return counts

    def chance(gained, lost, zeros):
        pairs = [(a - b, ways * others) for a, ways in sums(gained).items() for b, others in sums(lost).items()]
        good = sum(ways for change, ways in pairs if change > 0 or (ties and change == 0))
        return float(Fraction(good, (high - low + 1) ** (gained + lost)))

    return chance


def exponential_weights(gained, lost, zeros):
    """P(Gamma(gained) > Gamma(lost)): of two Poisson processes, event `lost` of the one precedes `gained` of the other.

    Among the first gained + lost - 1 events, each of either with probability 1/2, at least `lost` are of the one.
    """
    if gained == 0:
        return 0.0
    events = gained + lost - 1
    return sum(math.comb(events, k) for k in range(lost, events + 1)) / 2.0**events


def partially_ordered(pessimism, *, ties=True):
    """P(the offspring is accepted) in the partially ordered process."""

    def chance(gained, lost, zeros):
        if gained == 0 or lost == 0:
            return float(lost == 0)
        if gained == lost:
            return float(ties)
        return pessimism if lost > gained else 1.0 - pessimism

    return chance


def values_of(problem):
    """What the enumeration takes: 2^n exact values, or a matrix of winning probabilities of dynamic functions."""
    if isinstance(problem, d.DynamicBinVal):
        return en.dynamic_bin_val(problem.n)
    if isinstance(problem, d.AdversarialDynamicBinVal):
        return judged(problem.n, adversarial)
    if isinstance(problem, d.SwitchingDynamicBinVal):
        return judged(problem.n, switching(problem.n))
    if isinstance(problem, d.DynamicLinear):
        return judged(problem.n, uniform_weights)  # ties have probability about 2^-32
    return list(problem.evaluate(all_strings(problem.n), 0, evo.Key(0)))


def _log_schedule(alpha):
    return en.Schedule(lambda t: 0.5 if t < 3 else min(0.5, alpha * math.log(t) / t))


def _success(**changed):
    return en.SuccessRule(**({"factor": 2.0, "s": 1.0, "low": 0.03, "high": 0.6, "initial": 0.25} | changed))


#: name of a policy in `cases.POLICIES` -> its twin, and a defective twin
TWINS = {
    "static_strength": lambda n: en.Static(strength=min(STRENGTH, 0.9 * n)),
    "static_rate": lambda n: en.Static(rate=0.22),
    "log_schedule": lambda n: _log_schedule(d.LogSchedule().alpha),
    "schedule": lambda n: en.Schedule(alternating),
    "success_not_worse": lambda n: _success(),
    "success_better": lambda n: _success(s=2.0, success=en.Success.BETTER),
    "equal_fitness": lambda n: en.EqualFitnessRule(factor=1.5),
}
DEFECTS = {
    "static_strength": ("another strength", lambda n: en.Static(strength=0.5 * min(STRENGTH, 0.9 * n))),
    "static_rate": ("another rate", lambda n: en.Static(rate=0.11)),
    "log_schedule": ("another multiplier", lambda n: _log_schedule(0.5)),
    "schedule": ("a step too late", lambda n: en.Schedule(lambda t: alternating(t + 1))),
    "success_not_worse": ("ties are failures", lambda n: _success(success=en.Success.BETTER)),
    "success_better": ("ties are successes", lambda n: _success(s=2.0)),
    "equal_fitness": ("never raised", lambda n: en.SuccessRule(factor=1.5, s=1e-9, low=1e-9, high=0.5, initial=0.5)),
}


class Frozen(en.AbstractMutation):
    """Standard bits of which the last one never flips."""

    def masks(self, n, rate):
        masks = en.StandardBits().masks(n, rate)
        flipping = np.arange(2**n) < 2 ** (n - 1)
        return np.where(flipping, masks / (1.0 - rate if rate < 1.0 else 1.0), 0.0)


class Resampled(en.AbstractMutation):
    """Standard bits drawn again until at least one flips: idle steps are not counted."""

    def masks(self, n, rate):
        if rate < 1e-200:  # the limit; the quotient below would be 0/0
            return en.OneBit().masks(n, rate)
        masks = en.StandardBits().masks(n, rate)
        masks[0] = 0.0
        return masks / masks.sum()


class Shifted(en.AbstractMutation):
    """Standard bits, but a mutation that would flip nothing flips one uniform bit."""

    def masks(self, n, rate):
        masks = en.StandardBits().masks(n, rate) + en.OneBit().masks(n, rate) * (1.0 - rate) ** n
        masks[0] = 0.0
        return masks


class FlipCount(en.AbstractMutation):
    """k uniform positions with probability law[k]."""

    def __init__(self, law):
        self.law = law

    def masks(self, n, rate):
        sizes = [mask.bit_count() for mask in range(2**n)]
        return np.array([self.law[k] / math.comb(n, k) if k < len(self.law) else 0.0 for k in sizes])


class PerBit(en.AbstractMutation):
    """Every position at its own rate."""

    def __init__(self, rates):
        self.rates = rates

    def masks(self, n, rate):
        chances = [[p if mask >> i & 1 else 1.0 - p for i, p in enumerate(self.rates)] for mask in range(2**n)]
        return np.array([math.prod(row) for row in chances])


class Stuck(en.AbstractMutation):
    """A mutation whose flips of the last position are forgotten."""

    def __init__(self, mutation):
        self.mutation = mutation

    def masks(self, n, rate):
        masks, half = self.mutation.masks(n, rate), 2 ** (n - 1)
        return np.concatenate([masks[:half] + masks[half:], np.zeros(half)])


class Averaged(en.AbstractMutation):
    """A mutation whose rate is drawn afresh in every step: its law is averaged over the law of the rate."""

    def __init__(self, rates, weights, mutation):
        self.rates, self.weights, self.mutation = rates, weights, mutation

    def masks(self, n, rate):
        return sum(w * self.mutation.masks(n, r) for r, w in zip(self.rates, self.weights, strict=True))


def power_law(exponent, high):
    """Probabilities of 0, 1, ..., high."""
    weights = [0.0] + [k**-exponent for k in range(1, high + 1)]
    return np.array(weights) / sum(weights)


def heavy_tailed(exponent, high, n, mutation):
    """Rates a/n with a power law for a."""
    return Averaged([a / n for a in range(high + 1)], power_law(exponent, high), mutation)


def power_law_static(eps, mutation, nodes=400):
    """Rates exp(-u), u = ln 2 V^(-1/eps), V uniform: by Gauss-Legendre quadrature over V."""
    nodes, weights = np.polynomial.legendre.leggauss(nodes)
    rates = np.exp(-math.log(2.0) * (0.5 * (nodes + 1.0)) ** (-1.0 / eps))
    return Averaged(rates, 0.5 * weights, mutation)


def mean_on_one_max(n, mixture):
    """E[T] on OneMax with standard bits at a mixture of rates: forward substitution over the zero-bits."""
    falls = np.zeros((n + 1, n + 1))  # from k zero-bits to fewer
    for rate, weight in zip(mixture.rates, mixture.weights, strict=True):
        for k in range(1, n + 1):
            repaired = scipy.stats.binom.pmf(np.arange(k + 1), k, rate)
            spoiled = scipy.stats.binom.pmf(np.arange(n - k + 1), n - k, rate)
            change = np.convolve(repaired, spoiled[::-1])  # place n - k + j: j more repaired than spoiled
            falls[k, :k] += weight * change[n - k + 1 :][::-1]
    steps = np.zeros(n + 1)
    for k in range(1, n + 1):
        steps[k] = (1.0 + falls[k, :k] @ steps[:k]) / falls[k, :k].sum()
    return float(scipy.stats.binom.pmf(np.arange(n + 1), n, 0.5) @ steps)


class ByString:
    """The law of T where the law of the flips depends on the string: `masks[x]` for the string x."""

    def __init__(self, values, masks, horizon):
        size = len(values)
        step = np.zeros((size, size))
        for x in range(size):
            for mask in range(size):
                better = values[x ^ mask] >= values[x]
                step[x, x ^ mask if better else x] += masks[x][mask]
        weights, masses = np.full(size, 1.0 / size), []
        for _ in range(horizon + 1):
            masses.append(weights[size - 1])
            weights[size - 1] = 0.0
            weights = weights @ step
        self.table = np.cumsum(masses)

    def cdf(self, t):
        t = np.asarray(t)
        return np.where(t < 0, 0.0, self.table[np.clip(t, 0, len(self.table) - 1)])
