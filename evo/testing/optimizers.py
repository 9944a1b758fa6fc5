"""The contract of optimizers, property by property."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.api import explain, iterate, repeat, run
from evo.core.engines import Engine
from evo.core.keys import Key
from evo.core.optimizers import AskTell, Optimizer, StepInfo
from evo.core.problems import AbstractProblem, Sense, Values
from evo.core.records import Every, Final, Improvements, LogGrid, Recorder, best_value, value
from evo.core.results import Result, Runs
from evo.core.stops import Evaluations, Reason, Stagnation, Steps, Stop, Target
from evo.testing.reports import BrokenError, NotCheckedError, Report, conduct
from evo.testing.trees import difference, snapshot, structure

#: engines whose runs are repeated `step` bit for bit; others share its law only
_STEPWISE = (Engine.REFERENCE, Engine.PYTHON)

RECORDERS: tuple[Recorder | None, ...] = (
    None,
    Every(3, value, best_value),
    LogGrid(5, value, best_value),
    Improvements(value, best_value),
    Final(value, best_value),
)


def check_optimizer(
    optimizer: Optimizer,
    problem: AbstractProblem,
    *,
    seed: int | Key,
    steps: int,
    start: Any = None,
    recorders: Sequence[Recorder | None] = RECORDERS,
) -> Report:
    """Check that an optimizer keeps the contract on one problem, on every engine that is exact for the combination.

    What a sample of runs can show is checked, bit for bit: `run` = repeated `step` = ask, evaluate, tell; same key,
    same result; inputs are left alone; misuse is refused; counting; stop + resume = uninterrupted; stops compose and
    are kept; the best value is finite; the structure of the state is stable; `iterate` shows the rows of `run`;
    `repeat`, `replay`, `first` and `threads` agree.

    Args:
        optimizer: any optimizer; `ask` and `tell` are checked if it derives from `evo.AskTell`.
        problem: a problem whose values are a function of candidate, step and key.
        seed: a non-negative integer, or a key.
        steps: the length of the runs; some tens are enough, and a run that is not solved earlier shows more.
        start: the first candidate; the optimizer's or problem's own if None.
        recorders: with which recorders runs are cut and resumed, at least one; None is no recorder.

    Raises:
        TypeError: for arguments of a wrong type. Failures of the optimizer are in the report.

    Example:
        >>> import numpy as np
        >>> import evo
        >>> from evo import continuous as c
        >>> from evo.testing import check_optimizer
        >>> sphere = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(3))
        >>> check_optimizer(c.Snes(0.5), sphere, seed=0, steps=5).passed
        True
    """
    checks.instance_of("optimizer", optimizer, Optimizer, "Pass an optimizer object.")
    checks.instance_of("problem", problem, AbstractProblem, "Pass a problem object; wrap a callable in evo.BlackBox.")
    steps = checks.integer("steps", steps, 2, "Pass for example steps=30.")
    subject = _Subject(optimizer, problem, Key(seed), steps, start, tuple(recorders))
    label = f"{optimizer!r} on {problem!r}"
    return Report(label, tuple(conduct(name, functools.partial(check, subject)) for name, check in _CHECKS.items()))


@dataclass(frozen=True)
class _Subject:
    """What is checked, and short forms of what is done with it."""

    optimizer: Any
    problem: AbstractProblem
    key: Key
    steps: int
    start: Any
    recorders: tuple[Recorder | None, ...]

    @functools.cached_property
    def engines(self) -> list[Engine]:
        """The engines that are exact with all recorders."""
        return self.engines_from(self.start)

    def engines_from(self, start: Any) -> list[Engine]:
        """The engines that are exact with all recorders and this start."""
        several = [
            explain(self.optimizer, self.problem, record=recorder, start=start).engines for recorder in self.recorders
        ]
        refused = {used.engine for verdicts in several for used, refusal in verdicts if refusal is not None}
        return [used.engine for used, _ in several[0] if used.engine not in refused]

    @functools.cached_property
    def path(self) -> list[_Made]:
        """The run as repeated ask, evaluate and tell (or `step`), until solved."""
        return list(walk(self))

    @functools.cached_property
    def spent(self) -> list[int]:
        """Evaluations after each step."""
        return list(itertools.accumulate(made.info.evaluations for made in self.path))

    def init(self) -> Any:
        return self.optimizer.init(self.key, self.problem, self.start)

    def run(self, engine: Engine, stop: Stop | None = None, **options: Any) -> Result:
        stop = Steps(self.steps) if stop is None else stop
        defaults = {} if "resume" in options else {"start": self.start, "record": self.recorders[0]}
        return run(self.optimizer, self.problem, seed=self.key, stop=stop, engine=engine, **{**defaults, **options})

    def repeat(self, engine: Engine, runs: int, **options: Any) -> Runs:
        return repeat(
            self.optimizer,
            self.problem,
            runs=runs,
            seed=self.key,
            stop=Steps(self.steps),
            engine=engine,
            start=self.start,
            **options,
        )

    def asking(self) -> AskTell:
        if not isinstance(self.optimizer, AskTell):
            raise NotCheckedError("the optimizer has no ask and tell")
        return self.optimizer

    def value(self, pair: tuple[Any, Any]) -> float:
        return self.problem.reported_in(*pair, self.key)


class _Made(NamedTuple):
    """One step that was made."""

    state: Any
    info: StepInfo
    candidates: Any
    values: Any


def walk(subject: _Subject):
    """Make steps 0, 1, ..., until one is solved."""
    optimizer, problem, key = subject.optimizer, subject.problem, subject.key
    state = subject.init()
    for step in range(subject.steps + 1):
        candidates = values = None
        if isinstance(optimizer, AskTell):
            state, info, candidates, values = _generation(subject, state, step)
            solved = first_solved(problem, key, candidates, values)
        else:
            state, info = optimizer.step(key, state, problem)
            candidate, own = optimizer.current(state)
            solved = first_solved(problem, key, [candidate], [own])
        yield _Made(state, info, candidates, values)
        if solved:
            return


def _generation(subject: _Subject, state: Any, step: int) -> _Made:
    """Ask, evaluate and tell until the step is made."""
    optimizer, problem, key = subject.optimizer, subject.problem, subject.key
    all_candidates, all_values, improved, finite = [], [], False, True
    while True:
        candidates, asked = optimizer.ask(key, state)
        values = problem.evaluate(candidates, step, key)
        state, info = optimizer.tell(asked, candidates, values)
        all_candidates.extend(candidates)
        all_values.extend(values)
        improved, finite = improved or info.improved, finite and info.finite
        if state.steps == step:
            whole = info._replace(evaluations=len(all_values), improved=improved, finite=finite)
            return _Made(state, whole, all_candidates, all_values)


def first_solved(problem: AbstractProblem, key: Key, candidates: Any, values: Any) -> int:
    """The place, counted from 1, of the first optimal candidate; 0 if there is none."""
    optimum = problem.optimum()
    for place, (candidate, own) in enumerate(zip(candidates, values, strict=True), start=1):
        solved = problem.solved_in(candidate, key)
        if solved is None and optimum is not None:
            solved = own <= optimum if problem.sense is Sense.MINIMISE else own >= optimum
        if solved:
            return place
    return 0


def _outcome(result: Result) -> dict[str, Any]:
    """All of a result that two equal runs share."""
    names = ("candidate", "value", "steps", "evaluations", "hit", "reason", "engine")
    return {name: getattr(result, name) for name in names} | {"trace": result.trace.columns}


def _demand_equal(left: Any, right: Any, where: str) -> None:
    found = difference(left, right)
    if found is not None:
        raise BrokenError(f"{where}: {found}")


# --- run, step, ask and tell ------------------------------------------------------------------------------------------


def _run_is_step(subject: _Subject) -> str | None:
    path, last = subject.path, len(subject.path) - 1
    recorder = Every(1, value, best_value)
    engines = [engine for engine in subject.engines if engine in _STEPWISE]
    for engine in engines:
        for cut in sorted({0, 1, 2, last // 2, last}):
            if cut > last:
                continue
            result, state = subject.run(engine, Steps(cut)), path[cut].state
            where = f"{engine}, after {cut} steps, run against repeated step"
            own = subject.optimizer.best(state)
            _demand_equal(
                {"candidate": result.candidate, "value": result.value},
                {"candidate": own[0], "value": subject.value(own)},
                where,
            )
            _demand_equal(
                subject.optimizer.current(result.state.state), subject.optimizer.current(state), f"{where}, current"
            )
            _demand_equal((result.steps, result.evaluations), (cut, subject.spent[cut]), f"{where}, counters")
        result = subject.run(engine, record=recorder)
        rows = [
            {
                "step": step,
                "evaluations": subject.spent[step],
                "value": subject.value(subject.optimizer.current(made.state)),
                "best_value": subject.value(subject.optimizer.best(made.state)),
            }
            for step, made in enumerate(path)
        ]
        _demand_equal(list(result.trace.rows()), rows, f"{engine}, rows of run against repeated step")
        _demand_equal(result.hit, _hit(subject), f"{engine}, `hit`")
    return f"{', '.join(engine.name for engine in engines)}, {last} steps"


def _hit(subject: _Subject) -> int | None:
    """The index of the first optimal evaluation of the path."""
    last = subject.path[-1]
    before = subject.spent[-1] - last.info.evaluations
    if last.candidates is None:
        pair = subject.optimizer.current(last.state)
        return subject.spent[-1] if first_solved(subject.problem, subject.key, [pair[0]], [pair[1]]) else None
    place = first_solved(subject.problem, subject.key, last.candidates, last.values)
    return before + place if place else None


def _step_is_ask_tell(subject: _Subject) -> None:
    optimizer, state = subject.asking(), subject.init()
    for step, made in enumerate(subject.path):
        state, info = optimizer.step(subject.key, state, subject.problem)
        _demand_equal((state, info), (made.state, made.info), f"step {step}, `step` against ask, evaluate, tell")


def _purity(subject: _Subject) -> None:
    optimizer, problem, key = subject.optimizer, subject.problem, subject.key
    chance = snapshot((random.getstate(), np.random.get_state()))  # noqa: NPY002
    _demand_equal(subject.init(), subject.init(), "`init` called twice")
    state = subject.init()
    for step in range(min(len(subject.path), 8)):
        before = snapshot(state)
        if isinstance(optimizer, AskTell):
            candidates, asked = optimizer.ask(key, state)
            _demand_equal((candidates, asked), optimizer.ask(key, state), f"step {step}, `ask` called twice")
            kept = snapshot((candidates, asked))
            values = problem.evaluate(candidates, step, key)
            _demand_equal(values, problem.evaluate(candidates, step, key), f"step {step}, `evaluate` called twice")
            told = optimizer.tell(asked, candidates, values)
            _demand_equal(told, optimizer.tell(asked, candidates, values), f"step {step}, `tell` called twice")
            _demand_equal(snapshot((candidates, asked)), kept, f"step {step}, candidates or state were modified")
        after, info = optimizer.step(key, state, problem)
        _demand_equal((after, info), optimizer.step(key, state, problem), f"step {step}, `step` called twice")
        _demand_equal(snapshot(state), before, f"step {step}, the state was modified")
        state = after
    now = snapshot((random.getstate(), np.random.get_state()))  # noqa: NPY002
    if difference(chance, now):
        raise BrokenError("the global random state was used; draw from the key that `init` and `ask` get")


def _state_is_stable(subject: _Subject) -> None:
    expected = structure(subject.path[0].state)
    for step, made in enumerate(subject.path):
        found = structure(made.state)
        for name in [*expected, *found]:
            if expected.get(name) != found.get(name) and not name.startswith(".best"):
                raise BrokenError(
                    f"step {step}: `{name.lstrip('.')}` became {found.get(name, 'missing')}; after the start it was "
                    f"{expected.get(name, 'missing')}"
                )


# --- misuse -----------------------------------------------------------------------------------------------------------


def _refused(what: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except ValueError:
        return
    except Exception as error:
        raise BrokenError(f"{what} raised {type(error).__name__}; a ValueError that says what to do is due") from error
    raise BrokenError(f"{what} was not refused")


def _ask_twice(subject: _Subject) -> None:
    optimizer = subject.asking()
    for state in (subject.init(), subject.path[0].state):
        _, asked = optimizer.ask(subject.key, state)
        _refused("a second `ask`", functools.partial(optimizer.ask, subject.key, asked))


def _tell_alone(subject: _Subject) -> None:
    optimizer = subject.asking()
    for state, made in ((subject.init(), subject.path[0]), (subject.path[0].state, subject.path[-1])):
        call = functools.partial(optimizer.tell, state, made.candidates, made.values)
        _refused("`tell` without `ask`", call)


def _wrong_number(subject: _Subject) -> None:
    optimizer = subject.asking()
    for step, state in enumerate((subject.init(), subject.path[0].state)):
        candidates, asked = optimizer.ask(subject.key, state)
        values = list(subject.problem.evaluate(candidates, step, subject.key))
        for wrong in (values + values[:1], values[1:], [values]):
            _refused(
                f"{len(values)} candidates with values of shape {np.shape(wrong)}",
                functools.partial(optimizer.tell, asked, candidates, wrong),
            )


# --- counting, stops, resume ------------------------------------------------------------------------------------------


def _counting(subject: _Subject) -> None:
    for step, made in enumerate(subject.path):
        if made.candidates is not None and made.info.evaluations != len(made.candidates):
            raise BrokenError(
                f"step {step} states {made.info.evaluations} evaluations for {len(made.candidates)} candidates"
            )
    for engine in subject.engines:
        result = subject.run(engine, record=Every(1, value, best_value))
        spent = result.trace["evaluations"].tolist()
        if any(later < earlier for earlier, later in itertools.pairwise(spent)) or spent[-1] != result.evaluations:
            raise BrokenError(f"{engine}: evaluations are {spent} by step and {result.evaluations} in all")
        if result.trace["step"].tolist() != list(range(result.steps + 1)):
            raise BrokenError(f"{engine}: the rows of every step are those of {result.trace['step'].tolist()}")
        if result.hit is not None and not 1 <= result.hit <= result.evaluations:
            raise BrokenError(f"{engine}: hit={result.hit} with {result.evaluations} evaluations")
        if result.reached != (result.reason is Reason.TARGET):
            raise BrokenError(f"{engine}: hit={result.hit} and {result.reason}")


def _evaluations_kept(subject: _Subject) -> None:
    spent, end = subject.spent, subject.spent[-1]
    for engine in subject.engines:
        for budget in sorted({1, 2, 3, 4, 5, spent[0], end // 2, end - 1, end} - {0}):
            result = subject.run(engine, Steps(subject.steps) | Evaluations(budget))
            if result.evaluations > budget:
                raise BrokenError(f"{engine}: {result.evaluations} evaluations within Evaluations({budget})")
            fitting = max([count for count in spent if count <= budget], default=0)
            if engine in _STEPWISE and result.evaluations != fitting:
                raise BrokenError(f"{engine}: {result.evaluations} within Evaluations({budget}), where {fitting} fit")


def _stops_compose(subject: _Subject) -> None:
    budget, half = max(1, subject.spent[-1] // 2), max(1, subject.steps // 2)
    pairs: list[tuple[Stop, Stop]] = [(Steps(half), Evaluations(budget)), (Steps(0), Evaluations(subject.spent[-1]))]
    pairs += [(Stagnation(2), Steps(bound)) for bound in range(1, min(subject.steps, 5) + 1)]
    pairs += [(Stagnation(2), Evaluations(bound) | Steps(subject.steps)) for bound in subject.spent[1:6]]
    for left, right in pairs:
        outcomes = {}
        for engine in subject.engines:
            both, swapped = subject.run(engine, left | right), subject.run(engine, right | left)
            _demand_equal(_outcome(both), _outcome(swapped), f"{engine}, {left} | {right} in either order")
            alone = [subject.run(engine, stop | Steps(subject.steps)) for stop in (left, right)]
            if both.steps != min(result.steps for result in alone):
                raise BrokenError(f"{engine}: {left} | {right} made {both.steps} steps")
            if both.reason not in {result.reason for result in alone}:
                raise BrokenError(f"{engine}: {left} | {right} ended with {both.reason}")
            outcomes[engine] = {name: item for name, item in _outcome(both).items() if name != "engine"}
        common = [outcomes[engine] for engine in subject.engines if engine in _STEPWISE]
        for other in common[1:]:
            _demand_equal(common[0], other, f"{left} | {right}, between engines")


def _resume(subject: _Subject) -> str:
    middle, most = subject.steps // 2, subject.steps
    count = 0
    for engine in subject.engines:
        for recorder in subject.recorders:
            whole = subject.run(engine, record=recorder)
            for cut in sorted({0, 1, 3, middle, most - 1, most}):
                where = f"{engine}, {recorder}, cut at step {cut}"
                first = subject.run(engine, Steps(cut), record=recorder)
                kept = snapshot(first.state.state)
                rest = subject.run(engine, resume=first.state)
                _demand_equal(_outcome(rest), _outcome(whole), where)
                _demand_equal(snapshot(first.state.state), kept, f"{where}, the state was modified")
                _demand_equal(_outcome(subject.run(engine, resume=first.state)), _outcome(whole), f"{where}, again")
                count += 1
            state = subject.run(engine, Steps(0), record=recorder).state
            for cut in range(1, most):
                state = subject.run(engine, Steps(cut), resume=state).state
            last = subject.run(engine, resume=state)
            _demand_equal(_outcome(last), _outcome(whole), f"{engine}, {recorder}, cut at every step")
            few = subject.run(engine, Evaluations(subject.spent[len(subject.spent) // 2]), record=recorder)
            rest = subject.run(engine, resume=few.state)
            _demand_equal(_outcome(rest), _outcome(whole), f"{engine}, {recorder}, cut by evaluations")
    return f"{count} cuts"


def _target_at_start(subject: _Subject) -> None:
    engine = subject.engines[0]
    goal = subject.run(engine, Steps(0)).value
    if subject.problem.values is Values.ORDER:
        _refused("a target value, although values are only ordered,", lambda: subject.run(engine, Target(goal)))
        return
    if not math.isfinite(goal):
        raise NotCheckedError("the start has no finite value")
    for engine in subject.engines:
        result = subject.run(engine, Target(goal))
        if (result.steps, result.reason) != (0, Reason.TARGET) or not result.reached:
            raise BrokenError(f"{engine}: a start of value {goal} made {result!r} towards Target({goal})")


def _best_is_finite(subject: _Subject) -> None:
    optimizer = subject.asking()
    if subject.problem.values is Values.ORDER:
        raise NotCheckedError("values are exact integers, which are finite")
    if subject.problem.dynamic:
        raise NotCheckedError("on dynamic problems the best candidate is the current one")
    states = [subject.init(), *(made.state for made in subject.path)]
    for step, before in enumerate(states[: min(len(subject.path), 5)]):
        candidates, asked = optimizer.ask(subject.key, before)
        for poison in (math.nan, math.inf, -math.inf):
            values = np.array(subject.problem.evaluate(candidates, step, subject.key), dtype=np.float64)
            values[:] = poison
            after, info = optimizer.tell(asked, candidates, values)
            if info.finite:
                raise BrokenError(f"step {step}: values of {poison} were reported as finite")
            own = optimizer.best(after)[1]
            if math.isinf(own) or (step > 0 and math.isnan(own)):
                raise BrokenError(f"step {step}: values of {poison} made the best value {own}")
            if step > 0:
                _demand_equal(
                    optimizer.best(after)[1], optimizer.best(before)[1], f"step {step}, best value after {poison}"
                )


# --- views of many steps and many runs --------------------------------------------------------------------------------


def _iterate(subject: _Subject) -> None:
    for engine in subject.engines:
        recorders = [item for item in subject.recorders if item is not None]
        for every in (1, 4):
            shown = Every(every, value, best_value)
            for recorder in [None, *recorders]:
                whole = subject.run(engine, record=shown if recorder is None else recorder)
                rows = iterate(
                    subject.optimizer,
                    subject.problem,
                    seed=subject.key,
                    stop=Steps(subject.steps),
                    every=every,
                    record=recorder,
                    engine=engine,
                    start=subject.start,
                )
                where = f"{engine}, every={every}, {recorder}"
                _demand_equal(list(rows), list(whole.trace.rows()), f"{where}, rows of iterate against run")


def _columns(runs: Runs) -> dict[str, Any]:
    names = ("steps", "spent", "evaluations", "hit", "reached", "value", "reason", "records", "engine")
    return {name: getattr(runs, name) for name in names}


def _replay(subject: _Subject) -> None:
    recorder = subject.recorders[-1]
    for engine in subject.engines:
        runs = subject.repeat(engine, 3, record=recorder, first=2)
        for place in range(len(runs)):
            where = f"{engine}, run {2 + place}"
            own = dataclasses.replace(subject, key=subject.key.child("run", 2 + place)).run(engine, record=recorder)
            _demand_equal(_outcome(runs.replay(place, recorder)), _outcome(own), f"{where}, replay against run")
            row = {name: column[place] for name, column in _columns(runs).items() if name not in ("records", "engine")}
            expected = {
                "steps": float(own.steps) if own.reached else math.inf,
                "spent": own.steps,
                "evaluations": own.evaluations,
                "hit": own.hit or 0,
                "reached": own.reached,
                "value": own.value,
                "reason": own.reason.code,
            }
            _demand_equal(row, expected, f"{where}, repeat against run")
            if recorder is not None:
                chosen = runs.records["run"] == 2 + place
                rows = {name: runs.records[name][chosen] for name in own.trace.columns}
                _demand_equal(rows, own.trace.columns, f"{where}, records of repeat against run")


def _series(subject: _Subject) -> None:
    recorder = subject.recorders[-1]
    for engine in subject.engines:
        whole = _columns(subject.repeat(engine, 5, record=recorder))
        parts = [
            _columns(subject.repeat(engine, runs, record=recorder, first=first)) for first, runs in ((0, 2), (2, 3))
        ]
        records = {name: np.concatenate([part["records"][name] for part in parts]) for name in whole["records"]}
        names = [name for name in whole if name not in ("records", "engine")]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
        joined |= {"records": records, "engine": whole["engine"]}
        _demand_equal(joined, whole, f"{engine}, runs 0-1 and 2-4 against runs 0-4")


def _threads(subject: _Subject) -> None:
    recorder = subject.recorders[-1]
    for engine in subject.engines:
        serial = _columns(subject.repeat(engine, 7, record=recorder, threads=1))
        for threads in (2, 3):
            parallel = _columns(subject.repeat(engine, 7, record=recorder, threads=threads))
            _demand_equal(parallel, serial, f"{engine}, {threads} threads against 1")


def _given_start(subject: _Subject) -> None:
    optimizer, problem = subject.optimizer, subject.problem
    start = problem.start(subject.key.child("given")) if subject.start is None else subject.start
    kept, outcomes = snapshot(start), []
    for engine in subject.engines_from(start):
        result = subject.run(engine, Steps(0), start=start)
        _demand_equal(result.steps, 0, f"{engine}, steps at the start")
        outcomes.append(subject.run(engine, start=start))
    if isinstance(optimizer, AskTell):
        candidates, _ = optimizer.ask(subject.key, optimizer.init(subject.key, problem, start))
        arrays = [np.asarray(candidate) for candidate in candidates]
        if not any(np.array_equal(array, np.asarray(start).astype(array.dtype)) for array in arrays):
            raise BrokenError("the candidates of the first `ask` do not hold the given start")
    _demand_equal(snapshot(start), kept, "the given start was modified")
    stepwise = [_outcome(item) for item in outcomes if item.engine.engine in _STEPWISE]
    for other in stepwise[1:]:
        _demand_equal({**stepwise[0], "engine": None}, {**other, "engine": None}, "a given start, between engines")


_CHECKS: dict[str, Callable[[_Subject], str | None]] = {
    "run is repeated step": _run_is_step,
    "step is ask, evaluate, tell": _step_is_ask_tell,
    "same key, same result; inputs left alone": _purity,
    "the structure of the state is stable": _state_is_stable,
    "ask twice is refused": _ask_twice,
    "tell without ask is refused": _tell_alone,
    "a wrong number of values is refused": _wrong_number,
    "counting": _counting,
    "Evaluations(k) is kept": _evaluations_kept,
    "stops compose": _stops_compose,
    "stop and resume is uninterrupted": _resume,
    "a target met at the start gives T = 0": _target_at_start,
    "the best value is finite": _best_is_finite,
    "iterate shows the rows of run": _iterate,
    "repeat, replay and run agree": _replay,
    "first continues a series": _series,
    "rows do not depend on threads": _threads,
    "a given start is used": _given_start,
}
