"""Hitting times of general chains against fractions, bands, enumeration and products worked out by hand."""

import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from tests.theory.exact import slow_twins as slow
from theory import chain, enumeration, hitting, leading_ones, onemax


def _square(bands):
    """The dense matrix of a chain of bands."""
    size = bands.states + 1
    matrix = np.zeros((size, size))
    for k in range(1, size):
        matrix[k, :k] = bands.down[k, :k][::-1] if bands.down.shape[1] >= k else 0.0
        for j in range(min(bands.down.shape[1], k)):
            matrix[k, k - 1 - j] = bands.down[k, j]
        matrix[k, k] = 1.0 - matrix[k].sum()
    matrix[0, 0] = 1.0
    return matrix


def _fractions(rows, target, order):
    """E[T^r] from every state, r = 0, ..., order, by Gaussian elimination in fractions."""
    inside = [x for x in range(len(rows)) if x not in target]
    tables = [[Fraction(1)] * len(rows)]
    for r in range(1, order + 1):
        system = [[Fraction(x == y) - rows[x][y] for y in inside] for x in inside]
        right = [
            sum(rows[x][y] * math.comb(r, i) * tables[i][y] for y in range(len(rows)) for i in range(r)) for x in inside
        ]
        for k in range(len(inside)):
            pivot = next(i for i in range(k, len(inside)) if system[i][k])
            system[k], system[pivot], right[k], right[pivot] = system[pivot], system[k], right[pivot], right[k]
            for i in range(len(inside)):
                if i != k and system[i][k]:
                    share = system[i][k] / system[k][k]
                    system[i] = [a - share * b for a, b in zip(system[i], system[k], strict=True)]
                    right[i] -= share * right[k]
        table = [Fraction(0)] * len(rows)
        for k, x in enumerate(inside):
            table[x] = right[k] / system[k][k]
        tables.append(table)
    return tables


def _random_rows(size, seed, descending):
    rng = np.random.default_rng(seed)
    rows = []
    for x in range(size):
        weights = rng.integers(0, 4, size)
        weights[x + 1 :] *= 0 if descending else 1
        weights[max(0, x - 1)] += 1  # the target can be reached
        rows.append([Fraction(int(w), int(weights.sum())) for w in weights])
    return rows


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_moments_against_fractions(seed, descending):
    size, order = 7, 5
    rows = _random_rows(size, seed, descending)
    matrix = np.array([[float(p) for p in row] for row in rows])
    shuffle = np.random.default_rng(seed).permutation(size)  # the order of the states must not matter
    turned = sparse.csc_matrix(matrix[np.ix_(shuffle, shuffle)])
    target = np.flatnonzero(shuffle == 0)
    start = np.random.default_rng(seed + 50).dirichlet(np.ones(size))
    raw = [
        sum(Fraction(float(a)) * f for a, f in zip(start, table, strict=True)) for table in _fractions(rows, [0], order)
    ]
    mean = raw[1]
    central = [sum(math.comb(r, i) * raw[i] * (-mean) ** (r - i) for i in range(r + 1)) for r in range(order + 1)]
    found = hitting.moments(turned, target=target, start=start[shuffle], order=order)
    np.testing.assert_allclose(found, [float(each) for each in raw], rtol=1e-12)
    found = hitting.moments(turned, target=target, start=start[shuffle], order=order, central=True)
    np.testing.assert_allclose(found, [float(each / raw[0]) for each in central], rtol=1e-11, atol=1e-12)
    assert slow.relative(float(hitting.expected_steps(turned, target=target, start=start[shuffle])), mean) < 1e-12
    assert slow.relative(float(hitting.variance(turned, target=target, start=start[shuffle])), central[2]) < 1e-12


@pytest.mark.parametrize("eps", [1e-6, 1e-14])
def test_rare_exits_keep_their_digits(eps):
    matrix = [[1, 0, 0], [eps, 0, 1 - eps], [0, 1, 0]]
    value = hitting.expected_steps(matrix, target=0, start=1)
    assert float(value) == pytest.approx((2 - eps) / eps, rel=1e-13)


