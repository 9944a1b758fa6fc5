"""Kinds, values and laws."""

import dataclasses
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import theory
from theory import Kind, Law, Value


def test_kinds_explain_themselves():
    assert [kind.name for kind in Kind] == ["EXACT", "BOUND", "ASYMPTOTIC", "HEURISTIC"]
    assert all(len(kind.explanation) > 20 for kind in Kind)


def test_values():
    exact = Value.exact(3.0, source="s")
    assert float(exact) == 3.0 and exact.lower < 3.0 < exact.upper and exact.upper - exact.lower < 1e-11
    assert Value.exact(math.inf, source="s").lower == math.inf
    limit = Value.asymptotic(2.0, source="s")
    assert (limit.lower, limit.upper, float(limit)) == (-math.inf, math.inf, 2.0)
    assert repr(exact) == "Value(3, EXACT, source='s')"
    with pytest.raises(dataclasses.FrozenInstanceError):
        exact.value = 1.0  # pyright: ignore


def test_a_bound_has_no_single_value():
    bound = Value.bound(upper=3.0, source="a theorem")
    with pytest.raises(
        TypeError, match=r"a BOUND has no single value .*upper=3 from a theorem\. Use \.lower or \.upper"
    ):
        float(bound)
    assert bound.upper == 3.0 and bound.kind is Kind.BOUND


def test_empty_intervals_and_missing_values_are_refused():
    with pytest.raises(ValueError, match="`lower` must not exceed `upper`"):
        Value.bound(lower=2.0, upper=1.0, source="s")
    with pytest.raises(ValueError, match="`value` may be None for kind BOUND only"):
        Value(None, Kind.EXACT, 0.0, 1.0, "s")


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40).filter(any))
def test_law_functions_agree_with_the_table(counts):
    pmf = np.array(counts) / sum(counts)
    law = Law.from_masses(pmf, source="s")
    times = np.arange(-2, pmf.size + 3)
    cumulative = [pmf[: max(0, t + 1)].sum() for t in times]
    np.testing.assert_allclose(law.cdf(times), cumulative, atol=1e-14)
    np.testing.assert_allclose(law.survival(times) + law.cdf(times), 1.0, atol=1e-14)
    np.testing.assert_array_equal(law.cdf(times + 0.5), law.cdf(times))
    np.testing.assert_allclose(law.mean, (pmf * np.arange(pmf.size)).sum(), atol=1e-12)
    np.testing.assert_allclose(law.variance, (pmf * (np.arange(pmf.size) - law.mean) ** 2).sum(), atol=1e-11)
    for q in (0.0, 0.1, 0.5, 0.9):
        t = law.quantile(q)
        assert law.cdf(t) >= q and (t == 0 or law.cdf(t - 1) < q)


def test_scalars_stay_scalars_and_shapes_stay_shapes():
    law = theory.onemax.law(10, strength=1.0)
    assert type(law.cdf(3)) is float and type(law.quantile(0.5)) is int and type(law.pmf(3)) is float
    assert law.cdf(np.zeros((2, 3))).shape == (2, 3) and law.quantile([[0.1, 0.2]]).shape == (1, 2)
    assert type(law.mean) is float and type(law.variance) is float and type(law.std) is float
    assert law.pmf(2.5) == 0.0 and law.pmf(-1) == 0.0 and law.pmf(10**9) == 0.0
    assert law.cdf(-0.5) == 0.0 and law.survival(-1) == 1.0 and law.cdf(math.inf) == pytest.approx(1.0, abs=1e-12)


def test_tables_that_are_no_laws():
    for wrong in ([], [-0.5, 1.5], [math.nan], [2.0], [[0.5, 0.5]]):
        with pytest.raises(
            ValueError, match=r"`pmf` must hold non-negative .* of sum at most 1; got shape .* Pass one"
        ):
            Law.from_masses(wrong, source="s")
    with pytest.raises(TypeError, match=r"`pmf` must hold probabilities .*; got 'a'\. Pass one"):
        Law.from_masses("a", source="s")
    with pytest.raises(ValueError, match=r"`defect` must lie in \[0, inf\) \(mass\); got -1"):
        Law.from_masses([1.0], defect=-1, source="s")
    law = Law.from_masses([0.5, 0.5], source="s")
    for wrong in ("0.5", "a", 1j, [True]):
        with pytest.raises(TypeError, match=r"`t` must hold numbers of steps; got .* Pass an integer"):
            law.cdf(wrong)
        with pytest.raises(TypeError, match=r"`q` must hold probabilities in \[0, 1\); got .* Pass 0\.5"):
            law.quantile(wrong)
    with pytest.raises(ValueError, match="`t` must hold numbers of steps"):
        law.cdf(10**400)


def test_the_lower_end_allows_for_misplaced_mass():
    early = Law.from_masses([0.0, 0.5, 0.0, 0.5 - 4e-10], defect=5e-10, source="s")  # 5e-10 may belong to t = 1, not 3
    assert early.lower <= 0.5 + 3 * (0.5 - 4e-10) - 2 * 5e-10 <= early.mean


def test_refusals():
    law = Law.from_masses([0.5, 0.25], defect=0.25, source="s")
    with pytest.raises(ValueError, match=r"`q` must not exceed the tracked mass 0\.75 .*larger horizon"):
        law.quantile(0.8)
    with pytest.raises(ValueError, match=r"`q` must lie in \[0, 1\) .*0\.5 for the median"):
        law.quantile(1.0)
    with pytest.raises(ValueError, match="`q` must lie in"):
        law.quantile(math.nan)
    with pytest.raises(ValueError, match="`t` must be a number of steps; got NaN"):
        law.cdf(math.nan)
    with pytest.raises(ValueError, match=r"the mean and the variance need a law with untracked mass.*got 0\.25"):
        law.mean  # noqa: B018


def test_laws_that_would_take_minutes_are_refused_but_keep_their_moments():
    for law in (
        theory.onemax.law(10**6, strength=1.0),
        theory.leading_ones.law(10**5, strength=1.0),
        theory.dynamic_bin_val.law(400, strength=2.5),
    ):
        assert law.mean > 1e6 and law.std > 0.0
        with pytest.raises(
            ValueError, match=r"the whole distribution must .*Use \.mean, \.variance and \.std, .*or pass hor"
        ):
            law.cdf(10)


def test_a_horizon_overrides_the_refusal():
    law = theory.dynamic_bin_val.law(400, strength=2.5, horizon=50)
    assert law.horizon == 50 and law.cdf(50) < 1e-10 and law.defect > 0.999


def test_laws_survive_pickling():
    law = pickle.loads(pickle.dumps(theory.onemax.law(20, strength=1.0)))
    assert law.quantile(0.5) == theory.onemax.law(20, strength=1.0).quantile(0.5)


def test_tables_are_read_only_copies():
    table = np.array([0.5, 0.5])
    law = Law.from_masses(table, source="s")
    law.cdf(0)
    table[0] = 0.0
    assert law.pmf(0) == 0.5
