import math

import pytest

from evo.experiments import Above, Basis, Below, Claim, Exactly, Verdict, judge, level
from evo.experiments.claims import not_applicable
from evo.statistics import Interval


def interval(lower, upper):
    return Interval((lower + upper) / 2, lower, upper, 0.95, "planted")


def claim(predicted, basis=Basis.RE_DERIVED, text="the answer", **more):
    return Claim(text=text, source="a source", basis=basis, predicted=predicted, rule="a rule", **more)


@pytest.mark.parametrize(
    ("predicted", "measured", "verdict"),
    [
        (Exactly(1.0, 0.0, 0.1), (0.95, 1.05), Verdict.HOLDS),
        (Exactly(1.0, 0.0, 0.1), (0.5, 1.5), Verdict.UNDECIDED),  # too wide to say anything in favour
        (Exactly(1.0, 0.0, 0.1), (1.01, 1.05), Verdict.FAILS),
        (Exactly(1.0, 0.0, 0.1), (1.01, 9.0), Verdict.FAILS),  # wide, but off
        (Exactly(1.0, 0.02, 0.1), (1.01, 1.05), Verdict.HOLDS),
        (Exactly(1.0, 0.0, 0.1), (-math.inf, math.inf), Verdict.UNDECIDED),
        (Below(0.2), (0.0, 0.1), Verdict.HOLDS),
        (Below(0.2), (0.1, 0.2), Verdict.UNDECIDED),
        (Below(0.2), (0.2, 0.3), Verdict.FAILS),
        (Above(0.9), (0.95, 1.0), Verdict.HOLDS),
        (Above(0.9), (0.85, 1.0), Verdict.UNDECIDED),
        (Above(0.9), (0.5, 0.9), Verdict.FAILS),
    ],
)
def test_rule(predicted, measured, verdict):
    assert judge(claim(predicted), interval(*measured)).verdict is verdict


def test_nothing_measured_decides_nothing():
    assert judge(claim(Below(0.2)), None, "no rows").verdict is Verdict.UNDECIDED
    assert judge(claim(Below(0.2)), interval(math.nan, math.nan)).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("basis", [item for item in Basis if item is not Basis.QUOTED])
def test_only_quoted_may_reproduce(basis):
    with pytest.raises(ValueError, match=r"`text` must not speak of reproducing .* got .* Only what was read"):
        claim(Below(1.0), basis, text="Reproduces figure 3")
    with pytest.raises(ValueError, match="reproducing"):
        judge(claim(Below(1.0), basis), interval(0.0, 0.5), "this reproduces the table")
    assert "reproduce" not in judge(claim(Below(1.0), basis), interval(0.0, 0.5)).sentence
    assert judge(claim(Below(1.0), Basis.QUOTED, "figure 3"), interval(0.0, 0.5)).sentence == "reproduces: figure 3"


def test_sentence_of_a_claim_that_does_not_hold():
    assert judge(claim(Below(0.2)), interval(0.3, 0.5)).sentence == "fails: the answer"
    assert not_applicable(claim(Below(0.2)), "other sizes").sentence == "not applicable: the answer"


def test_family_error_is_shared():
    # 5 claims of 4 looks at 0.01: each interval misses with chance 0.01 / 20, all together with 0.01 at most
    assert level(0.01, 5, 4) == pytest.approx(1 - 0.0005)
