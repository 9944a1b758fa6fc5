"""One driver per folder, whatever happened to the one before."""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evo.core import file_lock as _file_lock
from evo.studies import Store, StoreLockedError
from tests.studies.driver import Drivers, make_plan, wait_for


def test_a_second_driver_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    path, log = tmp_path / "store", tmp_path / "log"
    with Drivers() as drivers:
        pid = drivers.start(folder=str(path), log=str(log), hold=60)
        wait_for(log, "open")
        for fresh in (False, True):
            with pytest.raises(StoreLockedError) as caught:
                Store.open(path, make_plan(), fresh=fresh)
        for piece in (
            str(path),
            f"process {pid} on host {socket.gethostname()}, since 20",
            "one driver",
            "Wait",
            "--out",
        ):
            assert piece in str(caught.value)
        assert len(Store.read(path).missing()) == 6  # reading needs no lock
        os.kill(pid, signal.SIGKILL)
        assert drivers.status() == -signal.SIGKILL
    assert f'"pid": {pid}' in (path / "store.lock").read_text()  # the dead driver's note binds nobody
    with Store.open(path, make_plan()) as store:
        assert json.loads((path / "store.lock").read_text())["pid"] == os.getpid()
    assert not store.is_open


def without_fcntl() -> None:
    return None


class Unsupported:
    """A file system without locks."""

    LOCK_EX = LOCK_SH = LOCK_NB = 0

    def flock(self, fd: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


@pytest.fixture(params=["fcntl", "no fcntl", "no locks"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "fcntl":
        locks = {"no fcntl": without_fcntl, "no locks": Unsupported}[request.param]
        monkeypatch.setattr(_file_lock, "_system_locks", locks)
    return request.param


@pytest.mark.usefixtures("system")
def test_one_process_cannot_drive_a_folder_twice(tmp_path: Path) -> None:
    with Store.open(tmp_path, make_plan()) as store:
        with pytest.raises(StoreLockedError, match=rf"process {os.getpid()} \(this process\) .* close its store"):
            Store.open(tmp_path, make_plan())
        store.close()
        store.close()
        with Store.open(tmp_path, make_plan()) as again:
            store.close()  # an old store does not release the lock of a later one
            with pytest.raises(StoreLockedError):
                Store.open(tmp_path, make_plan())
            assert again.is_open
    Store.open(tmp_path, make_plan()).close()
    assert not (tmp_path / "store.lock.holder").exists()


@pytest.mark.usefixtures("system")
def test_a_forgotten_store_gives_its_lock_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path, make_plan())
    del store
    gc.collect()
    Store.open(tmp_path, make_plan()).close()


HEIR = """
import os, sys, time
from evo.studies import Store
from tests.studies.driver import make_plan
store = Store.open(sys.argv[1], make_plan())
if os.fork() == 0:  # as a process that is being started; it has the descriptor of the lock
    time.sleep(float(sys.argv[2]))
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only a fork passes locks on")
@pytest.mark.parametrize(("seconds", "patience"), [(0.3, 5.0), (3.0, 0.1)])
def test_what_a_dead_driver_was_starting_lets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, patience: float
) -> None:
    monkeypatch.setattr(_file_lock, "_SECONDS_FOR_THE_DEAD", patience)
    path = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    subprocess.run([sys.executable, "-c", HEIR, tmp_path, str(seconds)], check=True, env=environment)
    if seconds < patience:
        Store.open(tmp_path, make_plan()).close()
    else:
        with pytest.raises(StoreLockedError, match=r"is in use by another driver: process"):
            Store.open(tmp_path, make_plan())


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def holder(path: Path, **changes: Any) -> None:
    told = {"pid": dead_process(), "host": socket.gethostname(), "since": "2020-01-01 00:00:00 UTC", **changes}
    (path / "store.lock.holder").write_text(json.dumps(told))


def test_without_system_locks_a_dead_holder_of_this_host_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_file_lock, "_system_locks", without_fcntl)
    holder(tmp_path)
    with Store.open(tmp_path, make_plan()):
        assert json.loads((tmp_path / "store.lock.holder").read_text())["pid"] == os.getpid()
    assert sorted(os.listdir(tmp_path)) == ["blocks", "environment.json", "plan.json"]


@pytest.mark.parametrize("changes", [{"host": "elsewhere"}, {"pid": os.getppid()}, {"pid": None}])
def test_without_system_locks_any_other_holder_is_respected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    monkeypatch.setattr(_file_lock, "_system_locks", without_fcntl)
    holder(tmp_path, **changes)
    with pytest.raises(
        StoreLockedError, match=r"since 2020-01-01 .* If no driver runs any more, delete .*store\.lock\.holder"
    ):
        Store.open(tmp_path, make_plan())
    assert os.listdir(tmp_path) == ["store.lock.holder"]


def test_taking_over_puts_back_what_another_driver_created_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "store.lock.holder"
    file.write_bytes(b"a new holder")
    _file_lock._take_away(file, b"the stale holder")
    assert file.read_bytes() == b"a new holder"
    _file_lock._take_away(file, b"a new holder")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*fork:RuntimeWarning")  # of JAX, if another test of this process loaded it
def test_a_forked_process_neither_keeps_nor_drops_the_lock(tmp_path: Path) -> None:
    store = Store.open(tmp_path, make_plan())
    held = (tmp_path / "store.lock").read_bytes()
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:  # as if it ended: what holds the lock is let go
        store.close()
        os.write(tell, b"closed")
        signal.pause()
    try:
        assert os.read(told, 6) == b"closed"
        assert (tmp_path / "store.lock").read_bytes() == held
        with pytest.raises(StoreLockedError):
            Store.open(tmp_path, make_plan())
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        store.close()
        Store.open(tmp_path, make_plan()).close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
