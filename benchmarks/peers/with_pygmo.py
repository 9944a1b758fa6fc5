"""The simple evolutionary algorithm of pygmo, on a fitness function in Python."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.base import AbstractPackage, Task
from benchmarks.timing import Subject, timed


class Pygmo(AbstractPackage):
    """`sea` on a population of one."""

    name = "pygmo sea"
    distribution = "pygmo"
    comparable = False
    conventions = (
        "another law of flips: at least one entry of a vector in [0, 1] is redrawn per step, and the fitness reads it "
        "as a bit, x > 1/2; at n = 1000 we counted 1.59 redrawn entries per step on average, half of which flip. "
        "The start is uniform; does not stop at the optimum; the fitness is a function in Python, the loop is C++."
    )

    def subject(self, task: Task) -> Subject:
        """The first steps of one run; it minimises."""
        import pygmo

        class Function:
            def fitness(self, x) -> list[float]:
                return [-task.value(x > 0.5)]

            def get_bounds(self) -> tuple[np.ndarray, np.ndarray]:
                return np.zeros(task.n), np.ones(task.n)

        def work(steps: int) -> tuple[int, int]:
            population = pygmo.population(pygmo.problem(Function()), size=1, seed=1)
            pygmo.algorithm(pygmo.sea(gen=steps, seed=1)).evolve(population)
            return steps, 1

        return Subject(timed(work), most=10**6)
