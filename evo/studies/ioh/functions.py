"""The function of an IOHprofiler file: its name, its number and its sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from evo.core import checks
from evo.core.adapters import AbstractIoh, accepted
from evo.core.problems import AbstractProblem, Sense, Values

__all__ = ["NAMED_ACTION", "FunctionLike", "IohFunction", "found", "instance_of"]

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

NAMED_ACTION = (
    "Pass function='OneMax', a problem of the library, a class such as d.BinVal, "
    "evo.studies.IohFunction(name, id=40001, maximization=True), or a mapping from the names of algorithms to these."
)


def found(function: Any, n: int) -> IohFunction:
    """The function that was meant, for strings of length n.

    Args:
        function: an `IohFunction`, a problem, a name of the PBO suite, or a function from n to one of these, such as
            the class `d.BinVal`.
        n: the dimension.

    Raises:
        TypeError: for anything else.
        ValueError: for names and problems that have no number.
    """
    known = _known(function)
    if known is None and callable(function):
        known = _known(function(n))
    if known is None:
        raise checks.bad_type("function", function, "be a function of IOHprofiler data", NAMED_ACTION)
    return known


def _known(function: Any) -> IohFunction | None:
    """The function of an object that does not depend on n."""
    if isinstance(function, IohFunction):
        return function
    if isinstance(function, str):
        if function not in PBO:
            allowed = "be the name of a function that the PBO suite and this library share"
            raise checks.bad_value("function", function, allowed, f"{checks.nearest(function, PBO)} {NAMED_ACTION}")
        return PBO[function]
    problem = accepted(function)
    return _of_problem(problem) if isinstance(problem, AbstractProblem) else None


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
        raise checks.bad_value("function", problem, "have a number of its own", NAMED_ACTION)
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
