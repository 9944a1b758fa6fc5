"""The checks of functions."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from evo.core.problems import Values
from evo.discrete import enumeration
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.one_plus_one import OnePlusOne
from evo.discrete.checking.base import (
    ALL_LAWS,
    ALL_PAIRS,
    AbstractChecker,
    Checks,
    some,
    text,
)
from evo.discrete.checking.laws import scene_of
from evo.discrete.checking.orders import orders_agree, scores_agree
from evo.discrete.engines import functions as f
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.generic import has
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import (
    AbstractFunction,
)
from evo.discrete.rates.static import Static
from evo.testing import BrokenError, NotCheckedError


class FunctionChecker(AbstractChecker):
    """Values, comparisons, caches, levels, optima, monotonicity, and the law of T."""

    needed = ("value",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=Static(strength=1.0)), self.part

    def plain(self) -> Checks:
        yield "evaluate = value", self.values_agree
        yield "gain and compare", self.gains
        yield "commit keeps the cache", self.commits
        yield "levels", self.levels
        yield "solved means optimal", self.optima
        yield "monotone", self.monotone
        yield "contest and order", functools.partial(self.orders, False)
        yield "scored", lambda: scores_agree(self.part, self.played, self.sample, self.values)

    def compiled(self) -> Checks:
        yield "gain and compare, compiled, all pairs", self.all_gains
        yield "contest and order, compiled", functools.partial(self.orders, True)
        yield from super().compiled()

    def calls(self) -> dict[str, tuple[Any, ...]]:
        x, flips = self.sample[0].copy(), np.zeros(self.n, dtype=np.int64)
        cache, stream = f.prepare(self.played, x), self.stream(0)
        lowered, known = self.part.lower(self.n), {}
        if has("instance", type(lowered)):
            known["instance"] = (lowered, self.key.child("instance").words())
        return known | {
            "redrawn": (self.played,),
            "prepare": (self.played, x),
            "value": (self.played, cache, x),
            "gain": (self.played, cache, x, flips, 1, stream),
            "compare": (self.played, cache, x, flips, 1, stream),
            "contest": (self.played, cache, x, flips, 1, flips.copy(), 0, stream),
            "order": (self.played, x, x.copy(), stream),
            "exact": (self.played,),
            "scored": (self.played,),
            "commit": (self.played, cache, x, flips, 0),
            "solved": (self.played, cache, 0),
            "level": (self.played, cache),
            "level_count": (lowered,),
        }

    def seen(self, lowered: Any) -> Any:
        return f.instance(lowered, self.key.child("instance").words())

    @functools.cached_property
    def played(self) -> Any:
        """The lowered problem, or the instance that belongs to the key, drawn in Python."""
        return self.seen(self.part.lower(self.n))

    @functools.cached_property
    def redrawn(self) -> bool:
        return bool(f.redrawn(self.played))

    @functools.cached_property
    def sample(self) -> np.ndarray:
        """All strings up to 10 bits, and some beyond."""
        if self.n <= ALL_PAIRS:
            return enumeration.strings(self.n)
        chance = self.key.child("strings").numpy()
        rows = chance.integers(0, 2, (300, self.n), dtype=np.uint8)
        rows[:100] = chance.random((100, self.n)) < 1.0 - 2.0 / self.n  # near the optimum, where runs spend their time
        return np.concatenate([rows, np.ones((1, self.n), np.uint8), np.zeros((1, self.n), np.uint8)])

    @functools.cached_property
    def values(self) -> list[Any]:
        """The exact values of the sample, as Python numbers."""
        return [
            item.item() if isinstance(item, np.generic) else item
            for item in self.part.evaluate(self.sample, 0, self.key)
        ]

    def stream(self, index: int) -> np.ndarray:
        stream = np.empty(4, dtype=np.uint64)
        word0, word1 = self.key.child("stream").words()
        seed_stream(stream, word0, word1, index)
        return stream

    @property
    def scope(self) -> str:
        return "all strings" if self.n <= ALL_PAIRS else f"{len(self.sample)} strings of {self.n} bits"

    def values_agree(self) -> str:
        for x, own in zip(self.sample, self.values):
            if not math.isfinite(own):
                raise BrokenError(f"the value of {text(x)} is {own}; values must be finite")
            found = float(f.value(self.played, f.prepare(self.played, x.copy()), x.copy()))
            expected = self.part.reported_in(x, own, self.key)
            if found != expected:
                raise BrokenError(f"x={text(x)}: `value` is {found}, `evaluate` reports {expected}")
        return self.scope

    def near(self, magnitude: float) -> bool:
        """Whether a change of value may be rounding: n additions of numbers as large as the values."""
        if self.part.values is not Values.FLOAT64:
            return False
        largest = max((abs(float(own)) for own in self.values), default=0.0)
        return abs(magnitude) <= 4 * self.n * largest * 2.0**-52

    def judge(self, x: Any, flips: Any, change: Any, sign: Any, magnitude: Any, compared: Any) -> None:
        """One gain against the change of the value."""
        where = f"x={text(x)}, flips={list(map(int, flips))}"
        if sign not in (-1, 0, 1) or compared != sign:
            raise BrokenError(f"{where}: the sign of `gain` is {sign}, `compare` says {compared}")
        if change is None:
            return
        expected = (change > 0) - (change < 0)
        if sign != expected and not self.near(float(change)):
            raise BrokenError(f"{where}: the value changes by {change}, `gain` says {sign}")
        if self.part.values is Values.ORDER:
            return
        if not (self.near(float(magnitude) - float(change)) or float(magnitude) == float(change)):
            raise BrokenError(f"{where}: the value changes by {change}, the magnitude of `gain` is {magnitude}")

    def gains(self) -> str:
        """Random strings and flips, in any order of the flips."""
        chance = self.key.child("pairs").numpy()
        count = 1500 if self.n <= 64 else 300
        places = chance.integers(0, len(self.sample), count)
        flipped = [chance.permutation(self.n)[: some(chance, self.n)] for _ in range(count)]
        children = self.sample[places].copy()
        for child, flips in zip(children, flipped):
            child[flips] ^= 1
        after = None if self.redrawn else self.part.evaluate(children, 0, self.key).tolist()
        for index, (place, flips) in enumerate(zip(places, flipped)):
            x = self.sample[place].copy()
            cache = f.prepare(self.played, x)
            buffer = np.concatenate([flips, np.zeros(self.n - len(flips), np.int64)]).astype(np.int64)
            sign, magnitude = f.gain(self.played, cache, x, buffer, len(flips), self.stream(index))
            compared = f.compare(self.played, cache, x, buffer, len(flips), self.stream(index))
            if x.tolist() != self.sample[place].tolist():
                raise BrokenError(f"x={text(self.sample[place])}: `gain` or `compare` changed the string")
            change = None if after is None else after[index] - self.values[place]
            self.judge(x, flips, change, sign, magnitude, compared)
        return "its sign only: the function is redrawn in every step" if self.redrawn else f"{count} random pairs"

    def all_gains(self) -> str:
        """All pairs, compiled."""
        if self.n > ALL_PAIRS:
            raise NotCheckedError(f"n = {self.n} is too large for all pairs; check the function with n <= {ALL_PAIRS}")
        size = 2**self.n
        signs, compared = np.zeros((size, size), np.int64), np.zeros((size, size), np.int64)
        magnitudes = np.zeros((size, size))
        _all_pairs(self.played, self.n, self.stream(0), signs, magnitudes, compared)
        offspring = np.arange(size)[:, None] ^ np.arange(size)
        ranks = {own: rank for rank, own in enumerate(sorted(set(self.values)))}
        order = np.array([ranks[own] for own in self.values])
        floats = np.array([float(own) for own in self.values])
        expected = np.sign(order[offspring] - order[:, None])
        wrong = signs != compared
        if not self.redrawn:
            wrong |= (signs != expected) | (magnitudes != floats[offspring] - floats[:, None])
        for x, mask in np.argwhere(wrong):
            child = x ^ mask
            change = None if self.redrawn else self.values[child] - self.values[x]
            flips = np.flatnonzero(self.sample[mask])
            self.judge(self.sample[x], flips, change, signs[x, mask], magnitudes[x, mask], compared[x, mask])
        return f"{size**2} pairs"

    def orders(self, compiled: bool) -> str:
        """Comparisons of offspring and of whole strings."""
        return orders_agree(self.part, self.played, self.sample, self.key, self.near, compiled)

    def commits(self) -> str:
        """A walk of accepted flips, then of any flips: the cache answers like a fresh one."""
        chance, steps = self.key.child("walk").numpy(), 120
        x = self.sample[int(chance.integers(len(self.sample)))].copy()
        cache = f.prepare(self.played, x)
        for step in range(steps):
            flips = chance.permutation(self.n)[: max(1, some(chance, self.n) if step % 2 else 1)].astype(np.int64)
            buffer = np.concatenate([flips, np.zeros(self.n - len(flips), np.int64)])
            sign = f.compare(self.played, cache, x, buffer, len(flips), self.stream(step))
            if sign < 0 and step < steps // 2:
                continue
            x[flips] ^= 1
            f.commit(self.played, cache, x, buffer, len(flips))
            fresh, zeros = f.prepare(self.played, x.copy()), int(self.n - x.sum())
            asked = chance.permutation(self.n).astype(np.int64)
            count = some(chance, self.n)
            answers = [
                {
                    "value": f.value(self.played, item, x.copy()),
                    "level": f.level(self.played, item),
                    "solved": f.solved(self.played, item, zeros),
                    "gain": f.gain(self.played, item, x.copy(), asked, count, self.stream(step)),
                    "compare": f.compare(self.played, item, x.copy(), asked, count, self.stream(step)),
                    "contest": f.contest(
                        self.played, item, x.copy(), asked, count, asked[::-1].copy(), count, self.stream(step)
                    ),
                }
                for item in (cache, fresh)
            ]
            for name in answers[0]:
                if answers[0][name] != answers[1][name]:
                    raise BrokenError(
                        f"after {step + 1} steps, at x={text(x)} (last flips {flips.tolist()}): `{name}` is "
                        f"{answers[0][name]} with the committed cache and {answers[1][name]} with a fresh one"
                    )
        return f"{steps} steps"

    def levels(self) -> str:
        count = int(f.level_count(self.part.lower(self.n)))
        for x in self.sample:
            found = f.level(self.played, f.prepare(self.played, x.copy()))
            if int(found) != found or not 0 <= found < count:
                raise BrokenError(f"the level of {text(x)} is {found}; level_count is {count}")
        return f"{count} levels, {self.scope}"

    def optima(self) -> str:
        """`solved` is true exactly for the strings of the largest value."""
        best = max(self.values)
        for x, own in zip(self.sample, self.values):
            solved = bool(f.solved(self.played, f.prepare(self.played, x.copy()), int(self.n - x.sum())))
            told = self.part.solved_in(x, self.key)
            if told is not None and bool(told) != solved:
                raise BrokenError(f"x={text(x)}: the problem's method `solved_in` says {told}, kernels {solved}")
            if solved and own < best:
                raise BrokenError(f"{text(x)} counts as solved with value {own}, but values up to {best} exist")
            if self.n <= ALL_PAIRS and not solved and own == best:
                raise BrokenError(f"{text(x)} has the largest value {best} but does not count as solved")
        optimum = self.part.optimum()
        if self.n <= ALL_PAIRS and optimum is not None and optimum != float(best):
            raise BrokenError(f"optimum() is {optimum}, the largest value {best}")
        return self.scope

    def monotone(self) -> str:
        """All pairs that differ in one bit: any y >= x is reached by such steps, and `<` is transitive."""
        broken = None
        if self.redrawn:
            broken = self._redrawn_descent()
        elif self.n <= ALL_PAIRS:
            order = dict(enumerate(self.values))
            for index, bit in np.ndindex(len(self.values), self.n):
                if not index >> bit & 1 and not order[index] < order[index | 1 << bit]:
                    broken = f"flipping bit {bit} of {text(self.sample[index])} from 0 to 1 does not raise the value"
                    break
        else:
            raise NotCheckedError(
                f"n = {self.n} is too large for all strings; check the function with n <= {ALL_PAIRS}"
            )
        if self.part.monotone and broken:
            raise BrokenError(f"declared monotone, but {broken}")
        if self.part.monotone:
            return "declared, and true"
        return "not declared" + ("" if broken else ", but true here: say monotone = True")

    def _redrawn_descent(self) -> str | None:
        for index, x in enumerate(self.sample[:: max(1, len(self.sample) // 256)]):
            for bit in np.flatnonzero(x == 0):
                flips = np.full(self.n, bit, dtype=np.int64)
                cache = f.prepare(self.played, x.copy())
                if f.compare(self.played, cache, x.copy(), flips, 1, self.stream(index)) != 1:
                    return f"flipping bit {bit} of {text(x)} from 0 to 1 is not better"
        return None

    def law(self) -> str:
        if self.redrawn:
            raise NotCheckedError("the function is redrawn in every step")
        if has("instance", type(self.part.lower(self.n))):
            raise NotCheckedError("every run draws its own instance; check the function with a fixed one")
        if self.n > ALL_LAWS:
            raise NotCheckedError(f"n = {self.n} is too large to enumerate; check the function with n <= {ALL_LAWS}")
        optimizer, problem = self.scheme()
        scene = scene_of(problem, self.key, Elitist())
        return self.compare_law(scene, Static(strength=1.0).lower(self.n), optimizer, problem)


@Kernel
def _all_pairs(problem, n, stream, signs, magnitudes, compared):
    """`gain` and `compare` for all strings and all masks."""
    x, flips = np.empty(n, dtype=np.uint8), np.zeros(n, dtype=np.int64)
    for index in range(2**n):
        for position in range(n):
            x[position] = (index >> position) & 1
        cache = f.prepare(problem, x)
        for mask in range(2**n):
            count = 0
            for position in range(n):
                if (mask >> position) & 1 == 1:
                    flips[count] = position
                    count += 1
            sign, magnitude = f.gain(problem, cache, x, flips, count, stream)
            signs[index, mask], magnitudes[index, mask] = sign, magnitude
            compared[index, mask] = f.compare(problem, cache, x, flips, count, stream)
