"""A lower bound for every linear function with positive weights: none is easier than OneMax."""

from theory import _check
from theory.exact import onemax
from theory.results import Value

__all__ = ["lower_bound"]


def lower_bound(n: int, *, strength: float | None = None, rate: float | None = None) -> Value:
    """A lower bound on the expected number of steps of the (1+1)-EA from a uniform string.

    For p <= 1/2, E[T] on OneMax is smallest among all functions with a single optimum, so among all linear functions
    with positive weights. The time on OneMax is exact.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n / 2].
        rate: flip probability per bit, in (0, 1/2]; exactly one of `strength` and `rate`.

    Returns:
        A bound in steps, in `.lower`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, rates above 1/2 included.

    Source: Witt (2013), where T on OneMax is stochastically smallest; Sudholt (2013). Recalled; the tests compare with
        enumeration.

    Example:
        >>> round(lower_bound(100, strength=1.0).lower, 6)
        1069.538497
    """
    n = _check.bits(n)
    p = _check.rate_of(n, strength, rate)
    if p > 0.5:
        raise ValueError(
            f"`rate` must lie in (0, 1/2] (probability per bit), where OneMax is the easiest function; got {p!r} with "
            f"n={n}. For larger rates use theory.enumeration."
        )
    source = "Witt (2013), Sudholt (2013): OneMax is easiest among functions with one optimum, p <= 1/2"
    return Value.bound(lower=onemax.expected_steps(n, rate=p).lower, source=source)
