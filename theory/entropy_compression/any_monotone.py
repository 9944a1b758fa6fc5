"""The code that knows of the function only that it is strictly monotone, for any number of bits."""

from fractions import Fraction
from typing import final

from theory.entropy_compression._coder import Coder, CorruptedError
from theory.entropy_compression._subsets import chosen
from theory.entropy_compression.codes import AbstractCode, Step

__all__ = ["AnyMonotone"]


@final
class AnyMonotone(AbstractCode):
    """Every mutation that flips zero-bits only is improving: a(y) = (1 - p)^(n - k) (1 - (1 - p)^k), k zero-bits in y.

    Of the proposals Q those that remove a one-bit are taken: b(y) = 1 - (1 - q)^(n - k), q the probability to remove a
    one-bit. These bound the a(y) of every such function from below and its b(y) from above, so that a code that knows
    the function is shorter. A mutation that loses a one-bit is coded with its forward probability, improving or not.
    The decoder needs no function: what is accepted follows from the code.

    Args:
        n: number of bits.
        rate: flip probability per bit, in (0, 1).
        proposal: the reverse proposal Q.

    Example:
        >>> AnyMonotone(100, rate=0.01).precision > 64
        True
    """

    @property
    def precision(self) -> int:
        return self._bits

    def shares(self, y: tuple[int, ...]) -> tuple[float, float]:
        ones, zeros = self._places(y)
        gaps = self._gaps(self._p, self.n)
        removed, _ = self.proposal.rates(self.n, len(zeros), self._p)
        move = Fraction(gaps[self.n] - gaps[len(ones)], self._one) if zeros else self._p
        return float(move), self._gaps(removed, len(ones))[-1] / self._one

    def step(self, coder: Coder, y: tuple[int, ...], known: Step | None) -> Step:
        ones, zeros = self._places(y)
        gaps = self._gaps(self._p, self.n)
        if known is not None and known.flips and not any(y[place] for place in known.flips):
            self._refuse(known, "a strictly monotone function")
        kind = None if known is None else (2 if not known.flips else int(known.accepted))
        if not zeros and self._announced(coder, known):
            kind = 1
        else:  # loses a one-bit, gains only, idle
            kind = coder.choose((0, gaps[len(ones)], gaps[self.n]), 2, self._one, kind)
        if kind == 2:
            return Step((), True)
        tables = (gaps, gaps)
        if kind == 1:
            removed, readded = self.proposal.rates(self.n, len(zeros), self._p)
            tables = (self._gaps(removed, len(ones)), self._gaps(readded, len(zeros)))
        lost = chosen(coder, tables[0], self._one, ones, known, nonempty=True)
        if not lost:
            raise CorruptedError("announce a step to a string that has no predecessor")
        gained = chosen(coder, tables[1], self._one, zeros, known)
        return Step(tuple(sorted(lost + gained)), kind == 1)
