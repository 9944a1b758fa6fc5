"""The (1+lambda) and (1,lambda) schemes: one parent, several offspring per generation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import Absorbed
from evo.core.problems import AbstractProblem
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.offspring import OffspringRule, checked_offspring, least, lowered_brood
from evo.discrete.algorithms.search import AbstractSearch, StepDetail, flipped, lasting, stream_of
from evo.discrete.algorithms.variation import check_variation, policy_of
from evo.discrete.engines import functions as f
from evo.discrete.engines.generations.brood import LoweredBrood, adapted
from evo.discrete.engines.kernels import Work
from evo.discrete.engines.streams import next_word, uniform
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import AbstractAcceptance, AbstractMutation, AbstractRate, AbstractStart
from evo.discrete.starts.given import as_start
from evo.discrete.starts.uniform import Uniform


class Brood(NamedTuple):
    """The offspring that were asked, with all chance that their selection needs; empty after `tell`."""

    children: np.ndarray  # uint8[offspring, n]
    flips: tuple[int, ...]
    rates: tuple[float, ...]
    #: random words by which ties are decided, the largest wins
    ties: tuple[int, ...]
    #: uniform numbers for the acceptance rule and for the rate policy
    u: float
    toss: float


class OneLambdaState(NamedTuple):
    """What a (1+lambda) or (1,lambda) scheme carries from step to step."""

    problem: AbstractProblem
    key: Key
    #: current string `uint8[n]`, its loss, and the state of the rate policy
    x: np.ndarray
    loss: Any
    policy: tuple[Any, ...]
    #: lambda, not rounded
    offspring: float
    #: how many offspring the last step had, and the rate of the best of them
    size: int
    rate: float
    asked: Brood


class Sized(NamedTuple):
    """What `brood_size` reads of a kernel's arrays."""

    brood: np.ndarray


