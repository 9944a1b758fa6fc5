"""Generic functions of parts: one name, one implementation per part type, the same in Python and in numba.

A public part is lowered to a named tuple before a kernel sees it. A generic function dispatches on the type of its
first argument: in compiled code at compile time (through `numba.extending.overload`, so that kernels stay in numba's
disk cache), with the JIT off as ordinary Python. Kernels therefore are written once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from numba.extending import overload

F = TypeVar("F", bound=Callable[..., Any])

#: name of a generic function -> named-tuple type -> implementation
_IMPLEMENTATIONS: dict[str, dict[type, Callable[..., Any]]] = {}
_DEFAULTS: dict[str, Callable[..., Any] | None] = {}
_PARAMETERS: dict[str, tuple[str, ...]] = {}


class MissingFunctionError(TypeError):
    """A part lacks a function that the engine needs."""


def _missing(name: str, part: type) -> MissingFunctionError:
    signature = f"{name}({', '.join(_PARAMETERS[name])})"
    return MissingFunctionError(
        f"`{part.__name__}` does not implement `{name}`, which its kind of part needs. Define it as\n"
        f"    @d.implements({part.__name__})\n    def {signature}: ..."
    )


def implementation(name: str, part: type) -> Callable[..., Any]:
    """The implementation of the generic function `name` for a lowered part type."""
    found = _IMPLEMENTATIONS[name].get(part) or _DEFAULTS[name]
    if found is None:
        raise _missing(name, part)
    return found


def parameters(name: str) -> tuple[str, ...]:
    """The parameters of a generic function; empty if there is none of this name."""
    return _PARAMETERS.get(name, ())


def has(name: str, part: type) -> bool:
    """Whether the lowered part type has an implementation of its own."""
    return part in _IMPLEMENTATIONS[name]


def register(part: type, function: Callable[..., Any]) -> None:
    """Make `function` the implementation, for a lowered part type, of the generic function of the same name."""
    name = getattr(function, "__name__", repr(function))
    if name not in _PARAMETERS:
        known = ", ".join(sorted(_PARAMETERS))
        raise ValueError(f"`{name}` is no generic function of parts; got a function of that name. Known: {known}.")
    given = tuple(inspect.signature(function).parameters)
    if given != _PARAMETERS[name]:
        raise ValueError(
            f"`{name}` must have the parameters ({', '.join(_PARAMETERS[name])}); got ({', '.join(given)}). Rename or "
            "add parameters; unused ones cost nothing."
        )
    _IMPLEMENTATIONS[name][part] = function


def registered(part: type) -> list[Callable[..., Any]]:
    """The implementations of a lowered part type, in the order of the generic functions' names."""
    return [table[part] for _, table in sorted(_IMPLEMENTATIONS.items()) if part in table]


def copy_registrations(old: type, new: type) -> None:
    """Give the part type `new` all implementations of `old`."""
    for table in _IMPLEMENTATIONS.values():
        if old in table:
            table[new] = table[old]


def generic(*, default: bool, inline: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator that turns a prototype into a generic function; its body is the default if `default` is true.

    Functions that are called in every step are inlined: passing arrays to them would cost more than their work.
    """

    def wrap(prototype: Callable[..., Any]) -> Callable[..., Any]:
        name = prototype.__name__
        parameters = tuple(inspect.signature(prototype).parameters)
        _IMPLEMENTATIONS[name], _PARAMETERS[name] = {}, parameters
        _DEFAULTS[name] = prototype if default else None
        arguments = ", ".join(parameters)
        namespace: dict[str, Any] = {"_find": lambda part: implementation(name, type(part)), "_typed": _typed(name)}
        # Generated, because numba demands a function whose parameter names are those of the implementations.
        source = (
            f"def {name}({arguments}):\n    return _find({parameters[0]})({arguments})\n"
            f"def _overload({arguments}):\n    return _typed({parameters[0]})\n"
        )
        exec(compile(source, f"<generic {name}>", "exec"), namespace)
        dispatcher = namespace[name]
        dispatcher.__doc__, dispatcher.__module__ = prototype.__doc__, prototype.__module__
        overload(dispatcher, jit_options={"forceinline": inline})(namespace["_overload"])
        return dispatcher

    return wrap


def _typed(name: str) -> Callable[[Any], Callable[..., Any] | None]:
    def find(part: Any) -> Callable[..., Any] | None:
        lowered = getattr(part, "instance_class", None)  # of numba's named-tuple types only
        return None if lowered is None else implementation(name, lowered)

    return find


def implements_lowered(part: type) -> Callable[[F], F]:
    """Decorator that registers a function for a lowered part type."""

    def wrap(function: F) -> F:
        register(part, function)
        return function

    return wrap
