"""The store: blocks whole or absent, plans kept, damage found, and refusals that say what to do."""

from __future__ import annotations

import errno
import getpass
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from polars.testing import assert_frame_equal

from evo.core import files as _files
from evo.studies import Block, Plan, PlanChangedError, Store, StoreError
from evo.studies import _folder as folder_module
from tests.studies.driver import ODD_CELLS, make_plan, rows, whole_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "trial"


def fill(path: Path, plan: Plan, **options: Any) -> None:
    with Store.open(path, plan, **options) as store:
        for block in store.missing():
            store.write(block, rows(block))


def block_files(path: Path) -> list[Path]:
    return sorted((path / "blocks").glob("*.parquet"))


def assert_complete(path: Path, plan: Plan) -> None:
    store = Store.read(path, notify=pytest.fail)
    assert store.missing() == [] and store.verify() == []
    assert_frame_equal(store.table(), whole_table(plan))


# ------------------------------------------------------------------------------------------------------- round trips


def test_layout_and_table(path: Path) -> None:
    plan = make_plan()
    fill(path, plan)
    assert_complete(path, plan)
    assert sorted(item.name for item in path.iterdir()) == ["blocks", "environment.json", "plan.json", "store.lock"]
    assert (path / "store.lock").read_bytes() == b""
    assert len(block_files(path)) == len(plan.blocks)
    assert_frame_equal(
        pl.concat(map(pl.read_parquet, block_files(path))).sort("cell", "run"), whole_table(plan).sort("cell", "run")
    )


def test_the_environment_names_versions_and_nothing_private(path: Path) -> None:
    with Store.open(path, make_plan()) as store:
        (environment,) = store.environments()
    assert environment["python"] == sys.version.split()[0]
    packages: Any = environment["packages"]
    assert packages["numpy"] == np.__version__ and packages["polars"] == pl.__version__ and "numba" in packages
    text = (path / "environment.json").read_text()
    assert socket.gethostname() not in text and str(Path.home()) not in text
    assert getpass.getuser() not in json.dumps(list(environment.values()))


def test_another_environment_is_recorded_and_announced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = folder_module.environment()
    Store.open(path, make_plan()).close()
    monkeypatch.setattr(folder_module, "environment", lambda: {**here, "python": "9.9"})
    notices: list[str] = []
    for _ in range(2):
        with Store.open(path, make_plan(), notify=notices.append) as store:
            assert [item["python"] for item in store.environments()] == [here["python"], "9.9"]
    assert len(notices) == 1 and 'environment.python: "' in notices[0] and "\n" not in notices[0]


def test_the_table_does_not_depend_on_the_order_of_execution(path: Path) -> None:
    plan = make_plan(cells=4, rounds=3)
    order = np.random.default_rng(1).permutation(len(plan.blocks))
    with Store.open(path, plan) as store:
        for done, i in enumerate(order):
            store.write(plan.blocks[i], rows(plan.blocks[i]))
            kept = sorted(order[: done + 1])
            assert_frame_equal(
                store.table(), pl.concat([whole_table(make_plan(blocks=[plan.blocks[j]], engines={})) for j in kept])
            )
            assert store.missing() == [block for j, block in enumerate(plan.blocks) if j not in kept]


def test_the_empty_plan(path: Path) -> None:
    with Store.open(path, Plan(name="nothing", seed=0)) as store:
        assert store.missing() == [] and store.done() == set() and store.verify() == []
        assert store.table().schema == {"cell": pl.String, "run": pl.Int64} and store.table().height == 0
    assert Store.read(path).table().height == 0


def test_odd_cells(path: Path) -> None:
    plan = make_plan(blocks=[Block(cell, 0, 2) for cell in ODD_CELLS], engines=dict.fromkeys(ODD_CELLS, "event 1"))
    fill(path, plan)
    assert_complete(path, plan)
    assert Store.read(path).table()["cell"].unique(maintain_order=True).to_list() == ODD_CELLS


