"""Populations that somebody else evaluates: a simulator, another process, anything that is not JAX."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray

from evo.core import checks
from evo.estimators.base import AbstractEstimator, Estimate, evaluator
from evo.estimators.parameters import Parameters, added
from evo.estimators.smoothing.members import Measured, measure, measured
from evo.estimators.smoothing.population import Population
from evo.estimators.smoothing.randomness import AbstractRandomness
from evo.oracles import jax_key


class Plan(NamedTuple):
    """One call of an estimator: where it evaluates, and what it makes of the losses."""

    parameters: Parameters
    members: Population
    #: the pair's number -> its perturbation, and whatever else is to be kept of it
    perturbation: Callable[[Array], tuple[Any, Any]]
    #: the losses of the population on each part of the batch -> gradient, info and the state after the call
    finish: Callable[[list[Measured]], tuple[Any, dict[str, Array], Any]]


class AbstractPairsEs(AbstractEstimator):
    """Antithetic pairs: the estimator evaluates a loss in JAX, or asks for candidates and is told their losses."""

    pairs: eqx.AbstractVar[int]
    randomness: eqx.AbstractVar[AbstractRandomness]

    @abstractmethod
    def plan(self, key: PRNGKeyArray, params: Any, batch: Any, state: Any) -> Plan:
        """What a call with this key does."""

    def parts(self, batch: Any) -> tuple[Any, ...]:
        """The parts of the batch on which the population is evaluated."""
        return (batch,)

    def estimate(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: Any) -> tuple[Estimate, Any]:
        """Two passes over the directions: the losses, and the weighted sum."""
        key = jax_key(key)
        plan = self.plan(key, params, batch, state)
        loss = evaluator(task, params, batch, key)
        parts = self.parts(batch)
        losses = [loss] if len(parts) == 1 else [evaluator(task, params, part, key) for part in parts]
        found = [measure(plan.members, plan.parameters, one, key, self.randomness, plan.perturbation) for one in losses]
        grads, info, after = plan.finish(found)
        value = sum((part.value for part in found[1:]), found[0].value) / len(found)
        aux = None if loss.aux is None else loss.aux(params, self.randomness.key(key, 0))
        return Estimate(value, grads, 2 * self.pairs + (aux is not None), info, aux), after

    def ask(self, key: PRNGKeyArray, params: Any, state: Any, batch: Any = None) -> Candidates:
        """The parameters that must be valued in this call, each made when it is wanted.

        Args:
            key: a JAX key, fresh for every call.
            params: any tree with floating-point arrays.
            state: of `init` or the last `tell`.
            batch: only what the surrogates of a `SurrogateEs` need.

        Example:
            >>> import jax, jax.numpy as jnp, numpy as np
            >>> from evo.estimators import AntitheticEs
            >>> simulator = lambda params: float(np.sum(np.asarray(params) ** 2))  # anything, anywhere
            >>> es, params = AntitheticEs(pairs=8, sigma=0.1), jnp.ones(3)
            >>> candidates = es.ask(jax.random.key(0), params, es.begin(params))
            >>> losses = [simulator(candidate) for candidate in candidates]
            >>> estimate, state = es.tell(candidates, losses)
            >>> len(candidates), bool(jnp.vdot(estimate.grads, params) > 0)
            (16, True)
        """
        if len(self.parts(batch)) > 1:
            action = "Take Exact() or KnownNoise(deviation) where losses come from elsewhere."
            raise checks.bad_value("trust", self, "need one loss per candidate", action)
        return Candidates(self, jax_key(key), params, state, batch)

    def tell(self, candidates: Candidates, losses: Any) -> tuple[Estimate, Any]:
        """The estimate from the losses of the candidates, in their order, and the state after it.

        Args:
            candidates: of `ask`.
            losses: 2 P numbers; a pair with one that is not finite counts 0.

        Raises:
            ValueError: for another number of losses.
            TypeError: for anything but candidates and real numbers.
        """
        action = "Pass what `ask` returned, and one loss for each of its candidates."
        checks.instance_of("candidates", candidates, Candidates, action)
        values = np.asarray(losses)
        if values.dtype.kind not in "iuf":
            raise checks.bad_type("losses", losses, "hold real numbers", action)
        count = len(candidates)
        if values.shape != (count,):
            raise checks.bad_value("losses", values, f"have the shape (2 pairs,) = ({count},)", action)
        return _told(
            self, candidates.key, candidates.params, candidates.state, candidates.batch, jnp.asarray(values, float)
        )

    def begin(self, params: Any) -> Any:
        """The state before the first `ask`, where there is no loss in JAX that `init` could check."""
        return self.init(jnp.zeros(2, jnp.uint32), lambda params, batch, key: jnp.zeros(()), params, None)


@dataclass(frozen=True, eq=False)
class Candidates:
    """The 2 P members of a population as keys and a centre: nothing is stored that can be made again.

    Members 2 j and 2 j + 1 are the pair j, at + and - its perturbation; let them share whatever is random.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import AntitheticEs
        >>> es, params = AntitheticEs(pairs=4, sigma=0.1), jnp.ones(3)
        >>> candidates = es.ask(jax.random.key(0), params, es.begin(params))
        >>> candidates, candidates[7].shape
        (Candidates(8 members of AntitheticEs), (3,))
    """

    estimator: AbstractPairsEs
    key: PRNGKeyArray
    #: the centre
    params: Any
    state: Any
    batch: Any

    def __len__(self) -> int:
        return 2 * self.estimator.pairs

    def materialise(self, index: int) -> Any:
        """The parameters of one member, a tree like the centre."""
        action = "Count the members from 0."
        place = checks.integer("index", index, 0, action, high=len(self) - 1)
        return _member(self.estimator, self.key, self.params, self.state, self.batch, jnp.asarray(place))

    def __getitem__(self, index: int) -> Any:
        if index >= len(self):
            raise IndexError(index)
        return self.materialise(index)

    def __iter__(self) -> Iterator[Any]:
        return (self.materialise(index) for index in range(len(self)))

    def __repr__(self) -> str:
        return f"Candidates({len(self)} members of {type(self.estimator).__name__})"


@eqx.filter_jit
def _member(estimator: AbstractPairsEs, key: PRNGKeyArray, params: Any, state: Any, batch: Any, place: Array) -> Any:
    plan = estimator.plan(key, params, batch, state)
    sign = 1 - 2 * (place % 2)
    step, _ = plan.perturbation((place // 2).astype(jnp.uint32))
    return plan.parameters.rebuild(added(plan.parameters.centre, sign.astype(jnp.float32), step))


@eqx.filter_jit
def _told(
    estimator: AbstractPairsEs, key: PRNGKeyArray, params: Any, state: Any, batch: Any, losses: Array
) -> tuple[Estimate, Any]:
    plan = estimator.plan(key, params, batch, state)
    extra = plan.members.map(lambda pair: plan.perturbation(pair)[1])
    found = measured(losses.reshape(estimator.pairs, 2), extra)
    grads, info, after = plan.finish([found])
    return Estimate(found.value, grads, 2 * estimator.pairs, info), after
