"""Training that survives everything: one folder, one line, as often as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evo.core import checks
from evo.core.api import run
from evo.core.file_lock import FileLock, described
from evo.core.files import is_temporary, remove_temporaries, why_refused
from evo.core.keys import Key
from evo.core.optimizers import Optimizer
from evo.core.records import Recorder
from evo.core.results import Result, RunState
from evo.core.stops import Reason, Steps, Stop, resolve
from evo.training.checkpoints import Parts, packed, read, refuse_others, restored, unpacked, write
from evo.training.gradient_descent import trainable_task

STATE = "state.evo"
_LOCK = "training.lock"
_HARMLESS = (".DS_Store", "Thumbs.db", ".gitignore", ".gitkeep")


class FolderInUseError(RuntimeError):
    """Another process trains in the folder."""


def train(
    optimizer: Optimizer,
    task: Any,
    *,
    seed: int | Key,
    stop: Stop,
    folder: str | Path,
    every: int = 1000,
    record: Recorder | None = None,
    start: Any = None,
) -> Result:
    """A run that keeps its state in a folder: the same line goes on after a kill, a crash or Ctrl-C.

    The result equals that of an uninterrupted `evo.run`, bit for bit, whenever and however often it was cut. With a
    later stop the same line goes on with a finished run.

    Args:
        optimizer: an `evo.GradientDescent`.
        task: as in `evo.run`.
        seed: as in `evo.run`.
        stop: as in `evo.run`; it may change between calls. `WallClock` counts the time of all calls.
        folder: new, empty, or of this training.
        every: steps between checkpoints; it may change between calls. At most so many steps are lost.
        record: as in `evo.run`.
        start: as in `evo.run`.

    Raises:
        FolderInUseError: if another process trains in the folder.
        ValueError: if the folder holds another training, with the differences; if its state is damaged.
        OSError: if the folder cannot be written; the last checkpoint stays whole.

    Example:
        >>> import evo, optax, tempfile
        >>> from evo.estimators import Backprop
        >>> from evo.training import train
        >>> descent, task = evo.GradientDescent(Backprop(), optax.sgd(0.1)), evo.tasks.Quadratic(3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     half = train(descent, task, seed=0, stop=evo.Steps(10), folder=folder, every=4)
        ...     whole = train(descent, task, seed=0, stop=evo.Steps(20), folder=folder, every=4)
        >>> (half.steps, whole.steps)
        (10, 20)
    """
    checks.instance_of("optimizer", optimizer, Optimizer, "Pass for example evo.GradientDescent(...).")
    trainable_task(task)
    every = checks.integer("every", every, 1, "Pass the number of steps between checkpoints, for example every=1000.")
    stop, key = resolve(stop, task.budget(), repr(task)), Key(seed)
    last, path = stop.limits().steps, Path(folder) / STATE
    with _alone(Path(folder)):
        parts = Parts.of(optimizer, task, record, start)
        state = _state_in(path, parts, key, optimizer, task, record, start)
        while True:
            done = 0 if state is None else max(state.steps, 0)
            result = run(
                optimizer,
                task,
                seed=key,
                stop=stop | Steps((done // every + 1) * every),
                record=record if state is None else None,
                start=start if state is None else None,
                resume=state,
            )
            if state is None or result.state.steps > state.steps:
                write(path, packed(result.state, parts))
            state = result.state
            if result.reason is not Reason.STEPS or result.steps >= last:
                return result


def _state_in(
    path: Path, parts: Parts, key: Key, optimizer: Any, task: Any, record: Recorder | None, start: Any
) -> RunState | None:
    if not path.exists():
        return None
    header, payload = unpacked(path, read(path))
    action = (
        "Choose another folder, or empty it. To go on from its state in spite of changed code, load it with "
        "evo.training.load and pass it to evo.run(..., resume=state)."
    )
    refuse_others(f"`folder` {path.parent}", header, parts, Parts._fields, action)
    if Key.from_words(header["key"]) != key:
        raise checks.bad_value(
            "seed", key, f"be the one of `folder` {path.parent}", "Pass that seed or another folder."
        )
    return restored(path, header, payload, optimizer, task, record, start)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made if there is none."""

    def refusal(holder: bytes, hint: str) -> FolderInUseError:
        told = described(holder)
        who = f"process {told['pid']} on host {told['host']}, since {told['since']}" if told else "another process"
        action = "Wait for it, stop it, or choose another folder."
        return FolderInUseError(f"`folder` {folder} is in use by {who}. {action}{hint}")

    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(folder)
        lock = FileLock(folder / _LOCK, refusal)
    except OSError as error:
        reason, advice = why_refused(error)
        raise OSError(
            error.errno, f"`folder` {folder} cannot be used: {reason}. {advice}, or choose another."
        ) from error
    try:
        remove_temporaries(folder)
        yield
    finally:
        lock.release()


def _refuse_foreign(folder: Path) -> None:
    names = {entry.name for entry in folder.iterdir()}
    own = {STATE, _LOCK, f"{_LOCK}.holder", *_HARMLESS}
    foreign = sorted(name for name in names - own if not is_temporary(name))
    if foreign and STATE not in names:
        shown = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise ValueError(
            f"`folder` must be new, empty, or of a training; {folder} holds {shown}. Nothing was touched. Choose "
            "another."
        )
