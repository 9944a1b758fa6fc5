"""Mutations and policies by themselves: laws of flips at larger n, reductions, the ends of the range."""

import dataclasses
import math

import numpy as np
import pytest
import scipy.stats
from numba import njit

import evo
from evo import discrete as d
from evo.discrete.engines import functions as f
from evo.discrete.engines.sampling import cumulative, first_above
from evo.discrete.engines.streams import seed_stream
from tests.statistical import counts_agree, counts_rejected

_SAMPLES = 100_000


def _sampled(mutation, rate, n, samples, sizes, places):
    stream, out, memo = np.empty(4, dtype=np.uint64), np.zeros(n, dtype=np.int64), np.zeros(128)
    for index in range(samples):
        seed_stream(stream, np.uint64(3), np.uint64(4), index)
        count = f.flips(mutation, rate, n, stream, out, memo)
        sizes[count] += 1
        for place in range(count):
            places[out[place]] += 1


_compiled = njit(_sampled)


def _counts(part, rate, n, samples=_SAMPLES):
    """How often each number of flips and each position occurred."""
    sizes, places = np.zeros(n + 1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    _compiled(part.lower(n), rate, n, samples, sizes, places)
    return sizes, places


def _binomial(n, rate):
    return scipy.stats.binom(n, rate).pmf(np.arange(n + 1))


def _resampled(n, rate):
    law = np.where(np.arange(n + 1) == 0, 0.0, _binomial(n, rate))
    return law / law.sum()


def _shifted(n, rate):
    law = _binomial(n, rate)
    law[0], law[1] = 0.0, law[1] + law[0]
    return law


# --- laws of flips ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "law", "defect"),
    [(d.Resampled(), _resampled, _shifted), (d.Shifted(), _shifted, _resampled)],
    ids=["resampled", "shifted"],
)
def test_mutations_that_always_flip(part, law, defect):
    for n, rate in ((40, 0.01), (40, 0.1), (40, 0.5), (300, 0.06), (1, 0.3), (1, 1.0), (25, 1.0)):
        sizes, places = _counts(part, rate, n)
        truth = law(n, rate)
        counts_agree(sizes, truth)
        mean = float(np.arange(n + 1) @ truth)
        counts_agree(places, mean / n, _SAMPLES)
        if n * rate < 1 and n > 1:  # beyond, the two hardly differ
            counts_rejected(sizes, truth, defect(n, rate))
            counts_rejected(places, mean / n, np.full(n, rate), _SAMPLES)


def test_resampling_at_tiny_rates_flips_one_bit():
    """The conditional law has no cancellation: P(2 flips) is about n rate / 2."""
    for rate in (0.0, 5e-324, 1e-300, 1e-17, 1e-9):
        sizes, places = _counts(d.Resampled(), rate, 50)
        assert sizes[1] == _SAMPLES
        counts_agree(places, 0.02, _SAMPLES)
    sizes, _ = _counts(d.Resampled(), 1e-3, 50)
    counts_agree(sizes, _resampled(50, 1e-3))


def test_numbers_of_flips():
    for n, part in ((40, d.FlipCount([0.2, 0.3, 0.0, 0.5])), (40, d.FlipCount(d.PowerLaw(1.5)))):
        sizes, places = _counts(part, part.own_rate(n), n)
        law = np.zeros(n + 1)
        law[: len(part.probabilities(n))] = part.probabilities(n)
        counts_agree(sizes, law)
        counts_agree(places, part.own_rate(n), _SAMPLES)
        counts_rejected(sizes, law, np.roll(law, 1))
    sizes, places = _counts(d.FlipCount(40), 1.0, 40)
    assert sizes[40] == _SAMPLES and (places == _SAMPLES).all()


@pytest.mark.jit_off
def test_the_power_law_is_one():
    for exponent, high in ((1.5, 500), (3.0, 7), (0.2, 1), (400.0, 10)):
        law = d.PowerLaw(exponent, high)
        weights = [math.exp(-exponent * math.log(k)) for k in range(1, high + 1)]
        expected = np.array([0.0, *weights]) / math.fsum(weights)
        np.testing.assert_allclose(law.probabilities(n=1000), expected, rtol=1e-12)
        np.testing.assert_allclose(np.diff(law.table(1000)), expected[1:], atol=2.0**-51)
        assert law.table(1000)[0] == 0.0 and law.table(1000)[-1] == 1.0
        assert law.mean(1000) == pytest.approx(np.arange(high + 1) @ expected, rel=1e-12)
    assert [d.PowerLaw(1.5).largest(n) for n in (1, 2, 3, 10)] == [1, 1, 1, 5]
    assert d.HeavyTailed(1.5).law == d.PowerLaw(1.5)


