"""A code for a step of the (1+1)-EA, given the string after it.

A step that leaves the string is coded with its forward probability P(S). What remains, the share a(y), announces a
move, and the reverse proposal Q names the predecessor: R(y -> x) = a(y) Q(y -> x) / b(y). Codes differ in what they
know of the function, hence in the a(y) and b(y) that they can compute. At the string of ones nothing remains, a = 0;
there the share p, the rate, announces the move into it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, NoReturn

from theory import _check
from theory.entropy_compression._coder import Coder, Step
from theory.entropy_compression._subsets import bits_for, table
from theory.entropy_compression.proposal import ReverseProposal

__all__ = ["AbstractCode", "Step"]

_TABLES = 64  # kept of different numbers of zero-bits


class AbstractCode(ABC):
    """A code for steps given the string after them; shares are integers, so that both sides compute the same ones.

    Args:
        n: number of bits.
        rate: flip probability per bit, in (0, 1).
        proposal: the reverse proposal Q.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.
    """

    def __init__(self, n: int, rate: float, proposal: ReverseProposal | None = None) -> None:
        advice = "Pass the rate of the run."
        self.n = _check.bits(n)
        self.rate = _check.real("rate", rate, "(0, 1)", unit="probability per bit", advice=advice)
        self.proposal = ReverseProposal() if proposal is None else proposal
        if not isinstance(self.proposal, ReverseProposal):
            raise TypeError(f"`proposal` must be a ReverseProposal; got {proposal!r}. Pass None for the usual one.")
        self._p = Fraction(self.rate)
        self._gaps = lru_cache(maxsize=_TABLES)(self._table)
        self._split: tuple[Any, list[int], list[int]] = ((), [], [])

    @property
    @abstractmethod
    def precision(self) -> int:
        """Bits of the largest total of shares."""

    @abstractmethod
    def step(self, coder: Coder, y: tuple[int, ...], known: Step | None) -> Step:
        """One step, written, measured or read.

        Args:
            coder: what writes, measures or reads.
            y: the bits after the step.
            known: the step, or None where it is to be read.
        """

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n={self.n}, rate={self.rate:g})"

    @abstractmethod
    def shares(self, y: tuple[int, ...]) -> tuple[float, float]:
        """The shares of the code before the string y: a(y) of a move, and b(y) of Q that leads back."""

    def string(self, coder: Coder, known: Sequence[int] | None) -> tuple[int, ...]:
        """A string by its number of zero-bits, uniform on 0, ..., n, and their places: 1 / ((n + 1) C(n, k))."""
        n, found = self.n, []
        zeros = coder.choose(range(n + 1), n, n + 1, None if known is None else n - sum(known))
        for place in range(n):
            bit = coder.choose((0, zeros), 1, n - place, None if known is None else known[place])
            zeros -= 1 - bit
            found.append(bit)
        return tuple(found)

    @cached_property
    def _bits(self) -> int:
        """Precision for the gaps of a forward step and of any proposal."""
        needed = [bits_for(self._p, self.n)]
        for zeros in range(self.n + 1):
            removed, readded = self.proposal.rates(self.n, zeros, self._p)
            needed += [bits_for(removed, self.n - zeros), bits_for(readded, zeros)]
        return max(needed)

    @property
    def _one(self) -> int:
        return 1 << self._bits

    def _table(self, rate: Fraction, count: int) -> list[int]:
        return table(rate, count, self._bits)

    def _places(self, y: tuple[int, ...]) -> tuple[list[int], list[int]]:
        """The positions of the one-bits and of the zero-bits."""
        if self._split[0] is not y:
            ones = [place for place, bit in enumerate(y) if bit]
            self._split = (y, ones, [place for place, bit in enumerate(y) if not bit])
        return self._split[1], self._split[2]

    def _announced(self, coder: Coder, known: Step | None) -> bool:
        """At the string of ones: whether the step led into it."""
        symbol = None if known is None else int(bool(known.flips) and known.accepted)
        p = self._p
        return bool(coder.choose((0, p.denominator - p.numerator), 1, p.denominator, symbol))

    def _refuse(self, known: Step, allowed: str) -> NoReturn:
        verdict = "accepted" if known.accepted else "rejected"
        raise ValueError(
            f"`run` must be one on {allowed}; got a step with flips {known.flips} that was {verdict}. Record it on "
            "that function, or pass the code of its own."
        )
