"""Exploration of a grid world in two episodes, with a hidden target."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray, UInt8

from evo.core import checks
from evo.core.keys import Key
from evo.tasks import _doors
from evo.tasks.randomized.base import AbstractRandomizedTask, random_signs, settings
from evo.tasks.randomized.seeding import AbstractSeeding

_EXAMPLE = "lambda key: WithReadout(Gru(22, 16, key=key), 4, key=key)"
_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))


class Walks(NamedTuple):
    """All that a policy can do under one seed, whatever the target: cells after each step, counted row by row."""

    #: the first episode, as long as the target is not found
    first: Int[Array, " T"]
    #: the second one: row t - 1 after the target was found at step t of the first, row T after it was not found
    second: Int[Array, "T+1 T"]


class Times(NamedTuple):
    """The step in 1, ..., T at which the target is found in either episode; 0 for never."""

    first: Int[Array, ""]
    second: Int[Array, ""]


class RandomizedGridWorld(AbstractRandomizedTask):
    """The missed reward of a policy that looks for a hidden target in two episodes and chooses no move at random.

    An adversary who knows the policy hides a target in any cell but the start. An episode begins at the start and ends
    with reward discount^(t - 1) when the target is reached by step t, or after T steps without reward. The target is
    the same in both: the first is for exploration, the second to go back, or to search on. At each step the policy
    reads a vector of size cells + T + 2 + seed_bits: its cell and the steps gone in this episode (both one-hot), the
    last reward (1 at the first step of the second episode if the first found the target, else 0), whether the episode
    is the second, and the seed. The largest of its 4 scores is the move: up, right, down, left; into a wall it stays.

    The network remembers what it saw by its carry, which passes from the first episode to the second. For randomness
    it has nothing but the seed: independent fair signs.

        cost = 1 - first * reward of the first - (1 - first) * reward of the second,
        error = 1 if the second does not find the target, else 0.

    `error_first` is 1 if the first does not find it, `error_either` if neither does; pass them to `each`. What S
    repetitions find one of them may keep, for success is seen: `repeated` is 0 if any second episode finds the target.

    With one seed at most T cells are seen in an episode and 2 T in both: a policy without randomness never finds some
    target if 2 T < cells - 1. Found or not, what happens depends on the target only through the time at which it is
    found first; so there are T + 2 episodes to play per seed for all targets together.

    The loss is piecewise constant in the parameters, for moves are: its gradient is 0, `Backprop` learns nothing, and
    an evolution strategy is to train the policy.

    Args:
        policy: a function of a JAX key that makes a recurrent network (`evo.models.AbstractRecurrent`) with
            cells + T + 2 + seed_bits inputs and 4 outputs; `evo.models.Rereading` makes one of a causal transformer,
            whose context must be 2 T: both episodes are read.
        rows: of the grid.
        columns: of the grid; there are at least 2 cells.
        start: row and column of the start, from 0; None for the centre.
        horizon: T, steps per episode, at least 1.
        seed_bits: signs in a seed, at least 1.
        first: weight of the first episode's reward in the cost, in [0, 1]; with 0 it serves exploration alone, and the
            cost is the error where rewards are not discounted.
        discount: of a later reward, in (0, 1].
        q: of the relaxed risk, in [1, inf].
        trials: m, seeds per target in a step.
        inputs: targets drawn per step; None for all.
        seeding: `SharedSeeds()` by default, `OwnSeeds()` or `ConstantSeed()`.

    Departs from the paper: sizes, observations and rewards are not known to us and our own.

    Reference: von Oswald, Kobayashi, Akram and Steger, Learning randomized algorithms with transformers,
    arXiv 2408.10818, 2024.

    Example:
        >>> import jax
        >>> from evo.models import Gru, WithReadout
        >>> from evo.tasks import RandomizedGridWorld
        >>> policy = lambda key: WithReadout(Gru(22, 16, key=key), 4, key=key)
        >>> task = RandomizedGridWorld(policy, rows=3, columns=3, horizon=3, seed_bits=8)
        >>> task.count, task.size, jax.eval_shape(task.batch, jax.random.key(0), 0).seeds.shape
        (8, 22, (1, 16, 8))
    """

    policy: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    rows: int = eqx.field(static=True)
    columns: int = eqx.field(static=True)
    origin: int = eqx.field(static=True)
    horizon: int = eqx.field(static=True)
    seed_bits: int = eqx.field(static=True)
    first: float = eqx.field(static=True)
    discount: float = eqx.field(static=True)
    q: float = eqx.field(static=True)
    trials: int = eqx.field(static=True)
    inputs: int | None = eqx.field(static=True)
    seeding: AbstractSeeding

    def __init__(
        self,
        policy: Callable[[PRNGKeyArray], Any],
        *,
        rows: int = 3,
        columns: int = 3,
        start: tuple[int, int] | None = None,
        horizon: int = 3,
        seed_bits: int = 8,
        first: float = 0.0,
        discount: float = 1.0,
        q: float = 8.0,
        trials: int = 16,
        inputs: int | None = None,
        seeding: AbstractSeeding | None = None,
    ) -> None:
        self.policy = _doors.maker("policy", policy, _EXAMPLE)
        self.rows = _doors.count("rows", rows, of="the rows of the grid")
        self.columns = _doors.count("columns", columns, of="the columns of the grid")
        if self.cells < 2:
            raise checks.bad_value("rows", rows, "leave room for a target", "Pass for example rows=3, columns=3.")
        self.origin = _origin(start, self.rows, self.columns)
        self.horizon = _doors.count("horizon", horizon, of="the steps of an episode")
        self.seed_bits = _doors.count("seed_bits", seed_bits, of="the signs of a seed")
        self.first = checks.real("first", first, 0, 1, "Pass the weight of the first episode, for example 0.")
        action = "Pass 1 for the same reward at all times, or for example 0.9."
        self.discount = checks.real("discount", discount, 0, 1, action, open_low=True)
        self.q, self.trials, self.inputs, self.seeding = settings(q, trials, inputs, seeding)
        action = f"It must read vectors of size {self.size} and score 4 moves, for example {_EXAMPLE}."
        _doors.output("policy", self._scored, (4,), action)

    @property
    def cells(self) -> int:
        """How many cells the grid has."""
        return self.rows * self.columns

    @property
    def size(self) -> int:
        """The size of an observation, cells + T + 2 + seed_bits."""
        return self.cells + self.horizon + 2 + self.seed_bits

    @property
    def count(self) -> int:
        """All cells but the start."""
        return self.cells - 1

    @property
    def bits(self) -> int:
        """As many as number the targets in binary."""
        return max(1, math.ceil(math.log2(self.count)))

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `policy` makes of the child "start" of the key."""
        return _doors.start(self.policy, key)

    def drawn(self, key: PRNGKeyArray) -> Int[Array, ""]:
        """A target, uniformly."""
        return self.numbered(jax.random.randint(key, (), 0, self.count, jnp.int32))

    def numbered(self, index: Any) -> Int[Array, ""]:
        """The cell of target number `index`, row by row without the start."""
        index = jnp.asarray(index, jnp.int32)
        return index + (index >= self.origin).astype(jnp.int32)

    def decoded(self, bits: UInt8[Array, " n"]) -> Int[Array, ""]:
        """The target whose number has these binary digits, the least first, modulo the number of targets."""
        powers = np.int32(2) ** np.arange(self.bits, dtype=np.int32)
        return self.numbered(jnp.sum(bits.astype(jnp.int32) * powers) % np.int32(self.count))

    def seed(self, key: PRNGKeyArray) -> Float[Array, " seed_bits"]:
        """Independent fair signs."""
        return random_signs(key, (self.seed_bits,))

    def walks(self, params: Any, seed: Float[Array, " seed_bits"]) -> Walks:
        """The episodes under one seed: the first, and the second after all that may happen in the first."""
        T = self.horizon
        carries, first = self._episode(params, params.initial(), 0.0, 0.0, seed)
        ends = np.append(np.arange(T), T - 1)
        carries = jax.tree.map(lambda leaf: leaf[ends], carries)
        rewards = jnp.where(jnp.arange(T + 1) < T, 1.0, 0.0)
        _, second = jax.vmap(lambda carry, reward: self._episode(params, carry, reward, 1.0, seed))(carries, rewards)
        return Walks(first, second)

    def output(self, params: Any, x: Int[Array, ""], seed: Float[Array, " seed_bits"]) -> Times:
        """When the target in cell x is found in either episode."""
        walks = self.walks(params, seed)
        first = _reached(walks.first, x)
        return Times(first, _reached(walks.second[(first - 1) % (self.horizon + 1)], x))

    def cost(self, output: Times, x: Int[Array, ""]) -> Float[Array, ""]:
        """1 minus the mean reward of the episodes."""
        del x
        return 1.0 - self.first * self._reward(output.first) - (1.0 - self.first) * self._reward(output.second)

    def error(self, output: Times, x: Int[Array, ""]) -> Float[Array, ""]:
        """1 if the second episode does not find the target, else 0."""
        del x
        return jnp.where(output.second > 0, 0.0, 1.0)

    def error_first(self, output: Times, x: Int[Array, ""]) -> Float[Array, ""]:
        """1 if the first episode does not find the target, else 0."""
        del x
        return jnp.where(output.first > 0, 0.0, 1.0)

    def error_either(self, output: Times, x: Int[Array, ""]) -> Float[Array, ""]:
        """1 if neither episode finds the target, else 0."""
        return jnp.minimum(self.error_first(output, x), self.error(output, x))

    def repeated(self, outputs: Times, x: Int[Array, ""]) -> Float[Array, ""]:
        """1 if no second episode finds the target, else 0."""
        return jnp.min(self.error(outputs, x))

    def _episode(
        self, params: Any, carry: Any, reward: Any, second: float, seed: Array
    ) -> tuple[Any, Int[Array, " T"]]:
        """The carries and cells after each step of an episode in which no target is found."""
        real = jnp.result_type(float)
        seed, flag = seed.astype(real), jnp.full(1, second, real)
        moved = _moved(self.rows, self.columns)

        def step(state: tuple[Any, Array, Array], t: Array) -> tuple[Any, Any]:
            carry, cell, reward = state
            place, time = jax.nn.one_hot(cell, self.cells, dtype=real), jax.nn.one_hot(t, self.horizon, dtype=real)
            carry, scores = params(carry, jnp.concatenate([place, time, reward[None], flag, seed]))
            cell = jnp.asarray(moved)[cell, jnp.argmax(scores)]
            return (carry, cell, jnp.zeros_like(reward)), (carry, cell)

        begin = (carry, jnp.asarray(self.origin, jnp.int32), jnp.asarray(reward, real))
        return jax.lax.scan(step, begin, jnp.arange(self.horizon))[1]

    def _reward(self, time: Int[Array, ""]) -> Float[Array, ""]:
        return jnp.where(time > 0, self.discount ** (time - 1).astype(jnp.result_type(float)), 0.0)

    def _scored(self, key: PRNGKeyArray) -> Array:
        network = self.policy(key)
        return network(network.initial(), jnp.zeros(self.size))[1]


def _reached(cells: Int[Array, " T"], target: Int[Array, ""]) -> Int[Array, ""]:
    """The first step after which the cell is the target, from 1; 0 if there is none."""
    hit = cells == target
    return jnp.where(jnp.any(hit), jnp.argmax(hit).astype(jnp.int32) + 1, 0)


def _moved(rows: int, columns: int) -> np.ndarray:
    """The cell after a move in {up, right, down, left}, int32[cells, 4]."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    steps = [(np.clip(row + dr, 0, rows - 1), np.clip(column + dc, 0, columns - 1)) for dr, dc in _MOVES]
    return np.stack([r * columns + c for r, c in steps], axis=1).astype(np.int32)


def _origin(start: Any, rows: int, columns: int) -> int:
    """The number of the start cell."""
    if start is None:
        return (rows // 2) * columns + columns // 2
    action = "Pass for example start=(0, 0), or None for the centre."
    if not isinstance(start, tuple) or len(start) != 2:
        raise checks.bad_type("start", start, "be a pair (row, column)", action)
    row = checks.integer("start", start[0], 0, action, high=rows - 1)
    return row * columns + checks.integer("start", start[1], 0, action, high=columns - 1)
