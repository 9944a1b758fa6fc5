"""What a folder holds and lacks, and blocks computed again."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evo.studies import Block, Plan, Store, resimulate
from evo.studies._holders import holders
from evo.studies.survey import pace, survey
from tests.studies.driver import make_plan, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trial"


def fill(path: Path, count: int) -> Store:
    """A store with so many blocks, written a second apart."""
    with Store.open(path, make_plan()) as store:
        for block in store.plan.blocks[:count]:
            store.write(block, rows(block))
    stems = [block.stem for block in store.plan.blocks]
    for file in (path / "blocks").iterdir():
        when = 1e9 + stems.index(file.name.rsplit(".", 2)[0])
        os.utime(file, (when, when))
    return Store.read(path, notify=pytest.fail)


# -------------------------------------------------------------------------------------------------------------- survey


def test_unfinished(path: Path) -> None:
    found = survey(fill(path, 4))
    assert found.blocks == (4, 6) and found.runs == (20, 30) and not found.complete
    assert [(item.runs, item.of_runs, item.blocks, item.of_blocks) for item in found.cells] == [
        (10, 10, 2, 2),
        (5, 10, 1, 2),
        (5, 10, 1, 2),
    ]
    assert found.seconds == pytest.approx(2.0) and found.damaged == () and found.holders == ()
    assert len(found.environments) == 1


def test_capped_runs_are_counted_per_cell(path: Path) -> None:
    store = fill(path, 6)
    table = store.table()
    capped = {cell: int((~table.filter(table["cell"] == cell)["reached"]).sum()) for cell in store.plan.cells}
    assert {item.cell: item.capped for item in survey(store).cells} == capped
    with Store.open(path / "other", make_plan()) as other:
        other.write(other.plan.blocks[0], {"x": np.zeros(5)})
        assert {item.capped for item in survey(other).cells} == {None}


def test_finished(path: Path) -> None:
    found = survey(fill(path, 6))
    assert found.complete and found.seconds == 0.0


def test_runs_that_are_not_cut_yet(path: Path) -> None:
    with Store.open(path, make_plan(runs=100)) as store:
        for block in store.plan.blocks:
            store.write(block, rows(block))
        found = survey(store)
    assert found.runs == (30, 300) and found.blocks == (6, 6) and math.isnan(found.seconds) and not found.complete


def test_damage(path: Path) -> None:
    fill(path, 6)
    file = min((path / "blocks").iterdir())
    file.write_bytes(file.read_bytes()[:-1])
    found = survey(Store.read(path, notify=lambda text: None))
    assert len(found.damaged) == 1 and found.blocks == (5, 6) and found.damaged[0].stem in file.name


def test_the_pace_leaves_pauses_out() -> None:
    assert math.isnan(pace([])) and math.isnan(pace([3.0]))
    times = np.cumsum(np.random.default_rng(1).exponential(0.5, 60))
    paused = np.concatenate([times[:30], times[30:] + 86400.0])
    gaps = np.diff(times)
    assert pace(list(times)) == pytest.approx(gaps.mean())
    assert pace(list(paused)[::-1]) == pytest.approx(np.delete(gaps, 29).mean())


# ------------------------------------------------------------------------------------------------------------- holders


def test_nobody(path: Path) -> None:
    fill(path, 0)
    assert holders(path) == [] and holders(path / "none") == []


def test_this_process(path: Path) -> None:
    with Store.open(path, make_plan()):
        (holder,) = holders(path)
        assert holder.pid == os.getpid() and holder.host == socket.gethostname() and holder.part == ""
        assert str(holder).startswith(f"process {os.getpid()} on host ")
    assert holders(path) == []


def test_parts(path: Path) -> None:
    with Store.open(path, make_plan(), part=(2, 3)), Store.open(path, make_plan(), part=(1, 3)):
        assert [holder.part for holder in holders(path)] == ["1/3", "2/3"]
        assert str(holders(path)[0]).endswith(", part 1/3")
    assert holders(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="asking for a process may harm it there")
def test_what_a_killed_process_left_holds_nothing(path: Path) -> None:
    fill(path, 0)
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    left = {"pid": process.pid, "host": socket.gethostname(), "since": "yesterday"}
    (path / "store.lock").write_text(json.dumps(left))
    assert holders(path) == []
    (path / "store.lock").write_text(json.dumps({**left, "host": "another"}))
    assert [holder.host for holder in holders(path)] == ["another"]
    (path / "store.lock").write_text("nonsense")
    assert holders(path) == []


# -------------------------------------------------------------------------------------------------------- resimulation


def test_equal_rows_and_the_chosen_seed(path: Path) -> None:
    store = fill(path, 4)
    found = resimulate(store, rows, 3)
    assert not found.failed and len(set(found.blocks)) == 3 and found.missing == 2 and found.damaged == ()
    assert resimulate(store, rows, 3, seed=found.seed).blocks == found.blocks
    assert set(resimulate(store, rows, 100).blocks) == store.done()
    assert resimulate(store, rows, 0).blocks == ()


def test_one_bit_of_one_number(path: Path) -> None:
    def otherwise(block: Block) -> dict[str, np.ndarray]:
        columns = dict(rows(block))
        if block.first == 5:
            columns["value"] = columns["value"].copy()
            columns["value"][2] = np.nextafter(columns["value"][2], math.inf)
        return columns

    found = resimulate(fill(path, 4), otherwise, 4)
    (item,) = found.differences
    assert found.failed and (item.run, item.column) == (7, "value") and item.stored < item.again


def test_columns_that_one_side_lacks(path: Path) -> None:
    store = fill(path, 1)

    def otherwise(block: Block) -> dict[str, np.ndarray]:
        columns = dict(rows(block))
        return {"new": columns["steps"], "steps": columns["steps"], "value": columns["value"]}

    found = {item.column: item for item in resimulate(store, otherwise, 1).differences}
    assert set(found) == {"new", "reached"}
    assert found["new"].stored is None and found["reached"].again is None


def test_signs_of_zeros_and_nan(path: Path) -> None:
    block = Block("a", 0, 3)
    with Store.open(path, Plan(name="zeros", seed=0, blocks=[block])) as store:
        store.write(block, {"x": np.array([0.0, math.nan, 1.0])})
        same = resimulate(store, lambda block: {"x": np.array([0.0, math.nan, 1.0])}, 1)
        other = resimulate(store, lambda block: {"x": np.array([-0.0, math.nan, 1.0])}, 1)
    assert same.differences == () and [item.run for item in other.differences] == [0]


def test_a_block_of_another_type_differs_and_only_chosen_blocks_are_read(tmp_path, monkeypatch):
    plan = make_plan(2, 2)
    one, two = plan.blocks[:2]
    with Store.open(tmp_path, plan) as store:
        store.write(one, {"x": np.arange(5)})
    with Store.open(tmp_path, plan) as store:  # which does not know the types of before
        store.write(two, {"x": np.arange(5.0)})
        read: list[Block] = []
        load = Store._load
        monkeypatch.setattr(
            Store, "_load", lambda self, block, *rest: [load(self, block, *rest), read.append(block)][0]
        )
        store.verify()
        read.clear()
        found = resimulate(store, lambda block: {"x": np.arange(5)}, 2)
        assert {item.block for item in found.differences} == {two} and len(found.differences) == 5
        read.clear()
        chosen = resimulate(store, lambda block: {"x": np.arange(5)}, 1, seed=1).blocks
        assert read.count(chosen[0]) == 2 and len(read) == 3  # all to verify, then the chosen one
