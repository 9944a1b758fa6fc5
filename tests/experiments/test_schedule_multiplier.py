import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.schedule_multiplier import ScheduleMultiplierConfig, exact
from evo.experiments.schedule_multiplier.claims import TABLE
from evo.experiments.schedule_multiplier.config import CONFIGS
from theory import hidden_subset

NAME = "schedule-multiplier"
#: the laptop preset with smaller exact laws
CONFIG = dataclasses.replace(
    CONFIGS["laptop"], n=(20, 10_000), runs=(3000, 400), multipliers=(0.8, 1.0, 1.2, 1.545, 2.0, 3.0)
)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    return run_experiment(NAME, "smoke", out=tmp_path_factory.mktemp("smoke") / "run", progress=False, threads=2)


def planted(config, *, slower=lambda c: 1.0, runs=None):
    """A table as if measured: exact where that is cheap, as measured earlier or predicted elsewhere."""
    frames = []
    for cell in find(NAME).cells(config):
        (function, n), c, count = cell.series, cell.x, runs or cell.runs
        unit = n * math.log(n)
        if function == "onemax" and n <= exact.MOST_BITS:
            mean, spread = exact.moments(n, c)
        elif function == "onemax" and n == 10_000:
            mean, spread = TABLE[c] * unit, 0.4 * unit
        else:
            mean, spread = float(hidden_subset.predicted_steps(n, shift=-1.0, multiplier=c)), 0.4 * unit
        steps = np.rint(mean * slower(c) + spread * np.resize([-0.5, 0.5], count))
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 exact means; 1 slower at large c; 2 not slower at c = 0.8; 3 earlier means
def test_right_rows_hold():
    assert verdicts(CONFIG, planted(CONFIG)) == [Verdict.HOLDS] * 4


@pytest.mark.parametrize(
    ("slower", "wrong"),
    [
        (lambda c: 1.25, [0, 3]),
        (lambda c: 0.8, [0, 3]),
        (lambda c: 0.7 if c == 3.0 else 1.0, [0, 1, 3]),
        (lambda c: 1.25 if c == 0.8 else 1.0, [0, 2, 3]),
    ],
)
def test_wrong_rows_fail(slower, wrong):
    found = verdicts(CONFIG, planted(CONFIG, slower=slower))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong
    assert Verdict.NOT_APPLICABLE not in found


def test_few_rows_are_undecided():
    assert verdicts(CONFIG, planted(CONFIG, runs=2)) == [Verdict.UNDECIDED] * 4


def test_other_sizes_are_not_held_against_the_earlier_measurement():
    other = dataclasses.replace(CONFIG, n=(20, 9000))
    assert verdicts(other, planted(other)) == [Verdict.HOLDS] * 2 + [Verdict.NOT_APPLICABLE] * 2
    other = dataclasses.replace(CONFIG, functions=("binval",), multipliers=(0.8, 1.545))
    assert verdicts(other, planted(other)) == [Verdict.NOT_APPLICABLE] * 4


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(planted(CONFIG), CONFIG)
    assert [claim.basis for claim in claims] == [Basis.RE_DERIVED] * 2 + [Basis.MEASURED_ELSEWHERE] * 2


def test_smoke_preset(smoke):
    assert not smoke.failed and [claim.verdict for claim in smoke.claims][2:] == [Verdict.NOT_APPLICABLE] * 2
    assert b"evo run schedule-multiplier --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"run time onemax", "run time binval", "statistic"}
    limit = [row for row in rows if row["series"] == "limit x(c)" and row["panel"] == "run time onemax"]
    lowest = min(limit, key=lambda row: float(row["y"]))
    assert float(lowest["y"]) == pytest.approx(3.5525, abs=1e-3)
    assert float(lowest["x"]) == pytest.approx(1.5447, abs=0.06)


def test_statistic_is_taken_at_the_multiplier_of_each_point():
    chart = find(NAME).figure(planted(CONFIG, runs=2), CONFIG)
    shown = [row.y for row in chart.rows if row.panel == "statistic" and row.series == "n = 10000"]
    # half a standard deviation below and above the step at which it is -1; curvature keeps the mean within 0.05
    assert shown == pytest.approx([-1.0] * 6, abs=0.05)


def test_figure_with_one_run():
    chart = find(NAME).figure(planted(CONFIG, runs=1), CONFIG)
    assert not [row for row in chart.rows if row.kind == "measured"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("functions", ("one",), "`functions` must hold different functions"),
        ("n", (5,), "`n` must be an integer in"),
        ("n", (100, 100), "`n` must hold different values"),
        ("n", (10, 20, 30, 40, 50), "`n` must hold at most four values"),
        ("runs", (5,), r"`runs` must have one entry for each n, 3; got \(5,\)"),
        ("multipliers", (1.0,), "`multipliers` must hold different values, 2 at least"),
        ("cap", 0.5, "`cap` must be a number in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        ScheduleMultiplierConfig(**{field: value})
