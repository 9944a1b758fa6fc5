"""`minimise` and `maximise`: one call for a black box."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from evo.continuous.cma_es import CmaEs
from evo.continuous.constants import default_population
from evo.continuous.gaussian import AbstractGaussian, checked_sigma
from evo.continuous.observables import GaussianObservable
from evo.continuous.sep_cma_es import SepCmaEs
from evo.continuous.trees import flatten
from evo.core import checks
from evo.core.api import run
from evo.core.keys import Key
from evo.core.problems import BlackBox, Sense
from evo.core.records import Every
from evo.core.results import Result
from evo.core.stops import Evaluations, Reason, Steps

#: the largest dimension in which the full covariance matrix is learned
FULL_UP_TO = 100
_LOSSES = ("best_loss", "median_loss")
_PROGRESS = Every(1, *map(GaussianObservable, _LOSSES))


def minimise(
    f: Callable[[Any], Any],
    start: Any = None,
    *,
    bits: int | None = None,
    budget: int,
    seed: int | Key,
    sigma: float | None = None,
) -> Any:
    """The best candidate that was found for a function to be minimised, over real parameters or over bit strings.

    Real parameters (`start`): CMA-ES in up to 100 dimensions and separable CMA-ES above. When neither the best nor the
    median loss of a generation fell within 120 + 30 D / lambda generations, another run begins at the start with the
    population lambda doubled (IPOP), as long as the budget allows.

    Bit strings (`bits`): the (1+1)-EA, which starts in a uniformly random string, flips every bit with probability
    1 / bits and keeps what is not worse.

    Args:
        f: takes one candidate and returns one finite number. It gets fresh objects and may change them.
        start: the first candidate: a number, an array of any shape, or a dict, list, tuple or named tuple of such. `f`
            gets the same structure: numbers as Python floats, arrays as NumPy arrays of the same shape and
            floating-point dtype (those of other libraries come as NumPy arrays, too). Integers are converted to floats.
        bits: instead of `start`, the length n of bit strings; `f` gets `uint8[n]`.
        budget: how many times `f` may be called, at least 1. It is never exceeded. A generation that does not fit is
            not begun, so that a few calls may be left over; with fewer than 1 + lambda calls only the start is tried.
        seed: a non-negative integer, or a key. The same seed gives the same calls.
        sigma: initial standard deviation of every real parameter; 0.3 max(1, s) if None, with s the root mean square of
            the start. Scale parameters whose ranges differ.

    Returns:
        The candidate with the smallest value that `f` returned, in the structure of `start`, or as `uint8[n]`.

    Raises:
        TypeError: for arguments of a wrong type, and if `f` returns anything but one real number.
        ValueError: unless exactly one of `start` and `bits` is given, for starts that are empty or not finite, and if
            `f` returns nan or an infinity.

    Departs from the paper (IPOP): this rule alone decides when to restart, and all runs begin at the same start.

    Reference: Hansen, arXiv 1604.00772; Ros and Hansen, PPSN 2008; Auger and Hansen, A restart CMA evolution strategy
    with increasing population size, CEC 2005; Droste, Jansen and Wegener, 2002.

    Example:
        >>> import evo
        >>> x = evo.minimise(lambda p: (p["a"] - 1) ** 2 + (p["b"] + 2) ** 2, {"a": 0.0, "b": 0.0}, budget=600, seed=0)
        >>> round(x["a"], 6), round(x["b"], 6)
        (1.0, -2.0)
    """
    return _best(f, Sense.MINIMISE, start, bits, budget, seed, sigma)


def maximise(
    f: Callable[[Any], Any],
    start: Any = None,
    *,
    bits: int | None = None,
    budget: int,
    seed: int | Key,
    sigma: float | None = None,
) -> Any:
    """The best candidate that was found for a function to be maximised; see `minimise`.

    Example:
        >>> import evo
        >>> int(evo.maximise(lambda x: int(x.sum()), bits=20, budget=1000, seed=0).sum())
        20
    """
    return _best(f, Sense.MAXIMISE, start, bits, budget, seed, sigma)


def _best(f: Any, sense: Sense, start: Any, bits: int | None, budget: int, seed: int | Key, sigma: float | None) -> Any:
    if not callable(f):
        raise checks.bad_type("f", f, "be callable", "Pass a function of one candidate.")
    if (start is None) == (bits is None):
        raise ValueError(
            f"`start` or `bits` must be given, exactly one of them; got {'neither' if bits is None else 'both'}. "
            "Pass start=... to search real parameters from a first guess, or bits=n to search bit strings."
        )
    budget = checks.integer("budget", budget, 1, "Pass how many times `f` may be called, for example budget=10_000.")
    if bits is None:
        return _best_reals(f, sense, start, budget, Key(seed), sigma)
    if sigma is not None:
        action = "Leave it out: bits flip with probability 1 / bits."
        raise checks.bad_value("sigma", sigma, "be None together with `bits`", action)
    return _best_bits(f, sense, bits, budget, Key(seed))


def _best_bits(f: Any, sense: Sense, bits: int, budget: int, key: Key) -> np.ndarray:
    from evo.discrete.algorithms.one_plus_one import OnePlusOne  # on use: loads numba
    from evo.discrete.problems.custom import Custom
    from evo.discrete.rates.static import Static

    n = checks.integer("bits", bits, 1, "Pass the length of the strings, for example bits=200.", high=2**31 - 1)
    problem = Custom(_checked(f, sense), n=n, sense=sense)
    result = run(OnePlusOne(rate=Static(strength=1.0)), problem, seed=key, stop=Evaluations(budget))
    return np.array(result.candidate)


class _Found(NamedTuple):
    candidate: np.ndarray
    loss: float


def _best_reals(f: Any, sense: Sense, start: Any, budget: int, key: Key, sigma: float | None) -> Any:
    vector, rebuild = flatten(start)
    if sigma is None:
        sigma = 0.3 * max(1.0, float(np.sqrt(np.mean(vector**2))))
    sigma = checked_sigma(sigma)
    valued = _checked(f, sense)
    problem = BlackBox(lambda flat: valued(rebuild(flat)), sense=sense, start=vector)
    D, population, left, restart = len(vector), default_population(len(vector)), budget, 0
    best: _Found | None = None
    while True:
        window = 120 + math.ceil(30 * D / population)
        strategy = CmaEs(sigma, population) if D <= FULL_UP_TO else SepCmaEs(sigma, population)
        result = _descent(strategy, problem, key.child("restart", restart), left, window)
        found = _Found(result.candidate, result.value if sense is Sense.MINIMISE else -result.value)
        best = found if best is None or found.loss < best.loss else best
        left, restart, population = left - result.evaluations, restart + 1, 2 * population
        if result.reason is Reason.EVALUATIONS or left <= population:
            return rebuild(best.candidate)


def _descent(strategy: AbstractGaussian, problem: BlackBox, key: Key, budget: int, window: int) -> Result:
    """One run, until its budget is spent or it stagnates (tutorial, section B.3, with windows that do not grow)."""
    result = run(strategy, problem, seed=key, stop=Evaluations(budget) | Steps(window), record=_PROGRESS)
    while result.reason is Reason.STEPS and any(_fell(result.trace[name][-window:]) for name in _LOSSES):
        stop = Evaluations(budget) | Steps(result.steps + window)
        result = run(strategy, problem, seed=key, stop=stop, resume=result.state._replace(rows=()))
    return result


def _fell(history: np.ndarray) -> bool:
    part = math.ceil(0.3 * len(history))
    return bool(np.median(history[-part:]) < np.median(history[:part]))


def _checked(f: Callable[[Any], Any], sense: Sense) -> Callable[[Any], float]:
    """The function with its result as one finite float, or an error that names it."""

    def valued(candidate: Any) -> float:
        returned = f(candidate)
        number = _number(returned)
        if not math.isfinite(number):
            worst = "1e300" if sense is Sense.MINIMISE else "-1e300"
            action = f"Return a finite number such as {worst} for candidates that are infeasible or fail."
            shown = textwrap.shorten(repr(candidate), 120, placeholder="...")
            raise checks.bad_value("f", number, f"return a finite number, also for {shown}", action)
        return number

    return valued


def _number(returned: Any) -> float:
    shape = tuple(getattr(returned, "shape", ()))
    single = returned.reshape(()) if shape and math.prod(shape) == 1 else returned
    try:
        if isinstance(returned, str | bytes) or getattr(getattr(single, "dtype", None), "kind", "") == "c":
            raise TypeError
        return float(single)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):
        action = "Return one number per candidate; reduce arrays yourself, for example with a mean or a sum."
        raise checks.bad_type("f", returned, "return one real number", action) from None
