"""The recall experiment: claims on planted rows, rows by key and run, the smoke preset."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.randomized_arms import outcomes
from evo.experiments.randomized_recall import RandomizedRecallConfig
from evo.experiments.randomized_recall.cells import solver_cells
from evo.experiments.randomized_recall.claims import target
from evo.experiments.randomized_recall.config import CONFIGS
from evo.experiments.randomized_recall.names import CONSTANT, EVOLVED, ROOMY, SEEDED, SINGLE
from tests.experiments.randomized_rows import planted

NAME = "randomized-recall"
#: few inputs, as planted rows need no more
LAPTOP = dataclasses.replace(CONFIGS["laptop"], pairs=4, memory=2)
HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED


def table_of(config=LAPTOP, *, seeded=0.72, expected=0.0, single=0.3, constant=0.0, evolved=0.7, roomy=1.0, **options):
    worst = {SINGLE: single, CONSTANT: constant, EVOLVED: evolved, ROOMY: roomy}
    worst_of = lambda kind, q: worst.get(kind, expected if q == 1.0 else seeded)  # noqa: E731
    return planted(solver_cells(config), config.repetitions, worst_of, **options)


def verdicts(table, config=LAPTOP):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 above a coin, 1 near the random subset; 2 a constant seed errs; 3 percentiles; 4 one seed, 5 the expected
# risk are worse; 6 majorities; 7 evolution strategy; 8 room for all
def test_right_rows_hold():
    assert verdicts(table_of()) == [HOLDS] * 9


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"seeded": 0.45, "evolved": 0.45}, [0, 1]),
        ({"seeded": 0.6, "evolved": 0.6}, [1]),
        ({"seeded": 0.92, "evolved": 0.92}, [1]),
        ({"constant": 0.6}, [2]),
        ({"single": 0.8}, [4]),
        ({"expected": 0.8}, [5]),
        ({"excess": 0.08}, [6]),
        ({"excess": -0.08}, [6]),
        ({"evolved": 0.6}, [7]),
        ({"roomy": 0.8}, [8]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(table_of(**changes))
    assert [place for place, verdict in enumerate(found) if verdict is FAILS] == wrong


def test_a_constant_seed_with_better_percentiles_fails():
    table = table_of().with_columns(
        error=pl.when(pl.col("cell").str.starts_with(CONSTANT)).then(0.0).otherwise(pl.col("error"))
    )
    assert verdicts(table)[3] is FAILS


def test_few_rows_are_undecided():
    config = dataclasses.replace(LAPTOP, runs=1)
    assert set(verdicts(table_of(config), config)) == {UNDECIDED}
    assert set(verdicts(table_of().head(0))) == {UNDECIDED}


def test_the_target_is_the_random_subset():
    assert target(CONFIGS["laptop"]) == 0.75 and Basis.QUOTED not in {
        claim.basis for claim in find(NAME).claims(table_of(), LAPTOP)
    }


def test_what_makes_a_training_is_in_the_plan_and_what_counts_trainings_is_not():
    said = lambda config: {cell.label: cell.described() for cell in solver_cells(config)}  # noqa: E731
    one = said(LAPTOP)
    more = said(dataclasses.replace(LAPTOP, runs=9, exponents=(4.0, 16.0), seed=5))
    assert {label: one[label] for label in one if label in more} == {
        label: more[label] for label in more if label in one
    }
    assert all(said(dataclasses.replace(LAPTOP, trials=8))[label] != text for label, text in one.items())
    assert len({cell.label for cell in solver_cells(LAPTOP)}) == 3 * 5 + 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"memory": 8}, ("`memory`", "[1, 7]", "8")),
        ({"exponents": ()}, ("`exponents`", "rising")),
        ({"exponents": (0.5,)}, ("`exponents`", "0.5")),
        ({"kinds": ("m seed",)}, ("`kinds`", "m seeds")),
        ({"trials": 1}, ("`trials`", ">= 2")),
        ({"repetitions": (0,)}, ("`repetitions`", "positive")),
        ({"repetitions": (3.0,)}, ("`repetitions`", "integers")),
        ({"repetitions": (9, 3)}, ("`repetitions`", "rising")),
        ({"repetitions": (3, 3)}, ("`repetitions`", "rising")),
        ({"kinds": ()}, ("`kinds`", "one kind at least")),
        ({"kinds": ("m seeds", "m seeds")}, ("`kinds`", "each once")),
        ({"pairs": 13}, ("`pairs`", "[2, 12]")),
    ],
)
def test_refusals(changes, words):
    with pytest.raises((ValueError, TypeError)) as caught:
        RandomizedRecallConfig(**changes)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


@pytest.fixture(scope="module")
def rows(smoke):
    return pl.concat(pl.read_parquet(path) for path in sorted((smoke.folder / "blocks").glob("*.parquet")))


def test_smoke(smoke, rows):
    assert not smoke.failed and len(smoke.claims) == 9 and "What a fixed seed can do" in smoke.caption
    config = CONFIGS["smoke"]
    found = outcomes(rows, solver_cells(config))
    assert set(found) == {(SEEDED, 8.0), (CONSTANT, 8.0)}
    for item in found.values():
        assert item.success.shape == (config.runs, config.count) and np.isfinite(item.columns["loss"]).all()
        assert ((item.success >= 0.0) & (item.success <= 1.0)).all()
    constant = found[CONSTANT, 8.0]
    assert not constant.spread.any() and not constant.worst.any()  # less memory than values
    assert (found[SEEDED, 8.0].spread > 0.05).all()
    assert (smoke.folder / "figure.png").stat().st_size > 10_000


def test_rows_do_not_depend_on_the_block(rows):
    cell = solver_cells(CONFIGS["smoke"])[0]
    again = cell.columns(Key(7), cell.width, cell.width)
    part = rows.filter(pl.col("cell") == cell.label).sort("run").tail(cell.width)
    for name, values in again.items():
        np.testing.assert_array_equal(part[name].to_numpy(), values, err_msg=name)
