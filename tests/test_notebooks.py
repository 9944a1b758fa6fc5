"""Notebooks run at their smallest sizes, and the executed copies hold the same source."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import jupytext
import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("*.py"))
#: parts of one's own are compiled in every process; so few steps are sooner made in plain Python
PLAIN = {"hidden_subset", "your_own_parts"}
#: what they show is tested elsewhere, and they compile for long
LONG = {"learning_randomness", "phase_transition"}
RUNS = [
    pytest.param(script, script.stem in PLAIN, id=script.stem, marks=[pytest.mark.slow] * (script.stem in LONG))
    for script in SCRIPTS
]
RUNS += [
    pytest.param(script, False, id=f"{script.stem}, compiled", marks=pytest.mark.slow)
    for script in SCRIPTS
    if script.stem in PLAIN
]


@pytest.mark.parametrize(("script", "plain"), RUNS)
def test_runs(script, plain, tmp_path):
    environment = {**os.environ, "EVO_SMOKE": "1", "MPLBACKEND": "agg", "PYTHONPATH": str(FOLDER.parent)}
    environment |= {"NUMBA_DISABLE_JIT": "1"} if plain else {}
    run = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_executed_copy_has_the_same_source(script):
    written, executed = jupytext.read(script), jupytext.read(script.with_suffix(".ipynb"))
    assert [cell.source for cell in written.cells] == [cell.source for cell in executed.cells]
    assert all(cell.get("execution_count") for cell in executed.cells if cell.cell_type == "code")


def test_there_is_a_notebook():
    assert SCRIPTS
