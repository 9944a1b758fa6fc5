"""The (1+1)-EA on HotTopic: drift at a frozen level, critical strengths, stagnation.

At a frozen level the bits of the current hot set A outrank all others: an offspring is accepted iff it gains in A, or
loses nothing there and nothing outside. With g, r the decreases of the number of zero-bits inside and outside of A,
drift = E[g; g > 0] + P(g > 0) E[r] + P(g = 0) E[r; r >= 0].
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from theory import _binomial, _check, _roots
from theory._compile import kernel
from theory.results import Kind, Value

__all__ = [
    "Counts",
    "Drift",
    "Stagnation",
    "best_share",
    "counts",
    "critical_strength",
    "drift",
    "fluid_drift",
    "limit_strength",
    "stagnation",
    "visibility",
]

_EXACT = "HotTopic at a frozen level: binomial sums over the flips inside and outside of the hot set"
_FLUID = "Lengler and Steger (2018), HotTopic at a frozen level: Poisson limit of the flips"
_LARGEST = 200.0  # strengths up to which a change of sign is looked for
_PIECES = 100  # Runge-Kutta steps through one level


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


@final
@dataclass(frozen=True)
class Stagnation:
    """Where the (1+1)-EA settles on HotTopic with endlessly many levels, in the fluid limit.

    Args:
        density: zero-bits per bit at the start of a level, d*; 0 below the critical strength.
        time: steps per level divided by n; 0 below the critical strength.
        kind: ASYMPTOTIC.
        source: the equation behind it.

    Example:
        >>> Stagnation(0.0, 0.0, Kind.ASYMPTOTIC, "an example").stalls
        False
    """

    density: float
    time: float
    kind: Kind
    source: str

    @property
    def stalls(self) -> bool:
        """Whether the density stays above eps, so that all levels are visited one after another."""
        return self.density > 0.0

    @property
    def value(self) -> float:
        """The density."""
        return self.density

    @property
    def lower(self) -> float:
        """-inf: nothing is proven at a given n."""
        return -math.inf

    @property
    def upper(self) -> float:
        """inf: nothing is proven at a given n."""
        return math.inf

    def __float__(self) -> float:
        return self.density


class Counts(NamedTuple):
    """Whole numbers that stand for the densities at finite n: size of the hot set, zero-bits inside and outside."""

    hot: int
    zeros_in: int
    zeros_out: int


def counts(n: int, *, alpha: float, eps: float) -> Counts:
    """The whole numbers that this module uses for densities at finite n.

    hot = floor(alpha n), as in the definition of HotTopic; zeros_in and zeros_out are eps hot and eps (n - hot),
    rounded to the nearest integer (halves to even).

    Args:
        n: number of bits, at least 2.
        alpha: share of the bits in a hot set, in (0, 1).
        eps: density of zero-bits, in (0, 1).

    Returns:
        The counts.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or where the hot set or its complement would be empty, or no zero-bit is
            left.

    Source: Lengler (2019) for the definition of HotTopic; the rounding of zero-bits is ours.

    Example:
        >>> counts(1000, alpha=0.25, eps=0.05)
        Counts(hot=250, zeros_in=12, zeros_out=38)
    """
    n = _check.integer("n", n, low=2, unit="number of bits", advice="Pass the length of the bit string.")
    alpha, eps = _alpha(alpha), _density("eps", eps)
    hot = math.floor(alpha * n + 1e-9)
    found = Counts(hot, round(eps * hot), round(eps * (n - hot)))
    if not 0 < hot < n or found.zeros_in + found.zeros_out == 0:
        raise ValueError(
            f"`n` must be large enough for a hot set, its complement and at least one zero-bit; got n={n}, "
            f"alpha={alpha:g}, eps={eps:g}, hence {found}. Pass a larger n."
        )
    return found


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
    inside, outside = _exact(n, zeros_in, zeros_out, hot, rate)
    return Drift(inside, outside, Kind.EXACT, _EXACT)


def fluid_drift(alpha: float, u: float, w: float, strength: float) -> Drift:
    """The limit of the drift at a frozen level as n grows.

    The flips are Poisson: g ~ Skellam(c alpha u, c alpha (1 - u)), r ~ Skellam(c (1 - alpha) w, c (1 - alpha) (1 - w)).

    Args:
        alpha: share of the bits in the hot set, in (0, 1).
        u: density of zero-bits in the hot set, in [0, 1].
        w: density of zero-bits elsewhere, in [0, 1].
        strength: expected flips per step, c > 0.

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
    alpha, strength = _alpha(alpha), _check.strength_of(strength)
    inside, outside = _fluid(alpha, _share("u", u), _share("w", w), strength)
    return Drift(float(inside), float(outside), Kind.ASYMPTOTIC, _FLUID)


