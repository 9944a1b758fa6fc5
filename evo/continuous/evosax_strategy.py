"""Every algorithm of evosax behind the interface of this library."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.continuous.evosax_building import Built, Configuration, built, fitting, permissive
from evo.continuous.evosax_names import constructor_settings, found, number_settings
from evo.continuous.failures import replaced
from evo.continuous.gaussian import checked_population, checked_sigma, real_start
from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import Absorbed, AskTell
from evo.core.problems import AbstractProblem


class EvosaxState(NamedTuple):
    """What is carried from generation to generation; D coordinates, lambda candidates."""

    #: the first candidate, in its own shape
    start: np.ndarray
    #: what the algorithm proposes next to, in the shape of the start, and its loss: nan but at the start
    centre: np.ndarray
    loss: Any
    #: the candidates of the generation that was asked, in units of sigma from the start, shape (lambda, D)
    y: Any
    #: the algorithm's own state, a tree of arrays
    state: Any
    #: the words of the key from which `absorb` draws
    words: np.ndarray
    #: the worst finite loss so far, which a generation without one counts as; an elitist does not take it
    worst: Any


class Evosax(AskTell):
    """An algorithm of the package evosax as an optimizer: any of 31, by one adapter.

    The algorithm works on y = (x - start) / sigma, from y = 0 with standard deviation 1: `sigma` means the same for
    all of them, and numbers stay near 1 where it works in single precision.

    Args:
        algorithm: its name in `evosax.algorithms.algorithms`, for example "SNES", or its class.
        sigma: initial standard deviation of every coordinate, positive. Algorithms that start from a population start
            from the start itself and normal numbers around it.
        population: candidates per generation (per particle for the SV algorithms); the smallest number from
            4 + floor(3 ln D) on that the algorithm accepts if None.
        **settings: what else its constructor takes, such as `fitness_shaping_fn`, `optimizer` or `std_schedule`, and
            any field of its `default_params`. Lengths are in units of sigma: `std_schedule=lambda t: 0.99**t`.
            `learning_rate` stands for the Optax transformation that suits the algorithm: Adam for ARS, ASEBO, ESMC,
            Open_ES and SV_Open_ES (0.1 unless given: a coordinate moves by at most about a tenth of sigma per
            generation), ClipUp for PGPE (sqrt(D) / 30 unless given, the largest step twice that) and gradient descent
            for SNES, SimpleES and DES (1 unless given).
            SV_CMA_ES and SV_Open_ES take `num_populations`, the number of particles.

    Counting: `evaluations` = 1 + lambda * steps; the first one is the start, alone. `best` is the best candidate so
    far; on dynamic problems it is the centre of the search (the mean, or the best of the population), whose value
    reads nan because it is not evaluated. Hill climbers and annealing compare losses of different generations, which
    suits no stochastic problem.

    All numbers are drawn from the run's key by step; states are trees of arrays that can be copied and resumed. The
    algorithms compute in float32, or in float64 where JAX has 64-bit types switched on. Losses that are not finite
    count as the worst finite one of their generation, or of the run so far if it has none. Code is compiled once per
    algorithm, population, dimension and settings, in whichever instance; an Optax transformation or a function counts
    as a setting of its own, so pass the same object again, or a number.

    Departs from evosax 0.3.2: learning rates as above instead of 1e-3; generation t uses `std_schedule(t - 1)`
    instead of (t - 2); CMAAnchoredLES starts with standard deviation 1 instead of 0.05, GradientlessDescent with
    radii up to 1 instead of 0.2; RandomSearch samples around the start unless it is given a `sampling_fn` (on y).

    Raises:
        ValueError: for xNES, Sep_CMA_ES, LM_MA_ES, GuidedES, PersistentES and NoiseReuseES, with the reason and what
            to use instead; for settings that do not exist; for algorithms that keep D x D matrices in more than
            4096 dimensions.

    Reference: Lange, evosax: JAX-based evolution strategies, GECCO companion 2023.

    Example:
        >>> import evo, numpy as np
        >>> from evo import continuous as c
        >>> sphere = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(4))
        >>> evo.run(c.Evosax("SNES", sigma=0.5), sphere, seed=0, stop=evo.Steps(100)).value < 1e-3
        True
    """

    def __init__(self, algorithm: Any, sigma: float, population: int | None = None, **settings: Any) -> None:
        self.algorithm, self.name = found(algorithm)
        self.sigma = checked_sigma(sigma)
        self.population = checked_population(population)
        self.particles = self._particles(settings)
        known = constructor_settings(self.algorithm)
        self.settings = tuple(sorted((name, item) for name, item in settings.items() if name in known))
        self.numbers = {name: item for name, item in settings.items() if name not in known}
        self._check(known)

    def _particles(self, settings: dict[str, Any]) -> int:
        if not self.name.startswith("SV_"):
            return 0
        action = "Pass the number of particles, for example num_populations=4."
        return checks.integer("num_populations", settings.pop("num_populations", None), 1, action)

    def _check(self, known: set[str]) -> None:
        """Refuse settings that do not exist or contradict each other, at the door."""
        if {"learning_rate", "optimizer"} <= set(dict(self.settings)):
            rate = dict(self.settings)["learning_rate"]
            action = "Leave one of them out."
            raise checks.bad_value("learning_rate", rate, "not be given together with `optimizer`", action)
        for name, item in self.settings:
            try:
                hash(item)
            except TypeError:
                action = "Pass something hashable, which tells whether code can be used again."
                raise checks.bad_type(name, item, "be hashable", action) from None
        fields = number_settings(self.algorithm)
        for name in self.numbers:
            if name not in fields:
                hint = checks.nearest(name, known | fields)
                raise checks.bad_value("settings", name, f"be settings of {self.name}", hint)

    def _configuration(self, D: int) -> Configuration:
        import jax

        dtype = "float64" if jax.config.read("jax_enable_x64") else "float32"
        return Configuration(self.algorithm, self.name, self.population or 0, D, dtype, self.settings, self.particles)

    def _built(self, D: int) -> Built:
        import jax

        configuration = self._configuration(D)
        made = built(fitting(configuration) if self.population is None else configuration)
        if not self.numbers:
            return made
        kinds = {name: getattr(made.params, name) for name in self.numbers}
        numbers = jax.tree.map(lambda kind, item: jax.numpy.asarray(item, kind.dtype), kinds, self.numbers)
        return made._replace(params=made.params.replace(**numbers))

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[EvosaxState, np.ndarray]:
        """The start is the origin of the algorithm's coordinates."""
        start = real_start(problem.start(key) if start is None else start)
        with permissive():
            import jax

            made = self._built(start.size)
            state = made.fresh(key.child("fresh").jax(), made.params)
            words = np.asarray(jax.random.key_data(key.child("tell").jax()))
        y = np.zeros((made.asked, start.size), np.asarray(state.best_solution).dtype)
        return EvosaxState(start, start, np.float64(np.nan), y, state, words, np.float64(0.0)), start[None].copy()

    def propose(self, key: Key, inner: EvosaxState, step: int) -> tuple[np.ndarray, EvosaxState]:
        """Ask the algorithm."""
        with permissive():
            import jax

            made = self._built(inner.start.size)
            drawn, state = key.child("ask", step).jax(), inner.state
            if step == 1 and made.first is not None:
                y = made.first(drawn)
            else:
                y, state = made.ask(drawn, state, made.params)
            words = np.asarray(jax.random.key_data(key.child("tell", step).jax()))
        y = np.asarray(y)
        candidates = self._placed(inner, y)
        if not np.isfinite(candidates).all():
            raise ValueError(
                f"`optimizer` must propose finite numbers; got some that are not from {self!r} in step {step}: its "
                "state broke down. Take smaller steps, or another algorithm such as evo.continuous.CmaEs."
            )
        return candidates, inner._replace(y=y, state=state, words=words)

    def absorb(self, inner: EvosaxState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Tell the algorithm."""
        del candidates  # x = start + sigma y, which is kept
        if step == 0:
            return Absorbed(inner._replace(loss=np.float64(losses[0]), worst=replaced(losses)[0]))
        told = replaced(losses, inner.worst)
        worst = max(inner.worst, told.max())
        largest = float(np.finfo(inner.y.dtype).max)
        told = np.clip(told, -largest, largest).astype(inner.y.dtype)
        with permissive():
            import jax

            made = self._built(inner.start.size)
            key = jax.random.wrap_key_data(jax.numpy.asarray(inner.words), impl="threefry2x32")
            if step == 1 and made.seeded is not None:
                state, y = made.seeded(key, inner.y, told, made.params)
            else:
                state, y = made.tell(key, inner.y, told, inner.state, made.params)
        centre = self._placed(inner, np.asarray(y)[None])[0]
        return Absorbed(inner._replace(centre=centre, loss=np.float64(np.nan), state=state, worst=worst))

    def _placed(self, inner: EvosaxState, y: np.ndarray) -> np.ndarray:
        return inner.start + self.sigma * y.astype(np.float64).reshape(-1, *inner.start.shape)

    def incumbent(self, inner: EvosaxState) -> tuple[np.ndarray, Any]:
        """The centre of the search; its loss is nan after the start, because it is not evaluated."""
        return inner.centre, inner.loss

    def _identity(self) -> tuple[Any, ...]:
        import jax

        numbers = tuple(
            (name, tuple(np.asarray(leaf, dtype=np.float64).tobytes() for leaf in jax.tree.leaves(item)))
            for name, item in sorted(self.numbers.items())
        )
        return self.algorithm, self.sigma, self.population, self.particles, self.settings, numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Evosax) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        settings = {"num_populations": self.particles} if self.particles else {}
        settings |= dict(self.settings) | self.numbers
        shown = "".join(f", {name}={item!r}" for name, item in settings.items())
        return f"Evosax({self.name!r}, sigma={self.sigma}, population={self.population}{shown})"
