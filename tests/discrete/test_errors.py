"""What is refused at the door, and in which words: the argument, what came, what is allowed, what to do."""

import math
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import evo
from evo import discrete as d

_ROOT = Path(__file__).resolve().parents[2]
_EA = d.OnePlusOne(rate=d.Static(strength=1.0))


class _Best(NamedTuple):
    """Rates and what they achieve."""

    rates: np.ndarray
    value: float


def _hot(**changed):
    return d.HotTopic(**({"n": 20, "levels": 3, "alpha": 0.5, "beta": 0.2, "eps": 0.1} | changed))


def _success(**changed):
    return d.SuccessRule(**({"factor": 2.0, "s": 1.0} | changed))


def _table(table, problem, by=d.By.ZEROS):
    return _run(d.OnePlusOne(rate=d.FitnessDependent(table, by=by)), problem)


def _flips(law):
    return d.OnePlusOne(mutation=d.FlipCount(law))


def _per_bit(rates):
    return d.OnePlusOne(mutation=d.PerBit(rates))


def _run(optimizer, problem, **how):
    return evo.run(optimizer, problem, **({"seed": 0} | how))


def _value(attempt, *pieces):
    return attempt, ValueError, pieces


def _type(attempt, *pieces):
    return attempt, TypeError, pieces


