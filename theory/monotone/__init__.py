"""Monotone functions on which hill climbers stall: drifts, thresholds and stagnation densities."""

# pyright: reportUnsupportedDunderAll=false
from typing import Any

from theory._lazy import load

__all__ = ["dichotomy", "hottopic"]


def __getattr__(name: str) -> Any:
    return load(__name__, {each: f"{__name__}.{each}" for each in __all__}, name)


def __dir__() -> list[str]:
    return sorted(__all__)
