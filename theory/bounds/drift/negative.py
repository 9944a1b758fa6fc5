"""Negative drift: a process that is pushed away from the target across an interval needs exponentially long."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.bounds.drift.process import Moves, Process
from theory.results import Kind, Value

__all__ = ["EscapeBound", "NegativeDrift", "escape_bound", "negative", "negative_scaled"]

_RATES = 150  # exponents that are tried for the explicit bound
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


@final
@dataclass(frozen=True)
class EscapeBound:
    """A lower bound on T = min{t : X_t <= a} from any X_0 >= b, with explicit numbers.

    Args:
        expected: E[T] is at least `.lower`, in steps.
        escape: q, a bound on the probability that a step from X >= b begins an escape to X <= a before the next return
            to X >= b; P(T <= t) <= q t.
        rate: lambda, the exponent in units of 1 / X.

    Example:
        >>> EscapeBound(Value.bound(lower=50.0, source="an example"), 0.01, 1.0).head(10)
        0.1
    """

    expected: Value
    escape: float
    rate: float

    def head(self, t: int) -> float:
        """An upper bound on P(T <= t)."""
        return min(1.0, self.escape * max(0, t))


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
    moves = _moves(process)
    a, b = _interval(a, b)
    epsilon, delta = _positive("epsilon", epsilon), _positive("delta", delta)
    r = _check.real("r", r, "[1, inf)", unit="scale of the steps", advice="Pass 1.0.")
    _demand_drift(process, a, b, epsilon)
    longest = np.abs(moves.decrease[(process.states > a)[:, None] & (moves.chance > 0.0)]).max(initial=0.0)
    for j in range(int(longest) + 1):
        _demand_jumps(process, a, float(j), r / (1.0 + delta) ** j, "r / (1 + delta)^j", j)
    return NegativeDrift((b - a) / r)


def negative_scaled(process: Process, a: float, b: float, *, r: float, epsilon: float | None = None) -> Value:
    """The exponential time of the negative drift theorem with scaling; its constant 132 is recalled.

    With l = b - a: (i) E[X_{t+1} - X_t | X_t = x] >= epsilon for a < x < b, (ii) P(|X_{t+1} - X_t| >= j r | X_t = x) <=
    e^-j for x > a, j = 0, 1, 2, ..., and (iii) 1 <= r^2 <= epsilon l / (132 ln(r / epsilon)). Then the time from X_0 >=
    b to X <= a is at least e^(epsilon l / (132 r^2)), except with probability O(e^(-epsilon l / (132 r^2))).

    Args:
        process: its states and moves.
        a: the end of the interval near the target.
        b: the other end, above a.
        r: scale of the steps, at least 1.
        epsilon: positive, below r, in units of X per step; None for the smallest drift on the interval.

    Returns:
        e^(epsilon l / (132 r^2)) in steps, an asymptotic value: the constant of the O is unknown, and the 132
        [recalled] was not verified. Explicit numbers: `escape_bound`.

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
    _moves(process)
    a, b = _interval(a, b)
    r = _check.real("r", r, "[1, inf)", unit="scale of the steps", advice="Pass 1.0.")
    inside = (process.states > a) & (process.states < b)
    if epsilon is None:
        epsilon = float((-process.high[inside]).min(initial=r))
    epsilon = _check.real(
        "epsilon", epsilon, f"(0, {r!r})", unit="drift away from the target, below r", advice="Pass None."
    )
    _demand_drift(process, a, b, epsilon)
    longest = np.abs(process.moves.decrease).max() if process.moves is not None else 0.0
    for j in range(int(longest / r) + 1):
        _demand_jumps(process, a, j * r, math.exp(-j), "e^-j", j)
    room = epsilon * (b - a) / (132.0 * math.log(r / epsilon))
    if r * r > room:
        raise ValueError(
            f"the condition r^2 <= epsilon l / (132 ln(r / epsilon)) must hold; got r^2 = {r * r:g} > {room:g} with "
            f"epsilon = {epsilon:g}, l = {b - a:g}. Take a longer interval, or use escape_bound."
        )
    exponent = epsilon * (b - a) / (132.0 * r * r)
    source = "Oliveto and Witt (2015): negative drift with scaling, e^(epsilon l / (132 r^2)); 132 [recalled]"
    return Value.asymptotic(math.exp(exponent) if exponent < 709.0 else math.inf, source=source)


