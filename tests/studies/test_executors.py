"""Executors: the same table from threads, processes and parts of the plan, and errors that name the block."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from evo.studies import Block, Dask, Loky, Ray, Store, StoreError, Threads, as_executor, execute
from evo.studies.executors import Exchange, Outcome
from tests.studies.driver import Logged, make_plan, ran, rows, whole_table

DASK = pytest.param("dask:2", marks=pytest.mark.slow)
RAY = pytest.param("ray", marks=pytest.mark.slow)
PACKAGES = {"dask:2": "distributed", "ray": "ray"}


def refuse_without_package(executor: str) -> None:
    package = PACKAGES.get(executor)
    if package is not None:
        pytest.importorskip(package, reason=f"{package} is not installed: pip install 'evo-theory[{executor[:4]}]'")


def about_the_worker(block: Block) -> dict[str, Any]:
    """What a worker knows about itself, as rows."""
    numbers = {
        "pid": os.getpid(),
        "threads": int(os.environ.get("NUMBA_NUM_THREADS", "0")),
        "cache": os.environ.get("NUMBA_CACHE_DIR", ""),
    }
    return {name: np.full(block.count, number) for name, number in numbers.items()}


class UnportableError(Exception):
    """Cannot be rebuilt from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def fails_in_the_fourth(block: Block) -> dict[str, Any]:
    if block == make_plan(10, 4).blocks[3]:
        raise UnportableError("this", "that")
    time.sleep(0.01)
    return rows(block)


def dies_in_the_fourth(block: Block) -> dict[str, Any]:
    if block == make_plan(10, 4).blocks[3]:
        os._exit(1)
    return rows(block)


def interrupts_in_the_fourth(block: Block) -> dict[str, Any]:
    if block == make_plan(10, 4).blocks[3]:
        raise KeyboardInterrupt
    return rows(block)


@pytest.mark.parametrize("executor", ["threads:2", "loky:1", "loky:2", Loky(2), DASK, RAY])
def test_the_table_does_not_depend_on_the_executor(tmp_path: Path, executor: Any) -> None:
    refuse_without_package(executor)
    plan, log, told = make_plan(5, 4), tmp_path / "log", []
    with Store.open(tmp_path / "store", plan) as store:
        for block in plan.blocks[2::5]:
            store.write(block, rows(block))
        count = execute(
            store,
            Logged(str(log)),
            executor=executor,
            on_block=lambda *numbers: told.append(numbers),
            progress=False,
        )
        assert_frame_equal(store.table(), whole_table(plan))
    assert count == 16 and told == [(i, 20) for i in range(5, 21)]
    assert sorted(ran(log), key=plan.blocks.index) == [block for i, block in enumerate(plan.blocks) if i % 5 != 2]


def test_processes_have_one_thread_each_and_stay(tmp_path: Path) -> None:
    """Blocks of two executions run in the same two processes, whose kernels use one thread and the same cache."""
    pids: set[int] = set()
    for name in ("one", "two"):
        with Store.open(tmp_path / name, make_plan(4, 3)) as store:
            execute(store, about_the_worker, executor=Loky(2), progress=False)
            table = store.table()
        assert table["threads"].unique().to_list() == [1]
        assert table["cache"].unique().to_list() == [os.environ.get("NUMBA_CACHE_DIR", "")]
        pids |= set(table["pid"].to_list())
    assert 1 <= len(pids) <= 2 and os.getpid() not in pids


MODULE = "from numpy import full\n\n\ndef work(block):\n    return {'x': full(block.count, NUMBER)}\n"


def test_processes_that_wait_do_not_run_code_from_before_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    module, found = None, []
    for number in ("1", "20"):
        (tmp_path / "evo_test_work.py").write_text(MODULE.replace("NUMBER", number))
        importlib.invalidate_caches()
        module = importlib.import_module("evo_test_work") if module is None else importlib.reload(module)
        with Store.open(tmp_path / number, make_plan(4, 2)) as store:
            execute(store, module.work, executor="loky:2", progress=False)
            found.append(set(store.table()["x"].to_list()))
    assert found == [{1}, {20}]


@pytest.mark.parametrize("executor", ["loky:2", DASK, RAY])
def test_an_error_in_a_worker_names_the_block_and_shows_where(tmp_path: Path, executor: str) -> None:
    refuse_without_package(executor)
    plan = make_plan(10, 4)
    with Store.open(tmp_path, plan) as store:
        with pytest.raises(RuntimeError, match="UnportableError: this and that") as caught:
            execute(store, fails_in_the_fourth, executor=executor, progress=False)
        done = store.done()
        assert set(plan.blocks[:3]) <= done and plan.blocks[3] not in done
        assert len(done) < 20, "the blocks that wait are cancelled"
        (note,) = caught.value.__notes__
        assert "block c=3_n=10@0+5" in note and str(tmp_path) in note and "same command again" in note
        assert 'raise UnportableError("this", "that")' in str(caught.value.__cause__)
        assert execute(store, rows, executor=executor, progress=False) == 40 - len(done)
        assert_frame_equal(store.table(), whole_table(plan))


