"""Entropy compression of runs of the (1+1)-EA on strictly monotone functions.

The random choices of a run are coded backwards. Where the (1+1)-EA does not progress although it accepts much, that
would take fewer bits than their entropy, which cannot be: the idea of Lengler, Martinsson and Steger (2019) for rates
slightly above 1/n. The published encoding was not available; this one is a reconstruction.

`record` makes a run, `encode` and `decode` write and read it, `balance` compares code and entropy step by step.
`path_inequality` is what no reverse kernel can violate, computed exactly for a few bits.
"""

from theory.entropy_compression._coder import Coder, Step
from theory.entropy_compression.any_monotone import AnyMonotone
from theory.entropy_compression.codes import AbstractCode
from theory.entropy_compression.encoding import Balance, Message, balance, decode, encode
from theory.entropy_compression.enumerated import Enumerated
from theory.entropy_compression.functions import bin_val, linear, random_monotone
from theory.entropy_compression.most_significant import BinVal
from theory.entropy_compression.path_inequality import (
    ExpectedGain,
    expected_log_gain,
    forward_kernel,
    path_inequality,
    reverse_kernel,
)
from theory.entropy_compression.profiles import Profile, acceptance_profile, consistency_profile
from theory.entropy_compression.proposal import ReverseProposal
from theory.entropy_compression.runs import Run, record
from theory.entropy_compression.sketch import first_order_drift, least_log_gain, sketch_strength

__all__ = [
    "AbstractCode",
    "AnyMonotone",
    "Balance",
    "BinVal",
    "Coder",
    "Enumerated",
    "ExpectedGain",
    "Message",
    "Profile",
    "ReverseProposal",
    "Run",
    "Step",
    "acceptance_profile",
    "balance",
    "bin_val",
    "consistency_profile",
    "decode",
    "encode",
    "expected_log_gain",
    "first_order_drift",
    "forward_kernel",
    "least_log_gain",
    "linear",
    "path_inequality",
    "random_monotone",
    "record",
    "reverse_kernel",
    "sketch_strength",
]
