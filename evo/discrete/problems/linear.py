"""Linear functions with given positive weights, compared exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines import functions as f
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.events.states.weights import Weights
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractFunction, bit_strings, frozen, part

#: integers up to this one are exact as floats
EXACT = 2**53
_ACTION = (
    "Pass positive finite weights; drop the bits of weight zero, or use the order-only d.BinVal for powers of two."
)


@part
class Linear(AbstractFunction):
    """A linear function with positive weights, f(x) = sum_i w_i x_i.

    Args:
        weights: shape (n,), positive: integers of any size (a list of Python integers) or floats; their sum must be
            below 2^1023, the range of floats.

    Every comparison is exact. Weights are brought to a common power of two and summed over the flipped bits as
    integers, in several 64-bit limbs where one is too short; a running `float64` fitness would turn near-ties into
    ties. Values are `int64` or `float64` where all sums are exact in them, and Python integers or fractions beyond.

    Example:
        >>> from evo import discrete as d
        >>> d.Linear([1, 2, 4]).evaluate([[1, 0, 1]], 0, None)
        array([5])
    """

    weights: np.ndarray
    monotone = True

    def __post_init__(self) -> None:
        mantissas, exponent, integral = _as_integers(self.weights)
        total = sum(mantissas)
        n = len(mantissas)
        if total.bit_length() + exponent > 1023:
            action = "Divide all weights by one number, or use the order-only d.BinVal for powers of two."
            raise checks.bad_value("weights", self.weights, "have a sum below 2^1023, the range of floats", action)
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "_integers", tuple(mantissas))
        object.__setattr__(self, "_exponent", exponent)
        object.__setattr__(self, "_total", total)
        object.__setattr__(self, "weights", _shown(mantissas, exponent, integral))
        native = total < (2**62 if integral else 2**53)
        object.__setattr__(self, "values", Values.INT64 if integral else Values.FLOAT64)
        object.__setattr__(self, "_native", native)
        object.__setattr__(self, "_limbs", frozen(_limbs(mantissas, total)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Linear)
            and vars(self)["_integers"] == vars(other)["_integers"]
            and (vars(self)["_exponent"] == vars(other)["_exponent"])
        )

    def __hash__(self) -> int:
        return hash((type(self), vars(self)["_integers"], vars(self)["_exponent"]))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The weights, where 64-bit integers hold them."""
        del exchangeable
        return Weights if vars(self)["_limbs"].shape[1] == 1 else Strings

    def lower(self, n: int) -> LoweredLinear | LoweredWideLinear:
        """The named tuple that kernels see."""
        limbs, unit = vars(self)["_limbs"], math.ldexp(1.0, vars(self)["_exponent"])
        if limbs.shape[1] == 1:
            return LoweredLinear(frozen(limbs[:, 0].copy()), unit, vars(self)["_total"] <= EXACT)
        return LoweredWideLinear(limbs, limb_width(n), vars(self)["_exponent"])

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values, exact: `int64`, `float64`, or Python numbers as objects where neither holds all sums."""
        del step, key
        strings = bit_strings(candidates, self.n)
        return exact_sums(strings, vars(self)["_limbs"], vars(self)["_exponent"], vars(self)["_native"], self.values)

    def optimum(self) -> float | None:
        """The sum of the weights."""
        total = Fraction(vars(self)["_total"]) * Fraction(2) ** vars(self)["_exponent"]
        return float(total) if vars(self)["_native"] else None

    def __repr__(self) -> str:
        shown = ", ".join(f"{weight:g}" for weight in self.weights[:4])
        return f"Linear([{shown}{', ...' if self.n > 4 else ''}], n={self.n})"


class LoweredLinear(NamedTuple):
    """A linear function whose integer weights sum to less than 2^62; the unit converts them to values."""

    weights: np.ndarray
    unit: float
    #: whether all sums of weights are exact as floats
    exact: bool


class LoweredWideLinear(NamedTuple):
    """A linear function with long weights: `limbs[i, j]` in units of 2^(j * width + exponent)."""

    limbs: np.ndarray
    width: int
    exponent: int


def _as_integers(weights: Any) -> tuple[list[int], int, bool]:
    """Weights as integers times a power of two: (integers, exponent, whether they were integers)."""
    if isinstance(weights, np.ndarray) and weights.ndim != 1:
        raise checks.bad_value("weights", weights, "have shape (n,)", "Pass one weight per bit.")
    if isinstance(weights, np.ndarray | Sequence) and not isinstance(weights, str | bytes):
        items = list(weights.tolist() if isinstance(weights, np.ndarray) else weights)
    else:
        raise checks.bad_type("weights", weights, "be an array or a sequence of shape (n,)", _ACTION)
    if not items:
        raise checks.bad_value("weights", weights, "hold at least one weight", "Pass one weight per bit.")
    for place, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, int | float | np.integer | np.floating):
            raise checks.bad_type(f"weights[{place}]", item, "be a real number", _ACTION)
        if item <= 0 or (not isinstance(item, int) and not math.isfinite(item)):
            raise checks.bad_value(f"weights[{place}]", item, "be positive and finite", _ACTION)
    if all(isinstance(item, int | np.integer) for item in items):
        return [int(item) for item in items], 0, True
    ratios = [float(item).as_integer_ratio() for item in items]
    exponent = -max(denominator.bit_length() - 1 for _, denominator in ratios)
    integers = [numerator << (-exponent - denominator.bit_length() + 1) for numerator, denominator in ratios]
    common = math.gcd(*integers)
    spare = (common & -common).bit_length() - 1
    return [number >> spare for number in integers], exponent + spare, False


def _shown(mantissas: list[int], exponent: int, integral: bool) -> np.ndarray:
    if integral:
        return frozen(np.array(mantissas, dtype=np.int64 if max(mantissas) < 2**63 else object))
    return frozen(np.array([float(Fraction(m) * Fraction(2) ** exponent) for m in mantissas]))


def _limbs(mantissas: list[int], total: int) -> np.ndarray:
    if total < 2**62:
        return np.array(mantissas, dtype=np.int64).reshape(-1, 1)
    width = limb_width(len(mantissas))
    count = -(-max(mantissas).bit_length() // width)
    mask = (1 << width) - 1
    return np.array([[(m >> (width * j)) & mask for j in range(count)] for m in mantissas], dtype=np.int64)


def limb_width(n: int) -> int:
    """Bits per limb, such that sums of n limbs and a carry stay below 2^62."""
    return 61 - n.bit_length()


def exact_sums(strings: np.ndarray, limbs: np.ndarray, exponent: int, native: bool, kind: Values) -> np.ndarray:
    """The exact sums of the weights that the rows of `strings` select."""
    sums = strings.astype(np.int64) @ limbs
    if native:
        return sums[:, 0] if kind is Values.INT64 else np.ldexp(sums[:, 0].astype(np.float64), exponent)
    width = limb_width(strings.shape[1])
    values = np.empty(len(strings), dtype=object)
    for row, parts in enumerate(sums):
        total = sum(int(part) << (width * place) for place, part in enumerate(parts))
        values[row] = total if kind is Values.INT64 else Fraction(total) * Fraction(2) ** exponent
    return values


@implements_lowered(LoweredLinear)
def value(problem, cache, x):
    """The sum of the selected weights."""
    total = np.int64(0)
    for place in range(x.shape[0]):
        if x[place] == 1:
            total += problem.weights[place]
    return total * problem.unit


@register_jitable
def _change(problem, x, flips, count):
    """The exact integer sum over the flipped bits."""
    change = np.int64(0)
    for place in range(count):
        position = flips[place]
        if x[position] == 0:
            change += problem.weights[position]
        else:
            change -= problem.weights[position]
    return change


@implements_lowered(LoweredLinear)
def gain(problem, cache, x, flips, count, stream):
    """The exact integer sum over the flipped bits."""
    change = _change(problem, x, flips, count)
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, change * problem.unit


@implements_lowered(LoweredLinear)
def exact(problem):
    """Where all sums are exact as floats."""
    return problem.exact


@implements_lowered(LoweredLinear)
def scored(problem):
    """Where all sums are exact as floats."""
    return problem.exact


@implements_lowered(LoweredLinear)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The sign of the difference of two exact integers; what both flip cancels."""
    change = _change(problem, x, first, first_count) - _change(problem, x, second, second_count)
    return 1 if change > 0 else (-1 if change < 0 else 0)


