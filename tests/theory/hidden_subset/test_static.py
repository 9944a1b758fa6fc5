"""Static laws of rates and rates by position: identities, 30 digits, printed values, brute force."""

import itertools
import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Kind, hidden_subset


@pytest.mark.parametrize("eps", [0.3, 1.0, 2.5])
def test_density_is_a_law(eps):
    assert hidden_subset.density(0.5, eps=eps) == 0.0
    with mp.workdps(20):
        # mass beyond u is (ln 2 / u)^eps
        for u in (0.7, 2.0, 30.0):
            mass = mp.quad(lambda v: mp.mpf(hidden_subset.density(float(v), eps=eps)), [math.log(2) + 1e-15, u])
            assert float(mass) == pytest.approx(1 - (math.log(2) / u) ** eps, abs=1e-13)


@pytest.mark.parametrize("eps", [0.3, 20.0])
@pytest.mark.parametrize("n", [1, 100, 10**40])
def test_repair_rate_of_the_power_law(n, eps):
    found = hidden_subset.repair_rate(n, eps=eps)
    with mp.workdps(30):
        log2 = mp.log(2)

        def term(u):
            return mp.exp(-u + (n - 1) * mp.log1p(-mp.exp(-u))) * eps * log2**eps / u ** (1 + mp.mpf(eps))

        near = [
            mp.log(n) + mp.mpf(k) / 2 for k in range(-12, 190)
        ]  # below, the integrand is under e^-400 of its largest
        knots = [log2, *(k for k in near if k > log2)]
        exact = mp.quad(term, knots, maxdegree=5)
        assert found.lower <= exact <= found.upper


def test_theory_columns_of_the_power_law():
    printed = {0.5: (23.7, 43.6, 67.1), 1.0: (30.6, 68.8, 122.4)}
    for eps, row in printed.items():
        for n, value in zip((100, 1000, 10_000), row, strict=True):
            found = hidden_subset.static_asymptotic(n, eps=eps)
            assert found.kind is Kind.ASYMPTOTIC
            assert float(found) / (n * math.log(n)) == pytest.approx(value, abs=0.051)
            assert 1 / hidden_subset.density(math.log(n), eps=eps) == pytest.approx(float(found) / n / math.log(n))


def test_static_steps_tend_to_the_leading_term():
    quotients = [
        float(hidden_subset.static_steps(10**k, eps=0.7)) / float(hidden_subset.static_asymptotic(10**k, eps=0.7))
        for k in (3, 30, 300)
    ]
    assert abs(quotients[2] - 1) < abs(quotients[1] - 1) < abs(quotients[0] - 1) < 0.3
    assert quotients[2] == pytest.approx(1, abs=2e-3)
    assert hidden_subset.static_steps(10, eps=1.0).kind is Kind.HEURISTIC


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.01, 1.0)), min_size=1, max_size=5), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_budget_identity_of_discrete_laws(atoms, high):
    rates = np.array([rate for rate, _ in atoms])
    weights = np.array([weight for _, weight in atoms])
    weights = weights / weights.sum()
    sums = math.fsum(
        float(hidden_subset.repair_rate(n, rates=rates, probabilities=weights)) for n in range(1, high + 1)
    )
    spent = hidden_subset.law_budget(rates, weights, high)
    assert spent.kind is Kind.EXACT and float(spent) == pytest.approx(sums, abs=1e-12)
    assert float(hidden_subset.law_budget([0.3], [1.0], 10**6)) == 1.0
    # whatever the law, its running times keep to the budget of 1
    used = math.fsum(
        math.log(n) / float(hidden_subset.static_steps(n, rates=rates, probabilities=weights))
        for n in range(2, high + 1)
    )
    assert used <= 1.0 + 1e-12


def test_one_rate_is_a_law():
    n, rate = 50, 0.02
    assert float(hidden_subset.repair_rate(n, rates=[rate], probabilities=[1.0])) == pytest.approx(
        rate * (1 - rate) ** (n - 1), rel=1e-13
    )
    steps = float(hidden_subset.static_steps(n, rates=[rate], probabilities=[1.0], shift=-0.5))
    assert math.ceil(steps) == float(hidden_subset.predicted_steps(n, rate=rate, shift=-0.5))
    assert float(hidden_subset.static_steps(3, rates=[0.0, 1.0], probabilities=[0.5, 0.5])) == math.inf


@pytest.mark.parametrize("high", [2, 70_000, 3_000_000])
def test_budget_against_direct_sums(high):
    n = np.arange(2, high + 1, dtype=float)
    exact = math.fsum(1 / (n * np.log(n) ** 2))
    found = hidden_subset.budget(lambda m: m * np.log(m) ** 3, 2, high)
    assert found.kind is Kind.EXACT and found.lower <= exact <= found.upper
    assert found.upper - found.lower < 1e-4 * float(found)


def test_budget_far_out():
    # between a and b the sum of 1 / (n ln(n)^2) is 1 / ln a - 1 / ln b up to the first term
    found = hidden_subset.budget(lambda m: m * np.log(m) ** 3, 10**6, 10**100)
    exact = 1 / math.log(10**6) - 1 / math.log(10**100)
    assert found.lower - 1e-8 <= exact <= found.upper + 1e-8
    # the exact running times of a law with geometric rates use less than 1
    rates, weights = 0.5 ** np.arange(1, 20), np.full(19, 1 / 19)

    def steps(sizes):
        return np.array([float(hidden_subset.static_steps(int(m), rates=rates, probabilities=weights)) for m in sizes])

    assert 0.5 < float(hidden_subset.budget(steps, 2, 3000)) < 1.0


