import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import evo
from evo.cli import foreign, main
from evo.experiments import Above, AbstractExperiment, names, register
from tests.cli.calling import call
from tests.experiments.altered import alter
from tests.experiments.toy import Toy


@pytest.fixture
def done(toy, tmp_path, capsys):
    assert call(capsys, "run", "toy-coins", "--preset", "smoke", "--out", tmp_path / "done")[0] == 0
    return tmp_path / "done"


def test_alone_it_prints_a_short_help(capsys):
    code, out, err = call(capsys)
    assert code == 0 and err == ""
    assert out.startswith("usage: evo COMMAND") and len(out.splitlines()) < 25
    assert call(capsys, "--help")[1] == out
    for name in ("list", "run", "study", "status", "table", "draw", "check", "export", "merge", "cite"):
        assert f"\n  {name} " in out


def test_version(capsys):
    assert call(capsys, "--version") == (0, f"evo-theory {evo.__version__}\n", "")


def test_start_is_light():
    code = (
        "import sys; from evo.cli import main; code = main(['--version']); heavy = {'numpy', 'numba', 'matplotlib', "
        "'polars', 'tyro', 'rich', 'scipy', 'theory', 'jax'} & set(sys.modules); sys.exit(f'{code} {heavy}' if code or "
        "heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("command", ["list", "cite"])
def test_light_commands_neither_compile_nor_draw(command):
    words = {"list": ["list"], "cite": ["cite", "hottopic-transition"]}[command]
    code = (
        f"import sys; from evo.cli import main; main({words!r}); "
        "sys.exit(1 if {'numba', 'matplotlib', 'polars', 'jax'} & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_unknown_command(capsys):
    code, out, err = call(capsys, "rnu")
    assert code == 1 and out == ""
    assert err == (
        "evo: `COMMAND` must be one of list, run, study, status, table, draw, check, export, merge, cite; got 'rnu'. "
        "Did you mean 'run'? `evo --help` shows all.\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "hottopic-transitoin"], "Did you mean 'hottopic-transition'?"),
        (["cite", "hotopic-transition"], "Did you mean 'hottopic-transition'?"),
        (["run", "hottopic-transition", "--preset", "laptpo"], "Did you mean 'laptop'?"),
        (["run", "hottopic-transition", "--variant", "autor"], "Did you mean 'author'?"),
        (["run", "hottopic-transition", "--alpha", "2"], "`alpha` must be a number in (0, 1)"),
        (["check", "/nowhere/at-all"], "there is no /nowhere/at-all"),
        (["draw", "/nowhere/at-all"], "there is no /nowhere/at-all"),
        (["run", "toy-coins", "--threads", "0"], "`threads` must be a positive integer"),
        (["run", "toy-coins", "--executor", "lokky:2"], "Did you mean 'loky'?"),
        (["run", "toy-coins", "--executor", "loky", "--threads", "2"], "`threads` must be None where an executor is"),
        (["run", "toy-coins", "--block", "4/3"], "1 <= i <= m"),
        (["run", "toy-coins", "--block", "1/3", "--fresh"], "`fresh` must be False for a part"),
    ],
)
def test_errors_are_one_message(toy, capsys, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, *words)
    assert code == 1 and message in err and "Traceback" not in err
    assert err.startswith("evo: ") and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "NAME"),
        (["draw"], "DIR"),
        (["check", "x", "--resimulate", "many"], "resimulate"),
        (["run", "toy-coins", "--rnus", "3"], "--runs"),
        (["list", "surplus"], "surplus"),
    ],
)
def test_wrong_usage_is_an_error_and_not_a_failed_claim(toy, capsys, words, message):
    code, _, err = call(capsys, *words)
    assert code == 1 and message in err and "Traceback" not in err


def test_debug_shows_the_trace(capsys):
    with pytest.raises(ValueError, match="Did you mean"):
        main(["run", "hottopic-transitoin", "--debug"])


