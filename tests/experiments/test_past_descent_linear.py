import csv
import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.past_descent import (
    Gaussian,
    GuidedPast,
    MovingAverage,
    Orthogonal,
    Past,
    RunningMean,
    WalkCell,
    predicted,
)
from evo.experiments.past_descent_linear import PastDescentLinearConfig
from evo.experiments.past_descent_linear.config import CONFIGS
from evo.studies import Block
from tests.experiments.past_descent_rows import planted
from theory import past_descent

NAME = "past-descent-linear"
CONFIG = dataclasses.replace(CONFIGS["laptop"], n=300, pairs=(5, 31), generations=(1, 5, 60), runs=(64, 64))


def means(cell, factors=None):
    """What each arm should show."""
    n, arm = cell.n, cell.arm
    factor = (factors or {}).get(type(arm), 1.0)

    def mean(t):
        match arm:
            case Past():
                return predicted.streamed(n, arm.pairs, 1.0, t)
            case Orthogonal():
                return past_descent.orthonormal(n, arm.pairs).mean
            case Gaussian():
                return past_descent.gaussian(n, arm.pairs).mean
            case RunningMean():
                return past_descent.running_mean(n, arm.pairs, t).mean
            case MovingAverage():
                return float(past_descent.moving_average(n, arm.pairs, decay=0.9, generations=t))
            case _:
                return 1.5 * arm.pairs / n

    return {f"t={t}": factor * mean(t) for t in cell.kept} | {"late": factor * mean(cell.kept[-1])}


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


def table_of(config, factors=None, **options):
    return planted(find(NAME).cells(config), lambda cell: means(cell, factors), **options)


# claims: 0 exact with a past; 1 exact without memory; 2 averages; 3 above orthogonal; 4 above guided
def test_right_rows_hold():
    assert verdicts(CONFIG, table_of(CONFIG)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("factors", "wrong"),
    [
        ({Past: 0.9}, [0]),
        ({Past: 0.05}, [0, 3, 4]),
        ({Orthogonal: 1.1}, [1]),
        ({Gaussian: 1.1}, [1]),
        ({RunningMean: 1.1}, [2]),
        ({MovingAverage: 1.2}, [2]),
        ({GuidedPast: 40.0}, [4]),
    ],
)
def test_wrong_rows_fail(factors, wrong):
    found = verdicts(CONFIG, table_of(CONFIG, factors))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert set(verdicts(CONFIG, table_of(CONFIG, runs=1))) == {Verdict.UNDECIDED}


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(table_of(CONFIG), CONFIG)
    assert [claim.basis for claim in claims] == [Basis.RE_DERIVED] * 3 + [Basis.RECALLED] * 2


def test_figure_has_a_line_of_theory_beside_each_arm():
    chart = find(NAME).figure(table_of(CONFIG, runs=3), CONFIG)
    shown = {(row.panel, row.kind, row.series) for row in chart.rows}
    for panel in ("5 pairs", "31 pairs"):
        for series in ("past directions, exact", "mean of all, exact", "moving average, predicted", "Gaussian, exact"):
            assert (panel, "theory", series) in shown
        assert (panel, "measured", "guided ES, past as subspace") in shown
    assert ("5 pairs", "theory", "past directions, streamed") in shown
    assert ("31 pairs", "theory", "past directions, streamed") not in shown  # orthonormal from n / 20 pairs on
    assert not [row for row in find(NAME).figure(table_of(CONFIG, runs=1), CONFIG).rows if row.kind == "measured"]


def test_rows_are_a_function_of_their_numbers_and_blocks_have_one_width():
    cell = WalkCell(
        label="a", series="a", x=0.0, arm=Past(pairs=4), n=12, kept=(1, 3), runs=20, cosine=0.9, per_block=16
    )
    assert cell.ends() == [16, 20]
    first, last = cell.columns(Key(1), 0, 16), cell.columns(Key(1), 16, 4)
    assert [len(first["t=3"]), len(last["t=3"])] == [16, 4]
    np.testing.assert_array_equal(cell.columns(Key(1), 0, 16)["t=3"], first["t=3"])
    shifted = cell.columns(Key(1), 8, 12)["t=3"]
    np.testing.assert_allclose(shifted, [*first["t=3"][8:], *last["t=3"]], rtol=1e-4)  # rounding of float32
    assert np.unique([*first["t=3"], *last["t=3"]]).size == 20


def test_description_tells_what_rows_depend_on():
    cells = find(NAME).cells(CONFIG)
    assert len({cell.described() for cell in cells}) == len(cells)
    other = dataclasses.replace(CONFIG, generations=(1, 5, 61))
    assert {cell.described() for cell in cells}.isdisjoint({cell.described() for cell in find(NAME).cells(other)})


def test_planning_and_drawing_load_no_jax():
    code = (
        "import sys\n"
        "from evo.experiments import find\n"
        "names = ['linear', 'drift', 'noise', 'least-squares']\n"
        "for n in names:\n"
        "    e = find(f'past-descent-{n}'); c = e.config('smoke', None); e.plan(c); e.caption(c); e.sizes(c)\n"
        "print({'jax', 'equinox'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.slow
def test_smoke_preset(tmp_path):
    smoke = run_experiment(NAME, "smoke", out=tmp_path / "run", progress=False, threads=2)
    assert not smoke.failed
    assert b"evo run past-descent-linear --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        assert {row["panel"] for row in csv.DictReader(file)} == {"11 pairs"}


def test_a_block_of_the_plan_is_computed():
    config = dataclasses.replace(CONFIG, n=12, pairs=(4,), generations=(1, 3), runs=(2,))
    experiment = find(NAME)
    block = experiment.plan(config).blocks[0]
    assert block == Block("past directions pairs=4", 0, 2)
    rows = experiment.work(config, block)
    assert sorted(rows) == ["late", "t=1", "t=3"] and bool(np.all(rows["t=3"] >= rows["t=1"]))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 5, "`n` must be an integer in"),
        ("pairs", (1,), "`pairs` must be an integer in"),
        ("pairs", (33, 11), "`pairs` must hold rising values"),
        ("pairs", (2, 3, 4, 5, 6), "`pairs` must hold at most four values"),
        ("generations", (), "`generations` must hold rising values"),
        ("runs", (5,), r"`runs` must have one entry for each of \(11, 33, 101\)"),
        ("seed", -1, "`seed` must be"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        PastDescentLinearConfig(**{field: value})
