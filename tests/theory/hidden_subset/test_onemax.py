"""Hidden subsets of ones: the exact laws on OneMax under the schedule and under the static law, against predictions."""

import math

import pytest

from theory import flips, hidden_subset, onemax


@pytest.mark.parametrize("eps", [0.5, 1.0])
def test_power_law(eps):
    # one bit waits for its flip
    single = onemax.unbiased_expected_steps(1, flips=flips.power_law_static(1, eps))
    assert float(single) == pytest.approx(0.5 / float(hidden_subset.repair_rate(1, eps=eps)), rel=1e-12)
    # printed means of some runs at n = 100, with the standard error of 20 of them: 18.2 and 22.3 n ln n
    law = onemax.unbiased_law(100, flips=flips.power_law_static(100, eps))
    assert law.mean / (100 * math.log(100)) == pytest.approx({0.5: 18.2, 1.0: 22.3}[eps], rel=0.1)
    assert law.std / law.mean < 0.5


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
