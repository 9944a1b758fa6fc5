import math

import numpy as np
import polars as pl
import pytest

from evo import discrete as d
from evo.core.keys import Key
from evo.core.stops import Steps
from evo.experiments import Above, Below, Exactly
from evo.experiments.grids import (
    DriftCell,
    DriftSeries,
    Observed,
    RunCell,
    bracket,
    computed,
    crossing,
    decisive,
    drift_deviations,
    mean_deviations,
    means,
    panels,
    planned,
    quantiles,
    quotient,
    ratios,
    run_series,
    share_deviations,
    shares,
)
from evo.plots import LOOKS, Chart
from evo.statistics import Interval
from evo.studies import Block


def cell(strength=1.0, runs=10, cap=10_000, **more):
    return RunCell(
        label=f"c={strength!r}",
        series="one",
        x=strength,
        axis="c",
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=d.OneMax(20),
        stop=Steps(cap),
        runs=runs,
        unit=20.0,
        **more,
    )


def table(samples, **columns):
    """Rows as if measured: run times per strength, inf where capped."""
    frames = [
        pl.DataFrame({"cell": [f"c={c!r}"] * len(times), "run": range(len(times)), "steps": times, **columns})
        for c, times in samples.items()
    ]
    return pl.concat(frames)


def series(samples):
    cells = [cell(c) for c in samples]
    return run_series(table(samples), cells)["one"]


def interval(lower, upper, confidence=0.99):
    return Interval((lower + upper) / 2, lower, upper, confidence, "planted")


def test_blocks_are_coarse_to_fine_and_extend():
    cells = [cell(c, runs=25, per_block=10) for c in (1.0, 2.0)]
    blocks = planned(cells)
    assert blocks[:2] == [Block("c=1.0", 0, 1), Block("c=2.0", 0, 1)]
    assert [(block.first, block.count) for block in blocks if block.cell == "c=1.0"] == [
        (0, 1),
        (1, 9),
        (10, 10),
        (20, 5),
    ]
    longer = planned([cell(c, runs=40, per_block=10) for c in (1.0, 2.0, 3.0)])
    assert {block for block in blocks if block.first < 20} <= set(longer)
    assert [one.count for one in planned([cell(runs=3)])] == [1, 1, 1]
    with pytest.raises(ValueError, match=r"`cells` must have different labels; got 'c=1.0' twice"):
        planned([cell(), cell()])


def test_rows_do_not_depend_on_blocks_or_other_cells():
    observed = (Observed("zeros", d.zeros, np.int64), Observed("density", d.mean_density()))
    cells = [cell(c, observed=observed, keep=("steps", "spent", "evaluations", "reached")) for c in (1.0, 2.0)]
    whole = computed(cells, 7, Block("c=1.0", 0, 3))
    parts = [computed(cells[:1], 7, Block("c=1.0", first, 1)) for first in range(3)]
    assert list(whole) == ["steps", "spent", "evaluations", "reached", "zeros", "density"]
    for name, column in whole.items():
        assert np.array_equal(column, np.concatenate([part[name] for part in parts]))
    assert whole["zeros"].dtype == np.int64 and whole["density"].dtype == np.float64
    assert not np.array_equal(whole["steps"], computed(cells, 7, Block("c=2.0", 0, 3))["steps"])
    with pytest.raises(ValueError, match=r"`block` must be one of the plan; got c=3.0@0\+1"):
        computed(cells, 7, Block("c=3.0", 0, 1))


def test_rows_are_those_of_repeat():
    import evo

    one = cell(runs=3)
    rows = one.columns(Key(7).child(one.label), 0, 3)
    runs = evo.repeat(one.optimizer, one.problem, runs=3, seed=Key(7).child("c=1.0"), stop=one.stop)
    assert np.array_equal(rows["steps"], runs.steps)


@pytest.mark.parametrize(
    "changed",
    [
        {"cap": 9999},
        {"observed": (Observed("zeros", d.zeros),)},
        {"keep": ("steps",)},
        {"start": np.zeros(20, dtype=np.uint8)},
        {"strength": 1.5},
    ],
)
def test_a_description_holds_what_rows_depend_on(changed):
    assert cell(**changed).described() != cell().described()
    assert cell(runs=99, per_block=7).described() == cell().described()


