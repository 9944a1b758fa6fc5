"""Which share of steps with one gain and m losses is accepted, and which share of the reverse steps is consistent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.results import Kind

__all__ = ["Profile", "acceptance_profile", "consistency_profile"]

_MOST = 200_000  # evaluations of an exact profile


@final
@dataclass(frozen=True)
class Profile:
    """Probabilities for m = 0, 1, ... further flips; they start at 1 and never rise.

    Args:
        probabilities: entry m.
        standard_errors: of each; zero where exact.
        kind: EXACT, or HEURISTIC for an estimate from samples.
        source: the definition.

    Example:
        >>> Profile(np.array([1.0, 0.5]), np.zeros(2), Kind.EXACT, "an example").probabilities.tolist()
        [1.0, 0.5]
    """

    probabilities: NDArray[np.float64]
    standard_errors: NDArray[np.float64]
    kind: Kind
    source: str


def acceptance_profile(
    function: Callable[[NDArray[np.uint8]], Any],
    x: Sequence[int] | NDArray[np.uint8],
    *,
    most: int,
    samples: int | None = None,
    seed: int = 0,
) -> Profile:
    """a_m = P(f(x + i - J) >= f(x)) for a uniform zero-bit i and a uniform set J of m one-bits of x; a_0 = 1.

    Args:
        function: takes uint8[n] and returns a value that can be compared; strictly monotone.
        x: bits, one zero-bit at least.
        most: the largest m, at most the number of one-bits.
        samples: None to enumerate all i and J; otherwise the number of samples of i and of a random order of J.
        seed: of the samples.

    Returns:
        The profile. With samples, all m share them: J grows until the step is no longer accepted.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, if enumeration needs more than 200,000 evaluations for one m, or where
            enumeration shows that the function is not monotone.

    Source: first-order analysis of monotone functions; Doerr et al. (2013), Lengler, Martinsson and Steger (2019).

    Example:
        >>> acceptance_profile(sum, [0, 1, 1, 1], most=2).probabilities.tolist()
        [1.0, 1.0, 0.0]
    """
    bits = _string(x)
    zeros, ones = np.flatnonzero(bits == 0), np.flatnonzero(bits == 1)
    value = function(bits)
    source = "a_m = P(f(x + i - J) >= f(x)), |J| = m"
    return _profile(lambda y: bool(function(y) >= value), bits, zeros, ones, "zero-bit", most, samples, seed, source)


def consistency_profile(
    function: Callable[[NDArray[np.uint8]], Any],
    y: Sequence[int] | NDArray[np.uint8],
    *,
    most: int,
    samples: int | None = None,
    seed: int = 0,
) -> Profile:
    """b_m = P(f(y - j + I) <= f(y)) for a uniform one-bit j and a uniform set I of m zero-bits of y; b_0 = 1.

    A single swap is accepted forwards if it does not lower the value, and consistent backwards if it does not raise it:
    b_1 = 1 - a_1 if no swap leaves the value equal, otherwise b_1 = 1 - a_1 + P(equal). b_m <= b_1 for m >= 1.

    Args:
        function: takes uint8[n] and returns a value that can be compared; strictly monotone.
        y: bits, one one-bit at least.
        most: the largest m, at most the number of zero-bits.
        samples: None to enumerate; otherwise the number of samples, as in `acceptance_profile`.
        seed: of the samples.

    Returns:
        The profile.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, if enumeration needs more than 200,000 evaluations for one m, or where
            enumeration shows that the function is not monotone.

    Source: Lengler, Martinsson and Steger (2019), reconstructed.

    Example:
        >>> consistency_profile(lambda x: x.tobytes(), [1, 0, 1], most=1).probabilities.tolist()
        [1.0, 0.5]
    """
    bits = _string(y)
    zeros, ones = np.flatnonzero(bits == 0), np.flatnonzero(bits == 1)
    value = function(bits)
    source = "b_m = P(f(y - j + I) <= f(y)), |I| = m"
    return _profile(lambda x: bool(function(x) <= value), bits, ones, zeros, "one-bit", most, samples, seed, source)


def _string(x: Any) -> NDArray[np.uint8]:
    bits = np.array(x)
    if bits.ndim != 1 or not bits.size or not bool(np.isin(bits, (0, 1)).all()):
        raise ValueError(f"`x` must be a string of bits; got {x!r}. Pass zeros and ones.")
    return bits.astype(np.uint8)


def _profile(
    fits: Callable[[NDArray[np.uint8]], bool],
    bits: NDArray[np.uint8],
    single: NDArray[np.int64],
    several: NDArray[np.int64],
    name: str,
    most: Any,
    samples: Any,
    seed: Any,
    source: str,
) -> Profile:
    """Flip one position of `single` and m positions of `several`; how often does the result fit?"""
    advice = "Pass a smaller one, or another string."
    unit = "further flips, of positions of the other value"
    most = _check.integer("most", most, low=0, high=several.size, unit=unit, advice=advice)
    if not single.size:
        raise ValueError(f"`x` must have a {name}; got {bits.tolist()}. Pass another string.")
    if samples is None:
        total = single.size * max(math.comb(several.size, m) for m in range(most + 1))
        if total > _MOST:
            raise ValueError(
                f"`samples` must be given where enumeration takes more than {_MOST} evaluations; got None for {total} "
                "for one m. Pass samples=10000, say, or a smaller `most`."
            )
        shares = np.array([_share(fits, bits, single, several, m) for m in range(most + 1)])
        if shares[0] != 1.0 or bool(np.any(np.diff(shares) > 1e-12)):
            raise ValueError(
                f"`function` must be strictly monotone, so that the profile begins with 1 and never rises; got "
                f"{shares.tolist()}. Pass linear(weights) or bin_val, say."
            )
        return Profile(shares, np.zeros(most + 1), Kind.EXACT, source)
    samples = _check.integer("samples", samples, low=2, unit="samples", advice="Pass 10000, say.")
    rng = np.random.default_rng(_check.integer("seed", seed, low=0, unit="seed", advice="Pass a seed."))
    counts = np.zeros(most + 1)
    for _ in range(samples):
        y = bits.copy()
        y[rng.choice(single)] ^= 1
        counts[0] += 1
        for m, place in enumerate(rng.choice(several, most, replace=False), start=1):
            y[place] ^= 1
            if not fits(y):
                break
            counts[m] += 1
    shares = counts / samples
    errors = np.sqrt(shares * (1.0 - shares) / (samples - 1))
    return Profile(shares, errors, Kind.HEURISTIC, f"{source}, {samples} samples")


def _share(
    fits: Callable[[NDArray[np.uint8]], bool],
    bits: NDArray[np.uint8],
    single: NDArray[np.int64],
    several: NDArray[np.int64],
    m: int,
) -> float:
    total = single.size * math.comb(several.size, m)
    return sum(fits(y) for y in _flipped(bits, single, several, m)) / total


def _flipped(
    bits: NDArray[np.uint8], single: NDArray[np.int64], several: NDArray[np.int64], m: int
) -> Iterator[NDArray[np.uint8]]:
    for one in single.tolist():
        for others in combinations(several.tolist(), m):
            y = bits.copy()
            y[[one, *others]] ^= 1
            yield y
