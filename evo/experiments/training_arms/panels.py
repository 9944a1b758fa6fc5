"""Panels of training experiments: losses and cosines over evaluations, one curve per arm, labelled where it ends."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from evo.experiments.training_arms.curves import FLOOR, Curves
from evo.plots import LOOKS, Look, Panel
from evo.plots.labels import Label, column

__all__ = ["CHOICE", "cosines", "looks", "losses"]

#: how captions say what is drawn
CHOICE = (
    "Each arm is shown at the learning rate of the grid, named by its label, at which its curve is lowest on average "
    "on this logarithmic scale (median over runs); lines are medians over runs, bands reach from the smallest to the "
    "largest run; losses below 0.001 count as and are drawn at 0.001."
)


def looks(arms: tuple[str, ...]) -> dict[str, Look]:
    """One look per arm, the same in all panels."""
    return {arm: LOOKS[place % len(LOOKS)] for place, arm in enumerate(arms)}


def losses(panel: Panel, found: Mapping[str, Curves], styles: Mapping[str, Look]) -> None:
    """The loss on the training objective over evaluations of a batch, both logarithmic; smaller losses at FLOOR."""
    marks: list[Label] = []
    for place, (arm, item) in enumerate(found.items()):
        spent = np.median(item["evaluations"], axis=0)[1:]
        values = np.maximum(np.where(np.isfinite(item["loss"]), item["loss"], np.inf)[:, 1:], FLOOR)
        middle = np.median(values, axis=0)
        panel.band(arm, spent, middle, values.min(axis=0), values.max(axis=0), styles[arm], marks=0.05 + 0.02 * place)
        words = f"{arm}, {item.rates[item.best]:g}"
        marks.append(Label(words, styles[arm], float(spent[-1]), float(middle[-1])))
    panel.axes.set_xscale("log")
    panel.logarithmic()
    column(panel, marks)


def cosines(
    panel: Panel,
    found: Mapping[tuple[str, str], Curves],
    styles: Mapping[tuple[str, str], Look],
    rate: float,
    random: float,
) -> None:
    """The cosine of directions with the true gradient over generations, every arm at the same learning rate.

    Args:
        panel: where.
        found: by (setting, arm).
        styles: by the same.
        rate: the learning rate.
        random: the cosine of random directions, drawn as a line.
    """
    words = "random directions, exact"
    marks: list[Label] = [Label(words, None, math.nan, random, (0, (1, 1.5)))]
    ends = [0.0, max((float(item.columns[0]["generation"].max()) for item in found.values()), default=1.0)]
    panel.line(words, ends, [random, random], dash=(0, (1, 1.5)))
    for place, (name, item) in enumerate(found.items()):
        columns = item.at(rate)
        values, generations = columns["cosine"], columns["generation"][0].astype(np.float64)
        middle = np.median(values, axis=0)
        words = f"{name[1]}, {name[0]}"
        style = styles[name]
        panel.band(words, generations, middle, values.min(axis=0), values.max(axis=0), style, marks=0.05 + 0.03 * place)
        marks.append(Label(words, style, float(generations[-1]), float(middle[-1])))
    column(panel, marks)
