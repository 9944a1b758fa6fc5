"""The kernel of the event engine: from candidate to candidate.

As in the reference engine, a kernel call does at most so much work and can be called again to go on; grid points,
budgets and stagnation act inside waits.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.borrow import borrowed
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.events.blends import NEVER, Pace, log_survival, pace_of
from evo.discrete.engines.events.responses.base import respond
from evo.discrete.engines.events.states.base import (
    level_of_state,
    open_state,
    restore_state,
    solved_state,
    worth,
    zeros_of_state,
)
from evo.discrete.engines.events.waits.base import REACHED, TARGET, arrive
from evo.discrete.engines.functions import Sight
from evo.discrete.engines.kernels import (
    EVALUATIONS,
    EXTRA,
    GRID,
    HIT,
    IMPROVED,
    INVALID_RATE,
    LAST_ROW,
    NON_FINITE,
    OPEN,
    PAUSED,
    ROWS,
    RUN_PLACE,
    STEPS,
    ZEROS,
    Carry,
    after_all,
    any_needs_value,
    begin_all,
    read_all,
)
from evo.discrete.engines.streams import EVENTS, FUNCTION, INSTANCE, RUN, START, child_words, seed_stream

#: steps that a policy is walked, or a path followed, before other things are looked at
_STRETCH = 65536


class EventParts(NamedTuple):
    """A lowered algorithm and its parts, the state kind and the waiting law."""

    algorithm: Any
    kind: Any
    wait: Any
    mutation: Any
    rate: Any
    acceptance: Any
    start: Any
    n: int
    offspring: int
    #: evaluations of a generation, and those of the start
    cost: int
    founders: int
    #: whether parents are evaluated again in every step, and whether the function stream is used then
    redrawn: bool
    reseeded: bool


class EventWork(NamedTuple):
    """The arrays of the run in progress; those that the state kind does not use are empty."""

    x: np.ndarray  # uint8[n]
    order: np.ndarray  # int32[n], positions, those of zero-bits first
    weights: np.ndarray  # int64[n], in the same order
    total: np.ndarray  # int64[2]: the sum of the weights of one-bits, and the change by the last candidate
    ups: np.ndarray  # int32[n], the picked places of zero-bits
    downs: np.ndarray  # int32[n], and of one-bits, counted from the boundary
    flips: np.ndarray  # int64[n], positions
    best_flips: np.ndarray  # int64[n], of the best offspring so far where there are several
    best_ups: np.ndarray  # int32[n]
    best_downs: np.ndarray  # int32[n]
    stream: np.ndarray  # uint64[4]
    saved_stream: np.ndarray  # uint64[4]
    function_stream: np.ndarray  # uint64[4]
    counters: np.ndarray  # int64[11]
    ahead: np.ndarray  # int64[1]: the step of the next candidate where it is known, else 0
    pending: np.ndarray  # float64[2], see `waits.base`
    rate: np.ndarray  # float64[1]: the last rate
    brood: np.ndarray  # float64[2]: the number of offspring, and how many the last step had
    keys: np.ndarray  # uint64[5, 2]: run, start, events, instance, function
    memories: np.ndarray  # float64[observables, size]
    rows: np.ndarray  # float64[capacity, 2 + observables]
    row_runs: np.ndarray  # int64[capacity]


@register_jitable(forceinline=True)
def _sight(recording, parts, work, instance, cache, valued):
    n, missing = parts.n, work.counters[ZEROS]
    value = math.nan
    if valued and any_needs_value(recording.observables):
        value = float(worth(parts.kind, instance, cache, work, n, missing))
    return Sight(
        work.counters[STEPS],
        level_of_state(parts.kind, instance, cache, n, missing),
        zeros_of_state(parts.kind, missing),
        n,
        work.rate[0],
        value,
        value,
        int(work.brood[1]),
    )


@register_jitable
def _write_row(recording, parts, work, instance, cache):
    counters = work.counters
    row = work.rows[counters[ROWS]]
    work.row_runs[counters[ROWS]] = counters[RUN_PLACE]
    row[0], row[1] = counters[STEPS], counters[EVALUATIONS]
    read_all(recording.observables, work.memories, _sight(recording, parts, work, instance, cache, True), row, 0)
    counters[ROWS] += 1
    counters[LAST_ROW] = counters[STEPS]


@register_jitable(forceinline=True)
def _record(recording, parts, work, instance, cache, repeat, improved):
    """Account for the last `repeat` steps (0: the start), all of which left this state; write a row if one is due."""
    sight = _sight(recording, parts, work, instance, cache, False)
    if repeat == 0:
        begin_all(recording.observables, work.memories, sight, 0)
    else:
        after_all(recording.observables, work.memories, sight, repeat, 0)
    due, place = f.due(recording.trigger, work.counters[GRID], work.counters[STEPS], improved)
    work.counters[GRID] = place
    if due:
        _write_row(recording, parts, work, instance, cache)


@register_jitable
def _open_run(parts, recording, work):
    """Make the start of the run whose words are in `work.keys[0]`."""
    keys, counters = work.keys, work.counters
    child_words(keys[0], START[0], START[1], 0, keys[1])
    child_words(keys[0], EVENTS[0], EVENTS[1], 0, keys[2])
    child_words(keys[0], INSTANCE[0], INSTANCE[1], 0, keys[3])
    child_words(keys[0], FUNCTION[0], FUNCTION[1], 0, keys[4])
    instance, cache, missing = open_state(parts.kind, parts, work)
    seed_stream(work.stream, keys[2, 0], keys[2, 1], 0)
    policy = f.start(parts.rate, parts.n)
    counters[OPEN], counters[STEPS], counters[ZEROS] = 1, 0, missing
    counters[HIT], counters[EVALUATIONS], counters[IMPROVED] = 0, parts.founders, 0
    counters[GRID], counters[EXTRA], counters[LAST_ROW] = 0, 0, -1
    work.ahead[0], work.pending[TARGET], work.pending[REACHED] = 0, math.nan, 0.0
    work.rate[0] = math.nan
    work.brood[0], work.brood[1] = parts.offspring, 0.0
    _record(recording, parts, work, instance, cache, 0, False)
    return Carry(instance, cache, policy)


@register_jitable
def reached_state(parts, instance, cache, work, missing, target):
    """Whether the current string is optimal or as good as the target (nan: there is none)."""
    found = solved_state(parts.kind, instance, cache, missing)
    if not found and not math.isnan(target):
        found = worth(parts.kind, instance, cache, work, parts.n, missing) >= target
    return found


@register_jitable
def _stands_at_a_hit(parts, limits, work, instance, cache):
    """The index of the first optimal evaluation, if the run already stands at a hit; else 0.

    A resumed run may have another target than before.
    """
    counters = work.counters
    before = counters[HIT]
    counters[HIT] = 0
    if parts.redrawn and before > 0:
        counters[HIT] = before
        return before
    if not reached_state(parts, instance, cache, work, counters[ZEROS], limits.target):
        return 0
    return before if before > 0 else counters[EVALUATIONS]


@register_jitable(forceinline=True)
def _leap(parts, recording, limits, work, carry, most):
    """From candidate to candidate, for so much work: (code of the reason, work done, state of the policy)."""
    parts, recording, work, policy = borrowed(parts), borrowed(recording), borrowed(work), carry.policy
    instance, cache = borrowed(carry.instance), borrowed(carry.cache)
    counters = work.counters
    observed = len(recording.observables) > 0
    step, missing, improved = counters[STEPS], counters[ZEROS], counters[IMPROVED]
    reason, done = PAUSED, 0
    known = pace_of(work.rate[0], log_survival(work.rate[0]))
    pace = Pace(known.rate, known.loss, known.odds, work.ahead[0])
    if step == 0:
        value = float(worth(parts.kind, instance, cache, work, parts.n, missing))
        if value - value != 0.0:
            return NON_FINITE, 0, policy
    affordable = (limits.evaluations - parts.founders) // parts.cost
    hit = _stands_at_a_hit(parts, limits, work, instance, cache)
    while True:
        if hit > 0:
            counters[HIT] = hit
            reason = 1
            break
        if step >= limits.steps:
            reason = 2
            break
        if step - improved >= limits.stagnation:
            reason = 4
            break
        if step >= affordable:
            reason = 3
            break
        if done >= most or (observed and counters[ROWS] + 2 > work.rows.shape[0]):
            break
        bound = min(min(limits.steps, affordable), step + _STRETCH if pace.ahead == 0 else NEVER)
        if limits.stagnation < NEVER:
            bound = min(bound, improved + limits.stagnation)
        if observed:
            bound = min(bound, f.next_due(recording.trigger, counters[GRID], step))
        found = arrive(
            parts.wait, parts.kind, parts, instance, cache, work, policy, pace, step, missing, parts.offspring, bound
        )
        policy, pace = found.policy, found.pace
        done += parts.offspring + found.walked // 4
        if not found.valid:
            step = found.step - 1 if found.step > 0 else step
            reason = INVALID_RATE
            break
        until = found.step - 1 if found.step > 0 else bound
        if observed and until > step:
            work.rate[0], work.brood[1] = pace.rate, parts.offspring
            counters[STEPS], counters[EVALUATIONS] = until, parts.founders + parts.cost * until
            _record(recording, parts, work, instance, cache, until - step, False)
        step = until
        if found.step == 0:
            continue
        if parts.reseeded:
            seed_stream(work.function_stream, work.keys[4, 0], work.keys[4, 1], step + 1)
        answer = respond(parts.algorithm, parts, instance, cache, work, policy, pace, step + 1, missing, limits.target)
        step += 1
        if answer.code != PAUSED:
            reason = answer.code
            break
        policy, missing = answer.policy, answer.missing
        if answer.improved:
            improved = step
        if observed:
            work.rate[0], work.brood[1] = pace.rate, parts.offspring
            counters[STEPS], counters[EVALUATIONS] = step, parts.founders + parts.cost * step
            counters[ZEROS] = missing
            _record(recording, parts, work, instance, cache, 1, answer.improved)
        if answer.place > 0:
            hit = parts.founders + parts.cost * (step - 1) + answer.place
    counters[STEPS], counters[EVALUATIONS] = step, parts.founders + parts.cost * step
    counters[ZEROS], counters[IMPROVED] = missing, improved
    work.rate[0], work.ahead[0] = pace.rate, pace.ahead
    if step > 0:
        work.brood[1] = parts.offspring
    return reason, done, policy


@Kernel
def open_events(parts, recording, work):
    """Open the run whose words are in `work.keys[0]`."""
    return _open_run(parts, recording, work)


@Kernel
def restore_events(parts, work, policy):
    """The carry of a run whose state is in `work`."""
    instance, cache = restore_state(parts.kind, parts, work, work.counters[ZEROS])
    return Carry(instance, cache, policy)


@Kernel
def advance_events(parts, recording, limits, work, out, seed_words, first, count, carry, most):
    """Go on with the runs `first`, ..., `first + count - 1`; returns the carry, all else is in the arrays."""
    counters = work.counters
    left = most
    while counters[RUN_PLACE] < count:
        if counters[OPEN] == 0:
            child_words(seed_words, RUN[0], RUN[1], first + counters[RUN_PLACE], work.keys[0])
            carry = _open_run(parts, recording, work)
        reason, done, policy = _leap(parts, recording, limits, work, carry, left)
        carry = Carry(carry.instance, carry.cache, policy)
        left -= done
        place = counters[RUN_PLACE]
        out.reason[place] = reason
        if reason <= PAUSED:
            break
        if len(recording.observables) > 0 and counters[LAST_ROW] != counters[STEPS]:
            _write_row(recording, parts, work, carry.instance, carry.cache)
            counters[EXTRA] = 1
        out.spent[place] = counters[STEPS]
        out.evaluations[place] = counters[EVALUATIONS]
        out.hit[place] = counters[HIT]
        out.value[place] = worth(parts.kind, carry.instance, carry.cache, work, parts.n, counters[ZEROS])
        counters[RUN_PLACE] += 1
        counters[OPEN] = 0
        if counters[ROWS] + 2 > work.rows.shape[0] or left <= 0:
            break
    return carry
