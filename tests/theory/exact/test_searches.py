"""Several offspring or parents, enumerated: against the chains, each other, all tuples, and samples."""

import itertools
import math

import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import enumeration as en
from theory import flips, onemax
from theory.exact.enumeration.searches import best

_GRID = np.arange(1500)
_AGREE = 1e-11  # both tables stop at a tail of 1e-12, and 1500 steps add some 1e-15 each
_STATIC = en.Static(strength=1.0)
_RUNS = 4000
_RADIUS = math.sqrt(math.log(2 / 1e-9) / (2 * _RUNS))  # Dvoretzky-Kiefer-Wolfowitz at 1e-9
_VALUES = {
    "onemax": slow.onemax(3),
    "leading ones": slow.leading_ones(3),
    "binval": list(range(8)),
    "rugged": [0, 2, 2, 1, 2, 1, 0, 3],
    "two optima": [3, 1, 1, 0, 2, 1, 1, 3],
}


def _gap(one, other):
    return float(np.abs(one.cdf(_GRID) - other.cdf(_GRID)).max())


def _known(values, policy=_STATIC, **rest):
    return en.law(values, policy, solved=np.array(values) == max(values), **rest)


# reductions


@pytest.mark.parametrize("name", _VALUES)
def test_one_offspring_or_one_parent_is_the_one_plus_one(name):
    values = _VALUES[name]
    known = _known(values)
    laws = {
        "offspring": en.offspring_law(values, _STATIC, offspring=1),
        "self-adjusting": en.offspring_law(values, _STATIC, offspring=en.SelfAdjusting(factor=2.0, s=1.0, high=1.0)),
        "population": en.population_law(values, _STATIC, size=1),
        "two rates": en.two_rate_law(values, offspring=1, low=1.5, high=1.5),
        "lambda lambda": en.lambda_lambda_law(values, offspring=1, strength=1.0, bias=1.0),
    }
    for label, law in laws.items():
        expected = _known(values, en.Static(strength=0.75)) if label == "two rates" else known
        assert _gap(law, expected) < _AGREE, label
        assert law.defect < 2e-12 and law.mean == pytest.approx(expected.mean, rel=1e-8)
    copies = en.population_law(values, _STATIC, size=1, crossover=0.25)  # a crossover of one string is a copy
    lazy = en.FlipCount(0.75 * flips.binomial(3, strength=1.0) + 0.25 * np.eye(4)[0])
    assert _gap(copies, _known(values, None, mutation=lazy)) < _AGREE
    walk = en.law(en.dynamic(3, lambda x, y: 1.0), _STATIC, solved=np.array(values) == max(values))
    assert _gap(en.offspring_law(values, _STATIC, offspring=1, comma=True), walk) < _AGREE


@pytest.mark.parametrize("n", [1, 3, 5])
@pytest.mark.parametrize("offspring", [2, 5])
@pytest.mark.parametrize("comma", [False, True])
def test_offspring_on_onemax(n, offspring, comma):
    values = slow.onemax(n)
    for mutation, policy, pmf in (
        (en.StandardBits(), en.Static(strength=0.9), flips.binomial(n, strength=0.9)),
        (en.FlipCount(flips.power_law(n, 1.5)), None, flips.power_law(n, 1.5)),
    ):
        law = en.offspring_law(values, policy, offspring=offspring, comma=comma, mutation=mutation, horizon=1500)
        known = onemax.unbiased_law(n, flips=pmf, offspring=offspring, comma=comma, horizon=1500)
        assert _gap(law, known) < _AGREE
        other = onemax.unbiased_law(n, flips=pmf, offspring=offspring + 1, comma=comma, horizon=1500)
        assert n == 1 or _gap(law, other) > 1e-3  # planted defect: one offspring more


@pytest.mark.parametrize("n", [1, 2, 4, 6])
def test_lambda_lambda_on_onemax(n):
    for offspring, strength, bias in ((1, 0.9, 0.5), (2, 1.0, 1.0), (3, min(n, 3.0), 1 / 3)):
        law = en.lambda_lambda_law(slow.onemax(n), offspring=offspring, strength=strength, bias=bias)
        known = onemax.lambda_lambda_law(n, offspring=offspring, strength=strength, bias=bias)
        assert _gap(law, known) < _AGREE
        assert law.mean == pytest.approx(known.mean, rel=1e-8)
        wrong = onemax.lambda_lambda_law(n, offspring=offspring + 1, strength=strength, bias=bias)
        assert n == 1 or _gap(law, wrong) > 1e-3


def test_dynamic_bin_val_is_the_average_over_all_orders():
    for n in (1, 2, 3, 4):
        orders, known = en.bin_val_orders(n), en.law(en.dynamic_bin_val(n), en.Static(strength=0.9))
        policy = en.Static(strength=0.9)
        assert _gap(en.offspring_law(orders, policy, offspring=1), known) < _AGREE
        assert _gap(en.population_law(orders, policy, size=1), known) < _AGREE
    static = en.law(list(range(16)), en.Static(strength=0.9))
    assert _gap(static, known) > 1e-3  # planted defect: one order for ever


