"""Kernels as plain Python."""

import pytest

from evo.discrete.engines import instances
from evo.discrete.engines.building import Kernel


@pytest.fixture
def python_kernels(monkeypatch):
    """A function that makes all kernels run in their plain Python form until the end of the test."""

    def switch():
        instances._kept.clear()  # instances drawn by the other form must not be reused
        monkeypatch.setattr(Kernel, "__call__", lambda self, *arguments: self.python(*arguments))

    yield switch
    instances._kept.clear()


@pytest.fixture
def plain(python_kernels):
    """The plain Python form throughout: nothing is compiled."""
    python_kernels()
