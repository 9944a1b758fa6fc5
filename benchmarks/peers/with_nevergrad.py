"""The discrete (1+1) of nevergrad, by ask and tell."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.base import AbstractPackage, Task
from benchmarks.timing import Subject, timed


class Nevergrad(AbstractPackage):
    """The fastest of its parametrizations of a bit string: an array that is rounded to integers."""

    name = "nevergrad DiscreteOnePlusOne"
    distribution = "nevergrad"
    comparable = False
    conventions = (
        "another law of flips: entries of an array of numbers are redrawn, and bits are what they round to; at "
        "n = 1000 we counted 0.75 flips per step on average, and none in two of five steps. Starts at the zero string. "
        "Its parameters made for choices are slower by a factor of ten and more; an array that starts at a bound "
        "flips almost nothing."
    )

    def subject(self, task: Task) -> Subject:
        """The first steps of one run; it minimises."""
        import nevergrad

        def prepared(budget: int):
            array = nevergrad.p.Array(shape=(task.n,), lower=0, upper=1).set_integer_casting()
            array.random_state = np.random.RandomState(1)
            return nevergrad.optimizers.registry["DiscreteOnePlusOne"](parametrization=array, budget=budget)

        def work(steps: int) -> tuple[int, int]:
            optimizer = prepared(steps)
            for _ in range(steps):
                candidate = optimizer.ask()
                optimizer.tell(candidate, -task.value(candidate.value))
            return steps, 1

        return Subject(timed(work), start=lambda _: prepared(1), most=10**5)