def test_fixed_sizes_are_the_rule_that_cannot_move():
    values = slow.leading_ones(3)
    for size in (1.0, 2.4, 2.5, 4.0):
        rule = en.SelfAdjusting(factor=1.5, s=1.0, low=size, high=size)
        law = en.offspring_law(values, _STATIC, offspring=rule)
        assert _gap(law, en.offspring_law(values, _STATIC, offspring=math.floor(size + 0.5))) < _AGREE
    stochastic = en.SelfAdjusting(factor=1.5, s=1.0, low=2.25, high=2.25, stochastic=True)
    assert stochastic.counts(2.25) == [(0.75, 2), (0.25, 3)]
    law = en.offspring_law(values, _STATIC, offspring=stochastic, start=0)
    one, two = (en.offspring_law(values, _STATIC, offspring=m, start=0).pmf(1) for m in (2, 3))
    assert law.pmf(1) == pytest.approx(0.75 * one + 0.25 * two, rel=1e-12)


# the best of several


@pytest.mark.jit_off
def test_the_best_against_all_tuples():
    random = np.random.default_rng(3)
    ranks = np.array([1, 0, 2, 2, 1, 0, 2, 1])
    first, second = random.dirichlet(np.ones(8), 2)
    second[2:4] = 0.0
    second /= second.sum()
    for counts in ((1, 0), (1, 1), (2, 1), (2, 2)):
        expected = np.zeros((2, 8))
        kinds = [0] * counts[0] + [1] * counts[1]
        for group in itertools.product(range(8), repeat=len(kinds)):
            chance = math.prod((first, second)[kind][y] for kind, y in zip(kinds, group, strict=True))
            top = [i for i, y in enumerate(group) if ranks[y] == max(ranks[z] for z in group)]
            for i in top:
                expected[kinds[i], group[i]] += chance / len(top)
        found = best.best_of_two_kinds((first, second), counts, ranks)
        np.testing.assert_allclose(found, expected, atol=1e-15)
        if counts[1] == 0:
            np.testing.assert_allclose(best.best_of(first, 1, ranks), expected[0], atol=1e-15)
    pair = best.best_of_two_kinds((first, first), (2, 1), ranks)
    np.testing.assert_allclose(pair[0] + pair[1], best.best_of(first, 3, ranks), atol=1e-15)
    np.testing.assert_allclose(pair[0], 2 * pair[1], atol=1e-15)
    assert best.best_of(first, 10**9, ranks).sum() == pytest.approx(1.0, abs=1e-12)


# samples of searches that are written down a second time


def _mutant(random, x, rate, n):
    return x ^ sum(1 << i for i in range(n) if random.random() < rate)


def _pick(random, candidates, value):
    top = max(map(value, candidates))
    return candidates[random.choice([i for i, y in enumerate(candidates) if value(y) == top])]


def _self_adjusting(random, values, n, *, factor, s, comma, stochastic):
    x, size, t = int(random.integers(2**n)), 1.0, 0
    while x != 2**n - 1:
        t += 1
        count = math.floor(size + random.random()) if stochastic else math.floor(size + 0.5)
        y = _pick(random, [_mutant(random, x, 1 / n, n) for _ in range(count)], values.__getitem__)
        size = max(1.0, size / factor) if values[y] > values[x] else min(8.0, size * factor ** (1 / s))
        x = y if comma or values[y] >= values[x] else x
    return t


def _two_rate(random, values, n, *, offspring, low, high):
    x, r, t = int(random.integers(2**n)), low, 0
    while x != 2**n - 1:
        t += 1
        made = [(i % 2, _mutant(random, x, 2 * r / n if i % 2 else r / (2 * n), n)) for i in range(offspring)]
        kind, y = _pick(random, made, lambda pair: values[pair[1]])
        x = y if values[y] >= values[x] else x
        if random.random() < 0.5:
            kind = random.integers(2)
        r = min(high, max(low, 2 * r if kind else r / 2))
    return t


def _population(random, values, n, *, size, crossover):
    strings, t = [int(x) for x in random.integers(2**n, size=size)], 0
    while 2**n - 1 not in strings:
        t += 1
        x, z = strings[random.integers(size)], strings[random.integers(size)]
        if random.random() < crossover:
            mask = int(random.integers(2**n))
            y = (x & mask) | (z & ~mask)
        else:
            y = _mutant(random, x, 1 / n, n)
        fitness = [values[string] for string in [*strings, y]]
        worst = fitness.index(min(fitness))
        if worst < size:
            strings[worst] = y
    return t


def _lambda_lambda(random, values, n, *, offspring, strength, bias):
    x, t = int(random.integers(2**n)), 0
    while x != 2**n - 1:
        t += 1
        count = random.binomial(n, strength / n)
        mutants = [x ^ sum(1 << int(i) for i in random.permutation(n)[:count]) for _ in range(offspring)]
        chosen = _pick(random, mutants, values.__getitem__)
        children = [x ^ ((x ^ chosen) & (0 ^ _mutant(random, 0, bias, n))) for _ in range(offspring)]
        y = _pick(random, children, values.__getitem__)
        if 2**n - 1 in (*mutants, *children):
            break
        x = y if values[y] >= values[x] else x
    return t


