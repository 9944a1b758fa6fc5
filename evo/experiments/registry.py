"""Which experiments there are, by name; each is imported when it is asked for."""

from __future__ import annotations

import importlib

from evo.core import checks
from evo.experiments.base import AbstractExperiment

__all__ = ["find", "names", "register"]

_HOMES = {
    "dynamic-binval-transition": "evo.experiments.dynamic_binval_transition:DynamicBinValTransition",
    "entropy-compression": "evo.experiments.entropy_compression:EntropyCompression",
    "es-hyperscale": "evo.experiments.es_hyperscale:EsHyperscale",
    "es-rnn": "evo.experiments.es_rnn:EsRnn",
    "es-transformer": "evo.experiments.es_transformer:EsTransformer",
    "hidden-subset": "evo.experiments.hidden_subset:HiddenSubset",
    "hottopic-policies": "evo.experiments.hottopic_policies:HotTopicPolicies",
    "hottopic-transition": "evo.experiments.hottopic_transition:HotTopicTransition",
    "leadingones-rates": "evo.experiments.leadingones_rates:LeadingOnesRates",
    "lengler-benchmark-sheet": "evo.experiments.lengler_benchmark_sheet:LenglerBenchmarkSheet",
    "monotone-zoo": "evo.experiments.monotone_zoo:MonotoneZoo",
    "past-descent-digits": "evo.experiments.past_descent_digits:PastDescentDigits",
    "past-descent-drift": "evo.experiments.past_descent_drift:PastDescentDrift",
    "past-descent-least-squares": "evo.experiments.past_descent_least_squares:PastDescentLeastSquares",
    "past-descent-linear": "evo.experiments.past_descent_linear:PastDescentLinear",
    "past-descent-noise": "evo.experiments.past_descent_noise:PastDescentNoise",
    "po-ea": "evo.experiments.po_ea:PoEa",
    "population-slowdown": "evo.experiments.population_slowdown:PopulationSlowdown",
    "randomized-colouring": "evo.experiments.randomized_colouring:RandomizedColouring",
    "randomized-grid-world": "evo.experiments.randomized_grid_world:RandomizedGridWorld",
    "randomized-recall": "evo.experiments.randomized_recall:RandomizedRecall",
    "schedule-multiplier": "evo.experiments.schedule_multiplier:ScheduleMultiplier",
    "self-adjusting-lambda": "evo.experiments.self_adjusting_lambda:SelfAdjustingLambda",
    "witt-scaling": "evo.experiments.witt_scaling:WittScaling",
}
_REGISTERED: dict[str, AbstractExperiment] = {}


def names() -> list[str]:
    """The names of all experiments, sorted."""
    return sorted({*_HOMES, *_REGISTERED})


def find(name: str) -> AbstractExperiment:
    """The experiment of that name.

    Raises:
        ValueError: if there is none, with the nearest name.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name not in _HOMES:
        hint = checks.nearest(name, names())
        raise checks.bad_value("NAME", name, "be an experiment", f"{hint} `evo list` shows all.")
    module, _, kind = _HOMES[name].partition(":")
    return register(getattr(importlib.import_module(module), kind)())


def register(experiment: AbstractExperiment) -> AbstractExperiment:
    """Make an experiment of one's own known to this process by its name."""
    checks.instance_of("experiment", experiment, AbstractExperiment, "Pass an instance of a subclass.")
    _REGISTERED[experiment.name] = experiment
    return experiment
