"""What the algorithms on bit strings share: parts, their lowered form, the start, the compiled engine."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.engines import AbstractDriver
from evo.core.keys import Key
from evo.core.optimizers import AskTell, AskTellState
from evo.core.problems import AbstractProblem, Values
from evo.discrete.engines import functions as f
from evo.discrete.engines.errors import checked_memory, invalid_rate
from evo.discrete.engines.events.driver import CHAIN_DRIVER, EVENT_DRIVER
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.kernels import Parts, Work
from evo.discrete.engines.reference import REFERENCE_DRIVER
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import (
    AbstractAcceptance,
    AbstractFunction,
    AbstractMutation,
    AbstractRate,
    AbstractStart,
    length,
)
from evo.discrete.starts.given import as_start


class StepDetail(NamedTuple):
    """What an algorithm reports of a step."""

    #: of the best offspring against its parent
    sign: int
    kept: bool
    flips: int
    rate: float
    offspring: int = 1


class AbstractSearch(AskTell):
    """An algorithm on bit strings that is made of parts and runs on the compiled engine."""

    start: AbstractStart

    @abstractmethod
    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """The rate policy and the mutation, for strings of length n."""

    @abstractmethod
    def rule(self) -> AbstractAcceptance:
        """Whether offspring replace their parent."""

    @abstractmethod
    def lowered_algorithm(self, n: int) -> Any:
        """The named tuple that kernels see of the algorithm itself."""

    @abstractmethod
    def packed(self, work: Work, policy: Any, problem: AbstractProblem, key: Key, steps: int) -> Any:
        """The inner state of a run in the arrays of `work`."""

    @abstractmethod
    def unpack(self, inner: Any, work: Work) -> None:
        """Write an inner state into the arrays of `work`."""

    def least_offspring(self) -> int:
        """The smallest number of offspring of a generation."""
        return 1

    def parents(self) -> int:
        """The number of strings from which offspring are made."""
        return 1

    def loses(self, n: int) -> bool:
        """Whether the current string may become worse, so that the best so far must be kept beside."""
        rule = self.rule().lower(n)
        return any(bool(f.keep(rule, -1, -size, 0.0)) for size in (5e-324, 1.0, 1e300))

    def best(self, state: AskTellState) -> tuple[np.ndarray, Any]:
        """The current string, also after neutral moves; the best so far where a rule or a value not finite lost it."""
        candidate, value = self.current(state)
        kept = state.dynamic or (value == state.best_value and not self.loses(len(candidate)))
        return (candidate, value) if kept else (state.best, state.best_value)

    def drivers(self) -> tuple[AbstractDriver, ...]:
        """The compiled engines, the fastest first."""
        return (CHAIN_DRIVER, EVENT_DRIVER, REFERENCE_DRIVER)

    def lowered(self, problem: Any, start: Any = None) -> Parts:
        """All parts as kernels see them; `start` replaces the start part."""
        n = self._suited(problem)
        rate, mutation = self.scheme(n)
        begin = self.start if start is None else as_start(start)
        return Parts(
            algorithm=self.lowered_algorithm(n),
            problem=problem.lower(n),
            mutation=mutation.lower(n),
            rate=rate.lower(n),
            acceptance=self.rule().lower(n),
            start=begin.lower(n),
            n=n,
            tracked=not problem.dynamic and self.loses(n),
        )

    def _suited(self, problem: Any) -> int:
        """The string length; refuses problems with which the algorithm or its parts cannot work."""
        n = _bits_of(problem)
        rate, _ = self.scheme(n)
        rate.suits(problem, n, self.least_offspring())
        if problem.values is Values.ORDER and f.weighs(self.rule().lower(n)):
            action = "Use a rule that only compares, such as d.Elitist(), or a problem with representable values."
            allowed = f"not weigh differences: the values of {problem!r} are only ordered"
            raise checks.bad_value("acceptance", self.rule(), allowed, action)
        if self.parents() > 1 or self.loses(n):
            _need_order(problem)
        if getattr(problem, "relative", False) and self.parents() > 1:
            allowed = f"be a function that does not depend on the parent: {type(self).__name__} has several"
            raise checks.bad_value("problem", problem, allowed, "Use an algorithm with one parent, or another problem.")
        if getattr(problem, "pairwise", False) and self.several():
            allowed = "compare offspring with each other; it only says how an offspring compares with its parent"
            raise checks.bad_value("problem", problem, allowed, "Use d.OnePlusOne(...), or another problem.")
        return n

    def several(self) -> bool:
        """Whether offspring are compared with each other or with other strings than their parent."""
        return True

    def _opened(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[np.ndarray, tuple[Any, ...]]:
        """The strings `uint8[parents, n]` that a run starts with, and the first state of the rate policy."""
        n = self._suited(problem)
        begin = (self.start if start is None else as_start(start)).lower(n)
        stream = stream_of(key, "start", 0)
        strings = np.empty((self.parents(), n), dtype=np.uint8)
        for x in strings:
            f.place(begin, n, stream, x)
        policy, _ = self.scheme(n)
        return strings, checked_memory(policy, f.start(policy.lower(n), n))

    def _view(self, problem: Any, key: Key, x: np.ndarray, step: int) -> f.PolicyView:
        """What the rate policy sees of a parent."""
        level_of = getattr(problem, "level_of", None)
        level = 0 if level_of is None else level_of(x, key)
        return f.PolicyView(step, level, len(x) - int(np.count_nonzero(x)), 0)

    def _mutated(self, policy: Any, view: f.PolicyView, x: np.ndarray, stream: Any) -> tuple[float, np.ndarray]:
        """A rate for this view, and the positions that flip at it."""
        n = len(x)
        rates, mutation = self.scheme(n)
        rate = float(f.draw(rates.lower(n), policy, view, n, stream))
        if not 0.0 <= rate <= 1.0:
            raise invalid_rate(rates, rate, view.step, n)
        out = np.empty(n, dtype=np.int64)
        count = f.flips(mutation.lower(n), rate, n, stream, out, np.zeros(128))
        return rate, out[:count]


def _need_order(problem: Any) -> None:
    """Refuse static functions of order-only values that do not say how whole strings are ordered."""
    if not isinstance(problem, AbstractFunction) or problem.values is not Values.ORDER or problem.dynamic:
        return
    if f.scored(instance_of(problem.lower(problem.n), Key(0).child("instance"))):
        action = "Register scored(problem), which returns False, and order(problem, first, second, stream)."
        raise checks.bad_value("problem", problem, "say how its strings are ordered, as its values are not", action)


def stream_of(key: Key, label: str, index: int) -> np.ndarray:
    """The random stream of a step or of the start."""
    stream = np.empty(4, dtype=np.uint64)
    word0, word1 = key.child(label).words()
    seed_stream(stream, word0, word1, index)
    return stream


def flipped(x: np.ndarray, flips: np.ndarray) -> np.ndarray:
    """The string with these positions flipped."""
    child = x.copy()
    child[flips] ^= 1
    return child


def lasting(problem: Any, loss: Any) -> Any:
    """The loss of a string after the step in which it was valued: nan where values belong to the parent of a step."""
    return np.nan if getattr(problem, "relative", False) else loss


def _bits_of(problem: Any) -> int:
    n = getattr(problem, "n", None)
    if n is None:
        action = "Use a function of evo.discrete, or wrap a callable as d.Custom(f, n=..., sense=...)."
        raise checks.bad_value("problem", problem, "be a problem on bit strings (with a length n)", action)
    return length(n)
