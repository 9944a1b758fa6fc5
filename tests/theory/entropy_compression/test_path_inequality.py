"""The path inequality: against paths listed one by one in fractions, and on random functions."""

import itertools
import math
from fractions import Fraction

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import theory.entropy_compression as ec
from theory.exact.enumeration import tabulate


def kernels(values, p, proposal):
    """P, R and nu from their definitions, in fractions."""
    size = len(values)
    n = size.bit_length() - 1
    flips = [p ** s.bit_count() * (1 - p) ** (n - s.bit_count()) for s in range(size)]
    forward = [[Fraction(0)] * size for _ in range(size)]
    reverse = [[Fraction(0)] * size for _ in range(size)]
    for y in range(size):
        for s in range(size):
            forward[y][y ^ s if values[y ^ s] >= values[y] else y] += flips[s]
        zeros = n - y.bit_count()
        removed, readded = proposal.rates(n, zeros, p)
        proposed = {}
        for x in range(size):
            lost, gained = (y & ~x).bit_count(), (x & ~y).bit_count()
            if x != y and values[x] <= values[y]:
                proposed[x] = removed**lost * (1 - removed) ** (n - zeros - lost)
                proposed[x] *= readded**gained * (1 - readded) ** (zeros - gained)
        a = p if y == size - 1 else sum(flips[s] for s in range(1, size) if values[y ^ s] >= values[y])
        for x, share in proposed.items():
            reverse[y][x] = a * share / sum(proposed.values())
        reverse[y][y] = 1 - a
    terminal = [Fraction(1, (n + 1) * math.comb(n, x.bit_count())) for x in range(size)]
    return forward, reverse, terminal


@pytest.mark.parametrize(
    ("values", "proposal"),
    [
        (ec.random_monotone(3, 4).tolist(), ec.ReverseProposal()),
        (tabulate(3, sum), ec.ReverseProposal(readded=0.5, removed=2.0)),
        ([0, 1, 2, 3], ec.ReverseProposal(removed=1.0)),
    ],
)
def test_against_all_paths_in_fractions(values, proposal):
    p, steps, size = Fraction(3, 8), 3, len(values)
    forward, reverse, terminal = kernels(values, p, proposal)
    left, gain, cost = Fraction(0), 0.0, 0.0
    for path in itertools.product(range(size), repeat=steps + 1):
        chance, share = Fraction(1, size), terminal[path[-1]]
        for x, y in itertools.pairwise(path):
            chance, share = chance * forward[x][y], share * reverse[y][x]
        if chance:
            left += share
            gain += float(chance) * math.log(share / terminal[path[-1]] / chance / size)
            cost += float(chance) * math.log(1 / (size * terminal[path[-1]]))
    options = {"rate": float(p), "proposal": proposal}
    found = ec.path_inequality(values, steps=steps, **options)
    assert found.lower <= left <= found.upper <= 1.0
    expected = ec.expected_log_gain(values, steps=steps, **options)
    assert expected.gain.lower - 1e-12 <= gain <= expected.gain.upper + 1e-12
    assert expected.cost.value == pytest.approx(cost, abs=1e-12)
    assert np.allclose(ec.forward_kernel(values, rate=float(p)), np.array(forward, dtype=float), rtol=1e-13)
    assert np.allclose(ec.reverse_kernel(values, **options), np.array(reverse, dtype=float), rtol=1e-13)


@hypothesis.given(
    st.integers(1, 6),
    st.integers(0, 2**20),
    st.floats(0.05, 0.95),
    st.integers(0, 100),
    st.none() | st.floats(0.1, 5.0),
    st.none() | st.floats(0.1, 5.0),
)
def test_inequality(n, seed, rate, steps, readded, removed):
    values = ec.random_monotone(n, seed)
    options = {"rate": rate, "proposal": ec.ReverseProposal(readded=readded, removed=removed)}
    reverse = ec.reverse_kernel(values, **options)
    assert reverse.sum(axis=1).max() <= 1.0 + 1e-12
    left = ec.path_inequality(values, steps=steps, **options)
    assert left.value <= left.upper <= 1.0 + 2.0 * left.value * (steps + 1) * (2**n + 50) * 2.0**-52
    found = ec.expected_log_gain(values, steps=steps, **options)
    assert found.gain.lower <= found.cost.upper


