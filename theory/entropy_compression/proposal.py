"""The reverse proposal Q: from a string to one that it may have come from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory import _check

__all__ = ["ReverseProposal"]


@final
@dataclass(frozen=True)
class ReverseProposal:
    """Q flips every one-bit of y with probability mu / (n - k) and every zero-bit with lambda / k; k = zero-bits of y.

    Both probabilities are at most 1/2, and k counts as 1 at the string of ones. Only proposals that remove a one-bit
    can be predecessors, so that small mu means exactly one.

    Args:
        readded: lambda > 0, the expected number of zero-bits that become one-bits; None for c, the strength.
        removed: mu > 0, the expected number of one-bits that become zero-bits; None for c k / n, as in a forward step.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Example:
        >>> ReverseProposal().rates(n=10, zeros=2, rate=Fraction(1, 10))
        (Fraction(1, 40), Fraction(1, 2))
    """

    readded: float | None = None
    removed: float | None = None

    def __post_init__(self) -> None:
        for name, unit in (("readded", "expected zero-bits flipped"), ("removed", "expected one-bits flipped")):
            if getattr(self, name) is not None:
                _check.real(name, getattr(self, name), "(0, inf)", unit=unit, advice="Pass 1.0, say.")

    def rates(self, n: int, zeros: int, rate: Fraction) -> tuple[Fraction, Fraction]:
        """The probability that a one-bit is removed, and that a zero-bit is readded.

        Args:
            n: number of bits.
            zeros: zero-bits of y.
            rate: flip probability per bit of the forward step.
        """
        strength, k, half = rate * n, max(zeros, 1), Fraction(1, 2)
        removed = strength * k / n if self.removed is None else Fraction(self.removed)
        readded = strength if self.readded is None else Fraction(self.readded)
        return min(half, removed / max(n - zeros, 1)), min(half, readded / k)

    def weights(self, n: int, rate: float) -> NDArray[np.float64]:
        """Q(y -> y xor S) at [y, S], float64[2^n, 2^n]."""
        strings = np.arange(2**n)
        count = np.bitwise_count(strings).astype(np.int64)
        down, up = np.array([[float(r) for r in self.rates(n, k, Fraction(rate))] for k in range(n + 1)]).T
        ones = count[:, None]
        zeros = n - ones
        lost = count[strings[:, None] & strings[None, :]]
        gained = count[None, :] - lost
        a, b = down[zeros], up[zeros]
        return a**lost * (1.0 - a) ** (ones - lost) * b**gained * (1.0 - b) ** (zeros - gained)
