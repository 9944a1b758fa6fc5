"""LeadingOnes: best rates, resampled mutations and scheduled rates against other methods."""

import math

import mpmath as mp
import numpy as np
import pytest
from scipy import integrate, optimize

from tests.theory.exact import slow_twins as slow
from theory import Kind, constants, leading_ones
from theory import enumeration as en
from theory.exact.leading_ones import scheduled


def test_best_fitness_dependent_rates():
    assert float(leading_ones.expected_steps(100, rate=leading_ones.best_rates(100))) / 1e4 == pytest.approx(
        0.679526, abs=5e-7
    )
    best = float(leading_ones.expected_steps(1000, rate=leading_ones.best_rates(1000)))
    assert best / 1e6 == pytest.approx(0.6795699, abs=5e-8)
    limit = float(constants.leading_ones_fitness_dependent)
    assert limit == pytest.approx(math.e / 4, rel=1e-15)
    assert best / 1e6 == pytest.approx(limit, abs=1e-6)
    rates = leading_ones.best_rates(8)
    for level in range(1, 8):  # each is the best on its level
        for other in (0.99, 1.01):
            changed = rates.copy()
            changed[level] *= other
            assert float(leading_ones.expected_steps(8, rate=changed)) > float(
                leading_ones.expected_steps(8, rate=rates)
            )


@pytest.mark.parametrize("n", [1, 2, 3, 10, 400])
def test_best_static_rate(n):
    found = leading_ones.best_static_rate(n)
    assert found.kind is Kind.EXACT
    rate = mp.mpf(float(found))
    with mp.workdps(60):  # the derivative changes its sign within a relative 1e-12
        time = lambda p: ((1 - p) ** (1 - n) - (1 - p)) / (2 * p * p)  # noqa: E731
        if n == 1:
            assert float(found) == 1.0
        else:
            assert mp.diff(time, rate * (1 - mp.mpf(10) ** -12)) < 0 < mp.diff(time, rate * (1 + mp.mpf(10) ** -12))
    for n in (10**6, 10**12):
        with mp.workdps(60):
            rate, one = mp.mpf(float(leading_ones.best_static_rate(n))), mp.mpf(10) ** -12
            slope = lambda p, n=n: (n - 1 + (1 - p) ** n) * p - 2 * (1 - p) * (1 - (1 - p) ** n)  # noqa: E731
            assert slope(rate * (1 - one)) < 0 < slope(rate * (1 + one))
    assert float(leading_ones.best_static_rate(10**7)) * 1e7 == pytest.approx(
        float(constants.dynamic_bin_val_strength), abs=1e-6
    )
    best = float(leading_ones.expected_steps(10**4, rate=float(leading_ones.best_static_rate(10**4)))) / 1e8
    assert best == pytest.approx(float(constants.leading_ones_best_static), abs=2e-4)


class _ResampledByLevel(en.AbstractMutation):
    """Resampled bit mutation at one rate per level."""

    uses_rate = False

    def __init__(self, rates):
        self.rates = rates

    def masks(self, n, rate):
        """A row per parent; the optimum never mutates."""
        rates = [*self.rates, self.rates[-1]]
        return np.stack([en.Resampled().masks(n, rates[level]) for level in slow.leading_ones(n)])


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_resampling_against_enumeration(n):
    values, times = slow.leading_ones(n), np.arange(400)
    static = en.law(values, en.Static(strength=0.9), mutation=en.Resampled())
    found = leading_ones.resampling_law(n, strength=0.9)
    np.testing.assert_allclose(found.cdf(times), static.cdf(times), atol=1e-12)
    assert found.mean == pytest.approx(static.mean, rel=1e-11)
    one_bit = en.law(values, mutation=en.OneBit())
    np.testing.assert_allclose(leading_ones.resampling_law(n, rate=0.0).cdf(times), one_bit.cdf(times), atol=1e-12)
    rates = np.linspace(0.2, 0.6, n)
    truth = en.law(values, mutation=_ResampledByLevel(rates))
    level = leading_ones.resampling_law(n, rate=rates)
    np.testing.assert_allclose(level.cdf(times), truth.cdf(times), atol=1e-12)
    assert float(leading_ones.resampling_expected_steps(n, rate=rates)) == level.mean
    assert float(leading_ones.resampling_variance(n, rate=rates)) == level.variance
    assert abs(leading_ones.law(n, rate=rates).cdf(3) - truth.cdf(3)) > 1e-3  # planted defect: empty mutations count


@pytest.mark.parametrize(("n", "rate"), [(3, 0.3), (10, 1e-9), (300, 1 / 300)])
def test_resampling_against_fifty_digits(n, rate):
    with mp.workdps(50):
        p = mp.mpf(rate)
        chances = [p * (1 - p) ** i / (1 - (1 - p) ** n) for i in range(n)]
        mean = mp.fsum(1 / (2 * q) for q in chances)
        variance = mp.fsum((3 - 2 * q) / (4 * q * q) for q in chances)
        assert slow.relative(float(leading_ones.resampling_expected_steps(n, rate=rate)), mean) < 1e-12
        assert slow.relative(float(leading_ones.resampling_variance(n, rate=rate)), variance) < 1e-12
        whole = float(leading_ones.expected_steps(n, rate=rate))  # E[T>0] = (1 - (1 - p)^n) E[T]
        assert slow.relative((1 - (1 - p) ** n) * whole, mean) < 1e-12


def test_one_bit_flips_in_every_step_that_is_not_empty():
    for rate in np.linspace(0.001, 1.0, 97):  # rounding must not make a probability of more than 1
        assert leading_ones.resampling_law(1, rate=rate).mean == pytest.approx(0.5, rel=1e-15)


