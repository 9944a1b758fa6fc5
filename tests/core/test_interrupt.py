"""Ctrl-C ends long runs within a fraction of a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import evo

ROOT = str(Path(evo.__file__).parents[1])

# The signal comes from inside, so that neither the start nor the end of the interpreter counts.
CODE = """
import os, signal, sys, threading, time
import numpy as np
import evo
from evo import discrete as d

never = d.OnePlusOne(rate=d.Static(rate=0.5))
python = d.Custom(lambda x: float(x.sum()), n=200, sense=evo.Sense.MAXIMISE)
sent = []

def interrupt():
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

def work(steps):
    stop = evo.Steps(steps)
    {call}

work(1)  # compiles
threading.Timer(0.7, interrupt).start()
try:
    work(10**12)
except KeyboardInterrupt:
    print(time.monotonic() - sent[0], threading.active_count())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize(
    "call",
    [
        "evo.run(never, d.OneMax(200), seed=0, stop=stop)",
        "evo.repeat(never, d.OneMax(200), runs=5, seed=0, stop=stop, threads=1)",
        "evo.repeat(never, d.OneMax(200), runs=5, seed=0, stop=stop, threads=2, start=np.full(200, steps == 1))",
        "evo.repeat(never, python, runs=5, seed=0, stop=stop)",
        "list(evo.iterate(never, d.OneMax(200), seed=0, stop=stop, every=10**9))",
    ],
    ids=["run", "repeat", "repeat on threads", "repeat of a callable", "iterate"],
)
def test_ctrl_c(call):
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(call=call)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    seconds, threads = done.stdout.split()
    assert float(seconds) < 2.0
    assert int(threads) <= 2  # the main one, and perhaps the timer's
