"""The (mu+1) schemes: a population, one offspring per step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import Absorbed
from evo.core.problems import AbstractProblem
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.search import AbstractSearch, StepDetail, flipped, stream_of
from evo.discrete.algorithms.variation import check_variation, policy_of
from evo.discrete.engines import functions as f
from evo.discrete.engines.generations.herd import LoweredHerd
from evo.discrete.engines.kernels import Work
from evo.discrete.engines.streams import below, bit_of, next_word, uniform
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import AbstractAcceptance, AbstractMutation, AbstractRate, AbstractStart
from evo.discrete.starts.given import as_start
from evo.discrete.starts.uniform import Uniform


class MuPlusOneState(NamedTuple):
    """What a (mu+1) scheme carries from step to step."""

    problem: AbstractProblem
    key: Key
    #: the population `uint8[mu, n]`, its losses, and the state of the rate policy
    population: np.ndarray
    losses: np.ndarray
    policy: tuple[Any, ...]
    #: the offspring that was asked, its (first) parent, and whether it comes from crossover
    child: np.ndarray
    parent: int
    crossed: bool
    #: the number of flips and the rate of the last mutation, and a uniform number for the rate policy
    flips: int
    rate: float
    toss: float


@dataclass(frozen=True)
class MuPlusOne(AbstractSearch):
    """The (mu+1) evolutionary algorithm, with crossover the (mu+1) genetic algorithm.

    The population starts with mu independent strings. Step t: with probability `crossover` the offspring is a uniform
    crossover of two independent uniformly random parents (a copy if they are the same), else a mutation of one
    uniformly random parent; of the mu + 1 strings a worst one leaves. Of several worst ones the first leaves; the
    offspring counts as the last and takes the place of the one that leaves, so that it stays at a tie.
    With mu = 1 and without crossover it is the (1+1)-EA, bit for bit.

    Args:
        population: mu, at least 1.
        rate: the mutation-rate policy; it sees the parent, and mutations only. None for mutations with a law of
            their own.
        mutation: how bits flip.
        crossover: the probability of crossover, in [0, 1]; 1/2 in the (mu+1)-GA of the reference.
        start: `Uniform()`, `Ones(fraction)`, or a string with which all of the population start.

    Counting: `steps` is the number of offspring; `evaluations` = mu + steps, plus mu per step where parents are
    evaluated again. The current string is the first of the best.

    Reference: Lengler and Zou, Exponential slowdown for larger populations: the (mu+1)-EA on monotone functions, 2019,
    as in its authors' code, the order of ties included.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> run = evo.run(d.MuPlusOne(5, rate=d.Static(strength=1.0)), d.OneMax(50), seed=1)
        >>> run.evaluations == 5 + run.steps
        True
    """

    population: int
    rate: AbstractRate | None = None
    mutation: AbstractMutation = field(default_factory=StandardBits)
    crossover: float = 0.0
    start: AbstractStart = field(default_factory=Uniform)

    def __post_init__(self) -> None:
        action = "Pass the number of strings, for example 10."
        object.__setattr__(self, "population", checks.integer("population", self.population, 1, action, high=2**20))
        check_variation(self.rate, self.mutation)
        action = "Pass a probability, for example 0.5."
        object.__setattr__(self, "crossover", checks.real("crossover", self.crossover, 0, 1, action))
        object.__setattr__(self, "start", as_start(self.start))

    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """The rate policy and the mutation, for strings of length n."""
        return policy_of(self.rate, self.mutation, n), self.mutation

    def rule(self) -> AbstractAcceptance:
        """A string leaves only if it is a worst one."""
        return Elitist()

    def parents(self) -> int:
        """Mu."""
        return self.population

    def several(self) -> bool:
        """The offspring meets the whole population."""
        return self.population > 1 or self.crossover > 0.0

    def lowered_algorithm(self, n: int) -> LoweredHerd:
        """The named tuple that kernels see of the algorithm itself."""
        return LoweredHerd(self.population, self.crossover)

    def packed(self, work: Work, policy: Any, problem: AbstractProblem, key: Key, steps: int) -> MuPlusOneState:
        """The inner state of a run in the arrays of `work`."""
        population = work.population[: self.population].copy()
        losses = problem.sense.losses(problem.evaluate(population, steps, key))
        x = population[0]
        return MuPlusOneState(problem, key, population, losses, policy, x, 0, False, 0, float(work.rate[0]), 0.0)

    def unpack(self, inner: MuPlusOneState, work: Work) -> None:
        """Write an inner state into the arrays of `work`."""
        work.population[: self.population] = inner.population
        work.x[:] = self.incumbent(inner)[0]
        work.rate[0] = inner.rate
        work.brood[1] = 1.0

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[MuPlusOneState, np.ndarray]:
        """Draw the population."""
        strings, policy = self._opened(key, problem, start)
        losses = np.full(self.population, np.nan)
        inner = MuPlusOneState(problem, key, strings, losses, policy, strings[0], 0, False, 0, np.nan, 0.0)
        return inner, strings

    def propose(self, key: Key, inner: MuPlusOneState, step: int) -> tuple[np.ndarray, MuPlusOneState]:
        """Draw parents and the offspring; on dynamic problems the population is valued again."""
        stream, size = stream_of(key, "step", step), self.population
        crossed = self.crossover > 0.0 and float(uniform(stream)) < self.crossover
        parent = int(below(stream, size)) if size > 1 else 0
        x, rate = inner.population[parent], inner.rate
        if crossed:
            second = int(below(stream, size)) if size > 1 else 0
            child = _crossed(x, inner.population[second], stream)
            count = int(np.count_nonzero(child != x))
        else:
            view = self._view(inner.problem, key, x, step)
            rate, flips = self._mutated(inner.policy, view, x, stream)
            child, count = flipped(x, flips), len(flips)
        toss = float(uniform(stream)) if f.tosses(self.scheme(len(x))[0].lower(len(x))) else 0.0
        inner = inner._replace(child=child, parent=parent, crossed=crossed, flips=count, rate=rate, toss=toss)
        return (np.concatenate([inner.population, child[None]]) if inner.problem.dynamic else child[None]), inner

    def absorb(self, inner: MuPlusOneState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Let a worst string leave, and adapt the rate."""
        if step == 0:
            return Absorbed(inner._replace(losses=losses))
        n, dynamic = len(inner.child), inner.problem.dynamic
        before = losses[:-1] if dynamic else inner.losses
        parent, child = before[inner.parent], losses[-1]
        sign = int(child < parent) - int(child > parent)
        worst, best = _first(before, -1), before[_first(before, 1)]
        kept = not child > before[worst]
        population, after = inner.population, before
        if kept:
            population = population.copy()
            population[worst], after = inner.child, _with(before, worst, child)
        policy = inner.policy
        if not inner.crossed:
            event = f.Event(step, sign, inner.flips == 0, inner.flips, 0, inner.toss)
            policy = f.update(self.scheme(n)[0].lower(n), policy, event, n)
        improved = sign > 0 if dynamic else bool(child < best)
        state = inner._replace(population=population, losses=after, policy=policy, child=population[0])
        return Absorbed(state, improved, StepDetail(sign, kept, inner.flips, inner.rate))

    def incumbent(self, inner: MuPlusOneState) -> tuple[np.ndarray, Any]:
        """The first of the best strings and its loss, on dynamic problems under the last step's function."""
        best = _first(inner.losses, 1)
        return inner.population[best], inner.losses[best]


def _with(losses: np.ndarray, place: int, loss: Any) -> np.ndarray:
    """The losses with another one at a place; integers do not hold what is not finite."""
    whole = isinstance(loss, float) and not np.isfinite(loss)
    changed = losses.astype(object if whole else losses.dtype)
    changed[place] = loss
    return changed


def _crossed(one: np.ndarray, other: np.ndarray, stream: Any) -> np.ndarray:
    """Each bit from either parent with probability 1/2."""
    child, word = one.copy(), 0
    for position in range(len(one)):
        if position % 64 == 0:
            word = int(next_word(stream))
        if bit_of(word, position % 64) == 1:
            child[position] = other[position]
    return child


def _first(losses: Any, sign: int) -> int:
    """The index of the first of the best (sign 1) or worst (sign -1)."""
    found = 0
    for index in range(1, len(losses)):
        if (losses[index] < losses[found]) if sign > 0 else (losses[index] > losses[found]):
            found = index
    return found
