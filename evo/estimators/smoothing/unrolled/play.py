"""One window played by all members of a population, each from where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from evo.estimators.parameters import Parameters, added
from evo.estimators.smoothing.members import Measured, measured
from evo.estimators.smoothing.population import Population
from evo.estimators.smoothing.randomness import AbstractRandomness
from evo.estimators.smoothing.unrolled.lanes import AbstractLanes
from evo.estimators.windows import known, mean_loss
from evo.oracles import AbstractSequenceTask, Window, unroll


class Standing(NamedTuple):
    """Where the members stand between two windows; b lanes each."""

    #: leaves [P, 2, b, ...]: the carries of the members at + and -
    carry: Any
    #: whether a lane has only seen finite losses in its episode, for both members
    clean: Bool[Array, "P b"]


class Resets(NamedTuple):
    """When the lanes of the pairs begin anew within a window."""

    #: all, [P, T, b]
    all: Bool[Array, "P T b"]
    #: whether all lanes of a pair begin anew together, if they do
    together: Bool[Array, " P"]
    #: whether they do so before the first step
    first: Bool[Array, " P"]
    #: whether they do so before any step
    any: Bool[Array, " P"]


class Played(NamedTuple):
    """What came of a window."""

    #: losses of the members over the window, [P, 2]
    found: Measured
    #: loss at + minus loss at -; zero for a pair that does not count
    differences: Float[Array, " P"]
    #: the part of it from steps before the first reset of the window
    earlier: Float[Array, " P"]
    #: afterwards
    standing: Standing


def resets(lanes: AbstractLanes, window: Window, pairs: int) -> Resets:
    """The resets of a window, by pair."""
    reset = jax.vmap(lambda pair: lanes.window(window, pairs, pair).reset)(jnp.arange(pairs))
    together = jnp.all(reset == reset[:, :, :1], axis=(1, 2))
    return Resets(reset, together, jnp.all(reset[:, 0], axis=1), jnp.any(reset, axis=(1, 2)))


def refuse_apart(lanes: AbstractLanes, window: Window, pairs: int) -> None:
    """Refuses a window in which lanes of one pair begin anew at different times, if its numbers are known now."""
    if not known(window.reset):
        return
    reset = np.asarray(window.reset)
    dealt = reset.reshape(len(reset), -1, lanes.count(reset.shape[1], pairs))
    if np.any(dealt != dealt[:, :, :1]):
        action = (
            "Bring them in step, or pass lanes=Dealt() and windows whose lanes stay in step in groups of B / pairs: "
            "evo.oracles.staggered(lanes, windows, group)."
        )
        got = "lanes that begin anew at different times"
        raise ValueError(f"`batch.reset` must be equal for all lanes of a pair; got {got}. {action}")


def play(
    population: Population,
    parameters: Parameters,
    task: AbstractSequenceTask,
    window: Window,
    lanes: AbstractLanes,
    standing: Standing,
    reset: Resets,
    counted: Bool[Array, " P"],
    key: PRNGKeyArray,
    randomness: AbstractRandomness,
    perturbation: Callable[[Array], tuple[Any, Any]],
) -> Played:
    """All members at centre + e_j and centre - e_j, from their own carries through the window.

    Args:
        population: how many pairs, and how many at once.
        parameters: the centre.
        task: what unfolds.
        window: of all lanes.
        lanes: what a pair plays of it.
        standing: where the members stand.
        reset: the resets of the window.
        counted: pairs that are not to count have the weight 0, and do not until they begin anew.
        key: of the call.
        randomness: which pairs share a key; the two members of a pair always do.
        perturbation: of the pair's number: e_j, a tree shaped like the centre, and whatever else is to be kept of it.
    """

    def pair(index: Array) -> tuple[Any, Any]:
        step, extra = perturbation(index)
        own = randomness.key(key, index)
        mine = lanes.window(window, population.pairs, index)
        earlier, latest = _spans(mine.reset)

        def member(sign: Array, carry: Any) -> tuple[Any, Array, Array, Array]:
            params = parameters.rebuild(added(parameters.centre, sign, step))
            carry, losses = unroll(task, params, carry, mine, own)
            finite = jnp.all(jnp.isfinite(losses) | ~latest, axis=0)
            return carry, mean_loss(losses), mean_loss(jnp.where(earlier, losses, 0)), finite

        carry = jax.tree.map(lambda x: x[index], standing.carry)
        return jax.vmap(member)(jnp.array([1.0, -1.0], jnp.float32), carry), extra

    (carry, losses, earlier, finite), extra = population.map(pair)
    good = counted & jnp.all(standing.clean | reset.all[:, 0], axis=1)
    found = measured(jnp.where(good[:, None], losses, jnp.nan), extra)
    differences = jnp.where(found.good, found.losses[:, 0] - found.losses[:, 1], 0)
    clean = jnp.all(finite, axis=1) & (standing.clean | jnp.any(reset.all, axis=1)) & counted[:, None]
    before = jnp.where(found.good, earlier[:, 0] - earlier[:, 1], 0)
    return Played(found, differences, before, Standing(carry, clean))


def _spans(reset: Bool[Array, "T b"]) -> tuple[Array, Array]:
    """Which steps of each lane lie before its first reset in the window, and which not before its last."""
    count = jnp.cumsum(reset, axis=0)
    return count == 0, count == count[-1]