@pytest.mark.jit_off
def test_tables_never_give_a_place_of_probability_zero():
    table = cumulative(np.array([0.0, 0.1, 0.0, 0.2, 0.7, 0.0]))
    found = {first_above(table, 0, u) for u in (0.0, 0.05, 0.1, np.nextafter(0.1, 1), 0.3, 0.31, 1.0 - 2.0**-53)}
    assert found == {1, 3, 4}


def test_positions_with_rates_of_their_own():
    n = 60
    rates = np.array([1.0 / ((i + 1) * math.log(i + 2) ** 2) for i in range(1, n + 1)])
    rates[[3, 20]], rates[[5, 59]] = 1.0, 0.0
    for part in (d.PerBit(rates), d.PerBit(lambda i: float(rates[i - 1]))):
        _, places = _counts(part, part.own_rate(n), n)
        assert (places[[3, 20]] == _SAMPLES).all() and (places[[5, 59]] == 0).all()
        counts_agree(places, rates, _SAMPLES)
        counts_rejected(places, rates, np.roll(rates, 1), _SAMPLES)
    # Independent: the number of flips among two positions that are far apart, and next to each other.
    pair = d.PerBit([0.6, 0.7, 0.0, 0.0, 0.5, 1e-3])
    sizes, _ = _counts(pair, pair.own_rate(6), 6)
    law = np.ones(1)
    for p in (0.6, 0.7, 0.5, 1e-3):
        law = np.convolve(law, [1.0 - p, p])
    counts_agree(sizes, np.append(law, [0.0, 0.0]))
    nearly = d.PerBit([1.0 - 2.0**-53, 0.5, 2.0**-30])
    _, places = _counts(nearly, nearly.own_rate(3), 3)
    counts_agree(places, np.array([1.0 - 2.0**-53, 0.5, 2.0**-30]), _SAMPLES)


# --- reductions, bit for bit ------------------------------------------------------------------------------------------


def _same(one, other, problem, **how):
    how = {"stop": evo.Steps(300), "record": evo.Every(1, evo.value, d.rate), "engine": evo.Engine.REFERENCE, **how}
    runs = [evo.run(ea, problem, seed=5, **how) for ea in (one, other)]
    assert runs[0].steps == runs[1].steps > 20
    for name in ("step", "value", "rate"):
        np.testing.assert_array_equal(runs[0].trace[name], runs[1].trace[name])


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_reductions():
    n = 24
    static = d.OnePlusOne(rate=d.Static(rate=0.05))
    for rates in ([0.05] * n, lambda i: 0.05):
        _same(d.OnePlusOne(mutation=d.PerBit(rates)), static, d.LeadingOnes(n))
    for law in (1, [0.0, 1.0], d.PowerLaw(1.5, high=1)):
        _same(d.OnePlusOne(mutation=d.FlipCount(law)), d.RandomLocalSearch(), d.LeadingOnes(n))
    constant = ([0.05] * (n + 1), d.By.ZEROS), (lambda k: 0.05, d.By.ZEROS), ([0.05] * n, d.By.LEVEL)
    for table, by in constant:
        _same(d.OnePlusOne(rate=d.FitnessDependent(table, by=by)), static, d.LeadingOnes(n))


@pytest.mark.jit_off
def test_parts_with_functions_compare_by_the_function():
    def rates(i):
        return 1 / (i + 1)

    for make in (d.PerBit, d.FitnessDependent):
        assert make(rates) == make(rates) and hash(make(rates)) == hash(make(rates))
        assert make(rates) != make(lambda i: 1 / (i + 1))
        assert repr(make(rates)).startswith(f"{make.__name__}(rates")
    assert d.PerBit([0.1, 0.2]) == d.PerBit(np.array([0.1, 0.2])) != d.PerBit([0.1, 0.3])
    assert d.FitnessDependent([0.3, 0.1]) == d.FitnessDependent([math.nan, 0.1])
    assert d.FitnessDependent([0.3, 0.1], by=d.By.LEVEL) != d.FitnessDependent([0.3, 0.1])
    assert d.FlipCount(1) != d.FlipCount([0.0, 1.0]) == d.FlipCount([0, 1, 0])


# --- large n, large rates ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_million_bits():
    n = 10**6
    heavy = d.OnePlusOne(rate=d.HeavyTailed(1.5), mutation=d.Resampled())
    for ea in (
        heavy,
        dataclasses.replace(heavy, mutation=d.Shifted(), rate=d.PowerLawStatic(0.2)),
        d.OnePlusOne(mutation=d.FlipCount(d.PowerLaw(1.5))),
        d.OnePlusOne(mutation=d.PerBit(np.arange(n) % 2 * (2 / n))),
    ):
        result = evo.run(ea, d.OneMax(n), seed=1, stop=evo.Steps(60))
        assert result.steps == 60 and result.candidate.shape == (n,)
    flipped = evo.run(d.OnePlusOne(mutation=d.FlipCount(n)), d.OneMax(n), seed=1, start=np.zeros(n, np.uint8))
    assert flipped.steps == 1


