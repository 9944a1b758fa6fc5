"""Success rates and summaries: what is counted how, and said so."""

import dataclasses
import math

import numpy as np
import pytest

from evo.statistics import (
    Interval,
    binomial_interval,
    expected_running_time,
    mean_interval,
    quantile_interval,
    restricted_mean,
    success_rate,
    summary,
)

INF = math.inf


@pytest.fixture(scope="module")
def sample():
    times = np.random.default_rng(1).geometric(1 / 1234, 100).astype(float)
    return np.where(times > 3000, INF, times), np.minimum(times, 3000)


def bounds(interval):
    return interval.estimate, interval.lower, interval.upper


def test_success_rate_is_the_binomial_one(sample):
    steps, spent = sample
    wins = int(np.isfinite(steps).sum())
    assert bounds(success_rate(steps, spent, confidence=0.9)) == bounds(binomial_interval(wins, 100, 0.9))
    assert success_rate([3, 5, 8], [3, 5, 8], 5).estimate == 2 / 3
    early = int((steps <= 800).sum())
    rate = success_rate(steps, spent, 800)
    assert bounds(rate) == bounds(binomial_interval(early, 100))
    assert rate.method == (
        f"{early} of 100 runs within 800 steps, {100 - wins} capped and counted as failed; Clopper-Pearson"
    )


def test_summary_holds_what_the_single_functions_say(sample):
    steps, spent = sample
    whole = summary(steps, spent, 0.9)
    assert (whole.count, whole.capped, whole.horizon, whole.confidence) == (100, 8, 3000.0, 0.9)
    assert whole.kind == "restricted mean up to 3000"
    assert whole.mean == restricted_mean(steps, spent, confidence=0.9)
    assert whole.median == quantile_interval(steps, 0.5, 0.9, horizon=3000)
    assert whole.ert == expected_running_time(spent, np.isfinite(steps), 0.9)
    assert whole.success == success_rate(steps, spent, confidence=0.9)
    plain = summary(spent, spent)
    assert plain.kind == "mean" and plain.capped == 0 and plain.horizon == INF
    assert bounds(plain.mean) == pytest.approx(bounds(mean_interval(spent)), rel=1e-12)


def test_words(sample):
    whole = summary(*sample)
    assert whole.words == str(whole)
    assert whole.words.split("; ") == [
        "100 runs, 8 capped: restricted mean up to 3000 of 1105 [921.8, 1288], median 847 [653, 1078], "
        "ERT 1201 [976.5, 1476], success rate 0.92 [0.8484, 0.9648] (95 %)",
        "a run beyond 3000 steps counts as 3000 in the mean and as longer than the others in the median",
        "a capped run counts as failed in ERT and success rate",
    ]
    never = summary([INF] * 5, [20] * 5).words
    assert never.startswith("5 runs, all capped: restricted mean up to 20 of 20 [9.564, 20], median beyond 20 [")
    assert "ERT inf [38.33, inf], success rate 0 [0, 0.5218]" in never


def test_runs_beyond_the_smallest_cap_count_as_capped_in_mean_and_median():
    whole = summary([3, 15, INF, 4, 5], [3, 15, 10, 4, 5])
    assert (whole.capped, whole.horizon) == (1, 10.0)
    assert whole.mean.estimate == np.mean([3, 10, 10, 4, 5])
    assert whole.median == summary([3, INF, INF, 4, 5], [3, 10, 10, 4, 5]).median
    assert whole.success.estimate == 0.8 and whole.ert.estimate == 37 / 4
    late = summary(
        [3, 15, 16, INF, 17], [3, 15, 16, 10, 17]
    ).median  # the capped run may have been the shortest of four
    assert (late.estimate, late.upper) == (INF, INF)


def test_one_run_has_no_bounds_but_a_summary():
    alone = summary([7], [7])
    assert alone.words == "1 run, none capped: mean 7 [-inf, inf], median 7 [-inf, inf] (95 %)"
    assert alone.mean == alone.ert == Interval(7.0, -INF, INF, 0.95, "no bounds: one run shows no spread")
    capped = summary([INF], [7])
    assert (capped.mean.estimate, capped.median.estimate, capped.ert.estimate) == (7.0, INF, INF)
    assert capped.success.estimate == 0.0 and capped.words.startswith("1 run, all capped: restricted mean up to 7 of 7")


def test_a_run_capped_at_once():
    whole = summary([INF, 3], [0, 3])
    assert bounds(whole.mean) == (0.0, 0.0, 0.0) and "capped at once" in whole.mean.method


def test_a_summary_is_frozen(sample):
    with pytest.raises(dataclasses.FrozenInstanceError):
        summary(*sample).count = 3  # type: ignore[misc]
