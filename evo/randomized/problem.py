"""The error of frozen parameters on an input, as a function of bit strings to be maximised."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense
from evo.oracles import child, jax_key
from evo.randomized.evaluation import randomized
from evo.tasks.randomized import AbstractRandomizedTask, Trials

__all__ = ["AdversaryProblem"]


class AdversaryProblem(AbstractProblem):
    """The mean error of a solver on the input that a bit string stands for: what an adversary maximises.

    A problem like those of `evo.discrete`, for every optimizer on bit strings: parameters are frozen, and all strings
    meet the same seeds, so that the same string has the same value.

    Args:
        task: a task of `evo.tasks` whose solver is given seeds.
        params: the frozen parameters.
        key: from which the seeds are drawn.
        seeds: how many.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> from evo.models import SeededMemory
        >>> task = evo.tasks.RandomizedRecall(lambda key: SeededMemory(4, 2, 4, key=key), pairs=4, seed_bits=4)
        >>> problem = evo.randomized.AdversaryProblem(task, task.start(evo.Key(0)), evo.Key(1))
        >>> result = evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), problem, seed=0, stop=evo.Steps(50))
        >>> 0.0 <= result.value <= 1.0
        True
    """

    sense = Sense.MAXIMISE

    def __init__(self, task: AbstractRandomizedTask, params: Any, key: Any, *, seeds: int = 64) -> None:
        self.task = randomized(task)
        self.n = task.bits
        self.params = params
        self.seeds = checks.integer("seeds", seeds, 1, "Pass for example 64.")
        any_input = jax.tree.map(lambda leaf: leaf[None], task.decoded(jnp.zeros(self.n, jnp.uint8)))
        self._dealt = task.tried(any_input, child(jax_key(key), "adversary"), self.seeds).seeds

    def start(self, key: Key) -> np.ndarray:
        """A uniformly random string."""
        return key.child("start").numpy().integers(0, 2, self.n, dtype=np.uint8)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The mean errors of some strings."""
        del step, key
        strings = np.asarray(candidates, np.uint8)
        if strings.ndim != 2 or strings.shape[1] != self.n:
            action = f"Each string has {self.n} zeros and ones."
            raise checks.bad_value("candidates", strings, f"have shape (k, {self.n})", action)
        if strings.size and (strings.max() > 1 or not np.array_equal(strings, candidates)):
            action = "Search with an optimizer on bit strings, such as those of evo.discrete."
            raise checks.bad_value("candidates", candidates, "hold zeros and ones alone", action)
        k = len(strings)
        padded = 1 << max(k - 1, 0).bit_length()  # few shapes to compile
        filled = np.concatenate([strings, np.repeat(strings[:1], padded - k, axis=0)])
        found = _mean_errors(self.task, self.params, jnp.asarray(filled), self._dealt)
        return np.asarray(found, np.float64)[:k]

    def optimum(self) -> float:
        """1: no seed answers rightly."""
        return 1.0

    def __repr__(self) -> str:
        return f"AdversaryProblem({type(self.task).__name__}, n={self.n}, seeds={self.seeds})"


@eqx.filter_jit
def _mean_errors(task: AbstractRandomizedTask, params: Any, strings: Array, seeds: Array) -> Array:
    inputs = jax.vmap(task.decoded)(strings)
    return jnp.mean(task.errors(params, Trials(inputs, seeds)), axis=1)
