"""Quantities as people write them, such as `steps/(n ln n)`: read by a small grammar, never run as code."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from evo.core import checks
from evo.plots.typesetting import typeset

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([^\W\d]\w*)|(\*\*|[-+*/^()]))")
_LONGEST = 200
_DEEPEST = 30
_CONSTANTS = {"e": math.e, "pi": math.pi}
_FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ln": np.log,
    "log2": np.log2,
    "sqrt": np.sqrt,
    "exp": np.exp,
}
_HOW = "Write for example 'steps/(n ln n)'; known are + - * / ^, ln, log2, sqrt, exp and parentheses."


class Node(NamedTuple):
    """A part of an expression: what it is, its own text or number, and the parts it joins."""

    #: number, name, call, negative, or one of + - * / ^
    kind: str
    value: Any
    parts: tuple[Node, ...] = ()


@final
@dataclass(frozen=True)
class Expression:
    """A quantity made of columns, numbers, `+ - * / ^`, `ln log2 sqrt exp` and parentheses.

    Neighbours are multiplied (`n ln n`); a function without parentheses takes the one power behind it, so that
    `ln n^2` is ln(n²) and `ln n / n` is (ln n)/n; `ln 2n` is refused. After a division neighbours are refused, since
    people read `steps/n ln n` in two ways. `e` and `pi` are the constants unless columns are called so. What is not
    defined (a division by 0, the logarithm of 0) is nan.

    Args:
        text: at most 200 characters.

    Raises:
        TypeError: if the text is none.
        ValueError: for text outside the grammar.

    Example:
        >>> quantity = Expression("steps/(n ln n)")
        >>> quantity.names
        ('steps', 'n')
        >>> quantity({"steps": [10.0, 1.0], "n": [10, 1]}).round(3).tolist()
        [0.434, nan]
    """

    text: str

    def __post_init__(self) -> None:
        checks.instance_of("expression", self.text, str, _HOW)
        if len(self.text) > _LONGEST:
            raise checks.bad_value("expression", self.text, f"have at most {_LONGEST} characters", "Shorten it.")
        object.__setattr__(self, "_tree", _Reader(self.text).tree())

    @property
    def tree(self) -> Node:
        """What was read."""
        return getattr(self, "_tree")  # noqa: B009

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in order of appearance; `e` and `pi` among them."""
        return tuple(dict.fromkeys(_names(self.tree)))

    @property
    def label(self) -> str:
        """The quantity as matplotlib typesets it."""
        return f"${typeset(self.tree)}$"

    def columns(self, known: Iterable[str], argument: str = "expression") -> tuple[str, ...]:
        """The columns that are needed, all of them among `known`.

        Raises:
            ValueError: for an unknown name, with the nearest known one.
        """
        existing = set(known)
        needed = tuple(name for name in self.names if name in existing or name not in _CONSTANTS)
        for name in needed:
            if name not in existing:
                hint = "Use ln or log2." if name == "log" else checks.nearest(name, existing)
                raise checks.bad_value(argument, self.text, f"name columns only, and {name!r} is none", hint)
        return needed

    def __call__(self, columns: Mapping[str, Any]) -> np.ndarray:
        """The quantity per row.

        Args:
            columns: arrays of numbers of equal lengths, or numbers, by name; infinite run times stay infinite.

        Raises:
            ValueError: for unknown names.
            TypeError: for columns that hold no numbers.
        """
        arrays: dict[str, np.ndarray] = {}
        for name in self.columns(columns):
            array = np.asarray(columns[name])
            if array.dtype.kind not in "biuf":
                action = "Use it in by= or where= instead."
                raise checks.bad_type("expression", self.text, f"join numbers, and {name!r} holds none", action)
            arrays[name] = array.astype(np.float64)
        with np.errstate(all="ignore"):
            return np.asarray(_evaluate(self.tree, arrays), dtype=np.float64)


def _names(node: Node) -> Iterable[str]:
    if node.kind == "name":
        yield node.value
    for part in node.parts:
        yield from _names(part)


