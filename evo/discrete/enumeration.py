"""The exact law of the run time of a small (1+1) scheme, by pushing the law of (string, policy state) forward.

Slow and plain on purpose: it calls the parts' generic functions as Python, and knows a problem only by the values of
all its strings. So it is a judge of the compiled engines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from evo.discrete.engines import functions as f

#: a policy state that carries less probability is dropped; what is dropped is added up and stated
_NEGLIGIBLE = 1e-13


class RandomRateError(ValueError):
    """A policy draws its rates at random, so that its law cannot be enumerated."""


class Landscape(NamedTuple):
    """All that a scheme can learn of a function on {0, 1}^n; string i has bit p of i at position p."""

    n: int
    signs: np.ndarray  # int8[2^n, 2^n]: the sign of f(x ^ mask) - f(x) at [x, mask]
    kept: np.ndarray  # float64[2^n, 2^n]: with which probability this offspring is kept
    solved: np.ndarray  # bool[2^n]
    levels: np.ndarray  # int64[2^n]


class EnumeratedLaw(NamedTuple):
    """P(T <= t) for t = 0, 1, ..., len(cdf) - 1, up to `lost`."""

    cdf: np.ndarray
    lost: float


def strings(n: int) -> np.ndarray:
    """All strings `uint8[2^n, n]` in the order of `Landscape`."""
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.uint8)


def landscape(values: Any, solved: Any, levels: Any, keep: Callable[[int, float], float]) -> Landscape:
    """The landscape of a function.

    Args:
        values: the values of all strings, of any ordered type, shape (2^n,).
        solved: which strings end a run, shape (2^n,).
        levels: their levels, shape (2^n,).
        keep: the probability of acceptance for a sign and a magnitude.
    """
    size = len(values)
    order = {value: rank for rank, value in enumerate(sorted(set(values)))}
    ranks = np.array([order[value] for value in values])
    offspring = np.arange(size)[:, None] ^ np.arange(size)
    signs = np.sign(ranks[offspring] - ranks[:, None]).astype(np.int8)
    seen: dict[tuple[int, float], float] = {}
    changes = np.array([float(value - values[0]) for value in values])
    magnitudes = changes[offspring] - changes[:, None]
    kept = np.empty((size, size))
    for place, pair in enumerate(zip(signs.ravel().tolist(), magnitudes.ravel().tolist(), strict=True)):
        if pair not in seen:
            seen[pair] = keep(*pair)
        kept.flat[place] = seen[pair]
    return Landscape(size.bit_length() - 1, signs, kept, np.asarray(solved, bool), np.asarray(levels, np.int64))


def law(scene: Landscape, policy: Any, horizon: int, budget: int) -> EnumeratedLaw:
    """The law of T of the (1+1) scheme with standard bit mutation, from a uniform start.

    Step t: p = draw(policy, state, view); each mask with k bits has probability p^k (1 - p)^(n - k); its event updates
    the state.

    Args:
        scene: the landscape.
        policy: a lowered rate policy.
        horizon: the largest t wanted.
        budget: how many policy states may be expanded; the law ends at a smaller t when they are spent.

    Raises:
        RandomRateError: if the policy draws its rates at random.
    """
    if f.tosses(policy):
        raise RandomRateError("the policy adapts at random")
    n, size = scene.n, len(scene.solved)
    moves = _moves(scene)
    zeros = n - strings(n).sum(axis=1)
    alive = np.full(size, 0.5**n)
    done = float(alive[scene.solved].sum())
    alive[scene.solved] = 0.0
    cdf, lost = [done], 0.0
    state = tuple(f.start(policy, n))
    laws: dict[Any, tuple[Any, np.ndarray]] = {_name(state): (state, alive)}
    for step in range(1, horizon + 1):
        budget -= len(laws)
        if budget < 0:
            break
        after: dict[Any, tuple[Any, np.ndarray]] = {}
        for state, weights in laws.values():
            for arrived, flow in _expand(scene, moves, policy, state, weights, zeros, step):
                name = _name(arrived)
                if name in after:
                    after[name][1][:] += flow
                else:
                    after[name] = (arrived, flow)
        laws = {}
        for name, (state, weights) in after.items():
            done += float(weights[scene.solved].sum())
            weights[scene.solved] = 0.0
            mass = float(weights.sum())
            if mass < _NEGLIGIBLE:
                lost += mass
            else:
                laws[name] = (state, weights)
        cdf.append(done)
    return EnumeratedLaw(np.array(cdf), lost)


def _moves(scene: Landscape) -> list[tuple[int, int, np.ndarray]]:
    """(sign, flips k, matrix): entry [x, y] counts the masks of k bits with this sign that lead from x to y."""
    size = len(scene.solved)
    offspring = np.arange(size)[:, None] ^ np.arange(size)
    flips = np.array([int(mask).bit_count() for mask in range(size)])
    rows = np.broadcast_to(np.arange(size)[:, None], (size, size))
    moves = []
    for count in range(scene.n + 1):
        for sign in (-1, 0, 1):
            chosen = (scene.signs == sign) & (flips == count)
            if chosen.any():
                matrix = np.zeros((size, size))
                np.add.at(matrix, (rows[chosen], offspring[chosen]), scene.kept[chosen])
                matrix[np.arange(size), np.arange(size)] += (chosen * (1.0 - scene.kept)).sum(axis=1)
                moves.append((sign, count, matrix))
    return moves


def _expand(
    scene: Landscape, moves: Any, policy: Any, state: Any, weights: np.ndarray, zeros: np.ndarray, step: int
) -> Iterator[tuple[Any, np.ndarray]]:
    """One step from one policy state: the states that follow, with the law of the string in each."""
    rates, drawn = np.zeros(len(weights)), {}
    stream = np.arange(1, 5, dtype=np.uint64)
    for index in np.flatnonzero(weights):
        view = f.PolicyView(step, int(scene.levels[index]), int(zeros[index]), 0)
        if view not in drawn:
            drawn[view] = float(f.draw(policy, state, view, scene.n, stream))
            if stream.tolist() != [1, 2, 3, 4]:
                raise RandomRateError("the policy draws its rates at random")
        rates[index] = drawn[view]
    for sign, count, matrix in moves:
        flow = (weights * rates**count * (1.0 - rates) ** (scene.n - count)) @ matrix
        if flow.any():
            event = f.Event(step, sign, count == 0, count, 0, 0.0)
            yield tuple(f.update(policy, state, event, scene.n)), flow


def _name(state: Any) -> tuple[Any, ...]:
    """States that differ by rounding only count as one."""
    return tuple(float(f"{number:.11e}") for number in state)
