"""Which lanes of a window a pair plays."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax

from evo.oracles import Window


class AbstractLanes(eqx.Module):
    """What of a window with B lanes each of P pairs plays; the two members of a pair always play the same."""

    @abstractmethod
    def count(self, lanes: int, pairs: int) -> int:
        """How many lanes a pair plays: successive ones.

        Raises:
            ValueError: if the lanes cannot be shared out.
        """

    @abstractmethod
    def window(self, window: Window, pairs: int, pair: Any) -> Window:
        """The part of the window that a pair plays, [T, count, ...]; the number of the pair may be traced."""

    @abstractmethod
    def evaluations(self, pairs: int) -> int:
        """What all members play together, in whole windows."""


class Shared(AbstractLanes):
    """Every pair plays all lanes: all are compared on the same data, 2 P windows a call.

    Example:
        >>> from evo.estimators import Shared
        >>> Shared().count(lanes=8, pairs=4), Shared().evaluations(pairs=4)
        (8, 8)
    """

    def count(self, lanes: int, pairs: int) -> int:
        """B."""
        del pairs
        return lanes

    def window(self, window: Window, pairs: int, pair: Any) -> Window:
        """All of it."""
        del pairs, pair
        return window

    def evaluations(self, pairs: int) -> int:
        """2 P."""
        return 2 * pairs


class Dealt(AbstractLanes):
    """Pair j plays the lanes j b, ..., (j + 1) b - 1 alone, b = B / P: the cost of 2 windows a call, for any P.

    Pairs may then stand at different points of their episodes (`evo.oracles.staggered`).

    Example:
        >>> from evo.estimators import Dealt
        >>> Dealt().count(lanes=8, pairs=4), Dealt().evaluations(pairs=4)
        (2, 2)
    """

    def count(self, lanes: int, pairs: int) -> int:
        """B / P."""
        if lanes % pairs:
            action = f"Pass windows with a multiple of {pairs} lanes, or let all pairs play all lanes: lanes=Shared()."
            raise ValueError(f"`lanes` must be a multiple of `pairs` to be dealt; got {lanes} and {pairs}. {action}")
        return lanes // pairs

    def window(self, window: Window, pairs: int, pair: Any) -> Window:
        """Its lanes."""
        own = self.count(window.reset.shape[1], pairs)
        return jax.tree.map(lambda x: jax.lax.dynamic_slice_in_dim(x, pair * own, own, 1), window)

    def evaluations(self, pairs: int) -> int:
        """2."""
        del pairs
        return 2
