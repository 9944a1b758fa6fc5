"""The event engine and the chain engine: what they are exact for, and the jobs that their kernel gets."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from evo.core.engines import Engine, Job
from evo.core.records import Recorder
from evo.core.results import RunState
from evo.discrete.engines import functions as f
from evo.discrete.engines import kernels as k
from evo.discrete.engines.events import kernel
from evo.discrete.engines.events.blends import log_survival
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.jumps import Jumps
from evo.discrete.engines.events.states.prefix import Prefix
from evo.discrete.engines.events.states.ranks import Ranks
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.events.states.weights import Weights
from evo.discrete.engines.events.tables import MOST_FLIPS, JumpTable, empty_table, fill_table, largest_rate
from evo.discrete.engines.events.waits.constant import Constant
from evo.discrete.engines.events.waits.failing import Failing
from evo.discrete.engines.events.waits.fixed import Fixed, can_be_fixed, fixed_rows
from evo.discrete.engines.events.waits.scheduled import Scheduled, cumulative_losses
from evo.discrete.engines.events.waits.stratified import Stratified, stratified
from evo.discrete.engines.events.waits.walking import Walking
from evo.discrete.engines.generations.brood import LoweredBrood
from evo.discrete.engines.generations.single import LoweredSingle
from evo.discrete.engines.generic import has
from evo.discrete.engines.instances import typed
from evo.discrete.engines.lowering import is_own
from evo.discrete.engines.series import AbstractCompiledDriver, AbstractSetup
from evo.discrete.engines.waiting import UPDATELESS, Waiting, check_declarations
from evo.discrete.mutations.standard_bits import LoweredStandardBits
from evo.discrete.parts import AbstractFunction
from evo.discrete.starts.given import as_start
from evo.discrete.starts.uniform import Uniform

#: the largest number of steps in the table of a schedule: 32 MB, shared by all runs of a call
_TABLE_STEPS = 2**22
#: how many rows of a table are made at once
_SLICE = 2**16
#: standard deviations of zero-bits beyond one half up to which jumps are tabulated
_MARGIN = 12.0


class Own(NamedTuple):
    """What a stopped run needs to go on, beside its string."""

    exchangeable: bool
    #: up to so many zero-bits there are tables, beyond which numbers are drawn in another way
    likely: int
    missing: int
    stream: np.ndarray
    order: np.ndarray
    ahead: np.ndarray
    pending: np.ndarray


def _exchangeable(optimizer: Any, start: Any) -> bool:
    return bool((optimizer.start if start is None else as_start(start)).exchangeable)


def _uniform(optimizer: Any, start: Any) -> bool:
    return isinstance(optimizer.start if start is None else as_start(start), Uniform)


def _declared_state(problem: Any, *, exchangeable: bool) -> Any:
    """What the problem says; a user's subclass of a library problem may be another function altogether."""
    says = next(kind for kind in type(problem).__mro__ if "event_state" in vars(kind))
    if says.__module__.startswith("evo.") and not type(problem).__module__.startswith("evo."):
        return AbstractFunction.event_state(problem, exchangeable=exchangeable)
    return problem.event_state(exchangeable=exchangeable)


def _state_of(optimizer: Any, problem: Any, *, exchangeable: bool) -> Any:
    """The state kind, or why there is none."""
    state = _declared_state(problem, exchangeable=exchangeable)
    if isinstance(state, str):
        return state
    if _is_brood(optimizer, problem.n):
        if problem.monotone:
            return Strings
        return f"{type(optimizer).__name__} on {problem!r}, which is not strictly monotone, takes every step"
    # The others of these kinds stop drawing flips as soon as a candidate is lost.
    counted = "flips" in optimizer.scheme(problem.n)[0].sees
    return Strings if counted and state in (Weights, Ranks) else state


