"""Words of the command line into dataclasses."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, get_args, get_type_hints

import tyro

from evo.core import checks

T = TypeVar("T")

_WIDTH = 80


def parse(kind: Callable[..., T], words: Sequence[str], program: str, description: str | None = None) -> T:
    """Parse words; prints the help or what is wrong and raises `SystemExit` where that ends it.

    Args:
        kind: a dataclass, or a function of dataclasses.
        words: after the command's name.
        program: how the command is called.
        description: above the options; the class's docstring if None.

    Raises:
        ValueError: for an option that wants a number and has something else.
    """
    if description is None and {"-h", "--help"} & set(words):
        print(_laid_out(inspect.getdoc(kind) or "") + "\n")  # the parser would join its lines
    _refuse_no_numbers(kind, words)
    options: dict[str, Any] = {"config": (tyro.conf.FlagCreatePairsOff,)}
    return tyro.cli(kind, args=list(words), prog=program, description=description or "", **options)


def one_of(option: str, value: str, allowed: Iterable[str]) -> str:
    """The value of an option that has a few, which its help lists.

    Raises:
        ValueError: for another value, with the nearest one.
    """
    known = tuple(allowed)
    if value not in known:
        raise checks.bad_value(option, value, f"be one of {', '.join(known)}", checks.nearest(value, known))
    return value


def _refuse_no_numbers(kind: Callable[..., Any], words: Sequence[str]) -> None:
    """Say in words of the command what the parser would say in types, such as '{None}|INT'."""
    for field in dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ():
        hint = get_type_hints(kind)[field.name]
        number = next((made for made in (int, float) if made is hint or made in get_args(hint)), None)
        got = peek(words, (), field.name) if number else None
        if number is None or got is None:
            continue
        try:
            number(got)
        except ValueError:
            allowed = "be an integer" if number is int else "be a number"
            action = f"Pass for example --{field.name} {10 if number is int else 0.95}."
            raise checks.bad_value(f"--{field.name}", got, allowed, action) from None


def _laid_out(text: str) -> str:
    """A docstring with its paragraphs as wide as the options below them; indented lines stay as they are."""
    shown: list[str] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line and not line.startswith(" "):
            paragraph.append(line)
            continue
        shown += [*textwrap.wrap(" ".join(paragraph), _WIDTH), line]
        paragraph = []
    return "\n".join(shown).rstrip()


def peek(words: Sequence[str], without_value: Sequence[str], option: str | None = None) -> str | None:
    """Look at words before they are parsed: the value of an option, or the first word that belongs to none.

    Only the words up to the first positional one and options of one value need to be understood here; everything is
    parsed properly afterwards.

    Args:
        words: after the command's name.
        without_value: options that take no value.
        option: the name of the option; None for the positional word.
    """
    place = 0
    while place < len(words):
        word = words[place]
        name, equals, value = word.partition("=")
        if option is not None and name == f"--{option}":
            if equals:
                return value
            return words[place + 1] if place + 1 < len(words) else None
        if not word.startswith("-"):
            if option is None:
                return word
        elif option is None and not equals and word not in (*without_value, "-h", "--help"):
            place += 1
        place += 1
    return None
