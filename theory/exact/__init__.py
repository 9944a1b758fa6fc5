"""Exact hitting-time laws: expected values, variances and whole distributions from Markov chains and closed forms."""

# pyright: reportUnsupportedDunderAll=false
from typing import Any

from theory._lazy import load

__all__ = [
    "adversarial_dynamic_bin_val",
    "chain",
    "dynamic_bin_val",
    "dynamic_linear",
    "enumeration",
    "flips",
    "hitting",
    "leading_ones",
    "onemax",
    "partially_ordered",
    "rls",
    "switching_dynamic_bin_val",
]


def __getattr__(name: str) -> Any:
    return load(__name__, {each: f"{__name__}.{each}" for each in __all__}, name)


def __dir__() -> list[str]:
    return sorted(__all__)
