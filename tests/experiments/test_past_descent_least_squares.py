import dataclasses

import numpy as np
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.past_descent_least_squares import PastDescentLeastSquaresConfig
from evo.experiments.past_descent_least_squares.arms import (
    ARMS,
    BIASED,
    BOTH,
    GUIDED_3,
    HINTED,
    ORTHOGONAL,
    PAST,
)
from evo.experiments.past_descent_least_squares.cells import DescentCell
from evo.experiments.past_descent_least_squares.config import CONFIGS
from evo.experiments.past_descent_least_squares.problem import problem
from tests.experiments.past_descent_rows import planted

NAME = "past-descent-least-squares"
CONFIG = dataclasses.replace(CONFIGS["laptop"], iterations=(200, 1000, 2000, 4000))
#: losses after 4,000 iterations of an independent implementation
EARLIER = {BIASED: 0.0531, GUIDED_3: 0.0242, HINTED: 0.0253, PAST: 0.0046, ORTHOGONAL: 0.0015, BOTH: 0.00037}


def table_of(config, factors=None, **options):
    def means(cell):
        mean = (factors or {}).get(cell.arm, 1.0) * EARLIER.get(cell.arm, 0.05)
        return {f"t={t}": mean * (1.0 + 4000 / t) / 2.0 for t in cell.kept}

    return planted(find(NAME).cells(config), means, **options)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 both below its parts; 1 loss of both; 2 loss of guided; 3 guided over both; 4 past over orthogonal
def test_right_rows_hold():
    assert verdicts(CONFIG, table_of(CONFIG)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("factors", "wrong"),
    [
        ({BOTH: 5.0}, [1]),
        ({BOTH: 20.0}, [0, 1, 3]),
        ({GUIDED_3: 2.0}, [2]),
        ({GUIDED_3: 0.1}, [2, 3]),
        ({ORTHOGONAL: 5.0}, [4]),
        ({PAST: 0.05}, [0, 4]),
    ],
)
def test_wrong_rows_fail(factors, wrong):
    found = verdicts(CONFIG, table_of(CONFIG, factors))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert set(verdicts(CONFIG, table_of(CONFIG, runs=1))) == {Verdict.UNDECIDED}


def test_other_sizes_are_not_held_against_the_earlier_measurement():
    for changed in ({"n": 900}, {"iterations": (100, 3000)}):
        other = dataclasses.replace(CONFIG, **changed)
        assert verdicts(other, table_of(other)) == [Verdict.HOLDS] + [Verdict.NOT_APPLICABLE] * 4
    other = dataclasses.replace(CONFIG, arms=(PAST.name, ORTHOGONAL.name))
    assert verdicts(other, table_of(other)) == [Verdict.NOT_APPLICABLE] * 4 + [Verdict.HOLDS]


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(table_of(CONFIG), CONFIG)
    assert [claim.basis for claim in claims] == [Basis.RE_DERIVED] + [Basis.MEASURED_ELSEWHERE] * 4


def test_problem_in_its_own_coordinates():
    given = problem(20, 50)
    random = np.random.RandomState(0)
    A, b = random.randn(50, 20), random.randn(50)
    best = np.linalg.lstsq(A, b, rcond=None)[0]
    assert given.gap == pytest.approx((b @ b - np.sum((A @ best - b) ** 2)) / 100, rel=1e-12)
    assert given.start @ given.start == pytest.approx(best @ best, rel=1e-12)
    assert np.linalg.norm(given.bias) == pytest.approx(1.0)
    step = given.start - 0.1 * given.curvature * given.start  # a step along the gradient, in both coordinates
    x = -0.1 * A.T @ -b / 50
    gap = np.sum(given.curvature * step**2) / 2
    assert gap == pytest.approx((np.sum((A @ x - b) ** 2) - np.sum((A @ best - b) ** 2)) / 100, rel=1e-10)


def test_following_the_biased_gradient_is_deterministic_descent():
    cell = DescentCell(label="a", series=BIASED, x=0, arm=BIASED, n=20, m=50, kept=(1, 30), runs=2, per_block=2)
    given, found = problem(20, 50), cell.columns(Key(1), 0, 2)
    e = given.start.copy()
    for t in range(1, 31):
        g = given.curvature * e
        e -= 0.005 * (g + np.linalg.norm(g) * given.bias)
        if t in (1, 30):
            gap = np.sum(given.curvature * e**2) / 2
            np.testing.assert_allclose(found[f"t={t}"], gap, rtol=1e-4)  # float32


def test_figure():
    chart = find(NAME).figure(table_of(CONFIG, runs=3), CONFIG)
    assert {row.series for row in chart.rows if row.panel == "iterations"} == {arm.name for arm in ARMS}
    assert BIASED.name not in {row.series for row in chart.rows if row.panel == "evaluations"}
    last = [row for row in chart.rows if row.panel == "evaluations" and row.series == BOTH.name][-1]
    assert (last.x, last.y) == (24_000, pytest.approx(0.00037, rel=0.02))


@pytest.mark.slow
def test_smoke_preset(tmp_path):
    assert not run_experiment(NAME, "smoke", out=tmp_path / "run", progress=False, threads=2).failed


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 5, "`n` must be an integer in"),
        ("m", 900, "`m` must be an integer in"),
        ("arms", ("adam",), "`arms` must hold different arms; got .*Take some of projection on both"),
        ("iterations", (5, 2), "`iterations` must hold rising values"),
        ("runs", 0, "`runs` must be an integer"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PastDescentLeastSquaresConfig(**{field: value})
