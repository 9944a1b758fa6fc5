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
# # A run, encoded backwards
#
# Lengler, Martinsson and Steger (2019) show that the (1+1)-EA with a mutation rate slightly above $1/n$ optimises every strictly
# monotone function in time $O(n \log^2 n)$. Their argument: a run that stood still for long could be written down, backwards,
# with fewer bits than its random choices have entropy. Here we write runs down. (The published encoding was not available;
# this one is a reconstruction.)

# %%
import matplotlib.pyplot as plt
import numpy as np

import theory
from evo.testing import smoke
from theory import entropy_compression as ec

n = 40 if smoke() else 300

# %% [markdown]
# ## A run
#
# BinVal at strength 1.2: the most significant flip decides. The recorder keeps every random choice.

# %%
run = ec.record(ec.bin_val, n, steps=10**6, seed=1, strength=1.2)
print(f"{run.steps} steps, {run.moved.sum()} of them changed the string; entropy {run.entropy_bits:.1f} bits")

# %% [markdown]
# ## There and back
#
# First comes the last string, then the steps, from the last to the first. The decoder knows the string *after* the step. A step
# that left it is coded with its forward probability. The rest of the code, $a(y)$, the probability to improve on $y$, announces
# a move; then a reverse proposal $Q$ names the string before, among those that are worse: $R(y \to x) = a(y) Q(y \to x) / b(y)$.

# %%
code = ec.BinVal(n, run.rate)
message = ec.encode(run, code)
assert ec.decode(message, code) == run
print(f"{message.bits} bits in {len(message.payload)} bytes; they begin with {message.payload[:8].hex()}")

# %% [markdown]
# The coder wastes at most two bits. What the code is worth can be read off step by step: $\ln(R/P)$ is the gain.

# %%
balance = ec.balance(run, code)
print(f"entropy {balance.entropy_bits:.2f} bits, ideal code {balance.ideal_bits:.2f}, message {message.bits}")
print(f"mean log-gain {balance.mean_log_gain:.3f} nats per accepted step")

zeros, x = [], np.array(run.start)
for flips, accepted in zip(run.flips, run.accepted, strict=True):
    x[list(flips)] ^= accepted
    zeros.append(n - x.sum())
figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
axes.plot(np.array(zeros) / n, np.cumsum(balance.log_gain[::-1])[::-1])
axes.invert_xaxis()
axes.set(xlabel="share of zero-bits", ylabel="gain from here to the end, nats")
plt.show()
# %% [markdown]
# The gain of the whole run is negative: the run progresses, and nothing can be saved. It would be positive in a run that
# stands still although it accepts nearly everything.
#
# ## To know the function helps
#
# `AnyMonotone` knows only that the function is strictly monotone, and no more is needed to decode.

# %%
less = ec.AnyMonotone(n, run.rate)
assert ec.decode(ec.encode(run, less), less) == run
print(f"{ec.encode(run, less).bits} bits without the function, {message.bits} with it")
y = run.start
for name, each in {"BinVal": code, "any monotone function": less}.items():
    print("a(y) = {:.4f}, b(y) = {:.4f}".format(*each.shares(y)), "at the start, code for", name)

# %% [markdown]
# ## Accepted forwards, consistent backwards
#
# Let $a_m$ be the probability that a step with one zero-bit and $m$ one-bits flipped is accepted, and $b_m$ that a proposal which
# removes one one-bit and adds $m$ others leads to a worse string. A swap that is not better is worse: $b_1 = 1 - a_1$.

# %%
values = ec.random_monotone(8, seed=8)


def function(x):
    return values[int((x.astype(int) << np.arange(8)).sum())]


y = [1, 0, 1, 1, 0, 1, 0, 1]
a = ec.acceptance_profile(function, y, most=3).probabilities
b = ec.consistency_profile(function, y, most=3).probabilities
assert np.isclose(b[1], 1 - a[1])
print("a:", a.round(3), " b:", b.round(3))

# %% [markdown]
# ## What no encoding can do
#
# For a few bits everything can be computed: the left side of
# $E\left[\frac{\nu(x_T)}{\pi(x_0)} \prod_t \frac{R(x_{t+1} \to x_t)}{P(x_t \to x_{t+1})}\right] \le 1$, and the expected gain, which
# cannot exceed the cost of the last string less that of the first.

# %%
small = ec.random_monotone(6, seed=1)
for steps in (0, 10, 100):
    left = ec.path_inequality(small, steps=steps, strength=1.2)
    gain, cost = ec.expected_log_gain(small, steps=steps, strength=1.2)
    assert left.upper <= 1 + 1e-9 and gain.lower <= cost.upper
    print(f"T = {steps:3}: left side {left.value:.4f}, expected gain {gain.value:8.3f} <= {cost.value:.3f}")

# %% [markdown]
# ## How far could it reach?
#
# Near the optimum the worst case is a function with $a_m = a$ for all $m \ge 1$ and no drift. Its gain is positive up to a
# strength of about 1.28. That number is a heuristic of this reconstruction, not a claim of the paper.

# %%
print(ec.sketch_strength())
strengths = np.linspace(1.2, 1.35, 7)
for c in strengths:
    flat = [1.0, *[1 / (1 + (c - 1) * np.exp(c))] * 40]
    drift = float(ec.first_order_drift(flat, strength=c))
    print(f"c = {c:.3f}: drift {drift:+.1e}, least gain {float(ec.least_log_gain(c)):+.4f}")
assert abs(float(ec.sketch_strength()) - float(theory.constants.entropy_sketch_strength)) < 1e-12

# %% [markdown]
# On HotTopic, where the (1+1)-EA does stagnate, at strengths far above: `evo run entropy-compression`.
