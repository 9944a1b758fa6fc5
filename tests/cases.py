"""One case, or more, for every public class: `tests/contracts` runs over all of them, and fails if one is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import optax
import pytest

import evo
from evo import discrete as d
from evo.estimators import Backprop
from tests.training.tasks import Bowl

#: parts with the string length at which they are checked (functions have their own)
PARTS: dict[str, tuple[Any, int]] = {
    "OneMax": (d.OneMax(8), 8),
    "OneMax of one bit": (d.OneMax(1), 1),
    "LeadingOnes": (d.LeadingOnes(7), 7),
    "Linear, integers": (d.Linear([1, 5, 2, 2, 9, 4, 3]), 7),
    "Linear, floats": (d.Linear([0.1, 0.2, 0.3, 0.4, 0.7]), 5),
    "Linear, wide": (d.Linear([1, 3**50, 3**50 + 1, 2**90, 7, 2**90 + 7]), 6),
    "RandomLinear": (d.RandomLinear(6, instance=d.Fixed(seed=1)), 6),
    "RandomLinear, integers per run": (d.RandomLinear(6, law=d.IntegerWeights(1, 3)), 6),
    "RandomLinear, exponential": (d.RandomLinear(6, law=d.ExponentialWeights(), instance=d.Fixed(seed=2)), 6),
    "RandomLinear, uniform": (d.RandomLinear(6, law=d.UniformWeights(), instance=d.Fixed(seed=3)), 6),
    "BinVal": (d.BinVal(7), 7),
    "BinVal, order only": (d.BinVal(60), 60),
    "HotTopic": (d.HotTopic(8, levels=3, alpha=0.5, beta=0.25, eps=0.0, instance=d.Fixed(seed=4)), 8),
    "HotTopic per run": (d.HotTopic(8, levels=4, alpha=0.5, beta=0.5, eps=0.3), 8),
    "HotTopicSets": (d.HotTopicSets(6, hot=((0, 1, 2), (3, 4)), core=((0, 1), (3,)), eps=0.0), 6),
    "DynamicBinVal": (d.DynamicBinVal(7), 7),
    "AdversarialDynamicBinVal": (d.AdversarialDynamicBinVal(6), 6),
    "SwitchingDynamicBinVal, odd": (d.SwitchingDynamicBinVal(5), 5),
    "SwitchingDynamicBinVal, even": (d.SwitchingDynamicBinVal(6), 6),
    "PartiallyOrdered": (d.PartiallyOrdered(6), 6),
    "PartiallyOrdered, at times": (d.PartiallyOrdered(5, 0.4), 5),
    "DynamicLinear": (d.DynamicLinear(6), 6),
    "DynamicLinear, integers": (d.DynamicLinear(5, d.IntegerWeights(1, 3)), 5),
    "Jump": (d.Jump(7, 3), 7),
    "DeceptiveMonotone": (d.DeceptiveMonotone(8, 4, alpha=0.5, beta=0.25, instance=d.Fixed(seed=2)), 8),
    "HiddenSubset": (d.HiddenSubset(d.LeadingOnes(3), 6, d.Fixed(seed=1)), 6),
    "HiddenSubset, nested": (d.HiddenSubset(d.HiddenSubset(d.PartiallyOrdered(3), 5), 7), 7),
    "InitialSegment": (d.InitialSegment(d.SwitchingDynamicBinVal(4), 6), 6),
    "Static, strength": (d.Static(strength=1.5), 8),
    "Static, rate": (d.Static(rate=0.3), 8),
    "LogSchedule": (d.LogSchedule(), 8),
    "Schedule": (d.Schedule(lambda t: 1 / (t + 1)), 8),
    "SuccessRule": (d.SuccessRule(factor=1.5, s=4.0), 8),
    "SuccessRule, strict": (d.SuccessRule(factor=2.0, s=1.0, success=d.Success.BETTER, low=0.05, high=0.4), 8),
    "EqualFitnessRule": (d.EqualFitnessRule(factor=1.2), 8),
    "EqualFitnessRule, decaying": (d.EqualFitnessRule(factor=2.0, decay=0.5), 8),
    "PowerLawStatic": (d.PowerLawStatic(0.5), 8),
    "HeavyTailed": (d.HeavyTailed(1.5), 8),
    "HeavyTailed, bounded": (d.HeavyTailed(2.5, high=3), 8),
    "FitnessDependent, table by zeros": (d.FitnessDependent([np.nan, 0.1, 0.2, 0.3, 0.2, 0.4, 1.0]), 6),
    "FitnessDependent, function by zeros": (d.FitnessDependent(lambda k: 0.5 / (8 - k + 1)), 8),
    "FitnessDependent, by level": (d.FitnessDependent(lambda k: 1 / (k + 1), by=d.By.LEVEL), 8),
    "TwoRate": (d.TwoRate(low=0.5, high=3.0), 8),
    "StandardBits": (d.StandardBits(), 8),
    "Resampled": (d.Resampled(), 8),
    "Shifted": (d.Shifted(), 8),
    "FlipCount, certain": (d.FlipCount(3), 8),
    "FlipCount, probabilities": (d.FlipCount([0.1, 0.6, 0.0, 0.3]), 8),
    "FlipCount, power law": (d.FlipCount(d.PowerLaw(1.5)), 8),
    "PerBit": (d.PerBit([0.3, 1.0, 0.0, 0.1, 0.6, 0.2]), 6),
    "PerBit, function": (d.PerBit(lambda i: 1 / (i + 1)), 8),
    "PerBit, equal": (d.PerBit([0.2, 0.2, 0.2, 0.2, 0.2]), 5),
    "Metropolis": (d.Metropolis(0.7), 6),
    "Elitist": (d.Elitist(), 6),
    "Strict": (d.Strict(), 6),
    "Uniform": (d.Uniform(), 8),
    "Ones": (d.Ones(0.6), 8),
    "Given": (d.Given([0, 1, 0, 0, 1, 0]), 6),
}

#: classes that occur within other parts
WITHIN = {d.UniformWeights, d.ExponentialWeights, d.IntegerWeights, d.PowerLaw}


@dataclass(frozen=True)
class OptimizerCase:
    """An optimizer on a problem, as `evo.testing.check_optimizer` takes them."""

    optimizer: Any
    problem: Any
    steps: int = 20
    start: Any = None


STATIC = d.Static(strength=1.0)
ELITIST = d.OnePlusOne(rate=d.Static(strength=1.0))
FIVE = d.Custom(lambda x: abs(int(x.sum()) - 5), n=12, sense=evo.Sense.MINIMISE, optimum=0)

#: what runs are recorded with where all recorders matter; kernels are compiled for each, so that tests share these
ADAPTIVE = d.OnePlusOne(rate=d.EqualFitnessRule(factor=1.2))
RECORDERS = (
    None,
    evo.Every(3, evo.value, d.zeros, d.rate, d.mean_density(after=2)),
    evo.LogGrid(5, evo.best_value, d.level, d.levels_visited),
    evo.Improvements(d.zeros),
    evo.Final(d.mean_density(), d.levels_visited, d.rate),
)

#: optimizers of the library
OPTIMIZERS: dict[str, OptimizerCase] = {
    "OnePlusOne on LeadingOnes": OptimizerCase(ELITIST, d.LeadingOnes(12), steps=30),
    "OnePlusOne on OneMax, given start": OptimizerCase(ELITIST, d.OneMax(12), start=np.zeros(12, np.uint8)),
    "OnePlusOne, adaptive, on DynamicBinVal": OptimizerCase(
        d.OnePlusOne(rate=d.SuccessRule(factor=1.5, s=4.0)), d.DynamicBinVal(12)
    ),
    "OnePlusOne, strict, on HotTopic": OptimizerCase(
        d.OnePlusOne(rate=d.LogSchedule(), acceptance=d.Strict(), start=d.Ones(0.5)),
        d.HotTopic(20, levels=4, alpha=0.3, beta=0.2, eps=0.1),
    ),
    "OnePlusOne on Custom": OptimizerCase(ELITIST, FIVE),
    "OnePlusLambda on OneMax": OptimizerCase(d.OnePlusLambda(4, rate=d.SuccessRule(factor=1.5, s=4.0)), d.OneMax(14)),
    "OnePlusLambda, strict, on DynamicBinVal": OptimizerCase(
        d.OnePlusLambda(3, rate=STATIC, acceptance=d.Strict()), d.DynamicBinVal(12)
    ),
    "OneCommaLambda, self-adjusting, on LeadingOnes": OptimizerCase(
        d.OneCommaLambda(d.OffspringRule(factor=1.5, s=1.0), rate=STATIC), d.LeadingOnes(10), steps=40
    ),
    "OneCommaLambda on BinVal, order only": OptimizerCase(d.OneCommaLambda(3, rate=STATIC), d.BinVal(60)),
    "OneCommaLambda, rounding at random, on DynamicBinVal": OptimizerCase(
        d.OneCommaLambda(d.OffspringRule(factor=2.0, s=1.0, rounding=d.Rounding.STOCHASTIC), rate=STATIC),
        d.DynamicBinVal(12),
    ),
    "MuPlusOne on HotTopic": OptimizerCase(
        d.MuPlusOne(3, rate=d.SuccessRule(factor=1.5, s=4.0)), d.HotTopic(20, levels=4, alpha=0.3, beta=0.2, eps=0.1)
    ),
    "MuPlusOne with crossover on BinVal, order only": OptimizerCase(
        d.MuPlusOne(4, rate=STATIC, crossover=0.5), d.BinVal(60)
    ),
    "MuPlusOne with crossover on DynamicBinVal": OptimizerCase(
        d.MuPlusOne(3, rate=STATIC, crossover=0.5), d.DynamicBinVal(10)
    ),
    "MuPlusOne on Custom": OptimizerCase(d.MuPlusOne(3, rate=STATIC), FIVE),
    "OnePlusLambdaLambda on OneMax": OptimizerCase(d.OnePlusLambdaLambda(3), d.OneMax(14)),
    "OnePlusLambdaLambda, self-adjusting, on RandomLinear": OptimizerCase(
        d.OnePlusLambdaLambda(d.OffspringRule(factor=1.5, s=4.0)), d.RandomLinear(12)
    ),
    "OnePlusLambdaLambda on DynamicBinVal": OptimizerCase(
        d.OnePlusLambdaLambda(3, strength=2.0, bias=0.5), d.DynamicBinVal(12)
    ),
    "OnePlusLambdaLambda on Custom": OptimizerCase(d.OnePlusLambdaLambda(2), FIVE),
    "RandomLocalSearch on RandomLinear": OptimizerCase(d.RandomLocalSearch(), d.RandomLinear(12)),
    "RandomLocalSearch on BinVal, order only": OptimizerCase(d.RandomLocalSearch(), d.BinVal(60)),
    "GradientDescent on a bowl": OptimizerCase(evo.GradientDescent(Backprop(), optax.sgd(0.3)), Bowl(), steps=8),
}


def first_of_each_class(cases, kind):
    """All names; a case whose class had one before is slow, as its kernels take long to compile."""
    names, seen = [], set()
    for name, case in cases.items():
        names.append(pytest.param(name, marks=[pytest.mark.slow] if kind(case) in seen else []))
        seen.add(kind(case))
    return names


def compiled_by_default(cases, chosen):
    """All names; all but the chosen ones are slow, as their kernels take long to compile."""
    assert chosen <= set(cases)
    return [pytest.param(name, marks=[] if name in chosen else [pytest.mark.slow]) for name in cases]


def estimators():
    """Estimators by name, with every public part in one of them; a function, because it loads JAX."""
    from evo import estimators as e

    return {
        "Backprop": e.Backprop(),
        "AntitheticEs": e.AntitheticEs(4, 0.1),
        "AntitheticEs, Gaussian, z-scores": e.AntitheticEs(4, 0.1, noise=e.Gaussian(), shaping=e.ZScore(), chunk=3),
        "AntitheticEs, Popcount, ranks": e.AntitheticEs(
            4, 0.1, noise=e.Popcount(), shaping=e.CentredRanks(), randomness=e.PerPair(), scale=e.Factor(0.5)
        ),
        "AntitheticEs, orthogonal, clipped": e.AntitheticEs(
            4, 0.1, directions=e.Orthogonal(), shaping=e.Clipped(2.0), scale=e.Unbiased()
        ),
        "mezo": e.mezo(),
        "spsa": e.spsa(0.1),
        "AugmentedRandomSearch": e.AugmentedRandomSearch(4, 0.1, best=2),
        "GuidedEs": e.GuidedEs(4, 0.1, past=2),
        "LowRankEs": e.LowRankEs(4, 0.1),
        "SurrogateEs": e.SurrogateEs(4, 0.1),
        "SurrogateEs, half batches": e.SurrogateEs(4, 0.1, trust=e.HalfBatches(), past=2),
        "SurrogateEs, known noise": e.SurrogateEs(4, 0.1, trust=e.KnownNoise(1e-4)),
    }


def sequence_estimators():
    """The same for estimators that ask for a task that unfolds in time."""
    from evo import estimators as e

    return {
        "TruncatedBackprop": e.TruncatedBackprop(),
        "TruncatedEs": e.TruncatedEs(4, 0.1),
        "PersistentEs": e.PersistentEs(4, 0.1, lanes=e.Dealt()),
        "NoiseReuseEs": e.NoiseReuseEs(4, 0.1, lanes=e.Shared()),
    }
