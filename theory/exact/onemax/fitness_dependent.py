"""The (1+1)-EA on OneMax with a rate for every number of zero-bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact._start import whole_zeros_law
from theory.exact.onemax import _gains
from theory.results import Law

__all__ = ["fitness_dependent_law"]

_ENTRIES = 1e8  # of the table of gains


def fitness_dependent_law(
    n: int, *, rates: ArrayLike, start: ArrayLike | None = None, horizon: int | None = None
) -> Law:
    """The law of the number of steps of the (1+1)-EA on OneMax, at a rate that depends on the number of zero-bits.

    The chain P(k -> k - j) = P(A - B = j), j >= 1, with A ~ Bin(k, p_k), B ~ Bin(n - k, p_k).

    Args:
        n: number of bits, at least 1.
        rates: n + 1 probabilities per bit in [0, 1], entry k for k zero-bits, such as `optimal_rates(n).rates`; entry 0
            is not used.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law in steps; moments are inf where the optimum may never be found.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or where the table of gains would have more than 1e8 entries.

    Source: elementary.

    Example:
        >>> from theory.onemax import optimal_rates
        >>> best = optimal_rates(100)
        >>> law = fitness_dependent_law(100, rates=best.rates)
        >>> round(law.mean, 6), round(law.std, 2)
        (1004.721727, 337.39)
    """
    n = _check.bits(n)
    each = _rates_of(n, rates)
    horizon = _check.horizon_of(horizon)
    start_law = whole_zeros_law(n, start)
    most = max(_gains.width(n, rate, k) for k, rate in enumerate(each.tolist()))
    if (n + 1.0) * most > _ENTRIES:
        raise ValueError(
            f"`n` must be so small that the table of gains has at most {_ENTRIES:.0e} entries; got n={n} with gains of "
            f"up to {most} bits. Pass a smaller n, or smaller rates."
        )
    source = "(1+1)-EA on OneMax with a rate for every number of zero-bits: chain of the number of zero-bits"
    return chain.law(
        chain.Chain(_gains.rows_of(n, each, most), np.zeros((n + 1, 0))),
        start_law / start_law.sum(),
        source=source,
        horizon=horizon,
    )


def _rates_of(n: int, rates: ArrayLike) -> NDArray[np.float64]:
    meaning, advice = "a rate for every number of zero-bits", "Pass optimal_rates(n).rates, or n + 1 probabilities."
    each = _check.floats("rates", rates, meaning, advice).copy()
    if each.shape != (n + 1,):
        raise ValueError(f"`rates` must be n + 1 = {n + 1} probabilities; got shape {each.shape}. {advice}")
    each[0] = 0.0
    wrong = np.flatnonzero(~((each >= 0.0) & (each <= 1.0)))
    if wrong.size > 0:
        k = int(wrong[0])
        raise ValueError(f"`rates` must lie in [0, 1]; got {float(each[k])!r} for {k} zero-bits. {advice}")
    return each
