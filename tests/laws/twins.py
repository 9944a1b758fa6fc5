"""The parts of the engine's algorithms as the enumeration of `theory` knows them, and defective relatives."""

import math

import numpy as np

import evo
from evo import discrete as d
from tests.discrete.cases import STRENGTH, all_strings, alternating
from theory import enumeration as en


def values_of(problem):
    """What the enumeration takes: 2^n exact values, or a matrix of winning probabilities for Dynamic BinVal."""
    if isinstance(problem, d.DynamicBinVal):
        return en.dynamic_bin_val(problem.n)
    return list(problem.evaluate(all_strings(problem.n), 0, evo.Key(0)))


def _log_schedule(alpha):
    return en.Schedule(lambda t: 0.5 if t < 3 else min(0.5, alpha * math.log(t) / t))


def _success(**changed):
    return en.SuccessRule(**({"factor": 2.0, "s": 1.0, "low": 0.03, "high": 0.6, "initial": 0.25} | changed))


#: name of a policy in `cases.POLICIES` -> its twin, and a defective twin
TWINS = {
    "static_strength": lambda n: en.Static(strength=min(STRENGTH, 0.9 * n)),
    "static_rate": lambda n: en.Static(rate=0.22),
    "log_schedule": lambda n: _log_schedule(d.LogSchedule().alpha),
    "schedule": lambda n: en.Schedule(alternating),
    "success_not_worse": lambda n: _success(),
    "success_better": lambda n: _success(s=2.0, success=en.Success.BETTER),
    "equal_fitness": lambda n: en.EqualFitnessRule(factor=1.5),
}
DEFECTS = {
    "static_strength": ("another strength", lambda n: en.Static(strength=0.5 * min(STRENGTH, 0.9 * n))),
    "static_rate": ("another rate", lambda n: en.Static(rate=0.11)),
    "log_schedule": ("another multiplier", lambda n: _log_schedule(0.5)),
    "schedule": ("a step too late", lambda n: en.Schedule(lambda t: alternating(t + 1))),
    "success_not_worse": ("ties are failures", lambda n: _success(success=en.Success.BETTER)),
    "success_better": ("ties are successes", lambda n: _success(s=2.0)),
    "equal_fitness": ("never raised", lambda n: en.SuccessRule(factor=1.5, s=1e-9, low=1e-9, high=0.5, initial=0.5)),
}


class Frozen(en.AbstractMutation):
    """Standard bits of which the last one never flips."""

    def masks(self, n, rate):
        masks = en.StandardBits().masks(n, rate)
        flipping = np.arange(2**n) < 2 ** (n - 1)
        return np.where(flipping, masks / (1.0 - rate if rate < 1.0 else 1.0), 0.0)


class Resampled(en.AbstractMutation):
    """Standard bits drawn again until at least one flips: idle steps are not counted."""

    def masks(self, n, rate):
        masks = en.StandardBits().masks(n, rate)
        masks[0] = 0.0
        return masks / masks.sum()
