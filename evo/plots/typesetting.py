"""Expressions and numbers as text for axes: roman words, italic letters, powers of ten."""

from __future__ import annotations

import math
from typing import Any

_GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "lambda", "mu", "nu", "rho", "sigma", "tau", "chi", "kappa")
_STRENGTH = {"+": 1, "-": 1, "negative": 1, "*": 2, "/": 2, "^": 4}


def number_text(value: float, plain: float = 1e5) -> str:
    r"""A number of an axis: written out below `plain`, otherwise with a power of ten.

    Example:
        >>> number_text(0.5), number_text(20000.0), number_text(2e6)
        ('0.5', '20000', '$2\\times10^{6}$')
    """
    if value == 0.0 or 1e-3 <= abs(value) < plain or not math.isfinite(value):
        return f"{value:g}"
    mantissa, exponent = f"{value:.4e}".split("e")
    factor = f"{float(mantissa):g}"
    lead = "" if factor == "1" else "-" if factor == "-1" else rf"{factor}\times"
    return f"${lead}10^{{{int(exponent)}}}$"


def word_text(name: str) -> str:
    """A column as mathematics: a single letter italic, a Greek name as its letter, other words upright."""
    if len(name) == 1:
        return name
    if name in _GREEK:
        return rf"\{name}"
    return rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def typeset(node: Any) -> str:
    """An expression's tree as mathematics."""
    return _inside(node, 0)


def _inside(node: Any, strength: int) -> str:
    """The node, in parentheses where it binds less than its surroundings."""
    text = _bare(node)
    return rf"({text})" if _STRENGTH.get(node.kind, 5) < strength else text


def _bare(node: Any) -> str:
    kind, parts = node.kind, node.parts
    if kind == "number":
        return number_text(node.value).strip("$")
    if kind == "name":
        return word_text(node.value)
    if kind == "call":
        inner = parts[0]
        if node.value == "sqrt":
            return rf"\sqrt{{{_bare(inner)}}}"
        word = r"\log_2" if node.value == "log2" else rf"\mathrm{{{node.value}}}"
        simple = inner.kind in ("name", "number", "call")
        return rf"{word}\,{_bare(inner)}" if simple else rf"{word}({_bare(inner)})"
    if kind == "negative":
        return f"-{_inside(parts[0], 2)}"
    left, right = parts
    if kind == "^":
        base = _bare(left) if left.kind in ("name", "number") else rf"({_bare(left)})"
        return rf"{base}^{{{_bare(right)}}}"
    if kind == "*":
        joint = r"\cdot " if right.kind == "number" else r"\,"
        return rf"{_inside(left, 3 if left.kind == '/' else 2)}{joint}{_inside(right, 3)}"  # (a/b) c, not a/b c
    if kind == "/":
        return rf"{_inside(left, 2)}\,/\,{_inside(right, 3)}"
    return rf"{_inside(left, 1)} {kind} {_inside(right, 1 if kind == '+' else 2)}"
