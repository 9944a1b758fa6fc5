"""Hitting time of state 0 for Markov chains on {0, ..., m}: moments without subtraction, and the whole law.

Moves down only: forward substitution. Moves both ways: the state reduction of Grassmann, Taksar and Heyman, which never
subtracts and so keeps its relative accuracy however long the hitting time is. The whole law: forward iteration.
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory._compile import kernel
from theory.results import Kind, Law, Masses, Moments

__all__ = ["Chain", "iterate", "law", "mixed", "moments", "solve"]

TAIL = 1e-15  # forward iteration ends when less mass than this is under way
_SKIP = 1e-26  # states with less mass are not pushed in this step
_WORK = 2e10  # elementary operations that a law without a stated horizon may take (about half a minute)
_STEPS = 2e7  # and the steps that its table may hold


@final
@dataclass(frozen=True, eq=False)
class Chain:
    """Bands of a transition matrix on {0, ..., m}; state 0 absorbs, what is not listed stays.

    Args:
        down: float64[m + 1, D], down[k, j] = P(k -> k - 1 - j); row 0 is ignored.
        up: float64[m + 1, U], up[k, j] = P(k -> k + 1 + j); U = 0 for chains that only move down.

    Raises:
        ValueError: if shapes differ, an entry is negative or not finite, a move leaves the state space, or a row
            exceeds 1.

    Example:
        >>> coin = Chain(down=np.array([[0.0], [0.5]]), up=np.zeros((2, 0)))
        >>> moments(coin)[0].tolist()
        [0.0, 2.0]
    """

    down: NDArray[np.float64]
    up: NDArray[np.float64]

    def __post_init__(self) -> None:
        down = np.ascontiguousarray(self.down, dtype=np.float64)
        up = np.ascontiguousarray(self.up, dtype=np.float64)
        if down.ndim != 2 or up.ndim != 2 or down.shape[0] != up.shape[0] or down.shape[0] < 1:
            raise ValueError(
                f"`down` and `up` must be matrices (states, bands) with one row per state; got shapes {down.shape} and "
                f"{up.shape}. Pass up=np.zeros((states, 0)) for a chain that only moves down."
            )
        for name, band in (("down", down), ("up", up)):
            if not bool(np.all(np.isfinite(band) & (band >= 0.0))):
                raise ValueError(
                    f"`{name}` must hold probabilities in [0, 1]; got a negative or non-finite entry. "
                    "Check the row that builds it."
                )
        rows = down[1:].sum(axis=1) + up[1:].sum(axis=1)
        if rows.size and rows.max() > 1.0 + 1e-9:
            raise ValueError(
                f"`down` and `up` together must sum to at most 1 in each row; got {rows.max():.17g} in row "
                f"{int(rows.argmax()) + 1}. The rest of the mass stays."
            )
        if _leaves(down, up):
            raise ValueError(
                "`down` and `up` must stay inside the state space {0, ..., m}; got a positive probability of leaving "
                "it. Set these entries to zero."
            )
        object.__setattr__(self, "down", down)
        object.__setattr__(self, "up", up)

    @property
    def states(self) -> int:
        """m, the largest state."""
        return self.down.shape[0] - 1

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> "Chain":
        """The chain with P(k -> j) = matrix[k, j]; row 0 is ignored, since state 0 absorbs."""
        square = np.asarray(matrix, dtype=np.float64)
        if square.ndim != 2 or square.shape[0] != square.shape[1] or square.shape[0] < 1:
            raise ValueError(
                f"`matrix` must be square (states, states); got shape {square.shape}. Row k holds the law of the next "
                "state from state k."
            )
        size = square.shape[0]
        down, up = np.zeros((size, size - 1)), np.zeros((size, size - 1))
        for k in range(1, size):
            down[k, :k] = square[k, :k][::-1]
            up[k, : size - 1 - k] = square[k, k + 1 :]
        return cls(down, up)


def moments(chain: Chain) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected value and variance of the hitting time of state 0, from every state.

    E_k = 1 + sum_j P(k, j) E_j. Chains that only move down: E_k = (1 + sum_{j<k} P(k, j) E_j) / sum_{j<k} P(k, j), and
    the variance from the variances and squared differences of means after the next move. Otherwise E[T] and E[T (T -
    1)] are solved by state reduction; the variance then loses about log10(E[T]^2 / Var[T]) digits.

    Args:
        chain: the bands of its transition matrix.

    Returns:
        mean: float64[m + 1] in steps; inf where state 0 is not reached, or beyond the range of floats.
        variance: float64[m + 1] in steps squared; inf where the mean is.

    Source: Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> moments(Chain.from_matrix([[1, 0, 0], [0.5, 0, 0.5], [0, 1, 0]]))[0].round(12).tolist()
        [0.0, 3.0, 4.0]
    """
    if chain.up.shape[1] == 0 or not chain.up.any():
        mean, variance = _descend(chain.down)
    else:
        mean, variance = _reduce(chain.down, chain.up.copy())
    infinite = ~np.isfinite(mean)
    mean[infinite], variance[infinite | np.isnan(variance)] = math.inf, math.inf
    return mean, variance


