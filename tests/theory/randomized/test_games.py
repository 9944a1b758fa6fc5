"""Games against closed forms, and Yao's principle on random ones."""

import numpy as np
import pytest

from theory.randomized import minimax


def test_matching_pennies_and_a_weighted_one():
    found = minimax([[1.0, 0.0], [0.0, 1.0]])
    assert float(found.value) == 0.5 and found.gap == 0.0
    found = minimax([[3.0, -1.0], [-2.0, 1.0]])  # (ad - bc) / (a + d - b - c) = 1/7
    assert float(found.value) == pytest.approx(1 / 7, abs=1e-9)
    np.testing.assert_allclose(found.policy, [3 / 7, 4 / 7], atol=1e-9)
    np.testing.assert_allclose(found.inputs, [2 / 7, 5 / 7], atol=1e-9)


def test_a_saddle_point_needs_no_mixture():
    found = minimax([[2.0, 3.0], [1.0, 0.0]])
    assert float(found.value) == pytest.approx(2.0) and found.policy.tolist() == [1.0, 0.0]


def test_rock_paper_scissors_and_constant_games():
    found = minimax(np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]))
    np.testing.assert_allclose(found.policy, 1 / 3, atol=1e-9)
    assert found.lower == pytest.approx(0.0, abs=1e-9)
    assert float(minimax(np.full((3, 2), 7.0)).value) == 7.0 and float(minimax([[4.0]]).value) == 4.0


@pytest.mark.parametrize("seed", range(12))
def test_randomised_policies_meet_input_distributions(seed):
    rng = np.random.default_rng(seed)
    A = rng.random((rng.integers(1, 12), rng.integers(1, 12))) * 10.0 ** rng.integers(-6, 7) - rng.random()
    found = minimax(A)
    assert abs(found.gap) <= 1e-9 * max(1e-12, np.ptp(A)) + 1e-15 * np.abs(A).max()
    assert found.policy.sum() == pytest.approx(1.0) and found.inputs.sum() == pytest.approx(1.0)
    assert found.policy.min() >= 0.0 and found.inputs.min() >= 0.0
    deterministic = A.min(axis=1).max()
    assert deterministic - 1e-12 <= found.upper and found.value.lower <= found.value.upper
    # every other mixture of either side is a bound, and none is better
    assert (rng.dirichlet(np.ones(len(A)), 50) @ A).min(axis=1).max() <= found.upper + 1e-12
    assert (A @ rng.dirichlet(np.ones(A.shape[1]), 50).T).max(axis=0).min() >= found.lower - 1e-12


def test_messages():
    for payoff in ([1.0, 2.0], [[]], [[np.inf]]):
        with pytest.raises(ValueError, match=r"`payoff` must hold one payoff per policy and input.*got shape.*Pass"):
            minimax(payoff)
    with pytest.raises(TypeError, match="`payoff` must hold"):
        minimax("pennies")
