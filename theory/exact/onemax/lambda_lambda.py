"""The (1+(lambda,lambda))-GA on OneMax."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _binomial, _check
from theory.exact import chain, flips
from theory.exact._start import whole_zeros_law
from theory.exact.onemax._rows import sampled_gains
from theory.results import Law

__all__ = ["lambda_lambda_law"]

_RARE = 1e-40  # numbers of flips that are exceeded with less than this probability are left out
_WORK = 1e11  # operations of the chain (some half a minute)
_MOST = 400  # flips in one generation that the table of crossovers holds


def lambda_lambda_law(
    n: int,
    *,
    offspring: int,
    strength: float,
    bias: float,
    start: ArrayLike | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of generations of the (1+(lambda,lambda))-GA on OneMax.

    A generation draws L ~ Bin(n, strength / n) and makes m mutants that flip L uniform distinct bits each. Its best
    mutant x' gained A bits and lost L - A, A the largest of m hypergeometric numbers. Each of m crossover offspring
    takes every bit from x' with probability `bias`, else from x, so that its gain is Bin(A, bias) - Bin(L - A, bias).
    The best of them replaces x iff its gain is not negative. T is the first generation in which any evaluated string,
    mutant or crossover offspring, is the optimum.

    Args:
        n: number of bits, at least 1.
        offspring: m, the number of mutants and of crossover offspring, at least 1.
        strength: expected flips of a mutant, in (0, n]; the standard choice is m.
        bias: probability of taking a bit from the best mutant, in (0, 1]; the standard choice is 1 / m.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many generations; None: until less than 1e-15 is left.

    Returns:
        An exact law in generations, of 2 m evaluations each. Numbers of flips of a probability below 1e-40 are left
        out.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, more than 400 flips, or where the chain would take minutes.

    Source: Doerr, Doerr and Ebel (2015) for the algorithm; the chain is elementary.

    Example:
        >>> round(lambda_lambda_law(50, offspring=4, strength=4.0, bias=0.25).mean, 3)
        52.975
    """
    n = _check.many_bits(n)
    offspring = _check.integer("offspring", offspring, low=1, high=1 << 53, unit="per phase", advice="Pass 4, say.")
    bias = _check.real("bias", bias, "(0, 1]", unit="probability per bit", advice="Pass 1 / offspring, say.")
    counts = _counts(n, strength)
    horizon = _check.horizon_of(horizon, "generations")
    start_law = whole_zeros_law(n, start)
    down = sampled_gains(n, counts, offspring, _bias_laws(counts.size - 1, bias))
    source = f"(1+({offspring},{offspring}))-GA on OneMax: chain of the number of zero-bits"
    return chain.law(chain.Chain(down, np.zeros((n + 1, 0))), start_law, source=source, horizon=horizon)


def _bias_laws(most: int, bias: float) -> NDArray[np.float64]:
    """float64[most + 1, most + 1], entry [c, i] = P(Bin(c, bias) = i)."""
    laws = np.zeros((most + 1, most + 1))
    for count in range(most + 1):
        weights = _binomial.full(count, bias)
        laws[count, : weights.size] = weights
    return laws


def _counts(n: int, strength: float) -> NDArray[np.float64]:
    counts = flips.binomial(n, strength=strength)
    most = int(np.flatnonzero(counts > _RARE)[-1])
    if most > _MOST:
        raise ValueError(
            f"`strength` must be so small that at most {_MOST} bits flip in one mutant; got {strength!r} with up to "
            f"{most} flips. Pass a smaller strength."
        )
    if float(n) * most**3 > _WORK:
        raise ValueError(
            f"`n` must be so small that {_WORK:.0e} operations suffice; got n={n} with up to {most} flips. Pass a "
            "smaller n or strength."
        )
    return counts[: most + 1]
