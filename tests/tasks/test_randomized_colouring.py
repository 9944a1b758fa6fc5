"""Graphs, identifiers and judges of colourings, against enumeration; what symmetry forbids."""

from __future__ import annotations

import itertools
import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import models as m
from evo import tasks as t
from evo.tasks.randomized import NamedGraph, Trials
from tests.models.cases import filled, quick


def colouring(apply, **settings):
    """A task whose parameters say nothing."""
    return t.RandomizedColouring(lambda key: 0.0, apply, **settings)


def from_seed(params, features, adjacency):
    """Logits for 2^b colours, by the b signs of a node alone."""
    del params, adjacency
    b = features.shape[1]
    number = jnp.sum((features > 0) * 2 ** jnp.arange(b), axis=1)
    return 50.0 * jax.nn.one_hot(number, 2**b)


def orders(n):
    return np.array(list(itertools.permutations(range(n))))


def labelled(graphs):
    """How many labelled graphs there are in the classes of these, and how many classes."""
    n, strings = graphs.shape[1], []
    for graph in graphs:
        every = orders(n)
        renamed = graph[every[:, :, None], every[:, None, :]]
        strings.append({row.tobytes() for row in np.packbits(renamed.reshape(len(every), -1), axis=1)})
    return sum(map(len, strings)), len(set(map(min, strings)))


@pytest.mark.parametrize(("n", "d", "classes", "graphs"), [(4, 3, 1, 1), (6, 3, 2, 70), (7, 4, 2, 465)])
def test_all_connected_regular_graphs_are_found_once(n, d, classes, graphs):
    """The labelled graphs of their classes are all labelled connected graphs of that degree (OEIS A004109, A005815)."""
    found = np.asarray(t.RegularGraphs(n, d).adjacency)
    assert (found == found.transpose(0, 2, 1)).all() and (found.sum(axis=2) == d).all()
    assert not found.diagonal(axis1=1, axis2=2).any()
    assert labelled(found) == (graphs, classes) and len(found) == classes
    assert labelled(found[1:]) != (graphs, classes)


@pytest.mark.slow
def test_all_cubic_graphs_of_eight_nodes():
    assert labelled(np.asarray(t.RegularGraphs(8, 3).adjacency)) == (19320, 5)


def test_identifiers_are_numbered_in_the_order_of_the_dictionary():
    ids = t.Identifiers()
    listed = quick(jax.vmap(lambda index: ids.numbered(index, 5)))(jnp.arange(ids.count(5)))
    np.testing.assert_array_equal(listed, orders(5))


def test_strings_stand_for_identifiers():
    ids = t.Identifiers()
    strings = np.array(list(itertools.product((0, 1), repeat=ids.bits(4))), np.uint8)
    decoded = np.asarray(quick(jax.vmap(lambda bits: ids.decoded(bits, 4)))(strings))
    assert {tuple(row) for row in decoded.tolist()} == {tuple(row) for row in orders(4).tolist()}
    keys = strings.reshape(-1, 4, 2) @ np.array([2, 1])
    np.testing.assert_array_equal(np.argsort(np.argsort(keys, axis=1, kind="stable"), axis=1), decoded)


def test_inputs_are_graphs_with_identifiers():
    task = colouring(from_seed, graphs=t.RegularGraphs(6, 3), identifiers=t.Identifiers(), colours=2**8, seed_bits=2)
    numbered = quick(jax.vmap(task.numbered))(jnp.arange(task.count))
    names = np.packbits(np.asarray(numbered.adjacency).reshape(task.count, -1), axis=1)
    pairs = {(g.tobytes(), i.tobytes()) for g, i in zip(names, np.asarray(numbered.identifiers), strict=True)}
    assert len(pairs) == task.count == 2 * 720
    strings = np.zeros((2, task.bits), np.uint8)
    strings[1, -1] = 1
    np.testing.assert_array_equal(jax.vmap(task.decoded)(strings).adjacency, task.adjacency)


def test_judges_by_hand():
    task = colouring(from_seed, graphs=t.Cycle(4), colours=4, seed_bits=2)
    x = task.numbered(0)
    colourings = jnp.array([[0, 1, 0, 1], [0, 0, 1, 2], [2, 2, 2, 2], [3, 1, 2, 1]])

    @quick
    def judged(colourings):
        logits = 50.0 * jax.nn.one_hot(colourings, 4)
        each = [
            jax.vmap(lambda y, judge=judge: judge(y, x))(logits) for judge in (task.bad_edges, task.error, task.cost)
        ]
        return (*each, task.repeated(logits[1:3], x), task.repeated(logits[1:], x), task.cost(0 * logits[0], x))

    bad, errors, costs, both_wrong, one_right, uniform = judged(colourings)
    assert bad.tolist() == [0.0, 0.25, 1.0, 0.0] and errors.tolist() == [0.0, 1.0, 1.0, 0.0]
    np.testing.assert_allclose(costs, bad, atol=1e-6)
    assert (float(both_wrong), float(one_right)) == (1.0, 0.0)
    assert abs(float(uniform) - task.chance) < 1e-6