def wait_of(optimizer: Any, problem: Any, kind: type, offspring: int) -> type | str:
    """The waiting law for a policy on a state kind, or why there is none."""
    n = problem.n
    policy, mutation = optimizer.scheme(n)
    standard = isinstance(mutation.lower(n), LoweredStandardBits)
    lowered = policy.lower(n)
    waiting = policy.waiting
    if waiting in UPDATELESS and has("update", type(lowered)):
        waiting = Waiting.STEPS  # it has an update, whatever it declares
    if waiting in (Waiting.FAILURES, Waiting.SIGNS) and f.tosses(lowered):
        waiting = Waiting.STEPS  # and one by chance
    if waiting is Waiting.CONSTANT:
        return Constant
    if waiting is Waiting.SCHEDULE:
        return Scheduled if standard and kind is not Prefix else Failing
    if waiting is Waiting.FAILURES:
        return Failing
    if waiting is Waiting.SIGNS and kind is not Prefix and not standard:  # then no step is idle
        return Failing
    if waiting is Waiting.STRATA and standard and kind is not Prefix and offspring == 1:
        return Stratified
    if offspring > 1:
        return f"with {offspring} offspring, {policy!r} depends on more of a generation than whether a zero-bit flips"
    return Walking


def _is_brood(optimizer: Any, n: int) -> bool:
    """Whether there are several offspring; the (1+lambda) scheme with one offspring is the (1+1) scheme."""
    return isinstance(optimizer.lowered_algorithm(n), LoweredBrood) and optimizer.least_offspring() > 1


