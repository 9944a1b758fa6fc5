"""A lower bound with explicit numbers on the time to cross an interval against the drift."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.bounds.drift import _conditions
from theory.bounds.drift.process import Moves, Process, demand_process
from theory.results import Value

__all__ = ["EscapeBound", "escape_bound"]

_RATES = 150  # exponents that are tried
_SLACK = 1e-12  # rounding of a sum of probabilities


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
    demand_process(process)
    moves = process.known_moves()
    a, b = _conditions.interval(a, b)
    if not (process.states >= b).any():
        raise ValueError(f"`b` must not exceed every state; got {b!r}. The largest X is {process.states.max():g}.")
    reach, reached = b - a, _reached(process, moves)
    rates = np.geomspace(1e-2 / reach, 700.0 / reach, _RATES) if rate is None else np.array([_rate(rate)])
    best: tuple[float, float] | None = None
    failures: list[tuple[float, int, float]] = []  # excesses of conditions that fail, state and exponent
    for each in rates:
        potential, after = _potential(process, moves, reached, a, b, float(each))
        inside = np.flatnonzero((process.states > a) & (process.states < b))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(potential[inside] > 0.0, after[inside] / potential[inside], math.inf)
        if ratio.size and not ratio.max() <= 1.0:
            failures.append((float(ratio.max()), int(inside[ratio.argmax()]), float(each)))
            continue
        escape = float(after[process.states >= b].max())
        if best is None or escape < best[0]:
            best = escape, float(each)
    if best is None:
        excess, worst, each = min(failures)
        raise ValueError(
            "the condition E[V(X_{t+1}) | X_t = x] <= V(x) must hold for all a < x < b; it fails at X = "
            f"{process.states[worst]:g} (state number {worst}) by the factor {excess:g} with lambda = {each:g}. "
            "Pass rate=None, or an interval on which the drift points away from a."
        )
    escape, exponent = best
    last = math.floor(1.0 / escape) if escape > 0.0 else math.inf
    mean = (last + 1.0) * (1.0 - 0.5 * escape * last) if escape > 0.0 else math.inf
    source = "Hajek (1982): exponential supermartingale, P(T <= t) <= q t from X_0 >= b"
    return EscapeBound(Value.bound(lower=mean, source=source), escape, exponent)


def _reached(process: Process, moves: Moves) -> NDArray[np.float64]:
    """X after every move: differences round, so it is the smallest state that it may have been."""
    states, here = np.unique(process.states), process.states[:, None]
    least = here - moves.decrease - 1e-15 * (here + np.abs(moves.decrease))
    return states[np.minimum(np.searchsorted(states, least), states.size - 1)]


def _potential(
    process: Process, moves: Moves, reached: NDArray[np.float64], a: float, b: float, rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """V at every state, and an upper bound on its expected value one step later."""
    after = np.where(reached < b, np.exp(-rate * np.maximum(0.0, reached - a)), 0.0)
    here = np.where(process.states < b, np.exp(-rate * np.maximum(0.0, process.states - a)), 0.0)
    stay = np.maximum(0.0, 1.0 - moves.chance.sum(axis=1))
    return here, ((moves.chance * after).sum(axis=1) + stay * here) * (1.0 + _SLACK)


def _rate(rate: float) -> float:
    return _check.real("rate", rate, "(0, inf)", unit="lambda, in units of 1 / X", advice="Pass None for the best.")
