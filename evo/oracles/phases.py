"""Where the lanes of a stream stand in their episodes: in step, or spread evenly."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int

from evo.core import checks


class Phase(NamedTuple):
    """Where each lane stands before a window."""

    #: which of its episodes, from 0
    episode: Int[Array, " B"]
    #: which window of the episode, from 0
    position: Int[Array, " B"]
    #: whether the window is the first of the episode: `reset` at its first step
    reset: Bool[Array, " B"]


def phase(step: Any, windows: int, delays: Any) -> Phase:
    """The phases of lanes whose episodes last `windows` windows; the first episode of a lane ends early by its delay.

    Every lane begins its first episode at step 0, so that no window is seen from a wrong state; lane b ends it after
    windows - delays[b] windows, and from then on the lanes stand where the delays put them.

    Args:
        step: the number of the window, from 0, which may be traced.
        windows: windows per episode, at least 1.
        delays: one integer in [0, windows) per lane: zeros for lanes in step, `staggered(...)` for lanes spread evenly.

    Raises:
        ValueError: if a delay is not below `windows`.

    Example:
        >>> from evo.oracles import phase, staggered
        >>> [phase(step, 4, staggered(2, 4)).position.tolist() for step in range(5)]
        [[0, 0], [1, 1], [2, 0], [3, 1], [0, 2]]
    """
    windows = checks.integer("windows", windows, 1, "Pass how many windows an episode has.")
    ahead = np.asarray(delays)
    if ahead.ndim != 1 or ahead.dtype.kind not in "iu" or np.any(ahead < 0) or np.any(ahead >= windows):
        action = "Pass one integer per lane, as from staggered(lanes, windows)."
        raise checks.bad_value("delays", ahead, f"hold integers in [0, {windows - 1}]", action)
    since = jnp.asarray(step, jnp.int32) + jnp.asarray(ahead, jnp.int32)
    short = since < windows  # still in the first episode
    position = jnp.where(short, jnp.asarray(step, jnp.int32), since % windows)
    return Phase(since // windows, position, position == 0)


def staggered(lanes: int, windows: int, group: int = 1) -> np.ndarray:
    """Delays for `phase` that spread lanes evenly over the windows of an episode.

    Args:
        lanes: B, at least 1.
        windows: windows per episode, at least 1.
        group: this many successive lanes stay in step, for estimators that deal several lanes to a pair; divides B.

    Returns:
        int[B]: floor(i windows / G) for the lanes of group i of G = B / group.

    Example:
        >>> staggered(6, 10, group=2).tolist()
        [0, 0, 3, 3, 6, 6]
    """
    lanes = checks.integer("lanes", lanes, 1, "Pass how many sequences run at once.")
    windows = checks.integer("windows", windows, 1, "Pass how many windows an episode has.")
    group = checks.integer("group", group, 1, "Pass how many lanes stay in step, for example 1.")
    if lanes % group:
        raise checks.bad_value("group", group, f"divide the number of lanes, {lanes}", "Pass for example 1.")
    return np.repeat(np.arange(lanes // group) * windows // (lanes // group), group)
