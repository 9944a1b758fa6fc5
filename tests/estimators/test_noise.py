"""Laws of entries: moments, independence across elements, pairs, leaves and keys; the generator of JAX passes the same.

A sum of n independent products of entries, divided by sqrt(n), is normal to within the law of such sums at these n;
each bound is the normal quantile for its number of sums.
"""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from evo.estimators import ByteSum, Gaussian, Popcount, Rademacher
from evo.estimators.smoothing import noise as library
from evo.oracles import child
from tests.statistical import FALSE_ALARM, count_limits

LAWS = [ByteSum(), Popcount(), Rademacher(), Gaussian()]
CHEAP = LAWS[:3]
WORD, GOLDEN = 2**32, 0x9E3779B9


def rows_of(law, rows, count, key=None):
    """The directions of `rows` pairs with one leaf of `count` numbers."""
    key = child(jax.random.key(1), "directions") if key is None else key
    draw = jax.jit(lambda key: jax.lax.map(lambda pair: law.direction(key, pair, jnp.zeros(count)), jnp.arange(rows)))
    return np.asarray(draw(key), np.float64)


def entries(law, words, count):
    """The entries under the two words of a key, one row per key."""

    def draw(pair):
        return law.entries(jax.random.wrap_key_data(pair, impl="threefry2x32"), (count,), jnp.float32)

    return np.asarray(jax.jit(lambda words: jax.lax.map(draw, words))(jnp.asarray(words, jnp.uint32)), np.float64)


def bound(sums):
    """What the largest of so many standard normal numbers exceeds with probability at most `FALSE_ALARM`."""
    return scipy.stats.norm.isf(FALSE_ALARM / (2 * sums))


def largest(z):
    """The largest entry of a list of normalised sums, in units of its bound."""
    z = np.abs(np.ravel(z))
    return z.max() / bound(z.size)


def squares(z):
    """The centred squares, with variance 1 if z is normal; nothing for signs."""
    s = z**2 - 1
    deviation = s.std()
    return s / deviation if deviation > 1e-6 else s


def lags(z, at):
    return [np.sum(z[:, lag:] * z[:, :-lag]) / np.sqrt(z[:, lag:].size) for lag in at]


def moments(z, law):
    """Normalised errors of the first four moments; those of even order by the variance in the sample."""
    found = [z.sum() / np.sqrt(z.size), (z**3).sum() / np.sqrt((z**6).sum())]
    for power, value in ((2, 1.0), (4, law.kurtosis)):
        deviation = (z**power).std()
        error = np.mean(z**power) - value
        found.append(error / deviation * np.sqrt(z.size) if deviation > 1e-6 else error * 1e6)
    return found


def check(z, law, at):
    """Moments, lags, and rows against each other."""
    assert largest(moments(z, law)) < 1
    assert largest(lags(z, at)) < 1
    assert largest(lags(squares(z), at)) < 1
    for values in (z, squares(z)):
        rows = (values @ values.T / np.sqrt(z.shape[1]))[np.triu_indices(len(z), 1)]
        assert largest(rows) < 1
        if rows.std() > 0:  # a chi-square number, nearly normal
            assert abs(rows.var() - 1) * np.sqrt(len(rows) / 2) < 1.5 * bound(1)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_moments_rows_and_lags(law):
    check(rows_of(law, 32, 8192), law, (1, 2, 3, 4, 8, 16, 31, 32, 33, 64, 1024))


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_moments_rows_and_lags_at_length(law):
    at = [1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 100, *(2**k for k in range(6, 15))]
    check(rows_of(law, 512, 20_000), law, at)