def test_a_worker_that_dies_is_explained_and_the_next_execution_goes_on(tmp_path: Path) -> None:
    plan = make_plan(10, 4)
    with Store.open(tmp_path, plan) as store:
        with pytest.raises(StoreError, match=r"A worker process died: it was killed, ran out of memory") as caught:
            execute(store, dies_in_the_fourth, executor="loky:2", progress=False)
        for piece in ("c=3_n=10@0+5", "are safe", "--executor loky:2", "run the same command again"):
            assert piece in str(caught.value)
        done = store.done()
        assert execute(store, rows, executor="loky:2", progress=False) == 40 - len(done)
        assert_frame_equal(store.table(), whole_table(plan))


def test_a_block_in_a_worker_may_end_the_execution(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Store.open(tmp_path, make_plan(10, 4)) as store:
        with pytest.raises(KeyboardInterrupt):
            execute(store, interrupts_in_the_fourth, executor="loky:2", progress=False)
        done = len(store.done())
    assert f"Stopped: {done} of 40 blocks are finished and safe" in capfd.readouterr().err


def test_what_runs_too_long_in_workers_is_aborted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evo.studies.execution._GRACE_SECONDS", 0.2)
    stop = threading.Event()
    with Store.open(tmp_path, make_plan()) as store:
        threading.Timer(1.0, stop.set).start()
        since = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            execute(store, Logged(str(tmp_path / "log"), 60.0), executor="loky:2", progress=False, stop=stop)
        assert time.monotonic() - since < 20 and store.done() == set()
        assert execute(store, rows, executor="loky:2", progress=False) == 6
    assert not [thread for thread in threading.enumerate() if thread.name == "blocks"]


# -------------------------------------------------------------------------------------------------------- what travels

PART_OF_THE_SCRIPT = """
import dataclasses, sys
import numpy as np
from evo import discrete as d
from evo.studies import Block, Plan, Store, execute

class Own(d.AbstractRate):
    def lower(self, n):
        return (1.0 / n,)

@dataclasses.dataclass(frozen=True)
class Work:
    part: object
    def __call__(self, block):
        return {"x": np.arange(block.first, block.first + block.count)}

plan = Plan(name="own", seed=1, blocks=[Block("a", i, 1) for i in range(4)])
with Store.open(sys.argv[1], plan) as store:
    try:
        execute(store, Work(d.OnePlusOne(rate=Own())), executor="loky:2", progress=False)
    except TypeError as error:
        print(error)
    print(execute(store, lambda block: Work(None)(block), executor="loky:2", progress=False))
"""


def test_parts_of_a_script_are_refused_and_functions_of_it_travel(tmp_path: Path) -> None:
    """The behaviour of a part is registered where its module is imported; nobody imports a script."""
    (tmp_path / "script.py").write_text(PART_OF_THE_SCRIPT)
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path / "store"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])},
    )
    message, count = done.stdout.splitlines()
    for piece in ("`work` must", "other processes can import", "got Own, defined in the script", "Move it to a module"):
        assert piece in message, done.stderr
    assert count == "4"


def test_what_cannot_be_sent_is_refused_before_any_work(tmp_path: Path) -> None:
    lock = threading.Lock()

    def work(block: Block) -> dict[str, Any]:
        with lock:
            return rows(block)

    with (
        Store.open(tmp_path, make_plan()) as store,
        pytest.raises(TypeError, match=r"`work` must be .* sent to other processes; got function.*executor='threads'"),
    ):
        execute(store, work, executor="loky:2")


# ------------------------------------------------------------------------------------------------------------ exchange


def test_blocks_are_handed_out_only_while_few_outcomes_wait() -> None:
    blocks = make_plan(10, 2).blocks
    exchange, handed = Exchange(blocks, most=3), []

    def worker() -> None:
        for block in exchange.blocks():
            handed.append(block)
            exchange.put(Outcome(block, None, None))

    threading.Thread(target=worker, daemon=True).start()
    taken = []
    while not exchange.idle:
        time.sleep(0.002)
        assert len(handed) <= len(taken) + 4, "three that wait, and one on its way"
        outcome = exchange.take(1.0)
        assert outcome is not None and exchange.take(1.0) is outcome, "given again until it is settled"
        exchange.settle()
        taken.append(outcome.block)
    assert taken == handed == list(blocks)


