"""What ends a worker process: the driver, not Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time

__all__ = ["belong_to", "leave_interrupts"]

_SECONDS_BETWEEN_LOOKS = 1.0


def leave_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the driver, who lets running blocks finish."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def belong_to(driver: int) -> None:
    """Let this process hear of the end from its driver alone, and end soon after a driver that was killed.

    Args:
        driver: The process that started this one.
    """
    leave_interrupts()
    threading.Thread(target=_end_with, args=(driver,), name="end with the driver", daemon=True).start()


def _end_with(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)
