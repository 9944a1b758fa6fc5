"""The checks of mutations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from evo.discrete.algorithms.one_plus_one import OnePlusOne
from evo.discrete.checking.base import (
    FALSE_ALARM,
    AbstractChecker,
    Checks,
    need_jit,
)
from evo.discrete.engines import functions as f
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import (
    AbstractFunction,
    flip_sizes,
)
from evo.discrete.problems.one_max import OneMax
from evo.discrete.rates.static import Static
from evo.testing import BrokenError

_MASKS = 200_000


class MutationChecker(AbstractChecker):
    """Positions, memo, and the law of flips."""

    needed = ("flips",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        rate = Static(strength=1.0) if self.part.rated else None
        return OnePlusOne(rate=rate, mutation=self.part), OneMax(self.n)

    def rates(self, n: int, *rates: float) -> tuple[float, ...]:
        """These rates, or the mutation's own."""
        return rates if self.part.rated else (self.part.own_rate(n),)

    def lengths(self, *lengths: int) -> list[int]:
        """Those of these string lengths that the mutation takes, and the one that it is checked at."""
        taken = []
        for n in sorted({*lengths, self.n}):
            try:
                self.part.lower(n)
            except ValueError:  # as many rates as positions, or more flips than bits
                if n == self.n:
                    raise
            else:
                taken.append(n)
        return taken

    def plain(self) -> Checks:
        yield "flips are distinct positions", self.positions
        yield "the memo does not matter", self.memo

    def compiled(self) -> Checks:
        yield "law of flips", self.masks
        yield from super().compiled()

    def calls(self) -> dict[str, tuple[Any, ...]]:
        stream, out = np.arange(1, 5, dtype=np.uint64), np.zeros(self.n, dtype=np.int64)
        rate = self.rates(self.n, 1.0 / self.n)[0]
        return {"flips": (self.part.lower(self.n), rate, self.n, stream, out, np.zeros(128))}

    def draws(self, rates: Any, n: int, count: int, memo: np.ndarray | None) -> Iterator[tuple[float, list[int]]]:
        """Flips in Python: with a common memo, or each with a fresh one."""
        lowered, stream = self.part.lower(n), np.empty(4, dtype=np.uint64)
        words = self.key.child("flips").words()
        for index in range(count):
            rate = rates[index % len(rates)]
            seed_stream(stream, words[0], words[1], index)
            out = np.full(n, -1, dtype=np.int64)
            found = f.flips(lowered, rate, n, stream, out, np.zeros(128) if memo is None else memo)
            if int(found) != found or not 0 <= found <= n:
                raise BrokenError(f"n={n}, rate={rate:g}: the number of flips is {found}")
            yield rate, out[: int(found)].tolist()

    def positions(self) -> None:
        for n in self.lengths(40):
            for rate, flips in self.draws(self.rates(n, 0.0, 1.0 / n, 0.5, 0.9, 1.0), n, 1000, None):
                if len(set(flips)) < len(flips) or not all(0 <= item < n for item in flips):
                    raise BrokenError(f"n={n}, rate={rate:g}: the flips {flips} are not distinct positions in [0, {n})")

    def memo(self) -> None:
        rates = self.rates(self.n, 1.0 / self.n, 0.5, 0.5, 0.3, 1.0 / self.n)
        pairs = zip(self.draws(rates, self.n, 500, None), self.draws(rates, self.n, 500, np.zeros(128)))
        for (rate, fresh), (_, kept) in pairs:
            if fresh != kept:
                raise BrokenError(f"rate={rate:g}: flips are {fresh} with a fresh memo and {kept} with a used one")

    def masks(self) -> str:
        """The law, where it is known; else sets of equal size are equally likely."""
        need_jit()
        n, out = self.lengths(min(self.n, 5))[0], np.zeros(_MASKS, dtype=np.int64)
        symmetric = self.part.symmetric
        sizes = flip_sizes(n)
        rates = self.rates(n, 1.5 / n, 0.7)
        known = False
        for rate in rates:
            law = self.part.law_of_flips(n, rate)
            known = law is not None
            words = self.key.child("masks").words()
            _sample_masks(self.part.lower(n), rate, n, words, out)
            counts = np.bincount(out, minlength=2**n)
            for mask in np.flatnonzero(out[:300] != self._python_masks(n, rate, 300)):
                raise BrokenError(f"rate={rate:g}: mutation {mask} is {out[mask]:b} compiled, and another in Python")
            often = [int(counts[[mask for mask in range(2**n) if mask >> bit & 1]].sum()) for bit in range(n)]
            if law is None and counts[0] < _MASKS and min(often) == 0:
                raise BrokenError(
                    f"n={n}, rate={rate:g}: position {often.index(0)} was never flipped in {_MASKS} mutations"
                )
            if law is not None:
                _multinomial(counts, law, f"n={n}, rate={rate:g}: the set with mask")
            elif symmetric:
                for size in range(1, n):
                    chosen = np.flatnonzero(sizes == size)
                    uniform = np.full(len(chosen), 1.0 / len(chosen))
                    _multinomial(counts[chosen], uniform, f"n={n}, rate={rate:g}: among sets of {size} flips, number")
        remark = ", all sets" if known else "" if symmetric else ", positions are declared different"
        return f"{len(rates) * _MASKS} mutations{remark}"

    def _python_masks(self, n: int, rate: float, count: int) -> np.ndarray:
        words, stream, out = self.key.child("masks").words(), np.empty(4, dtype=np.uint64), np.zeros(n, dtype=np.int64)
        lowered, masks = self.part.lower(n), []
        for index in range(count):
            seed_stream(stream, words[0], words[1], index)
            found = f.flips(lowered, rate, n, stream, out, np.zeros(128))
            masks.append(sum(1 << int(item) for item in out[:found]))
        return np.array(masks)


@Kernel
def _sample_masks(mutation, rate, n, words, masks):
    """Independent mutations as bit masks."""
    stream, out, memo = np.empty(4, dtype=np.uint64), np.zeros(n, dtype=np.int64), np.zeros(128)
    for index in range(masks.shape[0]):
        seed_stream(stream, words[0], words[1], index)
        count = f.flips(mutation, rate, n, stream, out, memo)
        mask = 0
        for place in range(count):
            mask |= 1 << out[place]
        masks[index] = mask


def _multinomial(counts: np.ndarray, law: np.ndarray, what: str) -> None:
    """Every count is plausible: Chernoff's bound exp(-N KL(count / N, p)) per cell and side, over all cells."""
    total = int(counts.sum())
    if total == 0:
        return
    bound = math.log(2 * len(counts) / FALSE_ALARM)
    for cell, (count, p) in enumerate(zip(counts.tolist(), law.tolist())):
        share = count / total
        divergence = sum(
            math.inf if b <= 0.0 else a * math.log(a / b) for a, b in ((share, p), (1.0 - share, 1.0 - p)) if a > 0.0
        )
        if total * divergence > bound:
            raise BrokenError(f"{what} {cell} has frequency {share:.4f} where {p:.4f} is due, in {total} mutations")
