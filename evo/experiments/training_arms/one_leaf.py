"""Networks whose parameters are one vector: what estimators do leaf by leaf is then compiled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
from jax.flatten_util import ravel_pytree  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

__all__ = ["OneLeaf", "one_leaf"]


class OneLeaf(eqx.Module):
    """A network, recurrent or not, that keeps its parameters in one vector."""

    numbers: Array
    rebuild: Callable[[Array], Any] = eqx.field(static=True)

    def initial(self) -> Any:
        """The carry of a recurrent network before its first step."""
        return self.rebuild(self.numbers).initial()

    def __call__(self, *arguments: Any) -> Any:
        """What the network returns."""
        return self.rebuild(self.numbers)(*arguments)


def one_leaf(model: Callable[[PRNGKeyArray], Any]) -> Callable[[PRNGKeyArray], OneLeaf]:
    """The function that makes the same networks of the same keys, in one vector each."""
    rebuild = ravel_pytree(model(jax.random.key(0)))[1]
    return lambda key: OneLeaf(ravel_pytree(model(key))[0], rebuild)
