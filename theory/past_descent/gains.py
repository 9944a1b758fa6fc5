"""When past directions pay: predicted gain over plain orthonormal directions at equal cost."""

from __future__ import annotations

from theory.past_descent import _arguments
from theory.past_descent.drift import drifting
from theory.past_descent.noise import noisy, noisy_orthonormal, noisy_shrunk
from theory.past_descent.single import orthonormal
from theory.results import Value

__all__ = ["gain", "gain_shrunk"]


def gain(n: int, pairs: int, *, cosine: float, noise: float = 0.0) -> Value:
    """How many times larger past directions make the mean squared cosine, at equal cost and in the long run.

    `drifting` (or `noisy`) over the mean with P orthonormal random directions. Without noise it is about
    1 / (r + 1 - a^2), r = (P - 1) / (n - 1): at most 1 / (1 - a^2) however large n, and n / P if the gradient stays.

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, for the one the past included, 2 to n - 1.
        cosine: a, between successive gradients; only its square matters.
        noise: standard deviation of a directional derivative in lengths of the gradient; tau / (sqrt(2) r |g|) for
            evaluations with independent noise tau at radius r.

    Returns:
        An exact value for this model without noise, a heuristic one with noise. Below 1 past directions do not pay.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Meier, Mujika, Gauy and Steger (2019), re-derived.

    Example:
        >>> [round(float(gain(400, 33, cosine=0.99**0.5, noise=v)), 2) for v in (0.0, 0.05, 0.1)]
        [10.87, 4.85, 1.45]
    """
    n = _arguments.parameters(n, low=3)
    pairs = _arguments.random_pairs(pairs, n, most=n - 1) + 1
    if _arguments.noise_of(noise) == 0.0:
        found = float(drifting(n, pairs, cosine=cosine)) / orthonormal(n, pairs).mean
        return Value.exact(found, source="fixed point of the drifting gradient over P / n")
    found = float(noisy(n, pairs, cosine=cosine, noise=noise)) / float(noisy_orthonormal(n, pairs, noise=noise))
    return Value.heuristic(found, source="fixed point with noise over the same directions without past")


def gain_shrunk(n: int, pairs: int, *, cosine: float, noise: float) -> Value:
    """The same where noise-aware weights shrink past and random coefficients, see `noisy_shrunk`.

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, for the one the past included, 2 to n - 1.
        cosine: a, between successive gradients; only its square matters.
        noise: standard deviation of a directional derivative in lengths of the gradient.

    Returns:
        A heuristic value.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(gain_shrunk(400, 33, cosine=0.99**0.5, noise=0.05)), 1)
        14.6
    """
    above = float(noisy_shrunk(n, pairs, cosine=cosine, noise=noise))
    return Value.heuristic(above / float(noisy_orthonormal(n, pairs, noise=noise)), source="as for `gain`")
