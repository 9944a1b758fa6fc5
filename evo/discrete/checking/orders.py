"""What `d.check` asks of a function that compares strings: `contest`, `order`, and `compare` of dynamic functions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines import functions as f
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import AbstractFunction
from evo.testing import BrokenError

#: bits up to which all triples of strings are compared
_ALL_TRIPLES = 4
_TRIPLES, _STEPS = 4000, 12


class Orders(NamedTuple):
    """For triples (x, y, z) of strings: how the offspring y and z of x compare with x, and with each other."""

    compared: np.ndarray  # y with x, by `compare`
    contests: np.ndarray  # y with z, by `contest`
    swapped: np.ndarray  # z with y, by `contest`
    ordered: np.ndarray  # y with z, by `order`; of functions with regard to the parent, x with y


@Kernel
def _orders(problem, triples, relative, stream, compared, contests, swapped, ordered):
    """All comparisons of all triples `uint8[k, 3, n]` under the function of one stream."""
    n = triples.shape[2]
    x, y, z = np.empty(n, dtype=np.uint8), np.empty(n, dtype=np.uint8), np.empty(n, dtype=np.uint8)
    one, other = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for place in range(triples.shape[0]):
        ones, others = 0, 0
        for back in range(n):
            position = n - 1 - back if place % 2 == 1 else back  # flips in either order
            x[position], y[position], z[position] = (
                triples[place, 0, position],
                triples[place, 1, position],
                triples[place, 2, position],
            )
            if y[position] != x[position]:
                one[ones] = position
                ones += 1
            if z[position] != x[position]:
                other[others] = position
                others += 1
        cache = f.prepare(problem, x)
        compared[place] = f.compare(problem, cache, x, one, ones, stream)
        contests[place] = f.contest(problem, cache, x, one, ones, other, others, stream)
        swapped[place] = f.contest(problem, cache, x, other, others, one, ones, stream)
        if relative:
            ordered[place] = f.order(problem, x, y, stream)
        else:
            ordered[place] = f.order(problem, y, z, stream)
        for position in range(n):
            if x[position] != triples[place, 0, position]:
                compared[place] = 3  # a comparison changed the string


def orders_agree(
    part: AbstractFunction, played: Any, sample: np.ndarray, key: Key, near: Callable[[float], bool], compiled: bool
) -> str:
    """Compare all comparisons with the values of `evaluate`, for triples of strings from the sample."""
    triples = _triples(sample, key)
    redrawn = bool(f.redrawn(played))
    if not compiled:
        triples = triples[:: max(1, len(triples) // 1000)]
    parts = np.array_split(triples, _STEPS) if redrawn else [triples]
    walk = _orders if compiled else _orders.python
    for step, some in enumerate(parts, start=1):
        stream = np.empty(4, dtype=np.uint64)
        word0, word1 = key.child("function").words()
        seed_stream(stream, word0, word1, step)
        before = stream.tolist()
        found = Orders(*np.zeros((4, len(some)), dtype=np.int64))
        walk(played, some, part.relative, stream, *found)
        if stream.tolist() != before:
            raise BrokenError("a comparison drew from the function stream, so that two of one step would differ")
        _judge(part, some, _values(part, some, redrawn, step, key), found, near, redrawn, step)
    return f"{len(triples)} triples" + (f" in {_STEPS} steps" if redrawn else "")


def _triples(sample: np.ndarray, key: Key) -> np.ndarray:
    """All triples of a small cube; else random ones, mostly of offspring that flip few bits."""
    n = sample.shape[1]
    if n <= _ALL_TRIPLES and len(sample) == 2**n:
        places = np.indices((2**n,) * 3).reshape(3, -1).T
        return sample[places][key.child("triples").numpy().permutation(len(places))]
    chance = key.child("triples").numpy()
    parents = sample[chance.integers(0, len(sample), _TRIPLES)]
    triples = np.stack([parents] * 3, axis=1)
    rates = np.where(chance.random((_TRIPLES, 1)) < 0.7, min(0.5, 2.0 / n), 0.5)
    flipped = chance.random((2, _TRIPLES, n)) < rates
    triples[:, 1] ^= flipped[0]
    triples[:, 2] ^= flipped[1]
    few = chance.random(_TRIPLES) < 0.3  # offspring that differ in few bits, or none
    triples[few, 2] = triples[few, 1] ^ (chance.random((few.sum(), n)) < 1.0 / n)
    return triples


def _values(part: AbstractFunction, triples: np.ndarray, redrawn: bool, step: int, key: Key) -> list[list[Any]]:
    if redrawn:
        rows = [part.evaluate(triple, step, key) for triple in triples]
    else:
        rows = part.evaluate(triples.reshape(-1, triples.shape[2]), step, key).reshape(-1, 3)
    return [[item.item() if isinstance(item, np.generic) else item for item in row] for row in rows]


def _judge(
    part: AbstractFunction,
    triples: np.ndarray,
    values: list[list[Any]],
    found: Orders,
    near: Callable[[float], bool],
    redrawn: bool,
    step: int,
) -> None:
    for triple, (parent, one, other), *signs in zip(triples, values, *found):
        compared, contest, swapped, ordered = (int(sign) for sign in signs)
        where = ", ".join(f"{name}={''.join(map(str, x))}" for name, x in zip("xyz", triple.tolist()))
        where += f", step {step}" if redrawn else ""
        if compared == 3:
            raise BrokenError(f"{where}: a comparison changed the string")
        if swapped != -contest:
            raise BrokenError(f"{where}: `contest` of y and z is {contest}, of z and y {swapped}")
        if redrawn:
            _demand("compare", compared, one, parent, where, part, near)
        _demand("contest", contest, one, other, where, part, near)
        if part.relative:
            _demand("order", ordered, parent, one, where, part, near)
        else:
            _demand("order", ordered, one, other, where, part, near)


def _demand(
    name: str, sign: int, left: Any, right: Any, where: str, part: AbstractFunction, near: Callable[[float], bool]
) -> None:
    expected = (left > right) - (left < right)
    if sign != expected and not (part.values is Values.FLOAT64 and near(float(left - right))):
        raise BrokenError(f"{where}: `{name}` is {sign}, the values are {left} and {right}")


def scores_agree(part: AbstractFunction, played: Any, sample: np.ndarray, values: list[Any]) -> str:
    """Where a function is `scored`, floats of `value` order the sample; where it is not, it has an `order`."""
    if not f.scored(played):
        return "not scored: strings are ordered by `order`"
    if part.values is Values.ORDER:
        raise BrokenError("`scored` is true, although values are only ordered; register scored(problem) = False")
    floats = [float(f.value(played, f.prepare(played, x.copy()), x.copy())) for x in sample]
    places = sorted(range(len(values)), key=values.__getitem__)
    for left, right in itertools.pairwise(places):
        if (values[left] < values[right]) != (floats[left] < floats[right]) and part.values is not Values.FLOAT64:
            raise BrokenError(
                f"`scored` is true, but values {values[left]} and {values[right]} are {floats[left]} and "
                f"{floats[right]} as floats"
            )
    return f"{len(values)} strings"
