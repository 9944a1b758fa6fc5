"""The strengths beyond which the number of zero-bits grows: at finite n, in the limit, and at vanishing density."""

import math
from typing import Any, NamedTuple

import numpy as np

from theory import _check, _roots
from theory.monotone.hottopic import _arguments, _kernels
from theory.monotone.hottopic.drifts import EXACT, FLUID, drift, exact_parts
from theory.results import Value

__all__ = ["Counts", "best_share", "counts", "critical_strength", "limit_strength"]

_LARGEST = 200.0  # strengths up to which a change of sign is looked for


class Counts(NamedTuple):
    """Whole numbers that stand for the densities at finite n: size of the hot set, zero-bits inside and outside."""

    hot: int
    zeros_in: int
    zeros_out: int


def counts(n: int, *, alpha: float, eps: float) -> Counts:
    """The whole numbers that stand here for densities at finite n.

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
    alpha, eps = _arguments.alpha(alpha), _arguments.density("eps", eps)
    hot = math.floor(alpha * n + 1e-9)
    found = Counts(hot, round(eps * hot), round(eps * (n - hot)))
    if not 0 < hot < n or found.zeros_in + found.zeros_out == 0:
        raise ValueError(
            f"`n` must be large enough for a hot set, its complement and at least one zero-bit; got n={n}, "
            f"alpha={alpha:g}, eps={eps:g}, hence {found}. Pass a larger n."
        )
    return found


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
    alpha, eps = _arguments.alpha(alpha), _arguments.density("eps", eps)
    if n is None:
        if zeros_in is not None or zeros_out is not None:
            raise ValueError(
                f"`n` must be given with counts of zero-bits; got zeros_in={zeros_in!r}, zeros_out={zeros_out!r} and "
                "no n. Pass n=, or the density alone."
            )
        root = _first_root(lambda c: sum(_kernels.fluid(alpha, eps, eps, c)), _LARGEST)
        return Value.asymptotic(root, source=FLUID + "; root at u = w = eps")
    default = counts(n, alpha=alpha, eps=eps)
    hot = default.hot
    inside = default.zeros_in if zeros_in is None else zeros_in
    outside = default.zeros_out if zeros_out is None else zeros_out
    drift(n, inside, outside, hot=hot, strength=1.0)  # checks the counts
    root = _first_root(lambda c: sum(exact_parts(n, inside, outside, hot, c / n)), min(_LARGEST, float(n)))
    return Value.exact(root, source=f"{EXACT}; root at hot={hot}, zeros_in={inside}, zeros_out={outside}", error=1e-10)


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

    alpha = _arguments.alpha(alpha)
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


def _first_root(function: Any, largest: float) -> float:
    below = 1e-3
    for above in np.geomspace(1e-3, largest, 400)[1:]:
        if function(float(above)) < 0.0:
            return _roots.root(function, below, float(above))
        below = float(above)
    return math.inf
