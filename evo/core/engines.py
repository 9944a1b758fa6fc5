"""Engines: how runs are carried out, which of them are exact for what, and which one is chosen."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple


class Engine(enum.Enum):
    """A way to carry out runs. All engines that accept a combination obey the same law."""

    AUTO = "the first engine of the optimizer's family that is exact for the combination"
    CHAIN = "compiled, one jump per improvement, by the tabulated law of what counts of the string"
    EVENT = "compiled, waits for the steps that flip a zero-bit; on strictly monotone functions, and on LeadingOnes"
    REFERENCE = "compiled, one mutation per step, exact for everything that is built from compiled parts"
    SCAN = "compiled, many steps of training in one loop; to rounding what repeated steps give"
    PYTHON = "calls the optimizer step by step from Python; for every optimizer, problem and callable"

    def __repr__(self) -> str:
        return f"Engine.{self.name}"


class EngineUsed(NamedTuple):
    """The engine of a run and the version of its stream of random decisions."""

    engine: Engine
    version: int

    def __str__(self) -> str:
        return f"{self.engine.name.lower()} v{self.version}"


class Job(NamedTuple):
    """One call of `run` or `repeat`, checked."""

    optimizer: Any
    problem: Any
    key: Any
    stop: Any
    record: Any
    start: Any
    throw: bool


class AbstractDriver(ABC):
    """What an engine implements; each optimizer family provides its own."""

    engine: ClassVar[Engine]
    version: ClassVar[int]

    @abstractmethod
    def refusal(self, optimizer: Any, problem: Any, record: Any, start: Any = None) -> str | None:
        """Why this engine is not exact for the combination; None if it is."""

    @abstractmethod
    def run(self, job: Job, resume: Any) -> Any:
        """One run, from its start or from the state of an earlier result."""

    @abstractmethod
    def repeat(self, job: Job, runs: int, first: int, threads: int | None) -> Any:
        """The runs `first`, ..., `first + runs - 1`, whose keys are the children "run" of the job's key."""

    @property
    def used(self) -> EngineUsed:
        """The engine and version that results state."""
        return EngineUsed(self.engine, self.version)


@dataclass(frozen=True)
class Explanation:
    """Which engines are exact for a combination, and which one AUTO takes."""

    chosen: EngineUsed
    #: (engine and version, None if exact or else the reason why not), preferred first
    engines: tuple[tuple[EngineUsed, str | None], ...]
    #: the engine that the question named
    asked: Engine = Engine.AUTO

    def __str__(self) -> str:
        lines = [f"AUTO takes {self.chosen}."]
        if self.asked is not Engine.AUTO:
            refusal = {used.engine: refusal for used, refusal in self.engines}[self.asked]
            lines[0] = f"{self.asked.name} is {'exact' if refusal is None else 'not available'}; {lines[0]}"
        for used, refusal in self.engines:
            lines.append(f"  {used}: " + ("exact" if refusal is None else f"not available: {refusal}"))
        return "\n".join(lines)


def choose(
    drivers: tuple[AbstractDriver, ...], optimizer: Any, problem: Any, record: Any, start: Any = None
) -> Explanation:
    """The first driver that is exact for the combination, with the verdict on all of them."""
    verdicts = tuple((driver.used, driver.refusal(optimizer, problem, record, start)) for driver in drivers)
    exact = [used for used, refusal in verdicts if refusal is None]
    if not exact:
        named: dict[str | None, list[str]] = {}
        for used, refusal in verdicts:
            named.setdefault(refusal, []).append(str(used))
        reasons = "; ".join(f"{', '.join(names)}: {refusal}" for refusal, names in named.items())
        raise ValueError(f"No engine can run {optimizer!r} on {problem!r}: {reasons}.")
    return Explanation(exact[0], verdicts)
