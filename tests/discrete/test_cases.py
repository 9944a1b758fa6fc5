"""Every public part is run somewhere in these tests, and runs its own compiled code."""

import dataclasses
import importlib
from pathlib import Path

import numba
import pytest

from evo import discrete as d
from evo.discrete.algorithms.search import AbstractSearch
from evo.discrete.engines import functions as f
from tests.cases import PARTS
from tests.discrete.cases import CASES, POLICIES, PROBLEMS, RANDOM_PROBLEMS


def _parts_of(item, found):
    found.add(type(item))
    if dataclasses.is_dataclass(item):
        for field in dataclasses.fields(item):
            _parts_of(getattr(item, field.name), found)
    for name in ("rate", "mutation"):
        part = getattr(item, name, None)
        if isinstance(part, d.AbstractRate | d.AbstractMutation):
            found.add(type(part))


def test_every_public_class_is_in_a_case():
    """Parts have theirs in tests/cases.py, by which `d.check` runs them on both engines and with the JIT off."""
    found: set[type] = {d.Custom}  # a black box, with tests of its own
    for case in CASES:
        for item in (case.optimizer(12), case.problem(12), *case.record.observables):
            _parts_of(item, found)
    for table in (PROBLEMS, RANDOM_PROBLEMS, POLICIES):
        for make in table.values():
            _parts_of(make(12), found)
    for part, _ in PARTS.values():
        _parts_of(part, found)
    kinds = (
        d.AbstractFunction,
        d.AbstractRate,
        d.AbstractMutation,
        d.AbstractAcceptance,
        d.AbstractStart,
        AbstractSearch,
        d.Fixed,
        d.PerRun,
        d.UniformWeights,
        d.ExponentialWeights,
        d.IntegerWeights,
    )
    public = {vars(d)[name] for name in d.__all__}
    parts = {item for item in public if isinstance(item, type) and issubclass(item, kinds)}
    missing = {item for item in parts if not item.__name__.startswith("Abstract")} - found
    assert not missing, f"without a case: {sorted(item.__name__ for item in missing)}"
    observables = {type(vars(d)[name]) for name in ("zeros", "level", "levels_visited", "rate", "offspring")}
    assert observables <= found


# --- parts and their compiled code ------------------------------------------------------------------------------------


@numba.njit
def _rate(policy, step):
    return f.draw(policy, f.start(policy, 10), f.PolicyView(step, 0, 5, 0), 10, None)


def _constant(rate):
    return d.Schedule(lambda t: rate)


def test_schedules_do_not_run_each_others_code():
    """Numba tells named tuples apart by the names of class and fields, and reuses compiled code across equal ones."""
    one, other = (_constant(rate) for rate in (0.125, 0.75))
    assert [_rate(item.lower(10), 3) for item in (one, other, one)] == [0.125, 0.75, 0.125]


def _halving(factor):
    @dataclasses.dataclass(frozen=True)
    class Halving(d.AbstractRate):
        first: float

    @d.implements(Halving)
    def start(policy, n):
        return (policy.first,)

    @d.implements(Halving)
    def draw(policy, state, view, n, stream):
        return state[0] * factor

    return Halving


def test_a_part_that_is_defined_again_runs_its_new_code():
    """As in a notebook: the same class name and the same fields."""
    first, second = _halving(0.5), _halving(0.25)
    assert _rate(first(0.5).lower(10), 1) == 0.25
    assert _rate(second(0.5).lower(10), 1) == 0.125
    assert first(0.5) != second(0.5)

    @d.implements(second)
    def draw(policy, state, view, n, stream):
        return 1.0

    assert _rate(second(0.5).lower(10), 1) == 1.0
    assert _rate(first(0.5).lower(10), 1) == 0.25


@pytest.mark.jit_off
def test_lowered_parts_have_names_of_their_own():
    lowered = {}
    root = Path(d.__file__).parent
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        for name, item in vars(importlib.import_module(".".join(("evo.discrete", *parts)))).items():
            if isinstance(item, type) and issubclass(item, tuple) and hasattr(item, "_fields"):
                assert lowered.setdefault((item.__name__, item._fields), item) is item, name
    assert len(lowered) > 20