def _evaluate(node: Node, arrays: Mapping[str, np.ndarray]) -> Any:
    if node.kind == "number":
        return np.float64(node.value)
    if node.kind == "name":
        return arrays[node.value] if node.value in arrays else np.float64(_CONSTANTS[node.value])
    found = [_evaluate(part, arrays) for part in node.parts]
    if node.kind == "negative":
        return -found[0]
    if node.kind == "call":
        if node.value in ("ln", "log2"):
            found[0] = np.where(found[0] == 0.0, np.nan, found[0])
        return _FUNCTIONS[node.value](found[0])
    left, right = found
    if node.kind == "+":
        return left + right
    if node.kind == "-":
        return left - right
    if node.kind == "*":
        return left * right
    if node.kind == "/":
        return left / np.where(right == 0.0, np.nan, right)
    return np.power(np.where((left == 0.0) & (right < 0.0), np.nan, left), right)


class _Reader:
    """Reads text from left to right by one rule per kind of precedence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self.depth = 0
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if found is None:
                raise self.wrong(f"{text[place:].strip()[0]!r} is not known")
            number, name, sign = found.groups()
            if sign == "**":
                raise self.wrong("a power is written with ^")
            self.tokens.append(("number", number) if number else ("name", name) if name else ("sign", sign))
            place = found.end()

    def wrong(self, why: str) -> ValueError:
        return checks.bad_value("expression", self.text, f"follow the grammar: {why}", _HOW)

    def next(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in [("sign", sign) for sign in signs]

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def tree(self) -> Node:
        if not self.tokens:
            raise self.wrong("it is empty")
        found = self.sum()
        if self.at < len(self.tokens):
            raise self.wrong(f"nothing can follow before {self.tokens[self.at][1]!r}")
        return found

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong(f"parentheses stand {_DEEPEST} deep at most")
        found = self.product()
        while self.next("+", "-"):
            found = Node(self.take(), None, (found, self.product()))
        self.depth -= 1
        return found

    def product(self) -> Node:
        if self.next("-"):
            self.take()
            return Node("negative", None, (self.product(),))
        found, divided = self.power(), False
        while self.at < len(self.tokens) and not self.next("+", "-", ")"):
            if self.next("*", "/"):
                sign = self.take()
                divided = sign == "/"
                found = Node(sign, None, (found, self.power()))
            elif self.next("^"):
                raise self.wrong("powers of powers need parentheses")
            elif divided:
                raise self.wrong("a product behind a division needs parentheses, as in a/(b c), or a * as in a/b*c")
            else:
                found = Node("*", None, (found, self.power()))
        return found

    def power(self) -> Node:
        base = self.atom()
        if not self.next("^"):
            return base
        self.take()
        if self.next("-"):
            self.take()
            return Node("^", None, (base, Node("negative", None, (self.atom(),))))
        return Node("^", None, (base, self.atom()))

    def atom(self) -> Node:
        if self.at >= len(self.tokens):
            raise self.wrong("something is missing at the end")
        kind, text = self.tokens[self.at]
        if kind == "number":
            self.take()
            return Node("number", float(text))
        if kind == "name":
            self.take()
            if text not in _FUNCTIONS:
                return Node("name", text)
            if self.next("("):
                return Node("call", text, (self.atom(),))
            if self.at >= len(self.tokens) or self.next("+", "-", "*", "/", "^", ")"):
                raise self.wrong(f"{text} needs something behind it, as in {text} n")
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.wrong(f"functions stand {_DEEPEST} deep at most")
            found = Node("call", text, (self.power(),))
            if found.parts[0].kind == "number" and self.at < len(self.tokens) and self.tokens[self.at][0] == "name":
                raise self.wrong(f"{text} of a product needs parentheses, as in {text}(2 n) or ({text} 2) n")
            self.depth -= 1
            return found
        if not self.next("("):
            raise self.wrong(f"something is missing before {text!r}")
        self.take()
        found = self.sum()
        if not self.next(")"):
            raise self.wrong("a parenthesis is not closed")
        self.take()
        return found
