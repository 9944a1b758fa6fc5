import dataclasses

import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.past_descent import Orthogonal, Past, ShrunkPast
from evo.experiments.past_descent_noise import PastDescentNoiseConfig
from evo.experiments.past_descent_noise.claims import late
from evo.experiments.past_descent_noise.config import CONFIGS
from tests.experiments.past_descent_rows import planted

NAME = "past-descent-noise"
CONFIG = dataclasses.replace(CONFIGS["laptop"], noise=(0.0, 0.05, 0.1), generations=100, runs=64)


def means(config, cell, factors):
    mean = factors.get(cell.series, 1.0) * late(cell.series, config, cell.x)
    return {"late": mean, f"t={config.generations}": mean}


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


def table_of(config, factors=None, **options):
    return planted(find(NAME).cells(config), lambda cell: means(config, cell, factors or {}), **options)


# claims: 0 orthogonal; 1 past; 2 shrunk; 3 past below .35 at noise .05; 4 shrunk above .5
def test_right_rows_hold():
    assert verdicts(CONFIG, table_of(CONFIG)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("factors", "wrong"),
    [
        ({Orthogonal: 1.1}, [0]),
        ({Past: 0.9}, [1]),
        ({Past: 2.0}, [1, 3]),
        ({ShrunkPast: 0.7}, [2, 4]),
        ({ShrunkPast: 1.2}, [2]),
    ],
)
def test_wrong_rows_fail(factors, wrong):
    found = verdicts(CONFIG, table_of(CONFIG, factors))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert set(verdicts(CONFIG, table_of(CONFIG, runs=1))) == {Verdict.UNDECIDED}


def test_other_sizes_are_not_held_against_the_earlier_measurement():
    other = dataclasses.replace(CONFIG, n=300)
    assert verdicts(other, table_of(other))[3:] == [Verdict.NOT_APPLICABLE] * 2
    other = dataclasses.replace(CONFIG, noise=(0.0,))
    found = verdicts(other, table_of(other))
    assert found == [Verdict.HOLDS] * 2 + [Verdict.NOT_APPLICABLE] * 3


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(table_of(CONFIG), CONFIG)
    assert [claim.basis for claim in claims] == [Basis.RE_DERIVED] * 3 + [Basis.MEASURED_ELSEWHERE] * 2


def test_figure():
    chart = find(NAME).figure(table_of(CONFIG, runs=4), CONFIG)
    assert {row.series for row in chart.rows if row.kind == "theory" and row.panel == "cosines"} == {
        "past directions, shrunk, predicted",
        "past directions, predicted",
        "orthogonal ES, exact",
    }
    gain = [row for row in chart.rows if row.panel == "gain" and row.series == "past directions" and row.x == 0.0]
    assert gain[0].y == pytest.approx(10.87, rel=0.01)
    assert not [row for row in find(NAME).figure(table_of(CONFIG, runs=1), CONFIG).rows if row.kind == "measured"]


@pytest.mark.slow
def test_smoke_preset(tmp_path):
    assert not run_experiment(NAME, "smoke", out=tmp_path / "run", progress=False, threads=2).failed


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("pairs", 1, "`pairs` must be an integer in"),
        ("turn", 1.5, "`turn` must be a number"),
        ("noise", (-0.1,), "`noise` must be a number"),
        ("noise", (), "`noise` must hold rising values"),
        ("generations", 3, "`generations` must be an integer"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PastDescentNoiseConfig(**{field: value})
