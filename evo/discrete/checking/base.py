"""What the checks of all parts share: whole runs, their law, and the order in which things are tried."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np

from evo.core.api import repeat, run
from evo.core.engines import Engine, Job
from evo.core.keys import Key
from evo.core.records import Every, best_value, value
from evo.core.stops import Steps
from evo.discrete import enumeration
from evo.discrete.algorithms.search import AbstractSearch
from evo.discrete.checking.errors import explained
from evo.discrete.engines import kernels as k
from evo.discrete.engines.building import first_useful
from evo.discrete.engines.generic import has, implementation
from evo.discrete.engines.reference import Setup
from evo.discrete.parts import (
    AbstractFunction,
)
from evo.statistics import dkw_radius
from evo.testing import BrokenError, Check, NotCheckedError, Report, check_optimizer, conduct

FALSE_ALARM = 1e-9
#: bits up to which all pairs of strings are compared, and up to which laws are enumerated
ALL_PAIRS, ALL_LAWS, RATE_BITS = 10, 8, 6
_RUNS, _HORIZON, _STATES = 100_000, 400, 4_000

Checks = Iterator[tuple[str, Callable[[], str | None]]]
#: one kind of recorder, so that the kernels compile once
_ROWS_OF_ALL, _NO_ROWS = Every(1, value, best_value), Every(10**9, value, best_value)


class AbstractChecker:
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

    def first(self) -> Checks:
        """What all others rest on."""
        yield "definition", self.definition

    def plain(self) -> Checks:
        """Checks in Python."""
        yield from ()

    def compiling(self) -> Checks:
        """Whether each function compiles by itself."""
        yield "compiles", self.compiles

    def compiled(self) -> Checks:
        """Checks of compiled code."""
        yield "JIT off = JIT on", self.jit_off
        yield "law of T", self.law

    #: generic functions without which no kernel can be made
    needed: tuple[str, ...] = ()

    def scheme(self) -> tuple[AbstractSearch, AbstractFunction]:
        """The algorithm in which the part is tried, and its problem; `NotCheckedError` if there is none."""
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
        need_jit()
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
        need_jit()
        return f"{sum(self.one_run_off(self.key.child('run', index)) for index in range(5))} steps in 5 runs"

    def one_run_off(self, key: Key) -> int:
        """The number of steps of the run with this key, the same with the JIT on and off."""
        optimizer, problem = self.scheme()
        stop = Steps(60)
        fast = run(optimizer, problem, seed=key, stop=stop, record=_ROWS_OF_ALL, engine=Engine.REFERENCE)
        setup = Setup(Job(optimizer, problem, key, stop, _ROWS_OF_ALL, None, True))
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
        need_jit()
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
                hint = "" if engine is Engine.REFERENCE else "; that engine skips steps by what the part declares"
                raise BrokenError(
                    f"{engine}: P(T <= {at}) is {exact.cdf[at]:.4f} by enumeration and {sampled[at]:.4f} in {_RUNS} "
                    f"runs, a distance of {distances[at]:.4f} where {radius:.4f} is allowed{hint}"
                )
        return f"up to t = {horizon}, {exact.cdf[-1]:.3g} of the probability"


def need_jit() -> None:
    """Refuse to check compiled code where there is none."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        raise NotCheckedError("the JIT is off")


def _not_before() -> str | None:
    raise NotCheckedError("first mend what failed above")


def some(chance: np.random.Generator, n: int) -> int:
    """A number of flips: mostly few, sometimes any."""
    return int(min(n, chance.poisson(1.5)) if chance.random() < 0.8 else chance.integers(0, n + 1))


def text(x: Any) -> str:
    """A string of bits, cut after 40."""
    bits = "".join(str(int(bit)) for bit in x)
    return bits if len(bits) <= 40 else f"{bits[:37]}..."
