"""Colourings of a cycle by random colours and their repair, where the nodes know nothing but the colours around them.

Without identifiers nothing deterministic helps: on a cycle, as on every graph of equal degrees, nodes that start alike
and run the same deterministic algorithm in rounds see the same messages in every round, and so stay alike. All take the
same colour, in any number of rounds: every edge is bad, and success has probability 0 (Angluin 1980). Random numbers
break the symmetry.

The repair: all nodes take a uniformly random colour. In each round every node with a neighbour of its own colour
tosses a fair coin, and on heads takes a colour that no neighbour had at the beginning of the round, uniformly among
these. A node without such a neighbour keeps its colour, and never has one again.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.randomized import _arguments

__all__ = ["CycleColouring", "SimulatedColouring", "colour_repair", "random_colouring", "simulate_colour_repair"]

_MOST_ENTRIES = 20_000_000
_MOST_WORK = 2e9
_CHUNK = 1 << 20


class CycleColouring(NamedTuple):
    """How good a random colouring of a cycle is.

    Args:
        bad_edges: the expected share of edges whose ends have the same colour.
        proper: the probability that there is none.
    """

    bad_edges: float
    proper: float


class SimulatedColouring(NamedTuple):
    """Means over independent runs, and their standard errors.

    Args:
        bad_edges: the mean share of edges whose ends have the same colour.
        bad_edges_error: its standard error.
        proper: the share of runs without such an edge.
        proper_error: its standard error.
    """

    bad_edges: float
    bad_edges_error: float
    proper: float
    proper_error: float


def random_colouring(n: int, colours: int = 3) -> CycleColouring:
    """Independent uniformly random colours on a cycle of n nodes.

    An edge is bad with probability 1/c. P[proper] = ((c - 1)^n + (-1)^n (c - 1)) / c^n, the chromatic polynomial over
    the number of colourings.

    Args:
        n: nodes, at least 3.
        colours: c, at least 2.

    Returns:
        Share of bad edges and probability of a proper colouring, both exact.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> random_colouring(4, 2)
        CycleColouring(bad_edges=0.5, proper=0.125)
    """
    n = _nodes(n, 10**9)
    c = _arguments.colours_of(colours, low=2)
    return CycleColouring(1.0 / c, (1.0 - 1.0 / c) ** n + (-1.0) ** n * (c - 1) * (1.0 / c) ** n)


def colour_repair(n: int, rounds: int, colours: int = 3) -> CycleColouring:
    """The repaired colouring of a cycle of n nodes after some rounds, see the head of this file.

    Small cycles: the law of all colourings, round by round. Larger ones: what a node becomes in r rounds depends on
    the nodes up to r away, so the share of bad edges is that of every cycle of at least 2 r + 2 nodes; and P[proper] is
    the trace of the n-th power of a transfer matrix between the histories of neighbours.

    Args:
        n: nodes, at least 3.
        rounds: r, 0 for random colours.
        colours: c, at least 3: then a node in conflict always finds a free colour.

    Returns:
        Share of bad edges and probability of a proper colouring, both exact.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or where it would take too long: with three colours n to 12 goes with at
            least 11 rounds, and n to 1000 with four.

    Source: elementary.

    Example:
        >>> [round(number, 4) for number in colour_repair(6, rounds=2)]
        [0.0589, 0.7123]
    """
    n = _nodes(n, 10**9)
    rounds = _arguments.rounds_of(rounds, most=10_000)
    c = _arguments.colours_of(colours)
    if rounds == 0:
        return random_colouring(n, c)
    if _cost(n, c) * rounds <= _MOST_WORK:
        return _whole(n, rounds, c)
    window = 2 * rounds + 2
    if window <= n <= 1000 and _cost(window, c) * rounds <= _MOST_WORK and c ** (3 * rounds + 3) <= _MOST_ENTRIES:
        from theory.randomized._histories import proper

        return CycleColouring(_whole(window, rounds, c).bad_edges, proper(n, rounds, kernel(c)))
    raise ValueError(
        f"`n` or `rounds` must be small (with three colours n=12 and 11 rounds, or n=1000 and 4 rounds); got n={n}, "
        f"rounds={rounds}, colours={c}. Use simulate_colour_repair."
    )


def _cost(n: int, c: int) -> float:
    """Of one round of the whole law."""
    return float(c) ** min(n + 3, 100) * n


@cache
def kernel(colours: int) -> NDArray[np.float64]:
    """float64[left, own, right, new]: the probability of a node's next colour, given the colours around it."""
    found = np.zeros((colours,) * 4)
    for left, own, right in itertools.product(range(colours), repeat=3):
        if own not in (left, right):
            found[left, own, right, own] = 1.0
            continue
        free = [colour for colour in range(colours) if colour not in (left, right)]
        found[left, own, right, free] = 0.5 / len(free)
        found[left, own, right, own] += 0.5
    found.setflags(write=False)
    return found


