"""The one look of all figures: told apart by colour, by marker and dash, and by lightness in grey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib

#: text, axes and reference lines
INK = "#222222"
FAINT = "#767676"


@dataclass(frozen=True)
class Look:
    """How one series is drawn.

    Args:
        colour: of points and lines.
        marker: of points.
        dash: of lines, a matplotlib line style.
    """

    colour: str
    marker: str
    dash: Any


#: series in this order: apart for all common colour deficiencies, the first three from light to dark in grey; those
#: after the fourth are told apart in grey by marker and dash
LOOKS = (
    Look("#D98200", "o", "-"),
    Look("#1F77B4", "s", "-"),
    Look("#7A1E5C", "^", "-"),
    Look("#2E7D4F", "D", "-"),
    Look("#6FB6E8", "v", (0, (6, 1.5))),
    Look("#D77FAE", "P", (0, (3, 1.2))),
    Look("#2B2B2B", "X", (0, (6, 1.5, 1.2, 1.5))),
    Look("#C9A66B", "*", (0, (1.2, 1.2))),
)

_STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same figure on every machine
    "font.size": 9.0,
    "mathtext.fontset": "dejavusans",
    "axes.labelsize": 9.5,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": INK,
    "lines.linewidth": 1.4,
    "lines.markersize": 5.0,
    "legend.frameon": False,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,  # text stays text
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this look within the block, whatever the user's own settings are; they come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield
