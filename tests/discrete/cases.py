"""Problems, policies and whole configurations that the tests of the discrete half run over."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import evo
from evo import discrete as d

STRENGTH = 1.3


def alternating(t):
    """A schedule that a shift by one step would change much."""
    return 0.45 if t % 3 == 1 else 0.07


def falling(t):
    return 0.4 / math.sqrt(t)


def falling_by_level(k):
    return 1.0 / (k + 1)


def hot_topic_sets(n: int) -> d.HotTopicSets:
    """Three levels of overlapping sets; cores of three or more positions may keep a zero-bit."""
    hot = [[(2 * level + place) % n for place in range(max(1, (n + 1) // 2))] for level in range(3)]
    core = [positions[: max(1, n // 3)] for positions in hot]
    return d.HotTopic.from_sets(n, hot=hot, core=core, eps=0.34)


#: name -> problem on n bits whose values do not depend on the run
PROBLEMS: dict[str, Callable[[int], Any]] = {
    "one_max": d.OneMax,
    "leading_ones": d.LeadingOnes,
    "linear_integers": lambda n: d.Linear([1 + i * i % 5 for i in range(n)]),
    "linear_floats": lambda n: d.Linear([0.1 * (i + 1) for i in range(n)]),
    "linear_wide": lambda n: d.Linear([1.0 + i if i % 2 else 2.0**-70 * (i + 1) for i in range(n)]),
    "bin_val": d.BinVal,
    "random_linear": lambda n: d.RandomLinear(n, d.ExponentialWeights(), d.Fixed(3)),
    "dynamic_bin_val": d.DynamicBinVal,
    "hot_topic": hot_topic_sets,
    "adversarial_dynamic_bin_val": d.AdversarialDynamicBinVal,
    "switching_dynamic_bin_val": d.SwitchingDynamicBinVal,
    "dynamic_linear": d.DynamicLinear,
    "jump": lambda n: d.Jump(n, min(n, 2)),
}

#: name -> problem that every run draws anew
RANDOM_PROBLEMS: dict[str, Callable[[int], Any]] = {
    "random_uniform": d.RandomLinear,
    "random_exponential": lambda n: d.RandomLinear(n, d.ExponentialWeights()),
    "random_integers": lambda n: d.RandomLinear(n, d.IntegerWeights(2, 9)),
    "hot_topic_per_run": lambda n: d.HotTopic(n, levels=6, alpha=0.5, beta=0.3, eps=0.2),
    "hot_topic_deceptive": lambda n: d.DeceptiveMonotone(n, levels=5, alpha=0.5, beta=0.3, eps=0.2),
    "partially_ordered": lambda n: d.PartiallyOrdered(n, 0.7),
    "dynamic_linear_integers": lambda n: d.DynamicLinear(n, d.IntegerWeights(1, 3)),
    "hidden_subset": lambda n: d.HiddenSubset(d.DynamicBinVal((n + 1) // 2), n),
    "initial_segment": lambda n: d.InitialSegment(d.RandomLinear((n + 1) // 2, d.IntegerWeights(1, 3)), n),
}

#: those whose functions change from step to step
DYNAMIC = {name for name in (PROBLEMS | RANDOM_PROBLEMS) if "dynamic" in name} | {"partially_ordered", "hidden_subset"}
#: those in which some bits are neutral
NEUTRAL = {"hidden_subset", "initial_segment"}

#: name -> rate policy for strings of length n
POLICIES: dict[str, Callable[[int], Any]] = {
    "static_strength": lambda n: d.Static(strength=min(STRENGTH, 0.9 * n)),
    "static_rate": lambda n: d.Static(rate=0.22),
    "log_schedule": lambda n: d.LogSchedule(),
    "schedule": lambda n: d.Schedule(alternating),
    "success_not_worse": lambda n: d.SuccessRule(factor=2.0, s=1.0, low=0.03, high=0.6, initial=0.25),
    "success_better": lambda n: d.SuccessRule(
        factor=2.0, s=2.0, low=0.03, high=0.6, initial=0.25, success=d.Success.BETTER
    ),
    "equal_fitness": lambda n: d.EqualFitnessRule(factor=1.5),
}


#: those that are lowered to one type, and so share compiled code, have one number
_SHARED = {"linear_integers": 0, "linear_floats": 0, "random_linear": 0}
_SHARED |= {"adversarial_dynamic_bin_val": 0, "switching_dynamic_bin_val": 0}
_SHARED |= {"static_strength": 0, "static_rate": 0, "success_not_worse": 1, "success_better": 1}


def acceptance_for(problem: str, policy: str) -> Any:
    """Which acceptance a pair of names is tested with, such that both kinds meet every problem and every policy."""
    names = [*PROBLEMS, *RANDOM_PROBLEMS]
    number = _SHARED.get(problem, names.index(problem)) + _SHARED.get(policy, list(POLICIES).index(policy))
    return d.Strict() if number % 2 else d.Elitist()


class Case(NamedTuple):
    """A whole configuration."""

    name: str
    optimizer: Callable[[int], Any]
    problem: Callable[[int], Any]
    record: evo.Final | evo.Every | evo.Improvements | evo.LogGrid
    n: int


def _given(n: int) -> np.ndarray:
    return (np.arange(n) % 3 == 0).astype(np.uint8)


#: every problem, policy, acceptance, start, recorder and observable at least once
CASES = [
    Case(
        "one_max",
        lambda n: d.OnePlusOne(rate=d.Static(strength=1.0)),
        d.OneMax,
        evo.Every(3, evo.value, d.zeros, d.rate, d.mean_density(after=5)),
        20,
    ),
    Case(
        "leading_ones",
        lambda n: d.OnePlusOne(
            rate=d.SuccessRule(factor=1.5, s=3.0, success=d.Success.BETTER), acceptance=d.Strict(), start=d.Ones(0.3)
        ),
        d.LeadingOnes,
        evo.Improvements(d.level, d.levels_visited, evo.value),
        12,
    ),
    Case(
        "linear",
        lambda n: d.OnePlusOne(rate=d.LogSchedule(), start=d.Given(_given(n))),
        PROBLEMS["linear_integers"],
        evo.LogGrid(5, evo.value, d.zeros),
        20,
    ),
    Case(
        "linear_wide",
        lambda n: d.OnePlusOne(rate=d.EqualFitnessRule(factor=2.0, decay=0.5), acceptance=d.Strict()),
        PROBLEMS["linear_wide"],
        evo.Every(1, evo.value, d.rate),
        14,
    ),
    Case(
        "bin_val",
        lambda n: d.OnePlusOne(rate=d.Schedule(falling), mutation=d.StandardBits()),
        d.BinVal,
        evo.Final(d.zeros, d.mean_density()),
        17,
    ),
    Case(
        "random_linear",
        lambda n: d.OnePlusOne(rate=d.SuccessRule(factor=1.5, s=4.0)),
        RANDOM_PROBLEMS["random_exponential"],
        evo.Every(2, evo.value, evo.best_value),
        20,
    ),
    Case(
        "dynamic_bin_val",
        lambda n: d.OnePlusOne(rate=d.EqualFitnessRule(factor=1.2)),
        d.DynamicBinVal,
        evo.Every(1, evo.value, d.zeros, d.rate),
        15,
    ),
    Case(
        "hot_topic_per_run",
        lambda n: d.OnePlusOne(rate=d.Static(strength=2.0), start=d.Uniform()),
        RANDOM_PROBLEMS["hot_topic_per_run"],
        evo.Improvements(d.level, d.levels_visited, evo.value, d.rate),
        24,
    ),
    Case(
        "hot_topic",
        lambda n: d.OnePlusOne(rate=d.SuccessRule(factor=1.3, s=1.0), acceptance=d.Strict()),
        hot_topic_sets,
        evo.LogGrid(3, d.level, d.levels_visited),
        16,
    ),
    Case(
        "partially_ordered",
        lambda n: d.OnePlusOne(rate=d.Static(strength=0.8)),
        RANDOM_PROBLEMS["partially_ordered"],
        evo.Every(2, evo.value, d.zeros),
        15,
    ),
    Case(
        "hidden_subset",
        lambda n: d.OnePlusOne(rate=d.LogSchedule()),
        RANDOM_PROBLEMS["hidden_subset"],
        evo.Improvements(evo.value, evo.best_value, d.zeros),
        16,
    ),
    Case(
        "hot_topic_hidden",
        lambda n: d.OnePlusOne(rate=d.Static(strength=2.0), start=d.Ones(0.6)),
        lambda n: d.HiddenSubset(d.InitialSegment(RANDOM_PROBLEMS["hot_topic_deceptive"](n // 2), n - 4), n),
        evo.Every(5, evo.value, d.level, d.levels_visited),
        24,
    ),
    Case(
        "local_search",
        lambda n: d.RandomLocalSearch(),
        RANDOM_PROBLEMS["random_integers"],
        evo.Every(4, evo.value, d.mean_density(after=3), d.zeros),
        30,
    ),
    Case(
        "resampled",
        lambda n: d.OnePlusOne(rate=d.FitnessDependent(falling_by_level, by=d.By.LEVEL), mutation=d.Resampled()),
        d.LeadingOnes,
        evo.Every(2, evo.value, d.rate),
        15,
    ),
    Case(
        "heavy_tailed",
        lambda n: d.OnePlusOne(rate=d.HeavyTailed(1.5), mutation=d.Shifted(), acceptance=d.Metropolis(0.5)),
        PROBLEMS["linear_integers"],
        evo.Every(1, evo.value, evo.best_value, d.rate),
        20,
    ),
    Case(
        "power_law_static",
        lambda n: d.OnePlusOne(rate=d.PowerLawStatic(0.5), mutation=d.Resampled()),
        d.BinVal,
        evo.Every(2, evo.value, d.zeros, d.rate),
        18,
    ),
    Case(
        "flip_count",
        lambda n: d.OnePlusOne(mutation=d.FlipCount(d.PowerLaw(1.5))),
        RANDOM_PROBLEMS["random_uniform"],
        evo.Improvements(evo.value, d.rate),
        24,
    ),
    Case(
        "per_bit",
        lambda n: d.OnePlusOne(mutation=d.PerBit(falling_by_level)),
        d.DynamicBinVal,
        evo.Every(3, evo.value, d.zeros),
        16,
    ),
    Case(
        "two_rates",
        lambda n: d.OnePlusLambda(4, rate=d.TwoRate(low=0.5)),
        d.OneMax,
        evo.Every(2, evo.value, evo.best_value, d.rate, d.offspring),
        16,
    ),
    Case(
        "self_adjusting_comma",
        lambda n: d.OneCommaLambda(
            d.OffspringRule(factor=1.5, s=1.0, rounding=d.Rounding.STOCHASTIC), rate=d.Static(strength=1.0)
        ),
        d.BinVal,
        evo.Improvements(evo.value, evo.best_value, d.offspring),
        60,
    ),
    Case(
        "population",
        lambda n: d.MuPlusOne(4, rate=d.SuccessRule(factor=1.5, s=1.0), crossover=0.5),
        RANDOM_PROBLEMS["hot_topic_per_run"],
        evo.Every(2, d.level, d.levels_visited, d.zeros, d.rate),
        20,
    ),
    Case(
        "population_on_dynamic_bin_val",
        lambda n: d.MuPlusOne(3, mutation=d.FlipCount(d.PowerLaw(2.5))),
        d.DynamicBinVal,
        evo.Every(2, evo.value, d.zeros),
        12,
    ),
    Case(
        "mutants_and_crossovers",
        lambda n: d.OnePlusLambdaLambda(d.OffspringRule(factor=1.5, s=4.0, high=float(n))),
        PROBLEMS["linear_wide"],
        evo.LogGrid(5, evo.value, evo.best_value, d.offspring, d.rate),
        14,
    ),
]


def all_strings(n: int) -> np.ndarray:
    """All 2^n strings; row s holds bit i of the integer s at position i."""
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(np.uint8)
