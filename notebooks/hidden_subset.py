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
# # The hidden subset problem
#
# A linear function depends on $n$ of the bits of a long string; neither which nor how many is known. Einarsson et al. (2018) ask
# what this costs the (1+1)-EA: nothing to leading order if it may look at fitness values, a factor
# $\beta / \mathrm{e} \approx 1.307$ if its rate may only depend on the step number, and more than any constant if not even that.

# %%
import matplotlib.pyplot as plt
import numpy as np

import evo
import theory
from evo import discrete as d
from evo.testing import smoke
from theory import hidden_subset as hs

sizes = [100, 200] if smoke() else [100, 1000, 10_000, 100_000]
runs = 20 if smoke() else 200

# %% [markdown]
# ## The other bits do not matter
#
# Flips outside the subset change no comparison, so that it is enough to simulate the relevant bits. With and without 3 n
# irrelevant ones, two samples of one law:

# %%
search = d.OnePlusOne(rate=d.LogSchedule())
n = 40
hidden = evo.repeat(search, d.HiddenSubset(d.OneMax(n), 4 * n), runs=10 * runs, seed=1)
alone = evo.repeat(search, d.OneMax(n), runs=10 * runs, seed=2)
exact = theory.onemax.scheduled_law(n, hs.schedule)
for sample in (hidden, alone):
    print(sample.interval(0.99), sample.compare(exact))

# %% [markdown]
# ## Where beta comes from
#
# Near the optimum a zero-bit is repaired in step $t$ with probability $p_t (1 - p_t)^{n - 1}$, and all are repaired when
# $S_n(T) = \sum_{t \le T} p_t (1 - p_t)^{n - 1}$ is $\ln n$. With $p_t = c \ln(t) / t$ and $T = x\, n \ln n$ this becomes
# $c\, E_1(c / x) = 1$ as $n$ grows. No $c$ gives a smaller $x$ than $\alpha = 1.5447$, and there $x = \beta = 3.5525$.

# %%
alpha, beta = (float(getattr(theory.constants, name)) for name in ("schedule_alpha", "schedule_beta"))
multipliers = np.geomspace(0.6, 5.0, 100)
figure, axis = plt.subplots(figsize=(6, 3.5), layout="constrained")
axis.plot(multipliers, [float(hs.limit(c)) for c in multipliers], color="black")
axis.plot(alpha, beta, "o", color="black")
axis.annotate(
    rf"$\alpha = {alpha:.4f}$, $\beta = {beta:.4f}$", (alpha, beta), (1.8, 4.6), arrowprops={"arrowstyle": "-"}
)
axis.set(xlabel="multiplier $c$", ylabel=r"$\lim\ T / (n \ln n)$", title="The limit curve of the schedules c ln(t) / t")
plt.show()

# %% [markdown]
# No schedule whatever does better. At finite sizes the argument is a linear program, and every choice of weights is a
# certificate: schedules that meet $S_n(\gamma n \ln n) \ge \ln n$ for all these sizes at once need at least this $\gamma$.

# %%
for most in (5, 20, 80, 240):
    bound = hs.lower_bound([2.0**k for k in range(4, 4 + most)])
    print(f"{most:4d} sizes from 16 on, each twice the one before: gamma >= {bound.lower:.4f}")
print(f"the schedule of the paper on those below 2^20: {float(hs.guarantee([2**k for k in range(4, 20)])):.4f}")

# %% [markdown]
# ## What runs say
#
# Three algorithms on linear functions with random weights: one that is told $n$, one that adapts its rate (it raises it when the
# fitness stays the same and lowers it otherwise; the algorithm of the paper was not available, this one is a reconstruction),
# and one that follows the schedule. Bars are 95 % intervals of the mean.

# %%
policies = {
    "known n": d.Static(strength=1.0),
    "adaptive": d.EqualFitnessRule(factor=2.0, decay=0.5),
    "schedule": d.LogSchedule(),
}
samples = {
    name: [evo.repeat(d.OnePlusOne(rate=policy), d.RandomLinear(n), runs=runs, seed=3) for n in sizes]
    for name, policy in policies.items()
}

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
for (name, found), marker in zip(samples.items(), "os^"):
    scaled = [sample.interval(0.95) for sample in found]
    unit = [n * np.log(n) for n in sizes]
    middle = [interval.estimate / scale for interval, scale in zip(scaled, unit)]
    reach = [(interval.upper - interval.lower) / (2 * scale) for interval, scale in zip(scaled, unit)]
    left.errorbar(sizes, middle, reach, marker=marker, label=name)
left.axhline(np.e, color="0.4", linestyle="--")
left.axhline(beta, color="0.4", linestyle=":")
for height, symbol in ((np.e, "e"), (beta, r"$\beta$")):
    left.text(1.01, height, symbol, transform=left.get_yaxis_transform(), va="center")
left.set(xscale="log", xlabel="relevant bits $n$", ylabel=r"mean run time $T / (n \ln n)$")
left.legend()
largest = np.sort(hs.statistic(sizes[-1], samples["schedule"][-1].steps))
gumbel = np.linspace(-4, 5, 200)
right.step(largest, np.arange(1, runs + 1) / runs, where="post", label=f"schedule, n = {sizes[-1]:,}")
right.plot(gumbel, np.exp(-np.exp(-(gumbel + np.euler_gamma - largest.mean()))), "--", color="0.4", label="Gumbel")
right.set(xlabel=r"$G = S_n(T) - \ln n$", ylabel="share of runs")
right.legend()
plt.show()

# %% [markdown]
# The curves are far from their limits: the correction is of order $1 / \ln n$. The requirement itself says so. Its $O(1)$ is the
# mean of $G$, and with that shift it predicts run times at every size, and how slowly they approach $\beta$:

# %%
shift = float(largest.mean())
for n in (10**3, 10**5, 10**6, 10**12, 10**100):
    steps = float(hs.predicted_steps(n, shift=shift))
    print(f"n = {n:.0e}: predicted T / (n ln n) = {steps / (n * np.log(float(n))):.3f}")

# %% [markdown]
# ## A schedule of your own
#
# Any function of the step: simulate it, and hold it against the bound. The function is compiled, so that it may use numbers and
# numpy.


# %%
def falling(t):
    """Rates that fall like t^(-2/3)."""
    return np.minimum(0.5, 0.9 * t ** (-2 / 3))


n = sizes[1]
mine = evo.repeat(d.OnePlusOne(rate=d.Schedule(falling)), d.RandomLinear(n), runs=20, seed=4)
unit = n * np.log(n)
print(
    f"n = {n}: T / (n ln n) = {mine.mean() / unit:.2f}, predicted {float(hs.predicted_steps(n, rates=falling, shift=shift)) / unit:.2f}"
)
print("over sizes from 100 to 10^6 it guarantees", hs.guarantee(np.geomspace(100, 10**6, 9).round(), rates=falling))
