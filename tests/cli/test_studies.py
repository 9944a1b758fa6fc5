"""The commands that run a study, and look at it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

import evo
from evo import discrete as d
from evo.cli import main
from evo.studies import Store, Study
from tests.cli.calling import call
from tests.experiments.altered import alter

ROOT = Path(__file__).resolve().parents[2]

FILE = """\
name = "A trial"
runs = 6
seed = 1
block = 2
[grid]
n = [12, 20]
c = [0.5, 1.0]
[stop]
steps = 60
[record]
type = "Improvements"
observables = ["best_value", "rate"]
[[cell]]
name = "static"
optimizer = {type = "OnePlusOne", rate = {type = "Static", strength = "$c"}}
problem = {type = "OneMax", n = "$n"}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "trial.toml"
    path.write_text(FILE)
    return path


@pytest.fixture(scope="module")
def made(file):
    """A finished study, which no test changes."""
    out = file.parent / "made"
    assert main(["study", str(file), "--out", str(out)]) == 0
    return out


@pytest.fixture
def done(made, tmp_path):
    """A copy that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "done"))


# --------------------------------------------------------------------------------------------------------------- study


def test_a_study_is_that_of_python(made, tmp_path):
    ea = lambda n, c: (d.OnePlusOne(rate=d.Static(strength=c)), d.OneMax(n))  # noqa: E731
    grid = {"n": [12, 20], "c": [0.5, 1.0]}
    record = evo.Improvements(evo.best_value, d.rate)
    options = {"runs": 6, "seed": 1, "stop": evo.Steps(60), "record": record, "progress": False}
    again = evo.study({"static": ea}, **grid, **options, out=tmp_path / "x")
    assert Study.read(made).frame().equals(again.frame())
    assert Study.read(made).records().equals(again.records())


def test_study_says_what_it_did_and_what_comes_next(file, tmp_path, capsys):
    out = tmp_path / "a b"
    code, text, err = call(capsys, "study", file, "--out", out, "--runs", "3", "--executor", "threads:1")
    assert code == 0
    assert "A trial: 4 cells of 3 runs" in text and "  c: 0.5, 1.0" in text and f"  folder {out}" in text
    assert "12 of 12 runs finished" in text and "static n=20 c=0.5" in text
    assert f"evo table '{out}'" in text and "blocks" in err
    assert (out / "study.toml").read_text() == FILE
    code, text, _ = call(capsys, "study", file, "--out", out)
    assert code == 0 and "24 of 24 runs finished" in text
    code, text, _ = call(capsys, "study", file, "--out", out, "--fresh", "--runs", "2")
    assert code == 0 and "8 of 8 runs finished" in text


def test_default_folder(file, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "study", file, "--runs", "1")[0] == 0
    assert (tmp_path / "results" / "trial" / "plan.json").is_file()


def test_jobs_of_an_array_and_their_merge(file, made, tmp_path, capsys):
    jobs = [tmp_path / f"job-{number}" for number in (1, 2)]
    for number, job in enumerate(jobs, 1):
        code, text, _ = call(capsys, "study", file, "--out", job, "--block", f"{number}/2")
        assert code == 0 and "12 of 24 runs finished (50 %)" in text and "the other parts do." in text
    code, text, _ = call(capsys, "merge", tmp_path / "all", *jobs)
    assert code == 0 and "24 of 24 finished (100 %), in 12 of 12 blocks" in text
    assert Study.read(tmp_path / "all").frame().equals(Study.read(made).frame())
    assert (tmp_path / "all" / "study.toml").read_text() == FILE
    assert call(capsys, "check", tmp_path / "all", "--resimulate", "1")[0] == 0


def test_another_study_in_the_same_folder_is_refused(file, done, tmp_path, capsys):
    other = tmp_path / "other.toml"
    other.write_text(FILE.replace("seed = 1", "seed = 2"))
    code, _, err = call(capsys, "study", other, "--out", done)
    assert code == 1 and "seed: 1 -> 2" in err and "Traceback" not in err
    assert (done / "study.toml").read_text() == FILE


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["study", "nowhere.toml"], "there is no file nowhere.toml"),
        (["study", "."], "is a folder"),
        (["study", "FILE", "--block", "3/2"], "with 1 <= i <= m"),
        (["study", "FILE", "--executor", "thraeds"], "Did you mean 'threads'?"),
        (["study", "FILE", "--runs", "0"], "`--runs` must be an integer >= 1"),
        (["study", "FILE", "--runs", "1e3"], "`--runs` must be an integer; got '1e3'. Pass for example --runs 10."),
        (["table", "DONE", "--confidence=x"], "`--confidence` must be a number; got 'x'. Pass for example"),
        (["status", "nowhere"], "there is no nowhere"),
        (["table", "empty"], "empty is empty. Pass the folder that `evo study` or `evo run` named"),
        (["status", "othre"], "there is no othre. Did you mean 'other'?"),
        (["draw", "."], "only holds such folders: other. Pass one of them, such as other."),
        (["table", "full"], "must hold a store; full has no plan.json"),
        (["table", "FILE"], "is not a folder"),
        (["draw", "OTHER"], "`evo draw` needs a folder that `evo study` or evo.study filled; "),
        (["export", "OTHER", "--format", "csv"], "holds rows that no study wrote"),
        (["merge", "all", "nowhere"], "must hold a store; nowhere is not a folder"),
        (["export", "DONE", "--format", "csv", "--grid", "3"], "`--grid` must be left out for --format csv"),
        (["table", "DONE", "--format", "parquet"], "`--out` must name a file for --format parquet"),
        (["table", "DONE", "--confidence", "95"], "`confidence` must"),
        (["draw", "DONE", "--x", "m"], "'m'"),
        (["draw", "DONE", "--kind", "distributoin"], "Did you mean 'distribution'?"),
        (["table", "DONE", "--rows", "rnus"], "`--rows` must be one of cells, runs, records; got 'rnus'. Did you mean"),
        (["table", "DONE", "--format", "cvs"], "`--format` must be one of text, csv, json, parquet; got 'cvs'."),
        (["export", "DONE", "--format", "iho"], "`--format` must be one of ioh, csv, parquet; got 'iho'."),
        (["draw", "DONE", "--where", "c"], "`--where` must be NAME=VALUE; got 'c'"),
        (["draw", "DONE", "--kind", "survival", "--y", "steps"], "`--y` must be left out for --kind survival"),
        (["check", "DONE", "--resimulate", "-1"], "`resimulate` must be an integer >= 0"),
    ],
)
def test_errors_are_one_message(file, made, tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    Store.open(tmp_path / "other", evo.studies.Plan(name="other", seed=1)).close()
    places = {"FILE": file, "DONE": made, "OTHER": tmp_path / "other"}
    code, _, err = call(capsys, *(places.get(word, word) for word in words))
    assert code == 1 and message in err and "Traceback" not in err
    assert err.startswith("evo: ") and len(err.strip().splitlines()) == 1


def test_a_file_that_cannot_be_written_is_named_by_its_folder(made, tmp_path, capsys, monkeypatch):
    def denied(self, data):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "write_bytes", denied)
    code, _, err = call(capsys, "draw", made, "--kind", "survival", "--where", "n=12", "--out", "here/x.png")
    assert code == 1 and err == "evo: cannot use here: Permission denied. Make it usable, or choose another --out.\n"


def test_a_mistake_in_a_file_is_one_message(tmp_path, capsys):
    (tmp_path / "trial.toml").write_text(FILE.replace("strength =", "strenght ="))
    code, _, err = call(capsys, "study", tmp_path / "trial.toml")
    assert code == 1 and err.startswith(f"evo: {tmp_path / 'trial.toml'}, line 15: cell[1].optimizer.rate.strenght: ")


@pytest.mark.parametrize("command", ["study", "status", "table", "draw", "check", "export", "merge"])
def test_help_says_what_a_command_does_and_shows_an_example(command, capsys):
    code, out, _ = call(capsys, command, "--help")
    assert code == 0 and "Example:\n" in out and re.search(rf"^  evo {command} ", out, re.MULTILINE)
    assert all(len(line) <= 95 for line in out.splitlines())


# -------------------------------------------------------------------------------------------------------------- status


def test_status(made, capsys):
    code, out, _ = call(capsys, "status", made)
    assert code == 0
    assert "a study of 4 cells" in out and "24 of 24 finished (100 %), in 12 of 12 blocks" in out
    assert "at work      nobody" in out and "remaining    nothing" in out
    assert f"Python {sys.version.split()[0]}, " in out
    capped = int(Study.read(made).frame()["reached"].not_().sum())
    assert capped > 0 and f"{capped} of the finished runs ended without reaching the optimum" in out


def test_status_of_an_unfinished_study(done, capsys):
    files = sorted((done / "blocks").iterdir())
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-1])
    plan = Store.read(done, notify=lambda text: None).plan
    with Store.open(done, plan, notify=lambda text: None):
        code, out, err = call(capsys, "status", done)
    assert code == 2 and err == ""
    assert "20 of 24 finished (83 %), in 10 of 12 blocks" in out
    assert out.count("DAMAGED") == 1 and re.search(r"at work      process \d+ on host ", out)
    assert "2 blocks, about" in out
    assert out.index("static n=12 c=0.5 ") < out.index("static n=20 c=1.0 ")


def test_status_and_table_of_an_experiment(toy, tmp_path, capsys):
    folder = tmp_path / "coins"
    assert call(capsys, "run", "toy-coins", "--preset", "smoke", "--out", folder)[0] == 0
    code, out, _ = call(capsys, "status", folder)
    assert code == 0 and "an experiment of 2 cells" in out and "in 6 of 6 blocks" in out
    code, out, _ = call(capsys, "table", folder, "--format", "csv")
    assert code == 0 and out.startswith("cell,run,") and len(out.splitlines()) == 1 + len(Store.read(folder).table())
    code, _, err = call(capsys, "table", folder, "--rows", "cells")
    assert code == 1 and "must be runs" in err
    code, _, err = call(capsys, "draw", folder, "--x", "c")
    assert code == 1 and "`--x` must belong to a study" in err
    code, _, err = call(capsys, "export", folder, "--format", "csv")
    assert code == 1 and "holds an experiment" in err


# --------------------------------------------------------------------------------------------------------------- table


def test_table(made, capsys):
    code, out, _ = call(capsys, "table", made)
    table = Study.read(made).table()
    assert code == 0 and len(out.splitlines()) == 2 + len(table)
    row = table.row(0, named=True)
    assert f"{row['estimate']:.4g} [{row['lower']:.4g}, {row['upper']:.4g}]" in out
    assert "restricted mean up to 60" in out


@pytest.mark.parametrize("rows", ["cells", "runs", "records"])
def test_tables_for_programs(made, tmp_path, capsys, rows):
    study = Study.read(made)
    wanted = {"cells": study.table, "runs": study.frame, "records": study.records}[rows]()
    _, out, _ = call(capsys, "table", made, "--rows", rows, "--format", "json")
    told = json.loads(out)
    assert [row["cell"] for row in told] == wanted["cell"].to_list()
    assert list(told[0]) == wanted.columns
    for form, read in (("csv", pl.read_csv), ("parquet", pl.read_parquet)):
        target = tmp_path / "new" / f"rows.{form}"
        code, out, _ = call(capsys, "table", made, "--rows", rows, "--format", form, "--out", target)
        assert code == 0 and out == f"{target}\n"
        found = read(target)
        assert found.columns == wanted.columns and len(found) == len(wanted)
    code, _, err = call(capsys, "table", made, "--out", tmp_path)
    assert code == 1 and "name a file, not a folder" in err


def test_long_tables_are_cut_for_people_only(made, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("evo.cli.commands.table._MOST", 5)
    assert call(capsys, "table", made, "--rows", "runs")[1].endswith("and 19 more rows\n")
    call(capsys, "table", made, "--rows", "runs", "--out", tmp_path / "x.txt")
    assert len((tmp_path / "x.txt").read_text().splitlines()) == 2 + 24


# --------------------------------------------------------------------------------------------------------------- check


def test_check(made, capsys):
    code, out, _ = call(capsys, "check", made)
    assert code == 0 and out == "12 of 12 planned blocks are there and agree with their checksums\n"
    code, out, _ = call(capsys, "check", made, "--resimulate", "3", "--seed", "1")
    assert code == 0 and "3 blocks run again (--seed 1): all numbers are the same, bit for bit" in out


@pytest.mark.parametrize("column", ["evaluations", "value"])
def test_check_finds_a_single_altered_number(done, capsys, column):
    block = alter(done, column, run=3)
    code, out, _ = call(capsys, "check", done)
    assert code == 0  # somebody renewed the checksum too
    code, out, _ = call(capsys, "check", done, "--resimulate", "100")
    assert code == 2 and "DIFFERENT" in out and out.count("stored") == 1
    assert re.search(rf"^  {block.cell}, run 3, {column}: stored .*, now ", out, re.MULTILINE)


def test_check_finds_a_single_altered_record(done, capsys):
    def altered(values):
        return [*values[:-1], values[-1] + 1e-12]

    alter(done, "record.rate", run=1, change=altered)
    code, out, _ = call(capsys, "check", done, "--resimulate", "100")
    assert code == 2 and out.count("stored") == 1 and "run 1, record.rate: stored" in out


def test_check_of_damage(done, capsys):
    file = min((done / "blocks").iterdir())
    file.write_bytes(file.read_bytes()[:-1])
    code, out, _ = call(capsys, "check", done, "--resimulate", "1")
    assert code == 2 and out.count("DAMAGED") == 1 and "11 of 12 planned blocks" in out


def test_check_with_another_file(made, done, file, tmp_path, capsys):
    other = tmp_path / "other.toml"
    other.write_text(FILE.replace("steps = 60", "steps = 61"))
    code, _, err = call(capsys, "check", made, "--resimulate", "1", "--file", other)
    assert code == 1 and "The file must describe what filled" in err and "60" in err and "61" in err
    (done / "study.toml").unlink()
    code, _, err = call(capsys, "check", done, "--resimulate", "1")
    assert code == 1 and "--file FILE.toml" in err and "evo.study(...)" in err
    assert call(capsys, "check", done, "--resimulate", "1", "--file", file)[0] == 0


# ---------------------------------------------------------------------------------------------------- figures and files


def test_draw(made, tmp_path, capsys):
    code, out, _ = call(
        capsys, "draw", made, "--x", "n", "--y", "steps/n", "--where", "c=1.0", "--out", tmp_path / "mine"
    )
    assert code == 0 and out.split() == [str(tmp_path / f"mine.{form}") for form in ("png", "pdf", "csv")]
    rows = pl.read_csv(tmp_path / "mine.csv")
    means = Study.read(made).frame().filter(pl.col("c") == 1.0).group_by("n").len()
    assert set(rows["x"]) >= set(means["n"])


@pytest.mark.parametrize("kind", ["distribution", "survival"])
def test_other_figures(made, tmp_path, capsys, kind):
    words = ["--kind", kind, "--x", "evaluations", "--where", "c=0.5,1.0", "n=12", "--out", tmp_path / "x.png"]
    code, out, _ = call(capsys, "draw", made, *words)
    assert code == 0 and out == f"{tmp_path / 'x.png'}\n" and (tmp_path / "x.png").is_file()


@pytest.mark.parametrize(
    ("kind", "axis"),
    [("fixed-target", ["--x", "best_value"]), ("fixed-budget", ["--y", "best_value"]), ("trajectory", [])],
)
def test_figures_of_records(made, tmp_path, capsys, kind, axis):
    code, out, _ = call(capsys, "draw", made, "--kind", kind, *axis, "--where", "n=20", "--out", tmp_path / "x.png")
    assert code == 0 and out == f"{tmp_path / 'x.png'}\n"


def test_export_for_the_ioh_profiler(made, tmp_path, capsys):
    from evo.studies.ioh import read_ioh

    code, out, _ = call(capsys, "export", made, "--format", "ioh", "--out", tmp_path / "all")
    assert code == 0 and out == f"{tmp_path / 'all'}\n"
    found, wanted = read_ioh(tmp_path / "all").runs, Study.read(made).frame()
    assert sorted(found["evaluations"].to_list()) == sorted(wanted["evaluations"].to_list())
    assert call(capsys, "export", made, "--format", "ioh", "--grid", "3", "--out", tmp_path / "thin")[0] == 0
    size = {name: sum(path.stat().st_size for path in (tmp_path / name).rglob("*.dat")) for name in ("all", "thin")}
    assert 0 < size["thin"] < size["all"]


def test_export(made, tmp_path, capsys):
    code, out, _ = call(capsys, "export", made, "--format", "csv", "--out", tmp_path / "csv")
    assert code == 0 and {Path(line).name for line in out.splitlines()} == {"runs.csv", "records.csv", "table.csv"}
    assert len(pl.read_csv(tmp_path / "csv" / "runs.csv")) == 24
