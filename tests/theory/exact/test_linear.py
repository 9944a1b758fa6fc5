"""Linear functions: the limit, and an upper bound that no exact law exceeds."""

import math

import pytest

from theory import Kind, linear, onemax
from theory import enumeration as en

_WEIGHTS = {"onemax": [1] * 8, "binval": [2**i for i in range(8)], "mixed": [3, 14, 15, 9, 26, 5, 35, 8],
            "steep": [10 ** (i * i) for i in range(8)]}  # fmt: skip


def test_asymptotics():
    value = linear.asymptotic(1000, strength=2.0)
    assert float(value) == pytest.approx(math.e**2 / 2 * 1000 * math.log(1000)) and value.kind is Kind.ASYMPTOTIC
    ratio = float(onemax.expected_steps(1000, strength=1.0)) / float(linear.asymptotic(1000, strength=1.0))
    assert ratio == pytest.approx(0.88, abs=0.03)  # measured .88 with 40 runs, s.e. .03


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
