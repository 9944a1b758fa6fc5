"""The command line: `evo` and `evo-theory`, the same command under two names."""

from evo.cli.dispatch import main

__all__ = ["main"]
