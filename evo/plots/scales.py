"""Axes: logarithmic where ratios are wide, with numbers that people read."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from evo.plots.chart import Panel
from evo.plots.style import styled
from evo.plots.typesetting import number_text

WIDE = 30.0  # a ratio from which on an axis is logarithmic
_MANY = 7  # distinct values up to which each gets its number
_PLAIN = 1e4  # up to there numbers of logarithmic axes are written out
_CLOSEST = 0.085  # distance of numbers, in fractions of the panel


def is_wide(values: np.ndarray) -> bool:
    """Whether values, none negative, spread over a large ratio."""
    finite = values[np.isfinite(values)]
    positive = finite[finite > 0]
    return bool(len(positive) and finite.min() >= 0 and positive.max() > WIDE * positive.min())


def fit(
    panel: Panel, axis: Literal["x", "y"], values: np.ndarray, *, at_values: bool = False, times: bool = False
) -> None:
    """Scale an axis to what stands on it: linear, or logarithmic for wide ratios of positive values.

    Args:
        panel: where everything is drawn already.
        axis: `x` or `y`.
        values: what stands on the axis.
        at_values: whether numbers stand at these values, if they are few.
        times: whether 0 may stand on a linear part of a logarithmic axis.
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    finite = np.unique(values[np.isfinite(values)])
    axes = panel.axes
    ruler: Any = axes.xaxis if axis == "x" else axes.yaxis
    scale = axes.set_xscale if axis == "x" else axes.set_yscale
    positive = finite[finite > 0]
    with styled():
        if is_wide(finite) and (times or finite.min() > 0):
            decades = np.log10(positive.max() / positive.min())
            if finite.min() > 0:
                scale("log")
                ruler.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 2.5 else (1.0,), numticks=9))
            else:
                scale("symlog", linthresh=positive.min(), linscale=0.5)
                powers = 10.0 ** np.arange(np.ceil(np.log10(2 * positive.min())), np.log10(positive.max()) + 1e-9)
                ruler.set_major_locator(FixedLocator([0.0, *powers]))
            ruler.set_minor_formatter(NullFormatter())
            ruler.set_major_formatter(FuncFormatter(lambda value, _: number_text(value, _PLAIN)))
        else:
            ruler.set_major_locator(MaxNLocator(nbins=7, integer=_whole(finite), steps=[1, 2, 2.5, 5, 10]))
            ruler.set_major_formatter(FuncFormatter(lambda value, _: number_text(round(value, 12))))
        if len(finite) and not finite.any():
            (axes.set_xlim if axis == "x" else axes.set_ylim)(-0.05, 1.0)  # all are 0, and nothing lies below
        if at_values and 1 <= len(finite) <= _MANY and _short(finite) and _apart(panel, axis, finite):
            ruler.set_ticks(finite)
            ruler.set_minor_locator(NullLocator())


def _whole(values: np.ndarray) -> bool:
    return bool(len(values) and np.all(values == np.rint(values)) and values.max() - values.min() >= 4)


def _short(values: np.ndarray) -> bool:
    """Whether four digits write all values."""
    return all(float(f"{value:.4g}") == value for value in values)


def _apart(panel: Panel, axis: Literal["x", "y"], values: np.ndarray) -> bool:
    points = np.column_stack([values, values])
    panel.axes.autoscale_view()
    places = (panel.axes.transScale + panel.axes.transLimits).transform(points)[:, 0 if axis == "x" else 1]
    return len(values) == 1 or bool(np.diff(np.sort(places)).min() >= _CLOSEST)
