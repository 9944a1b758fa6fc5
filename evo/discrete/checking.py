"""`d.check`: contract tests for parts, the library's own and users'."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
from numba.core.errors import NumbaError

from evo.core import checks
from evo.core.api import repeat, run
from evo.core.engines import Engine, Job
from evo.core.keys import Key
from evo.core.problems import Values
from evo.core.records import Every, best_value, value
from evo.core.stops import Steps
from evo.discrete import enumeration
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.one_plus_one import OnePlusOne
from evo.discrete.checking_orders import orders_agree, scores_agree
from evo.discrete.engines import functions as f
from evo.discrete.engines import kernels as k
from evo.discrete.engines.building import Kernel, PartError, first_useful
from evo.discrete.engines.generic import MissingFunctionError, has, implementation
from evo.discrete.engines.reference import _Setup
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import (
    AbstractAcceptance,
    AbstractFunction,
    AbstractMutation,
    AbstractPart,
    AbstractRate,
    AbstractStart,
    flip_sizes,
)
from evo.discrete.problems.leading_ones import LeadingOnes
from evo.discrete.problems.one_max import OneMax
from evo.discrete.rates.static import Static
from evo.statistics import dkw_radius
from evo.testing import BrokenError, Check, NotCheckedError, Report, check_optimizer, conduct

FALSE_ALARM = 1e-9
#: bits up to which all pairs of strings are compared, and up to which laws are enumerated
_ALL_PAIRS, _ALL_LAWS, _RATE_BITS = 10, 8, 6
_RUNS, _HORIZON, _STATES = 100_000, 400, 4_000
_MASKS = 200_000

_Checks = Iterator[tuple[str, Callable[[], str | None]]]
#: one kind of recorder, so that the kernels compile once
_ROWS_OF_ALL, _NO_ROWS = Every(1, value, best_value), Every(10**9, value, best_value)


def check(part: AbstractPart, n: int = 8, *, seed: int | Key = 0) -> Report:
    """Run the contract tests on a part, print what was found, and return it as a report.

    - *Functions*: values are finite and `evaluate` agrees with `value`; `gain` and `compare` are the change of the
      value, for all pairs of strings up to n = 10; `contest` and `order` agree with the values, on dynamic problems
      with those of each step; `commit` keeps the cache; levels, `solved`, `optimum` and a declared
      `monotone` hold for all strings (a function is monotone if every single 0 -> 1 flip is an improvement, because
      any y >= x is reached from x by such flips).
    - *Rate policies*: rates lie in [0, 1] over random and one-sided sequences of events; states keep their types.
    - *Mutations*: flips are distinct positions; the memo does not matter; sets of equal size are equally likely,
      unless the class says `symmetric = False`; every position is flipped; a law that the part knows is its own.
    - *Acceptance rules*: better is kept; monotone in the sign; magnitude and u matter only where declared.
    - *Starts*: every position is written, with 0 or 1.
    - *All*: a whole run with the JIT off equals the one with the JIT on; the law of T agrees with an enumeration of
      all strings and masks (functions up to n = 8, policies on OneMax with 6 bits, acceptance rules on LeadingOnes);
      and a (1+1)-EA made of the part keeps the contract of optimizers (`evo.testing.check_optimizer`).

    Power: the law test makes 100,000 runs and refuses a distribution function that is off by 0.0104 with a false alarm
    of 1e-9; whatever differs by 0.0208 within the steps that the report names (at most 400) is detected with
    probability 1 - 1e-9. The law of flips is tested with 200,000 mutations. What cannot be tested is listed as not
    checked, with the reason.

    Args:
        part: a function, rate policy, mutation, acceptance rule or start.
        n: string length, at most 10, for the parts that do not have their own.
        seed: a non-negative integer, or a key.

    Raises:
        TypeError: if `part` is none of these. Failures of the part never raise; they are in the report.

    Example:
        >>> from evo import discrete as d
        >>> d.check(d.Strict()).passed  # doctest: +SKIP
        True
    """
    if isinstance(part, AbstractFunction):
        n = part.n
    else:
        n = checks.integer("n", n, 2, "Pass a small number of bits, for example n=8.", high=_ALL_PAIRS)
    for kind, checker in _CHECKERS.items():
        if isinstance(part, kind):
            report = checker(part, n, Key(seed)).report()
            print(report)
            return report
    action = (
        "Pass a problem, rate, mutation, acceptance or start; for whole optimizers see evo.testing.check_optimizer."
    )
    raise checks.bad_type("part", part, "be a part of a discrete search", action)


class _Checker:
    """The checks of one part; `plain` ones run in Python, `compiled` ones only if those found nothing wrong.

    A part that writes outside its arrays raises in Python and may end the process when compiled.
    """

    def __init__(self, part: Any, n: int, key: Key) -> None:
        self.part, self.n, self.key = part, n, key

    def report(self) -> Report:
        found: list[Check] = []
        for stage in (self.first(), self.plain(), self.compiling(), self.compiled()):
            sound = all(item.passed is not False for item in found)
            found.extend(conduct(name, check if sound else _not_before, explained) for name, check in stage)
        sound = all(item.passed is not False for item in found)
        try:
            found.extend(self.contract() if sound else [conduct("contract of optimizers", _not_before, explained)])
        except NotCheckedError as reason:
            found.append(Check("contract of optimizers", None, str(reason)))
        return Report(f"{self.part!r}, n={self.n}", tuple(found))

    def first(self) -> _Checks:
        """What all others rest on."""
        yield "definition", self.definition

    def plain(self) -> _Checks:
        """Checks in Python."""
        yield from ()

    def compiling(self) -> _Checks:
        """Whether each function compiles by itself."""
        yield "compiles", self.compiles

    def compiled(self) -> _Checks:
        """Checks of compiled code."""
        yield "JIT off = JIT on", self.jit_off
        yield "law of T", self.law

    #: generic functions without which no kernel can be made
    needed: tuple[str, ...] = ()

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        """The (1+1)-EA in which the part is tried, and its problem; `NotCheckedError` if there is none."""
        raise TypeError(f"{type(self).__name__} must define `scheme`.")

    def law(self) -> str | None:
        """Compare the run times with their exact law."""
        raise NotCheckedError("there is no exact law to compare with")

    def definition(self) -> None:
        """The part is a frozen dataclass that compares by value and can be lowered."""
        part = self.part
        if dataclasses.is_dataclass(part) and not isinstance(part, type):
            if not type(part).__dataclass_params__.frozen:  # type: ignore[attr-defined]
                raise BrokenError("the dataclass is not frozen; decorate it with @dataclass(frozen=True)")
            copy = dataclasses.replace(part)
            if part != copy or hash(part) != hash(copy):
                raise BrokenError("two equal parts differ in == or hash; normalise the fields in __post_init__")
        lowered = self.part.lower(self.n)
        if type(lowered) is not type(self.part.lower(self.n)):
            raise BrokenError("lower(n) returned two different types")
        for name in self.needed:
            implementation(name, type(self.seen(lowered)))

    def seen(self, lowered: Any) -> Any:
        """What kernels see of the part."""
        return lowered

    def calls(self) -> dict[str, tuple[Any, ...]]:
        """Arguments for each function that the part may implement."""
        raise TypeError(f"{type(self).__name__} must define `calls`.")

    def compiles(self) -> str | None:
        """The kernels compile; if they do not, each of the part's own functions alone, so that the error names one."""
        _need_jit()
        try:
            optimizer, problem = self.scheme()
            run(optimizer, problem, seed=self.key, stop=Steps(0), record=_ROWS_OF_ALL, engine=Engine.REFERENCE)
        except Exception as error:
            for name, arguments in self.calls().items():
                if has(name, type(arguments[0])):
                    self.compiles_alone(name, arguments)
            if isinstance(error, NotCheckedError):
                return "each function alone"
            raise

    def compiles_alone(self, name: str, arguments: tuple[Any, ...]) -> None:
        """One of the part's functions."""
        try:
            numba.njit(implementation(name, type(arguments[0])))(*arguments)
        except Exception as error:  # not only NumbaError: bytecode that numba does not know has its own
            raise BrokenError(f"`{name}` does not compile: {first_useful(str(error))}") from error

    def jit_off(self) -> str:
        """Whole runs with both, compared in every step."""
        _need_jit()
        return f"{sum(self.one_run_off(self.key.child('run', index)) for index in range(5))} steps in 5 runs"

    def one_run_off(self, key: Key) -> int:
        """The number of steps of the run with this key, the same with the JIT on and off."""
        optimizer, problem = self.scheme()
        stop = Steps(60)
        fast = run(optimizer, problem, seed=key, stop=stop, record=_ROWS_OF_ALL, engine=Engine.REFERENCE)
        setup = _Setup(Job(optimizer, problem, key, stop, _ROWS_OF_ALL, None, True))
        work, none = setup.work(), np.zeros(1, dtype=np.int64)
        work.keys[0] = key.words()
        out = k.Out(none.copy(), none.copy(), none.copy(), none.copy(), np.zeros(1))
        carry = k.open_kernel.python(setup.parts, setup.recording, work)
        words = np.zeros(2, dtype=np.uint64)
        carry = k.advance_kernel.python(
            setup.parts, setup.recording, setup.limits, work, out, words, 0, 1, carry, 2**40
        )
        setup.check_rate(work, int(out.reason[0]))
        slow_rows = work.rows[: work.counters[k.ROWS]]
        fast_rows = np.column_stack(list(fast.trace.columns.values()))
        for slow, quick in zip(slow_rows, fast_rows):
            if slow.tobytes() != quick.tobytes():
                raise BrokenError(f"step {int(slow[0])}: (step, evaluations, values) are {slow} off and {quick} on")
        policy = tuple(fast.state.state.inner.policy)
        for name, slow, quick in (
            ("the number of steps", int(out.spent[0]), fast.steps),
            ("the string", work.x.tolist(), fast.candidate.tolist()),
            ("the policy's state", [float(item) for item in carry.policy], [float(item) for item in policy]),
        ):
            if slow != quick:
                raise BrokenError(f"{name} after the run: {slow} off and {quick} on")
        return fast.steps

    def contract(self) -> list[Check]:
        """The public checks of the optimizer that the part makes."""
        optimizer, problem = self.scheme()
        report = check_optimizer(
            optimizer, problem, seed=self.key.child("contract"), steps=16, recorders=(Every(3, value, best_value),)
        )
        if report.passed:
            return [Check("contract of optimizers", True, f"{len(report.checks)} properties")]
        return [dataclasses.replace(item, name=f"contract: {item.name}") for item in report.failed]

    def compare_law(self, scene: enumeration.Landscape, policy: Any, optimizer: Any, problem: Any) -> str:
        """Run times against the enumerated law, on every compiled engine that is exact."""
        _need_jit()
        try:
            exact = enumeration.law(scene, policy, _HORIZON, _STATES)
        except enumeration.RandomRateError as error:
            raise NotCheckedError(str(error)) from error
        horizon = len(exact.cdf) - 1
        if horizon < 3:
            raise NotCheckedError("the policy has too many states to enumerate")
        radius = dkw_radius(_RUNS, alpha=FALSE_ALARM) + exact.lost + 1e-9
        engines = [
            driver.engine
            for driver in optimizer.drivers()
            if driver.refusal(optimizer, problem, _NO_ROWS) is None and driver.engine is not Engine.PYTHON
        ]
        for engine in engines:
            runs = repeat(
                optimizer,
                problem,
                runs=_RUNS,
                seed=self.key.child("law"),
                stop=Steps(horizon),
                record=_NO_ROWS,
                engine=engine,
            )
            counts = np.bincount(runs.spent[runs.reached], minlength=horizon + 1)
            sampled = np.cumsum(counts)[: horizon + 1] / _RUNS
            distances = np.abs(sampled - exact.cdf)
            at = int(distances.argmax())
            if distances[at] > radius:
                raise BrokenError(
                    f"{engine}: P(T <= {at}) is {exact.cdf[at]:.4f} by enumeration and {sampled[at]:.4f} in {_RUNS} "
                    f"runs, a distance of {distances[at]:.4f} where {radius:.4f} is allowed"
                )
        return f"up to t = {horizon}, {exact.cdf[-1]:.3g} of the probability"


