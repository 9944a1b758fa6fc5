"""The genetic algorithm of pymoo with one parent and one offspring."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.base import AbstractPackage, Task
from benchmarks.timing import Subject, timed


class Pymoo(AbstractPackage):
    """`minimize` with a budget of evaluations."""

    name = "pymoo GA, 1 + 1"
    distribution = "pymoo"
    comparable = True
    conventions = (
        "idle steps are evaluated, ties rejected, the start is uniform. Crossover is one-point with probability 0, "
        "since with NoCrossover and one parent the parent itself is mutated and never evaluated again."
    )

    def subject(self, task: Task) -> Subject:
        """The first steps of one run; it minimises."""
        from pymoo.algorithms.soo.nonconvex.ga import GA
        from pymoo.core.problem import Problem
        from pymoo.operators.crossover.pntx import PointCrossover
        from pymoo.operators.mutation.bitflip import BitflipMutation
        from pymoo.operators.sampling.rnd import BinaryRandomSampling
        from pymoo.optimize import minimize

        class Function(Problem):
            def _evaluate(self, x, out, *args, **kwargs):
                out["F"] = np.array([-task.value(row) for row in x])

        def work(steps: int) -> tuple[int, int]:
            problem = Function(n_var=task.n, n_obj=1, xl=0, xu=1, vtype=bool)
            algorithm = GA(
                pop_size=1,
                n_offsprings=1,
                sampling=BinaryRandomSampling(),
                crossover=PointCrossover(n_points=1, prob=0.0),
                mutation=BitflipMutation(prob=1.0, prob_var=1.0 / task.n),
                eliminate_duplicates=False,
            )
            minimize(problem, algorithm, ("n_eval", steps + 1), seed=1, copy_algorithm=False)
            return steps, 1

        return Subject(timed(work), start=lambda _: work(1), most=10**6)
