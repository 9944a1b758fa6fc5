"""Merging: the blocks of several folders in one, each verified, or a refusal that names the file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from evo.studies import Block, PlanChangedError, Store, StoreError, StoreLockedError, _rows, execute, merge
from evo.studies import _folder as folder_module
from tests.studies.driver import make_plan, rows, whole_table


def job(folder: Path, part: Any = None, work: Any = rows, **plan: Any) -> Path:
    with Store.open(folder, make_plan(**plan), part=part) as store:
        execute(store, work, threads=1, progress=False)
    return folder


@pytest.fixture
def jobs(tmp_path: Path) -> list[Path]:
    return [job(tmp_path / f"job{i}", (i, 3)) for i in (1, 2, 3)]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "blocks").iterdir()}


def test_the_folders_of_parts_give_the_whole_table(tmp_path: Path, jobs: list[Path]) -> None:
    whole = job(tmp_path / "whole")
    assert merge(tmp_path / "out", jobs, notify=pytest.fail) == make_plan()
    store = Store.read(tmp_path / "out", notify=pytest.fail)
    assert store.missing() == store.verify() == []
    assert_frame_equal(store.table(), whole_table(make_plan()))
    assert files(tmp_path / "out") == files(whole)
    assert len(store.environments()) == 1
    before = files(tmp_path / "out")
    merge(tmp_path / "out", [str(path) for path in jobs], notify=pytest.fail)  # again changes nothing
    assert files(tmp_path / "out") == before


def test_what_is_missing_can_be_merged_or_run_later(tmp_path: Path, jobs: list[Path]) -> None:
    out = tmp_path / "out"
    merge(out, jobs[:1])
    assert len(Store.read(out).missing()) == 4
    merge(out, jobs[1:2])
    with Store.open(out, make_plan()) as store:
        assert execute(store, rows, progress=False) == 2
        assert_frame_equal(store.table(), whole_table(make_plan()))


def test_plans_may_differ_by_blocks(tmp_path: Path) -> None:
    """More runs here, more cells there: the union, in the order of the longest plan."""
    one, two, three = (
        job(tmp_path / "one", cells=2, rounds=4),
        job(tmp_path / "two", cells=3, rounds=2),
        job(tmp_path / "three", cells=2, rounds=1),
    )
    plan = merge(tmp_path / "out", [three, two, one])
    assert plan.blocks[:8] == make_plan(2, 4).blocks and set(plan.blocks) == {
        *make_plan(2, 4).blocks,
        *make_plan(3, 2).blocks,
    }
    assert plan.engines == make_plan(3).engines
    assert_frame_equal(Store.read(tmp_path / "out").table(), whole_table(plan))
    large = make_plan(3, 4)
    with Store.open(tmp_path / "out", large) as store:
        assert execute(store, rows, progress=False) == 2
        assert_frame_equal(store.table(), whole_table(large))


def test_other_plans_are_refused_with_the_difference(tmp_path: Path, jobs: list[Path]) -> None:
    other = job(tmp_path / "other", seed=8, config={"factor": 2.0, "list": [1, 2]})
    with pytest.raises(PlanChangedError) as caught:
        merge(tmp_path / "out", [*jobs, other])
    for piece in ("`folders`", str(other), "seed: 7 -> 8", "config.factor: 1.5 -> 2.0", "one computation"):
        assert piece in str(caught.value)
    assert not (tmp_path / "out" / "blocks").exists()
    merge(tmp_path / "out", jobs)
    before = files(tmp_path / "out")
    with pytest.raises(PlanChangedError, match="seed"):
        merge(tmp_path / "out", [other])
    assert files(tmp_path / "out") == before


def test_runs_that_are_cut_otherwise_are_refused(tmp_path: Path, jobs: list[Path]) -> None:
    blocks = [Block(f"c={i} n=10", 0, 10) for i in range(3)]
    other = job(tmp_path / "other", blocks=blocks)
    with pytest.raises(PlanChangedError, match=r"must have plans that cut the runs of each cell alike; .*block="):
        merge(tmp_path / "out", [*jobs, other])


def damage_flip(file: Path) -> Path:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    return file


def damage_truncate(file: Path) -> Path:
    file.write_bytes(file.read_bytes()[:-7])
    return file


def foreign_block(file: Path) -> Path:
    return file.rename(file.with_name(file.name.replace("n=10", "n=11")))


def foreign_name(file: Path) -> Path:
    return file.rename(file.with_name("notes.txt"))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (damage_flip, "damaged"),
        (damage_truncate, "damaged"),
        (foreign_block, "not of its plan"),
        (foreign_name, "not of its plan"),
    ],
)
def test_damaged_and_foreign_files_are_refused_by_name(tmp_path: Path, jobs: list[Path], spoil: Any, word: str) -> None:
    file = spoil(next((jobs[1] / "blocks").iterdir()))
    with pytest.raises(StoreError) as caught:
        merge(tmp_path / "out", jobs)
    for piece in (str(jobs[1]), word, file.name, "Nothing was copied", "merge again"):
        assert piece in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_file_renamed_to_another_block_is_refused(tmp_path: Path, jobs: list[Path]) -> None:
    """Its bytes agree with the checksum in its name, its rows with another block."""
    file = next((jobs[0] / "blocks").glob("c=0_n=10@0+5.*"))
    renamed = file.rename(file.with_name(file.name.replace("@0+5", "@5+5")))
    with pytest.raises(StoreError, match=r"must hold the rows of c=0_n=10@5\+5; it holds others") as caught:
        merge(tmp_path / "out", jobs)
    assert str(renamed) in str(caught.value)


def test_rows_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    def otherwise(block: Block) -> dict[str, Any]:
        found = rows(block)
        return found if block.cell != "c=1 n=10" else {**found, "value": found["value"] + 1.0}

    one, two = job(tmp_path / "one"), job(tmp_path / "two", work=otherwise)
    with pytest.raises(StoreError, match=r"two.*must hold the rows of c=1_n=10@0\+5 that .*out holds already; they"):
        merge(tmp_path / "out", [one, two])


def test_columns_of_another_type_are_refused(tmp_path: Path) -> None:
    def otherwise(block: Block) -> dict[str, Any]:
        return {**rows(block), "steps": np.ones(block.count)}

    one, two = job(tmp_path / "one", (1, 2)), job(tmp_path / "two", (2, 2), work=otherwise)
    with pytest.raises(ValueError, match="must give 'steps' the type Int64"):
        merge(tmp_path / "out", [one, two])


def test_equal_rows_in_other_bytes_are_welcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the table library may write the same rows otherwise."""
    one = job(tmp_path / "one")

    def uncompressed(frame: Any) -> bytes:
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="uncompressed")
        return buffer.getvalue()

    monkeypatch.setattr(_rows, "serialise", uncompressed)
    two = job(tmp_path / "two")
    assert set(files(one)) != set(files(two))
    merge(tmp_path / "out", [one, two])
    assert files(tmp_path / "out") == files(one)


