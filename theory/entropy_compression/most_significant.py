"""The code for BinVal, with exact a(y) and b(y) for any number of bits."""

from bisect import bisect_left
from itertools import accumulate
from typing import final

from theory.entropy_compression._coder import Coder
from theory.entropy_compression._subsets import chosen
from theory.entropy_compression.codes import AbstractCode, Step
from theory.entropy_compression.proposal import ReverseProposal

__all__ = ["BinVal"]


@final
class BinVal(AbstractCode):
    """The most significant flip decides: with h positions above i, a(y) is the sum over zero-bits i of p (1 - p)^h.

    b(y) is the sum over one-bits i of the probability that Q flips i and nothing above. Position 0 is the most
    significant, as in `bin_val`.

    Args:
        n: number of bits.
        rate: flip probability per bit, in (0, 1).
        proposal: the reverse proposal Q.

    Example:
        >>> BinVal(100, rate=0.01).n
        100
    """

    def __init__(self, n: int, rate: float, proposal: ReverseProposal | None = None) -> None:
        super().__init__(n, rate, proposal)
        self._shares: tuple[tuple[int, ...], list[int], list[int], int] = ((), [], [], 0)

    @property
    def precision(self) -> int:
        return 2 * self._bits + 1

    def shares(self, y: tuple[int, ...]) -> tuple[float, float]:
        ones, zeros = self._places(y)
        first, _, back = self._kept(y, ones)
        return (self._one - first[-1]) / self._one if zeros else self.rate, back / self._one**2

    def step(self, coder: Coder, y: tuple[int, ...], known: Step | None) -> Step:
        ones, zeros = self._places(y)
        if known is not None and known.flips and not y[known.flips[0]]:
            self._refuse(known, "BinVal")
        first = None if known is None or not known.flips else bisect_left(ones, known.flips[0])
        if zeros or not self._announced(coder, known):
            begins, idle = self._kept(y, ones)[0], len(ones)
            symbol = None if known is None else idle
            if first is not None and known is not None:
                symbol = idle + 1 if known.accepted else first
            symbol = coder.choose(begins, len(begins) - 1, self._one, symbol)
            if symbol == idle:
                return Step((), True)
            if symbol < idle:
                return Step((ones[symbol], *self._below(coder, ones[symbol], known)), False)
        begins, total = self._kept(y, ones)[1:]
        at = coder.choose(begins, len(ones) - 1, total, first)
        removed, readded = self.proposal.rates(self.n, len(zeros), self._p)
        lost = chosen(coder, self._gaps(removed, len(ones)), self._one, ones[at + 1 :], known)
        gained = chosen(coder, self._gaps(readded, len(zeros)), self._one, zeros[ones[at] - at :], known)
        return Step((ones[at], *sorted(lost + gained)), True)

    def _below(self, coder: Coder, first: int, known: Step | None) -> list[int]:
        """The other flips of a step that leaves the string."""
        return chosen(coder, self._gaps(self._p, self.n), self._one, range(first + 1, self.n), known)

    def _kept(self, y: tuple[int, ...], ones: list[int]) -> tuple[list[int], list[int], int]:
        """Where the shares begin: of first flips, idle and a move; of first flips that lead back; and their total."""
        if self._shares[0] is not y:
            gaps, count = self._gaps(self._p, self.n), len(ones)
            stay = [*(gaps[place + 1] - gaps[place] for place in ones), self._one - gaps[self.n]]
            removed, readded = self.proposal.rates(self.n, self.n - count, self._p)
            down, up = self._gaps(removed, count), self._gaps(readded, self.n - count)
            back = [(self._one - down[at]) * (self._one - up[place - at]) for at, place in enumerate(ones)]
            back = [share * removed.numerator // removed.denominator for share in back]
            begins = list(accumulate(stay, initial=0))
            *returns, total = accumulate(back, initial=0)
            self._shares = (y, begins if count < self.n else begins[:-1], returns, total)
        return self._shares[1:]
