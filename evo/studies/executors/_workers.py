"""What ends a worker process: the driver, not Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time

__all__ = ["ONE_THREAD", "belong_to", "leave_interrupts"]

#: what libraries read when they are imported; joblib sets these and others for its processes
ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}

_SECONDS_BETWEEN_LOOKS = 1.0


def leave_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the driver, who lets running blocks finish."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def belong_to(driver: int) -> None:
    """Let this process use one thread, hear of the end from its driver alone, and end soon after one that was killed.

    Args:
        driver: The process that started this one.
    """
    leave_interrupts()
    os.environ.update(ONE_THREAD)
    threading.Thread(target=_end_with, args=(driver,), name="end with the driver", daemon=True).start()


def _end_with(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)
