"""What a loss does with its weights, written down while it is traced."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Use:
    """One operation on a weight.

    Args:
        leaf: which leaf of the parameters.
        operation: the name of the primitive.
        shared: whether the product of the factors was avoided.
        minor: written out, but where activations of at least that size arise anyway (a bias, rows of a table).
        cost: multiplications per member that come on top of the unperturbed operation.
    """

    leaf: int
    operation: str
    shared: bool
    minor: bool
    cost: int


@dataclasses.dataclass
class Ledger:
    """The uses met so far; the only thing that changes while a loss is interpreted."""

    uses: list[Use] = dataclasses.field(default_factory=list)
    #: elements of the largest array that a member makes
    widest: int = 1

    def shared(self, leaf: int, operation: str, cost: int) -> None:
        """A product or a lookup through the factors."""
        self.uses.append(Use(leaf, operation, shared=True, minor=False, cost=cost))

    def written(self, leaf: int, operation: str, minor: bool, cost: int) -> None:
        """A weight written out for one member."""
        self.uses.append(Use(leaf, operation, shared=False, minor=minor, cost=cost))
