"""The whole law of the running time on any function of at most 12 bits.

The law of (string, policy state) is pushed forward step by step.

A string is an integer, bit i for position i. In step t = 1, 2, ... the policy names a rate, the mutation flips a random
set of positions, offspring and parent are compared, the acceptance rule decides, and the policy sees the sign of the
comparison and whether the mutation was empty (idle). T is the first step after which the current string is solved; T =
0 if the start is. Policy states that agree to a relative 1e-9 are one state.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel
from theory.exact import _policies, chain
from theory.exact._policies import (
    AbstractAcceptance,
    AbstractMutation,
    AbstractPolicy,
    Elitist,
    EqualFitnessRule,
    Metropolis,
    OneBit,
    RatePolicy,
    Schedule,
    StandardBits,
    Static,
    Strict,
    Success,
    SuccessRule,
)
from theory.results import Kind, Law, Masses, Moments, Value, truncated_moments

__all__ = [
    "AbstractAcceptance",
    "AbstractMutation",
    "AbstractPolicy",
    "Elitist",
    "EqualFitnessRule",
    "Metropolis",
    "OneBit",
    "RatePolicy",
    "Schedule",
    "StandardBits",
    "Static",
    "Strict",
    "Success",
    "SuccessRule",
    "dynamic",
    "dynamic_bin_val",
    "expected_steps",
    "law",
    "tabulate",
]

MAX_BITS = 12
_STANDARD, _ELITIST = StandardBits(), Elitist()
_SAME = 1e-9  # relative difference up to which two policy states are one
_SKIP = 1e-21  # strings with less mass in a policy state are dropped and counted in the defect
_STEPS = 200_000  # steps that a law without a stated horizon may take
_CELLS = 2.5e7  # (policy state, string) pairs that fit into memory comfortably
_CHEAP = 1e9  # operations that the exact moments behind `Law.mean` may take


def law(
    values: ArrayLike | Sequence[Any],
    policy: RatePolicy | None = None,
    *,
    mutation: AbstractMutation = _STANDARD,
    acceptance: AbstractAcceptance = _ELITIST,
    start: ArrayLike | None = None,
    solved: ArrayLike | None = None,
    horizon: int | None = None,
    tail: float = 1e-12,
) -> Law:
    """The whole law of the number of steps until a solved string is reached.

    Args:
        values: 2^n comparable values (numbers, integers of any size, fractions), entry x for the string with bits of x,
            larger is better; or, for a fresh random function in every step, the float64[2^n, 2^n] probabilities
            P(offspring y beats parent x) = values[x, y], see `dynamic`. n is at most 12.
        policy: the mutation rate: `Static`, `Schedule`, `SuccessRule`, `EqualFitnessRule` or any `RatePolicy`; None
            only for mutations that ignore the rate, such as `OneBit`.
        mutation: the law of the flipped positions.
        acceptance: `Elitist`, `Strict` or `Metropolis(temperature)`.
        start: None for a uniform string, one string as an integer, or 2^n probabilities.
        solved: 2^n booleans; None for the string of ones alone, which must then have the largest value.
        horizon: track so many steps at most; None for 200,000.
        tail: stop when less mass than this is under way.

    Returns:
        An exact law with the defect reported. The mean and variance are solved exactly where the rate never changes and
        that costs less than a few seconds; otherwise they come from the table, the untracked mass at the horizon, so
        that the mean falls short by the defect times what was still to come (then `.upper` is inf), and they are
        refused when the defect exceeds 1e-9.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, rates outside [0, 1], or too many policy states.

    Source: elementary (Chapman-Kolmogorov equations).

    Example:
        >>> onemax = [x.bit_count() for x in range(2**4)]
        >>> time = law(onemax, Static(strength=1.0))
        >>> round(time.mean, 6), round(time.cdf(10), 6)
        (11.025761, 0.585915)
    """
    model = _Model(values, policy, mutation, acceptance, start, solved)
    steps = _STEPS
    if horizon is not None:
        steps = _check.integer("horizon", horizon, low=0, unit="steps", advice="Pass None for the default.")
    tail = _check.real("tail", tail, "(0, 1)", unit="probability", advice="Pass 1e-12, say.")
    masses = _Once(partial(_push_forward, model, steps, tail))
    return Law(kind=Kind.EXACT, source=_SOURCE, moments=partial(_moments, model, masses), masses=masses)


def expected_steps(
    values: ArrayLike | Sequence[Any],
    policy: RatePolicy | None = None,
    *,
    mutation: AbstractMutation = _STANDARD,
    acceptance: AbstractAcceptance = _ELITIST,
    start: ArrayLike | None = None,
    solved: ArrayLike | None = None,
) -> Value:
    """The exact expected number of steps at a rate that never changes.

    Solved from the best value down: strings of one value form a block, solved by state reduction without subtraction.

    Args:
        values: as for `law`.
        policy: `Static`, or None for mutations that ignore the rate.
        mutation: the law of the flipped positions.
        acceptance: `Elitist`, `Strict` or `Metropolis(temperature)`.
        start: as for `law`.
        solved: as for `law`.

    Returns:
        An exact value in steps; inf if a solved string may never be reached.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for a policy whose rate changes, and for arguments out of range.

    Source: elementary; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> binval = list(range(2**4))
        >>> round(float(expected_steps(binval, Static(strength=1.0))), 6)
        11.230033
    """
    model = _Model(values, policy, mutation, acceptance, start, solved)
    if not model.static:
        raise ValueError(
            f"`policy` must be Static, or None with a mutation that ignores the rate; got {policy!r}. "
            "Use law(...).mean for a rate that changes."
        )
    return Value.exact(model.moments()[0], source=_SOURCE)


def tabulate(n: int, function: Callable[[NDArray[np.uint8]], Any]) -> list[Any]:
    """The values of a function on all strings of n bits, in the order that `law` expects.

    Args:
        n: number of bits, at most 12.
        function: takes uint8[n], position i first to last, and returns a comparable value.

    Returns:
        2^n values, entry x for the string with bit i of x at position i.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: none.

    Example:
        >>> tabulate(2, lambda x: int(x[0]) + 2 * int(x[1]))
        [0, 1, 2, 3]
    """
    n = _check.bits(n, high=MAX_BITS)
    return [function(string) for string in _strings(n)]


def dynamic(n: int, beats: Callable[[int, int], float]) -> NDArray[np.float64]:
    """The matrix that `law` expects for a fresh random function in every step.

    Args:
        n: number of bits, at most 12 (the function is called 4^n times).
        beats: beats(x, y) = P(f(y) > f(x)) for parent x and offspring y != x; equal values must have probability zero.

    Returns:
        float64[2^n, 2^n], entry [x, y].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: none.

    Example:
        >>> dynamic(1, lambda x, y: float(y > x)).tolist()
        [[0.0, 1.0], [0.0, 0.0]]
    """
    n = _check.bits(n, high=MAX_BITS)
    strings = range(2**n)
    return np.array([[beats(x, y) if x != y else 0.0 for y in strings] for x in strings], dtype=np.float64)


def dynamic_bin_val(n: int) -> NDArray[np.float64]:
    """Dynamic BinVal: with a bits gained and b lost, the offspring is better with probability a / (a + b).

    Each step draws a fresh uniform order of the positions, and the first flipped position in it decides.

    Args:
        n: number of bits, at most 12.

    Returns:
        float64[2^n, 2^n], P(offspring y beats parent x).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: Lengler and Meier (2020) for the function.

    Example:
        >>> dynamic_bin_val(2)[1].tolist()
        [0.0, 0.0, 0.5, 1.0]
    """
    n = _check.bits(n, high=MAX_BITS)
    count = _policies.sizes(n)
    strings = np.arange(2**n)
    gained = count[~strings[:, None] & strings[None, :]]
    flipped = count[strings[:, None] ^ strings[None, :]]
    return gained / np.maximum(1, flipped)


_SOURCE = "enumeration of all strings and policy states"


class _Once:
    """A computation that is done at most once, shared by moments and distribution."""

    def __init__(self, compute: Callable[[], Masses]) -> None:
        self._compute = compute
        self._result: Masses | None = None

    def __call__(self) -> Masses:
        if self._result is None:
            self._result = self._compute()
        return self._result


class _Model:
    """Checked arguments, with the strings sorted by value."""

    def __init__(
        self,
        values: Any,
        policy: RatePolicy | None,
        mutation: AbstractMutation,
        acceptance: AbstractAcceptance,
        start: Any,
        solved: Any,
    ) -> None:
        _demand("mutation", mutation, AbstractMutation, "StandardBits()")
        _demand("acceptance", acceptance, AbstractAcceptance, "Elitist()")
        if policy is None and not isinstance(mutation, OneBit):
            raise ValueError(
                f"`policy` may be None only for the mutation OneBit(); got None with {mutation!r}. "
                "Pass Static(strength=1.0), say."
            )
        if policy is not None and not all(callable(getattr(policy, m, None)) for m in ("start", "rate", "update")):
            raise TypeError(
                f"`policy` must have the methods start(n), rate(state, t) and update(state, sign, idle, t); got "
                f"{policy!r}. Pass Static(strength=1.0), say."
            )
        self.policy: RatePolicy = Static(rate=1.0) if policy is None else policy
        self.static = policy is None or isinstance(policy, Static)
        self.mutation = mutation
        self.acceptance = acceptance
        self.n, ranks, self.beats = _ranks(values)
        size = 2**self.n
        self.order = np.argsort(ranks, kind="stable")  # strings from worst to best
        ranks = ranks[self.order]
        self.first = np.searchsorted(ranks, ranks, side="left")  # the block of equal values around each
        self.last = np.searchsorted(ranks, ranks, side="right")
        self.worse_kept = _keeps_worse(values, self.order, acceptance, self.beats)
        self.solved = _solved(self.n, solved, ranks, self.order, self.beats)[self.order]
        self.start = _start(size, start)[self.order]

    @property
    def size(self) -> int:
        return self.order.size

    @property
    def homogeneous(self) -> bool:
        return isinstance(self.policy, AbstractPolicy) and self.policy.homogeneous

    def masks(self, rate: float) -> NDArray[np.float64]:
        masks = np.ascontiguousarray(self.mutation.masks(self.n, rate), dtype=np.float64)
        if masks.shape != (self.size,) or not masks.min() >= 0.0 or not abs(masks.sum() - 1.0) <= 1e-9:
            raise ValueError(
                f"`mutation` must give {self.size} probabilities of sum 1; {self.mutation!r} gave shape {masks.shape}, "
                f"sum {masks.sum():.12g} at rate {rate:g}. Correct its method masks(n, rate)."
            )
        return masks

    def rate(self, state: Any, t: int) -> float:
        rate = self.policy.rate(state, t)
        advice = f"This came from {self.policy!r} in state {state!r}, step {t}; correct its method rate(state, t)."
        return _check.real("rate", rate, "[0, 1]", unit="probability per bit", advice=advice)

    def moments(self) -> tuple[float, float]:
        """Mean and variance at a rate that never changes."""
        masks = self.masks(self.rate(self.policy.start(self.n), 1))
        mean, second = np.zeros(self.size), np.zeros(self.size)
        for first, last in self.blocks():
            rows = np.flatnonzero(~self.solved[first:last]) + first
            if rows.size == 0:
                continue
            move = masks[self.order[rows][:, None] ^ self.order[None, :]] * self._accepted(rows)
            move[np.arange(rows.size), rows] = 0.0
            outside = np.ones(self.size, dtype=np.bool_)
            outside[rows] = False
            leave = move[:, outside].sum(axis=1)
            once = 1.0 + _product(move[:, outside], mean[outside])
            mean[rows] = chain.solve(move[:, rows], leave.copy(), once)
            twice = 2.0 * (mean[rows] - 1.0) + _product(move[:, outside], second[outside])
            second[rows] = chain.solve(move[:, rows], leave.copy(), twice)
        with np.errstate(over="ignore", invalid="ignore"):
            variance = np.maximum(0.0, second + mean - mean**2)
        return chain.mixed(mean, variance, self.start)

    def blocks(self) -> list[tuple[int, int]]:
        """Ranges of sorted strings that are solved together, from the best to the worst."""
        if self.beats is not None or self.worse_kept is not None:
            return [(0, self.size)]
        ends = np.unique(self.last)[::-1]
        return [(int(self.first[end - 1]), int(end)) for end in ends]

    def _accepted(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        places = np.arange(self.size)[None, :]
        if self.beats is not None:
            better = self.beats[self.order[rows][:, None], self.order[None, :]]
        else:
            better = (places >= self.last[rows][:, None]).astype(np.float64)
            if self.acceptance.keeps_equal:
                better += (places >= self.first[rows][:, None]) & (places < self.last[rows][:, None])
        if self.worse_kept is not None:
            better += np.where(places < self.first[rows][:, None], self.worse_kept[rows], 0.0)
        return better


def _product(matrix: NDArray[np.float64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
    infinite = ~np.isfinite(vector)
    result = matrix @ np.where(infinite, 0.0, vector)
    result[matrix[:, infinite].any(axis=1)] = math.inf
    return result


def _demand(name: str, value: Any, kind: type, example: str) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"`{name}` must be an {kind.__name__}; got {value!r}. Pass {example}, say.")


def _strings(n: int) -> NDArray[np.uint8]:
    return (np.arange(2**n)[:, None] >> np.arange(n)[None, :] & 1).astype(np.uint8)


def _ranks(values: Any) -> tuple[int, NDArray[np.int64], NDArray[np.float64] | None]:
    shape = np.shape(values) if isinstance(values, np.ndarray) else (len(values),)
    n = max(shape[0], 1).bit_length() - 1
    if shape[0] != 2**n or n < 1 or n > MAX_BITS or len(shape) > 2 or (len(shape) == 2 and shape[1] != shape[0]):
        raise ValueError(
            f"`values` must have 2^n entries, or shape (2^n, 2^n), with n in [1, {MAX_BITS}]; got shape {shape}. "
            "Use tabulate(n, function) or dynamic(n, beats) to build them."
        )
    if len(shape) == 2:
        beats = np.ascontiguousarray(values, dtype=np.float64)
        if not bool(np.all((beats >= 0.0) & (beats <= 1.0))):
            raise ValueError(
                "`values` as a matrix must hold probabilities in [0, 1], P(offspring y beats parent x) at [x, y]; got "
                "an entry outside or NaN. For a static function pass its 2^n values instead."
            )
        return n, np.arange(2**n), beats
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if any(value != value for value in listed):
        raise ValueError("`values` must be comparable; got NaN. Replace it by a number.")
    places = {value: place for place, value in enumerate(sorted(set(listed)))}
    return n, np.array([places[value] for value in listed], dtype=np.int64), None


def _keeps_worse(
    values: Any, order: NDArray[np.int64], acceptance: AbstractAcceptance, beats: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    if acceptance.keeps_worse(np.zeros(1)) is None:
        return None
    if beats is not None:
        raise ValueError(
            f"`acceptance` must not depend on fitness differences where only comparisons exist; got {acceptance!r} "
            "with a matrix of probabilities. Pass Elitist()."
        )
    sorted_values = np.array([float(value) for value in values])[order]
    return acceptance.keeps_worse(np.maximum(0.0, sorted_values[:, None] - sorted_values[None, :]))


def _solved(
    n: int, solved: Any, ranks: NDArray[np.int64], order: NDArray[np.int64], beats: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    mask = np.zeros(2**n, dtype=np.bool_)
    if solved is None:
        mask[-1] = True
        if beats is None and ranks[int(np.flatnonzero(order == 2**n - 1)[0])] != ranks[-1]:
            raise ValueError(
                "`solved` must be given where the string of ones does not have the largest value; got None. Pass 2^n "
                "booleans, true where the search is to end."
            )
        return mask
    mask = np.asarray(solved)
    if mask.shape != (2**n,) or mask.dtype != np.bool_ or not mask.any():
        raise ValueError(
            f"`solved` must be {2**n} booleans, at least one of them true; got shape {mask.shape}, dtype {mask.dtype}. "
            "Pass None for the string of ones."
        )
    return mask


def _start(size: int, start: Any) -> NDArray[np.float64]:
    if start is None:
        return np.full(size, 1.0 / size)
    if np.ndim(start) == 0:
        place = _check.integer("start", start, low=0, high=size - 1, unit="a string", advice="Pass None for uniform.")
        return np.where(np.arange(size) == place, 1.0, 0.0)
    weights = np.asarray(start, dtype=np.float64)
    if weights.shape != (size,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`start` must hold {size} probabilities of sum 1; got shape {weights.shape}, sum {weights.sum():.12g}. "
            "Pass None for a uniform string."
        )
    return weights


def _moments(model: _Model, masses: Callable[[], Masses]) -> Moments:
    cost = sum((last - first) ** 3 for first, last in model.blocks())
    if model.static and cost <= _CHEAP:
        return Moments.rounded(*model.moments())
    return truncated_moments(masses())


class _States:
    """Numbers of policy states, where floats that agree to a relative 1e-9 are one."""

    def __init__(self, limit: int, policy: RatePolicy) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._buckets: dict[int, float] = {}
        self._limit = limit
        self._policy = policy
        self._states: list[Hashable] = []
        self._known = 0  # rows of the two tables in use
        self._place: dict[int, int] = {}
        self._follow = np.zeros((0, 4), np.int64)
        self._masks = np.zeros((0, 0))

    def step(self, model: "_Model", active: NDArray[np.int64], t: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What the active states do in step t.

        Returns:
            int64[active, 4]: the states after a better, an equal, an empty and a worse offspring.
            float64[active, 2^n]: the law of the flipped positions.
        """
        if not model.homogeneous:
            self._known = 0
            fresh = active.tolist()
        else:
            fresh = [number for number in active.tolist() if number not in self._place]
        for number in fresh:
            state, update = self._states[number], self._policy.update
            better, equal = self.number(update(state, 1, False, t)), self.number(update(state, 0, False, t))
            idle, worse = self.number(update(state, 0, True, t)), self.number(update(state, -1, False, t))
            self._grow(model.size)
            self._follow[self._known] = better, equal, idle, worse
            self._masks[self._known] = model.masks(model.rate(state, t))
            self._place[number] = self._known
            self._known += 1
        places = np.array([self._place[number] for number in active.tolist()])
        return self._follow[places], self._masks[places]

    def _grow(self, size: int) -> None:
        if self._known == self._follow.shape[0]:
            more = max(16, self._known)
            self._follow = np.concatenate([self._follow, np.zeros((more, 4), np.int64)])
            self._masks = np.concatenate([self._masks.reshape(-1, size), np.zeros((more, size))])

    def number(self, state: Hashable) -> int:
        state = self._merge(state)
        found = self._numbers.get(state)
        if found is None:
            found = len(self._states)
            if found >= self._limit:
                raise ValueError(
                    f"`policy` must have at most {self._limit} states at this n; {self._policy!r} reaches more within "
                    "the horizon. Choose numbers whose steps meet again (an integer s, a constant factor), or a "
                    "smaller n."
                )
            self._numbers[state] = found
            self._states.append(state)
        return found

    def _merge(self, state: Hashable) -> Hashable:
        if isinstance(state, tuple):
            return tuple(self._merge(part) for part in state)
        if not isinstance(state, (float, np.floating)) or state == 0.0 or not math.isfinite(state):
            return state
        value = float(state)
        bucket = math.floor(math.log(abs(value)) / _SAME)
        for near in (bucket, bucket - 1, bucket + 1):
            known = self._buckets.get(near)
            if known is not None and abs(known - value) <= _SAME * abs(value):
                return known
        self._buckets[bucket] = value
        return value


