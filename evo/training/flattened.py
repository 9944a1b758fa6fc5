"""A task as a problem on real vectors, for strategies that know nothing of trees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense
from evo.core.stops import Stop
from evo.estimators.parameters import size, split
from evo.oracles import AbstractTask, Loss, data_key, step_data

#: how many numbers the candidates that are valued at a time hold by default
_NUMBERS = 2**20


@dataclass(frozen=True, eq=False, repr=False)
class Flattened(AbstractProblem):
    """A task over trees of parameters as a problem over vectors in R^D: the trained leaves, one after the other.

    Every strategy of `evo.continuous` then trains the task by `evo.run`. All candidates of a step are valued on the
    same batch with the same key; the batch is that of `evo.GradientDescent` in this step of this run.

    Args:
        task: a task, see `evo.oracles`; a function alone has no parameters to lay out: wrap it as `evo.tasks.Custom`.
        trainable: which leaves are searched: None for all real arrays, a predicate of (path, leaf), or a tree of bools.
            The others keep what the task's start gives them.
        chunk: how many candidates are valued at a time, at least 1: memory grows with it, and values depend on it by
            rounding only. As many as hold 2^20 numbers together, at most 64, if None.

    The start is that of the task, as `float64[D]`; leaves get their numbers back in their own shapes and dtypes. Values
    are losses to be minimised, computed by one compiled function for all candidates. The problem is dynamic if the
    task is: then a result's candidate is the last centre of the search, and its value reads nan.

    Example:
        >>> import evo, jax.numpy as jnp
        >>> from evo import continuous as c
        >>> from evo.oracles import AbstractTask
        >>> class Line(AbstractTask):
        ...     dynamic = False
        ...     def start(self, key):
        ...         return {"slope": jnp.zeros(()), "offset": jnp.zeros(())}
        ...     def batch(self, key, step):
        ...         x = jnp.linspace(-1, 1, 5)
        ...         return x, 2 * x + 1
        ...     def loss(self, params, batch, key):
        ...         return jnp.mean((params["slope"] * batch[0] + params["offset"] - batch[1]) ** 2)
        >>> problem = Flattened(Line())
        >>> result = evo.run(c.CmaEs(0.5), problem, seed=0, stop=evo.Steps(60))
        >>> {name: round(float(leaf), 2) for name, leaf in problem.unflatten(result.candidate).items()}
        {'offset': 1.0, 'slope': 2.0}
    """

    task: AbstractTask
    trainable: Any = field(default=None, kw_only=True)
    chunk: int | None = field(default=None, kw_only=True)
    #: what is computed once: the start of the run that is being made, and whether fixed leaves are drawn
    _kept: dict[str, Any] = field(default_factory=dict, init=False)

    sense = Sense.MINIMISE

    def __post_init__(self) -> None:
        if not isinstance(self.task, AbstractTask) or isinstance(self.task, Loss):
            action = "Wrap a function loss(params, batch, key) as evo.tasks.Custom(loss, start=..., batch=...)."
            raise checks.bad_type("task", self.task, "be a task, with parameters to start from", action)
        if self.chunk is not None:
            checks.integer("chunk", self.chunk, 1, "Pass how many candidates fit into memory at a time.")

    @property
    def dynamic(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether values depend on the step."""
        return self.task.dynamic

    def start(self, key: Key) -> np.ndarray:
        """The trained leaves of the task's start."""
        return self.flatten(self._start(key))

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The losses of vectors, shape (k, D), on the data of a step."""
        params = self._start(key)
        vectors = self._checked(np.asarray(candidates), "candidates", 2, params)
        at_once = min(len(vectors), self.chunk or max(1, min(64, _NUMBERS // vectors.shape[1])))
        arguments = jnp.asarray(vectors), jnp.asarray(step, jnp.int32), data_key(key)
        return np.asarray(_losses(self.task, params, self.trainable, *arguments, at_once), dtype=np.float64)

    def flatten(self, params: Any) -> np.ndarray:
        """The vector that stands for a tree of parameters, for example to begin a run with `start=`."""
        leaves = jax.tree.leaves(split(params, self.trainable).centre)
        return np.concatenate([np.asarray(leaf, dtype=np.float64).reshape(-1) for leaf in leaves])

    def unflatten(self, vector: Any, key: int | Key | None = None) -> Any:
        """The tree of parameters that a vector stands for, for example of `result.candidate`.

        Args:
            vector: shape (D,).
            key: the seed or key of the run, `result.state.key`. It may be left out if all arrays are trained, or if
                the others do not depend on it.

        Raises:
            ValueError: for a vector of another length, and if `key` is left out where it matters.
        """
        run = Key(0 if key is None else key)
        params = self._start(run)
        numbers = self._checked(np.asarray(vector), "vector", 1, params)
        if key is None and self._fixed_leaves_are_drawn():
            action = "Pass the key of the run, for example problem.unflatten(result.candidate, result.state.key)."
            raise checks.bad_value("key", None, "be given, because leaves that are not trained depend on it", action)
        return _tree(params, self.trainable, jnp.asarray(numbers))

    def budget(self) -> Stop | None:
        """That of the task: how long to train is the user's choice."""
        return self.task.budget()

    def _start(self, key: Key) -> Any:
        """The task's start, kept for the run that is being made."""
        made_for, params = self._kept.get("start", (None, None))
        if made_for != key:
            params = self.task.start(key)
            self._kept["start"] = key, params
        return params

    def _fixed_leaves_are_drawn(self) -> bool:
        if "drawn" not in self._kept:
            one, other = (self._fixed(self.task.start(Key(seed))) for seed in (0, 1))
            self._kept["drawn"] = not eqx.tree_equal(one, other)
        return self._kept["drawn"]

    def _fixed(self, params: Any) -> Any:
        trained = split(params, self.trainable).centre
        fixed = jax.tree.map(lambda leaf, new: leaf if new is None else None, params, trained, is_leaf=_is_none)
        return eqx.filter(fixed, eqx.is_array)

    def _checked(self, array: np.ndarray, name: str, axes: int, params: Any) -> np.ndarray:
        D = size(split(params, self.trainable).centre)
        if array.ndim != axes or array.shape[-1] != D:
            shape = "(k, D)" if axes == 2 else "(D,)"
            action = "Pass vectors of this problem, as `start` and results have them."
            raise checks.bad_value(name, array, f"have shape {shape} with D = {D}", action)
        return array

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Flattened) or self.chunk != other.chunk:
            return False
        return bool(eqx.tree_equal((self.task, self.trainable), (other.task, other.trainable)))

    def __hash__(self) -> int:
        return hash((Flattened, type(self.task), self.chunk))

    def __repr__(self) -> str:
        return f"Flattened({self.task!r})"


@eqx.filter_jit
def _losses(
    task: AbstractTask,
    params: Any,
    trainable: Any,
    candidates: Float[Array, "k D"],
    step: Array,
    key: PRNGKeyArray,
    chunk: int,
) -> Float[Array, " k"]:
    batch, loss_key = step_data(task, key, step)

    def loss(vector: Array) -> Array:
        returned = task.loss(_tree(params, trainable, vector), batch, loss_key)
        return returned[0] if isinstance(returned, tuple) else returned

    return jax.lax.map(loss, candidates, batch_size=chunk)


def _tree(params: Any, trainable: Any, vector: Array) -> Any:
    """The tree whose trained leaves hold the numbers of the vector."""
    parameters = split(params, trainable)
    leaves, structure = jax.tree.flatten(parameters.centre)
    ends = np.cumsum([leaf.size for leaf in leaves])
    parts = [vector[end - leaf.size : end].reshape(leaf.shape) for leaf, end in zip(leaves, ends, strict=True)]
    return parameters.rebuild(structure.unflatten(parts))


def _is_none(leaf: Any) -> bool:
    return leaf is None
