import math

import numpy as np
import polars as pl
import pytest

from evo.plots import LOOKS, against, save
from evo.statistics import mean_interval, quantile_interval, restricted_mean

RNG = np.random.default_rng(3)
INF = math.inf


def table(ns=(10, 20, 40), cs=(1.0,), runs=20, cap=None, algorithms=("ea",)):
    """Runs as a study gives them; times of mean about n ln n, capped at `cap` n."""
    rows = []
    for algorithm in algorithms:
        for n in ns:
            for c in cs:
                times = RNG.geometric(1 / (n * math.log(n)), size=runs).astype(float)
                for run, time in enumerate(times):
                    end = min(time, INF if cap is None else cap * n)
                    rows.append(
                        {
                            "cell": f"{algorithm} n={n} c={c}",
                            "algorithm": algorithm,
                            "n": n,
                            "c": c,
                            "run": run,
                            "steps": time if time <= end else INF,
                            "spent": int(end),
                            "evaluations": int(end) + 1,
                            "hit": int(end) + 1 if time <= end else 0,
                            "reached": bool(time <= end),
                            "value": 1.0,
                            "reason": "target",
                        }
                    )
    return pl.DataFrame(rows)


FREE, CAPPED = table(), table(cap=2)


def found(chart, *kinds):
    return [row for row in chart.rows if not kinds or row.kind in kinds]


def test_means_are_those_of_the_statistics():
    rows = found(against(FREE, "n", "steps/(n ln n)", confidence=0.9))
    assert [row.x for row in rows] == [10, 20, 40] and {row.kind for row in rows} == {"mean"}
    for row in rows:
        steps = FREE.filter(pl.col("n") == row.x)["steps"].to_numpy()
        expected = mean_interval(steps / (row.x * math.log(row.x)), 0.9)
        assert (row.y, row.upper) == pytest.approx((expected.estimate, expected.upper), rel=1e-12)
        assert row.lower == pytest.approx(max(expected.lower, 0.0), rel=1e-12)


def test_capped_runs_make_restricted_means_and_open_markers():
    chart = against(CAPPED, "n", "steps/n")
    for n in (10, 20, 40):
        part = CAPPED.filter(pl.col("n") == n)
        capped = int((~part["reached"]).sum())
        assert 0 < capped < 20
        expected = restricted_mean(part["steps"].to_numpy() / n, part["spent"].to_numpy() / n)
        row = next(row for row in found(chart) if row.x == n and row.kind != "capped")
        assert row.kind == "restricted mean up to 2"
        assert (row.y, row.lower, row.upper) == pytest.approx(
            (expected.estimate, expected.lower, expected.upper), rel=1e-12
        )
        assert [(row.y) for row in found(chart, "capped") if row.x == n] == [2.0] * capped
    axes = chart.panels[0].axes
    assert "restricted mean" in axes.get_ylabel()
    assert "capped" in chart.figure.get_supxlabel() and "Half-filled" in chart.figure.get_supxlabel()


@pytest.mark.parametrize("y", ["steps", "evaluations", "hit", "evaluations/n"])
def test_capped_run_counted_as_finished_shows_in_the_kind(y):
    one = {"run": [0, 1, 2], "spent": [3, 5, 9], "evaluations": [4, 6, 10], "hit": [4, 6, 0], "n": [2, 2, 2]}
    honest = pl.DataFrame({**one, "steps": [3.0, 5.0, INF], "reached": [True, True, False]})
    defect = pl.DataFrame({**one, "hit": [4, 6, 10], "steps": [3.0, 5.0, 9.0], "reached": [True, True, True]})
    kinds = [{row.kind for row in against(frame, y=y).rows} for frame in (honest, defect)]
    assert kinds[1] == {"mean"}
    assert "capped" in kinds[0] and "mean" not in kinds[0]
    assert any(kind.startswith("restricted mean up to") for kind in kinds[0])


def test_steps_spent_may_be_averaged_under_their_own_name():
    chart = against(CAPPED, y="spent")
    assert {row.kind for row in chart.rows} == {"mean"}
    assert "capped runs included" in chart.panels[0].axes.get_ylabel()


