"""CPU time per step, the way all tables measure it.

The subjects of one comparison are measured in interleaved rounds of one process, and the best round counts: what else
runs on the machine then slows all of them down or none. The first call, which compiles, is not timed. What a call costs
whatever its length (tables that an engine fills, objects that a library makes) is measured by itself and taken off.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

Name = TypeVar("Name")

#: CPU seconds that one subject takes in one round, about
ROUND = 0.3


class Cost(NamedTuple):
    """What a call took, and how many steps and runs it made."""

    seconds: float
    steps: int
    runs: int


@dataclass(frozen=True)
class Subject:
    """Something that makes steps.

    `work(amount)` makes `amount` runs, or `amount` steps of one run, whatever the subject counts in. `start(amount)` is
    that without (nearly) all steps; from two amounts follows what a call costs whatever its amount, the set-up.
    """

    work: Callable[[int], Cost]
    start: Callable[[int], Any] = lambda amount: None
    most: int = 10**5


class Measured(NamedTuple):
    """The best round: seconds of set-up per call, and the cost beyond it."""

    setup: float
    cost: Cost

    @property
    def per_step(self) -> float:
        """Seconds per step."""
        return self.cost.seconds / self.cost.steps


def timed(work: Callable[[int], tuple[int, int]]) -> Callable[[int], Cost]:
    """Time a function that returns how many steps and runs it made."""

    def wrapped(amount: int) -> Cost:
        began = time.process_time()
        steps, runs = work(amount)
        return Cost(time.process_time() - began, steps, runs)

    return wrapped


def measure(subjects: Mapping[Name, Subject], rounds: int) -> dict[Name, Measured]:
    """Every subject's best of several interleaved rounds; what is being measured goes to standard error."""
    print(f"measuring {', '.join(map(str, subjects))}", file=sys.stderr, flush=True)
    setups: dict[Name, float] = {}
    amounts: dict[Name, int] = {}
    for name, subject in subjects.items():
        subject.work(1)
        setups[name] = _setup(subject)
        amounts[name] = _amount(subject, setups[name])
    best: dict[Name, Measured] = {}
    for _ in range(rounds):
        for name, subject in subjects.items():
            subject.start(1)  # what is kept between calls may have made room for that of another subject
            cost = subject.work(amounts[name])
            cost = cost._replace(seconds=max(cost.seconds - setups[name], 1e-9))
            if name not in best or cost.seconds / cost.steps < best[name].per_step:
                best[name] = Measured(setups[name], cost)
    return best


def _setup(subject: Subject) -> float:
    """Twice the start of one less the start of two."""
    once, twice = [], []
    for _ in range(3):
        for amount, seconds in ((1, once), (2, twice)):
            began = time.process_time()
            subject.start(amount)
            seconds.append(time.process_time() - began)
    return max(0.0, 2 * min(once) - min(twice))


def _amount(subject: Subject, setup: float) -> int:
    """How much work fills a round; more where set-up is long, whose fluctuations would drown the rest."""
    target = max(ROUND, setup / 2)
    amount = 1
    while True:
        spent = subject.work(amount).seconds - setup
        if spent >= target / 2 or amount >= subject.most:
            return amount
        amount = min(subject.most, math.ceil(amount * min(100.0, max(2.0, target / max(spent, 1e-9)))))
