import csv
import dataclasses
import math

import polars as pl
import pytest

from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.hottopic_policies import HotTopicPoliciesConfig, exact, laws
from evo.experiments.hottopic_policies.cells import drift_cells, run_cells
from evo.experiments.hottopic_policies.claims import exact_drifts
from evo.experiments.hottopic_policies.config import CONFIGS

NAME = "hottopic-policies"
#: the grid of the laptop preset with laws that are quick to tabulate
SMALLER = dataclasses.replace(CONFIGS["laptop"], n=1000)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def usual(cell):
    """Few levels below r = 2.75; above, all of them, but for the power laws with a positive drift."""
    few = cell.x < 2.75 or (cell.series in ("powers", "rates") and cell.x < 300.0)
    return 0.1 if few else 1.0


def planted(config, *, share=usual, shift=0.0, spread=1e-4, capped=lambda cell: False, runs=None):
    """A table as if measured: drifts exact up to `shift`, and the given share of levels at each point."""
    frames = []
    exactly = {name: exact_drifts(config, name) for name in dict.fromkeys(cell.series for cell in drift_cells(config))}
    for name, values in exactly.items():
        group = sorted((cell for cell in drift_cells(config) if cell.series == name), key=lambda cell: cell.x)
        for cell, mean in zip(group, values, strict=True):
            rows = {"cell": [cell.label], "run": [0], "mean": [mean + shift], "standard_error": [spread]}
            frames.append(pl.DataFrame(rows))
    for cell in run_cells(config):
        count = runs or cell.runs
        columns = {
            "cell": [cell.label] * count,
            "run": list(range(count)),
            "steps": [math.inf if capped(cell) else 5.0 * cell.unit] * count,
            "visited": [round(share(cell) * (config.levels + 1))] * count,
        }
        if cell.series in ("success", "equal"):
            columns["rate"] = [cell.x / config.n] * count
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames, how="diagonal")


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 offspring; 1, 2 crossover; 3 small strengths; 4 laws below 1; 5 power laws; 6 drift; 7 its zero; 8, 9 rules
def test_right_rows_hold():
    assert verdicts(SMALLER, planted(SMALLER)) == [Verdict.HOLDS] * 10


def over(series, bound):
    """All levels in one series from an r on, the usual ones elsewhere."""
    return lambda cell: (1.0 if cell.x > bound else 0.1) if cell.series == series else usual(cell)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"share": over("brood", 1.7)}, [0]),  # c = 2.7 for one offspring, 1.75 for five
        ({"share": over("crossover 0.2", 0.7)}, [1, 3]),  # as if c, five times as large, were the parameter
        ({"share": lambda cell: 1.0 if cell.series == "static" and cell.x == 0.5 else usual(cell)}, [3]),
        ({"share": over("jumps", 0.7)}, [4]),
        ({"share": over("powers", 2.0)}, [5]),
        ({"share": over("equal", 0.5)}, [8]),
        ({"share": over("success", 0.5)}, [9]),
        ({"shift": 2e-3}, [6]),  # 20 standard errors
        ({"capped": lambda cell: cell.x < 0.9}, [3, 4]),  # a capped run may have all levels before it
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(SMALLER, planted(SMALLER, **changes))
    for place in wrong:
        assert found[place] is Verdict.FAILS, place
    others = [verdict for place, verdict in enumerate(found) if place not in [*wrong, 7]]
    assert Verdict.FAILS not in others


def test_another_zero_fails():
    # The drift falls by about 0.04 per unit of the ratio: the zero moves by 0.25
    assert verdicts(SMALLER, planted(SMALLER, shift=1e-2))[7] is Verdict.FAILS


def test_few_runs_and_no_transition_are_undecided():
    found = verdicts(SMALLER, planted(SMALLER, runs=3))
    assert found[:6] == [Verdict.UNDECIDED] * 6
    assert verdicts(SMALLER, planted(SMALLER, share=lambda cell: 0.1))[:3] == [Verdict.UNDECIDED] * 3


