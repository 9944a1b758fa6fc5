"""The obvious predictors reach the best and the chance levels that tasks state."""

from __future__ import annotations

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evo import tasks as t
from tests.models.cases import quick
from tests.tasks import cases


def losses_of(task, *several):
    """The loss on the first batch for each of some parameters, compiled once."""
    leaves, structure = zip(*(jax.tree.flatten(params) for params in several), strict=True)
    assert len(set(structure)) == 1
    stacked = [jnp.stack([jnp.asarray(leaf) for leaf in group]) for group in zip(*leaves, strict=True)]

    @quick
    def run(stacked, key):
        batch = task.batch(key, 0)
        return jax.lax.map(lambda leaves: task.loss(jax.tree.unflatten(structure[0], leaves), batch, key), stacked)

    return np.asarray(run(stacked, jax.random.key(0)))


def loss_of(task, params):
    return float(quick(lambda key: task.loss(params, task.batch(key, 0), key))(jax.random.key(0)))


def metric_of(task, params, name):
    return float(quick(lambda key: task.metrics(params, key)[name])(jax.random.key(1)))


def test_quadratic():
    with jax.enable_x64():
        task = t.Quadratic(4, condition=100.0, rotation=jax.random.key(1), optimum=[1.0, 2.0, 3.0, 4.0])
        hessian = quick(jax.hessian(lambda x: task.exact(x)))(jnp.zeros(4))
        np.testing.assert_allclose(np.linalg.eigvalsh(hessian), np.geomspace(0.01, 1.0, 4), atol=1e-12)
        assert not np.allclose(hessian, np.diag(np.diag(hessian)), atol=1e-2)
        assert float(task.exact(task.optimal)) == task.best == 0.0
        noisy = t.Quadratic(50_000, noise=0.1)
        z = noisy.batch(jax.random.key(0), 3)
        x = jnp.ones(50_000)
        np.testing.assert_allclose(noisy.loss(x, z, None) - noisy.exact(x), z.sum(), rtol=1e-9)
        # 6.2 standard errors of the deviation of 50,000 normal numbers, 0.1 / sqrt(100,000) each: one in 1e9
        assert abs(float(z.std()) - 0.1) < 6.2 * 0.1 / math.sqrt(100_000)


def test_biased_least_squares_is_the_published_problem():
    task = t.BiasedLeastSquares()
    x = task.start(None)
    loss = lambda x: task.loss(x, None, None)  # noqa: E731
    gradient, biased = jax.grad(loss)(x), task.biased_gradient(x)
    np.testing.assert_allclose(task.gradient(x), gradient, atol=1e-5)
    difference, length = biased - gradient, float(jnp.linalg.norm(gradient))
    np.testing.assert_allclose(difference, length * task.bias, atol=1e-5)
    assert abs(float(jnp.linalg.norm(task.bias)) - 1.0) < 1e-6
    assert round(task.best, 5) == 0.25592 and abs(float(loss(x)) - task.best - 0.25650) < 1e-5
    # the gap after 200 steps along the biased gradient with learning rate 0.005, in float64 0.10204
    final = jax.lax.fori_loop(0, 200, lambda _, x: x - 0.005 * task.biased_gradient(x), x)
    assert abs(float(loss(final)) - task.best - 0.10204) < 2e-5


def test_digits_chance_is_the_best_constant():
    data = cases.images()
    frequencies = np.bincount(data.train.labels) / len(data.train.labels)
    task = t.Digits(lambda key: jnp.asarray(np.log(frequencies)), lambda logits, x: logits, data=data)
    params = task.start(jax.random.key(0))
    constant, other = losses_of(task, params, params + np.array([0.1, 0.0, 0.0], np.float32))
    assert abs(constant - task.chance) < 1e-6 and other > task.chance + 1e-4
    assert metric_of(task, params, "accuracy") == np.mean(data.validation.labels == np.argmax(frequencies))
    assert abs(t.Digits(lambda key: jnp.zeros(10), lambda logits, x: logits).chance - math.log(10)) < 1e-3


def ridge(penalty):
    def predict(params, prompt):
        x, y, query = prompt[:-1, :-1], prompt[:-1, -1], prompt[-1, :-1]
        w = jnp.linalg.solve(x.T @ x + penalty * jnp.eye(x.shape[1]), x.T @ y)
        return jnp.full((len(prompt), 1), w @ query)

    return predict


def one_step(rate):
    return lambda p, prompt: jnp.full((len(prompt), 1), rate * (prompt[:-1, -1] @ prompt[:-1, :-1]) @ prompt[-1, :-1])


