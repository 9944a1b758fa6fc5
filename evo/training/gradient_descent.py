"""Gradient descent: an estimator and an Optax transformation as one optimizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import equinox as eqx

from evo.core import checks
from evo.core.engines import AbstractDriver
from evo.core.keys import Key
from evo.core.optimizers import Optimizer, StepInfo
from evo.core.problems import AbstractProblem
from evo.estimators import AbstractEstimator, NoiseReuseEs, PersistentEs
from evo.oracles import AbstractTask
from evo.training.steps import DescentState, compiled_begin, compiled_update, compiled_value_start, own, run_keys


@final
@dataclass(frozen=True)
class GradientDescent(Optimizer):
    """Training: step t is theta <- theta + u(ghat_t), with ghat_t from the estimator and u from Optax.

    The batch of step t and the estimator's key are functions of the run's key and t, so that runs can be cut and
    resumed anywhere. Updates accumulate in float32 where the parameters are bfloat16 or float16.

    Args:
        estimator: any of `evo.estimators`.
        transformation: any Optax transformation, `optax.adam(1e-2)` for example. Its numbers are part of the compiled
            program; those of `evo.training.Transformation(optax.adam, learning_rate=1e-2)` can change without compiling
            again. It gets `value=` as an extra argument.

    Counting: the start costs one evaluation, the loss on the batch of step 0; every later step what the estimator
    states. The value of a step is what its estimate measured, so it belongs to the parameters *before* the update:
    the loss on the batch for backprop, the smoothed loss for evolution strategies. `Target` and `Stagnation` judge
    these values.

    The result is the last parameters, also where the task is deterministic: the smallest of many estimated losses
    flatters. To choose parameters otherwise, record `evo.training.Metric` and resume or replay.

    A loss that is not finite, and an update that makes a parameter not finite, is undone and ends the run.

    Example:
        >>> import evo, optax
        >>> from evo.estimators import AntitheticEs
        >>> descent = evo.GradientDescent(AntitheticEs(pairs=8, sigma=0.01), optax.sgd(0.5))
        >>> result = evo.run(descent, evo.tasks.Quadratic(3), seed=0, stop=evo.Steps(100), record=evo.Every(50))
        >>> result.evaluations, bool(result.value < 1e-3)
        (1601, True)
    """

    estimator: AbstractEstimator
    transformation: Any

    def __post_init__(self) -> None:
        action = "Pass an estimator object, for example evo.estimators.Backprop()."
        checks.instance_of("estimator", self.estimator, AbstractEstimator, action)
        for name in ("init", "update"):
            if not callable(getattr(self.transformation, name, None)) or isinstance(self.transformation, type):
                action = "Pass for example optax.adam(1e-2)."
                raise checks.bad_type("transformation", self.transformation, "be an Optax transformation", action)

    def init(self, key: Key, problem: AbstractProblem, start: Any = None) -> DescentState:
        """The state before the start was valued."""
        checks.instance_of("key", key, Key, "Pass evo.Key(seed).")
        task = trainable_task(problem)
        params = own(task.start(key) if start is None else start)
        return compiled_begin(run_keys(key), self.estimator, self.transformation, task, params)

    def step(self, key: Key, state: DescentState, problem: AbstractProblem) -> tuple[DescentState, StepInfo]:
        """Value the start when called first; one estimate and one update afterwards."""
        keys, task = run_keys(key), trainable_task(problem)
        if int(state.step) < 0:
            after, outcome = compiled_value_start(keys, task, state)
            evaluations, detail = 1, None
        else:
            after, outcome = compiled_update(keys, self.estimator, self.transformation, task, state)
            evaluations = int(state.cost)
            detail = {name: float(item) for name, item in after.info.items()}
        value = float(outcome.value)
        return after, StepInfo(evaluations, value, bool(outcome.improved), bool(outcome.finite), detail)

    def best(self, state: DescentState) -> tuple[Any, float]:
        """The last parameters, and the last finite value: the one from which they were updated."""
        return self.current(state)

    def current(self, state: DescentState) -> tuple[Any, float]:
        """The last parameters, and the last finite value: the one from which they were updated."""
        return state.params, float(state.value)

    def cost(self, state: DescentState) -> int:
        """1 for the start, then what the estimator states."""
        return 1 if int(state.step) < 0 else int(state.cost)

    def exported(self, candidate: Any) -> Any:
        """The parameters themselves: JAX arrays cannot be changed, and copied functions would compile again."""
        return candidate

    def remedy(self, detail: Any = None) -> str:
        """What usually helps; and that an evolution strategy was left without a pair, if it was."""
        usual = (
            "Lower the learning rate, clip the gradient (optax.clip_by_global_norm), look for the operation with "
            "jax.debug_nans(True)"
        )
        if isinstance(self.estimator, PersistentEs | NoiseReuseEs):
            usual = f"Where lanes begin anew one by one, pass lanes=Dealt() and as many pairs as lanes. {usual}"
        pairs = getattr(self.estimator, "pairs", None)
        if pairs is not None and detail is not None and detail.get("dropped") == pairs:
            what = f"No pair of {pairs} had two finite losses"
            return f"{what}; where the loss is finite at the parameters themselves, lower sigma. {usual}"
        return usual

    def __repr__(self) -> str:
        known = isinstance(self.transformation, eqx.Module)  # those of Optax are functions without names
        transformation = repr(self.transformation) if known else f"{type(self.transformation).__name__}(...)"
        return f"GradientDescent({self.estimator!r}, {transformation})"

    def drivers(self) -> tuple[AbstractDriver, ...]:
        """Compiled loops."""
        from evo.training.driver import ScanDriver

        return (ScanDriver(),)


def trainable_task(problem: Any) -> AbstractTask:
    """The problem, if it is a task."""
    if isinstance(problem, AbstractTask):
        return problem
    action = (
        "Wrap a function loss(params, batch, key) as evo.tasks.Custom(loss, start=..., batch=...). Black boxes have no "
        "loss in JAX: give them to a strategy of evo.continuous or evo.discrete, or to evo.minimise."
    )
    raise checks.bad_type("problem", problem, "be a task, with a loss in JAX", action)
