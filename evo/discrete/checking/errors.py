"""Unexpected errors of a part, in one line."""

from __future__ import annotations

import traceback

from numba.core.errors import NumbaError

from evo.discrete.engines.building import PartError, first_useful
from evo.discrete.engines.generic import MissingFunctionError


def explained(error: Exception) -> str:
    """An unexpected error in one line: what numba found, or what Python raised and where."""
    if isinstance(error, MissingFunctionError):
        return " ".join(str(error).split())
    cause = error.__cause__ if isinstance(error, PartError) and error.__cause__ is not None else error
    if isinstance(cause, NumbaError):
        return f"does not compile: {first_useful(str(cause))}"
    where = [frame for frame in traceback.extract_tb(error.__traceback__) if "<generic" not in frame.filename]
    last = f" in `{where[-1].name}`, line {where[-1].lineno}" if where else ""
    return " ".join(f"raised {type(error).__name__}{last}: {error}".split())
