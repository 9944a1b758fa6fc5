"""Keys: known answers, one mixing in four languages, labels, immutability."""

from __future__ import annotations

import copy
import pickle

import jax
import jax.numpy as jnp
import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evo
from evo.core.keys import label_words, threefry
from evo.discrete.engines.streams import child_words

WORD = st.integers(0, 2**32 - 1)
BLOCK = st.tuples(WORD, WORD, WORD, WORD)
INDEX = st.integers(0, 2**64 - 1)
PI = "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 082efa98 ec4e6c89"


def words(text):
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(
    ("block", "key", "expected"),
    [
        ((0,) * 4, (0,) * 4, "9c6ca96a e17eae66 fc10ecd4 5256a7d8"),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 4, "2a881696 57012287 f6c7446e a16a6732"),
        (words(PI)[:4], words(PI)[4:], "59cd1dbb b8879579 86b5d00c ac8b6d84"),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_known_answers_of_threefry(block, key, expected):
    """The known-answer vectors of Random123 for Threefry-4x32-20."""
    assert threefry(key, block) == words(expected)
    arrays = [tuple(np.array([word], dtype=np.uint32) for word in item) for item in (key, block)]
    assert tuple(int(word[0]) for word in threefry(*arrays, np.uint32(2**32 - 1))) == words(expected)


@numba.njit
def child_words_compiled(words, low, high, index, out):
    child_words(words, low, high, index, out)


@given(BLOCK, INDEX, st.text(max_size=8))
def test_python_numpy_and_numba_agree(key_words, index, label):
    key = evo.Key._of(key_words)
    child = key.child(label, index)
    low, high = label_words(label)
    for function in (child_words, child_words_compiled):
        out = np.zeros(2, dtype=np.uint64)
        function(key.words(), low, high, np.uint64(index), out)
        assert out.tolist() == child.words().tolist()
    arrays = [np.array([word], dtype=np.uint32) for word in key_words]
    block = [np.array([word], dtype=np.uint32) for word in (low, high, index & 0xFFFFFFFF, index >> 32)]
    enciphered = threefry(tuple(arrays), tuple(block), np.uint32(2**32 - 1))
    assert evo.Key._of(tuple(int(word[0]) for word in enciphered)) == child


@pytest.mark.parametrize("dtype", [jnp.int32, jnp.uint32])
@pytest.mark.parametrize("x64", [False, True])
def test_jax_agrees_traced_and_not(dtype, x64):
    key = evo.Key(7)

    @jax.jit
    def data(index):
        return jax.random.key_data(key.child("a", index).child("b", index).jax())

    with jax.enable_x64(x64), jax.numpy_dtype_promotion("strict"):
        for index in (0, 1, 2**31 - 1):
            expected = key.child("a", index).child("b", index)
            traced = np.asarray(data(jnp.asarray(index, dtype=dtype)))
            assert traced.tolist() == list(expected._words[:2])
            assert traced.tolist() == np.asarray(jax.random.key_data(expected.jax())).tolist()


def test_a_traced_key_shows_itself():
    shown = []

    @jax.jit
    def look(index):
        shown.append(repr(evo.Key(0).child("a", index)))
        return index

    look(jnp.asarray(3))
    assert shown == ["Key(traced)"]


def test_children_depend_on_label_index_and_parent_alone():
    key = evo.Key(7)
    again = evo.Key(7)
    for index in range(5):
        again.child("other", index)
    assert key.child("run", 3) == again.child("run", 3)
    family = [key.child(label, index) for label in ("run", "step", "") for index in (0, 1, 2**32, 2**64 - 1)]
    family += [evo.Key(8).child("run"), key.child("run").child("run")]
    assert len({*family, key}) == len(family) + 1
    assert key.child("run") == key.child("run", 0) == key.child("run", np.int64(0)) == key.child("run", np.array(0))


def test_seeds_of_any_size():
    seeds = [0, 1, 255, 256, 2**64, 2**64 + 1, 2**128, 2**1000]
    assert len({evo.Key(seed) for seed in seeds}) == len(seeds)
    assert evo.Key(np.int64(5)) == evo.Key(5) == evo.Key(evo.Key(5))


def test_seeds_and_labels_mean_the_same_for_ever():
    """Rows of earlier releases rest on them."""
    assert label_words("run") == (0x30435DF7, 0xB14D4285)
    assert label_words("step") == (0x3B4F56B5, 0x8981821E)
    assert repr(evo.Key(0)) == "Key(e67d310b6dd715e425816175b0ac48a5)"
    assert repr(evo.Key(2**200).child("run", 7)) == "Key(182466897074a1fef264085eb016323d)"


def test_keys_are_immutable_values():
    key = evo.Key(3)
    with pytest.raises(AttributeError, match=r"A Key is immutable; derive another one with key\.child"):
        key._words = (0, 0, 0, 0)
    with pytest.raises(AttributeError):
        key.other = 1
    assert pickle.loads(pickle.dumps(key)) == key
    assert copy.deepcopy(key) == key and hash(copy.copy(key)) == hash(key)
    assert key != 3 and key != evo.Key(4)
    assert jax.tree.leaves(key) == [key]  # a leaf, but no array: never traced by accident


def test_numpy_generators_are_fresh_and_differ_by_key():
    key = evo.Key(1)
    assert key.numpy().random() == key.numpy().random()
    assert key.numpy().random() != key.child("a").numpy().random()
