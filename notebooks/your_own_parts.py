# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Write your own policy and function, in five minutes
#
# Parts are frozen dataclasses with a few functions, which are compiled together with the library's. Here we write a monotone
# function and a mutation-rate policy, let `d.check` find a mistake, and compare runs of two algorithms with exact laws.

# %%
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

import evo
import evo.plots
import theory
from evo import discrete as d
from evo.testing import smoke

n, runs = (20, 50) if smoke() else (200, 1000)

# %% [markdown]
# ## A function
#
# The string is cut into blocks. A block with $u$ ones is worth $1 + 2 + \dots + u$: every further one in it counts more than the
# last. The function is monotone, and not linear. `value` is all that must be written.


# %%
@dataclass(frozen=True)
class Blocks(d.AbstractFunction):
    """The sum of u (u + 1) / 2 over the blocks of `size` bits, u the number of ones in the block."""

    n: int
    size: int
    monotone = True


@d.implements(Blocks)
def value(problem, cache, x):
    total = 0
    for first in range(0, problem.n, problem.size):
        ones = 0
        for position in range(first, min(problem.n, first + problem.size)):
            ones += int(x[position])
        total += ones * (ones + 1) // 2
    return total


Blocks(6, size=3).evaluate([[1, 1, 1, 0, 0, 1]], step=0, key=evo.Key(0))

# %% [markdown]
# ## Faster
#
# Now a step costs two values, of $n$ bits each. It should cost as much as bits flip. So we keep the number of ones of every
# block (`prepare`, brought up to date by `commit`) and say what flips change (`gain`): a block of $u$ ones wins $u + 1$ when a
# zero flips, and loses $u$ when a one does.


# %%
class Counts(NamedTuple):
    ones: np.ndarray  # int64[blocks]


@d.implements(Blocks)
def prepare(problem, x):
    ones = np.zeros((problem.n + problem.size - 1) // problem.size, dtype=np.int64)
    for position in range(problem.n):
        ones[position // problem.size] += int(x[position])
    return Counts(ones)


@d.implements(Blocks)
def commit(problem, cache, x, flips, count):
    for place in range(count):
        cache.ones[flips[place] // problem.size] += 1 if x[flips[place]] else -1


@d.implements(Blocks)
def gain(problem, cache, x, flips, count, stream):
    change = 0
    for place in range(count):
        ones = cache.ones[flips[place] // problem.size]
        change += -ones if x[flips[place]] else ones + 1
    return (1 if change > 0 else (-1 if change < 0 else 0)), float(change)


report = d.check(Blocks(8, size=4))

# %% [markdown]
# The check gives a string and flips for which `gain` is wrong: two bits of *one* block. The second flip meets a block that the
# first one has changed already. So we count on while we go through the flips, and count back at the end.

# %%
assert not report.passed


@d.implements(Blocks)
def gain(problem, cache, x, flips, count, stream):  # noqa: F811
    change = 0
    for place in range(count):
        block = flips[place] // problem.size
        change += -cache.ones[block] if x[flips[place]] else cache.ones[block] + 1
        cache.ones[block] += -1 if x[flips[place]] else 1
    for place in range(count):
        cache.ones[flips[place] // problem.size] += 1 if x[flips[place]] else -1
    return (1 if change > 0 else (-1 if change < 0 else 0)), float(change)


@d.implements(Blocks)
def exact(problem):
    return True  # the magnitudes are small integers: offspring can be compared by them


d.check(Blocks(8, size=4)).raise_if_failed()

# %% [markdown]
# ## A policy
#
# Strength 1, but in every `every`-th step a burst of strength `burst`. The policy remembers nothing, so its state is a number
# that nobody reads; one that adapts would also define `update`.


# %%
@dataclass(frozen=True)
class Bursts(d.AbstractRate):
    """Strength `burst` in the steps every, 2 every, ..., and 1 in the others."""

    burst: float
    every: int


@d.implements(Bursts)
def start(policy, n):
    return (0.0,)


@d.implements(Bursts)
def draw(policy, state, view, n, stream):
    return min(0.5, (policy.burst if view.step % policy.every == 0 else 1.0) / n)


# %% [markdown]
# ## Does it do what it should?
#
# First a case with a known law. With blocks of one bit the function is OneMax, and bursts of strength 1 are none.

# %%
plain = evo.repeat(d.OnePlusOne(rate=Bursts(1.0, 1)), Blocks(n, size=1), runs=runs, seed=1)
verdict = plain.compare(theory.onemax.law(n=n, strength=1.0))
evo.plots.comparison(verdict)

# %% [markdown]
# Then the parts as they are meant. For a few bits `theory.enumeration` knows the law of any function under any policy.

# %%
small = Blocks(6, size=3)
strings = (np.arange(2**6)[:, None] >> np.arange(6)) & 1
values = small.evaluate(strings, 0, evo.Key(0)).tolist()
schedule = theory.enumeration.Schedule(lambda t: min(0.5, (3.0 if t % 4 == 0 else 1.0) / 6))
bursts = evo.repeat(d.OnePlusOne(rate=Bursts(3.0, 4)), small, runs=runs, seed=2)
print(bursts.compare(theory.enumeration.law(values, schedule)))

# %% [markdown]
# The (1+4)-EA runs on the same parts, and its law is known for rates that do not change.

# %%
four = evo.repeat(d.OnePlusLambda(4, rate=Bursts(1.0, 1)), small, runs=runs, seed=3)
law = theory.enumeration.offspring_law(values, theory.enumeration.Static(strength=1.0), offspring=4)
print(four.compare(law))

# %% [markdown]
# ## An answer
#
# Do bursts pay on blocks of ten bits?

# %%
wide = Blocks(n, size=10)
measured = {}
for burst in (1.0, 3.0):
    result = evo.repeat(d.OnePlusOne(rate=Bursts(burst, 4)), wide, runs=runs, seed=4)
    measured[burst] = result.relabel(f"bursts of strength {burst}")
evo.plots.runs(*measured.values())

# %%
for result in measured.values():
    print(f"{result.label}: mean {result.interval(0.95)}")

# %% [markdown]
# They do not: near the optimum a burst mostly breaks blocks that were full.
#
# Which functions a part can define, and what makes it fast: `docs/how_to_extend.md`.
