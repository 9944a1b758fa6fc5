"""Drift conditions checked at every string, and the drift against an independent enumeration."""

import itertools
import math

import numpy as np
import pytest

from theory import drift, dynamic_bin_val, leading_ones, onemax
from theory import enumeration as en


def _ones(x):
    return int(x.sum())


def _zeros(x):
    return int((1 - x).sum())


def _leading(x):
    return int(np.append(x, 0).argmin())


def _by_hand(n, value, potential, rate):
    """The drift of a potential, one mutation at a time."""
    result = []
    for x in range(2**n):
        parent = np.array([x >> i & 1 for i in range(n)], dtype=np.uint8)
        total = 0.0
        for mask in itertools.product([0, 1], repeat=n):
            child = parent ^ np.array(mask, dtype=np.uint8)
            if value(child) >= value(parent):
                chance = math.prod(rate if bit else 1 - rate for bit in mask)
                total += chance * (potential(parent) - potential(child))
        result.append(total if potential(parent) > 0 else 0.0)
    return np.array(result)


def _cubes(x):
    return 1.0 + float((1 - x) @ np.arange(1, x.size + 1) ** 3) if x.min() == 0 else 0.0


@pytest.mark.parametrize("value", [_ones, _leading])
@pytest.mark.parametrize("potential", [_zeros, _cubes])
def test_the_drift_is_that_of_all_mutations(value, potential):
    process = drift.search(5, value, potential, rate=0.3)
    by_hand = _by_hand(5, value, potential, 0.3)
    assert np.all(process.low - 1e-12 <= by_hand) and np.all(by_hand <= process.high + 1e-12)
    np.testing.assert_allclose(process.low, process.high, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_onemax(n):
    p = min(0.5, 1 / n)
    delta = p * (1 - p) ** (n - 1)
    shown = drift.certificate(n, _ones, _zeros, drift.Multiplicative(delta), rate=p)
    assert shown.holds and shown.smallest == pytest.approx(delta, rel=1e-12)
    assert shown.worst.bit_count() == n - 1
    assert shown.bound.expected.upper >= float(onemax.expected_steps(n, rate=p))
    law = onemax.law(n, rate=p)
    assert np.all(shown.bound.tail(np.arange(400)) >= law.survival(np.arange(400)) - law.defect)
    best = drift.certificate(n, _ones, _zeros, drift.Multiplicative(), rate=p)
    assert best.holds and best.bound.delta == pytest.approx(delta, rel=1e-11)
    failed = drift.certificate(n, _ones, _zeros, drift.Multiplicative(1.01 * delta), rate=p)
    assert not failed.holds and failed.bound is None and failed.worst == shown.worst


def test_the_exact_time_as_potential():
    n, p = 6, 0.2
    times = onemax.expected_steps_from(n, rate=p)
    shown = drift.certificate(n, _ones, lambda x: times[_zeros(x)], drift.Additive(1.0), rate=p)
    assert shown.holds and shown.smallest == pytest.approx(1.0, rel=1e-9)
    assert shown.bound.expected.upper == pytest.approx(float(onemax.expected_steps(n, rate=p)), rel=1e-9)
    from_zeros = drift.certificate(n, _ones, lambda x: times[_zeros(x)], drift.Additive(), rate=p, start=0)
    assert from_zeros.bound.expected.upper == pytest.approx(times[n], rel=1e-9)


def test_leading_ones_by_additive_and_variable_drift():
    n, p = 7, 1 / 7
    lost = [n - _leading(np.array([x >> i & 1 for i in range(n)])) for x in range(2**n)]
    exact = float(leading_ones.expected_steps(n, rate=p))
    for claim in (drift.Additive(), drift.Additive(p * (1 - p) ** (n - 1))):
        shown = drift.certificate(n, _leading, lost, claim, rate=p)
        assert shown.holds and shown.bound.expected.upper >= exact
    failed = drift.certificate(n, _leading, lost, drift.Variable(lambda s: 0.3 * s / n), rate=p)
    assert not failed.holds and failed.smallest < 1.0
    held = drift.certificate(n, _leading, lost, drift.Variable(lambda s: 0.05 * s / n), rate=p)
    assert held.holds and held.bound.expected.upper >= exact


def test_other_mutations_acceptance_and_functions():
    n = 4
    shown = drift.certificate(n, _ones, _zeros, drift.Multiplicative(1 / n), rate=0.1, mutation=en.OneBit())
    assert shown.holds and shown.smallest == pytest.approx(1 / n)
    warm = drift.search(n, _ones, _zeros, rate=0.1, acceptance=en.Metropolis(1.0))
    cold = drift.search(n, _ones, _zeros, rate=0.1)
    assert np.all(warm.low[1:-1] < cold.low[1:-1])
    process = drift.search(n, en.dynamic_bin_val(n), _zeros, strength=0.7)
    chain = drift.Process.from_chain(dynamic_bin_val.bands(n, strength=0.7))
    np.testing.assert_allclose(process.low, chain.low[process.states.astype(int)], rtol=1e-9, atol=1e-12)


def test_arguments():
    with pytest.raises(TypeError, match=r"`claim` must be Additive, Multiplicative or Variable; got 0\.1"):
        drift.certificate(3, _ones, _zeros, 0.1, rate=0.1)
    with pytest.raises(ValueError, match=r"`potential` must hold 2\^n = 8 entries, one per string; got 4"):
        drift.search(3, _ones, [0.0] * 4, rate=0.1)
    with pytest.raises(ValueError, match=r"`values` must hold 2\^n = 8 entries"):
        drift.search(3, [1, 2], _zeros, rate=0.1)
    with pytest.raises(ValueError, match="`states` must hold numbers >= 0, at least one of them 0"):
        drift.search(3, _ones, lambda x: 1.0 + _zeros(x), rate=0.1)
    with pytest.raises(ValueError, match=r"`delta` must lie in \(0, inf\)"):
        drift.certificate(3, _ones, _zeros, drift.Multiplicative(-1.0), rate=0.1)
    with pytest.raises(ValueError, match="`n` must be an integer in"):
        drift.search(13, _ones, _zeros, rate=0.1)
