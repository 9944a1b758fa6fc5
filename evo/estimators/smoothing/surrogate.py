"""Evolution strategy with surrogate gradients: the best use of hints, past directions among them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.sharding import Mesh
from jaxtyping import Array, PRNGKeyArray

from evo.core import checks
from evo.estimators.base import evaluator
from evo.estimators.parameters import dot, norm, scaled, size, split
from evo.estimators.smoothing.antithetic import population_info
from evo.estimators.smoothing.candidates import AbstractPairsEs, Plan
from evo.estimators.smoothing.checks import chunk_size, device_mesh, pair_count, positive
from evo.estimators.smoothing.complement import Streamed, stored
from evo.estimators.smoothing.hints import orthonormalised, surrogate_trees
from evo.estimators.smoothing.members import Measured
from evo.estimators.smoothing.noise import AbstractNoise, ByteSum
from evo.estimators.smoothing.population import population
from evo.estimators.smoothing.randomness import AbstractRandomness, Common
from evo.estimators.smoothing.settings import checked, hint_function
from evo.estimators.smoothing.trust import AbstractTrust, Exact
from evo.oracles import child, jax_key

#: with more pairs than D divided by this, all directions are made orthonormal
_FEW = 20
#: how many times shorter the perturbation along a surrogate is by default
_SHORTER = 10


class SurrogateState(NamedTuple):
    """The past estimates, in at least float32."""

    #: shaped like the trained parameters, with a leading axis [past], the latest first; zero before there were any
    past: Any


class SurrogateEs(AbstractPairsEs):
    """The evolution strategy that projects the gradient on surrogates and random directions together.

    The k surrogates (those of the user, then the past estimates) are made orthonormal, most trusted first; P - k random
    directions are drawn orthogonal to them. With u_1, ..., u_P all of these, of length 1,

        grads = sum_j d_j u_j,    d_j = (f(x + r_j u_j) - f(x - r_j u_j)) / (2 r_j),

    the orthogonal projection of the gradient on their span: of all vectors there none has a larger cosine with the
    gradient (theorem 1). Trust in a surrogate is measured by its own two evaluations: its length and sign do not
    matter, a useless one costs its pair. With its own last estimate as surrogate the squared cosine X grows on linear
    functions as E[1 - X_t] = (1 - E X_0) (1 - (P - 1) / (D - 1))^t, P - 1 random pairs (theorem 2).

    When it helps: losses that change little from call to call: deterministic, full or large batches, common random
    numbers, small steps. When not: a fresh small minibatch in every call turns the gradient more than the pairs can
    follow; then it equals an orthogonal evolution strategy. `theory.past_descent` predicts the gain.

    Args:
        pairs: P, the surrogates included, at least 1 and at most D.
        sigma: root mean square of the perturbation of a parameter by a random direction: r = sigma sqrt(D). Positive.
        surrogates: None, or a function of (params, batch, key) that returns one tree shaped like `params` (None or
            anything where a leaf is not trained), or a tuple of such trees, most trusted first.
        past: how many past estimates serve as surrogates, after those of the user: 1 unless there is a reason. Less
            than `pairs` if there are no others, so that something new is measured.
        surrogate_sigma: the same as `sigma` for surrogates; sigma / 10 if None. Along a surrogate with cosine c to the
            gradient the loss changes c sqrt(D) times as much as along a random direction of the same length. So a tenth
            of the length loses nothing to rounding while c >= 10 / sqrt(D), and measures the slope at the point where a
            whole step would measure across the valley, with the wrong sign even. Pass `sigma` itself where every
            evaluation has noise of its own: the noise of a slope is as 1 / r.
        trust: `Exact()` takes d_j as they are; `KnownNoise(deviation)` and `HalfBatches()` shrink coefficients that
            are within the noise of evaluations.
        noise: the law of entries of the random directions, as in `AntitheticEs`.
        randomness: `Common()` or `PerPair()`, as in `AntitheticEs`.
        trainable: which leaves are perturbed, as in `AntitheticEs`.
        chunk: pairs evaluated at once, as in `AntitheticEs`.
        mesh: devices that share the pairs, as in `AntitheticEs`.

    A surrogate that is zero, not finite, or dependent on those before it is replaced by a random direction; so the
    first call, which has no past, costs the same. With P > D / 20 the random directions are made orthonormal among
    themselves, too (P x D numbers are held); otherwise they are nearly so, and made again from their keys.

    `evaluations` is 2 P a call (one more with an auxiliary output). `info["surrogate_share"]` is the fraction of
    |grads|^2 that lies along the surrogates, `info["past_cosine"]` the cosine with the previous estimate; both are 0
    in the first call, which has no past.

    Departs from the paper: nothing known; its full text was not available, the algorithm is re-derived.

    Reference: Meier, Mujika, Gauy and Steger, Improving gradient estimation in evolutionary strategies with past
    descent directions, arXiv 1910.05268, 2019.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import SurrogateEs
        >>> slope, key = jnp.arange(1.0, 201.0), jax.random.key(0)
        >>> loss = lambda params, batch, key: jnp.vdot(slope, params)
        >>> es, params = SurrogateEs(pairs=9, sigma=0.1), jnp.zeros(200)
        >>> state = es.init(key, loss, params, None)
        >>> step = jax.jit(es.value_and_grad(loss))
        >>> for t in range(60):
        ...     value, grads, state = step(state, jax.random.fold_in(key, t), params, None)
        >>> cosine = jnp.vdot(grads, slope) / jnp.linalg.norm(grads) / jnp.linalg.norm(slope)
        >>> bool(cosine > 0.9)  # 0.2 without past
        True
    """

    sigma: Array
    surrogate_sigma: Array
    trust: AbstractTrust
    noise: AbstractNoise
    randomness: AbstractRandomness
    trainable: Any
    surrogates: Callable[[Any, Any, PRNGKeyArray], Any] | None
    pairs: int = eqx.field(static=True)
    past: int = eqx.field(static=True)
    chunk: int | None = eqx.field(static=True)
    mesh: Mesh | None = eqx.field(static=True)
    reference: ClassVar[tuple[str, ...]] = ("MeierEtAl2019Past",)

    def __init__(
        self,
        pairs: int,
        sigma: float,
        *,
        surrogates: Callable[[Any, Any, PRNGKeyArray], Any] | None = None,
        past: int = 1,
        surrogate_sigma: float | None = None,
        trust: AbstractTrust = Exact(),  # noqa: B008 (immutable)
        noise: AbstractNoise = ByteSum(),  # noqa: B008
        randomness: AbstractRandomness = Common(),  # noqa: B008
        trainable: Any = None,
        chunk: int | None = None,
        mesh: Mesh | None = None,
    ) -> None:
        self.pairs = pair_count(pairs)
        self.sigma = positive("sigma", sigma, "Pass the size of a perturbation of a parameter, for example sigma=0.02.")
        self.surrogates = hint_function(surrogates)
        self.past = checks.integer("past", past, 0, "Pass 1, or 0 to use the given surrogates alone.", high=self.pairs)
        if surrogates is None and self.past == self.pairs:
            action = "Past directions alone never measure anything new: pass more pairs, or past=0."
            raise checks.bad_value(
                "past", past, f"be less than `pairs` = {self.pairs} without other surrogates", action
            )
        action = "Pass the size of a perturbation along a surrogate, or None for a tenth of `sigma`."
        given = surrogate_sigma is not None
        self.surrogate_sigma = positive("surrogate_sigma", surrogate_sigma, action) if given else self.sigma / _SHORTER
        self.trust = checked("trust", trust)
        self.noise = checked("noise", noise)
        self.randomness = checked("randomness", randomness)
        self.trainable = trainable
        self.chunk = chunk_size(chunk)
        self.mesh = device_mesh(mesh)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> SurrogateState:
        """No past, after everything was checked."""
        key = jax_key(key)
        parameters = split(params, self.trainable)
        for part in self.trust.batches(batch):
            evaluator(task, params, part, key)
        past = jax.tree.map(lambda x: jnp.zeros((self.past, *x.shape), x.dtype), parameters.centre)

        def count() -> int:
            return len(self._surrogates(params, batch, key, past, parameters.centre))

        self._check(size(parameters.centre), eqx.filter_eval_shape(count))
        return SurrogateState(past)

    def parts(self, batch: Any) -> tuple[Any, ...]:
        """The whole batch, or its halves."""
        return self.trust.batches(batch)

    def plan(self, key: PRNGKeyArray, params: Any, batch: Any, state: SurrogateState) -> Plan:
        """Orthonormal hints, random directions in their complement, and the projection on all of them."""
        parameters = split(params, self.trainable)
        centre = parameters.centre
        D = size(centre)
        trees = self._surrogates(params, batch, key, state.past, centre)
        k = len(trees)
        self._check(D, k)
        drawn = child(key, "directions")
        fresh = self.pairs - k

        def entries(place: Any) -> Any:
            return self.noise.direction(drawn, place, centre)

        # The random directions fresh, fresh + 1, ... stand in for surrogates that are of no use.
        hints, used = None, jnp.zeros(0, bool)
        if k:
            hints, used = orthonormalised(trees, lambda place: entries(fresh + place), centre)
        few = self.pairs * _FEW <= D
        frame = Streamed(hints, k, entries, centre) if few else stored(hints, k, entries, self.pairs, centre)
        radii = jnp.where(jnp.arange(self.pairs) < k, self.surrogate_sigma, self.sigma) * math.sqrt(D)
        members = population(self.pairs, D, self.chunk, self.mesh)

        def perturbation(pair: Array) -> tuple[Any, Any]:
            unit, made = frame.unit(pair)
            return scaled(radii[pair], unit), made

        def finish(found: list[Measured]) -> tuple[Any, dict[str, Array], SurrogateState]:
            good = jnp.all(jnp.stack([part.good for part in found]), axis=0)
            slopes = jnp.stack([(part.losses[:, 0] - part.losses[:, 1]) / 2 for part in found])
            slopes = slopes / radii.astype(slopes.dtype)[None, :]
            weights, noise = self.trust.weights(slopes, good, radii, k)
            grads = frame.combined(members, weights, found[0].extra)
            info = {
                "norm": norm(grads),
                "surrogate_share": _ratio(jnp.sum(jnp.where(used, weights[:k] ** 2, 0.0)), jnp.sum(weights**2)),
                "surrogates_used": jnp.sum(used),
                "noise": noise,
                **population_info(found[0]),
                "dropped": jnp.sum(~good),
            }
            if self.past:
                last = jax.tree.map(lambda x: x[0], state.past)
                info["past_cosine"] = _ratio(dot(last, grads), norm(last) * norm(grads))
            return grads, info, self._after(state, grads)

        return Plan(parameters, members, perturbation, finish)

    def _surrogates(self, params: Any, batch: Any, key: PRNGKeyArray, past: Any, centre: Any) -> list[Any]:
        """The surrogates of the user and the past estimates, most trusted first."""
        given: list[Any] = []
        if self.surrogates is not None:
            given = surrogate_trees(self.surrogates(params, batch, child(key, "surrogates")), centre)
        return [*given, *(jax.tree.map(lambda x, i=i: x[i], past) for i in range(self.past))]

    def _after(self, state: SurrogateState, grads: Any) -> SurrogateState:
        """The latest estimate first; one without any good pair is not remembered."""
        if not self.past:
            return state
        found = norm(grads) > 0

        def moved(past: Array, grad: Array) -> Array:
            return jnp.where(found, jnp.concatenate([grad[None].astype(past.dtype), past[:-1]]), past)

        return SurrogateState(jax.tree.map(moved, state.past, grads))

    def _check(self, D: int, k: int) -> None:
        if self.pairs > D:
            action = f"{D} orthogonal pairs measure the whole gradient; pass pairs={D}."
            raise checks.bad_value("pairs", self.pairs, f"be at most D = {D}, the number of trained parameters", action)
        if k > self.pairs:
            action = f"Each surrogate takes a pair; pass pairs={k + 1} or more."
            raise checks.bad_value("pairs", self.pairs, f"be at least the number of surrogates, {k}", action)


def _ratio(a: Array, b: Array) -> Array:
    return jnp.where(b > 0, a / jnp.where(b > 0, b, 1), 0)
