"""What is lost where random directions are regenerated one by one and not made orthonormal among themselves."""

from __future__ import annotations

from theory import _check
from theory.past_descent import _arguments
from theory.results import Value

__all__ = ["streamed", "streamed_past", "streamed_unprojected"]

_STEPS = 100_000
_CONVERGED = 1e-14


def streamed(n: int, pairs: int, *, quality: float) -> Value:
    """The squared cosine from a surrogate and random unit directions across it that are not orthogonalised.

    (x + (1 - x) r)^2 / (x + (1 - x) r (1 + r)), r = (P - 1) / (n - 1), against x + (1 - x) r of `surrogate`: the
    square of the random part is too long by the factor 1 + r. The loss shows from r > 1/20 on.

    Args:
        n: number of parameters, at least 3.
        pairs: directions P, the surrogate included, at least 2.
        quality: x, the squared cosine between surrogate and gradient, in [0, 1].

    Returns:
        An asymptotic value, for many directions in a large dimension.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; quotient of expectations.

    Example:
        >>> [round(float(streamed(1000, pairs, quality=0.25)) ** 0.5, 3) for pairs in (11, 33, 101, 301)]
        [0.507, 0.523, 0.564, 0.645]
    """
    n, fresh, quality = _model(n, pairs, quality)
    share = fresh / (n - 1.0)
    caught = quality + (1.0 - quality) * share
    squared = caught**2 / (quality + (1.0 - quality) * share * (1.0 + share))
    return Value.asymptotic(squared, source="quotient of expectations, n and P large")


def streamed_past(n: int, pairs: int, *, cosine: float = 1.0, generations: int | None = None) -> Value:
    """The mean squared cosine with past directions, where random directions are not orthogonalised among themselves.

    X' = a^2 X + (1 - a^2) (1 - X) / (n - 1) as in `drifting`, then `streamed` at the quality X'. Per generation a share
    r - r^2 instead of r of what is missing is found, r = (P - 1) / (n - 1).

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, the past one included, at least 2.
        cosine: a, between successive gradients; only its square matters.
        generations: t, the first generation is 1; None for the fixed point.

    Returns:
        An asymptotic value, for many directions in a large dimension.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; quotient of expectations.

    Example:
        >>> round(float(streamed_past(1000, 33, generations=50)), 3)
        0.793
    """
    n = _arguments.parameters(n, low=3)
    square = _arguments.cosine_of(cosine) ** 2
    steps = _STEPS if generations is None else _arguments.generations_of(generations)
    squared = float(streamed(n, pairs, quality=1.0 / n))
    for _ in range(steps - 1):
        after = float(streamed(n, pairs, quality=square * squared + (1.0 - square) * (1.0 - squared) / (n - 1.0)))
        if generations is None and abs(after - squared) <= _CONVERGED:
            break
        squared = after
    return Value.asymptotic(squared, source="quotient of expectations, n and P large")


def streamed_unprojected(n: int, pairs: int, *, quality: float) -> Value:
    """The same where the random directions are not even made orthogonal to the surrogate.

    (x + r)^2 / (x (1 + 2 r) + r (1 + r)), r = (P - 1) / n.

    Args:
        n: number of parameters, at least 3.
        pairs: directions P, the surrogate included, at least 2.
        quality: x, the squared cosine between surrogate and gradient, in [0, 1].

    Returns:
        An asymptotic value, for many directions in a large dimension.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; quotient of expectations.

    Example:
        >>> [round(float(streamed_unprojected(1000, pairs, quality=0.25)) ** 0.5, 3) for pairs in (11, 33, 101, 301)]
        [0.505, 0.516, 0.547, 0.619]
    """
    n, fresh, quality = _model(n, pairs, quality)
    share = fresh / n
    squared = (quality + share) ** 2 / (quality * (1.0 + 2.0 * share) + share * (1.0 + share))
    return Value.asymptotic(squared, source="quotient of expectations, n and P large")


def _model(n: int, pairs: int, quality: float) -> tuple[int, int, float]:
    n = _arguments.parameters(n, low=3)
    fresh = _arguments.random_pairs(pairs, n, most=10**12)
    quality = _check.real(
        "quality",
        quality,
        "[0, 1]",
        unit="squared cosine between surrogate and gradient",
        advice="Pass 0.25 for a cosine of one half.",
    )
    return n, fresh, quality