class EventSetup(AbstractSetup):
    """The lowered job of the event engine, or of the chain engine."""

    def __init__(self, job: Job, resume: RunState | None, *, tabulated: bool) -> None:
        super().__init__(job)
        optimizer, problem = job.optimizer, job.problem
        whole: k.Parts = optimizer.lowered(problem, job.start)
        n = whole.n
        if resume is not None and resume.own is not None:
            self.exchangeable, self.likely = bool(resume.own.exchangeable), int(resume.own.likely)
        else:
            self.exchangeable = _exchangeable(optimizer, job.start)
            self.likely = min(n, int(n / 2 + _MARGIN * math.sqrt(n) + 16)) if _uniform(optimizer, job.start) else n
        state = _state_of(optimizer, problem, exchangeable=self.exchangeable)
        offspring = optimizer.least_offspring()
        wait = wait_of(optimizer, problem, state, offspring)
        self.kind = state(whole.problem)
        if tabulated and state is Counts:
            self.kind = Jumps(whole.problem, _jump_table(whole, self.likely))
        self.parts = kernel.EventParts(
            algorithm=whole.algorithm if _is_brood(optimizer, n) else LoweredSingle(0),
            kind=self.kind,
            wait=self._lowered_wait(wait, whole, state),
            mutation=whole.mutation,
            rate=whole.rate,
            acceptance=whole.acceptance,
            start=whole.start,
            n=n,
            offspring=offspring,
            cost=offspring + (1 if problem.dynamic else 0),
            founders=1,
            redrawn=bool(problem.dynamic),
            reseeded=bool(problem.dynamic) and state is Strings,
        )

    def _lowered_wait(self, wait: Any, parts: k.Parts, state: type) -> Any:
        policy = self.job.optimizer.scheme(parts.n)[0]
        if wait is Constant:
            return self._constant(policy, parts, state)
        if wait is Failing:
            return Failing(policy.waiting is not Waiting.FAILURES)
        if wait is Stratified:
            return stratified(*policy.strata(parts.n))
        if wait is Scheduled:
            return Scheduled(_losses(parts.rate, parts.n, min(_TABLE_STEPS, _usual_steps(parts.n))))
        return Walking("flips" in policy.sees)

    def _constant(self, policy: Any, parts: k.Parts, state: type) -> Constant | Fixed:
        """Tables where the rate is one number and a step is a candidate as soon as a zero-bit flips."""
        n, tabulated = parts.n, isinstance(self.kind, Jumps)
        plain = state is not Prefix and not tabulated and self.job.optimizer.least_offspring() == 1
        if policy.sees or not plain or not isinstance(parts.mutation, LoweredStandardBits):
            return Constant(0)
        view, none = f.PolicyView(1, 0, 0, 0), np.zeros(4, dtype=np.uint64)
        rate = float(f.draw(parts.rate, f.start(parts.rate, n), view, n, none))
        if not can_be_fixed(rate, n):
            return Constant(0)
        return Fixed(rate, log_survival(rate), rate / (1.0 - rate), _rows(rate, n, self.likely))

    def work(self, *, single: bool) -> kernel.EventWork:
        """Fresh arrays for a run; positions are kept where its string will be asked for."""
        n, kind = self.parts.n, type(self.parts.kind)
        several = n if self.parts.offspring > 1 else 0
        placed = kind in (Strings, Weights, Ranks)
        strung = n if kind is Strings else 0
        return kernel.EventWork(
            x=np.zeros(n if placed else 0, dtype=np.uint8),
            order=np.zeros(n if placed and (single or kind is not Weights) else 0, dtype=np.int32),
            weights=np.zeros(n if kind is Weights else 0, dtype=np.int64),
            total=np.zeros(2, dtype=np.int64),
            ups=np.zeros(n if placed else 0, dtype=np.int32),
            downs=np.zeros(n if placed else 0, dtype=np.int32),
            flips=np.zeros(strung, dtype=np.int64),
            best_flips=np.zeros(several, dtype=np.int64),
            best_ups=np.zeros(several, dtype=np.int32),
            best_downs=np.zeros(several, dtype=np.int32),
            saved_stream=np.zeros(4, dtype=np.uint64),
            ahead=np.zeros(1, dtype=np.int64),
            pending=np.zeros(2),
            **self.recorded(),
        )

    def open(self, work: kernel.EventWork) -> k.Carry:
        """The start of a run."""
        return kernel.open_events(self.parts, self.recording, work)

    def restore(self, work: kernel.EventWork, resume: RunState) -> k.Carry:
        """String, stream and pending wait."""
        own, inner = resume.own, resume.state.inner
        for place, label in enumerate(("start", "events", "instance", "function"), start=1):
            work.keys[place] = self.job.key.child(label).words()
        if len(work.x):
            work.x[:] = inner.x
        work.order[:] = own.order
        work.counters[k.ZEROS] = own.missing
        for target, source in ((work.stream, own.stream), (work.ahead, own.ahead), (work.pending, own.pending)):
            target[:] = source
        work.rate[0] = inner.rate
        work.brood[:] = self.parts.offspring, self.parts.offspring if resume.steps else 0.0
        return kernel.restore_events(self.parts, work, inner.policy)

    def advance(
        self, work: kernel.EventWork, limits: Any, out: k.Out, words: Any, first: int, count: int, carry: Any, most: int
    ) -> k.Carry:
        """From candidate to candidate."""
        return kernel.advance_events(self.parts, self.recording, limits, work, out, words, first, count, carry, most)

    def closed(self, work: kernel.EventWork, carry: Any) -> tuple[Any, Any, Any]:
        """The string; where only counts were kept, one drawn from its law given them."""
        del carry
        missing = int(work.counters[k.ZEROS])
        x = self._string(work, missing)
        own = Own(
            self.exchangeable,
            self.likely,
            missing,
            work.stream.copy(),
            work.order.copy(),
            work.ahead.copy(),
            work.pending.copy(),
        )
        return work._replace(x=x), x, own

    def _string(self, work: kernel.EventWork, missing: int) -> np.ndarray:
        n, kind = self.parts.n, type(self.parts.kind)
        if kind is Strings:
            return work.x.copy()
        x = np.ones(n, dtype=np.uint8)
        if kind in (Weights, Ranks):
            x[work.order[:missing]] = 0
        elif missing > 0:
            chance = self.job.key.child("candidate").numpy()
            if kind is Prefix:
                x[n - missing] = 0
                x[n - missing + 1 :] = chance.integers(0, 2, missing - 1, dtype=np.uint8)
            else:
                x[chance.choice(n, missing, replace=False, shuffle=False)] = 0
        return x