#: what is tried, kind of error, and the four pieces in their order
_REFUSED = [
    # rates
    _value(lambda: d.Static(), "`strength` or `rate`", "neither", "Pass Static(strength=1.0)"),
    _value(lambda: d.Static(strength=1.0, rate=0.1), "`strength` or `rate`", "strength=1.0 and rate=0.1", "Pass"),
    _value(lambda: d.Static(rate=0.0), "`rate`", "(0, 1]", "got 0.0", "cannot search", "strength=1.0"),
    _value(lambda: d.Static(rate=1.5), "`rate`", "(0, 1]", "got 1.5", "pass strength"),
    _value(lambda: d.Static(rate=-0.1), "`rate`", "(0, 1]", "got -0.1", "pass strength"),
    _value(lambda: d.Static(rate=math.nan), "`rate`", "(0, 1]", "got nan", "pass strength"),
    _type(lambda: d.Static(rate="0.1"), "`rate`", "number", "got '0.1' of type str", "pass strength"),
    _type(lambda: d.Static(rate=True), "`rate`", "number", "got True of type bool", "pass strength"),
    _value(lambda: d.Static(strength=math.inf), "`strength`", "(0, inf)", "got inf", "strength=1.0"),
    _value(lambda: d.Static(strength=0), "`strength`", "(0, inf)", "got 0", "strength=1.0"),
    _value(
        lambda: _run(d.OnePlusOne(rate=d.Static(strength=9)), d.OneMax(8)),
        "`strength`",
        "at most n=8",
        "got 9",
        "pass strength <= 8",
    ),
    _type(lambda: d.OnePlusOne(rate=0.1), "`rate`", "AbstractRate", "got 0.1 of type float", "Pass a rate policy"),
    _type(lambda: d.OnePlusOne(rate=d.Custom), "`rate`", "AbstractRate", "Custom", "Pass a rate policy"),
    _type(lambda: d.OnePlusOne(rate=d.Static), "`rate`", "AbstractRate", "Static", "Pass a rate policy"),
    _type(
        lambda: d.OnePlusOne(rate=d.Static(rate=0.1), mutation=d.Static(rate=0.1)),
        "`mutation`",
        "AbstractMutation",
        "Static(rate=0.1)",
        "StandardBits",
    ),
    _type(
        lambda: d.OnePlusOne(rate=d.Static(rate=0.1), acceptance="strict"),
        "`acceptance`",
        "AbstractAcceptance",
        "'strict'",
        "Pass d.Elitist() or d.Strict()",
    ),
    _type(lambda: d.RandomLocalSearch(acceptance=d.Strict), "`acceptance`", "AbstractAcceptance", "Strict", "Pass"),
    _value(lambda: d.LogSchedule(0), "`alpha`", "(0, inf)", "got 0", "Pass"),
    _type(lambda: d.Schedule(0.5), "`function`", "callable", "got 0.5 of type float", "Pass a function of t"),
    _value(lambda: d.Schedule(lambda t: 1.5), "`function(1)`", "[0, 1]", "got 1.5", "min(0.5, 1 / t)"),
    _type(lambda: d.Schedule(lambda t: None), "`function(1)`", "number", "None", "Return"),
    _value(lambda: _success(factor=1.0), "`factor`", "(1, inf)", "got 1.0", "Pass"),
    _value(lambda: _success(s=0), "`s`", "(0, inf)", "got 0", "Pass"),
    _value(lambda: _success(low=0.4, high=0.3), "`low`", "at most high=0.3", "got 0.4", "Swap or widen"),
    _value(lambda: _success(low=0.0), "`low`", "(0, 1]", "got 0.0", "1 / n"),
    _value(lambda: _success(high=1.5), "`high`", "(0, 1]", "got 1.5", "1 / n"),
    _value(lambda: _success(initial=0.7, high=0.6), "`initial`", "[0, 0.6]", "got 0.7", "between the bounds"),
    _value(
        lambda: _run(d.OnePlusOne(rate=_success(initial=0.001)), d.OneMax(10)),
        "`initial`",
        "[0.01, 0.5]",
        "got 0.001",
        "between the bounds",
    ),
    _value(
        lambda: _run(d.OnePlusOne(rate=_success(low=0.7)), d.OneMax(10)),
        "`low`",
        "at most high=0.5",
        "got 0.7",
        "Swap or widen",
    ),
    _type(lambda: _success(success="better"), "`success`", "Success", "'better'", "Pass d.Success"),
    _value(lambda: d.EqualFitnessRule(factor=1), "`factor`", "(1, 1e+100]", "got 1", "Pass"),
    _value(lambda: d.EqualFitnessRule(factor=2, decay=1.1), "`decay`", "[0, 1]", "got 1.1", "pass a number"),
    _value(lambda: d.EqualFitnessRule(factor=2, initial=0.6), "`initial`", "(0, 0.5]", "got 0.6", "pass"),
    _value(lambda: d.PowerLawStatic(0), "`eps`", "(0, inf)", "got 0", "Pass a positive"),
    _value(lambda: d.HeavyTailed(-1.5), "`exponent`", "(0, inf)", "got -1.5", "exponent=1.5"),
    _value(lambda: d.HeavyTailed(1.5, high=0), "`high`", ">= 1", "got 0", "floor(n/2)"),
    _value(
        lambda: _run(d.OnePlusOne(rate=d.HeavyTailed(1.5, high=9)), d.OneMax(8)),
        "`high`",
        "at most n=8",
        "got 9",
        "pass high <= 8",
    ),
    _value(lambda: d.FitnessDependent([0, 0.1, 1.2]), "`table[2]`", "[0, 1]", "got 1.2", "min(1, ...)"),
    _value(lambda: d.FitnessDependent([0.1, math.nan]), "`table[1]`", "[0, 1]", "got nan", "min(1, ...)"),
    _type(lambda: d.FitnessDependent("0.1"), "`table`", "shape (entries,)", "'0.1'", "entry k"),
    _type(lambda: d.FitnessDependent([[0.1]]), "`table`", "shape (entries,)", "[[0.1]]", "entry k"),
    _type(lambda: d.FitnessDependent([[0.1, 0.2], 0.1]), "`table`", "shape (entries,)", "[[0.1, 0.2], 0.1]", "entry k"),
    _type(lambda: d.FitnessDependent(_Best(np.array([0.1, 0.2]), 7.0)), "`table`", "got _Best", "Pass its .rates"),
    _value(lambda: _table([0.1] * 5, d.LeadingOnes(5)), "`table`", "(n + 1,) = (6,)", "shape (5,)", "by=d.By.LEVEL"),
    _type(lambda: d.FitnessDependent([0.1], by="level"), "`by`", "be By", "'level'", "Pass d.By.ZEROS"),
    _value(lambda: _table([0.1] * 5, d.OneMax(5)), "`table`", "(n + 1,) = (6,)", "shape (5,)", "entry k"),
    _value(lambda: _table([0.1] * 4, d.LeadingOnes(5), d.By.LEVEL), "`table`", "(levels,) = (6,)", "(4,)", "one rate"),
    _value(lambda: _table([0.1] * 5, d.OneMax(5), d.By.LEVEL), "`by`", "no levels", "got By.LEVEL", "d.By.ZEROS"),
    _value(lambda: _table(lambda k: 2.0 * k, d.OneMax(5)), "`table(1)`", "[0, 1]", "got 2.0", "min(1, 1 / k)"),
    _value(
        lambda: _table(lambda k: 0.1, _hot(levels=40), d.By.LEVEL), "`table`", "41 levels", "<function", "of 41 rates"
    ),
    _value(lambda: d.TwoRate(low=0.0), "`low`", "(0, inf)", "got 0.0", "strength"),
    _value(lambda: d.TwoRate(high=1.0), "`low`", "at most high=1", "got 2.0", "Swap or widen"),
    _value(lambda: d.TwoRate(initial=1.0), "`initial`", "[2, inf]", "got 1.0", "between the bounds"),
    _value(lambda: d.TwoRate().suits(d.OneMax(7), 7, 2), "`low`", "high=1.75", "got 2.0", "smaller low"),
    _value(lambda: d.TwoRate(high=6.0).check(10), "`high`", "n/2=5", "got 6.0", "high <= 5"),
    _value(
        lambda: _run(d.OnePlusOne(rate=d.TwoRate()), d.OneMax(20)),
        "`offspring`",
        "at least 2 per generation",
        "got 1",
        "d.OnePlusLambda",
    ),
    # mutations
    _value(lambda: d.FlipCount(0), "`law`", ">= 1", "got 0", "Pass a number of flips"),
    _type(lambda: d.FlipCount(1.5), "`law`", "integer", "got 1.5", "Pass a number of flips"),
    _type(lambda: d.FlipCount("two"), "`law`", "integer", "'two'", "Pass a number of flips"),
    _type(lambda: d.FlipCount(["1"]), "`law`", "probabilities, or a PowerLaw", "['1']", "Pass the probabilities"),
    _value(lambda: d.FlipCount([0.5, 0.6, -0.1]), "`law`", "[0, 1]", "[0.5, 0.6, -0.1]", "Pass the probabilities"),
    _value(lambda: d.FlipCount([0.5, 0.4]), "`law`", "sum 1 (here 0.9)", "[0.5, 0.4]", "Divide"),
    _value(lambda: d.FlipCount([1.0, 0.0]), "`law`", "at least one flip", "[1.0, 0.0]", "Pass the probabilities"),
    _value(lambda: _run(_flips(6), d.OneMax(5)), "`law`", "at most n=5", "got 6", "longer strings"),
    _value(lambda: _run(_flips([0, 0.5, 0.5]), d.OneMax(1)), "`law`", "at most n=1", "shape (3,)", "longer strings"),
    _value(lambda: _run(_flips(d.PowerLaw(2, high=4)), d.OneMax(3)), "`high`", "at most n=3", "got 4", "high <= 3"),
    _value(lambda: d.PowerLaw(0), "`exponent`", "(0, inf)", "got 0", "exponent=1.5"),
    _value(lambda: d.PerBit([0.1, 1.1]), "`rates: p_2`", "[0, 1]", "got 1.1", "min(1, ...)"),
    _value(lambda: d.PerBit([0, 0]), "`rates`", "not all be 0", "shape (2,)", "at least one bit"),
    _type(lambda: d.PerBit("no"), "`rates`", "n numbers", "'no'", "shape (n,)"),
    _value(lambda: _run(_per_bit([0.1, 0.2]), d.OneMax(3)), "`rates`", "(n,) = (3,)", "shape (2,)", "as many rates"),
    _value(lambda: _run(_per_bit(lambda i: 2 / i), d.OneMax(3)), "`rates(1)`", "[0, 1]", "got 2.0", "1 / (i + 1)"),
    _value(lambda: _run(_per_bit(lambda i: 0), d.OneMax(3)), "`rates`", "not all be 0", "shape (3,)", "at least one"),
    _value(
        lambda: d.OnePlusOne(rate=d.Static(strength=1.0), mutation=d.FlipCount(1)),
        "`rate`",
        "FlipCount(law=1) has a law of its own",
        "Static(strength=1)",
        "Leave out",
    ),
    # acceptance
    _value(lambda: d.Metropolis(0), "`temperature`", "(0, inf)", "got 0", "d.Elitist()"),
    _value(
        lambda: _run(d.OnePlusOne(rate=d.Static(rate=0.1), acceptance=d.Metropolis(1.0)), d.BinVal(60)),
        "`acceptance`",
        "only ordered",
        "Metropolis(temperature=1.0)",
        "d.Elitist()",
    ),
    # lengths
    *[
        (lambda make=make, n=n: make(n), kind, ("`n`", "integer in [1,", f"got {n!r}", "Pass the number of bits"))
        for make in (
            d.OneMax,
            d.LeadingOnes,
            d.BinVal,
            d.DynamicBinVal,
            d.AdversarialDynamicBinVal,
            d.SwitchingDynamicBinVal,
            d.PartiallyOrdered,
            d.DynamicLinear,
            d.RandomLinear,
            d.DeceptiveMonotone,
            lambda n: d.Jump(n, 1),
            lambda n: _hot(n=n),
        )
        for n, kind in ((0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError), ("3", TypeError))
    ],
    _value(lambda: d.Custom(sum, n=0, sense=evo.Sense.MAXIMISE), "`n`", "integer in [1,", "got 0", "Pass"),
    # weights
    _value(lambda: d.Linear([]), "`weights`", "at least one", "got []", "one weight per bit"),
    _value(lambda: d.Linear([1.0, math.nan]), "`weights[1]`", "positive and finite", "got nan", "Pass"),
    _value(lambda: d.Linear([math.inf]), "`weights[0]`", "positive and finite", "got inf", "Pass"),
    _value(lambda: d.Linear([1, 0]), "`weights[1]`", "positive and finite", "got 0", "drop the bits of weight zero"),
    _value(lambda: d.Linear([1, -2.0]), "`weights[1]`", "positive and finite", "got -2.0", "Pass"),
    _value(lambda: d.Linear(np.ones((2, 3))), "`weights`", "shape (n,)", "shape (2, 3)", "one weight per bit"),
    _type(lambda: d.Linear(np.float64(3.0)), "`weights`", "shape (n,)", "3.0", "Pass"),
    _value(lambda: d.Linear(np.array(3.0)), "`weights`", "shape (n,)", "shape ()", "Pass"),
    _type(lambda: d.Linear([[1, 2]]), "`weights[0]`", "real number", "[1, 2]", "Pass"),
    _type(lambda: d.Linear("123"), "`weights`", "shape (n,)", "'123'", "Pass"),
    _type(lambda: d.Linear(["1"]), "`weights[0]`", "real number", "'1'", "Pass"),
    _type(lambda: d.Linear([True, 2]), "`weights[0]`", "real number", "True", "Pass"),
    _type(lambda: d.Linear([1j]), "`weights[0]`", "real number", "1j", "Pass"),
    _value(lambda: d.Linear([2**1023, 1]), "`weights`", "below 2^1023", "got [", "Divide"),
    _value(lambda: d.Linear([1e308, 1e308]), "`weights`", "below 2^1023", "got [", "Divide"),
    _type(lambda: d.RandomLinear(5, law="uniform"), "`law`", "AbstractWeights", "'uniform'", "Pass"),
    _value(lambda: d.RandomLinear(5, d.IntegerWeights(0, 3)), "`low`", ">= 1|[1, ", "got 0", "Pass"),
    _value(lambda: d.RandomLinear(5, d.IntegerWeights(4, 3)), "`high`", "[4, ", "got 3", "Pass"),
    _type(lambda: d.RandomLinear(5, instance=3), "`instance`", "PerRun or Fixed", "got 3", "Pass"),
    _value(lambda: d.Fixed(-1), "`seed`", ">= 0", "got -1", "Pass"),
    _value(lambda: d.RandomLinear(5).weights(), "`key`", "every run draws", "got None", "Pass the key"),
    # HotTopic
    _value(lambda: _hot(alpha=0), "`alpha`", "(0, 1)", "got 0", "Pass 0 < beta"),
    _value(lambda: _hot(alpha=1), "`alpha`", "(0, 1)", "got 1", "Pass 0 < beta"),
    _value(lambda: _hot(beta=0.6), "`beta`", "(0, 0.5]", "got 0.6", "Pass 0 < beta"),
    _value(lambda: _hot(beta=0.01), "`beta`", "at least one of n=20", "got 0.01", "Raise beta"),
    _value(lambda: _hot(eps=1.0), "`eps`", "[0, 1)", "got 1.0", "Pass"),
    _value(lambda: _hot(eps=-0.1), "`eps`", "[0, 1)", "got -0.1", "Pass"),
    _value(lambda: _hot(levels=0), "`levels`", "[1, ", "got 0", "levels=100"),
    _type(lambda: _hot(levels=2.5), "`levels`", "integer", "got 2.5", "levels=100"),
    _value(lambda: _hot(n=2**30, levels=2**30), "`levels`", "below 2^62", "got 1073741824", "Use fewer"),
    _type(lambda: _hot(instance=7), "`instance`", "PerRun or Fixed", "got 7", "Pass"),
    _value(
        lambda: d.HotTopic.from_sets(4, hot=[[0, 1]], core=[], eps=0),
        "`core`",
        "as many sets as hot, 1",
        "()",
        "one core",
    ),
    _value(
        lambda: d.HotTopic.from_sets(4, hot=[[0, 4]], core=[[0]], eps=0),
        "`hot of level 1`",
        "distinct positions in [0, 4)",
        "shape (2,)",
        "from 0",
    ),
    _value(
        lambda: d.HotTopic.from_sets(4, hot=[[0, 0]], core=[[0]], eps=0),
        "`hot of level 1`",
        "distinct",
        "got",
        "from 0",
    ),
    _value(
        lambda: d.HotTopic.from_sets(4, hot=[[0, 1]], core=[[2]], eps=0),
        "`core of level 1`",
        "subset of the hot topic",
        "(2,)",
        "Choose",
    ),
    _value(
        lambda: d.HotTopic.from_sets(4, hot=[[0, 1]], core=[[]], eps=0), "`core of level 1`", "nonempty", "()", "Choose"
    ),
    # the deceptive monotone function
    _value(lambda: d.DeceptiveMonotone(100, 0), "`levels`", "[1, ", "got 0", "levels=100"),
    _value(lambda: d.DeceptiveMonotone(100, beta=0.7), "`beta`", "(0, 0.5]", "got 0.7", "Pass 0 < beta"),
    _value(lambda: d.DeceptiveMonotone(5), "`beta`", "at least one of n=5", "got 0.1", "Raise beta"),
    _type(lambda: d.DeceptiveMonotone(100, instance=7), "`instance`", "PerRun or Fixed", "got 7", "Pass"),
    # dynamic functions, valleys, relevant bits
    _value(lambda: d.PartiallyOrdered(5, 1.5), "`pessimism`", "[0, 1]", "got 1.5", "fewer one-bits wins"),
    _type(lambda: d.PartiallyOrdered(5, "1"), "`pessimism`", "number", "got '1'", "pessimism=1.0"),
    _type(lambda: d.DynamicLinear(5, law="uniform"), "`law`", "AbstractWeights", "'uniform'", "Pass"),
    _value(lambda: d.Jump(5, 0), "`gap`", "[1, 5]", "got 0", "1 makes OneMax"),
    _value(lambda: d.Jump(5, 6), "`gap`", "[1, 5]", "got 6", "at most n=5"),
    _type(lambda: d.Jump(5, 2.5), "`gap`", "integer", "got 2.5", "at most n=5"),
    _value(lambda: _run(_EA, d.Jump(100, 9)), "`stop`", "states no default budget", "Pass a stop"),
    _type(lambda: d.HiddenSubset(5, 9), "`problem`", "AbstractFunction", "got 5", "d.OneMax(100)"),
    _type(
        lambda: d.InitialSegment(d.Custom(sum, n=4, sense=evo.Sense.MAXIMISE), 9),
        "`problem`",
        "AbstractFunction",
        "Custom(",
        "Pass a function of evo.discrete",
    ),
    _value(lambda: d.HiddenSubset(d.OneMax(5), 4), "`length`", "[5, ", "got 4", "at least the n=5 bits"),
    _value(lambda: d.InitialSegment(d.OneMax(5), 4), "`length`", "[5, ", "got 4", "at least the n=5 bits"),
    _type(lambda: d.InitialSegment(d.OneMax(5), 9.5), "`length`", "integer", "got 9.5", "the whole string"),
    _type(lambda: d.HiddenSubset(d.OneMax(5), 9, 3), "`instance`", "PerRun or Fixed", "got 3", "Pass"),
    _value(lambda: d.HiddenSubset(d.OneMax(5), 9).positions(), "`key`", "every run draws", "got None", "Pass the key"),
    # starts
    _value(lambda: d.Ones(1.2), "`fraction`", "[0, 1]", "got 1.2", "Pass"),
    _value(lambda: d.Given([0, 2]), "`bits`", "only 0 and 1", "shape (2,)", "Pass"),
    _value(lambda: d.Given([[0, 1]]), "`bits`", "(n,)", "shape (1, 2)", "Pass"),
    _type(lambda: d.Given("0101"), "`bits`", "only 0 and 1", "'0101'", "Pass"),
    _type(lambda: d.OnePlusOne(rate=d.Static(rate=0.1), start="zeros"), "`bits`", "bit string", "'zeros'", "Pass"),
    _value(lambda: _run(_EA, d.OneMax(5), start=[0, 1, 1]), "`start`", "(n,) = (5,)", "shape (3,)", "as many bits"),
    _value(lambda: _run(_EA, d.OneMax(3), start=[0.5, 1, 1]), "`bits`", "only 0 and 1", "float64", "Pass"),
    _type(lambda: _run(_EA, d.OneMax(3), start=np.array(["a", "b", "c"])), "`bits`", "only 0 and 1", "got", "Pass"),
    # problems and engines
    _value(
        lambda: _run(_EA, evo.BlackBox(sum, sense=evo.Sense.MAXIMISE, start=np.zeros(3)), stop=evo.Steps(5)),
        "`problem`",
        "with a length n",
        "BlackBox(sum",
        "d.Custom",
    ),
    _type(lambda: _run(_EA, lambda x: 1.0), "`problem`", "AbstractProblem", "lambda", "evo.BlackBox"),
    _type(
        lambda: _run(d.OnePlusOne, d.OneMax(3)), "`optimizer`", "Optimizer", "OnePlusOne", "Pass an optimizer object"
    ),
    _value(
        lambda: _run(_EA, d.BinVal(60), stop=evo.Target(100.0)),
        "`stop`",
        "no target value",
        "only ordered",
        "Target(value=100.0)",
        "Stop at the optimum",
    ),
    _value(
        lambda: _run(_EA, d.DynamicBinVal(6), stop=evo.Target(3) | evo.Steps(9)),
        "`stop`",
        "no target value",
        "only ordered",
        "got",
        "Stop at the optimum",
    ),
    _value(
        lambda: _run(_EA, d.Custom(sum, n=4, sense=evo.Sense.MAXIMISE), engine=evo.Engine.REFERENCE, stop=evo.Steps(3)),
        "`engine`",
        "Custom(sum, n=4, maximise) is no compiled function",
        "Engine.REFERENCE",
        "AUTO",
    ),
    _value(
        lambda: _run(_EA, d.Custom(sum, n=4, sense=evo.Sense.MAXIMISE)),
        "`stop`",
        "states no default budget",
        "Pass a stop",
    ),
    _type(lambda: d.Custom(sum, n=4, sense="max"), "`sense`", "Sense", "'max'", "evo.Sense.MINIMISE"),
    _type(lambda: d.Custom(3, n=4, sense=evo.Sense.MAXIMISE), "`function`", "callable", "got 3", "Pass a function"),
    _type(
        lambda: _run(_EA, d.Custom(lambda x: x, n=4, sense=evo.Sense.MAXIMISE), stop=evo.Steps(3)),
        "`function`",
        "one real number",
        "array",
        "Return one number",
    ),
    _value(
        lambda: _run(_EA, d.OneMax(4), record=evo.Every(1, d.level)), "level", "OneMax(n=4)", "no levels", "HotTopic"
    ),
    _value(
        lambda: _run(_EA, d.OneMax(4), record=evo.Every(1, d.level), engine=evo.Engine.REFERENCE),
        "`record`",
        "no levels",
        "HotTopic",
        "take a problem that has it",
    ),
    _value(lambda: d.OneMax(3).evaluate([[0, 1]], 0, None), "`candidates`", "(k, 3)", "shape (1, 2)", "Pass strings"),
    _value(
        lambda: d.OneMax(2).evaluate([[0, 2]], 0, None), "`candidates`", "only 0 and 1", "shape (1, 2)", "Pass strings"
    ),
    _value(
        lambda: d.OneMax(2).evaluate([[0.0, 1.0]], 0, None), "`candidates`", "as integers", "float64", "Pass strings"
    ),
    _value(lambda: d.mean_density(after=-1), "`after`", ">= 0", "got -1", "Pass"),
    _value(lambda: evo.repeat(_EA, d.OneMax(3), runs=0, seed=0), "`runs`", ">= 1", "got 0", "Pass"),
    _value(lambda: evo.repeat(_EA, d.OneMax(3), runs=2, first=-1, seed=0), "`first`", ">= 0", "got -1", "Pass"),
    _value(lambda: evo.repeat(_EA, d.OneMax(3), runs=2, threads=0, seed=0), "`threads`", ">= 1", "got 0", "Pass"),
    _value(lambda: evo.repeat(_EA, d.OneMax(3), runs=2, seed=-4), "`seed`", ">= 0", "got -4", "Pass"),
]


