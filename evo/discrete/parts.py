"""Parts: what a pseudo-Boolean search is made of, and how users write their own.

A public part is a frozen dataclass that validates and normalises at construction and compares by type and value.
`lower(n)` turns it into the named tuple that kernels see; its behaviour is registered on that type with
`implements`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense, Values
from evo.core.stops import Steps, Stop
from evo.discrete.calling import called
from evo.discrete.engines import functions as f
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.generic import copy_registrations, has, parameters, register
from evo.discrete.engines.instances import instance_of, level_of_string, value_of
from evo.discrete.engines.lowering import LOWERED, USED, lowered_type
from evo.discrete.engines.waiting import SEEN, Waiting

F = TypeVar("F", bound=Callable[..., Any])


class AbstractPart:
    """Something an algorithm is made of; subclasses are frozen dataclasses."""

    def lower(self, n: int) -> Any:
        """The named tuple that kernels see, for strings of length n.

        The default takes the dataclass fields as they are: numbers, arrays and other parts.
        """
        fields = [getattr(self, field.name) for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        kind = lowered_type(type(self))
        USED.add(kind)
        return kind(*(value.lower(n) if isinstance(value, AbstractPart) else value for value in fields))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            _same(getattr(self, field.name), getattr(other, field.name))
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        )

    def __hash__(self) -> int:
        values = (getattr(self, field.name) for field in dataclasses.fields(self))  # type: ignore[arg-type]
        return hash((type(self), *(v.tobytes() if isinstance(v, np.ndarray) else v for v in values)))


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return np.array_equal(left, right)
    return left == right


def part(cls: type) -> type:
    """Class decorator of all parts: a frozen dataclass that keeps the comparison by type and value."""
    return dataclasses.dataclass(frozen=True, eq=False)(cls)


def implements(cls: type) -> Callable[[F], F]:
    """Decorator that makes a function the part's implementation of the generic function of the same name.

    Args:
        cls: a part class (a frozen dataclass that derives from `d.AbstractFunction`, `d.AbstractRate`,
            `d.AbstractMutation`, `d.AbstractAcceptance` or `d.AbstractStart`).

    The function must have the parameters of the generic function (see the how-to-extend page), and be understood by
    numba: numbers, arrays, `math`, other compiled functions. Registering again replaces the implementation.

    Raises:
        ValueError: if no generic function has this name, or the parameters differ.
        TypeError: if `cls` is not a part class.

    Example:
        >>> from dataclasses import dataclass
        >>> from evo import discrete as d
        >>> @dataclass(frozen=True)
        ... class Halving(d.AbstractRate):
        ...     first: float
        >>> @d.implements(Halving)
        ... def start(policy, n):
        ...     return (policy.first,)
        >>> @d.implements(Halving)
        ... def draw(policy, state, view, n, stream):
        ...     return max(state[0] / view.step, 1.0 / n)
    """
    if not (isinstance(cls, type) and issubclass(cls, AbstractPart) and dataclasses.is_dataclass(cls)):
        action = "Derive it from d.AbstractFunction, d.AbstractRate, ... and decorate it with @dataclass(frozen=True)."
        raise checks.bad_type("cls", cls, "be a part class", action)

    if cls.lower is not AbstractPart.lower:
        action = "Write a part of your own that derives from the abstract class; the library's parts are final."
        raise checks.bad_type("cls", cls, "be a part class without a `lower` of its own", action)
    # The dataclass decorator compares fields as tuples, which arrays do not bear.
    cls.__eq__, cls.__hash__ = AbstractPart.__eq__, AbstractPart.__hash__

    def wrap(function: F) -> F:
        name = getattr(function, "__name__", "")
        first = parameters(name)[:1]
        wanted = next((word for kind, word in _FIRST.items() if issubclass(cls, kind)), None)
        if first and wanted and first[0] != wanted:
            allowed = f"be a function of a {wanted}, as {cls.__name__} is one"
            raise checks.bad_value("function", name, allowed, f"`{name}` is a function of a {first[0]}.")
        kind = lowered_type(cls)
        if kind in USED:  # kernels were compiled with the old implementation: the part gets a new lowered type
            del LOWERED[cls]
            copy_registrations(kind, lowered_type(cls))
            kind = lowered_type(cls)
        register(kind, function)
        return function

    return wrap


class AbstractRate(AbstractPart):
    """A mutation-rate policy: `start`, `draw` and, if it adapts, `update`."""

    #: a declaration: with how many offspring per generation the policy begins to work
    least_offspring: int = 1

    @property
    def waiting(self) -> Waiting:
        """A declaration: how the policy behaves while nothing improves, which lets the event engine skip steps."""
        return Waiting.STEPS

    @property
    def sees(self) -> frozenset[str]:
        """A declaration: what the policy looks at besides steps and comparisons, of "zeros", "level" and "flips"."""
        return SEEN

    def check(self, n: int) -> None:
        """Refuse string lengths for which the policy has no valid rate."""
        del n

    def strata(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """(probabilities, largest rates) of the strata of a policy that declares `Waiting.STRATA`, largest rates first.

        The generic function `within` draws a rate of a stratum.
        """
        del n
        raise TypeError(f"{type(self).__name__} must define `strata`, as it declares Waiting.STRATA.")

    def suits(self, problem: Any, n: int, offspring: int) -> None:
        """Refuse problems and numbers of offspring per generation with which the policy cannot work."""
        del problem
        if offspring < self.least_offspring:
            action = "Use an algorithm with several offspring, such as d.OnePlusLambda, or another policy."
            allowed = f"be at least {self.least_offspring} per generation for {self!r}"
            raise checks.bad_value("offspring", offspring, allowed, action)
        self.check(n)


class AbstractMutation(AbstractPart):
    """A mutation operator: `flips`."""

    #: a declaration, checked by `d.check`: sets of flipped positions of equal size are equally likely
    symmetric: bool = True

    #: whether it flips bits at the rate of a policy; else it has a law of its own, and the search takes no policy
    rated: bool = True

    def own_rate(self, n: int) -> float:
        """The expected fraction of flipped bits, of a mutation with a law of its own."""
        del n
        raise TypeError(f"{type(self).__name__} must define `own_rate`, as it says `rated = False`.")

    def law_of_flips(self, n: int, rate: float) -> np.ndarray | None:
        """float64[2^n], the probability of every set of flipped positions (bit i for position i), if it is known.

        For `d.check`, which compares mutations with it; so it is not computed by what samples them.
        """
        del n, rate
        return None


class AbstractAcceptance(AbstractPart):
    """An acceptance rule: `keep`, and `weighs` or `draws` if it uses magnitudes or chance."""


class AbstractStart(AbstractPart):
    """How the first string is made: `place`."""

    #: a declaration: strings with equally many zero-bits are equally likely
    exchangeable: bool = False


_FIRST: dict[type, str] = {
    AbstractRate: "policy",
    AbstractMutation: "mutation",
    AbstractAcceptance: "acceptance",
    AbstractStart: "start",
}


class AbstractFunction(AbstractPart, AbstractProblem):
    """A pseudo-Boolean function on {0, 1}^n to be maximised; its dataclass has a field `n`.

    A function implements `value`. Optional are `gain` (the default evaluates `value` twice), `prepare` and `commit`
    (incremental evaluation), `compare`, `level`, `level_count` and `solved` (default: no zero-bits).
    """

    n: int
    sense = Sense.MAXIMISE
    values = Values.FLOAT64
    #: a declaration, checked by `d.check`: f(x) < f(y) whenever x differs from y and x <= y bit by bit
    monotone: bool = False
    #: dynamic functions only: f_t is chosen with regard to the parent, in `evaluate` the first candidate
    relative: bool = False
    #: f_t only says how an offspring compares with its parent, not how offspring compare with each other
    pairwise: bool = False

    def event_state(self, *, exchangeable: bool) -> Any:
        """The state kind in which the event engine keeps a string, or why there is none.

        `exchangeable` says that start strings with equally many zero-bits are equally likely.
        """
        del exchangeable
        if self.monotone:
            return Strings
        return f"{self!r} is not declared strictly monotone, so that a step that flips no zero-bit may be accepted"

    @property
    def wrapped(self) -> AbstractFunction | None:
        """The function that this one passes its strings on to, if it does."""
        return None

    def start(self, key: Key) -> np.ndarray:
        """A uniformly random string, for optimizers that do not choose their own start."""
        return key.child("start").numpy().integers(0, 2, self.n, dtype=np.uint8)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values of `uint8[k, n]` strings, exact: `int64`, `float64`, or Python numbers as objects."""
        del step
        strings = bit_strings(candidates, self.n)
        played = instance_of(self.lower(self.n), key.child("instance"))
        return np.array([value_of(played, x) for x in strings])

    def __call__(self, x: Any) -> int | float:
        """The value of one string, a list or array of n zeros and ones, as a plain number.

        This is what other libraries call, as in `ioh.wrap_problem(problem, ...)`; runs of this library do not need it.

        Raises:
            TypeError: if `x` holds no numbers.
            ValueError: if `x` is not a string of n bits, and for problems without one representable value per string:
                dynamic ones, those that every run draws afresh, and those whose values are only ordered.

        Example:
            >>> from evo import discrete as d
            >>> d.OneMax(4)([1, 0, 1, 1])
            3
        """
        return called(self, x, type(self.lower(self.n)))

    def solved(self, candidate: Any) -> bool | None:
        """Whether the string is optimal."""
        x = np.ascontiguousarray(candidate, dtype=np.uint8)
        lowered = self.lower(self.n)
        cache = f.prepare(lowered, x) if has("solved", type(lowered)) else None
        return bool(f.solved(lowered, cache, self.n - int(np.count_nonzero(x))))

    def solved_in(self, candidate: Any, key: Key) -> bool | None:
        """Whether the string is optimal in the run with this key: a random function is the one that the run plays."""
        x = np.ascontiguousarray(candidate, dtype=np.uint8)
        lowered = self.lower(self.n)
        if not has("instance", type(lowered)):
            return self.solved(x)
        played = instance_of(lowered, key.child("instance"))
        cache = f.prepare(played, x) if has("solved", type(played)) else None
        return bool(f.solved(played, cache, self.n - int(np.count_nonzero(x))))

    def level_of(self, candidate: Any, key: Key) -> int:
        """The level of a string in the run with this key, 0 where the problem has no levels."""
        lowered = self.lower(self.n)
        if not has("level", type(lowered)) and not has("instance", type(lowered)):
            return 0
        played = instance_of(lowered, key.child("instance"))
        return level_of_string(played, np.ascontiguousarray(candidate, dtype=np.uint8))

    def level_count(self) -> int:
        """How many levels the problem has."""
        return int(f.level_count(self.lower(self.n)))

    def budget(self) -> Stop | None:
        """1000 n (ln n + 1) steps, about 350 times what the (1+1)-EA at strength 1 needs on a linear function."""
        return default_budget(self.n)

    def reported(self, candidate: Any, value: Any) -> float:
        """The value; for problems whose values are only ordered, the number of zero-bits."""
        if self.values is Values.ORDER:
            return float(self.n - int(np.count_nonzero(candidate)))
        return float(value)


