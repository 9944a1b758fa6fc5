"""Repaired colourings: the law of whole cycles by enumeration, by transfer matrix and by simulation."""

import itertools
import math

import numpy as np
import pytest

from theory.randomized import _histories, colour_repair, colouring, random_colouring, simulate_colour_repair

# mean share of bad edges and P[proper] after 0, 1, 2, 4, 8 rounds, simulated elsewhere with some thousand runs
SIMULATED = {
    10: ((0.336, 0.02), (0.141, 0.24), (0.058, 0.57), (0.010, 0.90), (0.000, 0.996)),
    30: ((0.337, 0.00), (0.142, 0.02), (0.059, 0.18), (0.010, 0.74), (0.000, 0.99)),
}
ROUNDS = (0, 1, 2, 4, 8)
FAR = 6.6  # standard errors: 4.2e-11 by the normal law, some 6e-10 for the skewness of 40,000 runs


@pytest.mark.parametrize(("n", "c"), [(3, 2), (3, 3), (4, 2), (5, 3), (6, 3), (4, 5)])
def test_random_colours(n, c):
    all_ = np.array(list(itertools.product(range(c), repeat=n)))
    bad = all_ == np.roll(all_, 1, axis=1)
    found = random_colouring(n, c)
    assert found.bad_edges == pytest.approx(bad.mean(), rel=1e-12)
    assert found.proper == pytest.approx(np.mean(~bad.any(axis=1)), rel=1e-12, abs=1e-15)
    if c > 2:
        assert colour_repair(n, 0, c) == found


def enumerated(n, rounds, c):
    """A dictionary of colourings, and every outcome of every node's coin and choice."""
    law = dict.fromkeys(itertools.product(range(c), repeat=n), float(c) ** -n)
    for _ in range(rounds):
        after = {}
        for old, mass in law.items():
            choices = []
            for i in range(n):
                beside = {old[i - 1], old[(i + 1) % n]}
                free = [k for k in range(c) if k not in beside]
                keep = (
                    [(old[i], 1.0)] if old[i] not in beside else [(old[i], 0.5), *((k, 0.5 / len(free)) for k in free)]
                )
                choices.append(keep)
            for new in itertools.product(*choices):
                key = tuple(k for k, _ in new)
                after[key] = after.get(key, 0.0) + mass * math.prod(p for _, p in new)
        law = after
    bad = {x: sum(x[i] == x[i - 1] for i in range(n)) for x in law}
    return sum(p * bad[x] / n for x, p in law.items()), sum(p for x, p in law.items() if not bad[x])


@pytest.mark.parametrize(("n", "rounds", "c"), [(3, 1, 3), (3, 4, 3), (4, 1, 3), (4, 2, 4), (5, 3, 3), (6, 1, 3)])
def test_the_law_of_all_colourings(n, rounds, c):
    assert colour_repair(n, rounds, c) == pytest.approx(enumerated(n, rounds, c), abs=1e-13)


@pytest.mark.parametrize(("n", "rounds"), [(3, 1), (4, 1), (9, 1), (3, 2), (7, 2), (10, 2)])
def test_the_transfer_matrix_has_the_same_trace(n, rounds):
    proper = _histories.proper(n, rounds, colouring.kernel(3))
    assert proper == pytest.approx(colour_repair(n, rounds).proper, abs=1e-13)


@pytest.mark.slow
def test_the_transfer_matrix_of_four_rounds():
    assert _histories.proper(10, 4, colouring.kernel(3)) == pytest.approx(colour_repair(10, 4).proper, abs=1e-12)
    assert colour_repair(30, 4).proper == pytest.approx(0.7372954816639, abs=1e-12)


def test_blocks_of_starts_have_the_same_trace(monkeypatch):
    whole = _histories.proper(8, 2, colouring.kernel(3))
    monkeypatch.setattr(_histories, "_DENSE", 0)
    monkeypatch.setattr(_histories, "_BLOCK", 7)
    assert _histories.proper(8, 2, colouring.kernel(3)) == pytest.approx(whole, rel=1e-12)


def test_the_share_of_bad_edges_is_that_of_every_cycle_that_is_long_enough():
    for rounds in (1, 2, 3):
        shares = [colour_repair(n, rounds).bad_edges for n in range(3, 10)]
        enough = shares[2 * rounds + 2 - 3 :]
        assert max(enough, default=0.0) - min(enough, default=0.0) < 1e-14
    assert abs(colour_repair(4, 2).bad_edges - colour_repair(9, 2).bad_edges) > 1e-3
    assert colour_repair(900, 2).bad_edges == colour_repair(6, 2).bad_edges


