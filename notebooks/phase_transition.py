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
# # A phase transition in five minutes
#
# The (1+1)-EA flips each bit with probability $c/n$ and keeps the offspring unless it is worse. On linear functions every
# constant $c$ is fine. On *monotone* functions it is not: HotTopic is strictly monotone, so that more ones are always better,
# and yet for large $c$ the algorithm takes a very long time. Where does that begin?

# %%
import matplotlib.pyplot as plt
import numpy as np

import evo
import theory
from evo import discrete as d
from evo.testing import smoke

n, levels, runs = (1000, 50, 3) if smoke() else (10_000, 500, 8)
alpha, beta, eps = 0.25, 0.2, 0.05

# %% [markdown]
# ## The algorithm and the function
#
# HotTopic has levels. At level $l$ the bits of one random set $A_{l+1}$ of $\alpha n$ positions, the hot topic, outweigh all
# others; when all but a fraction $\varepsilon$ of its core $B_{l+1}$ are ones, the next topic becomes hot.

# %%
hot_topic = d.HotTopic(n, levels=levels, alpha=alpha, beta=beta, eps=eps)
gentle = evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), hot_topic, seed=1, record=evo.Final(d.levels_visited))
gentle

# %%
visited_levels = gentle.trace["levels_visited"][-1]
print(f"strength 1: {gentle.steps / (n * np.log(n)):.2f} n ln n steps, {visited_levels:.0f} of {levels + 1} levels")

# %% [markdown]
# ## The order parameter
#
# An efficient run jumps over most levels: once the density of zeros is below $\varepsilon$, random cores are optimised by
# chance and the level leaps to the top. A run that stalls has to visit the levels one after another.

# %%
strengths = [1.0, 2.0, 3.0, 3.5] if smoke() else [1.0, 1.5, 2.0, 2.4, 2.6, 2.8, 2.9, 3.0, 3.1, 3.2, 3.5]
visited, time = {}, {}
for c in strengths:
    result = evo.repeat(
        d.OnePlusOne(rate=d.Static(strength=c)), hot_topic, runs=runs, seed=7, record=evo.Final(d.levels_visited)
    )
    visited[c] = result.records["levels_visited"] / (levels + 1)
    time[c] = result.steps / (n * np.log(n))

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for axis, data, label in zip(axes, (visited, time), ("levels visited / (L + 1)", "steps / (n ln n)"), strict=True):
    for c, values in data.items():
        axis.plot(np.full(len(values), c), values, "o", color="black", markerfacecolor="none", markersize=4)
    axis.plot(list(data), [np.mean(values) for values in data.values()], color="black", linewidth=1)
    axis.axvline(float(theory.hottopic.critical_strength(alpha, eps)), linestyle="--", color="0.5")
    axis.set_xlabel("mutation strength c")
    axis.set_ylabel(label)
axes[1].set_yscale("log")
plt.show()

# %% [markdown]
# The dashed line is where theory says that the drift changes its sign if $n \to \infty$ with $\varepsilon$ fixed. The jump comes later.
# Is the theory wrong? Let us look at the drift itself.

# %% [markdown]
# ## The drift, measured and exact
#
# Freeze one hot topic, put a fraction $\varepsilon$ of zeros inside and outside, and make many independent single steps from there.

# %%
hot, inside, outside = theory.hottopic.counts(n, alpha=alpha, eps=eps)
frozen = d.HotTopic.from_sets(n, hot=[range(hot)], core=[range(hot)], eps=0.0)
x = np.ones(n, dtype=np.uint8)
x[:inside] = 0
x[hot : hot + outside] = 0

grid = np.linspace(2.0, 2.8, 5 if smoke() else 9)
samples = 10**5 if smoke() else 5 * 10**6
measured = [d.drift(d.OnePlusOne(rate=d.Static(strength=c)), frozen, at=x, samples=samples, seed=3) for c in grid]
exact = [float(theory.hottopic.drift(n, inside, outside, hot=hot, strength=c)) for c in grid]

# %%
figure, axis = plt.subplots(figsize=(5, 3.4), layout="constrained")
bars = [2 * m.standard_error for m in measured]
axis.errorbar(grid, [m.mean for m in measured], bars, fmt="o", color="black", capsize=2)
axis.plot(grid, exact, color="black", linewidth=1)
axis.axhline(0, color="0.7", linewidth=0.8)
axis.set_xlabel("mutation strength c")
axis.set_ylabel("zero-bits lost per step")
plt.show()

# %%
worst = max(abs(m.mean - e) / m.standard_error for m, e in zip(measured, exact, strict=True))
print(f"largest deviation of the {len(grid)} points from the exact drift: {worst:.1f} standard errors")
print(f"the drift vanishes at c = {float(theory.hottopic.critical_strength(alpha, eps, n=n)):.4f} (this n)")
print(f"                      c = {float(theory.hottopic.critical_strength(alpha, eps)):.4f} (n to infinity)")

# %% [markdown]
# The drift is as predicted. What comes later is the *visibility* of the stall: just above the critical strength the density of
# zeros settles only slightly above $\varepsilon$, and then a random core is optimised by chance.

# %%
for c in (2.5, 2.75, 3.0, 3.5):
    stall = theory.hottopic.stagnation(alpha, eps, c)
    print(f"c = {c}: the density of zeros settles at {stall.density:.4f} (eps = {eps})")

# %% [markdown]
# `evo run hottopic-transition` does all of this with intervals, verdicts and a figure, and can be interrupted and resumed.
