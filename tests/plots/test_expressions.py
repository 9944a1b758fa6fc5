import math

import numpy as np
import pytest

from evo.plots import Expression

COLUMNS = {"steps": [10.0, math.inf], "n": [10, 100], "c": [0.5, 2.0], "reached": [True, False], "a_b": [1.0, 2.0]}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("steps/(n ln n)", 10 / (10 * math.log(10))),
        ("ln n^2", math.log(100)),
        ("ln(n)^2", math.log(10) ** 2),
        ("ln n / n", math.log(10) / 10),
        ("2n", 20.0),
        ("2 c n", 10.0),
        ("-n^2", -100.0),
        ("n^-1", 0.1),
        ("n^(1/2)", math.sqrt(10)),
        ("sqrt n log2 n", math.sqrt(10) * math.log2(10)),
        ("exp(-c)", math.exp(-0.5)),
        ("ln ln n", math.log(math.log(10))),
        ("8/2/2", 2.0),
        ("8/2*3", 12.0),
        ("1 - 2 - 3", -4.0),
        ("e n", math.e * 10),
        ("(n + 1)(n - 1)", 99.0),
        ("1.5e1 + .5", 15.5),
        ("reached", 1.0),
        ("a_b", 1.0),
    ],
)
def test_values(text, first):
    value = np.broadcast_to(Expression(text)(COLUMNS), (2,))[0]
    assert value == pytest.approx(first, rel=1e-15)


def test_what_is_undefined_is_nan_and_capped_runs_stay_infinite():
    for text in ("n/0", "0/0", "n/(n - 10)", "ln(n - 10)", "log2(10 - n)", "sqrt(-1)", "(n - 10)^-1", "ln(-n)"):
        assert math.isnan(np.broadcast_to(Expression(text)(COLUMNS), (2,))[0]), text
    assert Expression("steps/(n ln n)")(COLUMNS)[1] == math.inf


def test_columns_win_over_constants():
    assert Expression("e n")({"e": 3.0, "n": 2.0}) == 6.0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("steps/n ln n", r"behind a division needs parentheses"),
        ("", "it is empty"),
        ("n**2", r"a power is written with \^"),
        ("n +", "missing at the end"),
        ("(n", "not closed"),
        ("n)", r"nothing can follow before '\)'"),
        ("ln", "needs something behind"),
        ("2^3^4", "powers of powers"),
        ("ln 2n", "ln of a product needs parentheses"),
        ("n.real", r"'\.' is not known"),
        ("__import__('os')", "is not known"),
        ("(" * 40, "30 deep"),
        ("ln " * 40 + "n", "30 deep"),
        ("n" * 201, "at most 200 characters"),
    ],
)
def test_other_text_is_refused(text, why):
    with pytest.raises(ValueError, match=rf"`expression` must .*{why}"):
        Expression(text)


def test_unknown_names_are_refused_with_the_nearest_one():
    with pytest.raises(ValueError, match=r"`y` must name columns only, and 'step' is none.*Did you mean 'steps'\?"):
        Expression("step/n").columns(COLUMNS, "y")
    with pytest.raises(ValueError, match=r"Use ln or log2\."):
        Expression("n log n")(COLUMNS)
    with pytest.raises(TypeError, match=r"join numbers, and 'name' holds none.*by= or where="):
        Expression("name")({"name": ["a", "b"]})
    with pytest.raises(TypeError, match="`expression` must be str"):
        Expression(3)


@pytest.mark.parametrize(
    "text", ["steps/(n ln n)", "a_b^2 sqrt(n + 1)", "-(c - 1)/2", "lambda log2 n", "2e7 n", "ln(n)^2"]
)
def test_labels_are_mathematics_that_matplotlib_reads(text):
    from matplotlib.mathtext import MathTextParser

    MathTextParser("agg").parse(Expression(text).label)


def test_labels_keep_parentheses_that_matter():
    assert Expression("n - (c - 1)").label == "$n - (c - 1)$"
    assert Expression("n/(c n)").label == r"$n\,/\,(c\,n)$"
    assert Expression("steps/c*n").label == r"$(\mathrm{steps}\,/\,c)\,n$"