def _self_adjusting_law(values, *, factor, s, comma, stochastic):
    rule = en.SelfAdjusting(factor=factor, s=s, high=8.0, stochastic=stochastic)
    return en.offspring_law(values, _STATIC, offspring=rule, comma=comma)


_SAMPLED = {  # the sampler, the law, the settings, and settings that the sample must reject
    "comma": (_self_adjusting, _self_adjusting_law, {"factor": 2.0, "s": 1.0, "comma": True, "stochastic": False},
              {"comma": False}),
    "plus": (_self_adjusting, _self_adjusting_law, {"factor": 2.0, "s": 2.0, "comma": False, "stochastic": False},
             {"s": 0.4}),
    "stochastic": (_self_adjusting, _self_adjusting_law,
                   {"factor": 1.5, "s": 1.0, "comma": True, "stochastic": True}, {"factor": 4.0}),
    "two rates": (_two_rate, en.two_rate_law, {"offspring": 3, "low": 0.4, "high": 1.5}, {"high": 0.4}),
    "population": (_population, lambda v, **rest: en.population_law(v, _STATIC, **rest),
                   {"size": 2, "crossover": 0.0}, {"size": 1}),
    "genetic": (_population, lambda v, **rest: en.population_law(v, _STATIC, **rest),
                {"size": 3, "crossover": 0.5}, {"crossover": 0.1}),
    "lambda lambda": (_lambda_lambda, en.lambda_lambda_law, {"offspring": 2, "strength": 2.0, "bias": 0.3},
                      {"strength": 0.6}),
}  # fmt: skip


@pytest.mark.parametrize("name", _SAMPLED)
@pytest.mark.parametrize("function", ["leading ones", "rugged"])
def test_against_a_sample(name, function):
    values = _VALUES[function]
    sample, law, settings, defect = _SAMPLED[name]
    random = np.random.default_rng(12)
    times = np.sort([sample(random, values, 3, **settings) for _ in range(_RUNS)])
    grid = np.arange(times[-1] + 1)
    share = np.searchsorted(times, grid, side="right") / _RUNS
    assert np.abs(share - law(values, **settings).cdf(grid)).max() < _RADIUS
    assert np.abs(share - law(values, **settings | defect).cdf(grid)).max() > _RADIUS


def test_starts():
    values = slow.onemax(3)
    law = en.offspring_law(values, _STATIC, offspring=2, start=7)
    assert law.cdf(0) == 1.0 and law.mean == 0.0
    assert en.population_law(values, _STATIC, size=2).cdf(0) == pytest.approx(1 - (7 / 8) ** 2, rel=1e-15)
    assert en.lambda_lambda_law(values, offspring=2, strength=1.0, bias=0.5, start=[0] * 7 + [1]).cdf(0) == 1.0
    assert en.two_rate_law(slow.onemax(4), offspring=2, start=0, horizon=9).horizon == 9


def test_messages():
    values = slow.onemax(3)
    with pytest.raises(ValueError, match=r"`values` must be 2\^n values, or a RandomFunction .* Pass bin_val_orders"):
        en.offspring_law(en.dynamic_bin_val(3), _STATIC, offspring=2)
    with pytest.raises(ValueError, match="`values` must be functions of one length with the same strings of largest"):
        en.offspring_law(en.RandomFunction([[0, 1], [1, 0]]), _STATIC, offspring=2)
    with pytest.raises(TypeError, match="`policy` must be Static, or None with a mutation that ignores the rate"):
        en.offspring_law(values, en.Schedule(lambda t: 0.1), offspring=2)  # pyright: ignore
    with pytest.raises(ValueError, match="`policy` may be None only for a mutation that ignores the rate"):
        en.population_law(values, size=2)
    with pytest.raises(ValueError, match=r"`size` must be so small .* got 5 with n=3\. Pass a smaller size"):
        en.population_law(values, _STATIC, size=5)
    with pytest.raises(ValueError, match=r"`offspring` must be an integer >= 1 \(per generation\); got 0"):
        en.two_rate_law(values, offspring=0)
    with pytest.raises(ValueError, match=r"`high` must lie in \(0, 1\.5\]"):
        en.two_rate_law(values, offspring=2, high=2.0)
    with pytest.raises(ValueError, match=r"`low` must lie in \[1, inf\)"):
        en.SelfAdjusting(factor=1.5, s=1.0, low=0.5)
    with pytest.raises(ValueError, match=r"`initial` must lie in \[1\.0, 4\.0\]"):
        en.SelfAdjusting(factor=1.5, s=1.0, high=4.0, initial=5.0)
    with pytest.raises(ValueError, match=r"`n` must be an integer in \[1, 5\]"):
        en.bin_val_orders(6)
