"""Problems of other libraries as problems of this one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense, scalar_values


def from_ioh(problem: Any) -> AbstractProblem:
    """An IOHexperimenter problem, with its sense, its optimum and its attached loggers.

    Args:
        problem: a single-objective problem of the `ioh` package on bit strings (PBO, and integer problems whose
            variables lie in {0, 1}) or on real vectors (BBOB and its kin). Nothing of `ioh` is imported: what is used
            is `meta_data`, `optimum`, `bounds`, `reset()` and the call.

    Returns:
        A problem without default budget. Values that differ from the optimum by no more than the `final_target` of the
        problem (1e-8 unless it was set) count as optimal, as in `ioh`; where the optimum is not known, nothing does.
        The start, for optimizers that do not choose their own, is uniform between the bounds. Every run begins with
        `problem.reset()`, so that loggers see separate runs; each candidate is one call, in order.

    Raises:
        TypeError: if the object is no `ioh` problem.
        ValueError: for integer variables other than bits.

    Two adapters of one problem are equal. An `ioh` problem holds its own counters and can be neither copied nor
    pickled: use one per process, and not in several threads at once.

    Reference: de Nobel, Ye, Vermetten, Wang, Doerr and Bäck, IOHexperimenter, Evolutionary Computation 32, 2024.

    Example:
        >>> import evo, ioh                                                  # doctest: +SKIP
        >>> from evo import continuous as c
        >>> sphere = from_ioh(ioh.get_problem("Sphere", 1, 5, ioh.ProblemClass.BBOB))  # doctest: +SKIP
        >>> evo.run(c.CmaEs(sigma=2.0), sphere, seed=0, stop=evo.Evaluations(5000)).reached  # doctest: +SKIP
        True
    """
    if not looks_like_ioh(problem):
        action = "Pass ioh.get_problem(...) or ioh.wrap_problem(...); wrap other callables as evo.BlackBox."
        raise checks.bad_type("problem", problem, "be a problem of the ioh package", action)
    return IohBits(problem) if _bounds(problem)[0].dtype.kind in "iu" else IohReals(problem)


def accepted(problem: Any) -> Any:
    """The problem as it is, but an `ioh` problem through `from_ioh`."""
    return from_ioh(problem) if not isinstance(problem, AbstractProblem) and looks_like_ioh(problem) else problem


def looks_like_ioh(problem: Any) -> bool:
    """Whether an object has what `from_ioh` uses."""
    facts = getattr(problem, "meta_data", None)
    return (
        callable(problem)
        and all(hasattr(problem, name) for name in ("optimum", "bounds", "reset"))
        and all(hasattr(facts, name) for name in ("n_variables", "optimization_type", "name"))
    )


class AbstractIoh(AbstractProblem):
    """What bits and reals share: the values are asked of the wrapped problem, one candidate at a time."""

    problem: Any
    #: number of variables
    n: int

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The wrapped problem's values; the start of a run resets its counters and begins a run in its loggers."""
        del key
        if step == 0:
            self.problem.reset()
        return scalar_values(self.problem, np.asarray(candidates))

    def optimum(self) -> float | None:
        """The worst value that counts as optimal: the optimum, up to the problem's final target."""
        best = float(self.problem.optimum.y)
        if not math.isfinite(best):
            return None
        slack = float(getattr(self.problem.meta_data, "final_target", 0.0))
        return best + slack if self.sense is Sense.MINIMISE else best - slack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbstractIoh) and self.problem is other.problem

    def __hash__(self) -> int:
        return hash((AbstractIoh, id(self.problem)))

    def __repr__(self) -> str:
        return f"from_ioh({self.problem!r})"


class IohBits(AbstractIoh):
    """An `ioh` problem on bit strings."""

    def __init__(self, problem: Any) -> None:
        self.problem, self.n, self.sense = problem, int(problem.meta_data.n_variables), _sense(problem)
        low, high = _bounds(problem)
        if (low < 0).any() or (high > 1).any():
            action = "Encode the integers as bits in a function of your own, see d.Custom."
            raise checks.bad_value("problem", problem, "have variables in {0, 1} where they are integers", action)

    def start(self, key: Key) -> np.ndarray:
        """A uniformly random string."""
        return key.child("start").numpy().integers(0, 2, self.n, dtype=np.uint8)


class IohReals(AbstractIoh):
    """An `ioh` problem on real vectors."""

    def __init__(self, problem: Any) -> None:
        self.problem, self.n, self.sense = problem, int(problem.meta_data.n_variables), _sense(problem)

    def start(self, key: Key) -> np.ndarray:
        """Uniform between the bounds."""
        low, high = _bounds(self.problem)
        if not (np.isfinite(low) & np.isfinite(high)).all():
            action = "Pass start=... to the run."
            raise checks.bad_value("problem", self.problem, "have finite bounds to draw a start between", action)
        return key.child("start").numpy().uniform(low, high, self.n)


def _bounds(problem: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(problem.bounds.lb), np.asarray(problem.bounds.ub)


def _sense(problem: Any) -> Sense:
    name = str(getattr(problem.meta_data.optimization_type, "name", problem.meta_data.optimization_type))
    if name not in ("MIN", "MAX"):
        action = "Set its optimization_type to MIN or MAX."
        raise checks.bad_value("problem", problem, f"be minimised or maximised, not {name!r}", action)
    return Sense.MINIMISE if name == "MIN" else Sense.MAXIMISE
