import csv
import dataclasses
import json
import math
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import polars as pl
import pytest

from evo.experiments import Basis, Verdict, check_folder, find, run_experiment
from evo.experiments.hottopic_transition import HotTopicTransitionConfig
from evo.experiments.hottopic_transition.cells import drift_cells, run_cells
from evo.experiments.hottopic_transition.claims import LEVEL_CLAIMS, exact_drift
from evo.experiments.hottopic_transition.config import CONFIGS
from evo.studies import Block, Store
from tests.experiments.altered import alter

NAME = "hottopic-transition"
COMMAND = [sys.executable, "-m", "evo.cli", "run", NAME, "--preset", "smoke"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The smoke preset, once for the tests of this file."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    return run_experiment(NAME, "smoke", out=folder, progress=False, threads=2)


def planted(config, *, shift=0.0, spread=1e-5, share=None, runs=30, capped=()):
    """A table as if measured: drift exact up to `shift`, and the given share of levels at each strength."""
    frames = []
    for cell in drift_cells(config):
        mean = exact_drift(cell.series, config, np.array([cell.x]))[0] + shift
        frames.append(pl.DataFrame({"cell": [cell.label], "run": [0], "mean": [mean], "standard_error": [spread]}))
    for cell in run_cells(config):
        part = (0.02 if cell.x < 2.7 else 1.0) if share is None else share(cell)
        cut = cell.x in capped
        columns = {
            "cell": [cell.label] * runs,
            "run": list(range(runs)),
            "steps": [math.inf if cut else 1e6] * runs,
            "visited": [round(part * (cell.series[1] + 1))] * runs,
        }
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames, how="diagonal")


def verdicts(config, table):
    return [claim.verdict for claim in find(NAME).claims(table, config)]


LAPTOP = CONFIGS[None, "laptop"]


def test_right_rows_hold():
    assert verdicts(LAPTOP, planted(LAPTOP)) == [Verdict.HOLDS] * 7


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"shift": 2e-4}, [0, 2]),  # 20 standard errors; the zero moves by 0.01
        ({"shift": 1e-3}, [0, 1, 2, 3]),  # the zero moves by 0.06
        ({"share": lambda cell: 0.3 if cell.x == 2.0 else (0.02 if cell.x < 2.7 else 1.0)}, [4]),
        ({"share": lambda cell: 0.5 if cell.x >= 2.5 else 0.02}, [5, 6]),
        ({"share": lambda cell: 0.02}, [5, 6]),
        ({"share": lambda cell: 1.0}, [4]),
    ],
)
def test_wrong_rows_fail(changes, wrong):
    found = verdicts(LAPTOP, planted(LAPTOP, **changes))
    for place in wrong:
        assert found[place] is Verdict.FAILS, place
    assert Verdict.NOT_APPLICABLE not in found


def test_vague_rows_are_undecided():
    found = verdicts(LAPTOP, planted(LAPTOP, spread=5e-3, runs=3))
    assert found == [Verdict.UNDECIDED] * 7


def test_a_curved_drift_is_not_judged_by_a_line():
    table = planted(LAPTOP, spread=1e-8)
    crossing = find(NAME).claims(table, LAPTOP)[1]
    assert crossing.verdict is Verdict.UNDECIDED and "does not fit" in crossing.note


def test_capped_runs_count_against_the_claim():
    low = verdicts(LAPTOP, planted(LAPTOP, capped=(2.0,)))
    assert low[4] is Verdict.FAILS  # may have visited all levels
    high = planted(LAPTOP, capped=(3.5,), share=lambda cell: 0.5 if cell.x > 3.2 else 0.02)
    assert verdicts(LAPTOP, high)[5] is Verdict.FAILS
    whole = planted(LAPTOP, capped=(3.5,))
    assert verdicts(LAPTOP, whole)[5] is Verdict.HOLDS  # all levels are visited already


