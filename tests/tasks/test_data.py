"""Data of tasks: minibatches, splits, streams, and what is refused."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import tasks as t
from evo.oracles import child
from tests.models.cases import quick
from tests.tasks import cases

KEY = jax.random.key(0)


def test_an_epoch_shows_every_example_once():
    batches = t.Minibatches({"x": np.arange(7), "y": 10 * np.arange(7)}, 3)
    drawn = jax.device_get(quick(jax.vmap(lambda step: batches(KEY, step)))(np.arange(40, dtype=np.int32)))
    np.testing.assert_array_equal(drawn["y"], 10 * drawn["x"])
    epochs = drawn["x"].reshape(20, 6)
    assert all(len(set(epoch)) == 6 for epoch in epochs.tolist())
    assert len({tuple(epoch) for epoch in epochs.tolist()}) == 20
    # each of 7 examples is left out with probability 1/7: all are shown over 20 epochs but with probability 7^-19
    assert set(epochs.ravel().tolist()) == set(range(7))


def test_custom_tells_networks_from_functions():
    network = cases.recurrent(3)
    task = t.Custom(lambda p, b, k: 0.0, start=network)
    assert task.start(KEY) is network and task.batch(KEY, 0) is None and task.dynamic is False
    made = t.Custom(lambda p, b, k: 0.0, start=lambda key: {"key": key})
    assert not np.array_equal(*(jax.random.key_data(made.start(jax.random.key(s))["key"]) for s in (0, 1)))
    assert t.Custom(lambda p, b, k: 0.0, start=1.0).start(KEY) == 1.0
    assert t.Custom(lambda p, b, k: 0.0, start=1.0, dynamic=True).dynamic is True
    fresh = t.Custom(lambda p, b, k: 0.0, start=1.0, batch=lambda key, step: jax.random.key_data(key))
    assert not np.array_equal(fresh.batch(KEY, 0), fresh.batch(KEY, 1))  # a function may ignore the step
    auxiliary = t.Custom(lambda p, b, k: (p * 2.0, {"twice": p}), start=1.0)
    assert auxiliary.loss(3.0, None, KEY) == (6.0, {"twice": 3.0})


def test_images_are_cut_in_their_order(tmp_path):
    path = tmp_path / "mine.npz"
    np.savez(path, images=np.arange(20, dtype=np.uint8)[:, None] * 10, labels=np.arange(20) % 2)
    data = t.from_npz(path)
    assert [len(part.labels) for part in data] == [16, 2, 2]
    np.testing.assert_allclose(data.test.images[:, 0], np.array([180, 190]) / 255, rtol=1e-6)
    assert data.train.images.dtype == np.float32 and data.test.labels.tolist() == [0, 1]
    small = t.small_digits()
    assert small.train.images.shape == (1437, 64) and 0.0 <= small.train.images.min() < small.train.images.max() <= 1.0
    assert all(set(part.labels.tolist()) == set(range(10)) for part in small)


@pytest.mark.parametrize(
    ("dtype", "levels", "scale"),
    [
        *((dtype, [0, 7, 255], 255) for dtype in (np.uint8, np.uint16, np.int16, np.int32, np.int64, ">i4")),
        (np.uint16, [0, 7, 256], 65535),
        (">u2", [0, 7, 65535], 65535),
        (np.int64, [0, 1, 1], 1),
        (np.float32, [0, 7, 255], 1),
        (bool, [0, 1, 1], 1),
    ],
)
def test_levels_of_any_width_are_scaled_by_what_they_mean(tmp_path, dtype, levels, scale):
    path = tmp_path / "mine.npz"
    np.savez(path, images=np.tile(np.array(levels, dtype), (10, 1)), labels=np.arange(10) % 2)
    np.testing.assert_allclose(t.from_npz(path).train.images[0], np.array(levels) / scale, rtol=1e-6)


@pytest.mark.parametrize(("dtype", "levels"), [(np.int64, [0, 256]), (np.int8, [-1, 5]), (np.uint32, [0, 65535])])
def test_levels_of_no_known_scale_are_refused(tmp_path, dtype, levels):
    path = tmp_path / "mine.npz"
    np.savez(path, images=np.tile(np.array(levels, dtype), (10, 1)), labels=np.arange(10) % 2)
    match = f"`images` must hold grey levels 0 to 255.*; got '{np.dtype(dtype)} from {levels[0]} to {levels[1]}'. Save"
    with pytest.raises(ValueError, match=match):
        t.from_npz(path)


def test_mnist_1d_leaves_the_global_streams_alone():
    pytest.importorskip("mnist1d", reason="needs the extra data")
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    data = t.mnist_1d()
    assert [part.images.shape for part in data] == [(4000, 40), (500, 40), (500, 40)]
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_texts_come_as_they_are_from_files_and_compressed(tmp_path):
    plain, packed = tmp_path / "text.txt", tmp_path / "text.txt.gz"
    text = "åb c" * 25
    plain.write_bytes(text.encode())
    packed.write_bytes(gzip.compress(text.encode()))
    corpora = [t.read_corpus(source) for source in (text, plain, packed)]
    for corpus in corpora:
        assert corpus.alphabet == (" ", "b", "c", "å")
        assert [len(part) for part in (corpus.train, corpus.validation, corpus.test)] == [90, 5, 5]
        whole = np.concatenate([corpus.train, corpus.validation, corpus.test])
        assert "".join(corpus.alphabet[i] for i in whole) == text


def windows(task, steps):
    """The windows of consecutive steps, joined."""
    drawn = quick(jax.vmap(lambda step: task.batch(KEY, step)))(np.arange(steps, dtype=np.int32))
    return jax.tree.map(lambda leaf: np.asarray(leaf).reshape(-1, leaf.shape[-1]), drawn)


def test_lanes_of_a_text_go_on_and_wrap():
    task = t.CharLm(cases.TEXT, cases.recurrent, lanes=3, window=50, reset_every=100)
    n = len(task.train) - 1
    inputs, targets, reset = windows(task, 3 * n // 50)
    wrapped = inputs[1:] != targets[:-1]
    assert 3 <= wrapped.sum() <= 3 * 4  # some lanes wrap onto the same character
    assert reset[1:][wrapped].all() and reset[0].all()
    train = np.asarray(task.train)
    for lane in range(3):
        begin = np.flatnonzero(reset[:, lane])
        assert set(range(0, len(reset), 100)) <= set(begin.tolist())
        start = min(at for at in begin.tolist() if at % 100)  # the beginning of the text
        assert len(begin) - math.ceil(len(reset) / 100) == (len(reset) - start - 1) // n + 1
        np.testing.assert_array_equal(inputs[start : start + n, lane], train[:n])
    assert len({inputs[:20, lane].tobytes() for lane in range(3)}) == 3


def test_lanes_of_a_long_text_read_on_beyond_the_range_of_products():
    text = "".join(np.random.default_rng(0).choice(["a", "b"], 60_000))
    task = t.CharLm(text, lambda V, key: cases.recurrent(V, key), lanes=1, window=50_000, reset_every=49_999)
    n, step = len(task.train) - 1, 45_000
    batch = quick(lambda number: task.batch(KEY, number))
    first, later = (jax.device_get(batch(np.int32(number))) for number in (0, step))
    offset = int(jax.random.randint(child(KEY, "offset"), (), 0, n, jnp.int32))
    train, places = np.asarray(task.train), np.arange(50_000)
    np.testing.assert_array_equal(first.inputs[:, 0], train[(offset + places) % n])
    np.testing.assert_array_equal(later.inputs[:, 0], train[(offset + step * 50_000 + places) % n])
    read = step * 50_000 + places
    np.testing.assert_array_equal(later.reset[:, 0], (read % 49_999 == 0) | ((offset + read) % n == 0))


def test_streams_of_sequences_are_whole():
    task = t.Copying(
        lambda key: cases.recurrent(5), delay=3, symbols=2, alphabet=3, lanes=4, window=5, delays=[0, 1, 3, 5]
    )
    inputs, targets, reset = windows(task, 10)
    seen = set()
    for lane in range(4):
        begin = np.flatnonzero(reset[:, lane]).tolist()
        assert begin[:2] == [0, 7 - (0, 1, 3, 5)[lane]] and set(np.diff(begin[1:])) == {7}
        for at in begin[1:-1]:
            said = inputs[at : at + 2, lane].tolist()
            assert inputs[at + 2 : at + 7, lane].tolist() == [3, 3, 4, 3, 3]
            assert targets[at : at + 7, lane].tolist() == [3] * 5 + said
            seen.add((lane, tuple(said)))
    assert len(seen) > 12  # of 36; sequences differ between lanes and in time


def test_strings_have_the_lengths_they_should():
    task = t.StringMemorisation(lambda key: cases.recurrent(4), length=6, longest=9, lanes=50, window=14)
    inputs, targets, _ = jax.device_get(quick(lambda: t._tokens.whole(task._sequence, KEY, 0, lanes=400, length=20))())
    bits = (inputs < 2).sum(axis=0)
    # 400 draws of five lengths miss one with probability below 5 * 0.8^400 = 1e-38
    assert set(bits.tolist()) == {2, 3, 4, 5, 6}
    for x, y, n in zip(inputs.T, targets.T, bits, strict=True):
        said = x[1 : n + 1].tolist()
        assert x.tolist() == [2, *said] + [3] * (19 - n)
        assert y.tolist() == [3] * (n + 1) + [2, *said] + [3] * (18 - 2 * n)


def constant(params, x):
    return jnp.zeros((len(x), 2))


def zero(key):
    return jnp.zeros(())


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: t.Custom(3, start=1.0), ["`loss`", "function", "3", "params, batch, key"]),
        (lambda: t.Custom(zero, start="W"), ["`start`", "initial parameters", "'W'", "function of a JAX key"]),
        (lambda: t.Custom(zero, start=1.0, metrics=3), ["`metrics`", "function", "3"]),
        (lambda: t.Minibatches({}, 3), ["`arrays`", "same first length", "[]", "counts the examples"]),
        (lambda: t.Minibatches([np.ones(3), np.ones(4)], 3), ["`arrays`", "same first length", "(3,), (4,)"]),
        (lambda: t.Minibatches(np.ones(3), 4), ["`size`", "[1, 3]", "4", "3 examples"]),
        (lambda: t.Quadratic(0), ["`D`", ">= 1", "0"]),
        (lambda: t.Quadratic(2, condition=0.5), ["`condition`", "[1, inf)", "0.5"]),
        (lambda: t.Quadratic(2, optimum=[1.0]), ["`optimum`", "(D,) = (2,)", "(1,)"]),
        (lambda: t.BiasedLeastSquares(10, 10), ["`m`", ">= 11", "10", "D=10"]),
        (lambda: t.Digits(zero, lambda p, x: x), ["`model`", "(10,)", "(64,)", "10 classes"]),
        (lambda: t.Digits(zero, data="mnist"), ["`data`", "LabelledImages", "'mnist'", "from_npz"]),
        (lambda: t.Digits(zero, lambda p, x: x[:10], batch=0), ["`size`", "[1, 1437]", "0"]),
        (lambda: t.from_npz("/nowhere.npz"), ["`path`", ".npz file", "/nowhere.npz", "does not exist"]),
        (lambda: t.split(np.ones((20, 2)), np.arange(20.0)), ["`labels`", ">= 0", "float64", "from 0"]),
        (lambda: t.split(np.ones((20, 2)), np.arange(20) - 1), ["`labels`", ">= 0", "smallest -1", "from 0"]),
        (lambda: t.split(np.ones((20, 2)), np.arange(19)), ["`labels`", "20 images, 19 labels"]),
        (lambda: t.split(np.ones((20, 2)), np.arange(20)), ["`labels`", "first 80 %", "[16, 17, 18, 19]", "Shuffle"]),
        (lambda: t.split(np.ones((9, 2)), np.zeros(9, int)), ["`labels`", "at least 10", "9 examples"]),
        (lambda: t.split(np.ones((20, 2)), [None] * 20), ["`labels`", ">= 0", "object"]),
        (lambda: t.split(np.ones((20, 2)), np.full(20, 2**40)), ["`labels`", "below 2^31", "1099511627776"]),
        (lambda: t.split(np.full((20, 2), np.nan), np.zeros(20, int)), ["`images`", "finite", "20 images", "at 0"]),
        (lambda: t.split(np.ones(20), np.zeros(20, int)), ["`images`", "(n, ...)", "(20,)"]),
        (lambda: t.InContextRegression(zero, constant, D=0), ["`D`", ">= 1", "0", "size of x"]),
        (lambda: t.AssociativeRecall(zero, constant, pairs=3, keys=2), ["`keys`", ">= 3", "2", "3 pairs"]),
        (lambda: t.AssociativeRecall(zero, constant, values=1), ["`values`", ">= 2", "1", "recall"]),
        (lambda: t.AssociativeRecall(zero, constant, values=3), ["`model`", "(3,)", "(2,)", "(positions, 3)"]),
        (lambda: t.AssociativeRecall(zero, constant, encoding="tokens"), ["`encoding`", "'tokens'", "TokenPairs()"]),
        (lambda: t.Copying(cases.recurrent, delay=0), ["`delay`", ">= 1", "0"]),
        (lambda: t.Copying(lambda key: cases.recurrent(3), delay=1, alphabet=1), ["`alphabet`", ">= 2", "1"]),
        (lambda: t.Copying(lambda key: cases.recurrent(4), delay=1, lanes=0, alphabet=2), ["`lanes`", ">= 1", "0"]),
        (lambda: t.Copying(zero, delay=1, delays=[1]), ["`delays`", "None for whole", "[1]", "window"]),
        (
            lambda: t.Copying(zero, delay=1, lanes=2, window=3, delays=[1]),
            ["`delays`", "2 integers", "[1]"],
        ),
        (lambda: t.StringMemorisation(zero, length=9, longest=8), ["`length`", "[1, 8]", "9", "longest"]),
        (lambda: t.CharLm("", cases.recurrent), ["`text`", "at least 40", "''", "pathlib.Path"]),
        (lambda: t.CharLm("data/kjv.txt.gz", cases.recurrent), ["`text`", "at least 40", "kjv", "pathlib.Path"]),
        (lambda: t.CharLm("a" * 99, cases.recurrent), ["`text`", "not all equal", "aaa"]),
        (lambda: t.CharLm(3, cases.recurrent), ["`text`", "str or Path", "3", "file"]),
        (lambda: t.CharLm(Path("/nowhere.txt"), cases.recurrent), ["`text`", "/nowhere.txt", "does not exist"]),
        (lambda: t.CharLm(cases.TEXT, cases.recurrent, window=900), ["`window`", "363]", "900", "364 characters"]),
        (lambda: t.CharLm(cases.TEXT, cases.recurrent, lanes=0), ["`lanes`", "[1, 363]", "0"]),
        (lambda: t.CharLmCrops(cases.TEXT, lambda V, key: 0.0, constant, context=30), ["`context`", "[1, 19]", "30"]),
        (lambda: t.CharLmCrops(cases.TEXT, lambda V, key: 0.0, constant, context=9), ["`model`", "(9, 28)", "(9, 2)"]),
    ],
)
def test_refusals(make, parts):
    with pytest.raises((ValueError, TypeError, FileNotFoundError)) as error:
        make()
    assert all(part in str(error.value) for part in parts), str(error.value)


def test_a_recurrent_network_without_readout_is_refused():
    from evo import models as m

    with pytest.raises(ValueError, match=r"`model` must make networks with outputs \(4,\); got \(3,\).*WithReadout"):
        t.Copying(cases.network(lambda key: m.Gru(4, 3, key=key)), delay=1, alphabet=2)


def archive(folder):
    np.savez(folder / "whole.npz", images=np.ones((20, 2)), labels=np.arange(20) % 2)
    return (folder / "whole.npz").read_bytes()


def damaged(content):
    return content[:20] + bytes(byte ^ 255 for byte in content[20:30]) + content[30:]


def test_broken_files_are_refused(tmp_path):
    for name, content, load in (
        ("a.npz", b"nothing", t.from_npz),
        ("a.txt.gz", b"nothing", lambda path: t.read_corpus(path)),
        ("b.txt", b"\xff\xfe" * 30, lambda path: t.read_corpus(path)),
        ("c.txt.gz", damaged(gzip.compress(bytes(range(128)) * 2)), lambda path: t.read_corpus(path)),
        ("d.npz", b"", t.from_npz),
        ("e.npz", b"PK\x03\x04 cut", t.from_npz),
        ("f.npz", damaged(archive(tmp_path)), t.from_npz),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"must .*; got .*"):
            load(path)
    np.savez(tmp_path / "half.npz", images=np.ones((20, 2)))
    with pytest.raises(ValueError, match=r"`path` must hold the arrays images and labels; got \['images'\]. .*half"):
        t.from_npz(tmp_path / "half.npz")


def test_levels_in_closed_form():
    assert t.Copying(lambda key: cases.recurrent(10), delay=100).chance == pytest.approx(10 * math.log(8) / 120)
