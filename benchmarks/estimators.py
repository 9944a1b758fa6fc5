"""Generations of evolution strategies on networks, side by side with evosax's, and the memory they take.

A generation is: perturb, evaluate, estimate, update. evosax's loop is the one of its documentation: `ask`, the jitted
and vmapped loss, `tell`. Ours is one jitted step: `value_and_grad` and the same Optax update.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax

from benchmarks.markdown import number, table
from benchmarks.timing import Cost, Subject, measure, timed

POPULATION, SIGMA = 256, 0.02


class Network(NamedTuple):
    """Something to train: its parameters, its loss and its data."""

    name: str
    params: Any
    loss: Callable[[Any, Any, Any], Any]
    batch: Any

    @property
    def size(self) -> int:
        """How many parameters it has."""
        return sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(self.params, eqx.is_inexact_array)))


def quadratic(D: int = 100_000) -> Network:
    """Half the sum of h_i x_i^2, h from 1/2 to 3/2."""
    curvature = jnp.linspace(0.5, 1.5, D)
    return Network("quadratic", jnp.ones(D), lambda x, h, key: 0.5 * jnp.sum(h * x * x), curvature)


def perceptron() -> Network:
    """256-256-128-10, 32 examples: an unmodified Equinox network."""
    keys = jax.random.split(jax.random.key(0), 3)

    class Perceptron(eqx.Module):
        layers: list

        def __call__(self, x):
            for layer in self.layers[:-1]:
                x = jax.nn.relu(layer(x))
            return self.layers[-1](x)

    sizes = (256, 256, 128, 10)
    model = Perceptron([eqx.nn.Linear(a, b, key=k) for a, b, k in zip(sizes, sizes[1:], keys, strict=False)])
    x = jax.random.normal(jax.random.key(1), (32, 256))
    labels = jax.random.randint(jax.random.key(2), (32,), 0, 10)

    def loss(model, batch, key):
        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(jax.vmap(model)(batch[0]), batch[1]))

    return Network("MLP 256-256-128-10, 32 examples", model, loss, (x, labels))


def transformer() -> Network:
    """Width 64, two layers, 4 sequences of 16 tokens."""
    from evo.models import Tokens, Transformer

    model = Transformer(Tokens(60), context=16, key=jax.random.key(0))
    tokens = jax.random.randint(jax.random.key(1), (4, 17), 0, 60)

    def loss(model, batch, key):
        logits = jax.vmap(model)(batch[:, :-1])
        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, batch[:, 1:]))

    return Network("transformer, width 64, 2 layers, 4 x 16 tokens", model, loss, tokens)


def recurrent() -> Network:
    """An LSTM of 128 units over 16 steps of 4 sequences."""
    cell = eqx.nn.LSTMCell(64, 128, key=jax.random.key(0))
    readout = eqx.nn.Linear(128, 10, key=jax.random.key(1))
    x = jax.random.normal(jax.random.key(2), (4, 16, 64))
    labels = jax.random.randint(jax.random.key(3), (4,), 0, 10)

    def loss(model, batch, key):
        cell, readout = model

        def last(sequence):
            start = (jnp.zeros(128), jnp.zeros(128))
            carry, _ = jax.lax.scan(lambda carry, x: (cell(x, carry), None), start, sequence)
            return readout(carry[0])

        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(jax.vmap(last)(batch[0]), batch[1]))

    return Network("LSTM 64-128, 4 sequences of 16 steps", (cell, readout), loss, (x, labels))


def evosax_subject(network: Network, population: int) -> Subject:
    """Open_ES in the loop of its documentation; centred ranks are its default."""
    from evosax.algorithms import Open_ES

    params, static = eqx.partition(network.params, eqx.is_inexact_array)
    strategy = Open_ES(population, params, optimizer=optax.sgd(1e-3), std_schedule=optax.constant_schedule(SIGMA))
    settings = strategy.default_params
    key = jax.random.key(0)

    @jax.jit
    def evaluate(members):
        return jax.vmap(lambda member: network.loss(eqx.combine(member, static), network.batch, key))(members)

    @timed
    def work(generations: int) -> tuple[int, int]:
        state = strategy.init(key, params, settings)
        for t in range(generations):
            now = jax.random.fold_in(key, t)
            members, state = strategy.ask(now, state, settings)
            state, _ = strategy.tell(now, members, evaluate(members), state, settings)
        jax.block_until_ready(strategy.get_mean(state))
        return generations, 1

    return Subject(work)


def our_subject(network: Network, estimator: Any) -> Subject:
    """One jitted step: the estimate, and the same update."""
    optimizer = optax.sgd(1e-3)
    key = jax.random.key(0)
    trained, static = eqx.partition(network.params, eqx.is_inexact_array)

    def loss(trained, batch, key):
        return network.loss(eqx.combine(trained, static), batch, key)

    initial = estimator.init(key, loss, trained, network.batch)

    @jax.jit
    def step(trained, opt_state, state, key):
        _, grads, state = estimator.value_and_grad(loss)(state, key, trained, network.batch)
        updates, opt_state = optimizer.update(grads, opt_state)
        return optax.apply_updates(trained, updates), opt_state, state

    @timed
    def work(generations: int) -> tuple[int, int]:
        params, opt_state, state = trained, optimizer.init(trained), initial
        for t in range(generations):
            params, opt_state, state = step(params, opt_state, state, jax.random.fold_in(key, t))
        jax.block_until_ready(params)
        return generations, 1

    return Subject(work)


def forward_subject(network: Network, population: int) -> Subject:
    """The plain batched forward pass of as many examples as a generation evaluates."""
    batch = jax.tree.map(lambda x: jnp.concatenate([x] * population) if x.ndim else x, network.batch)
    params, static = eqx.partition(network.params, eqx.is_inexact_array)
    forward = jax.jit(lambda params, batch: network.loss(eqx.combine(params, static), batch, None))

    @timed
    def work(generations: int) -> tuple[int, int]:
        for _ in range(generations):
            value = forward(params, batch)
        value.block_until_ready()
        return generations, 1

    return Subject(work)


def backprop_subject(network: Network) -> Subject:
    """One gradient by backprop, for scale."""
    gradient = eqx.filter_jit(eqx.filter_grad(lambda params: network.loss(params, network.batch, None)))

    @timed
    def work(generations: int) -> tuple[int, int]:
        for _ in range(generations):
            grads = gradient(network.params)
        jax.block_until_ready(eqx.filter(grads, eqx.is_inexact_array))
        return generations, 1

    return Subject(work)


def subjects(network: Network, population: int = POPULATION) -> dict[str, Subject]:
    """What is compared on a network."""
    from evo.estimators import AntitheticEs, CentredRanks, Gaussian, LowRankEs, Rademacher, SurrogateEs

    pairs = population // 2
    found = {
        "evosax Open_ES": evosax_subject(network, population),
        "AntitheticEs, centred ranks": our_subject(network, AntitheticEs(pairs, SIGMA, shaping=CentredRanks())),
        "AntitheticEs, Rademacher": our_subject(network, AntitheticEs(pairs, SIGMA, noise=Rademacher())),
        "AntitheticEs, Gaussian (threefry)": our_subject(network, AntitheticEs(pairs, SIGMA, noise=Gaussian())),
        "SurrogateEs": our_subject(network, SurrogateEs(pairs, SIGMA)),
    }
    if network.name != "quadratic":
        found["LowRankEs, rank 1"] = our_subject(network, LowRankEs(pairs, SIGMA))
        found["forward pass of the same examples"] = forward_subject(network, population)
        found["one gradient by backprop"] = backprop_subject(network)
    return found


HEAD = ("per generation", "ms", "generations per second", "times evosax")


def show(rounds: int) -> None:
    """Measure and print."""
    for make in (quadratic, perceptron, transformer, recurrent):
        network = make()
        measured = measure(subjects(network), rounds)
        peer = measured["evosax Open_ES"].per_step
        rows = [
            [name, number(1e3 * item.per_step), number(1 / item.per_step), number(peer / item.per_step)]
            for name, item in measured.items()
        ]
        print(f"{network.name}, {network.size:,} parameters, population {POPULATION}:\n")
        print(table(HEAD, rows) + "\n")
        sys.stdout.flush()
    print(memory_table())


def memory_table() -> str:
    """What five generations need beyond what the process holds before them, compiled program included (Linux)."""
    rows = []
    for population in (256, 1024):
        row = [f"({population}, 100 000)"]
        for which in ("evosax", "antithetic", "surrogate"):
            row.append(number(_extra(which, population, 100_000)))
        rows.append(row)
    head = ("MB while it runs", "evosax Open_ES", "AntitheticEs", "SurrogateEs")
    return table(head, rows)


def _extra(which: str, population: int, D: int) -> float:
    code = f"from benchmarks.estimators import generations; generations({which!r}, {population}, {D})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def generations(which: str, population: int, D: int) -> None:
    """Run some generations on the quadratic in this process, and print in MB what they need; compiled before."""
    from evo.estimators import AntitheticEs, CentredRanks, SurrogateEs

    network = quadratic(D)
    make: dict[str, Callable[[], Subject]] = {
        "evosax": functools.partial(evosax_subject, network, population),
        "antithetic": lambda: our_subject(network, AntitheticEs(population // 2, SIGMA, shaping=CentredRanks())),
        "surrogate": lambda: our_subject(network, SurrogateEs(population // 2, SIGMA, past=1)),
    }
    work = make[which]().work
    work(2)
    before = _held()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    cost: Cost = work(5)
    peak = _status("VmHWM")
    print(cost.steps, peak - min(before, _held()))


def _held() -> float:
    """What the process holds, in MB, after what it freed went back."""
    import ctypes
    import gc

    gc.collect()
    time.sleep(0.5)  # arrays are freed by other threads
    ctypes.CDLL(None).malloc_trim(0)
    return _status("VmRSS")


def _status(name: str) -> float:
    """A line of /proc/self/status, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
