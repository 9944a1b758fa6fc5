"""The kernel of the reference engine: runs of a (1+1) scheme, one mutation per step.

A kernel call makes at most a given number of steps and can be called again to go on: all that a run needs lies in
the arrays of `Work` and in the `Carry` that it takes and returns.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload, register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.borrow import borrowed
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.functions import Event, PolicyView, Sight
from evo.discrete.engines.streams import (
    FUNCTION,
    INSTANCE,
    RUN,
    START,
    STEP,
    child_words,
    seed_stream,
    uniform,
)

#: places in `Work.counters`
RUN_PLACE, OPEN, STEPS, EVALUATIONS, ZEROS, IMPROVED, HIT, ROWS, GRID, EXTRA, LAST_ROW = range(11)
#: what `walk` returns besides the codes of `evo.core.stops.Reason`
PAUSED, INVALID_RATE = 0, -1


class Parts(NamedTuple):
    """The lowered parts of a (1+1) scheme."""

    problem: Any
    mutation: Any
    rate: Any
    acceptance: Any
    start: Any
    n: int
    #: whether the best string so far is kept beside the current one
    tracked: bool


class Recording(NamedTuple):
    """A lowered recorder: when, and a tuple of lowered observables."""

    trigger: Any
    observables: tuple[Any, ...]


class KernelLimits(NamedTuple):
    """Where runs end; `target` is nan if there is none."""

    steps: int
    evaluations: int
    stagnation: int
    target: float


class Work(NamedTuple):
    """The arrays of the run in progress."""

    x: np.ndarray  # uint8[n]
    best: np.ndarray  # uint8[n], the best string so far where it is tracked
    best_value: np.ndarray  # float64[1]
    flips: np.ndarray  # int64[n]
    stream: np.ndarray  # uint64[4]
    function_stream: np.ndarray  # uint64[4]
    counters: np.ndarray  # int64[11]
    rate: np.ndarray  # float64[1]: the last rate
    memo: np.ndarray  # float64[128]: the mutation's own
    keys: np.ndarray  # uint64[5, 2]: run, start, step, instance, function
    memories: np.ndarray  # float64[observables, size]
    rows: np.ndarray  # float64[capacity, 2 + observables]
    row_runs: np.ndarray  # int64[capacity]


class Out(NamedTuple):
    """One number per finished run."""

    spent: np.ndarray  # int64
    evaluations: np.ndarray  # int64
    hit: np.ndarray  # int64
    reason: np.ndarray  # int64
    value: np.ndarray  # float64


class Carry(NamedTuple):
    """What a run carries beside its arrays."""

    instance: Any
    cache: Any
    policy: Any


@register_jitable
def _sight(work, instance, cache, n):
    return Sight(
        work.counters[STEPS], f.level(instance, cache), work.counters[ZEROS], n, work.rate[0], math.nan, math.nan
    )


# --- tuples of observables: one generic call per element ------------------------------------------------------------


def begin_all(observables, memories, sight, place):
    """Set the memories of all observables at the start."""
    for index, item in enumerate(observables):
        f.observe_begin(item, memories[place + index], sight)


@overload(begin_all)
def _begin_all(observables, memories, sight, place):
    if len(observables) == 0:
        return lambda observables, memories, sight, place: None

    def each(observables, memories, sight, place):
        f.observe_begin(observables[0], memories[place], sight)
        begin_all(observables[1:], memories, sight, place + 1)

    return each


def after_all(observables, memories, sight, repeat, place):
    """Let all observables account for the last steps."""
    for index, item in enumerate(observables):
        f.observe_after(item, memories[place + index], sight, repeat)


@overload(after_all)
def _after_all(observables, memories, sight, repeat, place):
    if len(observables) == 0:
        return lambda observables, memories, sight, repeat, place: None

    def each(observables, memories, sight, repeat, place):
        f.observe_after(observables[0], memories[place], sight, repeat)
        after_all(observables[1:], memories, sight, repeat, place + 1)

    return each


def read_all(observables, memories, sight, row, place):
    """Write the numbers of all observables into a row."""
    for index, item in enumerate(observables):
        row[2 + place + index] = f.observe_read(item, memories[place + index], sight)


@overload(read_all)
def _read_all(observables, memories, sight, row, place):
    if len(observables) == 0:
        return lambda observables, memories, sight, row, place: None

    def each(observables, memories, sight, row, place):
        row[2 + place] = f.observe_read(observables[0], memories[place], sight)
        read_all(observables[1:], memories, sight, row, place + 1)

    return each


def any_needs_value(observables):
    """Whether an observable asks for the value."""
    return any(f.needs_value(item) for item in observables)


@overload(any_needs_value)
def _any_needs_value(observables):
    if len(observables) == 0:
        return lambda observables: False

    def each(observables):
        return f.needs_value(observables[0]) or any_needs_value(observables[1:])

    return each


@register_jitable
def _write_row(recording, work, instance, cache, n, tracked):
    counters = work.counters
    row = work.rows[counters[ROWS]]
    work.row_runs[counters[ROWS]] = counters[RUN_PLACE]
    row[0], row[1] = counters[STEPS], counters[EVALUATIONS]
    sight = _sight(work, instance, cache, n)
    if any_needs_value(recording.observables):
        value = float(f.value(instance, cache, work.x))
        best = work.best_value[0] if tracked else value
        sight = Sight(sight.step, sight.level, sight.zeros, sight.n, sight.rate, value, best)
    read_all(recording.observables, work.memories, sight, row, 0)
    counters[ROWS] += 1
    counters[LAST_ROW] = counters[STEPS]


@register_jitable
def _record(recording, work, instance, cache, n, tracked, improved):
    """Account for the step that was just made (or the start), and write a row if it is due."""
    sight = _sight(work, instance, cache, n)
    if work.counters[STEPS] == 0:
        begin_all(recording.observables, work.memories, sight, 0)
    else:
        after_all(recording.observables, work.memories, sight, 1, 0)
    due, place = f.due(recording.trigger, work.counters[GRID], work.counters[STEPS], improved)
    work.counters[GRID] = place
    if due:
        _write_row(recording, work, instance, cache, n, tracked)


@register_jitable
def open_run(parts, recording, work):
    """Make the start of the run whose words are in `work.keys[0]`, and value it."""
    keys, counters = work.keys, work.counters
    child_words(keys[0], START[0], START[1], 0, keys[1])
    child_words(keys[0], STEP[0], STEP[1], 0, keys[2])
    child_words(keys[0], INSTANCE[0], INSTANCE[1], 0, keys[3])
    child_words(keys[0], FUNCTION[0], FUNCTION[1], 0, keys[4])
    instance = f.instance(parts.problem, keys[3])
    seed_stream(work.stream, keys[1, 0], keys[1, 1], 0)
    f.place(parts.start, parts.n, work.stream, work.x)
    zeros = 0
    for bit in work.x:
        zeros += 1 - np.int64(bit)
    cache = f.prepare(instance, work.x)
    policy = f.start(parts.rate, parts.n)
    counters[OPEN], counters[STEPS], counters[EVALUATIONS], counters[ZEROS] = 1, 0, 1, zeros
    counters[IMPROVED], counters[HIT], counters[GRID] = 0, 0, 0
    counters[EXTRA], counters[LAST_ROW] = 0, -1
    work.memo[:] = 0.0
    work.rate[0] = math.nan
    if parts.tracked:
        work.best_value[0] = float(f.value(instance, cache, work.x))
        work.best[:] = work.x
    _record(recording, work, instance, cache, parts.n, parts.tracked, False)
    return Carry(instance, cache, policy)


@register_jitable
def walk(parts, recording, limits, work, carry, most):
    """Make up to `most` steps: (code of the reason, steps made, state of the policy)."""
    parts, recording, work, policy = borrowed(parts), borrowed(recording), borrowed(work), carry.policy
    instance, cache = borrowed(carry.instance), borrowed(carry.cache)
    counters, x, flips, stream, memo = work.counters, work.x, work.flips, work.stream, work.memo
    function_stream = work.function_stream
    word0, word1 = work.keys[2, 0], work.keys[2, 1]
    n = parts.n
    per_step = 2 if f.redrawn(instance) else 1
    targeted = not math.isnan(limits.target)
    observed = len(recording.observables) > 0
    step, evaluations, zeros, improved = counters[STEPS], counters[EVALUATIONS], counters[ZEROS], counters[IMPROVED]
    rate = work.rate[0]
    reason, made, fresh = PAUSED, 0, True
    while True:
        if fresh:
            reached = f.solved(instance, cache, zeros)
            if targeted and not reached:
                reached = f.value(instance, cache, x) >= limits.target
            if reached:
                counters[HIT] = evaluations
                reason = 1
                break
        if step >= limits.steps:
            reason = 2
            break
        if step - improved >= limits.stagnation:
            reason = 4
            break
        if evaluations + per_step > limits.evaluations:
            reason = 3
            break
        if made >= most or (observed and counters[ROWS] + 2 > work.rows.shape[0]):
            break
        seed_stream(stream, word0, word1, step + 1)
        view = PolicyView(step + 1, f.level(instance, cache), zeros, 0)
        drawn = float(f.draw(parts.rate, policy, view, n, stream))
        if not (drawn >= 0.0 and drawn <= 1.0):
            rate, reason = drawn, INVALID_RATE
            break
        rate = drawn
        step += 1
        made += 1
        evaluations += per_step
        count = f.flips(parts.mutation, rate, n, stream, flips, memo)
        if f.redrawn(instance):
            seed_stream(function_stream, work.keys[4, 0], work.keys[4, 1], step)
        magnitude = 0.0
        if f.weighs(parts.acceptance):
            sign, magnitude = f.gain(instance, cache, x, flips, count, function_stream)
            if magnitude - magnitude != 0.0:
                sign = -2
        else:
            sign = f.compare(instance, cache, x, flips, count, function_stream)
        if sign < -1:
            reason = 6
            break
        u = uniform(stream) if f.draws(parts.acceptance) else 0.0
        toss = uniform(stream) if f.tosses(parts.rate) else 0.0
        fresh = f.keep(parts.acceptance, sign, magnitude, u) and count > 0
        if fresh:
            for place in range(count):
                position = flips[place]
                x[position] = 1 - x[position]
                zeros += 1 - 2 * np.int64(x[position])
            f.commit(instance, cache, x, flips, count)
            if sign > 0:
                improved = step
            if parts.tracked:
                value = float(f.value(instance, cache, x))
                if value > work.best_value[0]:
                    work.best_value[0] = value
                    work.best[:] = x
        policy = f.update(parts.rate, policy, Event(step, sign, count == 0, count, 0, toss), n)
        if observed:
            counters[STEPS], counters[EVALUATIONS], counters[ZEROS] = step, evaluations, zeros
            work.rate[0] = rate
            _record(recording, work, instance, cache, n, parts.tracked, fresh and sign > 0)
    counters[STEPS], counters[EVALUATIONS], counters[ZEROS], counters[IMPROVED] = step, evaluations, zeros, improved
    work.rate[0] = rate
    return reason, made, policy


@Kernel
def open_kernel(parts, recording, work):
    """Open the run whose words are in `work.keys[0]`."""
    return open_run(parts, recording, work)


@Kernel
def restore_kernel(parts, keys, x, policy):
    """The carry of a run that stands at x with this state of the policy."""
    instance = f.instance(parts.problem, keys[3])
    return Carry(instance, f.prepare(instance, x), policy)


@Kernel
def advance_kernel(parts, recording, limits, work, out, seed_words, first, count, carry, most):
    """Go on with the runs `first`, ..., `first + count - 1`; returns the carry, all else is in the arrays."""
    counters = work.counters
    left = most
    while counters[RUN_PLACE] < count:
        if counters[OPEN] == 0:
            child_words(seed_words, RUN[0], RUN[1], first + counters[RUN_PLACE], work.keys[0])
            carry = open_run(parts, recording, work)
        reason, made, policy = walk(parts, recording, limits, work, carry, left)
        carry = Carry(carry.instance, carry.cache, policy)
        left -= made
        place = counters[RUN_PLACE]
        out.reason[place] = reason
        if reason <= PAUSED:
            break
        if len(recording.observables) > 0 and counters[LAST_ROW] != counters[STEPS]:
            _write_row(recording, work, carry.instance, carry.cache, parts.n, parts.tracked)
            counters[EXTRA] = 1
        out.spent[place] = counters[STEPS]
        out.evaluations[place] = counters[EVALUATIONS]
        out.hit[place] = counters[HIT]
        current = float(f.value(carry.instance, carry.cache, work.x))
        out.value[place] = work.best_value[0] if parts.tracked else current
        counters[RUN_PLACE] += 1
        counters[OPEN] = 0
        if counters[ROWS] + 2 > work.rows.shape[0] or left <= 0:
            break
    return carry
