"""`d.check`: a user's own parts pass, planted defects are named, and the judge of the law is right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete import enumeration
from evo.discrete.checking.laws import scene_of
from evo.discrete.checking.rates import RateChecker
from evo.testing import BrokenError
from tests.contracts import own_parts


def test_a_users_policy_and_function_are_short_and_pass():
    lines = Path(own_parts.__file__).read_text().splitlines()
    body = [line for line in lines if line.strip() and not line.startswith(('"""', "from", "import"))]
    assert len(body) <= 40
    report = d.check(own_parts.Hurry(least=0.01))
    report.raise_if_failed()
    assert report["law of T"].passed
    ea = d.OnePlusOne(rate=own_parts.Hurry(least=0.01))
    runs = evo.repeat(ea, own_parts.Product(30), runs=20, seed=0)
    assert runs.capped == 0
    assert (runs.value == 2.0**15 + 30).all()


@pytest.mark.usefixtures("kernels")
def test_a_users_function_passes():
    report = d.check(own_parts.Product(8))
    report.raise_if_failed()
    assert report["law of T"].passed or report["law of T"].message == "the JIT is off"


def test_what_is_no_part_is_refused():
    for wrong in (3, d.OnePlusOne(rate=d.Static(strength=1.0)), d.UniformWeights(), d.OneMax):
        with pytest.raises(TypeError, match=r"`part` must be a part of a discrete search; got .* evo\.testing"):
            d.check(wrong)
    with pytest.raises(ValueError, match=r"`n` must be an integer in \[2, 10\]; got 11"):
        d.check(d.Strict(), 11)


# --- planted defects: each must be found, under the right name --------------------------------------------------------


def failing(part, n=6):
    """The failed checks of a report, by name."""
    return {check.name: check.message for check in d.check(part, n).failed}


@dataclass(frozen=True)
class Ones(d.AbstractFunction):
    """OneMax with a place for a defect."""

    n: int
    defect: int = 0


@d.implements(Ones)
def prepare(problem, x):
    total = np.zeros(1, dtype=np.int64)
    for bit in x:
        total[0] += np.int64(bit)
    return (total,)


@d.implements(Ones)
def value(problem, cache, x):
    total = 0
    for bit in x:
        total += np.int64(bit)
    if problem.defect == 1 and total == 3:
        return math.nan
    if problem.defect == 2 and x[0] == 1 and total == problem.n - 1:
        return float(total + 2)  # better than the all-ones string
    if problem.defect == 3 and x[problem.n - 1] == 1:
        return float(total - 1)  # the last bit does not count
    return float(total)


@d.implements(Ones)
def gain(problem, cache, x, flips, count, stream):
    change = value(problem, cache, x) if problem.defect == 9 else 0.0
    for place in range(count):
        if problem.defect == 4 and flips[place] == problem.n - 1:
            continue  # one position forgotten
        change += 1 - 2 * np.int64(x[flips[place]])
    if problem.defect == 5 and count == 4:
        change = -change  # a wrong sign where four bits flip
    if problem.defect == 6 and count > 0:
        x[flips[0]] = 1
    if problem.defect == 7 and cache[0][0] == 4:
        change += 1.0  # uses a cache that commit forgets
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, 2.0 * change if problem.defect == 8 and count == 3 else change


@d.implements(Ones)
def commit(problem, cache, x, flips, count):
    if problem.defect != 10:
        for place in range(count):
            cache[0][0] += 2 * np.int64(x[flips[place]]) - 1


@d.implements(Ones)
def level(problem, cache):
    return cache[0][0]


@d.implements(Ones)
def level_count(problem):
    return problem.n + (0 if problem.defect == 11 else 1)


class Declared(Ones):
    """The same, declared monotone."""

    monotone = True


@pytest.mark.parametrize(
    ("defect", "name", "words"),
    [
        (1, "evaluate = value", "values must be finite"),
        (2, "solved means optimal", "has the largest value 7.0 but does not count as solved"),
        (4, "gain and compare", "the value changes by"),
        (5, "gain and compare", "the value changes by"),
        (6, "gain and compare", "changed the string"),
        (7, "gain and compare", "the value changes by"),
        (8, "gain and compare", "the magnitude of `gain` is"),
        (10, "commit keeps the cache", "`level` is"),
        (11, "levels", "level_count is 6"),
    ],
)
def test_defects_of_functions(defect, name, words):
    found = failing(Ones(6, defect))
    assert words in found.get(name, ""), found


def test_a_wrong_declaration():
    original = dict(vars(Declared))
    assert original["monotone"]
    for function in (prepare, value, gain, commit, level, level_count):
        d.implements(Declared)(function)
    assert "does not raise the value" in failing(Declared(6, 3))["monotone"]
    assert "does not raise the value" in failing(Declared(6, 2))["monotone"]


