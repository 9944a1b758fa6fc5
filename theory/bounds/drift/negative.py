"""Negative drift: a process that is pushed away from the target across an interval needs exponentially long."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from theory import _check
from theory.bounds.drift import _conditions
from theory.bounds.drift.process import Moves, Process, demand_process
from theory.results import Kind, Value

__all__ = ["NegativeDrift", "negative", "negative_scaled"]

_SLACK = 1e-12  # rounding of a sum of probabilities


@final
@dataclass(frozen=True)
class NegativeDrift:
    """What the simplified drift theorem says; its constants are unknown, so there is no number of steps.

    Args:
        exponent: l / r with l = b - a: P(T <= 2^(c* l / r)) = 2^-Omega(l / r), for some c* > 0 that depends on eps and
            delta alone, as l grows with r = o(l / log l).
        kind: ASYMPTOTIC.
        source: the theorem.

    Example:
        >>> NegativeDrift(12.0).kind
        Kind.ASYMPTOTIC
    """

    exponent: float
    kind: Kind = Kind.ASYMPTOTIC
    source: str = "Oliveto and Witt (2011, 2012): simplified drift theorem, time 2^Omega(l / r) from X_0 >= b to X <= a"


def negative(process: Process, a: float, b: float, *, epsilon: float, delta: float, r: float = 1.0) -> NegativeDrift:
    """Checks the conditions of the simplified drift theorem, which gives an exponential time without a constant.

    With l = b - a: (i) E[X_{t+1} - X_t | X_t = x] >= epsilon for a < x < b, and (ii) P(|X_{t+1} - X_t| >= j | X_t = x)
    <= r / (1 + delta)^j for x > a, j = 0, 1, 2, ... Then the time from X_0 >= b to X <= a is 2^Omega(l / r), except
    with probability 2^-Omega(l / r), if 1 <= r = o(l / log l).

    Args:
        process: its states and moves.
        a: the end of the interval near the target.
        b: the other end, above a.
        epsilon: positive, in units of X per step.
        delta: positive.
        r: at least 1.

    Returns:
        The asymptotic statement with its exponent l / r. Explicit numbers: `escape_bound`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if a condition fails, with the state and the numbers, or the moves are unknown.

    Source: Oliveto and Witt (2011) with the correction of 2012; recalled.

    Example:
        >>> away = Process.from_matrix([0, 1, 2], [[1, 0, 0], [0.25, 0, 0.75], [0, 0.25, 0.75]])
        >>> negative(away, 0.0, 2.0, epsilon=0.5, delta=0.5, r=1.5).exponent
        1.3333333333333333
    """
    demand_process(process)
    moves = process.known_moves()
    a, b = _conditions.interval(a, b)
    epsilon, delta = _positive("epsilon", epsilon), _positive("delta", delta)
    r = _check.real("r", r, "[1, inf)", unit="scale of the steps", advice="Pass 1.0.")
    _demand_drift(process, a, b, epsilon)
    for j in _lengths(process, moves, a, 1.0):
        _demand_jumps(process, a, float(j), r * math.exp(-j * math.log1p(delta)), "r / (1 + delta)^j", j)
    return NegativeDrift((b - a) / r)


def negative_scaled(process: Process, a: float, b: float, *, r: float, epsilon: float | None = None) -> Value:
    """The exponential time of the negative drift theorem with scaling; its constant 132 is recalled.

    With l = b - a: (i) E[X_{t+1} - X_t | X_t = x] >= epsilon for a < x < b, (ii) P(|X_{t+1} - X_t| >= j r | X_t = x) <=
    e^-j for x > a, j = 0, 1, 2, ..., and (iii) 1 <= r^2 <= epsilon l / (132 log(r / epsilon)). Then the time from X_0
    >= b to X <= a is at least e^(epsilon l / (132 r^2)), except with probability O(e^(-epsilon l / (132 r^2))).

    Args:
        process: its states and moves.
        a: the end of the interval near the target.
        b: the other end, above a.
        r: scale of the steps, at least 1.
        epsilon: positive, below r, in X per step; None for the smallest drift on the interval, up to 0.999 r.

    Returns:
        e^(epsilon l / (132 r^2)) in steps, an asymptotic value: the constant of the O is unknown, and the 132
        [recalled] was not verified. In (iii) the logarithm is binary, the stricter reading. Explicit numbers:
        `escape_bound`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if a condition fails, with the numbers, or the moves are unknown.

    Source: Oliveto and Witt (2015), negative drift with scaling; recalled.

    Example:
        >>> from theory import chain
        >>> walk = chain.Chain(down=np.full((2001, 1), 0.1), up=np.append(np.full(2000, 0.9), 0.0)[:, None])
        >>> round(float(negative_scaled(Process.from_chain(walk), 0.0, 2000.0, r=1.01)))
        144694
    """
    demand_process(process)
    moves = process.known_moves()
    a, b = _conditions.interval(a, b)
    r = _check.real("r", r, "[1, inf)", unit="scale of the steps", advice="Pass 1.0.")
    inside = (process.states > a) & (process.states < b)
    if epsilon is None:
        _demand_drift(process, a, b, np.finfo(float).tiny)
        epsilon = float((-process.high[inside]).min(initial=0.999 * r))
    epsilon = _check.real(
        "epsilon", epsilon, f"(0, {r!r})", unit="drift away from the target, below r", advice="Pass None."
    )
    _demand_drift(process, a, b, epsilon)
    for j in _lengths(process, moves, a, r):
        _demand_jumps(process, a, j * r, math.exp(-j), "e^-j", j)
    room = epsilon * (b - a) / (132.0 * math.log2(r / epsilon))
    if r * r > room:
        raise ValueError(
            f"the condition r^2 <= epsilon l / (132 log2(r / epsilon)) must hold; got r^2 = {r * r:g} > {room:g} with "
            f"epsilon = {epsilon:g}, l = {b - a:g}. Take a longer interval, or use escape_bound."
        )
    exponent = epsilon * (b - a) / (132.0 * r * r)
    source = "Oliveto and Witt (2015): negative drift with scaling, e^(epsilon l / (132 r^2)); 132 [recalled]"
    return Value.asymptotic(math.exp(exponent) if exponent < 709.0 else math.inf, source=source)


def _positive(name: str, value: float) -> float:
    return _check.real(name, value, "(0, inf)", unit="a constant of the theorem", advice="Pass a positive number.")


def _demand_drift(process: Process, a: float, b: float, epsilon: float) -> None:
    inside = np.flatnonzero((process.states > a) & (process.states < b))
    away = -process.low[inside]  # the drift away from the target is at most this
    if inside.size and away.min() < epsilon:
        worst = int(inside[away.argmin()])
        raise ValueError(
            f"the condition E[X_(t+1) - X_t | X_t = x] >= epsilon = {epsilon:g} must hold for all {a:g} < x < {b:g}; "
            f"at X = {process.states[worst]:g} (state number {worst}) it is {away.min():g}. Take a smaller epsilon or "
            "another interval."
        )


def _lengths(process: Process, moves: Moves, a: float, r: float) -> list[int]:
    """The j at which the condition on jumps is tightest: between two lengths of moves its left side is constant."""
    possible = np.abs(moves.decrease[(process.states > a)[:, None] & (moves.chance > 0.0)])
    return [0, *np.unique(np.floor(possible / r * (1.0 + _SLACK))).astype(int).tolist()]


def _demand_jumps(process: Process, a: float, length: float, allowed: float, formula: str, j: int) -> None:
    moves = process.known_moves()
    above = np.flatnonzero(process.states > a)
    chance = (moves.chance * (np.abs(moves.decrease) >= length * (1.0 - _SLACK)))[above].sum(axis=1)
    chance = np.ones(above.size) if length == 0.0 else chance
    if above.size and chance.max() > allowed * (1.0 + _SLACK):
        worst = int(above[chance.argmax()])
        raise ValueError(
            f"the condition P(|X_(t+1) - X_t| >= {length:g} | X_t = x) <= {formula} = {allowed:g} (j = {j}) must hold "
            f"for all x > {a:g}; at X = {process.states[worst]:g} (state number {worst}) it is {chance.max():g}. Take "
            "a larger r."
        )
