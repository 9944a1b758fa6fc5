"""What every computation of `theory` returns: a value or a law, with its kind, its bounds and its source."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check

__all__ = ["Kind", "Law", "Masses", "Moments", "Value"]

_KNOWN_MASS = 1e-9  # moments of a truncated law are refused when more mass than this is untracked


class Kind(Enum):
    """How much a number may be relied upon.

    Example:
        >>> Kind.BOUND.explanation
        'proven to lie on one side of the truth; only lower and upper mean anything'
    """

    EXACT = "computed from the model itself; lower and upper enclose rounding and truncation"
    BOUND = "proven to lie on one side of the truth; only lower and upper mean anything"
    ASYMPTOTIC = "leading terms as n grows; nothing is proven at a given n"
    HEURISTIC = "an argument without proof, checked by experiment at best"

    @property
    def explanation(self) -> str:
        """One sentence on what the kind promises."""
        return self.value

    def __repr__(self) -> str:
        return f"Kind.{self.name}"


@final
@dataclass(frozen=True, repr=False)
class Value:
    """A number with its kind, an interval and its source.

    Write float(value) to compare, to format or to calculate; of a bound take `.lower` or `.upper`.

    Args:
        value: the number; None for a pure bound.
        kind: how much it may be relied upon.
        lower: nothing smaller is possible (-inf where nothing is known).
        upper: nothing larger is possible (inf where nothing is known).
        source: the equation or theorem behind it.

    Raises:
        ValueError: if the interval is empty, or a value is missing where the kind is not BOUND.

    Example:
        >>> float(Value.exact(2.0, source="1 + 1"))
        2.0
        >>> Value.bound(upper=3.0, source="a theorem")
        Value(in [-inf, 3], BOUND, source='a theorem')
    """

    value: float | None
    kind: Kind
    lower: float
    upper: float
    source: str

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:
            raise ValueError(
                f"`lower` must not exceed `upper`; got lower={self.lower!r}, upper={self.upper!r}. Swap or widen them."
            )
        if self.value is None and self.kind is not Kind.BOUND:
            raise ValueError(
                f"`value` may be None for kind BOUND only; got None with kind {self.kind.name}. Pass a number."
            )

    @classmethod
    def exact(cls, value: float, *, source: str, error: float = 1e-12) -> Value:
        """An exact value whose relative rounding error is at most `error`."""
        slack = abs(value) * error if math.isfinite(value) else 0.0
        return cls(float(value), Kind.EXACT, float(value - slack), float(value + slack), source)

    @classmethod
    def bound(cls, *, lower: float = -math.inf, upper: float = math.inf, source: str) -> Value:
        """A proven bound from one side or from both."""
        return cls(None, Kind.BOUND, float(lower), float(upper), source)

    @classmethod
    def asymptotic(cls, value: float, *, source: str) -> Value:
        """Leading terms; nothing is proven at a given n."""
        return cls(float(value), Kind.ASYMPTOTIC, -math.inf, math.inf, source)

    @classmethod
    def heuristic(cls, value: float, *, source: str) -> Value:
        """An argument without proof."""
        return cls(float(value), Kind.HEURISTIC, -math.inf, math.inf, source)

    def __float__(self) -> float:
        if self.kind is Kind.BOUND or self.value is None:
            raise TypeError(
                f"a BOUND has no single value to convert; got lower={self.lower:g}, upper={self.upper:g} "
                f"from {self.source}. Use .lower or .upper."
            )
        return self.value

    def __repr__(self) -> str:
        shown = f"in [{self.lower:.12g}, {self.upper:.12g}]" if self.value is None else f"{self.value:.12g}"
        return f"Value({shown}, {self.kind.name}, source={self.source!r})"


class Moments(NamedTuple):
    """Mean and variance of a hitting time, and an interval that holds the mean."""

    mean: float
    variance: float
    lower: float
    upper: float

    @classmethod
    def rounded(cls, mean: float, variance: float, error: float = 1e-12) -> Moments:
        """Moments that are exact up to a relative rounding error of the mean."""
        slack = mean * error if math.isfinite(mean) else 0.0
        return cls(float(mean), float(variance), float(mean - slack), float(mean + slack))


class Masses(NamedTuple):
    """P(T = t) for t = 0, ..., len(pmf) - 1, and a bound on all mass that the table misses or misplaces."""

    pmf: NDArray[np.float64]
    defect: float


@final
class Law:
    """The law of a hitting time T on {0, 1, 2, ...}; T counts the steps after the start.

    Moments and distribution are computed on first use. With D = `defect`, the truth lies in [cdf(t), cdf(t) + D] and
    in [survival(t) - D, survival(t)], up to the rounding of single probabilities (some 1e-15). T may be infinite: that
    mass is part of the defect.

    Args:
        kind: how much the law may be relied upon.
        source: the equation behind it.
        moments: computes mean and variance.
        masses: computes the distribution, or raises ValueError where that would take too long.

    Example:
        >>> law = Law.from_masses([0.5, 0.25, 0.25], source="an example")
        >>> law.mean, law.cdf([0, 1, 2.5]).tolist(), law.quantile(0.6)
        (0.75, [0.5, 0.75, 1.0], 1)
    """

    def __init__(
        self, *, kind: Kind, source: str, moments: Callable[[], Moments], masses: Callable[[], Masses]
    ) -> None:
        self._kind = kind
        self._source = source
        self._compute_moments = moments
        self._compute_masses = masses

    @classmethod
    def from_masses(cls, pmf: ArrayLike, *, source: str, defect: float = 0.0, kind: Kind = Kind.EXACT) -> Law:
        """The law with P(T = t) = pmf[t]; `defect` is the mass that the table misses."""
        table = _check.floats("pmf", pmf, "probabilities of 0, 1, ... steps", "Pass one probability per step.")
        defect = _check.real("defect", defect, "[0, inf)", unit="mass", advice="Pass 0.0 for a table of all mass.")
        if table.ndim != 1 or not table.size or not table.min() >= 0.0 or not table.sum() <= 1.0 + defect + 1e-9:
            raise ValueError(
                f"`pmf` must hold non-negative probabilities of 0, 1, ... steps of sum at most 1; got shape "
                f"{table.shape}, sum {table.sum():.12g}. Pass one probability per step."
            )
        masses = Masses(table, defect)
        return cls(
            kind=kind, source=source, moments=partial(truncated_moments, masses), masses=partial(Masses, *masses)
        )

    @property
    def kind(self) -> Kind:
        """How much the law may be relied upon."""
        return self._kind

    @property
    def source(self) -> str:
        """The equation or theorem behind the law."""
        return self._source

    @cached_property
    def _moments(self) -> Moments:
        return self._compute_moments()

    @cached_property
    def _masses(self) -> Masses:
        pmf, defect = self._compute_masses()
        pmf.setflags(write=False)
        return Masses(pmf, defect)

    @cached_property
    def _cumulative(self) -> NDArray[np.float64]:
        return np.minimum(np.cumsum(self._masses.pmf, dtype=np.longdouble), 1.0).astype(np.float64)

    @cached_property
    def _remaining(self) -> NDArray[np.float64]:
        pmf, defect = self._masses
        tail = np.cumsum(pmf[::-1], dtype=np.longdouble)[::-1] + defect
        return np.minimum(np.append(tail[1:], defect), 1.0).astype(np.float64)

    @property
    def mean(self) -> float:
        """E[T] in steps; inf if T is infinite with positive probability or beyond the range of floats."""
        return self._moments.mean

    @property
    def variance(self) -> float:
        """Var[T] in steps squared; inf where the mean is."""
        return self._moments.variance

    @property
    def std(self) -> float:
        """The standard deviation of T in steps."""
        return math.sqrt(self.variance)

    @property
    def lower(self) -> float:
        """E[T] is at least this."""
        return self._moments.lower

    @property
    def upper(self) -> float:
        """E[T] is at most this (inf where nothing is proven)."""
        return self._moments.upper

    @property
    def defect(self) -> float:
        """A bound on the mass that the distribution misses or misplaces, rounding included."""
        return self._masses.defect

    @property
    def horizon(self) -> int:
        """The last step that the distribution tracks."""
        return self._masses.pmf.size - 1

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t), for one t or an array; zero at non-integers, below 0 and beyond the horizon."""
        times, whole = self._times(t)
        inside = (times == whole) & (whole >= 0) & (whole <= self.horizon)
        return _like(t, np.where(inside, self._masses.pmf[np.clip(whole, 0, self.horizon).astype(np.int64)], 0.0))

    def cdf(self, t: ArrayLike) -> Any:
        """P(T <= t), for one t or an array; below the truth by at most the defect, above it by rounding only."""
        _, whole = self._times(t)
        index = np.clip(whole, 0, self.horizon).astype(np.int64)
        return _like(t, np.where(whole < 0, 0.0, self._cumulative[index]))

    def survival(self, t: ArrayLike) -> Any:
        """P(T > t), for one t or an array; small tails keep their relative precision down to the defect."""
        _, whole = self._times(t)
        index = np.clip(whole, 0, self.horizon).astype(np.int64)
        return _like(t, np.where(whole < 0, 1.0, self._remaining[index]))

    def quantile(self, q: ArrayLike) -> Any:
        """The smallest t with P(T <= t) >= q, for one q or an array.

        Args:
            q: probabilities in [0, 1).

        Returns:
            An int, or an integer array of the shape of `q`.

        Raises:
            ValueError: outside [0, 1), or beyond the mass that is tracked.
        """
        levels = _check.floats("q", q, "probabilities in [0, 1)", "Pass 0.5 for the median.")
        if not bool(np.all((levels >= 0.0) & (levels < 1.0))):
            raise ValueError(f"`q` must lie in [0, 1) (a probability); got {q!r}. Pass 0.5 for the median.")
        if levels.size and float(levels.max()) > self._cumulative[-1]:
            raise ValueError(
                f"`q` must not exceed the tracked mass {float(self._cumulative[-1]):.15g} (defect {self.defect:.3g} "
                f"at horizon {self.horizon}); got {q!r}. Pass a smaller q, or compute the law with a larger horizon."
            )
        found = np.searchsorted(self._cumulative, levels, side="left")
        return int(found) if np.ndim(q) == 0 else found.astype(np.int64)

    def _times(self, t: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        times = _check.floats("t", t, "numbers of steps", "Pass an integer, or inf for no limit.")
        if bool(np.any(np.isnan(times))):
            raise ValueError(f"`t` must be a number of steps; got NaN in {t!r}. Remove it, or pass inf for no limit.")
        return times, np.floor(times)

    def __repr__(self) -> str:
        if "_moments" in self.__dict__:
            return f"Law(mean={self.mean:.12g}, std={self.std:.6g}, {self.kind.name}, source={self.source!r})"
        return f"Law({self.kind.name}, source={self.source!r})"


def truncated_moments(masses: Masses) -> Moments:
    """Moments of a law from its table; untracked mass is put at the first step after the table.

    Args:
        masses: the table and its defect.

    Returns:
        Mean (a lower bound when the defect is positive) and variance.

    Raises:
        ValueError: if more than 1e-9 of the mass is untracked.
    """
    pmf, defect = masses
    if defect > _KNOWN_MASS:
        raise ValueError(
            f"the mean and the variance need a law with untracked mass <= {_KNOWN_MASS:g}; got {defect:.3g} at "
            f"horizon {pmf.size - 1}. Compute the law with a larger horizon, or use .cdf and .quantile."
        )
    times = np.arange(pmf.size, dtype=np.float64)
    mean = math.fsum(pmf * times) + defect * pmf.size
    variance = math.fsum(pmf * (times - mean) ** 2) + defect * (pmf.size - mean) ** 2
    rounding = 1e-12 * mean
    return Moments(
        mean, variance, max(0.0, mean - rounding - 2.0 * defect * pmf.size), math.inf if defect else mean + rounding
    )


def _like(argument: ArrayLike, result: NDArray[np.float64]) -> Any:
    return float(result) if np.ndim(argument) == 0 else result
