"""The grid of a file: for each parameter a list of values, or a range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evo.core import checks
from evo.studies import _grid
from evo.studies.spec.places import Place, hint, table_of

__all__ = ["grid_of"]

_SCALES = ("linear", "log")
_DIGITS = 12  # of the values of a range: so much that they are equally spaced, so few that 0.3 is written 0.3
_MOST = 100_000


def grid_of(raw: Any, place: Place) -> dict[str, list[Any]]:
    """The values of each parameter, in order.

    Args:
        raw: a table of lists, single values and ranges `{from = 1, to = 9, count = 3}`, with `scale = "log"` for equal
            ratios and `round = true` for whole numbers.
        place: of it.

    Returns:
        For each parameter at least one value; whole numbers beside others become floats.

    Raises:
        SpecError: for anything else.
    """
    if not isinstance(raw, Mapping):
        raise place.error(f"this must be a table of parameters; got {checks.shown(raw)}.")
    for name in raw:
        if not name.isidentifier():
            raise (place / name).error(f"a parameter is named by letters, digits and _; got {name!r}.")
    return {name: _values(name, item, place / name) for name, item in raw.items()}


def _values(name: str, raw: Any, place: Place) -> list[Any]:
    values = _range(raw, place) if isinstance(raw, Mapping) else list(raw) if isinstance(raw, list) else [raw]
    if {type(value) for value in values} == {int, float}:
        values = [float(value) for value in values]
    try:
        return list(_grid.grid_of({name: values})[name])
    except (ValueError, TypeError) as error:
        raise place.error(str(error)) from error


def _range(raw: Mapping[str, Any], place: Place) -> list[Any]:
    table_of(raw, place, ("from", "to", "count", "scale", "round"), ("from", "to", "count"))
    low, high = (_number(raw[key], place / key) for key in ("from", "to"))
    count = raw["count"]
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MOST:
        raise (place / "count").error(f"this must be an integer from 1 to {_MOST}; got {checks.shown(count)}.")
    if count == 1 and low != high:
        raise (place / "count").error("a range of one value needs `from` equal to `to`; take count = 2 for both ends.")
    scale, whole = raw.get("scale", "linear"), raw.get("round", False)
    if scale not in _SCALES:
        text = f"this must be one of {', '.join(_SCALES)}; got {checks.shown(scale)}."
        raise (place / "scale").error(f"{text} {hint(scale, _SCALES)}" if isinstance(scale, str) else text)
    if not isinstance(whole, bool):
        raise (place / "round").error(f"this must be true or false; got {checks.shown(whole)}.")
    if scale == "log" and not (low > 0 and high > 0):
        raise place.error(f'with scale = "log" both ends must be positive; got from = {low:g}, to = {high:g}.')
    shares = [index / max(count - 1, 1) for index in range(count)]
    if scale == "log":
        exact = [low * (high / low) ** share for share in shares]
    else:
        exact = [low + (high - low) * share for share in shares]
    if count > 1:
        exact[-1] = high
    values = [round(value) for value in exact] if whole else [float(f"{value:.{_DIGITS}g}") for value in exact]
    if len(set(values)) < len(values):
        advice = "Take a smaller count" + (", or leave `round` out." if whole else ", or ends further apart.")
        raise place.error(f"the {count} values of this range are not all different. {advice}")
    return values


def _number(value: Any, place: Place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise place.error(f"this must be a finite number; got {checks.shown(value)}.")
    return float(value)
