"""What lies in a folder: a study, an experiment, or the rows of something else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from evo.studies import Store, StoreError
from evo.studies._folder import PLAN
from evo.studies.plan import few

if TYPE_CHECKING:
    from evo.studies import Study

__all__ = ["Kind", "kind_of", "study_in"]

Kind: TypeAlias = Literal["study", "experiment", "rows"]


def kind_of(folder: Path) -> Kind:
    """What wrote a folder, from its plan.

    Raises:
        StoreError: if there is no store, with what is there instead.
    """
    from evo.experiments.running import CONFIG

    if not folder.exists():
        raise StoreError(f"`DIR` must be a folder with results; there is no {folder}. {_nearest(folder)}")
    if folder.is_dir() and not any(folder.iterdir()):
        raise StoreError(
            f"`DIR` must be a folder with results; {folder} is empty. Pass the folder that `evo study` or `evo run` "
            f"named, or fill this one with `evo study FILE.toml --out {folder}`."
        )
    inside = _results_in(folder)
    if inside and not (folder / PLAN).exists():
        raise StoreError(
            f"`DIR` must be a folder with results; {folder} only holds such folders: {few(inside)}. Pass one of them, "
            f"such as {folder / inside[0]}."
        )
    plan = Store.read(folder, notify=_silent).plan
    if plan.config.get("kind") == "study":
        return "study"
    return "experiment" if (folder / CONFIG).is_file() else "rows"


def study_in(folder: Path, command: str) -> Study:
    """The study in a folder.

    Args:
        folder: the `--out` of an earlier `evo study`.
        command: that needs one, for the message.

    Raises:
        StoreError: if something else lies there.
    """
    from evo.studies import Study

    kind = kind_of(folder)
    if kind != "study":
        what = "an experiment" if kind == "experiment" else "rows that no study wrote"
        raise StoreError(
            f"`evo {command}` needs a folder that `evo study` or evo.study filled; {folder} holds {what}. Its rows "
            f"come out with `evo table {folder} --format csv`."
        )
    return Study.read(folder)


def _nearest(folder: Path) -> str:
    """A folder of results whose name is close."""
    import difflib

    known = _results_in(folder.parent)
    if not known:
        return "Pass the --out of an earlier run."
    close = difflib.get_close_matches(folder.name, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {few(known)}."


def _results_in(home: Path) -> list[str]:
    """The folders of results in a folder."""
    return sorted(item.name for item in home.iterdir() if (item / PLAN).is_file()) if home.is_dir() else []


def _silent(text: str) -> None:
    del text  # damaged blocks are told by the commands themselves