def critical_strength(
    alpha: float,
    eps: float,
    *,
    n: int | None = None,
    zeros_in: int | None = None,
    zeros_out: int | None = None,
) -> Value:
    """The strength beyond which the number of zero-bits grows at density eps, inside and outside of the hot set.

    The smallest root in c of drift(u = w = eps) = 0: of the fluid drift, or at finite n of the exact drift at the whole
    numbers of `counts`.

    Args:
        alpha: share of the bits in the hot set, in (0, 1).
        eps: density of zero-bits, in (0, 1).
        n: number of bits; None for the limit.
        zeros_in: zero-bits in the hot set instead of those of `counts`; needs n.
        zeros_out: zero-bits elsewhere instead of those of `counts`; needs n.

    Returns:
        The strength: exact at finite n, otherwise asymptotic; inf if the drift is not negative at any strength up to
        200 (or n), as for eps = 1/2.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or counts without n.

    Source: Lengler and Steger (2018).

    Example:
        >>> round(float(critical_strength(0.25, 0.05)), 3), round(float(critical_strength(0.25, 0.05, n=1000)), 3)
        (2.377, 2.407)
    """
    alpha, eps = _alpha(alpha), _density("eps", eps)
    if n is None:
        if zeros_in is not None or zeros_out is not None:
            raise ValueError(
                f"`n` must be given with counts of zero-bits; got zeros_in={zeros_in!r}, zeros_out={zeros_out!r} and "
                "no n. Pass n=, or the density alone."
            )
        root = _first_root(lambda c: sum(_fluid(alpha, eps, eps, c)), _LARGEST)
        return Value.asymptotic(root, source=_FLUID + "; root at u = w = eps")
    default = counts(n, alpha=alpha, eps=eps)
    hot = default.hot
    inside = default.zeros_in if zeros_in is None else zeros_in
    outside = default.zeros_out if zeros_out is None else zeros_out
    drift(n, inside, outside, hot=hot, strength=1.0)  # checks the counts
    root = _first_root(lambda c: sum(_exact(n, inside, outside, hot, c / n)), min(_LARGEST, float(n)))
    return Value.exact(root, source=f"{_EXACT}; root at hot={hot}, zeros_in={inside}, zeros_out={outside}", error=1e-10)


def limit_strength(alpha: float | None = None) -> Value:
    """The critical strength as eps tends to 0: 2.1369... for the best alpha.

    The root of alpha e^y (y - 1) = 1 - alpha with y = c (1 - alpha), that is c = (1 + W((1 - alpha) / (alpha e))) /
    (1 - alpha) with Lambert's W; over all alpha, min_{y>1} y (1 + e^-y / (y - 1)).

    Args:
        alpha: share of the bits in a hot set, in (0, 1); None for the best one, see `best_share`.

    Returns:
        The strength, an asymptotic value.

    Raises:
        TypeError: for an argument of a wrong type.
        ValueError: for an argument out of range.

    Source: Lengler and Steger (2018); constant re-derived.

    Example:
        >>> round(float(limit_strength()), 10), round(float(limit_strength(0.25)), 3)
        (2.1369288434, 2.138)
    """
    source = "Lengler and Steger (2018): alpha e^y (y - 1) = 1 - alpha, y = c (1 - alpha)"
    if alpha is None:
        from theory import constants

        return Value.asymptotic(float(constants.hottopic_strength), source=source + ", minimised over alpha")
    from scipy.special import lambertw

    alpha = _alpha(alpha)
    root = 1.0 + float(lambertw((1.0 - alpha) / (alpha * math.e)).real)
    return Value.asymptotic(root / (1.0 - alpha), source=source)


