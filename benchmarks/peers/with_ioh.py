"""The problems of ioh, searched by a loop in Python."""

from __future__ import annotations

import math
import random

from benchmarks.peers.base import AbstractPackage, Task
from benchmarks.timing import Subject, timed


class Ioh(AbstractPackage):
    """ioh brings the function and counts; the loop is the user's."""

    name = "ioh, loop in Python"
    distribution = "ioh"
    comparable = True
    conventions = (
        "values whole strings, here lists, which it converts faster than arrays; the loop is ours: gaps between flips "
        "are geometric, idle steps are evaluated, ties accepted, the start is uniform. Its linear function has the "
        "weights 1, ..., n."
    )

    def subject(self, task: Task) -> Subject:
        """The first steps of one run."""
        import ioh

        number = 1 if task.weights is None else 3
        problem = ioh.get_problem(number, 1, task.n, ioh.ProblemClass.PBO)
        scale = 1.0 / math.log1p(-1.0 / task.n)

        def work(steps: int) -> tuple[int, int]:
            problem.reset()
            draw = random.Random(1).random
            x = [int(draw() < 0.5) for _ in range(task.n)]
            value = problem(x)
            for _ in range(steps):
                y = x.copy()
                position = int(math.log(1.0 - draw()) * scale)
                while position < task.n:
                    y[position] ^= 1
                    position += 1 + int(math.log(1.0 - draw()) * scale)
                other = problem(y)
                if other >= value:
                    x, value = y, other
            return steps, 1

        return Subject(timed(work), most=10**6)
