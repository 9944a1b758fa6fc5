"""`evo draw DIR`: the figure of a folder, from its rows alone."""

from __future__ import annotations

import inspect
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from evo.cli.folders import kind_of, study_in
from evo.cli.parsing import one_of, parse
from evo.core import checks
from evo.experiments import draw_folder

_KINDS = ("against", "distribution", "survival", "fixed-target", "fixed-budget", "trajectory")
_OF_STUDIES = ("kind", "x", "y", "by", "where")


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Draw the figure of a folder, from its rows alone, as PNG, PDF and CSV of the numbers.

    An experiment has one figure, without options. Of a study:
      against       a quantity against a parameter, with intervals
      distribution  the share of runs that have reached the optimum after so many steps
      survival      the share of runs that have not, with capped runs as such
      fixed-target  steps until a value is reached, of a study with a recorder
      fixed-budget  the value that is reached after so many steps, of a study with a recorder
      trajectory    a recorded quantity over the steps, of a study with a recorder

    Quantities are columns, or such expressions as 'steps/(n ln n)'.

    Example:
      evo draw results/strengths --x c --y 'steps/(n ln n)' --where n=50
    """

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an earlier `evo study` or `evo run`."""

    kind: Annotated[str | None, tyro.conf.arg(metavar="KIND", help_behavior_hint="")] = None
    """What is drawn, as above; against if a number varies in the grid, else distribution, if not given."""

    x: Annotated[str | None, tyro.conf.arg(metavar="EXPRESSION", help_behavior_hint="")] = None
    """What the x axis shows; if not given, for against the last number that varies in the grid, for fixed-target the
    value or the only observable, for the others the steps."""

    y: Annotated[str | None, tyro.conf.arg(metavar="EXPRESSION", help_behavior_hint="")] = None
    """What the y axis shows; if not given, for fixed-budget the value and for trajectory the rate, or the only
    observable, for the others the steps."""

    by: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME", help_behavior_hint="")] = ()
    """Columns that tell series apart; the algorithm if not given."""

    where: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME=VALUE", help_behavior_hint="")] = ()
    """Draw only these rows: c=1.0, or several values as c=0.5,1.0."""

    out: Annotated[Path | None, tyro.conf.arg(metavar="FILE", help_behavior_hint="")] = None
    """Where the files go, without suffix (or .png or .pdf for that one alone); DIR/figure if not given."""


def command(words: list[str]) -> int:
    """Draw, and name the files."""
    options = parse(Draw, words, "evo draw")
    if kind_of(options.folder) == "experiment":
        _refuse_options(options)
        files = draw_folder(options.folder)
    else:
        files = _study(options, shlex.join(["evo", "draw", *words]))
    for path in files:
        print(path)
    return 0


def _study(options: Draw, again: str) -> list[Path]:
    from evo.plots import draw

    study = study_in(options.folder, "draw")
    kind = None if options.kind is None else one_of("--kind", options.kind, _KINDS).replace("-", "_")
    given: dict[str, Any] = {"x": options.x, "y": options.y, "by": options.by or None}
    given["where"] = _conditions(options.where) or None
    given = {name: value for name, value in given.items() if value is not None}
    if kind is not None:
        _refuse_unknown(kind, given)
    chart = study.draw(kind=kind, **given)
    stem = options.folder / "figure" if options.out is None else options.out
    return draw(chart, stem, title=f"{options.folder.name}", command=again)


def _refuse_options(options: Draw) -> None:
    for name in (*_OF_STUDIES, "out"):
        if getattr(options, name):
            action = f"Leave it out: {options.folder} holds an experiment, whose one figure has no options."
            raise checks.bad_value(f"--{name}", getattr(options, name), "belong to a study", action)


def _refuse_unknown(kind: str, given: dict[str, Any]) -> None:
    """Refuse an option that the kind of figure does not have."""
    from evo import plots

    taken = inspect.signature(getattr(plots, kind)).parameters
    for name, value in given.items():
        if name not in taken:
            has = ", ".join(f"--{item}" for item in _OF_STUDIES if item in taken)
            words = kind.replace("_", "-")
            raise checks.bad_value(f"--{name}", value, f"be left out for --kind {words}", f"It takes {has}.")


def _conditions(texts: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not (equals and name.strip() and values.strip()):
            action = "Pass for example --where c=1.0, or several values as c=0.5,1.0."
            raise checks.bad_value("--where", text, "be NAME=VALUE", action)
        several = [_value(item.strip()) for item in values.split(",")]
        found[name.strip()] = several[0] if len(several) == 1 else several
    return found


def _value(text: str) -> Any:
    """A number or a boolean where the text is one, else the text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