class AbstractOneLambda(AbstractSearch):
    """One parent, several offspring per generation; what differs is the selection."""

    offspring: int | OffspringRule
    rate: AbstractRate | None
    mutation: AbstractMutation

    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """The rate policy and the mutation, for strings of length n."""
        return policy_of(self.rate, self.mutation, n), self.mutation

    def least_offspring(self) -> int:
        """The smallest number of offspring of a generation."""
        return least(self.offspring)

    def several(self) -> bool:
        """Offspring are compared with each other, unless there is always one."""
        return self.offspring != 1

    def _check(self) -> None:
        object.__setattr__(self, "offspring", checked_offspring(self.offspring))
        check_variation(self.rate, self.mutation)
        object.__setattr__(self, "start", as_start(self.start))

    def packed(self, work: Work, policy: Any, problem: AbstractProblem, key: Key, steps: int) -> OneLambdaState:
        """The inner state of a run in the arrays of `work`."""
        x = work.x.copy()
        loss = lasting(problem, -problem.evaluate(x[None], steps, key)[0])
        return OneLambdaState(problem, key, x, loss, policy, *_numbers(work), _nothing(len(x)))

    def unpack(self, inner: OneLambdaState, work: Work) -> None:
        """Write an inner state into the arrays of `work`."""
        work.x[:] = inner.x
        work.brood[:] = inner.offspring, inner.size
        work.rate[0] = inner.rate

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[OneLambdaState, np.ndarray]:
        """Draw the start."""
        strings, policy = self._opened(key, problem, start)
        x, first = strings[0], float(f.first_brood(self.lowered_algorithm(strings.shape[1])))
        return OneLambdaState(problem, key, x, np.nan, policy, first, 0, np.nan, _nothing(len(x))), strings

    def propose(self, key: Key, inner: OneLambdaState, step: int) -> tuple[np.ndarray, OneLambdaState]:
        """Draw all offspring and what selection needs; on dynamic problems the parent is valued again."""
        n, stream = len(inner.x), stream_of(key, "step", step)
        size = int(f.brood_size(self.lowered_algorithm(n), Sized(np.array([inner.offspring])), stream))
        view = self._view(inner.problem, key, inner.x, step)
        drawn, ties = [], []
        for index in range(size):
            drawn.append(self._mutated(inner.policy, view._replace(offspring=index), inner.x, stream))
            ties.append(int(next_word(stream)) if size > 1 else 0)
        u = uniform(stream) if f.draws(self.rule().lower(n)) else 0.0
        toss = uniform(stream) if f.tosses(self.scheme(n)[0].lower(n)) else 0.0
        children = np.stack([flipped(inner.x, flips) for _, flips in drawn])
        flips, rates = tuple(len(flips) for _, flips in drawn), tuple(rate for rate, _ in drawn)
        inner = inner._replace(asked=Brood(children, flips, rates, tuple(ties), u, toss))
        return (np.concatenate([inner.x[None], children]) if inner.problem.dynamic else children), inner

    def absorb(self, inner: OneLambdaState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Select the best offspring, compare it with the parent, adapt lambda and the rate."""
        if step == 0:
            return Absorbed(inner._replace(loss=lasting(inner.problem, losses[0])))
        n, asked, algorithm = len(inner.x), inner.asked, self.lowered_algorithm(len(inner.x))
        parent, losses = (losses[0], losses[1:]) if inner.problem.dynamic else (inner.loss, losses)
        index = best_of(losses, asked.ties)
        child, flips, rate = losses[index], asked.flips[index], asked.rates[index]
        sign = int(child < parent) - int(child > parent)
        acceptance, policy = self.rule().lower(n), self.scheme(n)[0].lower(n)
        magnitude = float(parent - child) if f.weighs(acceptance) else 0.0
        kept = algorithm.comma or bool(f.keep(acceptance, sign, magnitude, asked.u))
        event = f.Event(step, sign, flips == 0, flips, index, asked.toss)
        after = inner._replace(
            x=asked.children[index] if kept else inner.x,
            loss=lasting(inner.problem, child if kept else parent),
            policy=f.update(policy, inner.policy, event, n),
            offspring=float(adapted(algorithm, inner.offspring, sign)),
            size=len(losses),
            rate=rate,
            asked=_nothing(n),
        )
        improved = None if algorithm.comma and not inner.problem.dynamic else kept and sign > 0
        detail = StepDetail(sign, kept, flips, rate, len(losses))
        return Absorbed(after, improved, detail, champion=index + inner.problem.dynamic)

    def incumbent(self, inner: OneLambdaState) -> tuple[np.ndarray, Any]:
        """The parent of the next generation and its loss, on dynamic problems under the last step's function."""
        return inner.x, inner.loss


def _numbers(work: Work) -> tuple[float, int, float]:
    """Lambda, the number of offspring of the last step, and their rate."""
    return float(work.brood[0]), int(work.brood[1]), float(work.rate[0])


def _nothing(n: int) -> Brood:
    """No offspring are asked."""
    return Brood(np.empty((0, n), dtype=np.uint8), (), (), (), 0.0, 0.0)


def best_of(losses: Any, ties: Any) -> int:
    """The index of the smallest loss; among equal ones, of the largest word."""
    best = 0
    for index in range(1, len(losses)):
        if losses[index] < losses[best] or (losses[index] == losses[best] and ties[index] > ties[best]):
            best = index
    return best


@dataclass(frozen=True)
class OnePlusLambda(AbstractOneLambda):
    """The (1+lambda) evolutionary algorithm: a best of lambda offspring replaces its parent if it is accepted.

    Step t: y_1, ..., y_lambda = mutations of x, independently; y a best of them, ties at random; x <- y if
    f(y) >= f(x). With one offspring it is the (1+1)-EA, bit for bit.

    Args:
        offspring: lambda, at least 1, or an `OffspringRule`.
        rate: the mutation-rate policy, asked once per offspring; None for mutations with a law of their own.
        mutation: how bits flip.
        acceptance: `Elitist()` (ties accepted), `Strict()` or `Metropolis(temperature)`.
        start: `Uniform()`, `Ones(fraction)`, or a string.

    Counting: `steps` is the number of generations; `evaluations` = 1 + lambda steps, plus one per step where the
    parent is evaluated again.

    Reference: Jansen, De Jong and Wegener, On the choice of the offspring population size in evolutionary algorithms,
    2005.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> run = evo.run(d.OnePlusLambda(8, rate=d.Static(strength=1.0)), d.OneMax(50), seed=1)
        >>> run.evaluations == 1 + 8 * run.steps
        True
    """

    offspring: int | OffspringRule
    rate: AbstractRate | None = None
    mutation: AbstractMutation = field(default_factory=StandardBits)
    acceptance: AbstractAcceptance = field(default_factory=Elitist)
    start: AbstractStart = field(default_factory=Uniform)

    def __post_init__(self) -> None:
        self._check()
        checks.instance_of("acceptance", self.acceptance, AbstractAcceptance, "Pass d.Elitist() or d.Strict().")

    def rule(self) -> AbstractAcceptance:
        """The acceptance rule."""
        return self.acceptance

    def lowered_algorithm(self, n: int) -> LoweredBrood:
        """The named tuple that kernels see of the algorithm itself."""
        return lowered_brood(self.offspring, False)


@dataclass(frozen=True)
class OneCommaLambda(AbstractOneLambda):
    """The (1,lambda) evolutionary algorithm: a best of lambda offspring replaces its parent, whatever its value.

    Step t: y_1, ..., y_lambda = mutations of x, independently; x <- a best of them, ties at random.

    Args:
        offspring: lambda, at least 1, or an `OffspringRule`: the self-adjusting (1,lambda)-EA.
        rate: the mutation-rate policy, asked once per offspring; None for mutations with a law of their own.
        mutation: how bits flip.
        start: `Uniform()`, `Ones(fraction)`, or a string.

    Counting: as for `OnePlusLambda`. A run is `reached` when an optimum was ever sampled; `best` is the best string so
    far, on dynamic problems the current one.

    Reference: Kaufmann, Larcher, Lengler and Zou, Self-adjusting population sizes for the (1,lambda)-EA on monotone
    functions, 2022, as in its authors' code.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> rule = d.OffspringRule(factor=1.5, s=1.0)
        >>> evo.run(d.OneCommaLambda(rule, rate=d.Static(strength=1.0)), d.OneMax(50), seed=1).reached
        True
    """

    offspring: int | OffspringRule
    rate: AbstractRate | None = None
    mutation: AbstractMutation = field(default_factory=StandardBits)
    start: AbstractStart = field(default_factory=Uniform)

    def __post_init__(self) -> None:
        self._check()

    def rule(self) -> AbstractAcceptance:
        """Not asked: every best offspring is kept."""
        return Elitist()

    def loses(self, n: int) -> bool:
        """The current string may become worse."""
        return True

    def lowered_algorithm(self, n: int) -> LoweredBrood:
        """The named tuple that kernels see of the algorithm itself."""
        return lowered_brood(self.offspring, True)