def test_a_folder_in_use_is_not_merged_into(tmp_path: Path, jobs: list[Path]) -> None:
    out = tmp_path / "out"
    for part in (None, (1, 2)):
        with Store.open(out, make_plan(), part=part), pytest.raises(StoreLockedError, match="in use"):
            merge(out, jobs)
    with Store.open(jobs[0], make_plan()):  # a folder to read may be in use
        merge(out, jobs)
    assert Store.read(out).missing() == []


def test_environments_and_common_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = folder_module.environment()
    one = job(tmp_path / "one", (1, 2))
    monkeypatch.setattr(folder_module, "environment", lambda: {**here, "python": "9.9"})
    two = job(tmp_path / "two", (2, 2))
    monkeypatch.undo()
    for folder in (one, two):
        (folder / "config.json").write_text("{}")
        (folder / "mine.json").write_text(str(folder))
        (folder / "claims.json").write_text("[]")
        (folder / "notes.txt").write_text("mine")
    notices: list[str] = []
    merge(tmp_path / "out", [one, two], notify=notices.append)
    assert [item["python"] for item in Store.read(tmp_path / "out").environments()] == [here["python"], "9.9"]
    assert notices == [f"{tmp_path / 'out'}: mine.json differs between the folders and was not copied"]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"plan.json", "environment.json", "config.json", "blocks", "store.lock"}


def test_what_is_no_store_is_refused(tmp_path: Path, jobs: list[Path]) -> None:
    with pytest.raises(ValueError, match="`folders` must name at least one folder"):
        merge(tmp_path / "out", [])
    with pytest.raises(ValueError, match="`folders` must not hold `out`"):
        merge(jobs[0], jobs)
    with pytest.raises(StoreError, match="must hold a store"):
        merge(tmp_path / "out", [*jobs, tmp_path / "absent"])
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("mine")
    with pytest.raises(StoreError, match="Nothing was touched"):
        merge(tmp_path / "thesis", jobs)
