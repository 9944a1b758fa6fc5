"""The grid of a study: the values of each parameter, and the names of the cells."""

from __future__ import annotations

import difflib
import inspect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from evo.core import checks
from evo.studies.plan import Block

__all__ = ["RESERVED", "Grid", "Plain", "Point", "grid_of", "points"]

Plain: TypeAlias = "int | float | str | bool"
Grid: TypeAlias = "Mapping[str, tuple[Plain, ...]]"

#: what a misspelt keyword may have meant
_ARGUMENTS = (
    *("cells", "runs", "seed", "out", "stop", "record"),
    *("engine", "block", "executor", "part", "fresh", "progress"),
)
#: the columns of frames and tables, and the arguments of a study
RESERVED = frozenset(
    {
        *("cell", "algorithm", "run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason"),
        *("runs", "capped", "estimate", "lower", "upper", "kind", "median", "median_lower", "median_upper"),
        *("ert", "ert_lower", "ert_upper", "success", "success_lower", "success_upper"),
        *_ARGUMENTS,
    }
)


class Point(NamedTuple):
    """A cell before its parts are made."""

    #: the algorithm and the parameters that it names, "mine n=1000 c=0.5"
    name: str
    algorithm: str
    parameters: dict[str, Plain]
    #: what the user gave: a function of the parameters, or the parts themselves
    made_by: Any


def grid_of(given: Mapping[str, Any]) -> dict[str, tuple[Plain, ...]]:
    """The values of each parameter as plain Python values.

    Args:
        given: name -> a scalar or a one-dimensional sequence of numbers, texts or booleans.

    Raises:
        TypeError: For values of other types, and for parameters that mix text or booleans with numbers.
        ValueError: For reserved names, empty sequences, NaN, and values that occur twice.
    """
    return {name: _values(name, values) for name, values in given.items()}


def points(cells: Mapping[str, Any], grid: Grid) -> list[Point]:
    """The cells: for each algorithm the product of the parameters that it names, the last one running fastest.

    Raises:
        TypeError: If `cells` is no mapping from names to functions or tuples.
        ValueError: If there is none, if parameters are missing or are used by none, or if two cells have one name.
    """
    action = 'Pass for example {"ea": lambda n: (d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(n))}.'
    if not isinstance(cells, Mapping):
        raise checks.bad_type("cells", cells, "map names to functions of the grid's parameters, or to tuples", action)
    if not cells:
        raise checks.bad_value("cells", cells, "name at least one algorithm", action)
    found: list[Point] = []
    used: set[str] = set()
    for algorithm, made_by in cells.items():
        if not isinstance(algorithm, str) or not algorithm.strip():
            raise checks.bad_type("cells", algorithm, "have non-empty strings as names", "Name each algorithm.")
        names = _named(algorithm, made_by, grid)
        used.update(names)
        for values in itertools.product(*(grid[name] for name in names)):
            parameters = dict(zip(names, values, strict=True))
            words = [algorithm, *(f"{name}={_text(value)}" for name, value in parameters.items())]
            name = " ".join(words)
            Block(name, 0, 1)  # which refuses names that no file can have
            found.append(Point(name, algorithm, parameters, made_by))
    for name in grid:
        if name not in used:
            action = f"Leave it out, or let a function of `cells` take it.{_meant(name)}"
            raise checks.bad_value(name, grid[name], "be a parameter that a function of `cells` names", action)
    _refuse_equal_names(found)
    return found


