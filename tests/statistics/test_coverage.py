"""Intervals hold the truth as often as they say: simulated from laws whose moments are known, capped and not.

Each claim names a law, the number of runs, and the coverage that the docstring states: the nominal one, or the measured
one where the interval falls short of it. In `count` replications a binomial number of intervals holds the truth; the
test fails where that number is one that a coverage within `SLACK` of the claim gives with probability at most 1e-9.
Planted defects must fail the same test. The slow tests repeat the claims with ten times as many replications.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.stats

from evo.statistics import (
    Growth,
    Interval,
    bernstein_interval,
    bootstrap_interval,
    bounded_mean_interval,
    expected_running_time,
    mean_interval,
    power_law_fit,
    quantile_interval,
    restricted_mean,
    scaling_fit,
    success_rate,
    survival_curve,
    survival_quantile,
)

FALSE_FAIL = 1e-9
#: how far a stated coverage may be from the true one: it was measured with 2000 to 20,000 replications, to three digits
SLACK = 0.01
FEW, MANY = 2_000, 20_000


class Law(NamedTuple):
    """Run times with their mean and P(T <= t)."""

    draw: Callable[[np.random.Generator, tuple[int, int]], Any]
    mean: float
    cdf: Callable[[float], float]
    median: float

    def restricted(self, horizon: int) -> float:
        """E[min(T, horizon)] for times in whole steps."""
        return sum(1.0 - self.cdf(t) for t in range(horizon))


def one_max(n: int = 50) -> Law:
    """Local search on OneMax from the empty string: a sum of geometric times, its law by convolution."""
    size = 1500
    law = np.zeros(size)
    law[0] = 1.0
    for k in range(1, n + 1):
        law = np.convolve(law, scipy.stats.geom.pmf(np.arange(size), k / n))[:size]
    whole = np.minimum(np.cumsum(law), 1.0)

    def draw(rng, shape):
        return sum(rng.geometric(k / n, shape) for k in range(1, n + 1)).astype(float)

    mean = n * sum(1 / k for k in range(1, n + 1))
    return Law(draw, mean, lambda t: float(whole[min(int(t), size - 1)]), float(np.searchsorted(whole, 0.5)))


def frozen(law: Any) -> Law:
    return Law(
        lambda rng, shape: law.rvs(size=shape, random_state=rng).astype(float),
        float(law.mean()),
        lambda t: float(law.cdf(t)),
        float(law.median()),
    )


LAWS = {
    "normal": frozen(scipy.stats.norm(100.0, 20.0)),
    "geometric": frozen(scipy.stats.geom(0.02)),
    "exponential": frozen(scipy.stats.expon(scale=50.0)),
    "log-normal": frozen(scipy.stats.lognorm(1.0, scale=50.0)),
    "OneMax": one_max(),
}


def samples(law: str, runs: int, count: int, seed: int) -> np.ndarray:
    return LAWS[law].draw(np.random.default_rng(seed), (count, runs))


def capped(times: np.ndarray, cap: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.where(times <= cap, times, math.inf), np.minimum(times, cap)


def bounds(count: int, low: float, high: float) -> tuple[int, int]:
    """The numbers of hits that coverages in [low, high] undercut or exceed with probability at most 1e-9."""
    return int(scipy.stats.binom.ppf(FALSE_FAIL / 2, count, low)), int(
        scipy.stats.binom.isf(FALSE_FAIL / 2, count, high)
    )


def covers(hits: list[bool], stated: float, *, at_least: bool = False, slack: float = SLACK) -> bool:
    """Whether the hits are as many as an interval of the stated coverage has."""
    least, most = bounds(len(hits), stated - slack, min(1.0, stated + slack))
    return least <= sum(hits) and (at_least or sum(hits) <= most)


# ------------------------------------------------------------------------------------------------- exact, with power


def narrowed(interval: Interval, factor: float) -> Interval:
    middle, half = interval.estimate, factor * (interval.upper - interval.estimate)
    return Interval(middle, middle - half, middle + half, interval.confidence, interval.method)


def test_student_is_exact_for_normal_times_and_a_width_too_small_by_a_tenth_is_found():
    runs, count, level = 10, 20_000, 0.95
    intervals = [mean_interval(x, level) for x in samples("normal", runs, count, 1)]
    least, most = bounds(count, level, level)
    assert least <= sum(100.0 in i for i in intervals) <= most
    wrong = 1 - 2 * scipy.stats.t.sf(0.9 * scipy.stats.t.isf(0.025, runs - 1), runs - 1)  # the coverage of the defect
    assert scipy.stats.binom.sf(least - 1, count, wrong) < FALSE_FAIL  # it fails surely
    assert sum(100.0 in narrowed(i, 0.9) for i in intervals) < least


# ------------------------------------------------------------------------------------------- means as the docs say it

STUDENT = {
    ("geometric", 10): 0.902,
    ("geometric", 50): 0.937,
    ("exponential", 10): 0.901,
    ("exponential", 200): 0.9475,
    ("OneMax", 10): 0.933,
    ("OneMax", 50): 0.944,
    ("log-normal", 10): 0.836,
    ("log-normal", 50): 0.897,
    ("log-normal", 200): 0.930,
}
BOOTSTRAP = {("exponential", 10): 0.946, ("exponential", 50): 0.949, ("log-normal", 20): 0.915, ("OneMax", 10): 0.942}


def student_holds(law: str, runs: int, count: int, stated: float) -> bool:
    return covers([LAWS[law].mean in mean_interval(x) for x in samples(law, runs, count, 2)], stated)


def bootstrap_holds(law: str, runs: int, count: int, stated: float) -> bool:
    drawn = samples(law, runs, count, 3)
    hits = [LAWS[law].mean in bootstrap_interval(x, seed=i, resamples=999) for i, x in enumerate(drawn)]
    return covers(hits, stated)


@pytest.mark.parametrize(("law", "runs"), [("geometric", 10), ("OneMax", 50), ("log-normal", 50)])
def test_student(law, runs):
    assert student_holds(law, runs, FEW, STUDENT[law, runs])


def test_students_shortfall_is_found():
    assert not student_holds("log-normal", 10, FEW, 0.95)


def test_bootstrap():
    assert bootstrap_holds("exponential", 10, 500, BOOTSTRAP["exponential", 10])


@pytest.mark.slow
@pytest.mark.parametrize(("law", "runs"), list(STUDENT))
def test_student_many(law, runs):
    assert student_holds(law, runs, MANY, STUDENT[law, runs])


@pytest.mark.slow
@pytest.mark.parametrize(("law", "runs"), list(BOOTSTRAP))
def test_bootstrap_many(law, runs):
    assert bootstrap_holds(law, runs, 5_000, BOOTSTRAP[law, runs])


# ------------------------------------------------------------------------------------------- capped runs: restricted

#: law, runs, share of runs capped, coverage of the restricted mean and of ERT (of geometric times)
RESTRICTED = [
    ("geometric", 10, 0.5, 0.934, 0.978),
    ("geometric", 50, 0.5, 0.9455, 0.953),
    ("geometric", 50, 0.9, 0.899, 0.977),
    ("geometric", 200, 0.1, 0.945, 0.945),
    ("OneMax", 50, 0.3, 0.945, None),
]


def cap_of(law: str, share: float) -> int:
    """The first step by which at most this share of the runs is unfinished."""
    return next(t for t in range(10**6) if 1.0 - LAWS[law].cdf(t) <= share)


def capped_runs_hold(law: str, runs: int, share: float, count: int, mean: float, ert: float | None) -> None:
    cap = cap_of(law, share)
    true = LAWS[law].restricted(cap)
    drawn = [capped(x, cap) for x in samples(law, runs, count, 4)]
    assert covers([true in restricted_mean(*pair, cap) for pair in drawn], mean)
    if ert is not None:  # restarts of a memoryless search change nothing: its mean is the truth
        assert covers([LAWS[law].mean in expected_running_time(spent, np.isfinite(s)) for s, spent in drawn], ert)
    assert covers([LAWS[law].cdf(cap) in success_rate(*pair) for pair in drawn], 0.95, at_least=True, slack=0.0)


@pytest.mark.parametrize("claim", RESTRICTED[:3:2], ids=str)
def test_capped_runs(claim):
    capped_runs_hold(*claim[:3], FEW, *claim[3:])


@pytest.mark.slow
@pytest.mark.parametrize("claim", RESTRICTED, ids=str)
def test_capped_runs_many(claim):
    capped_runs_hold(*claim[:3], MANY, *claim[3:])


@pytest.mark.slow
def test_a_restricted_mean_too_narrow_by_a_tenth_is_found():
    cap = cap_of("geometric", 0.5)
    true = LAWS["geometric"].restricted(cap)
    drawn = [restricted_mean(*capped(x, cap), cap) for x in samples("geometric", 50, MANY, 4)]
    assert covers([true in interval for interval in drawn], 0.9455)
    assert not covers([true in narrowed(interval, 0.9) for interval in drawn], 0.9455)


@pytest.mark.parametrize(
    "defect",
    [
        lambda steps, spent: mean_interval(spent),  # capped runs taken for finished ones
        lambda steps, spent: mean_interval(steps[np.isfinite(steps)]),  # capped runs dropped
        lambda steps, spent: expected_running_time(np.where(np.isfinite(steps), spent, 0.0), np.isfinite(steps)),
    ],
    ids=["taken for finished", "dropped", "their steps forgotten"],
)
def test_capped_runs_counted_wrongly_are_found(defect):
    drawn = [capped(x, 60) for x in samples("geometric", 60, 300, 5)]
    assert covers([50.0 in expected_running_time(spent, np.isfinite(s)) for s, spent in drawn], 0.95)
    assert not covers([50.0 in defect(*pair) for pair in drawn], 0.95, at_least=True)


# ----------------------------------------------------------------------- quantiles and survival, caps that differ


def caps_that_differ(count: int, runs: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    caps = np.random.default_rng(seed).integers(10, 150, (count, runs))
    return [capped(x, cap) for x, cap in zip(samples("geometric", runs, count, seed + 1), caps)]


def quantiles_hold(runs: int, count: int) -> None:
    drawn, law, time = caps_that_differ(count, runs, 6), LAWS["geometric"], 40
    true = 1.0 - law.cdf(time)
    hits = []
    for steps, spent in drawn:
        curve = survival_curve(steps, spent)
        i = int(np.searchsorted(curve.times, time, side="right")) - 1
        lower, upper = (curve.lower[i], curve.upper[i]) if i >= 0 else (0.0, 1.0)
        hits.append(bool(lower <= true <= upper))
    assert covers(hits, 0.95, at_least=True, slack=0.0)
    assert covers([law.median in survival_quantile(*pair) for pair in drawn], 0.95, at_least=True, slack=0.0)
    common = [steps for steps, _ in (capped(x, 60) for x in samples("geometric", runs, count, 8))]
    assert covers([law.median in quantile_interval(x, horizon=60) for x in common], 0.95, at_least=True, slack=0.0)


def test_quantiles_and_survival():
    quantiles_hold(30, 1_000)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [10, 30, 100])
def test_quantiles_and_survival_many(runs):
    quantiles_hold(runs, 5_000)


def test_quantiles_of_capped_runs_taken_for_finished_ones_are_found():
    law = LAWS["geometric"]
    hits = [law.median in quantile_interval(spent) for _, spent in caps_that_differ(1_000, 60, 6)]
    assert not covers(hits, 0.95, at_least=True, slack=0.0)


@pytest.mark.parametrize("method", [bounded_mean_interval, bernstein_interval])
def test_distribution_free_bounds_hold_heavy_tails_cut_at_the_cap(method):
    cap, law = 200, LAWS["log-normal"]
    true = law.mean - float(scipy.stats.lognorm(1.0, scale=50.0).expect(lambda t: t - cap, lb=cap))
    hits = [true in method(np.minimum(x, cap), 0, cap, 0.8) for x in samples("log-normal", 20, 500, 9)]
    assert covers(hits, 0.8, at_least=True, slack=0.0)


# --------------------------------------------------------------------------------------------------- scaling fits

SIZES = (20, 40, 80, 160, 320)
FAR = np.geomspace(20, 1000, 15)


def scaling_hits(runs: int, count: int, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Which factors, predictions and bands hold the truth; the second array is of intervals `factor` times as wide."""
    rng, hits = np.random.default_rng(10), []
    truth = 3 * FAR * np.log(FAR) - 2 * FAR
    for _ in range(count):
        fit = scaling_fit({n: rng.exponential(3 * n * math.log(n) - 2 * n, runs) for n in SIZES})
        intervals = zip((*fit.coefficients, fit.predict(1000)), (3.0, -2.0, truth[-1]))
        middle, _, upper = fit.band(FAR)
        off = float((np.abs(truth - middle) / (upper - middle)).max())  # in half-widths
        inside = [(true in interval, true in narrowed(interval, factor)) for interval, true in intervals]
        hits.append([*inside, (off <= 1.0, off <= factor), (fit.misfit_p > 0.05, True)])
    return tuple(np.moveaxis(hits, 2, 0))


