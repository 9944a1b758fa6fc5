"""The drift theorems against exact chains, and the refusal of processes that do not meet their conditions."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate

from tests.theory.bounds.chains import chains, means, survivals
from theory import Kind, chain, drift, dynamic_bin_val, onemax, rls

_CLOSE = 1.0 + 1e-9  # of a dense solve of at most seven states
_WALK = drift.Process.from_drift([0, 1, 2, 3], [0, 0.25, 0.5, 0.25])


def _process(states, matrix):
    return drift.Process.from_matrix(states, matrix)


@given(chains(), st.data())
@settings(max_examples=60)
def test_upper_bounds_hold_on_random_chains(drawn, data):
    states, matrix = drawn
    process = _process(states, matrix)
    assume(process.low[1:].min() > 1e-3 * states[1:].max())
    start = data.draw(st.integers(1, len(states) - 1))
    exact, left = means(matrix)[start], survivals(matrix, start, 60)
    for theorem in (drift.additive_upper, drift.multiplicative_upper, drift.variable_upper):
        bound = theorem(process, states[start])
        assert bound.expected.kind is Kind.BOUND and bound.expected.upper * _CLOSE >= exact
        assert np.all(bound.tail(np.arange(61)) * _CLOSE >= left)
    assert drift.time_dependent([process] * 40, states[start]).tail(np.arange(61))[:41] == pytest.approx(
        drift.multiplicative_upper(process, states[start]).tail(np.arange(41)), rel=1e-9
    )


@given(chains(), st.data())
@settings(max_examples=100)
def test_additive_lower_bound_holds_on_random_chains(drawn, data):
    states, matrix = drawn
    start = data.draw(st.integers(1, len(states) - 1))
    assume(means(matrix)[1:].min() >= 1.0 and means(matrix).max() < 1e6)  # a dense solve keeps nine digits
    assert drift.additive_lower(_process(states, matrix), states[start]).expected.lower <= means(matrix)[start] * _CLOSE


@given(chains(falling=True, most=9), st.data())
@settings(max_examples=100)
def test_multiplicative_lower_bound_holds_on_random_chains(drawn, data):
    states, matrix = drawn
    matrix[1:] = (
        data.draw(st.sampled_from([1.0, 0.1])) * (matrix[1:] - np.eye(len(matrix))[1:]) + np.eye(len(matrix))[1:]
    )
    assume(np.diag(matrix)[1:].max() < 1.0 - 1e-6)
    process, start = _process(states, matrix), data.draw(st.integers(1, len(states) - 1))
    target = data.draw(st.integers(1, start))
    try:
        bound = drift.multiplicative_lower(process, states[start], target=states[target])
    except ValueError:
        assume(False)
    lumped = matrix[target:, target:].copy()
    lumped[:, 0] = matrix[target:, : target + 1].sum(axis=1)
    assert bound.expected.lower <= means(lumped)[start - target] * _CLOSE
    assert bound.expected.lower <= means(matrix)[start] * _CLOSE


def test_jumps_to_the_target_are_not_mistaken_for_slow_progress():
    states, leap = np.arange(101.0), 0.01
    matrix = np.eye(101) * (1.0 - leap)
    matrix[:, 0] += leap
    process = _process(states, matrix)  # its drift is 0.01 s, and E[T] = 100 from everywhere
    with pytest.raises(ValueError, match=r"they fail at X = 100 \(state number 100\) for delta < 0\.04699"):
        drift.multiplicative_lower(process, 100.0, delta=leap)
    assert math.log(100) / leap * (1 - 0.1) / (1 + 0.1) > 100.0  # what the formula would give without the condition
    assert 1.0 < drift.multiplicative_lower(process, 100.0).expected.lower <= 100.0
    assert drift.multiplicative_upper(process, 100.0).expected.upper >= 100.0


def test_the_lower_bound_is_nearly_attained_by_small_steps():
    shrink, states = 0.02, np.concatenate([[0.0], 1.02 ** np.arange(400)])  # one state down with probability 0.02
    matrix = np.eye(401) * (1.0 - shrink) + np.eye(401, k=-1) * shrink
    bound = drift.multiplicative_lower(_process(states, matrix), states[400], target=1.0)
    exact = 399 / shrink
    assert 0.8 * exact < bound.expected.lower <= exact


@pytest.mark.parametrize("strength", [0.5, 1.0, 2.0])
def test_onemax(strength):
    n, p = 100, strength / 100
    process = drift.Process.from_chain(onemax.bands(n, strength=strength))
    delta = p * (1.0 - p) ** (n - 1)
    start = np.array([math.comb(n, k) for k in range(n + 1)]) / 2.0**n
    law = onemax.law(n, strength=strength)
    bound = drift.multiplicative_upper(process, start, delta=delta)
    assert bound.delta == pytest.approx(delta, rel=1e-11) and bound.delta <= delta
    assert law.mean <= bound.expected.upper <= (1.0 + math.log(n / 2)) / delta * (1 + 1e-11)
    times = np.arange(0, 20_000, 97)
    assert np.all(bound.tail(times) >= law.survival(times) - law.defect)
    assert drift.variable_upper(process, start).expected.upper < bound.expected.upper
    assert drift.variable_upper(process, start).expected.upper >= law.mean
    exact = onemax.expected_steps_from(n, strength=strength)
    for k in (1, 10, 50, 100):
        assert drift.additive_lower(process, float(k)).expected.lower <= exact[k]
        assert drift.multiplicative_lower(process, float(k)).expected.lower <= exact[k]
        assert drift.additive_upper(process, float(k)).expected.upper >= exact[k]
    r = 3.0  # the published form of the tail
    assert bound.tail(math.ceil((r + math.log(100)) / delta)) <= math.exp(-r)


def test_exact_times_as_potential_have_drift_one():
    bands = onemax.bands(60, strength=1.5)
    times = onemax.expected_steps_from(60, strength=1.5)
    process = drift.Process.from_chain(bands, times)
    for theorem, side in ((drift.additive_upper, "upper"), (drift.additive_lower, "lower")):
        bound = theorem(process, times[37], delta=1.0)
        assert getattr(bound.expected, side) == pytest.approx(times[37], rel=1e-9)
    assert drift.additive_lower(process, times[37]).expected.lower <= times[37]
    assert drift.additive_upper(process, times[37]).expected.upper >= times[37]


def test_randomised_local_search():
    n = 50
    process = drift.Process.from_drift(np.arange(n + 1), lambda k: k / n)
    exact = float(rls.expected_steps(n, start=n))
    assert drift.variable_upper(process, float(n)).expected.upper == pytest.approx(exact, rel=1e-12)
    assert drift.multiplicative_upper(process, float(n)).expected.upper == pytest.approx(n * (1 + math.log(n)))
    times = np.arange(0, 1000, 13)
    law = rls.law(n, start=n)
    assert np.all(drift.multiplicative_upper(process, float(n)).tail(times) >= law.survival(times))


def test_dynamic_binval_below_the_threshold():
    n = 60
    process = drift.Process.from_chain(dynamic_bin_val.bands(n, strength=0.8))
    exact = dynamic_bin_val.expected_steps_from(n, strength=0.8)
    for k in (1, 15, 30):
        assert drift.multiplicative_upper(process, float(k)).expected.upper >= exact[k]
        assert drift.variable_upper(process, float(k)).expected.upper >= exact[k]
        assert drift.additive_lower(process, float(k)).expected.lower <= exact[k]
    with pytest.raises(ValueError, match=r"X_t must never increase.*from X = 2 "):
        drift.multiplicative_lower(process, 30.0)


def test_dynamic_binval_above_the_threshold():
    n = 100
    process = drift.Process.from_chain(dynamic_bin_val.bands(n, strength=2.5))
    exact = dynamic_bin_val.expected_steps_from(n, strength=2.5)
    with pytest.raises(ValueError, match=r">= delta s must hold at every X > 0; there is no positive `delta`: at X = "):
        drift.multiplicative_upper(process, 10.0)
    bound = drift.escape_bound(process, 0.0, 10.0)
    assert 1e3 < bound.expected.lower < exact[10] and bound.expected.kind is Kind.BOUND
    law = dynamic_bin_val.law(n, strength=2.5, start=10, horizon=3000)
    for t in (0, 1, 10, 100, 3000):
        assert law.cdf(t) <= bound.head(t) * _CLOSE


def _falling(size):
    return _process(np.arange(size + 1.0), np.eye(size + 1, k=-1) + np.diag([1.0] + [0.0] * size))


@given(chains(), st.data())
@settings(max_examples=60)
def test_escapes_take_as_long_as_claimed(drawn, data):
    states, matrix = drawn
    assume(means(matrix)[1:].min() >= 1.0 and means(matrix).max() < 1e6)  # a dense solve keeps nine digits
    far = data.draw(st.integers(1, len(states) - 1))
    try:
        bound = drift.escape_bound(_process(states, matrix), 0.0, states[far])
    except ValueError:
        assume(False)
    for start in range(far, len(states)):
        assert bound.expected.lower <= means(matrix)[start] * _CLOSE
        left = survivals(matrix, start, 30)
        assert all(1.0 - left[t] <= bound.head(t) * _CLOSE + 1e-12 for t in range(31))


def test_escape_from_a_walk_that_drifts_away():
    m = 40
    matrix = 0.7 * np.eye(m + 1, k=1) + 0.3 * np.eye(m + 1, k=-1)
    matrix[m, m] = 0.7
    bound = drift.escape_bound(_process(np.arange(m + 1.0), matrix), 0.0, float(m))
    exact = means(matrix)[m]
    assert exact / 1e3 < bound.expected.lower < exact and bound.rate == pytest.approx(math.log(7 / 3), rel=0.05)
    with pytest.raises(ValueError, match=r"E\[V\(X_\{t\+1\}\) \| X_t = x\] <= V\(x\) must hold .* at X = "):
        drift.escape_bound(_falling(5), 0.0, 4.0)
    with pytest.raises(ValueError, match=r"by the factor .* with lambda = 3\. Pass rate=None"):
        drift.escape_bound(_process(np.arange(m + 1.0), matrix), 0.0, float(m), rate=3.0)


def test_simplified_negative_drift_is_an_asymptotic_statement():
    m = 20
    matrix = 0.7 * np.eye(m + 1, k=1) + 0.3 * np.eye(m + 1, k=-1)
    matrix[m, m] = 0.7
    process = _process(np.arange(m + 1.0), matrix)
    statement = drift.negative(process, 0.0, float(m), epsilon=0.4, delta=1.0, r=2.0)
    assert statement.exponent == 10.0 and statement.kind is Kind.ASYMPTOTIC and not hasattr(statement, "upper")
    with pytest.raises(ValueError, match=r">= epsilon = 0.5 must hold for all 0 < x < 20; at X = 1 .* it is 0.4"):
        drift.negative(process, 0.0, float(m), epsilon=0.5, delta=1.0, r=2.0)
    with pytest.raises(ValueError, match=r"P\(\|X_\(t\+1\) - X_t\| >= 1 .*= 0.75 \(j = 1\) must hold .* it is 1\."):
        drift.negative(process, 0.0, float(m), epsilon=0.4, delta=1.0, r=1.5)
    with pytest.raises(ValueError, match="`process` must know its moves"):
        drift.negative(_WALK, 0.0, 3.0, epsilon=0.1, delta=1.0)


def test_scaled_negative_drift():
    m = 2000
    up = np.append(np.full(m, 0.9), 0.0)[:, None]
    process = drift.Process.from_chain(chain.Chain(down=np.full((m + 1, 1), 0.1), up=up))
    value = drift.negative_scaled(process, 0.0, float(m), r=1.01)
    assert float(value) == pytest.approx(math.exp(0.8 * m / (132 * 1.01**2)), rel=1e-9)
    assert value.kind is Kind.ASYMPTOTIC and "132 [recalled]" in value.source
    assert float(value) < drift.escape_bound(process, 0.0, float(m)).expected.lower
    with pytest.raises(
        ValueError, match=r"r\^2 <= epsilon l / \(132 log2\(r / epsilon\)\) must hold; got r\^2 = 1\.0201"
    ):
        drift.negative_scaled(process, 0.0, 30.0, r=1.01)
    with pytest.raises(ValueError, match=r"must hold for all 0 < x < 4; at X = 1 \(state number 1\) it is -1"):
        drift.negative_scaled(_falling(5), 0.0, 4.0, r=2.0)
    with pytest.raises(ValueError, match=r">= 1 \| X_t = x\) <= e\^-j = 0.367879"):
        drift.negative_scaled(process, 0.0, float(m), r=1.0)


def test_schedules():
    n, rates = 20, [min(0.5, 2.0 / (t + 2)) for t in range(400)]
    processes = [drift.Process.from_chain(onemax.bands(n, rate=rate)) for rate in rates]
    bound = drift.time_dependent(processes, 10.0)
    assert bound.expected.upper == math.inf and bound.delta.shape == (400,)
    state = np.eye(n + 1)[10]
    for t, rate in enumerate(rates):
        assert bound.tail(t) >= state[1:].sum() * (1 - 1e-9)
        bands = onemax.bands(n, rate=rate).down
        moved = state * (1.0 - np.where(np.arange(n + 1) > 0, bands.sum(axis=1), 0.0))
        for j in range(bands.shape[1]):
            moved[: n - j] += state[j + 1 :] * bands[j + 1 :, j]
        state = moved
    assert bound.tail(400) == bound.tail(10**6) < 0.7
    with pytest.raises(ValueError, match=r"fails in step 3 with delta_t = 0\.9 at X = "):
        drift.time_dependent(processes, 10.0, deltas=[0.0] * 3 + [0.9] + [0.0] * 396)
    with pytest.raises(ValueError, match=r"must all have the same states; number 1 has others"):
        drift.time_dependent([processes[0], _WALK], 10.0)
    with pytest.raises(ValueError, match="`deltas` must hold 400 numbers"):
        drift.time_dependent(processes, 10.0, deltas=[0.1])
    with pytest.raises(ValueError, match="one process per step; got none"):
        drift.time_dependent([], 1.0)


def test_the_sum_over_steps_is_at_most_the_integral():
    states = np.array([0.0, 1.0, 2.5, 3.0, 7.0])
    process = drift.Process.from_drift(states, lambda s: 0.1 * s**1.5)
    bound = drift.variable_upper(process, 7.0, h=lambda s: 0.1 * s**1.5).expected.upper
    integral = 10.0 + integrate.quad(lambda x: 10.0 * x**-1.5, 1.0, 7.0)[0]
    assert 10.0 < bound < integral
    table = drift.variable_upper(process, 7.0, h=0.1 * states**1.5)
    assert table.expected.upper == bound == drift.variable_upper(process, 7.0).expected.upper
    linear = drift.variable_upper(drift.Process.from_drift(states, 0.1 * states), 7.0).expected.upper
    assert linear < drift.multiplicative_upper(drift.Process.from_drift(states, 0.1 * states), 7.0).expected.upper


def test_bounds_from_zero_and_without_drift():
    for theorem in (drift.additive_upper, drift.multiplicative_upper, drift.variable_upper):
        assert theorem(_WALK, 0.0).expected.upper == 0.0
    assert drift.additive_lower(_WALK, 0.0).expected.lower == 0.0
    still = drift.Process.from_drift([0.0, 1.0], [0.0, 0.0])
    assert drift.additive_lower(still, 1.0).expected.lower == math.inf
    sure = drift.multiplicative_upper(drift.Process.from_drift([0.0, 1.0], [0.0, 1.0]), 1.0)
    assert sure.tail([-1, 0, 0.5, 1]).tolist() == [1.0, 1.0, 1.0, 0.0] and sure.expected.upper == 1.0


def test_ties_and_any_order_of_states():
    ordered = drift.Process.from_drift([0, 1, 1, 2], [0, 0.3, 0.2, 0.5])
    shuffled = drift.Process.from_drift([1, 2, 0, 1], [0.2, 0.5, 0, 0.3])
    for theorem in (drift.additive_upper, drift.multiplicative_upper, drift.variable_upper):
        assert theorem(ordered, 2.0).expected.upper == theorem(shuffled, [0, 1, 0, 0]).expected.upper
    assert drift.variable_upper(ordered, 2.0).expected.upper == 1 / 0.2 + 1 / 0.5
    assert drift.variable_upper(shuffled, 2.0).delta.tolist() == [0.2, 0.5, 0.0, 0.2]


def test_failing_conditions_name_state_and_numbers():
    with pytest.raises(
        ValueError, match=r">= delta must hold at every X > 0; it fails with delta = 0.3: at X = 1 \(state"
    ):
        drift.additive_upper(_WALK, 3.0, delta=0.3)
    with pytest.raises(ValueError, match=r"<= delta must hold .* fails with delta = 0.4: at X = 2 .* drift is 0.5"):
        drift.additive_lower(_WALK, 3.0, delta=0.4)
    with pytest.raises(ValueError, match=r">= delta s must hold .* delta = 0.1: at X = 3 .* drift is 0.25"):
        drift.multiplicative_upper(_WALK, 3.0, delta=0.1)
    with pytest.raises(ValueError, match=r"it fails at X = 3 .*: the drift is 0.25 and h is 0.5"):
        drift.variable_upper(_WALK, 3.0, h=[0, 0.25, 0.5, 0.5])
    with pytest.raises(ValueError, match=r"non-decreasing in X; got h\(2\) = 0.5 > h\(3\) = 0.25"):
        drift.variable_upper(_WALK, 3.0, h=[0, 0.25, 0.5, 0.25])
    with pytest.raises(ValueError, match="`h` must be positive and finite"):
        drift.variable_upper(_WALK, 3.0, h=lambda s: s - 1.0)
    with pytest.raises(ValueError, match="`h` must be a function of X or hold 4 numbers"):
        drift.variable_upper(_WALK, 3.0, h=[1.0])
    away = drift.Process.from_drift([0, 1, 2], [0, 0.5, -0.5])
    for theorem in (drift.additive_upper, drift.multiplicative_upper, drift.variable_upper):
        with pytest.raises(ValueError, match=r"no positive .*X = 2 \(state number 2\) the drift is -0.5"):
            theorem(away, 1.0)
    with pytest.raises(ValueError, match="`process` must know its moves"):
        drift.multiplicative_lower(_WALK, 3.0)
    jump = _process([0, 1, 5], [[1, 0, 0], [1, 0, 0], [1, 0, 0]])
    with pytest.raises(ValueError, match=r"they fail at X = 5 \(state number 2\) for delta < 3\.2188\d* with b = 0.5"):
        drift.multiplicative_lower(jump, 5.0, share=0.5)


def test_arguments_of_processes():
    for states in ([1.0, 2.0], [0.0, 0.0], [0.0, -1.0]):
        with pytest.raises(ValueError, match="`states` must hold numbers >= 0, at least one of them 0"):
            drift.Process.from_drift(states, [0.0, 0.0])
    with pytest.raises(ValueError, match=r"`drift` must be 2 finite numbers, one per state; got shape \(3,\)"):
        drift.Process.from_drift([0.0, 1.0], [0.0, 0.1, 0.2])
    with pytest.raises(ValueError, match=r"drift from X = 1 must be at most 1, .* got 2 in state number 1"):
        drift.Process.from_drift([0.0, 1.0], [0.0, 2.0])
    with pytest.raises(
        ValueError, match=r"`matrix` must have rows .* sum 1 where X > 0; got row 1 with sum 0\.9, smal"
    ):
        drift.Process.from_matrix([0.0, 1.0], [[1.0, 0.0], [0.5, 0.4]])
    with pytest.raises(
        ValueError, match=r"`matrix` must have shape \(2, 2\), as there are 2 states; got shape \(3, 3\)"
    ):
        drift.Process.from_matrix([0.0, 1.0], np.eye(3))
    zeros = onemax.bands(4, strength=1.0)
    for theorem in (drift.additive_upper, drift.additive_lower, drift.multiplicative_upper, drift.variable_upper):
        with pytest.raises(
            TypeError, match=r"`process` must be a Process; got Chain\. Build it with Process\.from_chain"
        ):
            theorem(zeros, 2.0)  # pyright: ignore
    with pytest.raises(TypeError, match=r"`process` must be a Process; got Chain"):
        drift.negative(zeros, 1.0, 3.0, epsilon=0.1, delta=0.1)  # pyright: ignore
    with pytest.raises(TypeError, match="`chain` must be a Chain; got 3"):
        drift.Process.from_chain(3)
    with pytest.raises(ValueError, match=r"`start` must be one of the states .* got 1\.5, the states are \[0 1 2 3\]"):
        drift.additive_upper(_WALK, 1.5)
    with pytest.raises(
        ValueError, match=r"`start` must be one of the states, or 4 probabilities of sum 1; got shape \(2,"
    ):
        drift.additive_upper(_WALK, [0.5, 0.5])
    with pytest.raises(ValueError, match=r"`delta` must lie in \(0, inf\)"):
        drift.additive_upper(_WALK, 3.0, delta=0.0)
    with pytest.raises(ValueError, match="`t` must be a number of steps; got NaN"):
        drift.additive_upper(_WALK, 3.0).tail(math.nan)


def test_measured_drift():
    n, runs = 12, 4000
    bands = onemax.bands(n, strength=1.0).down
    process = drift.Process.from_chain(onemax.bands(n, strength=1.0))
    rng = np.random.default_rng(20180807)
    trajectories = []
    for _ in range(runs):
        k, run = 6, [6]
        for _ in range(5):
            gain = int(np.searchsorted(np.cumsum(bands[k])[::1], rng.random(), side="right")) + 1 if k else 0
            k -= gain if gain <= bands.shape[1] else 0
            run.append(k)
        trajectories.append(run)
    measured = drift.estimate(trajectories)
    first = drift.estimate([run[:2] for run in trajectories])  # independent steps from k = 6
    assert first.state.tolist() == [6.0] and first.steps.tolist() == [runs]
    decrease, chance = (each[6] for each in process.moves)
    spread = (decrease**2 * chance).sum() - process.low[6] ** 2
    # Bernstein: P(|mean - drift| >= e) <= 2 exp(-N e^2 / (2 (spread + 6 e / 3))) = 1e-9 at this e
    log = math.log(2e9)
    e = (2 * log + math.sqrt(4 * log**2 + 2 * runs * spread * log)) / runs
    assert abs(first.drift[0] - process.low[6]) < e < 0.25 * process.low[6] + 0.06
    assert abs(2.0 * first.drift[0] - process.low[6]) > e  # a drift twice too large is seen
    assert measured.error[measured.state == 6.0] < e and np.all(np.diff(measured.state) > 0)


def test_bins_of_measured_drift():
    by_bin = drift.estimate([5, 4, 4, 1, 0], edges=[1, 4, 6])
    assert by_bin.state.tolist() == [1.0, 13 / 3] and by_bin.drift.tolist() == [1.0, 4 / 3]
    assert by_bin.low.tolist() == [1.0, 4.0] and by_bin.high.tolist() == [1.0, 5.0]
    assert math.isnan(by_bin.error[0]) and by_bin.error[1] == pytest.approx(np.std([1, 0, 3], ddof=1) / math.sqrt(3))
    assert drift.estimate([[0, 0], [0]]).steps.size == 0
    with pytest.raises(ValueError, match="`trajectories` must be X_0, X_1"):
        drift.estimate([[1.0, -1.0]])
    with pytest.raises(ValueError, match="`edges` must hold at least two increasing numbers"):
        drift.estimate([1, 0], edges=[2, 1])


_UPHILL = _process(
    np.arange(12), np.diag(np.full(11, 0.3), -1) + np.diag(np.full(11, 0.7), 1) + np.diag([0.3] + [0.0] * 10 + [0.7])
)


@pytest.mark.parametrize("rate", [800.0, 1e4, 1e300])
def test_a_potential_that_vanishes_inside_the_interval_shows_nothing(rate):
    with pytest.raises(ValueError, match=r"it fails at X = 1 \(state number 1\)"):
        drift.escape_bound(_UPHILL, 0.0, 8.0, rate=rate)
    assert drift.escape_bound(_UPHILL, 0.0, 8.0).expected.lower > 100


def test_escape_knows_the_state_after_a_move_whose_length_is_rounded():
    states = np.array([0.0, 0.1, 0.3, 0.1 + 0.2, 0.8])  # the third is below b, the fourth is b
    matrix = np.zeros((5, 5))
    matrix[0, 0], matrix[1, [0, 4]], matrix[2, [0, 4]], matrix[3, 4], matrix[4, 2] = 1.0, [0.5, 0.5], [0.5, 0.5], 1, 1
    process = _process(states, matrix)
    assert states[4] - (states[4] - states[2]) >= states[3] > states[2]
    bound = drift.escape_bound(process, 0.0, states[3], rate=1e-3)
    assert bound.escape >= math.exp(-1e-3 * 0.3)  # from 0.8 to the state just below b


def test_a_claim_that_rounding_cannot_tell_from_zero_is_refused():
    walk = _process([0, 1, 2], [[1, 0, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])  # no drift at X = 1
    for theorem in (drift.additive_upper, drift.multiplicative_upper):
        with pytest.raises(ValueError, match=r"delta = 1e-13 is lost in rounding: at X = 1 \(state number 1\)"):
            theorem(walk, 1.0, delta=1e-13)
    flat = drift.certificate(2, lambda x: 0, lambda x: 2 - int(x.sum()), drift.Additive(1e-15), strength=1.0)
    assert not flat.holds and flat.bound is None


def test_drifts_at_the_edge():
    sure = drift.Process.from_drift([0, 1], [0, 1.0 + 5e-10])  # X, up to rounding
    assert drift.multiplicative_upper(sure, 1.0).tail([0, 1, 2]).tolist() == [1.0, 0.0, 0.0]
    one = drift.Process.from_drift([0, 1], [0, 1.0])
    assert drift.time_dependent([one] * 3, 1.0, deltas=[-1e308, -1e308, 1.0]).tail([1, 2, 3]).tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match=r"`deltas` must hold 1 numbers, one per process; .* not finite"):
        drift.time_dependent([one], 1.0, deltas=[-math.inf])
    with pytest.raises(ValueError, match=r"`low` must not exceed `high`; got 0\.5 > 0\.25 at X = 1"):
        drift.Process(np.array([0.0, 1.0]), np.array([0.0, 0.5]), np.array([0.0, 0.25]))


def test_rows_of_the_target_are_ignored():
    kept = _process([0, 1], [[math.nan, math.nan], [0.5, 0.5]])
    assert drift.additive_upper(kept, 1.0).expected.upper == pytest.approx(2.0, rel=1e-9)
    garbage = chain.Chain(down=np.array([[0.9], [0.5]]), up=np.array([[0.5], [0.0]]))
    assert drift.Process.from_chain(garbage, [1.0, 0.0]).high.tolist() == [0.0, 0.0]  # state 0 absorbs, X = 1 there


def test_jumps_are_checked_at_their_lengths_alone():
    far = _process([0, 1, 2, 3e9], [[1, 0, 0, 0], [0.2, 0.4, 0.4, 0], [0, 0.25, 0.75, 0], [0, 0, 1e-3, 1 - 1e-3]])
    with pytest.raises(ValueError, match=r"\(j = 2999999998\) must hold"):  # at once, and beyond the range of 2^j
        drift.negative(far, 0.0, 2.0, epsilon=0.1, delta=1.0, r=2.0)


def test_a_process_of_many_states_is_shown_in_one_line():
    process = drift.Process.from_chain(onemax.bands(300, strength=1.0))
    assert repr(process) == "Process(301 states, X from 0 to 300, moves known)"
    for bound in (drift.variable_upper(process, 150.0), drift.multiplicative_upper(process, 150.0)):
        assert repr(bound).startswith("DriftBound(expected=Value(in [0, ") and len(repr(bound)) < 250