def _values(name: str, given: Any) -> tuple[Plain, ...]:
    if name in RESERVED or name.startswith("record."):
        action = f"Rename it, for example to {name}_.{_meant(name)}"
        raise checks.bad_value("grid", name, "name parameters that are no columns or arguments of a study", action)
    action = f"Pass a number, a text, or a sequence of such values, for example {name}=[1, 2, 3].{_meant(name)}"
    allowed = "be a plain value or a one-dimensional sequence of plain values (int, float, str, bool)"
    if hasattr(given, "tolist"):  # arrays and scalars of numpy and its kin
        if getattr(given, "ndim", 1) > 1:
            raise checks.bad_value(name, given, allowed, "Flatten it, for example with .ravel().")
        given = given.tolist()
    elif hasattr(given, "to_list"):  # a column of a data frame
        given = given.to_list()
    items = list(given) if isinstance(given, list | tuple | range) else [given]
    if not items:
        raise checks.bad_value(name, given, "have at least one value", "Leave the parameter out, or give it a value.")
    values = tuple(_plain(name, item, allowed, action) for item in items)
    kinds = {"number" if type(value) in (int, float) else type(value).__name__ for value in values}
    if len(kinds) > 1:
        allowed = "have values of one kind: numbers, texts or booleans"
        raise checks.bad_type(name, items, allowed, "Use two parameters, or texts for all values.")
    seen: set[Plain] = set()
    for value in values:
        if value in seen:
            action = "Name each value once; more runs of a cell are asked for by `runs`."
            raise checks.bad_value(name, items, f"have different values, but {value!r} occurs twice", action)
        seen.add(value)
    return values


def _meant(name: str) -> str:
    """A hint for an argument that was misspelt, since any keyword that is none of them counts as a parameter."""
    close = difflib.get_close_matches(name, _ARGUMENTS, n=1, cutoff=0.7)
    return f" Did you mean the argument {close[0]!r}?" if close and close[0] != name else ""


def _plain(name: str, item: Any, allowed: str, action: str) -> Plain:
    value = item.item() if isinstance(item, np.generic) else item
    if type(value) not in (int, float, str, bool):
        raise checks.bad_type(name, item, allowed, action)
    if isinstance(value, float) and math.isnan(value):
        raise checks.bad_value(name, item, "have no NaN: a cell needs a value that equals itself", "Remove it.")
    if isinstance(value, str) and (not value or value != value.strip() or not value.isprintable()):
        raise checks.bad_value(name, item, "have printable texts that neither begin nor end with a space", "Trim it.")
    return value


def _text(value: Plain) -> str:
    return value if isinstance(value, str) else repr(value)


def _named(algorithm: str, made_by: Any, grid: Grid) -> tuple[str, ...]:
    """The parameters of the grid by which a function of the user is called, in the order of the grid."""
    if isinstance(made_by, tuple):
        return ()
    where = f"cells[{algorithm!r}]"
    if not callable(made_by):
        action = "Pass lambda n: (optimizer, problem), or the tuple itself."
        allowed = "be a function of the grid's parameters or a tuple (optimizer, problem[, stop])"
        raise checks.bad_type(where, made_by, allowed, action)
    parameters = _signature(where, made_by)
    wanted: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD:
            return tuple(grid)
        if parameter.kind is parameter.POSITIONAL_ONLY:
            action = "Drop the `/` from its signature."
            raise checks.bad_value(where, made_by, f"take {parameter.name!r} by keyword", action)
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        if parameter.name in grid:
            wanted.append(parameter.name)
        elif parameter.default is parameter.empty:
            hint = checks.nearest(parameter.name, grid) if grid else "The grid is empty."
            action = f"Pass {parameter.name}=... beside the other parameters. {hint}"
            raise checks.bad_value(where, made_by, f"need parameters of the grid only, not {parameter.name!r}", action)
    return tuple(name for name in grid if name in wanted)


def _signature(where: str, function: Callable[..., Any]) -> Sequence[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        action = "Wrap it in a function of your own, for example lambda n: thing(n)."
        raise checks.bad_type(where, function, "be a function whose parameters can be read", action) from error


def _refuse_equal_names(found: list[Point]) -> None:
    by_name: dict[str, Point] = {}
    for point in found:
        other = by_name.setdefault(point.name, point)
        if other is not point:
            action = "Rename an algorithm, or a value of a parameter."
            both = f"{other.algorithm!r} with {other.parameters} and {point.algorithm!r} with {point.parameters}"
            raise checks.bad_value(
                "cells", point.name, f"give each cell a name of its own, but {both} share one", action
            )
