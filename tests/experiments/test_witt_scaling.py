import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.witt_scaling import WittScalingConfig, exact
from evo.experiments.witt_scaling.cells import run_cells
from evo.experiments.witt_scaling.claims import EARLIER, EARLIER_C
from evo.experiments.witt_scaling.config import CONFIGS

NAME = "witt-scaling"
LAPTOP = CONFIGS["laptop"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config, *, factor=lambda name, axis, x: 1.0, runs=None, capped=()):
    """A table as if measured: OneMax's exact mean, a little more for the other functions, times a factor."""
    frames = []
    for cell in run_cells(config):
        axis, name = cell.series
        n, c = (config.n, cell.x) if axis == "c" else (int(cell.x), 1.0)
        count = runs or cell.runs
        mean = exact.onemax(n, c)[0] + 0.15 * c * exact.FUNCTIONS.index(name) * exact.slope(c) * n
        steps = mean * factor(name, axis, cell.x) * (1.0 + 0.01 * np.resize([-1.0, 1.0], count))
        if cell.series in capped:
            steps[0] = math.inf
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 exact; 1 OneMax is easiest; 2 upper bound; 3-5 growth with ln n; 6 strengths; 7 earlier table
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 8


@pytest.mark.parametrize(
    ("factor", "wrong"),
    [
        (lambda name, axis, x: 1.03 if name == "OneMax" and axis == "c" and x == 1.5 else 1.0, [0]),
        (lambda name, axis, x: 0.9 if name == "U(0, 1)" and x == 3000 else 1.0, [1]),
        (lambda name, axis, x: 10.0 if name == "BinVal" and x == 3000 else 1.0, [2]),
        (lambda name, axis, x: math.log(x) if name == "BinVal" and axis == "n" else 1.0, [2, 5]),
        (lambda name, axis, x: 1.5 if name == "U(0, 1)" and axis == "c" and x == 1.0 else 1.0, [6, 7]),
    ],
)
def test_wrong_rows_fail(factor, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, factor=factor))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_or_capped_rows_are_undecided():
    claims = find(NAME).claims(planted(LAPTOP, capped=[("n", "BinVal"), ("c", "OneMax")]), LAPTOP)
    assert [claims[place].verdict for place in (0, 1, 2, 5, 6, 7)] == [Verdict.UNDECIDED] * 6
    assert "runs capped" in claims[0].measured.method
    assert verdicts(LAPTOP, planted(LAPTOP, runs=2))[3:6] == [Verdict.UNDECIDED] * 3


def test_other_sizes():
    config = dataclasses.replace(LAPTOP, n=200, strengths=(1.0, 2.0), sizes=(50, 400))
    found = verdicts(config, planted(config))
    assert found[:6] == [Verdict.HOLDS] * 6 and found[6:] == [Verdict.NOT_APPLICABLE] * 2


def test_the_earlier_table_agrees_with_the_exact_means():
    for value, c in zip(EARLIER["OneMax"], EARLIER_C, strict=True):
        # 3.5 standard errors of 40 runs, whose deviation is pi / sqrt(6) in units of (e^c / c) n
        assert exact.onemax(1000, c)[0] / exact.base(1000, c) == pytest.approx(value, abs=0.103)


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(planted(LAPTOP, runs=3), LAPTOP)}


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 8
    assert b"evo run witt-scaling --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"strengths", "sizes", "linear term"}
    assert not [row for row in rows if row["kind"] == "capped"]


def test_capped_runs_are_drawn():
    chart = find(NAME).figure(planted(LAPTOP, runs=3, capped=[("n", "BinVal")]), LAPTOP)
    capped = [row for row in chart.rows if row.kind == "capped"]
    assert len(capped) == len(LAPTOP.sizes) and {row.panel for row in capped} == {"sizes"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 5, "`n` must be an integer in"),
        ("strengths", (2.0, 1.0), "`strengths` must hold rising values"),
        ("sizes", (100,), "`sizes` must hold rising values, 2 at least"),
        ("most_runs", 50, "`most_runs` must be an integer >= 2000"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        WittScalingConfig(**{field: value})
