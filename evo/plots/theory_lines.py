"""Lines of theory beside measured series: functions or pairs of arrays, each with a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from evo.core import checks
from evo.plots.chart import Panel
from evo.plots.labels import Label

#: a function of x, or x and y
Line: TypeAlias = "Callable[[Any], Any] | Sequence[npt.ArrayLike]"
Lines: TypeAlias = "Line | Mapping[str, Line] | None"

_DASHES = ((0, (5, 2)), (0, (1, 1.5)), (0, (7, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
_POINTS = 120
_WHOLE_POINTS = 60
_HOW = "Pass for example line={'e n ln n': lambda n: math.e * n * math.log(n)} or line={'law': (x, y)}."


def draw(panel: Panel, lines: Lines, x: np.ndarray, *, steps: bool = False, down: bool = False) -> list[Label]:
    """Draw lines over the range of the measured x; functions get whole numbers (int) where all x are whole.

    With `steps` pairs of arrays are right-continuous step functions.

    Returns:
        Per line its label, at the largest x, at the smallest one if `down`.

    Raises:
        TypeError: for what is neither a function nor a pair of arrays.
        ValueError: for more than four lines, arrays of different lengths, or a line without a finite point.
    """
    if lines is None:
        return []
    named = dict(lines) if isinstance(lines, Mapping) else {names(lines)[0]: lines}
    if not 1 <= len(named) <= len(_DASHES):
        raise checks.bad_value("line", f"{len(named)} lines", f"hold 1 to {len(_DASHES)} lines", _HOW)
    drawn = []
    for (name, line), dash in zip(named.items(), _DASHES):
        xs, ys = _points(line, x)
        known = np.isfinite(xs) & np.isfinite(ys)
        if not known.any():
            raise checks.bad_value("line", name, "have a finite point in the range of x", _HOW)
        panel.line(str(name), xs[known], ys[known], dash=dash, steps=steps and not callable(line))
        last = int(np.argmin(xs[known]) if down else np.argmax(xs[known]))
        drawn.append(Label(str(name), None, float(xs[known][last]), float(ys[known][last]), dash))
    return drawn


def names(lines: Lines) -> list[str]:
    """The names of lines; one without a name is called after its function, or theory."""
    if lines is None:
        return []
    if isinstance(lines, Mapping):
        return [str(name) for name in lines]
    name = getattr(lines, "__name__", "theory")
    return ["theory" if name == "<lambda>" else name]


def _points(line: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if callable(line):
        low, high = float(x.min()), float(x.max())
        if np.all(x == np.rint(x)):
            grid = np.geomspace(low, high, _WHOLE_POINTS) if low > 0 else np.linspace(low, high, _WHOLE_POINTS)
            places: list[Any] = [int(value) for value in np.unique(np.concatenate([np.rint(grid), x]))]
        else:
            places = np.linspace(low, high, _POINTS).tolist()
        return np.array(places, dtype=np.float64), np.array([line(place) for place in places], dtype=np.float64)
    if isinstance(line, str | bytes) or not hasattr(line, "__len__") or len(line) != 2:
        raise checks.bad_type("line", line, "be a function of x, a pair (x, y), or a mapping of names to these", _HOW)
    xs, ys = (np.atleast_1d(np.asarray(item, dtype=np.float64)) for item in (line[0], line[1]))
    if xs.ndim != 1 or xs.shape != ys.shape or not len(xs):
        raise checks.bad_value("line", f"{xs.shape} and {ys.shape}", "be x and y of one length", _HOW)
    return xs, ys