@pytest.mark.jit_off
@pytest.mark.parametrize("place", range(len(_REFUSED)))
def test_refusals_say_four_things(place):
    attempt, kind, pieces = _REFUSED[place]
    with pytest.raises(kind) as caught:
        attempt()
    assert type(caught.value) is kind
    text, position = str(caught.value), 0
    for piece in pieces:
        found = max(text.find(option) for option in piece.split("|"))
        assert found >= 0, f"{piece!r} is not in: {text}"
        position = max(position, found)
    assert text.rstrip().endswith((".", ")", "|.")) and text[0] in "`N", text
    assert len(text) < 400


@pytest.mark.jit_off
@pytest.mark.parametrize(
    "make",
    [d.OneMax, d.LeadingOnes, d.BinVal, d.DynamicBinVal, lambda n: d.Linear([0.3]), lambda n: d.Linear([2**80])],
)
def test_one_bit_and_rate_one(make):
    """Rate 1 is defined: every bit flips in every step."""
    ea = d.OnePlusOne(rate=d.Static(rate=1.0))
    result = evo.run(ea, make(1), seed=0, start=[0], engine=evo.Engine.PYTHON)
    assert (result.steps, result.candidate.tolist()) == (1, [1])


@pytest.mark.usefixtures("kernels")
def test_rate_one_flips_all_bits():
    ea = d.OnePlusOne(rate=d.Static(rate=1.0))
    assert evo.run(ea, d.OneMax(50), seed=0, start=np.zeros(50)).steps == 1
    stuck = evo.run(ea, d.OneMax(50), seed=0, start=np.arange(50) % 3 == 0, stop=evo.Steps(20))  # 17 ones: flips once
    assert stuck.candidate.sum() == 33 and stuck.reason is evo.Reason.STEPS