def _push_forward(model: _Model, steps: int, tail: float) -> Masses:
    states = _States(int(_CELLS // model.size), model.policy)
    active = np.array([states.number(model.policy.start(model.n))])  # policy states under way, one row of `now` each
    now = model.start[None, :].copy()
    pmf = [float(now[0, model.solved].sum())]
    now[0, model.solved] = 0.0
    places = model.order, model.first, model.last
    matrices = _sorted_matrices(model)
    lost, t, under_way = 0.0, 0, float(now.sum())
    while t < steps and under_way > tail:
        t += 1
        follow, masks = states.step(model, active, t)
        targets, rows = np.unique(follow, return_inverse=True)
        after = np.zeros((targets.size, model.size))
        lost += _push(now, after, masks, rows.reshape(-1, 4), places, matrices, model.acceptance.keeps_equal)
        pmf.append(float(after[:, model.solved].sum()))
        after[:, model.solved] = 0.0
        mass = after.sum(axis=1)
        kept = mass > _SKIP * model.size
        lost += float(mass[~kept].sum())
        now, active, under_way = after[kept], targets[kept], float(mass[kept].sum())
    rounding = abs(1.0 - (math.fsum(pmf) + under_way + lost))
    return Masses(np.array(pmf), under_way + lost + rounding)


def _sorted_matrices(model: _Model) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    empty = np.zeros((0, 0))
    beats = empty if model.beats is None else model.beats[np.ix_(model.order, model.order)]
    return beats, empty if model.worse_kept is None else model.worse_kept


@kernel
def _push(
    now: NDArray[np.float64],
    after: NDArray[np.float64],
    masks: NDArray[np.float64],
    follow: NDArray[np.int64],
    places: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    matrices: tuple[NDArray[np.float64], NDArray[np.float64]],
    keeps_equal: bool,
) -> float:
    codes, first, last = places
    beats, worse = matrices
    size = codes.size
    lost = 0.0
    for a in range(now.shape[0]):
        better_state = follow[a, 0]
        equal_state = follow[a, 1]
        idle_state = follow[a, 2]
        worse_state = follow[a, 3]
        for x in range(size):
            mass = now[a, x]
            if mass == 0.0:
                continue
            if mass < _SKIP:
                lost += mass
                continue
            code = codes[x]
            rest = mass - mass * masks[a, 0]
            after[idle_state, x] += mass * masks[a, 0]
            if beats.shape[0] > 0:
                for y in range(size):
                    if y != x:
                        move = mass * masks[a, code ^ codes[y]] * beats[x, y]
                        after[better_state, y] += move
                        rest -= move
            else:
                for y in range(last[x], size):
                    move = mass * masks[a, code ^ codes[y]]
                    after[better_state, y] += move
                    rest -= move
                for y in range(first[x], last[x]):
                    if y != x:
                        move = mass * masks[a, code ^ codes[y]]
                        after[equal_state, y if keeps_equal else x] += move
                        rest -= move
                if worse.shape[0] > 0:
                    for y in range(first[x]):
                        move = mass * masks[a, code ^ codes[y]] * worse[x, y]
                        after[worse_state, y] += move
                        rest -= move
            after[worse_state, x] += max(0.0, rest)
    return lost
