"""A user's own policy and function, as short as they get."""

from __future__ import annotations

from dataclasses import dataclass

from evo import discrete as d


@dataclass(frozen=True)
class Hurry(d.AbstractRate):
    """Doubles the rate after an improvement, and lets it decay slowly otherwise."""

    least: float


@d.implements(Hurry)
def start(policy, n):
    return (1.0 / n,)


@d.implements(Hurry)
def draw(policy, state, view, n, stream):
    return min(0.5, max(policy.least, state[0]))


@d.implements(Hurry)
def update(policy, state, event, n):
    return (min(0.5, 2.0 * state[0]) if event.sign > 0 else max(policy.least, 0.9 * state[0]),)


@dataclass(frozen=True)
class Product(d.AbstractFunction):
    """f(x) = the product of (1 + x_i) over the first half, plus the number of ones."""

    n: int
    monotone = True


@d.implements(Product)
def value(problem, cache, x):
    product, ones = 1.0, 0
    for place in range(problem.n):
        product *= 1.0 + x[place] if 2 * place < problem.n else 1.0
        ones += x[place]
    return product + ones