def test_run_in_processes_and_by_parts(toy, tmp_path, capsys):
    words = ["run", "toy-coins", "--preset", "smoke", "--out", tmp_path / "out"]
    code, out, _ = call(capsys, *words, "--block", "1/2", "--executor", "loky:2")
    assert code == 0 and "3 blocks of part 1/2 computed in" in out
    assert out.endswith("Claims and figure wait for 3 blocks of other parts.\n")
    code, out, _ = call(capsys, *words, "--block", "2/2", "--executor", "threads:2")
    assert code == 0 and "3 blocks of part 2/2 computed in" in out and "holds 2" in out
    code, out, _ = call(capsys, *words)
    assert code == 0 and "0 blocks computed" in out and "6 were finished before" in out


def test_list_names_everything(toy, capsys):
    code, out, _ = call(capsys, "list")
    assert code == 0
    for name in names():
        assert re.search(rf"^{name}$", out, re.MULTILINE)
    assert "Lengler" in out and "smoke:" in out and "author:" in out and "claimed" in out
    assert "A first run compiles" in out


def test_list_on_a_terminal(toy, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert "toy-coins" in call(capsys, "list")[1]


def test_cite_prints_exactly_the_references(capsys):
    code, out, _ = call(capsys, "cite", "hottopic-transition")
    assert code == 0 and out.count("@") == 5
    for mark in ("1803.09227", "1608.03226", "1808.01137", "Witt", "Doerr"):
        assert mark in out


def test_help_of_run_lists_presets_and_variants(toy, capsys):
    code, out, _ = call(capsys, "run", "--help")
    assert code == 0
    for word in ("hottopic-transition", "toy-coins", "smoke", "laptop", "large", "author", "--preset", "--fresh"):
        assert word in out
    code, out, _ = call(capsys, "run", "hottopic-transition", "--help")
    assert code == 0 and "--strengths" in out and "--seed" in out and "NAME" in out


def test_run_prints_claims_figure_and_how_to_repeat(toy, capsys, tmp_path):
    folder = tmp_path / "a b"
    code, out, err = call(capsys, "run", "toy-coins", "--preset", "smoke", "--out", folder)
    assert code == 0
    assert "Coins" in out and "preset smoke" in out and str(folder) in out
    assert out.count("HOLDS") == 2 and "re-derived: the law of large numbers" in out
    assert f"figure  {folder / 'figure.png'}" in out
    assert f"again   evo run toy-coins --preset smoke --out '{folder}'" in out
    assert "6 of 6 blocks" in err


def test_default_folder(toy, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "run", "toy-coins", "--preset=smoke", "--variant", "bent")[0] == 0
    assert (tmp_path / "results" / "toy-coins-bent-smoke" / "figure.png").is_file()


def test_options_may_come_first(toy, capsys, tmp_path):
    code, out, _ = call(capsys, "run", "--preset", "smoke", "--fresh", "--out", tmp_path / "x", "toy-coins")
    assert code == 0 and "preset smoke" in out


def test_changed_fields_are_said(toy, capsys, tmp_path):
    words = ["run", "toy-coins", "--preset", "smoke", "--runs", "60", "--biases", "0.25", "0.5", "--out", tmp_path]
    code, out, _ = call(capsys, *words)
    assert code == 0
    assert "claims not applicable at these sizes" in out
    assert "--biases 0.25 0.5 --runs 60" in out


def test_second_run_goes_on(done, capsys):
    code, out, _ = call(capsys, "run", "toy-coins", "--preset", "smoke", "--out", done)
    assert code == 0 and "0 blocks computed" in out and "6 were finished before" in out
    code, out, _ = call(capsys, "run", "toy-coins", "--preset", "smoke", "--out", done, "--fresh")
    assert code == 0 and "6 blocks computed" in out


def test_changed_seed_in_the_same_folder_is_refused(done, capsys):
    code, _, err = call(capsys, "run", "toy-coins", "--preset", "smoke", "--out", done, "--seed", "4")
    assert code == 1 and "seed: 1 -> 4" in err and "--fresh" in err


class Wrong(Toy):
    """Claims too much."""

    name = "toy-wrong"

    def claims(self, table, config):
        from dataclasses import replace

        from evo.experiments import judge

        found = super().claims(table, config)
        return [judge(replace(claim, predicted=Above(0.99)), claim.measured) for claim in found]


def test_a_failing_claim_exits_2(capsys, tmp_path):
    register(Wrong())
    words = ["run", "toy-wrong", "--out", tmp_path]
    code, out, _ = call(capsys, *words)
    assert code == 2 and "FAILS" in out
    assert call(capsys, "check", tmp_path)[0] == 2


class Broken(Toy):
    """Cannot compute one block."""

    name = "toy-broken"

    def work(self, config, block):
        if block.first == 20:
            raise ZeroDivisionError("a planted bug")
        return super().work(config, block)


def test_a_bug_in_a_block_is_one_message(capsys, tmp_path):
    register(Broken())
    code, _, err = call(capsys, "run", "toy-broken", "--out", tmp_path)
    assert code == 1 and "a planted bug" in err and "--debug" in err and "Traceback" not in err
    assert "This happened in block" in err and "safe" in err


def test_check_resimulates(done, capsys):
    code, out, _ = call(capsys, "check", done, "--resimulate", "3", "--seed", "1")
    assert code == 0 and "3 blocks run again (--seed 1): all numbers are the same" in out and "HOLDS" in out
    alter(done, "draw", run=3, add=0.25)
    code, out, _ = call(capsys, "check", done, "--resimulate", "100")
    assert code == 2 and "DIFFERENT" in out
    assert re.search(r"bias 0\.[27]5, run 3, draw: stored .*, now ", out)


def test_check_prints_the_seed_that_it_chose(done, capsys):
    seeds = {re.search(r"--seed (\d+)", call(capsys, "check", done, "--resimulate", "1")[1])[1] for _ in range(3)}
    assert len(seeds) > 1


def test_check_of_damaged_and_missing_blocks(done, capsys):
    one, two = list((done / "blocks").iterdir())[:2]
    one.write_bytes(one.read_bytes()[:-1])
    two.unlink()
    code, out, _ = call(capsys, "check", done)
    assert code == 2 and out.count("DAMAGED") == 1
    assert "2 blocks are missing or damaged" in out and "evo run toy-coins --preset smoke --out" in out


def test_draw_names_the_files(done, capsys):
    (done / "figure.png").unlink()
    code, out, _ = call(capsys, "draw", done)
    assert code == 0 and out.splitlines()[0] == str(done / "figure.png") and (done / "figure.png").is_file()


def test_unwritable_out(toy, capsys, tmp_path):
    target = tmp_path / "file"
    target.write_text("mine")
    code, _, err = call(capsys, "run", "toy-coins", "--out", target)
    assert code == 1 and "is a file" in err and target.read_text() == "mine"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    code, _, err = call(capsys, "run", "toy-coins", "--out", tmp_path / "full")
    assert code == 1 and "must be empty, new or a store" in err


def test_figure_that_cannot_be_written(toy, capsys, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device", str(tmp_path / "figure.png"))

    monkeypatch.setattr("evo.plots.saving.os.replace", full)
    code, _, err = call(capsys, "run", "toy-coins", "--out", tmp_path)
    assert code == 1 and "No space left on device" in err


class Interrupted(Toy):
    """Is stopped by Ctrl-C in the middle."""

    name = "toy-interrupted"

    def work(self, config, block):
        if block.first == 20:
            raise KeyboardInterrupt
        return super().work(config, block)


def test_interruption_exits_130_and_says_how_to_go_on(capsys, tmp_path):
    register(Interrupted())
    code, _, err = call(capsys, "run", "toy-interrupted", "--out", tmp_path)
    assert code == 130
    assert "safe in" in err and f"The same command goes on: evo run toy-interrupted --out {tmp_path}" in err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT")
def test_ctrl_c_in_a_real_run(tmp_path):
    words = [sys.executable, "-m", "evo.cli", "run", "hottopic-transition", "--out", str(tmp_path / "a")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "a").glob("blocks/*.parquet")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on: evo run" in err and "Traceback" not in err


RUNNING_BLOCK = """
import atexit, sys, threading, time
from evo.cli import dispatch

def run(words):
    threading.Thread(target=time.sleep, args=(60,), name="block-0", daemon=True).start()
    raise {error}

atexit.register(print, "finalised")
sys.argv = ["evo", "run", "x"]
dispatch._run = run
sys.exit(dispatch.main())
"""


@pytest.mark.parametrize(("error", "code"), [("KeyboardInterrupt", 130), ("ValueError('wrong')", 1)])
def test_blocks_that_still_run_do_not_take_part_in_the_end_of_the_interpreter(error, code):
    """A thread inside JAX's compiler, taken away by a finalising interpreter, aborts the process: exit code 134."""
    words = [sys.executable, "-c", RUNNING_BLOCK.format(error=error)]
    ended = subprocess.run(words, check=False, capture_output=True, text=True, timeout=50)
    assert (ended.returncode, ended.stdout) == (code, "") and ended.stderr


@pytest.mark.parametrize("module", ["evo", "evo.cli"])
def test_exit_codes_reach_the_shell(module):
    words = [sys.executable, "-m", module]
    good = subprocess.run([*words, "--version"], check=False, capture_output=True, text=True)
    assert (good.returncode, good.stdout) == (0, f"evo-theory {evo.__version__}\n")
    assert subprocess.run([*words, "nonsense"], check=False, capture_output=True).returncode == 1


# ---------------------------------------------------------------------------------------------------- another `evo`


def nothing_installed(name):
    raise foreign.metadata.PackageNotFoundError(name)


@pytest.fixture
def clean(monkeypatch):
    monkeypatch.setattr(foreign.metadata, "version", nothing_installed)
    monkeypatch.setattr(foreign.shutil, "which", lambda name: None)


def test_no_other_evo(clean):
    assert foreign.notice() is None


def test_distribution_of_that_name(clean, monkeypatch):
    monkeypatch.setattr(foreign.metadata, "version", lambda name: "1.30.1")
    text = foreign.notice()
    assert text is not None and "\n" not in text
    assert "1.30.1" in text and "evo-theory" in text and "virtual environment" in text


def test_command_of_another_package(clean, monkeypatch, tmp_path):
    script = tmp_path / "evo"
    script.write_text("#!/usr/bin/python\nfrom evo import main_evo\nmain_evo.main()\n")
    monkeypatch.setattr(foreign.shutil, "which", lambda name: str(script))
    text = foreign.notice()
    assert text is not None and str(script) in text and "\n" not in text
    script.write_text("#!/usr/bin/python\nfrom evo.cli import main\nmain()\n")
    assert foreign.notice() is None


def test_overwritten_package(clean, monkeypatch):
    monkeypatch.setitem(sys.modules, "evo", type(sys)("evo"))
    text = foreign.notice()
    assert text is not None and "overwritten" in text


def test_notice_is_one_line_on_standard_error(capsys, monkeypatch):
    monkeypatch.setattr("evo.cli.dispatch.notice", lambda: "Note: another one.")
    assert call(capsys, "--version") == (0, f"evo-theory {evo.__version__}\n", "Note: another one.\n")


# ------------------------------------------------------------------------------------------------ experiment modules


def test_every_experiment_is_complete():
    """Names, presets, variants, configurations and texts of each experiment of the library fit together."""
    from evo.experiments.registry import _HOMES, find

    for name in _HOMES:
        experiment = find(name)
        assert isinstance(experiment, AbstractExperiment) and experiment.name == name
        assert {"smoke", "laptop"} <= set(experiment.presets)
        assert experiment.family_error <= 0.05
        for variant in (None, *experiment.variants):
            for preset in experiment.presets:
                config = experiment.config(preset, variant)
                assert config.seed == 1 and type(config) is experiment.config_type


def test_no_machine_path_in_results(done):
    here = {str(Path.home()), os.getcwd(), str(done)}
    for path in done.glob("*.json"):
        assert not any(item in path.read_text() for item in here)
    assert json.loads((done / "config.json").read_text())["experiment"] == "toy-coins"
