"""The arguments of the enumeration, checked, with the strings sorted by value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact.enumeration.acceptance import AbstractAcceptance
from theory.exact.enumeration.mutations import AbstractMutation
from theory.exact.enumeration.policies import AbstractPolicy, RatePolicy, Static
from theory.exact.enumeration.tables import MAX_BITS


class Model:
    """Checked arguments, with the strings sorted by value."""

    def __init__(
        self,
        values: Any,
        policy: RatePolicy | None,
        mutation: AbstractMutation,
        acceptance: AbstractAcceptance,
        start: Any,
        solved: Any,
    ) -> None:
        demand("mutation", mutation, AbstractMutation, "StandardBits()")
        demand("acceptance", acceptance, AbstractAcceptance, "Elitist()")
        self.policy = checked_policy(policy, mutation)
        self.static = policy is None or isinstance(policy, Static)
        self.mutation = mutation
        self.acceptance = acceptance
        self.n, ranks, self.beats = ranks_of(values)
        size = 2**self.n
        self.order = np.argsort(ranks, kind="stable")  # strings from worst to best
        ranks = ranks[self.order]
        self.first = np.searchsorted(ranks, ranks, side="left")  # the block of equal values around each
        self.last = np.searchsorted(ranks, ranks, side="right")
        self.worse_kept = _keeps_worse(values, self.order, acceptance, self.beats)
        self.solved = _solved(self.n, solved, ranks, self.order, self.beats)[self.order]
        self.start = start_law(size, start)[self.order]

    @property
    def size(self) -> int:
        """2^n, the number of strings."""
        return self.order.size

    @property
    def homogeneous(self) -> bool:
        """Whether rate and update of the policy ignore the step number."""
        return isinstance(self.policy, AbstractPolicy) and self.policy.homogeneous

    def masks(self, rate: float) -> NDArray[np.float64]:
        """float64[1 or 2^n, 2^n]: the probability of every set of flipped positions, one row or one for each parent."""
        return checked_masks(self.mutation, self.n, rate)

    def rate(self, state: Any, t: int) -> float:
        """The rate of the policy, checked."""
        rate = self.policy.rate(state, t)
        advice = f"This came from {self.policy!r} in state {state!r}, step {t}; correct its method rate(state, t)."
        return _check.real("rate", rate, "[0, 1]", unit="probability per bit", advice=advice)


def checked_policy(policy: RatePolicy | None, mutation: AbstractMutation) -> RatePolicy:
    """The policy, or any constant one where the mutation ignores the rate."""
    if policy is None and mutation.uses_rate:
        raise ValueError(
            "`policy` may be None only for a mutation that ignores the rate, such as OneBit(); got None with "
            f"{mutation!r}. Pass Static(strength=1.0), say."
        )
    if policy is not None and not all(callable(getattr(policy, m, None)) for m in ("start", "rate", "update")):
        raise TypeError(
            f"`policy` must have the methods start(n), rate(state, t) and update(state, sign, idle, t); got "
            f"{policy!r}. Pass Static(strength=1.0), say."
        )
    return Static(rate=1.0) if policy is None else policy


def checked_masks(mutation: AbstractMutation, n: int, rate: float) -> NDArray[np.float64]:
    """float64[1 or 2^n, 2^n]: the probability of every set of flipped positions, one row or one for each parent."""
    masks = np.ascontiguousarray(mutation.masks(n, rate), dtype=np.float64)
    rows = masks[None] if masks.ndim == 1 else masks
    if rows.shape not in {(1, 2**n), (2**n, 2**n)} or not rows.min() >= 0.0 or not _laws(rows):
        raise ValueError(
            f"`mutation` must give {2**n} probabilities of sum 1, or so many for each of {2**n} parents; {mutation!r} "
            f"gave shape {masks.shape}, sum {masks.sum():.12g} at rate {rate:g}. Correct its method masks(n, rate)."
        )
    return rows


def _laws(rows: NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(rows.sum(axis=1) - 1.0) <= 1e-9))


def demand(name: str, value: Any, kind: type, example: str) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"`{name}` must be an {kind.__name__}; got {value!r}. Pass {example}, say.")


def ranks_of(values: Any) -> tuple[int, NDArray[np.int64], NDArray[np.float64] | None]:
    if not hasattr(values, "__len__"):
        raise TypeError(
            f"`values` must be the 2^n values of a function, one per string; got {type(values).__name__}. "
            "Use tabulate(n, function) or dynamic(n, beats) of theory.enumeration to build them."
        )
    shape = np.shape(values) if isinstance(values, np.ndarray) else (len(values),)
    n = max(shape[0], 1).bit_length() - 1
    if shape[0] != 2**n or n < 1 or n > MAX_BITS or len(shape) > 2 or (len(shape) == 2 and shape[1] != shape[0]):
        raise ValueError(
            f"`values` must have 2^n entries, or shape (2^n, 2^n), with n in [1, {MAX_BITS}]; got shape {shape}. "
            "Use tabulate(n, function) or dynamic(n, beats) to build them."
        )
    if len(shape) == 2:
        beats = np.ascontiguousarray(values, dtype=np.float64)
        if not bool(np.all((beats >= 0.0) & (beats <= 1.0))):
            raise ValueError(
                "`values` as a matrix must hold probabilities in [0, 1], P(offspring y beats parent x) at [x, y]; got "
                "an entry outside or NaN. For a static function pass its 2^n values instead."
            )
        return n, np.arange(2**n), beats
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if any(value != value for value in listed):
        raise ValueError("`values` must be comparable; got NaN. Replace it by a number.")
    places = {value: place for place, value in enumerate(sorted(set(listed)))}
    return n, np.array([places[value] for value in listed], dtype=np.int64), None


def _keeps_worse(
    values: Any, order: NDArray[np.int64], acceptance: AbstractAcceptance, beats: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    if acceptance.keeps_worse(np.zeros(1)) is None:
        return None
    if beats is not None:
        raise ValueError(
            f"`acceptance` must not depend on fitness differences where only comparisons exist; got {acceptance!r} "
            "with a matrix of probabilities. Pass Elitist()."
        )
    sorted_values = np.array([float(value) for value in values])[order]
    return acceptance.keeps_worse(np.maximum(0.0, sorted_values[:, None] - sorted_values[None, :]))


def _solved(
    n: int, solved: Any, ranks: NDArray[np.int64], order: NDArray[np.int64], beats: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    mask = np.zeros(2**n, dtype=np.bool_)
    if solved is None:
        mask[-1] = True
        if beats is None and ranks[int(np.flatnonzero(order == 2**n - 1)[0])] != ranks[-1]:
            raise ValueError(
                "`solved` must be given where the string of ones does not have the largest value; got None. Pass 2^n "
                "booleans, true where the search is to end."
            )
        best = int(np.count_nonzero(ranks == ranks[-1]))
        if beats is None and best > 1:
            raise ValueError(
                f"`solved` must be given where several strings have the largest value; got None, and {best} of them. "
                "Pass 2^n booleans, true where the search is to end."
            )
        return mask
    mask = np.asarray(solved)
    if mask.shape != (2**n,) or mask.dtype != np.bool_ or not mask.any():
        raise ValueError(
            f"`solved` must be {2**n} booleans, at least one of them true; got shape {mask.shape}, dtype {mask.dtype}. "
            "Pass None for the string of ones."
        )
    return mask


def start_law(size: int, start: Any, name: str = "start") -> NDArray[np.float64]:
    if start is None:
        return np.full(size, 1.0 / size)
    if np.ndim(start) == 0:
        place = _check.integer(name, start, low=0, high=size - 1, unit="a string", advice="Pass None for uniform.")
        return np.where(np.arange(size) == place, 1.0, 0.0)
    weights = np.asarray(start, dtype=np.float64)
    if weights.shape != (size,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`{name}` must hold {size} probabilities of sum 1; got shape {weights.shape}, sum {weights.sum():.12g}. "
            "Pass None for a uniform string."
        )
    return weights
