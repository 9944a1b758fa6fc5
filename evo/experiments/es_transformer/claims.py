"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level
from evo.experiments.es_transformer.cells import run_cells
from evo.experiments.es_transformer.config import EsTransformerConfig
from evo.experiments.es_transformer.ingredients import ingredients, listed_sizes
from evo.experiments.es_transformer.names import BACKPROP, FRESH, FULL, PLAIN, SURROGATE
from evo.experiments.training_arms import Curves, closed, cosine_gain, curves, log_ratio, over_runs, saved

if TYPE_CHECKING:
    import polars as pl

#: the share of the gap that is to be closed
SHARE = 0.9
_STUDENT = "Student t over runs"
_HELD = "each run at the learning rate of the grid at which the other runs have the smallest mean log-loss"
_PILOT = "pilot runs from other starts, by which sizes and the grid were chosen"

Found = dict[tuple[str, str], Curves]


def chance(config: EsTransformerConfig) -> float:
    """The loss of the best predictor that ignores its input, ln V."""
    return math.log(config.values)


def cosine_rate(config: EsTransformerConfig) -> float:
    """The learning rate at which cosines are compared: the smallest of the grid."""
    return config.rates[0]


def parameters(config: EsTransformerConfig) -> int:
    """D."""
    import jax

    from evo.core.keys import Key

    start = ingredients(config, FULL, SURROGATE).objective.start(Key(0))
    return sum(leaf.size for leaf in jax.tree.leaves(start))


def sequences(config: EsTransformerConfig) -> tuple[int, int]:
    """How many are trained on, and how many are held out."""
    return listed_sizes(config)


def claims_of(config: EsTransformerConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    confidence = level(family_error, 6)
    found = curves(table, run_cells(config))
    return [
        _closed_claim(config, found, SURROGATE, confidence),
        _closed_claim(config, found, PLAIN, confidence),
        _gain_claim(config, found, confidence),
        _no_gain_claim(config, found, confidence),
        _slow_claim(config, found, confidence),
        _tuned_claim(config, found, confidence),
    ]


def _closed_claim(config: EsTransformerConfig, found: Found, arm: str, confidence: float) -> Claim:
    claim = Claim(
        text=f"share of the gap from chance to the last loss of backprop that {arm} closes, {FULL}",
        source=_PILOT,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Above(SHARE),
        rule=f"{_STUDENT}; {_HELD}, backprop in each at the best for that very run",
    )
    if (FULL, arm) not in found or (FULL, BACKPROP) not in found:
        return judge(claim, None, f"not run: {arm} or {BACKPROP}")
    values = closed(found[FULL, arm], found[FULL, BACKPROP], chance(config))
    return judge(claim, over_runs(values, confidence, arm))


def _gain_claim(config: EsTransformerConfig, found: Found, confidence: float) -> Claim:
    claim = Claim(
        text=f"ln of the mean squared cosine of {SURROGATE} over that of {PLAIN}, {FULL}, smallest learning rate",
        source="theorem 2 of Meier et al., re-derived: a gradient that turns little is found better by past directions",
        basis=Basis.RE_DERIVED,
        predicted=Above(0.0),
        rule=f"mean over the looks after the start, {_STUDENT}",
    )
    return _judged_gain(claim, config, found, FULL, confidence)


def _no_gain_claim(config: EsTransformerConfig, found: Found, confidence: float) -> Claim:
    claim = Claim(
        text=f"ln of the mean squared cosine of {SURROGATE} over that of {PLAIN}, {FRESH}, smallest learning rate",
        source=f"{_PILOT}; the same on another network: no gain with minibatches of 32",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 0.3, 0.5),
        rule=f"mean over the looks after the start, {_STUDENT}; tolerance: what is called no gain",
    )
    return _judged_gain(claim, config, found, FRESH, confidence)


def _slow_claim(config: EsTransformerConfig, found: Found, confidence: float) -> Claim:
    claim = Claim(
        text=f"ln of the last loss of {SURROGATE} over that of {PLAIN}, {FULL}, smallest learning rate",
        source=f"{_PILOT}; the same on another network: 15 to 43 times smaller at equal learning rates",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Below(0.0),
        rule=_STUDENT,
    )
    if not _both(found, FULL):
        return judge(claim, None, f"not run: {FULL}")
    rate = cosine_rate(config)
    values = log_ratio(found[FULL, SURROGATE], found[FULL, PLAIN], rate)
    return judge(claim, over_runs(values, confidence, f"learning rate {rate:g}"))


def _tuned_claim(config: EsTransformerConfig, found: Found, confidence: float) -> Claim:
    claim = Claim(
        text=(
            f"ln of the evaluations until {SHARE:.0%} of the gap to loss 0 is closed, {SURROGATE} over {PLAIN}, "
            f"{FULL}, each at its best rate: past directions do not save a third"
        ),
        source=_PILOT,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Above(math.log(2.0 / 3.0)),
        rule=f"{_STUDENT}; {_HELD}",
    )
    if not _both(found, FULL):
        return judge(claim, None, f"not run: {FULL}")
    values = saved(found[FULL, SURROGATE], found[FULL, PLAIN], (1.0 - SHARE) * chance(config))
    return judge(claim, over_runs(values, confidence, "best learning rates"))


def _both(found: Found, setting: str) -> bool:
    return (setting, SURROGATE) in found and (setting, PLAIN) in found


def _judged_gain(claim: Claim, config: EsTransformerConfig, found: Found, setting: str, confidence: float) -> Claim:
    if not _both(found, setting):
        return judge(claim, None, f"not run: {setting}")
    one, other = found[setting, SURROGATE], found[setting, PLAIN]
    values = np.asarray(cosine_gain(one, other, cosine_rate(config)))
    return judge(claim, over_runs(values, confidence, f"learning rate {cosine_rate(config):g}"))
