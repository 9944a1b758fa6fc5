"""Recorders, observables and traces."""

from __future__ import annotations

import math

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core.records import Trace
from tests.cases import ADAPTIVE, RECORDERS

LOCAL_SEARCH = d.RandomLocalSearch()


def test_the_grid_is_geometric():
    grid = evo.LogGrid(10).grid()
    assert grid[:11].tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 10, 13, 16]  # 10^(k / 10), rounded up
    for power in range(19):
        assert 10**power in grid
    assert (np.diff(grid) > 0).all() and grid.dtype == np.int64
    large = grid[grid >= 100]
    assert np.abs(np.diff(np.log10(large.astype(float))) - 0.1).max() < 0.006
    for points in (1, 2, 3, 7, 100):
        recorder = evo.LogGrid(points)
        steps = set(recorder.grid()[recorder.grid() <= 2000].tolist())
        assert {step for step in range(2001) if recorder.due(step, False)} == steps


def test_when_rows_are_due():
    assert [step for step in range(10) if evo.Every(4).due(step, True)] == [0, 4, 8]
    assert [evo.Improvements().due(step, step == 2) for step in range(4)] == [True, False, True, False]
    assert not any(evo.Final().due(step, True) for step in range(3))


def test_recorders_are_values():
    assert evo.Every(3, d.zeros) == evo.Every(3, d.zeros) != evo.Every(3, d.level)
    assert evo.Every(3, d.zeros) != evo.LogGrid(3, d.zeros)
    assert hash(evo.Final()) == hash(evo.Final(evo.value))
    assert len({evo.Every(3), evo.Every(3.0), evo.Every(4)}) == 2
    assert repr(evo.Every(3)) == "Every(3, (Value(),))"
    assert evo.Final().observables == (evo.value,)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("engine", [evo.Engine.REFERENCE, evo.Engine.PYTHON])
def test_every_recorder_writes_the_last_row_once(engine):
    for recorder in RECORDERS[1:]:
        for steps in (0, 2, 3, 4, 10):
            trace = evo.run(
                ADAPTIVE, d.LeadingOnes(30), seed=0, stop=evo.Steps(steps), record=recorder, engine=engine
            ).trace
            written = trace["step"].tolist()
            assert written[-1] == steps and len(set(written)) == len(written)
            assert trace["evaluations"].tolist() == [step + 1 for step in written]


@pytest.mark.usefixtures("kernels")
def test_observables_of_one_run_fit_together():
    record = evo.Every(
        1, evo.value, evo.best_value, d.zeros, d.level, d.levels_visited, d.mean_density(after=3), d.rate
    )
    result = evo.run(
        d.OnePlusOne(rate=d.SuccessRule(factor=1.5, s=4.0)),
        d.LeadingOnes(12),
        seed=3,
        stop=evo.Steps(40),
        record=record,
    )
    trace = result.trace
    assert (trace["value"] == trace["best_value"]).all() and (trace["value"] == trace["level"]).all()
    assert (np.diff(trace["value"]) >= 0).all()
    assert (trace["levels_visited"] == 1 + np.cumsum(np.concatenate([[0], np.diff(trace["level"]) != 0]))).all()
    zeros = trace["zeros"]
    for step in range(len(trace)):
        expected = zeros[4 : step + 1].mean() / 12 if step > 3 else math.nan
        np.testing.assert_allclose(trace["mean_density"][step], expected, rtol=1e-15)
    assert math.isnan(trace["rate"][0]) and trace["rate"][1] == 1 / 12


def test_traces():
    trace = evo.run(LOCAL_SEARCH, d.OneMax(8), seed=0, record=evo.Improvements(), engine=evo.Engine.PYTHON).trace
    assert repr(trace) == f"Trace({len(trace)} rows of step, evaluations, value)"
    rows = list(trace.rows())
    assert len(rows) == len(trace) and all(type(item) in (int, float) for item in rows[0].values())
    with pytest.raises(KeyError, match=r"The trace has no column 'valu'\. Did you mean 'value'\?"):
        trace["valu"]
    with pytest.raises(KeyError, match="Known: evaluations, step, value"):
        trace["xyz"]
    assert len(Trace.of(None, [])) == 0


@pytest.mark.usefixtures("kernels")
def test_iterate_may_be_left():
    shown = []
    for row in evo.iterate(LOCAL_SEARCH, d.OneMax(50), seed=0, every=5):
        shown.append(row)
        if row["value"] > 35:
            break
    assert [row["step"] for row in shown] == [5 * place for place in range(len(shown))]
    assert set(shown[0]) == {"step", "evaluations", "value", "best_value"}


@pytest.mark.usefixtures("kernels")
def test_iterate_with_other_stops():
    def rows(**options):
        return list(evo.iterate(LOCAL_SEARCH, d.LeadingOnes(30), seed=2, **options, engine=evo.Engine.PYTHON))

    stagnant = rows(stop=evo.Stagnation(6), every=3)
    result = evo.run(LOCAL_SEARCH, d.LeadingOnes(30), seed=2, stop=evo.Stagnation(6))
    assert stagnant[-1]["step"] == result.steps
    counted = rows(stop=evo.Evaluations(12), every=4)
    assert [row["step"] for row in counted] == [0, 4, 8, 11]
    final = rows(stop=evo.Steps(9), every=2, record=evo.Final(d.rate, d.zeros))
    assert len(final) == 1 and final[0]["rate"] == 1 / 30
