import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.self_adjusting_lambda import SelfAdjustingLambdaConfig
from evo.experiments.self_adjusting_lambda.cells import TABLES
from evo.experiments.self_adjusting_lambda.claims import further_place
from evo.experiments.self_adjusting_lambda.config import CONFIGS

NAME = "self-adjusting-lambda"
LAPTOP = CONFIGS["laptop"]
TURN = {"onemax": 3.5, "dynamic-binval": 1.9, "hottopic": 3.0, "binval": 3.0}
EARLIER = {(name, s): value for name, _, table, _ in TABLES for s, (value, _) in table.items()}


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    return run_experiment(NAME, "smoke", out=tmp_path_factory.mktemp("smoke") / "run", progress=False, threads=2)


def planted(config, *, turn=None, slower=1.0, runs=None):
    """A table as if measured: runs end up to the turn of each function, and take what was measured earlier."""
    frames = []
    for cell in find(NAME).cells(config):
        function, n, *_ = cell.series
        count = runs or cell.runs
        ends = cell.x < (turn or TURN)[function]
        middle = slower * EARLIER.get((function, cell.x), 3.0) * n
        steps = middle * np.linspace(0.9, 1.1, count) if ends else np.full(count, math.inf)
        zeros = [0 if ends else n // 3] * count
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps, "zeros": zeros}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 s < 1 on OneMax; 1 the smallest s; 2 s = 18; 3, 4 the turns; 5, 6, 7 times on OneMax; 8, 9 on DBV
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 10


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"turn": {**TURN, "onemax": 0.7}}, [0, 3, 5, 6, 7]),
        ({"turn": {**TURN, "hottopic": 0.1}}, [1]),
        ({"turn": {**TURN, "binval": 20.0}}, [2]),
        ({"turn": {**TURN, "onemax": 3.8}}, [3]),
        ({"turn": {**TURN, "onemax": 3.1, "dynamic-binval": 1.65}}, [3, 4, 6, 7, 9]),
        ({"turn": {**TURN, "dynamic-binval": 2.2}}, [4]),
        ({"slower": 1.25}, [5, 6, 7, 8, 9]),
        ({"slower": 0.8}, [5, 6, 7, 8, 9]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, **changes))
    failing = [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS]
    # where all runs of a table are capped, its bounds are infinite and exclude the earlier mean
    assert failing == wrong
    assert Verdict.NOT_APPLICABLE not in found


def test_few_rows_are_undecided():
    assert verdicts(LAPTOP, planted(LAPTOP, runs=2)) == [Verdict.UNDECIDED] * 10


def test_capped_runs_leave_a_mean_of_three_undecided():
    table = planted(LAPTOP)
    late = (pl.col("cell") == "onemax n=1000 s=3.4 table") & (pl.col("run") % 10 == 0)
    table = table.with_columns(pl.when(late).then(math.inf).otherwise(pl.col("steps")).alias("steps"))
    found = verdicts(LAPTOP, table)
    assert [place for place, verdict in enumerate(found) if verdict is not Verdict.HOLDS] == [7]
    assert found[7] is Verdict.UNDECIDED


def test_other_settings_are_not_held_against_the_earlier_measurement():
    for changes in ({"cap": 100.0}, {"factor": 2.0}, {"n": (96, 500)}):
        other = dataclasses.replace(LAPTOP, **changes)
        found = verdicts(other, planted(other))
        assert found[:3] == [Verdict.HOLDS] * 3 and found[3:] == [Verdict.NOT_APPLICABLE] * 7
    other = dataclasses.replace(LAPTOP, functions=("binval",), s=(2.0, 3.0))
    assert verdicts(other, planted(other))[0] is Verdict.NOT_APPLICABLE


def test_only_theorems_are_quoted():
    claims = find(NAME).claims(planted(LAPTOP), LAPTOP)
    assert {claim.basis for claim in claims[:3]} == {Basis.QUOTED}
    assert {claim.basis for claim in claims[3:]} == {Basis.MEASURED_ELSEWHERE}


def test_order_statistics_around_a_further_mean():
    # 100 of ours and 3 further: the largest of 103 is ours with probability 100/103
    assert further_place(100, 1.0 - 6.01 / 103) == 1 and further_place(100, 1.0 - 5.99 / 103) == 0
    place, rng = further_place(200, 0.5), np.random.default_rng(1)
    ours, theirs = np.sort(rng.random((20_000, 200)), axis=1), rng.random((20_000, 3))
    inside = (theirs.max(axis=1) < ours[:, -place]).mean()
    # each end has at most a quarter; standard error 0.003. One place further in it has more
    assert 0.75 - 0.02 < inside < 0.75 + 0.04
    assert (theirs.max(axis=1) < ours[:, -2 * place]).mean() < 0.65


@pytest.mark.slow  # compiles for long
def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 10
    assert all(claim.verdict is Verdict.NOT_APPLICABLE for claim in smoke.claims[3:])
    assert b"evo run self-adjusting-lambda --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"generations n=96", "zeros"}
    assert {row["series"] for row in rows if row["kind"] == "capped"} == {"OneMax", "Dynamic BinVal"}


def test_capped_runs_are_drawn_open_in_a_row_per_function():
    chart = find(NAME).figure(planted(LAPTOP, runs=3), LAPTOP)
    capped = {row.series: row.y for row in chart.rows if row.panel == "generations n=1000" and row.kind == "capped"}
    assert len(set(capped.values())) == 4 and min(capped.values()) > LAPTOP.cap
    references = [row.x for row in chart.rows if row.kind == "reference"]
    assert references == pytest.approx([3.5, 1.9])
    left = [row for row in chart.rows if row.panel == "zeros" and row.kind == "measured"]
    assert left and all(row.y == pytest.approx(0.333) for row in left)
    turned = {row.series: min(other.x for other in left if other.series == row.series) for row in left}
    assert turned == {"OneMax": 3.5, "Dynamic BinVal": 1.9, "HotTopic": 3.0, "BinVal": 3.0}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("functions", ("onemax", "onemax"), "`functions` must hold different functions"),
        ("functions", ("one",), "`functions` must hold different functions"),
        ("n", (10,), "`n` must be an integer in"),
        ("n", (96, 96), "`n` must hold different values"),
        ("runs", (5,), r"`runs` must have one entry for each n, 2; got \(5,\)"),
        ("s", (1.0,), "`s` must hold different values, 2 at least"),
        ("table_runs", 0, "`table_runs` must be an integer >= 1"),
        ("factor", 1.0, "`factor` must be a number in"),
        ("cap", 0.5, "`cap` must be a number in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        SelfAdjustingLambdaConfig(**{field: value})
