"""Cells of trainings: one row per run, with losses and cosines on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import final

import numpy as np
import numpy.typing as npt

from evo.core.keys import Key
from evo.experiments.grids import AbstractBatchCell
from evo.experiments.past_descent import ALONE, keys_of
from evo.experiments.past_descent_digits.arms import ARMS, Arm, Regime
from evo.experiments.past_descent_digits.config import PastDescentDigitsConfig
from evo.studies import Columns

#: what the rows mean; another number makes stored cells other ones
VERSION = 1
#: cosine between estimate and gradient of the full batch, mean over all steps
COSINE = "cosine"
#: what it would be if the gradient turned by the measured angles in random directions, mean over all steps
PREDICTED = "predicted"


@final
@dataclass(frozen=True, kw_only=True)
class TrainingCell(AbstractBatchCell):
    """Runs of one arm in one regime at one learning rate; its rows are runs.

    The columns are `loss t=0`, `loss t=1`, ... for the steps that are kept, `cosine t=1`, ... and `turn t=1`, ..., then
    the means. A loss that is not finite is inf.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: (regime, arm).
        x: the learning rate.
        axis: the name of x in texts.
        arm: what estimates.
        regime: which batches it sees.
        config: sizes.
        per_block: runs per block.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "learning rate"
    arm: Arm
    regime: Regime
    config: PastDescentDigitsConfig
    per_block: int = 2

    @property
    def runs(self) -> int:
        """How many runs."""
        return self.config.runs

    def described(self) -> str:
        """All numbers, the data and the version of the computation."""
        now = self.config
        arm = self.arm.name if self.arm.backprop else f"{self.arm.name}, pairs={now.pairs}, sigma={now.sigma!r}"
        sizes = f"{now.examples} examples, batch {self.regime.batch(now)}, {now.hidden} hidden units"
        kept = f"rate={self.x!r}, steps={list(now.steps)}, {self.per_block} runs at once"
        return f"training {VERSION}: {arm}; {fingerprint(now.data)}, {sizes}; {kept}"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some runs."""
        import jax.numpy as jnp

        from evo.experiments.past_descent_digits import trainings

        now = self.config
        full = trainings.digits(now.data, now.examples, None, now.hidden)
        task = trainings.digits(now.data, now.examples, self.regime.batch(now), now.hidden)
        last = now.steps[-1]
        with ALONE:
            keys, rate = keys_of(key, first, self.width), jnp.asarray(self.x, jnp.float32)
            start, batches = trainings.begun(task, keys, last)
            found = trainings.trained(self.arm.estimator(now), full, keys, start, batches, rate, last)
            loss, cosine, turn = (np.asarray(item, dtype=np.float64)[:count] for item in found)
            n = start.shape[1]
        loss = np.where(np.isfinite(loss), loss, np.inf)
        expected = np.array([np.sqrt(expectation(n, now.pairs, item)).mean() for item in turn])
        return (
            {f"loss t={t}": loss[:, t] for t in (0, *now.steps)}
            | {f"cosine t={t}": cosine[:, t - 1] for t in now.steps}
            | {f"turn t={t}": turn[:, t - 1] for t in now.steps}
            | {COSINE: cosine.mean(axis=1), PREDICTED: expected}
        )


def expectation(n: int, pairs: int, turn: npt.ArrayLike) -> np.ndarray:
    """The mean squared cosine with past directions in every step, where the gradient turns at random.

    X_1 = P / n, X_t = r + (1 - r) (a^2 X_{t-1} + (1 - a^2) (1 - X_{t-1}) / (n - 1)) with r = (P - 1) / (n - 1) and a
    the cosine of step t: `theory.past_descent.drifting` for cosines that differ.

    Args:
        n: number of parameters.
        pairs: P.
        turn: a for each step; that of the first does not matter.
    """
    share, found = (pairs - 1.0) / (n - 1.0), [pairs / n]
    for a in np.asarray(turn, dtype=np.float64)[1:]:
        kept = a * a * found[-1] + (1.0 - a * a) * (1.0 - found[-1]) / (n - 1.0)
        found.append(share + (1.0 - share) * kept)
    return np.array(found)


def training_cells(config: PastDescentDigitsConfig) -> list[TrainingCell]:
    """All cells; the series is (regime, arm)."""
    return [
        TrainingCell(
            label=f"{arm.name}, {regime.value}, rate={rate:g}",
            series=(regime, arm),
            x=rate,
            arm=arm,
            regime=regime,
            config=config,
        )
        for regime in Regime
        for arm in ARMS
        for rate in arm.rates(config)
    ]


@lru_cache(maxsize=8)
def fingerprint(data: str | None) -> str:
    """The data in words; of a file, a hash of its content."""
    if data is None:
        return "digits of scikit-learn"
    place = Path(data)
    if not place.is_file():
        raise FileNotFoundError(f"`data` must name an .npz file; got {data!r}, which does not exist.")
    return f"file (blake2b {hashlib.blake2b(place.read_bytes(), digest_size=16).hexdigest()})"
