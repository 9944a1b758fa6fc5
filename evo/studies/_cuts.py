"""How the runs of cells are cut into blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from evo.studies.executors.base import available
from evo.studies.plan import Block

__all__ = ["coarse", "cut", "gaps", "in_order"]

_SECONDS_PER_BLOCK = 1.0
_MOST_RUNS = 200_000


def gaps(blocks: Iterable[Block], runs: int) -> list[range]:
    """The runs below `runs` that the blocks of one cell leave out, as ranges."""
    found: list[range] = []
    at = 0
    for block in sorted(blocks, key=lambda block: block.first):
        if block.first > at:
            found.append(range(at, min(block.first, runs)))
        at = max(at, block.first + block.count)
    return [gap for gap in [*found, range(at, runs)] if len(gap)]


def coarse(blocks: Mapping[str, Sequence[Block]]) -> dict[str, list[Block]]:
    """Add the single run 0 of every cell that has no block yet."""
    return {cell: list(given) or [Block(cell, 0, 1)] for cell, given in blocks.items()}


def cut(
    blocks: Mapping[str, Sequence[Block]], runs: int, *, block: int | None, seconds_per_run: Callable[[str, int], float]
) -> dict[str, list[Block]]:
    """Add blocks for all runs that are missing in the blocks of each cell.

    Args:
        blocks: cell -> its blocks.
        runs: runs per cell.
        block: runs per block; None: so many that a block takes about a second.
        seconds_per_run: tells, for a cell and a number of runs of interest, how long a run takes; called from several
            threads.
    """
    missing = {cell: gap for cell, given in blocks.items() if (gap := gaps(given, runs))}
    widths = dict.fromkeys(missing, block) if block is not None else _widths(missing, seconds_per_run)
    found = {cell: list(given) for cell, given in blocks.items()}
    for cell, gap in missing.items():
        for part in gap:
            found[cell] += _pieces(cell, part, widths[cell], aligned=block is not None)
    return found


def in_order(blocks: Mapping[str, Sequence[Block]]) -> list[Block]:
    """All blocks, coarse to fine: the first one of every cell, then the second ones, and so on."""
    ordered = {cell: sorted(given, key=lambda block: block.first) for cell, given in blocks.items()}
    turns = max((len(given) for given in ordered.values()), default=0)
    return [given[turn] for turn in range(turns) for given in ordered.values() if turn < len(given)]


def _widths(missing: Mapping[str, list[range]], seconds_per_run: Callable[[str, int], float]) -> dict[str, int]:
    most = {cell: max(len(gap) for gap in gaps) for cell, gaps in missing.items()}
    with ThreadPoolExecutor(available()) as pool:
        try:
            seconds = list(pool.map(seconds_per_run, most.keys(), most.values()))
        except BaseException:  # Ctrl-C among them
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {cell: _width(count, time) for (cell, count), time in zip(most.items(), seconds, strict=True)}


def _width(most: int, seconds: float) -> int:
    """Equal blocks of about a second each, and of so few runs that the rows of some blocks fit into little memory."""
    pieces = max(1, math.ceil(most * seconds / _SECONDS_PER_BLOCK), math.ceil(most / _MOST_RUNS))
    return max(1, math.ceil(most / min(pieces, most)))


def _pieces(cell: str, gap: range, width: int, *, aligned: bool) -> list[Block]:
    """The runs of a gap in blocks; aligned ones end at multiples of the width, whatever the gap begins with."""
    found: list[Block] = []
    at = gap.start
    while at < gap.stop:
        end = min(gap.stop, (at // width + 1) * width if aligned else at + width)
        found.append(Block(cell, at, end - at))
        at = end
    return found
