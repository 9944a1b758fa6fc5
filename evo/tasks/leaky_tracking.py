"""A leaky integrator that must follow a target: the smallest task on which truncation shows, with all its gradients."""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractSequenceTask, Window, phase


class LeakyTracking(AbstractSequenceTask):
    """s_t = r s_(t-1) + a theta, loss |s_t - y|^2 / 2, from s_0 = 0, for T steps; theta are the parameters.

    All that theta does is remembered for about 1 / (1 - r) steps, so gradients within shorter windows are too small;
    by how much is known exactly (`gradient`, `window_gradients`).

    Args:
        target: y, float[d]; no zero vector.
        length: T, steps of an episode, at least 1.
        window: steps of a window, divides `length`; the whole episode if None.
        delays: for every lane of the stream, how many windows it is ahead of the first (`evo.oracles.staggered`); lanes
            in step have zeros. One lane if None.
        retention: r in (0, 1).
        gain: a, positive.

    Data do not depend on the key. Batches are windows of a stream of episodes, one after the other.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.tasks import LeakyTracking
        >>> task, key = LeakyTracking(jnp.array([3.0, 4.0]), length=50), jax.random.key(0)
        >>> float(task.loss(jnp.zeros(2), task.batch(key, 0), key))
        12.5
        >>> automatic = jax.grad(task.loss)(jnp.ones(2), task.batch(key, 0), key)
        >>> bool(jnp.allclose(automatic, task.gradient(jnp.ones(2)), rtol=1e-4))
        True
    """

    target: Array
    retention: float = eqx.field(static=True)
    gain: float = eqx.field(static=True)
    length: int = eqx.field(static=True)
    window: int = eqx.field(static=True)
    delays: tuple[int, ...] = eqx.field(static=True)

    def __init__(
        self,
        target: Any,
        *,
        length: int = 100,
        window: int | None = None,
        delays: Any = None,
        retention: float = 0.97,
        gain: float = 0.05,
    ) -> None:
        self.target = jnp.asarray(target, float)
        if self.target.ndim != 1 or not self.target.size:
            action = "Pass for example jnp.ones(5)."
            raise checks.bad_value("target", np.asarray(self.target), "be a vector with at least one entry", action)
        self.length = checks.integer("length", length, 1, "Pass the number of steps of an episode.")
        action = "Pass the number of steps between two updates, or None for whole episodes."
        self.window = self.length if window is None else checks.integer("window", window, 1, action)
        if self.length % self.window:
            raise checks.bad_value("window", window, f"divide the length of an episode, {self.length}", action)
        self.delays = (0,) if delays is None else tuple(np.asarray(delays).tolist())
        action = "Pass the share of the state that is kept in a step, for example 0.97."
        self.retention = checks.real("retention", retention, 0.0, 1.0, action, open_low=True, open_high=True)
        action = "Pass for example 0.05."
        self.gain = checks.real("gain", gain, 0.0, math.inf, action, open_low=True)

    def start(self, key: Key) -> Array:
        """Zeros."""
        del key
        return jnp.zeros_like(self.target)

    def batch(self, key: PRNGKeyArray, step: Any) -> Window:
        """Window number `step` of the stream."""
        del key
        now = phase(step, self.length // self.window, self.delays)
        shape = (self.window, len(self.delays))
        reset = jnp.zeros(shape, bool).at[0].set(now.reset)
        return Window(jnp.zeros((*shape, 0)), jnp.broadcast_to(self.target, (*shape, self.target.size)), reset)

    def initial(self, params: Any, lanes: int, key: PRNGKeyArray) -> Array:
        """The state 0."""
        del key
        return jnp.zeros((lanes, self.target.size), params.dtype)

    def advance(self, params: Any, carry: Any, x: Any, y: Any, key: PRNGKeyArray) -> tuple[Array, Array]:
        """One step of all lanes."""
        del x, key
        carry = self.retention * carry + self.gain * params[None]
        return carry, jnp.sum((carry - y) ** 2, axis=1) / 2

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The loss of a whole episode."""
        return {
            "loss": jnp.mean(jnp.sum((self._sensitivity()[:, None] * params[None] - self.target[None]) ** 2, axis=1))
            / 2
        }

    @property
    def best(self) -> float:
        """The loss at theta = y sum_t s_t / sum_t s_t^2, where s_t is the state for theta = 1."""
        s = np.asarray(self._sensitivity(), float)
        share = s.sum() ** 2 / len(s) / (s @ s)
        return float(np.sum(np.asarray(self.target, float) ** 2) / 2 * (1.0 - share))

    def gradient(self, params: Float[Array, " d"]) -> Float[Array, " d"]:
        """The gradient of the mean loss of an episode, in closed form."""
        s = self._sensitivity()
        return jnp.mean(s**2) * params - jnp.mean(s) * self.target

    def window_gradients(self, params: Float[Array, " d"]) -> Float[Array, "n n d"]:
        """The gradients of the mean loss of window w with respect to the parameters in window k, at [w, k].

        Their sum over k is the gradient of the loss of window w, and the mean of that over w is `gradient`.
        """
        steps = jnp.arange(self.length)
        ages = steps[:, None] - steps
        n, K = self.length // self.window, self.window
        influence = jnp.where(ages >= 0, self.gain * self.retention ** jnp.maximum(ages, 0), 0)  # of step u on s_t
        influence = jnp.sum(influence.reshape(self.length, n, K), axis=2)
        errors = jnp.sum(influence, axis=1)[:, None] * params - self.target
        return jnp.mean((influence[:, :, None] * errors[:, None]).reshape(n, K, n, -1), axis=1)

    def _sensitivity(self) -> Float[Array, " T"]:
        """The derivative of s_t by theta, a (1 - r^t) / (1 - r) for t = 1, ..., T."""
        return self.gain * (1 - self.retention ** jnp.arange(1.0, self.length + 1)) / (1 - self.retention)
