"""Sizes of notebooks when they run as tests."""

from __future__ import annotations

import os


def smoke() -> bool:
    """Whether a notebook should take its smallest sizes: whether the environment variable EVO_SMOKE is set.

    Example:
        >>> runs = 3 if smoke() else 100
    """
    return bool(os.environ.get("EVO_SMOKE"))
