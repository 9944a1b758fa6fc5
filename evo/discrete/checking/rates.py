"""The checks of rate policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.one_lambda import OnePlusLambda
from evo.discrete.algorithms.one_plus_one import OnePlusOne
from evo.discrete.algorithms.search import AbstractSearch
from evo.discrete.checking.base import (
    RATE_BITS,
    AbstractChecker,
    Checks,
)
from evo.discrete.checking.laws import scene_of
from evo.discrete.engines import functions as f
from evo.discrete.engines.generic import has
from evo.discrete.engines.streams import next_word, seed_stream
from evo.discrete.engines.waiting import SEEN, UPDATELESS, Waiting, check_declarations
from evo.discrete.parts import (
    AbstractFunction,
)
from evo.discrete.problems.leading_ones import LeadingOnes
from evo.discrete.problems.one_max import OneMax
from evo.testing import BrokenError, NotCheckedError


class RateChecker(AbstractChecker):
    """Rates and states along sequences of events, and the law of T."""

    needed = ("start", "draw")

    def scheme(self) -> tuple[AbstractSearch, AbstractFunction]:
        several = self.part.least_offspring
        optimizer = OnePlusOne(rate=self.part) if several == 1 else OnePlusLambda(several, rate=self.part)
        return optimizer, self.problem(self.n)

    def problem(self, n: int) -> AbstractFunction:
        """OneMax, or LeadingOnes for a policy that needs levels."""
        refusals = []
        for problem in (OneMax(n), LeadingOnes(n)):
            try:
                self.part.suits(problem, n, self.part.least_offspring)
            except ValueError as error:
                refusals.append(str(error))
            else:
                return problem
        raise NotCheckedError(refusals[-1])

    def plain(self) -> Checks:
        yield "rates lie in [0, 1]", self.rates
        yield "states keep their types", self.types
        yield "same state, same rate", self.repeatable
        yield "declared waits", self.declared

    def declared(self) -> str:
        """What the policy promises of the steps in which nothing improves, and of what it looks at."""
        check_declarations(self.part)
        waiting, sees, lowered = self.part.waiting, self.part.sees, self.part.lower(self.n)
        if waiting in UPDATELESS and has("update", type(lowered)):
            raise BrokenError(f"it declares {waiting!r}, which knows no update, but has one")
        if waiting in (Waiting.FAILURES, Waiting.SIGNS) and f.tosses(lowered):
            raise BrokenError(f"it declares {waiting!r}, but its update tosses a coin")
        if waiting is Waiting.STEPS and sees == SEEN:
            raise NotCheckedError("it declares nothing")
        for told, policy, state, view, stream in self.walks():
            self.same_rate(told, policy, state, view, stream)
            if waiting in (Waiting.FAILURES, Waiting.SIGNS):
                self.same_failures(told, policy, state, view.step)
            if "flips" not in sees:
                for sign in (1, -1, 0):
                    events = [f.Event(view.step, sign, False, flips, 0, 0.5) for flips in {1, 2, self.n}]
                    self.same_state(f"`sees` leaves out 'flips', but {told}", policy, state, events)
        return f"{waiting!r}, sees {', '.join(sorted(sees)) or 'steps and comparisons alone'}"

    def same_rate(self, told: str, policy: Any, state: Any, view: f.PolicyView, stream: np.ndarray) -> None:
        """The rate does not depend on what the declarations leave out."""
        waiting, sees, n = self.part.waiting, self.part.sees, self.n
        other = stream.copy()
        next_word(other)
        drawn = stream.copy()
        rate = f.draw(policy, state, view, n, drawn)
        looks = {"step": waiting in (Waiting.STEPS, Waiting.SCHEDULE)}
        looks |= {name: name in sees and waiting in (Waiting.STEPS, Waiting.CONSTANT) for name in ("zeros", "level")}
        tried = [view._replace(step=step) for step in (1, 2, 10 * view.step, 10**12)]
        tried += [view._replace(zeros=zeros) for zeros in {1, max(1, (n - view.level) // 2), n - view.level} - {0}]
        tried += [view._replace(level=level) for level in {0, (n - view.zeros) // 2, n - view.zeros}]
        for changed in tried:
            (name,) = [name for name in changed._fields if getattr(changed, name) != getattr(view, name)] or [None]
            if name is None or looks[name]:
                continue
            again = f.draw(policy, state, changed, n, stream.copy())
            if again != rate:
                promise = f"`sees` leaves out {name!r}" if name != "step" and name not in sees else f"{waiting!r}"
                raise BrokenError(
                    f"it declares that the rate does not depend on `view.{name}` ({promise}), but {told} the rate is "
                    f"{rate!r} at {name}={getattr(view, name)} and {again!r} at {name}={getattr(changed, name)}"
                )
        chance = waiting not in (Waiting.STEPS, Waiting.STRATA)
        if chance and (drawn.tolist() != stream.tolist() or f.draw(policy, state, view, n, other) != rate):
            raise BrokenError(f"it declares {waiting!r}, but {told} the rate is drawn at random")

    def same_failures(self, told: str, policy: Any, state: Any, step: int) -> None:
        """Failures, or comparisons of one sign, lead to the same state whatever else happened in the step."""
        waiting = self.part.waiting
        for signs in ((-1, 0),) if waiting is Waiting.FAILURES else ((-1,), (0,)):
            events = [
                f.Event(number, sign, idle, flips, place, 0.0)
                for number in ((1, step, 10 * step) if waiting is Waiting.FAILURES else (step,))
                for sign in signs
                for idle, flips, place in ((False, 1, 0), (False, min(3, self.n), 1), (True, 0, 0))
                if sign == 0 or not idle
            ]
            self.same_state(f"it declares {waiting!r}, but {told} failures", policy, state, events)

    def same_state(self, what: str, policy: Any, state: Any, events: list[f.Event]) -> None:
        """The same new state after each of the events."""
        first, *others = [(event, tuple(f.update(policy, state, event, self.n))) for event in events]
        for event, after in others:
            if after != first[1]:
                differ = [name for name in event._fields if getattr(event, name) != getattr(first[0], name)]
                shown = [", ".join(f"{name}={getattr(item, name)}" for name in differ) for item in (first[0], event)]
                raise BrokenError(f"{what} lead to {first[1]} with {shown[0]}, and to {after} with {shown[1]}")

    def calls(self) -> dict[str, tuple[Any, ...]]:
        _, policy, state, view, stream = next(self.walks())
        return {
            "start": (policy, self.n),
            "draw": (policy, state, view, self.n, stream),
            "update": (policy, state, f.Event(1, 1, False, 1, 0, 0.0), self.n),
        }

    def walks(self) -> Iterator[tuple[str, Any, Any, f.PolicyView, np.ndarray]]:
        """(what happened, lowered policy, state, view, stream) along sequences of events."""
        self.part.check(self.n)
        policy, chance = self.part.lower(self.n), self.key.child("events").numpy()
        stream = np.empty(4, dtype=np.uint64)
        for kind in ("better", "worse", "as good", "idle", "random", "random, late"):
            state = f.start(policy, self.n)
            for place in range(1, 301):
                step = int(place**4) if kind == "random, late" else place
                words = self.key.child("draws").words()
                seed_stream(stream, words[0], words[1], step)
                what = f"after {place - 1} steps ({kind})"
                zeros, offspring = int(chance.integers(1, self.n + 1)), place % self.part.least_offspring
                # Levels as LeadingOnes has them: at most the number of one-bits.
                yield what, policy, state, f.PolicyView(step, self.n - zeros, zeros, offspring), stream
                sign = {"better": 1, "worse": -1, "as good": 0, "idle": 0}.get(kind, int(chance.integers(-1, 2)))
                idle = kind == "idle" or (kind.startswith("random") and sign == 0 and chance.random() < 0.5)
                flips = 0 if idle else int(chance.integers(1, self.n + 1))
                u = float(chance.random()) if f.tosses(policy) else 0.0
                best = int(chance.integers(self.part.least_offspring)) if self.part.least_offspring > 1 else 0
                state = f.update(policy, state, f.Event(step, sign, flips == 0, flips, best, u), self.n)

    def rates(self) -> None:
        for what, policy, state, view, stream in self.walks():
            rate = f.draw(policy, state, view, self.n, stream)
            if not 0.0 <= rate <= 1.0:
                raise BrokenError(f"rate {rate!r} {what}, state {tuple(state)}; bound it, for example by min(0.5, ...)")

    def types(self) -> None:
        first = None
        for what, _, state, _, _ in self.walks():
            kinds = [_kind(item) for item in state]
            first = kinds if first is None else first
            if "other" in kinds:
                raise BrokenError(f"the state {state!r} {what} holds more than numbers")
            if kinds != first:
                raise BrokenError(
                    f"the state holds {kinds} {what}, and {first} at the start; write 1.0 where a float is meant"
                )

    def repeatable(self) -> None:
        for what, policy, state, view, stream in self.walks():
            again = stream.copy()
            first, second = (f.draw(policy, state, view, self.n, item) for item in (stream, again))
            if first != second or stream.tolist() != again.tolist():
                raise BrokenError(f"two draws from the same state and stream gave {first} and {second} {what}")

    def law(self) -> str:
        if self.part.least_offspring > 1:
            raise NotCheckedError("the law is enumerated for one offspring per generation")
        problem = self.problem(min(self.n, RATE_BITS))
        scene = scene_of(problem, self.key, Elitist())
        return self.compare_law(scene, self.part.lower(problem.n), OnePlusOne(rate=self.part), problem)


def _kind(item: Any) -> str:
    if isinstance(item, bool | np.bool_):
        return "bool"
    if isinstance(item, int | np.integer):
        return "int"
    return "float" if isinstance(item, float | np.floating) else "other"
