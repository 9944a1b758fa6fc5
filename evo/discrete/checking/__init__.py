"""`d.check`: contract tests for parts, one file per kind of part."""

from evo.discrete.checking.entry import check

__all__ = ["check"]
