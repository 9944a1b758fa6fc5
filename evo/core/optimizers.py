"""The optimizer interface: `init` and `step` for everything, `ask` and `tell` for black-box search.

The key that an optimizer gets is the *run key*, the same in every call; the step number is mixed in where numbers are
drawn. So `run`, repeated `step` and ask-evaluate-tell follow one trajectory.
"""

from __future__ import annotations

import copy
import numbers
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.engines import AbstractDriver
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense


class StepInfo(NamedTuple):
    """What happened in one step; for people and recorders, never read back by the optimizer."""

    evaluations: int
    #: value of the current candidate after the step, in the problem's sense
    value: Any
    #: whether the best loss so far became strictly smaller (for elitist search: whether the step was an improvement)
    improved: bool
    #: whether all values of the step were finite
    finite: bool
    #: what the algorithm itself reports
    detail: Any = None


class Optimizer(ABC):
    """Anything that improves a candidate step by step.

    `init(key, problem)` draws nothing but the start; the first `step` values it (evaluation 1, T = 0) and every
    later one is a generation.
    """

    @abstractmethod
    def init(self, key: Key, problem: AbstractProblem, start: Any = None) -> Any:
        """The state before anything was evaluated; `start` replaces the optimizer's or problem's own start."""

    @abstractmethod
    def step(self, key: Key, state: Any, problem: AbstractProblem) -> tuple[Any, StepInfo]:
        """One step: the start when called first, one generation afterwards."""

    @abstractmethod
    def best(self, state: Any) -> tuple[Any, Any]:
        """The best candidate so far and its value; on dynamic problems the current candidate."""

    @abstractmethod
    def current(self, state: Any) -> tuple[Any, Any]:
        """The candidate that the next step starts from, and its value."""

    def cost(self, state: Any) -> int:
        """How many evaluations the next step will request; asked only of optimizers without `ask`."""
        del state
        return 1

    def exported(self, candidate: Any) -> Any:
        """A candidate that the user may keep and change: a copy, unless nothing in it can be changed."""
        return copy.deepcopy(candidate)

    def remedy(self, detail: Any = None) -> str | None:
        """What to do about values that are not finite, for the error message; None for the usual advice.

        Args:
            detail: what the algorithm reported of the step.
        """
        del detail
        return None

    def drivers(self) -> tuple[AbstractDriver, ...]:
        """The family's own engines, preferred first; the Python driver always comes after them."""
        return ()


class Absorbed(NamedTuple):
    """What an ask-tell algorithm makes of the values of one generation."""

    inner: Any
    #: whether the step was a strict improvement; None: whether the best loss so far became smaller
    improved: bool | None = None
    #: what the algorithm reports
    detail: Any = None
    #: whether the generation goes on: the next `ask` belongs to the same step
    again: bool = False
    #: the index of the candidate that may become the best so far; None: any, the first of equally good ones
    champion: int | None = None


class Made(NamedTuple):
    """One whole generation: the state after it, what happened, and all candidates and values in their order."""

    state: AskTellState
    info: StepInfo
    candidates: list[Any]
    values: list[Any]


class AskTellState(NamedTuple):
    """What an ask-tell optimizer carries from step to step."""

    #: the algorithm's own state, of fixed structure
    inner: Any
    sense: Sense
    #: whether parents are evaluated again in every step
    dynamic: bool
    #: -1 until the start was told, then the number of generations
    steps: int
    evaluations: int
    #: the start candidates, or how many candidates wait for their values, or None
    asked: _Start | _Asked | None
    best: Any
    best_value: Any


