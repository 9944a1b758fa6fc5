"""Finite two-player zero-sum games: the best mixed policy, the hardest input distribution, and Yao's principle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.randomized import _arguments
from theory.results import Kind, Value

__all__ = ["Minimax", "minimax"]

_WEIGHTLESS = 1e-12


class Minimax(NamedTuple):
    """The solution of a game, with its certificate.

    Args:
        policy: float64[policies], probabilities of the best mixed policy found.
        inputs: float64[inputs], probabilities of the hardest input distribution found.
        lower: what `policy` achieves on its worst input.
        upper: what the best deterministic policy achieves on `inputs`.
    """

    policy: NDArray[np.float64]
    inputs: NDArray[np.float64]
    lower: float
    upper: float

    @property
    def gap(self) -> float:
        """What `upper` exceeds `lower` by: 0 up to rounding, by Yao's principle."""
        return self.upper - self.lower

    @property
    def value(self) -> Value:
        """The value of the game; it lies in [lower, upper] whatever the solver did."""
        low, high = min(self.lower, self.upper), max(self.lower, self.upper)
        return Value(0.5 * (low + high), Kind.EXACT, low, high, "max-min = min-max")


def minimax(payoff: ArrayLike) -> Minimax:
    """The value of a finite zero-sum game, from both sides, by two linear programs that are solved separately.

    max_x min_j sum_i x_i A_ij = min_y max_i sum_j A_ij y_j (von Neumann 1928). On the left the best randomised
    algorithm against the worst input; on the right the best deterministic algorithm against the hardest distribution of
    inputs: no randomised algorithm is better on its worst input than that (Yao 1977). Either program gives a bound by
    itself, which is evaluated anew from its probabilities; that the two meet verifies both.

    Args:
        payoff: float64[policies, inputs], A_ij the probability that the deterministic policy i succeeds on input j, or
            any other payoff that policies maximise.

    Returns:
        Mixed policy, input distribution and both bounds.

    Raises:
        TypeError: for anything but numbers.
        ValueError: unless the payoff is a finite matrix.
        RuntimeError: if the solver fails.

    Source: von Neumann (1928); Yao (1977).

    Example:
        >>> pennies = minimax([[1.0, 0.0], [0.0, 1.0]])
        >>> pennies.lower, pennies.upper, pennies.policy.tolist(), pennies.inputs.tolist()
        (0.5, 0.5, [0.5, 0.5], [0.5, 0.5])
    """
    A = _arguments.matrix("payoff", payoff, "one payoff per policy and input", "Pass float[policies, inputs].")
    low = float(A.min())
    scale = float(A.max()) - low
    scaled = (A - low) / scale if scale > 0.0 else A - low
    policy, inputs = _mixed(scaled), _mixed(1.0 - scaled.T)
    return Minimax(policy, inputs, float((policy @ A).min()), float((A @ inputs).max()))


def _mixed(A: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mixture of rows of the largest smallest entry."""
    from scipy.optimize import linprog

    rows, columns = A.shape
    objective = np.zeros(rows + 1)
    objective[-1] = -1.0
    above = np.hstack([-A.T, np.ones((columns, 1))])
    sums = np.append(np.ones(rows), 0.0)[None, :]
    bounds = [(0.0, None)] * rows + [(None, None)]
    found = linprog(objective, A_ub=above, b_ub=np.zeros(columns), A_eq=sums, b_eq=[1.0], bounds=bounds, method="highs")
    if not found.success:
        raise RuntimeError(
            f"`payoff` of shape {A.shape} must give a linear program that HiGHS solves; got {found.message!r}. "
            "Remove dominated policies first."
        )
    mixture = np.where(found.x[:-1] > _WEIGHTLESS, found.x[:-1], 0.0)
    return mixture / mixture.sum()
