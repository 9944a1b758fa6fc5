"""The grid world experiment: claims on planted rows, levels by enumeration, the smoke preset."""

import csv
import dataclasses
import itertools

import jax
import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.randomized_grid_world import RandomizedGridWorldConfig
from evo.experiments.randomized_grid_world.cells import run_cells
from evo.experiments.randomized_grid_world.config import CONFIGS
from evo.experiments.randomized_grid_world.ingredients import ingredients
from evo.experiments.randomized_grid_world.levels import deterministic, minimax
from evo.experiments.randomized_grid_world.names import CONSTANT, PAST, SEEDED, SINGLE
from tests.experiments.randomized_rows import planted
from theory.randomized import amplified

NAME = "randomized-grid-world"
LAPTOP = CONFIGS["laptop"]
HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def table_of(config=LAPTOP, *, seeded=0.46, expected=0.0, single=0.0, constant=0.0, past=0.45, **options):
    worst = {SINGLE: single, CONSTANT: constant, PAST: past}
    worst_of = lambda kind, q: worst.get(kind, expected if q == 1.0 else seeded)  # noqa: E731
    found_by = lambda c, S: float(amplified(c, S))  # noqa: E731
    return planted(run_cells(config), config.repetitions, worst_of, together=found_by, **options)


def verdicts(table, config=LAPTOP):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 near the minimax value and 1 not above it; 2 a constant seed finds nothing; 3 one seed a step and 4 the
# expected risk find little; 5 past directions; 6 success depends on the seed; 7 repetitions
def test_right_rows_hold():
    assert verdicts(table_of()) == [HOLDS] * 8


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"seeded": 0.2}, [0]),
        ({"seeded": 0.7}, [1]),
        ({"constant": 0.1}, [2]),
        ({"single": 0.3}, [3]),
        ({"expected": 0.3}, [4]),
        ({"past": 0.1}, [5]),
        ({"spread": 0.02}, [6]),
        ({"excess": 0.15}, [7]),
        ({"excess": -0.15}, [7]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(table_of(**changes))
    assert [place for place, verdict in enumerate(found) if verdict is FAILS] == wrong


def test_few_rows_are_undecided():
    assert verdicts(table_of(dataclasses.replace(LAPTOP, runs=1)).filter(pl.col("cell") == f"{SEEDED}, q=8")) == (
        [UNDECIDED] * 8
    )


def test_where_two_walks_see_all_targets_nothing_is_said_of_policies_without_seeds():
    config = dataclasses.replace(LAPTOP, horizon=4)
    assert deterministic(config) == minimax(config) == 1.0
    found = verdicts(table_of(config, seeded=0.99, single=0.9, expected=0.9), config)
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.NOT_APPLICABLE] == [2, 3, 4, 6]
    assert "no seeds are needed" in " ".join(find(NAME).caption(config).split())


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(table_of(), LAPTOP)}


def test_the_figure_shows_levels_and_maps():
    chart = find(NAME).figure(table_of(), LAPTOP)
    theory = {row.series: row.y for row in chart.rows if row.kind == "theory" and row.panel == "targets"}
    assert theory == {"best mixture of walks, worst target": 0.5, "best two walks, worst target": 0.0}
    places = [row for row in chart.rows if row.panel == "grid"]
    assert len(places) == 16 and {row.series.split(",")[0] for row in places} == {SEEDED, CONSTANT}


def test_levels_by_hand():
    """Two of four corners at most, and then all else: 1/2. On the row of five cells both sides fit into two walks."""
    assert (deterministic(LAPTOP), minimax(LAPTOP)) == (0.0, pytest.approx(0.5))
    line = dataclasses.replace(LAPTOP, rows=1, row=0, columns=5, column=2, horizon=2)
    assert (deterministic(line), minimax(line)) == (1.0, pytest.approx(1.0))


def test_kinds_differ_in_what_they_should():
    seeded, single, constant, past = (ingredients(LAPTOP, kind, 8.0) for kind in (SEEDED, SINGLE, CONSTANT, PAST))
    shapes = [jax.eval_shape(made.task.batch, jax.random.key(0), 0).seeds.shape for made in (seeded, single, constant)]
    assert shapes == [(1, 16, 8), (1, 1, 8), (1, 1, 8)]
    batches = [np.asarray(constant.task.batch(jax.random.key(key), key).seeds) for key in (0, 1)]
    np.testing.assert_array_equal(*batches)
    assert single.judge == seeded.judge == past.judge and past.task == seeded.task
    assert past.optimizer != seeded.optimizer and single.optimizer is seeded.optimizer
    assert len({made.task.policy for made in (seeded, single, constant, past)}) == 1


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 8
    assert b"evo run randomized-grid-world --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        assert {row["panel"] for row in csv.DictReader(file)} == {"targets", "exponent", "repetitions", "grid"}
    assert "of the paper are not known" in " ".join(smoke.caption.split())


def test_rows_of_the_smoke_preset(smoke):
    table = pl.concat(pl.read_parquet(path) for path in sorted((smoke.folder / "blocks").glob("*.parquet")))
    assert set(table["cell"]) == {f"{SEEDED}, q=8"} and sorted(table["input"]) == sorted(2 * list(range(5)))
    # two walks see 4 of 5 targets at most, whatever the seed: the errors of a training sum to 1 at least
    by_run = table.group_by("seed").agg(pl.col("error").sum(), pl.col("error").max().alias("worst"))
    assert by_run["error"].min() >= 1.0 and by_run["worst"].max() < 1.0


def test_cells_do_not_depend_on_what_else_is_run():
    small = dataclasses.replace(LAPTOP, kinds=(CONSTANT,), exponents=(2.0,), runs=1)
    (cell,) = run_cells(small)
    assert cell.described() in {other.described() for other in run_cells(LAPTOP)}
    labels = [cell.label for cell in run_cells(LAPTOP)]
    grid = [f"{kind}, q={q}" for q, kind in itertools.product((8, 2, 1), (SEEDED, SINGLE, CONSTANT))]
    assert sorted(labels) == sorted([*grid, f"{PAST}, q=8"])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("rows", 0, "`rows` must be an integer >= 1"),
        ("row", 3, r"`row` must be an integer in \[0, 2\]"),
        ("horizon", 0, "`horizon` must be an integer >= 1"),
        ("sigma", 0.0, "`sigma` must be a number in"),
        ("gain", 0.0, "`gain` must be a number in"),
        ("rate", 2.0, "`rate` must be a number in"),
        ("exponents", (8.0, 1.0), "`exponents` must hold rising values"),
        ("kinds", ("m seed",), "Did you mean 'm seeds'"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        RandomizedGridWorldConfig(**{field: value})


def test_a_grid_without_targets_is_refused():
    with pytest.raises(ValueError, match="`rows` must leave room for a target"):
        RandomizedGridWorldConfig(rows=1, columns=1, row=0, column=0)
