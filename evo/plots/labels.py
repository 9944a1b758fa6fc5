"""Direct labels: one per series, right of the panel at the height where the series ends, never on each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evo.plots.chart import Chart, Panel, marker
from evo.plots.style import FAINT, INK, Look, styled

_SIZE = 8.0  # points
_LINE = 1.25 * _SIZE / 72  # inches per line of text
_WIDEST = 31  # characters per line
_MOST = 3  # lines per label
_FEW = 4  # series up to which bands are shaded in full
_START = 1.02  # where samples begin, in fractions of the panel
_NEAR = 0.85  # a series that ends left of this has a dotted leader, which nobody takes for data
#: what words, panel and margins take, in inches
_PANEL = (3.9, 3.4)
_CHARACTER = 0.069


class Label(NamedTuple):
    """Words for a series.

    Args:
        words: what stands there.
        look: of the sample line; None for a line of theory.
        x: where the series ends, in data; nan for no leader.
        y: where the series ends, in data.
        dash: of a line of theory.
        marked: whether the sample has a marker.
    """

    words: str
    look: Look | None
    x: float
    y: float
    dash: object = "-"
    marked: bool = True


def canvas(name: str, series: Sequence[str], lines: Sequence[str]) -> Chart:
    """An empty chart of one panel, as much wider as the labels of series and lines need; one alone has none."""
    words = [wrapped(item).splitlines() for item in (*series, *lines)]
    longest = max(len(line) for item in words for line in item) if len(words) > 1 else 0
    lines_of_text = sum(len(item) for item in words) if len(words) > 1 else 0
    extra = 0.45 + _CHARACTER * longest if longest else 0.3
    chart = Chart([name], width=_PANEL[0] + extra, height=max(_PANEL[1], 1.2 + 1.15 * _LINE * lines_of_text))
    if len(series) > _FEW:
        chart.shading /= 2
    return chart


def wrapped(words: str) -> str:
    """Words in at most three lines; of longer ones beginning and end, where names differ."""
    room = _MOST * _WIDEST - 12  # lines break at words, some room is lost
    if len(words) > room:
        words = f"{words[: room // 2].rstrip()}… {words[-room // 2 :].lstrip()}"
    return "\n".join(textwrap.wrap(words, _WIDEST, break_long_words=True)[:_MOST])


def column(panel: Panel, labels: Sequence[Label]) -> None:
    """Write the labels right of the panel, from the final limits of its axes on, with leaders to the series' ends."""
    if not labels:
        return
    axes = panel.axes
    with styled():
        axes.autoscale_view()
        axes.set_xlim(axes.get_xlim())  # leaders must not move them
        axes.set_ylim(axes.get_ylim())
    points = np.array([[item.x, item.y] for item in labels], dtype=np.float64)
    known = np.isfinite(points)
    low = [axes.get_xlim()[1], axes.get_ylim()[0]]
    fractions = (axes.transScale + axes.transLimits).transform(np.where(known, points, low))
    wanted = np.clip(np.nan_to_num(fractions[:, 1], nan=0.5), 0.0, 1.0)
    height = panel.chart.figure.get_size_inches()[1] - 0.95
    texts = [wrapped(item.words) for item in labels]
    places = _spread(wanted, np.array([(text.count("\n") + 1.15) * _LINE / height for text in texts]))
    where = axes.transAxes
    with styled():
        for item, text, (x, _), target, place, seen in zip(
            labels, texts, fractions, wanted, places, np.logical_and(known[:, 0], known[:, 1])
        ):
            colour = item.look.colour if item.look else INK
            if seen:
                near = x > _NEAR
                axes.plot(
                    [min(x, 1.0), _START],
                    [target, place],
                    color=colour if near else FAINT,
                    linestyle="-" if near else (0, (1, 2)),
                    linewidth=0.5,
                    alpha=0.7,
                    transform=where,
                    clip_on=False,
                    zorder=2,
                )
            dash = item.look.dash if item.look else item.dash
            line = [_START, _START + 0.075], [place, place]
            axes.plot(*line, color=colour, linestyle=dash, linewidth=1.3, transform=where, clip_on=False)
            if item.look and item.marked:
                middle = [_START + 0.0375], [place]
                axes.plot(*middle, color=colour, transform=where, clip_on=False, zorder=5, **marker(item.look))
            axes.text(_START + 0.09, place, text, fontsize=_SIZE, color=INK, va="center", transform=where)


def titled(panel: Panel, title: str, x: str, y: str) -> None:
    """Set the title, in several lines if it is long, and the labels of the axes."""
    width = int(panel.chart.figure.get_size_inches()[0] * 11)
    panel.titled("\n".join(textwrap.wrap(title, width)[:_MOST]), x, y)


def note(chart: Chart, words: str) -> None:
    """A remark below the panel."""
    if words:
        width = int(chart.figure.get_size_inches()[0] * 14.5)
        with styled():
            chart.figure.supxlabel(textwrap.fill(words, width), fontsize=_SIZE, color=FAINT, x=0.01, ha="left")


def _spread(wanted: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The places nearest to those wanted (least squares) at which labels of these heights stand free in [0, 1]."""
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    tall = heights[order]
    offsets = np.concatenate([[0.0], np.cumsum((tall[1:] + tall[:-1]) / 2)])
    free = np.asarray(isotonic_regression(wanted[order] - offsets).x)
    low, high = tall[0] / 2, 1.0 - tall[-1] / 2 - offsets[-1]
    free = np.clip(free, low, high) if low <= high else np.full(len(free), (low + high) / 2)
    places = np.empty(len(wanted))
    places[order] = free + offsets
    return places
