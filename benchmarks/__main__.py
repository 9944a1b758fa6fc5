"""Prints the speed tables of the README: python -m benchmarks [engines policies algorithms studies estimators peers]

Nanoseconds belong to the machine; ratios within a table carry over to others. The process pins itself, and so what it
starts, to one core.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys

TABLES = ("engines", "policies", "algorithms", "studies", "estimators", "peers")


def main() -> None:
    """Pin, then import what is measured, so that no library starts threads for more than one core."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Print speed tables as Markdown.")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds, of which the best counts (5)")
    given = parser.parse_args()
    unknown = [name for name in given.tables if name not in TABLES]
    if unknown:
        parser.error(f"no table is called {', '.join(unknown)}; there are {', '.join(TABLES)}")
    pinned = "not pinned"
    if sys.platform == "linux":
        core = max(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {core})
        pinned = "pinned to one core"
    versions = [f"{name} {importlib.import_module(name).__version__}" for name in ("numpy", "numba", "evo")]
    print(f"Python {platform.python_version()}, {', '.join(versions)}, {platform.machine()}, {pinned}.")
    for name in given.tables or TABLES:
        print()
        importlib.import_module(f"benchmarks.{name}").show(given.rounds)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
