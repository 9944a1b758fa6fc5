"""The law of the running time on any function of at most 12 bits, and its mean at a constant rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from numpy.typing import ArrayLike

from theory import _check
from theory.exact.enumeration import _constant_rate
from theory.exact.enumeration._model import Model
from theory.exact.enumeration._once import Once
from theory.exact.enumeration._push_forward import push_forward
from theory.exact.enumeration.acceptance import AbstractAcceptance, Elitist
from theory.exact.enumeration.mutations import AbstractMutation, StandardBits
from theory.exact.enumeration.policies import RatePolicy
from theory.results import Kind, Law, Masses, Moments, Value, truncated_moments

__all__ = ["expected_steps", "law"]

_SOURCE = "enumeration of all strings and policy states"
_STANDARD, _ELITIST = StandardBits(), Elitist()
_STEPS = 200_000  # steps that a law without a stated horizon may take
_CHEAP = 1e9  # operations that the exact moments behind `Law.mean` may take


def law(
    values: ArrayLike | Sequence[Any],
    policy: RatePolicy | None = None,
    *,
    mutation: AbstractMutation = _STANDARD,
    acceptance: AbstractAcceptance = _ELITIST,
    start: ArrayLike | None = None,
    solved: ArrayLike | None = None,
    horizon: int | None = None,
    tail: float = 1e-12,
) -> Law:
    """The whole law of the number of steps until a solved string is reached.

    Args:
        values: 2^n comparable values (numbers, integers of any size, fractions), entry x for the string with bits of x,
            larger is better; or, for a fresh random function in every step, the float64[2^n, 2^n] probabilities
            P(offspring y beats parent x) = values[x, y], see `dynamic`. n is at most 12.
        policy: the mutation rate: `Static`, `Schedule`, `SuccessRule`, `EqualFitnessRule` or any `RatePolicy`; None
            only for mutations that ignore the rate, such as `OneBit`.
        mutation: the law of the flipped positions.
        acceptance: `Elitist`, `Strict` or `Metropolis(temperature)`.
        start: None for a uniform string, one string as an integer, or 2^n probabilities.
        solved: 2^n booleans; None for the string of ones alone, which must then have the largest value.
        horizon: track so many steps at most; None for 200,000.
        tail: stop when less mass than this is under way.

    Returns:
        An exact law with the defect reported. The mean and variance are solved exactly where the rate never changes and
        that costs less than a few seconds; otherwise they come from the table, the untracked mass at the horizon, so
        that the mean falls short by the defect times what was still to come (then `.upper` is inf), and they are
        refused when the defect exceeds 1e-9.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, rates outside [0, 1], or too many policy states.

    Source: elementary (Chapman-Kolmogorov equations).

    Example:
        >>> from theory.exact.enumeration import Static
        >>> onemax = [x.bit_count() for x in range(2**4)]
        >>> time = law(onemax, Static(strength=1.0))
        >>> round(time.mean, 6), round(time.cdf(10), 6)
        (11.025761, 0.585915)
    """
    model = Model(values, policy, mutation, acceptance, start, solved)
    steps = _STEPS
    if horizon is not None:
        steps = _check.integer("horizon", horizon, low=0, unit="steps", advice="Pass None for the default.")
    tail = _check.real("tail", tail, "(0, 1)", unit="probability", advice="Pass 1e-12, say.")
    masses = Once(partial(push_forward, model, steps, tail))
    return Law(kind=Kind.EXACT, source=_SOURCE, moments=partial(_moments, model, masses), masses=masses)


def expected_steps(
    values: ArrayLike | Sequence[Any],
    policy: RatePolicy | None = None,
    *,
    mutation: AbstractMutation = _STANDARD,
    acceptance: AbstractAcceptance = _ELITIST,
    start: ArrayLike | None = None,
    solved: ArrayLike | None = None,
) -> Value:
    """The exact expected number of steps at a rate that never changes.

    Solved from the best value down: strings of one value form a block, solved by state reduction without subtraction.

    Args:
        values: as for `law`.
        policy: `Static`, or None for mutations that ignore the rate.
        mutation: the law of the flipped positions.
        acceptance: `Elitist`, `Strict` or `Metropolis(temperature)`.
        start: as for `law`.
        solved: as for `law`.

    Returns:
        An exact value in steps; inf if a solved string may never be reached.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for a policy whose rate changes, and for arguments out of range.

    Source: elementary; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> from theory.exact.enumeration import Static
        >>> binval = list(range(2**4))
        >>> round(float(expected_steps(binval, Static(strength=1.0))), 6)
        11.230033
    """
    model = Model(values, policy, mutation, acceptance, start, solved)
    if not model.static:
        raise ValueError(
            f"`policy` must be Static, or None with a mutation that ignores the rate; got {policy!r}. "
            "Use law(...).mean for a rate that changes."
        )
    return Value.exact(_constant_rate.moments(model)[0], source=_SOURCE)


def _moments(model: Model, masses: Callable[[], Masses]) -> Moments:
    cost = sum((last - first) ** 3 for first, last in _constant_rate.blocks(model))
    if model.static and cost <= _CHEAP:
        return Moments.rounded(*_constant_rate.moments(model))
    return truncated_moments(masses())
