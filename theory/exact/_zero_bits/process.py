"""The law of the running time of such a process: moments by state reduction, and the distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact._start import whole_zeros_law
from theory.exact._zero_bits.transitions import Accept, chain_of, most_flips
from theory.exact.chain.iteration import allow
from theory.results import Kind, Law, Masses, Moments, Value

_RARE = 1e-40  # steps with more flips than this probability allows are left out of chain and moments
_RARE_IN_LAW = 1e-25  # as _RARE, for the distribution; both shift it by no more than this probability times the steps
_WORK = 4e9  # operations of the state reduction (some ten seconds)


@final
@dataclass(frozen=True)
class Process:
    """The (1+1)-EA that accepts a step of a zero-bits and b one-bits with probability accept(n, k, a, b).

    P(k -> k - a + b) sums P(Bin(k, p) = a) P(Bin(n - k, p) = b) accept(n, k, a, b) over a >= 1.

    Args:
        name: what it is, for the source of the results.
        accept: vectorised; asked for a = 0 as well, where the answer does not matter.
        halves: whether k < n/2 and k >= n/2 are told apart; otherwise acceptance does not depend on k.
    """

    name: str
    accept: Accept
    halves: bool = False

    def law(
        self,
        n: int,
        *,
        strength: float | None = None,
        rate: float | None = None,
        start: ArrayLike | None = None,
        horizon: int | None = None,
    ) -> Law:
        """The law of the number of steps until no zero-bit is left.

        P(k -> k - a + b) sums P(Bin(k, p) = a) P(Bin(n - k, p) = b) accept(k, a, b) over a >= 1; the module says what
        accept is.

        Args:
            n: number of bits, at least 1.
            strength: expected flips per step, n times the rate, in (0, n].
            rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
            start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
            horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

        Returns:
            An exact law. The moments come from state reduction, which keeps its relative accuracy at any size of E[T];
            steps of more flips than occur with probability 1e-40 are left out. The distribution is computed on first
            use and refused where it would take minutes, as it does above the threshold. At rate 1 every string but
            that of zeros alone misses the optimum for ever, and mean and variance are inf.

        Raises:
            TypeError: for arguments of a wrong type.
            ValueError: for arguments out of range.

        Source: the module's; Grassmann, Taksar and Heyman (1985) for the reduction.

        Example:
            >>> from theory import dynamic_bin_val
            >>> round(dynamic_bin_val.law(n=50, strength=1.0).mean, 1)
            512.7
        """
        n = _check.many_bits(n)
        rate = _check.rate_of(n, strength, rate)
        start_law = whole_zeros_law(n, start)
        horizon = _check.horizon_of(horizon)
        lazy = partial(self._moments, n, rate, start_law)
        masses = partial(self._masses, n, rate, start_law, horizon, lazy)
        return Law(kind=Kind.EXACT, source=self._source, moments=lazy, masses=masses)

    def expected_steps(
        self, n: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
    ) -> Value:
        """The expected number of steps until no zero-bit is left.

        Args:
            n: number of bits, at least 1.
            strength: expected flips per step, in (0, n].
            rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
            start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

        Returns:
            An exact value in steps; inf as described at `law`.

        Raises:
            TypeError: for arguments of a wrong type.
            ValueError: for arguments out of range.

        Source: see `law`.

        Example:
            >>> from theory import dynamic_bin_val
            >>> round(float(dynamic_bin_val.expected_steps(n=100, strength=0.5)))
            1438
        """
        law = self.law(n, strength=strength, rate=rate, start=start)
        return Value.exact(law.mean, source=self._source, error=1e-11)

    def variance(
        self, n: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
    ) -> Value:
        """The variance of the number of steps until no zero-bit is left.

        Args:
            n: number of bits, at least 1.
            strength: expected flips per step, in (0, n].
            rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
            start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

        Returns:
            An exact value in steps squared; inf as described at `law`.

        Raises:
            TypeError: for arguments of a wrong type.
            ValueError: for arguments out of range.

        Source: see `law`.

        Example:
            >>> from theory import dynamic_bin_val
            >>> round(float(dynamic_bin_val.variance(n=1, rate=0.5, start=1)), 9)
            2.0
        """
        law = self.law(n, strength=strength, rate=rate, start=start)
        return Value.exact(law.variance, source=self._source, error=1e-10)

    def expected_steps_from(
        self, n: int, *, strength: float | None = None, rate: float | None = None
    ) -> NDArray[np.float64]:
        """The exact expected number of steps from every number of zero-bits.

        Args:
            n: number of bits, at least 1.
            strength: expected flips per step, in (0, n].
            rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

        Returns:
            float64[n + 1] in steps, entry k for k zero-bits; inf as described at `law`.

        Raises:
            TypeError: for arguments of a wrong type.
            ValueError: for arguments out of range.

        Source: see `law`.

        Example:
            >>> from theory import dynamic_bin_val
            >>> dynamic_bin_val.expected_steps_from(n=1, rate=0.25).tolist()
            [0.0, 4.0]
        """
        n = _check.many_bits(n)
        return self._solve(n, _check.rate_of(n, strength, rate))[0]

    def bands(self, n: int, *, strength: float | None = None, rate: float | None = None) -> chain.Chain:
        """The chain of the number of zero-bits.

        Args:
            n: number of bits, at least 1.
            strength: expected flips per step, in (0, n].
            rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

        Returns:
            The chain on {0, ..., n}, without steps of more flips than occur with probability 1e-40.

        Raises:
            TypeError: for arguments of a wrong type.
            ValueError: for arguments out of range.

        Source: see `law`.

        Example:
            >>> from theory import dynamic_bin_val
            >>> dynamic_bin_val.bands(n=2, rate=0.5).down.tolist()
            [[0.0, 0.0], [0.25, 0.0], [0.5, 0.25]]
        """
        n = _check.many_bits(n)
        return self._chain(n, _check.rate_of(n, strength, rate), _RARE)

    @property
    def _source(self) -> str:
        return f"(1+1)-EA on {self.name}: chain of the number of zero-bits"

    def _chain(self, n: int, rate: float, rare: float) -> chain.Chain:
        zeros = np.arange(n + 1)
        return chain_of(n, rate, rare, self.accept, (2 * zeros >= n).astype(np.int64) if self.halves else 0 * zeros)

    def _moments(self, n: int, rate: float, start: NDArray[np.float64]) -> Moments:
        return Moments.rounded(*chain.mixed(*self._solve(n, rate), start), error=1e-11)

    def _solve(self, n: int, rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if rate == 1.0:  # k -> n - k or nothing: only the string of zeros finds the optimum
            mean, spread = np.full(n + 1, math.inf), np.full(n + 1, math.inf)
            mean[[0, n]], spread[[0, n]] = [0.0, 1.0], 0.0
            return mean, spread
        cap = most_flips(n, rate, _RARE)
        if float(n) * cap * cap > _WORK:
            raise ValueError(
                f"`n` must be small enough for state reduction in {_WORK:.0e} operations; got n={n} with up to {cap} "
                "flips per step. Pass a smaller n or rate."
            )
        return chain.moments(self._chain(n, rate, _RARE))

    def _masses(
        self, n: int, rate: float, start: NDArray[np.float64], horizon: int | None, lazy: partial[Moments]
    ) -> Masses:
        if rate == 1.0:
            pmf = np.array([start[0], start[n]][: 2 if horizon is None else horizon + 1])
            return Masses(pmf, max(0.0, 1.0 - float(pmf.sum())))
        if horizon is None:
            mean, spread, _, _ = lazy()
            allow(mean, spread, min(n, 8.0 * math.sqrt(n)) * 2.0 * most_flips(n, rate, _RARE_IN_LAW))
        return chain.iterate(self._chain(n, rate, _RARE_IN_LAW), start, horizon=horizon)
