import dataclasses

import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.past_descent import Past, predicted
from evo.experiments.past_descent_drift import PastDescentDriftConfig
from evo.experiments.past_descent_drift.config import CONFIGS
from tests.experiments.past_descent_rows import planted

NAME = "past-descent-drift"
CONFIG = dataclasses.replace(CONFIGS["laptop"], turns=(0.01, 0.1, 1.0), generations=80, runs=64)


def means(cell, past=1.0, plain=1.0):
    pairs, end = cell.arm.pairs, cell.kept[-1]
    if isinstance(cell.arm, Past):
        exact, rest = predicted.late(cell.n, pairs, cell.cosine, cell.kept)
        found = {f"t={t}": past * predicted.streamed(cell.n, pairs, cell.cosine, t) for t in cell.kept}
        return found | {"late": past * (exact - rest / 1.1)}
    return {"late": plain * pairs / cell.n, f"t={end}": plain * pairs / cell.n}


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


def table_of(config, *, runs=None, spread=0.01, **factors):
    return planted(find(NAME).cells(config), lambda cell: means(cell, **factors), runs=runs, spread=spread)


# claims: 0 exact means; 1 orthogonal; 2 gain where it turns slowly; 3 none at right angles
def test_right_rows_hold():
    assert verdicts(CONFIG, table_of(CONFIG)) == [Verdict.HOLDS] * 4


@pytest.mark.parametrize(
    ("factors", "wrong"),
    [
        ({"past": 0.9}, [0]),
        ({"past": 0.2}, [0, 2]),
        ({"past": 1.3}, [0, 3]),
        ({"plain": 1.2}, [1]),
        ({"plain": 5.0}, [1, 2]),
    ],
)
def test_wrong_rows_fail(factors, wrong):
    found = verdicts(CONFIG, table_of(CONFIG, **factors))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert set(verdicts(CONFIG, table_of(CONFIG, runs=1))) == {Verdict.UNDECIDED}


def test_angles_that_are_missing():
    other = dataclasses.replace(CONFIG, turns=(0.1, 0.5))
    assert verdicts(other, table_of(other)) == [Verdict.HOLDS] * 2 + [Verdict.NOT_APPLICABLE] * 2


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(table_of(CONFIG), CONFIG)}


def test_figure():
    chart = find(NAME).figure(table_of(CONFIG, runs=4), CONFIG)
    gain = [row for row in chart.rows if row.panel == "gain" and row.series == "33 pairs"]
    exact = {row.x: row.y for row in chart.rows if row.series == "exact, 33 pairs"}
    assert [row.x for row in gain] == [0.01, 0.1, 1.0]
    # the second half of 80 generations is near the fixed point at these angles
    assert gain[-1].y == pytest.approx(exact[min(exact, key=lambda x: abs(x - 1.0))], rel=0.02)
    assert gain[0].y == pytest.approx(exact[min(exact, key=lambda x: abs(x - 0.01))], rel=0.05)
    assert not [row for row in find(NAME).figure(table_of(CONFIG, runs=1), CONFIG).rows if row.kind == "measured"]


@pytest.mark.slow
def test_smoke_preset(tmp_path):
    assert not run_experiment(NAME, "smoke", out=tmp_path / "run", progress=False, threads=2).failed


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 5, "`n` must be an integer in"),
        ("pairs", (1,), "`pairs` must be an integer in"),
        ("turns", (0.0, 0.5), "`turns` must be a number"),
        ("turns", (0.5, 0.1), "`turns` must hold rising values"),
        ("generations", 3, "`generations` must be an integer"),
        ("runs", 0, "`runs` must be an integer"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PastDescentDriftConfig(**{field: value})