def escape_bound(process: Process, a: float, b: float, *, rate: float | None = None) -> EscapeBound:
    """A lower bound with explicit numbers on the time from X_0 >= b to X <= a, from an exponential potential.

    With V(x) = e^(-lambda max(0, x - a)) for x < b and V(x) = 0 for x >= b: if E[V(X_{t+1}) | X_t = x] <= V(x) for all
    a < x < b, then a step from X >= b begins an escape with probability at most q = max_{x >= b} E[V(X_{t+1}) | X_t =
    x]. So P(T <= t) <= q t, and E[T] >= (m + 1) (1 - q m / 2) with m = floor(1 / q).

    Args:
        process: its states and moves.
        a: the end of the interval near the target.
        b: the other end, above a; at least one state has X >= b.
        rate: lambda, positive, in units of 1 / X; None for the best of some hundred.

    Returns:
        The bound. It shows whatever the chain contains: an exponential time where the drift is negative.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if E[V(X_{t+1})] exceeds V at a state, which is named, or the moves are unknown.

    Source: Hajek (1982), in the form of a supermartingale between two visits to X >= b; derived.

    Example:
        >>> from theory import dynamic_bin_val
        >>> chain = dynamic_bin_val.bands(100, strength=2.5)
        >>> bound = escape_bound(Process.from_chain(chain), 0.0, 10.0)
        >>> exact = dynamic_bin_val.expected_steps_from(100, strength=2.5)[10]
        >>> bool(1e3 < bound.expected.lower < exact)
        True
    """
    moves = _moves(process)
    a, b = _interval(a, b)
    if not (process.states >= b).any():
        raise ValueError(f"`b` must not exceed every state; got {b!r}. The largest X is {process.states.max():g}.")
    reach = b - a
    rates = np.geomspace(1e-2 / reach, 700.0 / reach, _RATES) if rate is None else np.array([_positive("rate", rate)])
    best: tuple[float, float] | None = None
    least: tuple[float, int, float] | None = None  # the smallest excess of a condition that fails: state and exponent
    for each in rates:
        potential, after = _potential(process, moves, a, b, float(each))
        inside = np.flatnonzero((process.states > a) & (process.states < b))
        ratio = after[inside] / potential[inside]
        if ratio.size and ratio.max() > 1.0:
            failed = float(ratio.max()), int(inside[ratio.argmax()]), float(each)
            least = failed if least is None else min(least, failed)
            continue
        escape = float(after[process.states >= b].max())
        if best is None or escape < best[0]:
            best = escape, float(each)
    if best is None and least is not None:
        excess, worst, each = least
        raise ValueError(
            "the condition E[V(X_{t+1}) | X_t = x] <= V(x) must hold for all a < x < b; it fails at X = "
            f"{process.states[worst]:g} (state number {worst}) by the factor {excess:g} with lambda = {each:g}. "
            "Pass rate=None, or an interval on which the drift points away from a."
        )
    assert best is not None
    escape, exponent = best
    last = math.floor(1.0 / escape) if escape > 0.0 else math.inf
    mean = (last + 1.0) * (1.0 - 0.5 * escape * last) if escape > 0.0 else math.inf
    source = "Hajek (1982): exponential supermartingale, P(T <= t) <= q t from X_0 >= b"
    return EscapeBound(Value.bound(lower=mean, source=source), escape, exponent)


def _potential(
    process: Process, moves: Moves, a: float, b: float, rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """V at every state, and an upper bound on its expected value one step later."""
    reached = process.states[:, None] - moves.decrease
    after = np.where(reached < b, np.exp(-rate * np.maximum(0.0, reached - a)), 0.0)
    here = np.where(process.states < b, np.exp(-rate * np.maximum(0.0, process.states - a)), 0.0)
    stay = np.maximum(0.0, 1.0 - moves.chance.sum(axis=1))
    return here, ((moves.chance * after).sum(axis=1) + stay * here) * (1.0 + _SLACK)


def _moves(process: Process) -> Moves:
    if process.moves is None:
        raise ValueError(
            "`process` must know its moves, since negative drift asks for the law of a step; got one that is known by "
            "its drift. Build it with Process.from_matrix or Process.from_chain."
        )
    return process.moves


def _interval(a: float, b: float) -> tuple[float, float]:
    a = _check.real("a", a, "[0, inf)", unit="X at the near end", advice="Pass 0.0 for the target itself.")
    return a, _check.real("b", b, f"({a!r}, inf)", unit="X at the far end", advice="Pass a state above a.")


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


def _demand_jumps(process: Process, a: float, length: float, allowed: float, formula: str, j: int) -> None:
    moves = _moves(process)
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
