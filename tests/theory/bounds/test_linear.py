"""Linear functions: limits, and bounds that no exact law crosses."""

import math

import numpy as np
import pytest
from scipy import optimize

from theory import Kind, drift, flips, linear, onemax
from theory import enumeration as en

_WEIGHTS = {"onemax": [1] * 8, "binval": [2**i for i in range(8)], "mixed": [3, 14, 15, 9, 26, 5, 35, 8],
            "steep": [10 ** (i * i) for i in range(8)]}  # fmt: skip


def test_asymptotics():
    value = linear.asymptotic(1000, strength=2.0)
    assert float(value) == pytest.approx(math.e**2 / 2 * 1000 * math.log(1000)) and value.kind is Kind.ASYMPTOTIC
    for strength, measured in {0.25: 0.96, 0.5: 0.92, 1.0: 0.88, 2.0: 0.81, 3.0: 0.74}.items():  # of 40 runs
        base, law = float(linear.asymptotic(1000, strength=strength)), onemax.law(1000, strength=strength)
        assert law.mean / base == pytest.approx(measured, abs=5.0 * law.std / base / math.sqrt(40))


@pytest.mark.parametrize("strength", [0.1, 0.5, 1.0, 2.0, 5.0])
def test_bound_holds_on_onemax(strength):
    for n in (5, 10, 100, 1000, 10_000):
        bound = linear.upper_bound(n, strength=strength)
        assert bound.kind is Kind.BOUND and bound.upper > onemax.law(n, strength=strength, start=n).mean


@pytest.mark.parametrize("name", _WEIGHTS)
@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_bound_holds_on_all_strings(name, n):
    weights = _WEIGHTS[name][:n]
    values = [sum(w for i, w in enumerate(weights) if x >> i & 1) for x in range(2**n)]
    for rate in (0.1 / n, 0.9 / n, min(0.5, 2 / n), 0.7):
        mean = float(en.expected_steps(values, en.Static(rate=rate), start=0))
        assert mean <= linear.upper_bound(n, rate=rate).upper
        if n <= 5:
            law = en.law(values, en.Static(rate=rate), start=0, tail=1e-9)
            for failure in (0.9, 0.3, 0.05, 1e-4):
                limit = linear.upper_bound(n, rate=rate, failure=failure).upper
                assert law.survival(limit) <= failure


def test_bound_beyond_floats():
    assert linear.upper_bound(10, rate=1.0).upper == math.inf
    assert linear.upper_bound(10**5, rate=0.5).upper == math.inf
    with pytest.raises(ValueError, match=r"`failure` must lie in \(0, 1\)"):
        linear.upper_bound(10, strength=1.0, failure=1.0)


def test_the_parameter_of_the_upper_bound_is_the_best():
    n, p = 200, 0.7 / 200
    q = (1 - p) ** (1 - n)
    for failure, r in ((None, 1.0), (1e-3, math.log(1e3)), (0.5, math.log(2.0))):
        rest = math.log(1 / p) + (n - 1) * math.log(1 - p) + r

        def published(a, rest=rest):
            return q * (n * a * a * q / (a - 1) + a / (a - 1) * rest / p)

        best = optimize.minimize_scalar(published, bounds=(1.01, 20), method="bounded")
        assert linear.upper_bound(n, rate=p, failure=failure).upper == pytest.approx(best.fun, rel=1e-9)
        assert all(linear.upper_bound(n, rate=p, failure=failure).upper <= published(a) for a in (1.1, 1.5, 2, 3, 9))


@pytest.mark.parametrize("name", _WEIGHTS)
def test_no_linear_function_is_easier_than_onemax(name):
    n = 6
    values = [sum(w for i, w in enumerate(_WEIGHTS[name][:n]) if x >> i & 1) for x in range(2**n)]
    for rate in (0.02, 1 / n, 0.3, 0.5):
        bound = linear.lower_bound(n, rate=rate)
        assert bound.kind is Kind.BOUND and bound.lower <= float(en.expected_steps(values, en.Static(rate=rate)))
    with pytest.raises(ValueError, match=r"`rate` must lie in \(0, 1/2\] .* got 0\.7 with n=6\. For larger rates"):
        linear.lower_bound(n, rate=0.7)


