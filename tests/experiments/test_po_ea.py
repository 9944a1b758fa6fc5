import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.po_ea import PoEaConfig, exact
from evo.experiments.po_ea.cells import run_cells
from evo.experiments.po_ea.config import CONFIGS

NAME = "po-ea"
LAPTOP = CONFIGS["laptop"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config, *, factor=lambda name, n, c: 1.0, runs=None, capped=()):
    """A table as if measured: the exact mean times a factor, with little spread around it."""
    frames = []
    for cell in run_cells(config):
        name, c = cell.series
        process = next(item for item in exact.PROCESSES if item.name == name)
        count = runs or cell.runs
        mean = exact.mean(process, int(cell.x), c)
        steps = mean * factor(name, cell.x, c) * (1.0 + 0.01 * np.resize([-1.0, 1.0], count))
        if cell.series in capped:
            steps[0] = math.inf
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0-2 means; 3-5 exponent at 1; 6, 7 rising exponents; 8 earlier table by runs; 9 the same by chains; 10 growth
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 11


@pytest.mark.parametrize(
    ("factor", "wrong"),
    [
        (lambda name, n, c: 1.5 if name == "SDBV" and c == 0.5 and n == 800 else 1.0, [2]),
        (lambda name, n, c: 1.2 if name == "PO-EA" and c == 1.0 else 1.0, [0, 8]),
        (lambda name, n, c: n**0.2 if name == "SDBV" and c == 1.0 else 1.0, [2, 5]),
        # as if of order n^2 above strength 1
        (lambda name, n, c: 1e-2 * n**2 / exact.mean(exact.PROCESSES[0], int(n), c) if c > 1 else 1.0, [0, 1, 2, 6, 7]),
    ],
)
def test_wrong_rows_fail(factor, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, factor=factor))
    places = [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS]
    if wrong[-1] == 7:  # a power of n for one process is less for another: at most zero, up to noise
        assert places[:3] == [0, 1, 2] and Verdict.HOLDS not in found[6:8]
    else:
        assert places == wrong


def test_few_or_capped_rows_are_undecided():
    assert verdicts(LAPTOP, planted(LAPTOP, runs=2))[:3] == [Verdict.UNDECIDED] * 3
    claims = find(NAME).claims(planted(LAPTOP, capped=[("ADBV", 1.0)]), LAPTOP)
    assert [claims[place].verdict for place in (1, 4)] == [Verdict.UNDECIDED] * 2
    assert "runs capped" in claims[1].measured.method


def test_other_sizes_are_judged_by_their_own_exact_values():
    config = dataclasses.replace(LAPTOP, n=(60, 120, 240), critical_n=(60, 240), above=(1.1,))
    found = verdicts(config, planted(config))
    assert found == [Verdict.HOLDS] * 7 + [Verdict.NOT_APPLICABLE] + [Verdict.HOLDS] * 2


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(planted(LAPTOP), LAPTOP)}


@pytest.mark.parametrize("process", exact.PROCESSES[:2], ids=lambda process: process.name)
def test_limit_at_strength_1(process):
    near, far = (exact.mean(process, n, 1.0) / n**1.5 - process.limit for n in (12_800, 51_200))
    assert 0.0 < far < 0.65 * near  # about n^(-1/2)


def test_no_runs_where_they_are_too_long():
    longest = max(
        exact.mean(process, int(cell.x), cell.series[1])
        for process in exact.PROCESSES[:1]
        for cell in run_cells(LAPTOP)
        if cell.series[0] == process.name
    )
    assert longest <= LAPTOP.longest
    assert not [cell for cell in run_cells(LAPTOP) if cell.series[1] == 1.2 and cell.x == 800]


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 11
    assert b"evo run po-ea --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    assert "2.4269" in smoke.caption
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"below", "at", "above"}
    assert not [row for row in rows if row["kind"] == "capped"]


def test_capped_runs_are_drawn():
    chart = find(NAME).figure(planted(LAPTOP, runs=3, capped=[("ADBV", 1.0)]), LAPTOP)
    capped = [row for row in chart.rows if row.kind == "capped"]
    assert len(capped) == len(LAPTOP.critical_n) and {row.panel for row in capped} == {"at"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", (5,), "`n` must be an integer in"),
        ("below", (1.5,), "`below` must be a number in"),
        ("above", (1.2, 1.1), "`above` must hold rising values"),
        ("critical_n", (100,), "`critical_n` must hold two sizes"),
        ("most_runs", 50, "`most_runs` must be an integer >= 100"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PoEaConfig(**{field: value})
