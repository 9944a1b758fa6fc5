"""The linear recurrent unit."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._linear import as_type_of, normal
from evo.models.recurrent import AbstractRecurrent
from evo.oracles import child, jax_key


class Lru(AbstractRecurrent):
    """A linear recurrent unit: a complex diagonal recurrence that is stable whatever its parameters.

    h' = lambda * h + gamma * (B x),  y = Re(C h') + D * x,  with lambda = exp(-exp(nu) + i exp(theta)),
    gamma = exp(log_gamma), complex B of shape (N, inputs) and C of shape (inputs, N), real D.

    It has 3 N + 4 N inputs + inputs parameters, all real: complex numbers are pairs, real part first, the carry too.
    At the start |lambda|^2 is uniform on [low^2, high^2], the phase uniform on [0, 2 pi], gamma = sqrt(1 - |lambda|^2),
    the parts of B N(0, 1 / (2 inputs)), the parts of C N(0, 1 / N), D N(0, 1).

    Args:
        inputs: size of x and of y.
        hidden: N, the number of complex units.
        low: the smallest |lambda| at the start, in [0, high).
        high: the largest |lambda| at the start, at most 1.
        key: a JAX key.

    Reference: Orvieto et al., Resurrecting recurrent neural networks for long sequences, ICML 2023; initial scales of
    Zucchet et al., Online learning of long-range dependencies, NeurIPS 2023.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Lru
        >>> model = Lru(4, 16, key=jax.random.key(0))
        >>> carry, y = model(model.initial(), jnp.ones(4))
        >>> carry.shape, y.shape
        ((2, 16), (4,))
    """

    nu: Float[Array, " N"]
    theta: Float[Array, " N"]
    log_gamma: Float[Array, " N"]
    B: Float[Array, "2 N inputs"]
    C: Float[Array, "2 inputs N"]
    D: Float[Array, " inputs"]

    def __init__(self, inputs: int, hidden: int, *, low: float = 0.0, high: float = 1.0, key: PRNGKeyArray) -> None:
        key = jax_key(key)
        H, N = _doors.size("inputs", inputs), _doors.size("hidden", hidden)
        action = "They are moduli of the recurrence, 0 <= low < high <= 1."
        high = checks.real("high", high, 0.0, 1.0, action, open_low=True)
        low = checks.real("low", low, 0.0, high, action, open_high=True)
        square = low**2 + (high**2 - low**2) * _open_uniform(child(key, "modulus"), N)
        self.nu = jnp.log(-0.5 * jnp.log(square))
        self.theta = jnp.log(2 * math.pi * _open_uniform(child(key, "phase"), N))
        self.log_gamma = 0.5 * jnp.log1p(-square)
        self.B = normal(child(key, "B"), (2, N, H), (2 * H) ** -0.5)
        self.C = normal(child(key, "C"), (2, H, N), N**-0.5)
        self.D = normal(child(key, "D"), (H,), 1.0)

    @property
    def outputs(self) -> int:
        """The size of the input."""
        return len(self.D)

    def initial(self) -> Float[Array, "2 N"]:
        """Zeros."""
        return jnp.zeros((2, len(self.nu)), self.nu.dtype)

    def __call__(
        self, carry: Float[Array, "2 N"], x: Float[Array, " inputs"]
    ) -> tuple[Float[Array, "2 N"], Float[Array, " inputs"]]:
        """One time step."""
        _doors.length("x", x, len(self.D))
        x = as_type_of(self.D, x)
        modulus, phase = jnp.exp(-jnp.exp(self.nu)), jnp.exp(self.theta)
        real, imaginary = modulus * jnp.cos(phase), modulus * jnp.sin(phase)
        gamma = jnp.exp(self.log_gamma)
        a = real * carry[0] - imaginary * carry[1] + gamma * (self.B[0] @ x)
        b = real * carry[1] + imaginary * carry[0] + gamma * (self.B[1] @ x)
        return jnp.stack([a, b]), self.C[0] @ a - self.C[1] @ b + self.D * x


def _open_uniform(key: PRNGKeyArray, n: int) -> Array:
    # in (0, 1): both ends would put infinite parameters at the start
    return jnp.clip(jax.random.uniform(key, (n,)), 1e-6, 1 - 1e-6)
