"""The (1+(lambda,lambda)) scheme: mutants, then crossover of the best one with its parent."""

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
from evo.discrete.algorithms.one_lambda import Sized, best_of
from evo.discrete.algorithms.search import AbstractSearch, StepDetail, flipped, stream_of
from evo.discrete.engines import functions as f
from evo.discrete.engines.generations.brood import adapted
from evo.discrete.engines.generations.twofold import (
    LoweredTwofold,
    common_flips,
    crossover_bias,
    inherited,
    mutation_rate,
)
from evo.discrete.engines.kernels import Work
from evo.discrete.engines.sampling import distinct_positions
from evo.discrete.engines.streams import next_word
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import AbstractAcceptance, AbstractMutation, AbstractRate, AbstractStart
from evo.discrete.rates.static import Static
from evo.discrete.starts.given import as_start
from evo.discrete.starts.uniform import Uniform


class Phase(NamedTuple):
    """A generation in progress; empty when it is complete."""

    #: the strings that were asked, and the positions of the parent that each flips
    children: np.ndarray  # uint8[offspring, n]
    flips: tuple[np.ndarray, ...]
    #: random words by which ties are decided, the largest wins
    ties: tuple[int, ...]
    #: where the random stream of the step stands, uint64[4]
    stream: np.ndarray
    #: whether the mutants are done: `flips` holds the best one's, then those of the crossover offspring
    crossed: bool


class OnePlusLambdaLambdaState(NamedTuple):
    """What the (1+(lambda,lambda)) scheme carries from step to step."""

    problem: AbstractProblem
    key: Key
    #: current string `uint8[n]` and its loss
    x: np.ndarray
    loss: Any
    policy: tuple[Any, ...]
    #: lambda, not rounded
    offspring: float
    #: how many mutants the last step had
    size: int
    rate: float
    asked: Phase


