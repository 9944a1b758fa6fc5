"""What rate policies declare is tried on states, strings and steps that differ in what they leave out."""

from dataclasses import dataclass

import pytest

import evo
from evo import discrete as d
from evo.discrete.checking.rates import RateChecker
from evo.testing import BrokenError, NotCheckedError
from tests.cases import PARTS

_POLICIES = {name: (part, n) for name, (part, n) in PARTS.items() if isinstance(part, d.AbstractRate)}


def _declared(policy, n=8):
    return RateChecker(policy, n, evo.Key(0)).declared()


@pytest.mark.parametrize("name", _POLICIES, ids=lambda name: name.replace(" ", "_"))
def test_the_policies_of_the_library_keep_what_they_declare(name):
    policy, n = _POLICIES[name]
    if policy.waiting is d.Waiting.STEPS and policy.sees == {"zeros", "level", "flips"}:
        with pytest.raises(NotCheckedError, match="declares nothing"):
            _declared(policy, n)
    else:
        assert repr(policy.waiting) in _declared(policy, n)


def _policy(rate, *, waits=d.Waiting.STEPS, looks=frozenset(), update=None):
    @dataclass(frozen=True)
    class Policy(d.AbstractRate):
        waiting = waits
        sees = looks

    def start(policy, n):
        return (0.25,)

    d.implements(Policy)(start)
    for name, body in (("draw", rate), ("update", update)):
        if body is not None:
            body.__name__ = name
            d.implements(Policy)(body)
    return Policy()


def _late(policy, state, view, n, stream):
    return 0.1 if view.step < 3000 else 0.2


def _by_zeros(policy, state, view, n, stream):
    return view.zeros / (2 * n)


def _by_level(policy, state, view, n, stream):
    return 0.1 if 2 * view.level < n else 0.2


def _random(policy, state, view, n, stream):
    return 0.5 * d.uniform(stream)


def _state(policy, state, view, n, stream):
    return state[0]


def _by_flips(policy, state, event, n):
    return (0.2 if event.flips > 1 else 0.3,)


def _by_step(policy, state, event, n):
    return (0.2 if event.step > 1000 else 0.3,)


def _by_idle(policy, state, event, n):
    return (0.2 if event.idle else 0.3,)


_W = d.Waiting
_BROKEN = {
    "a constant that changes late": (_policy(_late, waits=_W.CONSTANT), "view.step.*Waiting.CONSTANT.*at step="),
    "a path of failures that knows the step": (_policy(_late, waits=_W.FAILURES), "view.step"),
    "a schedule that sees zeros": (_policy(_by_zeros, waits=_W.SCHEDULE, looks={"zeros"}), "view.zeros.*SCHEDULE"),
    "zeros that are not declared": (_policy(_by_zeros), "view.zeros.*`sees` leaves out 'zeros'"),
    "levels that are not declared": (_policy(_by_level, looks={"zeros"}), "view.level.*`sees` leaves out 'level'"),
    "a constant that is random": (_policy(_random, waits=_W.CONSTANT), "drawn at random"),
    "flips that are not declared": (_policy(_state, update=_by_flips), "`sees` leaves out 'flips'.*flips="),
    "failures that count flips": (_policy(_state, waits=_W.FAILURES, looks={"flips"}, update=_by_flips), "flips=1"),
    "failures that count steps": (_policy(_state, waits=_W.FAILURES, update=_by_step), "FAILURES.*step="),
    "failures that know idle steps": (_policy(_state, waits=_W.FAILURES, update=_by_idle), "idle=False.*idle=True"),
    "a constant with an update": (_policy(_state, waits=_W.CONSTANT, update=_by_idle), "knows no update, but has one"),
}


@pytest.mark.parametrize("case", _BROKEN, ids=lambda name: name.replace(" ", "_"))
def test_false_declarations_are_found(case):
    policy, words = _BROKEN[case]
    with pytest.raises(BrokenError, match=words):
        _declared(policy)


@pytest.mark.parametrize(
    ("policy", "error", "words"),
    [
        (_policy(_state, waits="constant"), TypeError, "`waiting` must be a member of d.Waiting; got 'constant'"),
        (_policy(_state, looks="zeros"), TypeError, "`sees` must be a set of names out of 'flips', 'level', 'zeros'"),
        (_policy(_state, looks={"zeroes"}), ValueError, "`sees` must hold only names .* got {'zeroes'}.*Write"),
    ],
)
def test_declarations_that_no_engine_understands_are_refused(policy, error, words):
    search = d.OnePlusOne(rate=policy)
    with pytest.raises(error, match=words):
        evo.run(search, d.OneMax(8), seed=0)
    with pytest.raises(error, match=words):
        evo.explain(search, d.OneMax(8))
