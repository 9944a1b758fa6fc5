"""Which division of its axes suits each leaf, found by running the loss on shapes alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr

from evo.estimators.smoothing.low_rank.interpreter import Interpreter
from evo.estimators.smoothing.low_rank.ledger import Ledger, Use
from evo.estimators.smoothing.low_rank.perturbed import Perturbed
from evo.estimators.smoothing.low_rank.splits import Split, candidates


class Plan(NamedTuple):
    """How the leaves of a tree of parameters are perturbed."""

    #: one per leaf; None for dense entries
    splits: tuple[Split | None, ...]
    #: what the loss does with the leaves that are split
    uses: tuple[Use, ...]
    #: r
    rank: int
    #: elements of the largest array that a member makes
    widest: int

    def written(self, leaf: int) -> list[str]:
        """The operations for which a leaf is written out, though nothing of its size arises there otherwise."""
        found = [use.operation for use in self.uses if use.leaf == leaf and not use.shared and not use.minor]
        return list(dict.fromkeys(found))

    def fallbacks(self) -> list[int]:
        """The leaves that are written out for every member."""
        return [leaf for leaf in range(len(self.splits)) if self.written(leaf)]


def plan(jaxpr: ClosedJaxpr, leaves: list[Any], rest: list[Any], rank: int) -> Plan:
    """The cheapest division of the axes of each leaf: of the ones that cost a member least, the one of least variance.

    Args:
        jaxpr: of the loss, a function of the leaves and the rest.
        leaves: arrays, or their shapes and dtypes.
        rest: further inputs.
        rank: r.
    """
    choices = [candidates(leaf.shape, rank) for leaf in leaves]
    scores: list[list[tuple[int, int, float]]] = [[] for _ in leaves]
    for number in range(max(map(len, choices))):
        tried = [options[min(number, len(options) - 1)] if options else None for options in choices]
        ledger = _traced(jaxpr, leaves, rest, tried)
        for leaf, (split, options) in enumerate(zip(tried, choices)):
            if split is not None and number < len(options):
                scores[leaf].append(_score(split, [use for use in ledger.uses if use.leaf == leaf]))
    best = [
        options[min(range(len(options)), key=score.__getitem__)] if options else None
        for options, score in zip(choices, scores)
    ]
    ledger = _traced(jaxpr, leaves, rest, best)
    return Plan(tuple(best), tuple(ledger.uses), rank, ledger.widest)


def _score(split: Split, uses: list[Use]) -> tuple[int, int, float]:
    """Smaller is better: times written out, multiplications per member, variance."""
    written = sum(not use.shared and not use.minor for use in uses)
    return written, sum(use.cost for use in uses), split.excess(3.0)


def _traced(jaxpr: ClosedJaxpr, leaves: list[Any], rest: list[Any], splits: list[Split | None]) -> Ledger:
    ledger = Ledger()
    shapes = [
        tuple(jax.ShapeDtypeStruct(shape, leaf.dtype) for shape in split.factor_shapes()) if split else None
        for split, leaf in zip(splits, leaves)
    ]

    def member(leaves: list[Any], factors: list[Any], scale: Any, rest: list[Any]) -> Any:
        values = perturbed(leaves, factors, scale)
        return Interpreter(ledger).plain(Interpreter(ledger).run(jaxpr, [*values, *rest]))

    jax.eval_shape(member, leaves, shapes, jax.ShapeDtypeStruct((), jnp.float32), rest)
    return ledger


def perturbed(leaves: list[Any], factors: list[Any], scale: Any) -> list[Any]:
    """The leaves that have factors as perturbed weights, the others as they are."""
    found = list(leaves)
    for number, (leaf, pair) in enumerate(zip(leaves, factors, strict=True)):
        if pair is not None:
            left, right = pair
            found[number] = Perturbed(leaf, left, right, jnp.asarray(scale, leaf.dtype), number)
    return found


def report(plan: Plan, names: list[str]) -> str:
    """A table of the leaves: shape, how they are perturbed, and where they are written out."""
    lines = []
    for leaf, (name, split) in enumerate(zip(names, plan.splits, strict=True)):
        if split is None:
            lines.append((name, "", "dense"))
            continue
        m, n, matrices = split.sides
        form = f"rank {split.rank} of {m} x {n}" + (f", {matrices} times" if matrices > 1 else "")
        where = plan.written(leaf)
        form += f"; WRITTEN OUT for every member by {', '.join(where)}" if where else ""
        lines.append((name, str(split.shape), form))
    wide = [max(len(line[column]) for line in lines) for column in range(2)]
    return "\n".join(f"{a:<{wide[0]}}  {b:<{wide[1]}}  {c}" for a, b, c in lines)
