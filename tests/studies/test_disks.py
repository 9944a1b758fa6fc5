"""Disks that fill up in the middle of a write, shrink to nothing or turn read-only, wherever the blocks are run."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from evo.core import files as _files
from evo.studies import Store, StoreError, execute
from tests.studies.driver import make_plan, rows, whole_table

resource = pytest.importorskip("resource", reason="this system has no limits on the size of files")

PLAN = make_plan(5, 2)
SIZE = "256k"


class TornFile:
    """A file on a disk that fills up in the middle of what is written."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __enter__(self) -> TornFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        self._file.write(data[: len(data) // 2])
        self._file.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def assert_goes_on(path: Path, missing: int) -> None:
    """Nothing is half-written, and the same command computes what is missing."""
    assert not list(path.rglob("*.partial"))
    with Store.open(path, PLAN, notify=pytest.fail) as store:
        assert store.verify() == []
        assert execute(store, rows, progress=False) == missing
        assert_frame_equal(store.table(), whole_table(PLAN))


@pytest.mark.parametrize("executor", ["threads:2", "loky:2"])
def test_a_disk_that_fills_up_in_the_middle_of_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executor: str
) -> None:
    open_new, opened = _files.open_new, iter(range(1000))

    def torn_from_the_fifth(path: Path) -> Any:
        return TornFile(open_new(path)) if next(opened) >= 4 else open_new(path)

    with Store.open(tmp_path, PLAN) as store:
        monkeypatch.setattr(_files, "open_new", torn_from_the_fifth)
        with pytest.raises(StoreError, match=r"the disk is full .*safe.*Make room, then run the same command again"):
            execute(store, rows, executor=executor, progress=False)
        monkeypatch.undo()
        assert len(store.done()) == 4
    assert_goes_on(tmp_path, 6)


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """What a batch system may set; the operating system refuses the write, and sends a signal that Python ignores."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Store.open(tmp_path, PLAN) as store:
        store.write(PLAN.blocks[0], rows(PLAN.blocks[0]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        try:
            with pytest.raises(StoreError, match=r"a file may not be that large .*safe.*Raise the limit"):
                execute(store, rows, threads=1, progress=False)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert store.done() == {PLAN.blocks[0]}
    assert_goes_on(tmp_path, 9)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of a few pages, where the tests may make one."""
    path = tmp_path / "disk"
    path.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(path)]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only the superuser can mount a small disk, and not in every container")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_small_disk_is_full_and_then_has_room(small_disk: Path) -> None:
    path, ballast = small_disk / "store", small_disk / "ballast"
    with Store.open(path, PLAN) as store:
        for block in PLAN.blocks[:3]:
            store.write(block, rows(block))
        with ballast.open("wb", buffering=0) as file, suppress(OSError):  # until no space is left
            while file.write(bytes(4096)):
                pass
        with pytest.raises(StoreError, match=r"the disk is full .*safe"):
            execute(store, rows, executor="threads:2", progress=False)
        assert store.done() == set(PLAN.blocks[:3])
        with pytest.raises(StoreError, match=r"Cannot open the store .* the disk is full"):
            Store.open(small_disk / "another", PLAN)
    ballast.unlink()
    assert_goes_on(path, 7)


def test_a_disk_that_turns_read_only(small_disk: Path) -> None:
    path = small_disk / "store"
    with Store.open(path, PLAN) as store:
        store.write(PLAN.blocks[0], rows(PLAN.blocks[0]))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match=r"Cannot open the store .* read-only .*Mount it for writing"):
        Store.open(path, PLAN)
    assert Store.read(path).done() == {PLAN.blocks[0]}
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert_goes_on(path, 9)