def test_repair_helps_in_every_round():
    found = [colour_repair(7, rounds) for rounds in range(9)]
    assert all(a.bad_edges > b.bad_edges and a.proper < b.proper for a, b in itertools.pairwise(found))
    assert found[-1].proper > 0.99


@pytest.mark.parametrize(("n", "rounds", "c"), [(5, 1, 3), (10, 2, 3), (30, 2, 3), (4, 2, 5)])
def test_simulated(n, rounds, c):
    found, exact = simulate_colour_repair(n, rounds, c, runs=40_000, seed=n), colour_repair(n, rounds, c)
    assert abs(found.bad_edges - exact.bad_edges) <= FAR * found.bad_edges_error
    assert abs(found.proper - exact.proper) <= FAR * found.proper_error
    for defect in (colour_repair(n, rounds - 1, c), colour_repair(n, rounds + 1, c)):  # one round off
        assert abs(exact.bad_edges - defect.bad_edges) > 2.0 * FAR * found.bad_edges_error
        assert abs(found.bad_edges - defect.bad_edges) > FAR * found.bad_edges_error


def test_a_coin_that_always_falls_on_heads_is_noticed(monkeypatch):
    found = simulate_colour_repair(10, 2, runs=40_000, seed=1)

    class Heads:
        def __init__(self, rng):
            self.rng = rng

        def integers(self, low, high, shape, dtype):
            return np.ones(shape, bool) if dtype is bool else self.rng.integers(low, high, shape, dtype)

        def random(self, *given, **named):
            return self.rng.random(*given, **named)

    real = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda seed: Heads(real(seed)))
    defect = simulate_colour_repair(10, 2, runs=40_000, seed=1)
    assert abs(found.proper - defect.proper) > 2.0 * FAR * found.proper_error
    assert abs(defect.proper - colour_repair(10, 2).proper) > FAR * defect.proper_error


def test_errors_are_standard_errors_and_runs_come_in_blocks(monkeypatch):
    found = simulate_colour_repair(10, 1, runs=5000, seed=2)
    assert found.proper_error == pytest.approx(math.sqrt(found.proper * (1 - found.proper) / 4999))
    again = simulate_colour_repair(10, 1, runs=5000, seed=2)
    assert found == again
    monkeypatch.setattr(colouring, "_CHUNK", 10 * 3 * 700)
    blocks = simulate_colour_repair(10, 1, runs=5000, seed=2)
    assert abs(blocks.proper - found.proper) < FAR * math.sqrt(2.0) * found.proper_error


def test_numbers_that_were_simulated_elsewhere():
    exact = [colour_repair(10, rounds) for rounds in ROUNDS]
    for found, (bad, proper) in zip(exact, SIMULATED[10]):
        assert abs(found.bad_edges - bad) < 0.004 and abs(found.proper - proper) < 0.01
    assert [round(each.bad_edges, 3) for each in exact] == [0.333, 0.144, 0.059, 0.010, 0.0]
    assert [round(each.proper, 3) for each in exact] == [0.017, 0.231, 0.563, 0.903, 0.995]
    for rounds, (bad, proper) in zip((0, 1, 2), SIMULATED[30]):
        found = colour_repair(30, rounds)
        assert abs(found.bad_edges - bad) < 0.004 and abs(found.proper - proper) < 0.01


def test_eight_rounds_of_thirty_nodes():
    """Simulated elsewhere: .99; it is .985."""
    found = simulate_colour_repair(30, 8, runs=100_000, seed=8)
    assert abs(found.proper - 0.9847) < 0.0004 + FAR * found.proper_error
    assert abs(found.proper - 0.99) > FAR * found.proper_error


def test_messages():
    for call, words in (
        (lambda: random_colouring(2), r"`n` must be an integer .*nodes of the cycle.*got 2. Pass 10"),
        (lambda: colour_repair(5, 1, 2), r"`colours` must be an integer in \[3, 64\].*got 2. Pass 3"),
        (lambda: colour_repair(5, -1), r"`rounds` must be .*got -1. Pass 0"),
        (
            lambda: colour_repair(30, 8),
            r"`n` or `rounds` must be small .* got n=30, rounds=8.* Use simulate_colour_rep",
        ),
        (
            lambda: simulate_colour_repair(5, 1, runs=1, seed=0),
            r"`runs` must be .*independent runs.*got 1. Pass 10_000",
        ),
    ):
        with pytest.raises(ValueError, match=words):
            call()
