"""The checks of acceptance rules."""

from __future__ import annotations

from typing import Any

from evo.discrete.algorithms.one_plus_one import OnePlusOne
from evo.discrete.checking.base import (
    RATE_BITS,
    AbstractChecker,
    Checks,
)
from evo.discrete.checking.laws import scene_of
from evo.discrete.engines import functions as f
from evo.discrete.parts import (
    AbstractFunction,
)
from evo.discrete.problems.leading_ones import LeadingOnes
from evo.discrete.rates.static import Static
from evo.testing import BrokenError


class AcceptanceChecker(AbstractChecker):
    """What is kept, and what it may depend on."""

    needed = ("keep",)

    def scheme(self) -> tuple[OnePlusOne, AbstractFunction]:
        return OnePlusOne(rate=Static(strength=1.0), acceptance=self.part), LeadingOnes(self.n)

    def plain(self) -> Checks:
        yield "better is kept, monotone in the sign", self.signs
        yield "magnitude and u matter only where declared", self.declared

    def calls(self) -> dict[str, tuple[Any, ...]]:
        rule = self.part.lower(self.n)
        return {"keep": (rule, 1, 1.0, 0.5), "weighs": (rule,), "draws": (rule,)}

    def signs(self) -> str:
        rule, never_worse = self.part.lower(self.n), True
        for size in (1e-9, 0.5, 1.0, 3.0, 1e9):
            for u in (0.0, 0.25, 0.5, 0.999999):
                worse, equal, better = (bool(f.keep(rule, sign, sign * size, u)) for sign in (-1, 0, 1))
                if not better:
                    raise BrokenError(f"an offspring that is better by {size:g} is refused (u={u:g})")
                if worse and not equal:
                    raise BrokenError(
                        f"an offspring that is worse by {size:g} is kept where an equal one is refused (u={u:g})"
                    )
                never_worse &= not worse
        return "" if never_worse else "may accept worse offspring: the best string so far is kept beside"

    def declared(self) -> None:
        rule = self.part.lower(self.n)
        weighs, draws = bool(f.weighs(rule)), bool(f.draws(rule))
        for sign in (-1, 0, 1):
            for size in (0.0,) if sign == 0 else (1e-9, 1.0, 1e9):
                for u in (0.0, 0.5, 0.999999):
                    kept = bool(f.keep(rule, sign, sign * size, u))
                    if not weighs and kept != bool(f.keep(rule, sign, 0.0, u)):
                        raise BrokenError("`keep` uses the magnitude; implement `weighs` and return True")
                    if not draws and kept != bool(f.keep(rule, sign, sign * size, 0.0)):
                        raise BrokenError("`keep` uses u; implement `draws` and return True")

    def law(self) -> str:
        problem = LeadingOnes(min(self.n, RATE_BITS))
        scene = scene_of(problem, self.key, self.part)
        optimizer, _ = self.scheme()
        return self.compare_law(scene, Static(strength=1.0).lower(problem.n), optimizer, problem)
