"""Quantities of runs of which some were capped, and their centres: never a capped run counted as finished."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from evo.core import checks
from evo.plots.expressions import Expression
from evo.statistics import (
    EcdfBand,
    SurvivalCurve,
    ecdf_band,
    mean_interval,
    quantile_interval,
    restricted_mean,
    survival_curve,
)

#: columns that grow while a run goes on, and are therefore unknown where it was capped
TIMES = ("steps", "evaluations", "hit")


class Sample(NamedTuple):
    """A quantity per run.

    Args:
        values: infinite where the run was capped.
        ends: the quantity when the run ended; equal to `values` where it was not capped.
        base: the least that it can be, at time 0; nan if it has no such bound.
    """

    values: np.ndarray
    ends: np.ndarray
    base: float

    @property
    def capped(self) -> int:
        """How many runs were capped."""
        return int(np.isinf(self.values).sum())

    @property
    def horizon(self) -> float:
        """The quantity at the smallest cap, up to which every run was watched; infinite without capped runs."""
        return float(np.min(self.ends, where=np.isinf(self.values), initial=math.inf))


class Centre(NamedTuple):
    """The centre of a sample with its bounds, nan where there is none; `kind` says what it is the centre of."""

    estimate: float
    lower: float
    upper: float
    kind: str


def confidence_level(confidence: float) -> float:
    """The confidence, between 0 and 1."""
    action = "For 95 per cent pass confidence=0.95."
    return checks.real("confidence", confidence, 0, 1, action, open_low=True, open_high=True)


def sample(quantity: Expression, columns: Mapping[str, np.ndarray], argument: str) -> Sample:
    """Evaluate a quantity for every run; run times (`steps`, `evaluations`, `hit`) are infinite where capped.

    Raises:
        ValueError: if the quantity is undefined for a run, or does not grow with the run time where runs are capped.
    """
    names = quantity.columns(columns, argument)
    size = len(next(iter(columns.values())))
    timed = [name for name in names if name in TIMES]
    if not timed:
        values = _defined(quantity, columns, np.ones(size, dtype=np.bool_), argument)
        return Sample(values, values, math.nan)
    if "reached" in columns:
        capped = np.asarray(columns["reached"]) == 0.0
    else:
        capped = np.isinf(columns["steps"]) if "steps" in columns else np.zeros(size, dtype=np.bool_)
    ended = dict(columns)
    for name, end in (("steps", "spent"), ("hit", "evaluations")):
        if name in timed and capped.any():
            if end not in columns:
                action = "Keep it: capped runs are watched up to it."
                raise checks.bad_value("frame", f"no column {end!r}", f"hold {end!r} where runs are capped", action)
            ended[name] = np.where(capped, columns[end], columns[name])
    ends = _defined(quantity, ended, np.ones(size, dtype=np.bool_), argument)
    if capped.any():
        forever = quantity({**columns, **{name: np.full(size, math.inf) for name in timed}})
        if not np.all(np.broadcast_to(forever, (size,))[capped] == math.inf):
            allowed = (
                f"grow with {' and '.join(timed)} without bound, since {int(capped.sum())} of {size} runs are capped"
            )
            action = "Draw its inverse, or leave cells with capped runs out by where=."
            raise checks.bad_value(argument, quantity.text, allowed, action)
    start = quantity({**columns, **{name: np.zeros(size) for name in timed}})
    floor = np.broadcast_to(start, (size,))
    base = float(floor.min()) if np.isfinite(floor).all() and floor.min() <= ends.min() else math.nan
    return Sample(np.where(capped, math.inf, ends), ends, base)


def _defined(quantity: Expression, columns: Mapping[str, np.ndarray], rows: np.ndarray, argument: str) -> np.ndarray:
    values = np.broadcast_to(quantity(columns), rows.shape).copy()
    wrong = rows & ~np.isfinite(values)
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        at = ", ".join(f"{name} = {columns[name][place]:g}" for name in quantity.columns(columns))
        allowed = f"be defined for every run; it is not for {int(wrong.sum())} of {len(values)}, the first with {at}"
        raise checks.bad_value(argument, quantity.text, allowed, "Leave these cells out by where=.")
    return values


def mean(of: Sample, confidence: float) -> Centre:
    """The mean with Student's interval; with capped runs the mean of what was seen up to the smallest cap.

    No lower bound lies below time 0. One run has no interval; runs of which all were capped have no centre.
    """
    values, ends, _ = of
    if not of.capped:
        if len(values) == 1:
            return Centre(float(values[0]), math.nan, math.nan, "mean")
        found = mean_interval(values, confidence)
        lower = max(found.lower, of.base) if math.isfinite(of.base) else found.lower
        return Centre(found.estimate, lower, found.upper, "mean")
    base, horizon = _shift(of), of.horizon
    kind = f"restricted mean up to {horizon:.0f}" if 1e3 <= horizon < 1e7 else f"restricted mean up to {horizon:.4g}"
    if of.capped == len(values) or horizon <= base:
        return Centre(math.nan, math.nan, math.nan, kind)
    found = restricted_mean(values - base, ends - base, confidence=confidence)
    return Centre(found.estimate + base, found.lower + base, found.upper + base, kind)


def median(of: Sample, confidence: float) -> Centre:
    """The median between two order statistics; infinite where capped runs decide it."""
    values, _, _ = of
    if not of.capped:
        found = quantile_interval(values, 0.5, confidence)
        return Centre(found.estimate, found.lower, found.upper, "median")
    base, horizon = _shift(of), of.horizon
    if horizon <= base:
        return Centre(math.inf, math.nan, math.inf, "median")
    found = quantile_interval(values - base, 0.5, confidence, horizon=horizon - base)
    return Centre(found.estimate + base, found.lower + base, found.upper + base, "median")


def _shift(of: Sample) -> float:
    """The least value; restricted means and horizons count from there."""
    return min(of.base, float(of.ends.min())) if math.isfinite(of.base) else float(of.ends.min())


def shares(of: Sample, confidence: float) -> EcdfBand:
    """The distribution function in the band that holds all of it at once, up to the smallest cap."""
    base = _shift(of) if of.capped else 0.0
    horizon = of.horizon - base
    if horizon <= 0.0:
        return ecdf_band(np.full(len(of.values), math.inf), confidence)
    band = ecdf_band(of.values - base, confidence, horizon=horizon if of.capped else None)
    return dataclasses.replace(band, points=band.points + base)


def survivors(of: Sample, confidence: float) -> SurvivalCurve:
    """The Kaplan-Meier curve between pointwise bounds."""
    base = _shift(of)
    curve = survival_curve(of.values - base, of.ends - base, confidence)
    return dataclasses.replace(curve, times=curve.times + base)
