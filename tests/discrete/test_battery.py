"""A battery of statistical tests of the engine's random words and numbers, at test size.

Words come as the engines draw them: from one long stream; from fresh streams of consecutive steps, one word or four of
each; from consecutive runs, whose words are child words; from the steps of many runs in turn; and as position words.
2^20 words of each source (2^24 where marked slow) pass ten tests, and neighbouring streams are compared bit by bit.
The samplers are judged by 2^19 numbers each (real numbers by 2^20, sets of positions by 2^15 or more), from streams
that are seeded anew every four draws or for every set.

Each assertion is a false alarm with probability at most `FALSE_ALARM` = 1e-9, by Bonferroni over its p-values, and
there are fewer than 1000 of them: 1e-6 for the file. Single counts are judged by their exact binomial laws, largest
deviations by the Dvoretzky-Kiefer-Wolfowitz bound; sums of squares by the chi-square law (at least 200 are expected in
every cell) and coinciding spacings by the Poisson law (whose mean is right to 0.1%), where the alarm is approximate.
Every test rejects at least one planted defect at the same size.

It is not TestU01 or PractRand: these see 10^4 to 10^6 times as many words and much longer ranges of dependence.
"""

import functools
import math

import numba
import numpy as np
import pytest
import scipy.stats

import evo
from evo.discrete.engines import streams
from evo.discrete.engines.binomial import binomial, positive_binomial
from evo.discrete.engines.sampling import distinct_positions
from evo.discrete.engines.streams import (
    below,
    child_words,
    exponential,
    fast_exponential,
    next_word,
    position_word,
    seed_stream,
    uniform,
)
from tests.statistical import FALSE_ALARM

_WORDS = 2**20
_MANY = 2**24
_NUMBERS = 2**19
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


# --- p-values ---------------------------------------------------------------------------------------------------------


def _alarm(p_values):
    """The probability, at most, that any of these p-values comes out as small as the smallest did."""
    return min(1.0, np.size(p_values) * float(np.min(p_values)))


def _two_sided(law, value):
    """Exact p-values of both tails."""
    return np.minimum(1.0, 2.0 * np.minimum(law.cdf(value), law.sf(value - 1)))


def _cells(counts, probabilities):
    """Both tails of the sum of squares, and every cell by its binomial law; half of the alarm each."""
    counts = np.ravel(counts)
    probabilities = np.ravel(np.broadcast_to(probabilities, counts.shape))
    total = counts.sum()
    assert abs(probabilities.sum() - 1.0) < 1e-9 and total * probabilities.min() >= 200
    expected = total * probabilities
    law = scipy.stats.chi2(counts.size - 1)
    squares = ((counts - expected) ** 2 / expected).sum()
    single = _alarm(_two_sided(scipy.stats.binom(total, probabilities), counts))
    return min(1.0, 2.0 * min(1.0, 2.0 * law.cdf(squares), 2.0 * law.sf(squares), single))


