"""Near the optimum: the drift of a profile, and how far above strength 1 the argument could reach."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check, _roots
from theory.results import Value

__all__ = ["first_order_drift", "least_log_gain", "sketch_strength"]

_FLIPS = 40  # losses up to which profiles are followed
_GRID = 40  # values of a_1 and of a_2 = a_3 = ... between 0 and 1


def first_order_drift(acceptance: ArrayLike, *, strength: float) -> Value:
    """The decrease of zero-bits per step with a gain: D = sum over m of Po_c(m) (1 - m) a_m.

    One zero-bit and Po(c) one-bits flip; this is the limit of few zero-bits, k / n -> 0.

    Args:
        acceptance: a_0 = 1, a_1, ...: never rising probabilities; those not given count as zero.
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in zero-bits per step in which at least one zero-bit flips.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: first-order analysis of monotone functions; Doerr et al. (2013).

    Example:
        >>> round(float(first_order_drift([1.0], strength=1.0)), 6)
        0.367879
    """
    strength = _check.strength_of(strength)
    profile = np.asarray(acceptance, dtype=np.float64)
    inside = profile.ndim == 1 and profile.size > 0 and profile[0] == 1.0
    if not inside or not bool(np.all(np.diff(profile) <= 0.0)) or not profile[-1] >= 0.0:
        raise ValueError(
            f"`acceptance` must begin with 1 and never rise, with probabilities; got {acceptance!r}. "
            "Pass acceptance_profile(...).probabilities, say."
        )
    m = np.arange(profile.size)
    total = math.fsum(_poisson(strength, profile.size) * (1.0 - m) * profile)
    return Value.asymptotic(total, source="sum over m of Po_c(m) (1 - m) a_m")


def least_log_gain(strength: float, *, ratio: float = 1.0) -> Value:
    """The least mean log-gain per step with a gain, over mixtures of profiles without progress.

    The linear program: over weights w of profiles, minimise the mean of sum over m of Po_c(m) a_m (ln(A / B) + m ln r +
    c - r c), where A = sum over m of Po_c(m) a_m and B = 1 - (1 - e^(-rc)) a_1 >= b, subject to mean drift D <= 0. The
    profiles are a_1 on a grid of 41 values and a_2 = a_3 = ... on another, not above a_1. If the least is positive, no
    such mixture can stand still for long.

    Args:
        strength: expected flips per step, c in (0, 10].
        ratio: r = lambda / c in (0, 10], of the reverse proposal.

    Returns:
        A heuristic value in nats; inf if every mixture progresses.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: a sketch after Lengler, Martinsson and Steger (2019); no statement of that paper.

    Example:
        >>> float(least_log_gain(1.27)) > 0 > float(least_log_gain(1.29))
        True
    """
    from scipy import optimize

    c = _check.real("strength", strength, "(0, 10]", unit="expected flips per step", advice="Pass 1.2, say.")
    r = _check.real("ratio", ratio, "(0, 10]", unit="lambda over c", advice="Pass 1.0 for lambda = c.")
    m, weights = np.arange(_FLIPS), _poisson(c, _FLIPS)
    profiles = _profiles()
    accepted = profiles @ weights
    drift = profiles @ (weights * (1.0 - m))
    losses = profiles @ (weights * m)
    consistent = 1.0 - profiles[:, 1] + math.exp(-r * c) * profiles[:, 1]
    gains = accepted * (np.log(accepted / consistent) + c - r * c) + losses * math.log(r)
    program: Any = optimize.linprog
    found = program(gains, A_ub=drift[None], b_ub=[0.0], A_eq=np.ones((1, drift.size)), b_eq=[1.0], bounds=(0.0, 1.0))
    least = float(found.fun) if found.success else math.inf
    return Value.heuristic(least, source="linear program over mixtures of profiles")


def sketch_strength(ratio: float = 1.0) -> Value:
    """Up to which strength the argument, as reconstructed here, could show progress; no result, a heuristic.

    The worst profile has a_m = a for all m >= 1 with drift zero, a = 1 / (1 + (c - 1) e^c); c is where its log-gain
    ln((e^-c + (1 - e^-c) a) / (1 - (1 - e^(-rc)) a)) + ln r + c - r c vanishes. At r = 1 this is (c - 1) e^c = 1.

    Args:
        ratio: r = lambda / c of the reverse proposal, in [0.5, 2].

    Returns:
        A heuristic value, flips per step.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: a sketch after Lengler, Martinsson and Steger (2019); no statement of that paper.

    Example:
        >>> round(float(sketch_strength()), 6), round(float(sketch_strength(0.8)), 6)
        (1.278465, 1.26532)
    """
    advice = "Pass 1.0 for lambda = c."
    r = _check.real("ratio", ratio, "[0.5, 2]", unit="lambda over c", advice=advice)

    def gain(c: float) -> float:
        a = 1.0 / (1.0 + (c - 1.0) * math.exp(c))
        accepted = math.exp(-c) - math.expm1(-c) * a
        return math.log(accepted / (1.0 + math.expm1(-r * c) * a)) + math.log(r) + c - r * c

    source = (
        "flat profile with drift and log-gain zero; heuristic, not a claim of Lengler, Martinsson and Steger (2019)"
    )
    return Value.heuristic(_roots.root(gain, 1.0, 2.0), source=source)


def _poisson(mean: float, size: int) -> NDArray[np.float64]:
    return np.array([math.exp(m * math.log(mean) - mean - math.lgamma(m + 1.0)) for m in range(size)])


def _profiles() -> NDArray[np.float64]:
    rows = []
    for first in range(_GRID + 1):
        for later in range(first + 1):
            rows.append([1.0, first / _GRID, *([later / _GRID] * (_FLIPS - 2))])
    return np.array(rows)
