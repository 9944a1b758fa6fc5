"""What a study costs beside the work of its blocks: below two per cent of a block of one second, in CPU time.

CPU time does not depend on what else the machine does, but for caches and clock rates, for which there is an order of
magnitude. `python -m benchmarks studies` measures the shares themselves, and wall time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evo.studies import Block, Plan, Store, execute

MOST = 0.02
BLOCKS = 40
ROWS = 1000


def work(block: Block) -> dict[str, Any]:
    """Rows that tell the process, and its CPU time before and after (of this thread, and of all)."""
    thread, process = time.thread_time(), time.process_time()
    values = {f"x{i}": np.arange(block.count) * (i + 1.0) for i in range(6)}
    told = {"pid": os.getpid(), "thread": thread, "process": process}
    told |= {"thread_end": time.thread_time(), "process_end": time.process_time()}
    return values | {name: np.full(block.count, value) for name, value in told.items()}


def beside(folder: Path, executor: str, on_block: Callable[[int, int], None] | None = None) -> float:
    """CPU seconds per block of all processes, without those of the work itself."""
    plan = Plan(name="overhead", seed=1, blocks=[Block("a", i * ROWS, ROWS) for i in range(BLOCKS)])
    before = time.process_time()
    with Store.open(folder, plan) as store:
        execute(store, work, executor=executor, on_block=on_block, progress=False)
    spent = time.process_time() - before
    rows = Store.read(folder).table().gather_every(ROWS).sort("process")
    for (pid,), mine in rows.group_by("pid"):
        if pid != os.getpid():
            spent += mine["process_end"][-1] - mine["process"][0]
    return (spent - float((rows["thread_end"] - rows["thread"]).sum())) / BLOCKS


@pytest.mark.parametrize("executor", ["threads:2", "loky:2"])
def test_the_cost_of_a_block_beside_its_work(tmp_path: Path, executor: str) -> None:
    beside(tmp_path / "warm", executor)  # imports, and starts the processes
    assert beside(tmp_path / "timed", executor) < MOST


def test_a_costly_step_per_block_is_found(tmp_path: Path) -> None:
    def busy(done: int, total: int) -> None:
        end = time.thread_time() + MOST
        while time.thread_time() < end:
            pass

    assert beside(tmp_path / "timed", "threads:2", busy) > MOST