def test_long_descriptions_end_in_a_hash():
    many = tuple(range(2000))
    texts = [
        DriftCell(
            label="a",
            series="a",
            x=1.0,
            optimizer=d.OnePlusOne(rate=d.Static(strength=1.0)),
            problem=d.HotTopic.from_sets(5000, hot=[many[first:]], core=[many[first:]], eps=0.0),
            zeros=((0, 5),),
            samples=10,
        ).described()
        for first in (0, 1)
    ]
    assert texts[0] != texts[1] and max(map(len, texts)) < 400


def test_series_keep_capped_runs_apart():
    found = series({2.0: [40.0, math.inf], 1.0: [20.0, 60.0]})
    assert found.x.tolist() == [1.0, 2.0] and found.capped.tolist() == [0, 1] and found.runs.tolist() == [2, 2]
    assert found.time[0].tolist() == [1.0, 3.0] and found.caps.tolist() == [500.0, 500.0]
    assert found.where(1.5).x.tolist() == [2.0] and found.at([True, False])["steps"][0].tolist() == [20.0, 60.0]


def test_points_without_rows_are_left_out():
    found = run_series(table({1.0: [20.0]}), [cell(1.0), cell(2.0)])
    assert found["one"].x.tolist() == [1.0]


@pytest.mark.parametrize(
    ("predicted", "place"),
    [
        (Below(1.0), 2),  # reaches highest
        (Above(0.0), 1),  # reaches lowest
        (Exactly(0.0, 0.0, 1.0), 0),  # excludes the value
        (Exactly(0.45, 0.0, 0.6), 1),  # excludes the value, farthest off in half-widths
        (Exactly(0.25, 0.0, 1.0), 1),
    ],
)
def test_the_interval_that_counts_most_against_a_claim(predicted, place):
    intervals = [interval(0.2, 0.5), interval(-0.1, 0.2), interval(0.1, 0.8)]
    if predicted == Exactly(0.0, 0.0, 1.0):
        intervals[2] = interval(-0.5, 0.8)
    assert decisive(predicted, intervals) == intervals[place]


def test_a_vague_point_leaves_a_claim_about_all_points_undecided():
    vague, sharp = interval(-math.inf, math.inf), interval(-0.01, 0.02)
    assert decisive(Exactly(0.0, 0.0, 0.1), [sharp, vague]) == vague
    off = interval(0.01, 0.02)
    assert decisive(Exactly(0.0, 0.0, 0.1), [sharp, vague, off]) == off


def test_means_of_capped_runs_are_unknown():
    found = series({1.0: [20.0, 40.0, 60.0], 2.0: [20.0, math.inf]})
    one, two = means(found, found.time, 0.9)
    assert one.estimate == 2.0 and one.lower == pytest.approx(0.314146, abs=1e-6) and one.method.endswith("c = 1")
    assert (two.lower, two.upper) == (-math.inf, math.inf) and "1 of 2 runs capped, c = 2" in two.method


def test_quantiles_stay_within_their_range():
    found = series({1.0: [20.0, 20.0]})
    (one,) = quantiles(found, [np.array([0.5, 0.5])], 0.999, low=0.0, high=1.0)
    assert (one.lower, one.upper) == (0.0, 1.0)


def exponential(mean, runs, seed):
    return list(20.0 * mean * np.random.default_rng(seed).exponential(size=runs))


@pytest.mark.parametrize("known", [True, False])
def test_mean_deviations_accept_the_law_and_refuse_another(known):
    found = series({1.0: exponential(3.0, 4000, 1), 2.0: exponential(5.0, 4000, 2)})
    spread = [3.0, 5.0] if known else None
    # At 1 - 1e-9 each interval holds but with probability 1e-9; an error of 15 % is 9 standard errors.
    right = mean_deviations(found, found.time, [3.0, 5.0], 1 - 1e-9, spread=spread)
    assert all(one.lower < 0.0 < one.upper for one in right)
    wrong = mean_deviations(found, found.time, [3.0, 5.75], 1 - 1e-9, spread=spread)
    assert not wrong[1].lower < 0.0 < wrong[1].upper


def test_too_few_skewed_runs_decide_nothing():
    found = series({1.0: exponential(3.0, 5, 1)})
    (one,) = mean_deviations(found, found.time, [3.0], 1 - 1e-9, spread=[3.0])
    assert math.isinf(one.lower) and "too few runs" in one.method


def test_shares():
    found = series({1.0: [20.0] * 10})
    hits = [np.array([True] * 9 + [False])]
    (share,), (off,) = shares(found, hits, 0.9), share_deviations(found, hits, [0.5], 0.9)
    assert share.estimate == 0.9 and off.lower == pytest.approx(share.lower - 0.5)


