"""The code for any strictly monotone function of at most 12 bits, with exact a(y) and b(y)."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, final

import numpy as np

from theory.entropy_compression._coder import Coder
from theory.entropy_compression.codes import AbstractCode, Step
from theory.entropy_compression.functions import demand_monotone
from theory.entropy_compression.proposal import ReverseProposal
from theory.exact.enumeration._model import ranks_of

__all__ = ["Enumerated"]

_BITS = 192  # precision of the shares, at least


class _Table(NamedTuple):
    """Sets of flips, each an integer, and where the share of each begins."""

    masks: list[int]
    places: dict[int, int]
    begins: list[int]
    total: int


@final
class Enumerated(AbstractCode):
    """All 2^n flips are listed: a(y) = P(f(y xor S) >= f(y), S not empty), b(y) = Q(f(x) <= f(y), x != y).

    Args:
        values: 2^n values, entry x for the string with bit i of x at position i; strictly monotone, n at most 12.
        rate: flip probability per bit, in (0, 1).
        proposal: the reverse proposal Q.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or a function that is not strictly monotone.

    Example:
        >>> Enumerated([0, 1, 2, 3], rate=0.5).n
        2
    """

    def __init__(self, values: Sequence[Any], rate: float, proposal: ReverseProposal | None = None) -> None:
        n, ranks, beats = ranks_of(values)
        if beats is not None:
            raise ValueError(
                "`values` must be the 2^n values of one function; got a matrix. Pass tabulate(n, function), say."
            )
        demand_monotone(n, ranks)
        super().__init__(n, rate, proposal)
        self._ranks = ranks
        removed = [self.proposal.rates(n, zeros, self._p) for zeros in range(n + 1)]
        least = min(self._p, 1 - self._p, *(rate for both in removed for rate in both))
        self._share_bits = max(_BITS, 64 + n + n * (least.denominator.bit_length() - least.numerator.bit_length() + 1))
        self._stays: dict[int, _Table] = {}
        self._predecessors: dict[int, _Table] = {}

    @property
    def precision(self) -> int:
        return max(self._share_bits + 1, self._p.denominator.bit_length())

    def shares(self, y: tuple[int, ...]) -> tuple[float, float]:
        string = sum(bit << place for place, bit in enumerate(y))
        stays = self._table_of(self._stays, string, self._stay_shares)
        move = self.rate if all(y) else (stays.total - stays.begins[-1]) / stays.total
        return move, self._table_of(self._predecessors, string, self._predecessor_shares).total / (
            1 << self._share_bits
        )

    def step(self, coder: Coder, y: tuple[int, ...], known: Step | None) -> Step:
        string = sum(bit << place for place, bit in enumerate(y))
        mask = None if known is None else sum(1 << place for place in known.flips)
        if string < 2**self.n - 1 or not self._announced(coder, known):
            stays = self._table_of(self._stays, string, self._stay_shares)
            moves = len(stays.masks)  # the symbol of a move, where there is one
            symbol = moves if known is not None and mask and known.accepted else self._place(stays, mask, known)
            symbol = coder.choose(stays.begins, len(stays.begins) - 1, stays.total, symbol)
            if symbol < moves:
                return self._flips(stays.masks[symbol], accepted=stays.masks[symbol] == 0)
        found = self._table_of(self._predecessors, string, self._predecessor_shares)
        symbol = coder.choose(found.begins, len(found.masks) - 1, found.total, self._place(found, mask, known))
        return self._flips(found.masks[symbol], accepted=True)

    def _place(self, table: _Table, mask: int | None, known: Step | None) -> int | None:
        if known is not None and mask not in table.places:
            self._refuse(known, "the function of the code")
        return None if mask is None else table.places[mask]

    def _flips(self, mask: int, accepted: bool) -> Step:
        return Step(tuple(place for place in range(self.n) if mask >> place & 1), accepted)

    def _table_of(
        self, kept: dict[int, _Table], y: int, shares: Callable[[int], tuple[list[int], list[int], int]]
    ) -> _Table:
        if y not in kept:
            masks, each, rest = shares(y)
            begins = list(accumulate(each, initial=0))
            total = begins[-1] + rest
            kept[y] = _Table(masks, {mask: at for at, mask in enumerate(masks)}, begins if rest else begins[:-1], total)
        return kept[y]

    def _stay_shares(self, y: int) -> tuple[list[int], list[int], int]:
        """The sets of flips that leave y, their forward probabilities, and what remains for a move: a(y)."""
        strings = np.arange(2**self.n)
        stays = (self._ranks[strings ^ y] < self._ranks[y]) | (strings == 0)
        by_size = [_share(((self._p, size, self.n),), self._share_bits) for size in range(self.n + 1)]
        masks = strings[stays].tolist()
        each = [by_size[mask.bit_count()] for mask in masks]
        return masks, each, 0 if y == 2**self.n - 1 else (1 << self._share_bits) - sum(each)

    def _predecessor_shares(self, y: int) -> tuple[list[int], list[int], int]:
        """The sets of flips that lead from y to a string that is not better, and their shares of Q."""
        strings = np.arange(1, 2**self.n)
        masks = strings[self._ranks[strings ^ y] <= self._ranks[y]].tolist()
        zeros = self.n - y.bit_count()
        removed, readded = self.proposal.rates(self.n, zeros, self._p)
        each = []
        for mask in masks:
            lost = (mask & y).bit_count()
            flips = (removed, lost, self.n - zeros), (readded, mask.bit_count() - lost, zeros)
            each.append(_share(flips, self._share_bits))
        return masks, each, 0


@lru_cache(4096)
def _share(flips: tuple[tuple[Fraction, int, int], ...], bits: int) -> int:
    """2^bits times the probability that of `of` positions `count` given ones flip, for each (rate, count, of)."""
    above, below = 1 << bits, 1
    for rate, count, of in flips:
        above *= rate.numerator**count * (rate.denominator - rate.numerator) ** (of - count)
        below *= rate.denominator**of
    return max(1, above // below)
