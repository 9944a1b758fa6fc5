"""`ioh` problems: a stand-in by duck typing always, the real package where it is installed."""

import enum
from types import SimpleNamespace

import numpy as np
import pytest

import evo
from evo import continuous as c
from evo import discrete as d
from evo.core.adapters import accepted, from_ioh
from evo.studies import read_ioh

try:
    import ioh
except ModuleNotFoundError:
    ioh = None

real = pytest.mark.skipif(ioh is None, reason="ioh is not installed: pip install ioh")


class Direction(enum.Enum):
    MIN = 0
    MAX = 1


class Stand:
    """What an `ioh` problem offers: a call that counts, facts, optimum, bounds and `reset`."""

    def __init__(self, f, n, sense, best, low, high, final_target=1e-8):
        self.f = f
        self.meta_data = SimpleNamespace(n_variables=n, optimization_type=sense, name="f", final_target=final_target)
        self.optimum = SimpleNamespace(x=None, y=best)
        self.bounds = SimpleNamespace(lb=low, ub=high)
        self.runs = []

    def __call__(self, x):
        value = self.f(np.asarray(x))
        self.runs[-1].append(value)
        return value

    def reset(self):
        self.runs.append([])


def one_max(n=20, best=None):
    zeros, ones = np.zeros(n, dtype=np.int32), np.ones(n, dtype=np.int32)
    return Stand(lambda x: float(x.sum()), n, Direction.MAX, float(n) if best is None else best, zeros, ones)


def sphere(n=4, best=7.0, bound=5.0):
    return Stand(lambda x: float(x @ x) + 7.0, n, Direction.MIN, best, np.full(n, -bound), np.full(n, bound))


EA = d.OnePlusOne(rate=d.Static(strength=1.0))


def test_bits():
    stand = one_max()
    problem = from_ioh(stand)
    assert problem.sense is evo.Sense.MAXIMISE and problem.optimum() == pytest.approx(20.0) and problem.budget() is None
    result = evo.run(EA, problem, seed=0, stop=evo.Steps(5000), record=evo.Improvements(evo.value, d.zeros))
    assert result.reached and result.value == 20.0 and result.trace["zeros"][-1] == 0
    assert [len(run) for run in stand.runs] == [result.evaluations]
    same = evo.run(
        EA, d.Custom(lambda x: int(x.sum()), n=20, sense=evo.Sense.MAXIMISE, optimum=20), seed=0, stop=evo.Steps(5000)
    )
    assert same.steps == result.steps


def test_reals():
    stand = sphere()
    problem = from_ioh(stand)
    assert problem.sense is evo.Sense.MINIMISE
    result = evo.run(c.CmaEs(2.0), problem, seed=0, stop=evo.Evaluations(5000))
    assert result.reached and 7.0 <= result.value <= 7.0 + 1e-8 and stand.runs[0][result.hit - 1] <= 7.0 + 1e-8
    starts = np.array([problem.start(evo.Key(0).child("run", i)) for i in range(200)])
    assert starts.min() < -4.5 and starts.max() > 4.5 and np.abs(starts).max() <= 5.0


def test_every_run_is_a_run_of_the_loggers():
    stand = one_max()
    runs = evo.repeat(EA, from_ioh(stand), runs=3, seed=1, stop=evo.Evaluations(40))
    assert [len(run) for run in stand.runs] == list(runs.evaluations)


def test_resume():
    """Two adapters of one problem are equal, so a state fits; going on does not begin a new run in the loggers."""
    stand = one_max()
    part = evo.run(EA, from_ioh(stand), seed=1, stop=evo.Steps(20))
    whole = evo.run(EA, from_ioh(stand), seed=1, stop=evo.Steps(60), resume=part.state)
    assert len(stand.runs) == 1 and len(stand.runs[0]) == whole.evaluations
    assert from_ioh(stand) == from_ioh(stand) != from_ioh(one_max())
    assert hash(from_ioh(stand)) == hash(from_ioh(stand))


