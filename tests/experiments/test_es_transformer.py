import csv
import dataclasses

import jax
import numpy as np
import polars as pl
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.es_transformer import EsTransformerConfig
from evo.experiments.es_transformer.cells import run_cells
from evo.experiments.es_transformer.claims import parameters, sequences
from evo.experiments.es_transformer.config import CONFIGS
from evo.experiments.es_transformer.ingredients import ingredients
from evo.experiments.es_transformer.names import BACKPROP, FRESH, FULL, LOW_RANK, PLAIN, SURROGATE
from tests.experiments.training import planted_runs

NAME = "es-transformer"
LAPTOP = CONFIGS["laptop"]
HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config=LAPTOP, *, surrogate=0.01, plain=0.01, slow=0.5, fresh=0.1, gain=2.0, runs=None):
    """As measured; `slow` is the last loss of AntitheticEs at the smallest learning rate."""
    losses = {SURROGATE: surrogate, PLAIN: plain, BACKPROP: 1e-4}

    def last(arm, setting, rate):
        if setting == FRESH or rate == config.rates[0]:
            return slow if arm == PLAIN else fresh
        return losses.get(arm, 0.02) * (1.0 if rate == config.rates[2] else 2.0)

    def cosine(arm, setting):
        return 0.1 * (gain if (arm, setting) == (SURROGATE, FULL) else 1.0)

    return planted_runs(run_cells(config), 0.7, last, cosine, runs)


def verdicts(table, config=LAPTOP):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 SurrogateEs and 1 AntitheticEs close the gap; 2 better cosines, full batch; 3 none better, fresh ones;
# 4 a smaller loss at the smallest rate; 5 not so many fewer evaluations at the best one
def test_right_rows_hold():
    assert verdicts(planted()) == [HOLDS] * 6


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [({"surrogate": 0.1}, [0]), ({"plain": 0.1}, [1]), ({"gain": 0.5}, [2]), ({"slow": 0.05}, [4])],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(planted(**changes))
    assert [place for place, verdict in enumerate(found) if verdict is FAILS] == wrong


def test_a_gain_with_fresh_minibatches_fails():
    cosine = pl.when(pl.col("cell").str.starts_with(f"{SURROGATE}, {FRESH}")).then(2.0 * pl.col("cosine"))
    assert (
        verdicts(planted().with_columns(cosine=cosine.otherwise(pl.col("cosine"))))
        == [HOLDS] * 3 + [FAILS] + [HOLDS] * 2
    )


def test_no_run_is_judged_at_a_rate_that_it_chose():
    # One lucky run at the largest rate: best in itself, but the other runs choose for it.
    lucky = (pl.col("cell") == f"{SURROGATE}, {FULL}, rate {LAPTOP.rates[-1]:g}") & (pl.col("seed") == 0)
    table = planted(surrogate=0.1).with_columns(loss=pl.when(lucky).then(1e-6).otherwise(pl.col("loss")))
    assert verdicts(table)[0] is FAILS


def test_fewer_evaluations_at_the_best_rate_fail():
    # SurrogateEs falls at once to a tenth of its loss, long before AntitheticEs is there.
    early = pl.col("cell").str.starts_with(f"{SURROGATE}, {FULL}, rate {LAPTOP.rates[2]:g}") & (
        pl.col("evaluations") > 0
    )
    table = planted().with_columns(loss=pl.when(early).then(0.01).otherwise(pl.col("loss")))
    assert verdicts(table)[5] is FAILS


def test_few_or_broken_rows_are_undecided():
    assert verdicts(planted(runs=1)) == [UNDECIDED] * 6
    broken = planted().with_columns(
        loss=pl.when(pl.col("cell").str.starts_with(SURROGATE)).then(np.nan).otherwise(pl.col("loss"))
    )
    assert verdicts(broken)[0] is UNDECIDED
    assert find(NAME).figure(broken, LAPTOP).rows


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(planted(), LAPTOP)}


def test_all_sequences_are_listed_once():
    made = ingredients(LAPTOP, FULL, SURROGATE)
    training, held_out = sequences(LAPTOP)
    assert (training, held_out) == (108, 36)
    batch = made.objective.batch(jax.random.key(0), 0)
    assert batch.inputs.shape == (training, 4, 5)
    rows = {np.asarray(row).tobytes() for row in batch.inputs}
    assert len(rows) == training
    for row, target in zip(np.asarray(batch.inputs), np.asarray(batch.targets), strict=True):
        asked = row[-1, :3].argmax()
        (pair,) = [item for item in row[:-1] if item[:3].argmax() == asked]
        assert pair[3:].argmax() == target


def test_one_vector_is_the_same_network():
    one, other = (ingredients(LAPTOP, FULL, arm).objective for arm in (SURROGATE, LOW_RANK))
    params, matrices = one.start(Key(3)), other.start(Key(3))
    batch = one.batch(jax.random.key(0), 0)
    assert params.numbers.shape == (parameters(LAPTOP),)
    assert float(one.loss(params, batch, None)) == pytest.approx(float(other.loss(matrices, batch, None)), rel=1e-6)


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 6
    assert b"evo run es-transformer --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"full batch", "cosine"}
    assert "When surrogates help" in smoke.caption


def test_runs_start_alike(smoke):
    table = pl.concat(pl.read_parquet(path) for path in sorted((smoke.folder / "blocks").glob("*.parquet")))
    first = table.filter(pl.col("generation") == 0)
    assert first.group_by("seed").agg(pl.col("loss").n_unique())["loss"].to_list() == [1, 1]
    assert first["loss"].n_unique() == 2
    last = table.filter(pl.col("generation") == 40)
    assert set(zip(last["cell"].str.split(",").list[0], last["evaluations"], strict=True)) == {
        (SURROGATE, 640.0),
        (BACKPROP, 120.0),
    }
    assert table.filter(pl.col("cell").str.starts_with(BACKPROP))["cosine"].min() > 0.999


def test_cells_do_not_depend_on_what_else_is_run():
    small = dataclasses.replace(CONFIGS["smoke"], arms=(BACKPROP,), runs=1)
    (cell,) = run_cells(small)
    assert cell.described() in {other.described() for other in run_cells(CONFIGS["smoke"])}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("pairs_to_recall", 9, "`pairs_to_recall` must be an integer in"),
        ("width", 7, "`width` must be even"),
        ("rates", (0.1, 0.01), "`rates` must hold rising values"),
        ("looks", 7, "`looks` must divide the generations"),
        ("arms", ("SurogateEs",), "Did you mean 'SurrogateEs'"),
        ("sigma", 0.0, "`sigma` must be a number in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        EsTransformerConfig(**{field: value})