@pytest.mark.parametrize(("n", "strength"), [(1, 0.5), (12, 1.0), (40, 2.5)])
def test_the_chain_of_onemax(n, strength):
    matrix = _square(onemax.bands(n, strength=strength))
    start = np.array([math.comb(n, k) for k in range(n + 1)]) / 2.0**n
    known = onemax.law(n, strength=strength)
    law = hitting.law(matrix, target=0, start=start)
    assert law.mean == pytest.approx(known.mean, rel=1e-12) and law.variance == pytest.approx(known.variance, rel=1e-11)
    times = np.arange(0, 4000, 7)
    np.testing.assert_allclose(law.cdf(times), known.cdf(times), atol=1e-12)
    assert law.quantile(0.9) == known.quantile(0.9)
    short = hitting.law(matrix, target=0, start=start, horizon=30)
    assert short.horizon == 30
    assert short.defect == pytest.approx(known.survival(30), abs=1e-12)
    blocks = hitting.law(matrix, target=0, start=start, horizon=1500)  # in blocks and a rest of single steps
    assert blocks.horizon == 1500 if n == 40 else blocks.horizon < 1500  # fewer if nothing is under way
    np.testing.assert_allclose(blocks.pmf(np.arange(1501)), known.pmf(np.arange(1501)), atol=1e-14)


def test_chains_that_move_both_ways_agree_with_bands():
    rng = np.random.default_rng(3)
    matrix = rng.dirichlet(np.ones(9), size=9)
    bands = chain.moments(chain.Chain.from_matrix(matrix))
    np.testing.assert_allclose(hitting.expected_steps_from(matrix, target=0), bands[0], rtol=1e-12)
    for x in (1, 5, 8):
        assert float(hitting.variance(matrix, target=0, start=x)) == pytest.approx(bands[1][x], rel=1e-11)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 9))
def test_probabilities_moments_and_laws_belong_together(seed, size):
    rng = np.random.default_rng(seed)
    matrix = rng.dirichlet(np.ones(size), size=size) * (rng.random((size, size)) < 0.5)
    matrix[np.arange(size), np.arange(size)] += 1.0 - matrix.sum(axis=1)
    start = rng.dirichlet(np.ones(size))
    arrival = hitting.probability(matrix, target=0, start=start)
    law = hitting.law(matrix, target=0, start=start, horizon=60)
    assert law.cdf(60) <= arrival.upper
    assert law.cdf(60) + law.defect >= arrival.lower - 1e-12
    state, absorbing = start.copy(), np.vstack([np.eye(size)[0], matrix[1:]])
    for t in range(61):
        assert law.cdf(t) == pytest.approx(state[0], abs=1e-13)
        state = state @ absorbing
    mean = float(hitting.expected_steps(matrix, target=0, start=start))
    assert math.isfinite(mean) == (float(arrival) == 1.0)


def test_targets_that_may_not_be_reached():
    ruin = np.array([[1, 0, 0, 0], [0.6, 0, 0.4, 0], [0, 0.6, 0, 0.4], [0, 0, 0, 1]])
    assert float(hitting.probability(ruin, target=3, start=1)) == pytest.approx(4 / 19, rel=1e-14)
    assert float(hitting.expected_steps(ruin, target=3, start=1)) == math.inf
    assert float(hitting.variance(ruin, target=3, start=1)) == math.inf
    assert hitting.expected_steps_from(ruin, target=3).tolist() == [math.inf, math.inf, math.inf, 0.0]
    assert float(hitting.probability(ruin, target=[0, 3], start=2)) == 1.0
    law = hitting.law(ruin, target=3, start=1)
    assert law.mean == math.inf and law.cdf(10**6) == pytest.approx(4 / 19, rel=1e-13)
    assert law.defect == pytest.approx(15 / 19, abs=1e-12)
    assert float(hitting.probability(ruin, target=3, start=0)) == 0.0
    lost = hitting.moments(ruin, target=3, start=1, order=3, central=True)
    assert lost[0] == 1.0 and lost[2] == math.inf and math.isnan(lost[3])


def test_moments_beyond_the_range_of_floats():
    slow_coin, line = [[1, 0], [1e-200, 1]], [[1, 0, 0], [1e-200, 1, 0], [0, 1e-200, 1]]
    both_ways = [[1, 0, 0], [1e-200, 0, 1], [0, 1, 0]]
    for matrix, start, mean in ((slow_coin, 1, 1e200), (line, 2, 2e200), (line, [0, 0.5, 0.5], 1.5e200)):
        assert float(hitting.expected_steps(matrix, target=0, start=start)) == pytest.approx(mean, rel=1e-14)
        assert float(hitting.variance(matrix, target=0, start=start)) == math.inf
        assert hitting.law(matrix, target=0, start=start).variance == math.inf
        raw = hitting.moments(matrix, target=0, start=start, order=4)
        assert raw[1] == pytest.approx(mean, rel=1e-14) and raw[2:].tolist() == [math.inf] * 3
        central = hitting.moments(matrix, target=0, start=start, order=4, central=True)
        assert central[[2, 4]].tolist() == [math.inf] * 2 and math.isnan(central[3])
    assert float(hitting.variance(both_ways, target=0, start=2)) == math.inf
    fast = hitting.moments(line, target=0, start=0, order=4, central=True)
    assert fast.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    coin = [[1, 0], [0.5, 0.5]]
    assert float(hitting.moments(coin, target=0, start=1, order=100)[100]) == pytest.approx(
        float(mp.fsum(mp.mpf(t) ** 100 / 2**t for t in range(1, 3000))), rel=1e-12
    )


