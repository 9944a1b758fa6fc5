"""Random streams of the compiled engines, each function with a masked pure-Python twin.

A stream is `uint64[4]`, the state of xoshiro256++ (Blackman and Vigna, 2021), seeded afresh for every step from two
key words and the step number by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014). No stream is carried from
step to step, so that runs can be resumed, split and compared at any step. The twins give the same numbers with the
JIT off.

Tested by `tests/discrete/test_battery.py`: ten tests of 2^20 words (2^24 where marked slow) from each of six ways to
draw them, comparisons of up to 2^17 neighbouring steps, runs and seeds bit by bit, and 2^15 to 2^20 numbers of each
sampler, at a false alarm of 1e-6 in all. That finds gross errors, of seeding above all; it is no run of TestU01 or
PractRand, and says nothing about longer stretches or weaker dependence.
"""

from __future__ import annotations

import math

import numpy as np
from numba.extending import overload

from evo.core.keys import Key, label_words, threefry

_M64 = 0xFFFFFFFFFFFFFFFF
_M32 = 0xFFFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15
_MIX1 = 0xBF58476D1CE4E5B9
_MIX2 = 0x94D049BB133111EB
_UNIT = 1.0 / 9007199254740992.0  # 2^-53

_G, _A, _B = np.uint64(_GOLDEN), np.uint64(_MIX1), np.uint64(_MIX2)
_S30, _S27, _S31, _S11, _S17, _S32 = (np.uint64(shift) for shift in (30, 27, 31, 11, 17, 32))
_S23, _S41, _S45, _S19 = (np.uint64(shift) for shift in (23, 41, 45, 19))
_LOW = np.uint64(_M32)


def mix64(word):
    """The finaliser of SplitMix64, a bijection of 64-bit words."""
    z = int(word)
    z = ((z ^ (z >> 30)) * _MIX1) & _M64
    z = ((z ^ (z >> 27)) * _MIX2) & _M64
    return z ^ (z >> 31)


@overload(mix64)
def _mix64(word):
    def twin(word):
        z = np.uint64(word)
        z = (z ^ (z >> _S30)) * _A
        z = (z ^ (z >> _S27)) * _B
        return z ^ (z >> _S31)

    return twin


def seed_stream(stream, word0, word1, index):
    """Seed the stream of one step (or of one other numbered event) from two key words."""
    x = (int(word0) + mix64((int(word1) + int(index) * _GOLDEN) & _M64)) & _M64
    for place in range(4):
        x = (x + _GOLDEN) & _M64
        stream[place] = mix64(x)


@overload(seed_stream)
def _seed_stream(stream, word0, word1, index):
    def twin(stream, word0, word1, index):
        x = word0 + mix64(word1 + np.uint64(index) * _G)
        for place in range(4):
            x += _G
            stream[place] = mix64(x)

    return twin


def next_word(stream):
    """The next 64 random bits (xoshiro256++)."""
    s0, s1, s2, s3 = int(stream[0]), int(stream[1]), int(stream[2]), int(stream[3])
    total = (s0 + s3) & _M64
    result = ((((total << 23) & _M64) | (total >> 41)) + s0) & _M64
    shifted = (s1 << 17) & _M64
    s2 ^= s0
    s3 ^= s1
    stream[1] = s1 ^ s2
    stream[0] = s0 ^ s3
    stream[2] = s2 ^ shifted
    stream[3] = ((s3 << 45) & _M64) | (s3 >> 19)
    return result


@overload(next_word)
def _next_word(stream):
    def twin(stream):
        s0, s1, s2, s3 = stream[0], stream[1], stream[2], stream[3]
        total = s0 + s3
        result = ((total << _S23) | (total >> _S41)) + s0
        shifted = s1 << _S17
        s2 ^= s0
        s3 ^= s1
        stream[1] = s1 ^ s2
        stream[0] = s0 ^ s3
        stream[2] = s2 ^ shifted
        stream[3] = (s3 << _S45) | (s3 >> _S19)
        return result

    return twin


def position_word(stream, position):
    """A 64-bit hash of a position under the stream's seed, different for different positions; draws nothing."""
    return mix64((int(stream[0]) + (int(position) + 1) * _GOLDEN) & _M64)


@overload(position_word)
def _position_word(stream, position):
    def twin(stream, position):
        return mix64(stream[0] + np.uint64(position + 1) * _G)

    return twin


def position_words(key: Key, index: int, n: int) -> np.ndarray:
    """`position_word` of all n positions, `uint64[n]`, for the stream that is seeded from (key, index)."""
    stream = np.empty(4, dtype=np.uint64)
    word0, word1 = key.words()
    seed_stream(stream, word0, word1, index)
    z = stream[:1] + np.arange(1, n + 1, dtype=np.uint64) * _G
    z = (z ^ (z >> _S30)) * _A
    z = (z ^ (z >> _S27)) * _B
    return z ^ (z >> _S31)


