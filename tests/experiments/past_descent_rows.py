"""Tables as if measured, for the experiments on past descent directions."""

import numpy as np
import polars as pl


def planted(cells, values, *, runs=None, spread=0.01):
    """A table in which the columns of each cell have the means that `values(cell)` gives, with a relative spread."""
    frames = []
    for cell in cells:
        count = runs or cell.total
        shake = 1.0 + spread * np.resize([-1.0, 1.0], count)
        columns = {name: mean * shake for name, mean in values(cell).items()}
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), **columns}))
    return pl.concat(frames, how="diagonal")
