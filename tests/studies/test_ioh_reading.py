"""Folders of other writers, and damaged ones."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from evo.studies import IohFunction, export_ioh, read_ioh

from .ioh_tables import CELLS, study_frames

FOLDERS = Path(__file__).parent / "ioh_folders"


def test_present_logger():
    tables = read_ioh(FOLDERS / "present")
    named = tables.runs.columns
    assert named[:7] == ["cell", "algorithm", "function", "n", "instance", "budget", "run"] and named[-1] == "rate"
    runs = tables.runs.filter(function="OneMax")
    assert runs["n"].to_list() == [8, 8, 16, 16] and runs["run"].to_list() == [0, 1, 0, 1]
    assert runs["evaluations"].to_list() == [15, 52, 40, 40] and runs["hit"].to_list() == [15, 52, 0, 0]
    assert runs["steps"].to_list() == [14.0, 51.0, math.inf, math.inf]
    assert runs["reached"].to_list() == [True, True, False, False]
    assert runs["reason"].to_list() == ["target", "target", "unknown", "unknown"]
    assert set(runs["budget"]) == {400} and runs["rate"][0] == 1 / 21
    first = tables.records.filter(function="OneMax", n=8, run=0)
    assert first.select("steps", "evaluations", "value", "best_value", "flips").rows() == [
        (0, 1, 5.0, 5.0, 0.0),
        (3, 4, 6.0, 6.0, 1.0),
        (7, 8, 7.0, 7.0, 1.0),
        (14, 15, 8.0, 8.0, 1.0),
    ]
    assert set(tables.functions.values()) == {
        IohFunction("OneMax", 1, True, "unknown_suite"),
        IohFunction("LeadingOnes", 2, True, "unknown_suite"),
    }


def test_old_logger():
    """The index knows the evaluations of the best value only; the last line has those of the run."""
    tables = read_ioh(FOLDERS / "old")
    assert tables.runs["evaluations"].to_list() == [40, 40, 11, 60] or tables.runs["evaluations"].to_list() == [
        11,
        60,
        40,
        40,
    ]
    runs = tables.runs.filter(n=8)
    assert runs["evaluations"].to_list() == [11, 60] and runs["value"].to_list() == [8.0, 7.0]
    assert runs["hit"].to_list() == [11, 0] and set(runs["algorithm"]) == {"my EA"}
    last = tables.records.filter(n=8, run=1)[-1]
    assert last.select("evaluations", "value", "best_value").row(0) == (60, 5.0, 7.0)


OLDEST_INDEX = """suite = 'PBO', funcId = 2, DIM = 4, algId = 'EA', algInfo = 'x'
%
data/a.dat, 1:9|3.00000e+00, 2:5|4.00000e+00
"""
OLDEST_DATA = """"function evaluation" "current f(x)" "best-so-far f(x)" "current af(x)+b"  "best af(x)+b" "rate"\x20
1 +2.00000e+00 +2.00000e+00 +2.00000e+00 +2.00000e+00 0.25
7 +3.00000e+00 +3.00000e+00 +3.00000e+00 +3.00000e+00 0.50
"function evaluation" "current f(x)" "best-so-far f(x)" "current af(x)+b"  "best af(x)+b" "rate"\x20
1 +0.00000e+00 +0.00000e+00 +0.00000e+00 +0.00000e+00 0.25
5 +4.00000e+00 +4.00000e+00 +4.00000e+00 +4.00000e+00 0.50
"""


def test_the_first_loggers(tmp_path):
    """They left out names and sense of the PBO suite, and repeated blanks."""
    (tmp_path / "data").mkdir()
    (tmp_path / "IOHprofiler_f2_i1.info").write_text(OLDEST_INDEX)
    (tmp_path / "data" / "a.dat").write_text(OLDEST_DATA)
    tables = read_ioh(tmp_path)
    assert tables.runs.select("function", "instance", "evaluations", "hit", "value").rows() == [
        ("LeadingOnes", 1, 9, 0, 3.0),
        ("LeadingOnes", 2, 5, 5, 4.0),
    ]
    assert tables.records.select("evaluations", "value", "rate").rows()[2:] == [(1, 0.0, 0.25), (5, 4.0, 0.5)]


@pytest.mark.parametrize("optimum", [None, 6.0], ids=["ended there", "went on"])
def test_ioh_folders_can_be_written_again(optimum, results):
    tables = read_ioh(FOLDERS / "present", optimum=optimum)
    again = read_ioh(export_ioh(tables[:2], results, function=tables.functions))
    assert again.runs.equals(tables.runs) and again.runs.columns == tables.runs.columns
    assert again.records.equals(tables.records) and again.functions == tables.functions


@pytest.mark.parametrize("optimum", [6.0, lambda name, n: n - 2 if name == "OneMax" else None])
def test_an_optimum_that_the_caller_knows(optimum):
    runs = read_ioh(FOLDERS / "present", optimum=optimum).runs.filter(function="OneMax", n=8)
    assert runs["hit"].to_list() == [4, 11] and set(runs["reason"]) == {"unknown"}


@pytest.fixture
def folder(results):
    return export_ioh(study_frames(CELLS[:1]), results, function="OneMax")


def change(folder, kind, alter):
    (path,) = folder.rglob(kind)
    path.write_text(alter(path.read_text()))


def test_lines_of_a_killed_run_are_left_out(tmp_path):
    folder = shutil.copytree(FOLDERS / "present", tmp_path / "copy")
    path = folder / "data_f1_OneMax" / "IOHprofiler_f1_DIM8.dat"
    path.write_text(path.read_text() + "evaluations raw_y flips\n1 3.0 0.0\n")
    with pytest.warns(UserWarning, match="has lines of 1 more runs than IOHprofiler_f1_OneMax.json knows"):
        assert read_ioh(folder).runs.equals(read_ioh(FOLDERS / "present").runs)


def test_a_run_that_the_logger_forgot_is_told_by_its_evaluations(tmp_path):
    folder = shutil.copytree(FOLDERS / "present", tmp_path / "copy")
    path = folder / "data_f1_OneMax" / "IOHprofiler_f1_DIM8.dat"
    path.write_text("evaluations raw_y flips\n10 3.0 0.0\n" + path.read_text())
    with pytest.warns(UserWarning, match="has lines of 1 more runs than IOHprofiler_f1_OneMax.json knows"):
        assert read_ioh(folder).runs.equals(read_ioh(FOLDERS / "present").runs)


def test_numbers_that_left_32_bits(tmp_path):
    folder = shutil.copytree(FOLDERS / "present", tmp_path / "copy")
    path = folder / "data_f1_OneMax" / "IOHprofiler_f1_DIM8.dat"
    path.write_text(path.read_text().replace("\n8 7.0", "\n-2147483000 7.0"))
    with pytest.raises(ValueError, match=r"must have evaluation numbers that ascend .* keep them in 32 bits"):
        read_ioh(folder)


@pytest.mark.parametrize(
    ("kind", "alter", "message"),
    [
        (
            "*.dat",
            lambda text: text.replace("1 4.0", "2 4.0"),
            "run 1 must have lines from evaluation 1 to 25; got 2 to 25",
        ),
        (
            "*.dat",
            lambda text: text[: text.rindex("evaluations")],
            "must hold the lines of the 3 runs in .* those of 2",
        ),
        ("*.dat", lambda text: text.rsplit("\n", 2)[0] + "\n", "run 3 must have lines .* to 27; got 1 to 11"),
        (
            "*.dat",
            lambda text: text.replace("25 8", "x 8"),
            "must hold evaluation numbers in its first column; got 'x'",
        ),
        ("*.json", lambda text: text[:-5], "must be an IOHprofiler index; JSONDecodeError"),
        (
            "*.json",
            lambda text: text.replace("function_id", "id"),
            "must be an IOHprofiler index; KeyError: 'function_id'",
        ),
    ],
)
def test_damage(folder, kind, alter, message):
    change(folder, kind, alter)
    with pytest.raises(ValueError, match=message):
        read_ioh(folder)


def test_a_missing_data_file(folder):
    next(folder.rglob("*.dat")).unlink()
    with pytest.raises(FileNotFoundError):
        read_ioh(folder)


def test_files_of_coco_are_refused(tmp_path):
    (tmp_path / "bbobexp.info").write_text(
        "funcId = 1, DIM = 2, Precision = 1e-8, algId = 'x'\n%\ndata.dat, 1:10|1e-9\n"
    )
    with pytest.raises(ValueError, match=r"must be an IOHprofiler index; ValueError: it is one of COCO"):
        read_ioh(tmp_path)


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"`folder` must hold IOHprofiler index files .* does not exist"):
        read_ioh(tmp_path / "none")