def all_seeds(n, b):
    return 2.0 * np.array(list(itertools.product((0, 1), repeat=n * b)), np.float32).reshape(1, -1, n, b) - 1.0


@pytest.mark.parametrize(("n", "b"), [(4, 2), (5, 2), (7, 1)])
def test_random_colours(n, b):
    """Over all seeds: the chromatic polynomial (k - 1)^n + (-1)^n (k - 1) of the cycle, and 1/k of the edges bad."""
    k = 2**b
    task = colouring(from_seed, graphs=t.Cycle(n), colours=k, seed_bits=b)
    batch = Trials(task.listed(), jnp.asarray(all_seeds(n, b)))
    proper = 1.0 - float(jnp.mean(task.errors(0.0, batch)))
    assert abs(proper - ((k - 1) ** n + (-1) ** n * (k - 1)) / k**n) < 1e-6
    assert abs(float(jnp.mean(task.each(0.0, batch, task.bad_edges))) - 1.0 / k) < 1e-6


@pytest.mark.parametrize(("graphs", "colours"), [(t.Cycle(6), 3), (t.RegularGraphs(8, 3), 4)])
def test_symmetry_forbids_to_colour_without_seeds(graphs, colours):
    """All nodes of an anonymous regular graph do the same; seeds that differ between nodes break the symmetry."""
    network = filled(lambda key: m.GraphTransformer(2, 4, layers=1, readout=colours, key=key), "float32")
    network = eqx.tree_at(lambda net: net.readout.bias, network, 0.0 * network.readout.bias)
    settings = {"graphs": graphs, "seed_bits": 2, "trials": 64}
    constant, fresh = (
        t.RandomizedColouring(lambda key: network, **settings, seeding=seeding)
        for seeding in (t.ConstantSeed(), t.SharedSeeds())
    )

    @quick
    def judged(key):
        alike = fresh.batch(key, 1)
        alike = alike._replace(seeds=jnp.broadcast_to(alike.seeds[:, :, :1], alike.seeds.shape))
        batches = (constant.batch(key, 1), alike, fresh.batch(key, 1))
        return [(fresh.errors(network, b), fresh.each(network, b, fresh.bad_edges)) for b in batches]

    found = judged(jax.random.key(0))
    assert found[0][0].shape == (len(graphs.adjacency), 1)
    for errors, bad in found[:2]:
        assert (errors == 1.0).all() and (bad == 1.0).all()
    assert (found[2][1] < 1.0).any()


def test_named_graph_is_what_a_network_reads():
    seen = []

    def apply(params, features, adjacency):
        seen.append(features)
        return jnp.zeros((5, 3))

    task = colouring(apply, graphs=t.Cycle(5), identifiers=t.Identifiers(), seed_bits=2)
    x = NamedGraph(task.adjacency[0], jnp.array([4, 0, 1, 3, 2]))
    task.output(0.0, x, -jnp.ones((5, 2)))
    np.testing.assert_array_equal(seen[-1][:, :5], np.eye(5)[[4, 0, 1, 3, 2]])
    np.testing.assert_array_equal(seen[-1][:, 5:], -1.0)
    assert math.factorial(5) == task.count


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: t.Cycle(2), ["`nodes`", ">= 3", "2"]),
        (lambda: t.RegularGraphs(5, 3), ["`nodes * degree`", "even and at most 32", "15", "RegularGraphs(8, 3)"]),
        (lambda: t.RegularGraphs(12, 3), ["`nodes * degree`", "at most 32", "36"]),
        (lambda: t.RegularGraphs(4, 4), ["`degree`", "[2, 3]", "4"]),
        (lambda: colouring(from_seed, graphs=8), ["`graphs`", "AbstractGraphs", "8", "Cycle(10)"]),
        (lambda: colouring(from_seed, identifiers=True), ["`identifiers`", "True", "Anonymous()"]),
        (lambda: colouring(from_seed, colours=1), ["`colours`", ">= 2", "1"]),
        (lambda: colouring(from_seed, seed_bits=3), ["`model`", "(10, 3)", "(10, 8)", "3 logits per node"]),
    ],
)
def test_refusals(make, parts):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    assert all(part in str(error.value) for part in parts), str(error.value)
