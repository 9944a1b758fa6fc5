"""What a drift theorem is applied to: the states of a process, the drift from each, and the moves where known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact.chain import Chain

__all__ = ["Moves", "Process"]

_ROUNDING = 1e-12  # of a drift from transition probabilities, relative to the sum of P(move) |length of move|


class Moves(NamedTuple):
    """One row per state: X_t - X_{t+1} of every move, and its probability; the rest of the mass stays."""

    decrease: NDArray[np.float64]
    chance: NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Process:
    """A process X_t >= 0 on finitely many states, stopped at T = min{t : X_t = 0}.

    Build it with `from_drift`, `from_matrix` or `from_chain`. The states come in any order, and several may have the
    same X; a drift is E[X_t - X_{t+1} | state], positive towards 0, and must hold whatever came before.

    Args:
        states: float64[m], X in every state; at least one zero and one positive entry.
        low: float64[m], the drift is at least this; entries at X = 0 are ignored.
        high: float64[m], the drift is at most this.
        moves: all moves, or None where only the drift is known.

    Raises:
        ValueError: if X is negative or not finite, no state or every state has X = 0, or a drift is not finite or
            exceeds X.

    Example:
        >>> coin = Process.from_drift([0.0, 1.0], [0.0, 0.5])
        >>> coin.low.tolist(), coin.smallest
        ([0.0, 0.5], 1.0)
        >>> coin
        Process(2 states, X from 0 to 1, moves unknown)
    """

    states: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    moves: Moves | None = None

    def __post_init__(self) -> None:
        states = _vector("states", self.states, None)
        if not bool(np.all(states >= 0.0)) or not (states == 0.0).any() or not (states > 0.0).any():
            raise ValueError(
                "`states` must hold numbers >= 0, at least one of them 0 (the target) and one positive; got "
                f"{short(states)}. Subtract the smallest value, or append 0.0."
            )
        low, high = (_vector(name, each, states.size) for name, each in (("low", self.low), ("high", self.high)))
        too_much = np.flatnonzero((states > 0.0) & (low > states * (1.0 + 1e-9)))
        if too_much.size:
            k = int(too_much[0])
            raise ValueError(
                f"the drift from X = {states[k]:g} must be at most {states[k]:g}, since X never falls below 0; got "
                f"{low[k]:g} in state number {k}. Check the sign and the scale of the drift."
            )
        crossed = np.flatnonzero((states > 0.0) & (low > high))
        if crossed.size:
            k = int(crossed[0])
            raise ValueError(
                f"`low` must not exceed `high`; got {low[k]:g} > {high[k]:g} at X = {states[k]:g} (state number {k}). "
                "Swap them, or use Process.from_drift."
            )
        for name, value in (("states", states), ("low", low), ("high", high)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @property
    def smallest(self) -> float:
        """s_min, the smallest positive X."""
        return float(self.states[self.positive].min())

    @property
    def positive(self) -> NDArray[np.bool_]:
        """bool[m], where X > 0."""
        return self.states > 0.0

    def __repr__(self) -> str:
        known = "unknown" if self.moves is None else "known"
        return f"Process({self.states.size} states, X from 0 to {self.states.max():g}, moves {known})"

    def known_moves(self) -> Moves:
        """The moves, or an error where only the drift is known."""
        if self.moves is None:
            raise ValueError(
                "`process` must know its moves, since the theorem asks for the law of a step; got one that is known by "
                "its drift. Build it with Process.from_matrix or Process.from_chain."
            )
        return self.moves

    @classmethod
    def from_drift(cls, states: ArrayLike, drift: ArrayLike | Callable[[float], float]) -> Process:
        """The process with a known drift from every state.

        Args:
            states: float64[m], X in every state, one of them 0.
            drift: float64[m], E[X_t - X_{t+1}] from every state, the entry at 0 is ignored; or a function of X, which
                is asked at positive states only.
        """
        values = _vector("states", states, None)
        if callable(drift):
            known = np.array([float(drift(float(x))) if x > 0.0 else 0.0 for x in values])
        else:
            known = _vector("drift", drift, values.size)
        return cls(values, known, known)

    @classmethod
    def from_matrix(cls, states: ArrayLike, matrix: ArrayLike) -> Process:
        """The Markov chain with P(k -> j) = matrix[k, j].

        Args:
            states: float64[m], X in every state, one of them 0.
            matrix: float64[m, m], row k sums to 1; rows of states with X = 0 are ignored.
        """
        values = _vector("states", states, None)
        square = np.asarray(matrix, dtype=np.float64)
        if square.shape != (values.size, values.size):
            raise ValueError(
                f"`matrix` must have shape {(values.size, values.size)}, as there are {values.size} states; got shape "
                f"{square.shape}. Row k holds the law of the next state from state number k."
            )
        right = np.all(square >= 0.0, axis=1) & (np.abs(square.sum(axis=1) - 1.0) <= 1e-9)
        wrong = np.flatnonzero((values > 0.0) & ~right)
        if wrong.size:
            k = int(wrong[0])
            raise ValueError(
                f"`matrix` must have rows of non-negative probabilities with sum 1 where X > 0; got row {k} with sum "
                f"{square[k].sum():.12g}, smallest entry {square[k].min():g}. Add what is missing to the diagonal."
            )
        return cls._from_moves(values, values[:, None] - values[None, :], square)

    @classmethod
    def from_chain(cls, chain: Chain, states: ArrayLike | None = None) -> Process:
        """A chain of `theory.chain`, seen through a potential.

        Args:
            chain: on {0, ..., m}, state 0 absorbs.
            states: float64[m + 1], X in every state of the chain; None for X = the number of the state.
        """
        if not isinstance(chain, Chain):
            raise TypeError(f"`chain` must be a Chain; got {chain!r}. Pass theory.onemax.bands(n, strength=1.0), say.")
        size = chain.states + 1
        values = np.arange(size, dtype=np.float64) if states is None else _vector("states", states, size)
        here = np.arange(size)[:, None]
        down = np.maximum(0, here - 1 - np.arange(chain.down.shape[1]))
        up = np.minimum(size - 1, here + 1 + np.arange(chain.up.shape[1]))
        decrease = values[:, None] - values[np.hstack([down, up])]
        chance = np.hstack([chain.down, chain.up])
        chance[0] = 0.0  # state 0 absorbs
        return cls._from_moves(values, decrease, chance)

    @classmethod
    def _from_moves(
        cls, values: NDArray[np.float64], decrease: NDArray[np.float64], chance: NDArray[np.float64]
    ) -> Process:
        chance = np.where((values > 0.0)[:, None], chance, 0.0)  # the process is stopped at 0
        drift = (decrease * chance).sum(axis=1)
        return cls.rounded(values, drift, (np.abs(decrease) * chance).sum(axis=1), Moves(decrease, chance))

    @classmethod
    def rounded(
        cls, states: ArrayLike, drift: NDArray[np.float64], size: NDArray[np.float64], moves: Moves | None = None
    ) -> Process:
        """The process whose drift is known up to the rounding of a sum of P(move) times length of move.

        Args:
            states: float64[m], X in every state.
            drift: float64[m], the sums.
            size: float64[m], the sums of absolute values; the drift is taken to be right up to 1e-12 of them.
            moves: all moves, or None.
        """
        slack = _ROUNDING * size
        return cls(np.asarray(states, dtype=np.float64), drift - slack, drift + slack, moves)

    def start_law(self, start: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The values of X at the start and their probabilities.

        Args:
            start: X_0, one of the states up to a relative 1e-12; or float64[m], the probability of every state.

        Raises:
            ValueError: for anything else.
        """
        if np.ndim(start) == 0:
            first = _check.real("start", start, "[0, inf)", unit="X at the start", advice="Pass one of the states.")
            nearest = float(self.states[np.abs(self.states - first).argmin()])
            if abs(nearest - first) > 1e-12 * first:
                raise ValueError(
                    f"`start` must be one of the states of the process, or one probability per state; got {start!r}, "
                    f"the states are {short(np.unique(self.states))}. Pass the X of a state."
                )
            return np.array([nearest]), np.ones(1)
        weights = np.asarray(start, dtype=np.float64)
        if weights.shape != self.states.shape or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
            raise ValueError(
                f"`start` must be one of the states, or {self.states.size} probabilities of sum 1; got shape "
                f"{weights.shape}, sum {weights.sum():.12g}. Pass the X of a state."
            )
        return self.states[weights > 0.0], weights[weights > 0.0]


def demand_process(process: Any) -> None:
    """Refuses anything but a `Process`."""
    if not isinstance(process, Process):
        raise TypeError(
            f"`process` must be a Process; got {type(process).__name__}. Build it with Process.from_chain, from_matrix "
            "or from_drift."
        )


def _vector(name: str, values: Any, size: int | None) -> NDArray[np.float64]:
    vector = np.array(values, dtype=np.float64)
    if vector.ndim != 1 or vector.size != (vector.size if size is None else size) or not np.isfinite(vector).all():
        expected = "a sequence of finite numbers" if size is None else f"{size} finite numbers, one per state"
        raise ValueError(f"`{name}` must be {expected}; got shape {vector.shape} or an entry that is not finite.")
    return vector


def short(values: NDArray[np.float64]) -> str:
    """The first numbers and the last."""
    return np.array2string(values, threshold=8, edgeitems=3, formatter={"float_kind": lambda x: f"{x:g}"})
