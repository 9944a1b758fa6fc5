"""Words of axes and titles, with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evo.plots.expressions import Expression

_UNITS = {
    "steps": "run time $T$ in steps",
    "evaluations": "run time in evaluations",
    "hit": "evaluations up to the first optimum",
    "spent": "steps spent, capped runs included",
    "n": "string length $n$ in bits",
    "c": "mutation strength $c$",
    "strength": "mutation strength",
    "rate": "mutation rate",
    "zeros": "zero-bits",
    "value": "value",
}
_LONGEST = 36  # characters along the y axis
#: other words for times
ALONG = {"steps": "steps", "evaluations": "evaluations"}
BUDGET = {"steps": "budget in steps", "evaluations": "budget in evaluations"}
REACHING = {"steps": "time to reach it in steps", "evaluations": "time to reach it in evaluations"}


def axis_words(quantity: Expression, centre: str = "", *, times: Mapping[str, str] | None = None) -> str:
    """The label of an axis: a column with its unit, or the expression, and what centre of it is drawn."""
    text = quantity.text.strip()
    known = {**_UNITS, **(times or {})}
    if text in known:
        words = f"{known[text]}, {centre}" if centre else known[text]
        return words if len(words) <= _LONGEST else f"{known[text]},\n{centre}"
    if not centre:
        return quantity.label
    return f"{centre} of{chr(10) if len(centre) + len(text) > _LONGEST - 4 else ' '}{quantity.label}"


def counted(sizes: Sequence[int], noun: str) -> str:
    """How many there are, one number or a range.

    Example:
        >>> counted([3, 5], "run"), counted([1], "run")
        ('3 to 5 runs', '1 run')
    """
    low, high = min(sizes), max(sizes)
    return f"{low} {noun}{'' if low == 1 else 's'}" if low == high else f"{low} to {high} {noun}s"