@pytest.mark.parametrize(
    ("exponents", "verdict"),
    [
        ((2.0,), False),
        ((2.001,), True),
        ((1.0,), False),
        ((3.0, -5.0), True),
        ((2.0, 1.0), False),
        ((2.0, 1.01), True),
        ((2.0, 0.5, 9.0), False),
        ((2.0, 1.0, 1.0, 1.0), False),
        ((2.0, 1.0, 1.0, 1.1), True),
    ],
)
def test_achievable(exponents, verdict):
    assert hidden_subset.achievable(*exponents) is verdict


@pytest.mark.parametrize(
    "rates", [[0.3, 0.2], [0.5, 0.25, 0.1, 0.01], [0.9, 0.9, 0.9], list(1 / (np.arange(1, 8) + 1.0))]
)
def test_segments_against_all_flips(rates):
    n = len(rates)
    alone, swapped = np.zeros(n), np.zeros(n)
    for flips in itertools.product([0, 1], repeat=n):
        chance = math.prod(p if f else 1 - p for p, f in zip(rates, flips, strict=True))
        for i in range(n):
            if flips[i] and sum(flips) == 1:
                alone[i] += chance
            if flips[i] and sum(flips) <= 2:
                swapped[i] += chance
    value = hidden_subset.segment_steps(rates)
    assert value.kind is Kind.HEURISTIC
    assert float(value) == pytest.approx(math.log(n) / alone.min(), rel=1e-13)
    assert float(hidden_subset.segment_steps_with_swaps(rates)) == pytest.approx(math.log(n) / swapped.min(), rel=1e-13)


def test_segments_of_the_harmonic_rates():
    n, rates = 1000, 1 / np.arange(2.0, 1002.0)
    base = n * math.log(n)
    assert float(hidden_subset.segment_steps(rates)) / base == pytest.approx(1002, abs=2)
    # measured 117; with the factor 1 + S_n it would be 134
    found = float(hidden_subset.segment_steps_with_swaps(rates)) / base
    assert found == pytest.approx(118, abs=0.5)
    assert float(hidden_subset.segment_steps(rates)) / base / (1 + rates.sum()) == pytest.approx(134, abs=0.5)


def _refused(kind, match, function, *arguments, **named):
    with pytest.raises(kind, match=match):
        function(*arguments, **named)


def test_refused_arguments():
    h = hidden_subset
    _refused(ValueError, r"`eps` must lie in \(0, 20\] .*got 0\. Pass 1\.0", h.static_asymptotic, 10, eps=0)
    _refused(ValueError, r"exactly one law .*got eps=None.*Pass eps=1\.0", h.repair_rate, 10)
    _refused(ValueError, r"exactly one law", h.repair_rate, 10, eps=1.0, rates=[0.1], probabilities=[1.0])
    _refused(ValueError, r"must be a law: .*sum 1", h.repair_rate, 10, rates=[0.1], probabilities=[0.9])
    _refused(ValueError, r"must be a law", h.static_steps, 10, rates=[0.1, 0.2], probabilities=[1.0])
    _refused(ValueError, r"must be a law", h.law_budget, [1.5], [1.0], 3)
    _refused(ValueError, r"`high` must be an integer in \[1, ", h.law_budget, [0.5], [1.0], 0)
    _refused(ValueError, r"`low` must be an integer >= 2", h.budget, lambda n: n, 1, 5)
    _refused(ValueError, r"`high` must be an integer in \[7, ", h.budget, lambda n: n, 7, 5)
    _refused(
        ValueError,
        r"`steps` must give one positive finite number per size.*Pass a function",
        h.budget,
        lambda n: -n,
        2,
        5,
    )
    _refused(ValueError, r"does not increase .*near n=.*envelope", h.budget, lambda n: np.log(n) / n, 2, 10**6)
    _refused(TypeError, r"`exponents` must hold at least one", h.achievable)
    _refused(ValueError, r"`exponents` must lie in", h.achievable, math.nan)
    _refused(ValueError, r"`rates` must hold one probability in \(0, 1\) per position", h.segment_steps, [0.5])
    _refused(ValueError, r"`rates` must hold", h.segment_steps_with_swaps, [0.5, 0.0])
    _refused(ValueError, r"one bit can flip alone.*Pass smaller", h.segment_steps, np.full(5000, 0.5))


def test_arguments_that_were_ignored():
    _refused(ValueError, "`u` must hold numbers ln", hidden_subset.density, [1.0, math.nan], eps=1.0)
    _refused(
        ValueError,
        r"exactly one law .*probabilities=\[1\.0\]",
        hidden_subset.repair_rate,
        9,
        eps=1.0,
        probabilities=[1.0],
    )
    with np.errstate(over="ignore"):
        _refused(
            ValueError, "`steps` must give one positive finite number", hidden_subset.budget, lambda n: n**2, 2, 10**200
        )
