"""Linear memories: superpositions against random subsets, and what holds for every matrix of low rank."""

import itertools
import math

import numpy as np
import pytest

from theory.randomized import recall_accuracy, recall_squared_error, recall_table, superposition, superposition_accuracy

SIZES = [(N, M) for N in range(1, 9) for M in range(N + 1)]


def brute(G):
    """Accuracy and squared error of all inputs [values, keys], one by one."""
    N = len(G)
    accuracy, errors = [], []
    for v in itertools.product((-1.0, 1.0), repeat=N):
        y = [sum(G[i][j] * v[j] for j in range(N)) for i in range(N)]
        accuracy.append([0.5 if abs(y[i]) < 1e-12 else float(y[i] * v[i] > 0) for i in range(N)])
        errors.append([(y[i] - v[i]) ** 2 for i in range(N)])
    return np.array(accuracy), np.array(errors)


@pytest.mark.parametrize(("N", "M"), SIZES)
def test_superpositions_are_projections_that_treat_all_keys_alike(N, M):
    G = superposition(N, M)
    np.testing.assert_allclose(G @ G, G, atol=1e-13)
    np.testing.assert_allclose(G, G.T, atol=1e-13)
    np.testing.assert_allclose(np.diag(G), M / N, atol=1e-15)
    assert np.trace(G) == pytest.approx(M, abs=1e-12)  # of a projection, its rank
    np.testing.assert_allclose(recall_table(G).squared_error, float(recall_squared_error(N, M)), atol=1e-12)


def test_large_superpositions():
    for N, M in ((64, 31), (64, 32), (65, 64), (64, 64), (101, 7)):
        G = superposition(N, M)
        np.testing.assert_allclose(G @ G, G, atol=1e-12)
        np.testing.assert_allclose(np.diag(G), M / N, atol=1e-13)


@pytest.mark.parametrize("G", [superposition(6, 3), superposition(4, 2), np.diag([1.0, 1.0, 0.0]), np.ones((4, 4)) / 4])
def test_tables_are_those_of_single_inputs(G):
    found, (accuracy, errors) = recall_table(G), brute(G)
    np.testing.assert_allclose(found.accuracy, accuracy.mean(axis=0), atol=1e-15)
    np.testing.assert_allclose(found.squared_error, errors.mean(axis=0), atol=1e-12)
    assert found.worst_accuracy == accuracy.min() and found.worst_squared_error == pytest.approx(errors.max())
    least = min((v * (G @ v)).min() for v in map(np.array, itertools.product((-1.0, 1.0), repeat=len(G))))
    v, i = found.worst_values, found.worst_key
    assert v[i] * (G @ v)[i] == pytest.approx(least)
    rows = np.abs(G - np.eye(len(G))).sum(axis=1)
    assert found.worst_squared_error == pytest.approx(rows.max() ** 2)


def test_a_superposition_beats_a_random_subset_on_random_values():
    table = recall_table(superposition(8, 4))
    assert table.accuracy.tolist() == [27 / 32] * 8 and table.worst_accuracy == 0.0
    assert float(recall_accuracy(8, 4)) == 0.75
    for N, M in ((8, 2), (8, 6), (12, 6), (16, 8), (16, 12)):
        table = recall_table(superposition(N, M))
        assert np.ptp(table.accuracy) == 0.0 and table.mean_accuracy > float(recall_accuracy(N, M)) + 0.05
        normal = 0.5 * math.erfc(-math.sqrt(M / (N - M) / 2.0))
        assert abs(table.mean_accuracy - normal) < 0.04


@pytest.mark.parametrize(("N", "M"), [*SIZES, (12, 4), (13, 6), (14, 7)])
def test_accuracy_of_superpositions_by_halves_is_that_of_the_table(N, M):
    table = recall_table(superposition(N, M))
    assert float(superposition_accuracy(N, M)) == pytest.approx(table.accuracy[0], abs=1e-13)


def test_superpositions_with_random_signs_simulated():
    N, M, runs = 20, 5, 40_000
    rng = np.random.default_rng(2)
    v = np.where(rng.integers(0, 2, N), 1.0, -1.0)  # one input
    signs = np.where(rng.integers(0, 2, (runs, 3, N)), 1.0, -1.0)
    right = np.sum(signs[:, :, 7] * v[7] * ((signs * v) @ superposition(N, M)[7]) > 0, axis=1)
    radius = math.sqrt(math.log(2.0 / 1e-9) / (2.0 * runs))  # Hoeffding
    for found, S in ((np.mean(right) / 3, 1), (np.mean(right >= 2), 3)):
        assert abs(found - float(superposition_accuracy(N, M, S))) <= radius
        assert abs(found - float(recall_accuracy(N, M, S))) > radius
        assert float(superposition_accuracy(N, M, S)) - float(recall_accuracy(N, M, S)) > 2.0 * radius


def test_superpositions_against_subsets_of_every_size():
    sizes = [(N, M) for N in range(2, 17) for M in range(1, N)]
    ahead = {size: float(superposition_accuracy(*size)) - float(recall_accuracy(*size)) for size in sizes}
    assert min(ahead.values()) > -1e-12
    assert {size for size, by in ahead.items() if by < 1e-9} == {(2, 1), (4, 2)}


