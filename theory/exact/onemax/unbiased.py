"""The (1+lambda)-EA and the (1,lambda)-EA on OneMax with any law on the number of flips."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact import flips as flip_laws
from theory.exact._start import whole_zeros_law
from theory.exact.onemax._rows import gains_of_best
from theory.results import Law, Value

__all__ = ["unbiased_expected_steps", "unbiased_law"]

_WORK = 2e10  # operations of building and reducing the chain (some half a minute)


def unbiased_law(
    n: int,
    *,
    flips: ArrayLike,
    offspring: int = 1,
    comma: bool = False,
    start: ArrayLike | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of generations on OneMax, for mutations that flip a random number of uniform positions.

    Each generation makes m offspring. An offspring flips R bits, R from `flips`, of them A of the k zero-bits, A
    hypergeometric; its gain is 2 A - R. With F the distribution of the gain, the best gain has the distribution F^m. In
    the (1+m)-EA it is realised iff it is not negative, in the (1,m)-EA always. T is the first generation in which an
    optimum was sampled; the best offspring then is one.

    Args:
        n: number of bits, at least 1.
        flips: n + 1 probabilities, entry r of r flips; see `theory.flips`.
        offspring: m, at least 1.
        comma: whether the best offspring always replaces the parent.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many generations; None: until less than 1e-15 is left.

    Returns:
        An exact law in generations. Moments by forward substitution, with `comma` by state reduction, which keeps its
        relative accuracy at any size of E[T]. They are inf where the optimum may never be found.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or where the chain would take minutes.

    Source: elementary; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> from theory import flips
        >>> round(unbiased_law(50, flips=flips.binomial(50, strength=1.0)).mean, 6)  # as law(50, strength=1.0)
        443.188779
        >>> round(unbiased_law(50, flips=flips.binomial(50, strength=1.0), offspring=8, comma=True).mean, 3)
        70.539
        >>> heavy = flips.heavy_tailed(50, exponent=1.5)  # the fast (1+1)-EA, and with 8 offspring
        >>> round(unbiased_law(50, flips=heavy).mean, 3), round(unbiased_law(50, flips=heavy, offspring=8).mean, 3)
        (631.409, 86.677)
    """
    n = _check.many_bits(n)
    weights = flip_laws.check("flips", flips, n)
    offspring = _check.integer(
        "offspring", offspring, low=1, high=1 << 53, unit="per generation", advice="Pass 1 for the (1+1)-EA."
    )
    if not isinstance(comma, (bool, np.bool_)):
        raise TypeError(f"`comma` must be True or False; got {comma!r}. Pass False for the (1+{offspring})-EA.")
    horizon = _check.horizon_of(horizon, "generations")
    start_law = whole_zeros_law(n, start)
    most = int(np.flatnonzero(weights)[-1])
    if float(n) * most * most > _WORK:
        raise ValueError(
            f"`n` must be small enough for {_WORK:.0e} operations; got n={n} with up to {most} flips. Pass a smaller "
            "n, or a law with fewer flips."
        )
    kind = f"(1{',' if comma else '+'}{offspring})-EA"
    source = f"{kind} on OneMax with a given law of flips: chain of the number of zero-bits"
    return chain.law(
        _chain(n, weights[: most + 1], offspring, comma), start_law / start_law.sum(), source=source, horizon=horizon
    )


def unbiased_expected_steps(
    n: int, *, flips: ArrayLike, offspring: int = 1, comma: bool = False, start: ArrayLike | None = None
) -> Value:
    """The expected number of generations on OneMax, for mutations that flip a random number of uniform positions.

    Args:
        n: number of bits, at least 1.
        flips: n + 1 probabilities, entry r of r flips; see `theory.flips`.
        offspring: number of offspring per generation, at least 1.
        comma: whether the best offspring always replaces the parent.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in generations; with one offspring these are steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or where the chain would take minutes.

    Source: see `unbiased_law`.

    Example:
        >>> float(unbiased_expected_steps(2, flips=[0.0, 1.0, 0.0], start=2))  # one bit flips: 1 + 2 steps
        3.0
    """
    law = unbiased_law(n, flips=flips, offspring=offspring, comma=comma, start=start)
    return Value.exact(law.mean, source=law.source, error=1e-11)


def _chain(n: int, flips: NDArray[np.float64], offspring: int, comma: bool) -> chain.Chain:
    gains = gains_of_best(n, flips, offspring)  # [k, most + gain]
    most = flips.size - 1
    down = np.ascontiguousarray(gains[:, most + 1 :])
    up = np.ascontiguousarray(gains[:, :most][:, ::-1]) if comma else np.zeros((n + 1, 0))
    return chain.Chain(down, up)
