"""The choice of a best offspring: by comparison alone, ties decided by random words."""

from __future__ import annotations

from numba.extending import register_jitable

from evo.discrete.engines import functions as f


@register_jitable
def wins(instance, cache, work, flips, count, sign, tie, best, best_count, best_sign, best_tie):
    """Whether an offspring beats the best one before it.

    Each is given by its flips of the current string, the sign of its comparison with it, and its random word.
    """
    verdict = sign - best_sign
    if verdict == 0 and sign != 0:
        verdict = f.contest(instance, cache, work.x, flips, count, best, best_count, work.function_stream)
    return verdict > 0 or (verdict == 0 and tie > best_tie)
