"""Typed JAX keys: taken in every usual form, derived by label."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key, label_words


def jax_key(key: Any) -> PRNGKeyArray:
    """The key as one typed JAX key.

    Args:
        key: a typed key (`jax.random.key(0)`), a raw one (`jax.random.PRNGKey(0)`), or an `evo.Key`.

    Raises:
        TypeError: for anything else, a seed included.
        ValueError: for an array of keys.

    Example:
        >>> import evo, jax
        >>> from evo.oracles import jax_key
        >>> bool(jax_key(jax.random.PRNGKey(0)) == jax.random.key(0))
        True
    """
    action = "Pass jax.random.key(seed); inside a loop derive one per step, for example jax.random.fold_in(key, step)."
    if isinstance(key, Key):
        return key.jax()
    if not isinstance(key, jax.Array | np.ndarray):
        raise checks.bad_type("key", key, "be a JAX key", action)
    if jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        typed: Any = key
    elif key.dtype == jnp.uint32 and key.ndim and key.shape[-1] == 2:
        typed = jax.random.wrap_key_data(jnp.asarray(key), impl="threefry2x32")
    else:
        raise checks.bad_type("key", key, "be a JAX key", action)
    if typed.ndim:
        raise ValueError(f"`key` must be a single key; got an array of keys of shape {typed.shape}. {action}")
    return typed


def child(key: PRNGKeyArray, label: str, index: Any = 0) -> PRNGKeyArray:
    """The key of one consumer: `label` and `index` folded into `key`; nobody else's numbers depend on it.

    Args:
        key: a typed JAX key.
        label: who draws, for example "batch".
        index: an integer in [0, 2^32), which may be traced.

    Example:
        >>> import jax
        >>> from evo.oracles import child
        >>> key = jax.random.key(0)
        >>> [bool(child(key, "batch", 1) == child(key, *other)) for other in (("batch", 1), ("batch", 2), ("loss", 1))]
        [True, False, False]
    """
    low, high = label_words(label)
    return jax.random.fold_in(jax.random.fold_in(key, np.uint32(low ^ high)), index)
