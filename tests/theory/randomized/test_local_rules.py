"""Rules are applied to every cycle; that there is none is confirmed by another search."""

import itertools

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse

from theory.randomized import local_colouring, local_colouring_exists, local_rules


def applied(rule, order, rounds):
    """The colours that a rule gives a cycle with these identifiers."""
    n = len(order)
    found = []
    for i in range(n):
        view = tuple(order[(i + k) % n] for k in range(-rounds, rounds + 1))
        found.append(rule[min(view, view[::-1])])
    return found


@pytest.mark.parametrize(("n", "rounds", "colours"), [(3, 0, 3), (4, 1, 2), (4, 1, 3), (5, 1, 3), (6, 1, 4), (6, 2, 2)])
def test_a_rule_colours_every_cycle(n, rounds, colours):
    rule = local_colouring(n, rounds, colours)
    assert set(rule.values()) <= set(range(colours))
    for order in itertools.permutations(range(n)):
        found = applied(rule, order, rounds)
        assert all(found[i] != found[i - 1] for i in range(n))


def test_one_round_and_three_colours():
    assert [local_colouring_exists(n, 1) for n in (3, 4, 5, 6, 7, 8)] == [True] * 3 + [False] * 3


def test_every_size_by_itself():
    for n, possible in ((4, True), (5, True), (6, False), (7, False)):
        _, near = local_rules._neighbourhoods(n, 3)
        assert (local_rules._coloured(near, 3, 100_000) is not None) == possible


def test_no_rule_by_integer_programming():
    """x[path, colour] in {0, 1}: HiGHS finds none for six nodes, and one for five."""
    for n, possible in ((5, True), (6, False)):
        paths = [path for path in itertools.permutations(range(n), 3) if path[0] < path[-1]]
        index = {path: place for place, path in enumerate(paths)}
        edges = set()
        for path in itertools.permutations(range(n), 4):
            ends = (index[min(part, part[::-1])] for part in (path[:-1], path[1:]))
            edges.add(tuple(sorted(ends)))
        one_each = scipy.sparse.kron(scipy.sparse.eye_array(len(paths)), np.ones((1, 3)))
        pairs = scipy.sparse.lil_array((3 * len(edges), 3 * len(paths)))
        for row, ((a, b), k) in enumerate(itertools.product(sorted(edges), range(3))):
            pairs[row, 3 * a + k] = pairs[row, 3 * b + k] = 1.0
        found = scipy.optimize.milp(
            np.zeros(3 * len(paths)),
            integrality=np.ones(3 * len(paths)),
            bounds=(0, 1),
            constraints=[(one_each, 1, 1), (pairs.tocsr(), 0, 1)],
        )
        assert found.success == possible and (found.status == 2) != possible
        assert local_colouring_exists(n, 1) == possible


def test_without_rounds_only_identifiers_are_colours():
    assert [local_colouring_exists(5, 0, colours) for colours in (4, 5)] == [False, True]


def test_two_colours_need_the_whole_cycle():
    assert local_colouring_exists(4, 1, 2) and local_colouring_exists(6, 2, 2) and local_colouring_exists(4, 2, 2)
    assert not local_colouring_exists(6, 1, 2) and not local_colouring_exists(3, 1, 2)


def test_messages():
    for call, words in (
        (lambda: local_colouring(3, 1), r"`n` must be at least 2 rounds \+ 2 = 4 .*got 3. Use local_colouring_exists"),
        (lambda: local_colouring(40, 1), r"`n` must give at most 20000 paths of 3 .*got n=40, that is 29640. Pass a"),
        (lambda: local_colouring_exists(6, 1, 1), r"`colours` must be .*\[2, 64\].*got 1. Pass 3"),
        (lambda: local_colouring_exists(6, 1, budget=0), r"`budget` must be .*got 0. Pass 100_000"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    with pytest.raises(RuntimeError, match=r"`budget` must be larger to decide 4 colours of 105 paths.*Pass a larger"):
        local_colouring_exists(7, 1, 4, budget=2000)
