"""A figure that remembers what it shows: panels whose helpers draw a series and write it down."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any, NamedTuple, final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evo.plots.style import FAINT, INK, Look, styled

_HALO = 2.2  # width of the white line around text that stands on data


class Shown(NamedTuple):
    """One drawn point; bounds are nan where none is drawn."""

    panel: str
    series: str
    #: measured (or which measure: mean, restricted mean up to ..., median), single run, capped, theory or reference
    kind: str
    x: float
    y: float
    lower: float
    upper: float


@final
class Chart:
    """A figure with panels side by side, and the numbers behind it.

    Args:
        names: one name per panel, as it stands in the table.
        width: of the figure in inches.
        height: of the figure in inches.

    Example:
        >>> chart = Chart(["drift"], width=4.0, height=3.0)
        >>> chart.panels[0].line("law", [0, 1], [0, 1], dash="--")
        >>> chart.csv().splitlines()[0]
        'panel,series,kind,x,y,lower,upper'
    """

    def __init__(self, names: Sequence[str], *, width: float, height: float) -> None:
        self.rows: list[Shown] = []
        #: opacity of bands; less where many lie on each other
        self.shading = 0.22
        with styled():
            self.figure = Figure(figsize=(width, height), layout="constrained")
            FigureCanvasAgg(self.figure)
            axes = self.figure.subplots(1, len(names), squeeze=False)[0]
            self.panels = tuple(Panel(self, name, item) for name, item in zip(names, axes, strict=True))

    def _repr_png_(self) -> bytes:
        """The picture, as notebooks show it."""
        data = io.BytesIO()
        with styled():
            self.figure.savefig(data, format="png")
        return data.getvalue()

    def csv(self) -> str:
        """The drawn numbers as comma-separated text with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Shown._fields)
        for row in self.rows:
            numbers = ("" if math.isnan(value) else repr(float(value)) for value in row[3:])
            writer.writerow([*row[:3], *numbers])
        return text.getvalue()


