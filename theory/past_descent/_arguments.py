"""Checks of arguments that the files of this package share."""

from __future__ import annotations

from typing import Any

from theory import _check

_LARGEST = 10**12


def parameters(n: Any, *, low: int = 2) -> int:
    """The number of parameters."""
    return _check.integer(
        "n", n, low=low, high=_LARGEST, unit="number of parameters", advice="Pass the dimension of the search space."
    )


def pairs_of(pairs: Any, n: int, *, most: int | None = None) -> int:
    """The number of pairs, all of them random, at most `most` (None: any number)."""
    high = _LARGEST if most is None else most
    return _check.integer(
        "pairs",
        pairs,
        low=1,
        high=high,
        unit=f"pairs of evaluations per generation, n={n}",
        advice="Pass 32, for example.",
    )


def random_pairs(pairs: Any, n: int, *, most: int) -> int:
    """The number of random pairs, one less than all, of which one is spent on a surrogate."""
    unit = f"pairs of evaluations per generation, one of them along the surrogate, n={n}"
    return _check.integer("pairs", pairs, low=2, high=most, unit=unit, advice="Pass 33, for example.") - 1


def generations_of(generations: Any) -> int:
    """The number of generations, the first one included."""
    return _check.integer(
        "generations", generations, low=1, high=_LARGEST, unit="generations", advice="Pass 1 for the first estimate."
    )


def cosine_of(cosine: Any) -> float:
    """The cosine of the angle between successive gradients."""
    return _check.real(
        "cosine",
        cosine,
        "[-1, 1]",
        unit="cosine of the angle between successive gradients",
        advice="Pass 1.0 for a gradient that stays.",
    )


def noise_of(noise: Any) -> float:
    """The noise of a directional derivative."""
    return _check.real(
        "noise",
        noise,
        "[0, inf)",
        unit="standard deviation of a directional derivative, in lengths of the gradient",
        advice="Pass tau / (sqrt(2) r |g|) for evaluations with noise tau at radius r, or 0.0.",
    )
