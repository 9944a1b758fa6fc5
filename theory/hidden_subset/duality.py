"""How fast a schedule can be for several sizes at once: what a given one attains, and what none can beat."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.hidden_subset import _arguments, prediction
from theory.hidden_subset._arguments import Rates
from theory.results import Value

__all__ = ["guarantee", "lower_bound"]

_CELL = 1e-6  # relative width of the cells of rates at which the search for the best rate ends
_SPLIT = 8
_TERMS = 1 << 22  # rates times sizes that a search looks at; where more are as good, the cells stay wider


def lower_bound(sizes: ArrayLike, *, weights: ArrayLike | None = None, shift: float = 0.0) -> Value:
    """A factor gamma below which no schedule at all meets the requirement for all the sizes at once.

    The requirement is sum_{t <= gamma n ln n} p_t (1 - p_t)^(n - 1) >= ln n + shift for every n of `sizes`. Weighted by
    w_n and added over n, its left side is at most sum_t max_p sum_{n : gamma n ln n >= t} w_n p (1 - p)^(n - 1),
    whatever the schedule. Between two neighbouring sizes the maximum M_i does not depend on t, so that
    gamma >= sum_i w_i (ln n_i + shift) / sum_i (n_i ln n_i - n_{i-1} ln n_{i-1}) M_i.

    Args:
        sizes: at least one size n >= 2 (up to 1e290), in increasing order.
        weights: positive weights, of which only the quotients count; None for equal ones, which are the best in the
            limit for geometric sizes.
        shift: the O(1) of the requirement, with ln n + shift > 0 for every size.

    Returns:
        A bound on gamma, in `.lower`: proven for the requirement (weak duality; maxima are enclosed to 1e-6, or
        up to some per cent where very many rates are as good as the best one). That a
        run time of gamma n ln n needs the requirement holds up to the O(1) as n grows, and is not proven at a given n.
        For sizes spaced closely over a wide range the bound tends to beta.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: the lower bound is of Einarsson et al. (2018); the dual certificate and its form at finite n are ours.

    Example:
        >>> round(lower_bound([1000]).lower, 3), round(lower_bound([2.0**k for k in range(10, 250)]).lower, 2)
        (2.717, 3.5)
    """
    numbers = _sizes(sizes)
    targets = _targets(numbers, shift)
    w = np.ones(numbers.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != numbers.shape or not bool(np.all((w > 0.0) & np.isfinite(w))):
        raise ValueError(
            f"`weights` must hold one positive number per size; got {weights!r} for {numbers.size} sizes. Pass None "
            "for equal weights."
        )
    w = w / w.max()
    spans = np.diff(numbers * np.log(numbers), prepend=0.0)
    total = math.fsum(float(span) * _best(numbers[i:], w[i:]) for i, span in enumerate(spans))
    return Value.bound(
        lower=float(w @ targets) / total * (1.0 - 1e-12), source="weak duality for S_n(gamma n ln n) >= ln n + shift"
    )


def guarantee(
    sizes: ArrayLike,
    *,
    shift: float = 0.0,
    multiplier: float | None = None,
    rate: float | None = None,
    rates: Rates | None = None,
) -> Value:
    """The factor gamma with which a given schedule meets the requirement for all the sizes at once.

    max over n of T_n / (n ln n), T_n the smallest T with S_n(T) >= ln n + shift.

    Args:
        sizes: at least one whole size n >= 2, in increasing order.
        shift: the O(1) of the requirement, with ln n + shift > 0 for every size.
        multiplier: c of the schedule min(1/2, c ln(t) / t), in (0, 1000]; None for the best one.
        rate: a constant rate in (0, 1] instead.
        rates: p_1, p_2, ... instead, or a function from an array of steps to their rates.

    Returns:
        A heuristic value, never below `lower_bound` of the same sizes and shift.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, more than one description of the rates, or rates that end too early.

    Source: the requirement is the heuristic of `predicted_steps`.

    Example:
        >>> round(float(guarantee([10**3, 10**4, 10**6])), 3)
        3.548
    """
    numbers = _sizes(sizes)
    if not bool(np.all(numbers == np.floor(numbers))):
        raise ValueError(f"`sizes` must be whole numbers of bits; got {sizes!r}. Round them.")
    _targets(numbers, shift)
    found = [
        float(prediction.predicted_steps(int(n), shift=shift, multiplier=multiplier, rate=rate, rates=rates))
        for n in numbers
    ]
    return Value.heuristic(
        float(np.max(np.array(found) / (numbers * np.log(numbers)))),
        source="max of T / (n ln n), S_n(T) = ln n + shift",
    )


def _sizes(sizes: ArrayLike) -> NDArray[np.float64]:
    numbers = np.atleast_1d(np.asarray(sizes, dtype=np.float64))
    right = numbers.ndim == 1 and numbers.size > 0
    if not right or not bool(np.all((numbers >= 2.0) & (numbers <= 1e290)) and np.all(np.diff(numbers) > 0.0)):
        raise ValueError(
            f"`sizes` must hold numbers of bits in [2, 1e290], at least one, in increasing order; got {sizes!r}. Pass "
            "[1000, 10_000], say."
        )
    return numbers


def _targets(numbers: NDArray[np.float64], shift: float) -> NDArray[np.float64]:
    targets = np.log(numbers) + _arguments.shifted(1, shift)
    if float(targets[0]) <= 0.0:
        raise ValueError(
            f"`shift` must leave ln n + shift > 0 for every size; got shift={shift!r} at n={numbers[0]:g}. Pass 0.0."
        )
    return targets


def _best(numbers: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """An upper bound, within 1e-6, on max over p of sum_i w_i p (1 - p)^(n_i - 1).

    Between two rates p < q the sum is at most q / p times its value at p, because (1 - p)^(n - 1) falls. Cells that
    cannot hold the maximum are left out, the others split. Below p = 1 / n_max the sum rises.
    """
    width = 0.25
    low = -math.log(float(numbers[-1])) - 1e-9
    cells = np.arange(low, 0.0, width)
    while True:
        felt = int(np.searchsorted(numbers, 800.0 * math.exp(-float(cells[0])))) + 1  # beyond, (1 - p)^(n - 1) is 0.0
        values = _sum(np.exp(np.minimum(cells, -1e-300)), numbers[:felt], weights[:felt])
        best = float(values.max())
        kept = cells[values * math.exp(width) >= best]
        if width <= _CELL or kept.size * _SPLIT * min(felt, numbers.size) > _TERMS:
            return best * math.exp(width)
        width /= _SPLIT
        cells = np.unique(np.clip(kept[:, None] + width * np.arange(_SPLIT), None, 0.0))


def _sum(rates: NDArray[np.float64], numbers: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return rates * (np.exp(np.log1p(-rates)[:, None] * (numbers - 1.0)) @ weights)
