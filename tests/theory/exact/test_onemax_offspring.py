"""OneMax with any flips, several offspring and comma selection: reductions, fractions, samples, planted defects."""

import itertools
import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import flips, onemax, rls
from theory.exact.onemax import _rows


@pytest.mark.parametrize(("n", "strength"), [(1, 0.4), (2, 1.5), (20, 1.0), (60, 5.0), (300, 1.0)])
def test_one_offspring_with_binomial_flips_is_the_known_law(n, strength):
    law = onemax.unbiased_law(n, flips=flips.binomial(n, strength=strength))
    known = onemax.law(n, strength=strength)
    assert law.mean == pytest.approx(known.mean, rel=1e-13)  # some n roundings of 1e-16 in sums of positive terms
    assert law.variance == pytest.approx(known.variance, rel=1e-13)
    times = np.arange(3000)
    np.testing.assert_allclose(law.cdf(times), known.cdf(times), atol=1e-12)
    other = onemax.unbiased_law(n, flips=flips.shifted(n, strength=strength))
    assert abs(other.mean / known.mean - 1) > 1e-3  # a wrong law of flips is seen


@pytest.mark.parametrize("n", [2, 13, 80])
def test_reductions_of_the_flips(n):
    one = np.eye(n + 1)[1]
    assert float(onemax.unbiased_expected_steps(n, flips=one)) == pytest.approx(rls.law(n).mean, rel=1e-13)
    resampled = float(onemax.unbiased_expected_steps(n, flips=flips.resampled(n, strength=1.0)))
    assert resampled == pytest.approx((1 - (1 - 1 / n) ** n) * onemax.law(n, strength=1.0).mean, rel=1e-12)
    assert onemax.unbiased_law(n, flips=np.eye(n + 1)[0], start=1).mean == math.inf
    assert onemax.unbiased_law(n, flips=np.eye(n + 1)[n], start=n).mean == 1.0


def _best_gains(n, k, weights, offspring):
    """The law of the best gain in fractions, by all tuples of offspring."""
    single = {}
    for r, weight in enumerate(weights):
        for a in range(max(0, r - n + k), min(k, r) + 1):
            chance = Fraction(weight) * Fraction(math.comb(k, a) * math.comb(n - k, r - a), math.comb(n, r))
            single[2 * a - r] = single.get(2 * a - r, 0) + chance
    best = {}
    for group in itertools.product(single, repeat=offspring):
        best[max(group)] = best.get(max(group), 0) + math.prod(single[gain] for gain in group)
    return best


@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("offspring", [1, 3])
@pytest.mark.parametrize("name", ["binomial", "power", "heavy"])
def test_against_fractions(name, offspring, comma):
    n = 5
    weights = {
        "binomial": flips.binomial(n, rate=0.3), "power": flips.power_law(n, 1.5, high=5),
        "heavy": flips.heavy_tailed(n, 1.5),
    }[name]  # fmt: skip
    system = [[Fraction(0)] * n for _ in range(n)]
    for k in range(1, n + 1):
        for gain, chance in _best_gains(n, k, weights, offspring).items():
            if gain > 0 or (comma and gain < 0):
                system[k - 1][k - 1] += chance
                if k - gain > 0:
                    system[k - 1][k - gain - 1] -= chance
    with mp.workdps(60):
        matrix = mp.matrix([[mp.mpf(e.numerator) / e.denominator for e in row] for row in system])
        first = mp.lu_solve(matrix, mp.ones(n, 1))
        second = mp.lu_solve(matrix, 2 * first - mp.ones(n, 1))
        for k in range(1, n + 1):
            law = onemax.unbiased_law(n, flips=weights, offspring=offspring, comma=comma, start=k)
            # P(max) has the relative rounding of `offspring` powers, everything after it adds positive numbers
            assert slow.relative(law.mean, first[k - 1]) < 1e-12
            assert slow.relative(law.variance, second[k - 1] - first[k - 1] ** 2) < 1e-11


def test_comma_keeps_its_digits_where_the_time_is_astronomic():
    n = 60
    pmf = flips.binomial(n, strength=1.0)
    gains = _rows.gains_of_best(n, np.asarray(pmf), 2)
    with mp.workdps(60):
        system = mp.zeros(n, n)
        for k in range(1, n + 1):
            for gain in range(k - n, k + 1):
                chance = mp.mpf(gains[k, n + gain])
                if gain != 0:
                    system[k - 1, k - 1] += chance
                    if k > gain:
                        system[k - 1, k - gain - 1] -= chance
        exact = mp.lu_solve(system, mp.ones(n, 1))
    found = onemax.unbiased_law(n, flips=pmf, offspring=2, comma=True, start=n).mean
    assert found > 1e8 and slow.relative(found, exact[n - 1]) < 1e-12
    assert onemax.unbiased_law(400, flips=flips.binomial(400, strength=1.0), offspring=2, comma=True).mean > 1e50


@pytest.mark.jit_off
def test_the_best_of_many_keeps_small_probabilities():
    pmf = np.array([0.5, 0.5 - 1e-30, 1e-30])
    best = _rows._best_of(pmf, 1000)
    assert best[2] == pytest.approx(1e-27, rel=1e-12) and best[0] == pytest.approx(0.5**1000, rel=1e-12)
    assert math.fsum(best) == pytest.approx(1.0, abs=1e-12)
    for k, n, r in [(3, 8, 4), (0, 5, 2), (5, 5, 3), (40, 100, 60)]:
        found = _rows._hypergeometric(k, n, r)
        exact = [math.comb(k, a) * math.comb(n - k, r - a) / math.comb(n, r) for a in range(r + 1)]
        np.testing.assert_allclose(found, exact, rtol=1e-12)