def best_share() -> Value:
    """The share alpha of the hot set for which stagnation begins at the smallest strength: 0.23713...

    alpha = 1 - y* / c* with the minimiser y* and minimum c* of y (1 + e^-y / (y - 1)).

    Returns:
        The share, an asymptotic value.

    Source: Lengler and Steger (2018); constant re-derived.

    Example:
        >>> round(float(best_share()), 10)
        0.2371345943
    """
    from theory import constants

    return Value.asymptotic(float(constants.hottopic_alpha), source="Lengler and Steger (2018): alpha = 1 - y* / c*")


def stagnation(alpha: float, eps: float, strength: float) -> Stagnation:
    """The density of zero-bits at which the (1+1)-EA stalls on HotTopic, and the time it spends per level.

    A level starts at u = w = d and follows du/dt = -inside / alpha, dw/dt = -outside / (1 - alpha) (time in n steps)
    until u = eps; the next starts at alpha eps + (1 - alpha) w. The density is the largest fixed point of this map
    below 1/2, which is where it leads from a uniform string.

    Args:
        alpha: share of the bits in a hot set, in (0, 1).
        eps: density of zero-bits at which a level is passed, in (0, 1/2).
        strength: expected flips per step, c > 0.

    Returns:
        Density and time per level. Where there is no fixed point above eps, the densities fall to eps, levels are
        passed in an instant, and both are 0.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler and Steger (2018) for the mechanism; the fluid limit of a level is ours.

    Example:
        >>> stall = stagnation(0.25, 0.05, 3.0)
        >>> round(stall.density, 4), round(stall.time, 2), stagnation(0.25, 0.05, 2.0).stalls
        (0.0971, 0.44, False)
    """
    alpha, strength = _alpha(alpha), _check.strength_of(strength)
    unit, advice = "zero-bits per bit", "Pass 0.05, say; a uniform string has density 1/2."
    eps = _check.real("eps", eps, "(0, 0.5)", unit=unit, advice=advice)
    source = _FLUID + "; fixed point of the map from level to level"
    grid = eps + (0.5 - eps) * np.linspace(1.0, 0.0, 49)[:-1] ** 2
    above = grid[0]
    for density in np.append(grid[1:], eps + 1e-9 * (0.5 - eps)):
        if _pass_level(alpha, eps, strength, density, _PIECES)[0] > density:
            found = _roots.root(
                lambda d: _pass_level(alpha, eps, strength, d, _PIECES)[0] - d, float(density), float(above)
            )
            time = _pass_level(alpha, eps, strength, found, _PIECES)[1]
            return Stagnation(found, time, Kind.ASYMPTOTIC, source)
        above = density
    return Stagnation(0.0, 0.0, Kind.ASYMPTOTIC, source)


def visibility(beta: float, eps: float, n: int, levels: int, density: float) -> Value:
    """How clearly a stall shows at finite n: above 1, a random level is rarely satisfied by chance.

    beta n KL(eps || d) / ln L, KL(a || b) = a ln(a / b) + (1 - a) ln((1 - a) / (1 - b)); 0 if d <= eps.

    Args:
        beta: share of the bits that decide whether a level is passed, in (0, 1).
        eps: density of zero-bits at which a level is passed, in (0, 1).
        n: number of bits.
        levels: number of levels L, at least 2.
        density: density of zero-bits in stagnation, in [0, 1), see `stagnation`.

    Returns:
        A heuristic quotient. The stall is also blurred where eps beta n, the threshold in zero-bits, is below 100.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: a union bound over the levels; ours.

    Example:
        >>> round(float(visibility(0.2, 0.05, 10_000, 1000, 0.0974)), 2)
        4.42
    """
    beta, eps = _density("beta", beta), _density("eps", eps)
    n = _check.bits(n)
    levels = _check.integer("levels", levels, low=2, unit="number of levels", advice="Pass 100, say.")
    density = _check.real(
        "density", density, "[0, 1)", unit="zero-bits per bit", advice="Pass stagnation(alpha, eps, strength).density."
    )
    divergence = 0.0
    if density > eps:
        divergence = eps * math.log(eps / density) + (1.0 - eps) * math.log((1.0 - eps) / (1.0 - density))
    return Value.heuristic(beta * n * divergence / math.log(levels), source="beta n KL(eps || d) / ln L")


