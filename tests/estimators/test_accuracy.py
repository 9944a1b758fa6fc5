"""The summary of many episodes, for numbers that are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import Backprop
from evo.estimators import accuracy as module


def test_errors_are_relative_to_the_gradient(monkeypatch):
    estimates = jnp.array([[3.0, 0.0], [5.0, 2.0], [4.0, 4.0]])
    monkeypatch.setattr(module, "episodes", lambda *arguments: (estimates, jnp.array([1.0, 2.0, 6.0])))
    found = module.accuracy(Backprop(), None, None, {"a": jnp.array([4.0]), "b": jnp.array([0.0])}, 1, 3, None)
    assert found.mean["a"].tolist() == [4.0] and found.mean["b"].tolist() == [2.0]
    assert float(found.bias) == pytest.approx(2.0 / 4.0)
    assert float(found.bias_error) == pytest.approx(np.sqrt((1.0 + 4.0) / 3) / 4.0)
    assert float(found.window) == pytest.approx(3.0)
    assert float(found.window_error) == pytest.approx(np.sqrt(7.0 / 3))
    assert float(found.episode) == pytest.approx((1 + 5 + 16) / 3 / 16)


@pytest.mark.parametrize(("windows", "repeats", "message"), [(0, 2, "`windows` must"), (1, 1, "`repeats` must")])
def test_refusals(windows, repeats, message):
    with pytest.raises(ValueError, match=message):
        module.accuracy(Backprop(), None, None, jnp.ones(2), windows, repeats, jax.random.key(0))
