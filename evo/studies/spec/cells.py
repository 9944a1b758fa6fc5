"""A `[[cell]]` of a file: a family of optimizers and problems, one pair for each point of the grid."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from evo.core.optimizers import Optimizer
from evo.core.problems import AbstractProblem
from evo.core.stops import Stop
from evo.studies.spec.parts import build
from evo.studies.spec.places import Place, SpecError, table_of
from evo.studies.spec.references import Values, referred
from evo.studies.spec.settings import stop_of, text_of

__all__ = ["Cell", "cells_of", "points"]

_KEYS = ("name", "optimizer", "problem", "stop")


@final
@dataclass(frozen=True)
class Cell:
    """One `[[cell]]`: called with the parameters that it names, it makes what runs there.

    Args:
        name: of the cell.
        optimizer: as it stands in the file.
        problem: as it stands in the file.
        stop: as it stands in the file; None where that of the whole study holds.
        parameters: of the grid that it names, in the grid's order.
        place: of it in the file.
        place_of_stop: of its stop, which may be that of the whole study.
        folder: of the file.

    Example:
        >>> from evo.studies import StudySpec
        >>> spec = StudySpec.parse('''
        ... runs = 3
        ... seed = 1
        ... grid.c = [0.5, 1]
        ... [[cell]]
        ... name = "static"
        ... optimizer = {type = "OnePlusOne", rate = {type = "Static", strength = "$c"}}
        ... problem = {type = "OneMax", n = 20}
        ... ''')
        >>> spec.cells["static"](c=0.5)[0].rate
        Static(strength=0.5)
    """

    name: str
    optimizer: Any
    problem: Any
    stop: Any
    parameters: tuple[str, ...]
    place: Place
    place_of_stop: Place
    folder: Path | None = None
    __signature__: inspect.Signature = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in self.parameters]
        object.__setattr__(self, "__signature__", inspect.Signature(named))

    def __call__(self, **values: Any) -> tuple[Optimizer, AbstractProblem] | tuple[Optimizer, AbstractProblem, Stop]:
        """The optimizer and the problem at one point of the grid, and the stop if the cell has one of its own.

        Args:
            values: of the parameters that the cell names.

        Raises:
            SpecError: if a part refuses its values.
        """
        try:
            optimizer = build(self.optimizer, (Optimizer,), self.place / "optimizer", values, self.folder)
            problem = build(self.problem, (AbstractProblem,), self.place / "problem", values, self.folder)
            stop = None if self.stop is None else stop_of(self.stop, self.place_of_stop, values)
        except SpecError as error:
            at = ", ".join(f"{name} = {value!r}" for name, value in self._concerned(error, values))
            raise SpecError(f"{error.text} (here {at})" if at else error.text, error.place) from error
        return (optimizer, problem) if stop is None else (optimizer, problem, stop)

    def _concerned(self, error: SpecError, values: Values) -> Iterator[tuple[str, Any]]:
        """The parameters to which the values refer that a part refused; none for other errors."""
        if error.place is None or isinstance(error.__cause__, SpecError | None):
            return
        steps = error.place.steps
        raw: Any = {"optimizer": self.optimizer, "problem": self.problem, "stop": self.stop}
        for step in steps[len(self.place.steps) :] if steps[: len(self.place.steps)] == self.place.steps else steps:
            raw = raw[step]
        names = set(referred(raw, error.place, values))
        yield from ((name, value) for name, value in values.items() if name in names)


def cells_of(
    raw: Any, place: Place, grid: Mapping[str, Sequence[Any]], stop: Any, folder: Path | None
) -> tuple[Cell, ...]:
    """The cells of a file; parts that refuse their values are met when they are called.

    Args:
        raw: the list of tables `cell`.
        place: of it.
        grid: the parameters and their values.
        stop: that of the whole study as it stands in the file, if it names parameters; else None.
        folder: of the file.

    Raises:
        SpecError: for unknown and missing keys, unknown parameters, and equal names.
    """
    if not isinstance(raw, list) or not raw:
        raise place.error("a study needs at least one [[cell]], with `name`, `optimizer` and `problem`.")
    found: dict[str, Cell] = {}
    used: set[str] = set()
    for index, item in enumerate(raw):
        here = place / index
        table = table_of(item, here, _KEYS, _KEYS[:3])
        name = text_of(table["name"], here / "name")
        if name in found:
            raise (here / "name").error(f"the names of cells must differ; {name!r} is that of {found[name].place} too.")
        own = table.get("stop", stop)
        place_of_stop = here / "stop" if "stop" in table else Place(("stop",))
        names = {
            *referred(table["optimizer"], here / "optimizer", grid),
            *referred(table["problem"], here / "problem", grid),
            *referred(own, place_of_stop, grid),
        }
        used |= names
        parameters = tuple(key for key in grid if key in names)
        found[name] = Cell(name, table["optimizer"], table["problem"], own, parameters, here, place_of_stop, folder)
    for name in grid:
        if name not in used:
            raise (Place(("grid",)) / name).error(f'no cell names this parameter. Write "${name}" where it belongs.')
    return tuple(found.values())


def points(cell: Cell, grid: Mapping[str, Sequence[Any]]) -> Iterator[Values]:
    """The points of the grid as far as a cell depends on it, in order."""
    for values in itertools.product(*(grid[name] for name in cell.parameters)):
        yield dict(zip(cell.parameters, values, strict=True))
