"""The kinds of solvers: an arm in a setting with a number of rounds."""

from __future__ import annotations

from typing import NamedTuple

CYCLE, CUBIC, NAMED = "cycle", "cubic graphs", "identifiers"
SEEDS, SINGLE, CONSTANT, EVOLVED = "seeds", "one seed per step", "constant seed", "seeds, AntitheticEs"


class Solver(NamedTuple):
    """What is trained, but for the exponent."""

    setting: str
    arm: str
    rounds: int = 1

    @property
    def kind(self) -> str:
        """Its name."""
        return f"{self.setting}, {self.arm}, {self.rounds} {'round' if self.rounds == 1 else 'rounds'}"


_ANONYMOUS = (
    *(Solver(CYCLE, SEEDS, rounds) for rounds in (1, 2, 3, 4, 6)),
    *(Solver(CYCLE, arm) for arm in (CONSTANT, EVOLVED)),
    *(Solver(CUBIC, arm) for arm in (SEEDS, CONSTANT)),
)
_NAMED = tuple(Solver(NAMED, arm) for arm in (SEEDS, SINGLE, CONSTANT))

#: all solvers by name
SOLVERS = {solver.kind: solver for solver in (*_ANONYMOUS, *_NAMED)}
#: those of up to three rounds
SHORT = tuple(kind for kind, solver in SOLVERS.items() if solver.rounds <= 3)
