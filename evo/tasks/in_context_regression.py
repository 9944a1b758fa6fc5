"""Linear regression in context."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child
from evo.tasks import _doors


class Prompts(NamedTuple):
    """Contexts with a query, and the answers."""

    #: [B, T + 1, D + 1]
    inputs: Float[Array, "B S k"]
    #: [B]
    targets: Float[Array, " B"]


class InContextRegression(AbstractTask):
    """The mean squared error of a network that reads T examples of a linear map and predicts the next.

    Each sequence has its own w ~ N(0, I). Its positions are [x_t, y_t] with x_t ~ N(0, I), y_t = w . x_t + noise, and
    at the end the query [x, 0]; the target is w . x. The prediction is the first output at the last position.

    Args:
        model: a function of a JAX key that makes the parameters of a network of sequences, (T + 1, D + 1) to
            (T + 1, outputs).
        apply: a function of the parameters and one sequence; by default the parameters are the network.
        D: size of x.
        T: examples in the context.
        batch: sequences per step, drawn anew.
        noise: standard deviation of the noise of the y in the context.

    `chance` is D. `best` is the mean error of ridge regression with penalty noise^2, which is the posterior mean:
    max(0, D - T) without noise, else the average over 20,000 contexts of tr (I + X^T X / noise^2)^-1, some 0.5 % off.

    Reference: Garg, Tsipras, Liang and Valiant, What can transformers learn in-context?, NeurIPS 2022.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.tasks import InContextRegression
        >>> task = InContextRegression(lambda key: jnp.zeros(()), lambda p, x: p * x, D=3, T=12)
        >>> task.chance, task.best, round(task.one_step, 4)
        (3.0, 0.0, 0.75)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array], Array] = eqx.field(static=True)
    D: int = eqx.field(static=True)
    T: int = eqx.field(static=True)
    sequences: int = eqx.field(static=True)
    noise: float = eqx.field(static=True)

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        apply: Callable[[Any, Array], Array] | None = None,
        *,
        D: int = 3,
        T: int = 12,
        batch: int = 64,
        noise: float = 0.0,
    ) -> None:
        self.model = _doors.maker("model", model, "lambda key: Transformer(Vectors(4), readout=1, key=key)")
        self.apply = _doors.call if apply is None else _doors.function("apply", apply, "lambda params, x: params(x)")
        self.D, self.T = _doors.count("D", D, of="the size of x"), _doors.count("T", T, of="the length of the context")
        self.sequences = _doors.count("batch", batch, of="the sequences per step")
        self.noise = checks.real("noise", noise, 0.0, math.inf, "It is the standard deviation of the noise.")
        x = jnp.zeros((self.T + 1, self.D + 1))
        action = f"It must map sequences of shape {x.shape} to ({self.T + 1}, outputs)."
        _doors.output("model", lambda key: self.apply(model(key), x)[-1, 0], (), action)

    @property
    def best(self) -> float:
        """The mean error of ridge regression."""
        return _ridge_error(self.D, self.T, self.noise)

    @property
    def chance(self) -> float:
        """The mean square of the target, D."""
        return float(self.D)

    @property
    def one_step(self) -> float:
        """The error of the best single step of gradient descent on the context from w = 0.

        D - (T D)^2 / (E tr S^2 + noise^2 T D), where S = sum x x^T and E tr S^2 = T D (D + 2) + T (T - 1) D.
        """
        T, D = self.T, self.D
        return D - (T * D) ** 2 / (T * D * (D + 2) + T * (T - 1) * D + self.noise**2 * T * D)

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def batch(self, key: PRNGKeyArray, step: Any) -> Prompts:
        """Fresh sequences at every step."""
        return self._drawn(child(key, "sequences", step))

    def loss(self, params: Any, batch: Prompts, key: PRNGKeyArray) -> Float[Array, ""]:
        """The mean squared error."""
        del key
        outputs = jax.vmap(lambda x: self.apply(params, x))(batch.inputs)[:, -1, 0]
        return jnp.mean((outputs - batch.targets.astype(outputs.dtype)) ** 2)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The mean squared error on sequences drawn from this key."""
        return {"loss": self.loss(params, self._drawn(child(key, "held out")), key)}

    def _drawn(self, key: PRNGKeyArray) -> Prompts:
        B, T, D = self.sequences, self.T, self.D
        w = jax.random.normal(child(key, "w"), (B, D))
        x = jax.random.normal(child(key, "x"), (B, T + 1, D))
        clean = jnp.einsum("btd,bd->bt", x, w)
        y = clean[:, :-1] + self.noise * jax.random.normal(child(key, "noise"), (B, T))
        y = jnp.concatenate([y, jnp.zeros((B, 1))], axis=1)
        return Prompts(jnp.concatenate([x, y[..., None]], axis=-1), clean[:, -1])


@functools.lru_cache(maxsize=64)
def _ridge_error(D: int, T: int, noise: float) -> float:
    if noise == 0.0:
        return float(max(0, D - T))
    x = np.random.default_rng(0).normal(size=(20_000, T, D))
    precision = np.eye(D) + np.swapaxes(x, 1, 2) @ x / noise**2
    return float(np.mean(np.sum(1.0 / np.linalg.eigvalsh(precision), axis=1)))