def test_other_sizes_are_not_judged():
    config = dataclasses.replace(LAPTOP, levels=(500, 200))
    found = verdicts(config, planted(config))
    assert found[4:] == [Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE, Verdict.HOLDS]
    other = dataclasses.replace(LAPTOP, eps=0.1)
    assert verdicts(other, planted(other))[4:] == [Verdict.NOT_APPLICABLE] * 3


def test_author_variant_is_judged_by_an_earlier_measurement():
    config = CONFIGS["author", "laptop"]
    table = planted(config, share=lambda cell: 0.23 if cell.x <= 3.0 else 1.0)
    claims = find(NAME).claims(table, config)
    assert [claim.verdict for claim in claims] == [Verdict.HOLDS] * 6
    assert {claim.basis for claim in claims[4:]} == {Basis.MEASURED_ELSEWHERE}
    table = planted(config, share=lambda cell: 0.6)
    assert verdicts(config, table)[4:] == [Verdict.FAILS] * 2


def test_numbers_in_the_claims_are_those_of_theory():
    from theory import hottopic

    for claim in LEVEL_CLAIMS[:3]:
        strength = claim.low if math.isinf(claim.high) else claim.high
        density = hottopic.stagnation(0.25, 0.05, strength).density
        clear = float(hottopic.visibility(claim.beta, 0.05, claim.n, claim.levels, density))
        assert f"d* = {density:.3f} " in claim.source
        assert float(claim.source.rsplit("= ", 1)[1]) == pytest.approx(clear, rel=0.01)


def test_no_claim_is_quoted_without_a_quotation():
    for (_, preset), config in CONFIGS.items():
        if preset == "laptop":
            assert all(claim.basis is not Basis.QUOTED for claim in find(NAME).claims(planted(config), config))


def test_blocks_are_coarse_to_fine_and_extend():
    config = LAPTOP
    blocks = find(NAME).plan(config).blocks
    cells = [cell.label for cell in drift_cells(config) + run_cells(config)]
    assert {block.cell for block in blocks[: len(cells)]} == set(cells)  # a complete figure after one block each
    assert all(block.count == 1 for block in blocks[: len(cells)])
    longer = find(NAME).plan(dataclasses.replace(config, runs=40, strengths=(*config.strengths, 4.0))).blocks
    assert set(blocks) <= set(longer)
    for cell in cells[:1] + cells[-1:]:
        mine = sorted((block.first, block.count) for block in blocks if block.cell == cell)
        assert [first for first, _ in mine[1:]] == [first + count for first, count in mine[:-1]]


def test_rows_do_not_depend_on_the_blocks(smoke):
    config = smoke.setup.config
    for cell, names in ((run_cells(config)[0], ("steps", "visited")), (drift_cells(config)[0], ("mean",))):
        whole = find(NAME).work(config, Block(cell.label, 0, 3))
        parts = [find(NAME).work(config, Block(cell.label, first, 1)) for first in range(3)]
        for name in names:
            assert np.array_equal(whole[name], np.concatenate([part[name] for part in parts]))


def test_cells_have_their_own_draws(smoke):
    table = Store.read(smoke.folder).table()
    steps = table.filter(pl.col("cell").str.starts_with("run"))["steps"].to_list()
    assert len(set(steps)) > 0.9 * len(steps)


def test_smoke_preset(smoke):
    assert not smoke.failed
    assert [claim.verdict for claim in smoke.claims[:2]] == [Verdict.HOLDS] * 2
    assert all(claim.verdict is Verdict.NOT_APPLICABLE for claim in smoke.claims[2:])
    command = b"evo run hottopic-transition --preset smoke"
    assert command in (smoke.folder / "figure.png").read_bytes()
    assert command in (smoke.folder / "figure.pdf").read_bytes()
    assert "2.377" in smoke.caption and "2.137" in smoke.caption
    assert (smoke.folder / "caption.txt").read_text() == smoke.caption + "\n"


