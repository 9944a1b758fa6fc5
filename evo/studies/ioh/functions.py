"""The function of an IOHprofiler file: its name, its number and its sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from evo.core import checks
from evo.core.adapters import AbstractIoh, accepted
from evo.core.problems import AbstractProblem, Sense, Values

__all__ = ["FunctionLike", "IohFunction", "found"]

#: iohinspector keeps function ids in 16 bits
LARGEST_ID = 2**16 - 1

FunctionLike: TypeAlias = "IohFunction | AbstractProblem | str | Callable[[int], Any] | Mapping[str, Any]"


@dataclass(frozen=True)
class IohFunction:
    """What IOHprofiler files say of a function.

    Args:
        name: as in "OneMax".
        id: an integer in [1, 65535]; readers take two functions of one id for the same. Ids 1 to 25 and 10001 to 10004
            belong to the PBO suite.
        maximization: whether large values are good.
        suite: the collection that the id belongs to.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for an empty name or an id out of range.

    Example:
        >>> IohFunction("Needle", id=40001, maximization=True).suite
        'evo'
    """

    name: str
    id: int
    maximization: bool
    suite: str = "evo"

    def __post_init__(self) -> None:
        for field in ("name", "suite"):
            action = "Pass a word such as 'OneMax'."
            if not checks.instance_of(field, getattr(self, field), str, action).strip():
                raise checks.bad_value(field, getattr(self, field), "be a word", action)
        action = "Pass a number of your own such as 40001; one number stands for one function in all your files."
        object.__setattr__(self, "id", checks.integer("id", self.id, 1, action, high=LARGEST_ID))
        action = "Say True where large values are good, False where small ones are."
        checks.instance_of("maximization", self.maximization, bool, action)


PBO = {
    name: IohFunction(name, number, True, "PBO") for number, name in enumerate(("OneMax", "LeadingOnes", "Linear"), 1)
}

#: ids of the library's other functions; lines are added, never changed
OWN = {
    "AdversarialDynamicBinVal": 20001,
    "BinVal": 20002,
    "DeceptiveMonotone": 20003,
    "DynamicBinVal": 20004,
    "DynamicLinear": 20005,
    "HiddenSubset": 20006,
    "HotTopic": 20007,
    "InitialSegment": 20008,
    "Jump": 20009,
    "PartiallyOrdered": 20010,
    "RandomLinear": 20011,
    "SwitchingDynamicBinVal": 20012,
    "HotTopicSets": 20013,
}
#: a linear function whose weights are not 1, 2, ..., n as in the PBO suite
_GIVEN_WEIGHTS = 20014

_ACTION = (
    "Pass function=evo.studies.IohFunction(name, id=40001, maximization=True), a problem of the library, or a mapping "
    "from the names of algorithms to these."
)


def found(function: Any, n: int, names: tuple[str, ...]) -> IohFunction:
    """The function that was meant, for strings of length n.

    Args:
        function: an `IohFunction`, a problem, a name of the PBO suite, a function from n to a problem (such as the
            class `d.OneMax`), or a mapping from names to these.
        n: the dimension.
        names: under which a mapping is looked up, in this order.
    """
    if isinstance(function, Mapping):
        for name in names:
            if name in function:
                return found(function[name], n, ())
        allowed = f"have an entry for {' or '.join(map(repr, names))}" if names else "not hold mappings"
        raise checks.bad_value("function", dict(function), allowed, _ACTION)
    if isinstance(function, IohFunction):
        return function
    if isinstance(function, str):
        if function not in PBO:
            allowed = "be the name of a function that the PBO suite and this library share"
            raise checks.bad_value("function", function, allowed, f"{checks.nearest(function, PBO)} {_ACTION}")
        return PBO[function]
    problem = accepted(function)
    if isinstance(problem, AbstractProblem):
        return _of_problem(problem)
    if callable(function):
        return found(function(n), n, names)
    raise checks.bad_type("function", function, "be a function of IOHprofiler data", _ACTION)


def instance_of(function: Any) -> int:
    """The instance number of an `ioh` problem; 1 for everything else."""
    problem = accepted(function)
    return int(problem.problem.meta_data.instance) if isinstance(problem, AbstractIoh) else 1


def _of_problem(problem: AbstractProblem) -> IohFunction:
    maximization = problem.sense is Sense.MAXIMISE
    if isinstance(problem, AbstractIoh):
        facts = problem.problem.meta_data
        return IohFunction(str(facts.name), int(facts.problem_id), maximization, "unknown_suite")
    name = type(problem).__name__
    ours = type(problem).__module__.startswith("evo.discrete.")
    if not ours or name not in {*PBO, *OWN}:
        raise checks.bad_value("function", problem, "have a number of its own", _ACTION)
    if name == "Linear" and not _harmonic(problem):
        return IohFunction("LinearWeights", _GIVEN_WEIGHTS, True)
    if name in PBO:
        return PBO[name]
    if problem.values is Values.ORDER:
        return IohFunction(f"{name}_zeros", OWN[name], False)
    return IohFunction(name, OWN[name], maximization)


def _harmonic(problem: Any) -> bool:
    """Whether a linear function has the weights 1, 2, ..., n of the PBO suite."""
    return bool(np.array_equal(problem.weights, np.arange(1, problem.n + 1)))
