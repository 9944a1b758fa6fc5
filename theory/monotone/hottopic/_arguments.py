"""Checks of the shares and densities that every computation on HotTopic takes."""

from typing import Any

from theory import _check


def alpha(value: Any) -> float:
    """The share of the bits in the hot set, in (0, 1)."""
    return _check.real("alpha", value, "(0, 1)", unit="share of the bits in the hot set", advice="Pass 0.25, say.")


def density(name: str, value: Any) -> float:
    """A share of bits in (0, 1)."""
    return _check.real(name, value, "(0, 1)", unit="share of bits", advice="Pass 0.05, say.")


def strength(value: Any) -> float:
    """Expected flips per step, in (0, 700]; beyond, no flip at all has a probability below the range of floats."""
    return _check.real(
        "strength", value, "(0, 700]", unit="expected flips per step", advice="For one expected flip pass strength=1.0."
    )


def share(name: str, value: Any) -> float:
    """A share of zero-bits in [0, 1]."""
    return _check.real(name, value, "[0, 1]", unit="zero-bits per bit", advice="Pass 0.05, say.")
