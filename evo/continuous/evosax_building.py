"""evosax's algorithms as compiled functions: built and compiled once per configuration, whoever asks for them."""

from __future__ import annotations

import contextlib
import copy
import functools
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from evo.continuous.constants import default_population
from evo.core import checks

#: above this dimension algorithms that keep D x D matrices are refused
LARGEST_SQUARE = 4096
#: what stands for a standard deviation elsewhere, in units of sigma
_RADII = {
    "CMAAnchoredLES": {"std_init": 1.0},
    "GradientlessDescent": {"radius_max": 1.0, "radius_min": 0.005},
}
#: algorithms that follow a gradient with a learning rate of 1e-3 or 1e-2, which does not move
_FOLLOW_A_GRADIENT = ("ARS", "ASEBO", "ESMC", "Open_ES", "SV_Open_ES")


@dataclass(frozen=True)
class Configuration:
    """What determines the compiled code."""

    algorithm: type
    name: str
    population: int
    D: int
    #: "float32", or "float64" where JAX has 64-bit types switched on
    dtype: str
    #: settings of the constructor, by name
    settings: tuple[tuple[str, Any], ...]
    #: how many particles a Stein variational algorithm has; 0 for all others
    particles: int


class Built(NamedTuple):
    """An algorithm in coordinates y = (x - start) / sigma; all functions are pure and compiled."""

    #: the numbers it is set up with, an instance of its own class
    params: Any
    #: how many candidates a generation has
    asked: int
    #: (key, params) -> state
    fresh: Callable[..., Any]
    #: key -> y, shape (asked, D), of the first generation; None if `ask` knows it
    first: Callable[..., Any] | None
    #: (key, y, losses, params) -> state, centre after the first generation; None with `first`
    seeded: Callable[..., Any] | None
    #: (key, state, params) -> y, state
    ask: Callable[..., Any]
    #: (key, y, losses, state, params) -> state, centre
    tell: Callable[..., Any]


@contextlib.contextmanager
def permissive() -> Iterator[None]:
    """JAX with its default rules of promotion: the algorithms are not written for strict ones."""
    import jax

    with (
        jax.numpy_dtype_promotion("standard"),
        jax.numpy_rank_promotion("allow"),
        jax.debug_key_reuse(False),
    ):
        yield


@functools.lru_cache(maxsize=64)
def fitting(configuration: Configuration) -> Configuration:
    """The configuration with the smallest population from the default on that the algorithm accepts."""
    first = default_population(configuration.D)
    for population in range(max(4, first), first + 64):
        candidate = Configuration(**{**vars(configuration), "population": population})
        with contextlib.suppress(AssertionError):
            _constructed(candidate)
            return candidate
    action = f"{configuration.name} accepts none that is near 4 + floor(3 ln D) = {first}."
    raise checks.bad_value("population", None, "be a number", action)


def _constructed(configuration: Configuration) -> Any:
    import jax.numpy as jnp

    c, settings = configuration, dict(configuration.settings)
    if c.name == "RandomSearch":
        settings = {"sampling_fn": functools.partial(_normal, shape=(c.D,)), **settings}
    if "learning_rate" in settings or c.name in (*_FOLLOW_A_GRADIENT, "PGPE"):
        rate = settings.pop("learning_rate", None)
        settings.setdefault("optimizer", _transformation(c, rate))
    if c.particles:
        settings["num_populations"] = c.particles
    return c.algorithm(population_size=c.population, solution=jnp.zeros(c.D, c.dtype), **settings)


def _transformation(c: Configuration, rate: Any) -> Any:
    import optax
    from evosax.core.optimizer import clipup

    if c.name == "PGPE":  # of the defaults that its authors propose, the largest step is a 15th of the radius
        rate = math.sqrt(c.D) / 30.0 if rate is None else rate
        return clipup(learning_rate=rate, max_velocity=2.0 * rate)
    if c.name in _FOLLOW_A_GRADIENT:
        return optax.adam(0.1 if rate is None else rate)
    return optax.sgd(rate)


