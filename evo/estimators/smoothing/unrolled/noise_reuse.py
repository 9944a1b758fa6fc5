"""Noise-reuse evolution strategy: windows without truncation bias, by one perturbation for a whole episode."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from evo.estimators.base import Estimate
from evo.estimators.parameters import split
from evo.estimators.smoothing.unrolled.base import AbstractUnrolledEs, UnrolledState
from evo.oracles import jax_key


class NoiseReuseEs(AbstractUnrolledEs):
    """The evolution strategy (NRES) whose pairs keep one direction for all windows of an episode.

    Pair j draws z_j when its episode begins. In every window it plays at params + sigma z_j and params - sigma z_j from
    the two carries that it owns; with the mean losses L_j(+), L_j(-) over the window,

        grads = (c / P) sum_j (L_j(+) - L_j(-)) / (2 sigma) z_j,

    c as in `AntitheticEs`. The mean is c times the gradient of the smoothed loss of the window with respect to the
    parameters of *all* windows so far: no truncation bias, with parameters held fixed. The sum over an episode is what
    `AntitheticEs` estimates from the whole sequence. A single window has less variance than in `PersistentEs`, the sum
    over an episode of short windows has more: pairs should stand at different points (`Dealt()`, staggered lanes).

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
    so. A new direction is drawn where that is before the first step of a window; an episode that begins in the midst
    of one keeps the direction of the last (unbiased, but the two are not independent: let episodes begin with windows).
    The lanes of one pair must begin anew together: other windows are refused, or where their numbers are not known (in
    compiled code), such a pair does not count until its lanes do. Nor does a pair with a loss that is not finite, until
    it begins anew; `info["dropped"]` tells how many do not.

    The state holds 2 P carries and P keys: directions are made again from them. `evaluations`, in forward passes of a
    whole window, is 2 P with shared lanes and 2 with dealt ones.

    Departs from the paper: the scale, and losses are means over the steps of a window, not sums.

    Reference: Li, Harrison, Sohl-Dickstein, Smith and Metz, Variance-reduced gradient estimation via noise-reuse in
    online evolution strategies, NeurIPS 2023; Vicol, Kolter and Swersky, Low-variance gradient estimation in unrolled
    computation graphs with ES-Single, ICML 2023 (the same idea).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import Dealt, NoiseReuseEs
        >>> from evo.oracles import staggered
        >>> from evo.tasks import LeakyTracking
        >>> task = LeakyTracking(jnp.ones(3), length=20, window=5, delays=staggered(lanes=32, windows=4))
        >>> key, params, es = jax.random.key(0), jnp.zeros(3), NoiseReuseEs(pairs=32, sigma=0.1, lanes=Dealt())
        >>> state = es.init(key, task, params, task.batch(key, 0))
        >>> step = jax.jit(es.value_and_grad(task))
        >>> for t in range(8):
        ...     value, grads, state = step(state, jax.random.fold_in(key, t), params, task.batch(key, t))
        >>> bool(jnp.all(grads < 0))
        True
    """

    reference: ClassVar[tuple[str, ...]] = ("LiEtAl2023NoiseReuse", "VicolKolterSwersky2023Single")

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> UnrolledState:
        """All members at their initial carries, after everything was checked."""
        split(params, self.trainable)
        key = jax_key(key)
        state = self._start(key, task, params, batch, None)
        self._in_step(batch)
        words = jax.random.key_data(key)
        return state._replace(memory=jnp.zeros((self.pairs, *words.shape), words.dtype))

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: UnrolledState
    ) -> tuple[Estimate, UnrolledState]:
        """The direction of the episode, weighted by the differences of the window's losses."""
        call = self._call(key, task, params, batch, state)
        self._in_step(batch)
        centre = call.parameters.centre
        # The key under which the direction of the episode was drawn: that of the call in which it began.
        words = jnp.where(call.reset.first[:, None], jax.random.key_data(call.drawn), state.memory)
        kind = jax.random.key_impl(call.drawn)

        def direction(pair: Array) -> Any:
            return self.noise.direction(jax.random.wrap_key_data(words[pair], impl=kind), pair, centre)

        played = self._play(call, state, call.reset.together, direction)
        weights, factor = self._weights(call, played.differences)
        grads = call.population.sum(direction, weights, centre)
        return self._report(played, grads, factor), UnrolledState(played.standing, state.calls + 1, words)
