"""`evo list`: which experiments there are."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass

from evo.cli.parsing import parse
from evo.experiments import AbstractExperiment, find, names


@dataclass(frozen=True)
class List:
    """Show all experiments: the paper, what is claimed, and the time per preset on two cores, kernels compiled."""


def command(words: list[str]) -> int:
    """Print a table on a terminal, plain text elsewhere."""
    parse(List, words, "evo list")
    experiments = [find(name) for name in names()]
    if sys.stdout.isatty():
        _rich(experiments)
    else:
        for experiment in experiments:
            print(_plain(experiment))
    print("Times are those on two cores. A first run compiles its kernels before that, for some minutes.")
    return 0


def _times(experiment: AbstractExperiment) -> list[str]:
    return [f"{name}: {time}" for name, time in experiment.presets.items()]


def _plain(experiment: AbstractExperiment) -> str:
    rows = [
        ("about", experiment.title),
        ("paper", experiment.paper),
        ("claimed", experiment.claimed),
        ("time", "; ".join(_times(experiment))),
    ]
    rows += [("variant", f"{name}: {text}") for name, text in experiment.variants.items()]
    lines = [experiment.name]
    for name, text in rows:
        lines += textwrap.wrap(text, 110, initial_indent=f"  {name:8}", subsequent_indent=" " * 10)
    return "\n".join(lines)


def _rich(experiments: list[AbstractExperiment]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True)
    table.add_column("experiment", style="bold", no_wrap=True)
    for name in ("paper", "what is claimed", "time on two cores"):
        table.add_column(name)
    for experiment in experiments:
        names_of = [experiment.name, *(f"  --variant {name}" for name in experiment.variants)]
        cells = ("\n".join(names_of), experiment.paper, experiment.claimed, "\n".join(_times(experiment)))
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)
