import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.monotone_zoo import MonotoneZooConfig
from evo.experiments.monotone_zoo.cells import functions, run_cells
from evo.experiments.monotone_zoo.config import CONFIGS
from evo.experiments.witt_scaling import exact

NAME = "monotone-zoo"
LAPTOP = CONFIGS["laptop"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config, *, factor=lambda name, n, c: 1.0, runs=None, capped=()):
    """A table as if measured: OneMax's exact mean for every function, times a factor."""
    frames = []
    for cell in run_cells(config):
        name, c = cell.series
        count = runs or cell.runs
        mean = exact.onemax(int(cell.x), c)[0]
        steps = mean * factor(name, cell.x, c) * (1.0 + 0.01 * np.resize([-1.0, 1.0], count))
        if cell.series in capped:
            steps[0] = math.inf
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 OneMax exact; 1 n ln^2 n up to slightly above 1; 2 the same above; 3 unit; 4 exponent at 1; 5 contrast
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 6


@pytest.mark.parametrize(
    ("factor", "wrong"),
    [
        (lambda name, n, c: 1.1 if name == "OneMax" and n == 1000 and c == 1.2 else 1.0, [0]),
        # as if of order n^1.3 ln n
        (lambda name, n, c: 0.1 * n**0.3 if name == "BinVal" and c == 1.1 else 1.0, [1, 3]),
        (lambda name, n, c: 0.1 * n**0.3 if name.startswith("HotTopic(0.5") and c == 1.6 else 1.0, [2, 3]),
        # as if of order n^1.5 at strength 1
        (lambda name, n, c: 0.05 * n**0.5 / math.log(n) if name == "BinVal" and c == 1.0 else 1.0, [1, 4]),
        (lambda name, n, c: 1e5 if name == "U(0, 1)" and c == 1.2 and n == 1000 else 1.0, [3]),
    ],
)
def test_wrong_rows_fail(factor, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, factor=factor))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_or_capped_rows_are_undecided():
    assert verdicts(LAPTOP, planted(LAPTOP, runs=2))[0] is Verdict.UNDECIDED
    claims = find(NAME).claims(planted(LAPTOP, capped=[("OneMax", 1.2)]), LAPTOP)
    assert [claims[place].verdict for place in (0, 1, 3, 5)] == [Verdict.UNDECIDED] * 4


def test_other_settings():
    config = dataclasses.replace(LAPTOP, n=(100, 200), strengths=(1.0, 1.5), above=1.5, topics=((0.3, 0.1, 0.1),))
    assert len(functions(config)) == 4
    found = verdicts(config, planted(config))
    assert found[0] is Verdict.HOLDS and found[2] is Verdict.NOT_APPLICABLE


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(planted(LAPTOP, runs=3), LAPTOP)}


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 6
    assert b"evo run monotone-zoo --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"strengths", "sizes", "slowest"}
    assert not [row for row in rows if row["kind"] == "capped"]


def test_capped_runs_are_drawn():
    chart = find(NAME).figure(planted(LAPTOP, runs=3, capped=[("BinVal", 1.2)]), LAPTOP)
    capped = [row for row in chart.rows if row.kind == "capped"]
    assert {row.panel for row in capped} == {"strengths", "sizes"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", (20, 100), "`n` must be an integer in"),
        ("n", (100,), "`n` must hold rising values, 2 at least"),
        ("strengths", (0.5, 1.0), "`above` must be above 1 and one of strengths"),
        ("topics", (), "`topics` must hold different settings"),
        ("runs", 1, "`runs` must be an integer >= 2"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        MonotoneZooConfig(**{field: value})
