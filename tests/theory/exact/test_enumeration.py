"""The enumeration against dictionaries, dense matrices and the other exact laws; and planted defects."""

import math
import time
from fractions import Fraction

import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import dynamic_bin_val, leading_ones, onemax, rls
from theory import enumeration as en
from theory.exact.enumeration import _push_forward

_GRID = np.arange(4000)


def _gap(one, other):
    return float(np.abs(one.cdf(_GRID) - other.cdf(_GRID)).max())


@pytest.mark.parametrize("n", range(1, 9))
@pytest.mark.parametrize("strength", [0.3, 1.0, 2.2])
def test_whole_laws_agree(n, strength):
    strength = min(strength, 0.9 * n)
    static = en.Static(strength=strength)
    pairs = [
        (en.law(slow.onemax(n), static), onemax.law(n, strength=strength)),
        (en.law(slow.leading_ones(n), static), leading_ones.law(n, strength=strength, horizon=4000)),
        (en.law(en.dynamic_bin_val(n), static), dynamic_bin_val.law(n, strength=strength)),
    ]
    for found, expected in pairs:
        assert _gap(found, expected) < 1e-10
        assert found.mean == pytest.approx(expected.mean, rel=1e-12)
        assert found.variance == pytest.approx(expected.variance, rel=1e-10)
        assert found.defect < 2e-12 and found.lower <= found.mean <= found.upper


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_local_search_agrees(n):
    for values in (slow.onemax(n), list(range(2**n)), [3 ** x.bit_count() + x for x in range(2**n)]):
        found = en.law(values, mutation=en.OneBit())
        assert _gap(found, rls.law(n)) < 1e-10 and found.mean == pytest.approx(rls.law(n).mean, rel=1e-12)
    found = en.law(slow.leading_ones(n), mutation=en.OneBit())
    assert _gap(found, rls.leading_ones(n)) < 1e-10
    assert found.mean == pytest.approx(n * n / 2, rel=1e-12)


@pytest.mark.parametrize("n", [3, 6])
def test_strict_and_elitist_have_one_law_on_onemax_and_leading_ones(n):
    static = en.Static(strength=1.3)
    for values in (slow.onemax(n), slow.leading_ones(n)):
        assert _gap(en.law(values, static), en.law(values, static, acceptance=en.Strict())) < 1e-11
    plateau = [max(2, x.bit_count()) if x else 0 for x in range(2**n)]  # a plateau is crossed by ties alone
    assert _gap(en.law(plateau, static), en.law(plateau, static, acceptance=en.Strict())) > 1e-3


def test_expected_steps_on_linear_functions():
    n = 10
    for values in ([sum(w for i, w in enumerate(range(1, n + 1)) if x >> i & 1) for x in range(2**n)], range(2**n)):
        static = en.Static(strength=1.0)
        law = en.law(list(values), static)
        mean = float(en.expected_steps(list(values), static))
        times = np.arange(law.horizon + 1)
        assert mean == law.mean == pytest.approx(math.fsum(law.pmf(times) * times), abs=1e-8)
        assert mean > onemax.law(n, strength=1.0).mean  # OneMax is the easiest


def test_values_are_compared_exactly():
    big = [x + 2**80 for x in range(16)]
    halves = [Fraction(x, 3) for x in range(16)]
    static = en.Static(strength=1.0)
    base = en.law(list(range(16)), static)
    assert _gap(en.law(big, static), base) == 0.0 and _gap(en.law(halves, static), base) == 0.0
    assert _gap(en.law(np.arange(16.0), static), base) == 0.0


_RULES = {
    "success": (en.SuccessRule(factor=1.5, s=2, low=0.05, high=0.5), 1 / 3),
    "better": (en.SuccessRule(factor=1.5, s=2, low=0.05, high=0.5, success=en.Success.BETTER), 1 / 3),
    "equal": (en.EqualFitnessRule(factor=1.3), 0.5),
    "falling": (en.EqualFitnessRule(factor=lambda t: 1 + 1 / t), 0.5),
}


def _twin(name):
    factor = (lambda t: 1 + 1 / t) if name == "falling" else (lambda t: 1.3)

    def success(p, sign, idle, t):
        good = sign > 0 if name == "better" else sign >= 0
        return round(min(p * 1.5**2, 0.5) if good else max(p / 1.5, 0.05), 13)

    def equal(p, sign, idle, t):
        return round(min(0.5, p * factor(t) ** (math.e - 1)) if sign == 0 else p / factor(t), 13)

    return success if name in {"success", "better"} else equal


