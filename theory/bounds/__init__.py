"""Bounds on hitting times from drift and from fitness levels, with their conditions checked."""

# pyright: reportUnsupportedDunderAll=false
from typing import Any

from theory._lazy import load

__all__ = ["drift", "fitness_levels", "linear"]


def __getattr__(name: str) -> Any:
    return load(__name__, {each: f"{__name__}.{each}" for each in __all__}, name)


def __dir__() -> list[str]:
    return sorted(__all__)
