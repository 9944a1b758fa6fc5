"""Persistent evolution strategy: windows without truncation bias, by accumulated perturbations."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from evo.estimators.base import Estimate
from evo.estimators.parameters import added, split
from evo.estimators.smoothing.unrolled.base import AbstractUnrolledEs, UnrolledState
from evo.oracles import jax_key


class PersistentEs(AbstractUnrolledEs):
    """The evolution strategy (PES) whose pairs remember the sum of their perturbations since their episode began.

    In every window pair j draws a new direction z_j, plays the window at params + sigma z_j and params - sigma z_j from
    the two carries that it owns, and adds: xi_j <- xi_j + z_j (0 before an episode). With the mean losses L_j(+) and
    L_j(-) over the window,

        grads = (c / P) sum_j (L_j(+) - L_j(-)) / (2 sigma) xi_j.

    The mean is c times the gradient of the smoothed loss of the window with respect to the parameters of *all* its
    windows so far: no truncation bias, with parameters held fixed. The variance grows with the number of windows in an
    episode; that of their sum over an episode does not (it is less than that of `NoiseReuseEs` for short windows).
    c is that of `AntitheticEs` in all windows, so that the windows of an episode keep their weights: least squares for
    the first window; later windows may be longer.

    Args:
        pairs: P, at least 1.
        sigma: root mean square of the perturbation of a parameter, positive.
        lanes: `Shared()`: every pair plays all B lanes of a window; `Dealt()`: each pair plays B / P of its own, and
            the pairs may stand at different points of their episodes.
        noise: the law of entries, as in `AntitheticEs`.
        scale: `LeastSquares()`, or `Unbiased()`, as in `AntitheticEs`.
        randomness: `Common()` or `PerPair()`, as in `AntitheticEs`.
        trainable: which leaves are perturbed, as in `AntitheticEs`.
        chunk: pairs played at once, as in `AntitheticEs`.

    The task must be a sequence task and the batch a `Window`. Lanes begin anew in the first call and where `reset` says
    so; in the midst of a window, losses before the reset have the weight xi_j + z_j and those after it z_j, exactly.
    The lanes of one pair must begin anew together: other windows are refused, or where their numbers are not
    known (in compiled code), such a pair does not count until its lanes do. Nor does a pair with a loss that is not
    finite, until it begins anew; `info["dropped"]` tells how many do not.

    The state holds 2 P carries and P x D numbers. `evaluations`, in forward passes of a whole window, is 2 P with
    shared lanes and 2 with dealt ones.

    Departs from the paper: the scale, and losses are means over the steps of a window, not sums.

    Reference: Vicol, Metz and Sohl-Dickstein, Unbiased gradient estimation in unrolled computation graphs with
    persistent evolution strategies, ICML 2021.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import PersistentEs
        >>> from evo.tasks import LeakyTracking
        >>> task = LeakyTracking(jnp.ones(3), length=20, window=5)
        >>> key, params, es = jax.random.key(0), jnp.zeros(3), PersistentEs(pairs=32, sigma=0.1)
        >>> state = es.init(key, task, params, task.batch(key, 0))
        >>> step, total = jax.jit(es.value_and_grad(task)), 0.0
        >>> for t in range(4):
        ...     value, grads, state = step(state, jax.random.fold_in(key, t), params, task.batch(key, t))
        ...     total += grads
        >>> bool(jnp.all(total < 0)), state.memory.shape
        (True, (32, 3))
    """

    reference: ClassVar[tuple[str, ...]] = ("VicolMetzSohlDickstein2021Persistent",)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> UnrolledState:
        """All members at their initial carries, nothing accumulated, after everything was checked."""
        centre = split(params, self.trainable).centre
        state = self._start(jax_key(key), task, params, batch, None)
        self._in_step(batch)
        return state._replace(memory=jax.tree.map(lambda x: jnp.zeros((self.pairs, *x.shape), x.dtype), centre))

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: UnrolledState
    ) -> tuple[Estimate, UnrolledState]:
        """Fresh directions; the differences of losses weight what was accumulated."""
        call = self._call(key, task, params, batch, state)
        self._in_step(batch)
        centre = call.parameters.centre

        def direction(pair: Array) -> Any:
            return self.noise.direction(call.drawn, pair, centre)

        def accumulated(pair: Array, step: Any) -> Any:
            own = jax.tree.map(lambda x: x[pair], state.memory)
            return added(step, jnp.where(call.reset.any[pair], 0.0, 1.0), own)

        played = self._play(call, state, call.reset.together, direction, accumulated)
        weights, factor = self._weights(call, played.differences)
        earlier, _ = self._weights(call, played.earlier)
        # Where nothing resets, both are equal and the sum is that of z_j + xi_j.
        now = call.population.sum(direction, weights, centre)
        past = jax.tree.map(lambda x: jnp.tensordot(earlier.astype(x.dtype), x, 1), state.memory)
        after = UnrolledState(played.standing, state.calls + 1, played.found.extra)
        return self._report(played, added(now, 1.0, past), factor), after
