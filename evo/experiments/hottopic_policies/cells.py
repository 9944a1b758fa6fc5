"""The cells: whole runs of each algorithm, and the drift at a frozen level of the (1+1)-EAs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from evo.core.stops import Steps
from evo.experiments.grids import DriftCell, Observed, RunCell
from evo.experiments.hottopic_policies import laws
from evo.experiments.hottopic_policies.config import HotTopicPoliciesConfig

#: (series, parameter, r, optimizer) of the (1+1)-EAs with a fixed law of the number of flips
Static = tuple[str, float, float, Any]


def crossover(bias: float) -> str:
    """The name of a series of the (1+(lambda,lambda))-GA."""
    return f"crossover {bias!r}"


def statics(config: HotTopicPoliciesConfig) -> Iterator[Static]:
    """All (1+1)-EAs whose drift at a frozen level can be measured."""
    from evo import discrete as d

    for c in config.strengths:
        yield "static", c, c, d.OnePlusOne(rate=d.Static(strength=c))
    for ratio in config.jump_ratios:
        law = d.FlipCount(laws.two_sizes(config.jump, ratio))
        yield "jumps", ratio, ratio, d.OnePlusOne(mutation=law)
    for b in config.exponents:
        yield "powers", b, laws.power_ratio(config.n, b), d.OnePlusOne(mutation=d.FlipCount(d.PowerLaw(b)))
    for b in config.rate_exponents:
        yield "rates", b, laws.rate_ratio(config.n, b), d.OnePlusOne(rate=d.HeavyTailed(b))


def run_cells(config: HotTopicPoliciesConfig) -> list[RunCell]:
    """Whole runs of all algorithms."""
    from evo import discrete as d

    size = config.offspring
    found = [
        _run(config, series, f"{parameter!r}", r, optimizer) for series, parameter, r, optimizer in statics(config)
    ]
    for c in config.brood_strengths:
        found.append(_run(config, "brood", f"{c!r}", c, d.OnePlusLambda(size, rate=d.Static(strength=c)), size))
    for bias in config.biases:
        for r in config.crossover_strengths:
            optimizer = d.OnePlusLambdaLambda(size, strength=r / bias, bias=bias)
            found.append(_run(config, crossover(bias), f"{r!r}", r, optimizer, 2 * size))
    for s in config.success_s:
        rate = d.SuccessRule(factor=config.factor, s=s)
        # next to the optimum an offspring is not worse with probability e^-c, nearly, and the rule asks for 1 / (s + 1)
        found.append(_run(config, "success", f"s={s!r}", math.log1p(s), d.OnePlusOne(rate=rate), rated=True))
    if config.success_s:
        rate = d.EqualFitnessRule(factor=config.factor)
        found.append(_run(config, "equal", "1/e", 1.0, d.OnePlusOne(rate=rate), rated=True))
    return found


def drift_cells(config: HotTopicPoliciesConfig) -> list[DriftCell]:
    """The drift at a frozen level of the (1+1)-EAs."""
    from evo import discrete as d
    from theory import hottopic

    counts = hottopic.counts(config.n, alpha=config.alpha, eps=config.eps)
    hot = tuple(range(counts.hot))
    # Level 0 is frozen: level 1 would need all zero-bits of the hot topic to flip in one step and no other bit of it.
    problem = d.HotTopic.from_sets(config.n, hot=[hot], core=[hot], eps=0.0)
    return [
        DriftCell(
            label=f"drift {series} {parameter!r}",
            series=series,
            x=r,
            axis="r",
            optimizer=optimizer,
            problem=problem,
            zeros=((0, counts.zeros_in), (counts.hot, counts.hot + counts.zeros_out)),
            samples=config.drift_samples,
            per_block=1,
        )
        for series, parameter, r, optimizer in statics(config)
    ]


def parameters(config: HotTopicPoliciesConfig, series: str) -> np.ndarray:
    """The parameters of a series of (1+1)-EAs, by rising r."""
    points = sorted((r, parameter) for name, parameter, r, _ in statics(config) if name == series)
    return np.array([parameter for _, parameter in points])


def _run(
    config: HotTopicPoliciesConfig,
    series: str,
    name: str,
    r: float,
    optimizer: Any,
    evaluations: int = 1,
    *,
    rated: bool = False,
) -> RunCell:
    """Runs up to the cap in evaluations, of which a step takes so many; times are in n ln n evaluations."""
    from evo import discrete as d

    unit = config.n * math.log(config.n) / evaluations
    visited = Observed("visited", d.levels_visited, np.int64)
    return RunCell(
        label=f"run {series} {name}",
        series=series,
        x=r,
        axis="r",
        optimizer=optimizer,
        problem=d.HotTopic(config.n, config.levels, config.alpha, config.beta, config.eps),
        stop=Steps(math.ceil(config.cap * unit)),
        runs=config.runs,
        unit=unit,
        observed=(visited, Observed("rate", d.rate)) if rated else (visited,),
    )