def _normal(key: Any, shape: tuple[int, ...]) -> Any:
    import jax

    return jax.random.normal(key, shape)


@functools.lru_cache(maxsize=64)
def built(configuration: Configuration) -> Built:
    """The compiled functions of a configuration, the same ones for the same configuration.

    Raises:
        ValueError: for a population or settings that the algorithm refuses, and for D x D matrices that are too large.
    """
    import jax
    import jax.numpy as jnp
    from evosax.algorithms.population_based.base import PopulationBasedAlgorithm

    c = configuration
    try:
        algorithm = _constructed(c)
    except AssertionError as error:
        raise checks.bad_value("population", c.population, f"suit {c.name}", str(error)) from error
    params = algorithm.default_params.replace(**_RADII.get(c.name, {}))
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.asarray(leaf).dtype), params)
    asked, seeds = c.population * max(1, c.particles), isinstance(algorithm, PopulationBasedAlgorithm)
    later = copy.copy(algorithm)
    if "std_schedule" in vars(algorithm):  # `tell` asks it for the generation before the one that comes
        later.std_schedule = lambda count: algorithm.std_schedule(count + 1)

    def fresh(key: Any, params: Any) -> Any:
        if seeds:
            return algorithm.init(key, jnp.zeros((asked, c.D), c.dtype), jnp.zeros(asked, c.dtype), params)
        if c.particles:
            return algorithm.init(key, first(jax.random.fold_in(key, 1))[: c.particles], params)
        return algorithm.init(key, jnp.zeros(c.D, c.dtype), params)

    def first(key: Any) -> Any:
        return jax.random.normal(key, (asked, c.D), c.dtype).at[0].set(0.0)

    def seeded(key: Any, y: Any, losses: Any, params: Any) -> Any:
        state = algorithm.init(key, y, losses, params)
        return state, y[jnp.argmin(losses)]

    def tell(key: Any, y: Any, losses: Any, state: Any, params: Any) -> Any:
        state, _ = later.tell(key, y, losses, state, params)
        if seeds:
            return state, state.population[jnp.argmin(state.fitness)]
        return state, state.mean[jnp.argmin(losses) // c.population] if c.particles else state.mean

    with permissive():
        like = jax.eval_shape(fresh, jax.random.key(0), params)
    _affordable(c, like)

    def compiled(function: Callable[..., Any], state_at: int | None = None) -> Any:
        """With a state whose kinds of numbers are those of the first one, so that nothing is compiled twice."""

        def kept(*arguments: Any) -> Any:
            with warnings.catch_warnings():  # while it is traced: evosax's ClipUp calls what Optax deprecated
                warnings.filterwarnings("ignore", "optax.global_norm is deprecated", DeprecationWarning)
                made = function(*arguments)
            state = made if state_at is None else made[state_at]
            state = jax.tree.map(lambda leaf, first: jax.lax.convert_element_type(leaf, first.dtype), state, like)
            return state if state_at is None else (*made[:state_at], state, *made[state_at + 1 :])

        return jax.jit(kept)

    return Built(
        params=params,
        asked=asked,
        fresh=compiled(fresh),
        first=jax.jit(first) if seeds else None,
        seeded=compiled(seeded, 0) if seeds else None,
        ask=compiled(algorithm.ask, 1),
        tell=compiled(tell, 0),
    )


def _affordable(c: Configuration, state: Any) -> None:
    import jax

    leaves = jax.tree.leaves(state)
    if c.D > LARGEST_SQUARE and any(leaf.size >= c.D**2 for leaf in leaves):
        size = sum(leaf.size * leaf.dtype.itemsize for leaf in leaves) / 2**20
        allowed = f"have at most {LARGEST_SQUARE} numbers for {c.name}, which keeps D x D matrices"
        action = f"Its state alone would take {size:.0f} MiB. Use SepCmaEs, Snes, or evosax's PGPE or Open_ES."
        raise ValueError(f"`start` must {allowed}; got {c.D}. {action}")
