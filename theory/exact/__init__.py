"""Exact hitting-time laws: expected values, variances and whole distributions from Markov chains and closed forms."""

# pyright: reportUnsupportedDunderAll=false
from typing import Any

from theory._lazy import load

__all__ = ["chain", "dynamic_bin_val", "enumeration", "leading_ones", "linear", "onemax", "rls"]


def __getattr__(name: str) -> Any:
    return load(__name__, {each: f"{__name__}.{each}" for each in __all__}, name)


def __dir__() -> list[str]:
    return sorted(__all__)