def test_superpositions_are_not_the_best():
    queries = np.array([[-2.0, 2.0], [2.0, 2.0], [0.0, 1.0], [2.0, -2.0]])
    keys = np.array([[-2.0, 1.0], [1.0, 1.0], [-2.0, 2.0], [1.0, -1.0]])
    assert recall_table(queries @ keys.T).mean_accuracy == 27 / 32  # of rank 2
    assert float(superposition_accuracy(4, 2)) == 3 / 4 == float(recall_accuracy(4, 2))


def test_one_conference_matrix():
    """(I + C / sqrt 5) / 2 of order 6: equal squares off the diagonal, which order 8 does not have."""
    C = np.zeros((6, 6))
    C[0, 1:] = C[1:, 0] = 1.0
    for i, j in itertools.permutations(range(5), 2):
        C[i + 1, j + 1] = 1.0 if (i - j) % 5 in (1, 4) else -1.0
    np.testing.assert_array_equal(C @ C, 5.0 * np.eye(6))
    G = 0.5 * (np.eye(6) + C / math.sqrt(5.0))
    assert np.linalg.matrix_rank(G) == 3
    # wrong if five fair signs sum to -3 or -5
    np.testing.assert_allclose(recall_table(G).accuracy, 1.0 - 6 / 32)


@pytest.mark.parametrize(("N", "M"), [(2, 1), (4, 3), (6, 3), (8, 7), (9, 8)])
def test_no_deterministic_memory_of_low_rank_is_right_on_every_input(N, M):
    rng = np.random.default_rng(N)
    matrices = [rng.normal(size=(N, M)) @ rng.normal(size=(M, N)) for _ in range(20)]
    u, s, v = np.linalg.svd(np.eye(N) + 0.02 * rng.normal(size=(N, N)))  # nearly right, were it not for its rank
    matrices += [superposition(N, M), np.diag(np.arange(N) < M).astype(float), (u[:, :M] * s[:M]) @ v[:M]]
    for G in matrices:
        table = recall_table(G)
        assert table.worst_accuracy <= 0.5 and table.worst_squared_error >= 1.0 - 1e-9
        assert table.squared_error.mean() >= float(recall_squared_error(N, M)) - 1e-12
    near = recall_table(np.eye(N) + 0.02 * rng.normal(size=(N, N)))  # of full rank there are many
    assert near.worst_accuracy == 1.0 and near.worst_squared_error < 1.0


def signed(G):
    """All D G D."""
    for signs in itertools.product((-1.0, 1.0), repeat=len(G)):
        yield np.outer(signs, signs) * G


@pytest.mark.parametrize("G", [superposition(6, 3), superposition(5, 2), np.random.default_rng(0).normal(size=(5, 5))])
def test_random_signs_turn_random_values_into_every_input(G):
    inputs = [brute(each) for each in signed(G)]
    table = recall_table(G)
    everywhere = np.mean([accuracy for accuracy, _ in inputs], axis=0)
    np.testing.assert_allclose(everywhere, np.broadcast_to(table.accuracy, everywhere.shape), atol=1e-14)
    errors = np.mean([errors for _, errors in inputs], axis=0)
    np.testing.assert_allclose(errors, np.broadcast_to(table.squared_error, errors.shape), atol=1e-12)


def test_random_projections_have_the_same_error_on_every_input():
    rng, N, M, runs = np.random.default_rng(1), 6, 2, 20_000
    basis = np.linalg.qr(rng.normal(size=(runs, N, M)))[0]
    v = np.array([1.0, -1.0, -1.0, 1.0, 1.0, 1.0])
    errors = (np.einsum("rim,rjm,j->ri", basis, basis, v) - v) ** 2
    away = np.abs(errors.mean(axis=0) - float(recall_squared_error(N, M))) / (errors.std(axis=0) / math.sqrt(runs))
    assert np.all(away <= 6.6)  # 6 * 4e-11 by the normal law
    wrong = np.abs(errors.mean(axis=0) - float(recall_squared_error(N, M - 1))) / (errors.std(axis=0) / math.sqrt(runs))
    assert np.all(wrong > 6.6)


def test_messages():
    for call, words in (
        (lambda: superposition_accuracy(41, 5), r"`N` must be an integer in \[1, 40\].*got 41. Pass 8"),
        (lambda: superposition(4, 5), r"`M` must be an integer in \[0, 4\].*got 5. Pass N"),
        (lambda: recall_table(np.ones((2, 3))), r"`G` must hold .*N, N\]; got shape \(2, 3\). Pass superposition"),
        (lambda: recall_table([1.0]), r"`G` must hold .*; got shape \(1,\). Pass superposition"),
        (lambda: recall_table(np.eye(17)), r"`N` must be an integer in \[1, 16\].*got 17. Pass superposition"),
        (lambda: recall_table([[math.nan]]), r"`G` must hold .*finite; got shape \(1, 1\)"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