def test_long_horizons_end_with_the_law():
    coin = [[1, 0], [0.5, 0.5]]
    assert hitting.law(coin, target=0, start=1, horizon=10**9).horizon < 1000
    assert hitting.inhomogeneous_law([coin], target=0, start=1, horizon=10**9).horizon < 100
    law = hitting.law([[1, 0], [1e-9, 1 - 1e-9]], target=0, start=1, horizon=777)
    assert law.horizon == 777 and law.defect == pytest.approx(1.0, abs=1e-6)


def test_rows_by_a_function_against_enumeration():
    n, p = 5, 0.2

    def step(string):
        for flips in range(2**n):
            chance = p ** flips.bit_count() * (1 - p) ** (n - flips.bit_count())
            kept = (string ^ flips).bit_count() >= string.bit_count()
            yield chance, string ^ flips if kept else string

    explored = hitting.explore(step, dict.fromkeys(range(2**n), 2.0 ** (-n)))
    law = hitting.law(explored.matrix, target=explored.where(lambda x: x == 2**n - 1), start=explored.start)
    known = enumeration.law(slow.onemax(n), enumeration.Static(rate=p))
    assert law.mean == pytest.approx(known.mean, rel=1e-12)
    np.testing.assert_allclose(law.cdf(np.arange(200)), known.cdf(np.arange(200)), atol=1e-12)


def test_states_that_differ_by_rounding_are_one():
    explored = hitting.explore(lambda x: [(0.5, min(0.4, x * 3.0)), (0.5, max(0.1, x / 3.0))], 0.1)
    assert len(explored.states) == 4  # 0.1 and 0.3, 0.4 / 3 and 0.4
    assert explored.where(lambda x: x < 0.2).tolist().count(True) == 2


def test_time_inhomogeneous_chains_against_enumeration_and_constant_ones():
    n, rates = 6, [0.5, 0.3, 0.1]
    matrices = [_square(onemax.bands(n, rate=rate)) for rate in rates]
    start = np.array([math.comb(n, k) for k in range(n + 1)]) / 2.0**n
    known = enumeration.law(slow.onemax(n), enumeration.Schedule(lambda t: rates[min(t, 3) - 1]), horizon=300)
    for listed in (matrices, lambda t: matrices[min(t, 3) - 1]):
        law = hitting.inhomogeneous_law(listed, target=0, start=start, horizon=300)
        np.testing.assert_allclose(law.cdf(np.arange(300)), known.cdf(np.arange(300)), atol=1e-13)
    late = hitting.inhomogeneous_law(matrices[1:], target=0, start=start, horizon=300)
    assert abs(late.cdf(10) - known.cdf(10)) > 1e-3  # a schedule that begins one step late is seen
    one = hitting.inhomogeneous_law(matrices[:1], target=0, start=start, horizon=100)
    np.testing.assert_allclose(
        one.pmf(np.arange(101)), hitting.law(matrices[0], target=0, start=start).pmf(np.arange(101)), atol=1e-15
    )
    assert one.defect == pytest.approx(1.0 - one.cdf(100), abs=1e-14)


def test_a_product_of_states_and_rates_against_enumeration():
    n, factor, low, high = 4, 2.0, 0.1, 0.4  # levels 0.1, 0.2, 0.4; a success raises by 2, a failure lowers by 2
    moves = []
    for rate in (0.1, 0.2, 0.4):
        better = _square(onemax.bands(n, rate=rate))
        stay = np.diag(np.diag(better))
        moves.append([better - stay, stay])
    matrix = hitting.product(moves, [[1, 0], [2, 0], [2, 1]])
    start = np.concatenate([np.zeros(n + 1), [math.comb(n, k) / 2**n for k in range(n + 1)], np.zeros(n + 1)])
    law = hitting.law(matrix, target=np.tile(np.arange(n + 1) == 0, 3), start=start)
    rule = enumeration.SuccessRule(
        factor=factor, s=1, low=low, high=high, initial=0.2, success=enumeration.Success.BETTER
    )
    known = enumeration.law(slow.onemax(n), rule)
    np.testing.assert_allclose(law.cdf(np.arange(300)), known.cdf(np.arange(300)), atol=1e-12)