def errors(task, *several):
    """Mean and standard error of the squared error of some predictors on the same 20,000 sequences.

    Each has a program of its own: two batched solves in one program wait for ever for each other's threads where XLA
    has two of them (jaxlib 0.10).
    """
    task = t.InContextRegression(lambda key: 0.0, several[0], D=3, T=12, batch=20_000, noise=task.noise)

    def squares(apply):
        def of(key):
            batch = task.batch(key, 0)
            return (jax.vmap(lambda x: apply(None, x)[-1, 0])(batch.inputs) - batch.targets) ** 2

        return np.asarray(quick(of)(jax.random.key(5)))

    values = np.stack([squares(apply) for apply in several])
    return zip(values.mean(axis=1), values.std(axis=1) / math.sqrt(values.shape[1]), strict=True)


def test_regression_in_context():
    """Within 7 standard errors, for squares have heavier tails than normal numbers; `best` is itself an average."""
    task = t.InContextRegression(lambda key: 0.0, lambda p, x: x, D=3, T=12, noise=0.5)
    rate = 36 / (12 * 3 * 5 + 12 * 11 * 3 + 0.25 * 36)
    predictors = (ridge(0.25), ridge(20.0), one_step(rate), one_step(2 * rate), lambda p, x: 0.0 * x)
    best, shrunk, step, far, nothing = errors(task, *predictors)
    near = lambda found, level: abs(found[0] - level) < 7 * found[1] + 0.01 * task.best  # noqa: E731
    assert near(best, task.best) and not near(shrunk, task.best)
    assert near(step, task.one_step) and not near(far, task.one_step)
    assert near(nothing, task.chance) and not near(step, task.chance)


def test_regression_without_noise():
    clean = t.InContextRegression(lambda key: 0.0, ridge(0.0), D=3, T=12)
    assert (clean.best, clean.chance) == (0.0, 3.0) and abs(clean.one_step - 0.75) < 1e-12
    with jax.enable_x64():
        assert loss_of(clean, 0.0) < 1e-8


def recall_vectors(params, x):
    K = 6
    scores = x[:, :K] @ x[-1, :K]
    return jnp.full((len(x), 4), 50.0 * scores[:-1] @ x[:-1, K:])


def recall_tokens(params, x):
    keys, values = x[:-1:2], x[1::2] - 6
    return jnp.full((len(x), 4), 50.0 * (keys == x[-1]).astype(jnp.float32) @ jax.nn.one_hot(values, 4))


def test_associative_recall():
    for apply, encoding in ((recall_vectors, t.VectorPairs()), (recall_tokens, t.TokenPairs())):
        scaled = lambda p, x, apply=apply: p * apply(None, x)  # noqa: E731
        task = t.AssociativeRecall(lambda key: 0.0, scaled, pairs=5, keys=6, values=4, encoding=encoding)
        known, constant = losses_of(task, 1.0, 0.0)
        assert known - task.best < 1e-6 and abs(constant - task.chance) < 1e-6
    assert metric_of(task, 1.0, "accuracy") == 1.0


class Clock(eqx.Module):
    """Knows the time since the beginning and nothing else."""

    logits: jax.Array

    def initial(self):
        return jnp.zeros((), jnp.int32)

    def __call__(self, carry, x):
        return carry + 1, self.logits[carry % len(self.logits)]


class Delay(eqx.Module):
    """Repeats the symbol of some steps before, and is blank otherwise."""

    steps: int = eqx.field(static=True)
    alphabet: int = eqx.field(static=True)

    def initial(self):
        return jnp.full(self.steps, self.alphabet, jnp.int32)

    def __call__(self, carry, x):
        token = jnp.argmax(x).astype(jnp.int32)
        said = jnp.where(carry[0] < self.alphabet, carry[0], self.alphabet)
        return jnp.append(carry[1:], token), 50.0 * jax.nn.one_hot(said, self.alphabet + 2)


def test_copying():
    K, S, delay = 3, 2, 4
    said, blank = [0.0] * K + [-50.0] * 2, [-50.0] * K + [0.0, -50.0]
    clock = Clock(jnp.array([blank] * (delay + S) + [said] * S))
    for window in (None, 16):  # two whole sequences; the first lane begins with the first step
        sizes = {"delay": delay, "symbols": S, "alphabet": K, "lanes": 1, "window": window}
        timed = t.Copying(lambda key: clock, **sizes)
        if window:
            assert abs(loss_of(timed, clock) - timed.chance) < 1e-5
        memory = Delay(delay + S, K)
        task = t.Copying(lambda key, memory=memory: memory, **sizes)
        assert loss_of(task, memory) < 1e-6
    assert loss_of(task, Delay(delay + S - 1, K)) > 1.0


