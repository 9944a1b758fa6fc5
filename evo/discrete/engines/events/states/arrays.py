"""Arrays whose first part belongs to the zero-bits of a string and whose second part to its one-bits.

A mutation is a pair of sets of places, in the first and in the second part; one that is accepted swaps over the
boundary.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines.events.blends import flip_many
from evo.discrete.engines.streams import below, two_below


@register_jitable
def partition(x, order):
    """Write the positions of x into `order`, zero-bits first; returns their number."""
    zeros = 0
    for position in range(x.shape[0]):
        zeros += 1 - np.int64(x[position])
    low, high = 0, zeros
    for position in range(x.shape[0]):
        bit = np.int64(x[position])  # without branches, which bits would mislead
        order[low + (high - low) * bit] = position
        low += 1 - bit
        high += bit
    return zeros


@register_jitable(forceinline=True)
def _swap(array, one, other):
    item = array[one]
    array[one] = array[other]
    array[other] = item


@register_jitable
def _ascending(places, first, count):
    """Sort `places[first:count]` (Shell's method)."""
    gap = 1
    while 3 * gap < count - first:
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(first + gap, count):
            item, free = places[at], at
            while free >= first + gap and places[free - gap] > item:
                places[free] = places[free - gap]
                free -= gap
            places[free] = item
        gap //= 3


@register_jitable
def _move_rest(array, ups, downs, zeros, gained, lost):
    """Move what is left over of two sets of different sizes over a boundary that follows; the new boundary."""
    for at in range(gained - 1, lost - 1, -1):
        zeros -= 1
        _swap(array, ups[at], zeros)
    first = zeros
    for at in range(gained, lost):
        _swap(array, first + downs[at], zeros)
        zeros += 1
    return zeros


@register_jitable(forceinline=True)
def arrange(ups, downs, gained, lost):
    """Sort the places that change sides alone, as `exchange` needs them."""
    if gained > lost + 1:
        _ascending(ups, lost, gained)
    elif lost > gained + 1:
        _ascending(downs, gained, lost)


@register_jitable(forceinline=True)
def exchange(array, ups, downs, zeros, gained, lost):
    """Move the places `ups[:gained]` behind the boundary and `zeros + downs[:lost]` before it; the new boundary.

    As many as possible change sides in pairs; the rest, in `arrange`d order, moves over a boundary that follows.
    """
    for at in range(min(gained, lost)):
        _swap(array, ups[at], zeros + downs[at])
    if gained == lost:
        return zeros
    if gained == lost + 1:
        _swap(array, ups[lost], zeros - 1)
        return zeros - 1
    return _move_rest(array, ups, downs, zeros, gained, lost)


@register_jitable
def _fresh(stream, size, places, count, place):
    """The place, or another one as long as it is among `places[:count]`."""
    earlier = 0
    while earlier < count:
        if places[earlier] == place:
            place, earlier = np.int64(below(stream, size)), 0
        else:
            earlier += 1
    return place


@register_jitable(forceinline=True)
def draw_another(stream, size, places, count):
    """Draw a place in [0, size) that is not among `places[:count]`, and write it behind them."""
    place = np.int64(below(stream, size))
    if count > 0:
        place = _fresh(stream, size, places, count, place)
    places[count] = place
    return place


@register_jitable
def gain_many(work, pace, missing):
    """The places of the zero-bits that flip, where many do, ascending; returns their number, not 0."""
    ups = 0
    while ups == 0:
        ups = flip_many(work.stream, pace.loss, missing, work.ups)
    return ups


@register_jitable
def draw_many(work, pace, n, missing):
    """All places of a candidate of many flips, ascending; returns the numbers."""
    return gain_many(work, pace, missing), flip_many(work.stream, pace.loss, n - missing, work.downs)


@register_jitable(forceinline=True)
def draw_one(work, missing):
    """One uniformly random zero-bit."""
    work.ups[0] = below(work.stream, missing)
    return 1


@register_jitable(forceinline=True)
def is_pair(ups, downs):
    """Whether one zero-bit and at most one one-bit flip, as nearly always: drawn and exchanged without branches."""
    return ups == 1 and downs <= 1


@register_jitable(forceinline=True)
def draw_pair(work, n, missing, downs):
    """Draw a zero-bit and, used or not, a one-bit from one word: their places in the whole array.

    Where no one-bit flips, the second place is the last of the zero-bits, which changes sides with the first.
    """
    gained, lost = two_below(work.stream, missing, max(n - missing, 1))
    work.ups[0], work.downs[0] = gained, lost
    return gained, missing - 1 + downs * (lost + 1)


@register_jitable(forceinline=True)
def exchange_pair(array, ups, downs, zeros, lost, kept):
    """Move what `draw_pair` gave over the boundary if it is kept, as it is where no one-bit flips; the new boundary."""
    one, other = np.int64(ups[0]), zeros - 1 + lost * (np.int64(downs[0]) + 1)
    first, second = array[one], array[other]
    array[one] = second if kept else first
    array[other] = first if kept else second
    return zeros - 1 + lost
