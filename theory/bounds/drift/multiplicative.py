"""Multiplicative drift: the distance to the target shrinks by a constant factor in expectation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.bounds.drift import _conditions
from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.process import Moves, Process, demand_process
from theory.results import Value

__all__ = ["multiplicative_lower", "multiplicative_upper"]

_SHARES = np.concatenate([np.geomspace(1e-4, 0.05, 40), np.linspace(0.06, 0.98, 47)])  # b, where it is to be found
_SLACK = 1e-12  # rounding of the length and the probability of a jump


def multiplicative_upper(process: Process, start: ArrayLike, *, delta: float | None = None) -> DriftBound:
    """An upper bound on E[T], and on the tail of T, from a drift proportional to the distance.

    With s_1 the smallest positive state, E[X_t - X_{t+1} | X_t = s] >= delta s for all s > 0 implies
    E[T | X_0] <= (1 + ln(X_0 / s_1)) / delta and P(T > t | X_0) <= (X_0 / s_1) (1 - delta)^t. The second is at most
    e^-r for t >= (r + ln(X_0 / s_1)) / delta. For a random start both are averaged.

    Args:
        process: its states and drifts.
        start: X_0, one of the states; or the probability of every state.
        delta: in (0, 1], per step; None for the largest that holds.

    Returns:
        The bound in steps, with its tail.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if the drift from a state s is smaller than delta s, with the state, or not positive.

    Source: Doerr, Johannsen and Winzen (2012) for the mean, Doerr and Goldberg (2013) for the tail.

    Example:
        >>> from theory import onemax
        >>> zeros = Process.from_chain(onemax.bands(100, strength=1.0))
        >>> bound = multiplicative_upper(zeros, 50.0)
        >>> round(bound.expected.upper, 1), round(onemax.law(100, strength=1.0, start=50).mean, 1)
        (1328.5, 1070.6)
        >>> round(bound.tail(3000), 6)
        0.000746
    """
    demand_process(process)
    values, weights = process.start_law(start)
    delta = min(1.0, _conditions.at_least(process, process.states, delta, "E[X_t - X_{t+1} | X_t = s] >= delta s"))
    away = values > 0.0
    ratio, weights = values[away] / process.smallest, weights[away]

    def survival(t: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore"):
            shrunk = np.where(t > 0.0, np.exp(np.maximum(1.0, t) * np.log1p(-delta)), 1.0)
        return np.minimum(1.0, ratio * shrunk[..., None]) @ weights

    mean = math.fsum(weights * (1.0 + np.log(ratio))) / delta
    source = "Doerr, Johannsen and Winzen (2012): multiplicative drift; tail of Doerr and Goldberg (2013)"
    return DriftBound(Value.bound(lower=0.0, upper=mean, source=source), delta, survival)


def multiplicative_lower(
    process: Process,
    start: ArrayLike,
    *,
    delta: float | None = None,
    share: float | None = None,
    target: float | None = None,
) -> DriftBound:
    """A lower bound on E[T] from a drift at most proportional to the distance, without large jumps.

    With s_1 the target: if X_t never increases, and for all s > s_1 both E[X_t - X_{t+1} | X_t = s] <= delta s and
    P(X_t - X_{t+1} >= b s | X_t = s) <= b delta / ln(s / s_1), then
    E[min{t : X_t <= s_1} | X_0] >= ln(X_0 / s_1) (1 - b) / (delta (1 + b)). So much does T = min{t : X_t = 0} take at
    least. The published form asks for s_1 >= 1 and has ln s in the condition on jumps; this one is that form for
    X / s_1.

    Args:
        process: its states and moves; a process known by its drift alone is refused.
        start: X_0, one of the states; or the probability of every state.
        delta: in (0, 1], per step; None for the smallest that holds.
        share: b, in (0, 1); None for the best of some hundred.
        target: s_1, positive; None for the smallest positive state.

    Returns:
        The bound in steps; nothing is said about the tail.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if the moves are unknown, X may increase, the drift exceeds delta s or jumps are too likely at a
            state, which is named.

    Source: Witt (2013), lower bound for multiplicative drift; the constants were recalled. They follow from additive
        drift of ln X: a step of less than b s gains at most delta / (1 - b), a larger one b delta.

    Example:
        >>> from theory import onemax
        >>> zeros = Process.from_chain(onemax.bands(1000, strength=1.0))
        >>> round(multiplicative_lower(zeros, 500.0).expected.lower)
        2087
    """
    demand_process(process)
    values, weights = process.start_law(start)
    bottom = process.smallest if target is None else _real("target", target, "(0, inf)", "units of X")
    moves = process.known_moves()
    if share is not None:
        share = _real("share", share, "(0, 1)", "of X")
    if delta is not None:
        delta = _real("delta", delta, "(0, 1]", "drift parameter")
    far = np.flatnonzero(process.states > bottom)
    _demand_no_increase(process, moves, far)
    shares = _SHARES if share is None else np.array([share])
    needed = [_needed(process, moves, far, b, bottom) for b in shares]
    most = (delta or 1.0) * (1.0 + 4.0 * _SLACK)  # a claim that rounding alone refutes is raised a little
    found = [(b, max(d, delta or 0.0)) for b, (d, _) in zip(shares, needed, strict=True) if d <= most]
    if not found:
        least = int(np.argmin([d for d, _ in needed]))
        worst = needed[least][1]
        raise ValueError(
            "the conditions E[X_t - X_{t+1} | X_t = s] <= delta s and P(X_t - X_{t+1} >= b s | X_t = s) <= "
            f"b delta / ln(s / {bottom:g}) must hold at every s > {bottom:g}; they fail at X = "
            f"{process.states[worst]:g} (state number {worst}) for delta < {needed[least][0]:g} with b = "
            f"{shares[least]:g}. Pass delta=None or a larger target."
        )
    distance = math.fsum(weights * np.log(np.maximum(values, bottom) / bottom))
    mean, delta = max(_times(distance, b, d) for b, d in found)
    source = "Witt (2013): multiplicative drift, lower bound ln(X_0 / s_1) (1 - b) / (delta (1 + b))"
    return DriftBound(Value.bound(lower=mean, source=source), delta, _conditions.nothing)


def _times(distance: float, share: float, delta: float) -> tuple[float, float]:
    if delta <= 0.0:
        return (math.inf if distance > 0.0 else 0.0), delta
    return distance / delta * (1.0 - share) / (1.0 + share), delta


def _needed(process: Process, moves: Moves, far: NDArray[np.int64], share: float, bottom: float) -> tuple[float, int]:
    """The smallest delta for which both conditions hold, and the state that asks for it."""
    if far.size == 0:
        return 0.0, 0
    here = process.states[far]
    jumps = moves.decrease[far] >= (share * here * (1.0 - _SLACK))[:, None]
    chance = (moves.chance[far] * jumps).sum(axis=1) * (1.0 + _SLACK)
    delta = np.maximum(process.high[far] / here, chance * np.log(here / bottom) / share)
    worst = int(delta.argmax())
    return float(delta[worst]), int(far[worst])


def _demand_no_increase(process: Process, moves: Moves, far: NDArray[np.int64]) -> None:
    rises = ((moves.decrease < 0.0) & (moves.chance > 0.0))[far].any(axis=1)
    if rises.any():
        worst = int(far[int(rises.argmax())])
        raise ValueError(
            "X_t must never increase for this lower bound; it may from X = "
            f"{process.states[worst]:g} (state number {worst}). Use additive_lower on a potential such as E[T]."
        )


def _real(name: str, value: float, span: str, unit: str) -> float:
    return _check.real(name, value, span, unit=unit, advice="Pass None for the value that suits this process.")
