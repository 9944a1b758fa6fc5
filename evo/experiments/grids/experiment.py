"""An experiment whose rows are a grid of cells."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from evo.core.keys import Key
from evo.experiments.base import AbstractExperiment, blocks
from evo.experiments.grids import cells as cells_module
from evo.experiments.grids.cells import AbstractCell
from evo.studies import Block, Columns, Plan

__all__ = ["AbstractGridExperiment", "computed", "planned"]


class AbstractGridExperiment(AbstractExperiment):
    """An experiment that only says which cells it has; the plan and the rows follow from them.

    The plan holds a description of each cell, so that any change of a cell is seen, and cells and runs may be added.
    """

    @abstractmethod
    def cells(self, config: Any) -> Sequence[AbstractCell]:
        """All cells, in the order in which their first rows are wanted; labels differ."""

    def plan(self, config: Any) -> Plan:
        cells = self.cells(config)
        return Plan(
            name=self.name,
            seed=config.seed,
            blocks=planned(cells),
            code=hashlib.blake2b(Path(cells_module.__file__).read_bytes(), digest_size=8).hexdigest(),
            engines={cell.label: cell.described() for cell in cells},
        )

    def work(self, config: Any, block: Block) -> Columns:
        return computed(_cells(self, config), config.seed, block)


@lru_cache(maxsize=8)
def _cells(experiment: AbstractGridExperiment, config: Any) -> Sequence[AbstractCell]:
    """The cells, built once for all blocks."""
    return experiment.cells(config)


def planned(cells: Sequence[AbstractCell]) -> list[Block]:
    """All blocks, coarse to fine: one row of each cell first, then blocks that end at fixed multiples."""
    labels = [cell.label for cell in cells]
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise ValueError(f"`cells` must have different labels; got {twice!r} twice. Put what differs into the label.")
    return blocks({cell.label: cell.ends() for cell in cells})


def computed(cells: Sequence[AbstractCell], seed: int, block: Block) -> Columns:
    """The rows of a block; each cell has its own key, derived from its label."""
    for cell in cells:
        if cell.label == block.cell:
            return cell.columns(Key(seed).child(cell.label), block.first, block.count)
    raise ValueError(f"`block` must be one of the plan; got {block.stem}. Pass a block of plan(config).")
