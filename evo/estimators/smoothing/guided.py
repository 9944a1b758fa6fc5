"""Guided evolution strategy: perturbations that are longer within the span of surrogate gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.sharding import Mesh
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.estimators.base import evaluator
from evo.estimators.parameters import Parameters, added, norm, scaled, size, split, widest
from evo.estimators.smoothing.antithetic import population_info
from evo.estimators.smoothing.candidates import AbstractPairsEs, Plan
from evo.estimators.smoothing.checks import chunk_size, device_mesh, fraction, pair_count, positive
from evo.estimators.smoothing.hints import orthonormalised, surrogate_trees
from evo.estimators.smoothing.members import Measured
from evo.estimators.smoothing.noise import AbstractNoise, ByteSum
from evo.estimators.smoothing.population import population
from evo.estimators.smoothing.randomness import AbstractRandomness, Common
from evo.estimators.smoothing.scale import AbstractScale, LeastSquares
from evo.estimators.smoothing.settings import checked, hint_function
from evo.estimators.smoothing.shaping import AbstractShaping, Raw
from evo.oracles import child, jax_key


class GuidedState(NamedTuple):
    """The last surrogates, in at least float32."""

    #: shaped like the trained parameters, with a leading axis [past], the latest first; zero before there were any
    past: Any


class GuidedEs(AbstractPairsEs):
    """The evolution strategy whose directions z_j prefer the subspace of the last k surrogates, by their covariance C.

        C = alpha I + b U U^T,    b = (1 - alpha) D / k,    z_j = sqrt(alpha) e_j + sqrt(b) U w_j,
        grads = (c / P) sum_j (f(x + s z_j) - f(x - s z_j)) / (2 s) z_j,    E grads = c C g on a linear loss,

    where U is an orthonormal basis of the surrogates, e_j (D numbers) and w_j (k numbers) have independent entries of
    variance 1, and s is sigma. The trace of C is D, so that sigma keeps its meaning. The population is never held.

    The scale: c = P / (D + (P + 1) q + (kurtosis - 3) (alpha^2 + b^2) / q) with q = alpha + b is the largest factor
    with E|grads|^2 <= E<grads, g> for every gradient, an equality for one within the subspace. `scale=Unbiased()` gives
    c = 1. The published estimate has standard deviation S = sigma sqrt(D) and c = beta / D: pass
    `sigma=S / sqrt(D)`, `noise=Gaussian()`, `scale=Factor(beta / D)`. `info["scale"]` is c; beta is D times that.

    Args:
        pairs: P, at least 1.
        sigma: root mean square of the perturbation of a parameter, positive.
        alpha: the isotropic share of the perturbation's variance, in [0, 1]; 1 is `AntitheticEs`.
        surrogates: None for the last `past` estimates of its own, or a function of (params, batch, key) that returns
            one tree shaped like `params`, or a tuple of such trees.
        past: how many surrogates span the subspace, the latest ones; at least 0. It holds as many copies of `params`.
        noise: the law of the entries of e_j and w_j, as in `AntitheticEs`.
        shaping: as in `AntitheticEs`.
        scale: `LeastSquares()`, `Unbiased()` or `Factor(c)`.
        randomness: `Common()` or `PerPair()`, as in `AntitheticEs`.
        trainable: which leaves are perturbed, as in `AntitheticEs`.
        chunk: pairs evaluated at once, as in `AntitheticEs`.
        mesh: devices that share the pairs, as in `AntitheticEs`.

    A surrogate that is zero, not finite or dependent on later ones is left out, and k counts those that remain; as long
    as there is none the directions are isotropic. `info["surrogates_used"]` is k. `evaluations` is 2 P a call (one more
    with an auxiliary output).

    Departs from the paper: the scale; entries of w_j follow `noise`; surrogates that do not count are left out.

    Reference: Maheswaranathan, Metz, Tucker, Choi and Sohl-Dickstein, Guided evolutionary strategies: augmenting random
    search with surrogate gradients, ICML 2019.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import GuidedEs
        >>> slope, key = jnp.ones(500), jax.random.key(0)
        >>> loss = lambda params, batch, key: jnp.vdot(slope, params)
        >>> hint = lambda params, batch, key: slope + 0.5 * jax.random.normal(key, slope.shape)
        >>> es, params = GuidedEs(pairs=20, sigma=0.1, surrogates=hint), jnp.zeros(500)
        >>> state = es.init(key, loss, params, None)
        >>> value, grads, state = es.value_and_grad(loss)(state, key, params, None)
        >>> cosine = jnp.vdot(grads, slope) / jnp.linalg.norm(grads) / jnp.linalg.norm(slope)
        >>> bool(cosine > 0.8)  # 0.2 without the hint
        True
    """

    sigma: Array
    alpha: Array
    noise: AbstractNoise
    shaping: AbstractShaping
    scale: AbstractScale
    randomness: AbstractRandomness
    trainable: Any
    surrogates: Callable[[Any, Any, PRNGKeyArray], Any] | None
    pairs: int = eqx.field(static=True)
    past: int = eqx.field(static=True)
    chunk: int | None = eqx.field(static=True)
    mesh: Mesh | None = eqx.field(static=True)
    reference: ClassVar[tuple[str, ...]] = ("MaheswaranathanEtAl2019Guided",)

    def __init__(
        self,
        pairs: int,
        sigma: float,
        *,
        alpha: float = 0.5,
        surrogates: Callable[[Any, Any, PRNGKeyArray], Any] | None = None,
        past: int = 1,
        noise: AbstractNoise = ByteSum(),  # noqa: B008 (immutable)
        shaping: AbstractShaping = Raw(),  # noqa: B008
        scale: AbstractScale = LeastSquares(),  # noqa: B008
        randomness: AbstractRandomness = Common(),  # noqa: B008
        trainable: Any = None,
        chunk: int | None = None,
        mesh: Mesh | None = None,
    ) -> None:
        self.pairs = pair_count(pairs)
        self.sigma = positive("sigma", sigma, "Pass the size of a perturbation of a parameter, for example sigma=0.02.")
        self.alpha = fraction("alpha", alpha, "Pass the isotropic share of the variance, for example alpha=0.5.")
        self.surrogates = hint_function(surrogates)
        self.past = checks.integer("past", past, 0, "Pass how many surrogates span the subspace, for example past=1.")
        self.noise = checked("noise", noise)
        self.shaping = checked("shaping", shaping)
        self.scale = checked("scale", scale)
        self.randomness = checked("randomness", randomness)
        self.trainable = trainable
        self.chunk = chunk_size(chunk)
        self.mesh = device_mesh(mesh)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> GuidedState:
        """No surrogates, after everything was checked."""
        key = jax_key(key)
        parameters = split(params, self.trainable)
        evaluator(task, params, batch, key)
        past = jax.tree.map(lambda x: jnp.zeros((self.past, *x.shape), x.dtype), parameters.centre)
        eqx.filter_eval_shape(lambda: self._given(parameters, params, batch, key))
        return GuidedState(past)

    def plan(self, key: PRNGKeyArray, params: Any, batch: Any, state: GuidedState) -> Plan:
        """The basis of the surrogates, the directions, and their weighted sum."""
        parameters = split(params, self.trainable)
        centre = parameters.centre
        D = size(centre)
        past = _pushed(self._given(parameters, params, batch, key), state.past, self.past)
        guide = _guide(past, self.past, self.alpha, D, centre)
        drawn, within = child(key, "directions"), child(key, "subspace")
        members = population(self.pairs, D, self.chunk, self.mesh)

        def isotropic(pair: Array) -> Any:
            return self.noise.direction(drawn, pair, centre)

        def perturbation(pair: Array) -> tuple[Any, Array]:
            w = self.noise.direction(within, pair, jnp.zeros(self.past, guide.isotropic.dtype))
            step = added(scaled(guide.isotropic, isotropic(pair)), 1, guide.along(w))
            return scaled(self.sigma, step), w

        def finish(losses: list[Measured]) -> tuple[Any, dict[str, Array], GuidedState]:
            (found,) = losses
            factor = self.scale.factor(guide.least_squares(self.pairs, D, self.noise.kurtosis))
            differences = self.shaping.differences(found.losses, found.good)
            weights = differences * (factor / self.pairs / 2) / self.sigma.astype(differences.dtype)
            total = members.sum(isotropic, guide.isotropic.astype(weights.dtype) * weights, centre)
            grads = added(total, 1, guide.along(weights @ found.extra.astype(weights.dtype)))
            info = {
                "norm": norm(grads),
                "scale": jnp.asarray(factor, found.value.dtype),
                "surrogates_used": guide.rank,
                **population_info(found),
            }
            after = past if self.surrogates is not None else _pushed([grads], past, self.past)
            return grads, info, GuidedState(after)

        return Plan(parameters, members, perturbation, finish)

    def _given(self, parameters: Parameters, params: Any, batch: Any, key: PRNGKeyArray) -> list[Any]:
        """The user's surrogates of this call."""
        if self.surrogates is None:
            return []
        found = surrogate_trees(self.surrogates(params, batch, child(key, "surrogates")), parameters.centre)
        if len(found) > self.past:
            action = f"Pass past={len(found)}, or return fewer."
            raise checks.bad_value("past", self.past, f"be at least {len(found)}, the number of surrogates", action)
        return found


