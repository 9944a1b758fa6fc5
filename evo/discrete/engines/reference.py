"""The reference engine: every step of every run, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from evo.core.engines import Engine, Job
from evo.core.results import RunState
from evo.discrete.engines import functions as f
from evo.discrete.engines import kernels as k
from evo.discrete.engines.instances import value_of
from evo.discrete.engines.series import AbstractCompiledDriver, AbstractSetup


class Setup(AbstractSetup):
    """The lowered job of the reference engine."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.parts: k.Parts = job.optimizer.lowered(job.problem, job.start)

    def work(self, *, single: bool = True) -> k.Work:
        """Fresh arrays for a run."""
        del single
        n = self.parts.n
        strings, buffers = f.storage(self.parts.algorithm)
        return k.Work(
            x=np.zeros(n, dtype=np.uint8),
            best=np.zeros(n if self.parts.tracked else 0, dtype=np.uint8),
            best_value=np.full(1, np.nan),
            flips=np.zeros(n, dtype=np.int64),
            second=np.zeros(n if buffers > 0 else 0, dtype=np.int64),
            third=np.zeros(n if buffers > 1 else 0, dtype=np.int64),
            population=np.zeros((strings, n), dtype=np.uint8),
            scores=np.zeros(strings),
            population_zeros=np.zeros(strings, dtype=np.int64),
            memo=np.zeros(128),
            **self.recorded(),
        )

    def open(self, work: k.Work) -> k.Carry:
        """The start of a run."""
        return k.open_kernel(self.parts, self.recording, work)

    def restore(self, work: k.Work, resume: RunState) -> k.Carry:
        """The strings, and what belongs to them."""
        job, inner = self.job, resume.state.inner
        for place, label in enumerate(("start", "step", "instance", "function"), start=1):
            work.keys[place] = job.key.child(label).words()
        job.optimizer.unpack(inner, work)
        work.counters[k.ZEROS] = len(work.x) - int(np.count_nonzero(work.x))
        carry = k.restore_kernel(self.parts, work, inner.policy, resume.steps)
        if self.parts.tracked:
            work.best[:] = resume.state.best
            work.best_value[0] = value_of(carry.instance, work.best)
        return carry

    def advance(
        self, work: k.Work, limits: Any, out: k.Out, words: Any, first: int, count: int, carry: Any, most: int
    ) -> k.Carry:
        """Generation by generation."""
        return k.advance_kernel(self.parts, self.recording, limits, work, out, words, first, count, carry, most)

    def closed(self, work: k.Work, carry: Any) -> tuple[Any, Any, Any]:
        """All is in the arrays."""
        del carry
        return work, (work.best.copy() if self.parts.tracked else work.x.copy()), None


class ReferenceDriver(AbstractCompiledDriver):
    """One mutation per step: exact for everything that is built from compiled parts."""

    engine = Engine.REFERENCE
    version = 1

    def setup(self, job: Job, resume: RunState | None) -> Setup:
        """The lowered job."""
        del resume
        return Setup(job)


REFERENCE_DRIVER = ReferenceDriver()
