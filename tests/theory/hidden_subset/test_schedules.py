"""Schedules: integrated rates against direct sums and 40 digits, printed tables, bounds against exact laws."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import theory
from theory import Kind, constants, hidden_subset

ALPHA = float(constants.schedule_alpha)
BETA = float(constants.schedule_beta)


@pytest.mark.parametrize(
    ("multiplier", "printed"), [(1.0, 3.7773), (1.2, 3.6224), (2.0, 3.6152), (2.5, 3.7616), (3.0, 3.9408)]
)
def test_limit_curve(multiplier, printed):
    value = hidden_subset.limit(multiplier)
    assert float(value) == pytest.approx(printed, abs=5.1e-5) and value.kind is Kind.ASYMPTOTIC


@given(st.floats(0.01, 1e6))
@settings(max_examples=60, deadline=None)
def test_limit_curve_solves_its_equation_and_is_smallest_at_alpha(multiplier):
    x = float(hidden_subset.limit(multiplier))
    # relative error 1e-14 of v = c / x moves E_1(v) by less than 1e-14 v e^-v / v
    with mp.workdps(30):
        assert abs(multiplier * mp.e1(mp.mpf(multiplier) / mp.mpf(x)) - 1) < 1e-13 * max(multiplier, 20.0)
    assert x >= BETA * (1 - 1e-14)


def test_limit_curve_at_its_ends():
    assert float(hidden_subset.limit(ALPHA)) == pytest.approx(BETA, rel=1e-14)
    assert float(hidden_subset.limit(1e-4)) == math.inf
    v = math.exp(-200.0 - float(np.euler_gamma))  # E_1(v) = -ln v - gamma
    assert float(hidden_subset.limit(1 / 200)) == pytest.approx(1 / 200 / v, rel=1e-12)
    assert float(hidden_subset.limit(1e200)) == pytest.approx(1e200 / (math.log(1e200) - math.log(454.4)), rel=1e-3)


def test_schedule():
    t = np.arange(1, 1000)
    expected = [0.5 if s < 3 else min(0.5, ALPHA * math.log(s) / s) for s in t]
    assert hidden_subset.schedule(t) == pytest.approx(expected, rel=1e-15)
    assert hidden_subset.schedule(100) == pytest.approx(ALPHA * math.log(100) / 100, rel=1e-15)
    assert float(hidden_subset.schedule(100, multiplier=30.0)) == 0.5


def _directly(n, steps, multiplier):
    t = np.arange(1.0, steps + 1.0)
    p = np.where(t < 3, 0.5, np.minimum(0.5, multiplier * np.log(t) / t))
    return math.fsum(p * np.exp((n - 1) * np.log1p(-p)))


@pytest.mark.parametrize("multiplier", [0.3, ALPHA, 1000.0])
@pytest.mark.parametrize("n", [1, 50, 10**5])
def test_integrated_rate_against_direct_sums(n, multiplier):
    for steps in (0, 1, 7, 65_536, 65_537, 200_001):
        found = hidden_subset.integrated_rate(n, steps, multiplier=multiplier)
        assert found.kind is Kind.EXACT
        assert found.lower <= _directly(n, steps, multiplier) <= found.upper
        assert found.upper - found.lower <= 4.1e-12 * float(found) + 6.1e-13 * multiplier


@pytest.mark.parametrize(("n", "steps"), [(10**6, 5 * 10**7), (10**12, 10**14), (10**20, 15 * 10**21)])
def test_integrated_rate_against_forty_digits(n, steps):
    # up to M = 2^16 the terms are below e^-250 here; beyond it the integral, the trapezoid corner and g'/12 in mpmath
    with mp.workdps(40):

        def term(t):
            p = mp.mpf(ALPHA) * mp.log(t) / t
            return p * mp.exp((n - 1) * mp.log1p(-p))

        knots = [mp.mpf(k) for k in np.linspace(math.log(65536), math.log(steps), 60)]
        knots[0], knots[-1] = mp.log(65536), mp.log(steps)
        integral = mp.quad(lambda u: term(mp.exp(u)) * mp.exp(u), knots, maxdegree=5)
        total = integral + term(mp.mpf(steps)) / 2 + mp.diff(term, mp.mpf(steps), h=mp.mpf(steps) / 10**15) / 12
        found = hidden_subset.integrated_rate(n, steps)
        assert found.lower <= total <= found.upper


@pytest.mark.parametrize(
    ("shift", "row"),
    [
        (0.0, {10**3: 3.548, 10**4: 3.543, 10**6: 3.538, 10**12: 3.537}),
        (-0.7, {10**3: 3.251, 10**4: 3.315, 10**6: 3.381, 10**9: 3.429, 10**12: 3.455, 10**20: 3.489}),
    ],
)
def test_predicted_quotients(shift, row):
    for n, printed in row.items():
        value = hidden_subset.predicted_steps(n, shift=shift)
        assert float(value) / (n * math.log(n)) == pytest.approx(printed, abs=5.1e-4)
        assert value.kind is Kind.HEURISTIC
        assert hidden_subset.statistic(n, float(value)) == pytest.approx(shift, abs=20 / n + 1e-10)


@pytest.mark.parametrize("n", [2, 10, 5000])
@pytest.mark.parametrize("multiplier", [0.5, ALPHA, 4.0])
def test_predicted_steps_is_the_first_step_that_suffices(n, multiplier):
    steps = int(float(hidden_subset.predicted_steps(n, shift=0.3, multiplier=multiplier)))
    target = math.log(n) + 0.3
    assert _directly(n, steps, multiplier) >= target - 1e-12 > _directly(n, steps - 1, multiplier) - 2e-12
    described = hidden_subset.predicted_steps(
        n, shift=0.3, rates=lambda t: hidden_subset.schedule(t, multiplier=multiplier)
    )
    assert float(described) == steps


def test_three_descriptions_of_rates_agree():
    steps = np.array([[0, 3], [700, 1000]])
    table = np.full(1000, 0.01)
    by_rate = hidden_subset.statistic(70, steps, rate=0.01)
    assert by_rate.shape == steps.shape
    assert hidden_subset.statistic(70, steps, rates=table) == pytest.approx(by_rate, rel=1e-12)
    assert hidden_subset.statistic(70, steps, rates=lambda t: table[t - 1]) == pytest.approx(by_rate, rel=1e-12)
    schedule = hidden_subset.schedule(np.arange(1, 200_001))
    late = np.array([199_999, 150_000, 5, 131_072, 131_073])
    assert hidden_subset.statistic(5000, late, rates=schedule) == pytest.approx(
        hidden_subset.statistic(5000, late), abs=1e-10
    )
    assert float(hidden_subset.predicted_steps(70, rate=0.01)) == math.ceil(math.log(70) / (0.01 * 0.99**69))
    assert float(hidden_subset.predicted_steps(1)) == 0.0
    assert float(hidden_subset.predicted_steps(10**6, rate=0.5)) == math.inf


def test_price():
    assert float(hidden_subset.price()) == pytest.approx(1.306884, abs=5.1e-7)
    assert hidden_subset.price().kind is Kind.ASYMPTOTIC and hidden_subset.price(100).kind is Kind.HEURISTIC
    n = 1000
    quotient = float(hidden_subset.predicted_steps(n)) / (n * math.log(n) * (1 - 1 / n) ** (1 - n))
    assert float(hidden_subset.price(n)) == pytest.approx(quotient, rel=1e-3)
    assert float(hidden_subset.price(10**20)) == pytest.approx(float(hidden_subset.price()), abs=0.005)


def test_lower_bound_for_one_size_is_the_best_constant_rate():
    for n in (2, 10, 1000):
        bound = hidden_subset.lower_bound([n])
        assert bound.kind is Kind.BOUND and bound.upper == math.inf
        assert bound.lower == pytest.approx((1 - 1 / n) ** (1 - n), rel=2e-6)
        assert bound.lower <= (1 - 1 / n) ** (1 - n)


def test_lower_bound_against_all_rates_of_a_grid():
    sizes, weights, shift = np.array([20.0, 31.0, 100.0, 1000.0]), np.array([1.0, 3.0, 0.5, 2.0]), -0.4
    p = np.geomspace(1e-4, 1.0, 200_001)[:-1]
    terms = weights * p[:, None] * np.exp((sizes - 1) * np.log1p(-p)[:, None])
    times = sizes * np.log(sizes)
    total = sum(
        (time - before) * terms[:, times > before].sum(axis=1).max()
        for time, before in zip(times, np.append(0.0, times[:-1]), strict=True)
    )
    found = hidden_subset.lower_bound(sizes, weights=weights, shift=shift).lower
    assert found == pytest.approx(float(weights @ (np.log(sizes) + shift)) / total, rel=2e-6)


@given(
    st.lists(st.integers(3, 400), min_size=1, max_size=4, unique=True),
    st.lists(st.floats(0.02, 20.0), min_size=2, max_size=5),
    st.floats(-0.9, 1.0),
)
@settings(max_examples=25, deadline=None)
def test_no_schedule_beats_the_lower_bound(sizes, factors, shift):
    sizes = sorted(sizes)

    def rates(t):  # multiplier of 1 / t that changes with the order of magnitude, at last 2 ln t / t
        chosen = np.array([*factors, 0.0])[np.minimum(np.log(t).astype(int), len(factors))]
        return np.minimum(1.0, np.where(chosen > 0.0, chosen, 2.0 * np.log(t)) / t)

    attained = float(hidden_subset.guarantee(sizes, shift=shift, rates=rates))
    assert attained >= hidden_subset.lower_bound(sizes, shift=shift).lower
    alone = [float(hidden_subset.guarantee([n], shift=shift, rates=rates)) for n in sizes]
    assert attained == max(alone)


def test_lower_bound_tends_to_beta():
    ranges = [8, 30, 100, 250]
    found = [hidden_subset.lower_bound([10.0 * 1.5**k for k in range(last)]).lower for last in ranges]
    assert found == sorted(found) and BETA - 0.08 < found[-1] < BETA
    # the best schedule stays above it, and another multiplier too
    sizes = [int(1000 * 1.5**k) for k in range(30)]
    bound = hidden_subset.lower_bound(sizes).lower
    assert bound < float(hidden_subset.guarantee(sizes)) < float(hidden_subset.guarantee(sizes, multiplier=1.0))


@pytest.mark.parametrize("n", [1, 4, 30])
def test_coverage_against_the_exact_law(n):
    law = theory.onemax.law(n, strength=0.7)
    times = np.array([0, 1, 5, 40, 200])
    bounds = [hidden_subset.coverage(n, int(t), rate=0.7 / n).upper for t in times]
    assert np.all(law.cdf(times) <= bounds)
    steps = hidden_subset.coverage_steps(n, rate=0.7 / n)
    assert steps.kind is Kind.BOUND and 0.3 * law.mean < steps.lower <= law.mean
    if n == 1:  # the only bit is flipped once: the bound is the law
        assert law.cdf(times) == pytest.approx(bounds, rel=2e-9)
        assert steps.lower == pytest.approx(law.mean, rel=2e-9)


def test_coverage_under_schedules():
    from theory import enumeration

    policy = enumeration.Schedule(hidden_subset.schedule)
    for n, values in ((1, [0, 1]), (3, [x.bit_count() for x in range(8)])):
        law = enumeration.law(values, policy, horizon=60)
        for t in (0, 1, 2, 10, 60):
            assert law.cdf(t) <= hidden_subset.coverage(n, t).upper
            if n == 1:
                assert law.cdf(t) == pytest.approx(hidden_subset.coverage(n, t).upper, rel=2e-9)
    table = hidden_subset.schedule(np.arange(1, 50))
    assert hidden_subset.coverage(9, 49, rates=table).upper == hidden_subset.coverage(9, 49).upper
    # ending early leaves a smaller lower bound
    assert 0.9 < hidden_subset.coverage_steps(9, rates=table).lower / hidden_subset.coverage_steps(9).lower <= 1.0


def _refused(kind, match, function, *arguments, **named):
    with pytest.raises(kind, match=match):
        function(*arguments, **named)


def test_refused_arguments():
    h = hidden_subset
    _refused(
        ValueError, r"`multiplier` must lie in \(0, 1000\] .*got 0\. Pass None", h.predicted_steps, 9, multiplier=0
    )
    _refused(ValueError, r"`multiplier` must lie in \(0, 1e300\]", h.limit, -1.0)
    _refused(ValueError, r"`sizes` must be whole numbers of bits; got \[2\.5\]\. Round", h.guarantee, [2.5])
    _refused(TypeError, r"`multiplier` must lie in", h.limit, "1")
    _refused(ValueError, r"`n` must be an integer in \[1, 10\^300\] \(relevant bits\); got 0", h.integrated_rate, 0, 3)
    _refused(TypeError, r"`n` must be an integer", h.predicted_steps, 1e20)
    _refused(
        ValueError,
        r"at most one of them .*got multiplier and rate\. Pass none",
        h.statistic,
        9,
        3,
        multiplier=1,
        rate=0.1,
    )
    _refused(ValueError, r"`rate` must lie in \(0, 1\]", h.integrated_rate, 9, 3, rate=0.0)
    _refused(ValueError, r"`steps` must lie in \[0, 1e303\]", h.integrated_rate, 9, -1)
    _refused(ValueError, r"`steps` must be one number.*statistic", h.integrated_rate, 9, [1, 2])
    _refused(
        ValueError, r"`rates` must cover all steps; got 2 rates for 3 steps", h.integrated_rate, 9, 3, rates=[0.1, 0.2]
    )
    _refused(ValueError, r"`rates` must be probabilities .*from the array", h.integrated_rate, 9, 1, rates=[2.0])
    _refused(ValueError, r"from the function", h.integrated_rate, 9, 4, rates=lambda t: [0.1])
    single = (
        r"must be a function of an array; it failed on \d+ values at once: .*Use numpy in place of math.*np\.vectorize"
    )
    _refused(TypeError, "`rates` " + single, h.integrated_rate, 9, 4, rates=lambda t: math.log(t))
    _refused(TypeError, "`rates` " + single, h.predicted_steps, 9, rates=lambda t: min(0.5, 1 / t))
    _refused(TypeError, "`steps` " + single, h.budget, lambda n: n * math.log(n) ** 3, 2, 9)
    _refused(TypeError, r"`rates` must be probabilities .*got <object", h.predicted_steps, 9, rates=object())
    _refused(ValueError, r"at most 1e\+09 steps; got 2e\+09", h.integrated_rate, 9, 2 * 10**9, rates=lambda t: 1 / t)
    _refused(ValueError, r"`rates` must reach S_n\(T\) = 2\.19.*got S_n = 0\.", h.predicted_steps, 9, rates=[0.1])
    _refused(ValueError, r"`t` must hold steps 1, 2", h.schedule, [0, 1])
    _refused(ValueError, r"`sizes` must hold numbers of bits in \[2, 1e290\].*increasing", h.lower_bound, [5, 5])
    _refused(ValueError, r"`sizes` must hold", h.guarantee, [])
    _refused(ValueError, r"`weights` must hold one positive number per size", h.lower_bound, [5, 6], weights=[1.0])
    _refused(ValueError, r"`shift` must leave ln n \+ shift > 0 .*n=5", h.lower_bound, [5, 6], shift=-2.0)
    _refused(ValueError, r"`shift` must leave ln n \+ shift > 0", h.price, 5, shift=-2.0)
    _refused(ValueError, r"`n` must be an integer in \[3", h.price, 2)
    _refused(ValueError, r"`shift` must lie in", h.predicted_steps, 5, shift=math.nan)
    _refused(ValueError, r"`steps` must lie in \[0, 1e\+07\]", h.coverage, 5, 10**8)
    _refused(ValueError, r"`rates` must cover all steps; got 1 rates for 4", h.coverage, 5, 4, rates=[0.5])


def test_weights_of_any_scale_give_the_same_certificate():
    sizes = [2, 3, 1000, 10_000]
    equal = hidden_subset.lower_bound(sizes).lower
    assert equal <= float(hidden_subset.guarantee(sizes))
    for scale in (5e-324, 1e-320, 1e308):  # subnormal weights round by half of themselves
        assert hidden_subset.lower_bound(sizes, weights=[scale] * 4).lower == pytest.approx(equal, rel=1e-9)


def test_a_plateau_of_rates_costs_precision_and_not_memory():
    sizes = 2.0 ** np.arange(10, 24)
    found = hidden_subset.lower_bound(sizes, weights=sizes).lower  # nearly all rates are equally good
    rates = np.exp(np.linspace(-math.log(sizes[-1]), 0.0, 20_001)[:-1])
    spans = np.diff(sizes * np.log(sizes), prepend=0.0)
    each = (rates * np.exp(np.outer(sizes - 1.0, np.log1p(-rates)))) * sizes[:, None]
    maxima = [each[i:].sum(axis=0).max() for i in range(sizes.size)]  # from below, so that the bound is from above
    above = (sizes @ np.log(sizes)) / (spans @ np.array(maxima))
    assert found == pytest.approx(above, rel=5e-3) and found <= above


def test_the_largest_sizes():
    n = 10**300
    unit = 1e300 * math.log(n)
    assert float(hidden_subset.predicted_steps(n, rate=1e-300)) == pytest.approx(math.e * unit, rel=1e-9)
    assert float(hidden_subset.price(n)) == pytest.approx(float(hidden_subset.price()), rel=1e-3)
    assert float(hidden_subset.predicted_steps(n, multiplier=1000.0)) == pytest.approx(
        float(hidden_subset.limit(1000.0)) * unit, rel=2e-2
    )
    assert float(hidden_subset.predicted_steps(n, rate=0.5)) == math.inf
    message = r"`n` must be an integer in \[1, 10\^300\] \(relevant bits\); got one of 998 binary digits\. Pass"
    _refused(ValueError, message, hidden_subset.predicted_steps, 2 * 10**300)
