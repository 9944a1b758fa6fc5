"""Sums of p_t (1 - p_t)^(n - 1) over the schedule c ln(t) / t, term by term at first, then by Euler and Maclaurin.

From step M = 2^16 on, sum_{M < t <= T} g(t) = int_M^T g + (g(T) - g(M)) / 2 + (g'(T) - g'(M)) / 12 + R with
|R| <= sqrt(3) / 216 times the total variation of g''. There c ln(t) / t falls below 1/4 for c <= 1000, and with
y = n p the bound |g''| <= p e^-y ((1 + 2 y)^2 + 4 (1 + 2 y)) / t^2 < 20 p / t^2 and at most eight monotone pieces of
g'' give |R| < 3e-13 c.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory import _roots
from theory.hidden_subset import _arguments

_FIRST = 1 << 16  # steps that are added one by one
_PANEL = 0.25  # width of a panel of Gauss's rule in ln t
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_LAST = 709.0  # of ln t, in the range of floats
_ROUNDING = 2e-12  # relative error of the sums, cumulative rounding and Gauss's rule together


class Sums(NamedTuple):
    """Sums up to several steps, and a bound on their absolute errors."""

    values: NDArray[np.float64]
    errors: NDArray[np.float64]


def sums(n: float, times: NDArray[np.float64], multiplier: float) -> Sums:
    """S_n(T) for every T in `times` (whole numbers)."""
    start = _table(n, multiplier)
    flat = times.ravel()
    found = start[np.minimum(flat, _FIRST).astype(np.int64)]
    late = flat > _FIRST
    if bool(late.any()):
        ends, where = np.unique(np.log(flat[late]), return_inverse=True)
        edges = np.unique(np.concatenate([_edges(float(ends[-1])), ends]))
        cumulative = np.concatenate([[0.0], np.cumsum(_panels(n, multiplier, edges))])
        integral = cumulative[np.searchsorted(edges, ends)][where]
        first = _corner(n, np.array([float(_FIRST)]), multiplier)[0]
        found[late] += integral + _corner(n, flat[late], multiplier) - first
    values = found.reshape(times.shape)
    return Sums(values, _ROUNDING * values + 3e-13 * multiplier)


def solve(n: float, target: float, multiplier: float) -> float:
    """The smallest whole T with S_n(T) >= target, to the precision of floats."""
    start = _table(n, multiplier)
    if start[-1] >= target:
        return float(np.searchsorted(start, target))
    first = _corner(n, np.array([float(_FIRST)]), multiplier)[0]
    origin = float(start[-1]) - float(first)
    end = min(max(math.log(_FIRST), math.log(n + 2.0)) + 8.0, _LAST)
    while True:
        edges = _edges(end)
        values = np.concatenate([[0.0], np.cumsum(_panels(n, multiplier, edges))])
        values += origin + _corner(n, np.exp(edges), multiplier)
        if values[-1] >= target:
            break
        if end == _LAST:
            return math.inf
        end = min(end + 12.0, _LAST)
    after = int(np.searchsorted(np.maximum.accumulate(values), target))
    low, high = float(edges[after - 1]), float(edges[after])
    base = float(values[after - 1]) - float(_corner(n, np.exp(edges[after - 1 : after]), multiplier)[0])

    def excess(u: float) -> float:
        part = float(_panels(n, multiplier, np.array([low, u]))[0])
        return base + part + float(_corner(n, np.array([math.exp(u)]), multiplier)[0]) - target

    return float(math.ceil(math.exp(_roots.root(excess, low, high))))


def _table(n: float, multiplier: float) -> NDArray[np.float64]:
    times = np.arange(1.0, _FIRST + 1.0)
    rates = np.where(times < 3.0, 0.5, np.minimum(0.5, multiplier * np.log(times) / times))
    total = np.cumsum(_arguments.repairs(n, rates), dtype=np.longdouble).astype(np.float64)
    return np.concatenate([[0.0], total])


def _edges(end: float) -> NDArray[np.float64]:
    begin = math.log(_FIRST)
    return np.linspace(begin, end, max(2, math.ceil((end - begin) / _PANEL) + 1))


def _panels(n: float, multiplier: float, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The integral of g over every panel, in u = ln t: int g(e^u) e^u du = int c u (1 - p)^(n - 1) du."""
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    u = middle[:, None] + half[:, None] * _NODES
    surviving = np.exp((n - 1.0) * np.log1p(-multiplier * u * np.exp(-u)))
    return half * ((multiplier * u * surviving) @ _WEIGHTS)


def _corner(n: float, times: NDArray[np.float64], multiplier: float) -> NDArray[np.float64]:
    """g(t) / 2 + g'(t) / 12 with g' = p' (1 - p)^(n - 2) (1 - n p)."""
    logs = np.log(times)
    rates = multiplier * logs / times
    slopes = multiplier * (1.0 - logs) / times / times
    rest = np.exp((n - 2.0) * np.log1p(-rates))
    return rest * (0.5 * rates * (1.0 - rates) + slopes * (1.0 - n * rates) / 12.0)
