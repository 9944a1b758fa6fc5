"""Figures of a study: which function of `evo.plots` draws them, and from which frame."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

from evo.core import checks

if TYPE_CHECKING:
    from evo.plots import Chart
    from evo.studies.study import Study

__all__ = ["KINDS", "drawn"]

_FROM_RUNS = ("against", "distribution", "survival")
_FROM_RECORDS = {"fixed_target": "x", "fixed_budget": "y", "trajectory": "y"}  # with the axis of the observable
#: the kinds of figures, each the name of a function of `evo.plots`
KINDS = (*_FROM_RUNS, *_FROM_RECORDS)


def drawn(study: Study, kind: str | None, options: dict[str, Any]) -> Chart:
    """Draw the finished runs of a study.

    Args:
        study: a study.
        kind: one of `KINDS`; None: against a number of the grid that varies, if there is one, else the distribution.
        options: arguments of that function; those that are None are left out.
    """
    given = {name: value for name, value in options.items() if value is not None}
    varying = _varying(study)
    if kind is None:
        kind = "against" if varying or "x" in given else "distribution"
    if kind not in KINDS:
        raise checks.bad_value("kind", kind, f"be one of {', '.join(KINDS)}", checks.nearest(str(kind), KINDS))
    if kind == "against" and "x" not in given:
        if not varying:
            action = "Use kind='distribution', or add values of a parameter."
            raise checks.bad_value("x", None, "be given: no number of the grid varies in this study", action)
        given["x"] = varying[-1]
    frame = study.records() if kind in _FROM_RECORDS else study.frame()
    if frame.is_empty():
        missing = "no recorded rows" if kind in _FROM_RECORDS else "no finished runs"
        action = "Run the study with record=..." if kind in _FROM_RECORDS else "Run it first."
        raise checks.bad_value("kind", kind, f"draw what the study has; it has {missing}", action)
    draw = getattr(importlib.import_module("evo.plots"), kind)
    parameters = inspect.signature(draw).parameters
    known = list(parameters)[1:]
    for name in given:
        if name not in known:
            allowed = f"take arguments of evo.plots.{kind} ({', '.join(known)}), not {name!r}"
            raise checks.bad_type(name, given[name], allowed, "Leave it out, or choose another kind.")
    if kind in _FROM_RECORDS and (axis := _FROM_RECORDS[kind]) not in given:
        observed = frame.columns[frame.columns.index("evaluations") + 1 :]
        if len(observed) == 1 and parameters[axis].default not in observed:
            given[axis] = observed[0]  # nothing else can be meant
    chart: Chart = draw(frame, **given)
    return chart


def _varying(study: Study) -> list[str]:
    """The numbers of the grid that have at least two values, in the order of the grid."""
    values: dict[str, set[Any]] = {}
    for cell in study.cells:
        for name, value in study.parameters(cell).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                values.setdefault(name, set()).add(value)
    return [name for name, found in values.items() if len(found) > 1]
