import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.population_slowdown import PopulationSlowdownConfig
from evo.experiments.population_slowdown.cells import EA, GA
from evo.experiments.population_slowdown.config import CONFIGS

NAME = "population-slowdown"
LAPTOP = CONFIGS["laptop"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smallest runs that have all of the figure."""
    small = {"n": 300, "population": (1, 10, 20), "crossover_population": (20,)}
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", overrides=small, out=folder, progress=False, threads=2)


def planted(config, *, time=lambda mu: mu**1.3, visited=lambda mu: 1 + mu, ga_time=0.5, ga_visited=10, runs=None):
    """A table as if measured: times in units of n steps."""
    frames = []
    for cell in find(NAME).cells(config):
        count = runs or cell.runs
        ea = cell.series == EA
        steps = (time(cell.x) if ea else ga_time * 20.0 * math.sqrt(cell.x)) * config.n * np.linspace(0.95, 1.05, count)
        steps = np.where(steps <= cell.stop.limits().steps, steps, math.inf)
        levels = np.full(count, min(config.levels + 1, visited(cell.x) if ea else ga_visited), dtype=np.int64)
        frames.append(
            pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps, "visited": levels})
        )
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 levels and 1 run time / mu grow; 2 levels and 3 run time with and without crossover; 4 few levels of the GA
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"visited": lambda mu: 40 - mu // 5}, [0]),
        ({"time": lambda mu: 30.0 * mu**0.7}, [1]),
        ({"ga_visited": 101, "visited": lambda mu: mu}, [2, 4]),
        ({"ga_time": 3.0}, [3]),
        ({"ga_time": 20.0}, [3, 4]),  # all runs of the GA capped, those of the EA not
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, **changes))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong
    assert Verdict.NOT_APPLICABLE not in found


def test_capped_runs_count_as_the_slowest():
    table = planted(LAPTOP, time=lambda mu: mu**1.3 if mu < 100 else 1e6)
    assert verdicts(LAPTOP, table) == [Verdict.HOLDS] * 5
    # where both are capped, nothing is known of their order
    found = verdicts(LAPTOP, planted(LAPTOP, time=lambda mu: 1e6, ga_time=1e6))
    assert found[1] is Verdict.UNDECIDED and found[3] is Verdict.UNDECIDED


def test_few_rows_are_undecided():
    assert verdicts(LAPTOP, planted(LAPTOP, runs=3)) == [Verdict.UNDECIDED] * 5


def test_without_two_populations_nothing_is_compared():
    config = dataclasses.replace(LAPTOP, population=(1, 10), crossover_population=(20,))
    na = Verdict.NOT_APPLICABLE
    assert verdicts(config, planted(config)) == [na, na, na, na, Verdict.HOLDS]


def test_nothing_is_called_quoted():
    assert {claim.basis for claim in find(NAME).claims(planted(LAPTOP), LAPTOP)} == {Basis.RECALLED}


@pytest.mark.slow  # compiles for long
def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 5
    assert b"evo run population-slowdown --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {(row["panel"], row["series"]) for row in rows if row["kind"] == "measured"} == {
        (panel, series) for panel in ("time", "visited") for series in (EA, GA)
    }
    base = next(float(row["y"]) for row in rows if row["kind"] == "theory")
    assert base == pytest.approx(math.e * 0.3 * math.log(300))


def test_capped_runs_are_drawn_open():
    chart = find(NAME).figure(planted(LAPTOP, time=lambda mu: 1e6, ga_time=1e6, runs=2), LAPTOP)
    capped = {row.series: row.y for row in chart.rows if row.panel == "time" and row.kind == "capped"}
    assert len(set(capped.values())) == 2
    assert min(capped.values()) > LAPTOP.cap * LAPTOP.n * math.log(LAPTOP.n) / 1000
    assert not [row for row in chart.rows if row.panel == "time" and row.kind == "measured"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 10, "`n` must be an integer in"),
        ("beta", 0.5, "`beta` must be a number in"),
        ("strength", 0.0, "`strength` must be a number in"),
        ("population", (10,), "`population` must hold different values, 2 at least"),
        ("crossover_population", (10, 10), "`crossover_population` must hold different values"),
        ("runs", 0, "`runs` must be an integer >= 1"),
        ("crossover", 0.0, "`crossover` must be a number in"),
        ("cap", 0.5, "`cap` must be a number in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PopulationSlowdownConfig(**{field: value})
