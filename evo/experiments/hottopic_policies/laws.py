"""The laws of the number of flips of the (1+1)-EAs: their ratio r = m2 / m1 and their exact drift."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from evo.experiments.hottopic_policies import exact
from evo.experiments.hottopic_policies.config import HotTopicPoliciesConfig

_MOST = 150  # stronger mutations gain in the hot topic with probability below 1e-15


def two_sizes(jump: int, ratio: float) -> np.ndarray:
    """The law on 1 and `jump` flips with m2 / m1 = ratio."""
    # q jump (jump - 1) = ratio (1 + q (jump - 1))
    q = ratio / ((jump - 1) * (jump - ratio))
    law = np.zeros(jump + 1)
    law[1], law[jump] = 1.0 - q, q
    return law


@cache
def power_ratio(n: int, exponent: float) -> float:
    """The ratio of power-law flips at this n."""
    from theory import flips

    return float(flips.falling_ratio(flips.power_law(n, exponent)))


@cache
def rate_ratio(n: int, exponent: float) -> float:
    """The ratio of standard bits at a power-law strength a: (1 - 1/n) E[a^2] / E[a]."""
    from theory import flips

    law = flips.power_law(n, exponent)
    a = np.arange(len(law), dtype=np.float64)
    return float((1.0 - 1.0 / n) * (a * a @ law) / (a @ law))


@cache
def means(config: HotTopicPoliciesConfig, series: str, parameter: float) -> float:
    """The expected number of flips m1; `parameter` is a strength, a ratio or an exponent."""
    if series == "static":
        return parameter
    if series == "jumps":
        return 1.0 + (config.jump - 1) * float(two_sizes(config.jump, parameter)[-1])
    from theory import flips

    return flips.falling_moments(flips.power_law(config.n, parameter)).first


@cache
def drift(config: HotTopicPoliciesConfig, series: str, parameter: float) -> float:
    """The exact drift at a frozen level, zero-bits per step."""
    from theory import flips, hottopic

    n, alpha, eps = config.n, config.alpha, config.eps
    if series == "jumps":
        return exact.law_drift(n, alpha, eps, two_sizes(config.jump, parameter))
    law = flips.power_law(n, parameter) if series != "static" else np.zeros(0)
    if series == "powers":
        return exact.law_drift(n, alpha, eps, law)
    hot, zeros_in, zeros_out = hottopic.counts(n, alpha=alpha, eps=eps)

    def at(strength: float) -> float:
        return float(hottopic.drift(n, zeros_in, zeros_out, hot=hot, strength=strength))

    if series == "static":
        return at(parameter)
    return sum(float(law[a]) * at(float(a)) for a in range(1, min(_MOST, n // 2) + 1))


@cache
def jump_root(config: HotTopicPoliciesConfig) -> float:
    """The ratio of the law on two sizes from which on that drift is negative; inf if there is none."""
    from scipy.optimize import brentq

    last = config.jump - 1 - 1e-6
    if drift(config, "jumps", last) >= 0.0:
        return float("inf")
    root: Any = brentq(lambda ratio: drift(config, "jumps", ratio), 1e-3, last, xtol=1e-9)
    return float(root)
