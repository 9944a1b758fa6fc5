"""The cells of a study: parts, stop, engine and key of each, checked before anything runs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from evo.core import checks
from evo.core.adapters import accepted
from evo.core.api import explain, run
from evo.core.codec import Json, encode
from evo.core.descriptions import Description, described
from evo.core.engines import Engine, EngineUsed
from evo.core.keys import Key
from evo.core.problems import AbstractProblem
from evo.core.records import Recorder
from evo.core.results import Result
from evo.core.stops import Stop, resolve
from evo.studies import _grid
from evo.studies._grid import Plain, Point

__all__ = ["Cell", "cells_of", "details_of", "key_of", "problem_of"]


@final
@dataclass(frozen=True, eq=False)
class Cell:
    """One configuration of a study; its run i is run i of `evo.repeat` with the cell's key.

    Args:
        name: the algorithm and the parameters, from which the key is derived.
        algorithm: the name of the algorithm.
        parameters: name -> plain value.
        optimizer: what runs.
        problem: on what.
        stop: when each run ends.
        record: when rows are recorded; None for none.
        engine: the engine that all runs take, with its version.
        key: the key of the cell.
    """

    name: str
    algorithm: str
    parameters: Mapping[str, Plain]
    optimizer: Any
    problem: AbstractProblem
    stop: Stop
    record: Recorder | None
    engine: EngineUsed
    key: Key

    def again(self, index: int, record: Recorder | None) -> Result:
        """Run `index` once more, with another recorder if wanted."""
        return run(
            self.optimizer,
            self.problem,
            seed=self.key.child("run", index),
            stop=self.stop,
            record=record,
            engine=self.engine.engine,
        )


class _Common(NamedTuple):
    """What is the same for all cells."""

    seed: int
    stop: Stop | None
    record: Recorder | None
    engine: Engine


def key_of(seed: int, name: str) -> Key:
    """The key of a cell: it depends on nothing but the seed and the cell's name."""
    return Key(seed).child(name)


def cells_of(
    cells: Mapping[str, Any],
    grid: Mapping[str, Any],
    *,
    seed: int,
    stop: Stop | None,
    record: Recorder | None,
    engine: Engine,
) -> tuple[Cell, ...]:
    """Make the parts of every cell and check that they can run.

    Args:
        cells: algorithm -> a function of the parameters that it names, or a tuple (optimizer, problem[, stop]).
        grid: parameter -> a plain value or a one-dimensional sequence of them.
        seed: of the study.
        stop: for cells that name none; the problem's own budget if None.
        record: as in `evo.repeat`.
        engine: as in `evo.repeat`.

    Raises:
        TypeError: For arguments of a wrong type.
        ValueError: For wrong values, with the name of the cell; for `WallClock`; for an engine that is not exact.
    """
    common = _Common(seed, stop, record, engine)
    return tuple(_cell(point, common) for point in _grid.points(cells, _grid.grid_of(grid)))


def details_of(cell: Cell) -> dict[str, Json]:
    """Everything the rows of a cell depend on besides seed, name and engine, as plain JSON values.

    Two cells with equal details have equal rows; a changed one is another computation.
    """
    parts = {"optimizer": cell.optimizer, "problem": cell.problem, "stop": cell.stop, "record": cell.record}
    found: dict[str, Description] = {name: described(name, value) for name, value in parts.items()}
    code: dict[str, Json] = {}
    for item in found.values():
        for place, text in item.code.items():  # several lambdas of a script have one place
            code[place] = text if code.get(place, text) == text else f"{code[place]}+{text}"
    plain: dict[str, Json] = {name: item.plain for name, item in found.items()}
    names: list[Json] = list(cell.parameters)  # their order, which JSON objects do not have
    parameters = encode(dict(cell.parameters))
    return plain | {"algorithm": cell.algorithm, "names": names, "parameters": parameters, "code": code}


def problem_of(details: Any) -> AbstractProblem | None:
    """The problem that the details of a cell describe, if it is one of the library with nothing but a string length."""
    plain = details["problem"]
    module, _, name = str(plain.get("type", "")).partition(":")
    if set(plain) != {"type", "n"} or not module.startswith("evo.discrete.problems."):
        return None
    kind = getattr(importlib.import_module("evo.discrete"), name, None)
    return None if kind is None else kind(plain["n"])


def _cell(point: Point, common: _Common) -> Cell:
    where = f"cells[{point.algorithm!r}]"
    try:
        made = point.made_by if isinstance(point.made_by, tuple) else point.made_by(**point.parameters)
        optimizer, problem, own = _unpacked(where, made)
        problem = accepted(problem)
        engine = _engine(optimizer, problem, common)
        _refuse_equal_columns(point, common.record)
        stop = resolve(common.stop if own is None else own, problem.budget(), repr(problem))
        if np.isfinite(stop.limits().seconds):
            action = "Use evo.Steps or evo.Evaluations; a call of evo.run takes WallClock."
            reason = (
                "not depend on the clock: rows of a study are the same on every machine and after every resume, and "
                "WallClock ends runs wherever the machine happens to be"
            )
            raise checks.bad_value("stop", stop, reason, action)
    except Exception as error:
        error.add_note(f"This happened in cell {point.name!r} of the study.")
        raise
    key = key_of(common.seed, point.name)
    return Cell(point.name, point.algorithm, point.parameters, optimizer, problem, stop, common.record, engine, key)


def _refuse_equal_columns(point: Point, record: Recorder | None) -> None:
    """Refuse observables that are called like another column of the records."""
    taken = {*point.parameters, "cell", "algorithm", "run", "step", "steps", "evaluations"}
    for item in record.observables if record is not None else ():
        if item.name in taken:
            what = f"the parameter {item.name!r}" if item.name in point.parameters else "a column of every record"
            action = "Rename the parameter." if item.name in point.parameters else "Rename the observable."
            raise checks.bad_value("record", item.name, f"have no observable that is called like {what}", action)


def _unpacked(where: str, made: Any) -> tuple[Any, Any, Stop | None]:
    if not isinstance(made, tuple) or len(made) not in (2, 3):
        action = "Return for example (d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(n))."
        raise checks.bad_type(where, made, "give a tuple (optimizer, problem) or (optimizer, problem, stop)", action)
    return made[0], made[1], made[2] if len(made) == 3 else None


def _engine(optimizer: Any, problem: Any, common: _Common) -> EngineUsed:
    told = explain(optimizer, problem, record=common.record, engine=common.engine)
    if common.engine is Engine.AUTO:
        return told.chosen
    used, refusal = next(item for item in told.engines if item[0].engine is common.engine)
    if refusal is not None:
        action = "Pass evo.Engine.AUTO for an engine that is exact, or see evo.explain(optimizer, problem)."
        raise checks.bad_value("engine", common.engine, f"be exact for this combination, but {refusal}", action)
    return used