def _need_jit() -> None:
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        raise NotCheckedError("the JIT is off")


def _not_before() -> str | None:
    raise NotCheckedError("first mend what failed above")


# --- functions --------------------------------------------------------------------------------------------------------


class _FunctionChecker(_Checker):
    needed = ("value",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=Static(strength=1.0)), self.part

    def plain(self) -> _Checks:
        yield "evaluate = value", self.values_agree
        yield "gain and compare", self.gains
        yield "commit keeps the cache", self.commits
        yield "levels", self.levels
        yield "solved means optimal", self.optima
        yield "monotone", self.monotone
        yield "contest and order", functools.partial(self.orders, False)
        yield "scored", lambda: scores_agree(self.part, self.played, self.sample, self.values)

    def compiled(self) -> _Checks:
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
        if self.n <= _ALL_PAIRS:
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
        return "all strings" if self.n <= _ALL_PAIRS else f"{len(self.sample)} strings of {self.n} bits"

    def values_agree(self) -> str:
        for x, own in zip(self.sample, self.values):
            if not math.isfinite(own):
                raise BrokenError(f"the value of {_text(x)} is {own}; values must be finite")
            found = float(f.value(self.played, f.prepare(self.played, x.copy()), x.copy()))
            expected = self.part.reported_in(x, own, self.key)
            if found != expected:
                raise BrokenError(f"x={_text(x)}: `value` is {found}, `evaluate` reports {expected}")
        return self.scope

    def near(self, magnitude: float) -> bool:
        """Whether a change of value may be rounding: n additions of numbers as large as the values."""
        if self.part.values is not Values.FLOAT64:
            return False
        largest = max((abs(float(own)) for own in self.values), default=0.0)
        return abs(magnitude) <= 4 * self.n * largest * 2.0**-52

    def judge(self, x: Any, flips: Any, change: Any, sign: Any, magnitude: Any, compared: Any) -> None:
        """One gain against the change of the value."""
        where = f"x={_text(x)}, flips={list(map(int, flips))}"
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
        flipped = [chance.permutation(self.n)[: _some(chance, self.n)] for _ in range(count)]
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
                raise BrokenError(f"x={_text(self.sample[place])}: `gain` or `compare` changed the string")
            change = None if after is None else after[index] - self.values[place]
            self.judge(x, flips, change, sign, magnitude, compared)
        return "its sign only: the function is redrawn in every step" if self.redrawn else f"{count} random pairs"

    def all_gains(self) -> str:
        """All pairs, compiled."""
        if self.n > _ALL_PAIRS:
            raise NotCheckedError(f"n = {self.n} is too large for all pairs; check the function with n <= {_ALL_PAIRS}")
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
            flips = chance.permutation(self.n)[: max(1, _some(chance, self.n) if step % 2 else 1)].astype(np.int64)
            buffer = np.concatenate([flips, np.zeros(self.n - len(flips), np.int64)])
            sign = f.compare(self.played, cache, x, buffer, len(flips), self.stream(step))
            if sign < 0 and step < steps // 2:
                continue
            x[flips] ^= 1
            f.commit(self.played, cache, x, buffer, len(flips))
            fresh, zeros = f.prepare(self.played, x.copy()), int(self.n - x.sum())
            asked = chance.permutation(self.n).astype(np.int64)
            count = _some(chance, self.n)
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
                        f"after {step + 1} steps, at x={_text(x)} (last flips {flips.tolist()}): `{name}` is "
                        f"{answers[0][name]} with the committed cache and {answers[1][name]} with a fresh one"
                    )
        return f"{steps} steps"

    def levels(self) -> str:
        count = int(f.level_count(self.part.lower(self.n)))
        for x in self.sample:
            found = f.level(self.played, f.prepare(self.played, x.copy()))
            if int(found) != found or not 0 <= found < count:
                raise BrokenError(f"the level of {_text(x)} is {found}; level_count is {count}")
        return f"{count} levels, {self.scope}"

    def optima(self) -> str:
        """`solved` is true exactly for the strings of the largest value."""
        best = max(self.values)
        for x, own in zip(self.sample, self.values):
            solved = bool(f.solved(self.played, f.prepare(self.played, x.copy()), int(self.n - x.sum())))
            told = self.part.solved_in(x, self.key)
            if told is not None and bool(told) != solved:
                raise BrokenError(f"x={_text(x)}: the problem's method `solved_in` says {told}, kernels {solved}")
            if solved and own < best:
                raise BrokenError(f"{_text(x)} counts as solved with value {own}, but values up to {best} exist")
            if self.n <= _ALL_PAIRS and not solved and own == best:
                raise BrokenError(f"{_text(x)} has the largest value {best} but does not count as solved")
        optimum = self.part.optimum()
        if self.n <= _ALL_PAIRS and optimum is not None and optimum != float(best):
            raise BrokenError(f"optimum() is {optimum}, the largest value {best}")
        return self.scope

    def monotone(self) -> str:
        """All pairs that differ in one bit: any y >= x is reached by such steps, and `<` is transitive."""
        broken = None
        if self.redrawn:
            broken = self._redrawn_descent()
        elif self.n <= _ALL_PAIRS:
            order = dict(enumerate(self.values))
            for index, bit in np.ndindex(len(self.values), self.n):
                if not index >> bit & 1 and not order[index] < order[index | 1 << bit]:
                    broken = f"flipping bit {bit} of {_text(self.sample[index])} from 0 to 1 does not raise the value"
                    break
        else:
            raise NotCheckedError(
                f"n = {self.n} is too large for all strings; check the function with n <= {_ALL_PAIRS}"
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
                    return f"flipping bit {bit} of {_text(x)} from 0 to 1 is not better"
        return None

    def law(self) -> str:
        if self.redrawn:
            raise NotCheckedError("the function is redrawn in every step")
        if has("instance", type(self.part.lower(self.n))):
            raise NotCheckedError("every run draws its own instance; check the function with a fixed one")
        if self.n > _ALL_LAWS:
            raise NotCheckedError(f"n = {self.n} is too large to enumerate; check the function with n <= {_ALL_LAWS}")
        optimizer, problem = self.scheme()
        scene = _scene(problem, self.key, Elitist())
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


def _scene(problem: AbstractFunction, key: Key, acceptance: AbstractAcceptance) -> enumeration.Landscape:
    """The landscape of a function under an acceptance rule."""
    rows = enumeration.strings(problem.n)
    played = f.instance(problem.lower(problem.n), key.child("instance").words())
    caches = [f.prepare(played, x.copy()) for x in rows]
    solved = [bool(f.solved(played, cache, int(problem.n - x.sum()))) for cache, x in zip(caches, rows)]
    levels = [int(f.level(played, cache)) for cache in caches]
    rule = acceptance.lower(problem.n)
    return enumeration.landscape(
        problem.evaluate(rows, 0, key).tolist(), solved, levels, functools.partial(_chance_kept, rule)
    )


def _chance_kept(rule: Any, sign: int, magnitude: float) -> float:
    """The probability over u with which a rule keeps an offspring, for rules that keep it for small u."""
    if not f.draws(rule):
        return float(f.keep(rule, sign, magnitude, 0.0))
    grid = [bool(f.keep(rule, sign, magnitude, u)) for u in np.linspace(0.0, 1.0, 65)[:-1]]
    if any(later and not earlier for earlier, later in itertools.pairwise(grid)):
        raise NotCheckedError("the rule does not keep offspring for all u below a bound")
    low, high = (0.0, 1.0) if grid[0] else (0.0, 0.0)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if f.keep(rule, sign, magnitude, middle) else (low, middle)
    return low if low < 1.0 - 1e-12 else 1.0


def _some(chance: np.random.Generator, n: int) -> int:
    """A number of flips: mostly few, sometimes any."""
    return int(min(n, chance.poisson(1.5)) if chance.random() < 0.8 else chance.integers(0, n + 1))


def _text(x: Any) -> str:
    text = "".join(str(int(bit)) for bit in x)
    return text if len(text) <= 40 else f"{text[:37]}..."


# --- rate policies ----------------------------------------------------------------------------------------------------


class _RateChecker(_Checker):
    needed = ("start", "draw")

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=self.part), self.problem(self.n)

    def problem(self, n: int) -> AbstractFunction:
        """OneMax, or LeadingOnes for a policy that needs levels."""
        if self.part.least_offspring > 1:
            reason = f"it needs {self.part.least_offspring} offspring per generation, and whole runs here have one"
            raise NotCheckedError(reason)
        refusals = []
        for problem in (OneMax(n), LeadingOnes(n)):
            try:
                self.part.suits(problem, n, 1)
            except ValueError as error:
                refusals.append(str(error))
            else:
                return problem
        raise NotCheckedError(refusals[-1])

    def plain(self) -> _Checks:
        yield "rates lie in [0, 1]", self.rates
        yield "states keep their types", self.types
        yield "same state, same rate", self.repeatable

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
        problem = self.problem(min(self.n, _RATE_BITS))
        scene = _scene(problem, self.key, Elitist())
        return self.compare_law(scene, self.part.lower(problem.n), OnePlusOne(rate=self.part), problem)


