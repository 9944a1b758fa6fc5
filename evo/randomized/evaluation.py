"""The errors of a trained solver over inputs, seeds and repetitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import child, jax_key
from evo.tasks.randomized import AbstractRandomizedTask, Trials
from evo.tasks.randomized.base import LISTED

__all__ = ["Evaluation", "evaluated"]

#: answers held at once
_ANSWERS = 65_536
#: seeds under which a worst input is tried again
CONFIRMING = 8192


@final
@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a solver does on inputs, under fresh seeds; arrays have one entry per input."""

    #: the inputs, stacked
    inputs: Any
    #: whether these are all inputs there are
    exhaustive: bool
    #: seeds per input
    seeds: int
    #: mean error over seeds
    errors: np.ndarray
    #: standard deviation of the error over seeds; 0 everywhere for an algorithm that is not random
    spread: np.ndarray
    #: for each number of repetitions S, the mean error of S seeds that answer together
    repeated: dict[int, np.ndarray]
    #: error on the input with the largest error, measured again with other seeds: not the largest of many noisy means
    confirmed: float

    @property
    def worst(self) -> int:
        """The place of the input with the largest error."""
        return int(np.argmax(self.errors))

    @property
    def mean(self) -> float:
        """The mean error over inputs."""
        return float(np.mean(self.errors))

    def percentile(self, percent: float = 95.0) -> float:
        """The error that this share of inputs does not exceed."""
        number = checks.real("percent", percent, 0, 100, "Pass for example 95.")
        return float(np.percentile(self.errors, number))

    def __repr__(self) -> str:
        kind = "all" if self.exhaustive else "sampled"
        return (
            f"Evaluation({len(self.errors):,} {kind} inputs, {self.seeds} seeds: mean error {self.mean:.4g}, "
            f"95th percentile {self.percentile():.4g}, worst {self.confirmed:.4g})"
        )


def evaluated(
    task: AbstractRandomizedTask,
    params: Any,
    key: Key | PRNGKeyArray,
    *,
    inputs: int = 10_000,
    seeds: int = 64,
    repetitions: Sequence[int] = (1, 3, 9, 33),
    groups: int = 16,
) -> Evaluation:
    """The errors of a solver on all inputs, or on sampled ones where there are many.

    Seeds are dealt as the task deals them; for `ConstantSeed()` there is one, and repetition changes nothing.

    Args:
        task: a task of `evo.tasks` whose solver is given seeds.
        params: the trained parameters.
        key: from which seeds and sampled inputs are drawn.
        inputs: all are tried if there are at most so many of them, and at most 10^5; otherwise so many are sampled.
        seeds: per input, for the error of single answers.
        repetitions: numbers S of seeds that answer together, by majority or by the best answer, as the task says.
        groups: how many groups of S seeds, for each S.

    Example:
        >>> import evo, jax
        >>> from evo.models import SeededMemory
        >>> task = evo.tasks.RandomizedRecall(lambda key: SeededMemory(4, 2, 4, key=key), pairs=4, seed_bits=4)
        >>> evo.randomized.evaluated(task, task.start(evo.Key(0)), evo.Key(1), repetitions=(1, 3)).errors.shape
        (64,)
    """
    task = randomized(task)
    action = "Pass for example 64."
    B, m, G = (
        checks.integer(name, value, 1, action)
        for name, value in (("inputs", inputs), ("seeds", seeds), ("groups", groups))
    )
    if not isinstance(repetitions, Iterable):
        raise checks.bad_type(
            "repetitions", repetitions, "be a sequence of integers", "Pass for example (1, 3, 9, 33)."
        )
    repetitions = [checks.integer("repetitions", S, 1, "Pass for example (1, 3, 9, 33).") for S in repetitions]
    key = jax_key(key)
    exhaustive = task.count <= min(B, LISTED)
    tried = task.listed() if exhaustive else task.sample(child(key, "inputs"), B)
    mean, spread = errors_of(task, params, tried, child(key, "single"), m)
    repeated = {S: votes_of(task, params, tried, child(key, "repeated", S), S, G) for S in repetitions}
    worst = jax.tree.map(lambda leaf: leaf[np.argmax(mean)][None], tried)
    again, _ = errors_of(task, params, worst, child(key, "confirmed"), max(m, CONFIRMING))
    return Evaluation(tried, exhaustive, m, mean, spread, repeated, float(again[0]))


def errors_of(
    task: AbstractRandomizedTask, params: Any, inputs: Any, key: PRNGKeyArray, seeds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation over seeds of the error of each input."""
    batch = task.tried(inputs, key, seeds)
    mean, spread = _moments(task, params, batch, _at_once(batch))
    return np.asarray(mean, np.float64), np.asarray(spread, np.float64)


def votes_of(
    task: AbstractRandomizedTask, params: Any, inputs: Any, key: PRNGKeyArray, repetitions: int, groups: int
) -> np.ndarray:
    """The mean error over groups of seeds that answer together, of each input."""
    batch = task.tried(inputs, key, repetitions * groups)
    if batch.seeds.shape[1] == 1:  # a constant seed answers S times the same
        shape = (batch.seeds.shape[0], repetitions, *batch.seeds.shape[2:])
        batch = batch._replace(seeds=jnp.broadcast_to(batch.seeds, shape))
    return np.asarray(_voted(task, params, batch, repetitions, _at_once(batch)), np.float64)


def randomized(task: Any) -> AbstractRandomizedTask:
    """The task itself, if its solver is given seeds."""
    action = "Pass for example evo.tasks.RandomizedRecall(...)."
    return checks.instance_of("task", task, AbstractRandomizedTask, action)


def _at_once(batch: Trials) -> int:
    return max(1, _ANSWERS // batch.seeds.shape[1])


@eqx.filter_jit
def _moments(task: AbstractRandomizedTask, params: Any, batch: Trials, at_once: int) -> tuple[Array, Array]:
    def few(part: Trials) -> tuple[Array, Array]:
        errors = task.errors(params, part)
        return jnp.mean(errors, axis=1), jnp.std(errors, axis=1)

    return _in_parts(few, batch, at_once)


@eqx.filter_jit
def _voted(task: AbstractRandomizedTask, params: Any, batch: Trials, repetitions: int, at_once: int) -> Array:
    def few(part: Trials) -> Array:
        return jnp.mean(task.votes(params, part, repetitions), axis=1)

    return _in_parts(few, batch, at_once)


def _in_parts(few: Any, batch: Trials, at_once: int) -> Any:
    """`few` of some inputs after others, joined; the last part is filled up with the first input."""
    B = len(jax.tree.leaves(batch.inputs)[0])
    at_once = min(at_once, B)
    parts = -(-B // at_once)
    places = jnp.minimum(jnp.arange(parts * at_once), B - 1).reshape(parts, at_once)

    def part(rows: Array) -> Any:
        seeds = batch.seeds if batch.seeds.shape[0] == 1 else batch.seeds[rows]
        return few(Trials(jax.tree.map(lambda leaf: leaf[rows], batch.inputs), seeds))

    found = jax.lax.map(part, places)
    return jax.tree.map(lambda leaf: leaf.reshape(-1)[:B], found)
