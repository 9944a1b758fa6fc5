"""Associative recall with a memory for M of N values: what a random choice of what to store achieves.

N random keys, each with a value of -1 or 1 per bit; then one key is queried. The memory has M < N dimensions.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from theory.randomized import _arguments
from theory.randomized.votes import majority
from theory.results import Value

__all__ = ["recall_accuracy", "recall_game", "recall_squared_error"]

_MOST_SUBSETS = 200_000


def recall_accuracy(N: int, M: int, S: int = 1) -> Value:
    """The probability that a bit of the queried value is right, by storing M values chosen at random.

    One seed stores a uniformly random set of M values and flips a fair coin for every bit of the others: on every
    input p = M/N + (1 - M/N) / 2. The answers of S seeds are independent given the input, so their vote is right with
    probability exactly `majority(p, S)`.

    Without a choice at random some key is never stored, and the adversary queries it: 1/2 per bit, votes or not.
    A linear memory can do better than p with superpositions in place of subsets, see `superposition`.

    Args:
        N: number of values.
        M: number of values stored, 0 to N.
        S: number of seeds that vote, at least 1.

    Returns:
        An exact value, the same for every input.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> [round(float(recall_accuracy(8, 4, S)), 3) for S in (1, 3, 9, 33)]
        [0.75, 0.844, 0.951, 0.999]
    """
    N, M = _arguments.memory_of(N, M, least=0, most=10**9)
    found = float(majority((N + M) / (2.0 * N), S))
    return Value.exact(found, source="majority of answers that are right with M/N + (1 - M/N)/2", error=1e-11)


def recall_squared_error(N: int, M: int) -> Value:
    """The least mean squared error per bit of a linear memory of M dimensions: 1 - M/N.

    Keys are orthonormal and y = G v is read for all keys at once; rank(G) <= M.

    1. *Random values.* E_v (y_i - v_i)^2 is the squared length of row i of G - I. Its mean over the keys is
       |G - I|_F^2 / N >= (N - M) / N, since no matrix of rank M is closer to I (Eckart and Young 1936). Projections
       of rank M attain it, and with a constant diagonal (`superposition`) for every key: on random values a
       deterministic memory loses nothing, and neither does the worst key.
    2. *The adversary chooses values and key, the memory is random.* Still 1 - M/N, on every input: store a random
       subset and answer 0 for the others, or take G = D P D with a projection P of constant diagonal and random
       signs D: with Q = I - P the error is E (s_i sum_j Q_ij s_j v_j)^2 = sum_j Q_ij^2 = Q_ii = 1 - M/N; or a
       uniformly random projection, of the same Q_ii in the mean, whose law is invariant under such signs. By 1 no
       mixture is better, as random values and keys are an input distribution (Yao 1977).
    3. *The adversary chooses values and key, the memory is deterministic.* The largest error is the square of
       max_i sum_j |(G - I)_ij|, an operator norm of G - I. Were it below 1, G would be invertible: it is at least 1
       if M < N, no better than that of G = 0, which answers 0 to everything.

    Args:
        N: number of values.
        M: dimensions of the memory, 0 to N.

    Returns:
        An exact value: of 1 and of 2.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Eckart and Young (1936); Yao (1977).

    Example:
        >>> float(recall_squared_error(8, 4))
        0.5
    """
    N, M = _arguments.memory_of(N, M, least=0, most=10**9)
    return Value.exact((N - M) / N, source="the distance of rank M from the identity")


def recall_game(N: int, M: int) -> NDArray[np.float64]:
    """The game of which M of N keys are stored, and which one is queried: 1 where it is stored.

    Its value is M/N: by the uniformly random subset, and by the uniformly random key.

    Args:
        N: number of keys.
        M: number of keys stored, 0 to N.

    Returns:
        float64[policies, N], one row per subset in lexicographic order.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than 200,000 subsets.

    Source: elementary.

    Example:
        >>> recall_game(3, 2).astype(int).tolist()
        [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    """
    N, M = _arguments.memory_of(N, M, least=0, most=1000)
    if math.comb(N, M) > _MOST_SUBSETS:
        raise ValueError(
            f"`N` over `M` must be at most {_MOST_SUBSETS} (subsets); got N={N}, M={M}. Pass smaller ones: the value "
            "of the game is M/N."
        )
    subsets = np.array(list(itertools.combinations(range(N), M)), dtype=np.int64).reshape(math.comb(N, M), M)
    payoff = np.zeros((subsets.shape[0], N))
    np.put_along_axis(payoff, subsets, 1.0, axis=1)
    return payoff
