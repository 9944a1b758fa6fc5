"""An arithmetic coder in exact integers, and a meter that takes its place and counts bits.

A model is written once: it calls `choose` for one symbol after the other. The encoder and the meter take the symbol
from the model, the decoder returns it.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol

_GUARD = 64  # bits of the registers beyond those of the totals


class CorruptedError(ValueError):
    """The digits were not written by an encoder of the same model."""


class Step(NamedTuple):
    """The flipped positions, rising, and whether the offspring was accepted."""

    flips: tuple[int, ...]
    accepted: bool


class Coder(Protocol):
    """What a model sees."""

    def choose(self, table: Sequence[int], last: int, total: int, symbol: int | None) -> int:
        """One symbol of 0, ..., last.

        Args:
            table: table[s] is where the share of symbol s begins; rising from 0.
            last: the last symbol, whose share ends at `total`.
            total: the sum of all shares.
            symbol: the symbol, or None where it is to be read.

        Returns:
            The symbol.
        """
        ...


def _given(symbol: int | None) -> int:
    if symbol is None:
        raise ValueError("`symbol` must be given where symbols are written; got None. Only a decoder reads it.")
    return symbol


class Encoder:
    """Witten, Neal and Cleary's coder with registers of any width; at most 2 bits and rounding beyond the ideal."""

    def __init__(self, precision: int) -> None:
        self._width = precision + _GUARD
        self._low, self._high = 0, 2**self._width - 1
        self._pending = 0
        self._out: list[str] = []

    def choose(self, table: Sequence[int], last: int, total: int, symbol: int | None) -> int:
        symbol = _given(symbol)
        span = self._high - self._low + 1
        end = total if symbol == last else table[symbol + 1]
        if end <= table[symbol]:
            raise ValueError(
                f"`table` must give a positive share to every symbol that occurs; got {end - table[symbol]} for symbol "
                f"{symbol}. Let the code refuse steps that it takes for impossible."
            )
        self._high = self._low + span * end // total - 1
        self._low += span * table[symbol] // total
        half, quarter = 1 << (self._width - 1), 1 << (self._width - 2)
        while True:
            if self._high < half:
                self._emit("0", "1")
            elif self._low >= half:
                self._emit("1", "0")
                self._low, self._high = self._low - half, self._high - half
            elif self._low >= quarter and self._high < half + quarter:
                self._pending += 1
                self._low, self._high = self._low - quarter, self._high - quarter
            else:
                return symbol
            self._low, self._high = 2 * self._low, 2 * self._high + 1

    def finish(self) -> str:
        """The message in binary digits."""
        self._pending += 1
        self._emit("01"[self._low >= 1 << (self._width - 2)], "10"[self._low >= 1 << (self._width - 2)])
        return "".join(self._out)

    def _emit(self, digit: str, other: str) -> None:
        self._out.append(digit + other * self._pending)
        self._pending = 0


class Decoder:
    """Reads what an `Encoder` of the same precision wrote."""

    def __init__(self, digits: str, precision: int) -> None:
        self._width = precision + _GUARD
        self._low, self._high = 0, 2**self._width - 1
        self._digits = digits
        self._next = self._width  # digits read, and zeros behind them
        self._value = int(digits[: self._width].ljust(self._width, "0"), 2)

    def choose(self, table: Sequence[int], last: int, total: int, symbol: int | None) -> int:
        if total == 0:
            raise CorruptedError("announce a step to a string that has no predecessor")
        span = self._high - self._low + 1
        place = ((self._value - self._low + 1) * total - 1) // span
        symbol = bisect_right(table, place, 0, last + 1) - 1
        end = total if symbol == last else table[symbol + 1]
        self._high = self._low + span * end // total - 1
        self._low += span * table[symbol] // total
        half, quarter = 1 << (self._width - 1), 1 << (self._width - 2)
        while True:
            if self._high < half:
                less = 0
            elif self._low >= half:
                less = half
            elif self._low >= quarter and self._high < half + quarter:
                less = quarter
            else:
                return symbol
            self._low, self._high = 2 * (self._low - less), 2 * (self._high - less) + 1
            self._value = 2 * (self._value - less) + self._digit()

    def finish(self) -> None:
        """Compares the end of the message with what `Encoder.finish` wrote: nothing else encodes the symbols read."""
        quarter = 1 << (self._width - 2)
        end = 2 * quarter if self._low >= quarter else quarter
        if self._next + 2 != len(self._digits) + self._width or self._value != end:
            raise CorruptedError("do not end with the last symbol")

    def _digit(self) -> int:
        if self._next + 2 >= len(self._digits) + self._width:
            raise CorruptedError("end before the last symbol")
        self._next += 1
        return int(self._next <= len(self._digits) and self._digits[self._next - 1] == "1")


class Meter:
    """Adds up -log2 of the shares of the symbols: the length that no coder for this model can be below on average."""

    def __init__(self) -> None:
        self.bits = 0.0

    def choose(self, table: Sequence[int], last: int, total: int, symbol: int | None) -> int:
        symbol = _given(symbol)
        share = (total if symbol == last else table[symbol + 1]) - table[symbol]
        self.bits += math.log2(total) - math.log2(share) if share < total else 0.0
        return symbol
