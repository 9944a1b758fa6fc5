"""The dichotomy of mutation strengths on monotone functions: fast on all of them below 1, exponential beyond 2.1369...

What decides is the strength c (expected flips per offspring), or the quotient of the first two falling moments of the
number of flips. The statements hold as n tends to infinity at a fixed parameter; nothing is proven at a given n. They
are recalled, the range of each algorithm in the abstract of Lengler (2018); the value 2.1369... is derived anew in
`constants.hottopic_strength`.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from numpy.typing import ArrayLike

from theory import _check, constants
from theory.exact import flips as numbers_of_flips
from theory.results import Kind, Value

__all__ = ["Outcome", "Row", "Verdict", "table", "verdict"]

_EVERY, _HOTTOPIC = "every strictly monotone function", "HotTopic"
_LENGLER = "Lengler (2018), dichotomy of evolutionary algorithms, as recalled"
_STRENGTH, _PRODUCT, _RATIO = "c", "c gamma", "m2 / m1"


class Outcome(Enum):
    """Which side of the dichotomy a parameter lies on."""

    EFFICIENT = "O(n log n) steps, or O(n log^2 n) at c = 1"
    EXPONENTIAL = "e^Omega(n) steps on some HotTopic function"
    UNKNOWN = "neither is known here"

    def __repr__(self) -> str:
        return f"Outcome.{self.name}"


class Row(NamedTuple):
    """One row of the table.

    `efficient` holds the strengths below which the algorithm is fast on the functions `fast_on`, `exponential` those
    beyond which it is exponential on HotTopic; None where no such range is known. `condition` says what else is needed.
    """

    algorithm: str
    parameter: str
    efficient: Value
    fast_on: str
    exponential: Value | None
    condition: str
    source: str


class Verdict(NamedTuple):
    """What is known of an algorithm at a parameter: the outcome, on which functions, and under which condition."""

    outcome: Outcome
    parameter: Value
    functions: str
    condition: str
    kind: Kind
    source: str


def table() -> tuple[Row, ...]:
    """The rows of the dichotomy, one per algorithm.

    (1+1)- and (1+lambda)-EA: fast for c < 1 on every monotone function, exponential on HotTopic for c > 2.1369...
    The (mu+1)-EA with constant mu: the same on HotTopic alone. The (1+(lambda,lambda))-GA: with c gamma in place of c.
    Flips by any law: fast for m2 / m1 < 1. The (mu+1)-GA: fast on HotTopic at every strength if mu is large enough.

    Returns:
        The rows.

    Source: Lengler (2018), as recalled; Lengler and Steger (2018) for the limit, its value derived anew.

    Example:
        >>> [row.algorithm for row in table() if row.exponential is None][-2:]
        ['(mu+1)-GA', 'fast (mu+1)-GA']
    """
    one = Value.asymptotic(1.0, source=_LENGLER)
    ever = Value.asymptotic(float("inf"), source=_LENGLER)
    limit = Value.asymptotic(float(constants.hottopic_strength), source=constants.hottopic_strength.source)
    large = "mu >= mu_0, which depends on the mutation and is not stated"
    fixed = "constant mu; for every c > 0 some mu_0 makes mu_0 <= mu <= n superpolynomial on a monotone function"
    return (
        Row("(1+1)-EA", _STRENGTH, one, _EVERY, limit, "", _LENGLER),
        Row("(1+lambda)-EA", _STRENGTH, one, _EVERY, limit, "constant lambda", _LENGLER),
        Row("(mu+1)-EA", _STRENGTH, one, _HOTTOPIC, limit, fixed, f"{_LENGLER}; Lengler and Zou (2019)"),
        Row("fast (1+1)-EA", _RATIO, one, _EVERY, None, "", _LENGLER),
        Row("fast (1+lambda)-EA", _RATIO, one, _EVERY, None, "constant lambda", _LENGLER),
        Row("fast (mu+1)-EA", _RATIO, one, _HOTTOPIC, None, "constant mu", _LENGLER),
        Row("(1+(lambda,lambda))-GA", _PRODUCT, one, _HOTTOPIC, limit, "", _LENGLER),
        Row("(mu+1)-GA", _STRENGTH, ever, _HOTTOPIC, None, large, _LENGLER),
        Row("fast (mu+1)-GA", _RATIO, ever, _HOTTOPIC, None, large, _LENGLER),
    )


def verdict(algorithm: str, *, strength: float | None = None, flips: ArrayLike | None = None) -> Verdict:
    """What is known of an algorithm at a mutation strength, or with a law of the number of flips.

    EFFICIENT below the first threshold of its row, EXPONENTIAL beyond the second, UNKNOWN between. The (1+1)-EA at c =
    1 is EFFICIENT: up to some unknown c_0 > 1 it takes O(n log^2 n) steps on every monotone function.
    Where m2 / m1 > 1 the fast algorithms are exponential on HotTopic under a further condition, so UNKNOWN.

    Args:
        algorithm: one of the names in `table`.
        strength: c > 0, expected flips per offspring; for the (1+(lambda,lambda))-GA c gamma, the flips expected after
            mutation and crossover without selection. For the algorithms that are not called fast.
        flips: n + 1 probabilities, entry r of r flips, as `theory.flips` makes them; for the fast algorithms. Their
            m2 / m1 counts; below 1 at this n says nothing if it grows with n, as it does for power laws with b <= 3.

    Returns:
        The verdict, of kind ASYMPTOTIC.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for an unknown algorithm, for numbers out of range, or for the wrong one of `strength` and `flips`.

    Source: Lengler (2018), as recalled; Lengler, Martinsson and Steger (2019), abstract, for c = 1.

    Example:
        >>> from theory import flips
        >>> verdict("(1+1)-EA", strength=2.0).outcome, verdict("(1+1)-EA", strength=2.2).outcome
        (Outcome.UNKNOWN, Outcome.EXPONENTIAL)
        >>> verdict("fast (1+1)-EA", flips=flips.power_law(1000, 4.0)).outcome
        Outcome.EFFICIENT
    """
    row = _row(algorithm)
    if (flips is not None) is not (row.parameter == _RATIO) or (strength is not None) is (row.parameter == _RATIO):
        by_flips = ("flips", "flips=theory.flips.power_law(n, 3.5)")
        name, advice = by_flips if row.parameter == _RATIO else ("strength", "strength=1.0")
        raise ValueError(
            f"`{name}` alone must be given for the {row.algorithm} (its {row.parameter} decides); got "
            f"strength={strength!r}, flips={'None' if flips is None else 'a law'}. Pass {advice}, say."
        )
    if flips is not None:
        parameter = numbers_of_flips.falling_ratio(flips)
    else:
        parameter = Value.exact(_check.strength_of(strength), source=row.parameter, error=0.0)
    value = float(parameter)
    if value < float(row.efficient):
        return Verdict(Outcome.EFFICIENT, parameter, row.fast_on, row.condition, Kind.ASYMPTOTIC, row.source)
    if row.algorithm == "(1+1)-EA" and value == 1.0:
        source = "Lengler, Martinsson and Steger (2019), abstract: O(n log^2 n) for c <= c_0 with some c_0 > 1"
        return Verdict(Outcome.EFFICIENT, parameter, row.fast_on, row.condition, Kind.ASYMPTOTIC, source)
    if row.exponential is not None and value > float(row.exponential):
        return Verdict(Outcome.EXPONENTIAL, parameter, _HOTTOPIC, row.condition, Kind.ASYMPTOTIC, row.source)
    condition = row.condition
    if row.parameter == _RATIO and value > 1.0:
        more = "exponential on HotTopic with enough weight on large numbers of flips, or on 1; how much is not recalled"
        condition = f"{condition}; {more}" if condition else more
    return Verdict(Outcome.UNKNOWN, parameter, _EVERY, condition, Kind.ASYMPTOTIC, row.source)


def _row(algorithm: str) -> Row:
    rows = {row.algorithm: row for row in table()}
    if algorithm not in rows:
        raise ValueError(
            f"`algorithm` must be a row of the table, one of {', '.join(rows)}; got {algorithm!r}. "
            "Pass '(1+1)-EA', say."
        )
    return rows[algorithm]
