"""What the table needs to know of a peer."""

from __future__ import annotations

import importlib.metadata
from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np

from benchmarks.timing import Subject


class MissingError(Exception):
    """A peer cannot be measured here; the message says why."""


class Task(NamedTuple):
    """OneMax, or a linear function; `weights` is None for OneMax, which peers may count."""

    n: int
    weights: np.ndarray | None

    def value(self, x: np.ndarray) -> float:
        """The value of a string, the way a user of an array library writes it."""
        return float(np.sum(x)) if self.weights is None else float(self.weights @ x)


class AbstractPeer(ABC):
    """A program and how it is driven."""

    name: ClassVar[str]
    #: how its search differs from the (1+1)-EA of this library
    conventions: ClassVar[str]
    #: whether the run time has (nearly) the law of the (1+1)-EA, so that the time per run can be told from the step
    comparable: ClassVar[bool]

    @abstractmethod
    def version(self) -> str:
        """The version; raises `MissingError` where the peer is not installed."""

    @abstractmethod
    def subject(self, task: Task) -> Subject:
        """The peer on a task."""


class AbstractPackage(AbstractPeer):
    """A peer that is a Python package."""

    distribution: ClassVar[str]

    def version(self) -> str:
        """The version of the distribution."""
        try:
            return f"{self.distribution} {importlib.metadata.version(self.distribution)}"
        except importlib.metadata.PackageNotFoundError as error:
            raise MissingError(f"{self.distribution} is not installed (pip install '.[peers]')") from error
