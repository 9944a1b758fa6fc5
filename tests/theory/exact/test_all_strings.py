"""Laws on two or three bits against all strings, moved step by step in fractions."""

import itertools
import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import flips, hitting, leading_ones, onemax, rls

_RATES = (0.25, 0.5, 0.875, 1 / 1024)  # floats that are fractions
_STEPS = 25


def _mutation(n, rate):
    """P(x -> y) for all strings."""
    p, strings = Fraction(rate), range(2**n)
    return [[p ** (x ^ y).bit_count() * (1 - p) ** (n - (x ^ y).bit_count()) for y in strings] for x in strings]


def _elitist(values, offspring):
    """P(x -> y) of the algorithm that accepts what is not worse."""
    size = len(values)
    matrix = [[offspring[x][y] if values[y] >= values[x] else Fraction(0) for y in range(size)] for x in range(size)]
    for x in range(size):
        matrix[x][x] += 1 - sum(matrix[x])
    return matrix


def _pmf(step, target, start):
    """P(T = t) for t <= _STEPS, step(t) is the matrix of step t."""
    now, found = list(start), []
    for t in range(_STEPS + 1):
        found.append(now[target])
        now[target] = Fraction(0)
        matrix = step(t + 1)
        now = [sum(mass * matrix[x][y] for x, mass in enumerate(now) if mass) for y in range(len(now))]
    return found


def _moments(matrix, target, start):
    """E[T] and Var[T] by a solve in 60 digits."""
    inside = [x for x in range(len(matrix)) if x != target]
    with mp.workdps(60):
        number = lambda q: mp.mpf(q.numerator) / q.denominator  # noqa: E731
        system = mp.matrix([[number(Fraction(x == y) - matrix[x][y]) for y in inside] for x in inside])
        first = mp.lu_solve(system, mp.ones(len(inside), 1))
        second = mp.lu_solve(system, 2 * first - mp.ones(len(inside), 1))
        mean = mp.fsum(number(start[x]) * first[i] for i, x in enumerate(inside))
        return mean, mp.fsum(number(start[x]) * second[i] for i, x in enumerate(inside)) - mean**2


def _agree(law, pmf):
    total = Fraction(0)
    for t, chance in enumerate(pmf):
        total += chance
        assert abs(law.pmf(t) - chance) <= 1e-12 * chance + min(law.defect, 1e-15) + 1e-18
        assert -1e-15 <= total - Fraction(law.cdf(t)) <= law.defect + 1e-15
        assert -1e-15 <= Fraction(law.survival(t)) - (1 - total) <= law.defect + 1e-15


def _uniform(n):
    return [Fraction(1, 2**n)] * 2**n


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("rate", _RATES)
def test_bit_mutation(n, rate):
    offspring, best = _mutation(n, rate), 2**n - 1
    for module, values in ((onemax, slow.onemax(n)), (leading_ones, slow.leading_ones(n))):
        matrix = _elitist(values, offspring)
        pmf = _pmf(lambda t, matrix=matrix: matrix, best, _uniform(n))
        law = module.law(n, rate=rate, horizon=100)
        _agree(law, pmf)
        mean, variance = _moments(matrix, best, _uniform(n))
        assert slow.relative(law.mean, mean) < 1e-12 and slow.relative(law.variance, variance) < 1e-12
        value = module.variance(n, rate=rate)
        assert value.lower <= variance <= value.upper
        if module is onemax:
            total = Fraction(0)
            for chance, point in zip(pmf, onemax.distribution(n, range(_STEPS + 1), rate=rate), strict=True):
                total += chance
                assert point.lower <= total <= point.upper and abs(float(point) - total) < 1e-14


def test_another_rate_is_seen():
    matrix = _elitist(slow.onemax(2), _mutation(2, 0.25))
    pmf = _pmf(lambda t: matrix, 3, _uniform(2))
    _agree(onemax.law(2, rate=0.25), pmf)
    with pytest.raises(AssertionError):
        _agree(onemax.law(2, rate=0.25 + 1e-11), pmf)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_schedules(n):
    rates = [0.5, 0.0, 1.0, 0.25, 1 / 1024]
    for module, values in ((onemax, slow.onemax(n)), (leading_ones, slow.leading_ones(n))):
        matrices = [_elitist(values, _mutation(n, rate)) for rate in rates]
        pmf = _pmf(lambda t, matrices=matrices: matrices[min(t, 5) - 1], 2**n - 1, _uniform(n))
        _agree(module.scheduled_law(n, rates, horizon=_STEPS), pmf)
        listed = [np.array(matrix, dtype=np.float64) for matrix in matrices]
        start = np.full(2**n, 2.0**-n)
        _agree(hitting.inhomogeneous_law(listed, target=2**n - 1, start=start, horizon=_STEPS), pmf)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_one_bit_per_step(n):
    one = [[Fraction((x ^ y).bit_count() == 1, n) for y in range(2**n)] for x in range(2**n)]
    for law, values in ((rls.law(n), slow.onemax(n)), (rls.leading_ones(n), slow.leading_ones(n))):
        matrix = _elitist(values, one)
        _agree(law, _pmf(lambda t, matrix=matrix: matrix, 2**n - 1, _uniform(n)))
        mean, variance = _moments(matrix, 2**n - 1, _uniform(n))
        assert slow.relative(law.mean, mean) < 1e-12 and slow.relative(law.variance, variance) < 1e-12


