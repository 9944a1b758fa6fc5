"""`evo.minimise` and `evo.maximise`."""

import inspect
from typing import NamedTuple

import numpy as np
import pytest

import evo


class Counted:
    """A function that keeps what it was called with."""

    def __init__(self, f):
        self.f, self.calls, self.values = f, [], []

    def __call__(self, candidate):
        self.calls.append(candidate)
        self.values.append(self.f(candidate))
        return self.values[-1]


def sphere(x):
    return float(np.sum(np.square(x - 2.0)))


def rastrigin(x):
    return float(np.sum(x**2 - 10.0 * np.cos(2.0 * np.pi * x) + 10.0))


def test_vector():
    f = Counted(sphere)
    x = evo.minimise(f, np.zeros(5), budget=1500, seed=0)
    np.testing.assert_allclose(x, 2.0, atol=1e-6)
    assert x.dtype == np.float64
    np.testing.assert_array_equal(f.calls[0], np.zeros(5))  # evaluation 1 is the start
    np.testing.assert_array_equal(x, f.calls[int(np.argmin(f.values))])


@pytest.mark.parametrize("start", [0, 0.0, np.float32(0)])
def test_number(start):
    f = Counted(lambda v: (v - 3.0) ** 2)
    x = evo.minimise(f, start, budget=300, seed=1)
    assert type(x) is float and x == pytest.approx(3.0, abs=1e-5)
    assert {type(call) for call in f.calls} == {float}


class Model(NamedTuple):
    layers: list
    scale: float


def test_structure():
    """A named tuple of dicts, arrays and numbers reaches `f` and comes back as it was given."""
    start = Model([{"w": np.zeros((2, 3), dtype=np.float32), "b": np.zeros(2)}, (np.zeros(()),)], 1)

    def loss(model):
        assert type(model) is Model and type(model.layers[1]) is tuple and type(model.scale) is float
        layer = model.layers[0]
        assert layer["w"].shape == (2, 3) and layer["w"].dtype == np.float32 and layer["b"].shape == (2,)
        return sphere(layer["w"]) + sphere(layer["b"]) + sphere(model.layers[1][0]) + (model.scale + 1.0) ** 2

    best = evo.minimise(loss, start, budget=3000, seed=0)
    assert loss(best) < 1e-8
    np.testing.assert_allclose(best.layers[0]["w"], 2.0, atol=1e-3)
    assert best.scale == pytest.approx(-1.0, abs=1e-3)
    assert (start.layers[0]["w"] == 0.0).all()


def test_maximise_is_minimise_of_the_negative():
    low, high = Counted(sphere), Counted(lambda x: -sphere(x))
    x = evo.minimise(low, np.zeros(3), budget=200, seed=4)
    y = evo.maximise(high, np.zeros(3), budget=200, seed=4)
    np.testing.assert_array_equal(x, y)
    np.testing.assert_array_equal(low.calls, high.calls)


def test_bits():
    f = Counted(lambda x: int(x.sum()))
    x = evo.maximise(f, bits=60, budget=3000, seed=0)
    assert x.dtype == np.uint8 and x.shape == (60,) and x.all()
    assert f.calls[0].dtype == np.uint8 and len(f.calls) <= 3000
    assert not evo.minimise(lambda x: int(x.sum()), bits=20, budget=1000, seed=0).any()


def test_bits_is_the_one_plus_one_ea():
    """The facade makes the calls of the (1+1)-EA at strength 1."""
    from evo import discrete as d

    f, g = Counted(lambda x: int(x.sum()) % 7), Counted(lambda x: int(x.sum()) % 7)
    evo.maximise(f, bits=30, budget=100, seed=5)
    problem = d.Custom(g, n=30, sense=evo.Sense.MAXIMISE)
    evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), problem, seed=5, stop=evo.Evaluations(100))
    np.testing.assert_array_equal(f.calls, g.calls)


