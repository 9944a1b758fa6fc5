"""Tables of a made-up study, and the packages that the tests of IOHprofiler folders compare with."""

from __future__ import annotations

import json
import math

import polars as pl

CELLS = [("static", 8, 0.5, None), ("static", 8, 1.0, None), ("rule", 8, None, "max"), ("static", 16, 0.5, None)]


def study_frames(cells=CELLS, runs=3):
    """Frames as a study gives them: two algorithms, a parameter of each, one capped run, NaN where nothing was seen."""
    rows, lines = [], []
    for algorithm, n, c, rule in cells:
        named = "".join(f" {name}={value}" for name, value in (("n", n), ("c", c), ("rule", rule)) if value is not None)
        labels = {"cell": f"{algorithm}{named}", "algorithm": algorithm, "n": n, "c": c, "rule": rule}
        for run in range(runs):
            steps, reached = 3 * n + run, run != 1
            for step, value in ((0, n // 2), (n + run, n - 1), (steps, n if reached else n - 1)):
                rate = math.nan if step == 0 else 1 / (n + step)
                lines.append(
                    labels
                    | {"run": run, "steps": step, "evaluations": step + 1, "best_value": float(value), "the rate": rate}
                )
            rows.append(
                labels
                | {
                    "run": run,
                    "steps": float(steps) if reached else math.inf,
                    "spent": steps,
                    "evaluations": steps + 1,
                    "hit": steps + 1 if reached else 0,
                    "reached": reached,
                    "value": float(n if reached else n - 1),
                    "reason": "target" if reached else "steps",
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None), pl.DataFrame(lines, infer_schema_length=None)


def index_of(folder):
    """The contents of the only index file."""
    (path,) = folder.rglob("*.json")
    return json.loads(path.read_text())


def lines_of(folder):
    """The lines of the only data file, split at blanks."""
    (path,) = folder.rglob("*.dat")
    return [line.split(" ") for line in path.read_text().splitlines()]
