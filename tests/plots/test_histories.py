import math

import numpy as np
import polars as pl
import pytest
from matplotlib.text import Text

from evo.core.problems import Sense
from evo.plots import fixed_budget, fixed_target, trajectory
from evo.statistics import mean_interval, quantile_interval, restricted_mean

RNG = np.random.default_rng(6)
N, RUNS, CAP = 12, 25, 60


def walk(cap=None, start=4):
    """Values that rise by one after geometric waits, recorded at each rise and at the end, and a rate along."""
    rows = []
    for run in range(RUNS):
        value, step = start, 0
        rows.append((run, 0, value, math.nan))
        while value < N:
            step += int(RNG.geometric((N - value) / (2 * N)))
            if cap is not None and step > cap:
                rows.append((run, cap, value, 1 / value))
                break
            value += 1
            rows.append((run, step, value, 1 / value))
    run, steps, values, rates = (list(column) for column in zip(*rows, strict=True))
    columns = {"cell": ["c"] * len(run), "algorithm": ["ea"] * len(run), "n": [N] * len(run), "run": run}
    more = {"steps": steps, "evaluations": [s + 1 for s in steps], "value": values, "rate": rates}
    return pl.DataFrame({**columns, **more}).with_columns(zeros=N - pl.col("value"))


FREE, CAPPED = walk(), walk(CAP)


def times(records, goal):
    """When each run reaches the goal (inf if never), and when it ended."""
    reached, ends = [], []
    for run in range(RUNS):
        part = records.filter(pl.col("run") == run)
        got = part.filter(pl.col("value") >= goal)["steps"]
        reached.append(float(got.min()) if len(got) else math.inf)
        ends.append(float(got.min()) if len(got) else float(part["steps"].max()))
    return np.array(reached), np.array(ends)


def test_fixed_target_is_the_mean_time_to_each_value():
    rows = fixed_target(FREE, confidence=0.9).rows
    assert [row.x for row in rows] == list(range(4, N + 1)) and {row.kind for row in rows} == {"mean"}
    for row in rows:
        expected = mean_interval(times(FREE, row.x)[0], 0.9)
        assert (row.y, row.upper) == pytest.approx((expected.estimate, expected.upper), rel=1e-12)
        assert row.lower == pytest.approx(max(expected.lower, 0.0), rel=1e-12)


def test_capped_histories_are_never_averaged_as_finished():
    chart = fixed_target(CAPPED)
    rows = {row.x: row for row in chart.rows if row.kind != "capped"}
    kinds = []
    for goal, row in rows.items():
        reached, ends = times(CAPPED, goal)
        capped = bool(np.isinf(reached).any())
        expected = restricted_mean(reached, ends) if capped else mean_interval(reached)
        assert row.kind == (f"restricted mean up to {CAP}" if capped else "mean")
        assert row.y == pytest.approx(expected.estimate, rel=1e-12)
        kinds.append(row.kind)
    assert kinds[0] == "mean" and kinds[-1] == f"restricted mean up to {CAP}"
    open_ones = [row for row in chart.rows if row.kind == "capped"]
    assert len(open_ones) == np.isinf(times(CAPPED, N)[0]).sum() and {row.y for row in open_ones} == {float(CAP)}
    finished = CAPPED.with_columns(
        value=pl.when(pl.col("steps") == pl.col("steps").max().over("run")).then(N).otherwise(pl.col("value"))
    )
    assert {row.kind for row in fixed_target(finished).rows} == {"mean"}


def test_fixed_target_of_medians_stops_where_capped_runs_decide():
    chart = fixed_target(CAPPED, centre="median")
    for row in (row for row in chart.rows if row.kind == "median"):
        assert row.y == quantile_interval(times(CAPPED, row.x)[0], 0.5).estimate < math.inf


def test_falling_values_run_to_the_right():
    up, down = fixed_target(FREE), fixed_target(FREE, "zeros")
    assert [row.y for row in up.rows] == [row.y for row in down.rows]
    assert [row.x for row in down.rows] == [N - row.x for row in up.rows]
    assert down.panels[0].axes.xaxis_inverted() and not up.panels[0].axes.xaxis_inverted()
    assert not fixed_target(FREE, "zeros", sense=Sense.MAXIMISE).panels[0].axes.xaxis_inverted()


def test_restricted_means_need_one_horizon():
    ends = pl.DataFrame({"run": [0, 0, 1, 1, 2, 2], "steps": [0, 9, 0, 4, 0, 30], "value": [0, 1, 0, 1, 0, 2]})
    rows = fixed_target(ends, targets=[1, 2]).rows
    assert [(row.x, row.kind) for row in rows] == [(1.0, "mean"), (2.0, "capped"), (2.0, "capped")]


