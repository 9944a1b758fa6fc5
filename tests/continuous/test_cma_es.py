"""CMA-ES against an independent twin, its invariances, and its speed."""

import itertools

import numpy as np
import pytest

import evo
from evo.continuous import CmaEs, SepCmaEs, Snes, Xnes, axis_ratio, sigma
from evo.continuous.constants import separable
from evo.core.problems import AbstractProblem
from tests.continuous.functions import Turned, Twin, ellipsoid, problem, rosenbrock, rotation, sphere, steps

BOTH = [CmaEs, SepCmaEs]
#: all that keep one normal distribution
ALL = [*BOTH, Xnes, Snes]
EPS = np.finfo(float).eps


def evaluations(optimizer, f, start, seed=0, cap=60_000):
    result = evo.run(
        optimizer, problem(f, start), seed=seed, stop=evo.Target(1e-8) | evo.Evaluations(cap), record=evo.Final(sigma)
    )
    assert result.reached, result
    return result.evaluations


def test_twin():
    """40 generations number by number; both recompute the root of C in every step, so only rounding differs."""
    key, start = evo.Key(3), np.array([-1.0, 1.5, 0.5, 2.0, -0.5])
    states = steps(CmaEs(sigma=0.4), problem(rosenbrock, start), 40, key)
    twin = Twin(start, 0.4)
    stalls = 0
    for step in range(1, 41):
        noise = key.child("noise", step).numpy().standard_normal((twin.lam, twin.n))
        stalls += not twin.generation(rosenbrock, noise)
        ours = states[step]
        for mine, other in [
            (ours.mean, twin.m),
            (ours.sigma, twin.sigma),
            (ours.p_sigma, twin.ps),
            (ours.p_c, twin.pc),
            (ours.covariance.C, twin.C),
        ]:
            np.testing.assert_allclose(mine, other, rtol=1e-8, atol=1e-10)
    assert stalls  # h_sigma = 0 occurred


@pytest.mark.parametrize(
    ("f", "start", "sigma", "few", "many"),
    [
        # another implementation (pycma 4.5) needs 1310..1360, 3650..3980 and 4610..5960 evaluations
        (sphere, np.ones(10), 0.5, 1000, 1700),
        (ellipsoid(1e6), np.ones(10), 0.5, 3000, 4900),
        (rosenbrock, np.zeros(10), 0.3, 3500, 7500),
    ],
    ids=["sphere", "ellipsoid", "rosenbrock"],
)
def test_speed(f, start, sigma, few, many):
    assert few < evaluations(CmaEs(sigma), f, start) < many


def test_speed_of_the_separable_strategy():
    """On a separable function in 50 dimensions it is far faster; on a rotated one it is not."""
    f, start = ellipsoid(1e4), np.ones(50)
    assert evaluations(SepCmaEs(0.5), f, start) < 14_000
    Q = rotation(8)
    rotated = problem(lambda x: ellipsoid(1e4)(Q @ x), Q.T @ np.ones(8))
    stop = evo.Target(1e-8) | evo.Evaluations(4000)
    assert evo.run(CmaEs(0.5), rotated, seed=0, stop=stop).reached
    assert not evo.run(SepCmaEs(0.5), rotated, seed=0, stop=stop).reached


def test_the_factor_of_the_separable_strategy(monkeypatch):
    """100 dimensions, condition 1e4, 20 offspring, 1000 generations: about 1e-8; without the factor about 385."""

    def reached(constants):
        monkeypatch.setattr(SepCmaEs, "constants", constants)
        inner = steps(SepCmaEs(0.5, population=20), problem(f, np.ones(100)), 1000, evo.Key(0))[-1]
        return f(inner.mean)

    def without(self, D, population):
        k = separable(D, population)
        return k._replace(c_1=k.c_1 * 3 / (D + 2), c_mu=k.c_mu * 3 / (D + 2))

    f = ellipsoid(1e4)
    assert reached(SepCmaEs.constants) < 1e-6
    assert reached(without) > 50


@pytest.mark.parametrize("strategy", BOTH)
def test_log_linear_convergence(strategy):
    """On the sphere log10 f falls along a straight line over 20 decades, equally fast in both halves."""
    record = evo.Every(1, evo.best_value)
    trace = evo.run(strategy(0.5), problem(sphere, np.ones(10)), seed=1, stop=evo.Steps(420), record=record).trace
    log = np.log10(trace["best_value"][40:])
    half = len(log) // 2
    first, second = (np.polyfit(np.arange(half), part, 1)[0] for part in (log[:half], log[-half:]))
    assert log[0] - log[-1] > 20
    assert 0.85 < first / second < 1.15
    assert np.corrcoef(np.arange(len(log)), log)[0, 1] < -0.998
    # per evaluation: 10 / D * d(ln f) lies between a tenth and the whole of the optimal (1+1)-ES's 0.4
    assert 0.04 < -first * np.log(10) < 1.0