@pytest.mark.parametrize("budget", [1, 2, 8, 9, 100, 1234])
def test_budget(budget):
    """Never exceeded, and at most one generation is left over where nothing stagnates."""
    f = Counted(sphere)
    evo.minimise(f, np.zeros(4), budget=budget, seed=0)
    population = 4 + int(3 * np.log(4))
    assert len(f.calls) == 1 + (budget - 1) // population * population
    bits = Counted(lambda x: 0)
    evo.minimise(bits, bits=5, budget=budget, seed=0)
    assert len(bits.calls) == budget


def test_restarts_with_larger_populations():
    """Rastrigin has a local optimum in every unit cube; one run finds one of them, restarts find the best."""
    f, start, budget = Counted(rastrigin), np.full(3, 3.3), 15_000
    x = evo.minimise(f, start, budget=budget, seed=0, sigma=1.0)
    assert rastrigin(x) < 1e-4
    begins = np.flatnonzero([np.array_equal(call, start) for call in f.calls])
    assert len(begins) >= 2 and begins[0] == 0
    assert len(f.calls) <= budget
    gaps = np.diff(begins) - 1
    for number, gap in enumerate(gaps):
        assert gap % (7 * 2**number) == 0  # whole generations of 7, 14, 28, ... offspring
    assert not np.array_equal(f.calls[1], f.calls[begins[1] + 1])
    single = evo.run(
        evo.continuous.CmaEs(1.0), evo.BlackBox(rastrigin, sense=evo.Sense.MINIMISE, start=start), seed=0,
        stop=evo.Evaluations(budget) | evo.Stagnation(150),
    )  # fmt: skip
    assert single.value > 0.9


def test_no_restart_while_the_step_size_still_falls():
    """From a good start with a much too large sigma it takes 6000 evaluations to become better; one run gets there."""

    def ellipsoid(x):
        return float(10.0 ** (6.0 * np.arange(len(x)) / (len(x) - 1)) @ x**2)

    f, start = Counted(ellipsoid), np.full(20, 1e-3)
    x = evo.minimise(f, start, budget=12_000, seed=0)
    assert ellipsoid(x) < 0.1 * ellipsoid(start)
    assert sum(np.array_equal(call, start) for call in f.calls) == 1
    assert min(f.values[1:4000]) > f.values[0]


def test_best_of_all_restarts():
    f = Counted(lambda x: float(np.round(rastrigin(x), 1)))
    x = evo.minimise(f, np.full(3, 3.3), budget=6000, seed=3)
    assert f(x) == min(f.values)


def test_constant_functions_end():
    f = Counted(lambda x: 1.0)
    np.testing.assert_array_equal(evo.minimise(f, np.ones(2), budget=5000, seed=0), np.ones(2))
    assert len(f.calls) <= 5000


def test_budget_with_restarts():
    """On a flat function the first run ends after 130 generations of 6; the second may make 9 of 12, not 10."""
    f, first = Counted(lambda x: 1.0), 1 + 130 * 6
    evo.minimise(f, np.zeros(2), budget=first + 1 + 10 * 12 - 1, seed=0)
    assert len(f.calls) == first + 1 + 9 * 12


@pytest.mark.parametrize(("D", "strategy"), [(100, evo.continuous.CmaEs), (101, evo.continuous.SepCmaEs)])
def test_strategy_by_dimension(D, strategy):
    f, g = Counted(sphere), Counted(sphere)
    evo.minimise(f, np.zeros(D), budget=100, seed=0)
    task = evo.BlackBox(g, sense=evo.Sense.MINIMISE, start=np.zeros(D))
    evo.run(strategy(0.3), task, seed=evo.Key(0).child("restart", 0), stop=evo.Evaluations(100))
    np.testing.assert_array_equal(f.calls, g.calls)


def test_default_sigma():
    """0.3 max(1, root mean square of the start)."""
    for start, expected in ((np.zeros(5), 0.3), (np.full(5, 100.0), 30.0)):
        default, given = Counted(sphere), Counted(sphere)
        evo.minimise(default, start, budget=20, seed=0)
        evo.minimise(given, start, budget=20, seed=0, sigma=expected)
        np.testing.assert_array_equal(default.calls, given.calls)