@implements_lowered(LoweredLinear)
def order(problem, first, second, stream):
    """The exact integer sum over the positions at which the strings differ."""
    change = np.int64(0)
    for position in range(first.shape[0]):
        change += problem.weights[position] * (np.int64(first[position]) - np.int64(second[position]))
    return 1 if change > 0 else (-1 if change < 0 else 0)


@register_jitable
def _rounded(problem, sums):
    """The nearest float to the non-negative sum of sums[j] 2^(j * width + exponent); uses up `sums`."""
    width, carry = problem.width, np.int64(0)
    for limb in range(sums.shape[0]):
        total = sums[limb] + carry
        carry = total >> width
        sums[limb] = total - (carry << width)
    # At least 61 leading bits, of which the last stands for all that follow: one rounding, the right one.
    leading, rest, exponent = carry, np.int64(0), problem.exponent + width * sums.shape[0]
    for limb in range(sums.shape[0] - 1, -1, -1):
        for place in range(width - 1, -1, -1):
            bit = (sums[limb] >> place) & 1
            if leading < 2**60:
                leading = 2 * leading + bit
                exponent -= 1
            else:
                rest |= bit
    return math.ldexp(float(leading | rest), exponent)


def _wide_value(problem, cache, x):
    sums = np.zeros(problem.limbs.shape[1], dtype=np.int64)
    for position in range(x.shape[0]):
        for limb in range(sums.shape[0]):
            sums[limb] += problem.limbs[position, limb] * np.int64(x[position])
    return _rounded(problem, sums)