def test_cells_that_differ_in_case_have_names_that_differ_without_it(path: Path) -> None:
    plan = make_plan(blocks=[Block("A", 0, 2), Block("a", 0, 2)], engines={})
    with Store.open(path, plan) as store:
        for block in plan.blocks:
            store.write(block, {"x": np.zeros(2)})
    assert len({file.name.lower() for file in block_files(path)}) == 2


arrays = st.sampled_from(["bool", "int8", "uint8", "int64", "uint64", "float32", "float64", "U3"]).flatmap(
    lambda dtype: hnp.arrays(dtype, 4)
)


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=5).filter(lambda name: name not in {"cell", "run"})


@settings(derandomize=True, deadline=None, max_examples=60)
@given(columns=st.dictionaries(names, arrays, max_size=4))
def test_columns_round_trip(tmp_path_factory: pytest.TempPathFactory, columns: dict[str, Any]) -> None:
    block = Block("a", 6, 4)
    with Store.open(tmp_path_factory.mktemp("store"), Plan(name="", seed=0, blocks=[block])) as store:
        store.write(block, columns)
        table = store.table()
    assert table.columns == ["cell", "run", *columns]
    assert table["run"].to_list() == [6, 7, 8, 9]
    for name, values in columns.items():
        stored = table[name].to_numpy()
        kind = object if values.dtype.kind == "U" else values.dtype
        assert stored.dtype == kind
        np.testing.assert_array_equal(stored, values)


def test_data_frames_further_axes_and_absent_columns(path: Path) -> None:
    one, two = Block("a", 0, 2), Block("b", 0, 2)
    with Store.open(path, Plan(name="", seed=0, blocks=[one, two])) as store:
        store.write(one, pl.DataFrame({"x": [1.0, None], "tag": ["u", "v"]}))
        store.write(two, {"x": np.array([3.0, 4.0]), "grid": np.arange(6).reshape(2, 3)[:, ::-1]})
        table = store.table()
    assert table["x"].to_list() == [1.0, None, 3.0, 4.0]
    assert table["tag"].to_list() == ["u", "v", None, None]
    assert table["grid"].to_list()[2:] == [[2, 1, 0], [5, 4, 3]]


@pytest.mark.parametrize(
    ("columns", "kind", "message"),
    [
        (None, TypeError, "`columns` must be a dict of arrays or a data frame; block .* gave a NoneType"),
        ({"x": np.zeros(4)}, ValueError, r"\(count,\) = \(5,\); 'x' .* has 4\. Return a value for each run"),
        (pl.DataFrame({"x": [1]}), ValueError, "has 1"),
        ({"run": np.zeros(5)}, ValueError, "must not be named cell or run.* Rename it"),
        ({"x": np.zeros(())}, TypeError, r"shape \(\)"),
        ({"x": np.array([object()] * 5)}, TypeError, "dtype object"),
        ({"x": np.zeros(5, dtype=np.longdouble)}, TypeError, "dtype"),
        ({3: np.zeros(5)}, TypeError, "must map names to arrays .* 3 of block"),
        ({"steps": np.zeros(5)}, ValueError, "the type Int64 that earlier blocks gave it; .* has Float64"),
    ],
)
def test_columns_that_do_not_fit_are_refused(path: Path, columns: Any, kind: type[Exception], message: str) -> None:
    plan = make_plan()
    with Store.open(path, plan) as store:
        store.write(plan.blocks[0], rows(plan.blocks[0]))
        with pytest.raises(kind, match=message):
            store.write(plan.blocks[1], columns)
        assert store.done() == {plan.blocks[0]}


def test_types_that_changed_between_drivers_are_refused_by_the_table(path: Path) -> None:
    plan = make_plan()
    fill(path, make_plan(blocks=plan.blocks[:1], engines={"c=0 n=10": "event 1"}))
    with Store.open(path, plan) as store:
        store.write(plan.blocks[1], {"steps": np.zeros(5)})
        with pytest.raises(StoreError, match="must agree on the type of each column"):
            store.table()