def test_seed():
    def calls(seed):
        f = Counted(sphere)
        evo.minimise(f, np.zeros(3), budget=50, seed=seed)
        return np.array(f.calls)

    np.testing.assert_array_equal(calls(7), calls(evo.Key(7)))
    assert not np.isin(calls(7)[1:], calls(8)).any()


def test_f_may_change_its_argument():
    def spoiling(x):
        value = sphere(x)
        x[:] = np.nan
        return value

    np.testing.assert_allclose(evo.minimise(spoiling, np.zeros(3), budget=800, seed=0), 2.0, atol=1e-5)


def test_returned_numbers():
    for cast in (np.float32, lambda v: np.array([[v]]), lambda v: np.array(v), int, lambda v: v > 3):
        evo.minimise(lambda x, cast=cast: cast(sphere(x)), np.zeros(2), budget=30, seed=0)


def test_signature():
    """Both calls take the same arguments, in the documented order."""
    one, other = inspect.signature(evo.minimise), inspect.signature(evo.maximise)
    assert list(one.parameters) == list(other.parameters) == ["f", "start", "bits", "budget", "seed", "sigma"]


ONE = {"f": sphere, "start": np.zeros(3), "budget": 50, "seed": 0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"f": 3}, "`f` must be callable; got 3 of type int. Pass a function"),
        ({"start": None}, "`start` or `bits` must be given, exactly one of them; got neither. Pass start="),
        ({"bits": 3}, "`start` or `bits` must be given, exactly one of them; got both. Pass start="),
        ({"budget": 0}, "`budget` must be an integer >= 1; got 0. Pass how many times"),
        ({"budget": 1.5}, "`budget` must be an integer >= 1; got 1.5 of type float. Pass how many times"),
        ({"seed": -1}, "`seed` must be an integer >= 0; got -1. Pass a non-negative"),
        ({"seed": None}, "`seed` must be an integer >= 0; got None of type NoneType. Pass a non-negative"),
        ({"sigma": 0}, r"`sigma` must be a number in \(0, inf\); got 0. Pass about a third"),
        (
            {"start": np.zeros(0)},
            "`start` must hold at least one number; got an array of shape .* Pass the first guess",
        ),
        ({"start": [0.0, np.nan]}, r"`start\[1\]` must hold finite numbers; got nan. Replace it by a guess"),
        ({"start": "abc"}, "`start` must hold real numbers; got 'abc' of type str. Pass numbers and arrays"),
        ({"f": lambda x: x}, "`f` must return one real number; got an array of shape .* Return one number per"),
        ({"f": lambda x: None}, "`f` must return one real number; got None of type NoneType. Return one number per"),
        ({"f": lambda x: "1"}, "`f` must return one real number; got '1' of type str. Return one number per"),
        ({"f": lambda x: np.complex64(1)}, "`f` must return one real number; got .*complex64. Return one number per"),
        (
            {"f": lambda x: np.nan},
            r"`f` must return a finite number, also for array\(\[0., 0., 0.\]\); got nan. Return",
        ),
        ({"f": lambda x: -np.inf}, "`f` must return a finite number, also for .*; got -inf. Return .* such as 1e300"),
        ({"f": lambda x: 10**400}, "`f` must return a finite number, also for .*; got inf. Return .* such as 1e300"),
        ({"start": None, "bits": 0}, r"`bits` must be an integer in \[1, .*\]; got 0. Pass the length"),
        ({"start": None, "bits": 3, "sigma": 1.0}, "`sigma` must be None together with `bits`; got 1.0. Leave it out"),
        ({"start": None, "bits": 3, "f": lambda x: x}, "`f` must return one real number; got an array of shape"),
    ],
)
def test_messages(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        evo.minimise(**{**ONE, **change})


def test_message_of_maximise():
    with pytest.raises(ValueError, match="Return a finite number such as -1e300"):
        evo.maximise(lambda x: np.nan, 0.0, budget=5, seed=0)


def test_errors_of_f_reach_the_caller():
    def broken(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        evo.minimise(broken, 0.0, budget=5, seed=0)
