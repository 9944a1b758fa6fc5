"""The (1+1) scheme: one parent, one offspring per step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import Absorbed
from evo.core.problems import AbstractProblem
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.search import AbstractSearch, StepDetail, flipped, lasting, stream_of
from evo.discrete.algorithms.variation import check_variation, policy_of
from evo.discrete.engines import functions as f
from evo.discrete.engines.generations.single import LoweredSingle
from evo.discrete.engines.kernels import Work
from evo.discrete.engines.streams import uniform
from evo.discrete.mutations.one_bit import OneBit
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import AbstractAcceptance, AbstractMutation, AbstractRate, AbstractStart
from evo.discrete.starts.given import as_start
from evo.discrete.starts.uniform import Uniform


class OnePlusOneState(NamedTuple):
    """What the (1+1) scheme carries from step to step."""

    #: what the run is about: the problem, and the key of the run
    problem: AbstractProblem
    key: Key
    #: current string `uint8[n]`, its loss, and the state of the rate policy
    x: np.ndarray
    loss: Any
    policy: tuple[Any, ...]
    #: the offspring that was asked: string, number of flips, rate, and the uniform number for acceptance
    child: np.ndarray
    flips: int
    rate: float
    u: float
    #: the uniform number that the policy may use to adapt
    toss: float


class AbstractOnePlusOne(AbstractSearch):
    """One parent, one offspring per step; what differs is the parts."""

    acceptance: AbstractAcceptance

    def rule(self) -> AbstractAcceptance:
        """The acceptance rule."""
        return self.acceptance

    def several(self) -> bool:
        """An offspring meets its parent only."""
        return False

    def lowered_algorithm(self, n: int) -> LoweredSingle:
        """The named tuple that kernels see of the algorithm itself."""
        return LoweredSingle(0)

    def packed(self, work: Work, policy: Any, problem: AbstractProblem, key: Key, steps: int) -> OnePlusOneState:
        """The inner state of a run in the arrays of `work`."""
        x = work.x.copy()
        loss = lasting(problem, -problem.evaluate(x[None], steps, key)[0])
        return OnePlusOneState(problem, key, x, loss, policy, x, 0, float(work.rate[0]), 0.0, 0.0)

    def unpack(self, inner: OnePlusOneState, work: Work) -> None:
        """Write an inner state into the arrays of `work`."""
        work.x[:] = inner.x
        work.rate[0] = inner.rate
        work.brood[1] = 1.0

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[OnePlusOneState, np.ndarray]:
        """Draw the start."""
        strings, policy = self._opened(key, problem, start)
        x = strings[0]
        return OnePlusOneState(problem, key, x, np.nan, policy, x, 0, np.nan, 0.0, 0.0), strings

    def propose(self, key: Key, inner: OnePlusOneState, step: int) -> tuple[np.ndarray, OnePlusOneState]:
        """Draw a rate, the flips and what acceptance needs; on dynamic problems the parent is valued again."""
        n, stream = len(inner.x), stream_of(key, "step", step)
        rate, flips = self._mutated(inner.policy, self._view(inner.problem, key, inner.x, step), inner.x, stream)
        u = uniform(stream) if f.draws(self.acceptance.lower(n)) else 0.0
        toss = uniform(stream) if f.tosses(self.scheme(n)[0].lower(n)) else 0.0
        child = flipped(inner.x, flips)
        inner = inner._replace(child=child, flips=len(flips), rate=rate, u=u, toss=toss)
        return (np.stack([inner.x, child]) if inner.problem.dynamic else child[None]), inner

    def absorb(self, inner: OnePlusOneState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Compare, accept, adapt the rate."""
        if step == 0:
            return Absorbed(inner._replace(loss=lasting(inner.problem, losses[0])))
        n = len(inner.x)
        parent, child = (losses[0], losses[1]) if inner.problem.dynamic else (inner.loss, losses[0])
        sign = int(child < parent) - int(child > parent)
        acceptance, policy = self.acceptance.lower(n), self.scheme(n)[0].lower(n)
        magnitude = float(parent - child) if f.weighs(acceptance) else 0.0
        kept = bool(f.keep(acceptance, sign, magnitude, inner.u))
        event = f.Event(step, sign, inner.flips == 0, inner.flips, 0, inner.toss)
        after = inner._replace(
            x=inner.child if kept else inner.x,
            loss=lasting(inner.problem, child if kept else parent),
            policy=f.update(policy, inner.policy, event, n),
        )
        return Absorbed(after, kept and sign > 0, StepDetail(sign, kept, inner.flips, inner.rate))

    def incumbent(self, inner: OnePlusOneState) -> tuple[np.ndarray, Any]:
        """The parent and its loss: on dynamic problems under the last step's function, nan if that was relative."""
        return inner.x, inner.loss


@dataclass(frozen=True)
class OnePlusOne(AbstractOnePlusOne):
    """The (1+1) evolutionary algorithm: flip bits at some rate, keep the offspring if it is accepted.

    Step t = 1, 2, ...: y = mutation(x) at the rate p_t of the policy; x <- y if acceptance says so.

    Args:
        rate: the mutation-rate policy, for example `Static(strength=1.0)`; None for mutations with a law of their own.
        mutation: how bits flip; `StandardBits()` (idle steps count).
        acceptance: `Elitist()` (ties accepted), `Strict()` or `Metropolis(temperature)`.
        start: `Uniform()`, `Ones(fraction)`, or a string.

    Counting: `steps` is T, the number of mutations; `evaluations` = 1 + steps, or 1 + 2 steps where the parent is
    evaluated again in every step.

    Reference: Droste, Jansen and Wegener, On the analysis of the (1+1) evolutionary algorithm, 2002.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), d.BinVal(100), seed=7).reached
        True
    """

    rate: AbstractRate | None = None
    mutation: AbstractMutation = field(default_factory=StandardBits)
    acceptance: AbstractAcceptance = field(default_factory=Elitist)
    start: AbstractStart = field(default_factory=Uniform)

    def __post_init__(self) -> None:
        check_variation(self.rate, self.mutation)
        checks.instance_of("acceptance", self.acceptance, AbstractAcceptance, "Pass d.Elitist() or d.Strict().")
        object.__setattr__(self, "start", as_start(self.start))

    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """The rate policy and the mutation, for strings of length n."""
        return policy_of(self.rate, self.mutation, n), self.mutation


@dataclass(frozen=True)
class RandomLocalSearch(AbstractOnePlusOne):
    """Randomized local search: flip exactly one uniformly random bit per step.

    Args:
        acceptance: `Elitist()` (ties accepted), `Strict()` or `Metropolis(temperature)`.
        start: `Uniform()`, `Ones(fraction)`, or a string.

    On every strictly monotone function T has the same law, the coupon collector's on the zero-bits of the start.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.RandomLocalSearch(), d.OneMax(100), seed=0).reached
        True
    """

    acceptance: AbstractAcceptance = field(default_factory=Elitist)
    start: AbstractStart = field(default_factory=Uniform)

    def __post_init__(self) -> None:
        checks.instance_of("acceptance", self.acceptance, AbstractAcceptance, "Pass d.Elitist() or d.Strict().")
        object.__setattr__(self, "start", as_start(self.start))

    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """Exactly one bit."""
        return policy_of(None, OneBit(), n), OneBit()