@pytest.mark.parametrize("stand", [one_max(best=np.inf), sphere(best=-np.inf)])
def test_unknown_optimum(stand):
    assert from_ioh(stand).optimum() is None


def test_accepted():
    problem, stand = d.OneMax(5), one_max()
    assert accepted(problem) is problem and accepted(3) == 3 and accepted(stand) == from_ioh(stand)


def odd_integers():
    return Stand(lambda x: 0.0, 2, Direction.MAX, 1.0, np.zeros(2, dtype=int), np.full(2, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: from_ioh(lambda x: 0.0),
            "`problem` must be a problem of the ioh package; got .* Pass ioh.get_problem",
        ),
        (lambda: from_ioh(odd_integers()), "`problem` must have variables in {0, 1} where they .* Encode the integers"),
        (lambda: from_ioh(sphere(bound=np.inf)).start(evo.Key(0)), "`problem` must have finite bounds .* Pass start="),
    ],
)
def test_messages(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


@real
@pytest.mark.parametrize(("name", "instance"), [("OneMax", 1), ("LeadingOnes", 2), ("Linear", 51), ("IsingRing", 1)])
def test_real_bits(name, instance):
    problem = ioh.get_problem(name, instance, 16, ioh.ProblemClass.PBO)
    result = evo.run(EA, from_ioh(problem), seed=0, stop=evo.Steps(20_000))
    assert result.reached and problem.state.evaluations == result.evaluations
    assert problem.state.optimum_found and problem.state.current_best.y == result.value


@real
def test_real_maximise_inverted():
    problem = ioh.get_problem("OneMax", 1, 16, ioh.ProblemClass.PBO)
    problem.invert()
    assert from_ioh(problem).sense is evo.Sense.MINIMISE
    assert evo.run(EA, from_ioh(problem), seed=0, stop=evo.Steps(20_000)).value == -16.0


@real
@pytest.mark.parametrize("number", [1, 2, 10, 11, 12, 14])
def test_real_reals(number):
    problem = ioh.get_problem(number, 1, 5, ioh.ProblemClass.BBOB)
    result = evo.run(c.CmaEs(2.0), from_ioh(problem), seed=0, stop=evo.Evaluations(20_000))
    assert result.reached and problem.state.evaluations == result.evaluations
    assert problem.state.final_target_found


@real
def test_real_unknown_optimum():
    assert from_ioh(ioh.get_problem("LABS", 1, 16, ioh.ProblemClass.PBO)).optimum() is None
    wrapped = ioh.wrap_problem(
        lambda x: float(np.sum(x)), "mine", ioh.ProblemClass.REAL, 4, 1, ioh.OptimizationType.MIN
    )
    assert from_ioh(wrapped).optimum() is None


@real
def test_real_logger(tmp_path):
    """One logged run per run, with all its evaluations."""
    problem = ioh.get_problem("OneMax", 1, 12, ioh.ProblemClass.PBO)
    logger = ioh.logger.Analyzer(root=str(tmp_path), folder_name="log", algorithm_name="ea")
    problem.attach_logger(logger)
    runs = evo.repeat(EA, from_ioh(problem), runs=3, seed=0, stop=evo.Steps(2000))
    problem.detach_logger()
    del logger
    read = read_ioh(tmp_path / "log").runs
    assert read["evaluations"].to_list() == list(runs.evaluations)
    assert read["hit"].to_list() == list(runs.hit) and read["reached"].all()
    assert read["value"].to_list() == list(runs.value)


@real
def test_real_wrapped():
    """A problem of this library as an `ioh` problem, back through the adapter."""
    bits = (ioh.ProblemClass.INTEGER, 12, 1, ioh.OptimizationType.MAX, 0, 1)
    optimum = {"calculate_objective": lambda instance, n: ([1] * n, float(n))}
    problem = ioh.wrap_problem(d.LeadingOnes(12), "EvoLeadingOnes", *bits, **optimum)
    assert problem([1] * 5 + [0] * 7) == 5.0
    result = evo.run(EA, problem, seed=0, stop=evo.Steps(2000))
    assert result.reached and result.value == 12.0
