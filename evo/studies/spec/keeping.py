"""The file beside the rows, and the study in a folder with the parts that a file describes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from evo.core.differences import listed
from evo.core.files import write_whole
from evo.studies._errors import PlanChangedError, StoreError, explained
from evo.studies._folder import PLAN, SOURCE, refuse_foreign
from evo.studies.plan import Plan, changes

if TYPE_CHECKING:
    from evo.studies._cells import Cell
    from evo.studies.study import Study

__all__ = ["keep", "keep_in_new", "reopened"]


def keep(folder: Path, text: str) -> None:
    """Write the file of a study into its folder, unless it is there."""
    with explained("keep the file of the study", folder):
        if _kept(folder) != text:
            write_whole(folder / SOURCE, text.encode())


def keep_in_new(folder: Path, text: str) -> None:
    """Write the file of a study into a folder that is no store yet; others keep theirs until it has run.

    Raises:
        StoreError: if the folder holds something else, such as another file of that name.
    """
    with explained("open the store", folder):
        if (folder / PLAN).exists():
            return
        refuse_foreign(folder)
        if _kept(folder) not in (None, text):
            raise StoreError(
                f"`folder` must be empty, new or a store; {folder} has no {PLAN} but another {SOURCE}. Nothing was "
                "touched. Choose another --out, or move that file away yourself."
            )
        folder.mkdir(parents=True, exist_ok=True)
        keep(folder, text)


def reopened(folder: Path, seed: int, cells: Iterable[Cell]) -> Study:
    """The study in a folder, with parts that were made anew.

    Args:
        folder: of a study.
        seed: that it must have.
        cells: made anew; those that the study does not have are left out.

    Raises:
        PlanChangedError: if they are not what filled the folder; the message lists the differences.
        StoreError: if there is no study.
    """
    from evo.studies._cells import details_of
    from evo.studies.study import Study

    found = Study.read(folder)
    old = found.plan
    made = {cell.name: cell for cell in cells if cell.name in set(old.cells)}
    new = Plan(
        name=old.name,
        seed=seed,
        blocks=[block for block in old.blocks if block.cell in made],
        config=old.config,
        code=old.code,
        engines={name: str(cell.engine) for name, cell in made.items()},
        details={name: dict(details_of(cell)) for name, cell in made.items()},
        runs=old.runs,
    )
    lines = changes(old, new)
    if lines:
        raise PlanChangedError(
            f"The file must describe what filled {folder}; it differs:\n{listed(lines)}\n"
            "Pass the file, and the modules, with which the study was run."
        )
    return found.having(made)


def _kept(folder: Path) -> str | None:
    try:
        return (folder / SOURCE).read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return None
