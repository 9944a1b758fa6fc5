"""`d.check` finds defects of comparisons: of offspring, of whole strings, and of functions of every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.checking.functions import FunctionChecker
from evo.discrete.engines.streams import position_uniform, position_word, seed_stream
from evo.testing import BrokenError


def failing(part):
    """The failed checks of a report, by name."""
    return {check.name: check.message for check in d.check(part).failed}


@dataclass(frozen=True)
class Drawn(d.AbstractFunction):
    """A linear function with weights 1 or 2 that change from step to step, with a place for a defect."""

    n: int
    defect: int = 0
    dynamic = True
    values = evo.Values.ORDER
    monotone = True

    def evaluate(self, candidates, step, key):
        stream = np.empty(4, dtype=np.uint64)
        seed_stream(stream, *key.child("function").words(), step + (self.defect == 1))
        weights = [1 + (position_word(stream, place) >> 63) for place in range(self.n)]
        return np.array([sum(w for w, bit in zip(weights, x, strict=True) if bit) for x in candidates], dtype=object)


def drawn_value(problem, cache, x):
    zeros = 0
    for bit in x:
        zeros += 1 - np.int64(bit)
    return zeros


def drawn_change(problem, x, flips, count, stream):
    change = 0
    for place in range(count):
        weight = 2 if position_uniform(stream, flips[place]) >= 0.5 else 1
        change += weight * (1 - 2 * np.int64(x[flips[place]]))
    return change


def drawn_gain(problem, cache, x, flips, count, stream):
    change = drawn_change(problem, x, flips, count, stream)
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    if problem.defect == 2 and d.next_word(stream) == 0:
        sign = 0
    return sign, float(sign)


def drawn_contest(problem, cache, x, first, first_count, second, second_count, stream):
    change = drawn_change(problem, x, first, first_count, stream)
    if problem.defect != 3 or second_count != 1:
        change -= drawn_change(problem, x, second, second_count, stream)
    return 1 if change > 0 else (-1 if change < 0 else 0)


def drawn_order(problem, first, second, stream):
    change = 0
    for place in range(problem.n):
        weight = 2 if position_uniform(stream, place) >= 0.5 and problem.defect != 4 else 1
        change += weight * (np.int64(first[place]) - np.int64(second[place]))
    return 1 if change > 0 else (-1 if change < 0 else 0)


def drawn_scored(problem):
    return problem.defect == 5


def drawn_redrawn(problem):
    return True


for _function in (drawn_value, drawn_gain, drawn_contest, drawn_order, drawn_scored, drawn_redrawn):
    _function.__name__ = _function.__name__.removeprefix("drawn_")
    d.implements(Drawn)(_function)


@pytest.mark.parametrize(
    ("defect", "name", "words"),
    [
        (1, "contest and order", "`compare` is"),  # the values are those of another step
        (2, "contest and order", "drew from the function stream"),
        (3, "contest and order", "`contest` of y and z is"),
        (4, "contest and order", "`order` is"),
        (5, "scored", "although values are only ordered"),
    ],
)
def test_defects_of_comparisons(defect, name, words):
    found = failing(Drawn(6, defect))
    assert words in found.get(name, ""), found


def test_a_function_of_every_step_passes_in_python():
    checker = FunctionChecker(Drawn(5), 5, evo.Key(0))
    assert checker.orders(False) == "1000 triples in 12 steps"


@dataclass(frozen=True)
class Halved(d.AbstractFunction):
    """Half the number of one-bits, whose gains are called exact but are rounded down."""

    n: int
    exact_gains: bool = True


@d.implements(Halved)
def value(problem, cache, x):
    total = 0.0
    for bit in x:
        total += 0.5 * bit
    return total


@d.implements(Halved)
def gain(problem, cache, x, flips, count, stream):
    change = 0
    for place in range(count):
        change += 1 - 2 * np.int64(x[flips[place]])
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, float(change // 2)


@d.implements(Halved)
def exact(problem):
    return problem.exact_gains


def test_gains_that_are_not_exact():
    assert "`contest` is" in failing_alone(Halved(6))
    assert FunctionChecker(Halved(6, False), 6, evo.Key(0)).orders(False) == "1000 triples"


def failing_alone(part):
    """What the check of the comparisons says, without those that would fail before."""
    with pytest.raises(BrokenError) as caught:
        FunctionChecker(part, part.n, evo.Key(0)).orders(False)
    return str(caught.value)
