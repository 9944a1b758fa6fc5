"""Parts of a plan: jobs beside each other on one folder, and a driver of everything alone."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from evo.core import file_lock as _file_lock
from evo.studies import Block, Plan, PlanChangedError, Store, StoreLockedError, as_part, execute
from evo.studies._lock import FolderLock, planning
from evo.studies.parts import share
from tests.studies.driver import Drivers, make_plan, ran, rows, wait_for, whole_table
from tests.studies.test_lock import Unsupported, dead_process, holder, without_fcntl


@pytest.fixture(params=["fcntl", "no fcntl", "no locks"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "fcntl":
        locks = {"no fcntl": without_fcntl, "no locks": Unsupported}[request.param]
        monkeypatch.setattr(_file_lock, "_system_locks", locks)
    return request.param


def test_parts_share_the_blocks_out() -> None:
    blocks = make_plan(5, 4).blocks
    parts = [share(blocks, (i, 3)) for i in (1, 2, 3)]
    assert parts[1] == blocks[1::3]
    assert sorted(sum(parts, ()), key=blocks.index) == list(blocks)
    assert share(blocks, None) == blocks and share(blocks[:1], (2, 2)) == ()


@pytest.mark.usefixtures("system")
def test_parts_together_give_the_whole_table(tmp_path: Path) -> None:
    plan, done = make_plan(5, 4), []
    stores = [Store.open(tmp_path, plan, part=(i, 3)) for i in (1, 2, 3)]
    for i, store in enumerate(stores):
        told: list[tuple[int, int]] = []
        assert store.part == (i + 1, 3) and store.missing() == list(store.blocks) == list(plan.blocks[i::3])
        count = execute(
            store, rows, executor="threads:2", on_block=lambda *numbers, told=told: told.append(numbers), progress=False
        )
        done.append(count)
        assert told[-1] == (count, count) and store.missing() == []
    assert done == [7, 7, 6]
    for store in stores:
        assert_frame_equal(store.table(), whole_table(plan))
        store.close()
    with Store.open(tmp_path, plan) as store:
        assert store.missing() == [] and store.part is None


@pytest.mark.usefixtures("system")
def test_a_driver_of_everything_and_drivers_of_parts_exclude_each_other(tmp_path: Path) -> None:
    plan = make_plan()
    with Store.open(tmp_path, plan):
        for part in ((1, 2), (2, 2)):
            with pytest.raises(StoreLockedError, match=r"is in use by another driver: process .* one for each part"):
                Store.open(tmp_path, plan, part=part)
    with Store.open(tmp_path, plan, part="1/2") as one, Store.open(tmp_path, plan, part=(2, 2)):
        for fresh in (False, True):
            with pytest.raises(StoreLockedError) as caught:
                Store.open(tmp_path, plan, fresh=fresh)
            for piece in (str(tmp_path), "part 1/2 by process", "part 2/2 by process", "Wait for them", "--block i/m"):
                assert piece in str(caught.value)
        with pytest.raises(StoreLockedError, match=r"part 1/2 of `folder` .* is in use by another driver: process"):
            Store.open(tmp_path, plan, part=(1, 2))
        one.close()
        Store.open(tmp_path, plan, part=(1, 2)).close()
        with pytest.raises(StoreLockedError, match="part 2/2"):
            Store.open(tmp_path, plan)
    Store.open(tmp_path, plan).close()
    assert len(Store.read(tmp_path).missing()) == 6


def test_without_system_locks_a_dead_driver_of_a_part_binds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_file_lock, "_system_locks", without_fcntl)
    Store.open(tmp_path, make_plan(), part=(1, 2)).close()
    note = tmp_path / "locks" / "part-1-of-2.lock.holder"
    lock = FolderLock(tmp_path, (1, 2))
    lock._locks[-1].release.detach()  # as a killed process leaves it
    assert note.exists()
    note.write_text(note.read_text().replace(f'"pid": {os.getpid()}', f'"pid": {dead_process()}'))
    Store.open(tmp_path, make_plan()).close()
    Store.open(tmp_path, make_plan(), part=(1, 2)).close()
    holder(tmp_path, host="elsewhere")
    with pytest.raises(StoreLockedError, match="host elsewhere"):
        Store.open(tmp_path, make_plan(), part=(1, 2))


def test_the_first_job_plans_and_the_others_read(tmp_path: Path) -> None:
    """Plans that depend on a timing are made once, however many jobs begin at once."""
    begin, made, seen = threading.Barrier(4, timeout=20), [], []

    def plan(old: Plan | None) -> Plan:
        if old is not None:
            return old
        made.append(threading.get_ident())
        return make_plan(4, len(made))

    def job(i: int) -> None:
        begin.wait()
        with Store.open(tmp_path, plan, part=(i, 4)) as store:
            execute(store, rows, threads=1, progress=False)
            seen.append(store.plan)

    jobs = [threading.Thread(target=job, args=(i,)) for i in (1, 2, 3, 4)]
    for item in jobs:
        item.start()
    for item in jobs:
        item.join()
    assert len(made) == 1 and seen == 4 * [make_plan(4, 1)]
    assert_frame_equal(Store.read(tmp_path).table(), whole_table(make_plan(4, 1)))


def test_a_plan_is_made_while_no_other_job_can(tmp_path: Path) -> None:
    def plan(old: Plan | None) -> Plan:
        assert old is None
        with pytest.raises(StoreLockedError):
            Store.open(tmp_path, make_plan())
        return make_plan()

    Store.open(tmp_path, plan).close()
    assert Store.read(tmp_path).plan == make_plan()
    grown = Store.open(tmp_path, lambda old: make_plan(len(old.cells) + 1 if old else 0, 2))
    assert grown.plan == make_plan(4, 2)
    grown.close()
    Store.open(tmp_path, lambda old: make_plan(1, 1) if old is None else old, fresh=True).close()
    assert Store.read(tmp_path).plan == make_plan(1, 1)


def test_waiting_for_a_plan_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evo.studies._lock._SECONDS_FOR_A_PLAN", 0.1)
    (tmp_path / "locks").mkdir()
    with planning(tmp_path), pytest.raises(StoreLockedError), planning(tmp_path):
        pass


def test_a_part_grows_the_plan_beside_others(tmp_path: Path) -> None:
    small, large = make_plan(2, 2), make_plan(2, 4)
    with Store.open(tmp_path, small, part=(1, 2)) as one, Store.open(tmp_path, large, part=(2, 2)) as two:
        for store in (one, two):
            execute(store, rows, threads=1, progress=False)
        with pytest.raises(PlanChangedError, match="4 of 8 are no longer planned"):
            Store.open(tmp_path, small, part=(2, 3))
    with Store.open(tmp_path, large, part=(1, 2)) as one:
        assert execute(one, rows, threads=1, progress=False) == 2
    assert_frame_equal(Store.read(tmp_path).table(), whole_table(large))


def test_a_part_leaves_the_temporary_files_of_others(tmp_path: Path) -> None:
    Store.open(tmp_path, make_plan()).close()
    theirs = tmp_path / "blocks" / ".evo-0123456789abcdef.partial"
    theirs.write_bytes(b"being written")
    Store.open(tmp_path, make_plan(), part=(1, 2)).close()
    assert theirs.exists()
    Store.open(tmp_path, make_plan()).close()
    assert not theirs.exists()


def test_jobs_that_are_killed_and_started_again(tmp_path: Path) -> None:
    """Two processes work at once; one is killed; its part, run again, leaves out what it had finished."""
    path, plan, logs = tmp_path / "store", make_plan(10, 4), [tmp_path / "one", tmp_path / "two"]
    with Drivers() as first, Drivers() as second:
        command: dict[str, Any] = {"folder": str(path), "cells": 10, "rounds": 4, "pause": 0.02}
        pid = first.start(log=str(logs[0]), part="1/2", **command)
        second.start(log=str(logs[1]), part="2/2", **command)
        wait_for(logs[0], "ran", times=8)
        os.kill(pid, signal.SIGKILL)
        assert first.status() == -signal.SIGKILL and second.status() == 0
        before = Store.read(path).done()
        assert set(plan.blocks[1::2]) <= before and len(before) < 40
        assert first.run(log=str(tmp_path / "again"), part="1/2", **command) == 0
    assert set(ran(tmp_path / "again")) == set(plan.blocks) - before
    assert set(ran(logs[1])) == set(plan.blocks[1::2])
    assert_frame_equal(Store.read(path).table(), whole_table(plan))


@pytest.mark.parametrize(("part", "pair"), [("3/100", (3, 100)), (" 1 / 1 ", (1, 1)), ((2, 2), (2, 2)), (None, None)])
def test_parts_are_read(part: Any, pair: Any) -> None:
    assert as_part(part) == pair


@pytest.mark.parametrize("part", ["0/3", "4/3", "3", "a/b", (0, 1), (3, 2), "-1/2"])
def test_other_parts_are_refused(tmp_path: Path, part: Any) -> None:
    with pytest.raises(ValueError, match=r"`part` must be a pair \(i, m\) with 1 <= i <= m, .*; got .*The m jobs"):
        Store.open(tmp_path / "store", make_plan(), part=part)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("part", [3, (1, 2, 3), (1.0, 2), (True, 2)])
def test_other_types_of_parts_are_refused(part: Any) -> None:
    with pytest.raises(TypeError, match="`part` must be a pair"):
        as_part(part)


def test_a_part_cannot_start_over(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"`fresh` must be False for a part of the plan; .* delete the folder"):
        Store.open(tmp_path / "store", make_plan(), part=(1, 2), fresh=True)
    assert not (tmp_path / "store").exists()


def test_blocks_of_other_parts_may_be_written_twice(tmp_path: Path) -> None:
    """Jobs of different numbers of parts overlap; what they do twice is the same."""
    plan = make_plan()
    with Store.open(tmp_path, plan, part=(1, 2)) as one, Store.open(tmp_path, plan, part=(1, 3)) as two:
        block = Block("c=0 n=10", 0, 5)
        one.write(block, rows(block))
        two.write(block, rows(block))
        assert len(os.listdir(tmp_path / "blocks")) == 1 and one.done() == two.done() == {block}
