"""A million runs: memory of the driver, size of the folder, and time of the table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import evo

SCRIPT = """
import json, pathlib, resource, time
import evo
from evo import discrete as d

cells = {"ea": lambda n: (d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(n))}
began = time.monotonic()
study = evo.study(cells, n=100, runs=10**6, seed=0, out="study", progress=False)
studied = time.monotonic()
table = study.table()
tabled = time.monotonic()
print(json.dumps({
    "seconds": studied - began,
    "seconds of the table": tabled - studied,
    "MB of memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "MB of the folder": sum(path.stat().st_size for path in pathlib.Path("study").rglob("*") if path.is_file()) / 1e6,
    "runs": table["runs"].to_list(),
}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss counts kilobytes on Linux only")
def test_a_million_runs(tmp_path):
    environment = {**__import__("os").environ, "PYTHONPATH": str(Path(evo.__file__).parents[1])}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    print(found)
    assert found["runs"] == [10**6]
    assert found["MB of memory"] < 500
    assert found["MB of the folder"] < 100
    assert found["seconds of the table"] < 10