class _Guide(NamedTuple):
    """The law of the directions of one call: z = isotropic e + U w, where U has the columns of `basis`, scaled."""

    #: sqrt(alpha), and b
    isotropic: Array
    b: Array
    #: sqrt(b) U, stacked [k, ...]
    basis: Any
    #: the dimension of the subspace
    rank: Array

    def along(self, w: Float[Array, " k"]) -> Any:
        """U w."""
        return jax.tree.map(lambda x: jnp.tensordot(w.astype(x.dtype), x, 1), self.basis)

    def least_squares(self, pairs: int, D: int, kurtosis: float) -> Array:
        """The largest c with E|grads|^2 <= E<grads, g>; the two ends are gradients within and outside the subspace."""
        alpha, b = self.isotropic**2, self.b
        q = alpha + b
        inside = (pairs + 1.0) * q + (kurtosis - 3.0) * (alpha**2 + b**2) / q
        outside = (pairs + kurtosis - 2.0) * alpha
        return pairs / (D + jnp.maximum(inside, outside))


def _guide(past: Any, k: int, alpha: Array, D: int, centre: Any) -> _Guide:
    dtype = widest(centre)
    alpha = alpha.astype(dtype)
    if k == 0:
        zero = jnp.zeros((), dtype)
        return _Guide(jnp.ones((), dtype), zero, past, jnp.zeros((), jnp.int32))
    rows = [jax.tree.map(lambda x, i=i: x[i], past) for i in range(k)]
    nothing = scaled(0, centre)
    basis, used = orthonormalised(rows, lambda place: nothing, centre)
    rank = jnp.sum(used)
    some = rank > 0
    b = jnp.where(some, (1 - alpha) * D / jnp.maximum(rank, 1).astype(dtype), 0)
    return _Guide(jnp.sqrt(jnp.where(some, alpha, 1)), b, scaled(jnp.sqrt(b), basis), rank)


def _pushed(new: list[Any], past: Any, k: int) -> Any:
    """The last k surrogates, the new ones first."""
    if not new:
        return past
    return jax.tree.map(lambda old, *fresh: jnp.concatenate([jnp.stack(fresh), old])[:k], past, *new)
