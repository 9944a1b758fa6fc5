import math

import numpy as np
import polars as pl
import pytest

from evo.plots import distribution, survival
from evo.statistics import ecdf_band, survival_curve

INF = math.inf
RNG = np.random.default_rng(4)
TIMES = RNG.geometric(0.02, size=60).astype(float)
SAME = pl.DataFrame(
    {"algorithm": ["ea"] * 60, "steps": np.where(TIMES > 70, INF, TIMES), "spent": np.minimum(TIMES, 70)}
)
CAPS = RNG.integers(20, 90, size=60).astype(float)
MIXED = pl.DataFrame({"n": [4] * 60, "steps": np.where(TIMES > CAPS, INF, TIMES), "spent": np.minimum(TIMES, CAPS)})


def measured(chart, kind="measured"):
    return np.array([row[3:] for row in chart.rows if row.kind == kind])


def test_distribution_is_that_of_the_statistics():
    band = ecdf_band(SAME["steps"].to_numpy(), 0.9, horizon=70)
    chart = distribution(SAME, confidence=0.9)
    assert np.array_equal(measured(chart), np.column_stack([band.points, band.ecdf, band.lower, band.upper]))
    share = np.mean(TIMES <= 70)
    assert measured(chart, "capped")[:, :2].tolist() == [[70.0, share]] and share < 1


def test_distribution_ends_at_the_smallest_cap():
    chart = distribution(MIXED)
    first = float(MIXED.filter(pl.col("steps") == INF)["spent"].min())
    assert measured(chart)[:, 0].max() <= first == measured(chart, "capped")[0, 0]


def test_capped_runs_counted_as_finished_raise_the_curve():
    wrong = SAME.with_columns(steps=pl.col("spent"))
    assert measured(distribution(wrong))[-1, 1] == 1.0 > measured(distribution(SAME))[-1, 1]
    assert not len(measured(distribution(wrong), "capped"))


def test_survival_is_kaplan_meier_with_all_caps_marked():
    steps, spent = MIXED["steps"].to_numpy(), MIXED["spent"].to_numpy()
    band = survival_curve(steps, spent, 0.8)
    chart = survival(MIXED, confidence=0.8)
    assert np.array_equal(measured(chart), np.column_stack([band.times, band.survival, band.lower, band.upper]))
    caps = measured(chart, "capped")
    assert np.array_equal(caps[:, 0], np.sort(spent[np.isinf(steps)]))
    at = np.searchsorted(band.times, caps[:, 0], side="right")
    assert np.array_equal(caps[:, 1], np.concatenate([[1.0], band.survival])[at])


def test_survival_of_capped_runs_alone_is_a_line_up_to_the_cap():
    panel = survival(pl.DataFrame({"steps": [INF, INF, INF], "spent": [5.0, 5.0, 5.0]})).panels[0]
    line = max(
        (line for line in panel.axes.lines if line.get_color() != "none"), key=lambda line: np.ptp(line.get_xdata())
    )
    assert list(line.get_xdata())[:1] == [0.0] and max(line.get_xdata()) == 5.0 and set(line.get_ydata()) == {1.0}
    lowest = panel.axes.collections[0].get_paths()[0].vertices
    assert lowest[lowest[:, 0] < 5.0, 1].min() == pytest.approx(0.025 ** (1 / 3))  # Clopper and Pearson, 3 of 3


def test_units_follow_expressions():
    plain, scaled = survival(MIXED), survival(MIXED, "steps/n - 1")
    assert np.allclose(measured(scaled)[:, 0], measured(plain)[:, 0] / 4 - 1, rtol=1e-12)
    assert np.array_equal(measured(scaled)[:, 1:], measured(plain)[:, 1:])
    below = distribution(MIXED.with_columns(n=1), "steps - 90")  # negative throughout, caps included
    assert np.allclose(measured(below)[:, 0] + 90, measured(distribution(MIXED))[:, 0], rtol=1e-12)
    assert "mathrm{steps}" in scaled.panels[0].axes.get_xlabel()


@pytest.mark.parametrize("draw", [distribution, survival])
def test_odd_samples_draw(draw):
    for steps, spent in (
        [[INF, INF], [5.0, 5.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[3.0], [3.0]],
        [[0.0, INF], [0.0, 900.0]],
    ):
        chart = draw(pl.DataFrame({"steps": steps, "spent": spent}))
        chart.figure.draw_without_rendering()
        assert {row.kind for row in chart.rows} <= {"measured", "capped"}
    capped = draw(pl.DataFrame({"steps": [INF, INF], "spent": [5.0, 7.0]}))
    assert [row.x for row in capped.rows if row.kind == "capped"] == ([5.0] if draw is distribution else [5.0, 7.0])


@pytest.mark.parametrize("draw", [distribution, survival])
def test_refusals(draw):
    two = pl.concat([SAME.with_columns(run=pl.int_range(60))] * 2)
    with pytest.raises(ValueError, match="`frame` must hold one cell per point of a series; got 'two rows of one run"):
        draw(two)
    with pytest.raises(ValueError, match="`x` must name columns only"):
        draw(SAME, "stepz")
    with pytest.raises(ValueError, match="`confidence`"):
        draw(SAME, confidence=1)


def test_line_of_theory_and_labels():
    chart = distribution(SAME, line={"geometric law": lambda t: 1 - 0.98**t})
    law = measured(chart, "theory")
    assert np.allclose(law[:, 1], 1 - 0.98 ** law[:, 0])
    texts = [text.get_text() for text in chart.panels[0].axes.texts]
    assert "geometric law" in texts and any("/60 capped" in text for text in texts)
