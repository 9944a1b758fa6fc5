"""The whole law of any search that is a Markov chain on finitely many states."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import Enum
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact._merged import Merged
from theory.exact.enumeration._once import Once
from theory.results import Kind, Law, Masses, truncated_moments

__all__ = ["SAMPLED", "Step", "process_law"]

_STEPS = 200_000  # that a law without a stated horizon may take
_SKIP = 1e-21  # states with less mass are dropped and counted in the defect
_MOST = 20_000_000  # transitions that fit into memory comfortably


class _Event(Enum):
    SAMPLED = "an optimum was sampled"

    def __repr__(self) -> str:
        return self.name


#: in place of a next state: an optimum was sampled in this step
SAMPLED: Final = _Event.SAMPLED

#: step(state, t) lists (probability, next state or SAMPLED)
Step = Callable[[Any, int], Iterable[tuple[float, Hashable]]]


def process_law(
    start: Mapping[Any, float],
    step: Step,
    *,
    homogeneous: bool = False,
    horizon: int | None = None,
    tail: float = 1e-12,
    source: str = "enumeration of all states of a search",
) -> Law:
    """The law of T = min{t : an optimum is sampled in step t} for any search with finitely many states.

    The law of the state is pushed forward: P(s' in step t) sums P(s in step t - 1) P(s -> s') over the states s.

    Args:
        start: the probability of every state before the first step; the mass of `SAMPLED` has T = 0.
        step: step(state, t), t = 1, 2, ..., gives pairs (probability, next state), of sum 1, with `SAMPLED` in place of
            a state where the step samples an optimum. States are hashable. Those that agree, floats to a relative 1e-9
            and tuples part by part, are one; one next state may be listed more than once.
        homogeneous: whether `step` ignores t; then it is asked once per state.
        horizon: track so many steps at most; None for 200,000.
        tail: stop when less mass than this is under way.
        source: what the process is, for the result.

    Returns:
        An exact law with the defect reported. Mean and variance come from the table: the mean falls short by the defect
        times what was still to come (then `.upper` is inf), and they are refused when the defect exceeds 1e-9.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, for probabilities that are negative or do not sum to 1, or for too many
            states.

    Source: elementary (Chapman-Kolmogorov equations).

    Example:
        >>> walk = process_law({2: 1.0}, lambda k, t: [(0.5, SAMPLED if k == 1 else k - 1), (0.5, k)], homogeneous=True)
        >>> round(walk.mean, 9), walk.pmf([1, 2, 3]).tolist()
        (4.0, [0.0, 0.25, 0.25])
    """
    if not callable(step):
        raise TypeError(f"`step` must be a function of a state and a step number; got {step!r}. Define step(state, t).")
    listed = list(start.items()) if isinstance(start, Mapping) else []
    _demand_law("start", [mass for _, mass in listed], start)
    horizon = _check.horizon_of(horizon)
    tail = _check.real("tail", tail, "(0, 1)", unit="probability", advice="Pass 1e-12, say.")
    masses = Once(partial(_push, listed, step, homogeneous, _STEPS if horizon is None else horizon, tail))
    return Law(kind=Kind.EXACT, source=source, moments=lambda: truncated_moments(masses()), masses=masses)


def _push(start: list[tuple[Hashable, float]], step: Step, homogeneous: bool, steps: int, tail: float) -> Masses:
    rows = _Rows(step, homogeneous)
    numbers = [rows.number(state) for state, _ in start]
    now = _sums(np.array(numbers), np.array([mass for _, mass in start]), 1)
    pmf, lost, t = [float(now[0])], 0.0, 0
    now[0] = 0.0  # state 0 is SAMPLED
    while t < steps and now.sum() > tail:
        t += 1
        small = now < _SKIP
        lost += float(now[small].sum())
        now[small] = 0.0
        now = rows.push(now, t)
        pmf.append(float(now[0]))
        now[0] = 0.0
    under_way = float(now.sum())
    rounding = abs(1.0 - (math.fsum(pmf) + under_way + lost))
    return Masses(np.array(pmf), under_way + lost + rounding)


class _Rows:
    """The transitions of all states met so far, as three lists of arrays: from, to, probability."""

    def __init__(self, step: Step, homogeneous: bool) -> None:
        self._step = step
        self._homogeneous = homogeneous
        self._merged = Merged()
        self._numbers: dict[Hashable, int] = {SAMPLED: 0}
        self._states: list[Hashable] = [SAMPLED]
        self._known: set[int] = set()
        self._table = _NOTHING

    def number(self, state: Hashable) -> int:
        """The number of a state, a new one where it is met for the first time."""
        state = self._merged(state)
        if state not in self._numbers:
            self._numbers[state] = len(self._states)
            self._states.append(state)
        return self._numbers[state]

    def push(self, now: NDArray[np.float64], t: int) -> NDArray[np.float64]:
        """The law of the state one step later."""
        active = np.flatnonzero(now).tolist()
        if not self._homogeneous:
            self._known, self._table = set(), _NOTHING
        fresh = [number for number in active if number not in self._known]
        if fresh:
            parts = [self._table, *(self._row(number, t) for number in fresh)]
            self._table = _Table(
                np.concatenate([part.origin for part in parts]),
                np.concatenate([part.target for part in parts]),
                np.concatenate([part.chance for part in parts]),
            )
            self._known.update(fresh)
        if self._table.chance.size > _MOST:
            raise ValueError(
                f"`step` must make at most {_MOST} transitions; got {self._table.chance.size} from {len(self._states)} "
                "states. Use a smaller problem, or numbers in the state that meet again."
            )
        moves = now[self._table.origin] * self._table.chance
        return _sums(self._table.target, moves, len(self._states))

    def _row(self, number: int, t: int) -> _Table:
        pairs = list(self._step(self._states[number], t))
        chances = [float(chance) for chance, _ in pairs]
        _demand_law("step", chances, f"{pairs!r:.200} in state {self._states[number]!r}, step {t}")
        targets = [self.number(state) for _, state in pairs]
        return _Table(np.full(len(pairs), number), np.array(targets, dtype=np.int64), np.array(chances))


class _Table(NamedTuple):
    """Transitions, one entry each."""

    origin: NDArray[np.int64]
    target: NDArray[np.int64]
    chance: NDArray[np.float64]


_NOTHING = _Table(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _sums(places: NDArray[np.int64], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(places, weights=weights, minlength=size), dtype=np.float64)


def _demand_law(name: str, chances: list[float], came: Any) -> None:
    if not all(chance >= 0.0 for chance in chances) or not abs(math.fsum(chances) - 1.0) <= 1e-9:
        raise ValueError(
            f"`{name}` must give probabilities of sum 1; got {came}, sum {math.fsum(chances):.12g}. "
            "Add what is missing as the probability of staying."
        )
