"""Joins the folders of jobs that each did a part of one plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from evo.core import files
from evo.core.differences import listed
from evo.studies._errors import PlanChangedError, StoreError, explained
from evo.studies._folder import (
    BLOCKS,
    ENVIRONMENT,
    PLAN,
    add_environments,
    checksum_in,
    is_harmless,
    listdir,
    parse_block_name,
)
from evo.studies.plan import Block, Plan, changes, few
from evo.studies.store import Store, say

__all__ = ["merge"]

_NOT_COMMON = {PLAN, ENVIRONMENT, "claims.json"}


def merge(
    out: str | os.PathLike[str],
    folders: Iterable[str | os.PathLike[str]],
    *,
    notify: Callable[[str], None] = say,
) -> Plan:
    """Copy the finished blocks of several folders into one, each verified.

    The plans must agree in everything but their blocks, and must cut the runs of a cell alike. Blocks that several
    folders hold must have the same rows. Other JSON files at the top of the folders, such as the configuration of an
    experiment, are copied where all folders have the same.

    Args:
        out: A new folder, or a store with the same plan up to blocks; it keeps its blocks.
        folders: At least one store; they are only read, and may be in use.
        notify: Receives one-line notices.

    Returns:
        The plan of `out`: the blocks of all plans. What is missing yet, the same command with this `out` computes.

    Raises:
        PlanChangedError: If the plans differ in more than their blocks; the message lists the differences.
        StoreLockedError: If another driver works on `out`.
        StoreError: If a folder is no store, holds damaged or foreign files, which are named, or contradicts another.
        ValueError: If no folder is named, or `out` is one of them.

    Example:
        >>> from evo.studies import merge
        >>> plan = merge("all", ["job-1", "job-2"])  # doctest: +SKIP
    """
    target, paths = Path(out), [Path(folder) for folder in folders]
    if not paths:
        raise ValueError("`folders` must name at least one folder; got none. Pass the --out of each job.")
    if target.resolve() in [path.resolve() for path in paths]:
        raise ValueError(f"`folders` must not hold `out`; got {target} in both. Leave it out: its blocks are kept.")
    sources = [Store.read(path, notify=_quiet) for path in paths]
    for source in sources:
        _refuse_damaged_and_foreign(source)
    with Store.open(target, lambda old: _joined(target, old, sources), notify=notify) as store:
        for source in sources:
            for block, path in _files_of(source):
                with explained(f"read block {block.stem}", source.folder):
                    data = path.read_bytes()
                store.adopt(block, data, path)
            add_environments(target, source.environments())
        _copy_common(target, paths, notify)
        return store.plan


def _quiet(text: str) -> None:
    del text  # damaged files are an error here


def _files_of(store: Store) -> Iterator[tuple[Block, Path]]:
    """The files of blocks, planned or not."""
    folder = store.folder / BLOCKS
    for name in listdir(folder):
        block = parse_block_name(name)
        if block is not None:
            yield block, folder / name


def _refuse_damaged_and_foreign(store: Store) -> None:
    """Refuse a folder with files that its plan and their checksums do not vouch for."""
    folder, planned = store.folder / BLOCKS, set(store.plan.blocks)
    with explained("read the store", store.folder):
        found = {path.name: block for block, path in _files_of(store)}
        foreign = [name for name in listdir(folder) if found.get(name) not in planned and not is_harmless(name)]
        keys = {cell: store.plan.key(cell) for cell in store.plan.cells}
        damaged = [
            name
            for name, block in found.items()
            if block in planned and files.checksum_of_file(folder / name, keys[block.cell]) != checksum_in(name)
        ]
    if foreign or damaged:
        what = [f"damaged: {few(damaged)}"] if damaged else []
        what += [f"not of its plan: {few(foreign)}"] if foreign else []
        raise StoreError(
            f"`folders` must hold nothing but blocks of their plans, as they were written; {folder} holds files that "
            f"are {'; '.join(what)}. Nothing was copied. Remove them (the same command as before with this --out "
            "computes damaged blocks again), then merge again."
        )


def _joined(out: Path, old: Plan | None, sources: Sequence[Store]) -> Plan:
    """The plan with the blocks of all plans, in the order of the longest, then as they come."""
    plans = [(out, old)] if old is not None else []
    plans += [(source.folder, source.plan) for source in sources]
    (base_of, joined), *others = sorted(plans, key=lambda item: -len(item[1].blocks))
    for path, plan in others:
        known = set(joined.blocks)
        try:
            both = Plan(
                name=plan.name,
                seed=plan.seed,
                blocks=[*joined.blocks, *(block for block in plan.blocks if block not in known)],
                config=plan.config,
                code=plan.code,
                engines={**joined.engines, **plan.engines},
                details={**joined.details, **plan.details},
                runs=max(joined.runs, plan.runs),
            )
        except ValueError as error:
            raise PlanChangedError(
                f"`folders` must have plans that cut the runs of each cell alike; {base_of} and {path} do not: {error} "
                "Let one job make the plan in a shared folder, or give all jobs the same block size (block=)."
            ) from error
        lines = changes(joined, both)
        if lines:
            raise PlanChangedError(
                f"`folders` must have plans that differ in nothing but blocks; {base_of} and {path} differ:\n"
                f"{listed(lines)}\nMerge only folders of one computation."
            )
        joined = both
    return joined


def _copy_common(out: Path, folders: Sequence[Path], notify: Callable[[str], None]) -> None:
    """Copy what all folders say alike, such as the configuration."""
    names = {name for folder in folders for name in listdir(folder) if name.endswith(".json")} - _NOT_COMMON
    for name in sorted(names):
        with explained(f"copy {name}", out):
            texts = {path.read_bytes() for path in (folder / name for folder in [out, *folders]) if path.exists()}
            if len(texts) == 1:
                files.write_whole(out / name, texts.pop())
            else:
                notify(f"{out}: {name} differs between the folders and was not copied")
