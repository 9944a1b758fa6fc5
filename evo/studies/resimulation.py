"""Blocks computed again, and what comes out otherwise than it is stored."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, final

from evo.core import checks
from evo.studies.plan import Block
from evo.studies.store import Columns, Store

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Difference", "Resimulation", "resimulate"]


class Difference(NamedTuple):
    """A number that came out otherwise when its block was computed again; None where there is no such column."""

    block: Block
    run: int
    column: str
    stored: Any
    again: Any


@final
@dataclass(frozen=True, kw_only=True)
class Resimulation:
    """What a second computation of some blocks found.

    Args:
        blocks: those that were computed again.
        differences: what came out otherwise.
        damaged: blocks whose file does not agree with its checksum.
        missing: how many planned blocks are not there, damaged ones aside.
        seed: with which the blocks were chosen.
    """

    blocks: tuple[Block, ...]
    differences: tuple[Difference, ...]
    damaged: tuple[Block, ...]
    missing: int
    seed: int

    @property
    def failed(self) -> bool:
        """Whether a block is damaged or a number came out otherwise."""
        return bool(self.damaged or self.differences)


def resimulate(store: Store, work: Callable[[Block], Columns], count: int, *, seed: int | None = None) -> Resimulation:
    """Read every block of a store, and compute randomly chosen ones again, bit for bit.

    Args:
        store: opened or read; nothing in it is changed.
        work: computes the columns of a block, as it did for the store.
        count: how many finished blocks are computed again, at least 0; all of them if there are fewer.
        seed: chooses these blocks; a fresh one if None.

    Returns:
        Damaged and missing blocks, and the numbers that differ.

    Example:
        >>> import tempfile
        >>> from evo.studies import Block, Plan, Store
        >>> plan = Plan(name="squares", seed=1, blocks=[Block("a", 0, 3)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with Store.open(folder, plan) as store:
        ...         store.write(plan.blocks[0], {"x": [0, 1, 5]})
        ...         found = resimulate(store, lambda block: {"x": [0, 1, 4]}, 1)
        >>> [(item.run, item.column, item.stored, item.again) for item in found.differences]
        [(2, 'x', 5, 4)]
    """
    count = checks.integer("resimulate", count, 0, "Pass how many blocks are to be computed again.")
    chosen = secrets.randbits(32) if seed is None else checks.integer("seed", seed, 0, "Pass a non-negative integer.")
    damaged = tuple(store.verify())
    done = store.done()
    ordered = [block for block in store.plan.blocks if block in done]
    again = tuple(random.Random(chosen).sample(ordered, min(count, len(ordered))))
    differences: list[Difference] = []
    for block, stored in store.rows(again):
        differences += _compared(block, stored, work(block))
    return Resimulation(
        blocks=again,
        differences=tuple(differences),
        damaged=damaged,
        missing=len(store.plan.blocks) - len(ordered) - len(damaged),
        seed=chosen,
    )


def _compared(block: Block, stored: pl.DataFrame, columns: Columns) -> list[Difference]:
    """What differs between the stored rows of a block and its rows computed now."""
    import polars as pl

    runs = list(range(block.first, block.first + block.count))
    again = pl.DataFrame(columns)
    names = [name for name in stored.columns if name not in ("cell", "run")]
    found: list[Difference] = []
    for name in dict.fromkeys((*again.columns, *names)):
        if name not in stored.columns or name not in again.columns:
            one, two = (frame[name][0] if name in frame.columns else None for frame in (stored, again))
            found.append(Difference(block, block.first, name, one, two))
            continue
        pairs = zip(runs, stored[name].to_list(), again[name].to_list(), strict=True)
        found += [Difference(block, run, name, one, two) for run, one, two in pairs if not _same(one, two)]
    return found


def _same(one: Any, two: Any) -> bool:
    """Whether two numbers, or lists of them, are the same bits, signed zeros apart and every nan like every other."""
    if isinstance(one, float) and isinstance(two, float):
        return one.hex() == two.hex()
    return bool(type(one) is type(two) and repr(one) == repr(two))
