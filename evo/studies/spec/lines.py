"""On which line of a TOML text each key and each item of a list stands.

The parser of the standard library does not tell. The text was read by it before, so that it is valid here.
"""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple, final

__all__ = ["line_of", "lines"]

_TOKEN = re.compile(
    r"""
    (?P<skip>[ \t\r]+|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<mark>[\[\]{}=,.])
    |(?P<word>[^\s\[\]{}=,."'\#]+)
    """,
    re.VERBOSE | re.DOTALL,
)

Steps = tuple[str | int, ...]


def lines(text: str) -> dict[Steps, int]:
    r"""The line, counted from 1, of every key and list item.

    Args:
        text: valid TOML.

    Returns:
        Lines by the steps from the root: keys as strings, positions in lists as integers from 0.

    Example:
        >>> lines('a = 1\n[[cell]]\nb = {c = 2}')[("cell", 0, "b", "c")]
        3
    """
    walk = _Walk(text)
    walk.document()
    return walk.found


def line_of(text: str, steps: Steps) -> int | None:
    """The line of a place, or of the innermost table around it that stands in the text.

    Args:
        text: valid TOML.
        steps: of the place, as in `lines`.
    """
    found = lines(text)
    for length in range(len(steps), 0, -1):
        if steps[:length] in found:
            return found[steps[:length]]
    return None


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


@final
class _Walk:
    """One pass over the tokens."""

    def __init__(self, text: str) -> None:
        self.found: dict[Steps, int] = {}
        self._arrays: dict[Steps, int] = {}
        self._tokens = _tokens(text)
        self._next = 0

    def document(self) -> None:
        table: Steps = ()
        while (token := self._peek()).kind != "end":
            if token.kind == "newline":
                self._next += 1
            elif token.text == "[" and token.kind == "mark":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Steps:
        line = self._take().line
        several = self._peek().text == "["
        self._next += several
        keys = self._keys()
        self._next += 1 + several  # the closing brackets
        path: Steps = ()
        for key in keys:
            path = (*path, key)
            last = key is keys[-1]
            if last and several:
                self.found.setdefault(path, line)
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
            if last:
                self.found[path] = line
        return path

    def _pair(self, table: Steps) -> None:
        line = self._peek().line
        path = table
        for key in self._keys():
            path = (*path, key)
            self.found.setdefault(path, line)
        self._next += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[str]:
        keys = [_key(self._take())]
        while self._peek().text == ".":
            self._next += 1
            keys.append(_key(self._take()))
        return keys

    def _value(self, path: Steps) -> None:
        token = self._take()
        if token.kind == "mark" and token.text == "{":
            while not self._closed("}"):
                self._pair(path)
        elif token.kind == "mark" and token.text == "[":
            place = 0
            while not self._closed("]"):
                self.found[*path, place] = self._peek().line
                self._value((*path, place))
                place += 1
        elif token.kind == "word":
            while self._peek().kind == "word" or self._peek().text == ".":  # the rest of a number or of a date
                self._next += 1

    def _closed(self, mark: str) -> bool:
        """Skip what stands between items; whether the closing mark was reached, which is skipped too."""
        while self._peek().kind == "newline" or self._peek().text == ",":
            self._next += 1
        if self._peek().text == mark:
            self._next += 1
            return True
        return self._peek().kind == "end"

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "skip":
            found.append(_Token(kind, match[0], line))
        line += match[0].count("\n")
    return [*found, _Token("end", "", line)]


def _key(token: _Token) -> str:
    return tomllib.loads(f"key = {token.text}")["key"] if token.kind == "text" else token.text
