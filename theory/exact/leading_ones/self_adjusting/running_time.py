"""The running time of the (1+1)-EA with the success rule on LeadingOnes: mean, variance and law."""

import math
from fractions import Fraction
from functools import partial

import numpy as np

from theory import _check
from theory.exact.chain.iteration import TAIL, allow
from theory.exact.leading_ones.self_adjusting._kernels import push, sweep
from theory.exact.leading_ones.self_adjusting.grid import RateGrid, rate_grid
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = [
    "self_adjusting_asymptotic",
    "self_adjusting_expected_steps",
    "self_adjusting_law",
    "self_adjusting_variance",
]

_SOURCE = "(1+1)-EA with the success rule on LeadingOnes: state reduction over (level, rate)"
_ERROR = 1e-11  # relative; some rounded sums and products per level and rate, all of positive numbers
_TABLE = 2e8  # probabilities that its bands may hold
_WORK = 4e10  # operations of the state reduction that are allowed


def self_adjusting_law(
    n: int,
    *,
    factor: float,
    s: float | Fraction,
    low: float | None = None,
    high: float | None = None,
    initial: float | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of steps of the (1+1)-EA with the (1 : s + 1) rule on LeadingOnes from a uniform string.

    p <- min(F^s p, high) after f(y) >= f(x), p <- max(p / F, low) after f(y) < f(x). With E_i(p) the expected time from
    level i and V_i = (E_i + V_(i+1)) / 2, V_n = 0: E_i(p) = 1 + (1 - (1 - p)^i) E_i(lowered p) + (1 - p)^(i+1)
    E_i(raised p) + p (1 - p)^i V_(i+1)(raised p), and E[T] = V_0(initial).

    Args:
        n: number of bits, at least 1.
        factor: F > 1.
        s: a positive rational number with a denominator of at most 64: an integer, a Fraction, or a float that is one
            of these up to rounding. s = 4 is the one-fifth rule.
        low: lowest rate, in (0, high]; None for 1/n^2, at most high.
        high: highest rate, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].
        horizon: track the distribution for so many steps; None: until less than 1e-15 is under way.

    Returns:
        An exact law; mean and variance cost n times the number of rates, the distribution that times the number of
        steps (refused where it would take minutes). Both are inf where a level cannot be left.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, for s that is not such a number, or where moments would take minutes.

    Source: Doerr, Doerr and Lengler (2019) for the algorithm, the rule as recalled; the chain is elementary.

    Example:
        >>> time = self_adjusting_law(20, factor=1.5, s=1)
        >>> round(time.mean, 6), time.quantile(0.5)
        (323.59831, 305)
    """
    n = _check.many_bits(n)
    horizon = _check.horizon_of(horizon)
    grid = rate_grid(n, factor=factor, s=s, low=low, high=high, initial=initial)
    lazy = partial(_moments, n, grid)
    return Law(kind=Kind.EXACT, source=_SOURCE, moments=lazy, masses=partial(_masses, n, grid, horizon, lazy))


def self_adjusting_expected_steps(
    n: int,
    *,
    factor: float,
    s: float | Fraction,
    low: float | None = None,
    high: float | None = None,
    initial: float | None = None,
) -> Value:
    """The expected number of steps of the (1+1)-EA with the (1 : s + 1) rule on LeadingOnes from a uniform string.

    E[T] = V_0(initial), as at `self_adjusting_law`.

    Args:
        n: number of bits, at least 1.
        factor: F > 1.
        s: a positive rational number with a denominator of at most 64.
        low: lowest rate, in (0, high]; None for 1/n^2, at most high.
        high: highest rate, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].

    Returns:
        An exact value in steps; inf where a level cannot be left.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, for s that is not such a number, or where it would take minutes.

    Source: see `self_adjusting_law`.

    Example:
        >>> round(float(self_adjusting_expected_steps(1000, factor=1.01, s=1)) / 1000**2, 4)  # limit 0.7213
        0.7231
    """
    law = self_adjusting_law(n, factor=factor, s=s, low=low, high=high, initial=initial)
    return Value.exact(law.mean, source=_SOURCE, error=_ERROR)


def self_adjusting_variance(
    n: int,
    *,
    factor: float,
    s: float | Fraction,
    low: float | None = None,
    high: float | None = None,
    initial: float | None = None,
) -> Value:
    """The variance of the number of steps of the (1+1)-EA with the (1 : s + 1) rule on LeadingOnes.

    The chain of `self_adjusting_law` with the variances of one step in place of the ones (law of total variance).

    Args:
        n: number of bits, at least 1.
        factor: F > 1.
        s: a positive rational number with a denominator of at most 64.
        low: lowest rate, in (0, high]; None for 1/n^2, at most high.
        high: highest rate, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].

    Returns:
        An exact value in steps squared, inf where the mean is.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, for s that is not such a number, or where it would take minutes.

    Source: see `self_adjusting_law`.

    Example:
        >>> float(self_adjusting_variance(1, factor=2.0, s=1, low=0.5))  # rate 1/2 for good: (3 - 2 q) / (4 q^2)
        2.0
    """
    law = self_adjusting_law(n, factor=factor, s=s, low=low, high=high, initial=initial)
    return Value.exact(law.variance, source=_SOURCE, error=1e-9)


def self_adjusting_asymptotic(n: int, s: float, *, factor: float | None = None) -> Value:
    """The leading term of the expected number of steps with the (1 : s + 1) rule on LeadingOnes.

    E[T] ~ (s + 1) / (4 ln(s + 1)) n^2 for F = 1 + o(1); smallest, e/4 n^2, at s = e - 1. With a factor, times 1 + s
    ln(F) / 4: the log-rate has variance v = s ln(F) / (2 ln(s + 1)) about its equilibrium, where a success has
    probability 1 / (s + 1) on average, and this costs v ln(s + 1) / 2 of the speed to first order in ln F.

    Args:
        n: number of bits, at least 1.
        s: successes are answered s times as strongly as failures, s > 0.
        factor: F > 1, for the correction; None for the limit F = 1.

    Returns:
        An asymptotic value in steps, or with a factor a heuristic one.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Doerr, Doerr and Lengler (2019) for F = 1 + o(1), as recalled; own derivation of the correction. Both agree
        with the exact chain.

    Example:
        >>> [round(float(self_adjusting_asymptotic(1000, 4, factor=factor))) for factor in (None, 1.01)]
        [776669, 784397]
    """
    n = _check.bits(n)
    s = _check.real("s", s, "(0, inf)", unit="exponent of a success", advice="Pass 4 for the one-fifth rule.")
    source = "Doerr, Doerr and Lengler (2019): (s + 1) n^2 / (4 ln(s + 1)), F = 1 + o(1)"
    limit = (s + 1.0) / (4.0 * math.log1p(s)) * n * n
    if factor is None:
        return Value.asymptotic(limit, source=source)
    factor = _check.real("factor", factor, "(1, inf)", unit="quotient of rates", advice="Pass 1.5, say.")
    return Value.heuristic(limit * (1.0 + 0.25 * s * math.log(factor)), source=f"{source}, times 1 + s ln(F) / 4")


def _moments(n: int, grid: RateGrid) -> Moments:
    index = np.arange(grid.rates.size)
    above, below = int((grid.raised - index).max()), int((index - grid.lowered).max())
    work = float(n) * index.size * (above * below + 20.0)
    if work > _WORK or index.size * (above + below) > _TABLE:
        raise ValueError(
            f"the moments must take at most {_WORK:.0e} operations; n={n} levels, {index.size} rates and moves over "
            f"{above} of them up and {below} down take about {work:.2g}. Pass a larger factor, an s with a smaller "
            "denominator, or narrower limits."
        )
    mean, variance = np.zeros(index.size), np.zeros(index.size)
    sweep(n, grid.rates, grid.raised, grid.lowered, max(1, above), max(1, below), mean, variance)
    return Moments.rounded(float(mean[grid.first]), float(variance[grid.first]), _ERROR)


def _masses(n: int, grid: RateGrid, horizon: int | None, lazy: "partial[Moments]") -> Masses:
    if horizon is None:
        mean, variance, _, _ = lazy()
        allow(mean, variance, 6.0 * n * grid.rates.size)
    law = np.zeros((n, grid.rates.size))
    law[:, grid.first] = 0.5 ** np.arange(1.0, n + 1.0)
    tables, steps = [np.array([0.5**n])], 0
    last = 1 << 62 if horizon is None else horizon
    while steps < last and law.sum() > TAIL:
        table = np.zeros(min(256, last - steps))
        push(grid.rates, grid.raised, grid.lowered, law, table)
        tables.append(table)
        steps += table.size
    pmf, left = np.concatenate(tables), float(law.sum())
    return Masses(pmf, left + abs(1.0 - (math.fsum(pmf) + left)))
