"""Results of one run and of many."""

from __future__ import annotations

import math

import numpy as np
import pytest

import evo
from evo import discrete as d

LOCAL_SEARCH = d.RandomLocalSearch()
RECORD = evo.Every(4, evo.value, evo.best_value)


@pytest.fixture(scope="module")
def runs():
    return evo.repeat(LOCAL_SEARCH, d.OneMax(10), runs=6, seed=1, record=RECORD)


@pytest.fixture(scope="module")
def capped():
    return evo.repeat(LOCAL_SEARCH, d.OneMax(10), runs=6, seed=1, stop=evo.Steps(20), record=RECORD)


def test_means_and_intervals(runs):
    assert runs.capped == 0 and len(runs) == 6
    assert runs.mean() == np.mean(runs.spent)
    assert runs.mean() in runs.interval(0.9)
    assert runs.quantile(0.0) == runs.steps.min() and runs.quantile(1.0) == runs.steps.max()
    assert runs.quantile(0.5) == np.sort(runs.steps)[2]


def test_capped_runs_are_not_averaged(capped):
    assert 0 < capped.capped < 6
    for name, call in {"mean": capped.mean, "interval": capped.interval}.items():
        words = (
            rf"`{name}` must not average capped runs: {capped.capped} of 6 runs ended without reaching the optimum\. "
            r"Use restricted_mean\(\) .* ert\(\) .* or raise the budget\."
        )
        with pytest.raises(ValueError, match=words):
            call()
    assert np.isinf(capped.steps[~capped.reached]).all() and (capped.spent[~capped.reached] == 20).all()
    assert capped.restricted_mean().estimate == pytest.approx(np.minimum(capped.steps, 20).mean(), rel=1e-14)
    assert capped.ert().estimate == capped.evaluations.sum() / capped.reached.sum()
    assert capped.quantile(1.0) == math.inf


def test_summary_says_what_was_capped(runs, capped):
    assert runs.summary().words.startswith(f"6 runs, none capped: mean {runs.mean():.4g} [")
    assert capped.summary(0.9).mean == capped.restricted_mean(confidence=0.9)
    assert capped.summary().words.startswith(f"6 runs, {capped.capped} capped: restricted mean up to 20 of ")


def test_replay_repeats_a_run_with_another_recorder(runs, capped):
    for many in (runs, capped):
        for place in range(len(many)):
            again = many.replay(place, evo.Every(1, evo.value, evo.best_value))
            assert (again.steps, again.evaluations, again.value) == (
                many.spent[place],
                many.evaluations[place],
                many.value[place],
            )
            assert again.engine == many.engine
            assert len(again.trace) == again.steps + 1


def test_replay_refuses_what_it_cannot_repeat(runs):
    with pytest.raises(ValueError, match=r"`i` must be an integer in \[0, 5\]; got 6"):
        runs.replay(6)
    table = evo.Runs(**{**vars(runs), "rerun": None})
    with pytest.raises(ValueError, match="`replay` needs the optimizer and problem; these runs came from a table"):
        table.replay(0)
    values = iter(range(10**6))
    drifting = evo.repeat(
        LOCAL_SEARCH,
        d.Custom(lambda x: float(next(values) > 15), n=5, sense=evo.Sense.MAXIMISE, optimum=1.0),
        runs=1,
        seed=0,
        stop=evo.Steps(50),
    )
    with pytest.raises(
        ValueError, match=r"`replay` must repeat 16 steps; got 0\. The optimizer, the problem or the time"
    ):
        drifting.replay(0)


def test_frames(runs):
    frame = runs.to_frame()
    assert frame.columns == ["run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason"]
    assert frame["reason"].to_list() == ["target"] * 6 and frame["run"].to_list() == list(range(6))
    rows = runs.records_frame()
    assert rows.columns == ["run", "step", "evaluations", "value", "best_value"]
    assert (rows["value"] == rows["best_value"]).all()
    later = evo.repeat(LOCAL_SEARCH, d.OneMax(10), runs=2, seed=1, first=4, record=RECORD)
    assert later.to_frame().equals(frame[4:]) and later.records_frame().equals(rows.filter(rows["run"] >= 4))


def test_labels(runs):
    assert runs.label == "RandomLocalSearch(acceptance=Elitist(), start=Uniform())"
    assert repr(runs.relabel("mine")) == "Runs(mine: 6 runs, 0 capped, engine=chain v1)"
    assert runs.label != "mine"
    result = evo.run(LOCAL_SEARCH, d.OneMax(5), seed=0)
    assert repr(result) == f"Result(value=5, steps={result.steps}, evaluations={result.steps + 1}, " + (
        "reason=target, engine=chain v1)"
    )


class Law:
    """The coupon collector's law on the zero-bits of a uniform start, n = 10."""

    mean = sum(10 / z * (1 - sum(math.comb(10, k) for k in range(z)) / 2**10) for z in range(1, 11))
    variance = 200.0


def test_comparison_with_a_law():
    runs = evo.repeat(LOCAL_SEARCH, d.OneMax(10), runs=4000, seed=3)
    law = Law()
    law.variance = float(np.var(runs.steps))
    assert runs.compare(law).ok
    law.mean *= 1.2
    assert not runs.compare(law).ok


def test_one_run_has_no_interval():
    single = evo.repeat(LOCAL_SEARCH, d.OneMax(10), runs=1, seed=1)
    assert single.mean() == single.steps[0]
    with pytest.raises(ValueError, match="2 or more"):
        single.interval()