def test_inverse_hessian():
    """C becomes proportional to the inverse Hessian: the condition number of L^T C L falls from 1e4 to < 6."""
    D = 6
    Q = rotation(D)
    H = Q @ np.diag(np.logspace(0, 4, D)) @ Q.T
    result = evo.run(CmaEs(0.5), problem(lambda x: float(x @ H @ x), np.ones(D)), seed=0, stop=evo.Steps(300))
    L = np.linalg.cholesky(H)
    assert np.linalg.cond(L.T @ result.state.state.inner.covariance.C @ L) < 6
    assert np.linalg.cond(H) == pytest.approx(1e4)


@pytest.mark.parametrize("strategy", ALL)
def test_only_ranks_matter(strategy):
    """Ranks instead of values, and values times a power of two, give the same states, bit for bit."""
    task, key = problem(rosenbrock, np.zeros(6)), evo.Key(4)
    reference = steps(strategy(0.3), task, 60, key)
    for told in (lambda v: np.argsort(np.argsort(v)), lambda v: 2.0**300 * v, lambda v: 2.0**-300 * v):
        equal(reference[1:], steps(strategy(0.3), task, 60, key, told)[1:])
    different = steps(strategy(0.3), task, 60, key, lambda v: -v)
    assert not np.array_equal(different[5].mean, reference[5].mean)


@pytest.mark.parametrize("strategy", ALL)
def test_units_do_not_matter(strategy):
    """Start and sigma times 2^40: the same run in other units, bit for bit."""
    key, unit = evo.Key(4), 2.0**40
    states = steps(strategy(0.3), problem(rosenbrock, np.zeros(6) + 0.5), 50, key)
    scaled = steps(strategy(0.3 * unit), problem(lambda x: rosenbrock(x / unit), np.full(6, 0.5 * unit)), 50, key)
    for one, other in zip(states, scaled, strict=True):
        np.testing.assert_array_equal(one.mean * unit, other.mean)
        assert one.sigma * unit == other.sigma
        equal([one.covariance], [other.covariance])


@pytest.mark.parametrize("strategy", ALL)
def test_translation(strategy):
    """A shifted function and start: equal ranks, so all but the mean is equal bit for bit, the mean to rounding."""
    key, shift = evo.Key(4), np.linspace(-50.0, 70.0, 6)
    states = steps(strategy(0.3), problem(rosenbrock, np.zeros(6)), 50, key)
    shifted = steps(strategy(0.3), problem(lambda x: rosenbrock(x - shift), shift), 50, key)
    for one, other in zip(states, shifted, strict=True):
        np.testing.assert_allclose(other.mean - shift, one.mean, atol=51 * 70 * EPS)
        assert one.sigma == other.sigma
        equal([one.covariance], [other.covariance])


def images(strategy, R, gens=50):
    """Whether the run on f(R^T x) from R x with noise R z is the image of the run on f under R, to rounding."""
    key, start = evo.Key(4), np.linspace(-1.0, 1.0, len(R))
    states = steps(strategy(0.3), problem(rosenbrock, start), gens, key)
    turned = Turned(key, lambda z: z @ R.T)
    others = steps(strategy(0.3), problem(lambda x: rosenbrock(R.T @ x), R @ start), gens, turned)
    return all(
        np.allclose(other.mean, R @ one.mean, rtol=0, atol=1e-9) and np.isclose(other.sigma, one.sigma, rtol=1e-9)
        for one, other in zip(states, others, strict=True)
    )


def test_rotation():
    """CMA-ES and xNES are invariant to rotations, the separable ones to permutations and reflections only."""
    Q, permutation = rotation(5), np.eye(5)[[3, 0, 4, 1, 2]] * np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    for full in (CmaEs, Xnes):
        assert images(full, Q) and images(full, permutation)
    for diagonal in (SepCmaEs, Snes):
        assert images(diagonal, permutation) and not images(diagonal, Q)