@register_jitable
def _limb_change(problem, x, flips, count, limb):
    """The change of one limb's sum, without carry."""
    change = np.int64(0)
    for place in range(count):
        position = flips[place]
        if x[position] == 0:
            change += problem.limbs[position, limb]
        else:
            change -= problem.limbs[position, limb]
    return change


@register_jitable
def _carried(problem, change, sign):
    """One limb of a long number: (carry, sign so far); the sign of the last carry overrules it."""
    carry = change >> problem.width  # floor: the remainder is non-negative
    return carry, 1 if change - (carry << problem.width) != 0 else sign


def _wide_contest(problem, cache, x, first, first_count, second, second_count, stream):
    sign, carry = 0, np.int64(0)
    for limb in range(problem.limbs.shape[1]):
        change = _limb_change(problem, x, first, first_count, limb)
        change -= _limb_change(problem, x, second, second_count, limb)
        carry, sign = _carried(problem, carry + change, sign)
    return sign if carry == 0 else (1 if carry > 0 else -1)


def _wide_order(problem, first, second, stream):
    sign, carry = 0, np.int64(0)
    for limb in range(problem.limbs.shape[1]):
        change = carry
        for position in range(first.shape[0]):
            change += problem.limbs[position, limb] * (np.int64(first[position]) - np.int64(second[position]))
        carry, sign = _carried(problem, change, sign)
    return sign if carry == 0 else (1 if carry > 0 else -1)


def _wide_scored(problem):
    return False


def _wide_compare(problem, cache, x, flips, count, stream):
    sign, carry = 0, np.int64(0)
    for limb in range(problem.limbs.shape[1]):
        carry, sign = _carried(problem, carry + _limb_change(problem, x, flips, count, limb), sign)
    return sign if carry == 0 else (1 if carry > 0 else -1)


def _wide_gain(problem, cache, x, flips, count, stream):
    sign = f.compare(problem, cache, x, flips, count, stream)
    sums = np.zeros(problem.limbs.shape[1], dtype=np.int64)
    for place in range(count):
        position = flips[place]
        for limb in range(sums.shape[0]):
            sums[limb] += problem.limbs[position, limb] * (sign * (1 - 2 * np.int64(x[position])))
    return sign, sign * _rounded(problem, sums)


for _function in (_wide_value, _wide_compare, _wide_gain, _wide_contest, _wide_order, _wide_scored):
    _function.__name__ = _function.__name__.removeprefix("_wide_")
    implements_lowered(LoweredWideLinear)(_function)
