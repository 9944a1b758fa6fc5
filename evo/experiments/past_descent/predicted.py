"""What theory says at finite n, and how far the streamed estimator may be from it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from evo.experiments.past_descent.cells import late_generations

#: `SurrogateEs` makes its random directions orthonormal among themselves from n / 20 pairs on
_STREAMED = 20


@lru_cache(maxsize=4096)
def past(n: int, pairs: int, cosine: float, generation: int) -> float:
    """The exact mean with past directions."""
    from theory import past_descent

    return float(past_descent.drifting(n, pairs, cosine=cosine, generations=generation))


@lru_cache(maxsize=4096)
def streamed(n: int, pairs: int, cosine: float, generation: int) -> float:
    """The same where the estimator streams its directions; the exact mean where it does not."""
    from theory import past_descent

    if pairs * _STREAMED > n:
        return past(n, pairs, cosine, generation)
    return float(past_descent.streamed_past(n, pairs, cosine=cosine, generations=generation))


@lru_cache(maxsize=4096)
def band(n: int, pairs: int, generation: int) -> tuple[float, float]:
    """Where 90 % of runs with past directions on a linear function are, by the exact law."""
    from theory import past_descent

    law = past_descent.past(n, pairs, generation)
    return law.quantile(0.05), law.quantile(0.95)


def allowance(n: int, pairs: int, cosine: float, generation: int) -> float:
    """What streaming costs, by the quotient of expectations, and a tenth of it for the spread that this neglects."""
    return 1.1 * abs(past(n, pairs, cosine, generation) - streamed(n, pairs, cosine, generation))


def late(n: int, pairs: int, cosine: float, kept: tuple[int, ...]) -> tuple[float, float]:
    """The mean over the second half of the generations, and the allowance for streaming."""
    times = late_generations(kept)
    exact = np.mean([past(n, pairs, cosine, t) for t in times])
    return float(exact), 1.1 * abs(float(exact - np.mean([streamed(n, pairs, cosine, t) for t in times])))
