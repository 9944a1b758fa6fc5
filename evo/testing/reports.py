"""Reports: a list of named checks with their verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class BrokenError(Exception):
    """Raised by a check: the property does not hold, and the message says where."""


class NotCheckedError(Exception):
    """Raised by a check that does not apply, or cannot be carried out; the message says why."""


@dataclass(frozen=True)
class Check:
    """The verdict on one property.

    Args:
        name: the property.
        passed: whether it holds; None if it was not checked.
        message: where it is broken, why it was not checked, or what was found.
    """

    name: str
    passed: bool | None
    message: str = ""

    def __str__(self) -> str:
        mark = {True: "ok", False: "FAILED", None: "not checked"}[self.passed]
        return f"{mark:<12}{self.name}" + (f": {self.message}" if self.message else "")


@dataclass(frozen=True)
class Report:
    """The verdicts on one subject.

    Args:
        subject: what was checked.
        checks: the verdicts, in the order in which they were found.
    """

    subject: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed; checks that were not carried out do not count."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.passed is False)

    def __getitem__(self, name: str) -> Check:
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(f"The report has no check {name!r}; it has {', '.join(check.name for check in self.checks)}.")

    def raise_if_failed(self) -> None:
        """Raise an `AssertionError` that lists the failed checks, if there are any."""
        if self.failed:
            raise AssertionError("\n".join([f"{self.subject} breaks the contract:", *map(str, self.failed)]))

    def __str__(self) -> str:
        count = len(self.failed)
        verdict = "passed" if count == 0 else f"{count} of {len(self.checks)} checks failed"
        return "\n".join([f"{self.subject}: {verdict}", *(f"  {check}" for check in self.checks)])

    def __repr__(self) -> str:
        return f"Report({self.subject}: {len(self.checks)} checks, {len(self.failed)} failed)"


def plain_text(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"raised {type(error).__name__}: {error}".split())


def conduct(name: str, check: Callable[[], str | None], describe: Callable[[Exception], str] = plain_text) -> Check:
    """Carry out one check: it returns a remark or None, or raises `BrokenError`, `NotCheckedError`, or anything else.

    Args:
        name: the property.
        check: the check.
        describe: the message for an unexpected error, which counts as a failure.
    """
    try:
        return Check(name, True, check() or "")
    except BrokenError as broken:
        return Check(name, False, str(broken))
    except NotCheckedError as reason:
        return Check(name, None, str(reason))
    except Exception as error:
        return Check(name, False, describe(error))
