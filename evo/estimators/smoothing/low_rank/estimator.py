"""Evolution strategy with perturbations of low rank: one large matrix product serves the whole population."""

from __future__ import annotations

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.sharding import Mesh
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.estimators.backprop import NoState
from evo.estimators.base import AbstractEstimator, Estimate, evaluator
from evo.estimators.parameters import norm, split
from evo.estimators.smoothing.antithetic import population_info
from evo.estimators.smoothing.checks import chunk_size, device_mesh, pair_count, positive
from evo.estimators.smoothing.low_rank.analysis import report
from evo.estimators.smoothing.low_rank.traced import TracedLoss, traced_loss
from evo.estimators.smoothing.members import measured
from evo.estimators.smoothing.noise import AbstractNoise, ByteSum
from evo.estimators.smoothing.population import Population, population
from evo.estimators.smoothing.randomness import AbstractRandomness, Common
from evo.estimators.smoothing.scale import AbstractScale, LeastSquares
from evo.estimators.smoothing.settings import checked
from evo.estimators.smoothing.shaping import AbstractShaping, Raw
from evo.oracles import child, jax_key

#: numbers that a member may hold per number of its largest array; chunks of that size stay in the caches of a core
_ROOM = 8


class LowRankEs(AbstractEstimator):
    """Antithetic pairs whose perturbation of a matrix is E_j = A_j B_j^T / sqrt(r); the model's code stays as it is.

    grads = (c / P) sum_j (f(W + s E_j) - f(W - s E_j)) / (2 s) E_j, with s = sigma and A_j [m, r], B_j [n, r] of
    independent entries of mean square 1: an unbiased gradient of the smoothed loss (c = 1), as good as that of dense
    noise at r = 1 once m and n are large. The loss is traced once; wherever it multiplies by W,

        x (W + s E)^T = x W^T + (s / sqrt(r)) (x B) A^T,

    with x W^T as one large product for all members, so that a population costs about what as many plain forward passes
    cost in one batch. Rows of tables, convolutions, recurrences, branches and stacks of layers are treated alike. Where
    a loss does anything else with a matrix, it is written out, member by member; `explain` names these places.
    Vectors, and matrices too slight to gain, get dense noise.

    The factor of least squares is c = P / (P - 1 + K), with K = D + the largest excess among the leaves: kurtosis - 1
    for a dense one, and ((r - 1) 2 + (kurtosis - 1)(m + n + kurtosis - 1)) / r for a matrix. For a loss that depends on
    one leaf of largest excess it is exact, else the estimate is slightly shorter.

    Args:
        pairs: P, at least 1; an evaluation of the batch at either end of each.
        sigma: root mean square of the perturbation of a parameter, positive.
        rank: r, at least 1.
        noise: the law of entries: `ByteSum()`, `Popcount()` or `Rademacher()` (cheap), `Gaussian()` (the reference).
        shaping: `Raw()`; `ZScore()`, `CentredRanks()` or `Clipped(limit)` guard against wild losses, and estimate the
            gradient of the shaped loss.
        scale: `LeastSquares()`, or `Unbiased()` for c = 1.
        randomness: `Common()` gives all members one key of the loss, `PerPair()` each pair its own.
        trainable: which leaves are perturbed: None for all floating-point arrays, a predicate of (path, leaf), or a
            tree of bools.
        chunk: pairs evaluated at once; if None so many that the largest array of activations holds about 2^18 numbers,
            which suits the caches of a core. Results do not depend on it but for rounding.
        mesh: devices that share the pairs, as from `jax.make_mesh((jax.device_count(),), ("pairs",))`.

    `evaluations` is 2 P a call, and one more if the loss has an auxiliary output, which is that at x. A pair with a
    loss that is not finite counts 0; `info["dropped"]` tells how many, `info["written_out"]` how many matrices had to
    be written out. Beside the parameters, r (m + n) numbers per pair are held for a matrix, and all numbers of a leaf
    with dense noise: parameters in one long vector belong to `AntitheticEs`.

    Departs from the paper: embeddings are perturbed too; both members of a pair use the noise that is drawn once; every
    call draws fresh noise; the scale.

    Reference: Sarkar, Fellows, Duque et al., Evolution strategies at the hyperscale, arXiv 2511.16652, 2025.

    Example:
        >>> import equinox as eqx, jax, jax.numpy as jnp
        >>> from evo.estimators import LowRankEs
        >>> key, x = jax.random.key(0), jnp.ones((4, 8))
        >>> model = eqx.nn.Linear(8, 6, key=key)
        >>> loss = lambda model, x, key: jnp.mean(jax.vmap(model)(x) ** 2)
        >>> es = LowRankEs(pairs=64, sigma=0.1)
        >>> print(es.explain(loss, model, x))
        .weight  (6, 8)  rank 1 of 6 x 8
        .bias            dense
        >>> state = es.init(key, loss, model, x)
        >>> value, grads, state = es.value_and_grad(loss)(state, key, model, x)
        >>> bool(jnp.vdot(grads.weight, jax.grad(loss)(model, x, key).weight) > 0)
        True
    """

    sigma: Array
    noise: AbstractNoise
    shaping: AbstractShaping
    scale: AbstractScale
    randomness: AbstractRandomness
    trainable: Any
    pairs: int = eqx.field(static=True)
    rank: int = eqx.field(static=True)
    chunk: int | None = eqx.field(static=True)
    mesh: Mesh | None = eqx.field(static=True)
    reference: ClassVar[tuple[str, ...]] = ("SarkarEtAl2025Hyperscale",)

    def __init__(
        self,
        pairs: int,
        sigma: float,
        *,
        rank: int = 1,
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
        self.rank = checks.integer("rank", rank, 1, "Pass the rank of the perturbation of a matrix; 1 is usual.")
        self.noise = checked("noise", noise)
        self.shaping = checked("shaping", shaping)
        self.scale = checked("scale", scale)
        self.randomness = checked("randomness", randomness)
        self.trainable = trainable
        self.chunk = chunk_size(chunk)
        self.mesh = device_mesh(mesh)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> NoState:
        """Nothing, after the parameters and the loss were checked."""
        split(params, self.trainable)
        evaluator(task, params, batch, jax_key(key))
        return NoState()

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: NoState
    ) -> tuple[Estimate, NoState]:
        """The factors of all pairs, the losses, and one matrix product per leaf."""
        key = jax_key(key)
        loss = evaluator(task, params, batch, key)
        traced = traced_loss(loss, split(params, self.trainable), key, self.rank)
        members = population(self.pairs, _ROOM * traced.plan.widest, self.chunk, self.mesh)
        # Drawn before the members are evaluated: a compiler would draw them again in every operation that uses them.
        drawn = child(key, "directions")
        noise = members.map(lambda pair: self.noise.direction(drawn, pair, traced.shapes()))
        found = measured(self._losses(members, traced, noise, key), None)
        factor = self.scale.factor(traced.least_squares(self.pairs, self.noise.kurtosis))
        differences = self.shaping.differences(found.losses, found.good)
        weights = differences * (factor / self.pairs / 2) / self.sigma.astype(differences.dtype)
        grads = traced.combined(noise, weights)
        aux = None if loss.aux is None else loss.aux(params, self.randomness.key(key, 0))
        info = {
            "norm": norm(grads),
            "scale": jnp.asarray(factor, found.value.dtype),
            "written_out": jnp.asarray(len(traced.plan.fallbacks())),
            **population_info(found),
        }
        return Estimate(found.value, grads, 2 * self.pairs + (aux is not None), info, aux), state

    def explain(self, task: Any, params: Any, batch: Any) -> str:
        """How each trained leaf is perturbed, and what the loss does with it that needs the whole matrix.

        Args:
            task: a task, or a function `loss(params, batch, key)`.
            params: any tree with floating-point arrays.
            batch: an example of what the loss gets.

        Returns:
            One line a leaf: path, shape, and "dense" or the rank and sides of the perturbation.
        """
        key = jax.random.key(0)
        parameters = split(params, self.trainable)
        loss = evaluator(task, params, batch, key)
        paths = jax.tree_util.tree_flatten_with_path(parameters.centre)[0]
        names = [jax.tree_util.keystr(path) or "params" for path, _ in paths]
        return report(traced_loss(loss, parameters, key, self.rank).plan, names)

    def _losses(
        self, members: Population, traced: TracedLoss, noise: list[Any], key: PRNGKeyArray
    ) -> Float[Array, "P 2"]:
        sigma = self.sigma

        def pair(index: Array) -> Array:
            own = jax.tree.map(lambda x: x[index], noise)
            loss_key = self.randomness.key(key, index)
            return jax.vmap(lambda sign: traced.value(own, sign * sigma, loss_key))(jnp.array([1.0, -1.0], sigma.dtype))

        return members.map(pair)
