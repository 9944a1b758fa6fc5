"""The exact law of the running time on OneMax where the rate is drawn from one law in every step."""

import math

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.exact import chain
from theory.exact._start import zeros_law
from theory.exact.onemax.transitions import chain_of
from theory.hidden_subset import static
from theory.results import Law

__all__ = ["static_onemax"]

_BITS = 2000


def static_onemax(
    n: int, *, eps: float | None = None, rates: ArrayLike | None = None, probabilities: ArrayLike | None = None
) -> Law:
    """The law of the number of steps of the (1+1)-EA on OneMax from a uniform string, with rates drawn from one law.

    The chain P(k -> k - j) = int P_p(k -> k - j) dQ(p).

    Args:
        n: number of bits, in [1, 2000].
        eps: exponent of the power-law static law (see `density`), in (0, 20].
        rates: the rates of a discrete law instead, in [0, 1).
        probabilities: their probabilities, with sum 1.

    Returns:
        An exact law: 0.3 s at n = 100; for the power law the integral is taken by Gauss's rule in ln(1/p).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or not exactly one law.

    Source: elementary.

    Example:
        >>> round(static_onemax(10, rates=[0.5, 0.1], probabilities=[0.25, 0.75]).mean, 6)
        58.132012
    """
    n = _check.bits(n, high=_BITS)
    if (eps is None) == (rates is None):
        raise ValueError(
            f"exactly one law must be given, by `eps` or by `rates` with `probabilities`; got eps={eps!r}, "
            f"rates={rates!r}. Pass eps=1.0, say."
        )
    values, chances = static.nodes(n, eps) if eps is not None else static.discrete(rates, probabilities)
    down = np.zeros((n + 1, n))
    for rate, chance in zip(values, chances, strict=True):
        if rate > 0.0 and chance > 0.0:
            band = chain_of(n, float(rate), n).down
            down[:, : band.shape[1]] += chance * band
    used = int(np.flatnonzero(down.any(axis=0))[-1]) + 1 if down.any() else 1
    start = np.zeros(n + 1)
    first, weights = zeros_law(n, None)
    start[first : first + weights.size] = weights
    source = "(1+1)-EA on OneMax: chain of the zero-bits, averaged over the rate"
    return chain.law(chain.Chain(down[:, :used].copy(), np.zeros((n + 1, 0))), start / math.fsum(start), source=source)
