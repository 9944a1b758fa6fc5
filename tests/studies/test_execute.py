"""Running the missing blocks: each once, coarse to fine, and whatever ends it early leaves a valid store."""

from __future__ import annotations

import errno
import io
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from evo.core import files as _files
from evo.studies import Block, Plan, Store, StoreError, execute
from evo.studies import execution as executor_module
from evo.studies._progress import Bar, Lines, Silence, progress_for
from tests.studies.driver import make_plan, rows, whole_table


class Work:
    """Computes rows and counts its calls."""

    def __init__(self, pause: float = 0.0) -> None:
        self.calls: list[Block] = []
        self.pause = pause

    def __call__(self, block: Block) -> dict[str, Any]:
        self.calls.append(block)
        time.sleep(self.pause)
        return rows(block)


def finish(path: Path, plan: Plan) -> list[Block]:
    """Run what is missing, compare with an uninterrupted run, and return what was run."""
    work = Work()
    with Store.open(path, plan, notify=pytest.fail) as store:
        assert execute(store, work, threads=2, progress=False) == len(work.calls)
        assert_frame_equal(store.table(), whole_table(plan))
    assert not list(path.rglob("*.partial"))
    return work.calls


@pytest.mark.parametrize("threads", [1, 2, 5, None])
def test_the_table_does_not_depend_on_the_number_of_threads(tmp_path: Path, threads: int | None) -> None:
    plan, work, told = make_plan(4, 3), Work(), []
    with Store.open(tmp_path, plan) as store:
        count = execute(store, work, threads=threads, on_block=lambda *numbers: told.append(numbers), progress=False)
        assert_frame_equal(store.table(), whole_table(plan))
    assert count == 12 and told == [(i, 12) for i in range(1, 13)]
    assert sorted(work.calls, key=plan.blocks.index) == list(plan.blocks)
    if threads == 1:
        assert work.calls == list(plan.blocks)


def test_blocks_are_begun_coarse_to_fine(tmp_path: Path) -> None:
    plan, work = make_plan(10, 4), Work(pause=0.001)
    with Store.open(tmp_path, plan) as store:
        execute(store, work, threads=3, progress=False)
    positions = [plan.blocks.index(block) for block in work.calls]
    assert all(abs(position - i) < 3 for i, position in enumerate(positions))


def test_two_threads_work_at_once(tmp_path: Path) -> None:
    meeting = threading.Barrier(2, timeout=20)

    def work(block: Block) -> dict[str, Any]:
        meeting.wait()
        return rows(block)

    with Store.open(tmp_path, make_plan(2, 2)) as store:
        assert execute(store, work, threads=2, progress=False) == 4


def test_finished_blocks_are_not_run_again(tmp_path: Path) -> None:
    plan = make_plan()
    with Store.open(tmp_path, plan) as store:
        for block in plan.blocks[1::2]:
            store.write(block, rows(block))
    assert sorted(finish(tmp_path, plan), key=plan.blocks.index) == list(plan.blocks[0::2])
    assert finish(tmp_path, plan) == []
    file = next((tmp_path / "blocks").glob("c=2*@0+5.*"))
    file.write_bytes(file.read_bytes()[:100])
    work = Work()
    with Store.open(tmp_path, plan, notify=lambda text: None) as store:
        execute(store, work, progress=False)
    assert work.calls == [Block("c=2 n=10", 0, 5)]
    assert finish(tmp_path, plan) == []


def test_extension_runs_only_what_is_new(tmp_path: Path) -> None:
    small, large = make_plan(2, 1), make_plan(3, 2)
    finish(tmp_path, small)
    assert set(finish(tmp_path, large)) == set(large.blocks) - set(small.blocks)


