"""Where rows were computed: versions and platform, nothing that names a user or a host."""

from __future__ import annotations

import os
import platform
from importlib import metadata

from evo.core.codec import Json

__all__ = ["environment"]

_DISTRIBUTIONS = ("evo-theory", "numpy", "numba", "scipy", "polars")


def environment() -> dict[str, Json]:
    """Describe this interpreter, its numerical packages and the machine's kind.

    Returns:
        Plain values; a package that is not installed has the version None.
    """
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "packages": {name: _version(name) for name in _DISTRIBUTIONS},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