_FIRST[AbstractFunction] = "problem"


def default_budget(n: int) -> Stop:
    """1000 n (ln n + 1) steps, rounded up."""
    n = length(n)
    return Steps(int(np.ceil(1000 * n * (np.log(n) + 1))))


def length(value: Any) -> int:
    """The string length n, checked."""
    return checks.integer("n", value, 1, "Pass the number of bits, at least 1.", high=2**31 - 1)


def bit_strings(candidates: Any, n: int) -> np.ndarray:
    """Candidates as `uint8[k, n]`, checked."""
    strings = np.asarray(candidates)
    action = "Pass strings of zeros and ones stacked along the first axis; one string x as x[None]."
    if strings.ndim != 2 or strings.shape[1] != n:
        raise checks.bad_value("candidates", strings, f"have shape (candidates, n) = (k, {n})", action)
    if strings.dtype.kind not in "bui" or (strings.size and (strings.max() > 1 or strings.min() < 0)):
        raise checks.bad_value("candidates", strings, "hold only 0 and 1, as integers", action)
    return np.ascontiguousarray(strings, dtype=np.uint8)


def flip_sizes(n: int) -> np.ndarray:
    """int64[2^n], how many positions every set holds; bit i of the index stands for position i."""
    sizes = np.zeros(1, dtype=np.int64)
    for _ in range(n):
        sizes = np.concatenate([sizes, sizes + 1])
    return sizes


def frozen(array: np.ndarray) -> np.ndarray:
    """The array, contiguous and read-only."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array