def test_large_rates():
    n = 1000
    for mutation in (d.Resampled(), d.Shifted(), d.StandardBits()):
        sizes, places = _counts(mutation, 0.5, n, 4000)
        counts_agree(places, 0.5, 4000)
        assert abs(np.arange(n + 1) @ sizes / 4000 - n / 2) < 6.2 * math.sqrt(n / 4 / 4000)
        sizes, _ = _counts(mutation, 1.0, n, 10)
        assert sizes[n] == 10


# --- policies ---------------------------------------------------------------------------------------------------------


def _draws(policy, n, count, state=None, view=None):
    lowered, stream = policy.lower(n), np.empty(4, dtype=np.uint64)
    state = f.start(lowered, n) if state is None else state
    rates = []
    for index in range(count):
        seed_stream(stream, 1, 2, index)
        rates.append(f.draw(lowered, state, view or f.PolicyView(1, 0, 1, 0), n, stream))
    return np.array(rates)


@pytest.mark.jit_off
def test_laws_of_random_rates():
    count = 20_000
    for eps in (0.3, 1.0, 3.0):
        rates = _draws(d.PowerLawStatic(eps), 10, count)
        u = -np.log(np.maximum(rates, 1e-300))  # small eps: some are 0 in floating point
        assert u.min() >= math.log(2.0)
        for bound in (0.8, 1.5, 6.0, 40.0):  # P(u > b) = (ln 2 / b)^eps
            chance = (math.log(2.0) / bound) ** eps
            counts_agree([(u > bound).sum(), (u <= bound).sum()], [chance, 1.0 - chance])
            wrong = (math.log(2.0) / bound) ** (1.5 * eps)
        counts_rejected([(u > 1.5).sum()], [(math.log(2.0) / 1.5) ** eps], [wrong], count)
    rates = _draws(d.HeavyTailed(1.5), 20, count)
    sizes = np.bincount(np.rint(rates * 20).astype(int), minlength=11)
    counts_agree(sizes, d.PowerLaw(1.5).probabilities(20))
    np.testing.assert_array_equal(np.unique(rates), np.arange(1, 11) / 20)
    assert (_draws(d.PowerLawStatic(0.001), 10, 100) >= 0.0).all()  # most are 0


@pytest.mark.jit_off
def test_the_rule_of_two_rates():
    n, policy = 40, d.TwoRate(low=1.0, high=16.0, initial=4.0)
    lowered = policy.lower(n)
    assert f.start(lowered, n) == (4.0,) and f.tosses(lowered) and policy.least_offspring == 2
    views = [f.PolicyView(7, 0, 3, index) for index in range(4)]
    assert [_draws(policy, n, 1, (4.0,), view)[0] for view in views] == [0.05, 0.2, 0.05, 0.2]

    def after(r, offspring, u):
        return f.update(lowered, (r,), f.Event(1, 1, False, 2, offspring, u), n)[0]

    # Half of the time as the best offspring, a quarter each way else.
    assert [after(4.0, 0, u) for u in (0.0, 0.49, 0.5, 0.74, 0.75, 0.99)] == [2.0, 2.0, 2.0, 2.0, 8.0, 8.0]
    assert [after(4.0, 3, u) for u in (0.0, 0.49, 0.5, 0.74, 0.75, 0.99)] == [8.0, 8.0, 2.0, 2.0, 8.0, 8.0]
    assert after(1.5, 0, 0.0) == 1.0 and after(12.0, 1, 0.0) == 16.0
    assert d.TwoRate().lower(100) == (2.0, 25.0, 2.0)
    assert _draws(d.TwoRate(high=20.0), n, 1, (20.0,), views[1])[0] == 1.0


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_metropolis_keeps_the_best_at_any_temperature():
    """Losses that are far from 1 count as losses too."""
    for scale in (1e-12, 1.0, 1e12):
        search = d.RandomLocalSearch(acceptance=d.Metropolis(3.0 * scale))
        assert search.loses(12)
        problem = d.Linear([scale * (i + 1) for i in range(12)])
        for engine in (evo.Engine.REFERENCE, evo.Engine.PYTHON):
            result = evo.run(
                search,
                problem,
                seed=2,
                stop=evo.Steps(60),
                record=evo.Every(1, evo.value, evo.best_value),
                engine=engine,
            )
            assert result.value == result.trace["best_value"].max() >= result.trace["value"].max() * (1 - 1e-15)
            assert (np.diff(result.trace["value"]) < 0).any()