def uniform(stream):
    """A uniform number in [0, 1) with 53 bits."""
    return (next_word(stream) >> 11) * _UNIT


@overload(uniform)
def _uniform(stream):
    def twin(stream):
        return np.float64(next_word(stream) >> _S11) * _UNIT

    return twin


def position_uniform(stream, position):
    """A uniform number in [0, 1) that belongs to a position under the stream's seed; draws nothing."""
    return (position_word(stream, position) >> 11) * _UNIT


@overload(position_uniform)
def _position_uniform(stream, position):
    def twin(stream, position):
        return np.float64(position_word(stream, position) >> _S11) * _UNIT

    return twin


def below(stream, bound):
    """A uniform integer in [0, bound), exact, for 1 <= bound < 2^32 (Lemire, 2019)."""
    bound = int(bound)
    product = (next_word(stream) >> 32) * bound
    if product & _M32 < bound:
        threshold = (2**32 - bound) % bound
        while product & _M32 < threshold:
            product = (next_word(stream) >> 32) * bound
    return product >> 32


@overload(below)
def _below(stream, bound):
    def twin(stream, bound):
        size = np.uint64(bound)
        product = (next_word(stream) >> _S32) * size
        if product & _LOW < size:
            threshold = (np.uint64(4294967296) - size) % size
            while product & _LOW < threshold:
                product = (next_word(stream) >> _S32) * size
        return np.int64(product >> _S32)

    return twin


def two_below(stream, one, other):
    """Two independent uniform integers in [0, one) and [0, other), exact, for bounds as in `below`, from one word."""
    one, other = int(one), int(other)
    while True:
        word = next_word(stream)
        first, second = (word >> 32) * one, (word & _M32) * other
        if first & _M32 >= (2**32 - one) % one and second & _M32 >= (2**32 - other) % other:
            return first >> 32, second >> 32


@overload(two_below)
def _two_below(stream, one, other):
    def twin(stream, one, other):
        sizes = np.uint64(one), np.uint64(other)
        while True:
            word = next_word(stream)
            first, second = (word >> _S32) * sizes[0], (word & _LOW) * sizes[1]
            if (first & _LOW) < sizes[0] and (first & _LOW) < (np.uint64(4294967296) - sizes[0]) % sizes[0]:
                continue
            if (second & _LOW) < sizes[1] and (second & _LOW) < (np.uint64(4294967296) - sizes[1]) % sizes[1]:
                continue
            return np.int64(first >> _S32), np.int64(second >> _S32)

    return twin


def bit_of(word, place):
    """Bit `place` of a 64-bit word, as 0 or 1."""
    return (int(word) >> int(place)) & 1


@overload(bit_of)
def _bit_of(word, place):
    def twin(word, place):
        return np.int64((word >> np.uint64(place)) & np.uint64(1))

    return twin


def with_bit(word, place):
    """A 64-bit word with bit `place` set."""
    return int(word) | (1 << int(place))


@overload(with_bit)
def _with_bit(word, place):
    def twin(word, place):
        return word | (np.uint64(1) << np.uint64(place))

    return twin


def bit_count(word):
    """How many bits of a 64-bit word are one."""
    return int(word).bit_count()


@overload(bit_count)
def _bit_count(word):
    m1, m2, m4 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    one, two, four, h01, s56 = (np.uint64(number) for number in (1, 2, 4, 0x0101010101010101, 56))

    def twin(word):
        pairs = word - ((word >> one) & m1)
        nibbles = (pairs & m2) + ((pairs >> two) & m2)
        return np.int64((((nibbles + (nibbles >> four)) & m4) * h01) >> s56)

    return twin


def trailing_ones(word):
    """How many one-bits a 64-bit word ends with."""
    word = int(word)
    return ((word ^ (word + 1)) & _M64).bit_length() - 1 if word < _M64 else 64


@overload(trailing_ones)
def _trailing_ones(word):
    one = np.uint64(1)

    def twin(word):
        lowest_zero = ~word & (word + one)
        return bit_count(lowest_zero - one)

    return twin


def low_bits(word, count):
    """The last `count` < 64 bits of a 64-bit word."""
    return int(word) & ((1 << int(count)) - 1)


@overload(low_bits)
def _low_bits(word, count):
    def twin(word, count):
        return word & ((np.uint64(1) << np.uint64(count)) - np.uint64(1))

    return twin


def exponential(stream):
    """An exponential number of mean 1 (minus the logarithm of a uniform number in (0, 1])."""
    return -math.log(1.0 - uniform(stream))