def test_figure_table(smoke):
    with (smoke.folder / "figure.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["panel", "series", "kind", "x", "y", "lower", "upper"]
    assert {row["panel"] for row in rows} == {"drift", "drift (inset)", "levels", "time"}
    found = {(row["panel"], row["series"]): float(row["x"]) for row in rows if row["kind"] in ("reference", "theory")}
    assert found["levels", "limit, n to infinity and eps to 0"] == pytest.approx(2.13693, abs=1e-5)
    assert found["levels", "fluid limit at eps = 0.05"] == pytest.approx(2.377, abs=5e-4)
    assert found["drift (inset)", "exact root, n = 1000"] == pytest.approx(2.40665, abs=1e-5)


def test_same_rows_on_one_thread(smoke, tmp_path):
    one = run_experiment(NAME, "smoke", out=tmp_path, progress=False, threads=1)
    names = [sorted(path.name for path in (folder / "blocks").iterdir()) for folder in (smoke.folder, tmp_path)]
    assert names[0] == names[1]  # checksums are in the names
    assert one.claims == smoke.claims
    for name in ("figure.csv", "figure.png"):
        assert (tmp_path / name).read_bytes() == (smoke.folder / name).read_bytes()


def test_resimulation_is_bit_for_bit_and_finds_one_number(smoke, tmp_path):
    folder = tmp_path / "altered"
    shutil.copytree(smoke.folder, folder)
    block = alter(folder, "standard_error", run=0, add=1e-12)
    blocks = list(Store.read(folder).plan.blocks)
    seed = next(seed for seed in range(1000) if block in random.Random(seed).sample(blocks, 3))
    (difference,) = check_folder(folder, resimulate=3, seed=seed).differences
    assert (difference.block, difference.run, difference.column) == (block, 0, "standard_error")
    assert check_folder(smoke.folder, resimulate=3, seed=seed).differences == ()


def test_capped_runs_are_drawn_open():
    config = dataclasses.replace(LAPTOP, n=(10_000,), levels=(1000,))
    chart = find(NAME).figure(planted(config, capped=(3.5,), runs=8), config)
    capped = [row for row in chart.rows if row.panel == "time" and row.kind == "capped"]
    assert len(capped) == 8 and {round(row.y, 2) for row in capped} == {400.0}
    measured = [row.x for row in chart.rows if row.panel == "time" and row.kind == "measured"]
    assert 3.5 not in measured and 3.2 in measured


def test_figure_with_one_run_has_no_intervals():
    config = dataclasses.replace(LAPTOP, n=(10_000,), levels=(1000,))
    chart = find(NAME).figure(planted(config, runs=1), config)
    assert all(math.isnan(row.lower) for row in chart.rows if row.panel == "levels")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("alpha", 1.5, r"`alpha` must be a number in \(0, 1\)"),
        ("beta", 0.3, r"`beta` must be a number in \(0, 0.25\]"),
        ("levels", (1000,), r"`levels` must have one entry for each n, 2; got \(1000,\)"),
        ("strengths", (1.0, 1.0), "`strengths` must hold different values"),
        ("n", (10, 20), "`n` must be an integer in"),
        ("runs", 0, "`runs` must be an integer >= 1"),
        ("strengths", (1.0,), "two strengths"),
    ],
)
def test_wrong_configurations(field, value, message):
    with pytest.raises(ValueError, match=message):
        HotTopicTransitionConfig(**{field: value})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_kill_and_resume(smoke, tmp_path):
    folder = tmp_path / "killed"
    words = [*COMMAND, "--out", str(folder)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    blocks = folder / "blocks"
    deadline = time.monotonic() + 120
    while not (blocks.is_dir() and len(list(blocks.glob("*.parquet"))) >= 3):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(Store.read(folder).done())
    assert 0 < done < len(Store.read(folder).plan.blocks)
    again = subprocess.run(words, check=False, capture_output=True, text=True, timeout=240)
    assert again.returncode == 0, again.stderr
    assert f"{done} were finished before" in again.stdout
    assert Store.read(folder).table().equals(Store.read(smoke.folder).table())
    one, two = (json.loads((part / "claims.json").read_text()) for part in (folder, smoke.folder))
    assert one == two
