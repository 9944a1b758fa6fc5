"""The (1+1) scheme: one parent, one offspring per step."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.engines import AbstractDriver
from evo.core.keys import Key
from evo.core.optimizers import Absorbed, AskTell, AskTellState
from evo.core.problems import AbstractProblem, Values
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.algorithms.variation import check_variation, policy_of
from evo.discrete.engines import functions as f
from evo.discrete.engines.errors import checked_memory, invalid_rate
from evo.discrete.engines.kernels import Parts
from evo.discrete.engines.reference import REFERENCE_DRIVER
from evo.discrete.engines.streams import seed_stream, uniform
from evo.discrete.mutations.one_bit import OneBit
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import AbstractAcceptance, AbstractMutation, AbstractRate, AbstractStart, length
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


class StepDetail(NamedTuple):
    """What the (1+1) scheme reports of a step."""

    sign: int
    kept: bool
    flips: int
    rate: float


class AbstractOnePlusOne(AskTell):
    """One parent, one offspring per step; what differs is the parts."""

    acceptance: AbstractAcceptance
    start: AbstractStart

    @abstractmethod
    def scheme(self, n: int) -> tuple[AbstractRate, AbstractMutation]:
        """The rate policy and the mutation, for strings of length n."""

    def drivers(self) -> tuple[AbstractDriver, ...]:
        """The compiled reference engine."""
        return (REFERENCE_DRIVER,)

    def lowered(self, problem: Any, start: Any = None) -> Parts:
        """All parts as kernels see them; `start` replaces the start part."""
        n = _bits_of(problem)
        rate, mutation = self.scheme(n)
        rate.suits(problem, n, 1)
        begin = self.start if start is None else as_start(start)
        acceptance = self.acceptance.lower(n)
        _refuse_weights(acceptance, problem)
        return Parts(
            problem=problem.lower(n),
            mutation=mutation.lower(n),
            rate=rate.lower(n),
            acceptance=acceptance,
            start=begin.lower(n),
            n=n,
            tracked=not problem.dynamic and self.loses(n),
        )

    def loses(self, n: int) -> bool:
        """Whether the acceptance rule may take a worse string, so that the best so far must be kept beside."""
        return bool(f.keep(self.acceptance.lower(n), -1, -1.0, 0.0))

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[OnePlusOneState, np.ndarray]:
        """Draw the start."""
        n = _bits_of(problem)
        policy, _ = self.scheme(n)
        policy.suits(problem, n, 1)
        begin = self.start if start is None else as_start(start)
        stream = np.empty(4, dtype=np.uint64)
        word0, word1 = key.child("start").words()
        seed_stream(stream, word0, word1, 0)
        x = np.empty(n, dtype=np.uint8)
        f.place(begin.lower(n), n, stream, x)
        _refuse_weights(self.acceptance.lower(n), problem)
        memory = checked_memory(policy, f.start(policy.lower(n), n))
        return OnePlusOneState(problem, key, x, np.nan, memory, x, 0, np.nan, 0.0, 0.0), x[None]

    def propose(self, key: Key, inner: OnePlusOneState, step: int) -> tuple[np.ndarray, OnePlusOneState]:
        """Draw a rate, the flips and what acceptance needs; on dynamic problems the parent is valued again."""
        n = len(inner.x)
        stream = np.empty(4, dtype=np.uint64)
        word0, word1 = key.child("step").words()
        seed_stream(stream, word0, word1, step)
        level_of = getattr(inner.problem, "level_of", None)
        level = 0 if level_of is None else level_of(inner.x, key)
        view = f.PolicyView(step, level, n - int(np.count_nonzero(inner.x)), 0)
        policy, mutation = self.scheme(n)
        rate = float(f.draw(policy.lower(n), inner.policy, view, n, stream))
        if not 0.0 <= rate <= 1.0:
            raise invalid_rate(policy, rate, step, n)
        out = np.empty(n, dtype=np.int64)
        count = f.flips(mutation.lower(n), rate, n, stream, out, np.zeros(128))
        u = uniform(stream) if f.draws(self.acceptance.lower(n)) else 0.0
        toss = uniform(stream) if f.tosses(policy.lower(n)) else 0.0
        child = inner.x.copy()
        child[out[:count]] ^= 1
        inner = inner._replace(child=child, flips=int(count), rate=rate, u=u, toss=toss)
        return (np.stack([inner.x, child]) if inner.problem.dynamic else child[None]), inner

    def absorb(self, inner: OnePlusOneState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Compare, accept, adapt the rate."""
        if step == 0:
            return Absorbed(inner._replace(loss=losses[0]))
        n = len(inner.x)
        parent, child = (losses[0], losses[1]) if inner.problem.dynamic else (inner.loss, losses[0])
        sign = int(child < parent) - int(child > parent)
        acceptance, policy = self.acceptance.lower(n), self.scheme(n)[0].lower(n)
        magnitude = float(parent - child) if f.weighs(acceptance) else 0.0
        kept = bool(f.keep(acceptance, sign, magnitude, inner.u))
        event = f.Event(step, sign, inner.flips == 0, inner.flips, 0, inner.toss)
        after = inner._replace(
            x=inner.child if kept else inner.x,
            loss=child if kept else parent,
            policy=f.update(policy, inner.policy, event, n),
        )
        return Absorbed(after, kept and sign > 0, StepDetail(sign, kept, inner.flips, inner.rate))

    def best(self, state: AskTellState) -> tuple[np.ndarray, Any]:
        """The parent, also after neutral moves; the best so far where a rule or a value that is not finite lost it."""
        candidate, value = self.current(state)
        kept = state.dynamic or (value == state.best_value and not self.loses(len(candidate)))
        return (candidate, value) if kept else (state.best, state.best_value)

    def incumbent(self, inner: OnePlusOneState) -> tuple[np.ndarray, Any]:
        """The parent and its loss, on dynamic problems under the last step's function."""
        return inner.x, inner.loss


@dataclass(frozen=True)
class OnePlusOne(AbstractOnePlusOne):
    """The (1+1) evolutionary algorithm: flip bits at some rate, keep the offspring if it is accepted.

    Step t = 1, 2, ...: y = mutation(x) at the rate p_t of the policy; x <- y if acceptance says so.

    Args:
        rate: the mutation-rate policy, for example `Static(strength=1.0)`; None for mutations with a law of their own.
        mutation: how bits flip; `StandardBits()` (idle steps count).
        acceptance: `Elitist()` (ties accepted) or `Strict()`.
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
        acceptance: `Elitist()` (ties accepted) or `Strict()`.
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


def _bits_of(problem: Any) -> int:
    n = getattr(problem, "n", None)
    if n is None:
        action = "Use a function of evo.discrete, or wrap a callable as d.Custom(f, n=..., sense=...)."
        raise checks.bad_value("problem", problem, "be a problem on bit strings (with a length n)", action)
    return length(n)


def _refuse_weights(acceptance: Any, problem: AbstractProblem) -> None:
    if problem.values is Values.ORDER and f.weighs(acceptance):
        action = "Use a rule that only compares, such as d.Elitist(), or a problem with representable values."
        allowed = f"not weigh differences: the values of {problem!r} are only ordered"
        raise checks.bad_value("acceptance", type(acceptance).__name__, allowed, action)
