"""The event engine and the chain engine: what they are exact for, and the jobs that their kernel gets."""

from __future__ import annotations

import functools
import math
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
from evo.discrete.engines.events.tables import MOST_FLIPS, make_table
from evo.discrete.engines.events.waits.constant import Constant
from evo.discrete.engines.events.waits.failing import Failing
from evo.discrete.engines.events.waits.fixed import Fixed, can_be_fixed, fixed_rows
from evo.discrete.engines.events.waits.scheduled import Scheduled, cumulative_losses
from evo.discrete.engines.events.waits.stratified import Stratified, stratified
from evo.discrete.engines.events.waits.walking import Walking
from evo.discrete.engines.generations.brood import LoweredBrood
from evo.discrete.engines.generations.single import LoweredSingle
from evo.discrete.engines.generic import has
from evo.discrete.engines.series import AbstractCompiledDriver, AbstractSetup
from evo.discrete.engines.waiting import Waiting
from evo.discrete.starts.given import as_start
from evo.discrete.starts.uniform import Uniform

#: the largest number of steps in the table of a schedule: 32 MB, shared by all runs of a call
_TABLE_STEPS = 2**22
#: standard deviations of zero-bits beyond one half up to which jumps are tabulated
_MARGIN = 12.0


class Own(NamedTuple):
    """What a stopped run needs to go on, beside its string."""

    exchangeable: bool
    missing: int
    stream: np.ndarray
    order: np.ndarray
    ahead: np.ndarray
    pending: np.ndarray


def _exchangeable(optimizer: Any, start: Any) -> bool:
    return bool((optimizer.start if start is None else as_start(start)).exchangeable)


def _uniform(optimizer: Any, start: Any) -> bool:
    return isinstance(optimizer.start if start is None else as_start(start), Uniform)


def _state_of(optimizer: Any, problem: Any, *, exchangeable: bool) -> Any:
    """The state kind, or why there is none."""
    state = problem.event_state(exchangeable=exchangeable)
    if isinstance(state, str):
        return state
    if isinstance(optimizer.lowered_algorithm(problem.n), LoweredBrood):
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
    lowered = mutation.lower(n)
    standard = _is_standard(lowered)
    waiting = policy.waiting
    if waiting is Waiting.CONSTANT:
        return Constant
    if waiting is Waiting.SCHEDULE:
        return Scheduled if standard and kind is not Prefix else Failing
    if waiting is Waiting.FAILURES:
        return Failing
    if waiting is Waiting.SIGNS and kind is not Prefix and not _is_idle(lowered):
        return Failing
    if waiting is Waiting.STRATA and standard and kind is not Prefix and offspring == 1:
        return Stratified
    if offspring > 1:
        return f"with {offspring} offspring, {policy!r} depends on more of a generation than whether a zero-bit flips"
    return Walking


def _is_standard(mutation: Any) -> bool:
    """Whether every bit flips independently at the rate."""
    return tuple(f.blend(mutation, 0.25, 8)) == (0.25, 1.0, 0.0)


def _is_idle(mutation: Any) -> bool:
    """Whether a step may flip nothing."""
    blend = f.blend(mutation, 0.25, 8)
    return blend.factor * (1.0 - 0.75**8) + blend.single < 1.0 - 1e-9


