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
# # Train your own network without backprop, in five minutes
#
# A gradient estimator takes the place of `jax.value_and_grad`. Here a small network learns handwritten digits, first by backprop and
# then by evolution strategies, in the same loop. We look at how well the estimates point, compare that with theory, and see when past
# directions help and when they do not.

# %%
import equinox as eqx
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from sklearn.datasets import load_digits

import evo
import theory
from evo import tasks
from evo.estimators import AntitheticEs, Backprop, LowRankEs, SurrogateEs
from evo.testing import smoke

steps = 5 if smoke() else 300
digits = load_digits()
images, labels = jnp.asarray(digits.data / 16.0, jnp.float32), jnp.asarray(digits.target)
train, test = (images[:512], labels[:512]), (images[512:], labels[512:])

# %% [markdown]
# ## Your loop
#
# Any model does; this is an Equinox network as it comes. The loss takes parameters, a batch and a key.


# %%
def loss_fn(model, batch, key):
    logits = jax.vmap(model)(batch[0])
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, batch[1]))


def accuracy(model):
    return float(jnp.mean(jnp.argmax(jax.vmap(model)(test[0]), axis=1) == test[1]))


def flat(tree):
    return jax.flatten_util.ravel_pytree(eqx.filter(tree, eqx.is_inexact_array))[0]


def fit(estimator, rate, batches=lambda t: train):
    """The loop that you have. Two lines differ from a loop with backprop: `init`, and `value_and_grad`."""
    key = jax.random.key(0)
    model = eqx.nn.MLP(64, 10, width_size=32, depth=1, activation=jnp.tanh, key=key)
    transformation = optax.adam(rate)
    opt_state = transformation.init(eqx.filter(model, eqx.is_inexact_array))
    state = estimator.init(key, loss_fn, model, train)
    true_gradient = eqx.filter_jit(eqx.filter_grad(loss_fn))
    losses, cosines = [], []
    for t in range(steps):
        batch = batches(t)
        value, grads, state = estimator.value_and_grad(loss_fn)(state, jax.random.fold_in(key, t), model, batch)
        g, estimate = flat(true_gradient(model, train, key)), flat(grads)  # to look at, not needed to train
        cosines.append(float(g @ estimate / jnp.linalg.norm(g) / jnp.linalg.norm(estimate)))
        losses.append(float(value))
        updates, opt_state = transformation.update(grads, opt_state)
        model = eqx.apply_updates(model, updates)
    return model, np.array(losses), np.array(cosines)


pairs, sigma = 32, 0.02
arms = {
    "backprop": fit(Backprop(), 3e-3),
    "independent directions": fit(AntitheticEs(pairs, sigma), 3e-3),
    "past directions": fit(SurrogateEs(pairs, sigma), 3e-3),
}
for name, (model, losses, cosines) in arms.items():
    print(
        f"{name:24s} loss {losses[-1]:.3f}, held-out accuracy {accuracy(model):.3f}, mean cosine {cosines.mean():.2f}"
    )

# %% [markdown]
# ## How well do the estimates point?
#
# With D parameters, P independent pairs have a cosine of about $\sqrt{P / (D + P + 1)}$ with the gradient, whatever the network. The
# surrogate estimator spends one of its pairs on its own last estimate, measured again, and so keeps what it knows.

# %%
D = flat(arms["backprop"][0]).size
predicted = theory.past_descent.gaussian(n=D, pairs=pairs).mean_cosine
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
for (name, (_, losses, cosines)), style in zip(arms.items(), ("-", "--", ":"), strict=True):
    left.plot(losses, style, color="black", label=name)
    right.plot(cosines, style, color="black", label=name)
right.axhline(predicted, color="grey", lw=0.8)
right.annotate(
    "theory, independent directions", (0, predicted), xytext=(2, -14), textcoords="offset points", fontsize=8
)
left.set(xlabel="step", ylabel="training loss")
right.set(xlabel="step", ylabel="cosine with the gradient", ylim=(0, 1.05))
left.legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# ## When it does not help
#
# A fresh small minibatch in every step is another function in every step: what was learned about the last one says little about the next.
# `theory.past_descent.gain` tells how much is to be gained when successive gradients have a given cosine.


# %%
def minibatch(t):
    rows = jax.random.choice(jax.random.fold_in(jax.random.key(1), t), 512, (16,), replace=False)
    return train[0][rows], train[1][rows]


for name, estimator in (("independent", AntitheticEs(pairs, sigma)), ("past", SurrogateEs(pairs, sigma))):
    model, losses, cosines = fit(estimator, 3e-3, minibatch)
    print(
        f"{name:12s} directions, 16 fresh examples a step: mean cosine {cosines.mean():.3f}, accuracy {accuracy(model):.3f}"
    )
for cosine in (0.1, 0.9, 0.99, 0.999):
    print(
        f"successive gradients with cosine {cosine}: gain {float(theory.past_descent.gain(D, pairs, cosine=cosine)):.1f}"
    )

# %% [markdown]
# ## Large populations, cheaply
#
# Perturbations of rank one let all members share the large matrix products, in the model as it stands. `explain` says how every leaf is
# perturbed.

# %%
low_rank = LowRankEs(pairs=256, sigma=0.05)
model = eqx.nn.MLP(64, 10, width_size=32, depth=1, activation=jnp.tanh, key=jax.random.key(0))
print(low_rank.explain(loss_fn, model, train))
trained, losses, cosines = fit(low_rank, 3e-3)
print(f"loss {losses[-1]:.3f}, held-out accuracy {accuracy(trained):.3f}, mean cosine {cosines.mean():.2f}")

# %% [markdown]
# ## Without a loop of your own
#
# The same through `evo.run`: records, checkpoints, sweeps and studies then come with it.

# %%
task = tasks.Custom(loss_fn, start=model, batch=train)
optimizer = evo.GradientDescent(SurrogateEs(pairs, sigma), optax.adam(3e-3))
result = evo.run(optimizer, task, seed=0, stop=evo.Steps(steps), record=evo.Every(max(1, steps // 5)))
print(result)
print(result.trace["value"])
