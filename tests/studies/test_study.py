"""Studies: rows that depend on seed and cell alone, resumed, extended, refused when anything else changes."""

from __future__ import annotations

import importlib
import math
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import evo
from evo import discrete as d
from evo.continuous import CmaEs
from evo.studies import PlanChangedError, Store, StoreError, StoreLockedError, Study, _work


def ea(n, c):
    return d.OnePlusOne(rate=d.Static(strength=c)), d.OneMax(n)


def rls(n):
    return d.RandomLocalSearch(), d.Custom(np.sum, n=n, sense=evo.Sense.MAXIMISE, optimum=n), evo.Steps(200)


RECORD = evo.Every(20, evo.value, evo.best_value)
GRID: dict[str, Any] = {"n": [8, 12], "c": [0.5, 1.0]}


def run(out: Path, cells: Any = None, **changes: Any) -> Study:
    given = {"runs": 6, "seed": 3, "stop": evo.Steps(500), "progress": False, **GRID, **changes}
    return evo.study({"ea": ea} if cells is None else cells, out=out, **given)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return run(tmp_path_factory.mktemp("studies") / "whole", {"ea": ea, "rls": rls}, record=RECORD)


# -------------------------------------------------------------------------------------------------------------- rows


def test_rows_are_those_of_repeat(study):
    assert study.cells == ("ea n=8 c=0.5", "ea n=8 c=1.0", "ea n=12 c=0.5", "ea n=12 c=1.0", "rls n=8", "rls n=12")
    for cell in study.cells:
        optimizer, problem, *_ = ea(**study.parameters(cell)) if "ea" in cell else rls(**study.parameters(cell))
        stop = evo.Steps(500 if "ea" in cell else 200)
        key = evo.Key(3).child(cell)
        expected = evo.repeat(optimizer, problem, runs=6, seed=key, stop=stop, record=RECORD)
        found = study.runs(cell)
        assert study.key(cell) == key and found.engine == expected.engine and len(found) == 6
        for name in ("steps", "spent", "evaluations", "hit", "reached", "value", "reason"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert found.records.keys() == expected.records.keys()
        for name, column in expected.records.items():
            np.testing.assert_array_equal(found.records[name], column)
        assert found.replay(4).steps == found.spent[4]


def test_frame(study):
    frame = study.frame()
    names = ["cell", "algorithm", "n", "c", "run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason"]
    assert frame.columns == names and len(frame) == 36 and study.missing == 0
    assert frame["run"].to_list() == [*range(6)] * 6
    assert frame["cell"].unique(maintain_order=True).to_list() == list(study.cells)
    assert frame.filter(algorithm="rls")["c"].null_count() == 12
    assert frame["n"].dtype == pl.Int64 and frame["c"].dtype == pl.Float64
    read = Study.read(study.folder)
    assert_frame_equal(read.frame(), frame)
    assert_frame_equal(read.records(), study.records())
    assert_frame_equal(read.table(), study.table())


def test_records(study):
    records = study.records()
    assert records.columns == ["cell", "algorithm", "n", "c", "run", "steps", "evaluations", "value", "best_value"]
    last = records.group_by("cell", "run", maintain_order=True).last()
    np.testing.assert_array_equal(last["steps"], study.frame()["spent"])
    np.testing.assert_array_equal(last["value"] == last["n"], study.frame()["reached"])
    assert (records["steps"] % 20 == 0).sum() >= 36


def test_a_study_without_recorder_has_no_records(tmp_path):
    small = evo.study({"rls": rls}, n=8, runs=2, seed=0, out=tmp_path / "x", progress=False)
    assert small.records().is_empty() and small.runs("rls n=8").records == {}


def test_table(study):
    table = study.table(confidence=0.9)
    assert table["cell"].to_list() == list(study.cells)
    for row in table.iter_rows(named=True):
        runs = study.runs(row["cell"])
        told = evo.statistics.summary(runs.steps, runs.spent, 0.9)
        assert (row["runs"], row["capped"], row["kind"]) == (6, runs.capped, told.kind)
        assert (row["estimate"], row["median"], row["ert"], row["success"]) == (
            told.mean.estimate,
            told.median.estimate,
            told.ert.estimate,
            told.success.estimate,
        )


def test_capped_runs_are_never_averaged(tmp_path):
    capped = evo.study({"ea": ea}, n=12, c=1.0, runs=20, seed=0, stop=evo.Steps(20), out=tmp_path / "x", progress=False)
    frame = capped.frame()
    assert 0 < capped.table()["capped"][0] == (~frame["reached"]).sum() == np.isinf(frame["steps"].to_numpy()).sum()
    assert capped.table()["kind"][0] == "restricted mean up to 20"
    assert set(frame["reason"]) == {"steps", "target"} and frame["spent"].max() <= 20
    with pytest.raises(ValueError, match="must not average capped runs"):
        capped.runs("ea n=12 c=1.0").mean()


def test_a_single_run_has_no_bounds(tmp_path):
    row = evo.study({"rls": rls}, n=8, runs=1, seed=0, out=tmp_path / "x", progress=False).table().row(0, named=True)
    assert row["runs"] == 1 and row["lower"] is None and row["upper"] is None and math.isfinite(row["estimate"])


def test_numpy_values_become_plain(tmp_path):
    grid = {"n": np.array([8, 12], dtype=np.int32), "c": (np.float64(0.5), np.float32(1.0))}
    made = run(tmp_path / "x", runs=np.int64(2), seed=np.uint8(3), **grid)
    assert made.cells == ("ea n=8 c=0.5", "ea n=8 c=1.0", "ea n=12 c=0.5", "ea n=12 c=1.0")
    assert type(made.parameters("ea n=8 c=0.5")["n"]) is int


def test_unusual_numbers_are_values(tmp_path):
    cell = lambda size: rls(8)  # noqa: E731
    sizes = pl.Series([2.0**70, math.inf, -0.5])
    made = evo.study({"x": cell}, size=sizes, runs=1, seed=0, out=tmp_path / "x", progress=False)
    assert made.cells == ("x size=1.1805916207174113e+21", "x size=inf", "x size=-0.5")
    assert Study.read(made.folder).frame()["size"].to_list() == sizes.to_list()
    large = evo.study({"x": cell}, size=[2**70, 1], runs=1, seed=0, out=tmp_path / "y", progress=False)
    assert large.table()["size"].to_list() == [2.0**70, 1.0]


def test_texts_and_booleans_are_values(tmp_path):
    def cell(n, law, strict):
        acceptance = d.Strict() if strict else d.Elitist()
        return d.RandomLocalSearch(acceptance=acceptance), d.Custom(len, n=n, sense=evo.Sense.MAXIMISE), evo.Steps(2)

    made = evo.study(
        {"x": cell}, n=8, law=["a b", "c"], strict=[False, True], runs=1, seed=0, out=tmp_path / "x", progress=False
    )
    assert made.cells[:2] == ("x n=8 law=a b strict=False", "x n=8 law=a b strict=True")
    frame = Study.read(made.folder).frame()
    assert frame["strict"].dtype == pl.Boolean and frame["law"].to_list() == ["a b", "a b", "c", "c"]


# ------------------------------------------------------------------------------------------------- resume and extend


def test_an_interrupted_study_goes_on(tmp_path, monkeypatch, capfd):
    made, calls = _work._runs, []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return made(*arguments)

    monkeypatch.setattr(_work, "_runs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "x", block=2)
    monkeypatch.setattr(_work, "_runs", made)
    assert "run the same command again" in capfd.readouterr().err
    before = Study.read(tmp_path / "x")
    assert 0 < len(before.frame()) < 24 and before.missing == 24 - len(before.frame())
    assert len(before.table()) and "The same call again goes on" in str(before.status())
    after, whole = run(tmp_path / "x", block=2), run(tmp_path / "y")
    assert len(whole.plan.blocks) == 8  # run 0 of each cell, then the rest
    assert_frame_equal(after.frame(), whole.frame())
    assert_frame_equal(after.table(), whole.table())


def test_an_interruption_before_the_runs_are_cut_is_known(tmp_path, monkeypatch):
    from evo.studies import _driving

    monkeypatch.setattr(_driving.Store, "extend", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "x")
    monkeypatch.undo()
    before = Study.read(tmp_path / "x")
    assert (len(before.frame()), before.missing) == (4, 20)
    assert run(tmp_path / "x").missing == 0


def _interrupt(*arguments: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("block", [None, 4])
def test_extension_equals_the_larger_study(tmp_path, block):
    run(tmp_path / "x", runs=3, n=[12], block=block)
    blocks = set(Study.read(tmp_path / "x").plan.blocks)
    run(tmp_path / "x", runs=9, n=[12], block=block)
    run(tmp_path / "x", runs=9, block=block)
    larger = run(tmp_path / "x", {"ea": ea, "rls": rls}, runs=9, c=[0.5, 1.0, 2], block=block)
    assert blocks <= set(larger.plan.blocks)
    whole = run(tmp_path / "y", {"ea": ea, "rls": rls}, runs=9, c=[0.5, 1.0, 2])
    assert_frame_equal(larger.frame(), whole.frame())
    assert len(larger.frame()) == 8 * 9


def test_the_same_call_again_runs_nothing(study, monkeypatch):
    monkeypatch.setattr(_work, "_runs", _interrupt)
    again = run(study.folder, {"ea": ea, "rls": rls}, record=RECORD)
    assert_frame_equal(again.frame(), study.frame())


def test_blocks_are_cut_by_time(tmp_path, monkeypatch):
    monkeypatch.setattr(_work.StudyWork, "seconds_per_run", lambda self, name, most: 0.21 if "n=8" in name else 30.0)
    blocks = [block.stem for block in run(tmp_path / "x", c=1.0, runs=10).plan.blocks]
    assert blocks[:4] == ["ea_n=8_c=1.0@0+1", "ea_n=12_c=1.0@0+1", "ea_n=8_c=1.0@1+5", "ea_n=12_c=1.0@1+1"]
    assert sum("n=8" in stem for stem in blocks) == 3 and sum("n=12" in stem for stem in blocks) == 10


# ------------------------------------------------------------------------------------------------- parts, executors


def test_parts_in_one_folder(tmp_path):
    whole = run(tmp_path / "whole")
    first = run(tmp_path / "x", part=(1, 2))
    assert 0 < first.missing < 24
    second = run(tmp_path / "x", part="2/2")
    assert second.missing == 0 and second.plan == first.plan
    assert_frame_equal(second.frame(), whole.frame())
    with pytest.raises(ValueError, match="`fresh` must be False for a part"):
        run(tmp_path / "x", part=(1, 2), fresh=True)


def test_parts_in_folders_of_their_own(tmp_path):
    folders = [tmp_path / str(number) for number in (1, 2, 3)]
    for number, folder in enumerate(folders, 1):
        run(folder, part=(number, 3), block=2)
    evo.studies.merge(tmp_path / "all", folders)
    merged = Study.read(tmp_path / "all")
    assert merged.missing == 0
    assert_frame_equal(merged.frame(), run(tmp_path / "whole", block=6).frame())
    run(tmp_path / "other", block=2, stop=evo.Steps(400))
    with pytest.raises(PlanChangedError, match=r"stop.count: 500 -> 400"):
        evo.studies.merge(tmp_path / "all", [tmp_path / "other"])


def test_black_boxes_run_one_at_a_time(tmp_path):
    inside: list[int] = []

    def sphere(x):
        inside.append(1)
        assert len(inside) == 1
        inside.clear()
        return float(np.sum(x**2))

    problem = evo.BlackBox(sphere, sense=evo.Sense.MINIMISE, start=np.ones(3))
    cells = {"cma": lambda sigma: (CmaEs(sigma=sigma), problem)}
    given = {"sigma": [0.5, 1.0], "runs": 4, "seed": 0, "stop": evo.Evaluations(60), "progress": False}
    made = evo.study(cells, out=tmp_path / "x", executor="threads:4", block=1, **given)
    expected = evo.repeat(CmaEs(sigma=0.5), problem, runs=4, seed=made.key("cma sigma=0.5"), stop=evo.Evaluations(60))
    np.testing.assert_array_equal(made.runs("cma sigma=0.5").value, expected.value)
    assert made.plan.engines["cma sigma=0.5"] == "python v1"


def test_black_boxes_are_not_called_for_timings(tmp_path):
    calls: list[int] = []

    def f(x):
        calls.append(1)
        return 0.0

    cell = lambda n: (d.RandomLocalSearch(), d.Custom(f, n=n, sense=evo.Sense.MAXIMISE), evo.Steps(4))  # noqa: E731
    made = evo.study({"x": cell}, n=[5, 6], runs=30, seed=0, out=tmp_path / "x", progress=False)
    assert len(calls) == made.frame()["evaluations"].sum() == 300


def test_rows_do_not_depend_on_threads(tmp_path, study):
    many = run(tmp_path / "x", {"ea": ea, "rls": rls}, record=RECORD, executor="threads:3", block=1)
    assert_frame_equal(many.frame(), study.frame())
    assert_frame_equal(many.records(), study.records())


@pytest.mark.slow
def test_rows_do_not_depend_on_processes(tmp_path, study):
    pytest.importorskip("joblib")
    many = run(tmp_path / "x", {"ea": ea, "rls": rls}, record=RECORD, executor="loky:2")
    assert_frame_equal(many.frame(), study.frame())
    assert_frame_equal(many.records(), study.records())


# -------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"seed": 4}, r"seed: 3 -> 4"),
        ({"stop": evo.Steps(600)}, r"4 cells, such as 'ea n=8 c=0.5': stop.count: 500 -> 600"),
        ({"record": evo.Final()}, r"4 cells, .*: record: null -> "),
        ({"engine": evo.Engine.REFERENCE}, r'engines\[.ea n=12 c=0.5.\]: "chain v1" -> "reference v1"'),
        ({"runs": 2}, r"runs: 6 -> 2, though runs are only added"),
        ({"n": 8}, r"cells: 2 of 4 are no longer planned: ea n=12 c=0.5, ea n=12 c=1.0"),
        ({"cells": {"ea": lambda n, c: ea(n, 1.0)}}, r"'ea n=8 c=0.5': optimizer.rate.strength: 0.5 -> 1.0"),
    ],
)
def test_a_changed_study_is_refused(tmp_path_factory, study, changes, line):
    folder = study.folder.parent / "changed"
    run(folder)
    with pytest.raises(PlanChangedError, match=line) as caught:
        run(folder, **changes)
    assert "fresh" in str(caught.value)
    assert len(Study.read(folder).frame()) == 24


def test_fresh_starts_over(tmp_path):
    evo.study({"rls": rls}, n=8, runs=2, seed=0, out=tmp_path / "x", progress=False)
    again = evo.study({"rls": rls}, n=8, runs=1, seed=1, out=tmp_path / "x", progress=False, fresh=True)
    assert (len(again.frame()), again.seed) == (1, 1)


def test_changed_code_of_the_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    source = "def f(x):\n    return float(x.sum())\n"
    (tmp_path / "my_functions.py").write_text(source)
    module = importlib.import_module("my_functions")

    def cell(n):
        return d.RandomLocalSearch(), d.Custom(module.f, n=n, sense=evo.Sense.MAXIMISE), evo.Steps(5)

    def go(**changes: Any) -> Study:
        return evo.study({"f": cell}, n=[8, 9], runs=2, seed=0, out=tmp_path / "x", progress=False, **changes)

    go()
    (tmp_path / "my_functions.py").write_text(source.replace("float", "2.0 * float"))
    importlib.reload(module)
    with pytest.raises(PlanChangedError, match=r"2 cells, such as 'f n=8': code.my_functions: .* -> ") as caught:
        go()
    assert str(caught.value).endswith("The code of my_functions is not the one that computed the finished blocks.")
    assert go(fresh=True).frame()["value"].to_list() != []
    del sys.modules["my_functions"]


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"cells": {}}, ValueError, "`cells` must name at least one algorithm"),
        ({"cells": [ea]}, TypeError, "`cells` must map names"),
        ({"cells": {"": ea}}, TypeError, "non-empty strings as names"),
        ({"cells": {"ea": 3}}, TypeError, r"`cells\['ea'\]` must be a function .* got 3"),
        ({"cells": {"ea": lambda n, c: 3}}, TypeError, r"must give a tuple .optimizer, problem. .* got 3"),
        ({"cells": {"ea": lambda n, c: (1, 2)}}, TypeError, "`optimizer` must be Optimizer"),
        ({"cells": {"ea": lambda n: ea(n, 1.0)}}, ValueError, r"`c` must be a parameter that a function"),
        ({"cells": {"ea": lambda n, c, size: 0}}, ValueError, r"not 'size'.*Pass size=\.\.\. beside"),
        ({"cells": {"ea": ea, "ea n=8": lambda c: ea(8, c)}}, ValueError, "name of its own"),
        ({"cells": {"ea" * 90: ea}}, ValueError, "`cell` must fit into a file name"),
        ({"n": []}, ValueError, "`n` must have at least one value"),
        ({"n": [8, 8.0]}, ValueError, "8.0 occurs twice"),
        ({"n": [8, "9"]}, TypeError, "`n` must have values of one kind"),
        ({"n": [True, 2]}, TypeError, "`n` must have values of one kind"),
        ({"n": [[8], [9]]}, TypeError, "`n` must be a plain value or a one-dimensional sequence"),
        ({"n": np.ones((2, 2))}, ValueError, "Flatten it"),
        ({"n": {8, 9}}, TypeError, "`n` must be a plain value"),
        ({"n": None}, TypeError, "`n` must be a plain value"),
        ({"c": [math.nan]}, ValueError, "`c` must have no NaN"),
        ({"law": ["", "a"]}, ValueError, "`law` must have printable texts"),
        ({"steps": 3}, ValueError, "got 'steps'. Rename it, for example to steps_"),
        ({"runs": 0}, ValueError, "`runs` must be an integer >= 1; got 0"),
        ({"runs": "6"}, TypeError, "`runs` must be an integer"),
        ({"seed": -1}, ValueError, "`seed` must be an integer >= 0"),
        ({"seed": evo.Key(3)}, TypeError, "`seed` must be an integer"),
        ({"block": 0}, ValueError, "`block` must be an integer >= 1"),
        ({"out": 3}, TypeError, "`out` must be the path of a folder; got 3"),
        ({"out": ""}, ValueError, "`out` must be the path of a folder; got ''"),
        ({"out": "a\0b"}, ValueError, r"`out` must be the path of a folder; got 'a.x00b'. Pass for example"),
        ({"stop": 500}, TypeError, "`stop` must be a stop"),
        ({"stop": evo.WallClock(1)}, ValueError, "`stop` must not depend on the clock: .* got WallClock"),
        ({"stop": evo.Steps(9) | evo.WallClock(1)}, ValueError, "must not depend on the clock"),
        (
            {"record": evo.Final(d.rate), "n": 8, "rate": 0.5, "c": 1.0, "cells": {"x": lambda n, c, rate: ea(n, c)}},
            ValueError,
            "no observable that is called like the parameter 'rate'; got 'rate'. Rename the parameter",
        ),
        ({"record": 3}, TypeError, "`record` must be Recorder"),
        ({"executor": "lokky"}, ValueError, "`executor` must be .* Did you mean 'loky'"),
        ({"recrod": evo.Every(1, d.zeros)}, TypeError, "Did you mean the argument 'record'"),
        ({"blok": 50}, ValueError, "let a function of `cells` take it. Did you mean the argument 'block'"),
        ({"run": 50}, ValueError, "Rename it, .* Did you mean the argument 'runs'"),
        ({"part": (3, 2)}, ValueError, r"`part` must be a pair .* got \(3, 2\)"),
        ({"engine": "chain"}, TypeError, "`engine` must be Engine"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_touched(tmp_path, changes, kind, message):
    with pytest.raises(kind, match=message):
        run(**{"out": tmp_path / "x", **changes})
    assert not (tmp_path / "x").exists()


def test_errors_name_the_cell(tmp_path):
    with pytest.raises(ValueError, match="strength") as caught:
        run(tmp_path / "x", c=[1.0, -1.0])
    assert caught.value.__notes__ == ["This happened in cell 'ea n=8 c=-1.0' of the study."]


def test_an_engine_must_be_exact(tmp_path):
    with pytest.raises(ValueError, match="`engine` must be exact for this combination"):
        evo.study({"rls": rls}, n=8, runs=1, seed=0, out=tmp_path / "x", engine=evo.Engine.CHAIN)


def test_a_text_is_one_value(tmp_path):
    cell = lambda word: rls(len(word))  # noqa: E731
    assert evo.study({"x": cell}, word="abc", runs=1, seed=0, out=tmp_path / "x", progress=False).cells == (
        "x word=abc",
    )


def test_folders_that_cannot_be_used(tmp_path, study):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="is a file"):
        run(tmp_path / "file")
    with pytest.raises(StoreError, match=r"part of that path is not a folder .* choose another --out"):
        run(tmp_path / "file" / "x")
    with pytest.raises(StoreError, match="must hold a store"):
        Study.read(tmp_path / "nothing")
    with Store.open(tmp_path / "other", evo.studies.Plan(name="other", seed=1)):
        pass
    with pytest.raises(StoreError, match=r"must hold a study; .* holds the rows of 'other'"):
        Study.read(tmp_path / "other")
    with pytest.raises(PlanChangedError, match="name"):
        run(tmp_path / "other")