def test_only_planned_blocks_are_written_and_only_while_open(path: Path) -> None:
    plan = make_plan()
    with Store.open(path, plan) as store, pytest.raises(ValueError, match=r"one of the 6 .* got other@0\+5"):
        store.write(Block("other", 0, 5), {})
    for closed in (store, Store.read(path)):
        assert not closed.is_open
        with pytest.raises(StoreError, match=r"Use Store\.open"):
            closed.write(plan.blocks[0], rows(plan.blocks[0]))


def test_writing_again_is_harmless_if_equal_and_refused_if_not(path: Path) -> None:
    plan = make_plan()
    fill(path, plan)
    block = plan.blocks[2]
    before = [(file, file.stat().st_mtime_ns) for file in block_files(path)]
    with Store.open(path, plan) as store:
        store.write(block, rows(block))
        with pytest.raises(StoreError, match=r"they differ.* pure function"):
            store.write(block, {**rows(block), "value": np.zeros(5)})
    assert [(file, file.stat().st_mtime_ns) for file in block_files(path)] == before


# ----------------------------------------------------------------------------------------------- resume and extension


def test_resume_keeps_what_is_finished(path: Path) -> None:
    plan = make_plan()
    with Store.open(path, plan) as store:
        for block in plan.blocks[:2]:
            store.write(block, rows(block))
    before = (path / "plan.json").stat().st_mtime_ns
    with Store.open(path, plan) as store:
        assert store.done() == set(plan.blocks[:2]) and store.missing() == list(plan.blocks[2:])
    assert (path / "plan.json").stat().st_mtime_ns == before
    fill(path, plan)
    assert_complete(path, plan)


def test_extension_by_cells_and_runs(path: Path) -> None:
    small, large = make_plan(), make_plan(cells=4, rounds=4)
    fill(path, small)
    with Store.open(path, large) as store:
        assert store.done() == set(small.blocks)
    assert Store.read(path).plan == large
    fill(path, large)
    assert_complete(path, large)
    with pytest.raises(PlanChangedError, match="10 of 16 are no longer planned"):
        Store.open(path, small)


def test_another_order_of_blocks_is_adopted(path: Path) -> None:
    plan = make_plan()
    fill(path, plan)
    turned = make_plan(blocks=plan.blocks[::-1])
    with Store.open(path, turned) as store:
        assert store.missing() == []
    assert_complete(path, turned)


def test_a_changed_plan_is_refused_with_the_difference(path: Path) -> None:
    fill(path, make_plan())
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    with pytest.raises(PlanChangedError) as caught:
        Store.open(path, make_plan(seed=8, config={"factor": 2.0, "list": [1, 2]}))
    for piece in (
        str(path),
        "seed: 7 -> 8",
        "config.factor: 1.5 -> 2.0",
        "only blocks may be added",
        "--fresh",
        "6 finished",
        "--out",
    ):
        assert piece in str(caught.value)
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
    fill(path, make_plan())  # and the lock was given back


def test_long_differences_are_cut(path: Path) -> None:
    Store.open(path, make_plan(config={f"k{i}": 0 for i in range(40)})).close()
    with pytest.raises(PlanChangedError, match="and 28 more"):
        Store.open(path, make_plan(config={f"k{i}": 1 for i in range(40)}))


def test_fresh_starts_over_and_touches_only_its_own_files(path: Path) -> None:
    fill(path, make_plan())
    mine = [path / "figure.png", path / "claims.json", path / "blocks" / "notes.txt"]
    mine.append(path / "blocks" / f"a b@0+1.{32 * '0'}.parquet")
    for file in mine:
        file.write_text("mine")
    other = make_plan(cells=2, seed=8)
    with Store.open(path, other, fresh=True) as store:
        assert store.missing() == list(other.blocks)
    assert block_files(path) == mine[-1:] and all(file.read_text() == "mine" for file in mine)
    fill(path, other)
    assert_complete(path, other)


