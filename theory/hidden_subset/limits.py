"""The best schedule of rates, and the constants of run times n ln n as n grows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory import _check, _roots, constants
from theory.hidden_subset import _arguments, prediction
from theory.results import Value

__all__ = ["limit", "price", "schedule"]

_TINY = 1e-300  # below it E_1(v) = -ln v - gamma


def schedule(t: ArrayLike, *, multiplier: float | None = None) -> Any:
    """The rates of the schedule c ln(t) / t.

    p_t = min(1/2, c ln(t) / t), and 1/2 for t < 3.

    Args:
        t: steps 1, 2, ..., a number or an array.
        multiplier: c, in (0, 1000]; None for the asymptotically best one, `theory.constants.schedule_alpha`.

    Returns:
        Probabilities per bit, a float or an array of the shape of `t`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Einarsson et al. (2018) for alpha ln(t) / t; the cap and the first two steps are ours, and do not matter as
        n grows.

    Example:
        >>> schedule([1, 2, 100]).round(6).tolist()
        [0.5, 0.5, 0.071135]
    """
    c = float(constants.schedule_alpha) if multiplier is None else _arguments.multiplier_of(multiplier)
    times = np.asarray(t, dtype=np.float64)
    if not bool(np.all((times >= 1.0) & np.isfinite(times))):
        raise ValueError(f"`t` must hold steps 1, 2, ... (finite); got {t!r}. Pass np.arange(1, 11), say.")
    rates = np.where(times < 3.0, 0.5, np.minimum(0.5, c * np.log(times) / times))
    return float(rates) if np.ndim(t) == 0 else rates


def limit(multiplier: float) -> Value:
    """The constant x of the run time x n ln n under the schedule c ln(t) / t.

    The root x of c E_1(c / x) = 1. With v = c / x it is 1 / (v E_1(v)), smallest at E_1(v) = e^-v, where it is beta.

    Args:
        multiplier: c, in (0, 1e300].

    Returns:
        An asymptotic value; inf beyond the range of floats.

    Raises:
        TypeError: for an argument of a wrong type.
        ValueError: for an argument out of range.

    Source: Einarsson et al. (2018) for the best c; for other multipliers derived from S_n(T) = ln n.

    Example:
        >>> [round(float(limit(c)), 4) for c in (1.0, 2.0, 3.0)]
        [3.7773, 3.6152, 3.9408]
    """
    from scipy.special import exp1

    c = _check.real(
        "multiplier", multiplier, "(0, 1e300]", unit="c in the rate c ln(t) / t", advice="Pass 1.5447, say."
    )
    source = "c E_1(c / x) = 1"
    logarithm = -1.0 / c - float(np.euler_gamma)  # of v, where v is tiny
    if logarithm > math.log(_TINY):

        def excess(log_v: float) -> float:
            return float(exp1(math.exp(log_v))) - 1.0 / c

        logarithm = _roots.root(excess, math.log(_TINY) - 1.0, math.log(700.0))
    exponent = math.log(c) - logarithm
    return Value.asymptotic(math.exp(exponent) if exponent < 709.0 else math.inf, source=source)


def price(n: int | None = None, *, shift: float = 0.0) -> Value:
    """The price of not knowing n: the run time under the best schedule over that with rate 1/n.

    beta / e as n grows; at a given n the quotient of two values of `predicted_steps`.

    Args:
        n: number of relevant bits, at least 3; None for the limit.
        shift: O(1) of both requirements S_n(T) = ln n + shift; ln n + shift > 0.

    Returns:
        An asymptotic value for the limit, and a heuristic one at a given n.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Einarsson et al. (2018).

    Example:
        >>> round(float(price()), 6), round(float(price(10_000)), 3)
        (1.306884, 1.303)
    """
    if n is None:
        return Value.asymptotic(float(constants.schedule_price), source="Einarsson et al. (2018): beta / e")
    n = _arguments.relevant(n, low=3)
    if _arguments.shifted(n, shift) <= 0.0:
        raise ValueError(
            f"`shift` must leave ln n + shift > 0 (zero-bits to repair); got shift={shift!r} at n={n}. Pass 0.0."
        )
    scheduled = float(prediction.predicted_steps(n, shift=shift))
    known = float(prediction.predicted_steps(n, shift=shift, rate=1.0 / n))
    return Value.heuristic(scheduled / known, source="quotient of the solutions of S_n(T) = ln n + shift")
