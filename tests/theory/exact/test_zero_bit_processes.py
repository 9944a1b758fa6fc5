"""The processes of the number of zero-bits: printed tables, many digits, enumeration, limits, planted defects."""

import math
import pickle
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import (
    adversarial_dynamic_bin_val,
    constants,
    dynamic_bin_val,
    dynamic_linear,
    onemax,
    partially_ordered,
    switching_dynamic_bin_val,
)
from theory import enumeration as en
from theory.exact.dynamic_linear import uniform_sums


def _uniform_beats(a, b):
    # P(sum of a + b uniform numbers <= a), the alternating formula in fractions
    total = a + b
    return sum(
        Fraction((-1) ** j * math.comb(total, j) * (a - j) ** total, math.factorial(total)) for j in range(a + 1)
    )


def _half(k, a, b):
    return 1.0 if b == 0 else 0.5 * (b >= a) + 0.5 * (a >= b)


_MODULES = {  # the rule of acceptance given a >= 1, written independently
    "dynamic": (dynamic_bin_val.law, lambda n: lambda k, a, b: a / (a + b)),
    "adversarial": (adversarial_dynamic_bin_val.law, lambda n: lambda k, a, b: 1.0),
    "switching": (switching_dynamic_bin_val.law, lambda n: lambda k, a, b: 1.0 if k < n / 2 or b == 0 else 0.0),
    "partial order": (partially_ordered.law, lambda n: lambda k, a, b: 1.0 if b == 0 or b >= a else 0.0),
    "half pessimistic": (lambda n, **rest: partially_ordered.law(n, pessimism=0.5, **rest), lambda n: _half),
    "linear": (dynamic_linear.law, lambda n: lambda k, a, b: float(_uniform_beats(a, b))),
}

_TABLES = {  # as printed, n = 100, 200, 400, 800
    (partially_ordered, 0.5): ("1554", "3652", "8401", "19010"),
    (partially_ordered, 0.9): ("1897", "4874", "12160", "29540"),
    (partially_ordered, 1.0): ("2444", "6981", "19810", "56020"),
    (partially_ordered, 1.1): ("3861", "15720", "94090", "1.655e6"),
    (partially_ordered, 1.2): ("9194", "1.246e5", "1.684e7", "2.689e11"),
    (adversarial_dynamic_bin_val, 1.0): ("2295", "6550", "18570", "52500"),
    (adversarial_dynamic_bin_val, 1.2): ("7106", "7.33e4", "5.178e6", "2.283e10"),
}


def _digits(text):
    return len(text.split("e")[0].replace(".", "").rstrip("0")) if "e" not in text else len(text.split("e")[0]) - 1


@pytest.mark.parametrize("case", _TABLES, ids=lambda case: f"{case[0].__name__.split('.')[-1]} {case[1]}")
def test_printed_means(case):
    module, strength = case
    for n, text in zip((100, 200, 400, 800), _TABLES[case], strict=True):
        found, printed = float(module.expected_steps(n, strength=strength)), float(text)
        unit = 10.0 ** (math.floor(math.log10(printed)) - _digits(text) + 1)
        assert abs(found - printed) <= 0.51 * unit  # half a unit of the last digit printed, or a tie rounded to even


def test_the_order_n_to_three_halves_at_strength_one():
    for module, printed in (
        (partially_ordered, (2.444, 2.468, 2.476, 2.476)),
        (adversarial_dynamic_bin_val, (2.295, 2.316, 2.322, 2.320)),
    ):
        for n, value in zip((100, 200, 400, 800), printed, strict=True):
            assert float(module.expected_steps(n, strength=1.0)) / n**1.5 == pytest.approx(value, abs=5.1e-4)


