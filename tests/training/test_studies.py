"""Studies over gradient descent: their cells say everything that the rows depend on."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import evo
from evo.core.descriptions import described
from evo.estimators import Backprop
from evo.studies import PlanChangedError
from evo.training import Metric, Transformation
from tests.training.tasks import ES, Line


def descend(rate):
    return evo.GradientDescent(Backprop(), Transformation(optax.sgd, learning_rate=rate)), Line()


def run(folder, cell=descend):
    record = evo.Every(2, evo.value, Metric("loss"))
    options = {"rate": [0.1, 0.2], "runs": 2, "seed": 3, "record": record, "out": folder, "progress": False}
    return evo.study({"sgd": cell}, stop=evo.Steps(4), executor="threads:2", **options)


def test_a_study_resumes_and_refuses_other_numbers(results):
    study = run(results)
    assert run(results).frame().equals(study.frame()) and study.frame().height == 4
    with pytest.raises(PlanChangedError, match=r"learning_rate.*-> "):
        run(results, lambda rate: descend(2 * rate))


def test_descriptions_show_every_number():
    data = np.zeros(5000, np.float32)
    other = data.copy()
    other[2500] = 1.0  # in the middle, which the text of an array leaves out
    for kind in (jnp.asarray, lambda x: jnp.asarray(x, jnp.bfloat16)):
        assert described("data", kind(data)) == described("data", kind(data.copy()))
        assert described("data", kind(data)).plain != described("data", kind(other)).plain
    assert described("key", jax.random.key(1)).plain != described("key", jax.random.key(2)).plain
    plain = described("optimizer", ES).plain
    same = evo.GradientDescent(ES.estimator, optax.adam(0.05))
    assert described("optimizer", same).plain == plain
    assert described("optimizer", evo.GradientDescent(ES.estimator, optax.adam(0.06))).plain != plain
