"""Random numbers and seeds. A call makes a million, so that milliseconds per call are nanoseconds per number."""

from __future__ import annotations

import numba
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.engines.streams import RUN, child_words, seed_stream

COUNT = 1_000_000
LOW, HIGH = RUN


@numba.njit
def words(stream):
    total = np.uint64(0)
    for _ in range(COUNT):
        total ^= d.next_word(stream)
    return total


@numba.njit
def uniforms(stream):
    total = 0.0
    for _ in range(COUNT):
        total += d.uniform(stream)
    return total


@numba.njit
def exponentials(stream):
    total = 0.0
    for _ in range(COUNT):
        total += d.exponential(stream)
    return total


@numba.njit
def integers(stream):
    total = 0
    for bound in range(1, COUNT + 1):
        total += d.below(stream, bound)
    return total


@numba.njit
def steps_seeded(stream):
    """The stream of a step, and a word of it; the next seed waits for the word, as a step waits for its parent."""
    word = np.uint64(7)
    for step in range(COUNT):
        seed_stream(stream, word, np.uint64(11), step)
        word = d.next_word(stream)
    return word


@numba.njit
def runs_seeded(stream):
    """The key of a run, then its stream, and a word of it, waited for in the same way."""
    key, child = np.array([7, 11], dtype=np.uint64), np.zeros(2, dtype=np.uint64)
    for run in range(COUNT):
        child_words(key, LOW, HIGH, run, child)
        seed_stream(stream, child[0], child[1], 0)
        key[0] = d.next_word(stream)
    return key[0]


@pytest.mark.parametrize(
    "kernel",
    [words, uniforms, exponentials, integers, steps_seeded, runs_seeded],
    ids=lambda kernel: kernel.py_func.__name__,
)
def bench_million(benchmark, kernel):
    stream = np.array([1, 2, 3, 4], dtype=np.uint64)
    benchmark.pedantic(kernel, args=(stream,), rounds=10, warmup_rounds=1)


def bench_thousand_keys(benchmark):
    """The keys of runs on the Python side."""
    key = evo.Key(7)
    benchmark.pedantic(lambda: [key.child("run", run) for run in range(1000)], rounds=10, warmup_rounds=1)
