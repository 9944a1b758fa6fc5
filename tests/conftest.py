"""What all tests share."""

import gc
import sys
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, database=None, max_examples=50)
hypothesis.settings.load_profile("fixed")


#: files that take minutes begin first, so that no process is left with one of them at the end
_LONG = ("test_documents.py", "test_notebooks.py", "test_examples.py", "test_contributing.py")


def pytest_collection_modifyitems(items):
    """Put long files first; within a file and among the others the order stays."""
    items.sort(key=lambda item: item.path.name not in _LONG)


def pytest_runtest_teardown(item, nextitem):
    """After a file give back what JAX compiled for it, or a process grows beyond ten gigabytes."""
    jax = sys.modules.get("jax")
    if jax is not None and (nextitem is None or nextitem.path != item.path):
        jax.clear_caches()
        gc.collect()


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder for the results of one test, which does not exist yet."""
    return tmp_path / "results"


@pytest.fixture
def python_kernels(monkeypatch):
    """A function that makes all kernels of the discrete half run as plain Python until the end of the test."""
    from evo.discrete.engines import instances
    from evo.discrete.engines.building import Kernel

    def switch():
        instances._kept.clear()  # instances drawn by the other form must not be reused
        monkeypatch.setattr(Kernel, "__call__", lambda self, *arguments: self.python(*arguments))

    yield switch
    instances._kept.clear()


@pytest.fixture
def plain(python_kernels):
    """All kernels are plain Python: nothing is compiled, and their functions can be exchanged."""
    python_kernels()


@pytest.fixture(params=["plain", pytest.param("compiled", marks=pytest.mark.slow)])
def kernels(request, monkeypatch):
    """Kernels as plain Python by default, compiled among the slow tests: for what compiles far longer than it runs.

    That both forms give the same rows is tested for every scheme in tests/discrete/test_engines.py.
    """
    if request.param == "plain":
        request.getfixturevalue("plain")
        monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
