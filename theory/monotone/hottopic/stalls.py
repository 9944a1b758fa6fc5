"""Where a run stalls on endlessly many levels, and whether that shows at finite n."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from theory import _check, _roots
from theory.monotone.hottopic import _arguments, _kernels
from theory.monotone.hottopic.drifts import FLUID
from theory.results import Kind, Value

__all__ = ["Stagnation", "stagnation", "visibility"]

_PIECES = 100  # Runge-Kutta steps through one level


@final
@dataclass(frozen=True)
class Stagnation:
    """Where the (1+1)-EA settles on HotTopic with endlessly many levels, in the fluid limit.

    Args:
        density: zero-bits per bit at the start of a level, d*; 0 below the critical strength.
        time: steps per level divided by n; 0 below the critical strength.
        kind: ASYMPTOTIC.
        source: the equation behind it.

    Example:
        >>> Stagnation(0.0, 0.0, Kind.ASYMPTOTIC, "an example").stalls
        False
    """

    density: float
    time: float
    kind: Kind
    source: str

    @property
    def stalls(self) -> bool:
        """Whether the density stays above eps, so that all levels are visited one after another."""
        return self.density > 0.0

    @property
    def value(self) -> float:
        """The density."""
        return self.density

    @property
    def lower(self) -> float:
        """-inf: nothing is proven at a given n."""
        return -math.inf

    @property
    def upper(self) -> float:
        """inf: nothing is proven at a given n."""
        return math.inf

    def __float__(self) -> float:
        return self.density


def stagnation(alpha: float, eps: float, strength: float) -> Stagnation:
    """The density of zero-bits at which the (1+1)-EA stalls on HotTopic, and the time it spends per level.

    A level starts at u = w = d and follows du/dt = -inside / alpha, dw/dt = -outside / (1 - alpha) (time in n steps)
    until u = eps; the next starts at alpha eps + (1 - alpha) w. The density is the largest fixed point of this map
    below 1/2, which is where it leads from a uniform string.

    Args:
        alpha: share of the bits in a hot set, in (0, 1).
        eps: density of zero-bits at which a level is passed, in (0, 1/2).
        strength: expected flips per step, c in (0, 700].

    Returns:
        Density and time per level. Where there is no fixed point above eps, the densities fall to eps, levels are
        passed in an instant, and both are 0.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler and Steger (2018) for the mechanism; the fluid limit of a level is ours.

    Example:
        >>> stall = stagnation(0.25, 0.05, 3.0)
        >>> round(stall.density, 4), round(stall.time, 2), stagnation(0.25, 0.05, 2.0).stalls
        (0.0971, 0.44, False)
    """
    alpha, strength = _arguments.alpha(alpha), _arguments.strength(strength)
    unit, advice = "zero-bits per bit", "Pass 0.05, say; a uniform string has density 1/2."
    eps = _check.real("eps", eps, "(0, 0.5)", unit=unit, advice=advice)
    source = FLUID + "; fixed point of the map from level to level"
    grid = eps + (0.5 - eps) * np.linspace(1.0, 0.0, 49)[:-1] ** 2
    above = grid[0]
    for density in np.append(grid[1:], eps + 1e-9 * (0.5 - eps)):
        if _kernels.pass_level(alpha, eps, strength, density, _PIECES)[0] > density:
            found = _roots.root(
                lambda d: _kernels.pass_level(alpha, eps, strength, d, _PIECES)[0] - d, float(density), float(above)
            )
            time = _kernels.pass_level(alpha, eps, strength, found, _PIECES)[1]
            return Stagnation(found, time, Kind.ASYMPTOTIC, source)
        above = density
    return Stagnation(0.0, 0.0, Kind.ASYMPTOTIC, source)


def visibility(beta: float, eps: float, n: int, levels: int, density: float) -> Value:
    """How clearly a stall shows at finite n: above 1, a random level is rarely satisfied by chance.

    beta n KL(eps || d) / ln L, KL(a || b) = a ln(a / b) + (1 - a) ln((1 - a) / (1 - b)); 0 if d <= eps.

    Args:
        beta: share of the bits that decide whether a level is passed, in (0, 1).
        eps: density of zero-bits at which a level is passed, in (0, 1).
        n: number of bits.
        levels: number of levels L, at least 2.
        density: density of zero-bits in stagnation, in [0, 1), see `stagnation`.

    Returns:
        A heuristic quotient. The stall is also blurred where eps beta n, the threshold in zero-bits, is below 100.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: a union bound over the levels; ours.

    Example:
        >>> round(float(visibility(0.2, 0.05, 10_000, 1000, 0.0974)), 2)
        4.42
    """
    beta, eps = _arguments.density("beta", beta), _arguments.density("eps", eps)
    n = _check.bits(n)
    levels = _check.integer("levels", levels, low=2, unit="number of levels", advice="Pass 100, say.")
    density = _check.real(
        "density", density, "[0, 1)", unit="zero-bits per bit", advice="Pass stagnation(alpha, eps, strength).density."
    )
    divergence = 0.0
    if density > eps:
        divergence = eps * math.log(eps / density) + (1.0 - eps) * math.log((1.0 - eps) / (1.0 - density))
    return Value.heuristic(beta * n * divergence / math.log(levels), source="beta n KL(eps || d) / ln L")
