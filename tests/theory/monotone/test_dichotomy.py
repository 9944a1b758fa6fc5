"""The dichotomy of mutation strengths: every boundary from both sides, and the laws of flips that the text lists."""

import math

import pytest

from theory import Kind, constants, dichotomy, flips
from theory.monotone.dichotomy import Outcome

_LIMIT = float(constants.hottopic_strength)
_BY_STRENGTH = [row for row in dichotomy.table() if row.parameter != "m2 / m1"]
_BY_FLIPS = [row for row in dichotomy.table() if row.parameter == "m2 / m1"]


@pytest.mark.parametrize("row", _BY_STRENGTH, ids=lambda row: row.algorithm)
def test_both_sides_of_each_threshold(row):
    def outcome(strength):
        found = dichotomy.verdict(row.algorithm, strength=strength)
        assert found.kind is Kind.ASYMPTOTIC and found.source and float(found.parameter) == strength
        return found.outcome

    assert outcome(0.999) is Outcome.EFFICIENT
    if row.exponential is None:
        assert outcome(50.0) is Outcome.EFFICIENT and "mu_0" in row.condition
        return
    assert outcome(1.001) is Outcome.UNKNOWN is outcome(_LIMIT - 1e-9)
    assert outcome(_LIMIT + 1e-9) is Outcome.EXPONENTIAL is outcome(30.0)
    assert float(row.exponential) == pytest.approx(2.1369288434, abs=1e-10)
    assert (outcome(1.0) is Outcome.EFFICIENT) == (row.algorithm == "(1+1)-EA")


def test_which_functions_are_meant():
    every = dichotomy.verdict("(1+lambda)-EA", strength=0.5).functions
    assert "every" in every and dichotomy.verdict("(1+1)-EA", strength=3.0).functions == "HotTopic"
    # larger populations lose the guarantee for all monotone functions
    assert dichotomy.verdict("(mu+1)-EA", strength=0.5).functions == "HotTopic"
    assert "superpolynomial" in dichotomy.verdict("(mu+1)-EA", strength=0.5).condition
    assert dichotomy.verdict("(1+1)-EA", strength=1.0).source.startswith("Lengler, Martinsson and Steger (2019)")


@pytest.mark.parametrize("row", _BY_FLIPS, ids=lambda row: row.algorithm)
def test_laws_of_flips(row):
    n = 2000
    outcomes = {b: dichotomy.verdict(row.algorithm, flips=flips.power_law(n, b)) for b in (2.5, 3.2, 3.5, 4.0, 5.0)}
    for b, found in outcomes.items():
        ratio = float(flips.falling_ratio(flips.power_law(n, b)))
        assert float(found.parameter) == ratio
        fast = row.algorithm == "fast (mu+1)-GA" or ratio < 1.0
        assert found.outcome is (Outcome.EFFICIENT if fast else Outcome.UNKNOWN)
    if row.algorithm != "fast (mu+1)-GA":
        assert outcomes[5.0].outcome is Outcome.EFFICIENT and "not recalled" in outcomes[2.5].condition
        # standard bit mutation at random rates a/n is never in the safe range
        for b in (3.5, 4.0, 6.0):
            heavy = flips.heavy_tailed(n, b)
            assert dichotomy.verdict(row.algorithm, flips=heavy).outcome is Outcome.UNKNOWN
    assert dichotomy.verdict(row.algorithm, flips=flips.binomial(50, strength=0.9)).outcome is Outcome.EFFICIENT


def test_the_table_is_complete_and_has_no_other_numbers():
    rows = dichotomy.table()
    assert len({row.algorithm for row in rows}) == len(rows) == 9
    assert {float(row.efficient) for row in rows} == {1.0, math.inf}
    assert {row.efficient.kind for row in rows} == {Kind.ASYMPTOTIC}


def test_messages():
    with pytest.raises(ValueError, match=r"`algorithm` must be a row of the table, one of .*got 'EA'\. Pass"):
        dichotomy.verdict("EA", strength=1.0)
    with pytest.raises(ValueError, match=r"`strength` alone must be given for the \(1\+1\)-EA.*Pass strength=1\.0"):
        dichotomy.verdict("(1+1)-EA", flips=[0.0, 1.0])
    with pytest.raises(ValueError, match=r"`strength` alone must be given"):
        dichotomy.verdict("(1+1)-EA")
    with pytest.raises(ValueError, match=r"`flips` alone must be given for the fast \(1\+1\)-EA.*got strength=1\.0"):
        dichotomy.verdict("fast (1+1)-EA", strength=1.0, flips=[0.0, 1.0])
    with pytest.raises(ValueError, match=r"`strength` must lie in \(0, inf\)"):
        dichotomy.verdict("(mu+1)-GA", strength=0.0)
