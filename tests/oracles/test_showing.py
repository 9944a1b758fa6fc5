"""Texts of estimators, tasks and training: one line that says what differs from the defaults."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import evo
from evo import estimators as e
from evo.oracles import AbstractTask
from evo.oracles.showing import shown
from evo.tasks import Custom
from evo.training import Flattened, Transformation
from tests.cases import estimators, sequence_estimators
from tests.tasks.cases import TASKS
from tests.training.tasks import Bowl


class Mine(AbstractTask):
    """Fields of all kinds, one of them missing among the arguments."""

    table: jax.Array
    width: int = 3
    inner: e.AbstractShaping = e.Raw()
    name: str = eqx.field(init=False, default="mine")
    _kept: int = 0

    def start(self, key):
        return self.table

    def batch(self, key, step):
        return None

    def loss(self, params, batch, key):
        return jnp.sum(params)


ADAM = Transformation(optax.adam, learning_rate=0.01, eps_root=0.0, nesterov=True)


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (e.AntitheticEs(64, 0.1), "AntitheticEs(pairs=64, sigma=0.1)"),
        (
            e.AntitheticEs(4, 0.1, shaping=e.Clipped(2.0), trainable=lambda path, leaf: True),
            "AntitheticEs(pairs=4, sigma=0.1, shaping=Clipped(limit=2), trainable=<lambda>)",
        ),
        (e.AntitheticEs(4, np.linspace(1, 2, 5)), "AntitheticEs(pairs=4, sigma=f32[5])"),
        (Mine(jnp.ones((2, 3)), width=4), "Mine(table=f32[2,3], width=4, name='mine')"),
        (Mine(jnp.ones((2, 3)), inner=e.ZScore()), "Mine(table=f32[2,3], inner=ZScore(), name='mine')"),
        (Flattened(Mine(jnp.ones(2))), "Flattened(Mine(table=f32[2], name='mine'))"),
        (evo.GradientDescent(e.Backprop(), ADAM), f"GradientDescent(Backprop(), {ADAM})"),
        (ADAM, "Transformation(adam, learning_rate=0.01, eps_root=0, nesterov=True)"),
        (
            evo.GradientDescent(e.AntitheticEs(4, 0.1), optax.adam(0.01)),
            "GradientDescent(AntitheticEs(pairs=4, sigma=0.1), GradientTransformationExtraArgs(...))",
        ),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_texts(thing, text):
    assert repr(thing) == text


@pytest.mark.parametrize("name", [*estimators(), *sequence_estimators(), *TASKS])
def test_one_readable_line_each(name):
    made = {**estimators(), **sequence_estimators()}.get(name)
    text = repr(TASKS[name]() if made is None else made)
    assert text.startswith(f"{name.partition(',')[0].replace('mezo', 'AntitheticEs').replace('spsa', 'AntitheticEs')}(")
    assert "\n" not in text and len(text) < 400 and " at 0x" not in text


def test_numbers_that_are_traced_are_shown_as_arrays():
    texts = []

    @jax.jit
    def traced(sigma):
        texts.append(repr(e.AntitheticEs(4, sigma)))
        return sigma

    traced(jnp.float32(0.1))
    assert texts == ["AntitheticEs(pairs=4, sigma=f32[])"]


def test_long_values_are_cut():
    task = Custom(lambda p, b, k: 0.0, start={f"layer {i}": jnp.ones(3) for i in range(40)})
    assert len(repr(task)) < 200 and "..." in repr(task)
    assert len(shown("x" * 1000)) == 60


def test_runs_are_labelled_by_one_line():
    descent = evo.GradientDescent(e.Backprop(), Transformation(optax.sgd, learning_rate=0.3))
    runs = evo.repeat(descent, Bowl(), runs=2, seed=0, stop=evo.Steps(1))
    label = "GradientDescent(Backprop(), Transformation(sgd, learning_rate=0.3))"
    assert repr(runs) == f"Runs({label}: 2 runs, 2 capped, engine=scan v1)"