def _two_at_nine(t):
    return 2.0 if t == 9 else 0.1


def _nan_at_nine(t):
    return math.nan if t == 9 else 0.1


def _negative_at_nine(t):
    return -0.25 if t == 9 else 0.1


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize(
    ("function", "shown"),
    [(_two_at_nine, "2.0"), (_nan_at_nine, "nan"), (_negative_at_nine, "-0.25")],
)
def test_a_schedule_that_leaves_the_unit_interval(function, shown):
    ea = d.OnePlusOne(rate=d.Schedule(function))
    pattern = (
        rf"`rate` must lie in \[0, 1\].*got {shown} from Schedule\({function.__name__}\) in step 9 with n=40\. Bound"
    )
    attempts = [
        lambda: evo.run(ea, d.OneMax(40), seed=0),
        lambda: evo.run(ea, d.OneMax(40), seed=0, engine=evo.Engine.PYTHON),
        lambda: evo.repeat(ea, d.OneMax(40), seed=0, runs=30, threads=2),  # no thread hangs
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match=pattern):
            attempt()
    assert evo.run(ea, d.OneMax(40), seed=0, stop=evo.Steps(8)).steps == 8


@pytest.mark.slow  # numba takes seconds to find out
def test_a_schedule_that_numba_cannot_compile_is_explained():
    table = {1: 0.5}
    ea = d.OnePlusOne(rate=d.Schedule(lambda t: table.get(t, 0.1)))
    with pytest.raises(TypeError, match=r"could not be compiled by numba.*numbers, arrays"):
        evo.run(ea, d.OneMax(8), seed=0)


