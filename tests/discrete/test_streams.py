"""Random streams: known answers, independent big-integer versions, Python twins, and calibrated uniformity."""

import itertools
import math

import mpmath
import numba
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core.keys import label_words
from evo.discrete.engines import streams
from evo.discrete.engines.functions import flips as _flips
from evo.discrete.engines.functions import place as _place
from tests.statistical import counts_agree, counts_rejected

_MASK = 2**64 - 1

# --- independent versions, from the published C code ------------------------------------------------------------------


def _rotl(x, k):
    return ((x << k) | (x >> (64 - k))) & _MASK


def _xoshiro256plusplus(s):
    result = (_rotl((s[0] + s[3]) & _MASK, 23) + s[0]) & _MASK
    t = (s[1] << 17) & _MASK
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = _rotl(s[3], 45)
    return result


def _splitmix64(state):
    state[0] = (state[0] + 0x9E3779B97F4A7C15) & _MASK
    z = state[0]
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


@pytest.mark.jit_off
def test_known_answers():
    """The first outputs that the authors' code and other implementations print for these seeds."""
    stream = np.array([1, 2, 3, 4], dtype=np.uint64)
    assert [streams.next_word(stream) for _ in range(5)] == [
        41943041,
        58720359,
        3588806011781223,
        3591011842654386,
        9228616714210784205,
    ]
    golden = 0x9E3779B97F4A7C15
    assert [streams.mix64((1234567 + k * golden) & _MASK) for k in (1, 2, 3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@pytest.mark.jit_off
def test_streams_follow_their_definition():
    for seed in range(20):
        word0, word1 = (int(word) for word in evo.Key(seed).words())
        for index in (0, 1, 2**31, 2**40 + seed):
            mixed = [(word1 + index * 0x9E3779B97F4A7C15 - 0x9E3779B97F4A7C15) & _MASK]
            start = [(word0 + _splitmix64(mixed)) & _MASK]
            state = [_splitmix64(start) for _ in range(4)]
            stream = np.empty(4, dtype=np.uint64)
            streams.seed_stream(stream, np.uint64(word0), np.uint64(word1), index)
            assert stream.tolist() == state
            assert [streams.next_word(stream) for _ in range(10)] == [_xoshiro256plusplus(state) for _ in range(10)]
            assert stream.tolist() == state


@pytest.mark.jit_off
def test_child_words_are_child_keys():
    out = np.empty(2, dtype=np.uint64)
    labels = {"run": streams.RUN, "start": streams.START, "step": streams.STEP}
    labels |= {"instance": streams.INSTANCE, "function": streams.FUNCTION, "other": label_words("other")}
    for label, (low, high) in labels.items():
        for index in (0, 1, 2**32 - 1, 2**32, 2**62 + 3, np.int64(7), np.int64(2**62)):
            for key in (evo.Key(0), evo.Key(2**200)):
                for form in (streams.child_words, _compiled_child):
                    form(key.words(), low, high, index, out)
                    assert out.tolist() == key.child(label, int(index)).words().tolist()


# --- twins ------------------------------------------------------------------------------------------------------------


@numba.njit
def _compiled_child(words, low, high, index, out):
    streams.child_words(words, low, high, index, out)


def _everything(words, index, bounds, numbers, whole, hashes):
    stream = np.empty(4, dtype=np.uint64)
    streams.seed_stream(stream, words[0], words[1], index)
    for place in range(bounds.shape[0]):
        numbers[place, 0] = streams.uniform(stream)
        numbers[place, 1] = streams.exponential(stream)
        whole[place, 0] = streams.below(stream, bounds[place])
        whole[place, 1], whole[place, 2] = streams.two_below(stream, bounds[place], bounds[-1 - place])
        hashes[place, 0] = streams.position_word(stream, place)
        word = streams.next_word(stream)
        hashes[place, 1] = streams.mix64(word)
        hashes[place, 2] = streams.bit_of(word, place % 64)
        hashes[place, 3] = streams.with_bit(word, place % 64)
        numbers[place, 2] = streams.fast_exponential(stream)


_compiled_everything = numba.njit(_everything)


@pytest.mark.jit_off
def test_python_twins_give_the_compiled_numbers():
    bounds = np.concatenate([np.arange(1, 200), [2**31 - 1, 3 * 2**30, 2**32 - 1, 2**31 + 1] * 10]).astype(np.int64)
    results = []
    for form in (_everything, _compiled_everything):
        parts = np.zeros((len(bounds), 3)), np.zeros((len(bounds), 3), np.int64), np.zeros((len(bounds), 4), np.uint64)
        form(evo.Key(5).words(), 12, bounds, *parts)
        results.append(parts)
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    numbers, whole, _ = results[0]
    assert ((numbers[:, 0] >= 0) & (numbers[:, 0] < 1)).all() and (numbers[:, 1:] >= 0).all()
    assert ((whole >= 0) & (whole < np.column_stack([bounds, bounds, bounds[::-1]]))).all()


def _exponentials(words, out):
    stream = np.empty(4, dtype=np.uint64)
    streams.seed_stream(stream, words[0], words[1], 0)
    for place in range(out.shape[0]):
        out[place] = streams.fast_exponential(stream)


@pytest.mark.jit_off
def test_fast_exponential_is_the_same_compiled_in_the_wedges_and_in_the_tail():
    found = [np.empty(40_000) for _ in range(2)]
    _exponentials(evo.Key(8).words(), found[0])
    numba.njit(_exponentials)(evo.Key(8).words(), found[1])
    np.testing.assert_array_equal(*found)
    assert found[0].max() > streams.EDGE


@pytest.mark.jit_off
def test_layers_of_the_exponential():
    """256 layers of equal area that end at height 1, for the one edge for which they do."""
    ends, heights = streams._ENDS, streams._HEIGHTS
    assert len(ends) == len(heights) == 257 and ends[-1] == 0.0 and heights[-1] == 1.0 and ends[1] == streams.EDGE
    with mpmath.workdps(30):
        edge = mpmath.findroot(lambda x: _top(x) - 1, (7.6971, 7.6972), solver="secant")
        assert float(edge) == streams.EDGE
        area = (edge + 1) * mpmath.exp(-edge)  # rectangle and tail
        assert abs(ends[0] * heights[1] / area - 1) < 1e-15
        for layer in range(1, 256):
            assert abs(mpmath.exp(-ends[layer]) - heights[layer]) < 1e-15
            assert abs(ends[layer] * (heights[layer + 1] - heights[layer]) / area - 1) < 1e-12


def _top(edge):
    """The height at which 256 layers end."""
    area, height, end = (edge + 1) * mpmath.exp(-edge), mpmath.exp(-edge), edge
    for _ in range(254):
        height += area / end
        end = -mpmath.log(height)
    return height + area / end


@pytest.mark.jit_off
def test_public_names_are_these_functions():
    assert (d.uniform, d.below, d.exponential, d.next_word) == (
        streams.uniform,
        streams.below,
        streams.exponential,
        streams.next_word,
    )


@pytest.mark.jit_off
def test_bits_of_a_word():
    """Also for positions that come as NumPy integers, and for the sign bit."""
    word = np.uint64(0)
    for place in (0, 31, 32, 62, 63):
        for number in (place, np.int64(place)):
            assert streams.with_bit(word, number) == 2**place
            assert [streams.bit_of(np.uint64(2**64 - 1), number), streams.bit_of(word, number)] == [1, 0]


@pytest.mark.jit_off
def test_position_words_are_the_words_of_all_positions():
    stream = np.empty(4, dtype=np.uint64)
    key = evo.Key(3)
    streams.seed_stream(stream, *key.words(), 9)
    words = streams.position_words(key, 9, 50)
    assert words.tolist() == [streams.position_word(stream, place) for place in range(50)]
    assert len(set(words.tolist())) == 50


# --- uniformity -------------------------------------------------------------------------------------------------------


@numba.njit
def _draw_below(words, first, bound, modulus, counts, runs):
    stream = np.empty(4, dtype=np.uint64)
    for index in range(runs):  # a fresh stream per draw, as in the engines
        streams.seed_stream(stream, words[0], words[1], first + index)
        counts[streams.below(stream, bound) % modulus] += 1


def _below_counts(bound, modulus, runs):
    counts = np.zeros(modulus, dtype=np.int64)
    _draw_below(evo.Key(1).words(), 0, bound, modulus, counts, runs)
    return counts


@pytest.mark.parametrize("bound", [1, 2, 3, 7, 64, 1000])
def test_below_is_uniform(bound):
    counts = _below_counts(bound, bound, 400_000)
    counts_agree(counts, 1.0 / bound)
    if bound > 1:
        defect = np.full(bound, 1.0 / bound)
        defect[-1], defect[0] = 0.0, 2.0 / bound  # the last value is never drawn
        counts_rejected(counts, 1.0 / bound, defect)


def test_below_rejects_what_would_bias_it():
    """Without the rejection step every third value below 3 * 2^30 would come up twice as often as the others."""
    counts = _below_counts(3 * 2**30, 3, 400_000)
    counts_agree(counts, 1.0 / 3.0)
    counts_rejected(counts, 1.0 / 3.0, [0.5, 0.25, 0.25])


@numba.njit
def _draw_two_below(words, one, other, moduli, counts, runs):
    stream = np.empty(4, dtype=np.uint64)
    for index in range(runs):
        streams.seed_stream(stream, words[0], words[1], index)
        first, second = streams.two_below(stream, one, other)
        counts[first % moduli[0], second % moduli[1]] += 1


def _two_below_counts(one, other, moduli):
    counts = np.zeros(moduli, dtype=np.int64)
    _draw_two_below(evo.Key(1).words(), one, other, moduli, counts, 400_000)
    return counts


@pytest.mark.parametrize(("one", "other"), [(1, 1), (1, 6), (7, 1), (5, 8), (33, 30)])
def test_two_below_are_uniform_and_independent(one, other):
    counts = _two_below_counts(one, other, (one, other)).ravel()
    counts_agree(counts, 1.0 / counts.size)
    if counts.size > 1:
        defect = np.full(counts.size, 1.0 / counts.size)
        defect[-1], defect[0] = 0.0, 2.0 / counts.size  # the last pair is never drawn
        counts_rejected(counts, 1.0 / counts.size, defect)


@pytest.mark.parametrize("place", [0, 1])
def test_two_below_reject_what_would_bias_them(place):
    """Without the rejection every third value below 3 * 2^30 would come up twice as often as the others."""
    bounds, moduli = [(3 * 2**30, 4), (4, 3 * 2**30)][place], [(3, 4), (4, 3)][place]
    counts = _two_below_counts(*bounds, moduli)
    counts_agree(counts.ravel(), 1.0 / 12.0)
    biased = np.repeat([0.5, 0.25, 0.25], 4) / 4.0 if place == 0 else np.tile([0.5, 0.25, 0.25], 4) / 4.0
    counts_rejected(counts.ravel(), 1.0 / 12.0, biased)


@numba.njit
def _draw_bins(words, runs, uniform_bins, exponential_bins, pair_bins):
    stream = np.empty(4, dtype=np.uint64)
    bins = uniform_bins.shape[0]
    for index in range(runs):
        streams.seed_stream(stream, words[0], words[1], index)
        first = int(streams.uniform(stream) * bins)
        second = int(math.exp(-streams.exponential(stream)) * bins)
        uniform_bins[first] += 1
        exponential_bins[min(second, bins - 1)] += 1
        pair_bins[first // 8, int(streams.uniform(stream) * bins) // 8] += 1


def test_uniform_and_exponential_numbers():
    runs, bins = 400_000, 64
    counts = [np.zeros(bins, np.int64), np.zeros(bins, np.int64), np.zeros((8, 8), np.int64)]
    _draw_bins(evo.Key(2).words(), runs, *counts)
    for table in counts:
        counts_agree(table, 1.0 / 64.0)
    edges = np.arange(bins + 1) / bins  # an exponential of mean 1.1 in place of 1
    counts_rejected(counts[1], 1.0 / 64.0, np.diff(edges ** (1.0 / 1.1)))


def test_orders_of_positions_are_uniform():
    """The hash order of four positions takes all 24 permutations equally often, over steps and over runs."""
    places = {order: place for place, order in enumerate(itertools.permutations(range(4)))}
    counts = np.zeros(24, dtype=np.int64)
    for index in range(12_000):
        counts[places[tuple(np.argsort(streams.position_words(evo.Key(11), index, 4)).tolist())]] += 1
    counts_agree(counts, 1.0 / 24.0)
    never = np.array([0.0 if order[3] == 0 else 1.0 / 18.0 for order in places])  # position 0 never comes out on top
    counts_rejected(counts, 1.0 / 24.0, never)


# --- standard bit mutation --------------------------------------------------------------------------------------------


def _flip_loop(mutation, rate, n, words, runs, numbers, pairs):
    """Count numbers of flips and pairs of flipped positions; returns whether all flips were distinct positions."""
    stream = np.empty(4, dtype=np.uint64)
    out = np.empty(n, dtype=np.int64)
    seen = np.zeros(n, dtype=np.int64)
    memo = np.zeros(128)
    for index in range(1, runs + 1):
        streams.seed_stream(stream, words[0], words[1], index)
        count = _flips(mutation, rate, n, stream, out, memo)
        numbers[count] += 1
        for place in range(count):
            if not 0 <= out[place] < n or seen[out[place]] == index:
                return False
            seen[out[place]] = index
        if pairs.shape[0] == n:
            for one in range(count):
                for other in range(count):
                    pairs[out[one], out[other]] += 1
    return True


_compiled_flips = numba.njit(_flip_loop)


def _flip_counts(n, rate, runs, with_pairs=False, seed=4, mutation=None):
    numbers = np.zeros(n + 1, dtype=np.int64)
    pairs = np.zeros((n, n) if with_pairs else (0, 0), dtype=np.int64)
    lowered = (d.StandardBits() if mutation is None else mutation).lower(n)
    assert _compiled_flips(lowered, rate, n, evo.Key(seed).words(), runs, numbers, pairs)
    return numbers, pairs


def _binomial(n, rate):
    return np.array([math.comb(n, k) * rate**k * (1.0 - rate) ** (n - k) for k in range(n + 1)])


@pytest.mark.parametrize(
    ("n", "rate"),
    [
        (1, 0.3),
        (50, 0.004),
        (50, 0.02),
        (100, 0.1),
        (40, 0.4),  # n rate = 16: the last one by inversion
        (40, 0.4001),  # the first one by jumps
        (400, 0.04),
        (400, 0.0401),
        (64, 0.9),
        (12, 0.999),
        (30, 0.98),
        (3, 1.0 - 2.0**-53),
        (17, 0.9999),
    ],
)
def test_number_of_flips_is_binomial(n, rate):
    runs = 200_000
    numbers, _ = _flip_counts(n, rate, runs)
    counts_agree(numbers, _binomial(n, rate))
    if rate < 0.99:
        counts_rejected(numbers, _binomial(n, rate), _binomial(n, rate * 1.1 if rate < 0.9 else rate - 0.02))
    if n in (12, 40, 64):  # one position never flips
        counts_rejected(numbers, _binomial(n, rate), np.append(_binomial(n - 1, rate), 0.0))


@pytest.mark.parametrize(("n", "rate"), [(12, 0.1), (12, 0.6), (40, 0.41), (24, 0.95)])
def test_positions_and_pairs_flip_independently(n, rate):
    runs = 200_000
    _, pairs = _flip_counts(n, rate, runs, with_pairs=True)
    truth = np.where(np.eye(n) == 1, rate, rate * rate)
    counts_agree(pairs, truth, runs)
    frozen = truth.copy()
    frozen[n // 2], frozen[:, n // 2] = 0.0, 0.0  # one position never flips
    counts_rejected(pairs, truth, frozen, runs)
    if n * rate == 7.2:  # always about n * rate flips, in place of a binomial number
        joint = np.where(np.eye(n) == 1, rate, rate * (n * rate - 1.0) / (n - 1))
        counts_rejected(pairs, truth, joint, runs)


def test_one_bit_flips_one_uniform_position():
    numbers, pairs = _flip_counts(9, 1.0, 100_000, True, mutation=d.RandomLocalSearch().scheme(9)[1])
    assert numbers.tolist() == [0, 100_000, *[0] * 8]
    counts_agree(np.diag(pairs), 1.0 / 9.0)


@pytest.mark.jit_off
@pytest.mark.parametrize("rate", [1.0, 1.5])
def test_rate_one_flips_everything(rate):
    numbers, _ = _flip_counts(20, rate, 5)
    assert numbers[20] == 5
    assert _flip_counts(20, 0.0, 5)[0][0] == 5


@pytest.mark.jit_off
def test_memory_of_the_mutation_does_not_change_results():
    """A rate that comes and goes gives the same flips as with a fresh memory."""
    lowered, words = d.StandardBits().lower(30), evo.Key(6).words()
    memo, stream = np.zeros(128), np.empty(4, dtype=np.uint64)
    for index, rate in enumerate([0.1, 0.1, 0.3, 0.9, 0.1, 1e-5, 0.5, 0.3] * 40):
        found = []
        for memory in (memo, np.zeros(128)):
            out = np.zeros(30, dtype=np.int64)
            streams.seed_stream(stream, *words, index)
            count = _flips(lowered, rate, 30, stream, out, memory)
            found.append(out[:count].tolist())
        assert found[0] == found[1]


@pytest.mark.jit_off
def test_starts():
    place = np.zeros(70, dtype=np.uint8)
    stream = np.empty(4, dtype=np.uint64)
    ones = np.zeros(70, dtype=np.int64)
    for index in range(300):
        for fraction, expected in ((0.0, 0), (1.0, 70), (0.5, 35), (0.25, 18)):
            streams.seed_stream(stream, *evo.Key(1).words(), index)
            _place(d.Ones(fraction).lower(70), 70, stream, place)
            assert place.sum() == expected
        streams.seed_stream(stream, *evo.Key(2).words(), index)
        _place(d.Uniform().lower(70), 70, stream, place)
        ones += place
    counts_agree(ones, 0.5, 300)
    counts_rejected(ones, 0.5, np.append(np.full(69, 0.5), 0.0), 300)  # the last bit is never set
