import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo import discrete as d
from evo.core.keys import Key
from evo.discrete.engines import functions
from evo.discrete.engines.streams import seed_stream
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.entropy_compression import EntropyCompressionConfig
from evo.experiments.entropy_compression.cells import HOT, LINEAR, gain_cells
from evo.experiments.entropy_compression.claims import EARLIER
from evo.experiments.entropy_compression.config import CONFIGS
from evo.experiments.entropy_compression.sampling import COLUMNS, _sampled, log_gain, sample
from theory import entropy_compression as ec

NAME = "entropy-compression"
LAPTOP = CONFIGS["laptop"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smallest runs that have all of the figure."""
    small = {
        "n": 1000,
        "levels": 300,
        "runs": 3,
        "moves": 10,
        "samples": 100,
        "burn_in": 1,
        "progressing": (1.0,),
        "until": 0.01,
    }
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", overrides=small, out=folder, progress=False, threads=2)


def planted(config, *, runs=None, **changes):
    """A table as if measured, with a spread of a hundredth."""
    frames = []
    for cell in gain_cells(config):
        count = runs or cell.runs
        means = dict(EARLIER.get(cell.x, EARLIER[4.0]))
        means["downs"] = means["ups"] - 0.005
        if cell.series != HOT:
            means |= {"ups": 1.1, "downs": 0.4, "gain": -2.9, "density": 0.08}
        means |= {"better": 0.35, "equal": 0.1, "worse": 0.55, "sampled": float(config.moves)}
        means |= {name: value for name, value in changes.items() if cell.series in (HOT, LINEAR)}
        spread = 1.0 + 0.01 * np.resize([-1.0, 1.0], count)
        columns = {name: value * spread for name, value in means.items()}
        columns |= {name: np.full(count, means[name]) for name in ("better", "equal", "worse", "sampled")}
        columns["downs"] = columns["ups"] + (means["downs"] - means["ups"]) * spread
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), **columns}))
    return pl.concat(frames)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 ups = downs; 1 gain on HotTopic, 2 elsewhere; 3 swaps; 4, 5 earlier means
def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 6


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"downs": 1.2}, [0, 4]),
        ({"gain": 0.1}, [1, 2, 4, 5]),
        ({"worse": 0.45}, [3]),
        ({"consistent": 0.5}, [4]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, **changes))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert verdicts(LAPTOP, planted(LAPTOP, runs=1)) == [Verdict.UNDECIDED] * 6


def test_runs_that_found_the_optimum_are_left_out():
    early = pl.when(pl.col("run") < 3).then(3.0).otherwise(pl.col("sampled"))
    gain = pl.when(pl.col("run") < 3).then(50.0).otherwise(pl.col("gain"))
    table = planted(LAPTOP).with_columns(
        sampled=early, gain=pl.when(pl.col("cell").str.starts_with(HOT)).then(gain).otherwise(pl.col("gain"))
    )
    assert verdicts(LAPTOP, table) == [Verdict.HOLDS] * 6
    most = planted(LAPTOP).with_columns(sampled=pl.when(pl.col("run") < 11).then(3.0).otherwise(pl.col("sampled")))
    undecided, holds = Verdict.UNDECIDED, Verdict.HOLDS
    assert verdicts(LAPTOP, most) == [undecided, undecided, holds, holds, undecided, holds]
    assert find(NAME).figure(most, LAPTOP).rows


def test_other_sizes_are_not_compared_with_earlier_ones():
    config = dataclasses.replace(LAPTOP, n=2000)
    assert verdicts(config, planted(config)) == [Verdict.HOLDS] * 4 + [Verdict.NOT_APPLICABLE] * 2


def test_nothing_is_called_quoted():
    found = [claim.basis for claim in find(NAME).claims(planted(LAPTOP), LAPTOP)]
    assert found == [Basis.RE_DERIVED] * 4 + [Basis.MEASURED_ELSEWHERE] * 2


def counted(x, strength, samples):
    """The shares at a string on BinVal, in plain Python."""
    n = len(x)
    played = d.BinVal(n).lower(n)
    stream, row = np.empty(4, dtype=np.uint64), np.zeros(len(COLUMNS))
    seed_stream(stream, np.uint64(1), np.uint64(2), 3)
    string = np.array(x, dtype=np.uint8)
    arrays = string, stream, np.empty(n, dtype=np.int64), row
    _sampled(played, functions.prepare(played, string), arrays, strength / n, samples, x.count(0), row)
    return row[3:8] / samples


def test_samples_agree_with_exact_shares():
    strength, samples = 1.5, 2000
    radius = math.sqrt(math.log(2 * 9 / 1e-9) / (2 * samples))  # Hoeffding, nine shares
    for x in ([0, 1, 1, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 1]):
        accepted, consistent, better, worse, equal = counted(x, strength, samples)
        proposal = ec.ReverseProposal(readded=1.0, removed=1.0)
        move, back = ec.BinVal(8, strength / 8, proposal).shares(tuple(x))
        effective = -math.expm1(x.count(0) * math.log1p(-strength / 8))
        first = ec.acceptance_profile(ec.bin_val, x, most=1).probabilities[1]
        assert abs(accepted - move / effective) < radius and abs(consistent - back) < radius
        assert abs(better - first) < radius and abs(worse - (1.0 - first)) < radius and equal == 0.0
    planted_move, _ = ec.BinVal(8, strength / 8, proposal).shares(tuple(x[::-1]))  # the other end most significant
    assert abs(accepted - planted_move / effective) > radius


def test_a_run_is_what_its_key_says():
    settings = {
        "density": 0.3,
        "burn_in": 0,
        "moves": 5,
        "spacing": 2,
        "begin": 1.0,
        "until": 0.0,
        "steps": 10_000,
        "samples": 100,
    }
    one, again = (sample(d.BinVal(40), Key(5), strength=1.5, **settings) for _ in range(2))
    assert one.shape == (5, len(COLUMNS)) and np.array_equal(one, again)
    assert np.all(one[:, 8] >= one[:, 0]) and np.all(one[:, 9] >= one[:, 1])
    assert np.all(np.diff(one[:, 2]) == (one[:, 9] - one[:, 8])[1:])  # zero-bits change by what flipped
    assert one[0, 2] == 12 - one[0, 8] + one[0, 9]


def test_samples_begin_where_the_density_says():
    settings = {"density": 0.5, "burn_in": 0, "moves": 500, "spacing": 1, "until": 0.1, "steps": 10**6, "samples": 100}
    rows = sample(d.BinVal(200), Key(6), strength=1.0, begin=0.2, **settings)
    assert len(rows) > 10 and rows[0, 2] <= 40 < rows[0, 2] + rows[0, 8]
    assert rows[-1, 2] < 20 <= rows[-2, 2]


def test_log_gain_by_hand():
    n, strength, samples = 12, 1.0, 1000
    ups, downs, k, accepted, consistent = 1, 2, 5, 400, 300
    row = np.array([[ups, downs, k, accepted, consistent, 0, 0, 0, 1, 2]])
    p, q, r = strength / n, 1.0 / (n - k), 1.0 / k
    forward = p ** (ups + downs) * (1 - p) ** (n - ups - downs)
    back = q**ups * (1 - q) ** (n - k - ups) * r**downs * (1 - r) ** (k - downs)
    expected = math.log(0.4 * (1 - (1 - p) ** k) / 0.3 * back / forward)
    assert log_gain(row, n, strength, samples)[0] == pytest.approx(expected, abs=1e-12)


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 6
    assert b"evo run entropy-compression --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"gain", "flips", "swaps"}
    assert "reconstruction" in smoke.caption


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 50, "`n` must be an integer in"),
        ("beta", 0.7, "`beta` must be a number in"),
        ("stagnating", (4.0, 3.5), "`stagnating` must hold rising values"),
        ("until", 0.2, "`until` must be a number in"),
        ("samples", 10, "`samples` must be an integer >= 100"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        EntropyCompressionConfig(**{field: value})