def test_recorders_refuse_what_they_cannot_hold():
    with pytest.raises(TypeError, match=r"`observables` must be AbstractObservable; got 'zeros' of type str\. Pass"):
        evo.Every(1, "zeros")
    with pytest.raises(ValueError, match=r"`observables` must have different names; got \['zeros', 'zeros'\]\. Name"):
        evo.Final(d.zeros, d.zeros)


@pytest.mark.jit_off
def test_parts_are_immutable_and_compare_by_type_and_value():
    parts = [d.Static(rate=0.5), d.LogSchedule(0.5), d.Ones(0.5), d.Given([1]), d.Elitist(), d.Strict(), d.Uniform()]
    for place, part in enumerate(parts):
        assert [part == other for other in parts] == [place == other for other in range(len(parts))]
        assert hash(part) == hash(type(part)(**{name: getattr(part, name) for name in part.__dataclass_fields__}))
    with pytest.raises(AttributeError):
        parts[0].rate = 0.1
    with pytest.raises(AttributeError):
        d.Schedule(_two_at_nine).function = None
    given = np.zeros(3, dtype=np.uint8)
    part = d.Given(given)
    given[0] = 1
    assert part.bits.tolist() == [0, 0, 0] and not part.bits.flags.writeable


def test_a_million_bits():
    """A few steps at n = 10^6: nothing overflows, and no step costs more than its flips."""
    for make in (d.OneMax, d.BinVal):
        result = evo.run(_EA, make(10**6), seed=1, stop=evo.Steps(50))
        assert result.steps == 50 and result.candidate.shape == (10**6,)
    wide = evo.run(d.OnePlusOne(rate=d.Static(rate=0.5)), d.OneMax(10**6), seed=1, stop=evo.Steps(2))
    assert abs(int(wide.candidate.sum()) - 500_000) < 4000  # 8 standard deviations


