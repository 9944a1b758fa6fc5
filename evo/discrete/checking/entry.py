"""`d.check`: contract tests for parts, the library's own and users'."""

from __future__ import annotations

from evo.core import checks
from evo.core.keys import Key
from evo.discrete.checking.base import (
    ALL_PAIRS,
    AbstractChecker,
)
from evo.discrete.checking.functions import FunctionChecker
from evo.discrete.checking.mutations import MutationChecker
from evo.discrete.checking.rates import RateChecker
from evo.discrete.checking.selection import AcceptanceChecker
from evo.discrete.checking.starts import StartChecker
from evo.discrete.parts import (
    AbstractAcceptance,
    AbstractFunction,
    AbstractMutation,
    AbstractPart,
    AbstractRate,
    AbstractStart,
)
from evo.testing import Report


def check(part: AbstractPart, n: int = 8, *, seed: int | Key = 0) -> Report:
    """Run the contract tests on a part, print what was found, and return it as a report.

    - *Functions*: values are finite and `evaluate` agrees with `value`; `gain` and `compare` are the change of the
      value, for all pairs of strings up to n = 10; `contest` and `order` agree with the values, on dynamic problems
      with those of each step; `commit` keeps the cache; levels, `solved`, `optimum` and a declared
      `monotone` hold for all strings (a function is monotone if every single 0 -> 1 flip is an improvement, because
      any y >= x is reached from x by such flips).
    - *Rate policies*: rates lie in [0, 1] over random and one-sided sequences of events; states keep their types; rates
      and updates do not change with what the declarations `waiting` and `sees` leave out.
    - *Mutations*: flips are distinct positions; the memo does not matter; sets of equal size are equally likely,
      unless the class says `symmetric = False`; every position is flipped; a law that the part knows is its own.
    - *Acceptance rules*: better is kept; monotone in the sign; magnitude and u matter only where declared.
    - *Starts*: every position is written, with 0 or 1.
    - *All*: a whole run with the JIT off equals the one with the JIT on; the law of T agrees with an enumeration of
      all strings and masks (functions up to n = 8, policies on OneMax with 6 bits, acceptance rules on LeadingOnes);
      and a (1+1)-EA made of the part keeps the contract of optimizers (`evo.testing.check_optimizer`).

    Power: the law test makes 100,000 runs and refuses a distribution function that is off by 0.0104 with a false alarm
    of 1e-9; whatever differs by 0.0208 within the steps that the report names (at most 400) is detected with
    probability 1 - 1e-9. The law of flips is tested with 200,000 mutations. What cannot be tested is listed as not
    checked, with the reason.

    Args:
        part: a function, rate policy, mutation, acceptance rule or start.
        n: string length, at most 10, for the parts that do not have their own.
        seed: a non-negative integer, or a key.

    Raises:
        TypeError: if `part` is none of these. Failures of the part never raise; they are in the report.

    Example:
        >>> from evo import discrete as d
        >>> d.check(d.Strict()).passed  # doctest: +SKIP
        True
    """
    if isinstance(part, AbstractFunction):
        n = part.n
    else:
        n = checks.integer("n", n, 2, "Pass a small number of bits, for example n=8.", high=ALL_PAIRS)
    for kind, checker in _CHECKERS.items():
        if isinstance(part, kind):
            report = checker(part, n, Key(seed)).report()
            print(report)
            return report
    action = (
        "Pass a problem, rate, mutation, acceptance or start; for whole optimizers see evo.testing.check_optimizer."
    )
    raise checks.bad_type("part", part, "be a part of a discrete search", action)


_CHECKERS: dict[type, type[AbstractChecker]] = {
    AbstractFunction: FunctionChecker,
    AbstractRate: RateChecker,
    AbstractMutation: MutationChecker,
    AbstractAcceptance: AcceptanceChecker,
    AbstractStart: StartChecker,
}