def test_two_drivers(tmp_path):
    made = run(tmp_path / "x")
    with Store.open(tmp_path / "x", made.plan), pytest.raises(StoreLockedError, match="in use by another driver"):
        run(tmp_path / "x")


def test_unknown_cells(study):
    with pytest.raises(ValueError, match=re.escape("`cell` must be a cell of the study; got 'ea n=8'.")):
        study.runs("ea n=8")


# ------------------------------------------------------------------------------------------------ looking at a study


def test_status(study):
    status = study.status()
    assert (status.done, status.missing, status.cells, status.finished, status.damaged) == (36, 0, 6, 6, 0)
    assert str(status).endswith("36 of 36 runs finished (100 %), in 12 blocks; 6 of 6 cells have all 6 runs.")
    assert "6 cells, 6 runs each, 0 missing" in repr(study)


def test_resimulation(study, monkeypatch):
    assert study.resimulate(3).differences == ()
    with pytest.raises(ValueError, match="`resimulate` needs the parts of the cells"):
        Study.read(study.folder).resimulate(1)
    made = _work._runs

    def otherwise(*arguments):
        runs = made(*arguments)
        runs.spent[0] += 1
        return runs

    monkeypatch.setattr(_work, "_runs", otherwise)
    found = study.resimulate(2).differences
    assert [item.column for item in found] == ["spent", "spent"] and found[0].again == found[0].stored + 1


