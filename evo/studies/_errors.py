"""The errors of a store, and the sentences that turn an operating system's refusal into advice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from evo.core.files import why_refused

__all__ = ["PlanChangedError", "StoreError", "StoreLockedError", "explained"]


class StoreError(RuntimeError):
    """A store refused to go on; the message says what is safe and what to do."""


@final
class PlanChangedError(StoreError):
    """The folder holds the blocks of another plan."""


@final
class StoreLockedError(StoreError):
    """Another driver works on the folder."""


@contextmanager
def explained(action: str, folder: Path) -> Iterator[None]:
    """Turn an `OSError` of the enclosed lines into a `StoreError` that a person can act on.

    Args:
        action: What was tried, as in "write a block".
        folder: The folder of the store.

    Raises:
        StoreError: In place of any `OSError`, which stays its cause.
    """
    try:
        yield
    except OSError as error:
        reason, advice = why_refused(error)
        raise StoreError(
            f"Cannot {action} in `folder` {folder}: {reason} ({error.strerror or error}). A store needs a folder where "
            "files can be created, with room for them. Nothing was half-written, and finished blocks are safe. "
            f"{advice}, then run the same command again to go on with the missing blocks, or choose another --out."
        ) from error