def scaling_holds(hits: np.ndarray, stated: tuple[float, ...]) -> bool:
    return all(covers(list(column), claim) for column, claim in zip(hits.T, stated))


STATED = {10: (0.927, 0.924, 0.917, 0.88, 0.94), 50: (0.94, 0.945, 0.937, 0.94, 0.95)}


def test_scaling_fit():
    assert scaling_holds(scaling_hits(50, 400)[0], STATED[50])


@pytest.mark.slow
def test_scaling_fit_many():
    assert scaling_holds(scaling_hits(10, 5_000)[0], STATED[10])
    right, narrow = scaling_hits(50, 10_000, 0.9)
    assert scaling_holds(right, STATED[50])
    assert not scaling_holds(narrow[:, :4], STATED[50])


def power_law_hits(law: str, runs: int, count: int) -> np.ndarray:
    rng, hits = np.random.default_rng(11), []
    draw = {
        "exponential": lambda n: rng.exponential(n**1.5, runs),
        "log-normal": lambda n: rng.lognormal(1.5 * math.log(n) - 0.5, 1.0, runs),
    }[law]
    for _ in range(count):
        fit = power_law_fit({n: draw(n) for n in SIZES})
        _, lower, upper = fit.band(FAR)
        hits.append([1.5 in fit.exponent, bool(((lower <= FAR**1.5) & (upper >= FAR**1.5)).all())])
    return np.array(hits)


def test_power_law():
    assert scaling_holds(power_law_hits("exponential", 50, 400), (0.944, 0.942))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "runs", "stated"),
    [("exponential", 10, (0.92, 0.925)), ("log-normal", 10, (0.87, 0.825)), ("log-normal", 50, (0.922, 0.908))],
)
def test_power_law_many(law, runs, stated):
    assert scaling_holds(power_law_hits(law, runs, 10_000), stated)


def test_a_growth_that_is_missing_is_found():
    rng = np.random.default_rng(12)
    truth = 3.0
    hits = [
        truth
        in scaling_fit({n: rng.normal(3 * n * math.log(n) - 2 * n, n, 20) for n in SIZES}, [Growth(1, 1)]).coefficients[
            0
        ]
        for _ in range(200)
    ]
    assert not covers(hits, 0.95, at_least=True)
