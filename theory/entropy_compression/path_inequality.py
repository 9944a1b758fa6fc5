"""The path inequality, exact on functions of a few bits: no reverse kernel gains more than the end state costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.entropy_compression.functions import demand_monotone
from theory.entropy_compression.proposal import ReverseProposal
from theory.exact.enumeration import StandardBits
from theory.exact.enumeration._model import ranks_of, start_law
from theory.results import Value

__all__ = ["ExpectedGain", "expected_log_gain", "forward_kernel", "path_inequality", "reverse_kernel"]

_MAX_BITS = 10
_UNIT = 2.0**-52
_STEPS, _WORK = 1e7, 1e11  # one or two minutes
_SOURCE = "Lengler, Martinsson and Steger (2019), reconstructed: path inequality, by powers of the reverse kernel"


class ExpectedGain(NamedTuple):
    """E[sum over t of ln(R / P)], and what it cannot exceed: E[ln(pi(x_0) / nu(x_T))]. In nats."""

    gain: Value
    cost: Value


def forward_kernel(
    values: Sequence[Any], *, strength: float | None = None, rate: float | None = None
) -> NDArray[np.float64]:
    """The transitions of the (1+1)-EA with standard bit mutation: P(S) from x to x xor S if that is no worse.

    Args:
        values: 2^n values, entry x for the string with bit i of x at position i; strictly monotone, n at most 10.
        strength: expected flips per step, in (0, n).
        rate: flip probability per bit, in (0, 1); exactly one of `strength` and `rate`.

    Returns:
        float64[2^n, 2^n], entry [x, y]; rows sum to 1.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: definition.

    Example:
        >>> forward_kernel([0, 1], strength=0.25).tolist()
        [[0.75, 0.25], [0.0, 1.0]]
    """
    n, ranks, p = _checked(values, strength, rate)
    return _forward(n, ranks, p)


def reverse_kernel(
    values: Sequence[Any],
    *,
    strength: float | None = None,
    rate: float | None = None,
    proposal: ReverseProposal | None = None,
) -> NDArray[np.float64]:
    """The kernel R of the code: R(y -> x) = a(y) Q(y -> x) / b(y) for f(x) <= f(y), x != y, and R(y -> y) = 1 - a(y).

    a(y) = P(f(y xor S) >= f(y), S not empty), b(y) = Q(f(x) <= f(y), x != y); at the string of ones a = p, the rate.

    Args:
        values: 2^n values, as for `forward_kernel`.
        strength: expected flips per step, in (0, n).
        rate: flip probability per bit, in (0, 1); exactly one of `strength` and `rate`.
        proposal: the reverse proposal Q.

    Returns:
        float64[2^n, 2^n], entry [y, x]; rows sum to 1, that of the string of zeros, which has no predecessor, to less.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler, Martinsson and Steger (2019), reconstructed.

    Example:
        >>> reverse_kernel([0, 1], strength=0.25).tolist()
        [[0.75, 0.0], [0.25, 0.75]]
    """
    n, ranks, p = _checked(values, strength, rate)
    return _reverse(n, ranks, p, ReverseProposal() if proposal is None else proposal)


def path_inequality(
    values: Sequence[Any],
    *,
    steps: int,
    strength: float | None = None,
    rate: float | None = None,
    proposal: ReverseProposal | None = None,
    terminal: ArrayLike | None = None,
) -> Value:
    """The left side of E[nu(x_T) / pi(x_0) prod over t < T of R(x_{t+1} -> x_t) / P(x_t -> x_{t+1})] <= 1.

    It is the sum of nu(x_T) prod R over all paths that P can take, whatever the start law pi, if it is positive
    everywhere. What is missing to 1 went to the string of zeros, where R has nowhere to go on to.

    Args:
        values: 2^n values, as for `forward_kernel`.
        steps: T, from 0 to 1e11 / 4^n, at most 1e7.
        strength: expected flips per step, in (0, n).
        rate: flip probability per bit, in (0, 1); exactly one of `strength` and `rate`.
        proposal: the reverse proposal Q.
        terminal: nu, 2^n probabilities; None for 1 / ((n + 1) C(n, k)), k the zero-bits, with which `encode` writes the
            last string.

    Returns:
        An exact value, at most 1.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler, Martinsson and Steger (2019), reconstructed.

    Example:
        >>> from theory.entropy_compression import random_monotone
        >>> left = path_inequality(random_monotone(4, seed=1), steps=10, strength=1.0)
        >>> round(left.value, 6), left.upper <= 1.0
        (0.360297, True)
    """
    n, ranks, p = _checked(values, strength, rate)
    steps = _steps(n, steps)
    weight = _terminal(n, terminal)
    reverse = _reverse(n, ranks, p, ReverseProposal() if proposal is None else proposal)
    reverse[_forward(n, ranks, p).T == 0.0] = 0.0
    for _ in range(steps):
        weight = weight @ reverse
    return Value.exact(math.fsum(weight), source=_SOURCE, error=(steps + 1) * (2**n + 50) * _UNIT)


def expected_log_gain(
    values: Sequence[Any],
    *,
    steps: int,
    strength: float | None = None,
    rate: float | None = None,
    proposal: ReverseProposal | None = None,
    terminal: ArrayLike | None = None,
) -> ExpectedGain:
    """What the code gains on average over all runs of `steps` steps from a uniform start, and what it may.

    gain = E[sum over t < T of ln(R(x_{t+1} -> x_t) / P(x_t -> x_{t+1}))] <= cost = E[-ln nu(x_T)] - n ln 2, by Jensen's
    inequality from the path inequality.

    Args:
        values: 2^n values, as for `forward_kernel`.
        steps: T, from 0 to 1e11 / 4^n, at most 1e7.
        strength: expected flips per step, in (0, n).
        rate: flip probability per bit, in (0, 1); exactly one of `strength` and `rate`.
        proposal: the reverse proposal Q.
        terminal: nu, positive, as for `path_inequality`.

    Returns:
        Two exact values in nats.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler, Martinsson and Steger (2019), reconstructed.

    Example:
        >>> from theory.entropy_compression import random_monotone
        >>> found = expected_log_gain(random_monotone(4, seed=1), steps=10, strength=1.0)
        >>> found.gain.upper < found.cost.lower
        True
    """
    n, ranks, p = _checked(values, strength, rate)
    steps = _steps(n, steps)
    nu = _terminal(n, terminal)
    if not nu.min() > 0.0:
        raise ValueError(
            f"`terminal` must be positive at every string, since the cost is -ln of it; got {terminal!r}. Pass None."
        )
    forward = _forward(n, ranks, p)
    reverse = _reverse(n, ranks, p, ReverseProposal() if proposal is None else proposal)
    possible = forward > 0.0
    ratio = np.zeros_like(forward)
    if not reverse.T[possible].min() > 0.0:
        raise ValueError(
            f"`rate` and `proposal` must keep all probabilities within the range of floats; got {p!r} and "
            f"{proposal!r}. Pass larger ones."
        )
    ratio[possible] = np.log(reverse.T[possible]) - np.log(forward[possible])
    each = (forward * ratio).sum(axis=1)
    law, gain = np.full(2**n, 0.5**n), 0.0
    for _ in range(steps):
        gain += float(law @ each)
        law = law @ forward
    cost = float(-law @ np.log(nu)) - n * math.log(2.0)
    slack = (steps + 1) * (2**n + 50) * _UNIT * (steps * float(np.abs(each).max()) + n + 1.0)
    return ExpectedGain(_within(gain, slack), _within(cost, slack))


def _steps(n: int, steps: Any) -> int:
    most, advice = int(min(_STEPS, _WORK / 4**n)), "Pass the length of the paths."
    return _check.integer("steps", steps, low=0, high=most, unit=f"steps, for n={n} bits", advice=advice)


def _checked(values: Any, strength: Any, rate: Any) -> tuple[int, NDArray[np.int64], float]:
    n, ranks, beats = ranks_of(values)
    if beats is not None or n > _MAX_BITS:
        raise ValueError(
            f"`values` must be the 2^n values of one function, n in [1, {_MAX_BITS}]; got shape {np.shape(values)}. "
            "Pass random_monotone(n, seed), say."
        )
    demand_monotone(n, ranks)
    advice = "Pass a strength below n."
    return (
        n,
        ranks,
        _check.real("rate", _check.rate_of(n, strength, rate), "(0, 1)", unit="probability per bit", advice=advice),
    )


def _forward(n: int, ranks: NDArray[np.int64], p: float) -> NDArray[np.float64]:
    strings = np.arange(2**n)
    kept = StandardBits().masks(n, p)[strings[:, None] ^ strings[None, :]] * (ranks[None, :] >= ranks[:, None])
    stays = StandardBits().masks(n, p)[strings[:, None] ^ strings[None, :]] * (ranks[None, :] < ranks[:, None])
    kept[strings, strings] += stays.sum(axis=1)
    return kept


def _reverse(n: int, ranks: NDArray[np.int64], p: float, proposal: ReverseProposal) -> NDArray[np.float64]:
    strings = np.arange(2**n)
    forward = _forward(n, ranks, p)
    stays = forward.diagonal().copy()
    stays[-1] = 1.0 - p
    moves = forward.sum(axis=1) - forward.diagonal()
    moves[-1] = p
    found = proposal.weights(n, p)[strings[:, None], strings[:, None] ^ strings[None, :]]
    found *= ranks[None, :] <= ranks[:, None]
    found[strings, strings] = 0.0
    total = found.sum(axis=1, keepdims=True)
    found *= moves[:, None] / np.where(total > 0.0, total, 1.0)
    found[strings, strings] = stays
    return found


def _terminal(n: int, terminal: ArrayLike | None) -> NDArray[np.float64]:
    if terminal is not None:
        return start_law(2**n, terminal, "terminal")
    ones = np.bitwise_count(np.arange(2**n))
    return np.array([1.0 / ((n + 1) * math.comb(n, int(count))) for count in ones])


def _within(value: float, slack: float) -> Value:
    return Value(value, Value.exact(0.0, source=_SOURCE).kind, value - slack, value + slack, _SOURCE)
