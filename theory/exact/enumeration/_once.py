"""A table that moments and distribution share."""

from __future__ import annotations

from collections.abc import Callable

from theory.results import Masses


class Once:
    """A computation that is done at most once, shared by moments and distribution."""

    def __init__(self, compute: Callable[[], Masses]) -> None:
        self._compute = compute
        self._result: Masses | None = None

    def __call__(self) -> Masses:
        if self._result is None:
            self._result = self._compute()
        return self._result
