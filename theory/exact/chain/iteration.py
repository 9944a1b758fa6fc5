"""The whole law of the hitting time of state 0, by forward iteration: the law of the state, pushed step by step."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel
from theory.exact.chain.bands import Chain
from theory.exact.chain.reduction import mixed, moments
from theory.results import Kind, Law, Masses, Moments

__all__ = ["iterate", "law"]

TAIL = 1e-15  # forward iteration ends when less mass than this is under way
_SKIP = 1e-26  # states with less mass are not pushed in this step
_WORK = 1e11  # elementary operations that a law without a stated horizon may take (about two minutes)
_STEPS = 2e7  # and the steps that its table may hold


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
        TypeError: for arguments of a wrong type.
        ValueError: if the start is not a law on the states, or for a horizon out of range.

    Source: elementary.

    Example:
        >>> coin = Chain(down=np.array([[0.0], [0.5]]), up=np.zeros((2, 0)))
        >>> law(coin, [0.0, 1.0], source="a fair coin").quantile(0.9)
        4
    """
    horizon = _check.horizon_of(horizon)
    weights = _check.floats(
        "start", start, f"a law on the {chain.states + 1} states", "Pass one probability per state."
    )
    if weights.shape != (chain.states + 1,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`start` must be a law on the {chain.states + 1} states (non-negative, sum 1); got shape {weights.shape}, "
            f"sum {weights.sum():.12g}. Pass one probability per state."
        )
    weights /= math.fsum(weights)
    lazy = partial(_moments_from, chain, weights)
    return Law(
        kind=Kind.EXACT, source=source, moments=lazy, masses=partial(_masses_from, chain, weights, horizon, lazy)
    )


def _moments_from(chain: Chain, start: NDArray[np.float64]) -> Moments:
    return Moments.rounded(*mixed(*moments(chain), start))


def _masses_from(chain: Chain, start: NDArray[np.float64], horizon: int | None, lazy: partial[Moments]) -> Masses:
    if horizon is None:
        mean, variance, _, _ = lazy()
        breadth = min(chain.states + 1.0, 8.0 * math.sqrt(chain.states) + 10.0)
        allow(mean, variance, breadth * (chain.down.shape[1] + chain.up.shape[1] + 1))
    return iterate(chain, start, horizon=horizon)


def allow(mean: float, variance: float, cost: float, once: float = 0.0, points: str = "") -> None:
    """Refuses a whole distribution that would take more than some two minutes.

    Args:
        mean: expected hitting time in steps.
        variance: its variance.
        cost: operations per step.
        once: operations beside those.
        points: what gives single points of the distribution instead, if anything does.

    Raises:
        ValueError: with the estimate and what to do instead.
    """
    steps = mean + 36.0 * math.sqrt(variance) if math.isfinite(variance) else math.inf
    most = min(_STEPS, max(0.0, _WORK - once) / cost)
    if steps > most:
        few = f"{most:.2g}" if most >= 1.0 else "no"
        single = f"{points} for single points, " if points else ""
        raise ValueError(
            f"the whole distribution must fit into some two minutes of forward iteration, {few} steps at this size; it "
            f"needs about {steps:.2g}. Use .mean, .variance and .std, {single}or pass horizon= to track so many steps."
        )


@kernel
def _widths(band: NDArray[np.float64]) -> NDArray[np.int64]:
    widths = np.zeros(band.shape[0], np.int64)
    for k in range(band.shape[0]):
        for j in range(band.shape[1]):
            if band[k, j] > 0.0:
                widths[k] = j + 1
    return widths


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
    bottom = 1
    for t in range(table.size):
        while top > 0 and law[top] < _SKIP:
            cut += law[top]
            law[top] = 0.0
            top -= 1
        while bottom < top and law[bottom] < _SKIP:
            bottom += 1
        remaining = 0.0
        depth = bottom
        for k in range(bottom, top + 1):  # ascending, in place: mass moves to states that were handled already
            mass = law[k]
            if mass >= _SKIP:
                for j in range(widths[k]):
                    law[k - 1 - j] += mass * down[k, j]
                law[k] = mass - mass * leave[k]
                remaining += law[k]
                depth = min(depth, k - widths[k])
        bottom = max(1, depth)
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