@pytest.mark.parametrize("name", _MODULES)
@pytest.mark.parametrize(("n", "rate"), [(1, 0.3), (2, 0.5), (7, 0.8), (16, 1 / 16), (20, 0.15)])
def test_moments_against_sixty_digits(name, n, rate):
    law, rule = _MODULES[name]
    accept = rule(n)
    mean, variance = slow.zero_bit_moments(n, rate, lambda k, a, b: mp.mpf(accept(k, a, b)))
    found = law(n, rate=rate)
    # the doubles of `accept` are shared, every other operation adds or multiplies positive numbers
    assert slow.relative(found.mean, mean) < 1e-12
    assert slow.relative(found.variance, variance) < 1e-11
    assert found.lower <= mean <= found.upper


def test_moments_stay_right_where_the_time_is_astronomic():
    n, rate = 44, 0.3
    accept = lambda k, a, b: 1.0 if b == 0 or b >= a else 0.0  # noqa: E731
    mean, variance = slow.zero_bit_moments(n, rate, accept)
    law = partially_ordered.law(n, rate=rate)
    assert mean > 1e15  # beyond the reach of a solve with subtraction
    assert slow.relative(law.mean, mean) < 1e-12 and slow.relative(law.variance, variance) < 1e-11
    huge = adversarial_dynamic_bin_val.law(400, strength=2.0)
    assert math.isfinite(huge.mean) and huge.std == pytest.approx(huge.mean, rel=1e-6)


@pytest.mark.parametrize("name", _MODULES)
@pytest.mark.parametrize(("n", "strength"), [(1, 0.5), (3, 1.3), (6, 1.0), (8, 2.0)])
def test_whole_laws_against_enumeration(name, n, strength):
    law, rule = _MODULES[name]

    def beats(x, y):
        a, b = (y & ~x).bit_count(), (x & ~y).bit_count()
        return rule(n)(n - x.bit_count(), a, b) if a else 0.0

    times = np.arange(600)
    found, static = law(n, strength=strength), en.Static(strength=strength)
    expected = en.law(en.dynamic(n, beats), static, horizon=600).cdf(times)
    gap = np.abs(found.cdf(times) - expected).max()
    assert gap < 1e-11  # 600 steps, each adding a rounding of some 1e-15
    others = [other(n, strength=strength) for key, (other, _) in _MODULES.items() if key != name]
    if n >= 6:  # planted defect: the rule of another process
        assert min(np.abs(other.cdf(times) - expected).max() for other in others) > 1e-4


def test_pessimism_zero_is_onemax_and_a_step_of_pessimism_slows_down():
    for n, strength in ((1, 0.7), (30, 1.0), (60, 2.0)):
        law, known = partially_ordered.law(n, strength=strength, pessimism=0.0), onemax.law(n, strength=strength)
        assert law.mean == pytest.approx(known.mean, rel=1e-12)
        assert law.variance == pytest.approx(known.variance, rel=1e-11)
        np.testing.assert_allclose(law.cdf(np.arange(2000)), known.cdf(np.arange(2000)), atol=1e-11)
    means = [float(partially_ordered.expected_steps(60, strength=1.0, pessimism=q)) for q in (0.0, 0.3, 0.6, 1.0)]
    assert means == sorted(means)
    with pytest.raises(ValueError, match=r"`pessimism` must lie in \[0, 1\] \(probability\); got 1\.5\. Pass 1\.0"):
        partially_ordered.law(5, strength=1.0, pessimism=1.5)


def test_switching_is_adversarial_below_one_half_and_has_the_smaller_drift_above():
    n = 50
    one, other = switching_dynamic_bin_val.bands(n, strength=1.5), adversarial_dynamic_bin_val.bands(n, strength=1.5)
    for k in range(1, n + 1):
        same = np.array_equal(one.down[k], other.down[k]) and np.array_equal(one.up[k], other.up[k])
        assert same == (k < n / 2 or k == n)
    assert not one.up[25:].any()  # nothing is lost from one half on


