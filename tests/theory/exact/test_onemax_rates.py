"""OneMax with a rate for every step: gains at any rate, schedules, against many digits, enumeration and known laws."""

import time

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import binom

from tests.theory.exact import slow_twins as slow
from theory import enumeration, onemax
from theory.exact.onemax import _gains, scheduled


@pytest.mark.parametrize("n", [1, 2, 5, 20, 60])
@pytest.mark.parametrize("rate", [1e-7, 0.02, 0.1, 0.3, 0.5, 0.6, 0.9, 0.999])
def test_gains_against_many_digits(n, rate):
    table = _gains.rows(n, rate, n)
    with mp.workdps(50):
        for zeros in {1, 2, n // 4, n // 2, n // 2 + 1, 3 * n // 4, n - 1, n} & set(range(1, n + 1)):
            exact = slow.gains(n, zeros, rate)
            total = mp.fsum(exact)
            for found, chance in zip(np.append(table[zeros], np.zeros(n)), exact, strict=False):
                if chance > 1e-18 * total:
                    assert slow.relative(found, chance) < 1e-13
                else:  # left out, or far down the tail
                    assert abs(found - chance) < 1e-17 * total


def test_rare_gains_of_many_bits():
    with mp.workdps(50):
        table = _gains.rows(900, 0.5, 2)  # 1 or 2 zero-bits of 900: about 2^-890
        for zeros in (1, 2):
            for j, chance in enumerate(slow.gains(900, zeros, 0.5)):
                assert slow.relative(table[zeros, j], chance) < 1e-12
    assert not _gains.rows(5000, 0.5, 2).any()  # below the range of floats
    np.testing.assert_allclose(_gains.rows(5000, 0.5, 2600)[2600].sum(), 0.9976, atol=1e-3)  # no loss in the middle
    assert not _gains.rows(4, 0.0, 4).any()
    assert np.nonzero(_gains.rows(4, 1.0, 4))[0].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("n", "zeros", "rate"), [(400, 332, 0.5), (400, 400, 0.3), (300, 299, 0.45), (300, 299, 0.8), (300, 140, 0.6)]
)
def test_gains_of_many_zero_bits(n, zeros, rate):
    row = _gains.rows(n, rate, zeros)[zeros]
    with mp.workdps(50):
        exact = slow.gains(n, zeros, rate)
        total = mp.fsum(exact)
        for found, chance in zip(np.append(row, np.zeros(zeros)), exact, strict=False):
            assert abs(found - chance) < 1e-15 * total
            if chance > 1e-16 * total:
                assert slow.relative(found, chance) < 1e-12


def test_many_zero_bits_at_the_start():
    n = 400
    law = onemax.scheduled_law(n, [0.5, 0.5, 0.5, 1 / n], start=n)
    now = np.eye(n + 1)[n]  # an offspring at rate 1/2 is uniform, whatever its parent
    for _ in range(3):
        better = np.cumsum(binom.pmf(np.arange(n + 1), n, 0.5))
        after = binom.pmf(np.arange(n + 1), n, 0.5) * (np.cumsum(now[::-1])[::-1] - now)
        now = after + now * (1.0 - np.append(0.0, better[:-1]))
    expected = 3.0 + now @ onemax.expected_steps_from(n, rate=1 / n)
    assert law.mean == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("n", "strength"), [(10**4, 500.0), (10**6, 600.0)])
def test_improvements_with_a_probability_below_1e_minus_200(n, strength):
    means = onemax.expected_steps_from(n, strength=strength) if n < 10**5 else None
    last = float(onemax.expected_steps(n, strength=strength, start=1))
    with mp.workdps(40):
        p = mp.mpf(strength / n)
        assert slow.relative(last, 1 / (p * (1 - p) ** (n - 1))) < 1e-12
    later = float(onemax.expected_steps(n, strength=strength, start=200))
    assert last < later < 4.0 * last  # the last few zero-bits take nearly all the time
    assert means is None or (np.isfinite(means).all() and means[200] == pytest.approx(later, rel=1e-13))


@pytest.mark.parametrize(("n", "rate"), [(1, 0.4), (12, 0.1), (12, 0.6), (60, 1 / 60), (300, 1 / 300)])
def test_a_constant_rate_is_the_known_law(n, rate):
    known = onemax.law(n, rate=rate, horizon=5000)
    for rates in (rate, [rate], lambda t: rate):
        law = onemax.scheduled_law(n, rates, horizon=5000)
        times = np.arange(5001)
        np.testing.assert_allclose(law.cdf(times), known.cdf(times), atol=1e-13)
        assert law.defect == pytest.approx(known.defect, abs=1e-11)


