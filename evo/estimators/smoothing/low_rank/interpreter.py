"""Runs a traced loss on weights that are perturbed by products of thin factors, without changing the model's code."""

from __future__ import annotations

import math
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from jaxtyping import Array

from evo.estimators.smoothing.low_rank.contraction import contract
from evo.estimators.smoothing.low_rank.control import CALLS, CONTROL
from evo.estimators.smoothing.low_rank.convolution import convolve
from evo.estimators.smoothing.low_rank.ledger import Ledger
from evo.estimators.smoothing.low_rank.lookup import dynamic_slice, gather
from evo.estimators.smoothing.low_rank.perturbed import Perturbed
from evo.estimators.smoothing.low_rank.structure import STRUCTURE, scaled

#: where a leaf smaller than the result is spread over activations, as biases are, and costs no more than they do
_ELEMENTWISE = ("add", "sub", "mul", "div", "max", "min", "select_n")


class Interpreter:
    """Evaluates jaxprs whose inputs may be `Perturbed`.

    Matrix products, convolutions and lookups go through the factors; operations that move axes act on base and factors
    alike; loops, branches and called functions are entered. Whatever else meets a weight gets it written out,
    base + scale * left right^T, which is always right and costs a weight per member.

    Args:
        ledger: where uses of weights are written down.
    """

    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = Ledger() if ledger is None else ledger

    def run(self, jaxpr: ClosedJaxpr | Jaxpr, values: list[Any]) -> list[Any]:
        """The outputs of a jaxpr, which may be weights."""
        constants, inner = ([], jaxpr) if isinstance(jaxpr, Jaxpr) else (jaxpr.consts, jaxpr.jaxpr)
        known: dict[Any, Any] = dict(zip(inner.constvars, constants)) | dict(zip(inner.invars, values))

        def read(atom: Any) -> Any:
            return atom.val if isinstance(atom, Literal) else known[atom]

        for equation in inner.eqns:
            # Factors may be wider than the weights of the model, also where promotion is strict.
            with equation.ctx.manager, jax.numpy_dtype_promotion("standard"):
                found = self._outputs(equation, [read(atom) for atom in equation.invars])
            known.update(zip(equation.outvars, found))
        return [read(atom) for atom in inner.outvars]

    def plain(self, values: list[Any]) -> list[Array]:
        """The values with weights written out where they leave a loop, a branch or the loss."""
        return [self._written(value, "output", 0) if isinstance(value, Perturbed) else value for value in values]

    def _outputs(self, equation: Any, values: list[Any]) -> list[Any]:
        weights = [value for value in values if isinstance(value, Perturbed)]
        if weights:
            name, params = equation.primitive.name, equation.params
            if name in CALLS:
                return self.run(params[CALLS[name]], values)
            if name in CONTROL:
                return CONTROL[name](params, values, self.run, self.plain)
            if len(weights) == 2 and name == "dot_general":
                values = self._one_weight(values)
            found = self._through_factors(equation, values)
            if found is not None:
                return found
        room = max((math.prod(variable.aval.shape) for variable in equation.outvars), default=0)
        self.ledger.widest = max(self.ledger.widest, room)
        values = [
            self._written(value, equation.primitive.name, room) if isinstance(value, Perturbed) else value
            for value in values
        ]
        found = equation.primitive.bind(*values, **equation.primitive.get_bind_params(equation.params))
        return list(found) if equation.primitive.multiple_results else [found]

    def _through_factors(self, equation: Any, values: list[Any]) -> list[Any] | None:
        """The outputs by the rule for this operation; None if there is none."""
        if not equation.outvars:  # such as a print
            return None
        name, params = equation.primitive.name, equation.params
        place = next(i for i, value in enumerate(values) if isinstance(value, Perturbed))
        weight, dtype = values[place], equation.outvars[0].aval.dtype
        if name in STRUCTURE and len(values) == 1:
            return STRUCTURE[name](weight, params)
        if name == "dot_general":
            product, cost = contract(values[1 - place], weight, params, place == 0, dtype)
            return self._shared(weight, name, product, cost)
        if name == "conv_general_dilated" and place == 1:
            convolved = convolve(values[0], weight, params, dtype)
            return None if convolved is None else self._shared(weight, name, *convolved)
        if name == "gather" and place == 0:
            rows = gather(weight, values[1], params)
            return None if rows is None else self._shared(weight, name, rows, math.prod(rows.shape))
        if name == "dynamic_slice" and place == 0:
            rows = dynamic_slice(weight, values[1:], params)
            return self._shared(weight, name, rows, math.prod(rows.shape))
        if name in ("mul", "div") and len(values) == 2:
            other = values[1 - place]
            if not isinstance(other, Perturbed) and getattr(other, "shape", ()) == () and (name == "mul" or place == 0):
                return [scaled(weight, other, divide=name == "div")]
        return None

    def _shared(self, weight: Perturbed, operation: str, found: Any, cost: int) -> list[Any]:
        self.ledger.shared(weight.leaf, operation, cost)
        self.ledger.widest = max(self.ledger.widest, math.prod(found.shape))
        return [found]

    def _one_weight(self, values: list[Any]) -> list[Any]:
        """Two weights that meet in a product: the rows of a table, or else the first one, are written out."""
        first = 1 if values[1].looked_up and not values[0].looked_up else 0
        size = math.prod(values[first].shape)
        values = list(values)
        values[first] = self._written(values[first], "dot_general", size)
        return values

    def _written(self, weight: Perturbed, operation: str, room: int) -> Array:
        size = math.prod(weight.shape)
        broadcast = operation in _ELEMENTWISE and room > size
        self.ledger.written(weight.leaf, operation, weight.looked_up or broadcast, size)
        self.ledger.widest = max(self.ledger.widest, size)
        return weight.written_out()
