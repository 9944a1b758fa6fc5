"""Attributes of a package that are imported on first use."""

import importlib
from collections.abc import Mapping
from typing import Any


def load(package: str, where: Mapping[str, str], name: str) -> Any:
    """The attribute `name` of `package`: the module `where[name]`, or the object of that name inside it."""
    if name not in where:
        raise AttributeError(f"module {package!r} has no attribute {name!r}; it has {', '.join(sorted(where))}")
    module = importlib.import_module(where[name])
    return module if where[name].rpartition(".")[2] == name else getattr(module, name)
