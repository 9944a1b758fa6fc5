"""What the tests of this folder compute, and a process that forks drivers which the tests may kill.

Run as a script it reads one JSON command per line from standard input, forks a child for it, and answers with the
child's process id and, once the child ended, with its exit status (negative for a signal). Forking a process that has
imported everything makes a driver start within milliseconds at whatever moment the test wants to kill it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
import polars as pl

from evo.core import files as _files
from evo.studies import Block, Plan, Store, StoreError, execute

Columns = dict[str, np.ndarray[Any, Any]]


ODD_CELLS = [
    "c=2.4 n=1000",
    "a/b\\c:d*e?f",
    "..",
    ".hidden",
    "-rf",
    "CON",
    "nul.txt",
    "100%",
    "a_b c",
    " lead and trail ",
    "μ+λ → ∞",
    "x@3+4",
    "quotes \"' and\nnew line\t",
    "%41",
    "e\u0301 and \u00e9",
    "\x00",
    "🎲",
]


def make_plan(cells: int = 3, rounds: int = 2, **changes: Any) -> Plan:
    """Plan `rounds` blocks of five runs for each cell, coarse to fine."""
    names = [f"c={i} n=10" for i in range(cells)]
    blocks = [Block(name, 5 * r, 5) for r in range(rounds) for name in names]
    parts = {"name": "trial", "seed": 7, "blocks": blocks, "config": {"factor": 1.5, "list": [1, 2]}, "code": "abc"}
    return Plan(**{**parts, "engines": dict.fromkeys(names, "event 1"), **changes})


def rows(block: Block) -> Columns:
    """Compute rows that depend on cell and run only, drawn run by run."""
    streams = [np.random.default_rng([zlib.crc32(block.cell.encode()), block.first + i]) for i in range(block.count)]
    steps = np.array([stream.integers(10**6) for stream in streams])
    value = np.array([stream.normal() for stream in streams])
    return {"steps": steps, "value": value, "reached": steps % 2 == 0}


def whole_table(plan: Plan) -> pl.DataFrame:
    """The table of a plan, computed without a store."""
    labels = [
        {"cell": [block.cell] * block.count, "run": np.arange(block.first, block.first + block.count)}
        for block in plan.blocks
    ]
    return pl.concat([pl.DataFrame({**label, **rows(block)}) for label, block in zip(labels, plan.blocks, strict=True)])


@dataclass(frozen=True)
class Logged:
    """Computes rows after a pause, wherever it is sent; a log tells of each block who did it."""

    log: str
    pause: float = 0.0

    def __call__(self, block: Block) -> Columns:
        with open(self.log, "a") as file:
            file.write(f"ran {block.stem} {os.getpid()}\n")
        time.sleep(self.pause)
        return rows(block)


def ran(log: Path, start: int = 0) -> list[Block]:
    """The blocks that were begun, according to a log from some place on."""
    lines = log.read_text()[start:].splitlines() if log.exists() else []
    return [Block.parse(line.split(" ")[1]) for line in lines if line.startswith("ran ")]


def wait_for(file: Path, text: str, times: int = 1) -> None:
    """Wait until a log says something so many times."""
    deadline = time.monotonic() + 60
    while (file.read_text() if file.exists() else "").count(text) < times:
        assert time.monotonic() < deadline, f"{file} never said {text!r} {times} times"
        time.sleep(0.001)


class Drivers:
    """The forking process, seen from a test."""

    def __enter__(self) -> Drivers:
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])},
        )
        self._running = 0
        return self

    def start(self, **command: Any) -> int:
        """Fork a driver; returns its process id."""
        self._end_running()
        assert self._process.stdin is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        self._running = self._answer("pid")
        return self._running

    def status(self) -> int:
        """Wait for the driver to end; returns its exit status."""
        status = self._answer("status")
        self._running = 0
        return status

    def run(self, **command: Any) -> int:
        self.start(**command)
        return self.status()

    def _end_running(self) -> None:
        """End what a failed test left running."""
        if self._running:
            with suppress(ProcessLookupError):
                os.kill(self._running, signal.SIGKILL)
            self.status()

    def _answer(self, kind: str) -> int:
        assert self._process.stdout is not None
        found, _, number = self._process.stdout.readline().partition(" ")
        assert found == kind, f"expected a {kind}, got a {found!r}; never signal a wrong process"
        return int(number)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._end_running()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=20)


def serve() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                status = drive(**json.loads(line))
            finally:
                os._exit(status)
        print("pid", pid, flush=True)
        print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def drive(
    folder: str,
    log: str,
    cells: int = 3,
    rounds: int = 2,
    changes: dict[str, Any] | None = None,
    fresh: bool = False,
    pause: float = 0.0,
    hold: float = 0.0,
    die_at: int = -1,
    executor: str = "threads:2",
    part: str | None = None,
) -> int:
    """Open a store and run what is missing; `die_at` counts the moments at which the process may kill itself."""
    os.setpgid(0, 0)  # so that a test can send what a terminal sends, to the workers too
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open(log, "a", buffering=1) as file:
        sys.stderr = file
        if die_at >= 0:
            count_moments(die_at)

        try:
            with Store.open(folder, make_plan(cells, rounds, **(changes or {})), part=part, fresh=fresh) as store:
                file.write("open\n")
                time.sleep(hold)
                execute(store, Logged(log, pause), executor=executor, progress=False)
        except KeyboardInterrupt:
            return 130
        except StoreError as error:
            file.write(f"error {error}\n")
            return 3
    return 0


def count_moments(die_at: int) -> None:
    """Make every operation on files a moment to die: before it, and in the middle of writing."""
    left = iter(range(die_at, -1, -1))

    def moment() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **options: Any) -> Any:
            moment()
            return function(*args, **options)

        return wrapper

    class TornFile:
        def __init__(self, file: IO[bytes]) -> None:
            self._file = file
            self.flush = file.flush
            self.fileno = file.fileno

        def __enter__(self) -> TornFile:
            return self

        def __exit__(self, *error: object) -> None:
            self._file.close()

        def write(self, data: bytes) -> None:
            for half in (data[: len(data) // 2], data[len(data) // 2 :]):
                self._file.write(half)
                self._file.flush()
                moment()

    open_new = _files.open_new
    _files.open_new = lambda path: TornFile(counted(open_new)(path))  # pyright: ignore[reportAttributeAccessIssue]
    for name in ("replace", "fsync", "ftruncate", "mkdir", "unlink"):
        setattr(os, name, counted(getattr(os, name)))


if __name__ == "__main__":
    serve()
