"""The judge of any finite search against the chains and against the enumeration of the (1+1)-EA."""

import math

import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import enumeration as en
from theory import onemax


def _one_plus_one(values, rate):
    n = len(values).bit_length() - 1

    def step(x, t):
        for y in range(2**n):
            flips = (x ^ y).bit_count()
            chance = rate**flips * (1 - rate) ** (n - flips)
            yield chance, en.SAMPLED if y == 2**n - 1 else y if values[y] >= values[x] else x

    start = {x if x < 2**n - 1 else en.SAMPLED: 2.0**-n for x in range(2**n)}
    return start, step


@pytest.mark.jit_off
@pytest.mark.parametrize("homogeneous", [False, True])
@pytest.mark.parametrize("n", [1, 3, 4])
def test_the_one_plus_one(n, homogeneous):
    values, rate = slow.leading_ones(n), 0.3
    law = en.process_law(*_one_plus_one(values, rate), homogeneous=homogeneous)
    known = en.law(values, en.Static(rate=rate))
    times = np.arange(known.horizon + 1)
    assert np.abs(law.cdf(times) - known.cdf(times)).max() < 1e-12  # both stop at a tail of 1e-12
    assert law.mean == pytest.approx(known.mean, rel=1e-9) and law.kind is known.kind
    assert law.defect < 2e-12
    wrong = en.process_law(*_one_plus_one(values, rate + 0.001), homogeneous=homogeneous)
    assert np.abs(wrong.cdf(times) - known.cdf(times)).max() > 1e-4


def test_a_rate_that_changes_with_the_step():
    values = slow.onemax(3)

    def step(x, t):
        return _one_plus_one(values, 1 / (t + 1))[1](x, t)

    start, _ = _one_plus_one(values, 0.5)
    law = en.process_law(start, step, horizon=30)
    known = en.law(values, en.Schedule(lambda t: 1 / (t + 1)), horizon=30)
    np.testing.assert_allclose(law.pmf(np.arange(31)), known.pmf(np.arange(31)), atol=1e-14)


@pytest.mark.jit_off
def test_states_that_differ_by_rounding_are_one():
    calls = []

    def step(state, t):
        calls.append(state)
        return [(0.5, en.SAMPLED), (0.5, ("a", 0.1 * (1 + 1e-12 * math.sin(len(calls)))))]

    law = en.process_law({("a", 0.1): 1.0}, step, homogeneous=True)
    assert law.mean == pytest.approx(2.0, abs=1e-9) and len(calls) == 1
    np.testing.assert_allclose(law.pmf([1, 2, 3]), [0.5, 0.25, 0.125], rtol=1e-14)


def test_mass_is_accounted_for():
    law = en.process_law({0: 0.25, en.SAMPLED: 0.75}, lambda k, t: [(1.0, k + 1)], horizon=20)
    assert law.cdf(0) == law.cdf(20) == 0.75 and law.defect == 0.25
    chain = onemax.bands(10, strength=1.0)

    def step(k, t):
        moves = [(chain.down[k, j], k - 1 - j or en.SAMPLED) for j in range(k)]
        return [*moves, (1.0 - math.fsum(chance for chance, _ in moves), k)]

    law, known = en.process_law({10: 1.0}, step, homogeneous=True), onemax.law(10, strength=1.0, start=10)
    np.testing.assert_allclose(law.cdf(np.arange(500)), known.cdf(np.arange(500)), atol=2e-12)


def test_messages():
    with pytest.raises(TypeError, match=r"`step` must be a function .* got 3\. Define step\(state, t\)"):
        en.process_law({0: 1.0}, 3)  # pyright: ignore
    with pytest.raises(ValueError, match=r"`start` must give probabilities of sum 1; got \{0: 0\.5\}, sum 0\.5\. Add"):
        en.process_law({0: 0.5}, lambda k, t: [])
    with pytest.raises(ValueError, match=r"`step` must give probabilities of sum 1; got .* in state 0, step 1, sum 0"):
        en.process_law({0: 1.0}, lambda k, t: [(0.9, 1)]).cdf(1)
    with pytest.raises(ValueError, match=r"`tail` must lie in \(0, 1\)"):
        en.process_law({0: 1.0}, lambda k, t: [(1.0, k)], tail=0.0)
