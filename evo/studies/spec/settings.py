"""What holds for all cells: integers, stops and the engine."""

from __future__ import annotations

import math
from typing import Any

from evo.core import checks
from evo.core.engines import Engine
from evo.core.stops import Evaluations, Stagnation, Steps, Stop, Target
from evo.studies.spec.places import Place, hint, table_of
from evo.studies.spec.references import Values, given, refers

__all__ = ["STOPS", "engine_of", "integer_of", "stop_of", "text_of"]

#: keys of the table `stop`, and what they make of their number
STOPS = {"steps": Steps, "evaluations": Evaluations, "stagnation": Stagnation, "target": Target}
_OPTIMUM = "optimum"


def text_of(value: Any, place: Place) -> str:
    """The value as a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise place.error(f"this must be a text; got {checks.shown(value)}.")
    return value


def integer_of(value: Any, low: int, place: Place) -> int:
    """The value as an integer of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise place.error(f"this must be an integer of at least {low}; got {checks.shown(value)}.")
    return value


def engine_of(value: Any, place: Place) -> Engine:
    """The engine of a name, in capitals or not."""
    names = {item.name.lower(): item for item in Engine}
    name = text_of(value, place).lower()
    if name not in names:
        raise place.error(f"this must be one of {', '.join(names)}; got {value!r}. {hint(name, names)}")
    return names[name]


def stop_of(raw: Any, place: Place, values: Values) -> Stop:
    """The stop that a table describes: whichever of its conditions comes first; expressions are rounded up.

    Args:
        raw: a table with at least one of `steps`, `evaluations`, `stagnation` (numbers of steps or evaluations) and
            `target` (an objective value, or "optimum" for no budget at all).
        place: of it.
        values: of the parameters of the grid.

    Raises:
        SpecError: for anything else.
    """
    table = table_of(raw, place, STOPS)
    if not table:
        raise place.error(f"this table must hold at least one of {', '.join(STOPS)}; it is empty.")
    found: Stop | None = None
    for key, item in table.items():
        value = given(item, place / key, values) if refers(item) else item
        if refers(item) and isinstance(value, float) and key != "target":
            value = math.ceil(value)
        try:
            stop = Target() if key == "target" and value == _OPTIMUM else STOPS[key](value)
        except (ValueError, TypeError) as error:
            raise (place / key).error(str(error)) from error
        found = stop if found is None else found | stop
    if found is None:  # not reached: the table is not empty
        raise place.error("this table is empty.")
    return found
