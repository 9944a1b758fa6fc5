"""From cells to a folder with all their rows: plan, blocks, and what of them is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evo.core.codec import Json
from evo.studies import _cuts
from evo.studies._cells import Cell, details_of
from evo.studies._errors import PlanChangedError
from evo.studies._work import StudyWork
from evo.studies.execution import execute
from evo.studies.executors import AbstractExecutor
from evo.studies.parts import Part
from evo.studies.plan import Block, Plan, few
from evo.studies.store import Store

__all__ = ["KIND", "drive"]

#: what the plan of every study says
KIND: dict[str, Json] = {"kind": "study", "format": 1}


def drive(
    folder: Path,
    cells: Sequence[Cell],
    *,
    seed: int,
    runs: int,
    block: int | None,
    executor: AbstractExecutor | str | None,
    part: Part | str | None,
    fresh: bool,
    progress: bool,
) -> None:
    """Compute what is missing: first run 0 of every cell, then the other runs in blocks of about a second.

    What the plan in the folder has cut already stays as it is. The driver of a part, and one that knows how many runs
    a block has, cuts everything at once.

    Args:
        folder: of the study.
        cells: all cells.
        seed: of the study.
        runs: per cell.
        block: runs per block; None: by a timing.
        executor: as in `execute`.
        part: as in `Store.open`.
        fresh: whether to start over.
        progress: whether to show progress.
    """
    work = StudyWork({cell.name: cell for cell in cells})
    engines = {cell.name: str(cell.engine) for cell in cells}
    details: dict[str, Json] = {cell.name: details_of(cell) for cell in cells}

    def planned(old: Plan | None, *, whole: bool) -> Plan:
        blocks = _known(old, work.cells)
        if block is None:
            blocks = _cuts.coarse(blocks)
        if whole:
            blocks = _cuts.cut(blocks, runs, block=block, seconds_per_run=work.seconds_per_run)
        ordered = _cuts.in_order(blocks)
        return Plan(name="study", seed=seed, blocks=ordered, config=KIND, engines=engines, details=details, runs=runs)

    at_once = block is not None or part is not None
    with _opened(folder, lambda old: planned(old, whole=at_once), part, fresh) as store:
        execute(store, work, executor=executor, progress=progress)
        if not at_once:
            store.extend(planned(store.plan, whole=True))
            execute(store, work, executor=executor, progress=progress)


def _opened(folder: Path, plan: Callable[[Plan | None], Plan], part: Part | str | None, fresh: bool) -> Store:
    """The store; a refusal because of the user's code says so in words."""
    places: dict[str, None] = {}

    def compared(old: Plan | None) -> Plan:
        new = plan(old)
        if old is not None:
            places.update(dict.fromkeys(place for cell in new.cells for place in _changed_code(old, new, cell)))
        return new

    try:
        return Store.open(folder, compared, part=part, fresh=fresh)
    except PlanChangedError as error:
        if not places:
            raise
        verb = "is" if len(places) == 1 else "are"
        words = f"{error} The code of {few(list(places))} {verb} not the one that computed the finished blocks."
        raise PlanChangedError(words) from None


def _changed_code(old: Plan, new: Plan, cell: str) -> list[str]:
    before, now = _code(old, cell), _code(new, cell)
    return [place for place in now if place in before and before[place] != now[place]]


def _code(plan: Plan, cell: str) -> dict[str, Json]:
    details = plan.details.get(cell)
    code = details.get("code") if isinstance(details, dict) else None
    return code if isinstance(code, dict) else {}


def _known(plan: Plan | None, cells: Mapping[str, Cell]) -> dict[str, list[Block]]:
    """The blocks of each cell in a plan."""
    found: dict[str, list[Block]] = {cell: [] for cell in cells}
    for block in () if plan is None else plan.blocks:
        if block.cell in found:
            found[block.cell].append(block)
    return found
