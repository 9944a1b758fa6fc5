"""The relaxed risk: between the mean over inputs and the worst input."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from evo.core import checks

__all__ = ["exponent", "relaxed_risk"]


def relaxed_risk(losses: Float[Array, "B m"], q: float) -> Float[Array, ""]:
    """The power mean over inputs of the mean loss over seeds.

        ((1/B) sum_i ((1/m) sum_j losses[i, j])^q)^(1/q),

    computed in logarithms, so that no power overflows. With q = 1 it is the expected risk, with q = inf the adversarial
    one, that of the worst input. A mean over few seeds biases it upward (`theory.randomized.relaxed_risk_mean`). With
    m = 1, and the seed common to all inputs, it is for every q an average over seeds of what a fixed seed has, and
    randomness cannot pay. Take m >= q.

    Args:
        losses: of input i under seed j, at least 0.
        q: in [1, inf].

    Returns:
        A scalar, with gradients; where the risk of an input is 0 they are 0.

    Reference: von Oswald, Kobayashi, Akram and Steger, Learning randomized algorithms with transformers,
    arXiv 2408.10818, 2024 (the form is re-derived).

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.tasks import relaxed_risk
        >>> losses = jnp.array([[0.0, 0.0], [1.0, 0.0]])
        >>> [round(float(relaxed_risk(losses, q)), 3) for q in (1, 2, 100, float("inf"))]
        [0.25, 0.354, 0.497, 0.5]
    """
    q = exponent(q)
    if losses.ndim != 2 or not losses.size:
        action = "Row i holds the losses of input i under its seeds; one seed is a column."
        raise checks.bad_value(
            "losses", f"shape {losses.shape}", "have shape (inputs, seeds), one of each at least", action
        )
    risks = jnp.mean(losses, axis=1)
    if q == 1.0:
        return jnp.mean(risks)
    if q > float(jnp.finfo(risks.dtype).max):  # infinite in this precision
        return jnp.max(risks)
    tiny = jnp.finfo(risks.dtype).tiny
    positive = ~(risks <= tiny)  # not a number stays one
    logs = jnp.where(positive, jnp.log(jnp.where(positive, risks, 1.0)), -jnp.inf)
    worst = jax.lax.stop_gradient(jnp.max(risks))
    scale = jnp.where(worst > tiny, worst, 1.0)  # then the sum below is at least 1
    powers = jnp.where(positive, jnp.exp(q * (logs - jnp.log(scale))), 0.0)
    total = jnp.sum(powers)
    some = total > 0
    mean = jnp.exp(jnp.log(jnp.where(some, total, 1.0) / len(risks)) / q)
    return jnp.where(some, scale * mean, jnp.sum(risks) * 0.0)


def exponent(q: Any) -> float:
    """The exponent as a float, if it is one."""
    action = "Pass 1 for the expected risk, math.inf for that of the worst input, or a number between, such as 8."
    if isinstance(q, float) and math.isinf(q) and q > 0:
        return q
    return checks.real("q", q, 1, math.inf, action)
