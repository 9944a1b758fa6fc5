"""Modules as one line of text, for messages and labels."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np

#: longer texts of single values are cut
_LONGEST = 60


def one_line(module: eqx.Module) -> str:
    """The name of a module with its fields, those at their defaults left out; numbers as such, arrays as f32[2,3].

    Example:
        >>> from evo.estimators import AntitheticEs
        >>> from evo.oracles.showing import one_line
        >>> one_line(AntitheticEs(pairs=64, sigma=0.1, chunk=8))
        'AntitheticEs(pairs=64, sigma=0.1, chunk=8)'
    """
    cls = type(module)
    fields = [field.name for field in dataclasses.fields(module) if not field.name.startswith("_")]
    defaults = {name: item.default for name, item in inspect.signature(cls).parameters.items()}
    names = [name for name in (*defaults, *(name for name in fields if name not in defaults)) if name in fields]
    texts = {name: shown(getattr(module, name)) for name in names}
    told = [f"{name}={text}" for name, text in texts.items() if text != shown(defaults.get(name))]
    return f"{cls.__name__}({', '.join(told)})"


def shown(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, eqx.Module):
        return one_line(value)
    if _is_number(value):
        return f"{float(value):g}"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = " ".join(eqx.tree_pformat(value, width=10**6).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _is_number(value: Any) -> bool:
    """Whether a value is an array that holds one number which is known."""
    if isinstance(value, jax.core.Tracer) or not isinstance(value, jax.Array | np.ndarray | np.generic):
        return False
    return value.ndim == 0 and (jnp.issubdtype(value.dtype, jnp.floating) or jnp.issubdtype(value.dtype, jnp.integer))
