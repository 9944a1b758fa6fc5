import csv
import dataclasses
import itertools

import jax
import numpy as np
import polars as pl
import pytest

from evo.core.keys import Key
from evo.estimators import TruncatedBackprop
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.es_rnn import EsRnnConfig
from evo.experiments.es_rnn.bias import exact
from evo.experiments.es_rnn.cells import error_cells, run_cells
from evo.experiments.es_rnn.claims import chance, parameters
from evo.experiments.es_rnn.config import CONFIGS
from evo.experiments.es_rnn.ingredients import ingredients, listed
from evo.experiments.es_rnn.names import (
    BACKPROP,
    HELPED,
    LOW_RANK,
    METHODS,
    NOISE_REUSE,
    PERSISTENT,
    SURROGATE,
    TRUNCATED,
    WHOLE,
    WINDOWS,
)
from evo.experiments.es_rnn.task import truncated_gradient
from tests.experiments.training import planted_runs

NAME = "es-rnn"
LAPTOP, SMOKE = CONFIGS["laptop"], CONFIGS["smoke"]
HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED
NONE = jax.random.key(0)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config=LAPTOP, *, surrogate=0.005, gain=2.0, bias=None, error=1.0, runs=None, batches=200):
    """As measured; `bias` replaces that of a method by the one of another."""

    def last(arm, setting, rate):
        return {SURROGATE: surrogate, BACKPROP: 1e-4}.get(arm, 0.1) * (1.0 if rate == config.rates[2] else 3.0)

    def cosine(arm, setting):
        return 0.1 * (gain if arm in (SURROGATE, HELPED) else 1.0)

    frames = [planted_runs(run_cells(config), 1.4, last, cosine, runs)]
    for cell in error_cells(config):
        method, K = cell.series[1], int(cell.x)
        known = exact((bias or {}).get(method, method), K)
        spread = 0.1 * np.resize([-1.0, 1.0], batches)
        columns = {
            "cell": [cell.label] * batches,
            "run": np.arange(batches),
            "along": 1.0 - float(known.bias) + spread,
            "window_error": error * float(exact(method, K).window) * (1.0 + spread),
            "episode_error": float(known.episode) * (1.0 + spread),
        }
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames, how="diagonal")


def verdicts(table, config=LAPTOP):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 the gap is closed; 1, 2 better cosines, by past directions and truncated gradients; 3, 4, 5 biases of the
# truncated, the persistent and the noise-reuse strategy; 6 their squared errors
def test_right_rows_hold():
    assert verdicts(planted()) == [HOLDS] * 7


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"surrogate": 0.1}, [0]),
        ({"gain": 0.5}, [1, 2]),
        ({"bias": {PERSISTENT: TRUNCATED}}, [4]),
        ({"bias": {NOISE_REUSE: TRUNCATED}}, [5]),
        ({"bias": {TRUNCATED: PERSISTENT}}, [3]),
        ({"error": 1.5}, [6]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(planted(**changes))
    assert [place for place, verdict in enumerate(found) if verdict is FAILS] == wrong


def test_few_rows_are_undecided():
    assert verdicts(planted(runs=1, batches=2)) == [UNDECIDED] * 7


def test_nothing_is_called_quoted():
    assert Basis.QUOTED not in {claim.basis for claim in find(NAME).claims(planted(), LAPTOP)}


def test_the_known_biases():
    found = [[round(float(exact(method, K).bias), 4) for K in (1, 10, 50, 100)] for method in METHODS]
    assert found == [[0.9567, 0.7818, 0.2857, 0.0], [0.0] * 4, [0.0] * 4]


def test_all_strings_are_listed_once():
    training, held_out = listed(LAPTOP)
    inputs = np.concatenate([training.inputs, held_out.inputs], axis=1)
    targets = np.concatenate([training.targets, held_out.targets], axis=1)
    S = LAPTOP.symbols
    assert sorted(map(tuple, inputs[:S].T)) == sorted(itertools.product(range(2), repeat=S))
    assert np.array_equal(inputs[:S], targets[-S:]) and np.all(targets[:-S] == 2)
    assert np.all(inputs[-S - 1] == 3) and np.all(inputs[-S:] == 2)
    assert training.reset.sum() == training.reset.shape[1] and training.reset[0].all()


def test_windows_are_the_parts_of_sequences():
    objective = ingredients(LAPTOP, WHOLE, BACKPROP).objective
    task = ingredients(LAPTOP, WINDOWS, PERSISTENT).task
    n = LAPTOP.length // LAPTOP.window
    parts = [task.batch(NONE, step) for step in range(n, 2 * n)]
    joined = jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)
    whole = objective.batch(NONE, 5)
    assert all(np.array_equal(a, b) for a, b in zip(joined, whole, strict=True))


@pytest.mark.slow  # it mostly compiles
def test_truncated_gradient():
    made = ingredients(SMOKE, WHOLE, BACKPROP)
    task, params = made.objective, made.objective.start(Key(2))
    whole, n = task.batch(NONE, 0), SMOKE.length // SMOKE.window
    windows, estimator = ingredients(SMOKE, WINDOWS, PERSISTENT).task, TruncatedBackprop()

    @jax.jit
    def gradients(params):
        true = jax.grad(task.loss)(params, whole, NONE)
        full, part = (truncated_gradient(task, K)(params, whole, NONE) for K in (SMOKE.length, SMOKE.window))
        # The mean over windows of what TruncatedBackprop gives one after the other.
        state, total = estimator.init(NONE, windows, params, windows.batch(NONE, 0)), 0.0
        for step in range(n):
            estimate, state = estimator.estimate(NONE, windows, params, windows.batch(NONE, step), state)
            total = total + estimate.grads.numbers / n
        return true.numbers, full.numbers, part.numbers, total

    true, full, part, total = gradients(params)
    assert np.allclose(full, true, rtol=1e-4, atol=1e-6)
    assert np.allclose(part, total, rtol=1e-4, atol=1e-6)
    assert not np.allclose(part, true, rtol=1e-2, atol=1e-4)


def test_sizes():
    one, other = (ingredients(LAPTOP, WHOLE, arm).objective.start(Key(0)) for arm in (SURROGATE, LOW_RANK))
    assert one.numbers.shape == (parameters(LAPTOP),)
    assert sum(leaf.size for leaf in jax.tree.leaves(other)) == parameters(LAPTOP)
    assert chance(LAPTOP) == pytest.approx(ingredients(LAPTOP, WHOLE, SURROGATE).objective.copying.chance)
    generations = {cell.series[0]: cell.generations for cell in run_cells(LAPTOP)}
    assert generations == {WHOLE: LAPTOP.generations, WINDOWS: LAPTOP.generations * LAPTOP.length // LAPTOP.window}


@pytest.mark.slow  # it mostly compiles
def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 7
    assert b"evo run es-rnn --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {WHOLE, "bias"}
    assert "When surrogates help" in smoke.caption


def test_cells_do_not_depend_on_what_else_is_run():
    small = dataclasses.replace(SMOKE, arms=(BACKPROP,), runs=1)
    (cell,) = run_cells(small)
    assert cell.described() in {other.described() for other in run_cells(SMOKE)}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("symbols", 20, "`symbols` must be an integer in"),
        ("window", 5, "`window` must divide delay"),
        ("lengths", (7,), "`lengths` must divide the 100 steps"),
        ("lengths", (10, 1), "`lengths` must hold rising values"),
        ("episodes", 250, "`episodes` must be a multiple of 100"),
        ("settings", ("window",), "Did you mean 'windows'"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        EsRnnConfig(**{field: value})
