"""What studies cost beside the work of their blocks."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import evo
from benchmarks.markdown import number, table
from evo import discrete as d
from evo.studies import Block, Loky, Plan, Store, Threads, execute

#: bits
N = 1000
#: CPU seconds of a block, about
SECONDS = 1.0
BLOCKS = 8
MOST_ROUNDS = 2
#: a run takes some hundred microseconds, as most do, and some ten, the least there is: a row is to be written for each
PROBLEMS = {"RandomLinear": d.RandomLinear(N), "OneMax": d.OneMax(N)}
EXECUTORS = {"threads:1": Threads(1), "threads:2": Threads(2), "loky:2": Loky(2)}
HEAD = (
    "blocks on",
    "blocks",
    "runs per block",
    "CPU s per block",
    "CPU ms beside",
    "CPU overhead, %",
    "wait, %",
    "wall, %",
)
NOTES = (
    f"Blocks of whole runs of the (1+1)-EA, n = {N}, eight numbers a run, each written to disk with its "
    "checksum. CPU ms beside: the CPU time of all processes beside what the blocks themselves took, per block (rows to "
    "Parquet, disk, sending, joblib), and the same as a share. Wait: how long workers were without a block between two "
    "blocks, as a share of the time at blocks. Wall: how much longer the whole took than a bare loop over the same "
    "blocks, the opening of the folder included, kernels compiled and processes started before; on a shared machine it "
    "moves by some per cent either way. Best of interleaved rounds, one core."
)


@dataclass(frozen=True)
class Timed:
    """Runs of a block, with the CPU and wall time of its begin and end, by whom."""

    problem: str

    def __call__(self, block: Block) -> dict[str, Any]:
        began = _now()
        made = evo.repeat(
            d.OnePlusOne(rate=d.Static(strength=1.0)),
            PROBLEMS[self.problem],
            runs=block.count,
            first=block.first,
            seed=1,
            threads=1,
        )
        told = {"process": os.getpid(), "worker": threading.get_native_id(), **began}
        told |= {f"{name}_end": value for name, value in _now().items()}
        return {"spent": np.asarray(made.spent)} | {name: np.full(block.count, it) for name, it in told.items()}


class Spent(NamedTuple):
    """Seconds: of all processes and of the blocks alone, of workers between blocks and at blocks, and of the whole."""

    cpu: float
    work: float
    waited: float
    worked: float
    wall: float


def _now() -> dict[str, float]:
    return {"work": time.thread_time(), "cpu": time.process_time(), "wall": time.time()}


def plan(runs: int) -> Plan:
    """Blocks of so many runs."""
    return Plan(name="overhead", seed=1, blocks=[Block("runs", i * runs, runs) for i in range(BLOCKS)])


def bare(problem: str, runs: int) -> float:
    """Wall seconds of a loop over the blocks."""
    work, began = Timed(problem), time.time()
    for block in plan(runs).blocks:
        work(block)
    return time.time() - began


def driven(problem: str, name: str, runs: int) -> Spent:
    """The same blocks as a study, in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.time()
        with Store.open(folder, plan(runs)) as store:
            execute(store, Timed(problem), executor=EXECUTORS[name], progress=False)
        cpu, wall = time.process_time() - cpu, time.time() - wall
        rows = Store.read(folder).table().gather_every(runs).sort("wall")
    return beside(rows, cpu, wall)


def beside(rows: Any, cpu: float, wall: float) -> Spent:
    """Sum up one row per block; the CPU time of a worker process is all it took from its first block to its last."""
    work = float((rows["work_end"] - rows["work"]).sum())
    worked = float((rows["wall_end"] - rows["wall"]).sum())
    waited = sum(float((mine["wall"][1:] - mine["wall_end"][:-1]).sum()) for _, mine in rows.group_by("worker"))
    for (process,), mine in rows.group_by("process"):
        if process != os.getpid():
            cpu += mine["cpu_end"][-1] - mine["cpu"][0]
    return Spent(cpu, work, waited, worked, wall)


def runs_per_block(problem: str) -> int:
    """How many runs take the CPU time of a block."""
    work, runs = Timed(problem), 100
    work(Block("runs", 0, 1))
    while True:
        told = work(Block("runs", 0, runs))
        spent = float(told["work_end"][0] - told["work"][0])
        if spent > SECONDS / 4:
            return max(1, round(runs * SECONDS / spent))
        runs *= 2


def lines(problem: str, rounds: int) -> list[list[str]]:
    """The rows of one problem."""
    runs = runs_per_block(problem)
    for name in EXECUTORS:
        driven(problem, name, 1)  # starts the processes, which load the kernels
    loops: list[float] = []
    found: dict[str, list[Spent]] = {name: [] for name in EXECUTORS}
    for _ in range(rounds):
        loops.append(bare(problem, runs))
        for name in EXECUTORS:
            found[name].append(driven(problem, name, runs))
    made = []
    for name, spent in found.items():
        least = min(spent, key=lambda item: item.cpu - item.work)
        waited = min(item.waited / item.worked for item in spent)
        made.append(
            [
                problem,
                name,
                str(BLOCKS),
                str(runs),
                number(least.work / BLOCKS),
                number(1000 * (least.cpu - least.work) / BLOCKS),
                number(100 * (least.cpu / least.work - 1)),
                number(100 * waited),
                f"{100 * (min(item.wall for item in spent) / min(loops) - 1):.2f}",
            ]
        )
    return made


def show(rounds: int) -> None:
    """Measure and print."""
    rows = [row for problem in PROBLEMS for row in lines(problem, min(rounds, MOST_ROUNDS))]
    print(f"### Studies, blocks of {SECONDS:g} s\n")
    print(table(HEAD, rows, texts=2))
    print(f"\n{NOTES}")
