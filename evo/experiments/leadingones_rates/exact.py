"""What the exact laws say at finite n, and the methods that are compared over n."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

#: level rates of the resampled mutation below this, in units of 1/n, are raised to it: no mutation has rate 0
LEAST = 1e-4

#: mean and standard deviation of the run time in steps
Moments = tuple[float, float]


@lru_cache(maxsize=1024)
def static(n: int, strength: float) -> Moments:
    """At the static rate c/n."""
    from theory import leading_ones

    return _moments(leading_ones.law(n, strength=strength))


@lru_cache(maxsize=1024)
def success(n: int, s: float, factor: float) -> Moments:
    """With the success rule, and its default bounds 1/n^2 and 1/2 of the rate."""
    from theory import leading_ones

    return _moments(leading_ones.self_adjusting_law(n, factor=factor, s=s))


@lru_cache(maxsize=256)
def by_level(n: int) -> Moments:
    """At rate 1/(i + 1) with i leading ones."""
    from theory import leading_ones

    return _moments(leading_ones.law(n, rate=leading_ones.best_rates(n)))


@lru_cache(maxsize=256)
def resampled(n: int) -> Moments:
    """With resampled mutations at the best rate for each level."""
    from theory import leading_ones

    return _moments(leading_ones.resampling_law(n, rate=resampled_rates(n)))


@lru_cache(maxsize=256)
def resampled_rates(n: int) -> Any:
    """The best rates of resampled mutations, float64[n]; where one bit alone should flip, nearly so."""
    import numpy as np

    from theory import leading_ones

    return np.maximum(leading_ones.best_resampling_rates(n), LEAST / n)


def limit(s: float) -> float:
    """The limit of E[T] / n^2 under the success rule, as F tends to 1."""
    from theory import leading_ones

    return float(leading_ones.self_adjusting_asymptotic(1, s))


def first_order(s: float, factor: float) -> float:
    """The same with the correction 1 + s ln(F) / 4."""
    from theory import leading_ones

    return float(leading_ones.self_adjusting_asymptotic(1, s, factor=factor))


class Method(NamedTuple):
    """A method that is compared over n: its name in figures, its optimizer, its exact moments and its limit."""

    name: str
    optimizer: Callable[[int], Any]
    moments: Callable[[int], Moments]
    limit: float
    adjusted: bool


def methods(s: float, factor: float) -> list[Method]:
    """From slow to fast."""
    from evo import discrete as d
    from theory import constants

    rule = d.OnePlusOne(rate=d.SuccessRule(factor=factor, s=s))

    def resampling(n: int) -> Any:
        return d.OnePlusOne(mutation=d.Resampled(), rate=d.FitnessDependent(resampled_rates(n), by=d.By.LEVEL))

    return [
        Method(
            "static rate 1/n",
            lambda n: d.OnePlusOne(rate=d.Static(strength=1.0)),
            lambda n: static(n, 1.0),
            float(constants.leading_ones_standard),
            False,
        ),
        Method(
            f"success rule, s = {s:g}, F = {factor:g}",
            lambda n: rule,
            lambda n: success(n, s, factor),
            first_order(s, factor),
            True,
        ),
        Method(
            "rate 1/(i + 1) at level i",
            lambda n: d.OnePlusOne(rate=d.FitnessDependent(1.0 / _from_one(n), by=d.By.LEVEL)),
            by_level,
            float(constants.leading_ones_fitness_dependent),
            False,
        ),
        Method("resampled, best by level", resampling, resampled, float(constants.leading_ones_resampling), False),
    ]


def _from_one(n: int) -> Any:
    import numpy as np

    return np.arange(1.0, n + 1.0)


def _moments(law: Any) -> Moments:
    return float(law.mean), math.sqrt(float(law.variance))
