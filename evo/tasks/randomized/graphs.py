"""Families of regular graphs, as adjacency matrices."""

from __future__ import annotations

import functools
import itertools
from abc import abstractmethod
from collections.abc import Iterator

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool

from evo.core import checks

__all__ = ["AbstractGraphs", "Cycle", "RegularGraphs"]

#: up to so many ends of edges (nodes times degree) all graphs are found within two seconds
_ENDS = 32


class AbstractGraphs(eqx.Module):
    """Connected graphs with the same number of nodes, all of the same degree."""

    nodes: eqx.AbstractVar[int]
    degree: eqx.AbstractVar[int]

    @property
    @abstractmethod
    def adjacency(self) -> Bool[Array, "G n n"]:
        """Entry (g, u, v) says whether nodes u and v of graph g are neighbours."""


class Cycle(AbstractGraphs):
    """The cycle of n nodes.

    Args:
        nodes: n, at least 3.

    Example:
        >>> from evo.tasks import Cycle
        >>> Cycle(4).adjacency.astype(int).tolist()
        [[[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]]
    """

    nodes: int = eqx.field(static=True)
    degree: int = eqx.field(static=True)

    def __init__(self, nodes: int) -> None:
        self.nodes = checks.integer("nodes", nodes, 3, "A cycle has three nodes at least.")
        self.degree = 2

    @property
    def adjacency(self) -> Bool[Array, "1 n n"]:
        """One matrix."""
        ahead = np.roll(np.eye(self.nodes, dtype=bool), 1, axis=1)
        return jnp.asarray(ahead | ahead.T)[None]


class RegularGraphs(AbstractGraphs):
    """All connected graphs of n nodes of degree d, one of each class of isomorphic ones.

    Args:
        nodes: n.
        degree: d, at least 2 and below n; n d is even, and at most 32: all graphs are enumerated.

    Example:
        >>> from evo.tasks import RegularGraphs
        >>> [len(RegularGraphs(n, 3).adjacency) for n in (4, 6, 8, 10)]
        [1, 2, 5, 19]
    """

    nodes: int = eqx.field(static=True)
    degree: int = eqx.field(static=True)

    def __init__(self, nodes: int, degree: int) -> None:
        n = self.nodes = checks.integer("nodes", nodes, 3, "Pass for example RegularGraphs(8, 3).")
        d = self.degree = checks.integer("degree", degree, 2, "A node has neighbours, and is not its own.", high=n - 1)
        if n * d % 2 or n * d > _ENDS:
            action = "Each edge has two ends, and all graphs are enumerated: pass for example RegularGraphs(8, 3)."
            raise checks.bad_value("nodes * degree", n * d, f"be even and at most {_ENDS}", action)

    @property
    def adjacency(self) -> Bool[Array, "G n n"]:
        """One matrix per graph."""
        return jnp.asarray(np.stack(_regular(self.nodes, self.degree)))


@functools.cache
def _regular(n: int, d: int) -> tuple[np.ndarray, ...]:
    """One graph of each class, in the order in which they are found."""
    found: dict[tuple[int, ...], list[np.ndarray]] = {}
    for graph in _grown(np.zeros((n, n), dtype=bool), d):
        alike = found.setdefault(_walks(graph), [])
        if not any(_isomorphic(graph, other) for other in alike):
            alike.append(graph.copy())
    return tuple(itertools.chain.from_iterable(found.values()))


def _grown(graph: np.ndarray, d: int) -> Iterator[np.ndarray]:
    """All ways to complete a graph, nodes in order; of nodes without edges, which are alike, the first are taken."""
    degrees = graph.sum(axis=1)
    open_nodes = np.flatnonzero(degrees < d)
    if not len(open_nodes):
        yield graph
        return
    v, later = open_nodes[0], open_nodes[1:]
    if v and not degrees[v]:
        return  # all nodes before are complete, so the graph is not connected
    touched, fresh = later[degrees[later] > 0], later[degrees[later] == 0]
    needed = d - degrees[v]
    for old in range(max(0, needed - len(fresh)), min(needed, len(touched)) + 1):
        for chosen in itertools.combinations(touched, int(old)):
            ends = [*chosen, *fresh[: needed - old]]
            graph[v, ends] = graph[ends, v] = True
            yield from _grown(graph, d)
            graph[v, ends] = graph[ends, v] = False


def _walks(graph: np.ndarray) -> tuple[int, ...]:
    """Numbers of closed walks of length 3 to 6 from each node, sorted: equal for isomorphic graphs."""
    steps = graph.astype(np.int64)
    powers = [np.linalg.matrix_power(steps, k).diagonal() for k in (3, 4, 5, 6)]
    return tuple(itertools.chain.from_iterable(sorted(zip(*(map(int, power) for power in powers), strict=True))))


def _isomorphic(one: np.ndarray, other: np.ndarray, images: tuple[int, ...] = ()) -> bool:
    """Whether the images of the first nodes of one graph can be continued to a map that keeps edges."""
    v = len(images)
    if v == len(one):
        return True
    return any(
        w not in images and (one[v, :v] == other[w, list(images)]).all() and _isomorphic(one, other, (*images, w))
        for w in range(len(one))
    )