def _kind(item: Any) -> str:
    if isinstance(item, bool | np.bool_):
        return "bool"
    if isinstance(item, int | np.integer):
        return "int"
    return "float" if isinstance(item, float | np.floating) else "other"


# --- mutations --------------------------------------------------------------------------------------------------------


class _MutationChecker(_Checker):
    needed = ("flips",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        rate = Static(strength=1.0) if self.part.rated else None
        return OnePlusOne(rate=rate, mutation=self.part), OneMax(self.n)

    def rates(self, n: int, *rates: float) -> tuple[float, ...]:
        """These rates, or the mutation's own."""
        return rates if self.part.rated else (self.part.own_rate(n),)

    def lengths(self, *lengths: int) -> list[int]:
        """Those of these string lengths that the mutation takes, and the one that it is checked at."""
        taken = []
        for n in sorted({*lengths, self.n}):
            try:
                self.part.lower(n)
            except ValueError:  # as many rates as positions, or more flips than bits
                if n == self.n:
                    raise
            else:
                taken.append(n)
        return taken

    def plain(self) -> _Checks:
        yield "flips are distinct positions", self.positions
        yield "the memo does not matter", self.memo

    def compiled(self) -> _Checks:
        yield "law of flips", self.masks
        yield from super().compiled()

    def calls(self) -> dict[str, tuple[Any, ...]]:
        stream, out = np.arange(1, 5, dtype=np.uint64), np.zeros(self.n, dtype=np.int64)
        rate = self.rates(self.n, 1.0 / self.n)[0]
        return {"flips": (self.part.lower(self.n), rate, self.n, stream, out, np.zeros(128))}

    def draws(self, rates: Any, n: int, count: int, memo: np.ndarray | None) -> Iterator[tuple[float, list[int]]]:
        """Flips in Python: with a common memo, or each with a fresh one."""
        lowered, stream = self.part.lower(n), np.empty(4, dtype=np.uint64)
        words = self.key.child("flips").words()
        for index in range(count):
            rate = rates[index % len(rates)]
            seed_stream(stream, words[0], words[1], index)
            out = np.full(n, -1, dtype=np.int64)
            found = f.flips(lowered, rate, n, stream, out, np.zeros(128) if memo is None else memo)
            if int(found) != found or not 0 <= found <= n:
                raise BrokenError(f"n={n}, rate={rate:g}: the number of flips is {found}")
            yield rate, out[: int(found)].tolist()

    def positions(self) -> None:
        for n in self.lengths(40):
            for rate, flips in self.draws(self.rates(n, 0.0, 1.0 / n, 0.5, 0.9, 1.0), n, 1000, None):
                if len(set(flips)) < len(flips) or not all(0 <= item < n for item in flips):
                    raise BrokenError(f"n={n}, rate={rate:g}: the flips {flips} are not distinct positions in [0, {n})")

    def memo(self) -> None:
        rates = self.rates(self.n, 1.0 / self.n, 0.5, 0.5, 0.3, 1.0 / self.n)
        pairs = zip(self.draws(rates, self.n, 500, None), self.draws(rates, self.n, 500, np.zeros(128)))
        for (rate, fresh), (_, kept) in pairs:
            if fresh != kept:
                raise BrokenError(f"rate={rate:g}: flips are {fresh} with a fresh memo and {kept} with a used one")

    def masks(self) -> str:
        """The law, where it is known; else sets of equal size are equally likely."""
        _need_jit()
        n, out = self.lengths(min(self.n, 5))[0], np.zeros(_MASKS, dtype=np.int64)
        symmetric = self.part.symmetric
        sizes = flip_sizes(n)
        rates = self.rates(n, 1.5 / n, 0.7)
        known = False
        for rate in rates:
            law = self.part.law_of_flips(n, rate)
            known = law is not None
            words = self.key.child("masks").words()
            _sample_masks(self.part.lower(n), rate, n, words, out)
            counts = np.bincount(out, minlength=2**n)
            for mask in np.flatnonzero(out[:300] != self._python_masks(n, rate, 300)):
                raise BrokenError(f"rate={rate:g}: mutation {mask} is {out[mask]:b} compiled, and another in Python")
            often = [int(counts[[mask for mask in range(2**n) if mask >> bit & 1]].sum()) for bit in range(n)]
            if law is None and counts[0] < _MASKS and min(often) == 0:
                raise BrokenError(
                    f"n={n}, rate={rate:g}: position {often.index(0)} was never flipped in {_MASKS} mutations"
                )
            if law is not None:
                _multinomial(counts, law, f"n={n}, rate={rate:g}: the set with mask")
            elif symmetric:
                for size in range(1, n):
                    chosen = np.flatnonzero(sizes == size)
                    uniform = np.full(len(chosen), 1.0 / len(chosen))
                    _multinomial(counts[chosen], uniform, f"n={n}, rate={rate:g}: among sets of {size} flips, number")
        remark = ", all sets" if known else "" if symmetric else ", positions are declared different"
        return f"{len(rates) * _MASKS} mutations{remark}"

    def _python_masks(self, n: int, rate: float, count: int) -> np.ndarray:
        words, stream, out = self.key.child("masks").words(), np.empty(4, dtype=np.uint64), np.zeros(n, dtype=np.int64)
        lowered, masks = self.part.lower(n), []
        for index in range(count):
            seed_stream(stream, words[0], words[1], index)
            found = f.flips(lowered, rate, n, stream, out, np.zeros(128))
            masks.append(sum(1 << int(item) for item in out[:found]))
        return np.array(masks)


@Kernel
def _sample_masks(mutation, rate, n, words, masks):
    """Independent mutations as bit masks."""
    stream, out, memo = np.empty(4, dtype=np.uint64), np.zeros(n, dtype=np.int64), np.zeros(128)
    for index in range(masks.shape[0]):
        seed_stream(stream, words[0], words[1], index)
        count = f.flips(mutation, rate, n, stream, out, memo)
        mask = 0
        for place in range(count):
            mask |= 1 << out[place]
        masks[index] = mask


def _multinomial(counts: np.ndarray, law: np.ndarray, what: str) -> None:
    """Every count is plausible: Chernoff's bound exp(-N KL(count / N, p)) per cell and side, over all cells."""
    total = int(counts.sum())
    if total == 0:
        return
    bound = math.log(2 * len(counts) / FALSE_ALARM)
    for cell, (count, p) in enumerate(zip(counts.tolist(), law.tolist())):
        share = count / total
        divergence = sum(
            math.inf if b <= 0.0 else a * math.log(a / b) for a, b in ((share, p), (1.0 - share, 1.0 - p)) if a > 0.0
        )
        if total * divergence > bound:
            raise BrokenError(f"{what} {cell} has frequency {share:.4f} where {p:.4f} is due, in {total} mutations")


# --- acceptance rules and starts --------------------------------------------------------------------------------------


class _AcceptanceChecker(_Checker):
    needed = ("keep",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=Static(strength=1.0), acceptance=self.part), LeadingOnes(self.n)

    def plain(self) -> _Checks:
        yield "better is kept, monotone in the sign", self.signs
        yield "magnitude and u matter only where declared", self.declared

    def calls(self) -> dict[str, tuple[Any, ...]]:
        rule = self.part.lower(self.n)
        return {"keep": (rule, 1, 1.0, 0.5), "weighs": (rule,), "draws": (rule,)}

    def signs(self) -> str:
        rule, never_worse = self.part.lower(self.n), True
        for size in (1e-9, 0.5, 1.0, 3.0, 1e9):
            for u in (0.0, 0.25, 0.5, 0.999999):
                worse, equal, better = (bool(f.keep(rule, sign, sign * size, u)) for sign in (-1, 0, 1))
                if not better:
                    raise BrokenError(f"an offspring that is better by {size:g} is refused (u={u:g})")
                if worse and not equal:
                    raise BrokenError(
                        f"an offspring that is worse by {size:g} is kept where an equal one is refused (u={u:g})"
                    )
                never_worse &= not worse
        return "" if never_worse else "may accept worse offspring: the best string so far is kept beside"

    def declared(self) -> None:
        rule = self.part.lower(self.n)
        weighs, draws = bool(f.weighs(rule)), bool(f.draws(rule))
        for sign in (-1, 0, 1):
            for size in (0.0,) if sign == 0 else (1e-9, 1.0, 1e9):
                for u in (0.0, 0.5, 0.999999):
                    kept = bool(f.keep(rule, sign, sign * size, u))
                    if not weighs and kept != bool(f.keep(rule, sign, 0.0, u)):
                        raise BrokenError("`keep` uses the magnitude; implement `weighs` and return True")
                    if not draws and kept != bool(f.keep(rule, sign, sign * size, 0.0)):
                        raise BrokenError("`keep` uses u; implement `draws` and return True")

    def law(self) -> str:
        problem = LeadingOnes(min(self.n, _RATE_BITS))
        scene = _scene(problem, self.key, self.part)
        optimizer, _ = self.scheme()
        return self.compare_law(scene, Static(strength=1.0).lower(problem.n), optimizer, problem)


class _StartChecker(_Checker):
    needed = ("place",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=Static(strength=1.0), start=self.part), OneMax(self.n)

    def plain(self) -> _Checks:
        yield "every position is written, with 0 or 1", self.bits

    def calls(self) -> dict[str, tuple[Any, ...]]:
        stream, x = np.arange(1, 5, dtype=np.uint64), np.zeros(self.n, dtype=np.uint8)
        return {"place": (self.part.lower(self.n), self.n, stream, x)}

    def bits(self) -> str:
        done = []
        for n in sorted({1, 2, self.n, 65, 130}):
            try:
                lowered = self.part.lower(n)
            except ValueError:  # a given string has one length
                if n == self.n:
                    raise
                continue
            done.append(n)
            for index in range(50):
                stream, words = np.empty(4, dtype=np.uint64), self.key.child("start").words()
                rows = []
                for filling in (7, 9):
                    seed_stream(stream, words[0], words[1], index)
                    x = np.full(n, filling, dtype=np.uint8)
                    f.place(lowered, n, stream, x)
                    rows.append(x.tolist())
                if rows[0] != rows[1]:
                    place = next(i for i in range(n) if rows[0][i] != rows[1][i])
                    raise BrokenError(f"n={n}: position {place} is not written, or depends on what was there")
                if not set(rows[0]) <= {0, 1}:
                    raise BrokenError(f"n={n}: the start holds {sorted(set(rows[0]))}")
        return f"n = {', '.join(map(str, done))}"


_CHECKERS: dict[type, type[_Checker]] = {
    AbstractFunction: _FunctionChecker,
    AbstractRate: _RateChecker,
    AbstractMutation: _MutationChecker,
    AbstractAcceptance: _AcceptanceChecker,
    AbstractStart: _StartChecker,
}


# --- errors -----------------------------------------------------------------------------------------------------------


def explained(error: Exception) -> str:
    """An unexpected error in one line: what numba found, or what Python raised and where."""
    if isinstance(error, MissingFunctionError):
        return " ".join(str(error).split())
    cause = error.__cause__ if isinstance(error, PartError) and error.__cause__ is not None else error
    if isinstance(cause, NumbaError):
        return f"does not compile: {first_useful(str(cause))}"
    where = [frame for frame in traceback.extract_tb(error.__traceback__) if "<generic" not in frame.filename]
    last = f" in `{where[-1].name}`, line {where[-1].lineno}" if where else ""
    return " ".join(f"raised {type(error).__name__}{last}: {error}".split())
