"""Measured one-step drift against exact drift: OneMax, and HotTopic with its level frozen."""

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.statistics import z_threshold
from tests.discrete.cases import all_strings
from theory import hottopic

_LIMIT = z_threshold(1e-9)
_EA = d.OnePlusOne(rate=d.Static(strength=2.0))


def _exact(problem, x, rate, acceptance):
    """E[Z(x) - Z(x')] by enumeration of all offspring."""
    strings = all_strings(len(x))
    values = problem.evaluate(strings, 0, evo.Key(0))
    here = int(x @ (1 << np.arange(len(x))))
    flips = (strings != x).sum(axis=1)
    weights = rate**flips * (1.0 - rate) ** (len(x) - flips)
    kept = values > values[here] if acceptance == d.Strict() else values >= values[here]
    return float((weights * kept * (strings.sum(axis=1) - x.sum())).sum())


@pytest.mark.parametrize("name", ["one_max", pytest.param("linear", marks=pytest.mark.slow)])
def test_enumerated_drift(name):
    x = np.array([1, 0, 0, 1, 1, 0, 1, 1])
    problem = d.OneMax(8) if name == "one_max" else d.Linear([1, 2, 4, 8, 16, 32, 64, 128])
    measured = d.drift(_EA, problem, at=x, samples=400_000, seed=1)
    truth = _exact(problem, x, 2.0 / 8, d.Elitist())
    assert abs(measured.mean - truth) < _LIMIT * measured.standard_error
    wrong = _exact(problem, x, 0.5 / 8, d.Elitist())
    assert abs(wrong - truth) > 2.0 * _LIMIT * measured.standard_error  # power
    assert abs(measured.mean - wrong) > _LIMIT * measured.standard_error


@pytest.mark.slow
@pytest.mark.parametrize("strength", [1.0, 2.5])
def test_hot_topic_drift(strength):
    """One level whose core is the whole hot topic: with ten zero-bits in it the level is out of reach of one step."""
    n, hot, inside, outside = 400, 100, 10, 30
    problem = d.HotTopic.from_sets(n, hot=[range(hot)], core=[range(hot)], eps=0.0)
    x = np.ones(n, dtype=np.uint8)
    x[:inside] = 0
    x[hot : hot + outside] = 0
    ea = d.OnePlusOne(rate=d.Static(strength=strength))
    measured = d.drift(ea, problem, at=x, samples=3_000_000, seed=2)
    truth = hottopic.drift(n, inside, outside, hot=hot, strength=strength)
    total = truth.total
    assert abs(measured.mean - total) < _LIMIT * measured.standard_error
    exchanged = hottopic.drift(n, outside, inside, hot=hot, strength=strength)
    assert abs(measured.mean - exchanged.total) > _LIMIT * measured.standard_error