def test_medians_and_their_missing_bounds():
    chart = against(CAPPED, y="steps", centre="median")
    for n in (10, 20, 40):
        part = CAPPED.filter(pl.col("n") == n)
        expected = quantile_interval(part["steps"].to_numpy(), 0.5, horizon=2 * n)
        rows = [row for row in chart.rows if row.x == n]
        drawn = [row.y for row in rows if row.kind == "median"]
        assert drawn == ([expected.estimate] if expected.estimate < INF else [])
        arrows = [row.y for row in rows if row.kind == "lower bound"]
        assert arrows == ([expected.lower] if math.isfinite(expected.lower) and expected.upper == INF else [])
    all_but_one = pl.DataFrame({"n": [5] * 9, "steps": [INF] * 5 + [1.0] * 4, "spent": [8] * 5 + [1] * 4})
    assert {row.kind for row in against(all_but_one, centre="median").rows} == {"capped", "lower bound"}


def test_shifted_times_keep_their_restricted_mean():
    plain, shifted = against(CAPPED, y="steps/n"), against(CAPPED, y="steps/n - ln n")
    for one, two in zip(plain.rows, shifted.rows, strict=True):
        assert two.y + math.log(one.x) == pytest.approx(one.y, rel=1e-12)


def test_further_parameters_make_series():
    chart = against(table(cs=(0.5, 1.0), algorithms=("a", "b")))
    assert {row.series for row in chart.rows} == {f"{name}, c = {c}" for name in "ab" for c in ("0.5", "1")}
    texts = [text.get_text() for text in chart.panels[0].axes.texts]
    assert "a, c = 0.5" in texts
    one = against(table(cs=(0.5, 1.0), algorithms=("a", "b")), where={"c": 0.5, "algorithm": ["a"]})
    assert one.panels[0].axes.get_title("left") == "a, c = 0.5: 20 runs per point"


def test_more_series_than_looks_are_refused():
    many = table(ns=(10,), cs=tuple(np.linspace(0.5, 3, 9)), runs=1)
    with pytest.raises(ValueError, match=r"at most 8 series \(c: 9 values\); got '9 combinations'.*where=\{'c': 0.5\}"):
        against(many)
    assert len({row.series for row in against(many.filter(pl.col("c") < 2.9)).rows}) == len(LOOKS) == 8
    assert len(against(many, "c").rows) == 9


def test_cells_are_never_pooled():
    frame = table(cs=(1.0, 2.0))
    with pytest.raises(ValueError, match=r"`frame` must hold one cell per point.*2 cells at n = 10.*by="):
        against(frame.drop("c"))
    with pytest.raises(ValueError, match="two rows of one run"):
        against(frame.drop("c", "cell"))
    with pytest.raises(ValueError, match="2 cells at c n = 20"):
        against(frame, "c n")


