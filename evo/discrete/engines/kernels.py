"""The kernel of the reference engine: runs of an algorithm, one generation after the other.

A kernel call makes at most a given number of steps and can be called again to go on: all that a run needs lies in
the arrays of `Work` and in the `Carry` that it takes and returns. What a generation is, each algorithm says itself.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload, register_jitable

from evo.core.stops import Reason
from evo.discrete.engines import functions as f
from evo.discrete.engines.borrow import borrowed
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.functions import Sight
from evo.discrete.engines.streams import (
    FUNCTION,
    INSTANCE,
    RUN,
    START,
    STEP,
    child_words,
    seed_stream,
)

#: places in `Work.counters`
RUN_PLACE, OPEN, STEPS, EVALUATIONS, ZEROS, IMPROVED, HIT, ROWS, GRID, EXTRA, LAST_ROW = range(11)
#: what `walk` returns besides the codes of `evo.core.stops.Reason`
PAUSED, INVALID_RATE = 0, -1
NON_FINITE = Reason.NON_FINITE.code


class Parts(NamedTuple):
    """A lowered algorithm and its parts."""

    algorithm: Any
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
    second: np.ndarray  # int64[n] where the algorithm needs it, as `third`
    third: np.ndarray
    population: np.ndarray  # uint8[strings, n]
    scores: np.ndarray  # float64[strings]
    population_zeros: np.ndarray  # int64[strings]
    brood: np.ndarray  # float64[2]: the adaptive number of offspring, and how many the last step had
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
        work.counters[STEPS],
        f.level(instance, cache),
        work.counters[ZEROS],
        n,
        work.rate[0],
        math.nan,
        math.nan,
        int(work.brood[1]),
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
        sight = Sight(sight.step, sight.level, sight.zeros, sight.n, sight.rate, value, best, sight.offspring)
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
def reached(problem, cache, x, zeros, target):
    """Whether a string is optimal or as good as the target (nan: there is none)."""
    found = f.solved(problem, cache, zeros)
    if not found and not math.isnan(target):
        found = f.value(problem, cache, x) >= target
    return found


@register_jitable
def count_zeros(x):
    """The number of zero-bits."""
    zeros = 0
    for bit in x:
        zeros += 1 - np.int64(bit)
    return zeros


@register_jitable
def flip(x, flips, count, zeros):
    """Flip positions of x; returns its number of zero-bits."""
    for place in range(count):
        position = flips[place]
        x[position] = 1 - x[position]
        zeros += 1 - 2 * np.int64(x[position])
    return zeros


@register_jitable
def note_best(instance, cache, x, work):
    """Keep the current string if it is better than the best so far; returns whether it is."""
    value = float(f.value(instance, cache, x))
    if f.scored(instance):
        better = value > work.best_value[0]
    else:
        better = f.order(instance, x, work.best, work.function_stream) > 0
    if better:
        work.best_value[0] = value
        work.best[:] = x
    return better


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
    cache = f.prepare(instance, work.x)
    counters[HIT], counters[EVALUATIONS] = 0, f.founders(parts.algorithm)
    if f.storage(parts.algorithm)[0] > 0:
        work.population[0] = work.x
        for index in range(1, f.founders(parts.algorithm)):
            f.place(parts.start, parts.n, work.stream, work.population[index])
        seed_stream(work.function_stream, keys[4, 0], keys[4, 1], 0)
        f.settle(parts.algorithm, parts, work, instance, cache, f.gather(parts.algorithm, instance, work))
    policy = f.start(parts.rate, parts.n)
    counters[OPEN], counters[STEPS], counters[ZEROS] = 1, 0, count_zeros(work.x)
    counters[IMPROVED], counters[GRID] = 0, 0
    counters[EXTRA], counters[LAST_ROW] = 0, -1
    work.memo[:] = 0.0
    work.rate[0] = math.nan
    work.brood[0], work.brood[1] = f.first_brood(parts.algorithm), 0.0
    if parts.tracked:
        work.best_value[0] = float(f.value(instance, cache, work.x))
        work.best[:] = work.x
    _record(recording, work, instance, cache, parts.n, parts.tracked, False)
    return Carry(instance, cache, policy)


@register_jitable
def _stands_at_a_hit(parts, limits, work, instance, cache):
    """The index of the first optimal evaluation, if the run already stands at or went through a hit; else 0.

    A resumed run may have another target than before.
    """
    counters = work.counters
    before = counters[HIT]
    counters[HIT] = 0
    if f.redrawn(instance) and before > 0:  # the string that was the hit need not be there any more
        counters[HIT] = before
        return before
    found = reached(instance, cache, work.x, counters[ZEROS], limits.target)
    if not found and parts.tracked:
        best = work.best
        found = reached(instance, f.prepare(instance, best), best, count_zeros(best), limits.target)
    if not found:
        return 0
    if counters[STEPS] == 0 and f.founders(parts.algorithm) > 1:
        for index in range(f.founders(parts.algorithm)):
            x = work.population[index]
            if reached(instance, f.prepare(instance, x), x, count_zeros(x), limits.target):
                return index + 1
    return before if before > 0 else counters[EVALUATIONS]


@register_jitable
def _finite_start(parts, work, instance, cache):
    """Whether the values of all strings that the run starts with are finite."""
    value = float(f.value(instance, cache, work.x))
    finite = value - value == 0.0
    for index in range(f.founders(parts.algorithm) if f.storage(parts.algorithm)[0] > 0 else 0):
        finite = finite and work.scores[index] - work.scores[index] == 0.0
    return finite


@register_jitable
def walk(parts, recording, limits, work, carry, most):
    """Make steps until `most` evaluations are made: (code of the reason, evaluations, state of the policy)."""
    parts, recording, work, policy = borrowed(parts), borrowed(recording), borrowed(work), carry.policy
    instance, cache = borrowed(carry.instance), borrowed(carry.cache)
    herd = f.gather(parts.algorithm, instance, work)
    counters, stream = work.counters, work.stream
    word0, word1 = work.keys[2, 0], work.keys[2, 1]
    redrawn = 1 if f.redrawn(instance) else 0
    observed = len(recording.observables) > 0
    step, evaluations, zeros, improved = counters[STEPS], counters[EVALUATIONS], counters[ZEROS], counters[IMPROVED]
    reason, made = PAUSED, 0
    if step == 0 and not _finite_start(parts, work, instance, cache):
        return NON_FINITE, 0, policy
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
        seed_stream(stream, word0, word1, step + 1)
        offspring = f.brood_size(parts.algorithm, work, stream)
        cost = f.cost(parts.algorithm, offspring, redrawn)
        if evaluations + cost > limits.evaluations:
            reason = 3
            break
        if made >= most or (observed and counters[ROWS] + 2 > work.rows.shape[0]):
            break
        if redrawn:
            seed_stream(work.function_stream, work.keys[4, 0], work.keys[4, 1], step + 1)
        work.brood[1] = offspring
        done = f.generate(
            parts.algorithm, parts, work, instance, cache, herd, policy, step + 1, zeros, offspring, limits.target
        )
        if done.code == INVALID_RATE:
            reason = INVALID_RATE
            break
        step += 1
        made += cost
        evaluations += cost
        if done.code != PAUSED:
            reason = done.code
            break
        policy, zeros = done.policy, done.zeros
        if done.improved:
            improved = step
        if observed:
            counters[STEPS], counters[EVALUATIONS], counters[ZEROS] = step, evaluations, zeros
            _record(recording, work, instance, cache, parts.n, parts.tracked, done.improved)
        if done.place > 0:
            hit = evaluations - cost + done.place
    counters[STEPS], counters[EVALUATIONS], counters[ZEROS], counters[IMPROVED] = step, evaluations, zeros, improved
    return reason, made, policy


@Kernel
def open_kernel(parts, recording, work):
    """Open the run whose words are in `work.keys[0]`."""
    return open_run(parts, recording, work)


@Kernel
def restore_kernel(parts, work, policy, step):
    """The carry of a run whose strings are in `work`, with this state of the policy, after so many steps."""
    instance = f.instance(parts.problem, work.keys[3])
    cache = f.prepare(instance, work.x)
    if f.storage(parts.algorithm)[0] > 0:
        seed_stream(work.function_stream, work.keys[4, 0], work.keys[4, 1], step)
        f.settle(parts.algorithm, parts, work, instance, cache, f.gather(parts.algorithm, instance, work))
    return Carry(instance, cache, policy)


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