@pytest.mark.slow
@pytest.mark.parametrize("strength", [1.0, 4.0])
def test_inequality_at_ten_bits(strength):
    values = ec.random_monotone(10, seed=1)
    assert ec.path_inequality(values, steps=300, strength=strength).upper <= 1.0
    found = ec.expected_log_gain(values, steps=300, strength=strength)
    assert found.gain.upper < found.cost.lower


def test_mass_is_lost_at_the_string_of_zeros_alone():
    """With the missing mass put back there, the left side is 1: nothing else is lost, and a larger R would exceed 1."""
    values = ec.random_monotone(6, 3)
    reverse = ec.reverse_kernel(values, strength=1.2)
    reverse[0, 0] += 1.0 - reverse[0].sum()
    weight = np.array([1.0 / (7 * math.comb(6, x.bit_count())) for x in range(64)])
    for _ in range(50):
        weight = weight @ reverse
    assert weight.sum() == pytest.approx(1.0, abs=1e-12)
    defect = reverse + np.diag(np.full(64, 1e-3))  # a planted defect: stays cost too little
    assert (np.full(64, 1 / 64) @ np.linalg.matrix_power(defect, 50)).sum() > 1.04


def test_average_gain_of_runs_is_the_expected_one():
    n, strength, steps, runs = 4, 1.5, 30, 1500
    values = ec.random_monotone(n, 11)
    code = ec.Enumerated(values, strength / n)
    gains = []
    for seed in range(runs):
        run = ec.record(
            lambda x: values[int((x.astype(int) << np.arange(n)).sum())], n, steps=steps, seed=seed, strength=strength
        )
        gains.append(float(ec.balance(run, code).log_gain.sum()))
    # a run ends at the string of ones; each step that it would stay there gains ln(1 - p), known from its length
    forward = ec.forward_kernel(values, strength=strength)
    law, stays = np.full(2**n, 0.5**n), 0.0
    for _ in range(steps):
        stays += law[-1]
        law = law @ forward
    expected = ec.expected_log_gain(values, steps=steps, strength=strength).gain.value
    expected -= stays * math.log1p(-strength / n)
    error = np.std(gains) / math.sqrt(runs)
    assert abs(np.mean(gains) - expected) < 6.5 * error  # 1e-9 with room for the estimated deviation
    assert abs(np.mean(gains) - expected - 0.5) > 6.5 * error


def test_wrong_arguments():
    with pytest.raises(
        ValueError, match=r"`values` must be the 2\^n values of one function, n in \[1, 10\]; got shape"
    ):
        ec.path_inequality(range(2**11), steps=1, strength=1.0)
    with pytest.raises(ValueError, match="`values` must be strictly monotone"):
        ec.path_inequality([0, 2, 1, 1], steps=1, strength=1.0)
    with pytest.raises(ValueError, match=r"`rate` must lie in \(0, 1\) .* got 1.0. Pass a strength below n"):
        ec.forward_kernel([0, 1], strength=1.0)
    with pytest.raises(
        ValueError, match=r"`steps` must be an integer in \[0, 10000000\] \(steps, for n=1 bits\); got -1"
    ):
        ec.expected_log_gain([0, 1], steps=-1, rate=0.5)
    with pytest.raises(ValueError, match="`terminal` must hold 2 probabilities of sum 1"):
        ec.path_inequality([0, 1], steps=1, rate=0.5, terminal=[0.5, 0.6])


def test_what_would_leave_the_range_of_floats_or_take_for_ever_is_refused():
    with pytest.raises(ValueError, match="`terminal` must be positive at every string"):
        ec.expected_log_gain([0, 1], steps=1, rate=0.5, terminal=[0, 1])
    with pytest.raises(ValueError, match="`rate` and `proposal` must keep all probabilities"):
        ec.expected_log_gain([0, 1, 2, 3], steps=1, rate=1e-200)
    with pytest.raises(ValueError, match=r"`steps` must be an integer in \[0, 10000000\]"):
        ec.path_inequality([0, 1], steps=10**12, rate=0.5)
