"""Arms: what turns parameters and a batch into the next parameters, at a learning rate."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
import optax  # noqa: TID253
from jax.flatten_util import ravel_pytree  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.estimators import AbstractEstimator
from evo.oracles import AbstractTask, child

__all__ = ["AbstractArm", "Advanced", "EstimatorArm", "OpenEs"]


class Advanced(NamedTuple):
    """What a generation leaves behind."""

    carry: Any
    #: the direction that went into Adam, shaped like the parameters
    grads: Any
    #: of the whole objective, or of a batch as large as the task's
    evaluations: Array


#: a transformation that changes nothing and whose state is what it saw last
_KEEPING: Any = (jnp.zeros_like, lambda updates, state, params=None: (updates, updates))


class AbstractArm(eqx.Module):
    """A way to train with Adam. Everything that survives a generation is in the carry; all functions are pure JAX."""

    @abstractmethod
    def begin(self, key: PRNGKeyArray, task: AbstractTask, params: Any, batch: Any, rate: Any) -> Any:
        """The carry before the first generation."""

    @abstractmethod
    def params(self, carry: Any) -> Any:
        """The parameters of a carry."""

    @abstractmethod
    def advance(self, key: PRNGKeyArray, task: AbstractTask, carry: Any, batch: Any, rate: Any) -> Advanced:
        """One generation."""


class EstimatorArm(AbstractArm):
    """Adam on what a gradient estimator returns.

    Args:
        estimator: any.
        extra: evaluations a generation that the estimator does not know of, such as those of given surrogates.
        share: of the whole objective in a batch, for windows.
    """

    estimator: AbstractEstimator
    extra: float = eqx.field(static=True, default=0.0)
    share: float = eqx.field(static=True, default=1.0)

    def begin(self, key: PRNGKeyArray, task: AbstractTask, params: Any, batch: Any, rate: Any) -> Any:
        """The parameters, Adam's averages and the state of the estimator."""
        state = self.estimator.init(key, task, params, batch)
        return params, optax.adam(rate).init(params), state

    def params(self, carry: Any) -> Any:
        """The first part of the carry."""
        return carry[0]

    def advance(self, key: PRNGKeyArray, task: AbstractTask, carry: Any, batch: Any, rate: Any) -> Advanced:
        """An estimate and a step of Adam."""
        params, averages, state = carry
        found, state = self.estimator.estimate(key, task, params, batch, state)
        updates, averages = optax.adam(rate).update(found.grads, averages, params)
        carry = optax.apply_updates(params, updates), averages, state
        return Advanced(carry, found.grads, jnp.asarray(self.share * found.evaluations + self.extra, jnp.float32))


class OpenEs(AbstractArm):
    """Open_ES of the package evosax with antithetic pairs, centred ranks and Adam, on the flat parameters.

    Args:
        pairs: half of its population.
        sigma: its standard deviation.
    """

    pairs: int = eqx.field(static=True)
    sigma: float = eqx.field(static=True)

    def begin(self, key: PRNGKeyArray, task: AbstractTask, params: Any, batch: Any, rate: Any) -> Any:
        """Its state, with the parameters as mean."""
        flat, _ = ravel_pytree(params)
        strategy = self._strategy(flat.size, rate)
        return strategy.init(key, flat, strategy.default_params), jax.tree.map(jnp.zeros_like, params)

    def params(self, carry: Any) -> Any:
        """Its mean."""
        state, like = carry
        return ravel_pytree(like)[1](state.mean)

    def advance(self, key: PRNGKeyArray, task: AbstractTask, carry: Any, batch: Any, rate: Any) -> Advanced:
        """Ask, evaluate all candidates on the same batch, tell."""
        state, like = carry
        unravel = ravel_pytree(like)[1]
        strategy = self._strategy(state.mean.size, rate)
        numbers = strategy.default_params
        candidates, state = strategy.ask(child(key, "ask"), state, numbers)
        losses = jax.vmap(lambda flat: task.loss(unravel(flat), batch, key))(candidates)
        state, _ = strategy.tell(child(key, "tell"), candidates, losses, state, numbers)
        return Advanced((state, like), unravel(state.opt_state[0]), jnp.asarray(2.0 * self.pairs, jnp.float32))

    def _strategy(self, D: int, rate: Any) -> Any:
        from evosax.algorithms.distribution_based.open_es import Open_ES

        keep: Any = optax.GradientTransformation(*_KEEPING)
        schedule = optax.constant_schedule(self.sigma)
        chain = optax.chain(keep, optax.adam(rate))
        return Open_ES(2 * self.pairs, jnp.zeros(D), optimizer=chain, std_schedule=schedule)
