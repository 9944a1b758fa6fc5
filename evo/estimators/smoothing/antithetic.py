"""Antithetic evolution strategy: the gradient of the smoothed loss from pairs of function values."""

from __future__ import annotations

from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jax.sharding import Mesh
from jaxtyping import Array, PRNGKeyArray

from evo.estimators.backprop import NoState
from evo.estimators.base import evaluator
from evo.estimators.parameters import norm, scaled, size, split
from evo.estimators.smoothing.candidates import AbstractPairsEs, Plan
from evo.estimators.smoothing.checks import chunk_size, device_mesh, pair_count, positive
from evo.estimators.smoothing.directions import AbstractDirections, Independent
from evo.estimators.smoothing.members import Measured
from evo.estimators.smoothing.noise import AbstractNoise, ByteSum
from evo.estimators.smoothing.population import population
from evo.estimators.smoothing.randomness import AbstractRandomness, Common
from evo.estimators.smoothing.scale import AbstractScale, LeastSquares
from evo.estimators.smoothing.settings import checked
from evo.estimators.smoothing.shaping import AbstractShaping, Raw, spread
from evo.oracles import child, jax_key


class AntitheticEs(AbstractPairsEs):
    """The evolution strategy with antithetic pairs: grads = (c / P) sum_j (f(x + s z_j) - f(x - s z_j)) / (2 s) z_j.

    The directions z_j have D entries of mean square 1 and s is sigma. The mean is c times the gradient of the smoothed
    loss E f(x + s z), exactly the gradient for quadratics, with the factor c of the library's scale: P / (P + D +
    kurtosis - 2) for independent directions, P / D for orthogonal ones. The population is never held: directions are
    made again from their keys.

    Args:
        pairs: P, at least 1; an evaluation of the batch at either end of each.
        sigma: root mean square of the perturbation of a parameter, positive.
        noise: the law of entries: `ByteSum()`, `Popcount()` or `Rademacher()` (cheap), `Gaussian()` (the reference).
        directions: `Independent()`, or `Orthogonal()` (stored; worth it if P is a visible part of D).
        shaping: `Raw()`; `ZScore()`, `CentredRanks()` or `Clipped(limit)` guard against wild losses, and estimate the
            gradient of the shaped loss.
        scale: `LeastSquares()`, or `Unbiased()` for c = 1.
        randomness: `Common()` gives all members one key of the loss, `PerPair()` each pair its own.
        trainable: which leaves are perturbed: None for all floating-point arrays, a predicate of (path, leaf), or a
            tree of bools.
        chunk: pairs evaluated at once; if None so many that their perturbations hold about 2^20 numbers. Results do
            not depend on it but for rounding.
        mesh: devices that share the pairs, as from `jax.make_mesh((jax.device_count(),), ("pairs",))`.

    `evaluations` is 2 P a call, and one more if the loss has an auxiliary output, which is that at x. A pair with a
    loss that is not finite counts 0; `info["dropped"]` tells how many.

    Departs from the paper: the scale; unequal ranks only for unequal losses.

    Reference: Salimans, Ho, Chen, Sidor and Sutskever, Evolution strategies as a scalable alternative to reinforcement
    learning, arXiv 1703.03864, 2017; Nesterov and Spokoiny, Random gradient-free minimization of convex functions,
    Foundations of Computational Mathematics 17, 2017.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import AntitheticEs
        >>> loss = lambda params, batch, key: jnp.sum(params["w"] ** 2)
        >>> es, params, key = AntitheticEs(pairs=64, sigma=0.1), {"w": jnp.ones(3)}, jax.random.key(0)
        >>> state = es.init(key, loss, params, None)
        >>> value, grads, state = es.value_and_grad(loss)(state, key, params, None)
        >>> bool(jnp.sum(grads["w"] * 2.0) > 8.0)  # the true gradient is (2, 2, 2)
        True
    """

    sigma: Array
    noise: AbstractNoise
    directions: AbstractDirections
    shaping: AbstractShaping
    scale: AbstractScale
    randomness: AbstractRandomness
    trainable: Any
    pairs: int = eqx.field(static=True)
    chunk: int | None = eqx.field(static=True)
    mesh: Mesh | None = eqx.field(static=True)
    reference: ClassVar[tuple[str, ...]] = ("SalimansEtAl2017Evolution", "NesterovSpokoiny2017GradientFree")

    def __init__(
        self,
        pairs: int,
        sigma: float,
        *,
        noise: AbstractNoise = ByteSum(),  # noqa: B008 (immutable)
        directions: AbstractDirections = Independent(),  # noqa: B008
        shaping: AbstractShaping = Raw(),  # noqa: B008
        scale: AbstractScale = LeastSquares(),  # noqa: B008
        randomness: AbstractRandomness = Common(),  # noqa: B008
        trainable: Any = None,
        chunk: int | None = None,
        mesh: Mesh | None = None,
    ) -> None:
        self.pairs = pair_count(pairs)
        self.sigma = positive("sigma", sigma, "Pass the size of a perturbation of a parameter, for example sigma=0.02.")
        self.noise = checked("noise", noise)
        self.directions = checked("directions", directions)
        self.shaping = checked("shaping", shaping)
        self.scale = checked("scale", scale)
        self.randomness = checked("randomness", randomness)
        self.trainable = trainable
        self.chunk = chunk_size(chunk)
        self.mesh = device_mesh(mesh)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> NoState:
        """Nothing, after the parameters and the loss were checked."""
        self.directions.check(self.pairs, size(split(params, self.trainable).centre))
        evaluator(task, params, batch, jax_key(key))
        return NoState()

    def plan(self, key: PRNGKeyArray, params: Any, batch: Any, state: NoState) -> Plan:
        """Every direction from its key, and their weighted sum."""
        del batch
        parameters = split(params, self.trainable)
        centre = parameters.centre
        D = size(centre)
        self.directions.check(self.pairs, D)
        members = population(self.pairs, D, self.chunk, self.mesh)
        drawn = child(key, "directions")
        prepared = self.directions.prepare(drawn, self.pairs, self.noise, centre)

        def direction(pair: Array) -> Any:
            return self.directions.direction(prepared, drawn, pair, self.noise, centre)

        def finish(losses: list[Measured]) -> tuple[Any, dict[str, Array], NoState]:
            (found,) = losses
            factor = self.scale.factor(self.directions.least_squares(self.pairs, D, self.noise))
            differences = self.shaping.differences(found.losses, found.good)
            sigma = self.sigma.astype(differences.dtype)
            grads = members.sum(direction, differences * (factor / self.pairs / 2) / sigma, centre)
            info = {"norm": norm(grads), "scale": jnp.asarray(factor, found.value.dtype), **population_info(found)}
            return grads, info, state

        return Plan(parameters, members, lambda pair: (scaled(self.sigma, direction(pair)), None), finish)


def population_info(found: Measured) -> dict[str, Array]:
    """What all estimators from function values report of their members."""
    return {
        "best": found.best,
        "std": spread(found.losses, jnp.broadcast_to(found.good[:, None], found.losses.shape)),
        "dropped": jnp.sum(~found.good),
    }
