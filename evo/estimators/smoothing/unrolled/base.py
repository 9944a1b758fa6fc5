"""What evolution strategies over windows have in common: their settings, their state, and the play of one window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.estimators.base import AbstractEstimator, Estimate
from evo.estimators.parameters import Parameters, norm, scaled, size, split
from evo.estimators.smoothing.antithetic import population_info
from evo.estimators.smoothing.checks import chunk_size, pair_count, positive
from evo.estimators.smoothing.directions import Independent
from evo.estimators.smoothing.noise import AbstractNoise, ByteSum
from evo.estimators.smoothing.population import Population, population
from evo.estimators.smoothing.randomness import AbstractRandomness, Common
from evo.estimators.smoothing.scale import AbstractScale, LeastSquares
from evo.estimators.smoothing.settings import checked
from evo.estimators.smoothing.unrolled.lanes import AbstractLanes, Shared
from evo.estimators.smoothing.unrolled.play import Played, Resets, Standing, play, refuse_apart, resets
from evo.estimators.windows import begun, first_carry, sequence
from evo.oracles import AbstractSequenceTask, Window, child, jax_key


class UnrolledState(NamedTuple):
    """Where the members stand, and what they remember."""

    #: their carries, and which of them are of use
    standing: Standing
    #: windows so far
    calls: Array
    #: what the algorithm keeps of past perturbations
    memory: Any


class Call(NamedTuple):
    """What an algorithm needs to know of one call."""

    key: PRNGKeyArray
    task: AbstractSequenceTask
    window: Window
    parameters: Parameters
    population: Population
    reset: Resets
    #: the key under which directions of this call are drawn
    drawn: PRNGKeyArray


class AbstractUnrolledEs(AbstractEstimator):
    """An evolution strategy with antithetic pairs whose members keep their own recurrent states.

    Args:
        pairs: P, at least 1.
        sigma: root mean square of the perturbation of a parameter, positive.
        lanes: `Shared()`: every pair plays all B lanes of a window; `Dealt()`: each pair plays B / P of its own.
        noise: the law of entries, as in `AntitheticEs`.
        scale: `LeastSquares()`, or `Unbiased()`, as in `AntitheticEs`.
        randomness: `Common()` or `PerPair()`, as in `AntitheticEs`.
        trainable: which leaves are perturbed, as in `AntitheticEs`.
        chunk: pairs played at once, as in `AntitheticEs`.
    """

    sigma: Array
    lanes: AbstractLanes
    noise: AbstractNoise
    scale: AbstractScale
    randomness: AbstractRandomness
    trainable: Any
    pairs: int = eqx.field(static=True)
    chunk: int | None = eqx.field(static=True)

    def __init__(
        self,
        pairs: int,
        sigma: float,
        *,
        lanes: AbstractLanes = Shared(),  # noqa: B008 (immutable)
        noise: AbstractNoise = ByteSum(),  # noqa: B008
        scale: AbstractScale = LeastSquares(),  # noqa: B008
        randomness: AbstractRandomness = Common(),  # noqa: B008
        trainable: Any = None,
        chunk: int | None = None,
    ) -> None:
        self.pairs = pair_count(pairs)
        self.sigma = positive("sigma", sigma, "Pass the size of a perturbation of a parameter, for example sigma=0.02.")
        self.lanes = checks.instance_of("lanes", lanes, AbstractLanes, "Pass Shared() or Dealt().")
        self.noise = checked("noise", noise)
        self.scale = checked("scale", scale)
        self.randomness = checked("randomness", randomness)
        self.trainable = trainable
        self.chunk = chunk_size(chunk)

    def _start(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, memory: Any) -> UnrolledState:
        """All members at their initial carries; they begin anew in the first call in any case."""
        task, window = sequence(task, batch)
        b = self.lanes.count(window.reset.shape[1], self.pairs)
        carry = first_carry(task, params, self.lanes.window(window, self.pairs, 0), key)
        carry = jax.tree.map(lambda x: jnp.broadcast_to(x, (self.pairs, 2, *jnp.shape(x))), carry)
        standing = Standing(carry, jnp.ones((self.pairs, b), bool))
        return UnrolledState(standing, jnp.zeros((), jnp.int32), memory)

    def _call(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: UnrolledState) -> Call:
        """What everything else in a call begins with, checked."""
        key = jax_key(key)
        task, window = sequence(task, batch)
        self.lanes.count(window.reset.shape[1], self.pairs)
        window = begun(window, state.calls)
        parameters = split(params, self.trainable)
        members = population(self.pairs, size(parameters.centre), self.chunk, None)
        reset = resets(self.lanes, window, self.pairs)
        return Call(key, task, window, parameters, members, reset, child(key, "directions"))

    def _play(
        self,
        call: Call,
        state: UnrolledState,
        counted: Array,
        direction: Callable[[Array], Any],
        keep: Callable[[Array, Any], Any] = lambda pair, step: None,
    ) -> Played:
        """The window, played by all members; `keep` says what of a pair and its direction is to be remembered."""

        def perturbation(pair: Array) -> tuple[Any, Any]:
            step = direction(pair)
            return scaled(self.sigma, step), keep(pair, step)

        return play(
            call.population,
            call.parameters,
            call.task,
            call.window,
            self.lanes,
            state.standing,
            call.reset,
            counted,
            call.key,
            self.randomness,
            perturbation,
        )

    def _weights(self, call: Call, differences: Float[Array, " P"]) -> tuple[Float[Array, " P"], Array]:
        """Differences of losses as weights of directions of unit mean square, and the factor c in them."""
        D = size(call.parameters.centre)
        factor = self.scale.factor(Independent().least_squares(self.pairs, D, self.noise))
        factor = jnp.asarray(factor, differences.dtype)
        return differences * (factor / self.pairs / 2) / self.sigma.astype(differences.dtype), factor

    def _report(self, played: Played, grads: Any, factor: Array) -> Estimate:
        """The estimate with what it cost."""
        info = {"norm": norm(grads), "scale": factor, **population_info(played.found)}
        return Estimate(played.found.value, grads, self.lanes.evaluations(self.pairs), info)

    def _in_step(self, batch: Any) -> None:
        """Refuses windows in which lanes of one pair begin anew at different times."""
        if isinstance(batch, Window):
            refuse_apart(self.lanes, batch, self.pairs)
