"""Claims: what is said to hold, on what basis, and by which rule the rows decide.

The rule is written with the claim, before any row is seen. A prediction is a region: a value up to a tolerance, or
everything beyond a bound. The measurement is an interval. The claim HOLDS if the interval lies in the region (for a
value: if the two meet and the interval is short enough to mean something), FAILS if they do not meet, and is
UNDECIDED otherwise. All claims of an experiment share one family-wise error level by Bonferroni's inequality.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import TypeAlias, final

from evo.statistics import Interval

__all__ = ["Above", "Basis", "Below", "Claim", "Exactly", "Prediction", "Verdict", "judge", "level"]


class Basis(enum.Enum):
    """Where a prediction comes from. Only what was read in the paper may be said to be reproduced."""

    QUOTED = "quoted"
    RE_DERIVED = "re-derived"
    RECALLED = "recalled"
    MEASURED_ELSEWHERE = "measured elsewhere"

    @property
    def phrase(self) -> str:
        """How a claim on this basis may be worded when it holds."""
        return {
            Basis.QUOTED: "reproduces",
            Basis.RE_DERIVED: "agrees with our derivation of",
            Basis.RECALLED: "agrees with what we recall of",
            Basis.MEASURED_ELSEWHERE: "agrees with an earlier measurement of",
        }[self]


class Verdict(enum.Enum):
    """What the rows say about a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not applicable"


@final
@dataclass(frozen=True)
class Exactly:
    """A predicted value.

    Args:
        value: what is predicted.
        tolerance: how far the truth may be from it by a stated argument (rounding, curvature of a fit).
        resolution: an interval with a larger half-width decides nothing in favour of the claim.
    """

    value: float
    tolerance: float
    resolution: float

    def verdict(self, measured: Interval) -> Verdict:
        """HOLDS if a short interval meets the value up to the tolerance, FAILS if the interval excludes it."""
        if not math.isfinite(self.value):
            return Verdict.UNDECIDED
        if measured.lower > self.value + self.tolerance or measured.upper < self.value - self.tolerance:
            return Verdict.FAILS
        short = measured.upper - measured.lower <= 2.0 * self.resolution
        return Verdict.HOLDS if short else Verdict.UNDECIDED

    def __str__(self) -> str:
        tolerance = f" ± {self.tolerance:.2g}" if self.tolerance else ""
        return f"{self.value:.6g}{tolerance}"


@final
@dataclass(frozen=True)
class Below:
    """Everything below a bound."""

    bound: float

    def verdict(self, measured: Interval) -> Verdict:
        """HOLDS if the whole interval is below, FAILS if none of it is."""
        if measured.upper < self.bound:
            return Verdict.HOLDS
        return Verdict.FAILS if measured.lower >= self.bound else Verdict.UNDECIDED

    def __str__(self) -> str:
        return f"< {self.bound:.6g}"


@final
@dataclass(frozen=True)
class Above:
    """Everything above a bound."""

    bound: float

    def verdict(self, measured: Interval) -> Verdict:
        """HOLDS if the whole interval is above, FAILS if none of it is."""
        if measured.lower > self.bound:
            return Verdict.HOLDS
        return Verdict.FAILS if measured.upper <= self.bound else Verdict.UNDECIDED

    def __str__(self) -> str:
        return f"> {self.bound:.6g}"


Prediction: TypeAlias = "Exactly | Below | Above"


@final
@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement, its basis, and what the rows say.

    Args:
        text: the statement.
        source: the equation, theorem or measurement behind the prediction.
        basis: how that source is known.
        predicted: the region.
        rule: how the interval is found from the rows, in words.
        measured: the interval; None if nothing was judged.
        verdict: what the rows say.
        note: why nothing was judged, or how the measurement stands elsewhere.
        anywhere: whether the prediction is for the sizes of the rows, whatever they are; otherwise changed fields of
            the configuration make the claim not applicable.
    """

    text: str
    source: str
    basis: Basis
    predicted: Prediction
    rule: str
    measured: Interval | None = None
    verdict: Verdict = Verdict.UNDECIDED
    note: str = ""
    anywhere: bool = False

    def __post_init__(self) -> None:
        if self.basis is not Basis.QUOTED and "reproduce" in f"{self.text} {self.note}".lower():
            raise ValueError(
                f"`text` must not speak of reproducing on the basis {self.basis.value!r}; got {self.text!r}. Only what "
                f"was read in the paper may; write {self.basis.phrase!r}, or change the basis."
            )

    @property
    def sentence(self) -> str:
        """The verdict in words that the basis allows."""
        if self.verdict is Verdict.HOLDS:
            return f"{self.basis.phrase}: {self.text}"
        return f"{self.verdict.value}: {self.text}"


def judge(claim: Claim, measured: Interval | None, note: str = "") -> Claim:
    """The claim with its verdict: by its region and rule, or UNDECIDED without a measurement.

    Args:
        claim: as written before the rows were seen.
        measured: the interval, at the confidence that `level` gives.
        note: what else is to be said.
    """
    known = measured is not None and not (math.isnan(measured.lower) or math.isnan(measured.upper))
    verdict = claim.predicted.verdict(measured) if known and measured is not None else Verdict.UNDECIDED
    return _with(claim, measured, verdict, note or claim.note)


def not_applicable(claim: Claim, note: str) -> Claim:
    """The claim, not judged, and why."""
    return _with(claim, claim.measured, Verdict.NOT_APPLICABLE, note)


def level(family_error: float, claims: int, looks: int = 1) -> float:
    """The confidence of one interval, so that all intervals of all claims hold together with 1 - family_error.

    Args:
        family_error: chance that any interval of the experiment misses the truth.
        claims: how many claims share it.
        looks: how many intervals one claim takes.
    """
    return 1.0 - family_error / (claims * looks)


def _with(claim: Claim, measured: Interval | None, verdict: Verdict, note: str) -> Claim:
    return Claim(
        text=claim.text,
        source=claim.source,
        basis=claim.basis,
        predicted=claim.predicted,
        rule=claim.rule,
        measured=measured,
        verdict=verdict,
        note=note,
        anywhere=claim.anywhere,
    )
