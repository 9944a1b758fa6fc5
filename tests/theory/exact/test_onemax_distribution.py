"""Single points of the distribution function on OneMax against forward iteration and closed forms."""

import math
import time

import numpy as np
import pytest

from theory import Kind, onemax

_CASES = [(1, 0.5), (2, 1.0), (7, 4.0), (50, 1.0), (50, 3.0), (200, 1.0), (1000, 1.0), (1000, 0.3)]


@pytest.mark.parametrize(("n", "strength"), _CASES)
def test_against_forward_iteration(n, strength):
    law = onemax.law(n, strength=strength)
    times = [0, 1, 2, *(law.quantile(q) for q in (1e-6, 1e-3, 0.1, 0.5, 0.9, 0.99, 1 - 1e-6)), law.horizon, 10**12]
    for t, value in zip(times, onemax.distribution(n, times, strength=strength), strict=True):
        assert value.kind is Kind.EXACT
        assert value.lower <= law.cdf(t) + law.defect and value.upper >= law.cdf(t)
        assert value.upper - value.lower < 1e-11
        assert float(value) == pytest.approx(law.cdf(t), abs=1e-14 + 2 * law.defect)


def test_one_step_more_is_seen():
    law = onemax.law(50, strength=1.0)
    t = law.quantile(0.5)
    assert abs(float(onemax.distribution(50, t + 1, strength=1.0)) - law.cdf(t)) > 1e-4


@pytest.mark.parametrize("start", [0, 1, 10, 20])
def test_starts(start):
    law = onemax.law(20, rate=0.1, start=start)
    for t in (0, 1, 30, 100):
        assert float(onemax.distribution(20, t, rate=0.1, start=start)) == pytest.approx(law.cdf(t), abs=1e-13)
    weights = np.eye(21)[start]
    one, other = (onemax.distribution(20, 30, rate=0.1, start=each) for each in (start, weights))
    assert float(one) == pytest.approx(float(other), abs=1e-14)


def test_a_single_bit_is_geometric():
    for t in (0, 1, 5, 40):
        value = onemax.distribution(1, t, rate=0.25, start=1)
        assert float(value) == pytest.approx(1 - 0.75**t, abs=1e-15)


def test_rates_above_one_half():
    law = onemax.law(6, rate=0.7)
    for t in (10, 1000, 20_000):
        assert float(onemax.distribution(6, t, rate=0.7)) == pytest.approx(law.cdf(t), abs=1e-12)


def test_a_hundred_thousand_bits_are_fast_and_close_to_the_limit():
    n = 10**5
    onemax.distribution(50, 1, strength=1.0)
    times = [int(math.e * n * (math.log(n) - 0.5 + x)) for x in (-2.0, 0.0, 3.0)]
    began = time.process_time()
    values = [float(value) for value in onemax.distribution(n, times, strength=1.0)]
    assert time.process_time() - began < 5.0  # 0.2 s on an idle machine
    # the law of (T - E[T]) / (e n) tends to that of G - 0.5772 with a Gumbel G; the correction is O(ln n / n)
    for t, value in zip(times, values, strict=True):
        x = (t - float(onemax.asymptotic(n))) / (math.e * n) + float(np.euler_gamma)
        assert value == pytest.approx(math.exp(-math.exp(-x)), abs=1e-4)


def test_rate_one_and_the_far_tail():
    for n, start in ((1, None), (4, None), (4, 2), (4, 4), (4, 0)):
        law = onemax.law(n, rate=1.0, start=start)
        for t in (0, 1, 5):
            assert float(onemax.distribution(n, t, rate=1.0, start=start)) == law.cdf(t)
    late = onemax.distribution(1, 40, rate=0.7)  # 1 - 0.3^40 / 2 is not 1
    assert late.lower < 1.0 == float(late) == late.upper


@pytest.mark.slow
def test_a_million_bits_take_some_seconds():
    n = 10**6
    began = time.process_time()
    value = onemax.distribution(n, round(float(onemax.asymptotic(n))), strength=1.0)
    assert time.process_time() - began < 20.0  # 2 s on an idle machine
    assert value.upper - value.lower < 1e-8
    assert float(value) == pytest.approx(math.exp(-math.exp(-float(np.euler_gamma))), abs=1e-5)


@pytest.mark.slow
def test_against_forward_iteration_at_ten_thousand_bits():
    law = onemax.law(10**4, strength=1.0)
    times = [law.quantile(q) for q in (1e-3, 0.5, 0.999)]
    for t, value in zip(times, onemax.distribution(10**4, times, strength=1.0), strict=True):
        assert float(value) == pytest.approx(law.cdf(t), abs=1e-14 + 2 * law.defect)


def test_arguments():
    with pytest.raises(ValueError, match=r"`t` must be an integer in \[0, .*\] \(steps\); got -1\. Pass a number of"):
        onemax.distribution(5, -1, strength=1.0)
    with pytest.raises(TypeError, match=r"`t` must be an integer .* got 1\.5"):
        onemax.distribution(5, [3, 1.5], strength=1.0)  # pyright: ignore
    with pytest.raises(ValueError, match=r"`rate` must be .*\^n >= 1e-300; got rate=0\.5 with n=2000\. Pass a smaller"):
        onemax.distribution(2000, 3, rate=0.5)
    with pytest.raises(ValueError, match=r"`n` and `start` must be such that .* points suffice; .* Use law\("):
        onemax.distribution(10**6, 3, strength=1.0, start=1)
    with pytest.raises(ValueError, match="`strength` or `rate` must be given"):
        onemax.distribution(5, 3)
    with pytest.raises(ValueError, match=r"`start` must be an integer in \[0, 5\]"):
        onemax.distribution(5, 3, strength=1.0, start=6)
