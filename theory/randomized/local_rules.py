"""Deterministic colouring of a cycle with identifiers in few rounds: an exact search for a rule, or a proof of none.

The nodes of a cycle of n nodes carry the identifiers 0, ..., n - 1 in any order, and do not know left from right. After
r rounds a node knows the path of 2 r + 1 identifiers around it, and a deterministic algorithm is a function of it. It
colours every cycle properly if and only if it is a colouring of the neighbourhood graph (Linial 1992), whose nodes are
these paths up to reversal and whose edges join the two within a path of 2 r + 2 different identifiers.

A rule for n + 1 identifiers is one for n. Found so: in one round three colours are enough for n <= 5 only.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from theory import _check
from theory.randomized import _arguments

__all__ = ["local_colouring", "local_colouring_exists"]

_MOST_VIEWS = 20_000
_Path = tuple[int, ...]


def local_colouring_exists(n: int, rounds: int, colours: int = 3, *, budget: int = 100_000) -> bool:
    """Whether a deterministic algorithm colours every cycle of n nodes properly in these rounds.

    The adversary orders the identifiers. Where nodes see the whole cycle (n <= 2 rounds + 1) they agree on a colouring.

    Args:
        n: nodes, and identifiers, at least 3.
        rounds: r, the distance that information travels.
        colours: at least 2.
        budget: colours that the search may try for one number of nodes, at least 1.

    Returns:
        True or False, both by exhaustive search.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than 20,000 paths.
        RuntimeError: if the budget ends before the search.

    Source: Linial (1992).

    Example:
        >>> [local_colouring_exists(n, rounds=1) for n in (4, 5, 6, 7)]
        [True, True, False, False]
    """
    n, rounds, colours = _sizes(n, rounds, colours)
    if n <= 2 * rounds + 1:
        return colours > 2 or n % 2 == 0
    return local_colouring(n, rounds, colours, budget=budget) is not None


def local_colouring(n: int, rounds: int, colours: int = 3, *, budget: int = 100_000) -> dict[_Path, int] | None:
    """The rule of a deterministic algorithm that colours every cycle of n nodes properly, or None if there is none.

    A search with backtracking that colours next the node with the fewest colours left (Brelaz 1979), and takes colours
    that were not used so far as one.

    Args:
        n: nodes, and identifiers, at least 2 rounds + 2.
        rounds: r, the distance that information travels.
        colours: at least 2.
        budget: colours that the search may try for one number of nodes, at least 1.

    Returns:
        For every path of 2 r + 1 identifiers, its smaller end first, the colour of the node in its middle; or None.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than 20,000 paths.
        RuntimeError: if the budget ends before the search.

    Source: Linial (1992).

    Example:
        >>> rule = local_colouring(5, rounds=1)
        >>> len(rule), sorted(set(rule.values())), local_colouring(6, rounds=1)
        (30, [0, 1, 2], None)
    """
    n, rounds, colours = _sizes(n, rounds, colours)
    budget = _check.integer("budget", budget, low=1, unit="colours that are tried", advice="Pass 100_000.")
    length = 2 * rounds + 1
    if n <= length:
        raise ValueError(
            f"`n` must be at least 2 rounds + 2 = {length + 1} (nodes), so that nodes do not see the whole cycle; got "
            f"{n}. Use local_colouring_exists."
        )
    if math.perm(n, length) // 2 > _MOST_VIEWS:
        raise ValueError(
            f"`n` must give at most {_MOST_VIEWS} paths of {length} identifiers; got n={n}, that is "
            f"{math.perm(n, length) // 2}. Pass a smaller n or fewer rounds."
        )
    rule = None
    for size in range(length + 1, n + 1):  # none for fewer identifiers is none for more, and found sooner
        paths, near = _neighbourhoods(size, length)
        found = _coloured(near, colours, budget)
        if found is None:
            return None
        rule = dict(zip(paths, found))
    return rule


def _neighbourhoods(n: int, length: int) -> tuple[list[_Path], list[set[int]]]:
    """The paths of so many identifiers up to reversal, and for each the indices of those that overlap it."""
    paths = [path for path in itertools.permutations(range(n), length) if path[0] <= path[-1]]
    index = {path: place for place, path in enumerate(paths)}
    near: list[set[int]] = [set() for _ in paths]
    for path in itertools.permutations(range(n), length + 1):
        one, two = (index[min(part, part[::-1])] for part in (path[:-1], path[1:]))
        near[one].add(two)
        near[two].add(one)
    return paths, near


def _coloured(near: list[set[int]], colours: int, budget: int) -> list[int] | None:
    """A proper colouring of a graph, or None."""
    left = [(1 << colours) - 1] * len(near)  # colours that no coloured neighbour has
    chosen = [-1] * len(near)
    open_ = set(range(len(near)))
    stack: list[
        tuple[int, int, list[int]]
    ] = []  # node, colours that were in use before, neighbours that lost its colour
    used, node, tried = 0, _next(open_, left, near), -1
    while True:
        if tried < 0:
            open_.discard(node)
        colour = next((k for k in range(tried + 1, min(colours, used + 1)) if left[node] >> k & 1), None)
        if colour is None:
            open_.add(node)
            if not stack:
                return None
            node, used, lost = stack.pop()
            tried = chosen[node]
            for other in lost:
                left[other] |= 1 << tried
            chosen[node] = -1
            continue
        budget -= 1
        if budget < 0:
            raise RuntimeError(
                f"`budget` must be larger to decide {colours} colours of {len(near)} paths; got one that ended. "
                "Pass a larger one, or a smaller n."
            )
        lost = [other for other in near[node] if other in open_ and left[other] >> colour & 1]
        for other in lost:
            left[other] ^= 1 << colour
        if any(left[other] == 0 for other in lost):
            for other in lost:
                left[other] |= 1 << colour
            tried = colour
            continue
        chosen[node] = colour
        if not open_:
            return chosen
        stack.append((node, used, lost))
        used, node, tried = max(used, colour + 1), _next(open_, left, near), -1


def _next(open_: set[int], left: list[int], near: list[set[int]]) -> int:
    return min(open_, key=lambda node: (left[node].bit_count(), -len(near[node]), node))


def _sizes(n: Any, rounds: Any, colours: Any) -> tuple[int, int, int]:
    n = _check.integer("n", n, low=3, high=1000, unit="nodes of the cycle", advice="Pass 6, for example.")
    return n, _arguments.rounds_of(rounds, most=1000), _arguments.colours_of(colours, low=2)