def _usual_steps(n: int) -> int:
    """More steps than most runs take; whatever the budget, so that a resumed run has the same table."""
    return 64 + int(64.0 * n * (math.log(n) + 1.0))


class _LastTables:
    """The last tables that were made, by what they were made of: no more than so many, and so many numbers in all."""

    def __init__(self, count: int, most: int) -> None:
        self.count, self.most = count, most
        self.kept: dict[Any, tuple[Any, int]] = {}
        self.lock = threading.Lock()

    def get(self, name: tuple[Any, ...], make: Callable[[], Any], size: int) -> Any:
        """The table of this name (lowered parts, which tell a part from its older registrations, and numbers)."""
        key = typed(name)
        with self.lock:
            if key in self.kept:
                return self.kept[key][0]
        made = make()
        with self.lock:
            self.kept[key] = made, size
            while len(self.kept) > self.count or sum(item for _, item in self.kept.values()) > self.most:
                del self.kept[next(iter(self.kept))]
        return made


#: 192 MB at most: a table for n = 10^7, or those of some calls at smaller n
_tables = _LastTables(8, 3 * 2**23)


def _losses(policy: Any, n: int, steps: int) -> np.ndarray:
    """The sums of -ln(1 - p) of a schedule, as far as all rates are probabilities."""

    def make() -> np.ndarray:
        sums = np.zeros(steps + 1)
        return sums[: cumulative_losses(policy, n, sums) + 1].copy()

    return _tables.get(("losses", policy, n, steps), make, steps)


def _rows(rate: float, n: int, top: int) -> np.ndarray:
    """What depends on the number of zero-bits alone, at a fixed rate."""
    return _tables.get(("rows", rate, n, top), lambda: fixed_rows(rate, n, top), 4 * top)


def _jump_table(whole: k.Parts, top: int) -> JumpTable:
    """The table of jumps, as far as runs are likely to come; made in slices, so that Ctrl-C acts."""

    def make() -> JumpTable:
        table = empty_table(whole.problem, whole.mutation, whole.rate, whole.n, top)
        for first in range(1, top + 1, _SLICE):
            fill_table(whole.problem, whole.mutation, whole.rate, whole.n, table, first, min(top + 1, first + _SLICE))
        return table

    return _tables.get(("jumps", whole.problem, whole.mutation, whole.rate, whole.n, top), make, 4 * top)


class EventDriver(AbstractCompiledDriver):
    """Waits for the steps in which a zero-bit flips: others change nothing where functions are strictly monotone."""

    engine = Engine.EVENT
    version = 2

    def setup(self, job: Job, resume: RunState | None) -> EventSetup:
        """The lowered job."""
        return EventSetup(job, resume, tabulated=False)

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None, start: Any = None) -> str | None:
        """Refuses whatever may change the string, or what is seen of a run, in steps that flip no zero-bit."""
        reason = super().refusal(optimizer, problem, record, start) or _unsuited_algorithm(optimizer, problem)
        if reason is not None:
            return reason
        check_declarations(optimizer.scheme(problem.n)[0])
        offspring = optimizer.least_offspring()
        state = _state_of(optimizer, problem, exchangeable=_exchangeable(optimizer, start))
        if isinstance(state, str):
            return state
        policy = optimizer.scheme(problem.n)[0]
        wait = wait_of(optimizer, problem, state, offspring)
        if isinstance(wait, str):
            return wait
        if offspring > 1 and "flips" in policy.sees and has("update", type(policy.lower(problem.n))):
            return f"{policy!r} may look at the number of flips of the best of several offspring"
        names = {item.name for item in record.observables} if record is not None else set()
        if state is Prefix:
            reason = _unsuited_prefix(optimizer, policy, names, start, problem)
            if reason is not None:
                return reason
        if wait is Stratified and "rate" in names:
            return f"the rates of {policy!r} in skipped steps are not drawn, but `rate` is recorded"
        return None


