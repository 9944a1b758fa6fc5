"""The checks of starts."""

from __future__ import annotations

from typing import Any

import numpy as np

from evo.discrete.algorithms.one_plus_one import OnePlusOne
from evo.discrete.checking.base import (
    AbstractChecker,
    Checks,
)
from evo.discrete.engines import functions as f
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import (
    AbstractFunction,
)
from evo.discrete.problems.one_max import OneMax
from evo.discrete.rates.static import Static
from evo.testing import BrokenError


class StartChecker(AbstractChecker):
    """Every position is written, with 0 or 1."""

    needed = ("place",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=Static(strength=1.0), start=self.part), OneMax(self.n)

    def plain(self) -> Checks:
        yield "every position is written, with 0 or 1", self.bits

    def calls(self) -> dict[str, tuple[Any, ...]]:
        stream, x = np.arange(1, 5, dtype=np.uint64), np.zeros(self.n, dtype=np.uint8)
        return {"place": (self.part.lower(self.n), self.n, stream, x)}

    def bits(self) -> str:
        done = []
        for n in sorted({1, 2, self.n, 65, 130}):
            try:
                lowered = self.part.lower(n)
            except ValueError:  # a given string has one length
                if n == self.n:
                    raise
                continue
            done.append(n)
            for index in range(50):
                stream, words = np.empty(4, dtype=np.uint64), self.key.child("start").words()
                rows = []
                for filling in (7, 9):
                    seed_stream(stream, words[0], words[1], index)
                    x = np.full(n, filling, dtype=np.uint8)
                    f.place(lowered, n, stream, x)
                    rows.append(x.tolist())
                if rows[0] != rows[1]:
                    place = next(i for i in range(n) if rows[0][i] != rows[1][i])
                    raise BrokenError(f"n={n}: position {place} is not written, or depends on what was there")
                if not set(rows[0]) <= {0, 1}:
                    raise BrokenError(f"n={n}: the start holds {sorted(set(rows[0]))}")
        return f"n = {', '.join(map(str, done))}"
