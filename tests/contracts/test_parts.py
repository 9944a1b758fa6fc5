"""Every public part has a case and passes `d.check`."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from evo import continuous as c
from evo import discrete as d
from evo.core.optimizers import Optimizer
from evo.core.problems import AbstractProblem
from evo.discrete.mutations.one_bit import OneBit
from evo.discrete.parts import AbstractPart
from tests.cases import OPTIMIZERS, PARTS, WITHIN, compiled_by_default, first_of_each_class
from tests.continuous.cases import STRATEGIES


def test_every_public_class_has_a_case():
    covered = {type(part) for part, _ in PARTS.values()} | WITHIN
    covered |= {type(case.optimizer) for case in (*OPTIMIZERS.values(), *STRATEGIES.values())}
    covered |= {type(case.problem) for case in OPTIMIZERS.values()}
    public = [getattr(package, name) for package in (c, d) for name in package.__all__]
    concrete = [
        item
        for item in public
        if inspect.isclass(item)
        and issubclass(item, (AbstractPart, AbstractProblem, Optimizer))
        and not item.__name__.startswith("Abstract")
    ]
    assert [item.__name__ for item in concrete if item not in covered] == [], "add a case to tests/cases.py"
    inside = {type(getattr(part, name)) for part, _ in PARTS.values() for name in ("law",) if hasattr(part, name)}
    assert inside >= WITHIN


#: compiled by default; all are checked in plain Python, and the laws of the others have tests of their own
_COMPILED = {"OneMax", "Metropolis"}


@pytest.mark.parametrize("name", first_of_each_class(PARTS, lambda case: type(case[0])))
def test_the_librarys_parts_pass_in_plain_python(name, plain, monkeypatch):
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    part, n = PARTS[name]
    report = d.check(part, n)
    report.raise_if_failed()
    assert {check.message for check in report.checks if check.name == "compiles"} == {"the JIT is off"}


@pytest.mark.parametrize("name", compiled_by_default(PARTS, _COMPILED))
def test_the_librarys_parts_pass(name, capsys):
    part, n = PARTS[name]
    report = d.check(part, n)
    report.raise_if_failed()
    assert capsys.readouterr().out.strip() == str(report)
    unchecked = {check.name: check.message for check in report.checks if check.passed is None}
    if isinstance(part, d.TwoRate):  # tests/laws judges it by the enumeration of `theory`
        assert unchecked == {"law of T": "the law is enumerated for one offspring per generation"}
    elif isinstance(part, (d.PowerLawStatic, d.HeavyTailed)):  # tests/laws judges them by the mixture of their rates
        assert unchecked == {"law of T": "the policy draws its rates at random"}
    elif isinstance(part, (d.AbstractRate, d.AbstractAcceptance)):
        assert not unchecked
    else:
        assert set(unchecked) <= {"law of T", "monotone", "gain and compare, compiled, all pairs", "JIT off = JIT on"}


@pytest.mark.slow
def test_the_one_bit_mutation_passes():
    d.check(OneBit()).raise_if_failed()


def test_equal_parts_of_two_classes_differ():
    pairs = [(d.OneMax(5), d.LeadingOnes(5)), (d.Elitist(), d.Strict()), (d.OneMax(5), d.DynamicBinVal(5))]
    for left, right in pairs:
        assert left != right and len({left, right}) == 2
    assert all(dataclasses.replace(part) == part for part, _ in PARTS.values() if dataclasses.is_dataclass(part))