def _unsuited_algorithm(optimizer: Any, problem: Any) -> str | None:
    name = type(optimizer).__name__
    algorithm = optimizer.lowered_algorithm(problem.n)
    if isinstance(algorithm, LoweredBrood):
        if algorithm.comma:
            return f"{name} may replace the parent by worse offspring"
        if algorithm.low != algorithm.high or algorithm.stochastic:
            return f"{name} adapts its number of offspring in every generation"
    elif not isinstance(algorithm, LoweredSingle):
        return f"{name} is not simulated by events, only (1+1) and (1+lambda) schemes are"
    function = problem.lower(problem.n)
    if has("redrawn", type(function)) and bool(f.redrawn(function)) != problem.dynamic:
        return f"{problem!r} says dynamic = {problem.dynamic}, but `redrawn` says otherwise"
    rule = optimizer.rule().lower(problem.n)
    if f.weighs(rule) or f.draws(rule) or f.keep(rule, -1, -1.0, 0.0):
        return f"{optimizer.rule()!r} may keep worse offspring"
    mutation = optimizer.scheme(problem.n)[1]
    lowered = mutation.lower(problem.n)
    if not (has("blend", type(lowered)) and is_own(lowered)):
        return f"{mutation!r} has no known law of the number of zero-bits that flip"
    return None


def _unsuited_prefix(optimizer: Any, policy: Any, names: set[str], start: Any, problem: Any) -> str | None:
    if not _uniform(optimizer, start):
        return f"the bits behind the first zero-bit of {problem!r} must start uniformly random"
    unknown = policy.sees & {"zeros", "flips"}
    if unknown and policy.waiting not in (Waiting.SCHEDULE, Waiting.STRATA):
        return (
            f"{policy!r} may look at the {' and '.join(sorted(unknown))}, which level jumps of LeadingOnes do not know"
        )
    recorded = names & {"zeros", "mean_density"}
    if recorded:
        return f"level jumps of LeadingOnes do not know the zero-bits, but {min(recorded)!r} is recorded"
    return None


class ChainDriver(EventDriver):
    """From improvement to improvement, by the law of the number of zero-bits, or of the level, alone."""

    engine = Engine.CHAIN
    version = 1

    def setup(self, job: Job, resume: RunState | None) -> EventSetup:
        """The lowered job, with the table."""
        return EventSetup(job, resume, tabulated=True)

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None, start: Any = None) -> str | None:
        """Refuses what is not lumped to one number, and rates that change while nothing improves."""
        reason = super().refusal(optimizer, problem, record, start)
        if reason is not None:
            return reason
        state = _state_of(optimizer, problem, exchangeable=_exchangeable(optimizer, start))
        lumped = state is Counts and has("outcome", type(problem.lower(problem.n)))
        if not (lumped or state is Prefix):
            return "the number of zero-bits alone is no Markov chain with a known law here"
        policy, mutation = optimizer.scheme(problem.n)
        if policy.waiting is not Waiting.CONSTANT:
            return f"the rates of {policy!r} change while nothing improves"
        if lumped and _largest_flips(policy, mutation, problem.n) > MOST_FLIPS:
            return f"jumps are tabulated up to {MOST_FLIPS:g} expected flips, and {policy!r} makes more"
        return None


def _largest_flips(policy: Any, mutation: Any, n: int) -> float:
    """The largest expected number of flips of a policy that only looks at the number of zero-bits."""
    lowered = policy.lower(n)
    most = n if policy.sees else 1
    rate = _tables.get(("largest", lowered, n, most), lambda: largest_rate(lowered, n, most), 1)
    return rate * n if mutation.rated else 1.0


EVENT_DRIVER = EventDriver()
CHAIN_DRIVER = ChainDriver()
