"""HotTopic: the sets that runs draw, long walks against the definition, and memory."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.engines import functions as f
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import bit_of
from tests.statistical import counts_agree, counts_rejected


def _sets(problem, key):
    """The drawn sets as bool[levels, n]: hot topics and cores."""
    instance = instance_of(problem.lower(problem.n), key.child("instance"))
    tables = []
    for rows in (instance.hot[1:-1], instance.core[1:]):
        octets = np.ascontiguousarray(rows).view(np.uint8)  # little-endian words
        tables.append(np.unpackbits(octets, axis=1, bitorder="little")[:, : problem.n].astype(bool))
    return instance, *tables


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("n", "alpha", "beta", "hot", "core"),
    [
        (10, 0.5, 0.2, 5, 2),
        (10, 0.3, 0.3, 3, 3),
        (70, 0.29, 0.1, 20, 7),
        (101, 0.999, 0.01, 100, 1),
        (64, 0.25, 0.25, 16, 16),
    ],
)
def test_sizes_of_the_sets(n, alpha, beta, hot, core):
    problem = d.HotTopic(n, levels=30, alpha=alpha, beta=beta, eps=0.1)
    assert (problem.hot_size, problem.core_size) == (hot, core)
    instance, hots, cores = _sets(problem, evo.Key(1))
    assert (hots.sum(axis=1) == hot).all() and (cores.sum(axis=1) == core).all()
    assert not (cores & ~hots).any()
    assert not instance.hot[0].any() and not instance.hot[-1].any() and not instance.core[0].any()
    lists = [instance.members[instance.offsets[p] : instance.offsets[p + 1]].tolist() for p in range(n)]
    assert lists == [(np.flatnonzero(cores[:, p]) + 1).tolist() for p in range(n)]
    if n == 10:
        assert all(bit_of(instance.hot[3, 0], p) == hots[2, p] for p in range(n))


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("eps", "beta", "n", "allowed"), [(0.1, 0.3, 100, 3), (0.29, 0.1, 1000, 29), (0.0, 0.3, 10, 0), (0.34, 0.5, 6, 1)]
)
def test_threshold_is_the_exact_floor(eps, beta, n, allowed):
    """0.1 * 30 and 0.29 * 100 fall below an integer in floating point."""
    problem = d.HotTopic(n, levels=2, alpha=0.7, beta=beta, eps=eps)
    assert problem.allowed_zeros == allowed
    instance, _, _ = _sets(problem, evo.Key(0))
    assert set(instance.allowed[1:].tolist()) == {allowed}


def test_sets_are_uniform():
    n, levels = 12, 100_000
    problem = d.HotTopic(n, levels=levels, alpha=0.5, beta=0.25, eps=0.0)
    _, hots, cores = _sets(problem, evo.Key(2))
    counts_agree(hots.sum(axis=0), 0.5, levels)
    counts_agree(cores.sum(axis=0), 0.25, levels)
    counts_rejected(cores.sum(axis=0), 0.25, np.append(0.0, np.full(11, 3.0 / 11.0)), levels)  # position 0 never drawn
    pairs = np.triu_indices(n, 1)
    for table, size in ((hots, 6), (cores, 3)):
        together = (table.T.astype(int) @ table.astype(int))[pairs]
        counts_agree(together, size * (size - 1) / (n * (n - 1)), levels)
        counts_rejected(together, size * (size - 1) / (n * (n - 1)), np.full(66, (size / n) ** 2), levels)
    ordered = (cores.T.astype(int) @ (hots & ~cores).astype(int))[~np.eye(n, dtype=bool)]
    counts_agree(ordered, 3 * 3 / (n * (n - 1)), levels)
    codes = cores @ (1 << np.arange(n))
    _, counts = np.unique(codes, return_counts=True)
    assert len(counts) == 220  # all subsets of three
    counts_agree(counts, 1.0 / 220.0)
    successive = np.sum(hots[1:] & hots[:-1])  # hot topics of neighbouring levels are independent
    assert abs(successive / (levels - 1) - 3.0) < 6.2 * np.sqrt(36.0 / 44.0 / levels)  # hypergeometric variance 9/11


@pytest.mark.jit_off
def test_runs_draw_their_own_sets_and_fixed_instances_do_not():
    problem = d.HotTopic(40, levels=5, alpha=0.5, beta=0.2, eps=0.1)
    tables = [_sets(problem, evo.Key(seed).child("run", run))[1] for seed in (1, 2) for run in (0, 1)]
    assert len({table.tobytes() for table in tables}) == 4
    fixed = d.HotTopic(40, levels=5, alpha=0.5, beta=0.2, eps=0.1, instance=d.Fixed(3))
    x = np.zeros((1, 40), np.uint8)
    x[0, :25] = 1
    values = {int(fixed.evaluate(x, 0, evo.Key(seed))[0]) for seed in range(5)}
    assert len(values) == 1


def _definition(x, hots, cores, allowed):
    satisfied = np.flatnonzero((cores & (x == 0)).sum(axis=1) <= allowed)
    level = int(satisfied[-1]) + 1 if satisfied.size else 0
    hot = hots[level] if level < len(hots) else np.zeros(len(x), dtype=bool)
    inside, ones, n = int(x[hot].sum()), int(x.sum()), len(x)
    return level, n * n * level + n * inside + ones - inside


@pytest.mark.jit_off
@pytest.mark.parametrize(("n", "levels"), [(24, 6), (70, 12), (130, 40)])
def test_long_walks_follow_the_definition(n, levels):
    """Random commits, up and down, with skipped levels and drops through several: values, gains and the level."""
    problem = d.HotTopic(n, levels=levels, alpha=0.4, beta=0.1, eps=0.3)
    rng = np.random.default_rng(n)
    instance, hots, cores = _sets(problem, evo.Key(n))
    x = rng.integers(0, 2, n).astype(np.uint8)
    cache = f.prepare(instance, x)
    rises, drops = set(), set()
    for step in range(400):
        lift = 0.75 if step // 40 % 2 else 0.3  # let the density of ones swing, so that levels come and go
        wanted = rng.random(n) < lift
        flips = np.flatnonzero((wanted != x) & (rng.random(n) < 4.0 / n)).astype(np.int64)
        level, value = _definition(x, hots, cores, problem.allowed_zeros)
        assert f.level(instance, cache) == level and f.value(instance, cache, x) == value
        child = x.copy()
        child[flips] ^= 1
        after, other = _definition(child, hots, cores, problem.allowed_zeros)
        stream = np.zeros(4, np.uint64)
        sign = int(other > value) - int(other < value)
        assert f.compare(instance, cache, x, flips, len(flips), stream) == sign
        assert f.gain(instance, cache, x, flips, len(flips), stream) == (sign, float(other - value))
        if after > level:
            rises.add(after - level)
        elif after < level:
            drops.add(level - after)
        if rng.random() < 0.8:
            x[:] = child
            f.commit(instance, cache, x, flips, len(flips))
    assert max(rises) > 1 and max(drops) > 1 and len(rises) > 1


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_ten_thousand_levels_fit_into_memory():
    """n = L = 10^4, beta = 0.2: 105 MB of sets, held once by two threads; the whole process stays below 400 MB."""
    script = """
        import evo
        from evo import discrete as d
        ea = d.OnePlusOne(rate=d.Static(strength=1.0))
        def peak(size, instance, **how):
            problem = d.HotTopic(size, levels=size, alpha=0.25, beta=0.2, eps=0.05, instance=instance)
            runs = evo.repeat(ea, problem, seed=1, stop=evo.Steps(20_000), record=evo.Final(d.level, d.zeros), **how)
            assert size < 10_000 or (runs.spent == 20_000).all() and runs.records["zeros"].max() < 2500
            status = open("/proc/self/status").read()
            print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
        for instance, how in ((d.Fixed(1), dict(runs=6, threads=2)), (d.PerRun(), dict(runs=2, threads=1))):
            peak(100, instance, **how)
            peak(10_000, instance, **how)
    """
    root = Path(__file__).resolve().parents[2]
    for _ in range(2):  # the first compiles, which takes memory of its own
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)], cwd=root, capture_output=True, text=True, timeout=250
        )
        assert done.returncode == 0, done.stderr
    compiled, shared, compiled_again, drawn = (int(line) for line in done.stdout.split())
    assert shared < 400 and shared - compiled < 150, f"peak {shared} MB, of which {shared - compiled} MB for the sets"
    assert drawn - compiled_again < 150, f"{drawn - compiled_again} MB more for a run's own sets"
