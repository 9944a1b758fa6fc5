"""An upper bound for every linear function with positive weights, from multiplicative drift of a potential."""

import math

from theory import _check
from theory.results import Value

__all__ = ["upper_bound"]


def upper_bound(
    n: int, *, strength: float | None = None, rate: float | None = None, failure: float | None = None
) -> Value:
    """An upper bound on the number of steps of the (1+1)-EA on every linear function with positive weights.

    E[T] <= b(1) and P(T > b(r)) <= e^-r, where for every a > 1, with q = (1 - p)^(1 - n),
    b(r) = q (n a^2 q / (a - 1) + a / (a - 1) (ln(1/p) + (n - 1) ln(1 - p) + r) / p); a is chosen best.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        failure: None to bound the expected value; otherwise the probability e^-r, in (0, 1), that T may exceed the
            bound.

    Returns:
        A bound in steps, in `.upper`; inf at rate 1 or beyond the range of floats.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Witt (2013), the upper bound for general rates; recalled. It follows from multiplicative drift of g, see
        `potential`: with x = a p q, the sum of the weights is at most ((1 + x)^n - 1) / x <= e^(n x) / x, and b(r) =
        (n x - ln(p q) + r) / delta. The tests compare it with exact laws.

    Example:
        >>> round(upper_bound(1000, strength=1.0).upper)
        61320
    """
    n = _check.bits(n)
    p = _check.rate_of(n, strength, rate)
    source = "Witt (2013): multiplicative drift, upper bound for every linear function"
    r = 1.0
    if failure is not None:
        advice = "Pass None for a bound on the expected value."
        r = -math.log(_check.real("failure", failure, "(0, 1)", unit="probability", advice=advice))
    if p == 1.0 or -2.0 * (n - 1) * math.log1p(-p) > 700.0:
        return Value.bound(lower=0.0, source=source)
    inverse = math.exp(-(n - 1) * math.log1p(-p))
    square = n * inverse * inverse
    other = inverse * (-math.log(p) + (n - 1) * math.log1p(-p) + r) / p
    a = 1.0 + math.sqrt(1.0 + other / square)  # the zero of the derivative of (square a^2 + other a) / (a - 1)
    return Value.bound(lower=0.0, upper=(square * a * a + other * a) / (a - 1.0), source=source)