def test_the_problem_of_a_cell(study):
    assert study.problem("ea n=8 c=0.5") == d.OneMax(8)
    read = Study.read(study.folder)
    assert read.problem("ea n=8 c=0.5") == d.OneMax(8) and read.problem("rls n=8") is None


def test_export_for_the_iohprofiler(tmp_path):
    ioh = pytest.importorskip("evo.studies.ioh")
    made = run(tmp_path / "x", record=RECORD)
    for number, one in enumerate((made, Study.read(made.folder))):
        (folder,) = one.export(tmp_path / str(number), "ioh")
        read = ioh.read_ioh(folder).runs
        assert sorted(read["steps"]) == sorted(made.frame()["steps"])


def test_export_for_the_iohprofiler_finds_string_lengths_in_the_problems(tmp_path):
    """Of parameters of another name, and of cells on which none of that name has a bearing."""
    cells = {"fixed": lambda: ea(8, 1.0), "sized": lambda size: ea(size, 1.0), "named": lambda n: ea(n, 1.0)}
    made = evo.study(
        cells, size=[8, 12], n=12, runs=2, seed=1, out=tmp_path / "x", record=RECORD, progress=False, block=2
    )
    (folder,) = made.export(tmp_path / "ioh", "ioh")
    read = pytest.importorskip("evo.studies.ioh").read_ioh(folder).runs
    assert sorted(read["n"]) == [8, 8, 8, 8, 12, 12, 12, 12]
    assert sorted(read["steps"]) == sorted(made.frame()["steps"])