class Stack(eqx.Module):
    """Memorises bits and says them after the second signal."""

    size: int = eqx.field(static=True)

    def initial(self):
        return jnp.zeros(self.size, jnp.int32), jnp.zeros((), jnp.int32), jnp.zeros((), jnp.int32)

    def __call__(self, carry, x):
        bits, n, waited = carry
        token = jnp.argmax(x).astype(jnp.int32)
        bits = jnp.where((token < 2) & (jnp.arange(self.size) == n), token, bits)
        n, waited = n + (token < 2), waited + (token == 3)
        said = jnp.where((waited >= 2) & (waited <= n + 1), bits[jnp.clip(waited - 2, 0, self.size - 1)], 3)
        return (bits, n, waited), 50.0 * jax.nn.one_hot(jnp.where(waited == 1, 2, said), 4)


def test_string_memorisation():
    sizes = {"length": 3, "longest": 7, "lanes": 1, "window": 24}
    stack, task = Stack(7), t.StringMemorisation(lambda key: Stack(7), **sizes)
    assert loss_of(task, stack) < 1e-6
    assert metric_of(task, stack, "loss") < 1e-6
    longer = eqx.tree_at(lambda task: task.length, task, jnp.asarray(5, jnp.int32))
    assert loss_of(longer, stack) < 1e-6
    wait, begin, bit = [-50.0, -50, -50, 0], [-50.0, -50, 0, -50], [0.0, 0, -50, -50]
    clock = Clock(jnp.array([wait] * 4 + [begin] + [bit] * 3))
    fixed = t.StringMemorisation(lambda key: clock, spread=1, **sizes)
    assert abs(fixed.chance - 3 * math.log(2) / 8) < 1e-12
    assert abs(loss_of(fixed, clock) - fixed.chance) < 1e-5
    # two lengths, 3 and 2, enumerated by hand: target 3, bit or 2 by the time since the beginning
    two = t.StringMemorisation(lambda key: clock, spread=2, **sizes)
    # after 3 x 3: 3 or 2; 2 or bit; bit; bit or 3; bit or 3; the entropy of (1/2, 1/4, 1/4) is 1.5 ln 2
    assert abs(two.chance - (1 + 1.5 + 1 + 1.5 + 1.5) * math.log(2) / 8) < 1e-12


def test_curriculum():
    state = t.Curriculum()
    steps = 0
    while state.length == 1:
        state, steps = state.updated(0.1 * math.log(2.0), steps=1), steps + 1
    # the average 0.1 + 0.9 0.999^t falls below 0.15 at t = ln 18 / -ln 0.999
    assert steps == math.ceil(math.log(18) / -math.log(0.999)) and (state.length, state.average) == (2, 0.3)


def test_character_frequencies():
    text = "abracadabra, " * 20
    corpus = t.read_corpus(text)
    frequencies = np.bincount(corpus.train) / len(corpus.train)
    clock = Clock(jnp.log(frequencies)[None])
    n = len(corpus.train) - 1
    task = t.CharLm(text, lambda V, key: clock, lanes=1, window=n)
    # all characters but the first are targets: at most ln(1/p) / n apart
    assert abs(loss_of(task, clock) - task.chance) < -2 * math.log(frequencies.min()) / n
    assert loss_of(task, Clock(jnp.zeros((1, corpus.vocabulary)))) > task.chance + 0.1
    crops = t.CharLmCrops(text, lambda V, key: 0.0, lambda p, x: jnp.zeros((len(x), 7)), context=12)
    assert abs(loss_of(crops, 0.0) - math.log(7)) < 1e-5 and crops.chance == task.chance


class Alphabet(eqx.Module):
    """Says the next letter."""

    V: int = eqx.field(static=True)

    def initial(self):
        return jnp.zeros(())

    def __call__(self, carry, x):
        return carry, 50.0 * jnp.roll(x, 1)


def test_a_text_that_is_known_by_heart():
    model = Alphabet(4)
    task = t.CharLm("abcd" * 100, lambda V, key: model, lanes=3, window=8)
    assert loss_of(task, model) < 1e-6
    assert metric_of(task, model, "loss") < 1e-6 and metric_of(task, model, "bits") < 2e-6
    known = lambda p, x: 50.0 * jax.nn.one_hot((x + 1) % 4, 4)  # noqa: E731
    crops = t.CharLmCrops("abcd" * 100, lambda V, key: 0.0, known, context=9)
    assert loss_of(crops, 0.0) < 1e-6
    assert metric_of(crops, 0.0, "loss") < 1e-6