def _sample_lambda_lambda(n, offspring, strength, bias, runs, seed):
    random = np.random.default_rng(seed)
    times = np.zeros(runs, np.int64)
    for run in range(runs):
        x = random.random(n) < 0.5
        while not x.all():
            times[run] += 1
            count = random.binomial(n, strength / n)
            mutants = []
            for _ in range(offspring):
                y = x.copy()
                y[random.permutation(n)[:count]] ^= True
                mutants.append(y)
            best = max(mutants, key=np.sum)
            children = [np.where(random.random(n) < bias, best, x) for _ in range(offspring)]
            child = max(children, key=np.sum)
            if best.all() or child.all():
                break
            if child.sum() >= x.sum():
                x = child
    return times


def _sample_offspring(n, offspring, comma, runs, seed):
    random = np.random.default_rng(seed)
    times = np.zeros(runs, np.int64)
    for run in range(runs):
        x = random.random(n) < 0.5
        while not x.all():
            times[run] += 1
            best = max((x ^ (random.random(n) < 1 / n) for _ in range(offspring)), key=np.sum)
            if comma or best.sum() >= x.sum():
                x = best
    return times


def _largest_gap(times, law):
    grid = np.arange(times.max() + 1)
    return np.abs(np.searchsorted(np.sort(times), grid, side="right") / times.size - law.cdf(grid)).max()


_RUNS = 4000
_RADIUS = math.sqrt(math.log(2 / 1e-9) / (2 * _RUNS))  # Dvoretzky-Kiefer-Wolfowitz at 1e-9


def test_lambda_lambda_against_a_sample():
    law = onemax.lambda_lambda_law(8, offspring=3, strength=3.0, bias=0.4)
    times = _sample_lambda_lambda(8, 3, 3.0, 0.4, _RUNS, 1)
    assert _largest_gap(times, law) < _RADIUS
    for wrong in (  # planted defects: another bias, another strength
        onemax.lambda_lambda_law(8, offspring=3, strength=3.0, bias=0.8),
        onemax.lambda_lambda_law(8, offspring=3, strength=1.0, bias=0.4),
        onemax.lambda_lambda_law(8, offspring=1, strength=3.0, bias=0.4),
    ):
        assert _largest_gap(times, wrong) > _RADIUS


@pytest.mark.parametrize("comma", [False, True])
def test_several_offspring_against_a_sample(comma):
    pmf = flips.binomial(6, strength=1.0)
    times = _sample_offspring(6, 2, comma, _RUNS, 2)
    assert _largest_gap(times, onemax.unbiased_law(6, flips=pmf, offspring=2, comma=comma)) < _RADIUS
    assert _largest_gap(times, onemax.unbiased_law(6, flips=pmf, offspring=2, comma=not comma)) > _RADIUS
    assert _largest_gap(times, onemax.unbiased_law(6, flips=pmf, offspring=3, comma=comma)) > _RADIUS


@pytest.mark.parametrize("n", [1, 4, 30])
def test_lambda_lambda_reduces_to_the_one_plus_one(n):
    # one mutant, all bits from it: the crossover offspring is the mutant
    law = onemax.lambda_lambda_law(n, offspring=1, strength=0.9, bias=1.0)
    known = onemax.law(n, strength=0.9)
    assert law.mean == pytest.approx(known.mean, rel=1e-12)
    np.testing.assert_allclose(law.cdf(np.arange(500)), known.cdf(np.arange(500)), atol=1e-12)


def test_starts_horizons_and_messages():
    pmf = flips.binomial(6, strength=1.0)
    assert onemax.unbiased_law(6, flips=pmf, start=0).mean == 0.0
    assert onemax.unbiased_law(6, flips=pmf, offspring=2, comma=True, horizon=7).horizon == 7
    assert onemax.lambda_lambda_law(6, offspring=2, strength=2.0, bias=0.5, start=0, horizon=5).cdf(0) == 1.0
    with pytest.raises(ValueError, match=r"`flips` must hold n \+ 1 = 7 probabilities of sum 1.*got shape \(6,\)"):
        onemax.unbiased_law(6, flips=pmf[:6])
    with pytest.raises(
        ValueError, match=r"`offspring` must be an integer in \[1, \d+\] \(per generation\); got 0\. Pass 1"
    ):
        onemax.unbiased_law(6, flips=pmf, offspring=0)
    with pytest.raises(ValueError, match=r"`horizon` must be an integer >= 0 \(generations\); got -1"):
        onemax.unbiased_law(6, flips=pmf, horizon=-1)
    with pytest.raises(ValueError, match=r"`n` must be small enough .* got n=10000 with up to 5000 flips"):
        onemax.unbiased_law(10**4, flips=flips.power_law(10**4, 1.5))
    with pytest.raises(ValueError, match=r"`offspring` must be an integer in \[1, 9007199254740992\]"):
        onemax.unbiased_law(6, flips=pmf, offspring=10**30)
    with pytest.raises(TypeError, match=r"`comma` must be True or False; got 'no'\. Pass False for the \(1\+1\)-EA"):
        onemax.unbiased_law(6, flips=pmf, comma="no")  # pyright: ignore
    with pytest.raises(
        ValueError, match=r"`n` must be so small that 1e\+11 operations .* got n=1000000 .* Pass a smaller"
    ):
        onemax.lambda_lambda_law(10**6, offspring=8, strength=8.0, bias=0.125)
    with pytest.raises(ValueError, match=r"`bias` must lie in \(0, 1\]"):
        onemax.lambda_lambda_law(6, offspring=2, strength=2.0, bias=0.0)
    with pytest.raises(ValueError, match=r"`strength` must be so small that at most 400 bits flip"):
        onemax.lambda_lambda_law(2000, offspring=2, strength=900.0, bias=0.5)
