"""Problems as plain functions of one string."""

from __future__ import annotations

import numpy as np
import pytest

import evo
from evo import discrete as d
from tests.cases import PARTS


@pytest.mark.parametrize(
    ("problem", "x", "value"),
    [
        (d.OneMax(4), [1, 0, 1, 1], 3),
        (d.LeadingOnes(3), (1, 1, 0), 2),
        (d.Jump(4, 2), np.array([1, 1, 1, 0], dtype=np.int32), 1),
        (d.Linear([0.5, 1.5]), [1.0, 1.0], 2.0),
        (d.BinVal(53), [1] * 53, 2**53 - 1),
        (d.HiddenSubset(d.OneMax(2), 4, instance=d.Fixed(1)), [True] * 4, 2),
        (d.Custom(lambda x: float(x.sum()), n=3, sense=evo.Sense.MAXIMISE), [1, 1, 0], 2.0),
    ],
    ids=repr,
)
def test_values(problem, x, value, plain):
    got = problem(x)
    assert got == value and type(got) is type(value)


FUNCTIONS = [part for part, _ in PARTS.values() if isinstance(part, d.AbstractFunction)]


@pytest.mark.parametrize("problem", FUNCTIONS, ids=lambda problem: type(problem).__name__)
def test_every_function_has_its_value_or_refuses(problem, plain):
    x = np.random.default_rng(1).integers(0, 2, problem.n)
    values = {problem.evaluate(x[None], 0, evo.Key(seed))[0] for seed in range(20)}
    kept_exactly = problem.evaluate(x[None], 0, evo.Key(0)).dtype != object
    if problem.dynamic or len(values) > 1 or problem.values is evo.Values.ORDER or not kept_exactly:
        with pytest.raises(ValueError, match="`problem` must"):
            problem(x)
    else:
        assert {problem(x.tolist())} == values


@pytest.mark.parametrize(
    ("problem", "x", "message"),
    [
        (d.OneMax(4), [1, 0, 1], r"`x` must be a bit string of shape \(n,\) = \(4,\) .* Pass one string"),
        (d.OneMax(3), [1, 0, 2], "`x` must be a bit string"),
        (d.OneMax(3), [[1, 0, 1]], "`x` must be a bit string"),
        (d.Custom(sum, n=3, sense=evo.Sense.MAXIMISE), [1, 0], "`x` must be a bit string"),
        (d.BinVal(54), [1] * 54, r"not values that are only ordered; got BinVal\(n=54\). Use problem.evaluate"),
        (d.Linear([2**70, 1]), [1, 1], "not values that are only ordered"),
        (d.DynamicBinVal(5), [1] * 5, "must have one value per string, not a new function per step"),
        (
            d.RandomLinear(5),
            [1] * 5,
            r"not a random one of every run; .* Pass instance=d.Fixed\(seed=1\) to RandomLinear",
        ),
        (d.HiddenSubset(d.OneMax(2), 4), [1] * 4, "not a random one of every run"),
    ],
    ids=repr,
)
def test_messages(problem, x, message):
    with pytest.raises(ValueError, match=message):
        problem(x)
