"""Profiles and the constants of the sketch: against their definitions, each other and the limit."""

import itertools
import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import theory
import theory.entropy_compression as ec
from theory import Kind
from theory.exact.enumeration import tabulate


def function_of(values):
    n = len(values).bit_length() - 1
    return lambda x: values[int((x.astype(int) << np.arange(n)).sum())]


@hypothesis.given(st.integers(2, 7), st.integers(0, 2**20), st.data())
def test_profiles_of_random_functions(n, seed, data):
    values = ec.random_monotone(n, seed)
    x = data.draw(st.integers(1, 2**n - 2))
    bits = [x >> place & 1 for place in range(n)]
    ones = sum(bits)
    function = function_of(values)
    accepted = ec.acceptance_profile(function, bits, most=ones).probabilities
    consistent = ec.consistency_profile(function, bits, most=n - ones).probabilities
    assert accepted[0] == consistent[0] == 1.0
    assert np.all(np.diff(accepted) <= 0.0) and np.all(np.diff(consistent) <= 0.0)
    assert consistent[1] == pytest.approx(1.0 - accepted[1], abs=1e-15)
    zero = [1 << place for place in range(n) if not bits[place]]
    pairs = [
        values[x ^ i ^ sum(lost)] >= values[x]
        for i in zero
        for lost in itertools.combinations([1 << place for place in range(n) if bits[place]], 1)
    ]
    assert accepted[1] == pytest.approx(np.mean(pairs), abs=1e-15)


def test_equal_values_count_on_both_sides():
    bits = [1, 1, 0, 0, 0]
    assert ec.acceptance_profile(sum, bits, most=1).probabilities[1] == 1.0
    assert ec.consistency_profile(sum, bits, most=1).probabilities[1] == 1.0


@pytest.mark.parametrize("profile", [ec.acceptance_profile, ec.consistency_profile])
def test_samples_agree_with_enumeration(profile):
    bits = [0, 1, 1, 0, 1, 0, 1, 0]
    exact = profile(ec.bin_val, bits, most=3)
    estimate = profile(ec.bin_val, bits, most=3, samples=4000, seed=2)
    assert exact.kind is Kind.EXACT and estimate.kind is Kind.HEURISTIC and not exact.standard_errors.any()
    radius = math.sqrt(math.log(2 * 4 / 1e-9) / (2 * 4000))  # Hoeffding, four probabilities
    assert np.abs(estimate.probabilities - exact.probabilities).max() < radius
    planted = 1.0 - exact.probabilities  # accepted if worse
    assert np.abs(estimate.probabilities - planted).max() > radius
    assert estimate.standard_errors[1] == pytest.approx(
        math.sqrt(estimate.probabilities[1] * (1 - estimate.probabilities[1]) / 3999)
    )


def test_binval_profile_by_formula():
    """On BinVal with all zeros last, a gain never outweighs a loss; with all zeros first, it outweighs any."""
    assert ec.acceptance_profile(ec.bin_val, [1, 1, 1, 0, 0], most=2).probabilities.tolist() == [1.0, 0.0, 0.0]
    assert ec.acceptance_profile(ec.bin_val, [0, 0, 1, 1, 1], most=2).probabilities.tolist() == [1.0, 1.0, 1.0]


def test_drift_of_profiles():
    everything = np.ones(60)
    for c in (0.3, 1.0, 1.7):
        assert float(ec.first_order_drift(everything, strength=c)) == pytest.approx(1.0 - c, abs=1e-13)
        assert float(ec.first_order_drift([1.0], strength=c)) == pytest.approx(math.exp(-c), rel=1e-13)
    flat = np.full(60, 1.0 / (1.0 + 0.2 * math.exp(1.2)))
    flat[0] = 1.0
    assert float(ec.first_order_drift(flat, strength=1.2)) == pytest.approx(0.0, abs=1e-13)


# the values with four digits are those of the specification of this package
@pytest.mark.parametrize(("ratio", "known"), [(1.0, 1.2785), (0.9, 1.2756), (0.8, 1.2653), (1.1, 1.2763)])
def test_sketch_by_root_and_by_linear_program(ratio, known):
    found = ec.sketch_strength(ratio)
    assert found.kind is Kind.HEURISTIC and round(float(found), 4) == known
    below, above = (float(ec.least_log_gain(float(found) + shift, ratio=ratio)) for shift in (-2e-3, 2e-3))
    assert below > 0.0 > above  # the grid of profiles moves the root by less than 2e-4


def test_sketch_constant():
    assert float(ec.sketch_strength()) == pytest.approx(float(theory.constants.entropy_sketch_strength), abs=1e-12)
    assert float(ec.least_log_gain(0.9)) == math.inf  # below 1 every mixture progresses


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_random_functions_are_strictly_monotone_and_differ(n):
    for seed in range(5):
        values = ec.random_monotone(n, seed)
        assert sorted(values) == list(range(2**n))
        for x in range(2**n):
            assert all(values[x | 1 << bit] > values[x] for bit in range(n) if not x >> bit & 1)
    if n > 2:
        assert not np.array_equal(ec.random_monotone(n, 0), ec.random_monotone(n, 1))


def test_functions():
    weights = [2**place for place in reversed(range(6))]
    assert np.argsort(tabulate(6, ec.bin_val)).tolist() == np.argsort(tabulate(6, ec.linear(weights))).tolist()


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"`x` must have a zero-bit; got \[1, 1\]\. Pass another string"):
        ec.acceptance_profile(sum, [1, 1], most=1)
    with pytest.raises(ValueError, match=r"`most` must be an integer in \[0, 1\]"):
        ec.acceptance_profile(sum, [0, 1], most=2)
    with pytest.raises(ValueError, match=r"`samples` must be given .* 200000 .* got None for .*Pass samples=10000"):
        ec.acceptance_profile(sum, [0] * 20 + [1] * 40, most=4)
    with pytest.raises(ValueError, match="`x` must be a string of bits; got"):
        ec.consistency_profile(sum, [0, 3], most=1)
    with pytest.raises(ValueError, match="`acceptance` must begin with 1 and never rise"):
        ec.first_order_drift([1.0, 0.5, 0.6], strength=1.0)
    with pytest.raises(ValueError, match=r"`ratio` must lie in \[0.5, 2\]"):
        ec.sketch_strength(3.0)
    with pytest.raises(ValueError, match=r"`ratio` must lie in \(0, 10\]"):
        ec.least_log_gain(1.0, ratio=0.0)


def test_functions_that_are_not_monotone_are_refused():
    with pytest.raises(ValueError, match="`function` must be strictly monotone"):
        ec.acceptance_profile(lambda x: -int(x.sum()), [0, 1, 1], most=2)
    with pytest.raises(ValueError, match="`function` must be strictly monotone"):
        ec.consistency_profile(lambda x: -int(x.sum()), [1, 0, 0], most=2)


def test_the_linear_program_at_its_ends():
    for strength, ratio in ((10.0, 10.0), (10.0, 1e-300), (1e-300, 1.0)):
        assert not math.isnan(float(ec.least_log_gain(strength, ratio=ratio)))
    with pytest.raises(ValueError, match=r"`strength` must lie in \(0, 10\]"):
        ec.least_log_gain(50.0)
