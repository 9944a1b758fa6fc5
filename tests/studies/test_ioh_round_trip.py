"""What is exported comes back, through our reader and through that of others."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import evo
from evo import discrete as d
from evo.studies import IohFunction, export_ioh, read_ioh
from evo.studies.ioh import writing

from .ioh_tables import CELLS, index_of, study_frames

try:
    import iohinspector
except ModuleNotFoundError:
    iohinspector = None

inspected = pytest.mark.skipif(iohinspector is None, reason="iohinspector is not installed: pip install iohinspector")
#: iohinspector and the packages that it imports warn of their own future
theirs = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

EA = d.OnePlusOne(rate=d.Static(strength=1.0))


@pytest.fixture
def runs(plain):
    record = evo.Improvements(evo.value, evo.best_value, d.zeros)
    return evo.repeat(EA, d.OneMax(20), runs=6, seed=3, stop=evo.Steps(90), record=record)


def test_runs(runs, results):
    assert 0 < runs.capped < 6
    tables = read_ioh(export_ioh(runs, results, algorithm="EA"))
    labels = ["cell", "algorithm", "n"]
    assert_frame_equal(tables.runs.drop(labels), runs.to_frame())
    assert_frame_equal(tables.records.drop(labels), runs.records_frame().rename({"step": "steps"}))
    assert tables.runs.select(labels).unique().rows() == [("EA n=20", "EA", 20)]
    assert tables.functions == {"EA n=20": IohFunction("OneMax", 1, True, "PBO")}


@pytest.mark.parametrize(
    ("search", "problem", "name", "steps_told"),
    [
        (EA, d.BinVal(60), "BinVal_zeros", False),
        (EA, d.DynamicBinVal(8), "DynamicBinVal_zeros", True),
        (d.OnePlusLambda(3, rate=d.Static(strength=1.0)), d.LeadingOnes(8), "LeadingOnes", True),
        (d.MuPlusOne(3, rate=d.Static(strength=1.0)), d.OneMax(8), "OneMax", True),
        (EA, d.HiddenSubset(d.OneMax(4), 8), "HiddenSubset", False),
    ],
    ids=["order only", "dynamic", "offspring", "population", "random"],
)
def test_kinds_of_runs(search, problem, name, steps_told, plain, results):
    record = evo.Every(3, evo.value, evo.best_value)
    runs = evo.repeat(search, problem, runs=3, seed=1, stop=evo.Steps(60), record=record, engine=evo.Engine.REFERENCE)
    folder = export_ioh({"a": runs}, results)
    index = index_of(folder)
    assert index["function_name"] == name and index["maximization"] is not name.endswith("_zeros")
    assert ("steps" in index["attributes"]) is steps_told
    tables = read_ioh(folder)
    assert_frame_equal(tables.runs.drop("cell", "algorithm", "n"), runs.to_frame())
    wanted = runs.records_frame().rename({"step": "steps"})
    assert_frame_equal(tables.records.drop("cell", "algorithm", "n"), wanted)
    best = [run["best"]["y"] for run in index["scenarios"][0]["runs"]]
    seen = wanted.group_by("run", maintain_order=True).agg(pl.col("best_value"))["best_value"]
    assert best == [min(run) if name.endswith("_zeros") else max(run) for run in seen.to_list()]


def test_a_study(results):
    frames = study_frames()
    tables = read_ioh(export_ioh(frames, results, function="OneMax"))
    assert_frame_equal(tables.runs, frames[0])
    assert_frame_equal(tables.records, frames[1])
    assert set(tables.functions) == set(frames[0]["cell"])


def test_once_more(results):
    """Tables that were read are exported again, with their functions by cell."""
    tables = read_ioh(export_ioh(study_frames(), results, function="LeadingOnes"))
    again = read_ioh(export_ioh(tables[:2], results, function=tables.functions))
    assert_frame_equal(again.runs, tables.runs)
    assert_frame_equal(again.records, tables.records)
    assert again.functions == tables.functions


def test_several_results_by_name(runs, results):
    tables = read_ioh(export_ioh({"a/b": runs, "a_b": runs, "A_b": runs}, results))
    assert tables.runs["algorithm"].unique(maintain_order=True).to_list() == ["a/b", "a_b", "A_b"]
    assert len(tables.runs) == 18 and len({path.name.casefold() for path in results.iterdir()}) == 3


def test_folders_put_together(results):
    """Exports that were moved into one folder are read one after the other, each in its own order."""
    first, second = study_frames(CELLS[:2]), study_frames(CELLS[2:])
    for frames in (first, second):
        export_ioh(frames, results / "part", function="OneMax")
    tables = read_ioh(results)
    assert_frame_equal(tables.runs, pl.concat([first[0], second[0]], how="vertical_relaxed"))


def test_a_study_that_knows_its_keys(results):
    class Study:
        frame, records = (lambda self, frame=frame: frame for frame in study_frames())

        def key(self, cell):
            return evo.Key(7).child(cell)

    folder = export_ioh(Study(), results / "study", function="OneMax")
    same = export_ioh(study_frames(), results / "frames", function="OneMax", seed=7)
    for path in folder.rglob("*.json"):
        assert path.read_text() == (same / path.relative_to(folder)).read_text()
        assert "key_3" in path.read_text()


def test_two_names_of_one_function(results):
    """They share number and name, and yet neither overwrites the other."""
    runs, records = study_frames(CELLS[:2])
    names = pl.when(pl.col("c") == 0.5).then(pl.lit("ones")).otherwise(pl.lit("OneMax"))
    runs = runs.select(
        "cell",
        "algorithm",
        names.alias("function"),
        "n",
        pl.lit(3, dtype=pl.Int64).alias("instance"),
        *runs.columns[5:],
    )
    folder = export_ioh((runs, records.drop("c", "rule")), results, function={"ones": "OneMax", "OneMax": d.OneMax})
    tables = read_ioh(folder)
    assert len(list(folder.rglob("*.json"))) == 2
    assert_frame_equal(tables.runs, runs)


@pytest.mark.parametrize("instances", [[4, 5, 6], [4, None, 6], ["a", "b", "4"], [0.5, 1.0, 2.0]])
def test_instances(instances, results):
    """Whole numbers are instances of IOHprofiler; other values are parameters like any other."""
    runs, records = study_frames(CELLS[:1])
    runs = runs.with_columns(pl.Series("rule", instances), pl.lit("r").alias("cell") + pl.col("run").cast(str))
    runs = runs.rename({"rule": "instance"})
    records = records.drop("rule").with_columns(pl.lit("r").alias("cell") + pl.col("run").cast(str))
    folder = export_ioh((runs, records), results, function="OneMax")
    assert_frame_equal(read_ioh(folder).runs, runs)
    assert len(list(folder.iterdir())) == (1 if instances == [4, 5, 6] else 3)


def start_late(rows, total, grid):
    """A planted defect: no line for evaluation 1."""
    return np.unique(np.append(rows[1:], total))


def test_a_run_that_does_not_begin_at_evaluation_1_is_found(results, monkeypatch):
    monkeypatch.setattr(writing, "points_of", start_late)
    folder = export_ioh(study_frames(), results, function="OneMax")
    with pytest.raises(ValueError, match=r"DIM8\.dat: run 1 must have lines from evaluation 1 to 25; got 9 to 25"):
        read_ioh(folder)


@inspected
@theirs
def test_iohinspector(results):
    frames = study_frames()
    manager = iohinspector.DataManager()
    manager.add_folder(str(export_ioh(frames, results, function="OneMax", info="by hand")))
    overview = manager.overview.sort("algorithm_name", "dimension", "run_id")
    assert len(overview) == frames[0].height
    assert set(overview["algorithm_name"]) == {"static c=0.5", "static c=1", "rule rule=max"}
    assert set(overview["rule"]) == {None, "max"} and set(overview["c"]) == {None, 0.5, 1.0}
    assert set(overview["function_id"]) == {1} and set(overview["suite"]) == {"PBO"}
    data = manager.load(monotonic=False, include_meta_data=True)
    assert len(data) == frames[1].height
    wanted = frames[1].with_columns(pl.col("the rate"), reached=pl.col("best_value") == pl.col("n"))
    assert sorted(data.select("dimension", "evaluations", "raw_y").rows()) == sorted(
        wanted.select("n", "evaluations", "best_value").rows()
    )
    seen = [rate for rate in data["the_rate"].to_list() if not math.isnan(rate)]
    assert sorted(seen) == sorted(rate for rate in wanted["the rate"].to_list() if not math.isnan(rate))
    assert sorted(overview.select("dimension", "evals", "best_y").rows()) == sorted(
        frames[0].select("n", "evaluations", "value").rows()
    )


@inspected
@theirs
def test_iohinspector_loses_runs_that_do_not_begin_at_evaluation_1(results, monkeypatch):
    """Why the line is always written."""
    monkeypatch.setattr(writing, "points_of", start_late)
    manager = iohinspector.DataManager()
    manager.add_folder(str(export_ioh(study_frames(), results, function="OneMax")))
    assert len(manager.load(monotonic=False)) == 0


@inspected
@theirs
def test_iohinspector_splits_runs_of_populations(results):
    """The line "1 None" at the start, where nothing was recorded, keeps the runs apart."""
    runs, records = study_frames(CELLS[:1])
    folder = export_ioh((runs, records.filter(pl.col("steps") > 0)), results, function="OneMax")
    manager = iohinspector.DataManager()
    manager.add_folder(str(folder))
    data = manager.load(monotonic=False)
    assert data.group_by("data_id").len()["len"].to_list() == [2, 2, 2]
