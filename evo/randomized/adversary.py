"""The adversary: evolutionary algorithms on bit strings search for the input on which a solver errs most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import jax
import jax.numpy as jnp
import numpy as np

from evo.core import api, checks
from evo.core.keys import Key
from evo.core.stops import Evaluations
from evo.discrete import OnePlusLambda, Static
from evo.oracles import child, jax_key
from evo.randomized.evaluation import CONFIRMING, errors_of
from evo.randomized.problem import AdversaryProblem
from evo.tasks.randomized import AbstractRandomizedTask

__all__ = ["Worst", "worst_input"]


@final
@dataclass(frozen=True, eq=False)
class Worst:
    """The worst input that a search found."""

    #: the input
    input: Any
    #: the string that stands for it, uint8[n]
    bits: np.ndarray
    #: its error over the seeds of the search
    error: float
    #: its error over other seeds
    confirmed: float
    #: strings that were tried
    evaluations: int

    def __repr__(self) -> str:
        return f"Worst(error {self.confirmed:.4g} (over the seeds of the search {self.error:.4g}), n={len(self.bits)})"


def worst_input(
    task: AbstractRandomizedTask,
    params: Any,
    key: Key,
    *,
    optimizer: Any = None,
    evaluations: int = 2000,
    restarts: int = 4,
    seeds: int = 64,
) -> Worst:
    """Search for the input with the largest mean error, the parameters frozen: an oblivious adversary.

    Independent runs maximise `AdversaryProblem`; the best string is tried again with fresh seeds, since the largest of
    many noisy means flatters the adversary.

    Args:
        task: a task of `evo.tasks` whose solver is given seeds.
        params: the frozen parameters.
        key: an `evo.Key`; runs, seeds and the confirmation are its children.
        optimizer: on bit strings; by default the (1+16)-EA with standard bit mutation, which asks for 16 strings at a
            time.
        evaluations: strings per run.
        restarts: runs.
        seeds: under which a string is tried.

    Example:
        >>> import evo
        >>> from evo.models import SeededMemory
        >>> task = evo.tasks.RandomizedRecall(lambda key: SeededMemory(4, 2, 4, key=key), pairs=4, seed_bits=4)
        >>> evo.randomized.worst_input(task, task.start(evo.Key(0)), evo.Key(1), evaluations=100).bits.shape
        (6,)
    """
    checks.instance_of("key", key, Key, "Pass evo.Key(seed).")
    runs = checks.integer("restarts", restarts, 1, "Pass for example 4.")
    cap = checks.integer("evaluations", evaluations, 1, "Pass for example 2000.")
    problem = AdversaryProblem(task, params, key, seeds=seeds)
    if not problem.n:  # one input, and nothing to search
        bits = np.zeros(0, np.uint8)
        value = float(problem.evaluate(bits[None], 0, key)[0])
        return _confirmed(task, params, key, bits, value, 1, max(seeds, CONFIRMING))
    found = []
    for i in range(runs):
        searching = OnePlusLambda(16, rate=Static(strength=1.0)) if optimizer is None else optimizer
        found.append(api.run(searching, problem, seed=key.child("run", i), stop=Evaluations(cap)))
    best = max(found, key=lambda result: result.value)
    bits, total = np.asarray(best.candidate, np.uint8), int(sum(result.evaluations for result in found))
    return _confirmed(task, params, key, bits, float(best.value), total, max(seeds, CONFIRMING))


def _confirmed(
    task: AbstractRandomizedTask, params: Any, key: Key, bits: np.ndarray, value: float, total: int, seeds: int
) -> Worst:
    """The input of the string, tried with fresh seeds."""
    x = task.decoded(jnp.asarray(bits))
    one = jax.tree.map(lambda leaf: leaf[None], x)
    again, _ = errors_of(task, params, one, child(jax_key(key), "confirmed"), seeds)
    return Worst(x, bits, value, float(again[0]), total)