def test_fresh_creates_a_new_store_too(path: Path) -> None:
    fill(path, make_plan(), fresh=True)
    assert_complete(path, make_plan())


def test_blocks_of_another_plan_do_not_count(path: Path, tmp_path: Path) -> None:
    """A block is tied to what its rows depend on, so files copied together cannot mix two computations."""
    plan, other = make_plan(), make_plan(seed=8)
    fill(path, plan)
    fill(tmp_path / "other", other)
    (tmp_path / "part").mkdir()
    part = make_plan(cells=2)
    fill(tmp_path / "part", part)
    Store.open(tmp_path / "merged", plan).close()
    for source in ("other", "part"):
        for file in block_files(tmp_path / source):
            (tmp_path / "merged" / "blocks" / file.name).write_bytes(file.read_bytes())
    notices: list[str] = []
    store = Store.read(tmp_path / "merged", notify=notices.append)
    assert store.done() == set(part.blocks)
    assert store.verify() == [block for block in plan.blocks if block not in set(part.blocks)]
    fill(tmp_path / "merged", plan)
    assert_complete(tmp_path / "merged", plan)


# -------------------------------------------------------------------------------------------------------------- damage


def damage_flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def damage_truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def damage_empty(file: Path) -> None:
    file.write_bytes(b"")


def damage_rename(file: Path) -> None:
    file.rename(file.with_name(file.name.replace("c=1_n=10@0+5", "c=1_n=10@5+5")))


@pytest.mark.parametrize("damage", [damage_flip, damage_truncate, damage_empty])
def test_a_damaged_block_is_found_and_run_again(path: Path, damage: Any) -> None:
    plan = make_plan()
    fill(path, plan)
    with Store.open(path, plan) as store:
        assert store.verify() == []
        damage(next(file for file in block_files(path) if file.name.startswith("c=1_n=10@5+5.")))
        assert store.verify() == [Block("c=1 n=10", 5, 5)]
    for reopen, what in (
        (lambda notify: Store.open(path, plan, notify=notify), "run again"),
        (lambda notify: Store.read(path, notify=notify), "count as missing"),
    ):
        notices: list[str] = []
        store = reopen(notices.append)
        assert store.missing() == [Block("c=1 n=10", 5, 5)] and store.table().height == 25
        assert len(notices) == 1 and "c=1_n=10@5+5" in notices[0] and what in notices[0] and "\n" not in notices[0]
        store.close()
    fill(path, plan, notify=lambda text: None)
    assert_complete(path, plan)
    assert len(block_files(path)) == len(plan.blocks)


def test_a_file_renamed_to_another_block_is_found(path: Path) -> None:
    plan = make_plan()
    fill(path, plan)
    victim, source = (
        next(file for file in block_files(path) if file.name.startswith(f"c=1_n=10@{i}+5.")) for i in (5, 0)
    )
    victim.unlink()
    damage_rename(source)
    store = Store.read(path)
    assert store.verify() == [Block("c=1 n=10", 5, 5)]
    with pytest.raises(StoreError, match=r"must hold the rows of c=1_n=10@5\+5 .* Delete it and run"):
        store.table()


def test_damage_after_the_check_never_reaches_the_table(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan()
    fill(path, plan)
    store = Store.read(path)
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read_bytes(self)[:-1])
    with pytest.raises(StoreError, match="its content changed"):
        store.table()


def test_the_damaged_file_is_removed_once_its_block_is_written(path: Path) -> None:
    plan = make_plan()
    fill(path, plan)
    file = block_files(path)[0]
    file.rename(file.with_name(file.name.replace(".parquet", "")[:-32] + 32 * "0" + ".parquet"))
    fill(path, plan, notify=lambda text: None)
    assert block_files(path)[0] == file and len(block_files(path)) == len(plan.blocks)


