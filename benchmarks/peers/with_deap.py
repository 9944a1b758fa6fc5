"""(mu + lambda) of DEAP with one parent and one offspring."""

from __future__ import annotations

import random

from benchmarks.peers.base import AbstractPackage, Task
from benchmarks.timing import Subject, timed


class Deap(AbstractPackage):
    """`eaMuPlusLambda` on lists, as in its documentation."""

    name = "deap eaMuPlusLambda(1, 1)"
    distribution = "deap"
    comparable = True
    conventions = (
        "idle steps are evaluated, ties rejected (selBest keeps the order, and the parent comes first), the start is "
        "uniform. Individuals are lists, copied by deepcopy; every bit tosses its own coin."
    )

    def subject(self, task: Task) -> Subject:
        """The first steps of one run."""
        from deap import algorithms, base, tools

        class Fitness(base.Fitness):
            weights = (1.0,)

        class Individual(list):
            def __init__(self, bits) -> None:
                list.__init__(self, bits)
                self.fitness = Fitness()

        weights = None if task.weights is None else task.weights.tolist()

        def value(x) -> tuple[float]:
            if weights is None:
                return (sum(x),)
            return (sum(weight for weight, bit in zip(weights, x, strict=True) if bit),)

        toolbox = base.Toolbox()
        toolbox.register("evaluate", value)
        toolbox.register("mate", tools.cxOnePoint)
        toolbox.register("mutate", tools.mutFlipBit, indpb=1.0 / task.n)
        toolbox.register("select", tools.selBest)

        def work(steps: int) -> tuple[int, int]:
            random.seed(1)
            population = [Individual(random.randint(0, 1) for _ in range(task.n))]
            algorithms.eaMuPlusLambda(population, toolbox, 1, 1, cxpb=0.0, mutpb=1.0, ngen=steps, verbose=False)
            return steps, 1

        return Subject(timed(work), most=10**6)
