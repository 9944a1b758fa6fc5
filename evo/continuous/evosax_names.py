"""Which algorithms of evosax are taken, and what is to be used instead of the others."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from typing import Any, NamedTuple

from evo.core import checks


class Refusal(NamedTuple):
    """Why an algorithm of evosax 0.3.2 cannot do here what its name says."""

    reason: str
    instead: str


_TIME = "needs the inner states of a sequence that unfolds in time, which a black box does not have"
REFUSED = {
    "xNES": Refusal("takes the exponential entry by entry and so never learns a correlation", "evo.continuous.Xnes"),
    "Sep_CMA_ES": Refusal("lacks the factor (D + 2) / 3 on its learning rates", "evo.continuous.SepCmaEs"),
    "LM_MA_ES": Refusal("learns directions from samples that are not sorted by loss", "evo.continuous.SepCmaEs"),
    "GuidedES": Refusal(
        "searches along the first parameter unless it is given gradients, and sums over pairs without averaging",
        "evo.estimators.GuidedEs",
    ),
    "PersistentES": Refusal(_TIME, "evo.estimators.PersistentEs"),
    "NoiseReuseES": Refusal(_TIME, "evo.estimators.NoiseReuseEs"),
}
#: what the adapter itself passes to every constructor
_GIVEN = ("self", "population_size", "solution", "metrics_fn", "num_populations")


def found(algorithm: Any) -> tuple[type, str]:
    """The class of an algorithm and its name in evosax, from either."""
    from evosax.algorithms import algorithms
    from evosax.algorithms.base import EvolutionaryAlgorithm

    if isinstance(algorithm, str):
        if algorithm not in algorithms:
            hint = checks.nearest(algorithm, algorithms)
            raise checks.bad_value("algorithm", algorithm, "be the name of an algorithm of evosax", hint)
        algorithm = algorithms[algorithm]
    elif not isinstance(algorithm, type) or not issubclass(algorithm, EvolutionaryAlgorithm):
        action = 'Pass a name such as "SNES"; evosax.algorithms.algorithms lists them all.'
        raise checks.bad_type("algorithm", algorithm, "be the name or the class of an algorithm of evosax", action)
    name = next((name for name, item in algorithms.items() if item is algorithm), algorithm.__name__)
    if name in REFUSED:
        reason, instead = REFUSED[name]
        raise checks.bad_value("algorithm", name, f"do what it promises, but {name} {reason}", f"Use {instead}.")
    return algorithm, name


def constructor_settings(algorithm: type) -> set[str]:
    """What the constructor takes beyond what every algorithm takes; `learning_rate` stands for an `optimizer`."""
    names = set(inspect.signature(algorithm.__init__).parameters) - set(_GIVEN)
    if algorithm.__name__ == "SV_Open_ES":  # asks its schedule once and never again
        names.discard("std_schedule")
    return names | ({"learning_rate"} if "optimizer" in names else set())


def number_settings(algorithm: Any) -> set[str]:
    """The fields of its `default_params`, as the class declares them."""
    declared = typing.get_type_hints(algorithm._default_params.fget)["return"]
    return {field.name for field in dataclasses.fields(declared)}