def test_schedules_against_enumeration():
    n = 6
    for rates in (lambda t: 1.0 / t, lambda t: [0.5, 0.05, 0.3][t % 3], lambda t: [0.0, 0.9, 0.2][t % 3]):
        known = enumeration.law(slow.onemax(n), enumeration.Schedule(rates), horizon=120)
        law = onemax.scheduled_law(n, rates, horizon=120)
        np.testing.assert_allclose(law.pmf(np.arange(121)), known.pmf(np.arange(121)), atol=1e-14)
        listed = onemax.scheduled_law(n, [rates(t) for t in range(1, 121)], horizon=120)
        assert np.array_equal(listed.pmf(np.arange(121)), law.pmf(np.arange(121)))
        late = onemax.scheduled_law(n, lambda t, rates=rates: rates(t + 1), horizon=120)
        assert np.abs(late.cdf(np.arange(121)) - known.cdf(np.arange(121))).max() > 1e-3  # one step late is seen
    one = onemax.scheduled_law(n, lambda t: 0.2, start=2, horizon=50)
    other = onemax.law(n, rate=0.2, start=2, horizon=50)
    np.testing.assert_allclose(one.pmf(np.arange(51)), other.pmf(np.arange(51)), atol=1e-15)


def test_a_schedule_against_many_digits():
    n, steps, rates = 8, 40, [0.5, 0.25, 0.125]
    with mp.workdps(50):
        tables = [[slow.gains(n, k, rate) for k in range(n + 1)] for rate in rates]
        law = [mp.binomial(n, k) / mp.mpf(2) ** n for k in range(n + 1)]
        pmf = [law[0]]
        law[0] = mp.mpf(0)
        for t in range(steps):
            table = tables[min(t, 2)]
            law = [
                mp.fsum(law[i] * table[i][i - k - 1] for i in range(k + 1, n + 1)) + law[k] * (1 - mp.fsum(table[k]))
                for k in range(n + 1)
            ]
            pmf.append(law[0])
            law[0] = mp.mpf(0)
        found = onemax.scheduled_law(n, rates, horizon=steps)
        for t, chance in enumerate(pmf):
            assert slow.relative(found.pmf(t), chance) < 1e-12


def test_moments_of_a_schedule_come_from_the_table():
    law = onemax.scheduled_law(30, lambda t: 1 / 30)
    known = onemax.law(30, rate=1 / 30)
    assert law.mean == pytest.approx(known.mean, rel=1e-9) and law.variance == pytest.approx(known.variance, rel=1e-8)
    with pytest.raises(ValueError, match="untracked mass"):
        _ = onemax.scheduled_law(30, 0.1, horizon=3).mean


@pytest.mark.slow
def test_a_thousand_bits_with_a_new_rate_in_every_step_take_seconds():
    began = time.process_time()
    law = onemax.scheduled_law(1000, lambda t: (1.0 + 1.0 / t) / 1000)
    assert law.defect < 1e-11
    assert time.process_time() - began < 20.0  # 2 s on an idle machine


def test_a_schedule_that_does_not_arrive_ends(monkeypatch):
    monkeypatch.setattr(scheduled, "_WORK", 1e7)
    law = onemax.scheduled_law(500, 0.5)
    assert law.defect == pytest.approx(1.0) and 1000 < law.horizon < 100_000
    assert onemax.scheduled_law(500, 0.5, horizon=3).horizon == 3


def test_arguments():
    with pytest.raises(
        ValueError, match=r"`rates` must lie in \[0, 1\] \(probability per bit, step 3\); got 1\.5\. For"
    ):
        onemax.scheduled_law(5, lambda t: t / 2)
    with pytest.raises(TypeError, match=r"`rates` must lie in .* got None"):
        onemax.scheduled_law(5, lambda t: None)  # pyright: ignore
    for wrong in ("0.1", True, ["a"], [True, False], [1j], (each for each in [0.1]), {0.1}):
        with pytest.raises(
            TypeError, match=r"`rates` must hold a function of t, or .* in \[0, 1\]; got .*For one expec"
        ):
            onemax.scheduled_law(5, wrong)  # pyright: ignore
    for wrong in ([], [0.5, 2.0], [[0.5]], [np.nan]):
        with pytest.raises(ValueError, match=r"`rates` must be a function of t, or at least one .* got .* For one"):
            onemax.scheduled_law(5, wrong)
    with pytest.raises(ValueError, match=r"`n` must be so small that .* got n=50000\. Pass a smaller n"):
        onemax.scheduled_law(50_000, 0.5)
    with pytest.raises(ValueError, match=r"`horizon` must be an integer >= 0"):
        onemax.scheduled_law(5, 0.5, horizon=-1)
    with pytest.raises(ValueError, match=r"`start` must be an integer in \[0, 5\]"):
        onemax.scheduled_law(5, 0.5, start=9)
