"""Panels: success over inputs, against the exponent, and against repetitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evo.experiments.randomized_arms.outcomes import Solved
from evo.experiments.training_arms import over_runs
from evo.plots import LOOKS, Look, Panel
from evo.plots.labels import Label, column

__all__ = ["against_exponent", "looks", "over_inputs", "repetitions"]


def looks(kinds: Sequence[str]) -> dict[str, Look]:
    """One look per kind of solver, the same in all panels."""
    return {kind: LOOKS[place % len(LOOKS)] for place, kind in enumerate(kinds)}


def over_inputs(
    panel: Panel, shown: Mapping[str, Solved], styles: Mapping[str, Look], lines: Mapping[str, float] | None = None
) -> None:
    """The success on each input, sorted: medians and all trainings; labels stand where the best input is.

    Args:
        panel: where.
        shown: by label.
        styles: by the same.
        lines: theoretical levels by label.
    """
    marks: list[Label] = []
    for place, (words, item) in enumerate(shown.items()):
        values = np.sort(item.success, axis=1)
        B = values.shape[1]
        x = (np.arange(B) + 0.5) / B
        kept = np.unique(np.linspace(0, B - 1, 201).astype(int))
        x, values = x[kept], values[:, kept]
        middle = np.median(values, axis=0)
        panel.band(words, x, middle, values.min(axis=0), values.max(axis=0), styles[words], marks=0.05 + 0.04 * place)
        marks.append(Label(words, styles[words], float(x[-1]), float(middle[-1])))
    levels(panel, lines, (0.0, 1.0), marks)
    column(panel, marks)


def against_exponent(
    panel: Panel,
    found: Mapping[tuple[str, float], Solved],
    kinds: Sequence[str],
    styles: Mapping[str, Look],
    lines: Mapping[str, float] | None = None,
) -> None:
    """The success on the worst input against q, with 95 % intervals over trainings; infinite q at the right end."""
    marks: list[Label] = []
    exponents = sorted({q for _, q in found})
    finite = [q for q in exponents if np.isfinite(q)] or [1.0]
    place_of = {q: (q if np.isfinite(q) else 2.0 * max(finite)) for q in exponents}
    for shift, kind in enumerate(kinds):
        here = [found[kind, q] for q in exponents if (kind, q) in found]
        if not here:
            continue
        aside = 1.0 + 0.04 * (shift - (len(kinds) - 1) / 2)
        x = np.array([aside * place_of[item.q] for item in here])
        intervals = [over_runs(item.worst, 0.95, kind) for item in here]
        middle, lower, upper = (np.array([getattr(one, name) for one in intervals]) for name in _FIELDS)
        lower, upper = np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)
        panel.points(kind, x, middle, styles[kind], lower=lower, upper=upper)
        marks.append(Label(kind, styles[kind], float(x[-1]), float(middle[-1])))
    panel.axes.set_xscale("log")
    panel.axes.set_xticks(list(place_of.values()), [f"{q:g}" if np.isfinite(q) else "∞" for q in exponents])
    panel.axes.minorticks_off()
    levels(panel, lines, (min(place_of.values()), max(place_of.values())), marks)
    column(panel, marks)


def repetitions(
    panel: Panel,
    shown: Mapping[str, Solved],
    styles: Mapping[str, Look],
    counts: Sequence[int],
    curves: Mapping[str, Sequence[float]],
) -> None:
    """The success of S answers together on the worst input, with 95 % intervals over trainings, and predicted curves.

    Args:
        panel: where.
        shown: by label.
        styles: by the same.
        counts: S.
        curves: predicted successes at `counts`, by label.
    """
    marks: list[Label] = []
    S = np.array(counts, np.float64)
    for shift, (words, item) in enumerate(shown.items()):
        aside = 1.0 + 0.05 * (shift - (len(shown) - 1) / 2)
        values = item.repeated(counts)
        intervals = [over_runs(values[:, place], 0.95, words) for place in range(len(counts))]
        middle, lower, upper = (np.array([getattr(one, name) for one in intervals]) for name in _FIELDS)
        lower, upper = np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)
        panel.points(words, aside * S, middle, styles[words], lower=lower, upper=upper)
        marks.append(Label(words, styles[words], float(aside * S[-1]), float(middle[-1])))
    for place, (words, values) in enumerate(curves.items()):
        dash = _DASHES[place % len(_DASHES)]
        drawn = np.asarray(values, np.float64)
        panel.line(words, *((S, drawn) if len(S) > 1 else (_around(S[0]), np.repeat(drawn, 2))), dash=dash)
        marks.append(Label(words, None, float(S[-1]), float(values[-1]), dash))
    panel.axes.set_xscale("log")
    panel.axes.set_xticks(S, [str(count) for count in counts])
    panel.axes.minorticks_off()
    column(panel, marks)


def levels(panel: Panel, lines: Mapping[str, float] | None, ends: tuple[float, float], marks: list[Label]) -> None:
    """Horizontal lines of theory with their labels."""
    ends = ends if ends[0] < ends[1] else _around(ends[0])
    for place, (words, value) in enumerate((lines or {}).items()):
        dash = _DASHES[place % len(_DASHES)]
        panel.line(words, list(ends), [value, value], dash=dash)
        marks.append(Label(words, None, float("nan"), value, dash))


def _around(x: float) -> tuple[float, float]:
    """Ends of a line at a single place of a logarithmic axis: one of length 0 is not seen."""
    return x / 1.5, x * 1.5


_DASHES = ((0, (1, 1.5)), (0, (5, 2)), (0, (5, 2, 1, 2)))
_FIELDS = ("estimate", "lower", "upper")
