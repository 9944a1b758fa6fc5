"""Mutations of the enumeration against the chains and against dense matrices over all strings."""

import math

import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import enumeration as en
from theory import flips, leading_ones, onemax

_GRID = np.arange(2000)
_ROUNDING = 1e-10  # 2000 steps, each adding some 1e-15 over at most 64 strings


def _gap(one, other):
    return float(np.abs(one.cdf(_GRID) - other.cdf(_GRID)).max())


_CASES = {  # mutation and policy, and the law on the number of flips that it must have
    "resampled": lambda n: (en.Resampled(), en.Static(strength=0.8), flips.resampled(n, strength=0.8)),
    "shifted": lambda n: (en.Shifted(), en.Static(strength=0.8), flips.shifted(n, strength=0.8)),
    "flip count": lambda n: (en.FlipCount(flips.power_law(n, 1.5)), None, flips.power_law(n, 1.5)),
    "heavy tailed": lambda n: (_heavy(n), None, flips.heavy_tailed(n, 1.5)),
    "static": lambda n: (en.FlipCount(flips.power_law_static(n, 0.5)), None, flips.power_law_static(n, 0.5)),
    "binomial": lambda n: (en.FlipCount(flips.binomial(n, rate=0.3)), None, flips.binomial(n, rate=0.3)),
}


def _heavy(n):
    weights = np.array([a**-1.5 for a in range(1, max(1, n // 2) + 1)])
    return en.Mixture([a / n for a in range(1, weights.size + 1)], weights / weights.sum())


@pytest.mark.parametrize("name", _CASES)
@pytest.mark.parametrize("n", [1, 2, 4, 6])
def test_flips_on_onemax(name, n):
    mutation, policy, pmf = _CASES[name](n)
    law = en.law(slow.onemax(n), policy, mutation=mutation)
    known = onemax.unbiased_law(n, flips=pmf)
    assert _gap(law, known) < _ROUNDING
    if math.isfinite(known.mean):
        assert law.mean == pytest.approx(known.mean, rel=1e-12)
    if n >= 4:  # planted defect: the flips of another case
        others = [onemax.unbiased_law(n, flips=_CASES[other](n)[2]) for other in _CASES if other != name]
        assert min(_gap(law, other) for other in others) > 1e-3


def test_the_rate_law_of_the_static_power_law():
    # s = (ln 2 / u)^eps is uniform in (0, 1): the midpoint rule with m nodes of a smooth integrand errs by O(m^-2)
    n, eps, nodes = 4, 0.5, 4000
    s = (np.arange(nodes) + 0.5) / nodes
    mixture = en.Mixture(np.exp(-math.log(2) * s ** (-1 / eps)), np.full(nodes, 1 / nodes))
    found = en.FlipCount(flips.power_law_static(n, eps)).masks(n, 0.0)
    np.testing.assert_allclose(mixture.masks(n, 0.0), found, atol=1e-7)


@pytest.mark.jit_off
@pytest.mark.parametrize("values", [[0, 1, 1, 2, 1, 2, 2, 3], list(range(8)), [0, 1, 2, 1, 2, 2, 0, 5]])
def test_a_rate_for_each_position(values):
    rates = [0.1, 0.7, 0.4]
    law = en.law(values, mutation=en.PerBit(rates), horizon=60)
    np.testing.assert_allclose(law.pmf(np.arange(61)), slow.push_strings(values, rates, 60), atol=1e-14)
    swapped = slow.push_strings(values, rates[::-1], 60)  # planted defect: the order of the positions
    assert values[1] == values[4] or np.abs(law.pmf(np.arange(61)) - swapped).max() > 1e-3


@pytest.mark.parametrize("n", [1, 3, 6])
def test_a_rate_for_each_fitness(n):
    levels = [1 / (i + 1) for i in range(n)]
    values = slow.leading_ones(n)
    mutation = en.FitnessDependent([levels[v] if v < n else 0.0 for v in values])
    law, known = en.law(values, mutation=mutation), leading_ones.law(n, rate=levels)
    assert _gap(law, known) < _ROUNDING
    assert law.mean == float(en.expected_steps(values, mutation=mutation)) == pytest.approx(known.mean, rel=1e-12)
    constant = en.FitnessDependent([0.3] * 2**n)
    assert _gap(en.law(values, mutation=constant), en.law(values, en.Static(rate=0.3))) < 1e-12
    if n > 1:
        shifted = en.FitnessDependent([levels[max(0, v - 1)] for v in values])
        assert _gap(en.law(values, mutation=shifted), known) > 1e-2  # planted defect: one level late


def test_rates_of_the_parent_under_a_learning_policy_and_other_acceptance():
    values, n = [0, 2, 1, 2.5, 1, 2, 0.5, 3], 3
    rule = en.SuccessRule(factor=1.5, s=2, low=0.05, high=0.5)  # its rate is ignored, its states are not
    constant = en.FitnessDependent([1 / n] * 8)
    assert _gap(en.law(values, rule, mutation=constant), en.law(values, en.Static(rate=1 / n))) < 1e-11
    hot = en.Metropolis(0.7)
    one, other = (
        en.law(values, mutation=constant, acceptance=hot),
        en.law(values, en.Static(rate=1 / n), acceptance=hot),
    )
    assert _gap(one, other) < 1e-12 and one.mean == pytest.approx(other.mean, rel=1e-12)
    dynamic = en.dynamic_bin_val(n)
    assert _gap(en.law(dynamic, mutation=constant), en.law(dynamic, en.Static(rate=1 / n))) < 1e-12


def test_messages():
    values = slow.onemax(3)
    with pytest.raises(ValueError, match=r"`rates` must hold n = 3 numbers; got 2\. Build it for the function"):
        en.law(values, mutation=en.PerBit([0.1, 0.2])).cdf(1)
    with pytest.raises(ValueError, match=r"`rates` must hold 2\^n = 8 numbers; got 2"):
        en.law(values, mutation=en.FitnessDependent([0.1, 0.2])).cdf(1)
    with pytest.raises(ValueError, match=r"`rates` must be a list of probabilities in \[0, 1\]; got \[1\.5\]\. Pass"):
        en.PerBit([1.5])
    with pytest.raises(ValueError, match=r"`weights` must hold one probability per rate, of sum 1; got 1 for 2 rates"):
        en.Mixture([0.1, 0.2], [1.0])
    with pytest.raises(ValueError, match=r"`pmf` must hold n \+ 1 = 4 probabilities"):
        en.law(values, mutation=en.FlipCount([0.5, 0.5])).cdf(1)

    class Broken(en.AbstractMutation):
        def masks(self, n, rate):
            return np.full((2**n, 2**n), 0.5)

    with pytest.raises(ValueError, match=r"`mutation` must give 8 probabilities of sum 1, or so many for each of 8"):
        en.law(values, en.Static(strength=1.0), mutation=Broken()).cdf(1)
