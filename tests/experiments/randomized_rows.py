"""Rows of experiments on learned randomized algorithms with planted successes."""

import numpy as np
import polars as pl

from theory.randomized import majority


def planted(cells, repetitions, worst_of, *, together=None, spread=0.4, excess=0.0):
    """One frame of all cells; every second training is a little better, the others a little worse.

    `worst_of(kind, q)` is the success on the worst input, `together(success, S)` that of S answers, by default of the
    majority; `excess` is added to it.
    """
    together = (lambda p, S: float(majority(p, S))) if together is None else together
    frames = []
    for cell in cells:
        for run in range(cell.runs):
            worst = np.clip(worst_of(cell.series, cell.x) * (1.0 + 0.01 * (-1.0) ** run), 0.0, 1.0)
            error = np.linspace(1.0 - worst, 0.0, cell.inputs)
            columns = {"cell": [cell.label] * cell.inputs, "run": run * cell.inputs + np.arange(cell.inputs)}
            columns |= {"seed": np.full(cell.inputs, run), "input": np.arange(cell.inputs), "error": error}
            columns |= {"spread": np.full(cell.inputs, spread * (1.0 + 0.01 * run)), "loss": error}
            columns |= {"found": np.full(cell.inputs, np.nan), "confirmed": np.full(cell.inputs, 1.0 - worst)}
            for S in repetitions:
                planted_success = together(float(worst), S) + excess * (1.0 + 0.01 * run)
                columns |= {f"together {S}": error**S, f"worst {S}": np.full(cell.inputs, 1.0 - planted_success)}
            frames.append(pl.DataFrame(columns))
    return pl.concat(frames)