@pytest.mark.jit_off
def test_sums_of_uniform_numbers():
    table = uniform_sums.beats(30)
    for a, b in [(1, 0), (0, 1), (1, 5), (5, 1), (3, 3), (7, 30), (30, 30), (30, 2)]:
        exact = _uniform_beats(a, b)
        assert abs(Fraction(float(table[a, b])) - exact) <= exact * Fraction(1, 10**14)  # 60 rounded steps of 2e-16
    np.testing.assert_allclose(table + table.T, 1.0 - np.eye(31) * np.eye(31)[0], atol=1e-14)


def test_stagnation_on_uniform_weights():
    assert float(dynamic_linear.threshold()) == pytest.approx(2.7653163944, abs=1e-10)
    assert float(dynamic_linear.stagnation_density(2.765)) == 0.0 < float(dynamic_linear.stagnation_density(2.766))
    # measured at n = 10000 over half a run: autocorrelated, with a standard error of about a tenth near the threshold
    for strength, measured in [(2.9, 0.0172), (3.0, 0.0304), (3.5, 0.0769)]:
        found = float(dynamic_linear.stagnation_density(strength))
        assert found == pytest.approx(measured, rel=0.1)
        assert float(dynamic_linear.fluid_drift(found, strength)) == pytest.approx(0.0, abs=1e-15)
    for strength, measured in [(2.7, 19.0), (2.8, 89.0)]:  # T / (n ln n) of some five runs
        law = dynamic_linear.law(10_000, strength=strength)
        mean, error = (number / (1e4 * math.log(1e4)) for number in (law.mean, law.std / math.sqrt(5)))
        assert mean == pytest.approx(measured, abs=5.0 * error)
    n, k, strength = 20_000, 3000, 2.0
    chain = dynamic_linear.bands(n, strength=strength)
    down, up = chain.down[k], chain.up[k]
    drift = down @ np.arange(1, down.size + 1) - up @ np.arange(1, up.size + 1)
    assert drift == pytest.approx(float(dynamic_linear.fluid_drift(k / n, strength)), abs=10 / n)
    assert abs(drift - float(dynamic_bin_val.fluid_drift(k / n, strength))) > 1e-2


@pytest.mark.parametrize("strength", [0.3, 0.9, 1.4])
def test_leading_terms_have_the_drift_from_one_zero_bit(strength):
    n = 4000
    for module, rest in [
        (adversarial_dynamic_bin_val, {}), (switching_dynamic_bin_val, {}), (dynamic_linear, {}), (dynamic_bin_val, {}),
        *((partially_ordered, {"pessimism": q}) for q in (0.0, 0.4, 1.0)),
    ]:  # fmt: skip
        chain = module.bands(n, strength=strength, **rest)
        up = chain.up[1]
        slope = n * (chain.down[1, 0] - up @ np.arange(1, up.size + 1))
        value = float(module.asymptotic(n, strength=strength, **rest))
        if slope > 0:  # binomial and Poisson flips differ by O(1 / n)
            assert n * math.log(n) / value == pytest.approx(slope, abs=20 / n)
        else:
            assert value == math.inf


def test_the_threshold_of_a_share_of_pessimism():
    assert float(partially_ordered.threshold(0.5)) == pytest.approx(float(constants.entropy_sketch_strength), rel=1e-14)
    for q in (0.05, 0.3, 0.8, 1.0):
        c = float(partially_ordered.threshold(q))
        below = partially_ordered.asymptotic(100, strength=c - 1e-6, pessimism=q)
        beyond = partially_ordered.asymptotic(100, strength=c + 1e-6, pessimism=q)
        assert float(below) < math.inf == float(beyond)


@pytest.mark.parametrize("name", _MODULES)
def test_rate_one_and_pickles(name):
    law, _ = _MODULES[name]
    assert law(3, rate=1.0).mean == math.inf and law(3, rate=1.0).pmf([0, 1]).tolist() == [1 / 8, 1 / 8]
    assert pickle.loads(pickle.dumps(law(9, rate=0.2))).mean == law(9, rate=0.2).mean
