"""Parameters of a study as experiment attributes, which are strings, and back."""

from __future__ import annotations

import ast
import warnings
from typing import Any

__all__ = ["parsed", "spelled"]

_NOT = (ValueError, SyntaxError, MemoryError, RecursionError)


def spelled(value: Any) -> str:
    """A plain value as text; text that could be taken for an expression is quoted, as iohinspector evaluates it.

    Example:
        >>> spelled(0.5), spelled("two rate"), spelled("max")
        ('0.5', 'two rate', "'max'")
    """
    if not isinstance(value, str):
        return repr(value)
    return repr(value) if _expression(value) or parsed(value) != value else value


def parsed(text: str) -> Any:
    """The value of an attribute: a number, a truth value or text; nothing is evaluated.

    Example:
        >>> parsed("0.5"), parsed("two rate"), parsed("'max'")
        (0.5, 'two rate', 'max')
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            value = ast.literal_eval(text)
    except _NOT:
        return float(text) if text in ("inf", "-inf", "nan") else text
    return value if isinstance(value, int | float | str | bool) else text


def _expression(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text.strip(), mode="eval")
    except _NOT:
        return False
    return True
