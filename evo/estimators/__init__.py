"""Gradient estimators for networks behind one interface: each takes the place of `jax.value_and_grad`.

`Backprop` is the reference. The others estimate the gradient from function values: see `evo.estimators.smoothing`.
"""

from __future__ import annotations

from evo.estimators.backprop import Backprop
from evo.estimators.base import AbstractEstimator, Estimate
from evo.estimators.online.truncated import TruncatedBackprop
from evo.estimators.smoothing.antithetic import AntitheticEs
from evo.estimators.smoothing.candidates import Candidates
from evo.estimators.smoothing.directions import AbstractDirections, Independent, Orthogonal
from evo.estimators.smoothing.guided import GuidedEs
from evo.estimators.smoothing.low_rank.estimator import LowRankEs
from evo.estimators.smoothing.noise import AbstractNoise, ByteSum, Gaussian, Popcount, Rademacher
from evo.estimators.smoothing.random_search import AugmentedRandomSearch, BestPairs
from evo.estimators.smoothing.randomness import AbstractRandomness, Common, PerPair
from evo.estimators.smoothing.scale import AbstractScale, Factor, LeastSquares, Unbiased
from evo.estimators.smoothing.shaping import AbstractShaping, CentredRanks, Clipped, Raw, ZScore
from evo.estimators.smoothing.single import mezo, spsa
from evo.estimators.smoothing.surrogate import SurrogateEs
from evo.estimators.smoothing.trust import AbstractTrust, Exact, HalfBatches, KnownNoise
from evo.estimators.smoothing.unrolled.lanes import AbstractLanes, Dealt, Shared
from evo.estimators.smoothing.unrolled.noise_reuse import NoiseReuseEs
from evo.estimators.smoothing.unrolled.persistent import PersistentEs
from evo.estimators.smoothing.unrolled.truncated import TruncatedEs

__all__ = [
    # the interface
    "AbstractEstimator",
    "Candidates",
    "Estimate",
    # algorithms
    "AntitheticEs",
    "AugmentedRandomSearch",
    "Backprop",
    "GuidedEs",
    "LowRankEs",
    "NoiseReuseEs",
    "PersistentEs",
    "SurrogateEs",
    "TruncatedBackprop",
    "TruncatedEs",
    "mezo",
    "spsa",
    # parts
    "AbstractDirections",
    "AbstractLanes",
    "AbstractNoise",
    "AbstractRandomness",
    "AbstractScale",
    "AbstractShaping",
    "AbstractTrust",
    "BestPairs",
    "ByteSum",
    "CentredRanks",
    "Clipped",
    "Common",
    "Dealt",
    "Exact",
    "Factor",
    "Gaussian",
    "HalfBatches",
    "Independent",
    "KnownNoise",
    "LeastSquares",
    "Orthogonal",
    "PerPair",
    "Popcount",
    "Rademacher",
    "Raw",
    "Shared",
    "Unbiased",
    "ZScore",
]