def test_series_without_the_parameter_is_a_level():
    other = FREE.filter(pl.col("n") == 10).with_columns(algorithm=pl.lit("rls"), cell=pl.lit("rls"), c=None)
    frame = pl.concat([table(ns=(10,), cs=(0.5, 2.0)), other.with_columns(pl.col("c").cast(pl.Float64))])
    rows = [row for row in against(frame, "c").rows if row.series == "rls"]
    assert [row.x for row in rows] == [0.5, 2.0] and rows[0].y == rows[1].y


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": "m"}, "`x` must name columns only, and 'm' is none"),
        ({"y": "step"}, r"Did you mean 'steps'\?"),
        ({"x": "steps"}, "`x` must be made of parameters; steps is a result"),
        (
            {"y": "steps/ln(n - 10)"},
            "`y` must be defined for every run; it is not for 20 of 20, the first with steps =",
        ),
        ({"by": ("algoritm",)}, r"`by` must name columns of the table.*Did you mean 'algorithm'"),
        ({"where": {"nn": 3}}, "`where` must name columns"),
        ({"where": {"n": 33}}, "Column 'n' holds 10, 20, 40"),
        ({"centre": "mode"}, "`centre` must be 'mean' or 'median'"),
        ({"confidence": 95}, r"`confidence` must be a number in \(0, 1\); got 95"),
        ({"line": {"a": ([1, 2], [1])}}, "`line` must be x and y of one length"),
        ({"line": {"a": lambda n: math.nan}}, "`line` must have a finite point"),
        ({"line": {}}, "`line` must hold 1 to 4 lines"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        against(FREE, **arguments)


def test_wrong_tables():
    with pytest.raises(ValueError, match="`frame` must hold at least one row"):
        against(FREE.clear())
    with pytest.raises(TypeError, match=r"`frame` must be a polars DataFrame.*from_pandas"):
        against({"n": [1]})
    with pytest.raises(TypeError, match="`line` must be a function of x"):
        against(FREE, line=3)
    with pytest.raises(ValueError, match=r"`y` must grow with steps without bound, since .* of 20 runs are capped"):
        against(CAPPED, y="n/steps")
    with pytest.raises(ValueError, match="hold 'spent' where runs are capped"):
        against(CAPPED.drop("spent"))


def test_functions_of_whole_x_get_whole_numbers():
    seen = []

    def law(n):
        seen.append(n)
        return n * math.log(n)

    chart = against(FREE, line={"n ln n": law})
    assert all(type(n) is int for n in seen) and {10, 20, 40} <= set(seen)
    theory = {row.x: row.y for row in chart.rows if row.kind == "theory"}
    assert theory[40.0] == 40 * math.log(40)


def test_axes_follow_ratios():
    wide = pl.DataFrame({"n": [10, 100, 10_000], "steps": [20.0, 500.0, 80_000.0]})
    axes = against(wide).panels[0].axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    zero = pl.DataFrame({"n": [10, 20, 40], "steps": [0.0, 1.0, 80_000.0]})
    axes = against(zero).panels[0].axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "symlog")
    axes = against(FREE).panels[0].axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["10", "20", "40"]


def overlapping(chart):
    """Pairs of words that overlap, and words that stand out of the figure."""
    chart.figure.draw_without_rendering()
    axes, figure = chart.panels[0].axes, chart.figure
    words = [axes._left_title, axes.xaxis.label, axes.yaxis.label, figure._supxlabel, *axes.texts]
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        words += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    shown = [(item.get_text(), item.get_window_extent()) for item in words if item is not None and item.get_text()]
    pairs = [
        (one, two)
        for place, (one, first) in enumerate(shown)
        for two, second in shown[:place]
        if first.x0 < second.x1 and second.x0 < first.x1 and first.y0 < second.y1 and second.y0 < first.y1
    ]
    edge = figure.bbox
    outside = [
        text for text, box in shown if box.x0 < -1 or box.y0 < -1 or box.x1 > edge.x1 + 1 or box.y1 > edge.y1 + 1
    ]
    return pairs + outside


LONG = "The self-adjusting (1 + (λ, λ)) genetic algorithm with resets, version"


def test_words_stand_free():
    long = table(ns=(10, 20, 40), runs=3, algorithms=tuple(f"{LONG} {i}" for i in range(8)), cap=3)
    assert overlapping(against(long, y="steps/(n ln n)")) == []
    assert overlapping(against(long.filter(pl.col("algorithm") == f"{LONG} 0"))) == []
    same = table(ns=(10, 1000), runs=2, algorithms=tuple("abcdefgh")).with_columns(steps=pl.col("n").cast(float))
    assert overlapping(against(same, line={"law": lambda n: n, "twice": lambda n: 2 * n})) == []


def test_odd_sizes_draw(tmp_path):
    one = FREE.filter((pl.col("n") == 10) & (pl.col("run") == 0))
    row = against(one).rows[0]
    assert math.isnan(row.lower) and row.kind == "mean"
    capped = pl.DataFrame({"n": [4, 4], "steps": [INF, INF], "spent": [7, 7]})
    assert [(row.kind, row.y) for row in against(capped).rows] == [("capped", 7.0)] * 2
    zero = pl.DataFrame({"n": [4, 4], "steps": [0.0, 0.0]})
    assert against(zero).rows[0][3:] == (4.0, 0.0, 0.0, 0.0)
    assert len(save(against(one), tmp_path / "a")) == 3
