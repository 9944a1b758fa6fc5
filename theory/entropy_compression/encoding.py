"""A run of the (1+1)-EA as a message: its last string, then its steps backwards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.entropy_compression._coder import Coder, CorruptedError, Decoder, Encoder, Meter, Step
from theory.entropy_compression.codes import AbstractCode
from theory.entropy_compression.runs import Run

__all__ = ["Balance", "Message", "balance", "decode", "encode"]


@final
@dataclass(frozen=True)
class Message:
    """A run in bits.

    Args:
        payload: the bits, filled up with zeros to whole bytes.
        bits: how many of them count.
        steps: number of steps of the run; the decoder must know it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for numbers out of range.

    Example:
        >>> Message(payload=b"@", bits=2, steps=0).digits
        '01'
    """

    payload: bytes
    bits: int
    steps: int

    def __post_init__(self) -> None:
        advice = "Pass the number that `encode` returned."
        if not isinstance(self.payload, bytes):
            raise TypeError(f"`payload` must be bytes; got {type(self.payload).__name__}. Pass what `encode` returned.")
        size = 8 * len(self.payload)
        _check.integer("bits", self.bits, low=max(0, size - 7), high=size, unit="bits of the payload", advice=advice)
        _check.integer("steps", self.steps, low=0, unit="steps of the run", advice=advice)
        if size and self.payload[-1] & (1 << size - self.bits) - 1:
            raise ValueError(
                f"`payload` must be filled up with zeros after {self.bits} bits; got {self.payload[-1]:08b} as the "
                "last byte. Pass what `encode` returned."
            )

    @property
    def digits(self) -> str:
        """The message in binary digits."""
        return "".join(f"{byte:08b}" for byte in self.payload)[: self.bits]


@final
@dataclass(frozen=True)
class Balance:
    """Entropy against code, in bits.

    Args:
        start_bits: n, for the uniform start.
        forward_bits: for each step -log2 of the probability of its flips.
        final_bits: code of the last string.
        code_bits: for each step -log2 of its share of the code.
        moved: for each step whether the string changed.

    Example:
        >>> one = np.ones(1)
        >>> Balance(2.0, one, 3.0, 0.5 * one, one > 0).saved_bits
        -0.5
    """

    start_bits: float
    forward_bits: NDArray[np.float64]
    final_bits: float
    code_bits: NDArray[np.float64]
    moved: NDArray[np.bool_]

    @cached_property
    def entropy_bits(self) -> float:
        """-log2 of the probability of all random choices of the run."""
        return self.start_bits + math.fsum(self.forward_bits)

    @cached_property
    def ideal_bits(self) -> float:
        """-log2 of the share of the whole run; the message has at most 2 bits more, up to rounding."""
        return self.final_bits + math.fsum(self.code_bits)

    @property
    def saved_bits(self) -> float:
        """Entropy less ideal code length; negative where the code is longer."""
        return self.entropy_bits - self.ideal_bits

    @property
    def log_gain(self) -> NDArray[np.float64]:
        """ln(R / P) of each step; zero up to rounding for steps that leave the string (but at the string of ones)."""
        return (self.forward_bits - self.code_bits) * math.log(2.0)

    @property
    def entropy_bits_per_move(self) -> float:
        """The entropy of the run, divided by the number of steps that changed the string; inf if there are none."""
        return self.entropy_bits / moves if (moves := int(self.moved.sum())) else math.inf

    @property
    def ideal_bits_per_move(self) -> float:
        """The ideal code length of the run, divided likewise."""
        return self.ideal_bits / moves if (moves := int(self.moved.sum())) else math.inf

    @property
    def mean_log_gain(self) -> float:
        """The mean of ln(R / P) over the steps that changed the string; NaN if there are none."""
        return float(self.log_gain[self.moved].mean()) if self.moved.any() else math.nan


def encode(run: Run, code: AbstractCode) -> Message:
    """Write a run as a message, from which `decode` gets it back.

    The last string comes first, then the steps from the last to the first, each given the string after it.

    Args:
        run: the run.
        code: what both sides know; its n and rate must be those of the run.

    Returns:
        The message. Its length is at least `balance(run, code).ideal_bits` and exceeds it by at most 2 bits and 1e-9
        for each step.

    Raises:
        ValueError: if the run does not fit the code.

    Source: Lengler, Martinsson and Steger (2019), reconstructed: the published encoding was not available.

    Example:
        >>> from theory.entropy_compression import AnyMonotone, record
        >>> run = record(sum, 10, steps=100, seed=1, strength=1.0)
        >>> decode(encode(run, AnyMonotone(10, run.rate)), AnyMonotone(10, run.rate)) == run
        True
    """
    encoder = Encoder(_precision(code))
    _walk(run, code, encoder)
    digits = encoder.finish()
    size = -(-len(digits) // 8)
    payload = int(digits.ljust(8 * size, "0"), 2).to_bytes(size, "big")
    return Message(payload=payload, bits=len(digits), steps=run.steps)


def decode(message: Message, code: AbstractCode) -> Run:
    """Read a run from a message.

    Args:
        message: from `encode`.
        code: the one with which it was written.

    Returns:
        The run, from which `encode` makes this message and no other.

    Raises:
        ValueError: if the message is not one that `encode` writes with this code, of a run of so many steps.

    Source: Lengler, Martinsson and Steger (2019), reconstructed.

    Example:
        >>> from theory.entropy_compression import BinVal
        >>> run = Run(start=(0, 1), flips=((0, 1),), accepted=(True,), rate=0.5)
        >>> decode(encode(run, BinVal(2, 0.5)), BinVal(2, 0.5)) == run
        True
    """
    decoder = Decoder(message.digits, _precision(code))
    steps: list[Step] = []
    try:
        y = code.string(decoder, None)
        for _ in range(message.steps):
            steps.append(code.step(decoder, y, None))
            y = _before(y, steps[-1])
        decoder.finish()
    except CorruptedError as found:
        raise ValueError(
            f"`message` must come from `encode` with a code equal to `code`; got {message.bits} bits for "
            f"{message.steps} steps, which {found}. Pass the message as it was written, and the code of its n, rate "
            "and proposal."
        ) from None
    steps.reverse()
    return Run(
        start=y,
        flips=tuple(step.flips for step in steps),
        accepted=tuple(step.accepted for step in steps),
        rate=code.rate,
    )


def balance(run: Run, code: AbstractCode) -> Balance:
    """What each step costs in the code, and what it costs forwards.

    Args:
        run: the run.
        code: as in `encode`.

    Returns:
        The balance, exact up to rounding.

    Raises:
        ValueError: if the run does not fit the code.

    Source: Lengler, Martinsson and Steger (2019), reconstructed.

    Example:
        >>> from theory.entropy_compression import AnyMonotone, record
        >>> run = record(sum, 10, steps=100, seed=1, strength=1.0)
        >>> found = balance(run, AnyMonotone(10, run.rate))
        >>> 0 <= encode(run, AnyMonotone(10, run.rate)).bits - found.ideal_bits <= 2.001
        True
    """
    meter = Meter()
    lengths = np.array(_walk(run, code, meter))
    costs = np.diff(lengths)[::-1]
    return Balance(float(run.n), run.forward_bits, float(lengths[0]), costs, run.moved)


def _walk(run: Run, code: AbstractCode, coder: Coder) -> list[float]:
    """All symbols of a run; what a meter shows after the last string and after each step."""
    if run.n != code.n or run.rate != code.rate:
        raise ValueError(
            f"`code` must have the n and the rate of the run; got n={code.n}, rate={code.rate!r} for a run with "
            f"n={run.n}, rate={run.rate!r}. Build it from run.n and run.rate."
        )
    y = run.final
    code.string(coder, y)
    shown = [getattr(coder, "bits", 0.0)]
    for flips, accepted in zip(reversed(run.flips), reversed(run.accepted)):
        step = Step(flips, accepted)
        code.step(coder, y, step)
        y = _before(y, step)
        shown.append(getattr(coder, "bits", 0.0))
    return shown


def _before(y: tuple[int, ...], step: Step) -> tuple[int, ...]:
    if not step.accepted or not step.flips:
        return y
    x = list(y)
    for place in step.flips:
        x[place] ^= 1
    return tuple(x)


def _precision(code: AbstractCode) -> int:
    return max(code.precision, (code.n + 1).bit_length(), 64)
