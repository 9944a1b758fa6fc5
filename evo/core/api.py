"""`run`, `repeat`, `iterate` and `explain`: one interface for every optimizer and problem."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from evo.core import checks
from evo.core.adapters import accepted
from evo.core.engines import AbstractDriver, Engine, Explanation, Job, choose
from evo.core.keys import Key
from evo.core.optimizers import Optimizer
from evo.core.problems import AbstractProblem, Values
from evo.core.python_driver import PythonDriver, missing_observable
from evo.core.records import Every, Recorder, best_value, value
from evo.core.results import Result, Runs, RunState
from evo.core.stops import Reason, Steps, Stop, resolve

PYTHON = PythonDriver()


def run(
    optimizer: Optimizer,
    problem: AbstractProblem,
    *,
    seed: int | Key,
    stop: Stop | None = None,
    record: Recorder | None = None,
    engine: Engine = Engine.AUTO,
    start: Any = None,
    resume: RunState | None = None,
    throw: bool = True,
) -> Result:
    """One run of an optimizer on a problem, until the optimum is found or a stop is reached.

    Args:
        optimizer: any optimizer of the library, or one that implements its interface.
        problem: any problem, `ioh` problems included; wrap a plain callable as `evo.BlackBox(f, sense=..., start=...)`.
        seed: a non-negative integer, or a key.
        stop: when to end; the problem's own budget if None.
        record: when to write which observables into `Result.trace`; nothing if None.
        engine: how the run is carried out; AUTO takes the first exact engine of the optimizer's family.
        start: the first candidate, instead of the optimizer's or the problem's own start.
        resume: `Result.state` of an earlier run of the same optimizer, problem and seed; the result equals that of an
            uninterrupted run, bit for bit.
        throw: whether a value that is not finite raises; otherwise the run ends with `Reason.NON_FINITE`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for a problem without budget and no stop, for an engine that is not exact here (with the reason),
            for a state that belongs to another run, and for values that are not finite.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(100), seed=0).reached
        True
    """
    problem = accepted(problem)
    job, driver = _prepare(optimizer, problem, seed, stop, record, engine, start, throw, resumed=resume is not None)
    if resume is not None:
        if start is not None:
            action = "Drop `start`: a resumed run goes on from its state."
            raise checks.bad_value("start", start, "be None together with `resume`", action)
        job, driver = _resumed(job, driver, resume, engine)
    return driver.run(job, resume)


def repeat(
    optimizer: Optimizer,
    problem: AbstractProblem,
    *,
    runs: int,
    seed: int | Key,
    first: int = 0,
    stop: Stop | None = None,
    record: Recorder | None = None,
    engine: Engine = Engine.AUTO,
    start: Any = None,
    threads: int | None = None,
) -> Runs:
    """Independent runs of one configuration.

    Run i equals `run(seed=Key(seed).child("run", i))` on the engine that the result names, bit for bit; rows do not
    depend on `threads`, and `first` continues a series: runs 0..99 and 100..199 together are runs 0..199.

    Args:
        optimizer: as in `run`.
        problem: as in `run`.
        runs: how many runs, at least 1.
        seed: a non-negative integer, or a key.
        first: the number of the first run.
        stop: as in `run`.
        record: as in `run`; the rows are in `Runs.records`.
        engine: as in `run`.
        start: as in `run`, the same for all runs.
        threads: how many threads the compiled engines use; as many as there are cores if None.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.repeat(d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(100), runs=10, seed=0).capped
        0
    """
    runs = checks.integer("runs", runs, 1, "Pass how many runs you want, for example runs=100.")
    first = checks.integer("first", first, 0, "Pass the number of the first run; 0 starts a series.")
    if threads is not None:
        threads = checks.integer("threads", threads, 1, "Pass a number of threads, or None for one per core.")
    problem = accepted(problem)
    job, driver = _prepare(optimizer, problem, seed, stop, record, engine, start, True)
    result: Runs = driver.repeat(job, runs, first, threads)
    return Runs(**{**vars(result), "rerun": Rerun(job, driver.used.engine), "label": repr(optimizer)})


@dataclass(frozen=True)
class Rerun:
    """Makes one run of a series again."""

    job: Job
    engine: Engine

    def __call__(self, index: int, recorder: Recorder | None) -> Result:
        job = self.job
        key = job.key.child("run", index)
        return run(
            job.optimizer,
            job.problem,
            seed=key,
            stop=job.stop,
            record=recorder,
            engine=self.engine,
            start=job.start,
        )


def iterate(
    optimizer: Optimizer,
    problem: AbstractProblem,
    *,
    seed: int | Key,
    stop: Stop | None = None,
    every: int = 1,
    record: Recorder | None = None,
    engine: Engine = Engine.AUTO,
    start: Any = None,
) -> Iterator[dict[str, float]]:
    """The rows of one run as dictionaries of plain numbers, while it runs; leaving the loop is a legal stop.

    Args:
        optimizer: as in `run`.
        problem: as in `run`.
        seed: as in `run`.
        stop: as in `run`.
        every: a row every so many steps, and the last one.
        record: a recorder whose rows are shown instead, looked for every `every` steps; the current and the best
            value if None.
        engine: as in `run`.
        start: as in `run`.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> rows = list(evo.iterate(d.RandomLocalSearch(), d.OneMax(20), seed=0, every=10))
        >>> rows[0]["step"]
        0
    """
    every = checks.integer("every", every, 1, "Pass the number of steps between rows, for example every=100.")
    recorder = Every(every, value, best_value) if record is None else record
    problem = accepted(problem)
    job, _ = _prepare(optimizer, problem, seed, stop, recorder, engine, start, True)

    def rows() -> Iterator[dict[str, float]]:
        state: RunState | None = None
        horizon = 0
        while True:
            result = run(
                optimizer,
                problem,
                seed=job.key,
                stop=job.stop | Steps(horizon),
                record=recorder,
                engine=engine,
                start=start if state is None else None,
                resume=state,
            )
            over = result.reason is not Reason.STEPS or result.steps >= job.stop.limits().steps
            due = len(result.state.rows)  # without the last row that every stop writes
            table = list(result.trace.rows())
            yield from table if over else table[:due]
            if over:
                return
            state = result.state._replace(rows=())  # rows already shown are not carried along
            horizon = result.steps + every

    return rows()


def explain(
    optimizer: Optimizer,
    problem: AbstractProblem,
    *,
    record: Recorder | None = None,
    engine: Engine = Engine.AUTO,
    start: Any = None,
) -> Explanation:
    """Which engines are exact for a combination and why, and which one AUTO takes.

    `record` and `start` matter too: an engine that skips steps does not know everything of every step. With another
    `engine` than AUTO the text begins with that engine.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> print(evo.explain(d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(100)))
        AUTO takes chain v1.
          chain v1: exact
          event v2: exact
          reference v1: exact
          python v1: exact
    """
    problem = accepted(problem)
    _check_parts(optimizer, problem, record, engine)
    drivers = _drivers(optimizer)
    _known(engine, optimizer, drivers)
    return replace(choose(drivers, optimizer, problem, record, start), asked=engine)


def _known(engine: Engine, optimizer: Any, drivers: tuple[AbstractDriver, ...]) -> None:
    if engine is not Engine.AUTO and all(item.engine is not engine for item in drivers):
        names = ", ".join(f"evo.Engine.{item.engine.name}" for item in drivers)
        raise checks.bad_value("engine", engine, f"be one that {optimizer!r} has: {names}", "Pass one of them.")


def _drivers(optimizer: Optimizer) -> tuple[AbstractDriver, ...]:
    return (*optimizer.drivers(), PYTHON)


def _check_parts(optimizer: Any, problem: Any, record: Any, engine: Any) -> None:
    action = "Pass an optimizer object, for example d.OnePlusOne(rate=d.Static(strength=1.0))."
    checks.instance_of("optimizer", optimizer, Optimizer, action)
    action = (
        "Pass a problem object such as d.OneMax(100). A function of a candidate becomes one as evo.BlackBox(f, "
        "sense=..., start=...), a function loss(params, batch, key) as evo.tasks.Custom(loss, start=..., batch=...)."
    )
    checks.instance_of("problem", problem, AbstractProblem, action)
    if record is not None:
        action = "Pass a recorder, for example evo.Every(100, evo.value)."
        checks.instance_of("record", record, Recorder, action)
        reason = missing_observable(record, problem)
        if reason is not None:
            action = "Leave it out, or take a problem that has it."
            raise checks.bad_value("record", record, f"read what the problem has, but {reason}", action)
    others = ", ".join(f"evo.Engine.{item.name}" for item in Engine if item is not Engine.AUTO)
    checks.instance_of("engine", engine, Engine, f"Leave it out (evo.Engine.AUTO), or pass one of {others}.")


def _prepare(
    optimizer: Any,
    problem: Any,
    seed: Any,
    stop: Any,
    record: Any,
    engine: Any,
    start: Any,
    throw: bool,
    *,
    resumed: bool = False,
) -> tuple[Job, AbstractDriver]:
    _check_parts(optimizer, problem, record, engine)
    key = Key(seed)
    resolved = resolve(stop, problem.budget(), repr(problem))
    if problem.values is Values.ORDER and not math.isnan(resolved.limits().target):
        action = "Stop at the optimum, which needs no target, or use a problem with representable values."
        raise checks.bad_value(
            "stop", stop, f"have no target value: the values of {problem!r} are only ordered", action
        )
    drivers = _drivers(optimizer)
    if engine is Engine.AUTO:
        used = choose(drivers, optimizer, problem, record, start).chosen
        driver = next(item for item in drivers if item.used == used)
    else:
        _known(engine, optimizer, drivers)
        driver = next(item for item in drivers if item.engine is engine)
        refusal = driver.refusal(optimizer, problem, record, start)
        if refusal is not None and not resumed:  # a state names the engine that made it, from whatever start
            action = "Pass evo.Engine.AUTO for an engine that is exact, or see evo.explain(optimizer, problem)."
            raise checks.bad_value("engine", engine, f"be exact for this combination, but {refusal}", action)
    return Job(optimizer, problem, key, resolved, record, start, throw), driver


def _resumed(job: Job, driver: AbstractDriver, resume: RunState, engine: Engine) -> tuple[Job, AbstractDriver]:
    checks.instance_of("resume", resume, RunState, "Pass `result.state` of an earlier run.")
    wanted = {"optimizer": job.optimizer, "problem": job.problem, "seed": job.key}
    held = {"optimizer": resume.optimizer, "problem": resume.problem, "seed": resume.key}
    for name, item in wanted.items():
        if held[name] is not item and held[name] != item:
            action = f"Pass the same {name}, or start a new run without `resume`."
            raise checks.bad_value("resume", held[name], f"be the state of a run with {name} {item!r}", action)
    if job.record is not None and job.record != resume.recorder:
        action = "Leave `record` out: a resumed run keeps its recorder."
        raise checks.bad_value("record", job.record, f"equal the recorder of the state, {resume.recorder!r}", action)
    if engine is Engine.AUTO:
        driver = next(item for item in _drivers(job.optimizer) if item.engine is resume.engine.engine)
    if driver.used != resume.engine:
        action = "Resume on the engine and version that made the state, or start again."
        raise checks.bad_value("engine", str(driver.used), f"be {resume.engine}, which made the state", action)
    return job._replace(record=resume.recorder), driver
