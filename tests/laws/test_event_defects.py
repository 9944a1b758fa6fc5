"""Defects planted into the engines that skip steps, one for each way of waiting: the law of T refuses them all.

In their plain Python form the engines' functions can be exchanged. Runs are few, and strings short.
"""

from typing import Any, NamedTuple

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.engines.events import driver
from evo.discrete.engines.events.responses import brood
from evo.discrete.engines.events.states import counts, prefix, weights
from evo.discrete.engines.events.waits import constant, failing, fixed, scheduled, stratified, walking
from evo.statistics import compare_with_law
from tests.discrete.cases import alternating
from tests.laws import own, twins
from tests.laws.followed import followed
from tests.laws.twins import values_of
from tests.statistical import Shape
from theory import enumeration as en

_RUNS, _HORIZON, _N = 1200, 60, 5
_EVENT, _CHAIN = evo.Engine.EVENT, evo.Engine.CHAIN


class Planted(NamedTuple):
    """A configuration, its twin, and where the defect goes: (module, name, real function -> defective one)."""

    optimizer: Any
    problem: Any
    law: Any
    place: Any
    name: str
    defect: Any
    engine: Any = _EVENT


def _one(rate, **how):
    return d.OnePlusOne(rate=rate, start=d.Ones(0.0), **how)


def _followed(values, policy, **how):
    first = np.zeros(2**_N)
    first[0] = 1.0
    return lambda: followed(values, policy, start=first, horizon=_HORIZON, **how)


def _rolled(real):
    def table(*arguments):
        found = real(*arguments)
        return found._replace(hazards=np.roll(found.hazards, -1))

    return table


_ONES = [x.bit_count() for x in range(2**_N)]
_LINEAR = d.Linear([1, 2, 2, 3, 5])
_LEADING = values_of(d.LeadingOnes(_N))

PLANTED = {
    "a wait one step too long": Planted(
        _one(d.Static(rate=0.25), mutation=d.Shifted()),
        d.OneMax(_N),
        _followed(_ONES, en.Static(rate=0.25), mutation=twins.Shifted()),
        constant,
        "waited",
        lambda real: lambda hazard, level, step: real(hazard, level, step) + 1,
    ),
    "a table for strings that are longer": Planted(
        _one(d.Static(rate=0.25)),
        _LINEAR,
        _followed(values_of(_LINEAR), en.Static(rate=0.25)),
        driver,
        "_rows",
        lambda real: (
            lambda rate, n, top: np.concatenate(  # but for the last row, with no one-bit to be flipped
                [fixed.fixed_rows(rate, 3 * n, top)[:n], fixed.fixed_rows(rate, n, top)[n:]]
            )
        ),
    ),
    "the hazard of all bits": Planted(
        _one(d.Static(rate=0.25), mutation=d.Resampled()),
        d.DynamicBinVal(_N),
        _followed(en.bin_val_orders(_N), en.Static(rate=0.25), mutation=twins.Resampled()),
        constant,
        "hazard_of",
        lambda real: lambda kind, blend, loss, n, missing: real(kind, blend, loss, n, n),
    ),
    "the jump table of one zero-bit more": Planted(
        _one(d.Static(rate=0.25)),
        d.OneMax(_N),
        _followed(_ONES, en.Static(rate=0.25)),
        driver,
        "_jump_table",
        _rolled,
        _CHAIN,
    ),
    "a schedule one step too late": Planted(
        _one(d.Schedule(alternating)),
        d.BinVal(_N),
        _followed(values_of(d.BinVal(_N)), en.Schedule(alternating)),
        scheduled,
        "_first_at_least",
        lambda real: lambda sums, low, target: real(sums, low, target) + 1,
    ),
    "failures that count as successes": Planted(
        _one(own.Failures(False)),
        _LINEAR,
        _followed(values_of(_LINEAR), own.FailuresTwin(False)),
        failing,
        "Event",
        lambda real: lambda step, sign, *others: real(step, 1, *others),
    ),
    "idle steps that count as failures": Planted(
        _one(d.SuccessRule(factor=2.0, s=1.0, low=0.03, high=0.6, initial=0.03)),
        d.LeadingOnes(_N),
        None,
        walking,
        "failures_of",
        lambda real: lambda *arguments: (0.0, 0.0),
    ),
    "proposals that are all candidates": Planted(
        _one(own.Layers()),
        d.OneMax(_N),
        _followed(_ONES, en.Static(rate=0.5), mutation=twins.Averaged(*own.LAYERS, en.StandardBits())),
        stratified,
        "fallibility",
        lambda real: lambda loss, count: 1.0,
    ),
    "the first rate of a stratum for all": Planted(
        _one(own.Layers()),
        d.OneMax(_N),
        _followed(_ONES, en.Static(rate=0.5), mutation=twins.Averaged(*own.LAYERS, en.StandardBits())),
        stratified,
        "_stratum",
        lambda real: lambda *arguments: 0,
    ),
    "no free riders": Planted(
        d.OnePlusOne(rate=d.Static(rate=0.25)),
        d.LeadingOnes(_N),
        lambda: followed(_LEADING, en.Static(rate=0.25), horizon=_HORIZON),
        prefix,
        "_ones_before_zero",
        lambda real: lambda stream, most: 0,
        _CHAIN,
    ),
    "one-bits that are never lost": Planted(
        _one(d.Static(rate=0.3), mutation=d.Shifted()),
        d.OneMax(_N),
        _followed(_ONES, en.Static(rate=0.3), mutation=twins.Shifted()),
        counts,
        "numbers",
        lambda real: lambda *arguments: (real(*arguments)[0], 0),
    ),
    "losses that are forgotten": Planted(
        _one(own.Failures(True)),
        d.Linear([1, 1, 1, 1, 1]),
        _followed(_ONES, own.FailuresTwin(True)),
        weights,
        "numbers",
        lambda real: lambda *arguments: (real(*arguments)[0], 0),
    ),
    "a first candidate that comes last": Planted(
        d.OnePlusLambda(4, rate=d.Static(rate=0.25), start=d.Ones(0.0)),
        own.Squares(_N),
        _followed(own.squares(_N), en.Static(rate=0.25), offspring=4),
        brood,
        "_first_candidate",
        lambda real: lambda stream, hazard, offspring: offspring - 1,
    ),
}


def _verdict(planted, truth):
    found = evo.repeat(
        planted.optimizer,
        planted.problem,
        runs=_RUNS,
        seed=9,
        stop=evo.Steps(_HORIZON),
        engine=planted.engine,
        threads=1,
    )
    return compare_with_law(found.steps, Shape(truth.cdf), 1e-9, horizon=_HORIZON).distance_ok


@pytest.mark.parametrize("label", PLANTED)
def test_planted_defects_are_refused(label, plain, monkeypatch):
    planted = PLANTED[label]
    if planted.law is None:  # levels start uniformly random
        planted = planted._replace(optimizer=d.OnePlusOne(rate=planted.optimizer.rate))
        rule = en.SuccessRule(factor=2.0, s=1.0, low=0.03, high=0.6, initial=0.03)
        truth = followed(_LEADING, rule, horizon=_HORIZON)
    else:
        truth = planted.law()
    assert _verdict(planted, truth) is True
    monkeypatch.setattr(planted.place, planted.name, planted.defect(getattr(planted.place, planted.name)))
    assert _verdict(planted, truth) is False