def test_temporary_files_of_killed_drivers_are_removed_and_no_others(path: Path) -> None:
    plan = make_plan()
    fill(path, plan)
    ours = [path / ".evo-0123456789abcdef.partial", path / "blocks" / ".evo-00ff00ff00ff00ff.partial"]
    theirs = [path / "blocks" / "x.partial", path / ".evo-mine.partial"]
    for file in ours + theirs:
        file.write_bytes(b"half")
    assert Store.read(path).missing() == [] and all(file.exists() for file in ours)
    Store.open(path, plan).close()
    assert not any(file.exists() for file in ours) and all(file.exists() for file in theirs)
    assert_complete(path, plan)


def test_a_reader_sees_blocks_that_are_finished_later(path: Path) -> None:
    plan = make_plan()
    with Store.open(path, plan) as driver:
        reader = Store.read(path, notify=pytest.fail)
        for i, block in enumerate(plan.blocks):
            assert len(reader.done()) == i and reader.table().height == 5 * i
            driver.write(block, rows(block))
        assert_frame_equal(reader.table(), whole_table(plan))


def test_a_reader_survives_a_fresh_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan()
    fill(path, plan)
    reader = Store.read(path, notify=pytest.fail)
    scan = reader._scan

    def then_removed() -> Any:
        found = scan()
        for file in block_files(path)[:2]:
            file.unlink()
        return found

    monkeypatch.setattr(reader, "_scan", then_removed)
    assert reader.table().height == 20


# ----------------------------------------------------------------------------------------------- refusals at the door


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("mine")
    with pytest.raises(
        StoreError, match=r"`folder` must be a folder or a new path; .*taken is a file\. Choose another --out"
    ):
        Store.open(file, make_plan())
    with pytest.raises(StoreError, match=r"part of that path is not a folder .* Move that file away"):
        Store.open(file / "inner", make_plan())
    with pytest.raises(StoreError, match=r"must hold a store; .* is not a folder\. Pass the --out"):
        Store.read(file)
    with pytest.raises(StoreError, match="is not a folder"):
        Store.read(tmp_path / "absent")
    with pytest.raises(StoreError, match=r"has no plan\.json"):
        Store.read(tmp_path)
    assert file.read_text() == "mine" and not (tmp_path / "absent").exists()


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("thesis.tex", "mine", r"has no plan\.json but holds thesis\.tex\. Nothing was touched"),
        ("blocks/a@0+5.0123456789abcdef0123456789abcdef.parquet", "x", r"holds blocks/a@0\+5"),
        ("plan.json", '{"my": "plan"}', "no store wrote: it names no format"),
        ("plan.json", '{"format": "evo st', "no store wrote: it cannot be read"),
    ],
)
def test_a_foreign_folder_is_refused_untouched(path: Path, fresh: bool, name: str, content: str, message: str) -> None:
    (path / name).parent.mkdir(parents=True)
    (path / name).write_text(content)
    with pytest.raises(StoreError, match=message):
        Store.open(path, make_plan(), fresh=fresh)
    assert [file for file in path.rglob("*") if file.is_file()] == [path / name]
    assert (path / name).read_text() == content


def test_an_empty_folder_and_what_systems_leave_in_it_are_welcome(path: Path) -> None:
    path.mkdir(parents=True)
    (path / ".DS_Store").write_text("")
    fill(path, make_plan())
    assert_complete(path, make_plan())


def test_a_plan_of_a_later_version_is_refused_and_only_fresh_replaces_it(path: Path) -> None:
    fill(path, make_plan())
    file = path / "plan.json"
    file.write_text(file.read_text().replace("evo store 1", "evo store 2"))
    for act in (lambda: Store.open(path, make_plan()), lambda: Store.read(path)):
        with pytest.raises(
            StoreError, match=r"this version can read; the format must be 'evo store 1'; got 'evo store 2'"
        ):
            act()
    fill(path, make_plan(), fresh=True)
    assert_complete(path, make_plan())