@dataclass(frozen=True)
class OnePlusLambdaLambda(AbstractSearch):
    """The (1+(lambda,lambda)) genetic algorithm: lambda mutants, then lambda crossovers of the best one and the parent.

    Step t: l ~ Bin(n, strength / n); lambda mutants of x each flip l distinct random bits, x' is a best of them;
    lambda offspring take each bit from x' with probability `bias`, else from x; y is a best of these; x <- y if
    f(y) >= f(x). Ties are broken at random. With lambda = 1 and bias = 1 it makes the steps of the (1+1)-EA.

    Args:
        offspring: lambda, at least 1, or an `OffspringRule`, for example factor=1.5, s=4 for the one-fifth rule.
        strength: c, the expected number of flips of a mutant, in (0, n]; lambda if None.
        bias: gamma, the probability of a bit of the mutant, in (0, 1]; 1/lambda if None.
        start: `Uniform()`, `Ones(fraction)`, or a string.

    Counting: `steps` is the number of generations; `evaluations` = 1 + 2 lambda steps, plus one per step where the
    parent is evaluated again. A generation has two phases in ask-tell. A run is `reached` when an optimum was
    sampled, by a mutant too; `best` is the best string so far.

    Reference: Doerr, Doerr and Ebel, From black-box complexity to designing new genetic algorithms, 2015,
    as recalled.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> run = evo.run(d.OnePlusLambdaLambda(4), d.OneMax(50), seed=1)
        >>> run.evaluations == 1 + 8 * run.steps
        True
    """

    offspring: int | OffspringRule
    strength: float | None = None
    bias: float | None = None
    start: AbstractStart = field(default_factory=Uniform)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offspring", checked_offspring(self.offspring))
        if self.strength is not None:
            action = "Strength is the expected number of flips of a mutant; pass for example 4.0."
            object.__setattr__(
                self, "strength", checks.real("strength", self.strength, 0, np.inf, action, open_low=True)
            )
        if self.bias is not None:
            action = "Pass a probability, for example 0.25."
            object.__setattr__(self, "bias", checks.real("bias", self.bias, 0, 1, action, open_low=True))
        object.__setattr__(self, "start", as_start(self.start))

    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """A rate that is checked and not asked: the rate of the mutants is strength / n, or lambda / n."""
        return Static(strength=self.strength) if self.strength is not None else Static(rate=1.0), StandardBits()

    def rule(self) -> AbstractAcceptance:
        """Not worse."""
        return Elitist()

    def least_offspring(self) -> int:
        """The smallest number of mutants of a generation."""
        return least(self.offspring)

    def loses(self, n: int) -> bool:
        """A mutant may be better than what comes after it."""
        return True

    def _suited(self, problem: Any) -> int:
        n = super()._suited(problem)
        if getattr(problem, "relative", False):
            allowed = f"be a function that does not depend on the parent: {type(self).__name__} asks in two phases"
            raise checks.bad_value("problem", problem, allowed, "Use d.OnePlusLambda(...), or another problem.")
        return n

    def lowered_algorithm(self, n: int) -> LoweredTwofold:
        """The named tuple that kernels see of the algorithm itself."""
        return LoweredTwofold(lowered_brood(self.offspring, False, float(n)), self.strength or 0.0, self.bias or 0.0)

    def packed(
        self, work: Work, policy: Any, problem: AbstractProblem, key: Key, steps: int
    ) -> OnePlusLambdaLambdaState:
        """The inner state of a run in the arrays of `work`."""
        x = work.x.copy()
        loss, rate = -problem.evaluate(x[None], steps, key)[0], float(work.rate[0])
        numbers = float(work.brood[0]), int(work.brood[1]), rate
        return OnePlusLambdaLambdaState(problem, key, x, loss, policy, *numbers, _nothing(len(x)))

    def unpack(self, inner: OnePlusLambdaLambdaState, work: Work) -> None:
        """Write an inner state into the arrays of `work`."""
        work.x[:] = inner.x
        work.rate[0], work.brood[:] = inner.rate, (inner.offspring, inner.size)

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[OnePlusLambdaLambdaState, np.ndarray]:
        """Draw the start."""
        strings, policy = self._opened(key, problem, start)
        x, first = strings[0], float(f.first_brood(self.lowered_algorithm(strings.shape[1])))
        return OnePlusLambdaLambdaState(problem, key, x, np.nan, policy, first, 0, np.nan, _nothing(len(x))), strings

    def later(self, inner: OnePlusLambdaLambdaState) -> int:
        """As many crossover offspring as mutants."""
        return 0 if inner.asked.crossed else len(inner.asked.children)

    def propose(
        self, key: Key, inner: OnePlusLambdaLambdaState, step: int
    ) -> tuple[np.ndarray, OnePlusLambdaLambdaState]:
        """Draw the mutants (on dynamic problems the parent is valued with them), or the crossover offspring."""
        return self._crossovers(inner) if inner.asked.crossed else self._mutants(key, inner, step)

    def _mutants(
        self, key: Key, inner: OnePlusLambdaLambdaState, step: int
    ) -> tuple[np.ndarray, OnePlusLambdaLambdaState]:
        n, stream = len(inner.x), stream_of(key, "step", step)
        algorithm = self.lowered_algorithm(n)
        size = int(f.brood_size(algorithm, Sized(np.array([inner.offspring])), stream))
        rate, out = float(mutation_rate(algorithm, inner.offspring, n)), np.empty(n, dtype=np.int64)
        count = int(common_flips(rate, n, stream, out, np.zeros(128)))
        flips, ties = [], []
        for _ in range(size):
            distinct_positions(stream, n, count, out)
            flips.append(out[:count].copy())
            ties.append(int(next_word(stream)) if size > 1 else 0)
        children = np.stack([flipped(inner.x, positions) for positions in flips])
        asked = Phase(children, tuple(flips), tuple(ties), stream, False)
        inner = inner._replace(asked=asked, rate=rate)
        dynamic = inner.problem.dynamic
        return (np.concatenate([inner.x[None], asked.children]) if dynamic else asked.children), inner

    def _crossovers(self, inner: OnePlusLambdaLambdaState) -> tuple[np.ndarray, OnePlusLambdaLambdaState]:
        n, size, stream, mutant = len(inner.x), len(inner.asked.ties), inner.asked.stream.copy(), inner.asked.flips[0]
        bias, out = float(crossover_bias(self.lowered_algorithm(n), inner.offspring)), np.empty(n, dtype=np.int64)
        flips, ties = [], []
        for _ in range(size):
            count = int(inherited(mutant, len(mutant), bias, stream, out))
            flips.append(out[:count].copy())
            ties.append(int(next_word(stream)) if size > 1 else 0)
        children = np.stack([flipped(inner.x, positions) for positions in flips])
        asked = inner.asked._replace(children=children, flips=tuple(flips), ties=tuple(ties), stream=stream)
        return children, inner._replace(asked=asked)

    def absorb(self, inner: OnePlusLambdaLambdaState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Choose a best mutant, or a best crossover offspring, which replaces the parent if it is not worse."""
        if step == 0:
            return Absorbed(inner._replace(loss=losses[0]))
        asked, dynamic = inner.asked, inner.problem.dynamic
        if not asked.crossed:
            parent, own = (losses[0], losses[1:]) if dynamic else (inner.loss, losses)
            best = best_of(own, asked.ties)
            mutant = asked._replace(children=asked.children[:0], flips=(asked.flips[best],), crossed=True)
            after = inner._replace(asked=mutant, loss=parent)
            return Absorbed(after, False if dynamic else None, again=True, champion=best + dynamic)
        best = best_of(losses, asked.ties)
        parent, child, flips = inner.loss, losses[best], len(asked.flips[best])
        sign = int(child < parent) - int(child > parent)
        kept = sign >= 0
        after = inner._replace(
            x=asked.children[best] if kept else inner.x,
            loss=child if kept else parent,
            offspring=float(adapted(self.lowered_algorithm(len(inner.x)).size, inner.offspring, sign)),
            size=len(losses),
            asked=_nothing(len(inner.x)),
        )
        detail = StepDetail(sign, kept, flips, inner.rate, len(losses))
        return Absorbed(after, kept and sign > 0 if dynamic else None, detail, champion=best)

    def incumbent(self, inner: OnePlusLambdaLambdaState) -> tuple[np.ndarray, Any]:
        """The parent of the next generation and its loss, on dynamic problems under the last step's function."""
        return inner.x, inner.loss


def _nothing(n: int) -> Phase:
    """No offspring are asked."""
    return Phase(np.empty((0, n), dtype=np.uint8), (), (), np.zeros(4, dtype=np.uint64), False)
