"""One run: an arm trains for some generations, and the true objective is looked at now and then."""

from __future__ import annotations

from typing import Any

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.experiments.training_arms.arms import AbstractArm
from evo.oracles import AbstractTask, child

__all__ = ["trained"]


def trained(
    arm: AbstractArm,
    task: AbstractTask,
    objective: AbstractTask,
    params: Any,
    rate: Any,
    key: PRNGKeyArray,
    *,
    generations: int,
    every: int,
) -> dict[str, Array]:
    """What is seen every so many generations, the first and the last included.

    Args:
        arm: how it is trained.
        task: on what: its batch of a generation is what the arm sees.
        objective: by what it is judged: its batch of step 0 is the whole objective, its metrics are held-out.
        params: the start.
        rate: the learning rate of Adam.
        key: of the run.
        generations: how many.
        every: generations between two looks, a divisor of `generations`.

    Returns:
        Arrays [generations / every + 1]: `loss` on the objective, `cosine` of the direction that the arm then takes
        with the true gradient there, `evaluations` so far, and the metrics of the objective after `held_out_`.
    """
    data, judged = child(key, "data"), objective.batch(child(key, "objective"), 0)
    loss_key = child(key, "loss")

    def look(before: Any, grads: Any) -> dict[str, Array]:
        loss, true = jax.value_and_grad(lambda p: objective.loss(p, judged, loss_key))(before)
        metrics = objective.metrics(before, child(key, "held out"))
        seen = {"loss": loss, "cosine": _cosine(grads, true)}
        return seen | {f"held_out_{name}": value for name, value in metrics.items()}

    def generation(state: tuple[Any, Array], t: Array) -> tuple[tuple[Any, Array], dict[str, Array]]:
        carry, spent = state
        before, batch = arm.params(carry), task.batch(data, t)
        after = arm.advance(child(key, "arm", t), task, carry, batch, rate)
        shapes = eqx.filter_eval_shape(look, before, after.grads)
        none = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
        seen = jax.lax.cond(t % every == 0, look, lambda *_: none, before, after.grads)
        return (after.carry, spent + after.evaluations), seen | {"evaluations": spent}

    carry = arm.begin(child(key, "begin"), task, params, task.batch(data, 0), rate)
    steps = jnp.arange(generations + 1)
    _, seen = jax.lax.scan(generation, (carry, jnp.zeros(())), steps)
    return {name: values[::every] for name, values in seen.items()}


def _cosine(a: Any, b: Any) -> Array:
    products = [sum(jnp.vdot(x, y) for x, y in zip(*map(jax.tree.leaves, two), strict=True)) for two in pairs(a, b)]
    ab, aa, bb = products
    lengths = jnp.sqrt(aa) * jnp.sqrt(bb)
    return jnp.where(lengths > 0, ab / jnp.where(lengths > 0, lengths, 1.0), 0.0)


def pairs(a: Any, b: Any) -> tuple[tuple[Any, Any], ...]:
    return (a, b), (a, a), (b, b)