def policy(name, **functions):
    """A new policy class with these functions; `draw` is the state by default."""
    cls = dataclass(frozen=True)(type(name, (d.AbstractRate,), {}))

    def start(policy, n):
        return (0.2,)

    def draw(policy, state, view, n, stream):
        return state[0]

    for key, function in {"start": start, "draw": draw, **functions}.items():
        if function is not None:
            function.__name__ = key
            d.implements(cls)(function)
    return cls()


def test_a_rate_above_one():
    wild = policy("Wild", update=lambda policy, state, event, n: (2.0 * state[0] if event.sign > 0 else state[0],))
    message = failing(wild)["rates lie in [0, 1]"]
    assert "rate 1.6 after 3 steps (better), state (1.6,)" in message


def test_a_state_that_changes_its_type():
    mixed = policy(
        "Mixed",
        start=lambda policy, n: (0,),
        draw=lambda policy, state, view, n, stream: 0.1,
        update=lambda policy, state, event, n: (state[0] + 0.5,),
    )
    assert "write 1.0 where a float is meant" in failing(mixed)["states keep their types"]


def test_a_missing_function():
    found = failing(policy("Lazy", draw=None))
    assert list(found) == ["definition"]
    assert "`Lazy` does not implement `draw`" in found["definition"]


def test_hidden_chance():
    generator = np.random.default_rng(0)
    moody = policy("Moody", draw=lambda policy, state, view, n, stream: generator.random())
    assert "two draws from the same state" in failing(moody)["same state, same rate"]


def test_an_error_names_function_and_line():
    def draw(policy, state, view, n, stream):
        return state[1]

    broken = policy("Broken", draw=draw)
    assert failing(broken)["rates lie in [0, 1]"].startswith("raised IndexError in `draw`, line")


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="what does not compile is found by compiling")
def test_what_numba_does_not_know_is_named():
    shy = policy("Shy", draw=lambda policy, state, view, n, stream: np.random.default_rng(0).random() / n)
    found = failing(shy)
    assert list(found) == ["compiles"]
    assert found["compiles"].startswith("`draw` does not compile: Unknown attribute 'default_rng'")
    texts = policy("Texts", draw=lambda policy, state, view, n, stream: float(f"{state[0]:.3f}"))
    assert "format spec in f-strings not supported" in failing(texts)["compiles"]


@pytest.mark.slow
def test_random_rates_are_not_checked_and_the_report_says_so():
    loose = policy("Loose", draw=lambda policy, state, view, n, stream: d.uniform(stream) / n)
    report = d.check(loose)
    assert report.passed
    assert str(report["law of T"]) == "not checked law of T: the policy draws its rates at random"


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="compares compiled with plain Python")
def test_a_difference_between_compiled_and_plain_is_found():
    # Integers wrap in compiled code only.
    wrapping = policy(
        "Wrapping",
        start=lambda policy, n: (2**50,),
        draw=lambda policy, state, view, n, stream: 0.02 if state[0] > 0 else 0.3,
        update=lambda policy, state, event, n: (state[0] * 5,),
    )
    assert "off and" in failing(wrapping)["JIT off = JIT on"]


def mutation(name, function):
    cls = dataclass(frozen=True)(type(name, (d.AbstractMutation,), {}))
    function.__name__ = "flips"
    d.implements(cls)(function)
    return cls()


def test_defects_of_mutations():
    def twice(mutation, rate, n, stream, out, memo):
        out[0] = d.below(stream, n)
        out[1] = d.below(stream, n)
        return 2

    def outside(mutation, rate, n, stream, out, memo):
        out[0] = d.below(stream, n + 1)
        return 1

    def remembers(mutation, rate, n, stream, out, memo):
        memo[0] += 1.0
        out[0] = int(memo[0]) % n
        return 1

    name = "flips are distinct positions"
    assert "are not distinct positions" in failing(mutation("Twice", twice))[name]
    assert "are not distinct positions" in failing(mutation("Outside", outside))[name]
    assert "with a fresh memo" in failing(mutation("Remembers", remembers))["the memo does not matter"]


def test_a_position_that_is_never_flipped_and_one_that_is_preferred():
    def neglects(mutation, rate, n, stream, out, memo):
        out[0] = d.below(stream, n - 1)
        return 1

    def prefers(mutation, rate, n, stream, out, memo):
        out[0] = d.below(stream, n) if d.uniform(stream) < 0.97 else 0
        return 1

    assert "position 4 was never flipped" in failing(mutation("Neglects", neglects))["law of flips"]
    assert "among sets of 1 flips, number 0" in failing(mutation("Prefers", prefers))["law of flips"]


