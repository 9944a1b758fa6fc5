"""Linear functions with random positive weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.weights import Weights
from evo.discrete.engines.generic import generic, implements_lowered
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import below, exponential, next_word, seed_stream
from evo.discrete.parts import AbstractFunction, AbstractPart, bit_strings, length, part
from evo.discrete.problems.instances import Fixed, Instance, PerRun, checked
from evo.discrete.problems.linear import EXACT, LoweredLinear, exact_sums


class AbstractWeights(AbstractPart):
    """A law of positive weights on a grid: `draw_weight` draws integers, in units of 2^exponent."""

    exponent: int


@generic(default=False)
def draw_weight(law, stream):
    """A positive integer weight below 2^40."""


@part
class UniformWeights(AbstractWeights):
    """Uniform on (0, 1], on the grid of multiples of 2^-32."""

    exponent = -32

    def lower(self, n: int) -> LoweredUniformWeights:
        """The named tuple that kernels see."""
        return LoweredUniformWeights(0)


class LoweredUniformWeights(NamedTuple):
    """`UniformWeights` as kernels see it."""

    unused: int


@part
class ExponentialWeights(AbstractWeights):
    """Exponential of mean 1, rounded up to a multiple of 2^-26."""

    exponent = -26

    def lower(self, n: int) -> LoweredExponentialWeights:
        """The named tuple that kernels see."""
        return LoweredExponentialWeights(0)


class LoweredExponentialWeights(NamedTuple):
    """`ExponentialWeights` as kernels see it."""

    unused: int


@part
class IntegerWeights(AbstractWeights):
    """Uniform on the integers low, ..., high.

    Args:
        low: smallest weight, at least 1.
        high: largest weight, below 2^31.
    """

    low: int
    high: int
    exponent = 0

    def __post_init__(self) -> None:
        action = "Pass 1 <= low <= high < 2^31."
        object.__setattr__(self, "low", checks.integer("low", self.low, 1, action, high=2**31 - 1))
        object.__setattr__(self, "high", checks.integer("high", self.high, self.low, action, high=2**31 - 1))

    def lower(self, n: int) -> LoweredIntegerWeights:
        """The named tuple that kernels see."""
        return LoweredIntegerWeights(self.low, self.high)


class LoweredIntegerWeights(NamedTuple):
    """`IntegerWeights` as kernels see it."""

    low: int
    high: int


def _uniform_weight(law, stream):
    return np.int64(next_word(stream) >> np.uint64(32)) + np.int64(1)


def _exponential_weight(law, stream):
    return np.int64(exponential(stream) * 67108864.0) + np.int64(1)


def _integer_weight(law, stream):
    return np.int64(law.low + below(stream, law.high - law.low + 1))


for _law, _function in (
    (LoweredUniformWeights, _uniform_weight),
    (LoweredExponentialWeights, _exponential_weight),
    (LoweredIntegerWeights, _integer_weight),
):
    _function.__name__ = "draw_weight"
    implements_lowered(_law)(_function)


@part
class RandomLinear(AbstractFunction):
    """A linear function whose weights are drawn independently from a law.

    Args:
        n: string length, at least 1.
        law: `UniformWeights()` (default), `ExponentialWeights()` or `IntegerWeights(low, high)`.
        instance: `PerRun()` (default): every run draws its own weights; `Fixed(seed)`: all runs share them.

    Weights lie on a grid (see the law), so that sums and comparisons are exact.

    Example:
        >>> from evo import discrete as d
        >>> d.RandomLinear(100, instance=d.Fixed(seed=1)).weights().shape
        (100,)
    """

    n: int
    law: AbstractWeights = UniformWeights()
    instance: Instance = PerRun()
    monotone = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))
        action = "Pass d.UniformWeights(), d.ExponentialWeights() or d.IntegerWeights(low, high)."
        checks.instance_of("law", self.law, AbstractWeights, action)
        checked(self.instance)
        object.__setattr__(self, "values", Values.INT64 if self.law.exponent == 0 else Values.FLOAT64)

    def event_state(self, *, exchangeable: bool) -> Any:
        """The weights."""
        del exchangeable
        return Weights

    def lower(self, n: int) -> Any:
        """The named tuple that kernels see: the law, or the weights of a fixed instance."""
        drawn = LoweredRandomLinear(n, self.law.lower(n), np.ldexp(1.0, self.law.exponent).item())
        return instance_of(drawn, self.instance.key()) if isinstance(self.instance, Fixed) else drawn

    def weights(self, key: Key | None = None) -> np.ndarray:
        """The weights `float64[n]` of the fixed instance, or of the run with this key."""
        return self._integers(key) * np.ldexp(1.0, self.law.exponent)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values in the run with this key, exact."""
        del step
        strings = bit_strings(candidates, self.n)
        integers = self._integers(key)
        native = int(integers.sum()) < (2**62 if self.law.exponent == 0 else 2**53)
        return exact_sums(strings, integers.reshape(-1, 1), self.law.exponent, native, self.values)

    def _integers(self, key: Key | None) -> np.ndarray:
        if isinstance(self.instance, Fixed):
            return self.lower(self.n).weights
        if key is None:
            action = "Pass the key of the run, evo.Key(seed) for evo.run(seed=seed), or use instance=d.Fixed(seed)."
            raise checks.bad_value("key", key, "be a key: every run draws its own weights", action)
        return instance_of(self.lower(self.n), key.child("instance")).weights


class LoweredRandomLinear(NamedTuple):
    """`RandomLinear` before its weights are drawn."""

    n: int
    law: Any
    unit: float


@implements_lowered(LoweredRandomLinear)
def instance(problem, words):
    """Draw the weights of a run."""
    stream = np.empty(4, dtype=np.uint64)
    seed_stream(stream, words[0], words[1], 0)
    weights = np.empty(problem.n, dtype=np.int64)
    total = np.int64(0)
    for place in range(problem.n):
        weights[place] = draw_weight(problem.law, stream)
        total += weights[place]
    return LoweredLinear(weights, problem.unit, bool(total <= EXACT))
