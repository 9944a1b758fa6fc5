"""Cells of gradient estimates: one row per estimate, with its cosine and what the compiled program needs."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass
from typing import final

import numpy as np

from evo.core.keys import Key
from evo.experiments.es_hyperscale.config import EsHyperscaleConfig
from evo.experiments.grids import AbstractCell
from evo.experiments.past_descent import ALONE, keys_of
from evo.studies import Columns

#: what the rows mean; another number makes stored cells other ones
VERSION = 1
#: between the estimate and the gradient
COSINE = "cosine"
#: bytes of memory for temporaries, beside parameters, examples and estimate, as the compiler counts them
TEMPORARY = "temporary"
#: random numbers per pair
NUMBERS = "numbers"
#: of the network
PARAMETERS = "parameters"


class Kind(enum.Enum):
    """What a perturbation of a matrix is."""

    FULL = "full rank"
    LOW = "rank one"


@final
@dataclass(frozen=True, kw_only=True)
class EstimateCell(AbstractCell):
    """Estimates of one kind for one width and population; its rows are estimates, each for a network of its own.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: (kind, width).
        x: the population.
        axis: the name of x in texts.
        kind: of perturbations.
        size: width of the network.
        pairs: half the population.
        repeats: how many estimates.
        config: sizes.
        per_block: estimates per block.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "population"
    kind: Kind
    size: int
    pairs: int
    repeats: int
    config: EsHyperscaleConfig
    per_block: int = 16

    @property
    def total(self) -> int:
        """The number of estimates."""
        return self.repeats

    @property
    def width(self) -> int:
        """Estimates per block."""
        return self.per_block

    def described(self) -> str:
        """All numbers, and the version of the computation."""
        now = self.config
        sizes = f"width={self.size}, pairs={self.pairs}, {now.examples} examples"
        return f"estimate {VERSION}: {self.kind.value}, {sizes}, sigma={now.sigma!r}, chunk={now.chunk}"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some estimates."""
        from evo.experiments.es_hyperscale import estimates

        now = self.config
        with ALONE:
            program = estimates.program(self.kind, self.size, self.pairs, now.examples, now.sigma, now.chunk)
            keys = keys_of(key, first, count)
            cosines = [float(program.cosine(own)) for own in keys]
        same = {TEMPORARY: program.temporary, NUMBERS: program.numbers, PARAMETERS: program.parameters}
        columns = {name: np.full(count, value, dtype=np.int64) for name, value in same.items()}
        return {COSINE: np.array(cosines)} | columns


def estimate_cells(config: EsHyperscaleConfig) -> list[EstimateCell]:
    """All cells; the series is (kind, width)."""
    return [
        EstimateCell(
            label=f"{kind.value} width={width} population={population}",
            series=(kind, width),
            x=population,
            kind=kind,
            size=width,
            pairs=population // 2,
            repeats=repeats,
            config=config,
        )
        for population, repeats in zip(config.populations, config.repeats, strict=True)
        for width in config.widths
        for kind in Kind
    ]
