import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.leadingones_rates import LeadingOnesRatesConfig, exact
from evo.experiments.leadingones_rates.cells import run_cells
from evo.experiments.leadingones_rates.config import CONFIGS

NAME = "leadingones-rates"
SMALL = dataclasses.replace(
    CONFIGS["laptop"], n=100, factors=(1.05, 1.2), sizes=(25, 50), method_factor=1.05, s=(0.5, 1.0, 3.0, 4.0)
)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def truth(config, cell):
    """The exact mean of a cell."""
    if cell.series == "static":
        return exact.static(config.n, cell.x)[0]
    kind, name = cell.series
    if kind == "success":
        return exact.success(config.n, cell.x, name)[0]
    methods = {method.name: method for method in exact.methods(config.method_s, config.method_factor)}
    return methods[name].moments(int(cell.x))[0]


def planted(config, *, factor=lambda series, x: 1.0, runs=None, capped=()):
    """A table as if measured: the exact mean times a factor, with little spread around it."""
    frames = []
    for cell in run_cells(config):
        count = runs or cell.runs
        steps = truth(config, cell) * factor(cell.series, cell.x) * (1.0 + 0.01 * np.resize([-1.0, 1.0], count))
        if cell.series in capped:
            steps[0] = math.inf
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 static; 1 success rules; 2 methods; 3 gain over the best static rate; 4 s = 1 and 3; 5-6 limits; 7 earlier
def test_right_rows_hold():
    assert verdicts(SMALL, planted(SMALL)) == [Verdict.HOLDS] * 7 + [Verdict.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("factor", "wrong"),
    [
        (lambda series, x: 1.2 if series == "static" and x == 2.0 else 1.0, [0]),
        (lambda series, x: 1.2 if series == ("success", 1.2) and x == 4.0 else 1.0, [1]),
        (lambda series, x: 1.2 if series == ("success", 1.05) and x == 3.0 else 1.0, [1, 4]),
        (lambda series, x: 1.2 if "resampled" in str(series) and x == 50 else 1.0, [2]),
        (lambda series, x: 1.2 if "success rule" in str(series) else 1.0, [2, 3]),
    ],
)
def test_wrong_rows_fail(factor, wrong):
    found = verdicts(SMALL, planted(SMALL, factor=factor))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_or_capped_rows_are_undecided():
    assert verdicts(SMALL, planted(SMALL, runs=2))[:3] == [Verdict.UNDECIDED] * 3
    claims = find(NAME).claims(planted(SMALL, capped=[("success", 1.05)]), SMALL)
    assert [claims[place].verdict for place in (1, 4)] == [Verdict.UNDECIDED] * 2
    assert "runs capped" in claims[1].measured.method


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(planted(SMALL, runs=3), SMALL)}


@pytest.mark.slow
def test_earlier_measurements_agree_with_the_exact_chains():
    config = dataclasses.replace(SMALL, n=1000, s=(1.0,), factors=(1.2,))
    claims = find(NAME).claims(planted(config, runs=3), config)
    assert claims[7].verdict is Verdict.HOLDS


@pytest.mark.slow  # compiles for long
def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 8
    assert b"evo run leadingones-rates --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"static", "success", "methods"}
    assert not [row for row in rows if row["kind"] == "capped"]


def test_capped_runs_are_drawn():
    chart = find(NAME).figure(planted(SMALL, runs=3, capped=["static"]), SMALL)
    capped = [row for row in chart.rows if row.kind == "capped"]
    assert len(capped) == len(SMALL.strengths) and {row.panel for row in capped} == {"static"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 5, "`n` must be an integer in"),
        ("strengths", (1.5, 1.0), "`strengths` must hold rising values"),
        ("s", (0.3,), "`s` must be a multiple of 1/64"),
        ("factors", (1.0,), "`factors` must be a number in"),
        ("runs", 0, "`runs` must be an integer >= 1"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        LeadingOnesRatesConfig(**{field: value})