class AskTell(Optimizer):
    """Black-box search: `ask` returns everything that must be valued, `tell` takes the values.

    An algorithm implements four hooks and sees losses only (smaller is better): `prepare`, `propose`, `absorb` and
    `incumbent`. A generation of several phases says `Absorbed(..., again=True)` and how many evaluations come `later`.
    Counting, the sense, the best so far and misuse are dealt with here, once. All randomness of a step,
    acceptance and ties included, is drawn in `propose` and kept in the inner state.
    """

    @abstractmethod
    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[Any, Any]:
        """The inner state and the start candidates of shape (k, ...); `start` is None or the user's own start."""

    @abstractmethod
    def propose(self, key: Key, inner: Any, step: int) -> tuple[Any, Any]:
        """The candidates of generation `step` = 1, 2, ..., of shape (k, ...), and the inner state."""

    @abstractmethod
    def absorb(self, inner: Any, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """The inner state after the losses of `candidates` are known (step 0: the start), and what to report."""

    def later(self, inner: Any) -> int:
        """How many evaluations the generation will request after those of its first `ask`."""
        del inner
        return 0

    @abstractmethod
    def incumbent(self, inner: Any) -> tuple[Any, Any]:
        """The candidate that the next generation starts from, and its loss (nan if it was not evaluated)."""

    def init(self, key: Key, problem: AbstractProblem, start: Any = None) -> AskTellState:
        """The state before the start was evaluated."""
        checks.instance_of("key", key, Key, "Pass evo.Key(seed).")
        inner, candidates = self.prepare(key, problem, start)
        waiting = _Start(candidates)
        return AskTellState(inner, problem.sense, problem.dynamic, -1, 0, waiting, candidates[0], float("nan"))

    def ask(self, key: Key, state: AskTellState) -> tuple[Any, AskTellState]:
        """The candidates that must be valued in this step (on dynamic problems the parent too), and the state."""
        if isinstance(state.asked, _Start):
            candidates, inner = state.asked.candidates, state.inner
        elif state.asked is not None:
            raise ValueError("`ask` was called twice in a row. Pass the values of the first ask to `tell` before.")
        else:
            candidates, inner = self.propose(key, state.inner, state.steps + 1)
        return candidates, state._replace(inner=inner, asked=_Asked(len(candidates)))

    def tell(self, state: AskTellState, candidates: Any, values: Any) -> tuple[AskTellState, StepInfo]:
        """The state after the values of the asked candidates, in the problem's own sense, are known.

        Raises:
            ValueError: without a preceding `ask`, or when the number of candidates or values differs from it.
        """
        if not isinstance(state.asked, _Asked):
            raise ValueError(
                "`tell` needs a preceding `ask`. Call candidates, state = optimizer.ask(key, state) first."
            )
        count = state.asked.candidates
        values = _one_per_candidate(values, count)
        if len(candidates) != count:
            action = "Pass back the candidates of the last ask, all of them and in their order."
            raise checks.bad_value("candidates", candidates, f"be the {count} candidates that were asked", action)
        losses = state.sense.losses(values)
        finite = _finite(losses)
        absorbed = self.absorb(state.inner, state.steps + 1, candidates, losses)
        best, best_value, better = self._better(state, candidates, values, losses, finite, absorbed.champion)
        improved = state.steps >= 0 and (better if absorbed.improved is None else absorbed.improved)
        state = AskTellState(
            inner=absorbed.inner,
            sense=state.sense,
            dynamic=state.dynamic,
            steps=state.steps if absorbed.again else state.steps + 1,
            evaluations=state.evaluations + count,
            asked=None,
            best=best,
            best_value=best_value,
        )
        return state, StepInfo(count, self.current(state)[1], improved, bool(finite.all()), absorbed.detail)

    def step(self, key: Key, state: AskTellState, problem: AbstractProblem) -> tuple[AskTellState, StepInfo]:
        """Ask, evaluate, tell, until the generation is complete."""
        candidates, asked = self.ask(key, state)
        return self.complete(key, asked, candidates, problem)[:2]

    def complete(self, key: Key, asked: AskTellState, candidates: Any, problem: AbstractProblem) -> Made:
        """The generation whose first candidates were asked: evaluate and tell, and ask for the rest of it."""
        step, all_candidates, all_values = asked.steps + 1, [], []
        improved, finite = False, True
        while True:
            values = problem.evaluate(candidates, step, key)
            state, info = self.tell(asked, candidates, values)
            all_candidates.extend(candidates)
            all_values.extend(values)
            improved, finite = improved or info.improved, finite and info.finite
            if state.steps == step:
                info = info._replace(evaluations=len(all_values), improved=improved, finite=finite)
                return Made(state, info, all_candidates, all_values)
            candidates, asked = self.ask(key, state)

    def best(self, state: AskTellState) -> tuple[Any, Any]:
        """The best candidate so far and its value; on dynamic problems the current candidate."""
        return self.current(state) if state.dynamic and state.steps >= 0 else (state.best, state.best_value)

    def current(self, state: AskTellState) -> tuple[Any, Any]:
        """The candidate that the next step starts from, and its value."""
        candidate, loss = self.incumbent(state.inner)
        return candidate, -loss if state.sense is Sense.MAXIMISE else loss

    @staticmethod
    def _better(
        state: AskTellState,
        candidates: Any,
        values: np.ndarray,
        losses: np.ndarray,
        finite: np.ndarray,
        champion: int | None,
    ) -> tuple[Any, Any, bool]:
        best, best_value, better = state.best, state.best_value, False
        for place, (candidate, value, loss, usable) in enumerate(zip(candidates, values, losses, finite, strict=True)):
            if champion is not None and place != champion:
                continue
            best_loss = -best_value if state.sense is Sense.MAXIMISE else best_value
            unknown = isinstance(best_loss, float) and not np.isfinite(best_loss)
            if usable and (unknown or loss < best_loss):
                best, best_value, better = candidate, value, True
        return best, best_value, better


class _Start(NamedTuple):
    candidates: Any


class _Asked(NamedTuple):
    candidates: int


def _one_per_candidate(values: Any, count: int) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 1 or array.shape[0] != count:
        action = "Return one number per candidate, in the order of the candidates."
        raise checks.bad_value("values", array, f"have shape (candidates,) = ({count},)", action)
    if array.dtype.kind in "bu":
        return array.astype(np.int64)
    exact = array.dtype.kind == "O" and all(isinstance(value, numbers.Real) for value in array)
    if array.dtype.kind not in "if" and not exact:
        raise checks.bad_type("values", values, "be real numbers", "Return integers or floats.")
    return array


def _finite(losses: np.ndarray) -> np.ndarray:
    if losses.dtype.kind == "O":  # exact integers and fractions are finite
        return np.array([not isinstance(loss, float) or np.isfinite(loss) for loss in losses])
    return np.isfinite(losses)
