import dataclasses

import numpy as np
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.past_descent_digits import PastDescentDigitsConfig
from evo.experiments.past_descent_digits.arms import ARMS, BACKPROP, PAST, PLAIN, Regime
from evo.experiments.past_descent_digits.cells import PREDICTED, TrainingCell, expectation, training_cells
from evo.experiments.past_descent_digits.config import CONFIGS
from tests.experiments.past_descent_rows import planted
from theory import past_descent

NAME = "past-descent-digits"
CONFIG = dataclasses.replace(CONFIGS["laptop"], rates=(1.0, 10.0, 100.0), backprop_rates=(1.0,), steps=(1, 10, 200))
#: losses after 200 steps of an independent implementation, and cosines
FULL = {PAST: {1.0: 0.109, 10.0: 0.012, 100.0: 0.006}, PLAIN: {1.0: 1.9, 10.0: 0.517, 100.0: 0.012}}
COSINES = {PAST: {1.0: 0.41, 10.0: 0.25, 100.0: 0.18}, PLAIN: {1.0: 0.08, 10.0: 0.08, 100.0: 0.08}}


def means(cell, factors):
    loss, cosine = 0.02, 0.8
    if cell.arm is not BACKPROP:
        full = cell.regime is Regime.FULL
        loss = FULL[cell.arm][cell.x] if full else {1.0: 1.8, 10.0: 0.932, 100.0: 5.0}[cell.x]
        cosine = COSINES[cell.arm][cell.x] if full else 0.03
    loss_factor, cosine_factor = factors.get((cell.regime, cell.arm), (1.0, 1.0))
    losses = {f"loss t={t}": 2.3 + (loss_factor * loss - 2.3) * t / 200 for t in (0, *cell.config.steps)}
    cosines = {f"{name} t={t}": 0.5 for name in ("cosine", "turn") for t in cell.config.steps}
    return losses | cosines | {"cosine": cosine_factor * cosine, PREDICTED: 1.2 * cosine}


def table_of(config, factors=None, **options):
    return planted(find(NAME).cells(config), lambda cell: means(cell, factors or {}), **options)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 cosine, full; 1 below random turns; 2 loss, full; 3 loss, fresh; 4 cosine, fresh
def test_right_rows_hold():
    assert verdicts(CONFIG, table_of(CONFIG)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("factors", "wrong"),
    [
        ({(Regime.FULL, PAST): (1.0, 0.2)}, [0]),
        ({(Regime.FULL, PAST): (1.0, 1.5)}, [1]),
        ({(Regime.FULL, PAST): (3.0, 1.0)}, [2]),
        ({(Regime.FRESH, PLAIN): (1.5, 1.0)}, [3]),
        ({(Regime.FRESH, PAST): (1.5, 1.0)}, []),
        ({(Regime.FRESH, PAST): (1.0, 1.4)}, [4]),
    ],
)
def test_wrong_rows_fail(factors, wrong):
    found = verdicts(CONFIG, table_of(CONFIG, factors))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert set(verdicts(CONFIG, table_of(CONFIG, runs=1))) == {Verdict.UNDECIDED}


def test_other_sizes_are_not_held_against_the_earlier_measurement():
    for changed in ({"hidden": 32}, {"batch": 64}, {"steps": (1, 10, 100)}):
        other = dataclasses.replace(CONFIG, **changed)
        assert verdicts(other, table_of(other)) == [Verdict.HOLDS] * 2 + [Verdict.NOT_APPLICABLE] * 3


def test_a_learning_rate_at_which_a_run_diverges_is_no_candidate():
    table = table_of(CONFIG, {(Regime.FULL, arm): (1e3, 1.0) for arm in (PAST, PLAIN)})
    assert verdicts(CONFIG, table)[:3] == [Verdict.NOT_APPLICABLE] * 3


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(table_of(CONFIG), CONFIG)
    assert {claim.basis for claim in claims} == {Basis.RE_DERIVED, Basis.MEASURED_ELSEWHERE}