def test_best_resampling_rates():
    n = 12
    rates = leading_ones.best_resampling_rates(n)
    assert rates[0] == 1.0 and (rates[1:6] > 0.0).all() and not rates[6:].any()
    for level in range(1, n):
        wait = lambda p, i=level: -math.expm1(n * math.log1p(-p)) / (p * (1 - p) ** i)  # noqa: E731
        best = optimize.minimize_scalar(wait, bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-12})
        found = n if rates[level] == 0.0 else wait(rates[level])
        assert found <= best.fun * (1 + 1e-12) and found == pytest.approx(best.fun, rel=1e-5)
    # the error of the limit falls like 1 / n: one step of extrapolation leaves 1 / n^2
    means = [
        float(leading_ones.resampling_expected_steps(n, rate=leading_ones.best_resampling_rates(n))) / n**2
        for n in (100, 200)
    ]
    printed = float(constants.leading_ones_resampling)
    assert printed == pytest.approx(0.40259, abs=5e-6)
    assert 2 * means[1] - means[0] == pytest.approx(printed, abs=2e-5)

    def smallest(x):  # independent of the constant: minimise, then integrate
        wait = lambda c: math.exp(c * x) * -math.expm1(-c) / c  # noqa: E731
        return min(1.0, optimize.minimize_scalar(wait, bounds=(1e-9, 40.0 / max(x, 0.02)), method="bounded").fun)

    value, _ = integrate.quad(smallest, 0.0, 1.0, points=[0.02, 0.5], epsabs=1e-7)
    assert 0.5 * value == pytest.approx(printed, abs=5e-6)


def test_resampling_asymptotics():
    for strength in (0.5, 1.0, 2.0):
        exact = float(leading_ones.resampling_expected_steps(10**5, strength=strength))
        assert float(leading_ones.resampling_asymptotic(10**5, strength=strength)) == pytest.approx(exact, rel=1e-4)
    coefficients = [float(leading_ones.resampling_asymptotic(1, strength=c)) for c in (1e-6, 0.1, 1.0, 3.0)]
    assert coefficients == sorted(coefficients) and coefficients[0] == pytest.approx(0.5, abs=1e-6)
    assert float(leading_ones.resampling_asymptotic(1, strength=800.0)) == math.inf
    assert float(leading_ones.resampling_asymptotic(1, strength=1e-200)) == 0.5
    assert float(leading_ones.asymptotic(10, strength=1e-200)) == pytest.approx(50e200, rel=1e-15)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_schedules_against_enumeration(n):
    schedule = lambda t: 1 / (t + 1)  # noqa: E731
    truth = en.law(slow.leading_ones(n), en.Schedule(schedule), horizon=500)
    found = leading_ones.scheduled_law(n, schedule, horizon=500)
    np.testing.assert_allclose(found.cdf(np.arange(500)), truth.cdf(np.arange(500)), atol=1e-13)
    assert found.horizon == 500
    listed = leading_ones.scheduled_law(n, [schedule(t) for t in range(1, 501)], horizon=500)
    assert listed.cdf(np.arange(500)).tolist() == found.cdf(np.arange(500)).tolist()
    late = leading_ones.scheduled_law(n, lambda t: schedule(t + 1), horizon=500)
    assert abs(late.cdf(2) - truth.cdf(2)) > 1e-3  # planted defect: the schedule begins one step late


def test_a_constant_schedule_is_the_static_rate():
    found, static = leading_ones.scheduled_law(60, lambda t: 1 / 60), leading_ones.law(60, rate=1 / 60)
    assert found.mean == pytest.approx(static.mean, rel=1e-12)
    assert found.variance == pytest.approx(static.variance, rel=1e-10)
    np.testing.assert_allclose(found.cdf(np.arange(9000)), static.cdf(np.arange(9000)), atol=1e-12)
    assert leading_ones.scheduled_law(3, lambda t: 0.5, horizon=0).pmf([0, 1]).tolist() == [0.125, 0.0]


def test_messages(monkeypatch):
    with pytest.raises(
        ValueError, match=r"`rate` must be one probability per bit in \[0, 1\], or 2 of them.*Pass|pass"
    ):
        leading_ones.resampling_law(2, rate=[0.1, 1.5])
    with pytest.raises(ValueError, match="exactly one"):
        leading_ones.resampling_law(2, rate=0.0, strength=1.0)
    with pytest.raises(TypeError, match=r"`rate` must lie in .* got False"):
        leading_ones.resampling_law(2, rate=False)
    for wrong in (["a", "b"], [True, False], [1j, 0.1]):
        with pytest.raises(
            TypeError, match=r"`rate` must hold probabilities per bit, one per level; got .* pass rate=1/n"
        ):
            leading_ones.resampling_law(2, rate=wrong)
    with pytest.raises(ValueError, match=r"`n` must be at most 20000 .* got 30000\. Pass a smaller n"):
        leading_ones.best_resampling_rates(30_000)
    with pytest.raises(ValueError, match=r"`rates` must lie in \[0, 1\] \(probability per bit, step 3\); got 2\.0"):
        leading_ones.scheduled_law(2, lambda t: 2.0 if t == 3 else 0.5)
    with pytest.raises(ValueError, match=r"`rates` must be a function of t, or at least one .*got \[\]\. For one"):
        leading_ones.scheduled_law(2, [])
    monkeypatch.setattr(scheduled, "_WORK", 1e5)
    with pytest.raises(
        ValueError, match=r"complete within 2e\+04 steps at n=5; 0\.969 of its mass is not.* Pass horizon="
    ):
        leading_ones.scheduled_law(5, lambda t: 0.0)
