"""A plain (1+1)-EA in C++, compiled on the spot."""

from __future__ import annotations

import functools
import pathlib
import shutil
import subprocess
import tempfile

from benchmarks.peers.base import AbstractPeer, MissingError, Task
from benchmarks.timing import Cost, Subject

SOURCE = pathlib.Path(__file__).with_suffix(".cpp")
FLAGS = ("-O3", "-march=native", "-std=c++17")


class PlainCpp(AbstractPeer):
    """`one_plus_one.cpp`; the program itself reads its CPU time, without its start."""

    name = "plain C++"
    comparable = True
    conventions = (
        "the same algorithm by hand: geometric gaps between flips from `<random>` on `std::mt19937_64`, the gain from "
        "the flipped bits alone; idle steps count, ties are accepted, the start is uniform, a run ends at the optimum. "
        "Every run draws its weights, as in RandomLinear."
    )

    def version(self) -> str:
        """Compiler and options."""
        said = subprocess.run([_compiler(), "--version"], check=True, capture_output=True, text=True).stdout
        return f"{said.splitlines()[0]}, {' '.join(FLAGS)}"

    def subject(self, task: Task) -> Subject:
        """Whole runs."""
        kind = "onemax" if task.weights is None else "linear"

        def work(runs: int) -> Cost:
            command = [f"{_folder().name}/one_plus_one", kind, str(task.n), str(runs), "1"]
            seconds, steps, made = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            return Cost(float(seconds), int(steps), int(made))

        return Subject(work)


def _compiler() -> str:
    found = shutil.which("g++")
    if found is None:
        raise MissingError("there is no g++")
    return found


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    """A folder with the program, removed when Python ends."""
    folder = tempfile.TemporaryDirectory()
    subprocess.run([_compiler(), *FLAGS, "-o", f"{folder.name}/one_plus_one", str(SOURCE)], check=True)
    return folder