@overload(exponential)
def _exponential(stream):
    def twin(stream):
        return -math.log(1.0 - uniform(stream))

    return twin


def _layers(edge: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Right ends and heights of the layers of equal area under exp(-x), the unbounded one first.

    The first layer holds [0, edge] below exp(-edge) and the tail; its width is that of a rectangle of the same area.
    """
    height = math.exp(-edge)
    area = (edge + 1.0) * height
    ends, heights = [area / height, edge], [0.0, height]
    for _ in range(count - 2):
        heights.append(heights[-1] + area / ends[-1])
        ends.append(-math.log(heights[-1]))
    return np.array([*ends, 0.0]), np.array([*heights, 1.0])


#: where the tail of the 256 layers of `fast_exponential` begins: the one place from which the layers end at height 1
EDGE = 7.69711747013105
_ENDS, _HEIGHTS = _layers(EDGE, 256)
_LAYER = np.uint64(255)


def fast_exponential(stream):
    """An exponential number of mean 1 by the ziggurat of Marsaglia and Tsang (2000), with 256 layers.

    Nearly always one word, no logarithm and no branch that is hard to predict; the tail is the edge plus another
    exponential number. Not the numbers of `exponential`.
    """
    total = 0.0
    while True:
        word = next_word(stream)
        layer = word & 255
        x = (word >> 11) * _UNIT * _ENDS[layer]
        if x < _ENDS[layer + 1]:
            return total + x
        if layer == 0:
            total += EDGE
        elif _HEIGHTS[layer] + uniform(stream) * (_HEIGHTS[layer + 1] - _HEIGHTS[layer]) < math.exp(-x):
            return total + x


@overload(fast_exponential)
def _fast_exponential(stream):
    def twin(stream):
        total = 0.0
        while True:
            word = next_word(stream)
            layer = np.int64(word & _LAYER)
            x = np.float64(word >> _S11) * _UNIT * _ENDS[layer]
            if x < _ENDS[layer + 1]:
                return total + x
            if layer == 0:
                total += EDGE
            elif _HEIGHTS[layer] + uniform(stream) * (_HEIGHTS[layer + 1] - _HEIGHTS[layer]) < math.exp(-x):
                return total + x

    return twin


def child_words(words, low, high, index, out):
    """The words of `Key.child(label, index)`: Threefry-4x32-20 with the label's two 32-bit words."""
    w0, w1, index = int(words[0]), int(words[1]), int(index)
    a, b, c, d = threefry((w0 & _M32, w0 >> 32, w1 & _M32, w1 >> 32), (low, high, index & _M32, index >> 32))
    out[0], out[1] = a | b << 32, c | d << 32


@overload(child_words)
def _child_words(words, low, high, index, out):
    rotations = np.array(
        ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20)), dtype=np.uint64
    )
    parity = np.uint64(0x1BD11BDA)

    def twin(words, low, high, index, out):
        k0, k1 = words[0] & _LOW, words[0] >> _S32
        k2, k3 = words[1] & _LOW, words[1] >> _S32
        schedule = (k0, k1, k2, k3, k0 ^ k1 ^ k2 ^ k3 ^ parity)
        number = np.uint64(index)
        x0 = (np.uint64(low) + k0) & _LOW
        x1 = (np.uint64(high) + k1) & _LOW
        x2 = ((number & _LOW) + k2) & _LOW
        x3 = ((number >> _S32) + k3) & _LOW
        for round_ in range(20):
            left, right = rotations[round_ % 8, 0], rotations[round_ % 8, 1]
            x0 = (x0 + x1) & _LOW
            x1 = (((x1 << left) & _LOW) | (x1 >> (_S32 - left))) ^ x0
            x2 = (x2 + x3) & _LOW
            x3 = (((x3 << right) & _LOW) | (x3 >> (_S32 - right))) ^ x2
            x1, x3 = x3, x1
            if round_ % 4 == 3:
                turn = round_ // 4 + 1
                x0 = (x0 + schedule[turn % 5]) & _LOW
                x1 = (x1 + schedule[(turn + 1) % 5]) & _LOW
                x2 = (x2 + schedule[(turn + 2) % 5]) & _LOW
                x3 = (x3 + schedule[(turn + 3) % 5] + np.uint64(turn)) & _LOW
        out[0] = x0 | (x1 << _S32)
        out[1] = x2 | (x3 << _S32)

    return twin


#: the labels of a run's consumers, as the 32-bit words that `child_words` takes
RUN = label_words("run")
START = label_words("start")
STEP = label_words("step")
INSTANCE = label_words("instance")
FUNCTION = label_words("function")
EVENTS = label_words("events")
