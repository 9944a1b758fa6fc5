import csv
import dataclasses
import math
from functools import cache

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.hidden_subset import HiddenSubsetConfig, exact
from evo.experiments.hidden_subset.config import CONFIGS, POLICIES
from theory import hidden_subset

NAME = "hidden-subset"
#: three sizes of the laptop preset
CONFIG = dataclasses.replace(
    CONFIGS["laptop"], n=(100, 1000, 10_000), runs=(1000, 1000, 300), static_runs=(300, 100, 10)
)
#: mean of S_n(T) - ln n under the schedule
MIDDLE = {"onemax": -1.8, "uniform": -1.5, "binval": -1.05}
STATIC = {100: 17.8, 1000: 36.4, 10_000: 66.6}
OTHERS = {"known": {"uniform": 2.5, "binval": 2.6}, "adaptive": {"onemax": 2.42, "uniform": 2.55, "binval": 2.58}}


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    return run_experiment(NAME, "smoke", out=tmp_path_factory.mktemp("smoke") / "run", progress=False, threads=2)


@cache
def spread_out(n, middle):
    """Run times with a Gumbel law of the statistic, at 41 equally likely quantiles."""
    q = (np.arange(41) + 0.5) / 41
    shifts = -np.log(-np.log(q))
    shifts += middle - shifts.mean()
    return np.array([float(hidden_subset.predicted_steps(n, shift=float(shift))) for shift in shifts])


def planted(config, *, factor=None, runs=None):
    """A table as if measured, with the means of each policy multiplied by a factor."""
    frames = []
    for cell in find(NAME).cells(config):
        (function, policy), n, count = cell.series, int(cell.x), runs or cell.runs
        unit = n * math.log(n)
        if policy == "schedule" and (function, n) != ("onemax", 100):
            times = np.resize(spread_out(n, MIDDLE[function]), count)
        elif policy == "static":
            mean, spread = exact.static(n, config.eps) if n <= exact.MOST_STATIC else (STATIC[n] * unit, 3.0 * unit)
            times = mean + spread * np.resize([-0.5, 0.5], count)
        elif function == "onemax" and policy != "adaptive":
            mean, spread = exact.known(n) if policy == "known" else exact.scheduled(n)
            times = mean + spread * np.resize([-0.5, 0.5], count)
        else:
            times = unit * (OTHERS[policy][function] + np.resize([-0.3, 0.3], count))
        scale = (factor or {}).get(policy, 1.0)
        steps = np.rint(times * (scale(n) if callable(scale) else scale))
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0, 1, 2 exact means; 3, 4 order; 5 growth; 6, 7, 8 earlier means of schedule, known, adaptive; 9 statistic
def test_right_rows_hold():
    assert verdicts(CONFIG, planted(CONFIG)) == [Verdict.HOLDS] * 10


@pytest.mark.parametrize(
    ("factor", "wrong"),
    [
        ({"known": 1.25}, [0, 3, 7]),
        ({"known": 0.8}, [0, 7]),
        ({"schedule": 1.3}, [1, 6, 9]),
        ({"schedule": 0.75}, [1, 3, 4, 6, 9]),
        ({"adaptive": 1.3}, [4, 8]),
        ({"static": 1.3}, [2]),
        ({"static": lambda n: math.sqrt(100 / n) / 2}, [2, 5]),
    ],
)
def test_wrong_rows_fail(factor, wrong):
    found = verdicts(CONFIG, planted(CONFIG, factor=factor))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong
    assert Verdict.NOT_APPLICABLE not in found


def test_few_rows_are_undecided():
    found = verdicts(CONFIG, planted(CONFIG, runs=2))
    assert set(found) <= {Verdict.UNDECIDED, Verdict.HOLDS} and found[3:] == [Verdict.UNDECIDED] * 7


def test_capped_runs_leave_means_undecided():
    table = planted(CONFIG)
    late = (pl.col("cell") == "binval schedule n=1000") & (pl.col("run") % 50 == 0)
    table = table.with_columns(pl.when(late).then(math.inf).otherwise(pl.col("steps")).alias("steps"))
    found = verdicts(CONFIG, table)
    assert [place for place, verdict in enumerate(found) if verdict is not Verdict.HOLDS] == [3, 4, 6, 9]
    assert {found[place] for place in (3, 4, 6, 9)} == {Verdict.UNDECIDED}


def test_other_sizes_are_not_held_against_the_earlier_measurement():
    other = dataclasses.replace(CONFIG, n=(400, 500), runs=(100, 100), static_runs=(0, 0))
    found = verdicts(other, planted(other))
    assert found == [Verdict.HOLDS, *[Verdict.NOT_APPLICABLE] * 9]
    one = dataclasses.replace(CONFIG, functions=("binval",), static_runs=(10, 0, 10))
    found = verdicts(one, planted(one))
    assert found[:3] == [Verdict.NOT_APPLICABLE] * 3 and Verdict.FAILS not in found


def test_only_theorems_are_quoted():
    claims = find(NAME).claims(planted(CONFIG), CONFIG)
    expected = [Basis.RE_DERIVED] * 3 + [Basis.QUOTED] * 3 + [Basis.MEASURED_ELSEWHERE] * 4
    assert [claim.basis for claim in claims] == expected


@pytest.mark.slow  # compiles for long
def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 10
    assert b"evo run hidden-subset --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"policies", "functions", "statistic"}
    assert {row["series"] for row in rows if row["kind"] == "single run"} == set(POLICIES.values())
    references = {round(float(row["y"]), 3) for row in rows if row["kind"] == "reference"}
    assert references == {2.718, 3.552}
    assert not [row for row in rows if row["kind"] == "capped"]


def test_statistic_of_the_figure():
    chart = find(NAME).figure(planted(CONFIG, runs=82), CONFIG)  # whole cycles of the quantiles
    shown = {(row.series, round(row.x)): row.y for row in chart.rows if row.panel == "statistic"}
    assert len(shown) == 9
    assert shown["BinVal", 10_000] == pytest.approx(MIDDLE["binval"], abs=1e-3)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("functions", ("onemax", "onemax"), "`functions` must hold different functions"),
        ("n", (5, 100), "`n` must be an integer in"),
        ("n", (100, 100), "`n` must rise, two values at least"),
        ("runs", (5,), r"`runs` must have one entry for each n, 7; got \(5,\)"),
        ("static_runs", (-1, 0, 0, 0, 0, 0, 0), "`static_runs` must be an integer >= 0"),
        ("eps", 0.0, "`eps` must be a number in"),
        ("cap", 0.5, "`cap` must be a number in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        HiddenSubsetConfig(**{field: value})
