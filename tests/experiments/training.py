"""Rows of training experiments as if measured."""

import numpy as np
import polars as pl


def planted_runs(cells, first, last, cosine, runs=None):
    """Losses that fall geometrically from `first` to `last(arm, setting, rate)`; `cosine(arm, setting)` at all looks.

    The runs differ by a hundredth.
    """
    frames = []
    for cell in cells:
        setting, arm = cell.series
        for run in range(runs or cell.runs):
            spread = 1.0 + 0.01 * (-1.0) ** run
            end = last(arm, setting, cell.x) * spread
            looks = np.arange(cell.width)
            columns = {
                "cell": [cell.label] * cell.width,
                "run": run * cell.width + looks,
                "seed": np.full(cell.width, run),
                "generation": looks * (cell.generations // cell.looks),
                "evaluations": 32.0 * looks,
                "loss": first * (end / first) ** (looks / cell.looks),
                "cosine": np.full(cell.width, cosine(arm, setting) * spread),
                "held_out_loss": np.full(cell.width, 0.1),
                "held_out_accuracy": np.ones(cell.width),
            }
            frames.append(pl.DataFrame(columns))
    return pl.concat(frames)