def test_export(study, tmp_path):
    names = [path.name for path in study.export(tmp_path / "csv")]
    assert names == ["runs.csv", "records.csv", "table.csv"]
    assert len(pl.read_csv(tmp_path / "csv" / "runs.csv")) == 36
    study.export(tmp_path / "parquet", "parquet")
    read = pl.read_parquet(tmp_path / "parquet" / "runs.parquet")
    assert_frame_equal(read, study.frame().cast(dict.fromkeys(("cell", "algorithm", "reason"), pl.String)))
    with pytest.raises(ValueError, match=r"`format` must be one of csv, parquet, ioh; got .cvs.\. Did you mean .csv."):
        study.export(tmp_path, "cvs")


def test_figures(study, tmp_path):
    chart = study.draw(y="steps/n", where={"algorithm": "ea"})  # against the last number that varies
    means = [row for row in chart.rows if row.kind == "mean"]
    assert {row.x for row in means} == {0.5, 1.0} and len(means) == 4
    with pytest.raises(TypeError, match=r"`y` must take arguments of evo.plots.survival .* not 'y'"):
        study.draw(y="steps", kind="survival")
    with pytest.raises(ValueError, match=r"`kind` must be one of against, .*; got 'again'. Did you mean 'against'"):
        study.draw(kind="again")
    alone = evo.study({"rls": rls}, n=8, runs=2, seed=0, out=tmp_path / "x", progress=False)
    assert alone.draw().rows  # the distribution
    with pytest.raises(ValueError, match="no recorded rows"):
        alone.draw(kind="trajectory")
    only = evo.study(
        {"rls": rls}, n=8, runs=2, seed=0, out=tmp_path / "y", record=evo.Every(1, evo.best_value), progress=False
    )
    assert only.draw(kind="trajectory").rows and only.draw(kind="fixed_target").rows  # of what was recorded
    with pytest.raises(ValueError, match="`x` must be given: no number of the grid varies"):
        alone.draw(kind="against")
