"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Claim, Exactly, judge, level
from evo.experiments.es_rnn.bias import exact
from evo.experiments.es_rnn.cells import error_cells, run_cells
from evo.experiments.es_rnn.config import EsRnnConfig
from evo.experiments.es_rnn.ingredients import listed
from evo.experiments.es_rnn.names import (
    BACKPROP,
    HELPED,
    METHODS,
    NOISE_REUSE,
    PERSISTENT,
    PLAIN,
    SURROGATE,
    TRUNCATED,
    WHOLE,
)
from evo.experiments.grids import decisive
from evo.experiments.training_arms import Curves, closed, cosine_gain, curves, over_runs
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

#: the share of the gap that is to be closed
SHARE = 0.9
_STUDENT = "Student t over runs"
_BATCHES = "Student t over batches of 100 episodes, at all K together"
_SYSTEM = "exact moments of the linear system, by Isserlis' theorem"
Found = dict[tuple[str, str], Curves]

#: how wide an interval of a relative error may be
_RESOLUTION = 0.06


def chance(config: EsRnnConfig) -> float:
    """The loss of the best predictor that knows the time alone."""
    return config.symbols * float(np.log(2.0)) / config.length


def parameters(config: EsRnnConfig) -> int:
    """D."""
    n = config.hidden
    return 3 * n * (4 + n + 1) + n + 4 * (n + 1)


def strings(config: EsRnnConfig) -> tuple[int, int]:
    """How many are trained on, and how many are held out."""
    training, held_out = listed(config)
    return training.reset.shape[1], held_out.reset.shape[1]


def claims_of(config: EsRnnConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    error = family_error / 7  # of one claim
    found = curves(table, run_cells(config))
    return [
        _closed_claim(config, found, 1.0 - error),
        _hint_claim(config, found, SURROGATE, 1.0 - error),
        _hint_claim(config, found, HELPED, 1.0 - error),
        _bias_claim(config, table, TRUNCATED, error),
        _bias_claim(config, table, PERSISTENT, error),
        _bias_claim(config, table, NOISE_REUSE, error),
        _variance_claim(config, table, error),
    ]


def errors(config: EsRnnConfig, table: pl.DataFrame, method: str) -> dict[int, dict[str, np.ndarray]]:
    """The columns of a method on the linear system, per K."""
    import polars as pl

    found: dict[int, dict[str, np.ndarray]] = {}
    for cell in error_cells(config):
        rows = table.filter(pl.col("cell") == cell.label)
        if cell.series[1] == method and len(rows):
            names = ("along", "window_error", "episode_error")
            found[int(cell.x)] = {name: rows[name].to_numpy() for name in names}
    return found


def _closed_claim(config: EsRnnConfig, found: Found, confidence: float) -> Claim:
    claim = Claim(
        text=f"share of the gap from chance to the last loss of backprop that {SURROGATE} closes, {WHOLE}",
        source="pilot runs from other starts, by which sizes and the grid were chosen",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Above(SHARE),
        rule=f"{_STUDENT}; each run at the learning rate at which the others have the smallest mean log-loss, backprop "
        "in each at the best for that very run",
    )
    if (WHOLE, SURROGATE) not in found or (WHOLE, BACKPROP) not in found:
        return judge(claim, None, f"not run: {SURROGATE} or {BACKPROP}")
    values = closed(found[WHOLE, SURROGATE], found[WHOLE, BACKPROP], chance(config))
    return judge(claim, over_runs(values, confidence, SURROGATE))


def _hint_claim(config: EsRnnConfig, found: Found, arm: str, confidence: float) -> Claim:
    rate = config.rates[0]
    claim = Claim(
        text=f"ln of the mean squared cosine of {arm} over that of {PLAIN}, {WHOLE}, learning rate {rate:g}",
        source="theorem 1 of Meier et al., re-derived: no estimate in the span of surrogates and directions is better",
        basis=Basis.RE_DERIVED,
        predicted=Above(0.0),
        rule=f"mean over the looks after the start, {_STUDENT}",
    )
    if (WHOLE, arm) not in found or (WHOLE, PLAIN) not in found:
        return judge(claim, None, f"not run: {arm} or {PLAIN}")
    values = cosine_gain(found[WHOLE, arm], found[WHOLE, PLAIN], rate)
    return judge(claim, over_runs(values, confidence, arm))


def _bias_claim(config: EsRnnConfig, table: pl.DataFrame, method: str, error: float) -> Claim:
    lengths = ", ".join(str(K) for K in config.lengths)
    known = ", ".join(f"{float(exact(method, K).bias):.3f}" for K in config.lengths)
    claim = Claim(
        text=f"bias of {method} on the linear system, windows of {lengths} steps: measured less exact ({known})",
        source=_SYSTEM,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, _RESOLUTION),
        rule=f"1 - <estimate, g> / |g|^2, {_BATCHES}",
        anywhere=True,
    )
    found = errors(config, table, method)
    intervals = []
    for K, columns in found.items():
        values = 1.0 - columns["along"] - float(exact(method, K).bias)
        intervals.append(over_runs(values, level(error, 1, len(found)), f"K = {K}"))
    return _judged(claim, intervals)


def _variance_claim(config: EsRnnConfig, table: pl.DataFrame, error: float) -> Claim:
    claim = Claim(
        text="squared error of one window over its exact mean, less 1, all methods and windows on the linear system",
        source=_SYSTEM,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 2.0 * _RESOLUTION),
        rule=_BATCHES,
        anywhere=True,
    )
    found = [(method, K, columns) for method in METHODS for K, columns in errors(config, table, method).items()]
    intervals = []
    for method, K, columns in found:
        values = columns["window_error"] / float(exact(method, K).window) - 1.0
        intervals.append(over_runs(values, level(error, 1, len(found)), f"{method}, K = {K}"))
    return _judged(claim, intervals)


def _judged(claim: Claim, intervals: list[Interval]) -> Claim:
    if not intervals:
        return judge(claim, None, "not run")
    return judge(claim, decisive(claim.predicted, intervals))
