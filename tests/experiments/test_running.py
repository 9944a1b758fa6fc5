import json
import stat
import sys

import polars as pl
import pytest

from evo.experiments import (
    Verdict,
    bibtex,
    check_folder,
    draw_folder,
    find,
    names,
    prepare,
    register,
    run_experiment,
)
from evo.studies import PlanChangedError, Store, StoreError, merge
from tests.experiments.altered import alter


def run(toy, out, preset="smoke", **options):
    return run_experiment(toy, preset, out=out, progress=False, **options)


def test_folder_holds_everything(toy, tmp_path):
    outcome = run(toy, tmp_path / "a")
    assert not outcome.failed
    assert {path.name for path in (tmp_path / "a").iterdir()} == {
        "plan.json",
        "config.json",
        "environment.json",
        "blocks",
        "claims.json",
        "caption.txt",
        "figure.png",
        "figure.pdf",
        "figure.csv",
        "store.lock",
    }
    written = json.loads((tmp_path / "a" / "claims.json").read_text())
    assert written["family_error"] == toy.family_error
    assert written["command"] == "evo run toy-coins --preset smoke"
    first = written["claims"][0]
    assert first["verdict"] == "holds" and first["lower"] < 0.25 < first["upper"]
    assert (tmp_path / "a" / "caption.txt").read_text() == "2 coins.\n"


def test_default_folder_has_variant_and_preset(toy):
    assert prepare(toy, "smoke", "bent").folder.as_posix() == "results/toy-coins-bent-smoke"
    assert prepare(toy).folder.as_posix() == "results/toy-coins-laptop"


def test_second_run_computes_nothing_and_rows_stay(toy, tmp_path):
    one = run(toy, tmp_path)
    rows = Store.read(tmp_path).table()
    two = run(toy, tmp_path)
    assert one.blocks == (6, 6) and two.blocks == (0, 6)
    assert Store.read(tmp_path).table().equals(rows)
    assert two.claims == one.claims


def test_rows_do_not_depend_on_threads_or_interruption(toy, tmp_path):
    run(toy, tmp_path / "one", threads=1)
    run(toy, tmp_path / "two", threads=2)
    for path in list((tmp_path / "two" / "blocks").iterdir())[:3]:
        path.unlink()  # as after a kill
    run(toy, tmp_path / "two", threads=2)
    names_of = [sorted(path.name for path in (tmp_path / part / "blocks").iterdir()) for part in ("one", "two")]
    assert names_of[0] == names_of[1]  # the names hold checksums of the rows


def test_rows_do_not_depend_on_the_executor(toy, tmp_path):
    run(toy, tmp_path / "one", threads=1)
    run(toy, tmp_path / "two", executor="loky:2")
    names_of = [sorted(path.name for path in (tmp_path / part / "blocks").iterdir()) for part in ("one", "two")]
    assert names_of[0] == names_of[1]


@pytest.mark.slow
def test_compiled_rows_do_not_depend_on_the_executor(tmp_path):
    for where in ("threads:2", "loky:2"):
        assert not run("population-slowdown", tmp_path / where[:4], executor=where).failed
    names_of = [sorted(path.name for path in (tmp_path / part / "blocks").iterdir()) for part in ("thre", "loky")]
    assert names_of[0] == names_of[1]