def test_expectation_is_the_law_of_a_drifting_gradient():
    found = expectation(400, 33, np.full(20, 0.9))
    for t in (1, 2, 20):
        assert found[t - 1] == pytest.approx(
            float(past_descent.drifting(400, 33, cosine=0.9, generations=t)), rel=1e-12
        )


@pytest.mark.slow
def test_backprop_on_a_full_batch_is_gradient_descent():
    import jax
    import jax.numpy as jnp

    from evo.experiments.past_descent import keys_of
    from evo.experiments.past_descent_digits import trainings

    config = dataclasses.replace(CONFIGS["smoke"], steps=(1, 4), runs=2)
    cell = next(cell for cell in training_cells(config) if cell.series == (Regime.FULL, BACKPROP))
    found = cell.columns(Key(1), 0, 2)
    np.testing.assert_allclose(found["cosine t=4"], 1.0, atol=1e-5)
    task = trainings.digits(None, config.examples, None, config.hidden)
    key = keys_of(Key(1), 0, 2)[1]
    params = task.start(key)
    slope = jax.jit(jax.grad(lambda params: task.loss(params, task.batch(key, 0), key)))
    turned = []
    for _ in range(4):
        turned.append(slope(params))
        params = jax.tree.map(lambda x, g: x - cell.x * g, params, turned[-1])
    np.testing.assert_allclose(found["loss t=4"][1], task.loss(params, task.batch(key, 0), key), rtol=1e-4)
    a, b = (jnp.concatenate([leaf.ravel() for leaf in jax.tree.leaves(tree)]) for tree in turned[-2:])
    cosine = jnp.vdot(a, b) / jnp.linalg.norm(a) / jnp.linalg.norm(b)
    np.testing.assert_allclose(found["turn t=4"][1], cosine, rtol=1e-4)


@pytest.mark.slow
def test_data_of_the_user(tmp_path):
    random = np.random.default_rng(0)
    labels = np.arange(60) % 3
    images = random.normal(size=(60, 4, 4)) + labels[:, None, None]
    np.savez(tmp_path / "mine.npz", images=images, labels=labels)
    config = dataclasses.replace(CONFIGS["smoke"], data=str(tmp_path / "mine.npz"), examples=48, steps=(1, 4), runs=2)
    cell = next(cell for cell in training_cells(config) if cell.series == (Regime.FRESH, BACKPROP))
    assert np.all(cell.columns(Key(1), 0, 2)["loss t=4"] < cell.columns(Key(1), 0, 2)["loss t=0"])
    before = cell.described()
    np.savez(tmp_path / "other.npz", images=images + 1.0, labels=labels)
    other = dataclasses.replace(cell, config=dataclasses.replace(config, data=str(tmp_path / "other.npz")))
    assert isinstance(cell, TrainingCell) and other.described() != before
    gone = dataclasses.replace(cell, config=dataclasses.replace(config, data="nothing.npz"))
    with pytest.raises(FileNotFoundError, match=r"`data` must name an \.npz file; got 'nothing"):
        gone.described()


def test_figure():
    chart = find(NAME).figure(table_of(CONFIG, runs=3), CONFIG)
    assert {row.series for row in chart.rows if row.panel == "full batch"} == {arm.name for arm in ARMS}
    last = [row for row in chart.rows if row.panel == "full batch" and row.series == PAST.name][-1]
    assert (last.x, last.y) == (200 * 66, pytest.approx(0.006, rel=0.02))
    assert {row.x for row in chart.rows if row.panel == "final loss" and row.series == "past, fresh"} == {1.0, 10.0}


@pytest.mark.slow
def test_smoke_preset(tmp_path):
    assert not run_experiment(NAME, "smoke", out=tmp_path / "run", progress=False, threads=2).failed


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("examples", 5, "`examples` must be an integer"),
        ("batch", 300, "`batch` must be an integer in"),
        ("pairs", 1, "`pairs` must be an integer"),
        ("sigma", 0.0, "`sigma` must"),
        ("rates", (1.0, 0.1), "`rates` must hold rising values"),
        ("steps", (1, 2), "`steps` must end at 4 at least"),
        ("runs", 0, "`runs` must be an integer"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PastDescentDigitsConfig(**{field: value})