class EventSetup(AbstractSetup):
    """The lowered job of the event engine, or of the chain engine."""

    def __init__(self, job: Job, resume: RunState | None, *, tabulated: bool) -> None:
        super().__init__(job)
        optimizer, problem = job.optimizer, job.problem
        whole: k.Parts = optimizer.lowered(problem, job.start)
        n = whole.n
        if resume is not None and resume.own is not None:
            self.exchangeable = bool(resume.own.exchangeable)
        else:
            self.exchangeable = _exchangeable(optimizer, job.start)
        state = _state_of(optimizer, problem, exchangeable=self.exchangeable)
        offspring = optimizer.least_offspring()
        wait = wait_of(optimizer, problem, state, offspring)
        #: up to so many zero-bits tables are made
        self.likely = min(n, int(n / 2 + _MARGIN * math.sqrt(n) + 16)) if _uniform(optimizer, job.start) else n
        self.kind = state(whole.problem)
        if tabulated and state is Counts:
            self.kind = Jumps(whole.problem, _jump_table(problem, *optimizer.scheme(n), self.likely))
        self.parts = kernel.EventParts(
            algorithm=whole.algorithm,
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
            return Scheduled(_losses(policy, parts.n, min(_TABLE_STEPS, 64 + self._expected_steps(parts.n))))
        return Walking("flips" in policy.sees)

    def _constant(self, policy: Any, parts: k.Parts, state: type) -> Constant | Fixed:
        """Tables where the rate is one number and a step is a candidate as soon as a zero-bit flips."""
        n, tabulated = parts.n, isinstance(self.kind, Jumps)
        plain = state is not Prefix and not tabulated and self.job.optimizer.least_offspring() == 1
        if policy.sees or not plain or not _is_standard(parts.mutation):
            return Constant(0)
        view, none = f.PolicyView(1, 0, 0, 0), np.zeros(4, dtype=np.uint64)
        rate = float(f.draw(parts.rate, f.start(parts.rate, n), view, n, none))
        if not can_be_fixed(rate, n):
            return Constant(0)
        return Fixed(rate, log_survival(rate), rate / (1.0 - rate), _rows(rate, n, self.likely))

    def _expected_steps(self, n: int) -> int:
        """About as many steps as a run may take: no table needs more."""
        return int(min(float(self.limits.steps), 64.0 * n * (math.log(n) + 1.0)))

    def work(self, *, single: bool) -> kernel.EventWork:
        """Fresh arrays for a run; positions are kept where its string will be asked for."""
        n, kind = self.parts.n, type(self.parts.kind)
        several = n if isinstance(self.parts.algorithm, LoweredBrood) else 0
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


@functools.lru_cache(maxsize=2)
def _losses(policy: Any, n: int, steps: int) -> np.ndarray:
    """The sums of -ln(1 - p) of a schedule, as far as all rates are in [0, 1)."""
    sums = np.zeros(steps + 1)
    held = cumulative_losses(policy.lower(n), n, sums)
    return sums[: held + 1].copy()


@functools.lru_cache(maxsize=2)
def _rows(rate: float, n: int, top: int) -> np.ndarray:
    return fixed_rows(rate, n, top)


@functools.lru_cache(maxsize=2)
def _jump_table(problem: Any, policy: Any, mutation: Any, top: int) -> Any:
    """The table of jumps, as far as runs are likely to come."""
    n = problem.n
    return make_table(problem.lower(n), mutation.lower(n), policy.lower(n), n, top)[0]


class EventDriver(AbstractCompiledDriver):
    """Waits for the steps in which a zero-bit flips: others change nothing where functions are strictly monotone."""

    engine = Engine.EVENT
    version = 1

    def setup(self, job: Job, resume: RunState | None) -> EventSetup:
        """The lowered job."""
        return EventSetup(job, resume, tabulated=False)

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None, start: Any = None) -> str | None:
        """Refuses whatever may change the string, or what is seen of a run, in steps that flip no zero-bit."""
        reason = super().refusal(optimizer, problem, record, start) or _unsuited_algorithm(optimizer, problem)
        if reason is not None:
            return reason
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
    rule = optimizer.rule().lower(problem.n)
    if f.weighs(rule) or f.draws(rule) or f.keep(rule, -1, -1.0, 0.0):
        return f"{optimizer.rule()!r} may keep worse offspring"
    mutation = optimizer.scheme(problem.n)[1]
    if not has("blend", type(mutation.lower(problem.n))):
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


@functools.lru_cache(maxsize=64)
def _largest_flips(policy: Any, mutation: Any, n: int) -> float:
    """The largest expected number of flips of a policy that only looks at the number of zero-bits."""
    lowered = policy.lower(n)
    state = f.start(lowered, n)
    stream = np.zeros(4, dtype=np.uint64)
    zeros = range(1, n + 1) if policy.sees else (1,)
    rates = (float(f.draw(lowered, state, f.PolicyView(1, 0, count, 0), n, stream)) for count in zeros)
    return max(rate * n if mutation.rated else 1.0 for rate in rates)


EVENT_DRIVER = EventDriver()
CHAIN_DRIVER = ChainDriver()