def test_limits_agree_with_each_other_and_with_exact_times():
    for n in (10**4, 10**6):
        one, other = (float(f(n, strength=1.0)) for f in (linear.asymptotic, linear.asymptotic_lower_bound))
        assert other / one == pytest.approx(1.0, abs=2.0 / n)
        law = flips.binomial(n, strength=1.0)
        assert float(linear.unbiased_asymptotic(n, flips=law)) / one == pytest.approx(1.0, abs=2.0 / n)
    assert linear.asymptotic_lower_bound(100, rate=0.01).kind is Kind.ASYMPTOTIC
    gaps = []
    for n in (100, 1000, 10_000):  # E[T] = leading term - linear term, which is slow to become small
        p = n**-1.2
        gaps.append(1.0 - float(onemax.expected_steps(n, rate=p)) / float(linear.asymptotic_lower_bound(n, rate=p)))
    assert 0.0 < gaps[2] < gaps[1] < gaps[0] < 0.1
    assert float(linear.asymptotic_lower_bound(100, rate=0.5)) == 0.0
    ratios = [
        float(onemax.unbiased_expected_steps(n, flips=flips.power_law(n, 3.5)))
        / float(linear.unbiased_asymptotic(n, flips=flips.power_law(n, 3.5)))
        for n in (50, 400)
    ]
    assert ratios[0] < ratios[1] < 1.0 and ratios[1] > 0.85
    assert float(linear.unbiased_asymptotic(4, flips=[0.5, 0, 0.5, 0, 0])) == math.inf
    with pytest.raises(ValueError, match=r"`flips` must hold the probabilities of 0, \.\.\., 4 flips"):
        linear.unbiased_asymptotic(4, flips=law)


def _zeros(n):
    return 1 - (np.arange(2**n)[:, None] >> np.arange(n) & 1)


@pytest.mark.parametrize("seed", range(12))
def test_the_potential_has_the_drift_that_it_claims(seed):
    rng = np.random.default_rng(seed)
    n = 2 + seed % 7
    weights = [rng.integers(1, 5, n), 2 ** rng.permutation(n), rng.integers(1, 10**9, n)][seed % 3]
    values = [sum(int(w) for i, w in enumerate(weights) if x >> i & 1) for x in range(2**n)]
    for rate, alpha in ((0.3 / n, 1.2), (1 / n, 2.0), (min(0.5, 2.5 / n), 6.0)):
        g = linear.potential(weights, rate=rate, alpha=alpha)
        assert g.weights.min() == 1.0 and np.all(np.diff(g.weights[np.argsort(weights, kind="stable")]) >= 0.0)
        shown = drift.certificate(n, values, _zeros(n) @ g.weights, drift.Multiplicative(g.delta), rate=rate)
        assert shown.holds and shown.smallest >= g.delta and shown.bound.delta == g.delta
        exact = float(en.expected_steps(values, en.Static(rate=rate)))
        assert shown.bound.expected.upper >= exact
        worst = drift.multiplicative_upper(shown.process, g.weights.sum(), delta=g.delta)
        if alpha == 2.0:
            assert worst.expected.upper <= _published(n, rate, alpha) * (1 + 1e-12)


def _published(n, p, a):
    q = (1 - p) ** (1 - n)
    return q * (n * a * a * q / (a - 1) + a / (a - 1) * (math.log(1 / p) + (n - 1) * math.log(1 - p) + 1) / p)


def test_a_potential_that_claims_too_much_is_refused():
    n, rate = 6, 1 / 6
    values = list(range(2**n))
    honest = linear.potential(2 ** np.arange(n), rate=rate)
    assert not drift.certificate(n, values, _zeros(n) @ honest.weights, drift.Multiplicative(0.3), rate=rate).holds
    steep = drift.certificate(n, values, _zeros(n).sum(axis=1), drift.Multiplicative(honest.delta), strength=3.0)
    assert not steep.holds and steep.smallest < 0.0  # losing many light bits for one heavy bit raises the zeros


def test_arguments_of_the_potential():
    for weights in ([], [1.0, 0.0], [1.0, math.inf], [[1.0]]):
        with pytest.raises(ValueError, match="`weights` must hold n positive finite numbers"):
            linear.potential(weights, rate=0.5)
    with pytest.raises(ValueError, match=r"`rate` must lie in \(0, 1\) for the potential"):
        linear.potential([1.0], rate=1.0)
    with pytest.raises(ValueError, match=r"`alpha` must lie in \(1, inf\)"):
        linear.potential([1.0], rate=0.5, alpha=1.0)


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.05])
def test_potential_where_powers_leave_the_range_of_floats(rate):
    weights = 1.5 ** np.arange(1000)
    g = linear.potential(weights, rate=rate).weights
    growth = 2.0 * rate / (1 - rate) ** 999
    ratio, most = g[1:] / g[:-1], np.arange(1, 1000) * math.log1p(growth)
    assert np.all(np.diff(g) >= 0.0) and np.all(ratio <= 1.5 * (1 + 1e-12)) and np.all(np.log(g[1:]) <= most + 1e-9)
    assert np.all((ratio > 1.5 * (1 - 1e-12)) | (np.log(g[1:]) > most - 1e-9))  # one of the two bounds is attained


def test_potential_out_of_range():
    with pytest.raises(ValueError, match=r"`rate` must be so small that .*got 0\.9 with n=2000. Pass rate=1/n=0\.0005"):
        linear.potential(np.ones(2000), rate=0.9)
    with pytest.raises(ValueError, match="`weights` must have quotients within the range of floats; got the smallest"):
        linear.potential([1e-300, 1e300], rate=0.5, alpha=1e308)