def test_the_empty_plan(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    work = Work()
    with Store.open(tmp_path, Plan(name="nothing", seed=0)) as store:
        assert execute(store, work) == 0
    assert work.calls == [] and capfd.readouterr() == ("", "")


def test_an_error_in_a_block_is_passed_on_and_costs_only_that_block(tmp_path: Path) -> None:
    plan, stop = make_plan(10, 2), threading.Event()
    bad = plan.blocks[5]

    def work(block: Block) -> dict[str, Any]:
        if block == bad:
            raise ZeroDivisionError("in the middle")
        if plan.blocks.index(block) > 5:
            stop.wait(20)
            time.sleep(0.2)  # in this time the main thread cancels what waits
        return rows(block)

    with Store.open(tmp_path, plan) as store:
        with pytest.raises(ZeroDivisionError, match="in the middle") as caught:
            execute(store, work, threads=2, progress=False, stop=stop)
        done = store.done()
    assert set(plan.blocks[:5]) <= done and bad not in done
    assert len(done) <= 9, "the blocks that wait (eight are in the queue) are cancelled"
    (note,) = caught.value.__notes__
    assert "block c=5_n=10@0+5" in note and str(tmp_path) in note and "same command again" in note
    assert set(finish(tmp_path, plan)) == set(plan.blocks) - done


def test_wrong_columns_stop_the_execution(tmp_path: Path) -> None:
    plan = make_plan()
    with Store.open(tmp_path, plan) as store, pytest.raises(ValueError, match="one entry per run"):
        execute(store, lambda block: {"x": np.zeros(block.count + (block.cell > "c=1"))}, threads=1, progress=False)
    with Store.open(tmp_path, plan) as store, pytest.raises(TypeError, match="gave a NoneType"):
        execute(store, lambda block: None, threads=1, progress=False)  # pyright: ignore[reportArgumentType]


def test_an_error_in_on_block_keeps_the_blocks(tmp_path: Path) -> None:
    def on_block(done: int, total: int) -> None:
        raise RuntimeError("figure")

    with Store.open(tmp_path, make_plan()) as store:
        with pytest.raises(RuntimeError, match="figure"):
            execute(store, rows, threads=1, on_block=on_block, progress=False)
        assert len(store.done()) >= 1
    finish(tmp_path, make_plan())


def interrupted(store: Store, **options: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        execute(store, options.pop("work", rows), threads=2, progress=False, **options)


def test_ctrl_c_while_the_main_thread_is_busy(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan, work = make_plan(10, 2), Work(pause=0.01)
    with Store.open(tmp_path, plan) as store:
        interrupted(store, work=work, on_block=lambda done, total: done == 3 and signal.raise_signal(signal.SIGINT))
        done = store.done()
        assert done == set(work.calls), "running blocks are kept"
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"Stopped: {len(done)} of 20 blocks are finished and safe in {tmp_path}; ")
    assert line.endswith("run the same command again to go on.")
    assert set(finish(tmp_path, plan)) == set(plan.blocks) - done


def test_ctrl_c_in_the_middle_of_a_write_costs_no_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, work, replace, moments = make_plan(), Work(), os.replace, iter(range(1000))

    def interrupted_replace(*paths: Any) -> None:
        if next(moments) == 2:
            signal.raise_signal(signal.SIGINT)
        replace(*paths)

    with Store.open(tmp_path, plan) as store:
        monkeypatch.setattr(os, "replace", interrupted_replace)
        interrupted(store, work=work)
        monkeypatch.undo()
        assert store.done() == set(work.calls) and store.verify() == []
    finish(tmp_path, plan)


def test_a_block_may_raise_keyboard_interrupt(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan = make_plan()

    def work(block: Block) -> dict[str, Any]:
        if block == plan.blocks[3]:
            raise KeyboardInterrupt
        return rows(block)

    with Store.open(tmp_path, plan) as store:
        interrupted(store, work=work)
        assert set(plan.blocks[:3]) <= store.done()
    assert "run the same command again to go on" in capfd.readouterr().err
    finish(tmp_path, plan)


def test_the_stop_event_reaches_long_blocks(tmp_path: Path) -> None:
    """A long block that looks at the event ends at once; the same event ends the execution from outside."""
    plan, stop = make_plan(), threading.Event()

    def work(block: Block) -> dict[str, Any]:
        if block == plan.blocks[0]:
            return rows(block)
        if stop.wait(60):
            raise KeyboardInterrupt
        return rows(block)

    with Store.open(tmp_path, plan) as store:
        begun = time.monotonic()
        interrupted(store, work=work, stop=stop, on_block=lambda done, total: signal.raise_signal(signal.SIGINT))
        assert stop.is_set() and store.done() == {plan.blocks[0]}
        stop.clear()
        threading.Timer(0.05, stop.set).start()
        interrupted(store, work=work, stop=stop)
        assert time.monotonic() - begun < 5
    finish(tmp_path, plan)


def test_a_block_that_takes_too_long_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_module, "_GRACE_SECONDS", 0.1)
    plan, release = make_plan(), threading.Event()

    def work(block: Block) -> dict[str, Any]:
        if block != plan.blocks[0]:
            release.wait(60)
        return rows(block)

    with Store.open(tmp_path, plan) as store:
        begun = time.monotonic()
        interrupted(store, work=work, on_block=lambda done, total: signal.raise_signal(signal.SIGINT))
        assert time.monotonic() - begun < 5 and store.done() == {plan.blocks[0]}
        release.set()
    finish(tmp_path, plan)


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, release, stop = make_plan(), threading.Event(), threading.Event()

    def work(block: Block) -> dict[str, Any]:
        if block != plan.blocks[0]:
            release.wait(60)
        return rows(block)

    def second() -> None:
        stop.wait(20)
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    with Store.open(tmp_path, plan) as store:
        begun = time.monotonic()
        threading.Thread(target=second, daemon=True).start()
        interrupted(store, work=work, stop=stop, on_block=lambda done, total: signal.raise_signal(signal.SIGINT))
        assert time.monotonic() - begun < 5
        release.set()
    finish(tmp_path, plan)


def test_a_disk_that_fills_up_stops_with_advice_and_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, open_new, opened = make_plan(5, 2), _files.open_new, iter(range(1000))

    def full(path: Path) -> Any:
        if next(opened) >= 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return open_new(path)

    with Store.open(tmp_path, plan) as store:
        monkeypatch.setattr(_files, "open_new", full)
        with pytest.raises(StoreError, match=r"the disk is full .*safe.*Make room, then run the same command again"):
            execute(store, rows, threads=2, progress=False)
        monkeypatch.undo()
        assert len(store.done()) == 4
    assert len(finish(tmp_path, plan)) == 6


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_bad_thread_counts_are_refused(tmp_path: Path, threads: Any) -> None:
    with (
        Store.open(tmp_path, make_plan()) as store,
        pytest.raises(ValueError, match=rf"`threads` must be .* got {threads}\."),
    ):
        execute(store, rows, threads=threads)


def test_a_store_opened_for_reading_is_refused_before_any_work(tmp_path: Path) -> None:
    Store.open(tmp_path, make_plan()).close()
    work = Work()
    with pytest.raises(StoreError, match=r"Use Store\.open"):
        execute(Store.read(tmp_path), work)
    assert work.calls == []


def test_no_thread_is_left(tmp_path: Path) -> None:
    with Store.open(tmp_path, make_plan()) as store:
        execute(store, rows, threads=3, progress=False)
    deadline = time.monotonic() + 5
    while any(thread.name.startswith("block-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


# ------------------------------------------------------------------------------------------------------------ progress


def test_lines_are_throttled_and_end_with_the_total() -> None:
    clock = iter([0.0, 1.0, 10.5, 12.0, 20.4, 21.0])
    file = io.StringIO()
    with Lines("trial", 10, 110, file=file, clock=lambda: next(clock)) as lines:
        for done in (11, 31, 40, 60, 110):
            lines.update(done)
    assert file.getvalue().splitlines() == [
        "trial: 10 of 110 blocks were finished before",
        "trial: 31 of 110 blocks (28 %), 2 per second, about 40 s left",
        "trial: 110 of 110 blocks (100 %), 4.76 per second",
    ]


@pytest.mark.parametrize(("per_block", "text"), [(50.0, "about 83 min left"), (100.0, "about 3 h left")])
def test_long_times_are_told_in_large_units(per_block: float, text: str) -> None:
    clock = iter([0.0, per_block])
    file = io.StringIO()
    Lines("trial", 0, 101, file=file, clock=lambda: next(clock)).update(1)
    assert text in file.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Store.open(tmp_path, make_plan()) as store:
        execute(store, rows)
    assert "trial" in terminal.getvalue() and "6/6" in terminal.getvalue() and "blocks" in terminal.getvalue()
    assert isinstance(progress_for("x", 1, 1, shown=True), Silence)
    assert isinstance(progress_for("x", 0, 1, shown=False), Silence)
    with progress_for("[bold]x", 0, 1, shown=True) as display:
        assert isinstance(display, Bar)
    assert "[bold]x" in terminal.getvalue()


def test_a_terminal_without_rich_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setitem(__import__("sys").modules, "rich.console", None)
    assert isinstance(progress_for("x", 0, 1, shown=True), Lines)


def test_anything_else_gets_lines_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Store.open(tmp_path, make_plan()) as store:
        execute(store, rows)
    out, err = capfd.readouterr()
    assert out == "" and err.startswith("trial: 6 of 6 blocks (100 %)") and err.count("\n") == 1
