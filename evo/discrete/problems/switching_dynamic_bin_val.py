"""Switching Dynamic BinVal: the zero-bits of the parent lead where they are few, its one-bits where they are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.parts import AbstractFunction, length, part
from evo.discrete.problems.adversarial_dynamic_bin_val import LoweredRelativeBinVal, relative_values


@part
class SwitchingDynamicBinVal(AbstractFunction):
    """Dynamic BinVal that always gives the largest weights to the rarer bits of the parent.

    With k < n/2 zero-bits in the parent they lead, as in `AdversarialDynamicBinVal`: better iff a zero-bit flips. With
    k >= n/2 the one-bits lead: better iff a zero-bit and no one-bit flips. Of all dynamic monotone functions this is
    the one of smallest drift, at every mutation rate.

    Args:
        n: string length, at least 1.

    Values are order only and belong to the parent: `evaluate` takes it as the first candidate.

    Reference: recalled from the literature on dynamic binary values, where only the case k < n/2 was seen; the other
    one is derived.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=0.5)), d.SwitchingDynamicBinVal(30), seed=0).value
        0.0
    """

    n: int
    values = Values.ORDER
    dynamic = True
    monotone = True
    relative = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The number of zero-bits, as long as strings with equally many are equally likely."""
        return Counts if exchangeable else Strings

    def lower(self, n: int) -> LoweredRelativeBinVal:
        """The named tuple that kernels see."""
        return LoweredRelativeBinVal(n, (n + 1) // 2)  # k < n/2 if and only if k < ceil(n/2)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values under f_step for the parent `candidates[0]`, exact Python integers."""
        return relative_values(self.lower(self.n), candidates, step, key)
