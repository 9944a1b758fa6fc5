"""Parts of a plan, for array jobs that share its blocks out among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from evo.core import checks
from evo.studies.plan import Block

__all__ = ["Part", "as_part", "share"]

Part: TypeAlias = tuple[int, int]

_FORM = re.compile(r"\s*([0-9]+)\s*/\s*([0-9]+)\s*")
_ALLOWED = "be a pair (i, m) with 1 <= i <= m, or a text such as '3/100'"
_ACTION = "The m jobs of an array take the parts 1/m to m/m."


def as_part(part: Part | str | None) -> Part | None:
    """Read which part of a plan one of several jobs does.

    Args:
        part: The pair (i, m) with 1 <= i <= m, or the text "i/m"; None for everything.

    Returns:
        The pair, or None.

    Raises:
        ValueError: If i is not in [1, m].
        TypeError: If it is neither a pair of integers nor a text.

    Example:
        >>> from evo.studies import as_part
        >>> as_part("3/100")
        (3, 100)
    """
    if part is None:
        return None
    pair: object = part
    if isinstance(part, str):
        form = _FORM.fullmatch(part)
        if form is None:
            raise checks.bad_value("part", part, _ALLOWED, _ACTION)
        pair = (int(form[1]), int(form[2]))
    if not isinstance(pair, tuple | list) or len(pair) != 2 or any(type(item) is not int for item in pair):
        raise checks.bad_type("part", part, _ALLOWED, _ACTION)
    number, count = pair
    if not 1 <= number <= count:
        raise checks.bad_value("part", part, _ALLOWED, _ACTION)
    return number, count


def share(blocks: Sequence[Block], part: Part | None) -> tuple[Block, ...]:
    """The blocks number i-1, i-1+m, i-1+2m, ... of a plan, so that each part goes from coarse to fine.

    Args:
        blocks: In plan order.
        part: The pair (i, m); None for everything.
    """
    if part is None:
        return tuple(blocks)
    number, count = part
    return tuple(blocks[number - 1 :: count])
