"""The law of the squared cosine between an estimate and the gradient."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._roots import root
from theory.past_descent import _inversion
from theory.results import Kind

__all__ = ["CosineLaw"]

_EXPLICIT = 4096  # terms of the series of E sqrt(X) that are added one by one
_NODES = 400


@final
class CosineLaw:
    """The law of X = cos^2(estimate, gradient), where 1 - X = left * a product of independent Beta variables.

    Args:
        factors: (a, b, count) for `count` factors Beta(a, b); a >= 0, where a = 0 makes X = 1.
        left: what is left of the squared gradient before any of them, in [0, 1].
        kind: how much the law may be relied upon.
        source: the argument behind it.

    Example:
        >>> law = CosineLaw([(45.0, 5.0, 1)], source="ten orthonormal directions in 100 dimensions")
        >>> round(law.mean, 12), round(law.cdf(0.1), 6), round(law.quantile(0.5), 6)
        (0.1, 0.550309, 0.094675)
    """

    def __init__(self, factors: _inversion.Factors, *, source: str, left: float = 1.0, kind: Kind = Kind.EXACT) -> None:
        self._factors = tuple((float(a), float(b), float(count)) for a, b, count in factors if count > 0 and b > 0)
        self._left = float(left)
        self._kind = kind
        self._source = source
        self._whole = self._left == 0.0 or any(a == 0.0 for a, _, _ in self._factors)

    @property
    def kind(self) -> Kind:
        """How much the law may be relied upon."""
        return self._kind

    @property
    def source(self) -> str:
        """The argument behind the law."""
        return self._source

    @property
    def missing(self) -> float:
        """E[1 - X], of full relative precision however small."""
        return 0.0 if self._whole else self._left * math.exp(self._log_mean)

    @property
    def mean(self) -> float:
        """E[X]."""
        return 1.0 if self._whole else (1.0 - self._left) - self._left * math.expm1(self._log_mean)

    @property
    def variance(self) -> float:
        """Var[X]."""
        if self._whole:
            return 0.0
        return self.missing**2 * math.expm1(
            sum(count * math.log1p(b / (a * (a + b + 1.0))) for a, b, count in self._factors)
        )

    @property
    def std(self) -> float:
        """The standard deviation of X."""
        return math.sqrt(self.variance)

    @cached_property
    def mean_cosine(self) -> float:
        """E[sqrt(X)], the mean of the cosine itself, by the series of sqrt(1 - y) and the moments of 1 - X."""
        if self._whole or not self._factors:
            return math.sqrt(1.0 - (0.0 if self._whole else self._left))
        explicit = self._terms(np.arange(1.0, _EXPLICIT))
        # the rest by the formula of Euler and Maclaurin, its integral in ln k
        end = math.log(_EXPLICIT)
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        k = np.exp(end + 40.0 * (nodes + 1.0))
        integral = 40.0 * float(weights @ (k * self._terms(k)))
        before, first, after = self._terms(np.array([_EXPLICIT - 1.0, _EXPLICIT, _EXPLICIT + 1.0]))
        rest = integral + 0.5 * float(first) - float(after - before) / 24.0
        return 1.0 - float(explicit.sum()) - rest

    def cdf(self, x: ArrayLike) -> Any:
        """P(X <= x), for one x or an array; to 1e-12 for one factor, to some 1e-11 for several."""
        points = _check.floats("x", x, "squared cosines", "Pass 0.5, for example.")
        found = self._below(points.ravel()).reshape(points.shape)
        return float(found) if found.ndim == 0 else found

    def quantile(self, q: ArrayLike) -> Any:
        """The x with P(X <= x) = q, for one q or an array.

        Raises:
            ValueError: for q outside (0, 1).
        """
        levels = _check.floats("q", q, "probabilities in (0, 1)", "Pass 0.5 for the median.")
        if not bool(np.all((levels > 0.0) & (levels < 1.0))):
            raise ValueError(f"`q` must lie in (0, 1) (a probability); got {q!r}. Pass 0.5 for the median.")
        found = np.array([self._point(float(level)) for level in levels.ravel()]).reshape(levels.shape)
        return float(found) if found.ndim == 0 else found

    def __repr__(self) -> str:
        return f"CosineLaw(mean={self.mean:.6g}, std={self.std:.6g}, {self._kind.name}, source={self._source!r})"

    @cached_property
    def _log_mean(self) -> float:
        return sum(count * math.log1p(-b / (a + b)) for a, b, count in self._factors)

    def _terms(self, k: Any) -> Any:
        """The coefficient of y^k in 1 - sqrt(1 - y), times E (1 - X)^k."""
        z = np.asarray(k, dtype=np.complex128)
        logs = -_inversion.log_rising(z - 0.5, 1.5) - math.log(2.0 * math.sqrt(math.pi)) + z * math.log(self._left)
        return np.exp((logs + _inversion.transform(z, self._factors)).real)

    def _below(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy.special import betainc

        if self._whole:
            return np.where(x >= 1.0, 1.0, 0.0)
        missing = np.clip(1.0 - x, 0.0, 1.0) / self._left
        if not self._factors:
            return np.where(missing <= 1.0, 1.0, 0.0)
        if len(self._factors) == 1 and self._factors[0][2] == 1.0:
            a, b, _ = self._factors[0]
            return np.asarray(betainc(b, a, np.clip(1.0 - missing, 0.0, 1.0)))
        with np.errstate(divide="ignore"):
            return _inversion.below(-np.log(missing), self._factors)

    def _point(self, q: float) -> float:
        if self._whole or not self._factors:
            return 1.0 - (0.0 if self._whole else self._left)
        # in the logarithm of 1 - X, so that neither end loses precision
        top = math.log(self._left)
        spread = max(1.0, -math.log(max(self.missing, 1e-300)))
        low = top - spread
        while self.cdf(-math.expm1(low)) < q:
            low -= spread
        return -math.expm1(root(lambda y: self.cdf(-math.expm1(y)) - q, low, top))
