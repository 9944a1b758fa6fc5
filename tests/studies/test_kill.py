"""Killing a driver, at random moments and at every operation on files, never costs more than the running blocks."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from evo.studies import Block, Plan, Store, StoreError, execute
from tests.studies.driver import Drivers, make_plan, ran, rows, wait_for, whole_table


@pytest.fixture(scope="module")
def drivers() -> Iterator[Drivers]:
    with Drivers() as forking:
        yield forking


def finished(path: Path) -> set[Block]:
    """The finished blocks after a kill, having checked that each is whole."""
    try:
        store = Store.read(path, notify=pytest.fail)
    except StoreError:
        assert not (path / "plan.json").exists()
        return set()
    assert store.verify() == []
    table = store.table()
    blocks = {Block(cell, run - run % 5, 5) for cell, run in table.select("cell", "run").iter_rows()}
    if blocks:
        kept = [block for block in store.plan.blocks if block in blocks]
        assert_frame_equal(table, whole_table(make_plan(blocks=kept, engines={})))
    return blocks


MOMENTS = [3, pytest.param(20, marks=pytest.mark.slow)]


def begun(stream: np.random.Generator, moments: int, most: int) -> list[int]:
    """After how many begun blocks to kill, so that a slow machine is killed at work, too."""
    return sorted([0, *stream.integers(1, most, moments - 2).tolist(), most])


def assert_resumed(drivers: Drivers, tmp_path: Path, before: set[Block], **command: Any) -> None:
    """Go on without a kill: what was finished is not run again, and the table is that of an uninterrupted run."""
    path, plan = tmp_path / "store", make_plan(command["cells"], command["rounds"])
    assert drivers.run(folder=str(path), log=str(tmp_path / "last"), **command) == 0
    assert sorted(ran(tmp_path / "last"), key=plan.blocks.index) == [b for b in plan.blocks if b not in before]
    assert finished(path) == set(plan.blocks)
    assert not list(path.rglob("*.partial"))
    assert_frame_equal(Store.read(path).table(), whole_table(plan))


@pytest.mark.parametrize("moments", MOMENTS)
@pytest.mark.parametrize("executor", ["threads:2", "loky:2"])
def test_kill_at_random_moments(tmp_path: Path, drivers: Drivers, executor: str, moments: int) -> None:
    path, size = tmp_path / "store", {"cells": 20, "rounds": 2 * moments, "executor": executor}
    stream = np.random.default_rng(20)
    before: set[Block] = set()
    for attempt, count in enumerate(begun(stream, moments, 12)):
        log = tmp_path / f"log{attempt}"
        pid = drivers.start(folder=str(path), log=str(log), pause=0.01, **size)
        wait_for(log, "ran", times=count)
        time.sleep(stream.uniform(0.0, 0.02))
        os.kill(pid, signal.SIGKILL)
        assert drivers.status() == -signal.SIGKILL
        assert not before & set(ran(log)), "a finished block was run again"
        after = finished(path)
        assert before <= after, "a finished block was lost"
        before = after
    assert 0 < len(before) < 40 * moments
    assert_resumed(drivers, tmp_path, before, **size)


def workers(log: Path, driver: int) -> list[int]:
    """The processes that ran blocks, the latest last."""
    pids = [int(line.split(" ")[2]) for line in log.read_text().splitlines() if line.startswith("ran ")]
    assert driver not in pids
    return pids


@pytest.mark.parametrize("moments", MOMENTS)
def test_kill_a_worker_at_random_moments(tmp_path: Path, drivers: Drivers, moments: int) -> None:
    """The driver ends with an error that says how to go on; only what the workers had with them is lost."""
    path, size = tmp_path / "store", {"cells": 20, "rounds": 2 * moments, "executor": "loky:2"}
    stream = np.random.default_rng(21)
    before: set[Block] = set()
    for attempt, count in enumerate(begun(stream, moments, 12)):
        log = tmp_path / f"log{attempt}"
        pid = drivers.start(folder=str(path), log=str(log), pause=0.02, **size)
        wait_for(log, "ran", times=count + 1)
        time.sleep(stream.uniform(0.0, 0.04))
        os.kill(workers(log, pid)[-1], signal.SIGKILL)
        assert drivers.status() == 3
        (line,) = [line for line in log.read_text().splitlines() if line.startswith("error")]
        assert "A worker process died" in line and "run the same command again" in line
        assert not before & set(ran(log)), "a finished block was run again"
        after = finished(path)
        assert before <= after, "a finished block was lost"
        assert len(set(ran(log)) - after) <= 7, "two that ran, one that waited, two more at hand, two on their way"
        before = after
    assert 0 < len(before) < 40 * moments
    assert_resumed(drivers, tmp_path, before, **size)


@pytest.mark.parametrize("moments", MOMENTS)
def test_kill_a_dask_worker_at_random_moments(tmp_path: Path, drivers: Drivers, moments: int) -> None:
    """Dask runs its blocks again elsewhere, and the computation goes on by itself."""
    pytest.importorskip("distributed", reason="distributed is not installed: pip install 'evo-theory[dask]'")
    path, log, size = tmp_path / "store", tmp_path / "log", {"cells": 20, "rounds": 4 * moments, "executor": "dask:2"}
    stream = np.random.default_rng(22)
    pid = drivers.start(folder=str(path), log=str(log), pause=0.05, **size)
    for moment in range(moments):
        wait_for(log, "ran", times=60 * moment + 4)
        time.sleep(stream.uniform(0.0, 0.1))
        done, place = finished(path), len(log.read_text())
        with contextlib.suppress(ProcessLookupError):  # it may be one that was killed before
            os.kill(workers(log, pid)[-1], signal.SIGKILL)
        wait_for(log, "ran", times=60 * moment + 40)
        assert not done & set(ran(log, place)), "a finished block was run again"
    assert drivers.status() == 0, log.read_text()
    assert len(set(workers(log, pid))) > 2, "none was killed"
    assert finished(path) == set(make_plan(20, 4 * moments).blocks)
    assert_resumed(drivers, tmp_path, finished(path), **size)


def every_moment(
    drivers: Drivers, tmp_path: Path, prepare: Any, allowed: tuple[Plan, ...], command: dict[str, Any]
) -> int:
    """Kill a driver before its k-th operation on files, for every k; resume each time and compare."""
    plan = make_plan(command["cells"], command["rounds"], **command.get("changes", {}))
    for moment in range(500):
        path, log = tmp_path / f"store{moment}", tmp_path / f"log{moment}"
        prepare(path)
        status = drivers.run(folder=str(path), log=str(log), die_at=moment, **command)
        done = finished(path)
        if (path / "plan.json").exists():
            assert Store.read(path).plan in allowed
        with Store.open(path, plan, fresh=command.get("fresh", False) and Store.read(path).plan != plan) as store:
            assert not list(path.rglob("*.partial"))
            again = store.missing()
            if store.plan == plan and not command.get("fresh"):
                assert set(again) == set(plan.blocks) - done
            execute(store, rows, threads=1, progress=False)
        assert finished(path) == set(plan.blocks)
        assert_frame_equal(Store.read(path).table(), whole_table(plan))
        if status == 0:
            return moment
        assert status == -signal.SIGKILL, log.read_text()
    raise AssertionError("the driver was killed at each of 500 moments")


def test_kill_at_every_operation_of_a_first_run(tmp_path: Path, drivers: Drivers) -> None:
    plan = make_plan(2, 1)
    moments = every_moment(drivers, tmp_path, lambda path: None, (plan,), {"cells": 2, "rounds": 1})
    assert moments >= 25  # six operations for each of two blocks, the plan, the environment and the probe


def test_kill_at_every_operation_of_an_extension(tmp_path: Path, drivers: Drivers) -> None:
    old, new = make_plan(1, 1), make_plan(2, 1)

    def prepare(path: Path) -> None:
        with Store.open(path, old) as store:
            execute(store, rows, threads=1, progress=False)

    every_moment(drivers, tmp_path, prepare, (old, new), {"cells": 2, "rounds": 1})


def test_kill_at_every_operation_of_a_fresh_start(tmp_path: Path, drivers: Drivers) -> None:
    """Whenever it dies, the folder is a valid store of the old plan or of the new one, never a mixture."""
    old, new = make_plan(2, 1), make_plan(1, 1, seed=8)

    def prepare(path: Path) -> None:
        with Store.open(path, old) as store:
            execute(store, rows, threads=1, progress=False)

    command = {"cells": 1, "rounds": 1, "changes": {"seed": 8}, "fresh": True}
    every_moment(drivers, tmp_path, prepare, (old, new), command)


def test_reading_beside_a_running_driver(tmp_path: Path, drivers: Drivers) -> None:
    path, log, plan = tmp_path / "store", tmp_path / "log", make_plan(20, 2)
    drivers.start(folder=str(path), log=str(log), pause=0.01, cells=20, rounds=2)
    wait_for(log, "open")
    seen: list[set[Block]] = []
    deadline = time.monotonic() + 30
    while not seen or len(seen[-1]) < 40:
        assert time.monotonic() < deadline
        seen.append(finished(path))
        assert len(seen) == 1 or seen[-2] <= seen[-1]
    assert drivers.status() == 0
    assert any(0 < len(blocks) < 40 for blocks in seen), "the driver was read while it was at work"
    assert_frame_equal(Store.read(path).table(), whole_table(plan))


@pytest.mark.parametrize("executor", ["threads:2", "loky:2", pytest.param("dask:2", marks=pytest.mark.slow)])
def test_ctrl_c_in_a_process_of_its_own(tmp_path: Path, drivers: Drivers, executor: str) -> None:
    """A terminal sends it to the workers, too, which leave it to the driver."""
    if executor == "dask:2":
        pytest.importorskip("distributed", reason="distributed is not installed: pip install 'evo-theory[dask]'")
    path, log = tmp_path / "store", tmp_path / "log"
    pid = drivers.start(folder=str(path), log=str(log), pause=0.05, cells=20, rounds=4, executor=executor)
    wait_for(log, "ran c=5")
    since = time.monotonic()
    os.killpg(pid, signal.SIGINT)
    assert drivers.status() == 130
    assert time.monotonic() - since < 5
    done = finished(path)
    assert done == set(ran(log)), "blocks that ran when Ctrl-C came are kept"
    assert 0 < len(done) < 80
    (line,) = [line for line in log.read_text().splitlines() if line.startswith("Stopped")]
    assert f"{len(done)} of 80 blocks are finished and safe in {path}; run the same command again" in line
