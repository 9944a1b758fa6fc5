"""Hidden subsets of ones: the exact laws on OneMax under the schedule and under the static law, against predictions."""

import math

import numpy as np
import pytest

from theory import constants, flips, hidden_subset, onemax


@pytest.mark.parametrize("eps", [0.5, 1.0])
def test_power_law(eps):
    # one bit waits for its flip
    single = onemax.unbiased_expected_steps(1, flips=flips.power_law_static(1, eps))
    assert float(single) == pytest.approx(0.5 / float(hidden_subset.repair_rate(1, eps=eps)), rel=1e-12)
    law = onemax.unbiased_law(100, flips=flips.power_law_static(100, eps))
    assert law.mean / (100 * math.log(100)) == pytest.approx({0.5: 18.2, 1.0: 22.3}[eps], rel=0.1)  # some runs
    assert law.std / law.mean < 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("eps", "measured"), [(0.5, 36.4), (1.0, 61.2)])
def test_power_law_at_a_thousand_bits(eps, measured):
    law = onemax.unbiased_law(1000, flips=flips.power_law_static(1000, eps))
    assert law.mean / (1000 * math.log(1000)) == pytest.approx(measured, rel=0.1)  # some runs
    assert law.std / law.mean < 0.25


@pytest.mark.parametrize(
    ("n", "measured", "error"), [(10**3, 2.46, 0.03), (10**4, 2.50, 0.05), (10**5, 2.58, 0.11), (10**6, 2.66, 0.24)]
)
def test_known_size(n, measured, error):
    law = onemax.law(n, strength=1.0)
    assert law.mean / (n * math.log(n)) == pytest.approx(measured, abs=5.0 * error)
    # S_n(T) - ln n at rate 1/n; its limit is printed as -0.696, the spread of Gumbel's law as 1.283
    each = (1.0 - 1.0 / n) ** (n - 1) / n
    limit = float(constants.onemax_linear) / math.e
    assert limit == pytest.approx(-0.696, abs=5e-4)
    assert each * law.mean - math.log(n) == pytest.approx(limit, abs=math.log(n) / n)
    assert each * law.std == pytest.approx(math.pi / math.sqrt(6.0), abs=0.03)


@pytest.mark.slow
def test_schedule_at_a_thousand_bits():
    n = 1000
    law = onemax.scheduled_law(n, hidden_subset.schedule)
    assert law.mean / (n * math.log(n)) == pytest.approx(2.83, abs=5.0 * 0.03)
    times = np.arange(law.horizon + 1)
    found = hidden_subset.statistic(n, times)
    mean = float(law.pmf(times) @ found)
    spread = math.sqrt(float(law.pmf(times) @ (found - mean) ** 2))
    assert 1.2 < spread < 1.3  # as printed
    assert mean == pytest.approx(-1.79, abs=5.0 * spread * 0.03 * n * math.log(n) / law.std)


@pytest.mark.parametrize("n", [10, 50])
@pytest.mark.parametrize("eps", [0.5, 1.0])
def test_the_two_integrals_over_the_static_law_agree(n, eps):
    # the rate of a repair, from the law of the flips and from the law of the rate: E[p (1 - p)^(n - 1)] = P(R = 1) / n
    pmf = flips.power_law_static(n, eps)
    assert pmf[1] / n == pytest.approx(float(hidden_subset.repair_rate(n, eps=eps)), rel=1e-11)


def test_prediction_follows_the_exact_mean():
    # the requirement up to its O(1): G at the exact mean lies between -3 and 0
    for n in (10, 40):
        mean = onemax.scheduled_law(n, hidden_subset.schedule).mean
        assert -3.0 < hidden_subset.statistic(n, mean) < 0.0
