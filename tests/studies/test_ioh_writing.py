"""The files that `export_ioh` writes."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

import evo
from evo import discrete as d
from evo.core.keys import Key
from evo.studies import IohFunction, StoreError, export_ioh, read_ioh
from evo.studies.ioh import naming, writing
from evo.studies.ioh.attributes import parsed, spelled
from evo.studies.ioh.functions import PBO, found

from .ioh_tables import CELLS, index_of, lines_of, study_frames

try:
    import ioh
except ModuleNotFoundError:
    ioh = None


@pytest.fixture
def one():
    return study_frames(CELLS[:1])


def test_data_file(one, results):
    lines = lines_of(export_ioh(one, results, function="OneMax"))
    header = ["evaluations", "raw_y", "the_rate"]
    assert [place for place, line in enumerate(lines) if line == header] == [0, 4, 8]
    assert [lines[place + 1][0] for place in (0, 4, 8)] == ["1", "1", "1"]
    assert [lines[place + 3][0] for place in (0, 4, 8)] == ["25", "26", "27"]
    assert lines[1] == ["1", "4.0", "NaN"] and lines[2] == ["9", "7.0", "0.0625"]


def test_index_file(one, results):
    index = index_of(export_ioh(one, results, function="OneMax", seed=5, info="a remark"))
    first = ["version", "suite", "function_id", "function_name", "maximization", "algorithm", "experiment_attributes"]
    assert list(index)[:10] == [*first, "run_attributes", "attributes", "scenarios"]
    assert tuple(map(int, index["version"].split("."))) >= (0, 3, 3)
    assert index["algorithm"] == {"name": "static c=0.5", "info": "a remark"}
    assert index["experiment_attributes"] == [{"c": "0.5"}] and index["maximization"] is True
    (scenario,) = index["scenarios"]
    assert scenario["dimension"] == 8 and scenario["path"] == "data_f1_OneMax/IOHprofiler_f1_DIM8.dat"
    for run in scenario["runs"]:
        assert run["best"]["x"] == [] and run["instance"] == 1
        assert all(type(run[name]) in (int, float) and run[name] <= 2**53 for name in index["run_attributes"])
    capped = scenario["runs"][1]
    assert (capped["reached"], capped["hit"], capped["evals"], capped["spent"]) == (0, 0, 26, 25)
    assert index["evo"]["reasons"][capped["reason"]] == "steps"
    assert capped["best"] == {"evals": 10, "y": 7, "x": []}


def test_the_key_of_a_run_is_written(one, results):
    index = index_of(export_ioh(one, results, function="OneMax", seed=5))
    key = Key(5).child("static n=8 c=0.5").child("run", 2)
    run = index["scenarios"][0]["runs"][2]
    assert [run[f"key_{word}"] for word in range(4)] == list(key.__reduce__()[1])
    assert "key_0" not in index_of(export_ioh(one, results / "unknown", function="OneMax"))["run_attributes"]


@pytest.mark.parametrize(("grid", "middle"), [([2, 12, 500], [2, 12]), (1, [10]), (2, [4, 10])])
def test_grid(one, results, grid, middle):
    folder = export_ioh(one, results, function="OneMax", grid=grid)
    records = read_ioh(folder).records.filter(run=2)
    assert records["evaluations"].to_list() == [1, *middle, 27]
    exact = one[1].filter(run=2)
    for row in records.iter_rows(named=True):
        assert row["best_value"] == exact.filter(pl.col("evaluations") <= row["evaluations"])["best_value"][-1]


def test_all_runs_share_the_grid(results):
    folder = export_ioh(study_frames(CELLS[:1], runs=9), results, function="OneMax", grid=[5, 10, 15])
    numbers = {line[0] for line in lines_of(folder)[1:]}
    assert len(numbers) == 5 + 9  # header, 1, the grid, the last evaluation of each run


def test_a_start_that_was_not_recorded_is_not_invented(one, results):
    runs, records = one
    folder = export_ioh((runs, records.filter(pl.col("steps") > 0)), results, function="OneMax")
    assert lines_of(folder)[1] == ["1", "None", "None"]
    assert read_ioh(folder).records["evaluations"].to_list() == [9, 25, 10, 26, 11, 27]
    smaller = IohFunction("Small", 40001, maximization=False)
    index = index_of(export_ioh((runs, records.filter(pl.col("steps") > 0)), results / "small", function=smaller))
    assert index["scenarios"][0]["runs"][0]["best"] == {"evals": 9, "y": 7, "x": []}


def test_steps_are_written_where_they_are_not_told(one, results):
    runs, records = one
    records = records.with_columns(steps=pl.col("steps") // 2)
    folder = export_ioh((runs, records), results, function="OneMax")
    assert lines_of(folder)[0] == ["evaluations", "raw_y", "steps", "the_rate"] or "steps" in lines_of(folder)[0]
    assert read_ioh(folder).records["steps"].to_list() == records["steps"].to_list()


def test_values_that_are_not_numbers(one, results):
    runs, records = one
    records = records.with_columns(best_value=pl.when(pl.col("run") == 0).then(math.nan).otherwise("best_value"))
    runs = runs.with_columns(value=pl.when(pl.col("run") == 0).then(math.nan).otherwise("value"))
    folder = export_ioh((runs, records), results, function="OneMax")
    assert index_of(folder)["scenarios"][0]["runs"][0]["best"] == {"evals": 25, "y": None, "x": []}
    tables = read_ioh(folder)
    assert tables.runs["value"].is_nan().to_list() == [True, False, False]
    assert tables.records["best_value"].is_nan().sum() == 3


def test_many_evaluations(one, results):
    far = 3_000_000_000
    runs = one[0].with_columns(pl.col("evaluations", "spent", "hit") + far)
    records = one[1].with_columns(evaluations=pl.col("evaluations") + far * (pl.col("steps") > 8).cast(pl.Int64))
    folder = export_ioh((runs, records), results, function="OneMax")
    assert lines_of(folder)[3][0] == str(far + 25)
    assert read_ioh(folder).records["evaluations"].max() == far + 27


def test_long_strings(one, results):
    frames = [frame.with_columns(n=pl.lit(70_000)) for frame in one]
    with pytest.warns(UserWarning, match="iohinspector cannot load n=70000"):
        folder = export_ioh(tuple(frames), results, function="OneMax")
    assert read_ioh(folder).runs["n"].to_list() == [70_000] * 3


def test_minimisation(one, results):
    runs, records = one
    records = records.with_columns(best_value=8.0 - pl.col("best_value"))
    index = index_of(export_ioh((runs, records), results, function=IohFunction("Zeros", 40001, maximization=False)))
    assert index["maximization"] is False and (index["function_id"], index["suite"]) == (40001, "evo")
    assert [run["best"]["y"] for run in index["scenarios"][0]["runs"]] == [0, 1, 0]


def test_an_interrupted_export_has_no_index(one, results, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_whole", full)
    with pytest.raises(
        StoreError, match=r"Cannot write the IOHprofiler folder .*: No space left on device\. Index files .* are whole"
    ):
        export_ioh(one, results, function="OneMax")
    with pytest.raises(FileNotFoundError, match=r"must hold IOHprofiler index files .* has none"):
        read_ioh(results)


def test_no_two_exports_share_a_folder(results):
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(naming.fresh_folder, [results / "a"] * 24))
    assert {folder.name for folder in folders} == {"a", *(f"a-{number}" for number in range(1, 24))}


@pytest.mark.parametrize(
    ("name", "shown", "file"),
    [
        ("(1+λ) EA", "(1+lambda) EA", "1+lambda_EA"),
        ("../../etc/'x'\n\"é\"", ".._.._etc__x___e_", "etc_x_e"),
        ("日本", "__", "unnamed"),
        (" ", "unnamed", "unnamed"),
        ("x" * 300, "x" * 300, "x" * 80),
    ],
)
def test_odd_names(name, shown, file):
    assert naming.plain(name) == shown
    assert naming.file_name(name) == file


@pytest.mark.parametrize(
    "value", [3, 0.1, True, "max", "0.5", "a b", "__import__('os')", "it's", "inf", math.inf, "", "λ"]
)
def test_attributes(value):
    """Nothing that a reader evaluates does anything."""
    text = spelled(value)
    assert parsed(text) == value and type(parsed(text)) is type(value)
    assert not text.startswith("__import__") and text != "max"


def test_functions():
    assert found("Linear", 5) == found(d.Linear([1, 2, 3]), 3) == PBO["Linear"]
    assert found(d.Linear([1, 1, 3]), 3).id > 20000
    assert found(d.OneMax, 5) == found(d.OneMax(3), 3) == PBO["OneMax"]
    assert found(d.BinVal, 53).maximization
    assert found(d.BinVal, 54) == IohFunction("BinVal_zeros", 20002, maximization=False)
    assert not found(d.DynamicBinVal(9), 9).maximization
    ids = [item.id for item in PBO.values()] + [number for name, number in functions_of_the_library()]
    assert len(ids) == len(set(ids))


def functions_of_the_library():
    from evo.discrete.parts import AbstractFunction
    from evo.studies.ioh.functions import OWN

    library = [item for name in d.__all__ if isinstance(item := getattr(d, name), type)]
    names = {item.__name__ for item in library if issubclass(item, AbstractFunction) and item is not AbstractFunction}
    assert names == {*PBO, *OWN}  # a new function gets a number here
    return OWN.items()


@pytest.mark.skipif(ioh is None, reason="ioh is not installed: pip install ioh")
@pytest.mark.parametrize("name", list(PBO))
def test_functions_are_those_of_the_suite(name):
    assert ioh.ProblemClass.PBO.problems[PBO[name].id] == name
    theirs = ioh.get_problem(name, 1, 9, ioh.ProblemClass.PBO)
    ours = d.Linear(range(1, 10)) if name == "Linear" else getattr(d, name)(9)
    for x in np.random.default_rng(0).integers(0, 2, (20, 9)):
        assert ours(x) == theirs(x.tolist())


def without_value():
    runs, records = study_frames(CELLS[:1])
    return runs, records.rename({"best_value": "zeros"})


def without_rows():
    runs, records = study_frames(CELLS[:1])
    return runs, records.clear()


def with_text():
    runs, records = study_frames(CELLS[:1])
    return runs, records.with_columns(remark=pl.lit("a"))


def of_another_study():
    return study_frames(CELLS[:1])[0], study_frames(CELLS[1:])[1]


def of_longer_runs():
    runs, records = study_frames(CELLS[:1])
    return runs.with_columns(evaluations=pl.lit(2)), records


def without_n():
    runs, records = study_frames(CELLS[:1])
    return runs.drop("n"), records.drop("n")


@pytest.mark.parametrize(
    ("make", "said", "message"),
    [
        (without_rows, {}, "holds no recorded rows, .* Repeat the runs with record=evo.Improvements"),
        (without_value, {}, "must hold 'value' or 'best_value' in its recorded rows; got .*zeros.* Repeat the runs"),
        (with_text, {}, r"must have numbers in the columns of its recorded rows; got \['remark'\]"),
        (of_another_study, {}, r"must have recorded rows for every run; got .*run 0 of .*static n=8 c=0\.5.* Export"),
        (of_longer_runs, {}, "must have recorded rows in order, at evaluations 1 to 2; got .*1 to 25"),
        (without_n, {}, "`dimension` is needed: the string length of "),
        (study_frames, {"function": None}, "`function` is needed: .* Pass function='OneMax'"),
        (study_frames, {"function": "onemax"}, "`function` must be the name of .* Did you mean 'OneMax'"),
        (study_frames, {"function": {"rule": "OneMax"}}, "must have an entry for 'static n=8 c=0.5' or 'static'"),
        (study_frames, {"function": 7}, "`function` must be a function of IOHprofiler data; got 7 of type int"),
        (study_frames, {"algorithm": "EA"}, "`algorithm` must be None unless `data` is one result"),
        (study_frames, {"grid": 0}, "`grid` must be an integer >= 1; got 0"),
        (study_frames, {"grid": []}, "`grid` must hold at least one evaluation number"),
        (study_frames, {"grid": [0, 1]}, "`grid` must be an integer in"),
        (lambda: 5, {}, "`data` must be runs, a study or a pair of frames; got 5"),
        (dict, {}, "`data` must hold at least one result"),
        (lambda: {"a": 1}, {}, "`data` must be Runs"),
    ],
)
def test_messages(make, said, message, results):
    with pytest.raises((TypeError, ValueError), match=message):
        export_ioh(make(), results, **({"function": "OneMax"} | said))
    assert not results.exists()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: IohFunction("", 1, True), "`name` must be a word"),
        (lambda: IohFunction("a", 2**16, True), "`id` must be an integer in"),
        (lambda: IohFunction("a", 1, "yes"), "`maximization` must be bool"),
        (
            lambda: found(d.Custom(sum, n=3, sense=evo.Sense.MAXIMISE), 3),
            "must have a number of its own; .*IohFunction",
        ),
    ],
)
def test_messages_of_functions(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()
