"""The parts that estimators from function values are made of, checked where they are given."""

from __future__ import annotations

from typing import Any

from evo.core import checks
from evo.estimators.smoothing.directions import AbstractDirections
from evo.estimators.smoothing.noise import AbstractNoise
from evo.estimators.smoothing.randomness import AbstractRandomness
from evo.estimators.smoothing.scale import AbstractScale
from evo.estimators.smoothing.shaping import AbstractShaping
from evo.estimators.smoothing.trust import AbstractTrust

_KINDS: dict[str, tuple[type, str]] = {
    "directions": (AbstractDirections, "Independent() or Orthogonal()"),
    "noise": (AbstractNoise, "for example ByteSum()"),
    "randomness": (AbstractRandomness, "Common() or PerPair()"),
    "scale": (AbstractScale, "LeastSquares(), Unbiased() or Factor(c)"),
    "shaping": (AbstractShaping, "Raw(), ZScore(), CentredRanks() or Clipped(limit)"),
    "trust": (AbstractTrust, "Exact(), KnownNoise(deviation) or HalfBatches()"),
}


def checked(argument: str, value: Any) -> Any:
    """The part itself, if it is of the kind that the argument names."""
    kind, examples = _KINDS[argument]
    return checks.instance_of(argument, value, kind, f"Pass {examples}.")


def hint_function(surrogates: Any) -> Any:
    """A user's function of surrogates, or None."""
    if surrogates is not None and not callable(surrogates):
        action = "Pass a function of (params, batch, key) that returns a tree like the parameters."
        raise checks.bad_type("surrogates", surrogates, "be a function or None", action)
    return surrogates
