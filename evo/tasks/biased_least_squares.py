"""Least squares with a biased gradient at hand: the toy problem of Guided ES."""

from __future__ import annotations

import functools
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask
from evo.tasks import _doors


class BiasedLeastSquares(AbstractTask):
    """f(x) = |A x - b|^2 / (2 m) with Gaussian A and b, and a gradient that is wrong in a fixed direction.

    A (m, D), b (m) and the direction u (D) are the first normal numbers of `numpy.random.RandomState(seed)`, in this
    order; u has length 1. `biased_gradient` is grad f + |grad f| u. Runs start at x = 0, which with the default sizes
    and seed is 0.25650 above the best loss of 0.25592.

    Args:
        m: equations, more than D.
        D: parameters.
        seed: of A, b and u.

    Reference: Maheswaranathan, Metz, Tucker, Choi and Sohl-Dickstein, Guided evolutionary strategies, ICML 2019,
    section 4.1.

    Example:
        >>> from evo.tasks import BiasedLeastSquares
        >>> task = BiasedLeastSquares(20, 10)
        >>> gap = float(task.loss(task.start(0), None, None)) - task.best
        >>> task.biased_gradient(task.start(0)).shape, gap > 0
        ((10,), True)
    """

    dynamic = False
    A: Float[Array, "m D"]
    b: Float[Array, " m"]
    bias: Float[Array, " D"]
    least: float = eqx.field(static=True)

    def __init__(self, m: int = 2000, D: int = 1000, *, seed: int = 0) -> None:
        D = _doors.count("D", D, of="the number of parameters")
        m = checks.integer("m", m, D + 1, f"It must exceed D={D}: with fewer equations the best loss is 0.")
        seed = checks.integer("seed", seed, 0, "Pass seed=0 for the problem of the paper.", high=2**32 - 1)
        A, b, bias, self.least = _problem(m, D, seed)
        self.A, self.b, self.bias = jnp.asarray(A), jnp.asarray(b), jnp.asarray(bias)

    @property
    def best(self) -> float:
        """The loss of the least-squares solution."""
        return self.least

    def start(self, key: Key | PRNGKeyArray) -> Float[Array, " D"]:
        """Zeros."""
        del key
        return jnp.zeros_like(self.bias)

    def batch(self, key: PRNGKeyArray, step: Any) -> None:
        """None: the problem is deterministic."""
        del key, step

    def loss(self, params: Float[Array, " D"], batch: None, key: PRNGKeyArray) -> Float[Array, ""]:
        """The value at the parameters."""
        del batch, key
        residual = self.A @ params - self.b
        return jnp.dot(residual, residual) / (2 * len(self.b))

    def metrics(self, params: Float[Array, " D"], key: PRNGKeyArray) -> dict[str, Array]:
        """The loss and its gap to the best."""
        loss = self.loss(params, None, key)
        return {"loss": loss, "gap": loss - self.least}

    def gradient(self, params: Float[Array, " D"]) -> Float[Array, " D"]:
        """The true gradient, A^T (A x - b) / m."""
        return self.A.T @ (self.A @ params - self.b) / len(self.b)

    def biased_gradient(
        self, params: Float[Array, " D"], batch: None = None, key: PRNGKeyArray | None = None
    ) -> Float[Array, " D"]:
        """The gradient plus its length times the fixed direction: its cosine to the gradient is about 0.7.

        Estimators take it as `surrogates=task.biased_gradient`.
        """
        del batch, key
        gradient = self.gradient(params)
        return gradient + jnp.sqrt(jnp.dot(gradient, gradient)) * self.bias


@functools.lru_cache(maxsize=2)
def _problem(m: int, D: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    stream = np.random.RandomState(seed)
    A, b, bias = stream.randn(m, D), stream.randn(m), stream.randn(D)
    residual = A @ np.linalg.solve(A.T @ A, A.T @ b) - b
    return A, b, bias / np.linalg.norm(bias), float(residual @ residual / (2 * m))
