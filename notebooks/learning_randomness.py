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
# # A network that learns to use random seeds, in five minutes
#
# A memory is given eight one-bit values and can keep four. An adversary who knows every weight chooses the values and the key that is
# asked for; he does not know the random seed. A deterministic memory must fail on some input. We train one that is given seeds, by
# backprop and without, see what the objective has to do with it, let an evolutionary algorithm play the adversary, and repeat.

# %%
import matplotlib.pyplot as plt
import numpy as np
import optax

import evo
from evo import randomized, tasks
from evo.estimators import AntitheticEs, Backprop, CentredRanks
from evo.models import SeededMemory
from evo.testing import smoke
from theory import randomized as laws

N, M, bits = 8, 4, 8
steps = 3 if smoke() else 3000
seeds = 4 if smoke() else 1024

# %% [markdown]
# ## The game first
#
# Which four values to keep: a game between us and the adversary. Whoever mixes his choices well gets M/N, and by Yao's principle the
# hardest distribution over keys gives no less away. Linear programming agrees with itself from both sides.

# %%
game = laws.recall_game(N, M)
solved = laws.minimax(game)
print(
    f"{game.shape[0]} ways to keep {M} of {N}, value {float(solved.value):.3f}, gap of the two bounds {float(solved.gap):.1e}"
)
print(f"right signs, coins for what was not kept: {float(laws.recall_accuracy(N, M)):.3f}")
print(f"sums of values with random signs do better: {float(laws.superposition_accuracy(N, M)):.3f}")

# %% [markdown]
# ## One memory, three objectives
#
# `SeededMemory` is a linear-attention memory with four-dimensional keys that depend on the seed. The task's loss is the relaxed risk:
# the mean over 32 seeds within each input, the power mean over inputs. Exponent 1 is the expected loss; 16 looks at the worst inputs.


# %%
def memory(key):
    return SeededMemory(N, M, bits, hidden=16, key=key)


def trained(task, estimator=None, rate=5e-3, steps=steps):
    optimizer = evo.GradientDescent(estimator or Backprop(), optax.adam(optax.cosine_decay_schedule(rate, steps)))
    return evo.run(optimizer, task, seed=1, stop=evo.Steps(steps)).candidate


solvers = {
    "expected risk": tasks.RandomizedRecall(memory, q=1, trials=32, inputs=512),
    "relaxed, constant seed": tasks.RandomizedRecall(memory, q=16, inputs=512, seeding=tasks.ConstantSeed()),
    "relaxed, one seed": tasks.RandomizedRecall(memory, q=16, trials=1, inputs=512),
    "relaxed, 32 seeds": tasks.RandomizedRecall(memory, q=16, trials=32, inputs=512),
}
params = {name: trained(task) for name, task in solvers.items()}
judged = {name: randomized.evaluated(task, params[name], evo.Key(2), seeds=seeds) for name, task in solvers.items()}
for name, found in judged.items():
    print(
        f"{name:24s} mean success {1 - found.mean:.3f}, on the worst of {len(found.errors):,} inputs {1 - found.confirmed:.3f}"
    )

# %% [markdown]
# On average all are about as good. The worst input is another matter: only the relaxed risk with several seeds per input makes the
# network random where it has to be.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
for (name, found), style in zip(judged.items(), ("-", "--", "-.", ":"), strict=True):
    left.plot(np.arange(len(found.errors)) / len(found.errors), np.sort(1 - found.errors), style, label=name)
left.axhline(float(laws.recall_accuracy(N, M)), color="grey", linewidth=0.8)
left.set(xlabel="share of inputs, worst first", ylabel="success over seeds", ylim=(-0.03, 1.03))
left.legend(frameon=False)
best = judged["relaxed, 32 seeds"]
right.plot([1, 3, 9, 33], [1 - best.repeated[S][best.worst] for S in (1, 3, 9, 33)], "o", label="measured, worst input")
right.plot(
    [1, 3, 9, 33], [float(laws.majority(1 - best.confirmed, S)) for S in (1, 3, 9, 33)], "-", label="binomial law"
)
right.set(xlabel="seeds that vote", ylabel="success of the majority", xscale="log", ylim=(0.5, 1.03))
right.set_xticks([1, 3, 9, 33], ["1", "3", "9", "33"])
right.legend(frameon=False)
plt.show()

# %% [markdown]
# The grey line is the random subset. Repetition turns two right answers of three into certainty, as independent coins would; a constant
# seed gains nothing from it.
#
# ## The adversary is an evolutionary algorithm
#
# Frozen parameters make an ordinary function of bit strings: the values, then the key in binary. Every optimizer of `evo.discrete`
# maximises the error; where all inputs can be listed we see whether it found the worst one.

# %%
for name in ("relaxed, constant seed", "relaxed, 32 seeds"):
    found = randomized.worst_input(solvers[name], params[name], evo.Key(3), evaluations=20 if smoke() else 1000)
    print(f"{name}: {found}, largest of all {judged[name].errors.max():.3f} before it was measured again")

# %% [markdown]
# ## Without backprop
#
# The same objective from function values alone: an evolution strategy with 512 evaluations a generation, all members on the same inputs
# and the same seeds. Ranks take the place of values, because some batches have a risk many times as large as others.

# %%
strategy = AntitheticEs(pairs=256, sigma=0.01, shaping=CentredRanks())
evolved = trained(solvers["relaxed, 32 seeds"], strategy, rate=2e-2, steps=3 if smoke() else 600)
print(randomized.evaluated(solvers["relaxed, 32 seeds"], evolved, evo.Key(2), seeds=seeds))

# %% [markdown]
# `evo run randomized-recall` repeats this with more exponents, eight trainings each and a longer evolution; `randomized-colouring` and
# `randomized-grid-world` are the other two games.
