"""Exact laws, bounds and limits of the running times of simple evolutionary algorithms.

`theory` stands alone: it needs numpy, scipy and numba, and loads them only when a name is used. Its parts are names in
it: write `theory.onemax.law(...)`, or `from theory.onemax import law` first. A result is a `Law`, or a `Value` v:
float(v) is its number, v.lower and v.upper enclose it.

Example:
    >>> import theory
    >>> law = theory.onemax.law(n=100, strength=1.0)
    >>> round(law.mean, 6)
    1069.538497
"""

# pyright: reportUnsupportedDunderAll=false
from typing import Any

from theory._lazy import importable, load

_WHERE = {
    "Kind": "theory.results",
    "Law": "theory.results",
    "Value": "theory.results",
    "adversarial_dynamic_bin_val": "theory.exact.adversarial_dynamic_bin_val",
    "chain": "theory.exact.chain",
    "constants": "theory.constants",
    "dichotomy": "theory.monotone.dichotomy",
    "drift": "theory.bounds.drift",
    "dynamic_bin_val": "theory.exact.dynamic_bin_val",
    "dynamic_linear": "theory.exact.dynamic_linear",
    "entropy_compression": "theory.entropy_compression",
    "enumeration": "theory.exact.enumeration",
    "fitness_levels": "theory.bounds.fitness_levels",
    "flips": "theory.exact.flips",
    "hidden_subset": "theory.hidden_subset",
    "hitting": "theory.exact.hitting",
    "hottopic": "theory.monotone.hottopic",
    "leading_ones": "theory.exact.leading_ones",
    "linear": "theory.bounds.linear",
    "onemax": "theory.exact.onemax",
    "partially_ordered": "theory.exact.partially_ordered",
    "past_descent": "theory.past_descent",
    "randomized": "theory.randomized",
    "results": "theory.results",
    "rls": "theory.exact.rls",
    "switching_dynamic_bin_val": "theory.exact.switching_dynamic_bin_val",
    "unrolled": "theory.unrolled",
}

__all__ = [
    "Kind",
    "Law",
    "Value",
    "adversarial_dynamic_bin_val",
    "chain",
    "constants",
    "dichotomy",
    "drift",
    "dynamic_bin_val",
    "dynamic_linear",
    "entropy_compression",
    "enumeration",
    "fitness_levels",
    "flips",
    "hidden_subset",
    "hitting",
    "hottopic",
    "leading_ones",
    "linear",
    "onemax",
    "partially_ordered",
    "past_descent",
    "randomized",
    "results",
    "rls",
    "switching_dynamic_bin_val",
    "unrolled",
]


importable(__name__, _WHERE)


def __getattr__(name: str) -> Any:
    return load(__name__, _WHERE, name)


def __dir__() -> list[str]:
    return sorted(__all__)
