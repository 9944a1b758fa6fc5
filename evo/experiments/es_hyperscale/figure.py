"""The figure: cosines, memory and random numbers of both kinds of perturbations."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.es_hyperscale.cells import COSINE, NUMBERS, PARAMETERS, TEMPORARY, Kind
from evo.experiments.es_hyperscale.claims import Rows, rows_by
from evo.experiments.es_hyperscale.config import EsHyperscaleConfig
from evo.experiments.past_descent.panels import GREY, intervals, name_ends
from evo.plots import LOOKS, Chart, Panel

if TYPE_CHECKING:
    import polars as pl

_LOOKS = {Kind.LOW: LOOKS[0], Kind.FULL: LOOKS[1]}
_APART = 1.06


def drawn(table: pl.DataFrame, config: EsHyperscaleConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["cosine", "memory", "random numbers"], width=12.6, height=4.2)
    rows = rows_by(table, config)
    _cosines(chart.panels[0], rows, config)
    _memory(chart.panels[1], rows, config)
    _numbers(chart.panels[2], rows, config)
    return chart


def caption(config: EsHyperscaleConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    repeats = " / ".join(str(item) for item in config.repeats)
    shown = (
        "Antithetic evolution strategies on networks with w inputs, layers of w and w / 2 rectified units and 10 "
        f"classes, {config.examples} random examples; perturbations of matrices of full rank or of rank one. (a) Mean "
        f"cosine between estimate and gradient, {repeats} estimates, each for a network of its own, with 95 % "
        "Student's intervals, the two kinds a little apart; lines: the exact mean for Gaussian directions, about "
        "sqrt(P / (D + P + 1)) with P pairs and D parameters. (b) Memory for temporaries in copies of the parameters, "
        f"{config.chunk} pairs evaluated at once, at the largest width; grey: the population itself, as libraries that "
        "hold it need at least. (c) Random numbers per pair."
    )
    why = (
        "Memory is what the compiler of this machine sets aside beside parameters, examples and estimate; it does not "
        "depend on chance, but may on the version of the compiler. Rank one holds its factors for all pairs, a few "
        "hundredths of the population; vectors are perturbed densely. Times cannot be computed again bit for bit and "
        "are not part of these rows: `python -m benchmarks estimators` measures members per second of both kinds "
        "beside a plain forward pass of as many examples."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _cosines(panel: Panel, rows: Rows, config: EsHyperscaleConfig) -> None:
    from theory import past_descent

    panel.titled("(a) quality of the estimate", "population", "cosine(estimate, gradient)")
    panel.logarithmic()
    panel.axes.set_xscale("log", base=2)
    first, last = config.populations[0], config.populations[-1]
    for place, width in enumerate(config.widths):
        for kind, look in _LOOKS.items():
            known = [x for x in config.populations if (kind, width, x) in rows]
            values = [rows[kind, width, x][COSINE] for x in known]
            moved = np.array(known) * (_APART if kind is Kind.LOW else 1.0 / _APART)
            intervals(panel, f"{kind.value}, width {width}", moved, values, look)
        known = [item[PARAMETERS][0] for (_, w, _), item in rows.items() if w == width]
        if not known:
            continue
        n = int(known[0])
        pairs = np.unique(np.rint(np.geomspace(first // 2, last // 2, 12)).astype(int))
        line = [past_descent.gaussian(n, int(p)).mean_cosine for p in pairs]
        panel.line(f"exact, width {width}", 2 * pairs, line)
        panel.text(
            1.15 * last,
            line[-1],
            f"w = {width}\n{n:,}\nparameters" if not place else f"w = {width}\n{n:,}",
            va="center",
        )
    panel.axes.set_xlim(0.8 * first, last * (last / first) ** 0.4)
    panel.axes.set_xticks(list(config.populations), [f"{x:,}" for x in config.populations])
    _key(panel)


def _memory(panel: Panel, rows: Rows, config: EsHyperscaleConfig) -> None:
    width = config.widths[-1]
    panel.titled(f"(b) memory, w = {width}", "population", "temporaries / parameters")
    panel.logarithmic()
    panel.axes.set_xscale("log", base=2)
    x = np.array(config.populations, dtype=np.float64)
    ends = []
    for kind, look in _LOOKS.items():
        known = [p for p in config.populations if (kind, width, p) in rows]
        found = [rows[kind, width, p] for p in known]
        values = [float(item[TEMPORARY][0]) / (4.0 * item[PARAMETERS][0]) for item in found]
        panel.points(kind.value, known, values, look, joined=True)
        if values:
            ends.append((values[-1], kind.value, look))
    panel.line("the population itself", x, x, colour=GREY)
    panel.text(1.08 * x[-1], x[-1], "population", color=GREY, va="center")
    panel.axes.set_xlim(0.85 * x[0], x[-1] * (x[-1] / x[0]) ** 0.3)
    panel.axes.set_xticks(list(config.populations), [f"{p:,}" for p in config.populations])
    if ends:
        name_ends(panel, ends, 1.08 * x[-1], gap=0.06)


def _numbers(panel: Panel, rows: Rows, config: EsHyperscaleConfig) -> None:
    panel.titled("(c) random numbers", "parameters", "random numbers per pair")
    panel.logarithmic()
    panel.axes.set_xscale("log")
    population = config.populations[0]
    for kind, look in _LOOKS.items():
        found = [rows[kind, w, population] for w in config.widths if (kind, w, population) in rows]
        x, y = ([float(item[name][0]) for item in found] for name in (PARAMETERS, NUMBERS))
        panel.points(kind.value, x, y, look, joined=True)
        if x:
            panel.text(1.1 * x[-1], y[-1], kind.value, color=look.colour, va="center")
            wide = (x[-1] / x[0]) ** 0.3 if len(x) > 1 else 1.0
            panel.axes.set_xlim(0.8 * x[0], 1.5 * x[-1] * wide)


def _key(panel: Panel) -> None:
    from evo.experiments.grids.panels import key

    key(panel, [(kind.value, look) for kind, look in _LOOKS.items()], at=(0.04, 0.95))