@final
class Panel:
    """The axes of one panel and the few ways to draw on them; what is drawn goes into the chart's table."""

    def __init__(self, chart: Chart, name: str, axes: Axes) -> None:
        self.chart = chart
        self.name = name
        self.axes = axes

    def titled(self, title: str, x: str, y: str) -> None:
        """Set the title and the labels of the axes, units included."""
        with styled():
            self.axes.set_title(title)
            self.axes.set_xlabel(x)
            self.axes.set_ylabel(y)

    def logarithmic(self) -> None:
        """Make the y axis logarithmic, with plain numbers at 1, 2 and 5 times powers of ten."""
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

        with styled():
            self.axes.set_yscale("log")
            self.axes.yaxis.set_major_locator(LogLocator(base=10.0, subs=(1.0, 2.0, 5.0)))
            self.axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            self.axes.yaxis.set_minor_formatter(NullFormatter())

    def inset(self, bounds: tuple[float, float, float, float]) -> Panel:
        """Axes within this panel, at (left, bottom, width, height) in fractions of it."""
        with styled():
            return Panel(self.chart, f"{self.name} (inset)", self.axes.inset_axes(bounds))

    def points(
        self,
        series: str,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        look: Look,
        *,
        lower: npt.ArrayLike | None = None,
        upper: npt.ArrayLike | None = None,
        joined: bool = False,
        kind: str | Sequence[str] = "measured",
        half: npt.ArrayLike = False,
    ) -> None:
        """Measured points with intervals where both bounds are finite; half-filled markers where `half`."""
        xs, ys = _floats(x), _floats(y)
        halved = np.broadcast_to(np.asarray(half, dtype=np.bool_), xs.shape)
        low = np.full(xs.shape, np.nan) if lower is None else _floats(lower)
        high = np.full(xs.shape, np.nan) if upper is None else _floats(upper)
        known = np.isfinite(low) & np.isfinite(high)
        low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
        with styled():
            self.axes.errorbar(
                xs,
                ys,
                yerr=np.maximum([ys - low, high - ys], 0.0) if known.any() else None,
                color=look.colour,
                marker=look.marker,
                markersize=_size(look),
                markeredgecolor="white",
                markeredgewidth=0.5,
                linestyle=look.dash if joined else "none",
                linewidth=0.9,
                elinewidth=1.2,
                capsize=0,
                zorder=4,
                markevery=np.flatnonzero(~halved).tolist() if halved.any() else None,
            )
            if halved.any():
                self.axes.plot(
                    xs[halved],
                    ys[halved],
                    linestyle="none",
                    marker=look.marker,
                    markersize=_size(look) + 0.4,
                    color=look.colour,
                    fillstyle="bottom",
                    markerfacecoloralt="white",
                    zorder=4.5,
                )
        self._note(series, kind, xs, ys, low, high)

    def singles(self, series: str, x: npt.ArrayLike, y: npt.ArrayLike, look: Look) -> None:
        """Single runs, faint, behind everything else."""
        xs, ys = _floats(x), _floats(y)
        with styled():
            self.axes.plot(
                xs, ys, linestyle="none", marker=look.marker, markersize=2.6, color=look.colour, alpha=0.28, mew=0
            )
        self._note(series, "single run", xs, ys)

    def trace(self, series: str, x: npt.ArrayLike, y: npt.ArrayLike, look: Look, *, steps: bool = False) -> None:
        """The way of a single run, faint, behind everything else."""
        xs, ys = _floats(x), _floats(y)
        drawn = "steps-post" if steps else "default"
        with styled():
            self.axes.plot(xs, ys, color=look.colour, linewidth=0.6, alpha=0.35, drawstyle=drawn, zorder=0.9)
        self._note(series, "single run", xs, ys)

    def capped(self, series: str, x: npt.ArrayLike, y: npt.ArrayLike, look: Look, *, aside: float = 0.0) -> None:
        """Runs that were cut off: open markers at the cap, `aside` points to the right so that several are seen."""
        from matplotlib.transforms import ScaledTranslation

        xs, ys = _floats(x), _floats(y)
        if xs.size:
            places = np.unique(np.column_stack([xs, ys]), axis=0)  # markers on each other would look filled
            with styled():
                moved = self.axes.transData + ScaledTranslation(aside / 72, 0.0, self.chart.figure.dpi_scale_trans)
                self.axes.plot(
                    places[:, 0],
                    places[:, 1],
                    linestyle="none",
                    marker=look.marker,
                    markersize=_size(look) + 0.4,
                    markerfacecolor="none",
                    markeredgecolor=look.colour,
                    clip_on=False,
                    zorder=5,
                    transform=moved,
                )
                self.axes.update_datalim(places)
        self._note(series, "capped", xs, ys)

    def endless(self, series: str, x: npt.ArrayLike, lower: npt.ArrayLike, top: npt.ArrayLike, look: Look) -> None:
        """Intervals without an upper bound: arrows from the lower bound to `top`."""
        from matplotlib.transforms import ScaledTranslation

        xs, low, high = _floats(x), _floats(lower), _floats(top)
        for place, bottom, end in zip(xs, low, high, strict=True):
            arrow = {"arrowstyle": "->", "color": look.colour, "linewidth": 1.2, "shrinkA": 0.0, "shrinkB": 0.0}
            with styled():
                above = self.axes.transData + ScaledTranslation(0.0, 13 / 72, self.chart.figure.dpi_scale_trans)
                self.axes.annotate(
                    "", (place, end), (place, bottom), xycoords=above, textcoords="data", arrowprops=arrow, zorder=4
                )
                self.axes.update_datalim([(place, bottom), (place, end)])
                self.axes.margins(y=0.1)  # room for the arrow
        self._note(series, "lower bound", xs, low)

    def line(
        self,
        series: str,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        colour: str = INK,
        dash: Any = "-",
        width: float = 1.3,
        steps: bool = False,
    ) -> None:
        """A line of theory; of a step function, right-continuous, with `steps`."""
        xs, ys = _floats(x), _floats(y)
        with styled():
            self.axes.plot(
                xs,
                ys,
                color=colour,
                linestyle=dash,
                linewidth=width,
                drawstyle="steps-post" if steps else "default",
                zorder=3,
            )
        self._note(series, "theory", xs, ys)

    def band(
        self,
        series: str,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        lower: npt.ArrayLike,
        upper: npt.ArrayLike,
        look: Look,
        *,
        steps: bool = False,
        kind: str | Sequence[str] = "measured",
        marks: float | None = None,
        unwritten: tuple[int, int] = (0, 0),
    ) -> None:
        """A measured curve in its band, with markers from `marks` (a share of the panel) on every sixth of it.

        A single point is drawn as one, with its interval.

        The first and last points, as many as `unwritten` says, only continue the curve and are not written down.
        """
        xs, ys, low, high = _floats(x), _floats(y), _floats(lower), _floats(upper)
        if len(xs) == 1:
            self.points(series, xs, ys, look, lower=low, upper=high, kind=kind)
            return
        self.shade(xs, low, high, look, steps=steps)
        with styled():
            drawn = "steps-post" if steps else "default"
            self.axes.plot(
                xs,
                ys,
                color=look.colour,
                linestyle=look.dash,
                drawstyle=drawn,
                zorder=4,
                **({} if marks is None else {**marker(look), "markevery": (marks, 0.17)}),
            )
        kept = slice(unwritten[0], len(xs) - unwritten[1])
        kinds = kind if isinstance(kind, str) else kind[kept]
        self._note(series, kinds, xs[kept], ys[kept], low[kept], high[kept])

    def shade(self, x: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike, look: Look, *, steps: bool) -> None:
        """The area between bounds whose numbers another method writes down; none where a bound is nan."""
        with styled():
            self.axes.fill_between(
                _floats(x),
                _floats(lower),
                _floats(upper),
                step="post" if steps else None,
                color=look.colour,
                alpha=self.chart.shading,
                linewidth=0,
                zorder=1,
            )

    def reference(self, series: str, x: float, *, dash: Any = "--", colour: str = FAINT, width: float = 1.0) -> None:
        """A vertical reference line."""
        with styled():
            self.axes.axvline(x, color=colour, linestyle=dash, linewidth=width, zorder=2)
        self._note(series, "reference", np.array([x]), np.array([np.nan]))

    def mark(
        self, series: str, kind: str, x: float, y: float, lower: float = math.nan, upper: float = math.nan
    ) -> None:
        """Write down a number that is drawn by hand, with bounds in x."""
        self.chart.rows.append(Shown(self.name, series, kind, x, y, lower, upper))

    def text(self, x: float, y: float, words: str, **options: Any) -> Any:
        """Words on the data, with a thin white halo; options as in matplotlib."""
        from matplotlib import patheffects

        effects = [patheffects.withStroke(linewidth=_HALO, foreground="white")]
        with styled():
            return self.axes.text(
                x, y, words, **{"fontsize": 8.0, "color": INK, "path_effects": effects, "zorder": 6, **options}
            )

    def _note(
        self, series: str, kind: str | Sequence[str], x: Any, y: Any, lower: Any | None = None, upper: Any | None = None
    ) -> None:
        none = np.full(len(x), np.nan)
        low, high = none if lower is None else lower, none if upper is None else upper
        kinds = [kind] * len(x) if isinstance(kind, str) else kind
        for word, *values in zip(kinds, x, y, low, high, strict=True):
            self.chart.rows.append(Shown(self.name, series, word, *(float(value) for value in values)))


def marker(look: Look) -> dict[str, Any]:
    """A filled marker with a thin white edge, as matplotlib's lines take it."""
    return {"marker": look.marker, "markersize": _size(look), "markeredgecolor": "white", "markeredgewidth": 0.5}


def _size(look: Look) -> float:
    """Thin markers are larger, so that all of them weigh alike."""
    return {"*": 7.6, "P": 6.2, "X": 6.2, "v": 5.2}.get(look.marker, 4.6)


def _floats(values: npt.ArrayLike) -> np.ndarray:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))