@pytest.mark.parametrize("law", CHEAP, ids=lambda law: type(law).__name__)
def test_keys_that_differ_in_one_bit(law):
    bases = [(0, 0), (0x12345678, 0x9ABCDEF0)]
    words = list(bases)
    for base, bit in itertools.product(bases, range(64)):
        words.append(tuple(word ^ (1 << (bit % 32) if bit // 32 == place else 0) for place, word in enumerate(base)))
    z = entries(law, words, 2**14)
    for values in (z, squares(z)):
        for i in range(2):
            others = values[2 + 64 * i : 66 + 64 * i]
            assert largest(others @ values[i] / np.sqrt(z.shape[1])) < 1


@pytest.mark.slow
@pytest.mark.parametrize("law", CHEAP, ids=lambda law: type(law).__name__)
def test_keys_that_differ_in_one_bit_at_length(law):
    z = entries(law, [(7, 7), *((7 ^ (1 << b), 7) for b in range(32)), *((7, 7 ^ (1 << b)) for b in range(32))], 2**20)
    for values in (z, squares(z)):
        assert largest(values[1:] @ values[0] / np.sqrt(z.shape[1])) < 1


def words_of(key, count):
    return np.asarray(library.hashed(key, jnp.arange(count, dtype=jnp.uint32)))


def test_bits_are_balanced_and_change_with_every_key_bit():
    count = 2**14
    for seed in range(2):
        word = words_of(jax.random.key(seed), count)
        low, high = count_limits(count, 0.5, cells=2 * 32 + 32 * 64)
        ones = ((word[:, None] >> np.arange(32, dtype=np.uint32)) & 1).sum(axis=0)
        assert (low <= ones).all() and (ones <= high).all()
        data = np.asarray(jax.random.key_data(jax.random.key(seed)))
        flipped = np.stack([data ^ np.array([(1 << b) % WORD, (1 << b) // WORD], np.uint32) for b in range(64)])
        other = np.asarray(
            jax.vmap(lambda w: library.hashed(jax.random.wrap_key_data(w), jnp.arange(count, dtype=jnp.uint32)))(
                jnp.asarray(flipped)
            )
        )
        changed = (((other ^ word)[:, :, None] >> np.arange(32, dtype=np.uint32)) & 1).sum(axis=1)
        assert (low <= changed).all() and (changed <= high).all()


def test_leaves_pairs_and_short_leaves():
    law, key = ByteSum(), jax.random.key(5)
    like = {"a": jnp.zeros(3), "b": jnp.zeros((2, 2)), "c": jnp.zeros(()), "d": jnp.zeros(3)}
    draw = jax.jit(jax.vmap(lambda pair: law.direction(key, pair, like)))
    drawn = draw(jnp.arange(8192))
    z = np.concatenate([np.asarray(leaf).reshape(8192, -1) for leaf in jax.tree.leaves(drawn)], axis=1)
    for values in (z, squares(z)):
        assert largest((values.T @ values / np.sqrt(8192))[np.triu_indices(z.shape[1], 1)]) < 1  # leaf to leaf
        assert largest([np.sum(values[lag:] * values[:-lag], axis=0) / np.sqrt(8192 - lag) for lag in (1, 2, 64)]) < 1
    assert largest(moments(z, law)) < 1
    one = law.direction(key, 17, like)  # what a pair draws does not depend on who else is drawn
    assert all((np.asarray(x[17]) == y).all() for x, y in zip(jax.tree.leaves(drawn), jax.tree.leaves(one)))


def test_a_leaf_begins_alike_at_any_length():
    key = jax.random.key(2)
    for law in CHEAP:
        np.testing.assert_array_equal(law.entries(key, (7,), jnp.float32), law.entries(key, (100,), jnp.float32)[:7])


def plain_rounds(x, word):
    """The three rounds of the library in NumPy."""
    x = ((x ^ (x >> 16)) * library._FIRST + word).astype(np.uint32)
    x = ((x ^ (x >> 15)) * library._SECOND).astype(np.uint32)
    x = ((x ^ (x >> 13)) * library._FIRST).astype(np.uint32)
    return x ^ (x >> 16)


def normalised(word):
    return (word.view(np.uint8).reshape(*word.shape, 4).sum(axis=-1, dtype=np.int64) - 510) / np.sqrt(21845.0)


#: hashes that are broken, of an index and the two words of a key
BROKEN = {
    "without the key": lambda i, first, second: plain_rounds(i * np.uint32(GOLDEN), np.uint32(0)),
    "shifted copies": lambda i, first, second: plain_rounds((i + first % 8) * np.uint32(GOLDEN), np.uint32(5)),
    "one round": lambda i, first, second: ((i ^ first) * library._FIRST + second).astype(np.uint32),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_hashes_are_noticed(name):
    words = np.random.default_rng(0).integers(0, WORD, (32, 2), np.uint32)
    z = normalised(np.stack([BROKEN[name](np.arange(8192, dtype=np.uint32), *pair) for pair in words]))
    with pytest.raises(AssertionError):
        check(z, ByteSum(), (1, 2, 3, 4, 5, 6, 7, 8))
    good = [plain_rounds(np.arange(8192, dtype=np.uint32) * np.uint32(GOLDEN) ^ a, b) for a, b in words]
    check(normalised(np.stack(good)), ByteSum(), (1, 2, 3, 4, 5, 6, 7, 8))


def test_a_late_second_word_is_noticed():
    # Without a round of its own the top bit of the second word moves too few bits, which squares show.
    index = np.arange(2**20, dtype=np.uint32) * np.uint32(GOLDEN)
    one, other = (squares(normalised(plain_rounds(index, np.uint32(word)))[None])[0] for word in (0, 2**31))
    assert abs(one @ other) / np.sqrt(index.size) > 2 * bound(1)