def test_a_long_line_of_many_states():
    n = 20_000  # leading ones without free riders, as a sparse descent
    p = 0.3
    rows = np.arange(1, n + 1)
    matrix = sparse.coo_matrix(
        (np.concatenate([[1.0], np.full(n, p), np.full(n, 1 - p)]),
         (np.concatenate([[0], rows, rows]), np.concatenate([[0], rows - 1, rows]))),
    )  # fmt: skip
    found = hitting.moments(matrix, target=0, start=n, order=3, central=True)
    q = 1 - p  # a sum of independent geometric waits: cumulants add
    np.testing.assert_allclose(found[2:], [n * q / p**2, n * q * (1 + q) / p**3], rtol=1e-9)
    assert float(hitting.expected_steps(matrix, target=0, start=n)) == pytest.approx(n / p, rel=1e-12)


def test_leading_ones_as_a_function_of_the_level():
    n, rate = 12, 0.1

    def step(level):
        q = rate * (1 - rate) ** level if level < n else 0.0
        yield 1 - q, level
        for free in range(n - level):
            yield q * 2.0 ** -(free + 1 if free < n - level - 1 else free), level + 1 + free

    start = {level: 2.0 ** -(level + 1 if level < n else n) for level in range(n + 1)}
    explored = hitting.explore(step, start)
    value = hitting.expected_steps(
        explored.matrix, target=explored.where(lambda level: level == n), start=explored.start
    )
    assert float(value) == pytest.approx(float(leading_ones.expected_steps(n, rate=rate)), rel=1e-13)