def mixed(mean: NDArray[np.float64], variance: NDArray[np.float64], start: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and variance for a random start: the law of total variance.

    Args:
        mean: expected value from every state.
        variance: variance from every state.
        start: probability of every state.

    Returns:
        The mean and the variance; both inf if a possible start has an infinite mean.

    Source: elementary.

    Example:
        >>> mixed(np.array([0.0, 2.0]), np.array([0.0, 2.0]), np.array([0.5, 0.5]))
        (1.0, 2.0)
    """
    used = start > 0.0
    weights, means, variances = start[used], mean[used], variance[used]
    if not bool(np.all(np.isfinite(means))):
        return math.inf, math.inf
    average = math.fsum(weights * means)
    with np.errstate(over="ignore"):
        spread = weights * (variances + (means - average) ** 2)
    return average, math.fsum(spread) if bool(np.all(np.isfinite(spread))) else math.inf


def iterate(
    chain: Chain, start: NDArray[np.float64], *, tail: float = TAIL, horizon: int | None = None, limit: int = 1 << 62
) -> Masses:
    """P(T = t) for t = 0, 1, ..., by pushing the law of the state forward.

    Args:
        chain: the bands of its transition matrix.
        start: probability of every state.
        tail: stop when less mass than this is under way.
        horizon: stop after this many steps at the latest; None for no limit but `limit`.
        limit: largest admissible number of steps.

    Returns:
        The table and its defect: the mass under way at the end, what was cut at the edge, and rounding.

    Raises:
        ValueError: if the tail is not reached within `limit` steps.

    Source: elementary.

    Example:
        >>> coin = Chain(down=np.array([[0.0], [0.5]]), up=np.zeros((2, 0)))
        >>> iterate(coin, np.array([0.0, 1.0]), horizon=3).pmf.tolist()
        [0.0, 0.5, 0.25, 0.125]
    """
    law_now = np.array(start, dtype=np.float64)
    last = limit if horizon is None else horizon
    tables, steps, cut = [law_now[:1].copy()], 0, 0.0
    law_now[0] = 0.0
    spare = np.zeros_like(law_now)
    leave = chain.down.sum(axis=1) + chain.up.sum(axis=1)
    one_way = chain.up.shape[1] == 0
    widths = _widths(chain.down), _widths(chain.up)
    while steps < last and law_now.sum() > tail:
        table = np.zeros(min(max(1024, steps // 2), last - steps))
        if one_way:
            done, lost = _push_down(chain.down, widths[0], leave, law_now, table, tail)
        else:
            done, lost = _push(chain.down, chain.up, widths[0], widths[1], leave, law_now, spare, table, tail)
        tables.append(table[:done])
        steps, cut = steps + done, cut + lost
    pmf = np.concatenate(tables)
    remaining = float(law_now.sum())
    if horizon is None and remaining > tail:
        raise ValueError(f"the law must be complete within {limit} steps; {remaining:.3g} of its mass is not.")
    rounding = abs(1.0 - (math.fsum(pmf) + remaining + cut))
    return Masses(pmf, remaining + cut + rounding)


def law(chain: Chain, start: ArrayLike, *, source: str, horizon: int | None = None) -> Law:
    """The law of the hitting time of state 0.

    Args:
        chain: the bands of its transition matrix.
        start: probability of every state.
        source: what the chain is, for the result.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is under way.

    Returns:
        An exact law. Its distribution is computed on first use, and refused where that would take minutes.

    Raises:
        ValueError: if the start is not a law on the states.

    Source: elementary.

    Example:
        >>> coin = Chain(down=np.array([[0.0], [0.5]]), up=np.zeros((2, 0)))
        >>> law(coin, [0.0, 1.0], source="a fair coin").quantile(0.9)
        4
    """
    weights = np.asarray(start, dtype=np.float64)
    if weights.shape != (chain.states + 1,) or weights.min() < 0.0 or abs(weights.sum() - 1.0) > 1e-9:
        raise ValueError(
            f"`start` must be a law on the {chain.states + 1} states (non-negative, sum 1); got shape {weights.shape}, "
            f"sum {weights.sum():.12g}. Pass one probability per state."
        )
    lazy = partial(_moments_from, chain, weights)
    return Law(
        kind=Kind.EXACT, source=source, moments=lazy, masses=partial(_masses_from, chain, weights, horizon, lazy)
    )


def _moments_from(chain: Chain, start: NDArray[np.float64]) -> Moments:
    return Moments.rounded(*mixed(*moments(chain), start))


def _masses_from(chain: Chain, start: NDArray[np.float64], horizon: int | None, lazy: "partial[Moments]") -> Masses:
    if horizon is None:
        mean, variance, _, _ = lazy()
        breadth = min(chain.states + 1.0, 8.0 * math.sqrt(chain.states) + 10.0)
        allow(mean, variance, breadth * (chain.down.shape[1] + chain.up.shape[1] + 1))
    return iterate(chain, start, horizon=horizon)


def allow(mean: float, variance: float, cost: float) -> None:
    """Refuses a whole distribution that would take minutes.

    Args:
        mean: expected hitting time in steps.
        variance: its variance.
        cost: operations per step.

    Raises:
        ValueError: with the estimate and what to do instead.
    """
    steps = mean + 36.0 * math.sqrt(variance) if math.isfinite(variance) else math.inf
    if steps > _STEPS or steps * cost > _WORK:
        raise ValueError(
            f"the whole distribution must fit into {min(_STEPS, _WORK / cost):.2g} steps of forward iteration at this "
            f"size; it needs about {steps:.2g}. Use .mean, .variance and .std, or pass horizon= to track so many steps."
        )


def solve(inner: NDArray[np.float64], leave: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solves (I - Q) X = R for a sub-stochastic Q, with non-negative numbers only.

    The diagonal of Q is not needed: 1 - Q_kk is the sum of what leaves state k.

    Args:
        inner: float64[m, m], Q; changed in place.
        leave: float64[m], mass that leaves the block from each state; changed in place.
        right: float64[m], R >= 0.

    Returns:
        float64[m], X; inf where the block is not left.

    Source: Grassmann, Taksar and Heyman (1985).

    Example:
        >>> solve(np.array([[0.5, 0.25], [0.5, 0.0]]), np.array([0.25, 0.5]), np.ones(2)).round(12).tolist()
        [3.333333333333, 2.666666666667]
    """
    solution = right.copy()
    _solve(inner, leave, solution)
    return solution


@kernel
def _solve(inner: NDArray[np.float64], leave: NDArray[np.float64], right: NDArray[np.float64]) -> None:
    size = right.size
    total = np.zeros(size)
    trapped = np.zeros(size, np.bool_)  # may end where nothing leaves the block
    for k in range(size - 1, -1, -1):
        total[k] = leave[k]
        for y in range(k):
            total[k] += inner[k, y]
        if trapped[k] or total[k] == 0.0:
            total[k] = 1.0
            right[k] = math.inf
            for i in range(k):
                if inner[i, k] > 0.0:
                    trapped[i] = True
            continue
        for i in range(k):
            if inner[i, k] > 0.0:
                share = inner[i, k] / total[k]
                for y in range(k):
                    inner[i, y] += share * inner[k, y]
                leave[i] += share * leave[k]
                right[i] += share * right[k]
    for k in range(size):
        value = right[k]
        for y in range(k):
            if inner[k, y] > 0.0:
                value += inner[k, y] * right[y]
        right[k] = value / total[k]


@kernel
def _leaves(down: NDArray[np.float64], up: NDArray[np.float64]) -> bool:
    last = down.shape[0] - 1
    for k in range(1, last + 1):
        for j in range(k, down.shape[1]):
            if down[k, j] > 0.0:
                return True
        for j in range(last - k, up.shape[1]):
            if up[k, j] > 0.0:
                return True
    return False


@kernel
def _widths(band: NDArray[np.float64]) -> NDArray[np.int64]:
    widths = np.zeros(band.shape[0], np.int64)
    for k in range(band.shape[0]):
        for j in range(band.shape[1]):
            if band[k, j] > 0.0:
                widths[k] = j + 1
    return widths


@kernel
def _descend(down: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    states, bands = down.shape
    mean = np.zeros(states)
    variance = np.zeros(states)
    for k in range(1, states):
        leave = 0.0
        after = 0.0
        for j in range(min(bands, k)):
            if down[k, j] > 0.0:
                leave += down[k, j]
                after += down[k, j] * mean[k - 1 - j]
        if leave == 0.0:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        after = after / leave
        if after == math.inf:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        spread = 0.0
        for j in range(min(bands, k)):
            if down[k, j] > 0.0:
                away = mean[k - 1 - j] - after
                spread += down[k, j] * (variance[k - 1 - j] + away * away)
        mean[k] = 1.0 / leave + after
        variance[k] = max(0.0, 1.0 - leave) / (leave * leave) + spread / leave
    return mean, variance


@kernel
def _reduce(low: NDArray[np.float64], up: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    states = low.shape[0]
    below = low.shape[1]
    above = up.shape[1]
    low = low.copy()
    total = np.zeros(states)
    trapped = np.zeros(states, np.bool_)  # may end where state 0 is not reached
    mean = np.ones(states)
    for k in range(states - 1, 0, -1):
        for j in range(min(below, k)):
            total[k] += low[k, j]
        if trapped[k] or total[k] == 0.0:
            total[k] = 1.0
            mean[k] = math.inf
            for i in range(k - 1, max(0, k - 1 - above), -1):
                if up[i, k - i - 1] > 0.0:
                    trapped[i] = True
            continue
        for i in range(k - 1, max(0, k - 1 - above), -1):
            share = up[i, k - i - 1] / total[k] if up[i, k - i - 1] > 0.0 else 0.0
            up[i, k - i - 1] = share  # the multiplier, kept for the second right-hand side
            if share > 0.0:
                mean[i] += share * mean[k]
                for j in range(min(below, k)):
                    y = k - 1 - j
                    if y < i:
                        low[i, i - y - 1] += share * low[k, j]
                    elif y > i:
                        up[i, y - i - 1] += share * low[k, j]
    mean[0] = 0.0
    for k in range(1, states):
        value = mean[k]
        for j in range(min(below, k)):
            if low[k, j] > 0.0:
                value += low[k, j] * mean[k - 1 - j]
        mean[k] = value / total[k]
    second = np.zeros(states)  # E[T (T - 1)] solves the same system with right-hand side 2 (E[T] - 1)
    for k in range(1, states):
        second[k] = 2.0 * (mean[k] - 1.0)
    for k in range(states - 1, 0, -1):
        for i in range(k - 1, max(0, k - 1 - above), -1):
            if up[i, k - i - 1] > 0.0:
                second[i] += up[i, k - i - 1] * second[k]
    variance = np.zeros(states)
    for k in range(1, states):
        value = second[k]
        for j in range(min(below, k)):
            if low[k, j] > 0.0:
                value += low[k, j] * second[k - 1 - j]
        second[k] = value / total[k]
        variance[k] = math.inf
        if second[k] < math.inf:
            variance[k] = max(0.0, second[k] + mean[k] - mean[k] * mean[k])
    return mean, variance


@kernel
def _push_down(
    down: NDArray[np.float64],
    widths: NDArray[np.int64],
    leave: NDArray[np.float64],
    law: NDArray[np.float64],
    table: NDArray[np.float64],
    tail: float,
) -> tuple[int, float]:
    cut = 0.0
    top = law.size - 1
    for t in range(table.size):
        while top > 0 and law[top] < _SKIP:
            cut += law[top]
            law[top] = 0.0
            top -= 1
        remaining = 0.0
        for k in range(1, top + 1):  # ascending, in place: mass moves to states that were handled already
            mass = law[k]
            if mass >= _SKIP:
                for j in range(widths[k]):
                    law[k - 1 - j] += mass * down[k, j]
                law[k] = mass - mass * leave[k]
                remaining += law[k]
        table[t] = law[0]
        law[0] = 0.0
        if remaining + table[t] < tail:
            return t + 1, cut
    return table.size, cut


@kernel
def _push(
    down: NDArray[np.float64],
    up: NDArray[np.float64],
    down_widths: NDArray[np.int64],
    up_widths: NDArray[np.int64],
    leave: NDArray[np.float64],
    law: NDArray[np.float64],
    spare: NDArray[np.float64],
    table: NDArray[np.float64],
    tail: float,
) -> tuple[int, float]:
    cut = 0.0
    bottom = 1
    top = law.size - 1
    done = 0
    while done < table.size:
        while top > bottom and law[top] < _SKIP:
            cut += law[top]
            law[top] = 0.0
            top -= 1
        while bottom < top and law[bottom] == 0.0:
            bottom += 1
        reach = top
        depth = bottom
        remaining = 0.0
        for k in range(bottom, top + 1):
            mass = law[k]
            law[k] = 0.0
            remaining += mass
            if mass < _SKIP:
                spare[k] += mass
                continue
            for j in range(down_widths[k]):
                spare[k - 1 - j] += mass * down[k, j]
            for j in range(up_widths[k]):
                spare[k + 1 + j] += mass * up[k, j]
            spare[k] += mass - mass * leave[k]
            reach = max(reach, k + up_widths[k])
            depth = min(depth, k - down_widths[k])
        bottom = max(1, depth)
        top = reach
        for k in range(bottom, top + 1):
            law[k] = spare[k]
            spare[k] = 0.0
        table[done] = spare[0]
        spare[0] = 0.0
        done += 1
        if remaining < tail:
            break
    return done, cut
