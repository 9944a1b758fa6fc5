"""Colouring the nodes of a graph by a few rounds of talk among neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, UInt8

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import child
from evo.tasks import _doors
from evo.tasks.randomized.base import AbstractRandomizedTask, binary_number, random_signs, settings
from evo.tasks.randomized.graphs import AbstractGraphs, Cycle
from evo.tasks.randomized.identifiers import AbstractIdentifiers, Anonymous
from evo.tasks.randomized.seeding import AbstractSeeding

__all__ = ["NamedGraph", "RandomizedColouring"]


class NamedGraph(NamedTuple):
    """A graph, and the identifiers of its nodes."""

    #: entry (u, v) says whether u and v are neighbours, [n, n]
    adjacency: Bool[Array, "n n"]
    #: [n]
    identifiers: Int[Array, " n"]


class RandomizedColouring(AbstractRandomizedTask):
    """The relaxed risk of colouring graphs whose nodes are given random seeds.

    An input is a graph with identifiers at its nodes; an adversary who knows the network chooses both. Each node has
    its own b random signs, and answers with k logits. With p_u the softmax of those of node u, the cost is the mean of
    <p_u, p_v> over edges (u, v), the share of edges with equal ends when colours are drawn from p. Nodes then take
    their largest logit, and the error is 1 unless no edge has equal ends; so colourings can be checked, and of the
    answers to several seeds the best counts. `bad_edges` is a second judge.

    Without identifiers and seeds, or with the same seed at all nodes as `ConstantSeed()` gives, all nodes of a regular
    graph that run the same synchronous algorithm take the same colour in every number of rounds: all edges are bad.
    With identifiers deterministic algorithms are possible, but in one round none colours all cycles of six or more
    nodes with 3 colours (`theory.randomized.local_colouring_exists`). Random colours alone are proper on a cycle of n
    with probability (2^n + 2 (-1)^n) / 3^n; `theory.randomized.colour_repair` tells what rounds of repair add.

    Args:
        model: a function of a JAX key that makes the parameters of a network of graphs.
        apply: a function of the parameters, the features of the nodes, of shape (n, F), and the adjacency matrix, to
            logits of shape (n, k); by default the parameters are the network, as `evo.models.GraphTransformer` is. F
            is b, plus n for identifiers; the seed comes last.
        graphs: `Cycle(10)` by default, or `RegularGraphs(8, 3)`.
        identifiers: `Anonymous()` by default, or `Identifiers()`.
        colours: k; degree + 1 if None.
        seed_bits: b.
        q: exponent of the relaxed risk, in [1, inf].
        trials: m, seeds per input in a step.
        inputs: inputs per step, drawn uniformly; None for all of them.
        seeding: `SharedSeeds()` by default.

    Reference: von Oswald, Kobayashi, Akram and Steger, Learning randomized algorithms with transformers,
    arXiv 2408.10818, 2024 (task in outline; sizes are ours). Linial, Locality in distributed graph algorithms, SIAM
    Journal on Computing, 1992.

    Example:
        >>> from evo.models import GraphTransformer
        >>> from evo.tasks import Identifiers, RandomizedColouring
        >>> model = lambda key: GraphTransformer(10 + 4, 8, readout=3, key=key)
        >>> task = RandomizedColouring(model, identifiers=Identifiers(), inputs=64)
        >>> task.count, task.bits
        (3628800, 40)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array, Array], Array] = eqx.field(static=True)
    graphs: AbstractGraphs
    identifiers: AbstractIdentifiers
    adjacency: Bool[Array, "G n n"]
    colours: int = eqx.field(static=True)
    seed_bits: int = eqx.field(static=True)
    q: float = eqx.field(static=True)
    trials: int = eqx.field(static=True)
    inputs: int | None = eqx.field(static=True)
    seeding: AbstractSeeding

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        apply: Callable[[Any, Array, Array], Array] | None = None,
        *,
        graphs: AbstractGraphs | None = None,
        identifiers: AbstractIdentifiers | None = None,
        colours: int | None = None,
        seed_bits: int = 4,
        q: float = 8.0,
        trials: int = 16,
        inputs: int | None = None,
        seeding: AbstractSeeding | None = None,
    ) -> None:
        self.model = _doors.maker("model", model, "lambda key: GraphTransformer(4, readout=3, key=key)")
        example = "lambda params, features, adjacency: ..."
        self.apply = _doors.call if apply is None else _doors.function("apply", apply, example)
        graphs = Cycle(10) if graphs is None else graphs
        self.graphs = checks.instance_of("graphs", graphs, AbstractGraphs, "Pass Cycle(10) or RegularGraphs(8, 3).")
        identifiers = Anonymous() if identifiers is None else identifiers
        action = "Pass Anonymous() or Identifiers()."
        self.identifiers = checks.instance_of("identifiers", identifiers, AbstractIdentifiers, action)
        self.adjacency = self.graphs.adjacency
        if colours is None:
            colours = self.graphs.degree + 1
        self.colours = checks.integer("colours", colours, 2, "Pass for example 3, or None for degree + 1.")
        self.seed_bits = _doors.count("seed_bits", seed_bits, of="the bits of the seed of a node")
        self.q, self.trials, self.inputs, self.seeding = settings(q, trials, inputs, seeding)
        n = self.graphs.nodes
        features = jnp.zeros((n, self.identifiers.size(n) + self.seed_bits))
        run = lambda key: self.apply(model(key), features, self.adjacency[0])  # noqa: E731
        action = f"From features of shape {features.shape} it makes {self.colours} logits per node."
        _doors.output("model", run, (n, self.colours), action)

    @property
    def count(self) -> int:
        """Graphs, times ways to give identifiers."""
        return len(self.adjacency) * self.identifiers.count(self.graphs.nodes)

    @property
    def bits(self) -> int:
        """Those of the identifiers, and enough to count the graphs."""
        return self.identifiers.bits(self.graphs.nodes) + (len(self.adjacency) - 1).bit_length()

    @property
    def chance(self) -> float:
        """1/k, of uniform colours."""
        return 1.0 / self.colours

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def drawn(self, key: PRNGKeyArray) -> NamedGraph:
        """A uniform graph with uniform identifiers."""
        graph = jax.random.randint(child(key, "graph"), (), 0, len(self.adjacency))
        return NamedGraph(self.adjacency[graph], self.identifiers.drawn(child(key, "identifiers"), self.graphs.nodes))

    def numbered(self, index: Any) -> NamedGraph:
        """The graph counts first, then the identifiers."""
        index, G = jnp.asarray(index, jnp.int32), len(self.adjacency)
        return NamedGraph(self.adjacency[index % G], self.identifiers.numbered(index // G, self.graphs.nodes))

    def decoded(self, bits: UInt8[Array, " n"]) -> NamedGraph:
        """The first bits are those of the identifiers, the others the graph in binary, modulo their number."""
        split = self.identifiers.bits(self.graphs.nodes)
        graph = binary_number(bits[split:]) % len(self.adjacency)
        return NamedGraph(self.adjacency[graph], self.identifiers.decoded(bits[:split], self.graphs.nodes))

    def seed(self, key: PRNGKeyArray) -> Float[Array, "n b"]:
        """Fair signs at each node."""
        return random_signs(key, (self.graphs.nodes, self.seed_bits))

    def output(self, params: Any, x: NamedGraph, seed: Float[Array, "n b"]) -> Float[Array, "n k"]:
        """The logits of all nodes."""
        features = jnp.concatenate([self.identifiers.features(x.identifiers), seed], axis=1)
        return self.apply(params, features, x.adjacency)

    def cost(self, output: Float[Array, "n k"], x: NamedGraph) -> Float[Array, ""]:
        """The mean over edges of the probability of equal colours."""
        p = jax.nn.softmax(output, axis=1)
        return _share(p @ p.T, x.adjacency)

    def error(self, output: Float[Array, "n k"], x: NamedGraph) -> Float[Array, ""]:
        """1 unless the colouring is proper."""
        return jnp.any(_equal(output) & x.adjacency).astype(float)

    def bad_edges(self, output: Float[Array, "n k"], x: NamedGraph) -> Float[Array, ""]:
        """The share of edges with ends of the same colour."""
        return _share(_equal(output).astype(float), x.adjacency)

    def repeated(self, outputs: Float[Array, "S n k"], x: NamedGraph) -> Float[Array, ""]:
        """0 if one of the colourings is proper."""
        return jnp.min(jax.vmap(lambda output: self.error(output, x))(outputs))


def _equal(output: Float[Array, "n k"]) -> Bool[Array, "n n"]:
    colours = jnp.argmax(output, axis=1)
    return colours[:, None] == colours[None, :]


def _share(values: Float[Array, "n n"], adjacency: Bool[Array, "n n"]) -> Float[Array, ""]:
    """The mean over edges."""
    return jnp.sum(jnp.where(adjacency, values, jnp.zeros_like(values))) / jnp.sum(adjacency).astype(values.dtype)
