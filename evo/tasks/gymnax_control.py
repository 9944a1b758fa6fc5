"""Control in the environments of gymnax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child
from evo.tasks import _doors


class GymnaxControl(AbstractTask):
    """Minus the mean return of a policy over some episodes of a gymnax environment.

    The batch of a step is one key per episode, from which its start and everything random in it are drawn: candidates
    that are compared at a step see the same episodes.

    Args:
        name: of the environment, for example "CartPole-v1".
        policy: a function of a JAX key that makes the parameters.
        apply: a function of the parameters and one observation; by default the parameters are a network.
        horizon: steps per episode at most; the environment's own limit if None.
        episodes: per step, and in the evaluation.
        action: a function from the outputs to the action; by default the largest output of a discrete space, and the
            outputs clipped to the bounds of a continuous one.

    `metrics` are "loss" and "return" on episodes drawn from their key.

    Raises:
        ModuleNotFoundError: without gymnax; it comes with the extra "control".

    Reference: Lange, gymnax: A JAX-based reinforcement learning environment library, 2022.

    Example:
        >>> import jax
        >>> from evo.tasks import GymnaxControl
        >>> policy = lambda key: jax.numpy.zeros((2, 4))
        >>> task = GymnaxControl("CartPole-v1", policy, lambda W, x: W @ x)  # doctest: +SKIP
    """

    policy: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array], Array] = eqx.field(static=True)
    action: Callable[[Array], Any] = eqx.field(static=True)
    environment: Any = eqx.field(static=True)
    settings: Any
    horizon: int = eqx.field(static=True)
    episodes: int = eqx.field(static=True)

    def __init__(
        self,
        name: str,
        policy: Callable[[PRNGKeyArray], Any],
        apply: Callable[[Any, Array], Array] | None = None,
        *,
        horizon: int | None = None,
        episodes: int = 16,
        action: Callable[[Array], Any] | None = None,
    ) -> None:
        gymnax = _gymnax()
        if name not in gymnax.registered_envs:
            hint = checks.nearest(str(name), gymnax.registered_envs)
            raise checks.bad_value("name", name, "be an environment of gymnax", hint)
        self.policy = _doors.maker("policy", policy, "lambda key: Mlp((4, 16, 2), key=key)")
        self.apply = _doors.call if apply is None else _doors.function("apply", apply, "lambda params, x: params @ x")
        self.environment, self.settings = gymnax.make(name)
        own = int(getattr(self.settings, "max_steps_in_episode", 1000))
        self.horizon = own if horizon is None else _doors.count("horizon", horizon, of="the steps per episode")
        self.episodes = _doors.count("episodes", episodes, of="the episodes per step")
        space = self.environment.action_space(self.settings)
        if action is None:
            action = (
                _largest
                if hasattr(space, "n")
                else _Clipped(tuple(space.shape), *map(_bounds, (space.low, space.high)))
            )
        self.action = _doors.function("action", action, "jnp.argmax")
        if hasattr(space, "n") and self.action is _largest:
            allowed = f"It must return one number for each of the {space.n} actions."
            _doors.output("policy", self._acted(policy), (int(space.n),), allowed)

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `policy` makes of the child "start" of the key."""
        return _doors.start(self.policy, key)

    def batch(self, key: PRNGKeyArray, step: Any) -> Any:
        """The keys of the episodes of a step."""
        return self._keys(child(key, "episodes", step))

    def loss(self, params: Any, batch: Any, key: PRNGKeyArray) -> Float[Array, ""]:
        """Minus the mean return."""
        del key
        return -jnp.mean(jax.vmap(lambda episode: self._return(params, episode))(batch))

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """Minus the mean return, and the mean return, of fresh episodes."""
        loss = self.loss(params, self._keys(child(key, "held out")), key)
        return {"loss": loss, "return": -loss}

    def _keys(self, key: PRNGKeyArray) -> Any:
        return jax.vmap(lambda index: child(key, "episode", index))(jnp.arange(self.episodes))

    def _acted(self, policy: Callable[[PRNGKeyArray], Any]) -> Callable[[PRNGKeyArray], Any]:
        return lambda key: self.apply(policy(key), self.environment.reset_env(key, self.settings)[0])

    def _return(self, params: Any, key: PRNGKeyArray) -> Float[Array, ""]:
        environment, settings = self.environment, self.settings
        # the environments are written for JAX's default promotion
        with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):

            def step(carry: Any, t: Array) -> tuple[Any, Array]:
                observation, state, alive = carry
                action = self.action(self.apply(params, observation))
                # step_env does not begin a new episode by itself
                observation, state, reward, ended, _ = environment.step_env(
                    child(key, "step", t), state, action, settings
                )
                ended = ended | environment.is_truncated(state, settings)
                return (observation, state, alive & ~ended), jnp.where(alive, reward, 0.0)

            observation, state = environment.reset_env(child(key, "reset"), settings)
            return jnp.sum(jax.lax.scan(step, (observation, state, jnp.array(True)), jnp.arange(self.horizon))[1])


class _Clipped(eqx.Module):
    """The outputs as an action of this shape, clipped to bounds."""

    shape: tuple[int, ...] = eqx.field(static=True)
    low: Any = eqx.field(static=True)
    high: Any = eqx.field(static=True)

    def __call__(self, outputs: Array) -> Array:
        return jnp.clip(jnp.reshape(outputs, self.shape), jnp.asarray(self.low), jnp.asarray(self.high))


def _largest(outputs: Array) -> Array:
    return jnp.argmax(outputs)


def _bounds(value: Any) -> Any:
    number = jnp.asarray(value)
    return float(number) if number.ndim == 0 else tuple(float(entry) for entry in number.ravel())


def _gymnax() -> Any:
    try:
        import gymnax  # pyright: ignore[reportMissingImports]  (an extra)
    except ModuleNotFoundError as error:
        message = f"`GymnaxControl` needs gymnax ({error}). Install it: pip install 'evo-theory[control]'."
        raise ModuleNotFoundError(message, name=error.name) from error
    return gymnax
