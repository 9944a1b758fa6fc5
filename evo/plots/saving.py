"""Figures on disk: whole or not at all, and the same bytes for the same numbers."""

from __future__ import annotations

import io
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evo.core import checks
from evo.core.results import Runs
from evo.plots import distributions
from evo.plots.chart import Chart
from evo.plots.style import styled
from evo.statistics import Comparison

_MAKER = "evo-theory"
_SUFFIXES = (".png", ".pdf")
_DOTS = 200  # per inch


def save(
    figure: Chart | Figure,
    stem: str | os.PathLike[str],
    *,
    title: str = "",
    command: str = "",
    suffixes: tuple[str, ...] = _SUFFIXES,
) -> list[Path]:
    """Write a figure as PNG (200 dots per inch) and PDF, and a chart's numbers as CSV beside them.

    Files appear by renaming, so that a reader never sees half of one; they hold no time stamps.

    Args:
        figure: a chart, or any matplotlib figure.
        stem: the path without suffix, for example `results/x/figure`.
        title: for the metadata of the files.
        command: what makes this figure again; metadata "Comment" of the PNG, "Subject" of the PDF.
        suffixes: which of `.png` and `.pdf`.

    Returns:
        The paths that were written.
    """
    drawn = figure.figure if isinstance(figure, Chart) else figure
    metadata: dict[str, dict[str, Any]] = {
        ".png": {"Title": title, "Comment": command, "Software": _MAKER},
        ".pdf": {"Title": title, "Subject": command, "Creator": _MAKER, "CreationDate": None},
    }
    written: list[Path] = []
    with styled():
        canvas = FigureCanvasAgg(drawn)
        for suffix in suffixes:
            buffer = io.BytesIO()
            canvas.print_figure(buffer, format=suffix[1:], dpi=_DOTS, metadata=metadata[suffix])
            if isinstance(figure, Chart):
                drawn.set_layout_engine("none")  # once laid out, a chart stays so: the second format is cheap
            written.append(_write(Path(f"{os.fspath(stem)}{suffix}"), buffer.getvalue()))
    if isinstance(figure, Chart):
        written.append(_write(Path(f"{os.fspath(stem)}.csv"), figure.csv().encode()))
    return written


def draw(thing: Any, path: str | os.PathLike[str], *, title: str = "", command: str = "") -> list[Path]:
    """Draw a result into a file.

    Args:
        thing: what `Runs.compare(law)` gave, the result of `repeat`, a chart, or a matplotlib figure.
        path: ends in `.png` or `.pdf` for that file alone; without suffix for both and the numbers as CSV.
        title: for the metadata of the files.
        command: for the metadata of the files.

    Returns:
        The paths that were written.

    Raises:
        TypeError: for things that have no figure.
        ValueError: for a suffix of another format.
    """
    target = Path(path)
    if target.suffix not in ("", *_SUFFIXES):
        action = "Name a .png or .pdf, or leave the suffix out for both."
        raise checks.bad_value("path", str(path), "end in .png, .pdf or no suffix", action)
    if isinstance(thing, Comparison):
        figure: Chart | Figure = distributions.comparison(thing)
    elif isinstance(thing, Runs):
        figure = distributions.runs(thing)
    elif isinstance(thing, Chart | Figure):
        figure = thing
    else:
        allowed = "be a Comparison, Runs, a Chart or a matplotlib Figure"
        raise checks.bad_type("thing", thing, allowed, "Pass what evo.repeat or runs.compare(law) returned.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix:
        alone = figure.figure if isinstance(figure, Chart) else figure
        return save(alone, target.with_suffix(""), title=title, command=command, suffixes=(target.suffix,))
    return save(figure, target, title=title, command=command)


def _write(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".evo-{secrets.token_hex(8)}.partial")  # a name that stores know and clean up
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return path