def acceptance(name, **functions):
    cls = dataclass(frozen=True)(type(name, (d.AbstractAcceptance,), {}))
    for key, function in functions.items():
        function.__name__ = key
        d.implements(cls)(function)
    return cls()


def test_defects_of_acceptance_rules():
    contrary = acceptance("Contrary", keep=lambda acceptance, sign, magnitude, u: sign <= 0)
    assert "better by" in failing(contrary)["better is kept, monotone in the sign"]
    fickle = acceptance("Fickle", keep=lambda acceptance, sign, magnitude, u: sign != 0)
    assert "where an equal one is refused" in failing(fickle)["better is kept, monotone in the sign"]
    greedy = acceptance("Greedy", keep=lambda acceptance, sign, magnitude, u: sign > 0 or magnitude > -2.0)
    assert "implement `weighs`" in failing(greedy)["magnitude and u matter only where declared"]
    lucky = acceptance("Lucky", keep=lambda acceptance, sign, magnitude, u: sign > 0 or u < 0.1)
    assert "implement `draws`" in failing(lucky)["magnitude and u matter only where declared"]


def test_defects_of_starts():
    def starting(name, function):
        cls = dataclass(frozen=True)(type(name, (d.AbstractStart,), {}))
        function.__name__ = "place"
        d.implements(cls)(function)
        return cls()

    def forgets(start, n, stream, x):
        for position in range(n - 1):
            x[position] = 0

    def overfills(start, n, stream, x):
        for position in range(n):
            x[position] = d.below(stream, 3)

    name = "every position is written, with 0 or 1"
    assert "position 0 is not written" in failing(starting("Forgets", forgets))[name]
    assert "the start holds" in failing(starting("Overfills", overfills))[name]


def test_a_part_that_is_not_frozen_or_does_not_compare():
    @dataclass
    class Soft(d.AbstractStart):
        pass

    @dataclass(frozen=True)
    class Listed(d.AbstractRate):
        rates: list

    assert "not frozen" in failing(Soft())["definition"]
    assert "unhashable type: 'list'" in failing(Listed([0.1]))["definition"]


# --- the judge of the law ---------------------------------------------------------------------------------------------


def law_of(part, policy, n=6, horizon=300):
    scene = scene_of(part, evo.Key(0), d.Elitist())
    return enumeration.law(scene, policy.lower(n), horizon, 10**4)


def test_the_enumerated_law_against_closed_forms():
    # One bit: T is 0 with probability 1/2, else geometric with the rate.
    exact = law_of(d.OneMax(1), d.Static(rate=0.3), n=1, horizon=50)
    t = np.arange(51)
    np.testing.assert_allclose(exact.cdf, 1.0 - 0.5 * 0.7**t, rtol=0, atol=1e-14)
    # LeadingOnes at rate p: E T = (1/2) sum over i < n of 1 / (p (1-p)^i) (Böttcher, Doerr and Neumann, 2010).
    n, p = 4, 0.25
    exact = law_of(d.LeadingOnes(n), d.Static(rate=p), n=n, horizon=1500)
    mean = (1.0 - exact.cdf).sum()
    assert mean == pytest.approx(0.5 * sum(1.0 / (p * (1.0 - p) ** i) for i in range(n)), abs=1e-9)


def test_the_enumeration_follows_adaptive_states():
    constant = d.SuccessRule(factor=1.5, s=4.0, low=0.2, high=0.2, initial=0.2)
    adaptive = law_of(d.OneMax(6), constant)
    static = law_of(d.OneMax(6), d.Static(rate=0.2))
    np.testing.assert_allclose(adaptive.cdf, static.cdf, rtol=0, atol=1e-12)
    scheduled = law_of(d.OneMax(6), d.Schedule(lambda t: 0.2))
    np.testing.assert_allclose(scheduled.cdf, static.cdf, rtol=0, atol=1e-12)


@pytest.mark.parametrize("wrong", [d.Static(rate=0.25), d.Schedule(lambda t: 0.167 if t < 20 else 0.05)])
def test_the_law_test_has_power(wrong):
    """Engines that draw another rate are found out once the laws are twice the radius apart."""
    right = d.Static(strength=1.0)
    checker = RateChecker(right, 6, evo.Key(1))
    scene = scene_of(d.OneMax(6), evo.Key(1), d.Elitist())
    truth, other = law_of(d.OneMax(6), right), law_of(d.OneMax(6), wrong)
    assert np.abs(truth.cdf - other.cdf).max() > 0.0208
    optimizer = d.OnePlusOne(rate=right)
    with pytest.raises(BrokenError, match=r"P\(T <= \d+\) is .* by enumeration"):
        checker.compare_law(scene, wrong.lower(6), optimizer, d.OneMax(6))
    assert checker.compare_law(scene, right.lower(6), optimizer, d.OneMax(6)).startswith("up to t = 400")
