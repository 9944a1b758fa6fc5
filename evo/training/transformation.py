"""An Optax transformation whose numbers can change without compiling again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array

from evo.core import checks
from evo.oracles.showing import shown


class Transformation(eqx.Module):
    """`make(**settings)` with its floats as arrays: another learning rate is another input of the same program.

    The numbers of `optax.adam(1e-2)` are part of the compiled program; those of `Transformation(optax.adam,
    learning_rate=1e-2)` are not.

    Args:
        make: what makes the transformation: `optax.adam`, or a function of your own that chains several.
        settings: its arguments. Floats become arrays; everything else is fixed when it compiles.

    Example:
        >>> import evo, optax
        >>> from evo.estimators import Backprop
        >>> from evo.training import Transformation
        >>> for rate in (0.1, 0.2):  # compiles once
        ...     descent = evo.GradientDescent(Backprop(), Transformation(optax.sgd, learning_rate=rate))
        ...     result = evo.run(descent, evo.tasks.Quadratic(3), seed=0, stop=evo.Steps(10))
    """

    make: Callable[..., Any] = eqx.field(static=True)
    numbers: dict[str, Array]
    fixed: tuple[tuple[str, Any], ...] = eqx.field(static=True)

    def __init__(self, make: Callable[..., Any], **settings: Any) -> None:
        if not callable(make):
            raise checks.bad_type("make", make, "make a transformation", "Pass for example optax.adam, not adam(1e-2).")
        self.make = make
        self.numbers = {name: jnp.asarray(item, float) for name, item in settings.items() if _is_number(item)}
        self.fixed = tuple((name, item) for name, item in settings.items() if not _is_number(item))
        if not self.numbers:
            action = (
                "Name one, as in Transformation(optax.adam, learning_rate=1e-2), or pass the transformation itself."
            )
            raise checks.bad_value("settings", settings, "hold a float", action)

    def init(self, params: Any) -> Any:
        """The state of the transformation."""
        return self._made().init(params)

    def update(self, updates: Any, state: Any, params: Any = None, **extra: Any) -> Any:
        """The updates, and the state after them."""
        return self._made().update(updates, state, params, **extra)

    def __repr__(self) -> str:
        settings = {**self.numbers, **dict(self.fixed)}
        told = "".join(f", {name}={shown(item)}" for name, item in settings.items())
        return f"Transformation({shown(self.make)}{told})"

    def _made(self) -> optax.GradientTransformationExtraArgs:
        return optax.with_extra_args_support(self.make(**self.numbers, **dict(self.fixed)))


def _is_number(item: Any) -> bool:
    if isinstance(item, jax.Array | np.ndarray | np.floating):
        return jnp.issubdtype(item.dtype, jnp.floating)
    return isinstance(item, float)
