"""Any rate that is a fixed function of the step number."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numba

from evo.core import checks
from evo.discrete.engines.generic import register
from evo.discrete.engines.lowering import made_type
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate


class Schedule(AbstractRate):
    """The rate p_t = function(t) in step t = 1, 2, ...

    Args:
        function: takes the step number t and returns a probability per bit in [0, 1]; it must be understood by numba
            (numbers and `math`), and pure.

    A value outside [0, 1] ends the run with an error. Each function is compiled once per process; two schedules are
    equal if their functions are the same object.

    Example:
        >>> from evo import discrete as d
        >>> ea = d.OnePlusOne(rate=d.Schedule(lambda t: 1 / (t + 1)))
    """

    function: Callable[[int], float]
    _kind: Any

    @property
    def waiting(self) -> Waiting:
        """The rate is a function of the step."""
        return Waiting.SCHEDULE

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __init__(self, function: Callable[[int], float]) -> None:
        if not callable(function):
            raise checks.bad_type("function", function, "be callable", "Pass a function of t, such as lambda t: 1 / t.")
        if not isinstance(function, types.FunctionType) and not hasattr(function, "py_func"):
            action = "Wrap it, as in lambda t: thing(t); numba compiles plain functions only."
            raise checks.bad_type("function", function, "be a function, not another callable object", action)
        first = function(1)
        action = "Return a probability per bit, for example min(0.5, 1 / t)."
        checks.real("function(1)", first, 0, 1, action)
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "_kind", _kind_of(function))

    def lower(self, n: int) -> Any:
        """The named tuple that kernels see; its type belongs to the function."""
        return self._kind(0)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Schedule, (self.function,))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("A Schedule is immutable; make another one.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and self.function is other.function

    def __hash__(self) -> int:
        return hash((Schedule, self.function))

    def __repr__(self) -> str:
        return f"Schedule({getattr(self.function, '__name__', self.function)!s})"


_KINDS: dict[Callable[[int], float], type] = {}


def _kind_of(function: Callable[[int], float]) -> type:
    """The lowered type of a schedule: its `draw` calls the function."""
    if function not in _KINDS:
        kind = made_type("Schedule", [])
        compiled = function if hasattr(function, "py_func") else numba.njit(function)

        def start(policy, n):
            return (0.0,)

        def draw(policy, state, view, n, stream):
            return float(compiled(view.step))

        register(kind, start)
        register(kind, draw)
        _KINDS[function] = kind
    return _KINDS[function]
