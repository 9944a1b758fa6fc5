"""Training in a folder: cut anywhere, the result is that of an uninterrupted run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import evo
from evo.core import files
from evo.core.file_lock import FileLock
from evo.estimators import AntitheticEs
from evo.testing.trees import difference
from evo.training import FolderInUseError, Metric, driver, train
from tests.training.tasks import ES, Line

RECORD = evo.LogGrid(4, evo.value, Metric("bias"))


def here(folder, steps=25, **options):
    stop = options.pop("stop", evo.Steps(steps))
    return train(
        options.pop("es", ES), Line(), seed=options.pop("seed", 2), stop=stop, folder=folder, record=RECORD, **options
    )


def same(left, right):
    names = ("candidate", "value", "steps", "evaluations", "hit", "reason")
    found = [difference(getattr(left, name), getattr(right, name)) for name in names]
    return found == [None] * len(names) and difference(left.trace.columns, right.trace.columns) is None


@pytest.fixture(scope="module")
def whole():
    return evo.run(ES, Line(), seed=2, stop=evo.Steps(25), record=RECORD)


def test_a_folder_changes_nothing(results, whole):
    assert same(here(results, every=7), whole)
    assert sorted(file.name for file in results.iterdir()) == ["state.evo", "training.lock"]
    assert same(here(results, every=7), whole)  # finished: once more the same


def test_later_stops_and_other_intervals_go_on(results, whole):
    for steps in (0, 3, 11):
        assert here(results, steps, every=4).steps == steps
    assert same(here(results, every=10), whole)


@pytest.mark.parametrize("calls", [1, 2, 4, 6])
def test_cut_between_blocks_it_goes_on(results, whole, monkeypatch, calls):
    left, honest = [calls], driver.run_block

    def cut(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return honest(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(driver, "run_block", cut)
        with pytest.raises(KeyboardInterrupt):
            here(results, every=3)
    assert same(here(results, every=5), whole)


def test_stops_other_than_steps(results):
    for stop in (evo.Evaluations(50), evo.Stagnation(4) | evo.Steps(99), evo.Target(0.5) | evo.Steps(500)):
        folder = results / type(stop.parts()[0]).__name__
        alone = evo.run(ES, Line(), seed=2, stop=stop, record=RECORD)
        assert same(here(folder, stop=stop, every=3), alone) and same(here(folder, stop=stop, every=3), alone)


def test_another_configuration_is_refused_with_the_difference(results):
    here(results, 3)
    other = evo.GradientDescent(AntitheticEs(pairs=2, sigma=0.07), ES.transformation)
    with pytest.raises(
        ValueError, match=r"`folder` .* another run:\n  optimizer.*sigma.* -> 0.07.*\nChoose another folder"
    ):
        here(results, es=other)
    with pytest.raises(ValueError, match=r"`seed` must be the one of `folder`"):
        here(results, seed=3)
    with pytest.raises(ValueError, match=r"start"):
        here(results, start={"w": 1.0, "b": 2.0})
    assert here(results, 4).steps == 4


def test_a_foreign_folder_is_left_alone(results):
    results.mkdir()
    (results / "thesis.tex").write_text("mine")
    with pytest.raises(ValueError, match=r"must be new, empty, or of a training; .* holds thesis\.tex"):
        here(results)
    assert [file.name for file in results.iterdir()] == ["thesis.tex"]
    with pytest.raises(OSError, match="cannot be used"):
        here(results / "thesis.tex")


def test_two_at_once_are_refused(results):
    here(results, 2)
    lock = FileLock(results / "training.lock", lambda holder, hint: RuntimeError("held"))
    with pytest.raises(FolderInUseError, match=rf"in use by process {os.getpid()} on host .*Wait for it"):
        here(results)
    lock.release()
    assert here(results, 3).steps == 3


def test_a_full_disk_leaves_the_last_checkpoint(results, whole, monkeypatch):
    here(results, 6)
    with monkeypatch.context() as patch:
        patch.setattr(files, "open_new", lambda path: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
        with pytest.raises(OSError, match="the disk is full"):
            here(results)
    assert same(here(results), whole)


CODE = """
import sys
from pathlib import Path
from tests.training.test_folders import here
print("begins", flush=True)
here(Path(sys.argv[1]), 10**9, every=50)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_killed_it_goes_on(results):
    root = str(Path(evo.__file__).parents[1])
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", CODE, str(results)], cwd=root, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None and process.stdout.readline() == b"begins\n"
            before = (results / "state.evo").stat().st_mtime_ns if (results / "state.evo").exists() else 0
            for _ in range(600):
                if (results / "state.evo").exists() and (results / "state.evo").stat().st_mtime_ns > before:
                    break
                time.sleep(0.1)
            with pytest.raises(FolderInUseError):
                here(results, 1)
            time.sleep(0.3)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
    steps = here(results, 0).steps
    assert steps > 0 and steps % 50 == 0
    whole = evo.run(ES, Line(), seed=2, stop=evo.Steps(steps + 7), record=RECORD)
    assert same(here(results, steps + 7), whole)
