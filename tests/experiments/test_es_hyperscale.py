import dataclasses

import numpy as np
import polars as pl
import pytest

from evo.core.keys import Key
from evo.experiments import Basis, Verdict, find, run_experiment
from evo.experiments.es_hyperscale import EsHyperscaleConfig
from evo.experiments.es_hyperscale.cells import Kind, estimate_cells
from evo.experiments.es_hyperscale.config import CONFIGS
from tests.experiments.past_descent_rows import planted
from theory import past_descent

NAME = "es-hyperscale"
CONFIG = dataclasses.replace(CONFIGS["laptop"], widths=(64, 256))
#: parameters, random numbers per pair at rank one
SIZES = {64: (6570, 372), 256: (99_978, 1428)}


def table_of(config, cosine=None, temporary=None, numbers=1.0, **options):
    """Rows as they should be, with factors for the cosines and the memory of the largest population of a kind."""

    def means(cell):
        D, low = SIZES[cell.size]
        here = (temporary or {}).get(cell.kind, 1.0) if cell.x == config.populations[-1] else 1.0
        held = 20.0 * D + (low * cell.pairs if cell.kind is Kind.LOW else 0.0)
        return {"cosine": past_descent.gaussian(D, cell.pairs).mean_cosine * (cosine or {}).get(cell.kind, 1.0)}, {
            "temporary": here * 4.0 * held,
            "parameters": D,
            "numbers": numbers * low if cell.kind is Kind.LOW else D,
        }

    cells = find(NAME).cells(config)
    table = planted(cells, lambda cell: means(cell)[0], **options)
    fixed = {cell.label: means(cell)[1] for cell in cells}
    return table.with_columns(
        pl.col("cell").replace_strict({label: int(item[name]) for label, item in fixed.items()}).alias(name)
        for name in ("temporary", "parameters", "numbers")
    )


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


# claims: 0 rank one over full rank; 1 exact mean; 2 memory of full rank; 3 memory of rank one; 4 random numbers
def test_right_rows_hold():
    assert verdicts(CONFIG, table_of(CONFIG)) == [Verdict.HOLDS] * 5


@pytest.mark.parametrize(
    ("altered", "wrong"),
    [
        ({"cosine": {Kind.LOW: 0.8}}, [0]),
        ({"cosine": {Kind.FULL: 0.95}}, [1]),
        ({"cosine": {Kind.FULL: 1.3}}, [0, 1]),
        ({"temporary": {Kind.FULL: 4.0}}, [2]),
        ({"temporary": {Kind.LOW: 10.0}}, [3]),
        ({"numbers": 2.0}, [4]),
    ],
)
def test_wrong_rows_fail(altered, wrong):
    found = verdicts(CONFIG, table_of(CONFIG, **altered))
    assert [place for place, verdict in enumerate(found) if verdict is Verdict.FAILS] == wrong


def test_few_rows_are_undecided():
    assert verdicts(CONFIG, table_of(CONFIG, runs=1))[:2] == [Verdict.UNDECIDED] * 2


def test_other_widths_and_chunks_are_not_judged():
    other = dataclasses.replace(CONFIG, widths=(64,), chunk=64)
    assert [place for place, item in enumerate(verdicts(other, table_of(other))) if item is Verdict.NOT_APPLICABLE] == [
        2,
        4,
    ]


def test_nothing_is_called_quoted():
    claims = find(NAME).claims(table_of(CONFIG), CONFIG)
    assert {claim.basis for claim in claims} == {Basis.RE_DERIVED, Basis.MEASURED_ELSEWHERE}


def test_figure():
    chart = find(NAME).figure(table_of(CONFIG, runs=3), CONFIG)
    counted = {row.series: row.y for row in chart.rows if row.panel == "random numbers" and row.x == 99_978}
    assert counted == {"full rank": 99_978, "rank one": 1428}
    memory = [row.y for row in chart.rows if row.panel == "memory" and row.series == "full rank"]
    assert memory == pytest.approx([20.0] * 3)


@pytest.mark.slow
def test_smoke_preset(tmp_path):
    assert not run_experiment(NAME, "smoke", out=tmp_path / "run", progress=False, threads=2).failed


@pytest.mark.slow
def test_rows_can_be_computed_again():
    from evo.experiments.es_hyperscale import estimates

    config = dataclasses.replace(CONFIGS["smoke"], widths=(64,), populations=(4, 8), repeats=(3, 3), chunk=2)
    cell = next(cell for cell in estimate_cells(config) if cell.kind is Kind.LOW)
    once = cell.columns(Key(1), 0, 3)
    estimates.program.cache_clear()
    again = cell.columns(Key(1), 1, 2)
    for name, values in once.items():
        np.testing.assert_array_equal(values[1:], again[name])
    assert (once["parameters"][0], once["numbers"][0]) == SIZES[64]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"widths": (7,)}, "`widths` must hold even numbers"),
        ({"populations": (64, 5)}, "`populations` must hold even numbers"),
        ({"populations": (64,), "repeats": (2,)}, "`populations` must hold two values"),
        ({"repeats": (3,)}, "`repeats` must have one entry for each of"),
        ({"sigma": 0.0}, "`sigma` must"),
        ({"chunk": 0}, "`chunk` must be an integer"),
    ],
)
def test_wrong_configurations(fields, message):
    with pytest.raises(ValueError, match=message):
        EsHyperscaleConfig(**fields)
