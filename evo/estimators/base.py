"""What a gradient estimator is: a gradient, or something like it, from what a task offers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.estimators.parameters import split, working
from evo.oracles import AbstractTask, as_task, jax_key
from evo.oracles.showing import one_line


class Estimate(NamedTuple):
    """A gradient estimate and what it cost."""

    #: the loss: at the parameters for backprop, the mean over the perturbed members for evolution strategies
    value: Float[Array, ""]
    #: shaped like the parameters; None where a leaf is not trained
    grads: Any
    #: forward passes of the batch, or their equivalent
    evaluations: int
    #: scalars for people: never read back
    info: dict[str, Array]
    #: the auxiliary output of the loss at the unperturbed parameters; None if it has none
    aux: Any = None


class AbstractEstimator(eqx.Module):
    """A gradient estimator: interchangeable with any other that asks no more of the task.

    `grads` has one scale for all estimators, that of least squares: the estimate is not longer than it is certain,
    E<grads, g> = E|grads|^2 on a linear loss with gradient g. So a learning rate that is safe for backprop is safe for
    all of them. `info["scale"]` is the factor c in E grads = c g, where there is one; divide by it for an unbiased
    estimate, or pass `scale=Unbiased()`.

    Everything that survives a call is in the state: a named tuple of arrays of fixed shapes.
    """

    #: entries of references.bib
    reference: ClassVar[tuple[str, ...]]
    #: which leaves are trained: None for all floating-point arrays, a predicate of (path, leaf), or a tree of bools
    trainable: eqx.AbstractVar[Any]

    @abstractmethod
    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> Any:
        """The state before the first call.

        Args:
            key: a JAX key.
            task: a task, or a function `loss(params, batch, key)`.
            params: any tree with floating-point arrays.
            batch: an example of what the loss gets.

        Raises:
            TypeError, ValueError: if the task, the parameters or the batch do not fit; with what to do.
        """

    @abstractmethod
    def estimate(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: Any) -> tuple[Estimate, Any]:
        """A gradient estimate at `params`, and the state after it; `key` is fresh for every call."""

    def value_and_grad(self, loss: Any, has_aux: bool = False) -> Callable[..., Any]:
        """What takes the place of `jax.value_and_grad(loss, has_aux)` in a training loop.

        Args:
            loss: a function `loss(params, batch, key)`, or a task.
            has_aux: whether the loss returns a pair (value, auxiliary output).

        Returns:
            A function of (state, key, params, batch) that returns (value, grads, state), or
            ((value, aux), grads, state). It is compiled once per estimator, loss and shapes, and may be part of a
            larger jitted function: `jax.jit` for trees of arrays, `eqx.filter_jit` where the model holds functions.
        """
        task = as_task(loss)

        def value_and_grad(state: Any, key: Any, params: Any, batch: Any) -> tuple[Any, Any, Any]:
            key = jax_key(key)
            try:
                found, after, pair = _estimated(self, key, task, params, batch, state, has_aux)
            except (AttributeError, TypeError, ValueError):
                _refuse_foreign(state, eqx.filter_eval_shape(self.init, key, task, params, batch))
                raise
            if has_aux != pair:
                got = "a pair (value, auxiliary output)" if pair else "a scalar alone"
                action = "Say has_aux=True exactly if the loss returns a pair."
                raise ValueError(f"`has_aux` must tell what the loss returns; got {has_aux} and {got}. {action}")
            return ((found.value, found.aux) if has_aux else found.value), found.grads, after

        return value_and_grad

    def trained(self, params: Any) -> Any:
        """The trained leaves of `params`, None elsewhere: the tree that an Optax transformation begins with.

        Where leaves are left out, by `trainable=` or because they are no floating-point arrays, `grads` hold None; so
        begin with `optax.adam(1e-2).init(estimator.trained(params))`, and add with `eqx.apply_updates`.
        """
        centre = split(params, self.trainable).centre
        return jax.tree.map(lambda new, old: None if new is None else old, centre, params, is_leaf=lambda x: x is None)

    def __repr__(self) -> str:
        return one_line(self)


@eqx.filter_jit
def _estimated(
    estimator: AbstractEstimator,
    key: PRNGKeyArray,
    task: AbstractTask,
    params: Any,
    batch: Any,
    state: Any,
    has_aux: bool,
) -> tuple[Estimate, Any, bool]:
    """The estimate, the state, and whether the loss returns a pair, whose second part may be None."""
    found, after = estimator.estimate(key, task, params, batch, state)
    pair = found.aux is not None or (has_aux and evaluator(task, params, batch, key).aux is not None)
    return found, after, pair


def _refuse_foreign(state: Any, expected: Any) -> None:
    """Say so if a state is not such a one as `init` makes for these parameters."""
    if _form(state) != _form(expected):
        action = (
            "Make it once by `state = estimator.init(key, loss, params, batch)`, and pass on the one that came back."
        )
        raise checks.bad_type("state", state, "be that of this estimator for these parameters", action)


def _form(tree: Any) -> Any:
    leaves, structure = jax.tree.flatten(tree)
    return structure, [getattr(leaf, "shape", None) for leaf in leaves]


class Evaluator(NamedTuple):
    """The loss of a task on one batch, as a function of the parameters and a key."""

    #: (params, key) -> the loss, in at least float32
    value: Callable[[Any, PRNGKeyArray], Float[Array, ""]]
    #: (params, key) -> the auxiliary output; None if there is none
    aux: Callable[[Any, PRNGKeyArray], Any] | None
    #: (params, key) -> both from one evaluation
    both: Callable[[Any, PRNGKeyArray], tuple[Float[Array, ""], Any]]


def evaluator(task: Any, params: Any, batch: Any, key: PRNGKeyArray) -> Evaluator:
    """The checked loss of a task on a batch.

    Raises:
        TypeError: if the loss returns anything but a real scalar, or a pair that begins with one.
    """
    checked = as_task(task)
    shapes = eqx.filter_eval_shape(checked.loss, params, batch, key)
    has_aux = isinstance(shapes, tuple)
    if has_aux and len(shapes) != 2:
        allowed = "return a scalar or a pair (scalar, auxiliary output)"
        action = "Collect what is auxiliary in one tree: return loss, (a, b)."
        raise TypeError(f"`loss` must {allowed}; got a tuple of {len(shapes)}. {action}")
    shape = shapes[0] if has_aux else shapes
    if isinstance(shape, int | float) and not isinstance(shape, bool):
        shape = jnp.asarray(shape)
    dtype = getattr(shape, "dtype", None)
    if dtype is None or tuple(getattr(shape, "shape", (1,))) != () or not jnp.issubdtype(dtype, jnp.floating):
        raise TypeError(f"`loss` must return one real number; got {_described(shape)}. {_ACTION}")

    def both(params: Any, key: PRNGKeyArray) -> tuple[Array, Any]:
        returned = checked.loss(params, batch, key)
        first, aux = returned if has_aux else (returned, None)
        number = jnp.asarray(first)
        return number.astype(working(number.dtype)), aux

    return Evaluator(
        lambda params, key: both(params, key)[0], (lambda params, key: both(params, key)[1]) if has_aux else None, both
    )


_ACTION = "Reduce it to one floating-point number, for example with a mean over the examples."


def _described(shape: Any) -> str:
    if hasattr(shape, "shape") and hasattr(shape, "dtype"):
        return f"an array of shape {tuple(shape.shape)} and dtype {shape.dtype}"
    return f"{checks.shown(shape)} of type {type(shape).__name__}"


def usable(values: Array) -> Array:
    """Which losses can be reckoned with: finite, and not so large (8e28 in float32) that slopes would overflow."""
    return jnp.abs(values) < float(jnp.finfo(values.dtype).max) ** 0.75


def population_value(values: Array) -> Array:
    """The mean of the usable values; nan if there are none."""
    good = usable(values)
    return jnp.sum(jnp.where(good, values, 0)) / jnp.sum(good, dtype=values.dtype)
