"""Random subsets as symbols: every item is in the subset independently, with the same probability."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from theory.entropy_compression._coder import Coder, Step


def bits_for(rate: Fraction, count: int) -> int:
    """A precision at which the smallest share of `table` keeps some 60 bits."""
    return 64 + math.ceil(-count * math.log2(1 - rate)) - math.floor(math.log2(rate))


def table(rate: Fraction, count: int, bits: int) -> list[int]:
    """Where the share of a gap of g items begins: 2^bits (1 - (1 - rate)^g), for g = 0, ..., count."""
    one = 1 << bits
    left, found = one, [0]
    for _ in range(count):
        left = left * (rate.denominator - rate.numerator) // rate.denominator
        found.append(one - left)
    return found


def chosen(
    coder: Coder,
    gaps: Sequence[int],
    one: int,
    places: Sequence[int],
    known: Step | None,
    nonempty: bool = False,
) -> list[int]:
    """Which of some places flip, written as the gaps between them.

    Args:
        coder: what writes, reads or measures.
        gaps: from `table`.
        one: 2^bits of the table.
        places: the positions in question, rising.
        known: the step, or None where it is to be read; flips elsewhere do not matter.
        nonempty: whether one of them must flip.

    Returns:
        The flipped positions among the places, rising.
    """
    indices: list[int] = []
    if known is not None:
        found = ((bisect_left(places, flip), flip) for flip in known.flips)
        indices = [at for at, flip in found if at < len(places) and places[at] == flip]
    flipped: list[int] = []
    at = 0
    while at < len(places):
        left = len(places) - at
        symbol = None
        if known is not None:
            symbol = indices[len(flipped)] - at if len(flipped) < len(indices) else left
        excluded = nonempty and not flipped
        gap = coder.choose(gaps, left - 1 if excluded else left, gaps[left] if excluded else one, symbol)
        if gap == left:
            break
        flipped.append(places[at + gap])
        at += gap + 1
    return flipped
