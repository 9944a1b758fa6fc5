"""The quadratic function, with a condition, a rotation and gradient noise."""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child, jax_key
from evo.tasks import _doors


class Quadratic(AbstractTask):
    """f(x) = 1/2 (x - x*)^T H (x - x*) + noise z^T (x - x*), with z ~ N(0, I) anew at every step.

    H = R diag(h) R^T with curvatures h spaced evenly in the logarithm from 1/condition to 1: a step of gradient descent
    with learning rate 1 never diverges. The best expected loss is 0, at x*. Runs start at x ~ N(0, I).

    Args:
        D: the number of parameters.
        condition: the largest curvature over the smallest, at least 1.
        rotation: a JAX key for a random orthogonal R; None for curvatures along the axes.
        optimum: x*, of shape (D,); zero if None.
        noise: standard deviation of each entry of the gradient noise; 0 for a deterministic task.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.tasks import Quadratic
        >>> task = Quadratic(2, condition=4.0)
        >>> float(task.loss(jnp.array([2.0, 1.0]), task.batch(jax.random.key(0), 0), jax.random.key(0)))
        1.0
    """

    curvatures: Float[Array, " D"]
    rotation: Float[Array, "D D"] | None
    optimal: Float[Array, " D"]
    noise: Float[Array, ""] | None
    dynamic: bool = eqx.field(static=True)

    def __init__(
        self, D: int, *, condition: float = 1.0, rotation: Any = None, optimum: Any = None, noise: float = 0.0
    ) -> None:
        D = _doors.count("D", D, of="the number of parameters")
        action = "It is the largest curvature over the smallest."
        condition = checks.real("condition", condition, 1.0, math.inf, action)
        noise = checks.real("noise", noise, 0.0, math.inf, "It is the standard deviation of the gradient's entries.")
        self.curvatures = jnp.asarray([condition ** (i / max(D - 1, 1) - 1.0) for i in range(D)])
        self.rotation = None if rotation is None else jax.random.orthogonal(child(jax_key(rotation), "rotation"), D)
        self.optimal = jnp.zeros(D) if optimum is None else jnp.asarray(optimum, dtype=self.curvatures.dtype)
        if self.optimal.shape != (D,):
            raise checks.bad_value(
                "optimum", self.optimal.shape, f"have shape (D,) = ({D},)", "Pass one number per entry."
            )
        self.noise = None if noise == 0.0 else jnp.asarray(noise, self.curvatures.dtype)
        self.dynamic = noise != 0.0

    @property
    def best(self) -> float:
        """Zero."""
        return 0.0

    def start(self, key: Key | PRNGKeyArray) -> Float[Array, " D"]:
        """Standard normal numbers."""
        return jax.random.normal(child(jax_key(key), "start"), self.optimal.shape)

    def batch(self, key: PRNGKeyArray, step: Any) -> Float[Array, " D"] | None:
        """The noise of the gradient; None without noise."""
        if self.noise is None:
            return None
        return self.noise * jax.random.normal(child(key, "noise", step), self.optimal.shape, self.noise.dtype)

    def loss(self, params: Float[Array, " D"], batch: Float[Array, " D"] | None, key: PRNGKeyArray) -> Float[Array, ""]:
        """The value at the parameters, with the noise of the step."""
        del key
        value = self.exact(params)
        return value if batch is None else value + jnp.dot(batch, params - self.optimal)

    def exact(self, params: Float[Array, " D"]) -> Float[Array, ""]:
        """The value without noise."""
        offset = params - self.optimal
        along = offset if self.rotation is None else self.rotation.T @ offset
        return 0.5 * jnp.sum(self.curvatures * along**2)

    def metrics(self, params: Float[Array, " D"], key: PRNGKeyArray) -> dict[str, Array]:
        """The loss without noise."""
        del key
        return {"loss": self.exact(params)}
