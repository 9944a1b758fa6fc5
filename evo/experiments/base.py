"""What an experiment is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from evo.experiments.claims import Claim
from evo.studies import Block, Columns, Plan

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart

__all__ = ["AbstractExperiment", "blocks"]


class AbstractExperiment(ABC):
    """One headline figure: how its rows are computed, how it is drawn, and what it is said to show.

    The rows of a block are a pure function of the configuration and the block. Configurations are frozen, keyword-only
    dataclasses with a field `seed`; the text below each field is its help on the command line.
    """

    #: on the command line
    name: ClassVar[str]
    title: ClassVar[str]
    #: whose result it is about, in words
    paper: ClassVar[str]
    #: entries of references.bib on which the figure rests
    references: ClassVar[tuple[str, ...]]
    #: what is claimed, in one sentence
    claimed: ClassVar[str]
    #: from small to large ("smoke" and "laptop" at least), each with the time it takes on two cores, in words
    presets: ClassVar[Mapping[str, str]]
    #: other settings of the same experiment, each with its one line
    variants: ClassVar[Mapping[str, str]] = {}
    #: frozen and keyword-only
    config_type: ClassVar[type]
    #: chance that any claim's interval misses the truth
    family_error: ClassVar[float] = 0.05

    @abstractmethod
    def config(self, preset: str, variant: str | None) -> Any:
        """The configuration of a preset."""

    @abstractmethod
    def sizes(self, config: Any) -> str:
        """What is run, in a few words."""

    @abstractmethod
    def plan(self, config: Any) -> Plan:
        """The blocks, coarse to fine: a complete figure needs the first block of each cell."""

    @abstractmethod
    def work(self, config: Any, block: Block) -> Columns:
        """The rows of a block; called from several threads, or in other processes."""

    @abstractmethod
    def figure(self, table: pl.DataFrame, config: Any) -> Chart:
        """The figure from the rows alone, however many there are, if each cell has some."""

    @abstractmethod
    def claims(self, table: pl.DataFrame, config: Any) -> Sequence[Claim]:
        """The claims, judged on all rows."""

    @abstractmethod
    def caption(self, config: Any) -> str:
        """What the figure shows and how far it may be trusted."""


def blocks(ends: Mapping[str, Sequence[int]]) -> list[Block]:
    """The blocks of cells, coarse to fine: first the first block of each cell, then the second, and so on.

    Args:
        ends: for each cell, where its blocks end, rising. A longer list with the same beginning keeps the blocks.
    """
    found: list[Block] = []
    for turn in range(max((len(item) for item in ends.values()), default=0)):
        for cell, item in ends.items():
            if turn < len(item):
                first = item[turn - 1] if turn else 0
                found.append(Block(cell, first, item[turn] - first))
    return found