REFUSALS = [
    (errno.EACCES, "permission is missing", "Ask for permission"),
    (errno.EPERM, "permission is missing", "Ask for permission"),
    (errno.EROFS, "read-only", "Mount it for writing"),
    (errno.ENOSPC, "the disk is full", "Make room"),
    (errno.EDQUOT, "quota is used up", "Make room"),
    (errno.EIO, "the operating system refused", "Mend that"),
]


def refusing(code: int, moment: int) -> Any:
    """An `open_new` that works until `moment` files were opened and then fails."""
    opened = iter(range(10**6))
    open_new = _files.open_new

    def fail(path: Path) -> Any:
        if next(opened) >= moment:
            raise OSError(code, os.strerror(code), str(path))
        return open_new(path)

    return fail


@pytest.mark.parametrize(("code", "reason", "advice"), REFUSALS)
def test_a_folder_that_cannot_be_written_is_refused_at_the_door(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: str, advice: str
) -> None:
    monkeypatch.setattr(_files, "open_new", refusing(code, 0))
    with pytest.raises(StoreError) as caught:
        Store.open(path, make_plan())
    for piece in (
        f"`folder` {path}",
        reason,
        os.strerror(code),
        "A store needs",
        "safe",
        advice,
        "--out",
        "same command again",
    ):
        assert piece in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    monkeypatch.undo()
    fill(path, make_plan())
    assert_complete(path, make_plan())


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not stop the superuser")
def test_permission_bits_refuse(path: Path) -> None:
    path.mkdir(parents=True)
    path.chmod(0o500)
    with pytest.raises(StoreError, match="permission is missing"):
        Store.open(path, make_plan())


@pytest.mark.parametrize(("code", "reason", "advice"), REFUSALS)
@pytest.mark.parametrize("operation", ["open_new", "replace", "fsync"])
def test_a_refused_write_leaves_nothing_half_written(
    path: Path, monkeypatch: pytest.MonkeyPatch, operation: str, code: int, reason: str, advice: str
) -> None:
    plan = make_plan()
    with Store.open(path, plan) as store:
        store.write(plan.blocks[0], rows(plan.blocks[0]))
        if operation == "open_new":
            monkeypatch.setattr(_files, "open_new", refusing(code, 0))
        else:
            monkeypatch.setattr(os, operation, lambda *args: (_ for _ in ()).throw(OSError(code, os.strerror(code))))
        with pytest.raises(
            StoreError, match=rf"Cannot write block c=1_n=10@0\+5 in `folder` .*{reason}.*safe.*{advice}"
        ):
            store.write(plan.blocks[1], rows(plan.blocks[1]))
        monkeypatch.undo()
        assert store.done() == {plan.blocks[0]} and store.verify() == []
        assert len(os.listdir(path / "blocks")) == 1
    fill(path, plan)
    assert_complete(path, plan)


def test_file_systems_that_cannot_sync_folders_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    fill(path, make_plan())
    assert_complete(path, make_plan())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_really_full_device(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan()
    with Store.open(path, plan) as store:
        monkeypatch.setattr(_files, "open_new", lambda path: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
        with pytest.raises(StoreError, match=r"the disk is full .*finished blocks are safe"):
            store.write(plan.blocks[0], rows(plan.blocks[0]))
        monkeypatch.undo()
        assert store.done() == set()


def test_importing_loads_no_table_library_and_no_progress_bar() -> None:
    heavy = ("polars", "rich", "numba", "jax", "matplotlib", "joblib", "distributed", "ray")
    code = f"import sys, evo.studies; print([name for name in {heavy} if name in sys.modules])"
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
