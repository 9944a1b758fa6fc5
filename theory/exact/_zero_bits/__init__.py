"""The (1+1)-EA wherever the numbers of flipped zero-bits and one-bits decide: one chain for all such comparisons.

A step that flips a >= 1 of the k zero-bits and b of the n - k one-bits is accepted with a probability that depends on
k, a and b alone. Then k is a Markov chain that may move both ways. Steps with a = 0 change nothing: they are rejected,
or empty.
"""

from theory.exact._zero_bits.process import Process

__all__ = ["Process"]
