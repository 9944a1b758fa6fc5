"""Linear functions are exact for all weights: against fractions."""

from fractions import Fraction

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evo
from evo import discrete as d
from evo.discrete.engines import functions as f
from evo.discrete.engines.instances import value_of

_STREAM = np.zeros(4, dtype=np.uint64)

#: from 2^-900 to 2^900 with full mantissas, near-ties, small numbers, and integers far beyond 64 bits
_floats = st.builds(
    lambda mantissa, exponent: float(mantissa) * 2.0**exponent, st.integers(1, 2**53 - 1), st.integers(-950, 850)
)
_near = st.sampled_from([0.1, 0.2, 0.3, 0.1 + 0.2, 1.0, 1.0 + 2.0**-52, 1.0 - 2.0**-53, 2.0**-60, 2.0**-61, 1e16, 3.0])
_integers = st.one_of(st.integers(1, 10), st.integers(1, 2**64), st.integers(1, 2**900))
_weights = st.one_of(
    st.lists(_near, min_size=1, max_size=12),
    st.lists(st.one_of(_near, _floats), min_size=1, max_size=12),
    st.lists(_integers, min_size=1, max_size=12),
    st.lists(st.one_of(st.integers(1, 2**53), _near), min_size=1, max_size=12),
)


def _sign(number):
    return int(number > 0) - int(number < 0)


def _gain(lowered, x, flips):
    return f.gain(lowered, f.prepare(lowered, x), x, flips, len(flips), _STREAM)


def _compare(lowered, x, flips):
    return f.compare(lowered, f.prepare(lowered, x), x, flips, len(flips), _STREAM)


_compiled_gain = numba.njit(_gain)


def _check(weights, bits, mask, gain, compare, value):
    n = len(weights)
    problem = d.Linear(weights)
    exact = [Fraction(weight) for weight in weights]
    x = np.array([bits >> i & 1 for i in range(n)], dtype=np.uint8)
    flips = np.array([i for i in range(n) if mask >> i & 1], dtype=np.int64)
    change = sum((exact[i] * (1 - 2 * int(x[i])) for i in flips), Fraction(0))
    total = sum((exact[i] for i in range(n) if x[i]), Fraction(0))
    lowered = problem.lower(n)
    sign, magnitude = gain(lowered, x, flips)
    assert sign == compare(lowered, x, flips) == _sign(change)
    assert magnitude == float(change)
    assert value(lowered, x) == float(total)
    child = x.copy()
    child[flips] ^= 1
    values = problem.evaluate(np.stack([x, child]), 0, None)
    assert [Fraction(v.item() if isinstance(v, np.generic) else v) for v in values] == [total, total + change]
    assert _sign(values[1] - values[0]) == sign
    assert problem.reported(x, values[0]) == float(total)


def _python_value(lowered, x):
    return f.value(lowered, f.prepare(lowered, x), x)


@pytest.mark.jit_off
@settings(derandomize=True, deadline=None, max_examples=300)
@given(_weights, st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1))
def test_gain_value_and_comparison_are_exact(weights, bits, mask):
    _check(weights, bits, mask, _gain, _compare, _python_value)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(_weights, st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1))
def test_compiled_gain_and_value_are_exact(weights, bits, mask):
    _check(weights, bits, mask, _compiled_gain, _compare, value_of)


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("weights", "bits", "mask", "sign"),
    [
        ([0.1, 0.2, 0.3], 0b100, 0b111, 1),  # 0.1 + 0.2 > 0.3 by 2^-55; rounded sums say so as well
        ([0.1, 0.7, 0.8], 0b100, 0b111, -1),  # exactly less; the rounded sum 0.1 + 0.7 is less, too
        ([1.0, *[2.0**-60] * 3], 0b0001, 0b1111, -1),
        ([1.0, 1.0, 2.0**-60], 0b001, 0b111, 1),  # a float sum would call this a tie
        ([2**70, 2**70 - 1], 0b01, 0b11, -1),
        ([2**63, 2**62, 2**62], 0b001, 0b111, 0),
        ([3, 1, 2], 0b001, 0b111, 0),
        ([1e300, 1e-300], 0b01, 0b11, -1),
        ([1e300, 1e300, 1e-300], 0b01, 0b111, 1),
    ],
)
def test_close_comparisons(weights, bits, mask, sign):
    _check(weights, bits, mask, _gain, _compare, _python_value)
    n = len(weights)
    x = np.array([bits >> i & 1 for i in range(n)], dtype=np.uint8)
    flips = np.array([i for i in range(n) if mask >> i & 1], dtype=np.int64)
    assert _compare(d.Linear(weights).lower(n), x, flips) == sign


@pytest.mark.jit_off
def test_many_limbs_with_many_bits():
    """A thousand weights over 600 binary orders: carries run through all limbs."""
    rng = np.random.default_rng(5)
    weights = [int(rng.integers(1, 2**60)) << int(rng.integers(0, 600)) for _ in range(1000)]
    for _ in range(5):
        bits, mask = (int.from_bytes(rng.bytes(125), "little") for _ in range(2))
        _check(weights, bits, mask, _gain, _compare, _python_value)
        opposite = [i for i in range(1000) if mask >> i & 1]
        x = np.array([bits >> i & 1 for i in range(1000)], dtype=np.uint8)
        child = x.copy()
        child[opposite] ^= 1
        back = np.array(opposite, dtype=np.int64)
        lowered = d.Linear(weights).lower(1000)
        assert _compare(lowered, x, back) == -_compare(lowered, child, back)


@pytest.mark.jit_off
def test_types_of_values():
    for weights, kind, dtype in [
        ([1, 2, 3], evo.Values.INT64, np.int64),
        ([0.5, 0.25], evo.Values.FLOAT64, np.float64),
        ([2**80, 1], evo.Values.INT64, object),
        ([0.1] * 40, evo.Values.FLOAT64, object),  # exact sums need more than 53 bits
        (np.array([1, 2], dtype=np.uint64), evo.Values.INT64, np.int64),
        (np.array([1, 2], dtype=np.float32), evo.Values.FLOAT64, np.float64),
        (range(1, 5), evo.Values.INT64, np.int64),
    ]:
        problem = d.Linear(weights)
        assert problem.values is kind and problem.n == len(weights)
        assert problem.evaluate(np.ones((2, problem.n), np.uint8), 0, None).dtype == dtype
    assert type(d.Linear([2**80, 1]).evaluate([[1, 1]], 0, None)[0]) is int


@pytest.mark.jit_off
def test_weights_are_copied_and_compared_by_value():
    weights = np.array([1.0, 2.0])
    problem = d.Linear(weights)
    weights[0] = 9.0
    assert problem.weights.tolist() == [1.0, 2.0] and not problem.weights.flags.writeable
    assert problem == d.Linear([1.0, 2.0]) and hash(problem) == hash(d.Linear([1.0, 2.0]))
    assert problem != d.Linear([1.0, 2.5]) and problem != d.Linear([1.0])
