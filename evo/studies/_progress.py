"""How far a computation is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO, final

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["AbstractProgress", "Bar", "Lines", "Silence", "progress_for"]

_SECONDS_BETWEEN_LINES = 10.0


class AbstractProgress(ABC):
    """Something that is told how many blocks are finished."""

    @abstractmethod
    def update(self, done: int) -> None:
        """Show that `done` blocks are finished."""

    def __enter__(self) -> AbstractProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Stop showing."""


@final
class Silence(AbstractProgress):
    """Shows nothing."""

    def update(self, done: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@final
class Lines(AbstractProgress):
    """Prints a line at most every ten seconds, and one when everything is finished."""

    def __init__(
        self, name: str, done: int, total: int, *, file: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._begun = done
        self._total = total
        self._file = file
        self._clock = clock
        self._start = self._last = clock()
        if done:
            print(f"{name}: {done} of {total} blocks were finished before", file=file, flush=True)

    def update(self, done: int) -> None:
        now = self._clock()
        if done < self._total and now - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = now
        elapsed = now - self._start
        text = f"{self._name}: {done} of {self._total} blocks ({100 * done // self._total} %)"
        fresh = done - self._begun
        if elapsed > 0 and fresh > 0:
            text += f", {fresh / elapsed:.3g} per second"
            if done < self._total:
                text += f", about {_duration((self._total - done) * elapsed / fresh)} left"
        print(text, file=self._file, flush=True)

    def close(self) -> None:
        """Print nothing more."""


@final
class Bar(AbstractProgress):
    """A bar with count, rate and remaining time."""

    def __init__(self, name: str, done: int, total: int, *, file: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._begun = done
        self._start = time.monotonic()
        self._progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("blocks{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=Console(file=file),
        )
        self._task: TaskID = self._progress.add_task(name, total=total, completed=done, rate="")
        self._progress.start()

    def update(self, done: int) -> None:
        rate = (done - self._begun) / max(time.monotonic() - self._start, 1e-9)
        self._progress.update(self._task, completed=done, rate=f", {rate:.3g}/s")

    def close(self) -> None:
        self._progress.stop()


def progress_for(name: str, done: int, total: int, *, shown: bool) -> AbstractProgress:
    """Choose how to show progress on standard error.

    Args:
        name: What is being computed.
        done: Blocks that were finished before.
        total: Blocks in all.
        shown: Whether to show anything.

    Returns:
        A bar on a terminal, lines elsewhere, silence if nothing is to be shown or done.
    """
    if not shown or done == total:
        return Silence()
    if sys.stderr.isatty():
        try:
            return Bar(name, done, total, file=sys.stderr)
        except ImportError:
            return Lines(name, done, total, file=sys.stderr)
    return Lines(name, done, total, file=sys.stderr)


def _duration(seconds: float) -> str:
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
