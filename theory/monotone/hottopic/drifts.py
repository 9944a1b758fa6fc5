"""The drift of the number of zero-bits at a frozen level: exact at finite n, and its limit as n grows."""

import math
from dataclasses import dataclass
from typing import final

from theory import _binomial, _check
from theory.monotone.hottopic import _arguments, _kernels
from theory.results import Kind

__all__ = ["Drift", "drift", "fluid_drift"]

EXACT = "HotTopic at a frozen level: binomial sums over the flips inside and outside of the hot set"
FLUID = "Lengler and Steger (2018), HotTopic at a frozen level: Poisson limit of the flips"


@final
@dataclass(frozen=True)
class Drift:
    """The expected one-step decrease of the number of zero-bits, in its two components.

    Args:
        inside: zero-bits per step in the hot set.
        outside: zero-bits per step elsewhere.
        kind: EXACT or ASYMPTOTIC.
        source: the equation behind it.

    Example:
        >>> float(Drift(inside=0.5, outside=-0.25, kind=Kind.EXACT, source="an example"))
        0.25
    """

    inside: float
    outside: float
    kind: Kind
    source: str

    @property
    def total(self) -> float:
        """Inside plus outside, zero-bits per step."""
        return self.inside + self.outside

    @property
    def value(self) -> float:
        """The total."""
        return self.total

    @property
    def lower(self) -> float:
        """The total less its rounding error; -inf for a limit."""
        return self.total - self._slack()

    @property
    def upper(self) -> float:
        """The total plus its rounding error; inf for a limit."""
        return self.total + self._slack()

    def _slack(self) -> float:
        return 1e-12 * (abs(self.inside) + abs(self.outside)) if self.kind is Kind.EXACT else math.inf

    def __float__(self) -> float:
        return self.total


def drift(
    n: int,
    zeros_in: int,
    zeros_out: int,
    *,
    hot: int,
    strength: float | None = None,
    rate: float | None = None,
) -> Drift:
    """The exact expected one-step decrease of the number of zero-bits at a frozen level.

    g = Bin(zeros_in, p) - Bin(hot - zeros_in, p), r = Bin(zeros_out, p) - Bin(n - hot - zeros_out, p), independent;
    drift = E[g; g > 0] + P(g > 0) E[r] + P(g = 0) E[r; r >= 0].

    Args:
        n: number of bits.
        zeros_in: zero-bits in the hot set, at most `hot`.
        zeros_out: zero-bits elsewhere, at most n - hot.
        hot: size of the hot set A_{l+1}, at most n.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        The drift and its components in zero-bits per step; positive means progress.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler and Steger (2018) for the construction; the finite sums are elementary.

    Example:
        >>> round(drift(1000, 12, 38, hot=250, strength=1.0).total, 6)
        0.017868
    """
    n = _check.bits(n)
    rate = _check.rate_of(n, strength, rate)
    advice = "counts(n, alpha=, eps=) gives counts that fit."
    hot = _check.integer("hot", hot, low=0, high=n, unit="bits in the hot set", advice=advice)
    unit = "zero-bits"
    zeros_in = _check.integer("zeros_in", zeros_in, low=0, high=hot, unit=unit, advice=advice)
    zeros_out = _check.integer("zeros_out", zeros_out, low=0, high=n - hot, unit=unit, advice=advice)
    inside, outside = exact_parts(n, zeros_in, zeros_out, hot, rate)
    return Drift(inside, outside, Kind.EXACT, EXACT)


def fluid_drift(alpha: float, u: float, w: float, strength: float) -> Drift:
    """The limit of the drift at a frozen level as n grows.

    The flips are Poisson: g ~ Skellam(c alpha u, c alpha (1 - u)), r ~ Skellam(c (1 - alpha) w, c (1 - alpha) (1 - w)).

    Args:
        alpha: share of the bits in the hot set, in (0, 1).
        u: density of zero-bits in the hot set, in [0, 1].
        w: density of zero-bits elsewhere, in [0, 1].
        strength: expected flips per step, c in (0, 700].

    Returns:
        The drift and its components in zero-bits per step.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler and Steger (2018).

    Example:
        >>> round(fluid_drift(0.25, 0.05, 0.05, 1.0).total, 5)
        0.01781
    """
    alpha, strength = _arguments.alpha(alpha), _arguments.strength(strength)
    inside, outside = _kernels.fluid(alpha, _arguments.share("u", u), _arguments.share("w", w), strength)
    return Drift(float(inside), float(outside), Kind.ASYMPTOTIC, FLUID)


def exact_parts(n: int, zeros_in: int, zeros_out: int, hot: int, rate: float) -> tuple[float, float]:
    """The drift inside and outside of the hot set, with binomial flips."""
    gain, ahead, level = _kernels.positive_part(_binomial.full(zeros_in, rate), _binomial.full(hot - zeros_in, rate))
    other, _, _ = _kernels.positive_part(_binomial.full(zeros_out, rate), _binomial.full(n - hot - zeros_out, rate))
    return float(gain), float(ahead * rate * (2 * zeros_out - (n - hot)) + level * other)
