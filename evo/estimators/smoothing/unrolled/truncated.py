"""Truncated evolution strategy: the gradient of each window by itself."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from evo.estimators.base import Estimate
from evo.estimators.parameters import split
from evo.estimators.smoothing.unrolled.base import AbstractUnrolledEs, UnrolledState
from evo.oracles import jax_key


class TruncatedEs(AbstractUnrolledEs):
    """The evolution strategy that perturbs anew in every window: the gradient within the window, and no more.

    With L_j(+) and L_j(-) the mean losses of the two members of pair j over the window, each from its own carry,

        grads = (c / P) sum_j (L_j(+) - L_j(-)) / (2 sigma) z_j,

    c as in `AntitheticEs`. The mean, for quadratic losses, is c times the gradient with the carry held fixed (each
    member's carry has the noise of earlier perturbations in it, of which the estimate takes no account), as in
    `TruncatedBackprop`. So it is biased unless a window is a whole sequence; `PersistentEs` and `NoiseReuseEs` are not.

    Args:
        pairs: P, at least 1.
        sigma: root mean square of the perturbation of a parameter, positive.
        lanes: `Shared()`: every pair plays all B lanes of a window; `Dealt()`: each pair plays B / P of its own.
        noise: the law of entries, as in `AntitheticEs`.
        scale: `LeastSquares()`, or `Unbiased()`, as in `AntitheticEs`.
        randomness: `Common()` or `PerPair()`, as in `AntitheticEs`.
        trainable: which leaves are perturbed, as in `AntitheticEs`.
        chunk: pairs played at once, as in `AntitheticEs`.

    The task must be a sequence task and the batch a `Window`; lanes begin anew in the first call and where `reset` says
    so, in any time step. The state holds 2 P carries. `evaluations`, in forward passes of a whole window, is 2 P with
    shared lanes and 2 with dealt ones. A pair with a loss that is not finite does not count (`info["dropped"]`) in this
    window and until the lane concerned begins anew.

    Departs from the paper: the scale, and the estimate is not combined with one from backpropagation.

    Reference: Metz, Maheswaranathan, Nixon, Freeman and Sohl-Dickstein, Understanding and correcting pathologies in the
    training of learned optimizers, ICML 2019.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import TruncatedEs
        >>> from evo.tasks import LeakyTracking
        >>> task = LeakyTracking(jnp.ones(3), length=20, window=5)
        >>> key, params, es = jax.random.key(0), jnp.zeros(3), TruncatedEs(pairs=32, sigma=0.1)
        >>> state = es.init(key, task, params, task.batch(key, 0))
        >>> found, state = es.estimate(key, task, params, task.batch(key, 0), state)
        >>> bool(jnp.all(found.grads < 0)), found.evaluations
        (True, 64)
    """

    reference: ClassVar[tuple[str, ...]] = ("MetzEtAl2019Pathologies",)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> UnrolledState:
        """All members at their initial carries, after everything was checked."""
        split(params, self.trainable)
        return self._start(jax_key(key), task, params, batch, None)

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: UnrolledState
    ) -> tuple[Estimate, UnrolledState]:
        """Fresh directions, weighted by the differences of the window's losses."""
        call = self._call(key, task, params, batch, state)
        centre = call.parameters.centre

        def direction(pair: Array) -> Any:
            return self.noise.direction(call.drawn, pair, centre)

        played = self._play(call, state, jnp.ones(self.pairs, bool), direction)
        weights, factor = self._weights(call, played.differences)
        grads = call.population.sum(direction, weights, centre)
        return self._report(played, grads, factor), UnrolledState(played.standing, state.calls + 1, None)