def test_arguments():
    coin = np.array([[1.0, 0.0], [0.5, 0.5]])
    with pytest.raises(
        TypeError, match=r"`transitions` must be a dense or scipy.sparse matrix .* got function\. Build"
    ):
        hitting.expected_steps(lambda x: x, target=0, start=1)
    with pytest.raises(ValueError, match=r"`transitions` must be square .* got shape \(2, 3\)\. Row x"):
        hitting.expected_steps(np.zeros((2, 3)), target=0, start=1)
    with pytest.raises(ValueError, match=r"sum 1 outside the target; got row 1 with sum 0\.9, .* Add what"):
        hitting.expected_steps([[1, 0], [0.5, 0.4]], target=0, start=1)
    with pytest.raises(ValueError, match=r"got row 1 with sum 1, smallest entry -1\. Add"):
        hitting.law([[1, 0], [-1, 2]], target=0, start=1)
    with pytest.raises(ValueError, match=r"got row 1 with sum nan"):
        hitting.probability([[1, 0], [math.nan, 0.5]], target=0, start=1)
    for target in (2, -1, [], [0.5], [False, False], "a"):
        with pytest.raises(
            ValueError, match=r"`target` must be a state, or states, in \[0, 1\], or 2 booleans.*got .*Pass 0"
        ):
            hitting.expected_steps(coin, target=target, start=1)
    with pytest.raises(ValueError, match=r"`start` must be an integer in \[0, 1\] \(a state\); got 2\. Pass a state"):
        hitting.expected_steps(coin, target=0, start=2)
    with pytest.raises(ValueError, match=r"`start` must hold 2 probabilities of sum 1; got shape \(2,\), sum 2"):
        hitting.law(coin, target=0, start=[1.0, 1.0])
    with pytest.raises(ValueError, match=r"`order` must be an integer in \[0, 100\] \(largest power\); got -1"):
        hitting.moments(coin, target=0, start=1, order=-1)
    with pytest.raises(ValueError, match=r"`horizon` must be an integer >= 0 \(steps\); got -1"):
        hitting.law(coin, target=0, start=1, horizon=-1)
    with pytest.raises(TypeError, match=r"`horizon` must be an integer"):
        hitting.inhomogeneous_law([coin], target=0, start=1, horizon=None)  # pyright: ignore
    with pytest.raises(ValueError, match=r"`transitions` must hold at least one matrix; got none"):
        hitting.inhomogeneous_law([], target=0, start=1, horizon=1)
    with pytest.raises(ValueError, match=r"matrices of one size; got 3 states in step 2 after 2\. Give"):
        hitting.inhomogeneous_law([coin, np.eye(3)], target=0, start=1, horizon=2)
    with pytest.raises(ValueError, match=r"the whole distribution must .* Use \.mean"):
        hitting.law([[1, 0], [1e-9, 1 - 1e-9]], target=0, start=1).cdf(1)
    ring = sparse.csr_matrix(sparse.diags([0.5, 0.5, 0.5, 0.5], [1, -1, 3001, -3001], shape=(3002, 3002)))
    with pytest.raises(ValueError, match=r"at most 3000 states that lead to each other; got 3001\. Merge"):
        hitting.expected_steps(ring, target=0, start=1)
    for wrong in ([[1j, 0], [0.5, 0.5]], [["1", "0"], ["0.5", "0.5"]], None, 3):
        with pytest.raises((TypeError, ValueError), match=r"`transitions` must be .*\. (Build|Row)"):
            hitting.expected_steps(wrong, target=0, start=1)
    with pytest.raises(TypeError, match=r"`start` must hold 2 probabilities; got \['a', 'b'\]\. Pass a number"):
        hitting.expected_steps(coin, target=0, start=["a", "b"])  # pyright: ignore
    with pytest.raises(TypeError, match=r"`transitions` must be a function of t or a list of matrices; got 3\. Pass"):
        hitting.inhomogeneous_law(3, target=0, start=1, horizon=2)  # pyright: ignore
    for wrong in (None, [1, 2], [("a", 2)], 3):
        with pytest.raises(
            TypeError, match=r"`step` must give pairs \(probability, next state\); got .* Return a list"
        ):
            hitting.explore(lambda x, wrong=wrong: wrong, 0)  # pyright: ignore
    with pytest.raises(TypeError, match=r"`step` must give states that are hashable; got \[2\]\. Pass a tuple"):
        hitting.explore(lambda x: [(1.0, [2])], 0)  # pyright: ignore
    with pytest.raises(TypeError, match=r"`start` must give states that are hashable; got \[2\]\. Pass a tuple"):
        hitting.explore(lambda x: [(1.0, 2)], [2])  # pyright: ignore
    for wrong in ({}, {0: 0.5}, {0: -0.5, 1: 1.5}, {0: math.nan}):
        with pytest.raises(
            ValueError, match=r"`start` must be a state, or give probabilities of sum 1 .* got .*Pass a"
        ):
            hitting.explore(lambda x: [(1.0, 0)], wrong)
    for wrong in (3, [3]):
        with pytest.raises(TypeError, match=r"`moves` must hold a list of matrices for each level; got .* Pass \[\["):
            hitting.product(wrong, [[0]])  # pyright: ignore
    with pytest.raises(
        TypeError, match=r"`moves` must hold dense or scipy\.sparse matrices; got 'a' at level 0\. Pass"
    ):
        hitting.product([["a"]], [[0]])
    with pytest.raises(ValueError, match=r"`moves` must hold square matrices of one size, as many at each level"):
        hitting.product([[coin, coin], [coin]], [[0, 0], [0, 0]])
    with pytest.raises(TypeError, match=r"`step` must be a function of a state; got 3"):
        hitting.explore(3, 0)  # pyright: ignore
    with pytest.raises(ValueError, match=r"`step` must give pairs .* of sum 1; .* in state 0, sum 0\.5\. Add what is"):
        hitting.explore(lambda x: [(0.5, 1)], 0)
    with pytest.raises(ValueError, match=r"`step` must give pairs .* in state 3, sum 5\. The probability is first"):
        hitting.explore(lambda x: [(2, 0.5), (3, 0.5)], 3)
    with pytest.raises(TypeError, match=r"matrix of probabilities; got Explored\. Pass its \.matrix"):
        hitting.expected_steps(hitting.explore(lambda x: [(1.0, 0)], 0), target=0, start=0)
    with pytest.raises(ValueError, match=r"got row 1 with sum 1\.25, smallest entry 0\. Row x holds P\(x -> y\)"):
        hitting.expected_steps([[0.75, 0.25], [0.25, 1.0]], target=0, start=1)
    with pytest.raises(ValueError, match=r"`next_level` must be integers of shape .* = \(1, 1\); got \[0\.5\]"):
        hitting.product([[coin]], [0.5])
    with pytest.raises(ValueError, match=r"`next_level` must lie in \[0, 0\] \(levels\); got \[\[1\]\]\. Clamp"):
        hitting.product([[coin]], [[1]])
    with pytest.raises(ValueError, match=r"`moves` must hold square matrices of one size"):
        hitting.product([[coin], [np.eye(3)]], [[0], [0]])
