import csv
import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.dynamic_binval_transition import DynamicBinValTransitionConfig, exact
from evo.experiments.dynamic_binval_transition.cells import density_cells, drift_cells, run_cells
from evo.experiments.dynamic_binval_transition.claims import exact_drift, steps_of
from evo.experiments.dynamic_binval_transition.config import CONFIGS
from evo.studies import Store

NAME = "dynamic-binval-transition"
LAPTOP = CONFIGS["laptop"]
#: the laptop preset without n = 1000, whose chances of success take seconds each, and with smaller chains
SMALLER = dataclasses.replace(
    LAPTOP,
    n=(300, 10_000),
    runs=(400, 100),
    runs_above=(400, 20),
    density_n=1000,
    density_strengths=(2.0, 2.25, 3.0),
    drift_n=1000,
    drift_zeros=10,
)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config, *, slower=1.0, more=0.0, denser=0.0, steeper=0.0, share=None, runs=None):
    """A table as if measured: exact up to the given errors, with little spread around the means."""
    frames = []
    for cell in drift_cells(config):
        scale = config.drift_zeros / config.drift_n
        mean = scale * (exact_drift(config, np.array([cell.x]))[0] + steeper)
        rows = {"cell": [cell.label], "run": [0], "mean": [mean], "standard_error": [scale * 2e-3]}
        frames.append(pl.DataFrame(rows))
    for cell in run_cells(config):
        count = runs or cell.runs
        n, cap = int(cell.problem.n), steps_of(int(cell.problem.n), config.cap)
        mean, spread = exact.moments(n, cell.x)
        chance = share(cell) if share else _chance(n, cell.x, mean, cap)
        reached = round(min(1.0, max(0.0, chance + more)) * count)
        times = mean * slower + spread * np.resize([-0.5, 0.5], reached) * (reached > 1)
        steps = np.concatenate([np.minimum(times, cap), np.full(count - reached, math.inf)])
        frames.append(pl.DataFrame({"cell": [cell.label] * count, "run": range(count), "steps": steps}))
    for cell in density_cells(config):
        count = runs or cell.runs
        mean = exact.stagnation(config.density_n, cell.x) + denser
        density = mean + 5e-4 * np.resize([-1.0, 1.0], count)
        rows = {"cell": [cell.label] * count, "run": range(count), "steps": [math.inf] * count, "density": density}
        frames.append(pl.DataFrame(rows))
    return pl.concat(frames, how="diagonal")


def _chance(n, strength, mean, cap):
    if mean < cap / 20:
        return 1.0
    # Above the threshold runs leave stagnation at a constant rate; good enough where n forbids the exact chance.
    return exact.success(n, strength, cap) if n <= exact.MOST_BITS else 1.0 - math.exp(-cap / mean)


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0, 1 means; 2 success and 3 median at n = 300; 4 density; 5 drift; 6 its zero; 7, 8 earlier measurements
def test_right_rows_hold():
    assert verdicts(SMALLER, planted(SMALLER)) == [Verdict.HOLDS] * 9


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"slower": 1.25}, [0, 1]),
        ({"slower": 0.8}, [0, 1]),
        ({"more": 0.3}, [2]),
        ({"more": -0.3}, [2, 3]),  # the half-way point moves below 1.9
        ({"share": lambda cell: 1.0 if cell.x < 1.75 else 0.0}, [2, 3, 8]),  # the transition elsewhere
        ({"share": lambda cell: 1.0 if cell.x < 1.55 else 0.0}, [2, 3, 7]),
        ({"denser": 2e-3}, [4]),
        ({"denser": -2e-3}, [4]),
        ({"steeper": 0.02}, [5, 6]),  # 10 standard errors; the zero moves by 0.03
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(SMALLER, planted(SMALLER, **changes))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong
    assert Verdict.NOT_APPLICABLE not in found


def test_few_rows_are_undecided():
    found = verdicts(SMALLER, planted(SMALLER, runs=2))
    assert found[:3] == [Verdict.UNDECIDED] * 3 and found[3] is Verdict.UNDECIDED
    assert found[7:] == [Verdict.UNDECIDED] * 2


def test_a_capped_run_leaves_the_mean_undecided():
    table = planted(SMALLER, share=lambda cell: 0.99 if cell.x == 1.0 else 1.0)
    claim = find(NAME).claims(table, SMALLER)[0]
    assert claim.verdict is Verdict.UNDECIDED and "4 of 400 runs capped, c = 1" in claim.measured.method


def test_other_sizes_are_judged_by_their_own_exact_values():
    config = dataclasses.replace(SMALLER, n=(250,), runs=(400,), runs_above=(400,))
    found = verdicts(config, planted(config))
    assert found[:6] == [Verdict.HOLDS] * 6 and found[6:] == [Verdict.NOT_APPLICABLE] * 2
    other = dataclasses.replace(SMALLER, cap=100.0)
    assert verdicts(other, planted(other))[7:] == [Verdict.NOT_APPLICABLE] * 2


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(planted(SMALLER), SMALLER)
    assert {claim.basis for claim in claims[:7]} == {Basis.RE_DERIVED}
    assert {claim.basis for claim in claims[7:]} == {Basis.MEASURED_ELSEWHERE}


@pytest.mark.parametrize("strength", [1.2, 2.5])
def test_chance_of_success_is_that_of_the_law(strength):
    from theory import dynamic_bin_val

    n, steps = 40, 700
    law = dynamic_bin_val.law(n, strength=strength, horizon=steps)
    assert exact.success(n, strength, steps) == pytest.approx(float(law.cdf(steps)), rel=1e-9)