def _bits(words):
    """The bits, `uint8[N, 64]`, lowest first."""
    return np.unpackbits(np.ascontiguousarray(words).view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")


def _ones(words):
    """How many words have each bit."""
    return np.array([np.count_nonzero(words & np.uint64(1 << bit)) for bit in range(64)])


# --- tests of words: each returns p-values ----------------------------------------------------------------------------


def monobit(words):
    ones = np.bitwise_count(words).sum(dtype=np.int64)
    return _two_sided(scipy.stats.binom(64 * len(words), 0.5), ones)


def single_bits(words):
    return _two_sided(scipy.stats.binom(len(words), 0.5), _ones(words))


def bytes_and_nibbles(words):
    parts = words.view(np.uint8).reshape(-1, 8)
    tables = [np.bincount(parts[:, place], minlength=256) for place in range(8)]
    halves = [table.reshape(16, 16).sum(axis=axis) for table in tables for axis in (0, 1)]
    return [_cells(table, 1.0 / len(table)) for table in (*tables, *halves)]


def serial_pairs(words):
    """Five bits of a word and five of the next one, both highest, both lowest, or crossed; pairs do not overlap."""
    ends = (words >> np.uint64(59)).astype(np.int64), (words & np.uint64(31)).astype(np.int64)
    pairs = [(one[0::2] << 5) + other[1::2] for one in ends for other in ends]
    return [_cells(np.bincount(pair, minlength=1024), 2.0**-10) for pair in pairs]


def gaps(words):
    """Waiting times for four highest or lowest bits of 0; the first gaps, so many that the words always suffice."""
    number = int(0.9 * len(words) / 16)  # fewer in the words with a probability below 1e-100
    truth = np.append(15.0 ** np.arange(40) / 16.0 ** np.arange(1, 41), (15.0 / 16.0) ** 40)
    found = []
    for hit in (words >> np.uint64(60) == 0, words & np.uint64(15) == 0):
        waits = np.diff(np.flatnonzero(hit), prepend=-1)[:number] - 1
        if len(waits) < number:
            return [0.0]
        found.append(_cells(np.bincount(np.minimum(waits, 40), minlength=41), truth))
    return found


@numba.njit
def _run_lengths(words, number, counts):
    """Lengths of runs up; the word that ends a run is left out, so that runs are independent (Knuth, 3.3.2 G)."""
    place = 0
    for _ in range(number):
        length = 1
        while place + length < words.shape[0] and words[place + length] > words[place + length - 1]:
            length += 1
        if place + length >= words.shape[0]:
            return False
        counts[min(length, counts.shape[0]) - 1] += 1
        place += length + 1
    return True


def runs_up(words):
    number = int(0.35 * len(words))  # a run takes e words on average; more than are there: below 1e-100
    lengths = np.arange(1, 6)
    truth = [1.0 / math.factorial(r) - 1.0 / math.factorial(r + 1) for r in lengths]
    counts = np.zeros(6, dtype=np.int64)
    if not _run_lengths(words, number, counts):
        return [0.0]
    return [_cells(counts, [*truth, 1.0 - sum(truth)])]


def birthday_spacings(words):
    """2048 birthdays in a year of 2^30 days (Marsaglia): m (m - 1) (m - 2) / 4 n equal spacings, by the Poisson law.

    The mean is that of pairs of equal spacings; that three of them count as two and not as three takes 0.1% off.
    """
    groups = words.reshape(-1, 2048)
    law = scipy.stats.poisson(len(groups) * 2048.0 * 2047.0 * 2046.0 / 2.0**32)
    found = []
    for shift in (0, 17, 34):
        days = np.sort((groups >> np.uint64(shift)) & np.uint64(2**30 - 1), axis=1)
        spacings = np.sort(np.diff(days, axis=1), axis=1)
        found.append(_two_sided(law, (np.diff(spacings, axis=1) == 0).sum()))
    return found


def hamming_weights(words):
    """The numbers of ones of a word and of one 1 to 8 words later, in five classes; pairs do not overlap."""
    edges = np.array([27, 30, 33, 36])
    shares = np.diff(np.concatenate([[0.0], scipy.stats.binom(64, 0.5).cdf(edges), [1.0]]))
    classes = np.searchsorted(edges, np.bitwise_count(words))
    found = []
    for lag in (1, 2, 3, 4, 8):
        blocks = classes[: len(classes) // (2 * lag) * 2 * lag].reshape(-1, 2, lag)
        pairs = np.bincount((5 * blocks[:, 0] + blocks[:, 1]).ravel(), minlength=25)
        found.append(_cells(pairs, np.outer(shares, shares).ravel()))
    return found


@numba.njit
def _ranks(matrices, counts):
    for index in range(matrices.shape[0]):
        rows, rank = matrices[index].copy(), 0
        for column in range(64):
            bit = np.uint64(1) << np.uint64(column)
            pivot = rank
            while pivot < 64 and not rows[pivot] & bit:
                pivot += 1
            if pivot < 64:
                row = rows[pivot]
                rows[pivot] = rows[rank]
                rows[rank] = row
                for other in range(pivot + 1, 64):
                    if rows[other] & bit:
                        rows[other] ^= row
                rank += 1
        counts[min(64 - rank, counts.shape[0] - 1)] += 1


def matrix_rank(words):
    """Ranks 64, 63 and less of the 64 x 64 matrices of consecutive words over the field of two elements."""
    full = math.prod(1.0 - 2.0**-i for i in range(1, 65))
    counts = np.zeros(3, dtype=np.int64)
    _ranks(words.reshape(-1, 64), counts)
    next_to_full = full * (1.0 - 2.0**-64) / (1.0 - 2.0**-1) ** 2 / 2.0
    return [_cells(counts, [full, next_to_full, 1.0 - full - next_to_full])]


def neighbours(words):
    """Every bit of a word against every bit of the next one: 4096 binomial numbers; pairs do not overlap."""
    return correlation(words[0::2], words[1::2])


def correlation(one, other):
    both = np.zeros((64, 64))
    for place in range(0, len(one), 2**16):
        left, right = (_bits(words[place : place + 2**16]).astype(np.float32) for words in (one, other))
        both += left.T @ right  # integers below 2^24: exact
    ones = [_ones(words) for words in (one, other)]
    agree = len(one) - np.add.outer(*ones) + 2 * both.astype(np.int64)
    pairs = _two_sided(scipy.stats.binom(len(one), 0.5), agree.ravel())
    distance = np.bitwise_count(one ^ other).sum(dtype=np.int64)
    return [_alarm(pairs), _two_sided(scipy.stats.binom(64 * len(one), 0.5), distance)]


_TESTS = {
    test.__name__: test
    for test in (
        monobit,
        single_bits,
        bytes_and_nibbles,
        serial_pairs,
        gaps,
        runs_up,
        birthday_spacings,
        hamming_weights,
        matrix_rank,
        neighbours,
    )
}

# --- sources of words -------------------------------------------------------------------------------------------------


@numba.njit
def _of_steps(words, per, out):
    """`per` words of the stream of every step."""
    stream = np.empty(4, dtype=np.uint64)
    for place in range(out.shape[0]):
        if place % per == 0:
            seed_stream(stream, words[0], words[1], place // per)
        out[place] = next_word(stream)


@numba.njit
def _of_runs(words, label, steps, out):
    """The first words of steps 0, 1, ... of many runs in turn; with one step, of consecutive runs."""
    stream, own = np.empty(4, dtype=np.uint64), np.empty(2, dtype=np.uint64)
    runs = out.shape[0] // steps
    for run in range(runs):
        child_words(words, label[0], label[1], run, own)
        for step in range(steps):
            seed_stream(stream, own[0], own[1], step)
            out[step * runs + run] = next_word(stream)


@numba.njit
def _of_positions(words, positions, out):
    stream = np.empty(4, dtype=np.uint64)
    for place in range(out.shape[0]):
        if place % positions == 0:
            seed_stream(stream, words[0], words[1], place // positions)
        out[place] = position_word(stream, place % positions)


_SOURCES = {
    "one long stream": lambda words, out: _of_steps(words, len(out), out),
    "one word of each step": lambda words, out: _of_steps(words, 1, out),
    "four words of each step": lambda words, out: _of_steps(words, 4, out),
    "one word of each run": lambda words, out: _of_runs(words, streams.RUN, 1, out),
    "steps of 256 runs in turn": lambda words, out: _of_runs(words, streams.RUN, len(out) // 256, out),
    "positions of each step": lambda words, out: _of_positions(words, 100, out),
}


@functools.cache
def _source(name, number, seed=0):
    out = np.empty(number, dtype=np.uint64)
    _SOURCES[name](evo.Key(seed).words(), out)
    out.flags.writeable = False
    return out


@pytest.mark.parametrize("test", _TESTS)
@pytest.mark.parametrize("source", _SOURCES)
def test_words(source, test):
    assert _alarm(_TESTS[test](_source(source, _WORDS))) >= FALSE_ALARM


@pytest.mark.slow
@pytest.mark.parametrize("source", _SOURCES)
def test_many_words(source):
    words = np.empty(_MANY, dtype=np.uint64)
    _SOURCES[source](evo.Key(1).words(), words)
    for test in _TESTS.values():
        assert _alarm(test(words)) >= FALSE_ALARM


# --- defects of words -------------------------------------------------------------------------------------------------


def _counter(words):
    """A counter without mixing."""
    return np.arange(len(words), dtype=np.uint64)


def _weyl(words):
    """A counter in steps of the golden ratio, without mixing; its single bits are in balance."""
    return _GOLDEN * np.arange(len(words), dtype=np.uint64)


def _stuck(words):
    """Bit 17 is always set."""
    return words | np.uint64(1 << 17)


def _sticky(words):
    """Bit 17 is set with probability 0.505 (in place of 0.5)."""
    return words | np.where(np.arange(len(words)) % 100 == 0, np.uint64(1 << 17), np.uint64(0))


def _short_byte(words):
    """The highest byte is never 255."""
    return np.where(words >> np.uint64(56) == 255, words ^ np.uint64(1 << 56), words)


def _antithetic(words):
    """Every second word is the complement of the one before."""
    found = words.copy()
    found[1::2] = ~words[0::2]
    return found


def _rotated(words):
    """Every second word is the one before, rotated by 13: its own bits are in order."""
    found, before = words.copy(), words[0::2]
    found[1::2] = (before << np.uint64(13)) | (before >> np.uint64(51))
    return found


def _echo(words):
    """One word in ten is the one before."""
    found = words.copy()
    found[1::10] = words[0::10][: len(found[1::10])]
    return found


def _linear(words):
    """Marsaglia's xorshift: 64 consecutive states are linearly independent, which random ones are 3 times in 10."""
    states = words[::64].copy()
    found = np.empty((len(states), 64), dtype=np.uint64)
    for place in range(64):
        found[:, place] = states
        states ^= states << np.uint64(13)
        states ^= states >> np.uint64(7)
        states ^= states << np.uint64(17)
    return found.ravel()


def _unmixed_seed(words):
    """First words of xoshiro256++ streams that are seeded by a counter without mixing."""
    first = np.uint64(0x0123456789ABCDEF) + np.arange(len(words), dtype=np.uint64)
    total = first + (first + _GOLDEN)
    return ((total << np.uint64(23)) | (total >> np.uint64(41))) + first


_DEFECTS = {
    "monobit": (_counter, _stuck),
    "single_bits": (_counter, _stuck, _sticky, _unmixed_seed),
    "bytes_and_nibbles": (_counter, _weyl, _stuck, _short_byte, _unmixed_seed),
    "serial_pairs": (_counter, _weyl, _antithetic, _echo, _unmixed_seed),
    "gaps": (_counter, _weyl, _antithetic, _echo, _unmixed_seed),
    "runs_up": (_counter, _weyl, _antithetic, _echo, _unmixed_seed),
    "birthday_spacings": (_counter, _weyl, _echo, _unmixed_seed),
    "hamming_weights": (_counter, _antithetic, _rotated, _echo, _unmixed_seed),
    "matrix_rank": (_counter, _linear, _unmixed_seed),
    "neighbours": (_counter, _antithetic, _rotated, _echo),
}


def test_every_test_has_a_defect():
    assert _DEFECTS.keys() == _TESTS.keys()


@pytest.mark.parametrize("test", _TESTS)
def test_defects_of_words_are_rejected(test):
    words = _source("one long stream", _WORDS)
    for defect in _DEFECTS[test]:
        assert _alarm(_TESTS[test](defect(words))) < FALSE_ALARM, defect.__doc__


# --- neighbouring streams ---------------------------------------------------------------------------------------------


@numba.njit
def _of_keys(keys, indices, skip, out):
    stream = np.empty(4, dtype=np.uint64)
    for place in range(out.shape[0]):
        seed_stream(stream, keys[place, 0], keys[place, 1], indices[place])
        for _ in range(skip):
            next_word(stream)
        out[place] = next_word(stream)


def _firsts(keys, indices, skip=0):
    out = np.empty(len(indices), dtype=np.uint64)
    _of_keys(np.broadcast_to(keys, (len(indices), 2)), indices, skip, out)
    return out


@functools.cache
def _keys(kind):
    """The words of 2^14 consecutive seeds, or runs."""
    key = evo.Key(2)
    return np.array([(evo.Key(i) if kind == "seeds" else key.child("run", i)).words() for i in range(2**14)])


@pytest.mark.parametrize("skip", [0, 1, 3])
@pytest.mark.parametrize("apart", [1, 2, 3, 2**16, 2**31, 2**32, 2**52])
def test_neighbouring_steps_are_independent(apart, skip):
    """The first, second or fourth words of 2^17 streams whose steps are so far apart."""
    key, steps = evo.Key(3).words(), np.arange(2**17)
    assert _alarm(correlation(_firsts(key, steps, skip), _firsts(key, steps + apart, skip))) >= FALSE_ALARM


@pytest.mark.parametrize("kind", ["seeds", "runs"])
@pytest.mark.parametrize("step", [0, 1, 1000])
def test_neighbouring_seeds_and_runs_are_independent(kind, step):
    """The same step of neighbours among 2^14, and one step of one against the next step of the other."""
    keys = _keys(kind)
    here = _firsts(keys, np.full(len(keys), step))
    after = _firsts(keys, np.full(len(keys), step + 1))
    for one, other in ((here[:-1], here[1:]), (here[:-1], after[1:]), (here, after)):
        assert _alarm(correlation(one, other)) >= FALSE_ALARM


def test_single_bits_of_key_and_step_turn_half_of_the_words():
    """All 128 bits of the key and 63 bits of the step, in 2^11 streams each."""
    rng = evo.Key(4).numpy()
    keys = rng.integers(0, 2**64, (2**11, 2), dtype=np.uint64)
    steps = rng.integers(0, 2**40, 2**11)
    plain, found = _firsts(keys, steps), []
    for bit in range(64):
        flip = np.uint64(1 << bit)
        turned = [
            _firsts(keys ^ np.array([flip, 0], np.uint64), steps),
            _firsts(keys ^ np.array([0, flip], np.uint64), steps),
        ]
        if bit < 63:
            turned.append(_firsts(keys, steps ^ (1 << bit)))
        for words in turned:
            changed = _bits(words ^ plain).sum(axis=0)
            found.append(_two_sided(scipy.stats.binom(len(plain), 0.5), changed))
    assert _alarm(found) >= FALSE_ALARM


def test_defects_of_neighbouring_streams_are_rejected():
    """Streams seeded without mixing, one stream that serves two steps, and a bit that the next stream repeats."""
    words = _firsts(evo.Key(3).words(), np.arange(2**15))
    unmixed = _unmixed_seed(words)
    assert _alarm(correlation(unmixed[:-1], unmixed[1:])) < FALSE_ALARM
    shared = np.where(np.arange(len(words)) % 16 == 0, words, np.roll(words, 1))
    assert _alarm(correlation(words, shared)) < FALSE_ALARM
    turned = _bits(unmixed ^ _unmixed_seed(words)[np.arange(len(words)) ^ 1]).sum(axis=0)  # the other lowest bit
    assert _alarm(_two_sided(scipy.stats.binom(len(words), 0.5), turned)) < FALSE_ALARM
    other = np.roll(words, 1)
    copied = (other & ~np.uint64(1)) | ((words >> np.uint64(40)) & np.uint64(1))
    assert _alarm(correlation(words, copied)) < FALSE_ALARM


# --- samplers: each judge returns p-values ----------------------------------------------------------------------------


def _drawer(draw):
    """The compiled loop of one sampler: numbers for (a, b), from streams that are seeded anew every four draws."""
    draw = numba.njit(draw)

    @numba.njit
    def loop(words, a, b, out):
        stream = np.empty(4, dtype=np.uint64)
        for place in range(out.shape[0]):
            if place % 4 == 0:
                seed_stream(stream, words[0], words[1], place // 4)
            out[place] = draw(stream, a, b)

    return loop


def _numbers(loop, a, b, number=_NUMBERS, dtype=np.int64):
    out = np.empty(number, dtype=dtype)
    loop(evo.Key(9).words(), a, b, out)
    return out


def _kolmogorov(sample, cdf):
    """P(sup |F_N - F| > D) <= 2 exp(-2 N D^2) (Dvoretzky, Kiefer, Wolfowitz; Massart, 1990)."""
    values, number = cdf(np.sort(sample)), len(sample)
    places = np.arange(number + 1) / number
    distance = max((places[1:] - values).max(), (values - places[:-1]).max())
    return min(1.0, 2.0 * math.exp(-2.0 * number * distance**2))


# --- integers below a bound -------------------------------------------------------------------------------------------


def _careless_below(stream, bound, kind):
    if kind == 0:
        return np.int64((next_word(stream) >> np.uint64(32)) % np.uint64(bound))
    if kind == 1:
        return np.int64(((next_word(stream) >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32))
    return below(stream, bound - 1)


_below = _drawer(lambda stream, bound, _: below(stream, bound))
_no_below = _drawer(_careless_below)


def _judge_below(values, bound):
    """Every value; of a large bound 256 ranges of values, and the remainders by 3."""
    assert values.min() >= 0 and values.max() < bound
    if bound <= 1000:
        return [_cells(np.bincount(values, minlength=bound), 1.0 / bound)]
    sizes = np.diff(-(-np.arange(257) * bound // 256))
    remainders = (bound - 1 - np.arange(3)) // 3 + 1
    return [
        _cells(np.bincount(values * 256 // bound, minlength=256), sizes / bound),
        _cells(np.bincount(values % 3, minlength=3), remainders / bound),
    ]


@pytest.mark.parametrize("bound", [2, 3, 7, 10, 64, 1000, 10**6, 2**31 - 1, 2**31, 2**31 + 1, 3 * 2**30, 2**32 - 1])
def test_below(bound):
    assert _alarm(_judge_below(_numbers(_below, bound, 0), bound)) >= FALSE_ALARM


def test_defects_of_below_are_rejected():
    """Remainders and products without rejection where they are biased; a last value that never comes."""
    for bound, kind in ((3 * 2**30, 0), (3 * 2**30, 1), (2, 2), (7, 2), (1000, 2)):
        assert _alarm(_judge_below(_numbers(_no_below, bound, kind), bound)) < FALSE_ALARM


@pytest.mark.jit_off
@pytest.mark.parametrize("bound", [1, 2, 3, 7, 1000, 2**31 - 1, 2**31, 2**31 + 1, 3 * 2**30, 2**32 - 1])
def test_every_value_below_has_equally_many_words(bound, monkeypatch):
    """Floor(2^32 / bound) words of 32 bits each: exact, where no sample could tell."""
    taken = []
    monkeypatch.setattr(streams, "next_word", lambda _: taken.pop())

    def accepted(word, value):
        taken[:] = [0xFFFFFFFF << 32, word << 32]  # the highest word is never rejected
        result = below(None, bound)
        assert not taken or result == value
        return len(taken) == 1

    for value in {0, min(1, bound - 1), bound // 3, bound // 2, max(bound - 2, 0), bound - 1}:
        first, end = -(-(value << 32) // bound), -(-((value + 1) << 32) // bound)
        words = {first, min(first + 1, end - 1), end - 1}
        assert sum(accepted(word, value) for word in words) - len(words) == 2**32 // bound - (end - first)


# --- real numbers -----------------------------------------------------------------------------------------------------

_REALS = 2**20


def _careless_exponential(stream, kind, _):
    """Ziggurats that leave out a step: the wedges, the start of the tail, or the independence of layer and place."""
    word = next_word(stream)
    layer = np.int64(word >> np.uint64(56)) if kind == 2 else np.int64(word & np.uint64(255))
    x = np.float64(word >> np.uint64(11)) * 2.0**-53 * streams._ENDS[layer]
    if x < streams._ENDS[layer + 1] or kind == 0:
        return x
    if layer == 0:
        return (0.0 if kind == 1 else streams.EDGE) + exponential(stream)
    height = streams._HEIGHTS[layer] + uniform(stream) * (streams._HEIGHTS[layer + 1] - streams._HEIGHTS[layer])
    return x if height < math.exp(-x) else fast_exponential(stream)


_uniform = _drawer(lambda stream, a, b: uniform(stream))
_exponential = _drawer(lambda stream, a, b: exponential(stream))
_fast_exponential = _drawer(lambda stream, a, b: fast_exponential(stream))
_no_exponential = _drawer(_careless_exponential)


def _judge_uniform(sample):
    assert sample.min() >= 0.0 and sample.max() < 1.0
    lowest = (sample * 2.0**53).astype(np.int64) & 255
    return [_kolmogorov(sample, lambda x: x), _cells(np.bincount(lowest, minlength=256), 1.0 / 256.0)]


def _judge_exponential(sample):
    """The largest deviation, and the tail by factors of two."""
    assert sample.min() >= 0.0
    halvings = np.minimum((sample / math.log(2.0)).astype(np.int64), 12)
    tail = np.append(2.0 ** -np.arange(1, 13), 2.0**-12)
    return [_kolmogorov(sample, lambda x: -np.expm1(-x)), _cells(np.bincount(halvings, minlength=13), tail)]


def test_uniform():
    sample = _numbers(_uniform, 0, 0, _REALS, np.float64)
    assert _alarm(_judge_uniform(sample)) >= FALSE_ALARM
    for defect in (sample**1.01, np.floor(sample * 2.0**48) / 2.0**48, sample * 0.995):
        assert _alarm(_judge_uniform(defect)) < FALSE_ALARM


@pytest.mark.parametrize("loop", [_exponential, _fast_exponential], ids=["exponential", "fast_exponential"])
def test_exponential(loop):
    sample = _numbers(loop, 0, 0, _REALS, np.float64)
    assert _alarm(_judge_exponential(sample)) >= FALSE_ALARM
    cut = np.minimum(sample, streams.EDGE)  # no tail
    for defect in (1.01 * sample, cut):
        assert _alarm(_judge_exponential(defect)) < FALSE_ALARM


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_defects_of_the_ziggurat_are_rejected(kind):
    assert _alarm(_judge_exponential(_numbers(_no_exponential, kind, 0, _REALS, np.float64))) < FALSE_ALARM


# --- binomial numbers -------------------------------------------------------------------------------------------------


def _careless_binomial(stream, n, p):
    """The proposals of transformed rejection, all of them accepted."""
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    while True:
        u = uniform(stream) - 0.5
        us = 0.5 - abs(u)
        if us > 0.0:
            k = (2.0 * a / us + b) * u + n * p + 0.5
            if 0.0 <= k < n + 1.0:
                return int(k)


_binomial = _drawer(lambda stream, n, p: binomial(stream, n, p))
_positive_binomial = _drawer(lambda stream, n, p: positive_binomial(stream, n, p))
_no_binomial = _drawer(_careless_binomial)


def _judge_binomial(values, n, p, positive=False):
    """Cells of an eighth of a standard deviation or of one number, merged until each expects 200."""
    law, total = scipy.stats.binom(n, p), len(values)
    assert values.min() >= positive and values.max() <= n
    lasts = np.arange(law.ppf(1e-7), law.isf(1e-7) + 1, max(1, int(law.std() / 8.0)))
    lasts = lasts[lasts >= positive]
    some = -math.expm1(n * math.log1p(-p)) if positive else 1.0
    above = law.sf(lasts) / some  # of the numbers beyond each cell, without cancellation where p is small
    kept, before = [], 1.0
    for place, rest in enumerate(above):
        if total * min(before - rest, rest) >= 200.0:
            kept.append(place)
            before = rest
    counts = np.bincount(np.searchsorted(lasts[kept], values), minlength=len(kept) + 1)
    return [_cells(counts, -np.diff([1.0, *above[kept], 0.0]))]


def _off(n, p):
    """A probability off by 16 standard errors of its estimate."""
    error = 16.0 * math.sqrt(p * (1.0 - p) / (n * _NUMBERS))
    return p + error if p < 0.5 else p - error


_REGIMES = [
    (1, 0.3),
    (2, 0.5),
    (7, 0.9),
    (50, 1e-4),
    (100, 0.01),
    (1000, 0.001),
    (10**6, 1e-6),
    (2**31 - 1, 1e-9),
    (100, 0.05),
    (19, 0.5),  # the last ones by inversion
    (1000, 0.00999),
    (2**31 - 1, 4.6e-9),
    (20, 0.5),  # the first ones by rejection
    (1000, 0.01),
    (2**31 - 1, 4.7e-9),
    (21, 0.49),
    (1000, 0.5),
    (10**6, 0.2),
    (2**31 - 1, 0.5),
    (1000, 0.995),  # by symmetry
    (1000, 0.97),
    (2**31 - 1, 1.0 - 1e-9),
]


@pytest.mark.parametrize(("n", "p"), _REGIMES)
def test_binomial(n, p):
    assert _alarm(_judge_binomial(_numbers(_binomial, n, p), n, p)) >= FALSE_ALARM
    assert _alarm(_judge_binomial(_numbers(_binomial, n, _off(n, p)), n, p)) < FALSE_ALARM
    if 10.0 <= n * p <= n / 2:
        assert _alarm(_judge_binomial(_numbers(_no_binomial, n, p), n, p)) < FALSE_ALARM


_POSITIVE_REGIMES = [
    (2, 0.3),
    (2, 1e-3),
    (7, 0.9),
    (50, 1e-4),
    (100, 0.01),
    (10**6, 1e-6),
    (2**31 - 1, 1e-10),
    (2**31 - 1, 1e-12),
    (19, 0.5),
    (20, 0.5),
    (1000, 0.00999),
    (1000, 0.01),
    (3, 0.51),
]


@pytest.mark.parametrize(("n", "p"), _POSITIVE_REGIMES)
def test_positive_binomial(n, p):
    values = _numbers(_positive_binomial, n, p)
    assert _alarm(_judge_binomial(values, n, p, positive=True)) >= FALSE_ALARM
    if n * math.log1p(-p) > -4.0:
        raised = np.maximum(_numbers(_binomial, n, p), 1)  # 0 becomes 1, where it must be drawn again
        assert _alarm(_judge_binomial(raised, n, p, positive=True)) < FALSE_ALARM


@pytest.mark.slow
def test_many_numbers():
    """2^24 exponential and 2^22 binomial numbers of every regime."""
    for loop in (_exponential, _fast_exponential):
        assert _alarm(_judge_exponential(_numbers(loop, 0, 0, _MANY, np.float64))) >= FALSE_ALARM
    for n, p in _REGIMES:
        assert _alarm(_judge_binomial(_numbers(_binomial, n, p, _MANY // 4), n, p)) >= FALSE_ALARM
    for n, p in _POSITIVE_REGIMES:
        values = _numbers(_positive_binomial, n, p, _MANY // 4)
        assert _alarm(_judge_binomial(values, n, p, positive=True)) >= FALSE_ALARM


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (1, 0.7), (1, 1e-300), (2**31 - 1, 1e-300), (1000, 1e-30)])
def test_positive_binomial_that_is_one(n, p):
    """Two or more have a probability below n p, here at most 1e-27."""
    assert (_numbers(_positive_binomial, n, p) == 1).all()


# --- sets of positions ------------------------------------------------------------------------------------------------


def _careless_positions(stream, n, count, kind, out):
    """Sets of positions by procedures with a known bias."""
    for place in range(count):
        if kind == 1:  # Floyd's algorithm, from one position too few
            position = below(stream, max(n - count + place, 1))
        else:
            position = below(stream, n)
        taken = True
        while taken:
            taken = False
            for earlier in range(place):
                taken = taken or out[earlier] == position
            if taken:  # the next free position, in place of Floyd's
                position = n - count + place if kind == 1 else (position + 1) % n
        out[place] = position


def _cyclic_shuffle(stream, n, count, out):
    """Every position changes places with a later one, and none stays."""
    for place in range(n):
        out[place] = place
    for place in range(min(count, n - 1)):
        other = place + 1 + below(stream, n - place - 1)
        position = out[other]
        out[other] = out[place]
        out[place] = position


def _choose(words, n, count, kind, members):
    stream = np.empty(4, dtype=np.uint64)
    out = np.empty(n, dtype=np.int64)
    for index in range(members.shape[0]):
        seed_stream(stream, words[0], words[1], index)
        if kind == 0:
            distinct_positions(stream, n, count, out)
        elif kind == 3:
            _shuffled(stream, n, count, out)
        else:
            _carelessly(stream, n, count, kind, out)
        for place in range(count):
            members[index, out[place]] += 1


_carelessly, _shuffled = numba.njit(_careless_positions), numba.njit(_cyclic_shuffle)
_chosen = numba.njit(_choose)


def _sets(n, count, number, kind=0):
    members = np.zeros((number, n), dtype=np.uint8)
    _chosen(evo.Key(6).words(), n, count, kind, members)
    assert members.max() == 1
    return members


def _judge_sets(members, count):
    """All sets are equally likely."""
    n = members.shape[1]
    if count == n - 1:
        return [_cells((members == 0).sum(axis=0), 1.0 / n)]
    masks = np.bincount(members @ (1 << np.arange(n)), minlength=2**n)
    right = np.bitwise_count(np.arange(2**n)) == count
    assert masks[~right].sum() == 0
    return [_cells(masks[right], 1.0 / right.sum())]


def _judge_pairs(members, count):
    """Every position and every pair is in the set with its probability."""
    n, table = members.shape[1], members.astype(np.float32)
    pairs = (table.T @ table).astype(np.int64)
    truth = np.where(np.eye(n) == 1, count / n, count * (count - 1) / (n * (n - 1)))
    return _two_sided(scipy.stats.binom(len(members), truth), pairs)


@pytest.mark.parametrize(("n", "count"), [(5, 1), (5, 2), (6, 3), (8, 4), (10, 5), (12, 3), (12, 11), (122, 121)])
def test_sets_of_positions(n, count):
    """By Floyd's algorithm, and in the last case by the shuffle."""
    assert _alarm(_judge_sets(_sets(n, count, _NUMBERS // (1 + n // 100 * 15)), count)) >= FALSE_ALARM


@pytest.mark.parametrize(("n", "count"), [(200, 3), (200, 100), (200, 150), (300, 121)])
def test_pairs_of_positions(n, count):
    """The first two by Floyd's algorithm, the others by the shuffle."""
    assert _alarm(_judge_pairs(_sets(n, count, 2**15), count)) >= FALSE_ALARM


def test_all_positions():
    assert (_sets(130, 130, 10) == 1).all() and (_sets(7, 7, 10) == 1).all()


def test_defects_of_sets_are_rejected():
    for n, count, kind in ((6, 3, 2), (8, 4, 2), (6, 3, 1), (122, 121, 3)):
        assert _alarm(_judge_sets(_sets(n, count, 2**15, kind), count)) < FALSE_ALARM
    for n, count, kind in ((200, 20, 2), (200, 150, 2)):
        assert _alarm(_judge_pairs(_sets(n, count, 2**15, kind), count)) < FALSE_ALARM