def _whole(n: int, rounds: int, c: int) -> CycleColouring:
    """From the law of all c^n colourings."""
    law = np.full((c,) * n, float(c) ** -n)
    for _ in range(rounds):
        law = _round(law, kernel(c))
    proper = law.copy()
    for node in range(n):
        ends = np.moveaxis(proper, (node, (node + 1) % n), (0, 1))
        ends[np.arange(c), np.arange(c)] = 0.0
    pairs = law.reshape(c, c, -1).sum(axis=2)
    return CycleColouring(float(np.trace(pairs)), float(proper.sum()))


def _round(law: NDArray[np.float64], k: NDArray[np.float64]) -> NDArray[np.float64]:
    """One round, node by node: new colours enter on the left of the old ones that are still needed."""
    n, c = law.ndim, law.shape[0]
    after = np.zeros_like(law)
    for a, b in itertools.product(range(c), repeat=2):  # the old colours of nodes 0 and 1
        t = np.einsum("or,on->nor", law[a, b].reshape(c, -1), k[a, b])
        for i in range(2, n):
            done = c ** (i - 1)
            if i == 2 and i < n - 1:
                t = np.einsum("xorz,orn->xnorz", t.reshape(done, c, c, -1), k[b])
            elif i == 2:
                t = np.einsum("xo,on->xno", t.reshape(done, c), k[b, :, a])
            elif i < n - 1:
                t = np.einsum("xlorz,lorn->xnorz", t.reshape(done, c, c, c, -1), k)
            else:
                t = np.einsum("xlo,lon->xno", t.reshape(done, c, c), k[:, :, a])
        after += np.moveaxis((t.reshape(-1, c) @ k[:, a, b]).reshape((c,) * n), -1, 0)
    return after


def simulate_colour_repair(n: int, rounds: int, colours: int = 3, *, runs: int, seed: int) -> SimulatedColouring:
    """The same by simulation, for cycles of any size.

    Args:
        n: nodes, at least 3.
        rounds: 0 for random colours.
        colours: at least 3.
        runs: independent runs, at least 2.
        seed: of numpy's default generator.

    Returns:
        Means and their standard errors.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> found = simulate_colour_repair(6, rounds=2, runs=4000, seed=1)
        >>> exact = colour_repair(6, rounds=2)
        >>> abs(found.proper - exact.proper) < 5 * found.proper_error
        True
    """
    n = _nodes(n, 10**6)
    rounds = _arguments.rounds_of(rounds, most=10_000)
    c = _arguments.colours_of(colours)
    runs = _check.integer("runs", runs, low=2, high=10**9, unit="independent runs", advice="Pass 10_000, for example.")
    seed = _check.integer("seed", seed, low=0, unit="seed of the generator", advice="Pass 0, for example.")
    rng = np.random.default_rng(seed)
    size = max(1, _CHUNK // (n * c))
    shares = []
    for first in range(0, runs, size):
        colour = rng.integers(0, c, (min(size, runs - first), n), dtype=np.int8)
        for _ in range(rounds):
            colour = _repaired(rng, colour, c)
        shares.append(np.mean(colour == np.roll(colour, 1, axis=1), axis=1))
    share = np.concatenate(shares)
    proper = share == 0.0
    errors = (float(np.std(each, ddof=1)) / math.sqrt(runs) for each in (share, proper))
    return SimulatedColouring(float(share.mean()), next(errors), float(proper.mean()), next(errors))


def _repaired(rng: np.random.Generator, colour: NDArray[np.int8], c: int) -> NDArray[np.int8]:
    """One round for many cycles: the free colour of the largest random number is a uniform one."""
    left, right = np.roll(colour, 1, axis=1), np.roll(colour, -1, axis=1)
    conflict = ((colour == left) | (colour == right)) & rng.integers(0, 2, colour.shape, dtype=bool)
    marks = rng.random((*colour.shape, c), dtype=np.float32)
    np.put_along_axis(marks, left[..., None].astype(np.int64), -1.0, axis=2)
    np.put_along_axis(marks, right[..., None].astype(np.int64), -1.0, axis=2)
    return np.where(conflict, np.argmax(marks, axis=2).astype(np.int8), colour)


def _nodes(n: int, most: int) -> int:
    return _check.integer("n", n, low=3, high=most, unit="nodes of the cycle", advice="Pass 10, for example.")
