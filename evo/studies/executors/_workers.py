"""What ends a worker process: the driver, not Ctrl-C."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import sysconfig
import threading
import time
from pathlib import Path

__all__ = ["ONE_THREAD", "belong_to", "code_here", "leave_interrupts"]

#: what libraries read when they are imported; joblib sets these and others for its processes
ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}

_SECONDS_BETWEEN_LOOKS = 1.0
_LIBRARY = ("evo", "theory")


def leave_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the driver, who lets running blocks finish."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def belong_to(driver: int, code: str = "") -> None:
    """Let this process use one thread, hear of the end from its driver alone, and end soon after one that was killed.

    Args:
        driver: The process that started this one.
        code: Which code of the user it was started for; processes that wait for work are not used for another.
    """
    del code
    leave_interrupts()
    os.environ.update(ONE_THREAD)
    threading.Thread(target=_end_with, args=(driver,), name="end with the driver", daemon=True).start()


def code_here() -> str:
    """A text that changes with the files of the user's modules which this process has imported."""
    installed = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    found: list[str] = []
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(installed) and name.partition(".")[0] not in _LIBRARY:
            try:
                found.append(f"{name} {hashlib.blake2b(Path(file).read_bytes(), digest_size=16).hexdigest()}")
            except OSError:  # of an archive
                continue
    return hashlib.blake2b("\n".join(found).encode(), digest_size=16).hexdigest()


def _end_with(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)
