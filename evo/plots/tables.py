"""Tables as figures read them: checked, narrowed by `where`, and cut into one series per combination."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evo.core import checks
from evo.plots.style import LOOKS, Look

#: columns that are no parameters, in tables of runs and of recorded rows
_RESERVED = {"cell", "algorithm", "run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason"}
_REMEDY = "Run something first, and pass study.frame(), study.records(), or runs.to_frame()."
_BY = "Pass names of columns, for example by=('algorithm', 'n')."


@dataclass(frozen=True)
class Series:
    """The rows of one series.

    Args:
        name: what tells it from the other series.
        look: how it is drawn.
        columns: arrays by name, all of one length.
    """

    name: str
    look: Look
    columns: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """The columns at chosen rows."""
        return {name: column[chosen] for name, column in self.columns.items()}


@dataclass(frozen=True)
class Table:
    """The series of one figure.

    Args:
        series: one to eight.
        common: what all series share, in words; empty if nothing is worth saying.
    """

    series: tuple[Series, ...]
    common: str


def columns(frame: Any, argument: str) -> list[str]:
    """The columns of a polars frame that holds rows.

    Raises:
        TypeError: if it is none.
        ValueError: if it holds no rows.
    """
    import polars

    if not isinstance(frame, polars.DataFrame):
        action = "Convert it: polars.from_pandas(table), or call .collect()."
        raise checks.bad_type(argument, frame, "be a polars DataFrame", action)
    if not frame.height:
        raise checks.bad_value(argument, frame.shape, "hold at least one row", _REMEDY)
    return frame.columns


def read(
    frame: Any,
    *,
    argument: str,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    along: Collection[str] = (),
    recorded: bool = False,
) -> Table:
    """Cut a frame into series: by the columns `by`, and by every further parameter that varies.

    Args:
        frame: a polars frame, checked by `columns`.
        argument: its name in error messages.
        by: columns that tell series apart; those that do not exist are refused, `algorithm` excepted.
        where: values, or lists of values, that columns must have.
        along: parameters that vary along the axes and make no series.
        recorded: whether these are recorded rows: then only columns before `run` are parameters.

    Raises:
        TypeError: if `by` or `where` are none.
        ValueError: for unknown columns, no rows, or more than eight series.
    """
    import polars

    chosen = (by,) if isinstance(by, str) else tuple(checks.instance_of("by", by, (list, tuple), _BY))
    for name in chosen:
        if name != "algorithm":
            _known("by", name, frame.columns)
    frame = _narrowed(frame, where)
    parameters = _parameters(frame, recorded)
    kept = [name for name in ("algorithm", *chosen, *parameters) if name in frame.columns]
    varying, fixed = [], []
    for name in dict.fromkeys(kept):
        if name not in along:
            (varying if frame[name].n_unique() > 1 else fixed).append(name)
    keys = frame.select(varying).unique(maintain_order=True).rows() if varying else [()]
    if len(keys) > len(LOOKS):
        counts = ", ".join(f"{name}: {frame[name].n_unique()}" for name in varying)
        worst = max(
            (name for name in varying if name != "algorithm"), key=lambda item: frame[item].n_unique(), default=""
        )
        some = frame[worst][0] if worst else frame["algorithm"][0]
        action = f"Fix parameters: where={{{worst or 'algorithm'!r}: {some!r}}}, or put one on the x axis."
        allowed = f"leave at most {len(LOOKS)} series ({counts} values)"
        raise checks.bad_value(argument, f"{len(keys)} combinations", allowed, action)
    common = _words(fixed, [frame[name][0] for name in fixed])
    series = []
    for look, key in zip(LOOKS, keys):
        part = frame
        for name, value in zip(varying, key, strict=True):
            part = part.filter(polars.col(name).eq_missing(polars.lit(value, dtype=frame[name].dtype)))
        series.append(Series(_words(varying, key) or common or "runs", look, _arrays(part)))
    return Table(tuple(series), common if varying or common != "runs" else "")


def one_cell(argument: str, columns: Mapping[str, np.ndarray], where: str) -> None:
    """Refuse rows of several cells at one place, which would be averaged as if they were one."""
    cells = np.unique(columns["cell"]) if "cell" in columns else np.zeros(1)
    repeated = "run" in columns and len(np.unique(columns["run"])) < len(columns["run"])
    if len(cells) > 1 or repeated:
        got = f"{len(cells)} cells at {where}" if len(cells) > 1 else f"two rows of one run at {where}"
        action = "Name the columns that tell them apart in by=, or fix them with where=."
        raise checks.bad_value(argument, got, "hold one cell per point of a series", action)


def _known(argument: str, name: Any, known: Sequence[str]) -> None:
    if name not in known:
        raise checks.bad_value(argument, name, "name columns of the table", checks.nearest(str(name), known))


def _narrowed(frame: Any, where: Mapping[str, Any] | None) -> Any:
    checks.instance_of("where", {} if where is None else where, Mapping, "Pass for example where={'n': 1000}.")
    for name, value in (where or {}).items():
        _known("where", name, frame.columns)
        wanted = list(value) if isinstance(value, list | tuple | set | np.ndarray) else [value]
        column = frame[name].to_numpy()
        mask = np.zeros(frame.height, dtype=np.bool_)
        for item in wanted:
            mask |= np.isclose(column, item, rtol=1e-9, atol=0.0) if _numeric(column, item) else column == item
        if not mask.any():
            known = ", ".join(f"{item!r}" for item in frame[name].unique(maintain_order=True).to_list()[:12])
            raise checks.bad_value("where", {name: value}, "leave rows", f"Column {name!r} holds {known}.")
        frame = frame.filter(mask)
    return frame


def _numeric(column: np.ndarray, item: Any) -> bool:
    return column.dtype.kind in "iuf" and isinstance(item, int | float | np.number)


def _parameters(frame: Any, recorded: bool) -> list[str]:
    columns = list(frame.columns)
    if recorded:
        columns = columns[: columns.index("run")] if "run" in columns else []
    return [
        name
        for name in columns
        if name not in _RESERVED and not name.startswith("record.") and not frame[name].dtype.is_nested()
    ]


def _words(names: Sequence[str], values: Sequence[Any]) -> str:
    parts = []
    for name, value in zip(names, values, strict=True):
        if value is None:
            continue
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
        parts.append(text if name == "algorithm" else f"{name} = {text}")
    return ", ".join(parts)


def _arrays(frame: Any) -> dict[str, np.ndarray]:
    """The columns as arrays: numbers as float64, cells as codes, other text as its first value, which costs nothing."""
    import polars

    found = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.is_nested():
            continue
        if column.dtype.is_numeric() or column.dtype == polars.Boolean:
            found[name] = column.cast(polars.Float64).to_numpy()
        elif name == "cell":
            found[name] = column.cast(polars.String).rank("dense").to_numpy()
        else:
            found[name] = np.broadcast_to(np.asarray(str(column[0])), (frame.height,))
    return found