def equal(states, others):
    for one, other in zip(states, others, strict=True):
        for mine, theirs in zip(flat(one), flat(other), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def flat(node):
    return [leaf for child in node for leaf in flat(child)] if isinstance(node, tuple) else [np.asarray(node)]


@pytest.mark.parametrize("strategy", ALL)
@pytest.mark.parametrize(
    "start", [1.0, np.ones(4), np.ones((2, 3)), np.array([1, 2])], ids=["number", "4", "2x3", "int"]
)
def test_run_is_step_is_ask_tell(strategy, start):
    optimizer, task, key = strategy(0.5), problem(lambda x: float(np.sum(np.square(x - 3.0))), start), evo.Key(8)
    result = evo.run(optimizer, task, seed=key, stop=evo.Steps(25))
    stepped = asked = optimizer.init(key, task)
    structure = [(leaf.shape, leaf.dtype) for leaf in flat(stepped.inner)]
    for step in range(26):
        stepped, info = optimizer.step(key, stepped, task)
        candidates, asked = optimizer.ask(key, asked)
        assert candidates.dtype == np.float64
        assert candidates.shape == (info.evaluations, *np.shape(start))
        asked, _ = optimizer.tell(asked, candidates, task.evaluate(candidates, step, key))
        assert structure == [(leaf.shape, leaf.dtype) for leaf in flat(stepped.inner)]
    equal([result.state.state.inner], [stepped.inner])
    equal([asked.inner], [stepped.inner])
    assert result.evaluations == 1 + 25 * info.evaluations == stepped.evaluations
    np.testing.assert_array_equal(result.candidate, stepped.best)


@pytest.mark.parametrize("strategy", ALL)
def test_resume(strategy):
    optimizer, task, record = (
        strategy(0.5),
        problem(rosenbrock, np.zeros(5)),
        evo.Every(7, evo.value, sigma, axis_ratio),
    )
    whole = evo.run(optimizer, task, seed=2, stop=evo.Steps(90), record=record)
    part = evo.run(optimizer, task, seed=2, stop=evo.Steps(37), record=record)
    resumed = evo.run(optimizer, task, seed=2, stop=evo.Steps(90), resume=part.state)
    equal([whole.state.state.inner], [resumed.state.state.inner])
    for name, column in whole.trace.columns.items():
        np.testing.assert_array_equal(column, resumed.trace[name])
    assert whole.value == resumed.value
    assert np.isnan(whole.trace["sigma"][0]) and whole.trace["sigma"][-1] == whole.state.state.inner.sigma
    assert (whole.trace["axis_ratio"][1:] > 1).all()


@pytest.mark.parametrize("strategy", ALL)
def test_sense(strategy):
    """Maximising is minimising the negative, bit for bit."""
    low = evo.run(strategy(0.5), problem(rosenbrock, np.zeros(4)), seed=2, stop=evo.Steps(60))
    task = evo.BlackBox(lambda x: -rosenbrock(x), sense=evo.Sense.MAXIMISE, start=np.zeros(4))
    high = evo.run(strategy(0.5), task, seed=2, stop=evo.Steps(60))
    equal([low.state.state.inner], [high.state.state.inner])
    assert high.value == -low.value and (high.candidate == low.candidate).all()


def test_the_first_ask_is_the_start():
    result = evo.run(CmaEs(0.5), problem(sphere, np.ones(3)), seed=0, stop=evo.Evaluations(7))
    assert (result.evaluations, result.steps, result.value) == (1, 0, 3.0)
    np.testing.assert_array_equal(result.candidate, np.ones(3))
    given = evo.run(CmaEs(0.5), problem(sphere, np.ones(3)), seed=0, stop=evo.Steps(0), start=[2, 0, 0])
    assert given.value == 4.0
    assert evo.run(CmaEs(0.5), problem(sphere, np.ones(3)), seed=0, stop=evo.Evaluations(8)).evaluations == 8


@pytest.mark.parametrize("strategy", BOTH)
def test_losses_that_are_not_finite_rank_last(strategy):
    """A forbidden half space: told as nan, inf or a large number, the same states."""
    optimizer, key = strategy(0.5), evo.Key(1)

    def states(forbidden):
        task = problem(lambda x: forbidden if x[0] < 0.5 else sphere(x), np.ones(4))
        return steps(optimizer, task, 60, key)

    reference = states(1e300)
    for value in (np.nan, np.inf, -np.inf):
        equal(reference[1:], states(value)[1:])
    assert reference[-1].mean[0] == pytest.approx(0.5, abs=0.01)


def test_a_loss_that_is_not_finite_ends_a_run():
    task = problem(lambda x: np.nan if x[0] < 0.5 else sphere(x), np.ones(3))
    with pytest.raises(ValueError, match="must return finite values"):
        evo.run(CmaEs(0.5), task, seed=0, stop=evo.Steps(50))
    result = evo.run(CmaEs(0.5), task, seed=0, stop=evo.Steps(50), throw=False)
    assert result.reason is evo.Reason.NON_FINITE and np.isfinite(result.value)


@pytest.mark.parametrize("strategy", ALL)
@pytest.mark.parametrize("f", [lambda x: 0.0, lambda x: float(np.sign(x[0]))], ids=["flat", "step"])
def test_plateaus(strategy, f):
    """Long walks without information stay finite; the matrix stays positive definite."""
    inner = evo.run(strategy(0.5, population=6), problem(f, np.ones(3)), seed=0, stop=evo.Steps(1500)).state.state.inner
    assert all(np.isfinite(leaf).all() for leaf in flat(inner._replace(loss=0.0)))
    assert strategy(0.5).axes(inner.covariance).min() > 0


def test_a_nearly_singular_matrix_is_repaired():
    """A linear function squeezes the matrix to its limit; the run ends when the function overflows, not before."""
    task = problem(lambda x: float(x[0]), np.ones(4))
    result = evo.run(CmaEs(0.5, population=40), task, seed=0, stop=evo.Steps(3500), throw=False)
    assert result.reason is evo.Reason.NON_FINITE and result.value < -1e300
    covariance = result.state.state.inner.covariance
    assert np.linalg.eigvalsh(covariance.C).min() >= -1e-14 * np.linalg.eigvalsh(covariance.C).max()


def test_an_eigenvalue_below_rounding_is_raised_in_the_matrix_itself():
    """Otherwise keep > 1 would let one that rounding made negative grow without bound."""
    optimizer, Q = CmaEs(1.0), rotation(3)
    C = Q @ np.diag([-1e-17, 1e-3, 1.0]) @ Q.T
    nothing = np.zeros(8), np.zeros((8, 3))
    state = optimizer.learned(optimizer.isotropic(3)._replace(C=C), 1.0, *nothing, optimizer.constants(3, 7), 1)
    np.testing.assert_allclose(state.axes**2, [1e-14, 1e-3, 1.0], rtol=1e-9)
    np.testing.assert_allclose(np.linalg.eigvalsh(state.C), [1e-14, 1e-3, 1.0], rtol=1e-9, atol=2 * EPS)
    np.testing.assert_allclose(state.root @ state.root, state.C, atol=4 * EPS)


def test_lazy_decomposition():
    """In 200 dimensions with 4 offspring the factors are renewed every few generations only."""
    states = steps(CmaEs(0.5, population=4), problem(sphere, np.ones(200)), 24, evo.Key(0))
    k = CmaEs(0.5).constants(200, 4)
    lag = int(1 / (10 * 200 * (k.c_1 + k.c_mu)))
    assert lag > 1
    changed = [not np.array_equal(a.covariance.root, b.covariance.root) for a, b in itertools.pairwise(states)]
    assert changed == [(step + 1) % lag == 0 for step in range(24)]
    assert all(not np.array_equal(a.covariance.C, b.covariance.C) for a, b in itertools.pairwise(states))


def test_dynamic_problems_report_the_mean():
    class Drifting(AbstractProblem):
        sense, dynamic = evo.Sense.MINIMISE, True

        def start(self, key):
            return np.zeros(3)

        def evaluate(self, candidates, step, key):
            return ((candidates - 0.01 * step) ** 2).sum(axis=1)

    result = evo.run(CmaEs(0.3), Drifting(), seed=0, stop=evo.Steps(200))
    np.testing.assert_allclose(result.candidate, 2.0, atol=0.5)
    assert np.isnan(result.value)


def test_many_coordinates():
    result = evo.run(SepCmaEs(0.01), problem(sphere, np.ones(5000)), seed=0, stop=evo.Steps(20))
    assert result.value < 4980


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CmaEs(sigma=0.0), r"`sigma` must be a number in \(0, inf\); got 0.0. Pass about a third"),
        (lambda: SepCmaEs(sigma=np.nan), r"`sigma` must be a number in \(0, inf\); got nan. Pass about a third"),
        (lambda: CmaEs(sigma=np.ones(3)), r"`sigma` must be a number in .*; got an array of shape \(3,\)"),
        (lambda: CmaEs(0.5, population=1), "`population` must be an integer >= 2; got 1. Pass the number of offspring"),
        (lambda: begin(np.zeros(0)), r"`start` must hold at least one number; got an array of shape \(0,\)"),
        (lambda: begin(np.array([1.0, np.nan])), "`start` must hold finite numbers; got 1 of 2 numbers that are not"),
        (lambda: begin(np.array([True])), "`start` must hold real numbers; got an array .* dtype bool.* Pass a number"),
        (lambda: begin("abc"), "`start` must hold real numbers; got 'abc' of type str. Pass a number"),
    ],
)
def test_messages(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def begin(start):
    return CmaEs(0.5).init(evo.Key(0), problem(sphere, np.ones(2)), start)


def test_strategies_compare_by_value():
    assert CmaEs(1) == CmaEs(1.0) != SepCmaEs(1.0) and hash(CmaEs(1)) == hash(CmaEs(1.0))
