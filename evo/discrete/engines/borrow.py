"""Borrowed arrays: kernels read and write them without counting references.

Numba increments and decrements an atomic reference counter for every array that enters and leaves a function that
contains a loop, which costs more than a whole mutation. A kernel whose arrays are owned by its caller may drop the
counter: the arrays outlive the call.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload


def borrowed(item):
    """The same array or nested tuple of arrays without reference counters; it must not leave the kernel."""
    return item


@intrinsic
def _borrow(typing_context, item):
    del typing_context

    def strip(context, builder, kind, value):
        if isinstance(kind, types.Array):
            array = cgutils.create_struct_proxy(kind)(context, builder, value=value)
            array.meminfo = cgutils.get_null_value(array.meminfo.type)
            array.parent = cgutils.get_null_value(array.parent.type)
            return array._getvalue()
        if isinstance(kind, types.BaseTuple):
            parts = cgutils.unpack_tuple(builder, value, len(kind))
            kinds: Any = kind
            stripped = [strip(context, builder, inner, part) for inner, part in zip(kinds, parts, strict=True)]
            return context.make_tuple(builder, kind, stripped)
        if context.enable_nrt:  # strings and lists of users' parts keep their counters: the result is a new reference
            context.nrt.incref(builder, kind, value)
        return value

    def codegen(context, builder, signature, arguments):
        return strip(context, builder, signature.args[0], arguments[0])

    return item(item), codegen


@overload(borrowed)
def _borrowed(item):
    return lambda item: _borrow(item)  # pyright: ignore[reportCallIssue]  (numba supplies the first argument)
