"""The figure: rounds without identifiers, inputs and exponents with them, and repetition."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.randomized_arms import outcomes, panels
from evo.experiments.randomized_colouring.cells import run_cells
from evo.experiments.randomized_colouring.claims import Found, forbidden, repaired
from evo.experiments.randomized_colouring.config import RandomizedColouringConfig
from evo.experiments.randomized_colouring.names import (
    CONSTANT,
    CUBIC,
    CYCLE,
    EVOLVED,
    NAMED,
    SEEDS,
    SINGLE,
    SOLVERS,
    Solver,
)
from evo.experiments.training_arms import over_runs
from evo.plots import LOOKS, Chart, Look, Panel
from evo.plots.labels import Label, column
from theory import randomized

if TYPE_CHECKING:
    import polars as pl

_PROPER = "share of proper colourings"
_DOTTED = (0, (1, 1.5))


def drawn(table: pl.DataFrame, config: RandomizedColouringConfig) -> Chart:
    """The chart of all rows."""
    named = any(SOLVERS[kind].setting == NAMED for kind in config.kinds)
    panels_of = {"rounds": _rounds} | ({"inputs": _inputs, "exponents": _exponents} if named else {})
    panels_of |= {"repetitions": _repetitions}
    chart = Chart(list(panels_of), width=5.2 * len(panels_of), height=4.3)
    chart.shading /= 2
    found = outcomes(table, run_cells(config))
    for letter, panel, draw in zip("abcd", chart.panels, panels_of.values(), strict=False):
        draw(panel, f"({letter})", config, found)
    return chart


def caption(config: RandomizedColouringConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    known = (
        "no deterministic solver colours all of them, so its worst input has success 0"
        if forbidden(config)
        else "some deterministic solver colours all of them"
    )
    shown = (
        f"Transformers whose attention follows edges (width {config.width}, two heads, one layer per round) colour "
        f"graphs with degree + 1 colours; each node is given {config.seed_bits} random signs. Adam for "
        f"{config.steps:,} steps on the probability of equal colours at the ends of an edge, {config.trials} seeds per "
        f"input and step; medians and all of {config.runs} trainings, or means with 95 % Student's intervals. Success: "
        "no edge has equal ends. (a) Without identifiers: a cycle, where solid is the exact law of random colours that "
        f"are repaired (as far as it was computed), and the worst of all connected graphs of {config.cubic_nodes} "
        "nodes of degree 3. Without seeds "
        f"all nodes take the same colour. (b) A cycle of {config.named_nodes} with identifiers in every order, one "
        f"round: {known}. Inputs are sorted by success. (c) The worst order of identifiers, under fresh seeds, against "
        "the exponent of the relaxed risk. (d) The best of S seeds on the worst input; lines: 1 - (1 - p)^S."
    )
    why = (
        "The expected loss never needs fresh seeds where a fixed one is as good on average. Without identifiers only "
        "seeds tell nodes apart, so every objective uses them. With identifiers seeds are easier to learn from, and "
        "short trainings use them under every objective. In some trainings the expected loss then raises the mean by "
        "relying on identifiers, and favours some inputs; the relaxed risk treats inputs alike, which at these sizes "
        "does not yet make the worst of them better. Sizes and numbers are ours; the full text of the paper was not "
        "available."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _rounds(panel: Panel, letter: str, config: RandomizedColouringConfig, found: Found) -> None:
    panel.titled(f"{letter} no identifiers", "rounds", f"{_PROPER}, worst input")
    q = config.exponents[-1]
    rounds = sorted(solver.rounds for solver in map(SOLVERS.__getitem__, config.kinds))
    series = {
        f"cycle of {config.nodes}, seeds": [(Solver(CYCLE, SEEDS, r), 1.0) for r in sorted(set(rounds))],
        f"cycle of {config.nodes}, AntitheticEs": [(Solver(CYCLE, EVOLVED), 1.0)],
        f"cubic graphs of {config.cubic_nodes}, seeds": [(Solver(CUBIC, SEEDS), q)],
        "constant seed": [(Solver(CYCLE, CONSTANT), 1.0), (Solver(CUBIC, CONSTANT), q)],
    }
    marks: list[Label] = []
    for place, (words, wanted) in enumerate(series.items()):
        here = [(solver, found[solver.kind, at]) for solver, at in wanted if (solver.kind, at) in found]
        if not here:
            continue
        x = np.array([solver.rounds for solver, _ in here]) + 0.05 * (place - 1)
        intervals = [over_runs(item.worst, 0.95, words) for _, item in here]
        middle, lower, upper = np.array([(one.estimate, one.lower, one.upper) for one in intervals]).T
        panel.points(words, x, middle, LOOKS[place], lower=np.clip(lower, 0, 1), upper=np.clip(upper, 0, 1))
        marks.append(Label(words, LOOKS[place], float(x[-1]), float(middle[-1])))
    line = np.arange(rounds[-1] + 1)
    values = _law(config.nodes, rounds[-1])
    panel.line("random colours and repair, exact", line[: len(values)], values)
    marks.append(Label("random colours and repair, exact", None, float(len(values) - 1), values[-1], "-"))
    panel.line("all deterministic solvers", [0, line[-1]], [0, 0], dash=_DOTTED)
    marks.append(Label("all deterministic solvers", None, float("nan"), 0.0, _DOTTED))
    panel.axes.set_xticks(line, [str(value) for value in line])
    column(panel, marks)


def _law(nodes: int, rounds: int) -> list[float]:
    """The exact law after 0, 1, ... rounds, as far as it can be computed."""
    found: list[float] = []
    for r in range(rounds + 1):
        try:
            found.append(repaired(nodes, r))
        except ValueError:  # too long a cycle for so many rounds
            break
    return found


def _inputs(panel: Panel, letter: str, config: RandomizedColouringConfig, found: Found) -> None:
    panel.titled(f"{letter} identifiers by an adversary", "share of inputs", _PROPER)
    low, high = config.exponents[0], config.exponents[-1]
    wanted = [(SEEDS, high), *([(SEEDS, low)] if low < high else []), (CONSTANT, high)]
    shown = {
        f"{arm}, q = {q:g}": found[Solver(NAMED, arm).kind, q]
        for arm, q in wanted
        if (Solver(NAMED, arm).kind, q) in found
    }
    panels.over_inputs(panel, shown, panels.looks(list(shown)))


def _exponents(panel: Panel, letter: str, config: RandomizedColouringConfig, found: Found) -> None:
    panel.titled(f"{letter} the worst order of identifiers", "exponent q", f"{_PROPER}, worst input")
    arms = (SEEDS, SINGLE, CONSTANT)
    here = {(SOLVERS[kind].arm, q): item for (kind, q), item in found.items() if SOLVERS[kind].setting == NAMED}
    lines = {"all deterministic solvers": 0.0} if forbidden(config) else {}
    panels.against_exponent(panel, here, arms, panels.looks(arms), lines)


def _repetitions(panel: Panel, letter: str, config: RandomizedColouringConfig, found: Found) -> None:
    panel.titled(f"{letter} repetition", "seeds S", f"{_PROPER}, worst input")
    q = config.exponents[-1]
    wanted = {
        f"cycle of {config.nodes}, no identifiers": (Solver(CYCLE, SEEDS).kind, 1.0),
        f"cubic graphs of {config.cubic_nodes}": (Solver(CUBIC, SEEDS).kind, q),
        f"cycle of {config.named_nodes}, identifiers": (Solver(NAMED, SEEDS).kind, q),
        f"cycle of {config.named_nodes}, constant seed": (Solver(NAMED, CONSTANT).kind, q),
    }
    shown = {words: found[item] for words, item in wanted.items() if item in found}
    styles: dict[str, Look] = panels.looks(list(wanted))
    chances = [float(np.mean(item.worst)) for item in shown.values()]
    curves = {f"p = {p:.2f}": [float(randomized.amplified(p, S)) for S in config.repetitions] for p in chances if p > 0}
    panels.repetitions(panel, shown, styles, config.repetitions, curves)