@pytest.mark.jit_off
@pytest.mark.parametrize("name", _RULES)
@pytest.mark.parametrize("values", [[0, 1, 1, 2, 1, 2, 2, 3], list(range(8)), [0, 1, 2, 1, 2, 2, 0, 5]])
def test_adaptive_rates_against_a_dictionary(name, values):
    policy, start = _RULES[name]
    steps = 8 if name == "falling" else 25
    law = en.law(values, policy, horizon=steps)
    expected = slow.push_pairs(3, values, round(start, 13), lambda p, t: p, _twin(name), steps, keep=slow.elitist)
    np.testing.assert_allclose(law.pmf(np.arange(steps + 1)), expected, atol=1e-12)
    assert law.defect == pytest.approx(1 - expected.sum(), abs=1e-11)


@pytest.mark.jit_off
def test_schedules_and_own_policies_against_a_dictionary():
    class Alternating:
        def start(self, n):
            return "a", 0

        def rate(self, state, t):
            return 0.2 if state[0] == "a" else 0.6 / t

        def update(self, state, sign, idle, t):
            return ("b" if idle else "a", min(3, state[1] + sign))

    own, values = Alternating(), [0, 1, 1, 2, 1, 2, 2, 3]
    law = en.law(values, own, horizon=15)
    expected = slow.push_pairs(3, values, own.start(3), own.rate, own.update, 15, keep=slow.elitist)
    np.testing.assert_allclose(law.pmf(np.arange(16)), expected, atol=1e-14)
    falling = en.law(values, en.Schedule(lambda t: 1 / (t + 1)), horizon=15)
    expected = slow.push_pairs(3, values, 0, lambda s, t: 1 / (t + 1), lambda *a: 0, 15, keep=slow.elitist)
    np.testing.assert_allclose(falling.pmf(np.arange(16)), expected, atol=1e-14)


@pytest.mark.jit_off
def test_metropolis_against_a_dictionary_and_its_own_mean():
    values, rate = [0, 2, 1, 2.5, 1, 2, 0.5, 3], 0.25
    law = en.law(values, en.Static(rate=rate), acceptance=en.Metropolis(0.7), tail=1e-13)
    expected = slow.push_pairs(
        3, values, 0, lambda s, t: rate, lambda *a: 0, 30, keep=lambda old, new: min(1.0, math.exp((new - old) / 0.7))
    )
    np.testing.assert_allclose(law.pmf(np.arange(31)), expected, atol=1e-14)
    times = np.arange(law.horizon + 1)
    assert law.mean == pytest.approx(math.fsum(law.pmf(times) * times), rel=1e-9)


def test_constant_special_cases_of_the_rules():
    values, n = slow.leading_ones(5), 5
    static = en.law(values, en.Static(rate=1 / n))
    pinned = en.SuccessRule(factor=2.0, s=1, low=1 / n, high=1 / n)
    assert _gap(en.law(values, pinned), static) < 1e-12
    assert _gap(en.law(values, en.Schedule(lambda t: 1 / n)), static) < 1e-12
    assert en.law(values, pinned).mean == pytest.approx(static.mean, abs=1e-8)
    assert en.law(values, pinned).upper == math.inf > en.law(values, pinned).lower


@pytest.mark.jit_off
def test_starts_and_solved_masks():
    n, static = 4, en.Static(strength=1.0)
    values = slow.onemax(n)
    from_zeros = en.law(values, static, start=0)
    assert _gap(from_zeros, onemax.law(n, strength=1.0, start=n)) < 1e-11
    weights = np.array([0.0] * 7 + [0.25] * 1 + [0.0] * 7 + [0.75])
    assert en.law(values, static, start=weights).cdf(0) == 0.75
    near = np.array([x.bit_count() >= 3 for x in range(16)])
    law = en.law(values, static, solved=near)
    assert law.cdf(0) == 5 / 16 and law.mean < en.law(values, static).mean
    flipped = en.law(values[::-1], static, solved=np.arange(16) == 0)
    assert _gap(flipped, en.law(values, static)) < 1e-12
    assert en.law(values, static, start=15).mean == 0.0


