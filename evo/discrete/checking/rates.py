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
from evo.discrete.engines.streams import seed_stream
from evo.discrete.engines.waiting import Waiting
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
        """What the policy promises of the steps in which nothing improves."""
        waiting, lowered = self.part.waiting, self.part.lower(self.n)
        if waiting in (Waiting.CONSTANT, Waiting.SCHEDULE, Waiting.STRATA):
            if has("update", type(lowered)):
                raise BrokenError(f"it declares {waiting!r}, which knows no update, but has one")
        elif waiting in (Waiting.FAILURES, Waiting.SIGNS):
            if f.tosses(lowered):
                raise BrokenError(f"it declares {waiting!r}, but its update tosses a coin")
            for told, policy, state, view, _ in self.walks():
                for signs in ((-1, 0),) if waiting is Waiting.FAILURES else ((-1,), (0,)):
                    after = {
                        tuple(f.update(policy, state, f.Event(view.step, sign, idle, flips, place, 0.0), self.n))
                        for sign in signs
                        for idle, flips, place in ((False, 1, 0), (False, min(3, self.n), 1), (True, 0, 0))
                        if sign == 0 or not idle
                    }
                    if len(after) > 1:
                        raise BrokenError(f"it declares {waiting!r}, but after {told} failures lead to {after}")
        return repr(waiting)

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
