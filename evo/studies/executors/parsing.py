"""Executors as texts: what `--executor` takes."""

from __future__ import annotations

import re

from evo.core import checks
from evo.studies.executors.base import AbstractExecutor
from evo.studies.executors.dask_cluster import Dask
from evo.studies.executors.loky import Loky
from evo.studies.executors.ray_cluster import Ray
from evo.studies.executors.threads import Threads

__all__ = ["as_executor"]

_FORM = re.compile(r"(?P<name>[A-Za-z]+)(?:[:\s]\s*(?P<rest>\S+))?")
_ALLOWED = "threads, threads:4, loky, loky:4, dask, dask:4, dask tcp://host:8786, ray or ray ADDRESS"
_NAMES = ("threads", "loky", "dask", "ray")


def as_executor(executor: AbstractExecutor | str | None) -> AbstractExecutor:
    """Read an executor.

    Args:
        executor: One itself; its name ("threads", "loky", "dask", "ray"); the name and a number of workers
            ("threads:4", "loky:4", "dask:4"); the name and the address of a cluster ("dask tcp://host:8786",
            "ray ray://host:10001"). None for "threads".

    Returns:
        The executor.

    Raises:
        ValueError: If no executor is called so.
        TypeError: If it is neither an executor nor a text.

    Example:
        >>> from evo.studies import as_executor
        >>> as_executor("loky:4")
        Loky(count=4)
        >>> as_executor("dask tcp://host:8786")
        Dask(address='tcp://host:8786', count=None)
    """
    if executor is None:
        return Threads()
    if isinstance(executor, AbstractExecutor):
        return executor
    if not isinstance(executor, str):
        raise checks.bad_type("executor", executor, f"be an executor or one of the texts {_ALLOWED}", "Pass a text.")
    form = _FORM.fullmatch(executor.strip())
    name, rest = (form["name"].lower(), form["rest"]) if form else (executor, None)
    if name not in _NAMES:
        raise checks.bad_value("executor", executor, f"be {_ALLOWED}", checks.nearest(name, _NAMES))
    if name == "ray":
        return Ray(rest)
    if rest is None:
        return {"threads": Threads, "loky": Loky, "dask": Dask}[name]()
    if name == "dask" and not rest.isdigit():
        return Dask(rest)
    if not rest.isdigit() or int(rest) == 0:
        raise checks.bad_value(
            "executor", executor, f"be {_ALLOWED}", f"Give {name} a positive number, as in {name}:4."
        )
    if name == "dask":
        return Dask(count=int(rest))
    return Threads(int(rest)) if name == "threads" else Loky(int(rest))
