"""Linear memories: superpositions of all values, what an adversary makes of them, and what random signs do about it.

The readout is y = G v for v in {-1, 1}^N, where G is made of keys, state and query and has rank at most M; the sign of
y_i answers for key i, and a fair coin where y_i = 0.

*Random values.* Storing M values is right with probability M/N + (1 - M/N)/2 per bit. Storing a superposition is right
more often from five keys on (found so to 24), and for every key alike: 27/32 in place of 3/4 at N = 8, M = 4, and about
Phi(sqrt(M / (N - M))) for many keys. A memory of M numbers is not one of M values.

*The adversary chooses values and key.* If M < N, every G fails on some input. If v_i (G v)_i > 0 for all v and i, take
v_j = -v_i sign(G_ij) for j != i: G_ii > sum_{j != i} |G_ij|. So G is strictly diagonally dominant, hence invertible, of
rank N. Otherwise some y_i is wrong or 0; and if 0 at v, then at -v as well: decoded to a fixed sign one of them is
wrong.

*Random signs.* D G D, with fresh uniformly random signs D on the diagonal, has on *every* input the accuracy that G has
for this key on random values: s_i y_i is G applied to (s_j v_j)_j, which is uniform. With a random permutation of keys
it is the mean over keys. By Yao's principle nothing is better: the minimax accuracy of random linear memories is the
largest mean accuracy of a single G on random values. It is not known in general, and often above a superposition's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.randomized import _arguments
from theory.randomized.votes import majority
from theory.results import Value

__all__ = ["RecallTable", "recall_table", "superposition", "superposition_accuracy"]

_MOST_KEYS = 16
_MOST_HALVED = 40  # signs of half of them are enumerated at a time
_ROUNDING = 1e-12
_TIE = 1e-9  # of the sum of the absolute weights: below it a sum that is 0 cannot be told from rounding


class RecallTable(NamedTuple):
    """What a linear memory does on all 2^N values.

    Args:
        accuracy: float64[N], of each key on uniformly random values.
        worst_accuracy: the smallest over values and keys: 0, 1/2 (a coin) or 1.
        squared_error: float64[N], of each key on uniformly random values.
        worst_squared_error: the largest over values and keys.
        worst_values: float64[N] of -1 and 1, an input of the smallest margin v_i y_i.
        worst_key: the key queried there.
    """

    accuracy: NDArray[np.float64]
    worst_accuracy: float
    squared_error: NDArray[np.float64]
    worst_squared_error: float
    worst_values: NDArray[np.float64]
    worst_key: int

    @property
    def mean_accuracy(self) -> float:
        """On uniformly random values and keys."""
        return float(self.accuracy.mean())


def superposition(N: int, M: int) -> NDArray[np.float64]:
    """A projection of rank M with M/N everywhere on its diagonal: a memory that treats all keys alike.

    It projects on the lowest M real Fourier modes, (1/N) sum_f cos(2 pi f (i - j) / N) over M frequencies: the constant
    if M is odd, and cosine and sine of floor(M/2) frequencies. A cosine and its sine together weigh all keys alike.

    Args:
        N: number of values, at most 4096.
        M: dimensions of the memory, 0 to N.

    Returns:
        float64[N, N], symmetric and circulant.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: tight frames of the discrete Fourier transform.

    Example:
        >>> table = recall_table(superposition(8, 4))
        >>> table.accuracy.tolist() == [27 / 32] * 8, table.worst_accuracy
        (True, 0.0)
        >>> bool(np.allclose(table.squared_error, 1 - 4 / 8))
        True
    """
    N, M = _arguments.memory_of(N, M, least=0, most=4096)
    steps = np.arange(N)
    kernel = np.full(N, float(M % 2))
    for f in range(1, M // 2 + 1):
        # at f = N/2 the sine is zero and the cosine one mode; only M = N comes here, together with the constant
        kernel += (1.0 + np.cos(np.pi * steps)) if 2 * f == N else 2.0 * np.cos(2.0 * np.pi * f * steps / N)
    return kernel[(steps[:, None] - steps) % N] / N


def superposition_accuracy(N: int, M: int, S: int = 1) -> Value:
    """The probability that a bit of the queried value is right, by a superposition with random signs, on every input.

    One seed draws signs D and reads D P D v, where P is `superposition`: its accuracy p on every input is that of P on
    random values, P(M/N + sum_{j > 0} P_0j e_j > 0) with fair signs e_j, and half of P(= 0). The votes of S seeds are
    independent: `majority(p, S)`. Compare `recall_accuracy`, which stores M of the values themselves.

    Args:
        N: number of values, at most 40.
        M: dimensions of the memory, 0 to N.
        S: number of seeds that vote, at least 1.

    Returns:
        An exact value.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> [round(float(superposition_accuracy(8, 4, S)), 3) for S in (1, 3, 9, 33)]
        [0.844, 0.934, 0.993, 1.0]
        >>> [round(float(superposition_accuracy(20, 5, S)), 3) for S in (1, 3, 9, 33)]
        [0.709, 0.795, 0.911, 0.994]
    """
    N, M = _arguments.memory_of(N, M, least=0, most=_MOST_HALVED)
    own, *others = superposition(N, M)[0]
    half = len(others) // 2
    sums, rest = _sums(others[:half]), np.sort(_sums(others[half:]))
    slack = _ROUNDING * float(np.abs(others).sum() + abs(own))
    above = rest.size - np.searchsorted(rest, slack - own - sums, side="right")
    at_least = rest.size - np.searchsorted(rest, -slack - own - sums, side="left")
    p = 0.5 * float(np.mean(above + at_least)) / rest.size
    return Value.exact(float(majority(p, S)), source="signs of weighted sums of fair signs", error=1e-9)


def _sums(weights: list[float]) -> NDArray[np.float64]:
    """All sums of the weights with signs."""
    found = np.zeros(1)
    for weight in weights:
        found = np.concatenate([found - weight, found + weight])
    return found


def recall_table(G: ArrayLike) -> RecallTable:
    """Accuracy and squared error of y = G v on all values v in {-1, 1}^N, for each key and on the worst input.

    Args:
        G: float64[N, N], of any rank; N is at most 16.

    Returns:
        The table. Sums that are 0 up to rounding count as ties, of accuracy 1/2.

    Raises:
        TypeError: for anything but numbers.
        ValueError: unless square, finite and of at most 16 keys.

    Source: enumeration.

    Example:
        >>> pairs = [[0.5, 0.5], [0.5, 0.5]]  # the sum of two values, in one dimension
        >>> table = recall_table(pairs)
        >>> table.accuracy.tolist(), table.worst_accuracy, table.worst_squared_error
        ([0.75, 0.75], 0.5, 1.0)
    """
    meaning, advice = "the readout for every key, float[N, N]", "Pass superposition(8, 4), for example."
    found = _arguments.matrix("G", G, meaning, advice)
    if found.shape[0] != found.shape[1]:
        raise ValueError(f"`G` must hold {meaning}; got shape {found.shape}. {advice}")
    N = _check.integer("N", found.shape[0], low=1, high=_MOST_KEYS, unit="keys that are enumerated", advice=advice)
    values = 1.0 - 2.0 * ((np.arange(1 << N)[:, None] >> np.arange(N)) & 1)
    margins = values * (values @ found.T)
    margins[np.abs(margins) <= _TIE * np.abs(found).sum(axis=1)] = 0.0
    right = 0.5 * (1.0 + np.sign(margins))
    hardest = int(np.argmin(margins))
    errors = (margins - 1.0) ** 2
    return RecallTable(
        right.mean(axis=0),
        float(right.min()),
        errors.mean(axis=0),
        float(errors.max()),
        values[hardest // N],
        hardest % N,
    )
