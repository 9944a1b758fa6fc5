"""What is run: graphs, network, training and evaluation, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.experiments.randomized_arms import check_solvers
from evo.experiments.randomized_colouring.names import CONSTANT, CYCLE, SEEDS, SHORT, SOLVERS, Solver


@final
@dataclass(frozen=True, kw_only=True)
class RandomizedColouringConfig:
    """Graph transformers that colour graphs with one colour more than the degree, trained by Adam."""

    nodes: int = 10
    """Nodes of the cycle without identifiers."""

    cubic_nodes: int = 8
    """Nodes of the graphs of degree 3 without identifiers."""

    named_nodes: int = 6
    """Nodes of the cycle with identifiers; all orders of these are judged."""

    kinds: tuple[str, ...] = SHORT
    """Which kinds of solvers, by name; a round is a layer of the transformer."""

    width: int = 16
    """Width of the transformer, with two heads."""

    seed_bits: int = 4
    """Random signs at each node."""

    exponents: tuple[float, ...] = (1.0, 8.0)
    """Exponents q of the relaxed risk, where there are several inputs."""

    trials: int = 16
    """Seeds per input in a step."""

    inputs: int = 16
    """Orders of identifiers in a step."""

    steps: int = 2000
    """Steps of a training."""

    rate: float = 0.003
    """First learning rate of Adam; it falls to 0 along a cosine."""

    es_pairs: int = 64
    """Antithetic pairs of a generation of the evolution strategy."""

    es_sigma: float = 0.05
    """Root mean square of its perturbation of a parameter."""

    es_steps: int = 1000
    """Its generations."""

    es_rate: float = 0.02
    """First learning rate of Adam on its estimates."""

    seeds: int = 64
    """Seeds per input of the evaluation."""

    groups: int = 1
    """Groups of seeds that answer together, on every input."""

    repetitions: tuple[int, ...] = (1, 3, 9)
    """How many seeds answer together."""

    search: int = 0
    """Evaluations of each search for a bad input: none are needed where all inputs are judged."""

    runs: int = 8
    """Trainings of each solver."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        check_solvers(self, tuple(SOLVERS))
        checks.integer("nodes", self.nodes, 3, "Pass the nodes of a cycle, for example 10.", high=1000)
        even = checks.integer("cubic_nodes", self.cubic_nodes, 4, "Pass 4, 6, 8 or 10.", high=10)
        if even % 2:
            raise checks.bad_value("cubic_nodes", even, "be even", "Pass 4, 6, 8 or 10.")
        action = "All orders of the identifiers are judged: pass 6, 7 or 8."
        checks.integer("named_nodes", self.named_nodes, 4, action, high=8)
        checks.integer("width", self.width, 2, "Pass an even number, for example 16.")
        if self.width % 2:
            raise checks.bad_value("width", self.width, "be even, for two heads", "Pass for example 16.")
        checks.integer("seed_bits", self.seed_bits, 1, "Pass the random signs at each node, for example 4.", high=32)
        checks.integer("inputs", self.inputs, 1, "Pass the orders of identifiers in a step, for example 16.")
        for name in ("rate", "es_rate"):
            checks.real(name, getattr(self, name), 0, 1, "Pass a learning rate, for example 0.003.", open_low=True)
        checks.integer("es_pairs", self.es_pairs, 1, "Pass how many antithetic pairs a generation has, as 64.")
        checks.integer("es_steps", self.es_steps, 1, "Pass how many generations there are, for example 1000.")
        action = "Pass the size of a perturbation, for example 0.05."
        checks.real("es_sigma", self.es_sigma, 0, 10, action, open_low=True)


_LAPTOP = RandomizedColouringConfig()
_SMOKE = replace(
    _LAPTOP, nodes=6, kinds=(Solver(CYCLE, SEEDS).kind, Solver(CYCLE, CONSTANT).kind), exponents=(8.0,), width=8,
    trials=8, steps=200, seeds=1024, groups=512, repetitions=(3,), runs=2,
)  # fmt: skip
_LARGE = replace(
    _LAPTOP, nodes=30, cubic_nodes=10, named_nodes=8, kinds=tuple(SOLVERS), exponents=(1.0, 2.0, 8.0, 32.0), width=32,
    trials=64, inputs=128, steps=10_000, rate=0.002, es_pairs=256, es_steps=10_000, seeds=256, runs=12,
)  # fmt: skip

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