def test_a_search_that_never_ends():
    stuck = en.law([0, 1, 1, 2], mutation=en.OneBit(), solved=np.array([True, False, False, False]), horizon=50)
    assert stuck.mean == math.inf and stuck.cdf(50) == 0.25 and stuck.defect == pytest.approx(0.75)
    trap = [3, 1, 1, 4]  # the string of zeros is a local optimum for single flips
    assert float(en.expected_steps(trap, mutation=en.OneBit())) == math.inf
    assert float(en.expected_steps(trap, en.Static(rate=1.0), start=0)) == 1.0
    assert en.law(trap, en.Static(rate=1.0), start=1, horizon=9).cdf(9) == 0.0


@pytest.mark.jit_off
def test_own_mutations():
    class Frozen(en.AbstractMutation):  # the planted defect: position 0 never flips
        def masks(self, n, rate):
            masks = en.StandardBits().masks(n - 1, rate)
            return np.stack([masks, np.zeros_like(masks)], axis=1).ravel()

    n, static = 6, en.Static(strength=1.0)
    broken = en.law(slow.onemax(n), static, mutation=Frozen(), horizon=3000)
    whole = en.law(slow.onemax(n), static)
    expected = np.cumsum(slow.push_strings(slow.onemax(n), [0.0] + [1 / n] * (n - 1), 3000))
    np.testing.assert_allclose(broken.cdf(np.arange(3001)), expected, atol=1e-12)
    assert broken.cdf(3000) == pytest.approx(0.5) and _gap(broken, whole) > 0.49
    assert float(en.expected_steps(slow.onemax(n), static, mutation=Frozen())) == math.inf


@pytest.mark.jit_off
def test_planted_defects_are_seen():
    n, rate = 5, 0.2
    values = slow.onemax(n)
    law = en.law(values, en.Static(rate=rate)).pmf(np.arange(80))
    right = slow.push_strings(values, [rate] * n, 79)
    np.testing.assert_allclose(law, right, atol=1e-14)
    wrong_rate = slow.push_strings(values, [rate * 1.001] + [rate] * (n - 1), 79)
    wrong_value = slow.push_strings([v + (x == 3) for x, v in enumerate(values)], [rate] * n, 79)
    for wrong in (wrong_rate, wrong_value, np.roll(right, 1)):
        assert np.abs(np.cumsum(wrong) - np.cumsum(law)).max() > 1e-6


def test_tabulate_and_dynamic_name_positions_alike():
    assert en.tabulate(3, lambda x: tuple(x.tolist())) == [tuple(x >> i & 1 for i in range(3)) for x in range(8)]
    rule = en.dynamic(4, lambda x, y: (y & ~x).bit_count() / (x ^ y).bit_count())
    np.testing.assert_array_equal(rule, en.dynamic_bin_val(4))


def test_too_many_states_are_refused(monkeypatch):
    class Diary:
        def start(self, n):
            return ()

        def rate(self, state, t):
            return 0.1

        def update(self, state, sign, idle, t):
            return (*state, sign)

    monkeypatch.setattr(_push_forward, "_CELLS", 1600)
    law = en.law(list(range(2**4)), Diary(), tail=1e-9)
    with pytest.raises(ValueError, match=r"`policy` must have at most 100 states at this n; .*Diary.* integer s"):
        law.cdf(3)


def test_states_that_differ_by_rounding_are_one():
    class Wobbling:
        def start(self, n):
            return 0.1

        def rate(self, state, t):
            return state

        def update(self, state, sign, idle, t):
            return 0.1 * (1 + 1e-11 * math.sin(t))

    values = slow.onemax(4)
    assert _gap(en.law(values, Wobbling()), en.law(values, en.Static(rate=0.1))) < 1e-9


def test_speed():
    lo = slow.leading_ones(8)
    rule = en.SuccessRule(factor=1.2, s=4, low=1 / 64, high=0.5)
    en.law(lo, rule, horizon=2).cdf(1)
    began = time.perf_counter()
    assert en.law(lo, rule).defect < 2e-12
    assert time.perf_counter() - began < 2.0  # 0.1 s on an idle machine


@pytest.mark.slow
def test_twelve_bits():
    n, static = 12, en.Static(strength=1.0)
    law = en.law(slow.onemax(n), static)
    assert _gap(law, onemax.law(n, strength=1.0)) < 2e-12
    assert law.mean == pytest.approx(onemax.law(n, strength=1.0).mean, rel=1e-12)
    assert _gap(en.law(slow.leading_ones(n), static), leading_ones.law(n, strength=1.0)) < 2e-12
    assert _gap(en.law(en.dynamic_bin_val(10), static), dynamic_bin_val.law(10, strength=1.0)) < 2e-12
