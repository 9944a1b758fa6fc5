"""Errors of estimators over windows on a linear system, measured, and exact by theory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from evo.core.keys import Key
from evo.experiments.es_rnn.names import METHODS, NOISE_REUSE, PERSISTENT, TRUNCATED
from evo.experiments.grids import AbstractCell
from evo.studies import Columns

STEPS = 100
_BATCH = 100  # episodes per row
_SIZE, _SIGMA = 5, 0.1


@final
@dataclass(frozen=True, kw_only=True)
class BiasCell(AbstractCell):
    """One pair on s <- .97 s + .05 theta, loss |s - y|^2 / 2, T = 100 steps, at theta = 0; its rows are batches.

    Rows are means over 100 episodes: `along`, <estimate, g> / |g|^2 of the mean over an episode, 1 without bias;
    `window_error` and `episode_error`, the squared errors of one window and of the mean over an episode over |g|^2.

    Args:
        label: the name of the cell in the rows.
        series: ("bias", the method).
        x: K, steps of a window.
        axis: its name.
        episodes: a multiple of 100.
    """

    label: str
    series: Any
    x: float
    axis: str = "K"
    episodes: int

    @property
    def total(self) -> int:
        """Batches."""
        return self.episodes // _BATCH

    @property
    def width(self) -> int:
        """All at once: compiling takes longer than computing."""
        return self.total

    def ends(self) -> list[int]:
        """One block."""
        return [self.total]

    def described(self) -> str:
        """The method and the system."""
        return f"{self.series[1]} on leaky tracking of {_SIZE} numbers, K = {self.x:g} of {STEPS}, sigma {_SIGMA}"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of all batches."""
        del first
        import jax.numpy as jnp

        from evo import estimators as e
        from evo.estimators.accuracy import episodes

        kinds: dict[str, Any] = {TRUNCATED: e.TruncatedEs, PERSISTENT: e.PersistentEs, NOISE_REUSE: e.NoiseReuseEs}
        es = kinds[self.series[1]](pairs=1, sigma=_SIGMA, noise=e.Gaussian(), scale=e.Unbiased())
        task, params = system(int(self.x)), jnp.zeros(_SIZE)
        g = task.gradient(params)
        found, by_window = episodes(es, task, params, g, STEPS // int(self.x), count * _BATCH, key.jax())
        estimates, true = np.asarray(found, np.float64), np.asarray(g, np.float64)
        unit = true @ true
        columns = {
            "along": estimates @ true / unit,
            "window_error": np.asarray(by_window, np.float64),
            "episode_error": np.sum((estimates - true) ** 2, axis=1) / unit,
        }
        return {name: values.reshape(count, _BATCH).mean(axis=1) for name, values in columns.items()}


def bias_cells(lengths: tuple[int, ...], episodes: int) -> list[BiasCell]:
    """Every method at every window."""
    return [
        BiasCell(label=f"{method}, K {K}", series=("bias", method), x=float(K), episodes=episodes)
        for K in lengths
        for method in METHODS
    ]


def system(K: int) -> Any:
    """The linear system with windows of K steps."""
    import jax.numpy as jnp

    from evo.tasks import LeakyTracking

    return LeakyTracking(jnp.ones(_SIZE), length=STEPS, window=K)


@functools.lru_cache(maxsize=64)
def exact(method: str, K: int) -> Any:
    """The exact errors: `bias`, `window`, `episode`."""
    import jax.numpy as jnp

    from theory import unrolled

    laws: dict[str, Callable[..., Any]] = {
        TRUNCATED: unrolled.truncated,
        PERSISTENT: unrolled.persistent,
        NOISE_REUSE: unrolled.noise_reuse,
    }
    return laws[method](np.asarray(system(K).window_gradients(jnp.zeros(_SIZE)), np.float64))