def test_fixed_budget_is_the_best_value_so_far():
    budgets = [0, 5, 20, 50]
    rows = fixed_budget(CAPPED, budgets=budgets, share=0.5).rows
    assert [row.x for row in rows] == budgets
    for row in rows:
        last = CAPPED.filter(pl.col("steps") <= row.x).group_by("run").agg(pl.col("value").max())["value"].to_numpy()
        quantiles = [quantile_interval(last, q).estimate for q in (0.5, 0.25, 0.75)]
        assert [row.y, row.lower, row.upper] == quantiles


def test_fixed_budget_stops_where_somebody_was_capped():
    assert max(row.x for row in fixed_budget(CAPPED, budgets=[1, CAP, CAP + 1]).rows) == CAP
    assert max(row.x for row in fixed_budget(FREE).rows) == FREE["steps"].max()
    rows = fixed_budget(CAPPED, y="zeros", budgets=[CAP]).rows
    assert rows[0].y == N - fixed_budget(CAPPED, budgets=[CAP]).rows[0].y


def test_the_words_say_how_many_histories_fell_short_and_when_a_value_counts():
    short = int(np.isinf(times(CAPPED, N)[0]).sum())
    assert f"{short} of {RUNS} runs ended without the best value; the curve stops where" in words(fixed_budget(CAPPED))
    assert "without" not in words(fixed_budget(FREE))
    assert "A value counts from the first recorded row that shows it." in words(fixed_target(FREE))


def words(chart):
    return " ".join(" ".join(text.get_text().split()) for text in chart.figure.findobj(Text))


def test_trajectory_against_steps_counts_runs_on_their_way():
    chart = trajectory(FREE, "n rate", singles=2)
    medians = [row for row in chart.rows if row.kind == "median"]
    for row in medians:
        going, values = 0, []
        for run in range(RUNS):
            part = FREE.filter(pl.col("run") == run)
            if part["steps"].max() >= row.x:
                going += 1
                seen = part.filter((pl.col("steps") <= row.x) & pl.col("rate").is_finite())
                values += [N * seen["rate"][-1]] if len(seen) else []
        assert 2 * len(values) >= RUNS
        assert row.y == pytest.approx(quantile_interval(values, 0.5).estimate, rel=1e-12)
    singles = [row for row in chart.rows if row.kind == "single run"]
    assert len(singles) == sum(FREE.filter(pl.col("run") == run)["rate"].is_finite().sum() for run in (0, 1))


def test_trajectory_against_an_observable():
    rows = [row for row in trajectory(FREE, "rate", "zeros", singles=0).rows if row.x < N - 4]
    assert all(row.y == pytest.approx(1 / (N - row.x)) for row in rows)
    assert [row.x for row in rows] == sorted((row.x for row in rows), reverse=True)


def test_records_of_runs_have_a_step_column():
    renamed = FREE.drop("cell", "algorithm", "n").rename({"steps": "step"})
    assert [row.y for row in fixed_target(renamed).rows] == [row.y for row in fixed_target(FREE).rows]


@pytest.mark.parametrize("draw", [fixed_target, fixed_budget, trajectory])
def test_wrong_tables(draw):
    with pytest.raises(ValueError, match="`records` must hold at least one row"):
        draw(FREE.clear())
    with pytest.raises(
        ValueError, match=r"`records` must hold the recorded rows of runs; got 'one row per run'.*against"
    ):
        draw(FREE.with_columns(spent=1))
    with pytest.raises(ValueError, match=r"must name columns only.*Record it: record=evo"):
        draw(FREE.drop("value", "rate"))
    with pytest.raises(ValueError, match=r"`records` must hold one cell per series; got .two rows of one step"):
        draw(pl.concat([FREE, FREE]))
    with pytest.raises(TypeError, match="`records` must be a polars DataFrame"):
        draw([1])


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"`y` must be a time: name steps or evaluations; got 'zeros'"):
        fixed_target(FREE, "value", "zeros")
    with pytest.raises(ValueError, match="`x` must be a time"):
        fixed_budget(FREE, "zeros")
    with pytest.raises(ValueError, match=r"`share` must be a number in \(0, 1\); got 80"):
        fixed_budget(FREE, share=80)
    with pytest.raises(ValueError, match="`targets` must hold finite numbers"):
        fixed_target(FREE, targets=[])
    with pytest.raises(TypeError, match="`sense` must be Sense"):
        fixed_target(FREE, sense="max")
    with pytest.raises(ValueError, match="`singles` must be an integer >= 0"):
        trajectory(FREE, singles=-1)
    with pytest.raises(ValueError, match="`y` must be defined in some row"):
        trajectory(FREE.filter(pl.col("steps") == 0))


def test_values_that_fall_back_count_once_reached():
    table = pl.DataFrame({"run": [0] * 4, "steps": [0, 2, 4, 6], "value": [1, 3, 2, 4]})
    assert [(row.x, row.y) for row in fixed_budget(table, budgets=[1, 2, 5, 6]).rows] == [
        (1, 1),
        (2, 3),
        (5, 3),
        (6, 4),
    ]
    assert [(row.x, row.y) for row in fixed_target(table, targets=[2, 3, 4]).rows] == [(2, 2), (3, 2), (4, 6)]
