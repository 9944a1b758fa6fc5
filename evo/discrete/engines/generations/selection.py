"""The choice of a best offspring, by comparison alone and with ties decided by random words; which one is a hit."""

from __future__ import annotations

from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.kernels import flip, reached


@register_jitable
def wins(instance, cache, work, flips, count, sign, tie, best, best_count, best_sign, best_tie):
    """Whether an offspring beats the best one before it.

    Each is given by its flips of the current string, the sign of its comparison with it, and its random word.
    """
    verdict = sign - best_sign
    if verdict == 0 and sign != 0:
        verdict = f.contest(instance, cache, work.x, flips, count, best, best_count, work.function_stream)
    return verdict > 0 or (verdict == 0 and tie > best_tie)


@register_jitable
def hits(instance, x, flips, count, zeros, target):
    """Whether x with these flips, in which it has `zeros` zero-bits before, is optimal or as good as the target."""
    after = flip(x, flips, count, zeros)
    found = reached(instance, f.prepare(instance, x), x, after, target)
    flip(x, flips, count, after)
    return found