def test_median_strength():
    steps = steps_of(100, 50.0)
    strength = exact.median_strength(100, steps)
    # 0.0005 in the strength moves the chance by about 0.001 here
    assert exact.success(100, strength, steps) == pytest.approx(0.5, abs=0.002)


def test_density_in_stagnation_is_that_of_the_quasi_stationary_law():
    n, strength = 100, 3.0
    matrix = exact._matrix(n, strength, n)[1:, 1:]
    weights = np.ones(n) / n
    for _ in range(20_000):  # the relaxation takes some hundred steps
        weights = weights @ matrix
        weights /= weights.sum()
    quasi = float(weights @ np.arange(1, n + 1) / n)
    # They differ by the mass next to the optimum, some 1 / E[T] = 1e-7 times the density
    assert exact.stagnation(n, strength) == pytest.approx(quasi, abs=1e-6)


def test_density_tends_to_the_closed_form():
    from theory import dynamic_bin_val

    limit = float(dynamic_bin_val.stagnation_density(2.0))
    off = [abs(exact.stagnation(n, 2.0) - limit) for n in (1000, 4000)]
    assert off[1] < 0.3 * off[0]  # of order 1/n


def test_drift_and_its_root():
    from theory import dynamic_bin_val

    c = 1.3
    limit = float(dynamic_bin_val.fluid_drift(0.1, c))
    assert exact.drift(1000, 100, c) == pytest.approx(limit, abs=5e-4)  # of order 1/n
    assert exact.drift_root(1000, 1) == pytest.approx(float(dynamic_bin_val.threshold()), abs=5 / 1000)
    assert abs(exact.drift(1000, 10, exact.drift_root(1000, 10))) < 1e-9


def test_transient_is_gone():
    assert exact.transient(10_000, 1.7, steps_of(10_000, 40.0)) < 1e-6
    assert exact.transient(10_000, 1.7, steps_of(10_000, 1.0)) > 1e-2


def test_blocks_are_coarse_to_fine_and_extend():
    experiment = find(NAME)
    blocks = experiment.plan(LAPTOP).blocks
    cells = [cell.label for cell in experiment.cells(LAPTOP)]
    assert [block.cell for block in blocks[: len(cells)]] == cells
    assert all(block.count == 1 for block in blocks[: len(cells)])
    longer = experiment.plan(dataclasses.replace(LAPTOP, strengths=(*LAPTOP.strengths, 2.2), density_runs=80)).blocks
    assert set(blocks) <= set(longer)


def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 8
    assert all(claim.verdict is Verdict.NOT_APPLICABLE for claim in smoke.claims[-2:])
    command = b"evo run dynamic-binval-transition --preset smoke"
    assert command in (smoke.folder / "figure.png").read_bytes()
    assert "1.594" in smoke.caption


def test_cells_have_their_own_draws(smoke):
    table = Store.read(smoke.folder).table()
    steps = table.filter(pl.col("cell").str.starts_with("run") & pl.col("steps").is_finite())["steps"].to_list()
    assert len(set(steps)) > 0.9 * len(steps)


def test_figure_table(smoke):
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"time", "density", "drift"}
    references = {row["panel"]: float(row["x"]) for row in rows if row["kind"] == "reference"}
    assert references == {panel: pytest.approx(1.59362426) for panel in ("time", "density", "drift")}
    limit = [float(row["y"]) for row in rows if row["series"] == "closed form d*" and float(row["x"]) < 1.59]
    assert limit and max(limit) == 0.0
    root = next(row for row in rows if row["series"].startswith("exact root"))
    assert float(root["x"]) == pytest.approx(1.61907, abs=1e-5)


def test_same_rows_on_one_thread(smoke, tmp_path):
    one = run_experiment(NAME, "smoke", out=tmp_path, progress=False, threads=1)
    names = [sorted(path.name for path in (folder / "blocks").iterdir()) for folder in (smoke.folder, tmp_path)]
    assert names[0] == names[1]  # checksums are in the names
    assert one.claims == smoke.claims
    assert (tmp_path / "figure.csv").read_bytes() == (smoke.folder / "figure.csv").read_bytes()


DRAWN = dataclasses.replace(SMALLER, n=(200, 300))


def test_capped_runs_are_drawn_open_in_a_row_per_size():
    chart = find(NAME).figure(planted(DRAWN, runs=4, share=lambda cell: 0.5 if cell.x > 1.6 else 1.0), DRAWN)
    capped = {row.series: row.y for row in chart.rows if row.panel == "time" and row.kind == "capped"}
    assert len(set(capped.values())) == 2 and min(capped.values()) > DRAWN.cap
    measured = [row for row in chart.rows if row.panel == "time" and row.kind == "measured"]
    assert {row.x for row in measured if row.series == "n = 300"} == {c for c in DRAWN.strengths if c <= 1.6}


def test_figure_with_one_run():
    chart = find(NAME).figure(planted(DRAWN, runs=1), DRAWN)
    assert not [row for row in chart.rows if row.panel == "density" and row.kind == "measured"]
    assert [row for row in chart.rows if row.panel == "density" and row.kind == "single run"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", (10,), "`n` must be an integer in"),
        ("runs", (5,), r"`runs` must have one entry for each n, 3; got \(5,\)"),
        ("runs_above", (0, 1, 1), "`runs_above` must be an integer >= 1"),
        ("strengths", (1.0, 1.0), "`strengths` must hold different values"),
        ("drift_strengths", (1.0, 1.5), "three of drift-strengths"),
        ("cap", 0.5, "`cap` must be a number in"),
        ("drift_zeros", 0, "`drift_zeros` must be an integer in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        DynamicBinValTransitionConfig(**{field: value})