def test_an_exchange_is_not_idle_before_what_was_taken_is_settled() -> None:
    (block,) = make_plan(1, 1).blocks
    exchange = Exchange([block], most=1)
    assert exchange.next() == block

    class Interrupted:
        put = staticmethod(exchange._bell.put)

        def get(self, timeout: float) -> None:
            exchange.put(Outcome(block, None, None))
            raise KeyboardInterrupt

    exchange._bell = Interrupted()  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(KeyboardInterrupt):  # just when an outcome arrived
        exchange.take(1.0)
    assert not exchange.idle
    assert exchange.take(1.0) == Outcome(block, None, None)
    assert not exchange.idle
    exchange.settle()
    assert exchange.idle


def test_an_exchange_that_failed_is_idle_and_says_why() -> None:
    exchange = Exchange(make_plan().blocks, most=3)
    assert exchange.next() is not None and len(exchange.running) == 1 and not exchange.idle
    exchange.fail(StoreError("no workers"))
    with pytest.raises(StoreError, match="no workers"):
        exchange.take(1.0)
    assert exchange.idle and exchange.next() is None and exchange.take(0.0) is None


# --------------------------------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("text", "executor"),
    [
        (None, Threads()),
        ("threads", Threads()),
        (" Threads:4 ", Threads(4)),
        ("loky", Loky()),
        ("loky:3", Loky(3)),
        ("dask", Dask()),
        ("dask:3", Dask(count=3)),
        ("dask tcp://host:8786", Dask("tcp://host:8786")),
        ("dask:tcp://host:8786", Dask("tcp://host:8786")),
        ("ray", Ray()),
        ("ray auto", Ray("auto")),
        ("ray ray://host:10001", Ray("ray://host:10001")),
        (Loky(2), Loky(2)),
    ],
)
def test_executors_are_read_from_texts(text: Any, executor: Any) -> None:
    assert as_executor(text) == executor


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lokky:4", r"`executor` must be threads, .*; got 'lokky:4'\. Did you mean 'loky'"),
        ("loky:0", r"got 'loky:0'\. Give loky a positive number, as in loky:4"),
        ("threads four", "Give threads a positive number"),
        ("", "got ''"),
        ("loky:-1", "positive number"),
    ],
)
def test_other_texts_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_executor(text)


def test_other_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"`executor` must be an executor or one of the texts .*; got 4 of type int"):
        as_executor(4)  # pyright: ignore[reportArgumentType]
    for kind in (Threads, Loky):
        with pytest.raises(ValueError, match=r"`count` must be an integer >= 1; got 0"):
            kind(0)
    with pytest.raises(TypeError, match="`address` must"):
        Dask(8786)  # pyright: ignore[reportArgumentType]
    with (
        Store.open(tmp_path, make_plan()) as store,
        pytest.raises(ValueError, match=r"`threads` must be None where an executor is given; got threads=2"),
    ):
        execute(store, rows, threads=2, executor="loky")


@pytest.mark.parametrize(("executor", "package"), [("dask", "distributed"), ("ray", "ray")])
def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executor: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with (
        Store.open(tmp_path, make_plan()) as store,
        pytest.raises(StoreError, match=rf"needs the package {package}, .*pip install 'evo-theory\[{executor}\]'"),
    ):
        execute(store, rows, executor=executor)


@pytest.mark.slow
def test_an_address_without_a_scheduler_is_explained(tmp_path: Path) -> None:
    refuse_without_package("dask:2")
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        Store.open(tmp_path, make_plan()) as store,
        pytest.raises(StoreError, match=r"tcp://127\.0\.0\.1:1 has none: .*Start `dask scheduler`"),
    ):
        execute(store, rows, executor="dask tcp://127.0.0.1:1")


@pytest.mark.slow
def test_a_cluster_that_runs_is_used_and_left(tmp_path: Path) -> None:
    """By its address, and by the client of this process; also where it has a single thread."""
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    options: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(n_workers=1, **options) as cluster:
        pids = []
        with Store.open(tmp_path / "one", make_plan()) as store:
            execute(store, about_the_worker, executor=f"dask {cluster.scheduler_address}", progress=False)
            pids.append(set(store.table()["pid"].to_list()))
        with distributed.Client(cluster) as client, Store.open(tmp_path / "two", make_plan()) as store:
            execute(store, about_the_worker, executor="dask", progress=False)
            pids.append(set(store.table()["pid"].to_list()))
            assert client.status == "running" and len(client.ncores()) == 1
    assert pids[0] == pids[1] and len(pids[0]) == 1 and os.getpid() not in pids[0]


@pytest.mark.slow
def test_a_block_that_kills_one_dask_worker_after_the_other_ends_the_execution(tmp_path: Path) -> None:
    refuse_without_package("dask:2")
    with Store.open(tmp_path, make_plan(10, 4)) as store:
        with pytest.raises(StoreError, match=r"Dask gave a block up after several workers died with it") as caught:
            execute(store, dies_in_the_fourth, executor="dask:2", progress=False)
        assert "run the same command again" in str(caught.value) and "c=3_n=10@0+5" in str(caught.value)
        done = store.done()
        assert execute(store, rows, executor="threads:2", progress=False) == 40 - len(done)