def _alpha(value: Any) -> float:
    return _check.real("alpha", value, "(0, 1)", unit="share of the bits in the hot set", advice="Pass 0.25, say.")


def _density(name: str, value: Any) -> float:
    return _check.real(name, value, "(0, 1)", unit="share of bits", advice="Pass 0.05, say.")


def _share(name: str, value: Any) -> float:
    return _check.real(name, value, "[0, 1]", unit="zero-bits per bit", advice="Pass 0.05, say.")


def _first_root(function: Any, largest: float) -> float:
    below = 1e-3
    for above in np.geomspace(1e-3, largest, 400)[1:]:
        if function(float(above)) < 0.0:
            return _roots.root(function, below, float(above))
        below = float(above)
    return math.inf


def _exact(n: int, zeros_in: int, zeros_out: int, hot: int, rate: float) -> tuple[float, float]:
    gain, ahead, level = _positive_part(_binomial.full(zeros_in, rate), _binomial.full(hot - zeros_in, rate))
    other, _, _ = _positive_part(_binomial.full(zeros_out, rate), _binomial.full(n - hot - zeros_out, rate))
    return float(gain), float(ahead * rate * (2 * zeros_out - (n - hot)) + level * other)


@kernel
def _positive_part(up: NDArray[np.float64], down: NDArray[np.float64]) -> tuple[float, float, float]:
    # E[(U - D)^+], P(U > D), P(U = D) for independent U, D; all terms are positive
    gain = 0.0
    ahead = 0.0
    level = 0.0
    below = 0.0  # P(D < u)
    expected = 0.0  # E[(u - D)^+]
    for u in range(up.size):
        gain += up[u] * expected
        ahead += up[u] * below
        if u < down.size:
            level += up[u] * down[u]
            below += down[u]
        expected += below
    return gain, ahead, level


@kernel
def _poisson(mean: float) -> NDArray[np.float64]:
    size = int(mean + 14.0 * math.sqrt(mean)) + 40
    weights = np.zeros(size)
    weights[0] = math.exp(-mean)
    for k in range(1, size):
        weights[k] = weights[k - 1] * mean / k
    return weights


@kernel
def _fluid(alpha: float, u: float, w: float, strength: float) -> tuple[float, float]:
    inner = strength * alpha
    outer = strength * (1.0 - alpha)
    gain, ahead, level = _positive_part(_poisson(inner * u), _poisson(inner * (1.0 - u)))
    other, _, _ = _positive_part(_poisson(outer * w), _poisson(outer * (1.0 - w)))
    return gain, ahead * outer * (2.0 * w - 1.0) + level * other


@kernel
def _pass_level(alpha: float, eps: float, strength: float, density: float, pieces: int) -> tuple[float, float]:
    # classical Runge-Kutta in u: dw/du = alpha outside / ((1 - alpha) inside), dt/du = -alpha / inside
    step = (eps - density) / pieces
    u = density
    w = density
    time = 0.0
    scale = alpha / (1.0 - alpha)
    for piece in range(pieces):
        u = density + piece * step
        gain, other = _fluid(alpha, u, w, strength)
        w1 = scale * other / gain
        t1 = 1.0 / gain
        gain, other = _fluid(alpha, u + 0.5 * step, w + 0.5 * step * w1, strength)
        w2 = scale * other / gain
        t2 = 1.0 / gain
        gain, other = _fluid(alpha, u + 0.5 * step, w + 0.5 * step * w2, strength)
        w3 = scale * other / gain
        t3 = 1.0 / gain
        gain, other = _fluid(alpha, u + step, w + step * w3, strength)
        w4 = scale * other / gain
        t4 = 1.0 / gain
        w += step / 6.0 * (w1 + 2.0 * w2 + 2.0 * w3 + w4)
        time -= alpha * step / 6.0 * (t1 + 2.0 * t2 + 2.0 * t3 + t4)
    return alpha * eps + (1.0 - alpha) * w, time
