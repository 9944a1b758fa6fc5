"""Single points of the distribution function of the running time on OneMax, by Fourier inversion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact._start import zeros_law
from theory.exact.onemax.transitions import leaving, transform
from theory.results import Kind, Value

__all__ = ["distribution"]

_SOURCE = "(1+1)-EA on OneMax: Fourier inversion of the generating function"
_SMALL = 1e-17  # bound on the mass beyond the period, and on the generating function beyond the last point
_WORK = 4e10  # products that the generating function may take (about a minute)
_POINTS = 2e6  # that are kept
_CHUNK = 2048  # points that are handled at a time
_SHARES = (0.5, 0.7, 0.8, 0.88, 0.94, 0.97)  # of the largest exponent with a finite expectation, for the tail


@overload
def distribution(
    n: int, t: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
) -> Value: ...


@overload
def distribution(
    n: int,
    t: Sequence[int] | NDArray[np.int64],
    *,
    strength: float | None = None,
    rate: float | None = None,
    start: ArrayLike | None = None,
) -> list[Value]: ...


def distribution(
    n: int, t: Any, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
) -> Value | list[Value]:
    """The probability that the (1+1)-EA has found the optimum of OneMax after t steps, also where `law` is too slow.

    P(T <= t) = (1/N) sum_{|m| <= M} f(exp(i h_m)) sum_{s <= t} exp(-i h_m s), h_m = 2 pi m / N, where f(z) = E[z^T] is
    the generating function. The period N is so large that P(T >= N) < 1e-17 by a Chernoff bound; this is the error of
    the sum over the whole circle. Points beyond M are left out: there |f| is below 1e-17, by a bound that decreases
    along the half-circle. One more t costs next to nothing, so pass many at once.

    Args:
        n: number of bits, at least 1.
        t: number of steps, at least 0, or several.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value, or a list of them. The interval holds both bounds above, and four roundings in each of the
        recursion's levels (1e-9 at n = 10^6, where the error found in practice is far smaller).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, where (1 - rate)^n < 1e-300 at a rate below 1, or where too many points
            are needed: few zero-bits at the start of a large n; then `law` with a horizon is fast.

    Source: Abate and Whitt (1992) for the inversion; the bounds are elementary.

    Example:
        >>> round(float(distribution(100, 1000, strength=1.0)), 9)
        0.486781557
    """
    n = _check.many_bits(n)
    rate = _check.rate_of(n, strength, rate)
    first, weights = zeros_law(n, start)
    advice = "Pass a number of steps, or a list of them."
    single = np.ndim(t) == 0
    times = [
        _check.integer("t", each, low=0, high=1 << 53, unit="steps", advice=advice) for each in ([t] if single else t)
    ]
    if rate == 1.0:  # complements every string: the optimum is found at once, in the first step, or never
        values = [_complemented(n, first, weights, each) for each in times]
    else:
        circle = _circle(n, rate, first, weights)
        values = [_value(circle, each) for each in times]
    return values[0] if single else values


def _complemented(n: int, first: int, weights: NDArray[np.float64], t: int) -> Value:
    whole = first + weights.size - 1 == n and t > 0
    found = math.fsum([weights[0] if first == 0 else 0.0, weights[-1] if whole else 0.0])
    return Value.exact(min(1.0, found), source=_SOURCE)


class _Circle(NamedTuple):
    """The generating function at the points exp(2 pi i m / period), m = 0, 1, ..., and bounds on what is missing."""

    period: int
    values: NDArray[np.complex128]
    beyond: float  # P(T >= period)
    left_out: float  # by the points that are missing
    rounding: float  # relative, of a value


def _circle(n: int, rate: float, first: int, weights: NDArray[np.float64]) -> _Circle:
    top = first + weights.size - 1
    if top == 0:
        return _Circle(1, np.ones(1, dtype=np.complex128), 0.0, 0.0, 0.0)
    least, bands = leaving(n, rate, top)
    if not least > 0.0:
        raise ValueError(
            f"`rate` must be such that a step flips nothing with probability (1 - rate)^n >= 1e-300; got "
            f"rate={rate!r} with n={n}. Pass a smaller rate."
        )
    shares = np.array(_SHARES)
    growth = 1.0 / (1.0 - shares * least)  # z in E[z^T]; it is finite up to 1 / (1 - s)
    angles = np.minimum(math.pi, least * 1.3 ** np.arange(48.0))
    z = np.concatenate([growth.astype(np.complex128), np.exp(1j * angles)])
    rest = np.concatenate([(-shares * least * growth).astype(np.complex128), _one_minus(angles)])
    bounds = transform(n, rate, first, weights, bands, (z, rest), modulus=True).real
    tails = (np.log(bounds[: shares.size]) - math.log(_SMALL)) / -np.log1p(-shares * least)
    period = int(min(tails[np.isfinite(tails)], default=math.inf) if np.isfinite(tails).any() else 1 << 60) | 1
    small = np.flatnonzero(bounds[shares.size :] <= _SMALL)
    half, bound = (period - 1) // 2, 0.0
    if small.size and angles[small[0]] < math.pi:
        last = math.ceil(float(angles[small[0]]) * period / (2.0 * math.pi))
        if last < half:
            half, bound = last, _SMALL * math.log(period / (2.0 * last))
    most = min(_POINTS, _WORK / (top * bands))
    if half > most:
        raise ValueError(
            f"`n` and `start` must be such that {most:.2g} points suffice; got n={n} at rate={rate!r} "
            f"with {half} of them. Use law(..., horizon=t).cdf(t) for few zero-bits at the start, or a larger rate."
        )
    angles = 2.0 * math.pi / period * np.arange(half + 1, dtype=np.float64)
    values = np.concatenate(
        [
            transform(n, rate, first, weights, bands, (np.exp(1j * part), _one_minus(part)), modulus=False)
            for part in (angles[i : i + _CHUNK] for i in range(0, half + 1, _CHUNK))
        ]
    )
    rounding = abs(complex(values[0]) - 1.0) + 4.0 * np.finfo(np.float64).eps * (top + 10)
    return _Circle(period, values, _SMALL, bound, float(rounding))


def _one_minus(angles: NDArray[np.float64]) -> NDArray[np.complex128]:
    """1 - exp(i h)."""
    return 2.0 * np.sin(0.5 * angles) ** 2 - 1j * np.sin(angles)


def _value(circle: _Circle, t: int) -> Value:
    if t >= circle.period - 1:
        return Value(1.0, Kind.EXACT, 1.0 if circle.beyond == 0.0 else math.nextafter(1.0, 0.0), 1.0, _SOURCE)
    angles = 2.0 * math.pi / circle.period * np.arange(1, circle.values.size)
    sizes = np.sin(0.5 * (t + 1.0) * angles) / np.sin(0.5 * angles)  # of the sum of exp(-i h s) over s <= t
    terms = (circle.values[1:] * np.exp(-0.5j * t * angles)).real * sizes
    found = (t + 1.0 + 2.0 * math.fsum(terms)) / circle.period
    spread = 2.0 * math.fsum(np.abs(circle.values[1:] * sizes)) / circle.period
    error = circle.left_out + circle.rounding * spread + 4e-16
    value = min(1.0, max(0.0, found))
    return Value(
        value,
        Kind.EXACT,
        max(0.0, min(value, found - circle.beyond - error)),
        min(1.0, max(value, found + error)),
        _SOURCE,
    )
