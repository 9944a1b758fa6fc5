"""A run of the (1+1)-EA with all its random choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from theory import _check

__all__ = ["Run", "record"]


@final
@dataclass(frozen=True)
class Run:
    """The start, and for each step the flipped positions and whether the offspring was accepted.

    Every position flips with probability `rate`, independently. A step without a flip counts as accepted.

    Args:
        start: the bits of the first string.
        flips: for each step the positions that flip, rising.
        accepted: for each step whether the offspring replaces the parent.
        rate: flip probability per bit, in (0, 1).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range or of different lengths.

    Example:
        >>> run = Run(start=(0, 1, 1), flips=((0,), (), (1, 2)), accepted=(True, True, False), rate=0.25)
        >>> run.final, run.moved.tolist()
        ((1, 1, 1), [True, False, False])
    """

    start: tuple[int, ...]
    flips: tuple[tuple[int, ...], ...]
    accepted: tuple[bool, ...]
    rate: float

    def __post_init__(self) -> None:
        start = tuple(_whole("start", bit) for bit in self.start)
        flips = tuple(tuple(_whole("flips", place) for place in step) for step in self.flips)
        accepted = tuple(bool(kept) for kept in self.accepted)
        advice = "Pass the probability per bit with which the run was made."
        rate = _check.real("rate", self.rate, "(0, 1)", unit="probability per bit", advice=advice)
        if not start or any(bit not in (0, 1) for bit in start):
            raise ValueError(f"`start` must hold bits, one at least; got {self.start!r}. Pass zeros and ones.")
        for step in flips:
            if any(not 0 <= place < len(start) for place in step) or any(a >= b for a, b in pairwise(step)):
                raise ValueError(
                    f"`flips` must hold rising positions in [0, {len(start) - 1}] for each step; got {step!r}. "
                    "Sort them, and name each once."
                )
        if len(accepted) != len(flips):
            raise ValueError(
                f"`accepted` must have an entry for each step; got {len(accepted)} for {len(flips)} steps. "
                "Pass one boolean per step."
            )
        idle = [t for t, (step, kept) in enumerate(zip(flips, accepted)) if not step and not kept]
        if idle:
            raise ValueError(
                f"`accepted` must be True where nothing flips, since the offspring equals its parent; got False in "
                f"step {idle[0]}. Pass True there."
            )
        for name, value in (("start", start), ("flips", flips), ("accepted", accepted), ("rate", rate)):
            object.__setattr__(self, name, value)

    @property
    def n(self) -> int:
        """Number of bits."""
        return len(self.start)

    @property
    def steps(self) -> int:
        """Number of mutations."""
        return len(self.flips)

    @property
    def moved(self) -> NDArray[np.bool_]:
        """For each step whether the string changed."""
        return np.array([kept and bool(step) for step, kept in zip(self.flips, self.accepted)], dtype=np.bool_)

    @cached_property
    def final(self) -> tuple[int, ...]:
        """The last string."""
        x = list(self.start)
        for step, kept in zip(self.flips, self.accepted):
            for place in step if kept else ():
                x[place] ^= 1
        return tuple(x)

    @property
    def forward_bits(self) -> NDArray[np.float64]:
        """-log2 of the probability of the flips of each step: k log2(1/p) + (n - k) log2(1/(1 - p)) for k flips."""
        count = np.array([len(step) for step in self.flips], dtype=np.float64)
        return -count * np.log2(self.rate) - (self.n - count) * np.log1p(-self.rate) / np.log(2.0)

    @property
    def entropy_bits(self) -> float:
        """-log2 of the probability of all random choices: n bits of the uniform start, and the steps."""
        return self.n + float(self.forward_bits.sum())


def _whole(name: str, value: Any) -> int:
    """A bit or a position as an int; True and 1.0 are bits, 0.5 is none."""
    if int(value) != value:
        raise ValueError(f"`{name}` must hold whole numbers; got {value!r}. Pass bits, and positions from 0 on.")
    return int(value)


def record(
    function: Callable[[NDArray[np.uint8]], Any] | Sequence[Any] | NDArray[Any],
    n: int,
    *,
    steps: int,
    seed: int,
    strength: float | None = None,
    rate: float | None = None,
    start: Sequence[int] | None = None,
) -> Run:
    """Run the (1+1)-EA with standard bit mutation, and write down every choice.

    In each step y is x with every bit flipped with probability p, and x becomes y if f(y) >= f(x). The run ends at the
    string of ones or after `steps` steps. This is the plain loop, for some hundred bits.

    Args:
        function: takes uint8[n] and returns a value that can be compared, larger is better; or its 2^n values, entry x
            for the string with bit i of x at position i, such as `random_monotone(n, seed)`.
        n: number of bits.
        steps: the largest number of steps, at least 0.
        seed: of numpy's default generator.
        strength: expected flips per step, in (0, n).
        rate: flip probability per bit, in (0, 1); exactly one of `strength` and `rate`.
        start: the first string; None for a uniform one.

    Returns:
        The run.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: none; the algorithm is that of Lengler, Martinsson and Steger (2019).

    Example:
        >>> run = record(sum, 10, steps=10_000, seed=1, strength=1.0)
        >>> run.final == (1,) * 10
        True
        >>> from theory.entropy_compression import random_monotone
        >>> record(random_monotone(8, seed=3), 8, steps=10_000, seed=1, strength=1.0).steps
        22
    """
    n = _check.bits(n)
    function = _callable(function, n)
    advice = "Pass a strength below n."
    p = _check.real("rate", _check.rate_of(n, strength, rate), "(0, 1)", unit="probability per bit", advice=advice)
    steps = _check.integer("steps", steps, low=0, unit="steps", advice="Pass the length of the longest run.")
    rng = np.random.default_rng(_check.integer("seed", seed, low=0, unit="seed", advice="Pass a seed."))
    given = rng.integers(0, 2, size=n) if start is None else np.array(start)
    if given.shape != (n,) or not bool(np.isin(given, (0, 1)).all()):
        raise ValueError(f"`start` must hold {n} bits; got {start!r}. Pass None for a uniform start.")
    x = given.astype(np.uint8)
    first, value = tuple(x.tolist()), function(x)
    flips, accepted = [], []
    while len(flips) < steps and not x.all():
        places = np.flatnonzero(rng.random(n) < p)
        y = x.copy()
        y[places] ^= 1
        offspring = function(y)
        kept = bool(offspring >= value)
        flips.append(tuple(places.tolist()))
        accepted.append(kept)
        if kept:
            x, value = y, offspring
    return Run(start=first, flips=tuple(flips), accepted=tuple(accepted), rate=p)


def _callable(function: Any, n: int) -> Callable[[NDArray[np.uint8]], Any]:
    """The function itself, or the one with the given values."""
    if callable(function):
        return function
    size = len(function) if isinstance(function, (Sequence, np.ndarray)) and not isinstance(function, str) else 0
    if size != 2**n:
        raise TypeError(
            f"`function` must be a function of uint8[n], or its 2^n = {2**n} values; got {size or 'no'} values "
            f"({type(function).__name__}). Pass a function, bin_val say, or random_monotone({min(n, 12)}, seed)."
        )
    powers = 1 << np.arange(n)
    return lambda x: function[int(x @ powers)]
