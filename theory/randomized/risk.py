"""The relaxed adversarial objective: a power mean of risks over inputs, and what few seeds do to it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.randomized import _arguments
from theory.results import Value

__all__ = ["relaxed_risk", "relaxed_risk_mean"]

_STEP = 0.25  # of the trapezoidal rule, whose error is about exp(-pi^2 / step) = 7e-18
_NEGLIGIBLE = 1e-14
_CHUNK = 1 << 20
_SOURCE = "E[S^a] from the Laplace transform of S"


def relaxed_risk(risks: ArrayLike, q: float) -> float:
    """The power mean of the risks of B inputs: their mean at q = 1, the largest of them at q = inf.

    ((1/B) sum_i r_i^q)^(1/q), with the largest risk taken out first: nothing overflows, and only what does not count
    underflows. It grows with q, and lies in [B^(-1/q) max r, max r].

    Args:
        risks: float64[B], each at least 0.
        q: exponent, in [1, inf].

    Returns:
        The power mean, in units of the risks.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: von Oswald, Kobayashi, Akram and Steger (2024), recalled.

    Example:
        >>> [round(relaxed_risk([0, 0, 0, 0, 1, 1, 1, 1], q), 2) for q in (1, 2, 10, 100, float("inf"))]
        [0.5, 0.71, 0.93, 0.99, 1.0]
    """
    advice = "Pass one risk per input."
    found = _check.floats("risks", risks, "risks, numbers of at least 0", advice)
    q = _arguments.exponent(q)
    if found.ndim != 1 or not found.size or not bool(np.all((found >= 0.0) & np.isfinite(found))):
        raise ValueError(f"`risks` must hold risks, finite numbers of at least 0; got {risks!r:.200}. {advice}")
    largest = float(found.max())
    if largest == 0.0 or math.isinf(q):
        return largest
    with np.errstate(divide="ignore", under="ignore"):
        return largest * math.exp(math.log(float(np.mean(np.exp(q * np.log(found / largest))))) / q)


def relaxed_risk_mean(q: float, m: int, inputs: int = 8, p: float = 0.5) -> Value:
    """The expected relaxed risk of a perfect randomiser whose losses are measured with m seeds per input.

    E[((1/B) sum_i (K_i / m)^q)^(1/q)] for independent K_i ~ Bin(m, p). The true risk of every input is p, so the true
    relaxed risk is p for every q; by Jensen's inequality few seeds make it look larger, the more so the larger q is.
    At m = 1 it is E[(J/B)^(1/q)], J ~ Bin(B, p), at most p^(1/q), which a deterministic algorithm scores that fails on
    the share p of the inputs: one seed per input hardly tells the two apart. It does not make them equal: independent
    seeds lower the mean of the concave root, by 0.009 at q = 10 and p = 1/2. With one seed for the whole batch some
    fixed seed is at least as good, for every q and m.

    With S = sum_i (K_i / m)^q, a = 1/q and c = P(S > 0), and s = E[S | S > 0],
    E[S^a] = c s^a + a / Gamma(1 - a) int_0^inf ((1 - E[e^(-S t)]) - c (1 - e^(-s t))) t^(-a - 1) dt,
    where E[e^(-S t)] is a power of a finite sum; the trapezoidal rule in ln t converges geometrically. For q so large
    that only the largest K_i counts, the sum over its value and its multiplicity is exact.

    Args:
        q: exponent, in [1, inf].
        m: seeds per input, 1 to 1000.
        inputs: B, 1 to 1000.
        p: probability of a loss of 1 for one seed, in [0, 1]; otherwise the loss is 0.

    Returns:
        An exact value in [p, 1], of an absolute error of some 1e-12.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> [round(float(relaxed_risk_mean(100, m)), 3) for m in (1, 2, 4, 16, 64)]
        [0.989, 0.937, 0.825, 0.664, 0.577]
    """
    from scipy.stats import binom

    q = _arguments.exponent(q)
    m = _check.integer("m", m, low=1, high=1000, unit="seeds per input", advice="Pass 16, for example.")
    inputs = _check.integer("inputs", inputs, low=1, high=1000, unit="inputs", advice="Pass 8, for example.")
    p = _arguments.probability("p", p, "probability of a loss of 1")
    if q == 1.0 or p in (0.0, 1.0):
        return Value.exact(p, source="the mean of a mean")
    masses = binom.pmf(np.arange(m + 1), m, p)
    if inputs * math.exp(q * math.log1p(-1.0 / m) if m > 1 else -math.inf) < _NEGLIGIBLE:
        return Value.exact(_by_maximum(masses, q, inputs), source="the largest mean counts alone", error=1e-11)
    masses = np.where(masses < 1e-20, 0.0, masses)
    return Value.exact(_by_transform(masses, q, inputs), source=_SOURCE, error=1e-11)


def _by_maximum(masses: NDArray[np.float64], q: float, inputs: int) -> float:
    """The sum over the largest of the K_i and how many of them attain it."""
    from scipy.special import gammaln, xlogy

    m = masses.size - 1
    below = np.concatenate([[0.0], np.cumsum(masses)[:-1]])[1:, None]
    many = np.arange(1, inputs + 1)
    ways = gammaln(inputs + 1) - gammaln(many + 1) - gammaln(inputs - many + 1)
    chances = np.exp(ways + xlogy(many, masses[1:, None]) + xlogy(inputs - many, below))
    roots = np.exp(np.log(many / inputs) / q)
    return math.fsum((chances @ roots) * np.arange(1, m + 1) / m)


def _by_transform(masses: NDArray[np.float64], q: float, inputs: int) -> float:
    """E[(S / B)^(1/q)] by the integral over ln t, in units where E[S | S > 0] = 1."""
    a = 1.0 / q
    kept = np.flatnonzero(masses[1:]) + 1
    weights = masses[kept]
    logs = q * np.log(kept / (masses.size - 1))
    some = _any(np.array([weights.sum()]), inputs)[0]
    log_mean = float(logs.max()) + math.log(inputs * float(weights @ np.exp(logs - logs.max())) / some)
    logs -= log_mean
    low, high = -math.log(inputs) - float(logs.max()) - 40.0, 4.0 - min(float(logs.min()), 0.0)
    size = max(1, _CHUNK // kept.size)
    nodes = np.arange(math.floor(low / _STEP), math.ceil(high / _STEP) + 1) * _STEP
    parts = []
    with np.errstate(over="ignore", under="ignore"):
        for first in range(0, nodes.size, size):
            u = nodes[first : first + size]
            ended = -np.expm1(-np.exp(u[:, None] + logs)) @ weights
            difference = _any(ended, inputs) + some * np.expm1(-np.exp(u))
            parts.append(math.fsum(difference * np.exp(-a * u)))
    integral = math.fsum(parts) * _STEP * a / math.gamma(1.0 - a)
    return (some + integral) * math.exp(a * (log_mean - math.log(inputs)))


def _any(chances: NDArray[np.float64], inputs: int) -> NDArray[np.float64]:
    """1 - (1 - chance)^inputs."""
    with np.errstate(divide="ignore"):
        return -np.expm1(inputs * np.log1p(-np.minimum(chances, 1.0)))