_SCRIPT = """
    import warnings
    import evo
    from evo import discrete as d
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for n in (5, 6):
            assert evo.run(d.RandomLocalSearch(), d.OneMax(n), seed=0).reached
        assert evo.run(d.RandomLocalSearch(), d.LeadingOnes(5), seed=0).reached
    ours = [str(item.message) for item in caught if item.category is RuntimeWarning]
    print(len(ours), *ours, sep=chr(10))
"""


def _python(folder, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_SCRIPT)],
        cwd=folder,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=250,
    )


@pytest.mark.slow  # compiles without a cache
@pytest.mark.parametrize("variable", ["unset", "below_a_file"])
def test_an_unwritable_cache_is_one_warning(variable, tmp_path):
    """An installed copy that cannot be written, a home that cannot be written, and no better place named."""
    shutil.copytree(_ROOT / "evo", tmp_path / "evo", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (tmp_path / "evo" / "discrete").rglob("*/"):
        (folder / "__pycache__").write_text("a file, so that no folder of this name can be made")
    nowhere = str(tmp_path / "evo" / "__init__.py" / "cache")
    environment = {"HOME": nowhere, "XDG_CACHE_HOME": nowhere}
    if variable == "below_a_file":
        environment["NUMBA_CACHE_DIR"] = nowhere
    done = _python(tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    count, *messages = done.stdout.strip().split("\n")
    assert int(count) == 1, done.stdout
    assert "NUMBA_CACHE_DIR" in messages[0] and "cannot be kept on disk" in messages[0]


@pytest.mark.slow  # compiles
def test_a_writable_cache_is_used_and_says_nothing(tmp_path):
    for _ in range(2):
        done = _python(_ROOT, NUMBA_CACHE_DIR=str(tmp_path))
        assert done.returncode == 0 and done.stdout.strip() == "0", done.stdout + done.stderr
    assert list(tmp_path.rglob("*.nbc"))