def test_what_was_seen_in_the_paper():
    bases = [claim.basis for claim in find(NAME).claims(planted(SMALLER), SMALLER)]
    assert bases[:3] == [Basis.QUOTED] * 3 and bases[3:5] == [Basis.RECALLED] * 2
    assert set(bases[5:]) == {Basis.RE_DERIVED}


@pytest.mark.parametrize("strength", [1.0, 3.0])
def test_exact_drifts_agree_where_they_say_the_same(strength):
    from theory import flips, hottopic

    n, alpha, eps = 1000, 0.25, 0.05
    hot, zeros_in, zeros_out = hottopic.counts(n, alpha=alpha, eps=eps)
    known = float(hottopic.drift(n, zeros_in, zeros_out, hot=hot, strength=strength))
    law = flips.binomial(n, strength=strength)
    # Sums of some thousand terms of size 1, rounded
    assert exact.law_drift(n, alpha, eps, law) == pytest.approx(known, abs=1e-12)
    assert exact.brood_drift(n, alpha, eps, strength, 1) == pytest.approx(known, abs=1e-12)


def test_drift_of_several_offspring_by_hand():
    # Where steps that gain are rare, the best of two gains as often as two: the share of both gaining is left out
    one, two = (exact.brood_drift(10_000, 0.25, 1e-3, 0.1, lam) for lam in (1, 2))
    assert two == pytest.approx(2.0 * one, rel=2e-3)
    from theory import hottopic

    known = float(hottopic.critical_strength(0.25, 0.05, n=1000))
    assert exact.brood_root(1000, 0.25, 0.05, 1) == pytest.approx(known, abs=1e-7)


def test_laws():
    from theory import flips

    law = laws.two_sizes(5, 3.0)
    first, second = flips.falling_moments(law)
    assert second / first == pytest.approx(3.0)
    assert laws.means(SMALLER, "jumps", 3.0) == pytest.approx(first)
    mixed = flips.heavy_tailed(1000, 2.5)
    assert laws.rate_ratio(1000, 2.5) == pytest.approx(float(flips.falling_ratio(mixed)), rel=1e-9)
    # The same drift by the law of the number of flips
    assert laws.drift(SMALLER, "rates", 2.5) == pytest.approx(exact.law_drift(1000, 0.25, 0.05, mixed), abs=1e-12)


def test_strengths_of_cells():
    cells = {cell.label: cell for cell in run_cells(SMALLER)}
    cell = cells["run crossover 0.5 3.0"]
    assert (cell.x, cell.optimizer.strength, cell.optimizer.bias) == (3.0, 6.0, 0.5)
    # A step of the GA is ten evaluations; caps are rounded up to whole steps
    assert [cell.cap for cell in cells.values()] == pytest.approx([SMALLER.cap] * len(cells), rel=1e-3)


@pytest.mark.slow  # compiles for long
def test_smoke_preset(smoke):
    assert not smoke.failed and len(smoke.claims) == 10
    assert b"evo run hottopic-policies --preset smoke" in (smoke.folder / "figure.png").read_bytes()
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == {"levels", "time", "laws", "drift"}


def test_figure_of_all_algorithms():
    config = dataclasses.replace(SMALLER, runs=4)
    chart = find(NAME).figure(planted(config, capped=lambda cell: cell.x == 3.0), config)
    capped = {row.series: row.y for row in chart.rows if row.panel == "time" and row.kind == "capped"}
    assert len(set(capped.values())) == 4 and min(capped.values()) > config.cap  # a row each
    rules = [row for row in chart.rows if row.series.startswith(("success", "equal"))]
    assert sorted(row.x for row in rules) == pytest.approx([1.0, 1.0, math.log(5.0), math.log(11.0)])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n", 10, "`n` must be an integer in"),
        ("strengths", (1.0, 1.0), "`strengths` must hold different values"),
        ("strengths", (1.0,), "two strengths"),
        ("biases", (1.5,), "`biases` must be a number in"),
        ("jump_ratios", (1.0, 2.0, 4.0), "`jump_ratios` must be a number in"),
        ("offspring", 1, "`offspring` must be an integer"),
        ("cap", 0.5, "`cap` must be a number in"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        HotTopicPoliciesConfig(**{field: value})