@pytest.mark.parametrize(
    ("n", "offspring", "strength", "bias"), [(1, 2, 0.5, 1.0), (2, 1, 0.5, 0.25), (2, 2, 1.0, 0.5)]
)
def test_lambda_lambda(n, offspring, strength, bias):
    best, done = 2**n - 1, 2**n  # `done` when the optimum was evaluated
    p, b = Fraction(strength) / n, Fraction(bias)
    matrix = [[Fraction(0)] * (done + 1) for _ in range(done + 1)]
    matrix[done][done] = Fraction(1)
    masks = [(m, b ** m.bit_count() * (1 - b) ** (n - m.bit_count())) for m in range(2**n)]
    for x in range(best):
        for count in range(n + 1):
            flipped = [m for m in range(2**n) if m.bit_count() == count]
            chance = math.comb(n, count) * p**count * (1 - p) ** (n - count) / Fraction(len(flipped)) ** offspring
            for mutants in itertools.product(flipped, repeat=offspring):
                chosen = max((x ^ m for m in mutants), key=int.bit_count)
                for taken in itertools.product(masks, repeat=offspring):
                    child = max((chosen & m | x & ~m for m, _ in taken), key=int.bit_count)
                    after = child if child.bit_count() >= x.bit_count() else x
                    if child == best or best in [x ^ m for m in mutants]:
                        after = done
                    matrix[x][after] += chance * math.prod(weight for _, weight in taken)
    matrix[best][done] = Fraction(1)
    start = [*_uniform(n)[:-1], Fraction(0), Fraction(1, 2**n)]
    law = onemax.lambda_lambda_law(n, offspring=offspring, strength=strength, bias=bias)
    _agree(law, _pmf(lambda t: matrix, done, start))
    matrix[best] = [Fraction(y == done) for y in range(done + 1)]
    mean, variance = _moments(matrix, done, start)
    assert slow.relative(law.mean, mean) < 1e-12 and slow.relative(law.variance, variance) < 1e-12


def test_probabilities_of_arrival():
    rng = np.random.default_rng(1)
    for _ in range(5):
        rows = [[Fraction(int(w), 64) for w in row] for row in rng.multinomial(64, [0.2] * 5, size=5)]
        rows[4] = [Fraction(y == 4) for y in range(5)]
        with mp.workdps(50):
            system = mp.matrix(
                [[mp.mpf(int(x == y)) - mp.mpf(float(rows[x][y])) for y in (1, 2, 3)] for x in (1, 2, 3)]
            )
            found = mp.lu_solve(system, mp.matrix([float(rows[x][0]) for x in (1, 2, 3)]))
        for x in (1, 2, 3):
            value = hitting.probability(np.array(rows, dtype=np.float64), target=0, start=x)
            assert slow.relative(float(value), found[x - 1]) < 1e-14 and value.lower <= found[x - 1] <= value.upper


@pytest.mark.parametrize("n", [1, 2, 9, 60])
@pytest.mark.parametrize("rate", [1e-9, 0.25, 0.5, 0.875])
def test_laws_of_flips(n, rate):
    with mp.workdps(50):
        p = mp.mpf(rate)
        plain = [mp.binomial(n, r) * p**r * (1 - p) ** (n - r) for r in range(n + 1)]
        for r in range(n + 1):
            if plain[r] > 1e-28:
                assert slow.relative(flips.binomial(n, rate=rate)[r], plain[r]) < 1e-13
                if r > 0:
                    assert slow.relative(flips.resampled(n, rate=rate)[r], plain[r] / (1 - plain[0])) < 1e-13
            harmonic = mp.fsum(mp.mpf(a) ** -1.5 for a in range(1, n + 1))
            assert r == 0 or slow.relative(flips.power_law(n, 1.5, high=n)[r], mp.mpf(r) ** -1.5 / harmonic) < 1e-13
