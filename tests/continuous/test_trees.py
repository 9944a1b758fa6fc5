"""Trees of real numbers as vectors."""

from collections import OrderedDict, defaultdict
from fractions import Fraction
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evo.continuous.trees import flatten


class Pair(NamedTuple):
    left: object
    right: object


class Foreign:
    """An array of another library."""

    def __init__(self, values, fails=False):
        self.values, self.fails = values, fails

    def __array__(self, dtype=None, copy=None):
        if self.fails:
            raise RuntimeError("it requires grad")
        return np.array(self.values, dtype=dtype)


LEAVES = st.one_of(
    st.floats(-1e6, 1e6),
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=4).map(lambda v: np.array(v, dtype=np.float32)),
    st.tuples(st.integers(1, 3), st.integers(0, 3)).map(lambda shape: np.arange(float(np.prod(shape))).reshape(shape)),
)
TREES = st.recursive(
    LEAVES,
    lambda t: st.one_of(
        st.lists(t, max_size=3),
        st.dictionaries(st.text(max_size=3), t, max_size=3),
        st.tuples(t, t).map(lambda two: Pair(*two)),
        st.tuples(t),
    ),
    max_leaves=8,
)


def same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
    return one == other


@given(TREES)
def test_round_trip(tree):
    try:
        vector, rebuild = flatten(tree)
    except ValueError as error:
        assert "must hold at least one number" in str(error)  # noqa: PT017
        return
    assert vector.dtype == np.float64 and vector.ndim == 1
    assert same(rebuild(vector), tree)
    np.testing.assert_array_equal(flatten(rebuild(2.0 * vector))[0], 2.0 * vector)


def test_rebuilt_trees_are_fresh():
    tree = {"w": np.ones(3), "more": [np.ones(2)]}
    vector, rebuild = flatten(tree)
    first = rebuild(vector)
    first["w"][:] = 7.0
    first["more"][0][:] = 7.0
    assert (vector == 1.0).all() and (tree["w"] == 1.0).all() and (rebuild(vector)["w"] == 1.0).all()


def test_kinds():
    grouped = defaultdict(list, {"b": 1.0, "a": np.zeros((2, 1))})
    tree = [grouped, OrderedDict(z=np.float32(2.0)), 3, Fraction(1, 2), np.arange(2), jnp.ones(2), Foreign([1.0])]
    vector, rebuild = flatten(tree)
    np.testing.assert_array_equal(vector, [1, 0, 0, 2, 3, 0.5, 0, 1, 1, 1, 1])
    back = rebuild(vector)
    assert type(back[0]) is defaultdict and list(back[0]) == ["b", "a"] and type(back[1]) is OrderedDict
    assert [type(leaf) for leaf in (back[1]["z"], back[2], back[3])] == [float, float, float]
    assert back[4].dtype == np.float64
    assert type(back[5]) is np.ndarray and back[5].dtype == np.float32
    assert type(back[6]) is np.ndarray


def test_short_floats():
    vector, rebuild = flatten(jnp.ones(3, dtype=jnp.bfloat16))
    assert rebuild(vector).dtype.name == "bfloat16"
    assert flatten(np.ones(3, dtype=np.float16))[1](vector).dtype == np.float16


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([], r"`start` must hold at least one number; got \[\]. Pass the first guess"),
        ({"a": np.zeros((0, 2))}, "`start` must hold at least one number; got {'a': array.* Pass the first guess"),
        ({"a": [1.0, np.inf]}, r"`start\['a'\]\[1\]` must hold finite numbers; got inf. Replace it"),
        (np.array([0.0, np.nan]), "`start` must hold finite numbers; got nan. Replace it"),
        ({"a": True}, r"`start\['a'\]` must hold real numbers; got True of type bool. Pass numbers and arrays"),
        ((1.0, "adam"), r"`start\[1\]` must hold real numbers; got 'adam' of type str. Pass numbers and arrays"),
        ([None], r"`start\[0\]` must hold real numbers; got None of type NoneType. Pass numbers and arrays"),
        (np.array([True]), "`start` must hold real numbers; got an array of shape .* dtype bool"),
        (1j, "`start` must hold real numbers; got 1j of type complex"),
        (Foreign([1.0], True), r"convert to a NumPy array; .*Convert it .* x.detach\(\).*\(it requires grad\)"),
    ],
)
def test_messages(tree, message):
    with pytest.raises((TypeError, ValueError), match=message):
        flatten(tree)
