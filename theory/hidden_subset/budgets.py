"""Which running times T(n) rates that do not change in time can have for all n at once: the sum of ln n / T(n).

For a law Q of rates T(n) = ln n / h(n) with sum_{n >= 1} h(n) = 1. So sum ln n / T(n) <= 1 to leading order, and every
T with a finite sum is attained up to a constant. For rates by position the same sum must be finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.hidden_subset import _arguments, static
from theory.results import Kind, Value

__all__ = ["achievable", "budget", "law_budget"]

_FIRST = 1 << 16  # terms that are added one by one
_RATIO = 1e-4  # relative length of the blocks that are enclosed after them


def achievable(*exponents: float) -> bool:
    """Whether some law of rates attains T(n) = O(n (ln n)^a (ln ln n)^b ...) for all n at once.

    It does iff sum ln n / T(n) converges: iff the first of a - 1, b, ... that is not 1 exceeds 1 (Bertrand).

    Args:
        *exponents: a, b, ... of ln n, ln ln n, and so on, at least one.

    Returns:
        Whether the sum converges. There is no smallest such T.

    Raises:
        TypeError: for arguments of a wrong type, or none.
        ValueError: for exponents that are not finite.

    Source: criterion derived from the identity sum h(n) = 1; the special case n (ln n)^(2 + eps) is by Einarsson et al.
        (2018). Bertrand's series for the convergence.

    Example:
        >>> achievable(2.1), achievable(2.0), achievable(2.0, 1.1), achievable(2.0, 1.0, 1.0)
        (True, False, True, False)
    """
    if not exponents:
        raise TypeError("`exponents` must hold at least one number (that of ln n); got none. Pass 2.5, say.")
    advice = "Pass 2.0, 1.1 for n (ln n)^2 (ln ln n)^1.1."
    numbers = [
        _check.real("exponents", e, "(-inf, inf)", unit="powers of ln n, ln ln n, ...", advice=advice)
        for e in exponents
    ]
    numbers[0] -= 1.0
    return next((number for number in numbers if number != 1.0), 1.0) > 1.0


def budget(steps: Callable[[NDArray[np.float64]], ArrayLike], low: int, high: int) -> Value:
    """The share of the budget that a running time T(n) uses up between two sizes.

    sum_{n = low}^{high} ln n / T(n), which a law of rates keeps at or below 1 to leading order.

    Args:
        steps: T, a function from an array of sizes to positive numbers, with ln n / T(n) not increasing in n beyond the
            first 65536 sizes (which is checked where T is evaluated).
        low: the first size, at least 2.
        high: the last size, at least `low` (up to 10^300).

    Returns:
        An exact value: term by term at first, then by blocks of relative length 1e-4 whose sum lies between the first
        term and the last; lower and upper enclose it. What is left beyond `high` is not included.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, for T that is not positive, or where ln n / T(n) increases late.

    Source: the budget identity sum h(n) = 1 with T(n) = ln n / h(n); ours.

    Example:
        >>> round(float(budget(lambda n: n * np.log(n) ** 3, 2, 10**6)), 3)
        2.037
    """
    low = _check.integer("low", low, low=2, unit="relevant bits", advice="Pass 2 for all sizes.")
    high = _arguments.relevant(high, low=low, name="high")
    early = np.arange(low, min(high, low + _FIRST - 1) + 1, dtype=np.float64)
    total = math.fsum(_terms(steps, early))
    lower = upper = total
    if high > early[-1]:
        begin, end = float(early[-1]) + 1.0, float(high) + 1.0
        count = max(1, math.ceil((math.log(end) - math.log(begin)) / _RATIO))
        edges = np.unique(np.floor(np.geomspace(begin, end, count + 1)))
        edges[0], edges[-1] = begin, end
        first, last = _terms(steps, edges[:-1]), _terms(steps, np.maximum(edges[1:] - 1.0, edges[:-1]))
        lengths = np.diff(edges)
        rising = np.flatnonzero((last > first * (1.0 + 1e-9)) | (np.append(first[1:], 0.0) > last * (1.0 + 1e-9)))
        if rising.size:
            raise ValueError(
                "`steps` must grow so fast that ln n / T(n) does not increase beyond the first sizes; it does near "
                f"n={edges[rising[0]]:.6g}. Pass a smooth upper envelope of T, or a smaller `high`."
            )
        lower += float(lengths @ last)
        upper += float(lengths @ first)
    slack = 1e-11 * upper
    return Value(0.5 * (lower + upper), Kind.EXACT, lower - slack, upper + slack, "sum of ln n / T(n)")


def law_budget(rates: ArrayLike, probabilities: ArrayLike, high: int) -> Value:
    """What a discrete law of rates spends on the sizes up to `high`: 1 minus what is left for larger ones.

    sum_{n = 1}^{high} h(n) = sum_i Q_i (1 - (1 - p_i)^high).

    Args:
        rates: rates in [0, 1].
        probabilities: their probabilities, with sum 1.
        high: the last size, at least 1.

    Returns:
        An exact value in [0, 1].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (geometric series).

    Example:
        >>> float(law_budget([0.5, 1.0], [0.5, 0.5], 2))
        0.875
    """
    values, chances = static.discrete(rates, probabilities)
    high = _arguments.relevant(high, name="high")
    with np.errstate(divide="ignore"):
        spent = -np.expm1(float(high) * np.log1p(-values))
    return Value.exact(math.fsum(chances * spent), source="sum of h(n) up to a size")


def _terms(steps: Callable[[NDArray[np.float64]], ArrayLike], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    found = _arguments.of_arrays("steps", steps, sizes, "lambda n: n * np.log(n) ** 3")
    times = np.asarray(found, dtype=np.float64)
    if times.shape != sizes.shape or not bool(np.all((times > 0.0) & (times < math.inf))):
        raise ValueError(
            f"`steps` must give one positive finite number per size; got {times!r} for {sizes.size} sizes. Pass a "
            "function of arrays, lambda n: n * np.log(n) ** 3, say."
        )
    return np.log(sizes) / times
