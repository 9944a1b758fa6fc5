"""The CMA-ES of the package cma behind the interface of this library."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from evo.continuous.constants import default_population
from evo.continuous.failures import replaced
from evo.continuous.gaussian import GaussianDetail, checked_population, checked_sigma, ranking, real_start
from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import Absorbed, AskTell
from evo.core.problems import AbstractProblem

#: options that this library sets itself, or whose numbers would come from elsewhere than the run's key
_OWN = {
    "randn": "numbers are drawn from the run's key",
    "seed": "numbers are drawn from the run's key",
    "popsize": "pass population=...",
    "integer_variables": "cma draws for them from NumPy's global generator",
}


class PyCmaState(NamedTuple):
    """What is carried from generation to generation."""

    #: the first candidate, in its own shape
    start: np.ndarray
    #: the mean in the shape of the start, and its loss: nan except at the start
    mean: np.ndarray
    loss: Any
    held: Held


@dataclass(frozen=True)
class PyCma(AskTell):
    """The CMA-ES of Hansen's package `cma` (pycma): with bounds, constraints on scales, and all its options.

    Args:
        sigma: initial standard deviation, positive.
        population: lambda, at least 2; 4 + floor(3 ln D) if None.
        options: options of `cma.CMAOptions`, a mapping or pairs, for example {"bounds": [-5, 5]}.

    A second implementation beside `CmaEs`, which is faster and needs no other package. Its termination criteria are
    not used: runs end by `stop`. Start, counting and candidates are as in `CmaEs`; losses that are not finite count as
    the worst finite one of their generation. Its numbers are drawn from the run's key by step; states hold the
    package's own object, which is copied whenever it changes.

    Raises:
        ModuleNotFoundError: without the package: pip install 'evo-theory[cma]'.
        ValueError: for options that do not exist, or that this library sets itself.

    Reference: Hansen, Akimoto and Baudis, CMA-ES/pycma, doi 10.5281/zenodo.2559634.

    Example:
        >>> import evo, numpy as np
        >>> from evo import continuous as c
        >>> sphere = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(5))
        >>> evo.run(c.PyCma(sigma=0.5), sphere, seed=0, stop=evo.Steps(100)).value < 1e-3
        True
    """

    sigma: float
    population: int | None = None
    options: Any = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", checked_sigma(self.sigma))
        object.__setattr__(self, "population", checked_population(self.population))
        pairs = self.options.items() if isinstance(self.options, Mapping) else self.options
        object.__setattr__(self, "options", tuple(sorted((name, _fixed(item)) for name, item in pairs)))
        known = _package().CMAOptions.defaults()
        for name, _ in self.options:
            if name in _OWN:
                raise checks.bad_value("options", name, "be left to this library", f"Leave it out: {_OWN[name]}.")
            if name not in known:
                raise checks.bad_value("options", name, "be options of cma", checks.nearest(name, known))

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[PyCmaState, np.ndarray]:
        """The start is the first mean."""
        start = real_start(problem.start(key) if start is None else start)
        population = default_population(start.size) if self.population is None else self.population
        own = {"verbose": -9, "verb_log": 0, "verb_disp": 0, "seed": np.nan, "popsize": population, "randn": Normal()}
        strategy = _package().CMAEvolutionStrategy(start.reshape(-1), self.sigma, {**dict(self.options), **own})
        return PyCmaState(start, start, np.float64(np.nan), Held(strategy, ())), start[None].copy()

    def propose(self, key: Key, inner: PyCmaState, step: int) -> tuple[np.ndarray, PyCmaState]:
        """Draw lambda candidates."""
        strategy = copy.deepcopy(inner.held.strategy)
        strategy.opts["randn"].generator = key.child("noise", step).numpy()
        asked = strategy.ask()
        candidates = np.array(asked).reshape(-1, *inner.start.shape)
        return candidates, inner._replace(held=Held(strategy, tuple(asked)))

    def absorb(self, inner: PyCmaState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Tell the package."""
        del candidates
        if step == 0:
            return Absorbed(inner._replace(loss=losses[0]))
        strategy = copy.deepcopy(inner.held.strategy)
        strategy.tell(list(inner.held.asked), list(replaced(losses)))
        strategy.opts["randn"].generator = None
        mean = np.array(strategy.result.xfavorite, dtype=np.float64).reshape(inner.start.shape)
        order = ranking(losses)
        ratio = float(np.max(strategy.D) / np.min(strategy.D))
        detail = GaussianDetail(float(strategy.sigma), ratio, losses[order[0]], losses[order[len(order) // 2]])
        return Absorbed(PyCmaState(inner.start, mean, np.float64(np.nan), Held(strategy, ())), detail=detail)

    def incumbent(self, inner: PyCmaState) -> tuple[np.ndarray, Any]:
        """The mean; its loss is nan after the start, because it is not evaluated."""
        return inner.mean, inner.loss


class Held:
    """The package's object and what it asked; two are equal if their distributions and counters are."""

    def __init__(self, strategy: Any, asked: tuple[np.ndarray, ...]) -> None:
        self.strategy, self.asked = strategy, asked

    def _numbers(self) -> tuple[Any, ...]:
        s = self.strategy
        arrays = (s.mean, s.D, s.pc, *self.asked)
        return s.countiter, s.countevals, float(s.sigma), *(np.asarray(array).tobytes() for array in arrays)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self._numbers() == other._numbers()

    def __hash__(self) -> int:
        return hash(self._numbers())


class Normal:
    """Standard normal numbers of the step that is being asked; mutable, because the package keeps hold of it."""

    generator: np.random.Generator | None = None

    def __call__(self, *shape: int) -> np.ndarray:
        """An array of the shape; zeros while no step is being asked."""
        return np.zeros(shape) if self.generator is None else self.generator.standard_normal(shape)


def _fixed(item: Any) -> Any:
    return tuple(_fixed(part) for part in item) if isinstance(item, list | tuple | np.ndarray) else item


def _package() -> Any:
    try:
        import cma
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("`PyCma` needs the package cma: pip install 'evo-theory[cma]'.") from error
    return cma
