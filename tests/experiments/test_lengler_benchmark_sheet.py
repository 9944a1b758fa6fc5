import csv
import dataclasses

import numpy as np
import polars as pl
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.lengler_benchmark_sheet import LenglerBenchmarkSheetConfig
from evo.experiments.lengler_benchmark_sheet.cells import course, run_cells, trace_cells
from evo.experiments.lengler_benchmark_sheet.claims import EARLIER, predicted_mean
from evo.experiments.lengler_benchmark_sheet.config import CONFIGS

NAME = "lengler-benchmark-sheet"
LAPTOP = CONFIGS["laptop"]
#: per cent of ones and their standard deviation, near those of real runs
ONES = EARLIER | {4.0: 90.8}


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config, *, ones=None, progress=0.5, levels=10, runs=None):
    """A table as if measured, with a spread of a hundredth of the zero-bits or two of them."""
    frames = []
    for cell in [*run_cells(config), *trace_cells(config)]:
        count = runs or cell.runs
        end = (100.0 - (ones or {}).get(cell.x, ONES[cell.x])) * config.n / 100.0
        off = np.resize([-1.0, 1.0], count) * (2.0 + 0.02 * end)
        columns = {"cell": [cell.label] * count, "run": range(count)}
        for time in cell.times:
            share = 1.0 - time / config.steps
            columns[f"zeros_{time}"] = np.rint(np.maximum(end + off, 0.0) + share * progress * config.n / 50.0)
            columns[f"level_{time}"] = np.rint(5 + 2 * levels * (1.0 - share) + np.sign(off))
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames, how="diagonal_relaxed")


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 published at 0.9; 1 published at 4; 2 no progress; 3 levels rise; 4 earlier means
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"ones": {0.9: 99.8}}, [0, 4]),
        ({"ones": {4.0: 94.0}}, [1, 4]),
        ({"ones": {2.5: 98.0}}, [4]),
        ({"progress": 3.0}, [2]),
        ({"levels": -1}, [3]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, **changes))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert Verdict.FAILS not in verdicts(LAPTOP, planted(LAPTOP, runs=2))
    assert verdicts(LAPTOP, planted(LAPTOP, runs=1)) == [Verdict.UNDECIDED] * 5


def test_another_function_is_not_judged():
    config = dataclasses.replace(LAPTOP, n=2000)
    assert verdicts(config, planted(config)) == [Verdict.NOT_APPLICABLE] * 5


def test_bases():
    found = [claim.basis for claim in find(NAME).claims(planted(LAPTOP), LAPTOP)]
    assert found == [Basis.QUOTED] * 4 + [Basis.MEASURED_ELSEWHERE]


def test_prediction_holds_at_its_confidence():
    values = np.random.default_rng(1).normal(size=(4000, 12))
    inside = 0
    for row in values:
        one = predicted_mean(row[:9], 3, 0.9)
        inside += one.lower <= row[9:].mean() <= one.upper
    assert inside / len(values) == pytest.approx(0.9, abs=0.02)  # 4 standard errors


def test_finished_runs_stay_at_the_optimum():
    config = dataclasses.replace(LAPTOP, n=100, levels=2, steps=20_000, trace_points=10, trace_runs=3)
    cell = trace_cells(config)[0]
    columns = cell.columns(Key(1), 0, 3)
    table = pl.DataFrame({"cell": [cell.label] * 3, **columns})
    zeros = course(table, cell, "zeros")
    assert zeros.shape == (3, 11) and np.all(zeros[:, 0] > 0) and np.all(zeros[:, -1] == 0)
    later = cell.columns(Key(1), 1, 1)
    assert all(later[name][0] == values[1] for name, values in columns.items())


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 5
    assert b"evo run lengler-benchmark-sheet --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"end", "zero-bits", "level"}
    assert {float(row["x"]) for row in rows if row["series"] == "the sheet"} == {0.9, 4.0}


def test_figure_with_one_run():
    chart = find(NAME).figure(planted(LAPTOP, runs=1), LAPTOP)
    assert [row for row in chart.rows if row.panel == "end" and row.kind == "single run"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 10, "`n` must be an integer in"),
        ("beta", 0.7, "`beta` must be a number in"),
        ("strengths", (1.0, 1.0), "`strengths` must hold different values"),
        ("trace_points", 33, "`trace_points` must be even and divide"),
        ("runs", 0, "`runs` must be an integer >= 1"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        LenglerBenchmarkSheetConfig(**{field: value})
