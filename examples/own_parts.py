"""Parts for own_parts.toml."""

from dataclasses import dataclass

from evo import discrete as d


@dataclass(frozen=True)
class Weighted(d.AbstractFunction):
    """f(x) = the sum over i of x_i (1 + scale i)."""

    n: int
    scale: float


@d.implements(Weighted)
def value(problem, cache, x):
    """The value of a string."""
    total = 0.0
    for i in range(x.shape[0]):
        if x[i]:
            total += 1.0 + problem.scale * i
    return total


def cooling(step):
    """The rate of a step."""
    return max(0.5 / (step + 1), 1 / 16)