def test_order_of_two_series():
    slow, fast = np.linspace(9.0, 11.0, 40), np.linspace(4.0, 6.0, 40)
    found = series({1.0: [20.0]})
    (one,) = ratios(found, [slow], [fast], 0.99)
    assert one.lower > 1.0 and one.estimate == pytest.approx(2.0, rel=0.05)
    (back,) = ratios(found, [fast], [slow], 0.99)
    assert back.upper < 1.0
    (capped,) = ratios(found, [np.full(40, math.inf)], [fast], 0.99)
    assert (capped.lower, capped.upper) == (0.0, math.inf)  # how long they were watched is not said
    (some,) = ratios(found, [np.r_[np.full(5, 12.0), np.full(35, math.inf)]], [fast], 0.99)
    assert 12.0 / 6.0 <= some.lower <= 12.0 / 4.0 and some.upper == math.inf  # capped runs are longer than the others
    (both,) = ratios(found, [np.full(40, math.inf)], [np.full(40, math.inf)], 0.99)
    assert (both.lower, both.upper) == (0.0, math.inf)


@pytest.mark.parametrize(
    ("sides", "falling", "expected"),
    [
        ([(0.9, 1.0), (0.8, 0.9), (0.1, 0.2), (0.0, 0.1)], True, (2.0, 3.0)),
        ([(0.0, 0.1), (0.1, 0.2), (0.3, 0.7), (0.8, 0.9)], False, (2.0, 4.0)),  # one not sure
        ([(0.9, 1.0), (0.8, 0.9), (0.1, 0.2), (0.0, 0.1)], False, None),  # the wrong way
        ([(0.0, 0.1), (0.1, 0.2), (0.3, 0.7), (0.8, 0.9)], True, None),
        ([(0.9, 1.0), (0.0, 0.1), (0.9, 1.0), (0.0, 0.1)], True, None),
        ([(0.9, 1.0)] * 4, True, None),
        ([(0.3, 0.7)] * 4, True, None),
    ],
)
def test_bracket(sides, falling, expected):
    found = series({c: [20.0] for c in (1.0, 2.0, 3.0, 4.0)})
    passed = bracket(found, [interval(*side) for side in sides], 0.5, falling=falling)
    assert (None if passed is None else (passed.lower, passed.upper)) == expected
    assert passed is None or passed.confidence == pytest.approx(0.96)


def test_drifts():
    x = np.array([1.0, 1.5, 2.0, 2.5])
    found = DriftSeries("one", "c", x, 2.0 - x, np.full(4, 0.01))
    (*_, last) = drift_deviations(found, 2.0 - x + [0.0, 0.0, 0.0, 1.0], 0.99)
    assert last.upper < 0.0
    line = crossing(found, 2.0, 1.0, 0.99)
    assert line is not None and line.interval.lower < 2.0 < line.interval.upper
    assert crossing(found, 2.0, 0.1, 0.99) is None


def test_capped_runs_are_drawn_open_and_never_averaged():
    chart = Chart(["time"], width=3.0, height=3.0)
    found = series({1.0: [20.0, 40.0], 2.0: [20.0, math.inf]})
    panels.run_times(chart.panels[0], "one", found, LOOKS[0], centre=panels.mean_intervals, lift=1.1)
    kinds = {kind: [(row.x, row.y) for row in chart.rows if row.kind == kind] for kind in ("measured", "capped")}
    assert kinds["capped"] == [(2.0, pytest.approx(550.0))] and kinds["measured"] == [(1.0, 1.5)]
    assert len([row for row in chart.rows if row.kind == "single run"]) == 3


def test_quotient_of_two_intervals():
    top, bottom = Interval(6.0, 5.0, 8.0, 0.99, "a"), Interval(2.0, 1.0, 4.0, 0.98, "b")
    found = quotient(top, bottom)
    assert (found.estimate, found.lower, found.upper) == (3.0, 1.25, 8.0)
    assert found.confidence == pytest.approx(0.97)
    negative = quotient(Interval(0.0, -1.0, 2.0, 0.99, "a"), bottom)
    assert (negative.lower, negative.upper) == (-1.0, 2.0)
    for unknown in (Interval(2.0, 0.0, 4.0, 0.98, "b"), Interval(math.nan, -math.inf, math.inf, 0.98, "b")):
        assert quotient(top, unknown).upper == math.inf and quotient(top, unknown).lower == -math.inf