def test_parts_wait_for_each_other_and_the_last_judges(toy, tmp_path):
    """The job that finds all blocks finished draws and judges, as one job for everything does."""
    run(toy, tmp_path / "whole")
    one = run(toy, tmp_path / "parts", part="1/2")
    assert one.blocks == (3, 3) and one.missing == 3 and not one.failed
    assert one.claims == one.files == () and one.first_figure is None
    assert not (tmp_path / "parts" / "claims.json").exists() and not (tmp_path / "parts" / "figure.png").exists()
    two = run(toy, tmp_path / "parts", part=(2, 2))
    assert two.blocks == (3, 3) and two.missing == 0 and len(two.claims) == 2 and two.files
    for name in ("claims.json", "figure.csv", "figure.png", "config.json", "plan.json"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_merged_parts_are_an_experiment(toy, tmp_path):
    run(toy, tmp_path / "whole")
    folders = [tmp_path / f"job{i}" for i in (1, 2, 3)]
    for i, folder in enumerate(folders):
        run(toy, folder, part=(i + 1, 3))
    merge(tmp_path / "merged", folders)
    found = check_folder(tmp_path / "merged", resimulate=2, seed=0)
    assert not found.failed and found.missing == 0 and len(found.claims) == 2
    assert run(toy, tmp_path / "merged").blocks == (0, 6)
    names_of = [sorted(path.name for path in (tmp_path / part / "blocks").iterdir()) for part in ("whole", "merged")]
    assert names_of[0] == names_of[1]


def test_longer_run_keeps_rows(toy, tmp_path):
    run(toy, tmp_path)
    more = run(toy, tmp_path, overrides={"runs": 80})
    assert more.blocks == (4, 10)


def test_fresh_starts_over(toy, tmp_path):
    run(toy, tmp_path)
    assert run(toy, tmp_path, fresh=True).blocks == (6, 6)


def test_another_plan_is_refused(toy, tmp_path):
    run(toy, tmp_path)
    with pytest.raises(PlanChangedError, match="seed: 1 -> 2"):
        run(toy, tmp_path, overrides={"seed": 2})


def test_changed_fields_make_claims_not_applicable(toy, tmp_path):
    outcome = run(toy, tmp_path, overrides={"runs": 60})
    one, two = outcome.claims
    assert one.verdict is Verdict.HOLDS  # predicted for every size
    assert two.verdict is Verdict.NOT_APPLICABLE
    assert two.note == "claims not applicable at these sizes (changed: runs)"
    assert outcome.setup.command == "evo run toy-coins --preset smoke --runs 60"


def test_another_seed_changes_no_sizes(toy, tmp_path):
    outcome = run(toy, tmp_path, overrides={"seed": 5})
    assert {claim.verdict for claim in outcome.claims} == {Verdict.HOLDS}


def test_fields_equal_to_the_preset_are_no_changes(toy):
    setup = prepare(toy, "smoke", None, {"runs": 40, "biases": (0.5, 0.6)})
    assert dict(setup.overrides) == {"biases": (0.5, 0.6)}
    assert setup.command == "evo run toy-coins --preset smoke --biases 0.5 0.6"


def test_check_finds_one_altered_number(toy, tmp_path):
    run(toy, tmp_path)
    found = check_folder(tmp_path, resimulate=6, seed=0)
    assert not found.failed and len(found.resimulated) == 6 and not found.differences
    block = alter(tmp_path, "draw", run=15, add=2.0**-52)
    found = check_folder(tmp_path, resimulate=6, seed=0)
    (difference,) = found.differences
    assert found.failed
    assert (difference.block, difference.run, difference.column) == (block, 15, "draw")
    assert difference.stored != difference.again
    assert not check_folder(tmp_path).failed  # the claims alone do not notice


def test_check_judges_altered_rows(toy, tmp_path):
    run(toy, tmp_path)
    for first in range(40):
        alter(tmp_path, "heads", run=first, add=3)
    found = check_folder(tmp_path)
    assert found.failed and found.claims[0].verdict is Verdict.FAILS


def test_check_names_damaged_blocks_and_does_not_judge(toy, tmp_path):
    run(toy, tmp_path)
    path = next((tmp_path / "blocks").iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = check_folder(tmp_path)
    assert found.failed and len(found.damaged) == 1 and found.claims == ()


def test_claims_are_not_judged_on_part_of_the_rows(toy, tmp_path):
    run(toy, tmp_path)
    next((tmp_path / "blocks").iterdir()).unlink()
    found = check_folder(tmp_path)
    assert found.missing == 1 and found.claims == () and not found.failed


def test_draw_from_rows_alone_gives_the_same_bytes(toy, tmp_path):
    run(toy, tmp_path)
    names_of = ("figure.png", "figure.pdf", "figure.csv")
    before = [(tmp_path / name).read_bytes() for name in names_of]
    for name in names_of:
        (tmp_path / name).unlink()
    assert [path.name for path in draw_folder(tmp_path)] == list(names_of)
    assert [(tmp_path / name).read_bytes() for name in names_of] == before


def test_draw_needs_rows_of_each_cell(toy, tmp_path):
    run(toy, tmp_path)
    for path in (tmp_path / "blocks").glob("bias_0.25*"):
        path.unlink()
    with pytest.raises(StoreError, match=r"`folder` .* each of the 2 cells .* Go on with `evo run toy-coins"):
        draw_folder(tmp_path)


def test_figure_appears_on_the_way(toy, tmp_path):
    heard = []
    outcome = run(toy, tmp_path, say=heard.append)
    assert outcome.first_figure is not None and outcome.first_figure <= outcome.seconds
    assert "first complete figure" in heard[0]


def test_unknown_names(toy):
    with pytest.raises(ValueError, match=r"`NAME` must be an experiment; got 'hottopic-transitoin'. Did you mean"):
        find("hottopic-transitoin")
    with pytest.raises(ValueError, match=r"`--preset` must .* smoke, laptop; got 'smoek'. Did you mean 'smoke'"):
        prepare(toy, "smoek")
    with pytest.raises(ValueError, match=r"`--variant` must .* bent; got 'bend'. Did you mean 'bent'"):
        prepare(toy, "smoke", "bend")
    with pytest.raises(ValueError, match=r"`overrides` must name fields of ToyConfig; got 'rnus'. Did you mean 'runs'"):
        prepare(toy, "smoke", None, {"rnus": 1})
    with pytest.raises(TypeError, match="AbstractExperiment"):
        register(toy.name)
    assert {"hottopic-transition", "toy-coins"} <= set(names())


def test_folder_of_nobody(tmp_path):
    with pytest.raises(StoreError, match=r"`folder` must be the --out of an experiment; .* there is no config.json"):
        check_folder(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(StoreError, match="cannot be read"):
        draw_folder(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders")
def test_unwritable_folder(toy, tmp_path):
    target = tmp_path / "file"
    target.write_text("mine")
    with pytest.raises(StoreError, match="is a file"):
        run(toy, target)
    with pytest.raises(StoreError, match="another --out"):
        run(toy, target / "inside")
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        (closed / "probe").mkdir()
    except PermissionError:
        with pytest.raises(StoreError, match="permission is missing"):
            run(toy, closed / "inside")
    finally:
        closed.chmod(stat.S_IRWXU)


def test_references_exist_and_are_those_asked_for():
    for name in names():
        keys = find(name).references
        text = bibtex(keys)
        assert text.count("@") == len(keys)
        assert all(f"{{{key}," in text for key in keys)
    with pytest.raises(ValueError, match=r"`keys` must name an entry .* Did you mean 'Witt2013Linear'"):
        bibtex(["Witt2013Linaer"])


def test_table_of_the_toy(toy, tmp_path):
    run(toy, tmp_path)
    assert Store.read(tmp_path).table().schema["heads"] == pl.Int64
