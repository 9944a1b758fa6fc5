"""Studies as TOML files: what they become, and what each mistake is answered."""

from __future__ import annotations

import dataclasses
import inspect
import math
import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evo
from evo import discrete as d
from evo.studies import SpecError, StoreError, StudySpec, load_toml
from evo.studies.spec.grids import grid_of
from evo.studies.spec.lines import line_of, lines
from evo.studies.spec.places import Place
from evo.studies.spec.references import given as value_of
from evo.studies.spec.references import referred

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))

TEXT = """\
name = "A trial"
runs = 5
seed = 1
[grid]
n = [20, 50]
c = {from = 0.1, to = 0.5, count = 5}
[stop]
steps = 1000
target = "optimum"
[record]
type = "LogGrid"
points = 5
observables = ["value", "zeros", {type = "mean_density", after = 2}]
[[cell]]
name = "static"
optimizer = {type = "OnePlusOne", rate = {type = "Static", strength = "$c"}, acceptance = "Strict"}
problem = {type = "OneMax", n = "$n"}
[[cell]]
name = "rule"
stop = {steps = "$n"}
[cell.optimizer]
type = "OnePlusOne"
rate = {type = "SuccessRule", factor = 1.5, s = 4, success = "better"}
[cell.problem]
type = "HotTopicSets"
n = 6
hot = [[0, 1, 2], [3, 4]]
core = [[0, 1], [3]]
eps = 0.0
"""


@pytest.fixture(scope="module")
def spec():
    return StudySpec.parse(TEXT, path="a/trial.toml")


def refusal(text, path="trial.toml"):
    with pytest.raises(SpecError) as caught:
        StudySpec.parse(text, path=path)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------- what a file becomes


def test_settings(spec):
    assert (spec.name, spec.runs, spec.seed, spec.block, spec.engine) == ("A trial", 5, 1, None, evo.Engine.AUTO)
    assert spec.stop == evo.Steps(1000) | evo.Target()
    assert spec.record == evo.LogGrid(5, evo.value, d.zeros, d.mean_density(after=2))
    assert spec.grid == {"n": [20, 50], "c": [0.1, 0.2, 0.3, 0.4, 0.5]}
    assert spec.folder == Path("results/trial") and spec.text == TEXT
    assert spec.points == 2 * 5 + 2


def test_cells_are_functions_of_the_parameters_that_they_name(spec):
    static, rule = spec.cells["static"], spec.cells["rule"]
    assert list(inspect.signature(static).parameters) == ["n", "c"]
    assert list(inspect.signature(rule).parameters) == ["n"]
    assert static(n=20, c=0.3) == (d.OnePlusOne(rate=d.Static(strength=0.3), acceptance=d.Strict()), d.OneMax(20))
    optimizer, problem, stop = rule(n=50)
    assert optimizer == d.OnePlusOne(rate=d.SuccessRule(factor=1.5, s=4.0, success=d.Success.BETTER))
    assert problem == d.HotTopicSets(6, hot=((0, 1, 2), (3, 4)), core=((0, 1), (3,)), eps=0.0)
    assert stop == evo.Steps(50)


def test_cells_reach_other_processes(spec):
    again = pickle.loads(pickle.dumps(spec.cells["static"]))
    assert again == spec.cells["static"] and again(n=20, c=0.3) == spec.cells["static"](n=20, c=0.3)
    assert list(inspect.signature(again).parameters) == ["n", "c"]


def test_a_stop_of_all_cells_may_name_parameters():
    text = TEXT.replace("steps = 1000", 'steps = "$n"').replace('problem = {type = "OneMax", n = "$n"}', "")
    text = text.replace('name = "static"', 'name = "static"\nproblem = {type = "OneMax", n = 30}')
    spec = StudySpec.parse(text)
    assert spec.stop is None and spec.cells["static"].parameters == ("n", "c")
    assert spec.cells["static"](n=20, c=0.1)[2] == evo.Steps(20) | evo.Target()


def test_budgets_are_rounded_up():
    spec = StudySpec.parse(TEXT.replace("steps = 1000", 'steps = "100 $n ln $n"').replace('target = "optimum"', ""))
    assert spec.cells["static"](n=20, c=0.1)[2] == evo.Steps(math.ceil(2000 * math.log(20)))


def test_names_of_parts_may_be_parameters():
    text = TEXT.replace("n = [20, 50]", 'n = 20\nproblem = ["OneMax", "LeadingOnes"]\nrule = "Strict"')
    text = text.replace('"Strict"}', '"$rule"}').replace('type = "OneMax"', 'type = "$problem"')
    static = StudySpec.parse(text).cells["static"]
    optimizer, problem = static(n=20, problem="LeadingOnes", rule="Strict", c=0.1)
    assert problem == d.LeadingOnes(20) and optimizer.acceptance == d.Strict()
    said = refusal(text.replace('"LeadingOnes"', '"LeadingOne"'))
    assert "cell[1].problem.type: 'LeadingOne' is no part of the library. Did you mean 'LeadingOnes'?" in said


def test_functions_and_parts_within_parts():
    text = """
        runs = 1
        seed = 1
        [[cell]]
        name = "a"
        optimizer = {type = "OnePlusOne", mutation = {type = "FlipCount", law = {type = "PowerLaw", exponent = 1.5}}}
        problem = {type = "Custom", function = "numpy:sum", n = 9, sense = "maximise", budget = {type="Steps", count=5}}
        [[cell]]
        name = "b"
        optimizer = {type = "CmaEs", sigma = 0.5}
        problem = {type = "BlackBox", function = "math:fsum", sense = "MINIMISE", start = [1.0, 2.0]}
    """
    a, b = StudySpec.parse(text).cells.values()
    assert a()[0].mutation == d.FlipCount(d.PowerLaw(1.5)) and a()[1].budget() == evo.Steps(5)
    assert a()[1].sense is evo.Sense.MAXIMISE and b()[1].function is math.fsum
    assert "function: the module 'math' has no 'fsm'. Did you mean 'fsum'?" in refusal(text.replace("fsum", "fsm"))
    assert "sense: 'max' is none of MINIMISE, MAXIMISE" in refusal(text.replace('"maximise"', '"max"'))
    assert "law.type: 'PowrLaw' is no part" in refusal(text.replace("PowerLaw", "PowrLaw"))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("$c", 0.25),
        ("$c/$n", 0.0125),
        ("2$n ln $n", 2 * 20 * math.log(20)),
        ("$n/2", 10),
        ("$n/8", 2.5),
        ("4 $c", 1.0),
        ("2$e3", 14),
        ("$n$e3", 140),
        ("e^$c", math.exp(0.25)),
        ("($n+1)^2", 441),
        ("$word", "a"),
    ],
)
def test_parameters_and_expressions_of_them(text, made):
    values = {"n": 20, "c": 0.25, "word": "a", "e3": 7}
    assert list(referred(text, Place(), values)) == re.findall(r"\$(\w+)", text)
    found = value_of(text, Place(), values)
    assert found == pytest.approx(made, rel=1e-15) if isinstance(made, float) else found == made
    assert type(found) is type(made)


def test_expressions_join_numbers_only():
    with pytest.raises(SpecError, match="word = 'a' is none"):
        value_of("$word/2", Place(), {"word": "a"})


def test_the_shortest_file():
    spec = StudySpec.parse(
        'runs = 1\nseed = 0\n[[cell]]\nname = "a b"\noptimizer = "RandomLocalSearch"\n'
        'problem = {type = "HiddenSubset", problem = {type = "LeadingOnes", n = 3}, length = 6, instance = "PerRun"}\n'
    )
    assert spec.cells["a b"]() == (d.RandomLocalSearch(), d.HiddenSubset(d.LeadingOnes(3), 6, d.PerRun()))
    assert spec.points == 1 and spec.stop is None and spec.record is None and spec.folder == Path("results/study")


@pytest.mark.parametrize(
    ("record", "made"),
    [
        ('{type = "Every", observables = ["zeros"], steps = 3}', evo.Every(3, d.zeros)),
        ('"Improvements"', evo.Improvements()),
        ('{type = "Final", observables = ["best_value"]}', evo.Final(evo.best_value)),
    ],
)
def test_recorders(record, made):
    assert StudySpec.parse(re.sub(r"\[record\][^[]*\[.*\]\n", "", f"record = {record}\n{TEXT}")).record == made


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("[1, 2]", [1, 2]),
        ("7", [7]),
        ("[1, 2.5]", [1.0, 2.5]),
        ('["a", "b"]', ["a", "b"]),
        ("[true, false]", [True, False]),
        ("{from = 0.1, to = 0.5, count = 5}", [0.1, 0.2, 0.3, 0.4, 0.5]),
        ("{from = 5, to = 1, count = 3}", [5.0, 3.0, 1.0]),
        ('{from = 1, to = 100, count = 3, scale = "log"}', [1.0, 10.0, 100.0]),
        (
            '{from = 100, to = 10_000, count = 5, scale = "log", round = true}',
            [100, 316, 1000, 3162, 10000],
        ),
        ("{from = 3, to = 3, count = 1}", [3.0]),
    ],
)
def test_grids(raw, values):
    (found,) = grid_of(tomllib.loads(f"c = {raw}"), Place(("grid",))).values()
    assert found == values and [type(item) for item in found] == [type(item) for item in values]


@settings(max_examples=30, deadline=None)
@given(low=st.floats(1e-6, 1e6), factor=st.floats(1.5, 1e3), count=st.integers(2, 30))
def test_ranges_keep_their_ends_and_their_spacing(low, factor, count):
    high = low * factor
    for scale in ("linear", "log"):
        (found,) = grid_of({"c": {"from": low, "to": high, "count": count, "scale": scale}}, Place()).values()
        assert len(found) == count and found == sorted(found)
        for index, value in enumerate(found):
            share = index / (count - 1)
            exact = low + share * (high - low) if scale == "linear" else low * factor**share
            assert abs(value - exact) <= 6e-12 * exact  # half a unit of the twelfth digit is at most 5e-12


# ------------------------------------------------------------------------------------------------------ what is refused

WRONG = {
    "runs = 5": [
        ("runs = '5'", "trial.toml, line 2: runs: this must be an integer of at least 1; got '5'."),
        ("runs = 0", "runs: this must be an integer of at least 1; got 0."),
        ("", "trial.toml: the key `runs` is missing; needed here: `runs`, `seed`, `cell`."),
        ("runs =", "trial.toml, line 2, column 7: this is not TOML: Invalid value."),
        ("rnus = 5", "line 2: rnus: there is no such key here. Did you mean 'runs'?"),
        ("runs = 5\nengine = 'evnt'", "engine: this must be one of auto, chain,"),
        ("runs = 5\nruns = 6", "this is not TOML: Cannot overwrite a value."),
    ],
    "strength =": [
        ("strenght =", "line 16: cell[1].optimizer.rate.strenght: there is no such key here. Did you mean 'strength'?")
    ],
    '"Static"': [
        (
            '"Statik"',
            "line 16: cell[1].optimizer.rate.type: 'Statik' is no part of the library. Did you mean 'Static'?",
        ),
        ('"OneMax"', "cell[1].optimizer.rate.type: 'OneMax' is not a rate. Known: EqualFitnessRule,"),
        ("3", "cell[1].optimizer.rate.type: this must be the name of a part, a text; got 3."),
    ],
    '"$c"': [
        ('"$d"', "cell[1].optimizer.rate.strength: the grid has no parameter 'd'. Known: c, n."),
        ('"$c/c"', "cell[1].optimizer.rate.strength: 'c' in '$c/c' is no parameter. Write $c, or one of ln, log2,"),
        ('"$c/"', "cell[1].optimizer.rate.strength: `expression` must"),
        ('"$"', "cell[1].optimizer.rate.strength: `expression` must"),
        ('"$c/($n-20)"', "cell[1].optimizer.rate.strength: '$c/($n-20)' is not defined for c = 0.1, n = 20."),
        ("1.0", 'line 6: grid.c: no cell names this parameter. Write "$c" where it belongs.'),
        ('{type = "Static", rate = "$c"}', "a plain value, not a table"),
    ],
    "from = 0.1": [
        ("from = 0", "line 16: cell[1].optimizer.rate.strength: `strength` must be a number in (0, inf); got 0.0."),
        ("from = 0", "(here c = 0.0)"),
        ('from = 0, scale = "log"', "both ends must be positive"),
        ('from = 1, scale = "lgo"', "line 6: grid.c.scale: this must be one of linear, log; got 'lgo'. Did you mean"),
        ("from = 1, round = true", "the 5 values of this range are not all different"),
        ('from = "a"', "grid.c.from: this must be a finite number; got 'a'."),
        ("from = 1, steps = 2", "line 6: grid.c.steps: there is no such key here."),
        ("form = 1", "grid.c.form: there is no such key here. Did you mean 'from'?"),
        ("from = 1, round = 1", "grid.c.round: this must be true or false"),
    ],
    "count = 5": [
        ("count = 0", "grid.c.count: this must be an integer from 1"),
        ("count = 1", "needs `from` equal to `to`"),
    ],
    '"Strict"': [
        ("'Strickt'", "cell[1].optimizer.acceptance: 'Strickt' is no part of the library. Did you mean 'Strict")
    ],
    '"better"': [
        ("'beter'", "cell[2].optimizer.rate.success: 'beter' is none of NOT_WORSE, BETTER. Did you mean 'BETTER'")
    ],
    '"zeros"': [
        ("'zeroes'", "line 13: record.observables[2]: 'zeroes' is no part of the library. Did you mean 'zeros'?"),
        ("'value'", "record.observables: `observables` must have different names"),
    ],
    "observables = [": [('observables = "value" #', "this must be a list such as [\"value\"]; got 'value'.")],
    '"LogGrid"': [("'OneMax'", "record.type: 'OneMax' is not a recorder. Known: Every, Final, Improvements, LogGrid.")],
    "eps = 0.0": [
        ("eps = 'a'", "line 29: cell[2].problem.eps: `eps` must be a number in [0, 1); got 'a' of type str.")
    ],
    "n = 6": [
        ("n = 6.5", "cell[2].problem.n: `n` must be an integer"),
        ("", "the key `n` is missing; needed here: `n`,"),
    ],
    "steps = 1000": [
        ("setps = 1000", "line 8: stop.setps: there is no such key here. Did you mean 'steps'?"),
        ("steps = -1", "line 8: stop.steps: `count` must be an integer in [0,"),
        ("seconds = 5", "stop.seconds: there is no such key here."),
    ],
    '"rule"': [
        ('"static"', "line 19: cell[2].name: the names of cells must differ; 'static' is that of cell[1] too."),
        ('""', "cell[2].name: this must be a text; got ''."),
    ],
    "[20, 50]": [
        ("[20, 20]", "line 5: grid.n: `n` must have different values, but 20 occurs twice"),
        ("[20, 'a']", "line 5: grid.n: `n` must have values of one kind"),
        ("[]", "grid.n: `n` must have at least one value"),
        ("[[1]]", "grid.n: `n` must be a plain value"),
        ("nan", "grid.n: `n` must have no NaN"),
        ("1979-05-27", "grid.n: `n` must be a plain value"),
    ],
    '{type = "OneMax", n = "$n"}': [
        ("12", 'line 17: cell[1].problem: this must be a table such as {type = "OneMax", n = 100}; got 12.'),
        ("{n = 12}", "cell[1].problem: the key `type` is missing"),
        ('"OneMax"', "cell[1].problem: the key `n` is missing"),
        (
            '{type = "no_such_module:X"}',
            "cell[1].problem.type: there is no module 'no_such_module'. Put it beside the file",
        ),
        ('{type = "math:X"}', "cell[1].problem.type: the module 'math' has no 'X'."),
        ('{type = "fractions:Fraction"}', "cell[1].problem.type: 'fractions:Fraction' is not a problem. Known: "),
        ('{type = "zeros"}', "cell[1].problem.type: 'zeros' is not a problem."),
        ('{type = "math:sqrt"}', "cell[1].problem: math.sqrt() takes exactly one argument"),
        ('{type = "OneMax", n = "$n", m = 1}', "cell[1].problem.m: there is no such key here."),
    ],
    "n = [20": [
        ("runs = [20", "line 5: grid.runs: `grid` must name parameters that are no columns or arguments of a study"),
        ("'a b' = [20", "line 5: grid.a b: a parameter is named by letters, digits and _; got 'a b'."),
    ],
    "[[cell]]": [("[cell]", "Cannot declare"), ("[[cells]]", "cells: there is no such key here. Did you mean 'cell'?")],
}


@pytest.mark.parametrize(
    ("old", "new", "said"), [(old, new, said) for old, several in WRONG.items() for new, said in several]
)
def test_mistakes_are_answered_with_the_place(old, new, said):
    assert old in TEXT
    answer = refusal(TEXT.replace(old, new))
    assert answer.startswith("trial.toml") and said in answer, answer


def test_a_study_without_cells():
    assert "`cell` is missing" in refusal("runs = 1\nseed = 1\n")
    assert "cell: a study needs at least one [[cell]]" in refusal("runs = 1\nseed = 1\ncell = []\n")


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "trial.toml").write_text(TEXT)
    for path, said in (
        (tmp_path / "trail.toml", "Did you mean 'trial.toml'?"),
        (tmp_path / "none" / "trail.toml", "Pass the path of a TOML file"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(SpecError, match=re.escape(said)):
            load_toml(path)
    (tmp_path / "latin.toml").write_bytes("name = 'ü'".encode("latin-1"))
    with pytest.raises(SpecError, match=r"latin\.toml is not text in UTF-8 \(byte 8\)"):
        load_toml(tmp_path / "latin.toml")
    (tmp_path / "windows.toml").write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert load_toml(tmp_path / "windows.toml").cells == StudySpec.parse(TEXT, path=tmp_path / "x.toml").cells


def test_a_part_of_a_user_that_fails_names_the_place(tmp_path):
    (tmp_path / "my_broken_part.py").write_text("def make(n):\n    return 1 // n\n\ndef one(n=1):\n    return n\n")
    text = TEXT.replace('{type = "OneMax", n = "$n"}', '{type = "my_broken_part:make", n = 0}').replace('"$n"', '"$c"')
    text = text.replace("n = [20, 50]\n", "")
    said = refusal(text, tmp_path / "x.toml")
    assert "cell[1].problem: ZeroDivisionError: integer division or modulo by zero" in said
    said = refusal(text.replace("make", "one"), tmp_path / "x.toml")
    assert "cell[1].problem.type: 'my_broken_part:one' makes a int, which does not belong here." in said
    assert "Did you mean 'make'?" in refusal(text.replace(":make", ":maek"), tmp_path / "x.toml")


# --------------------------------------------------------------------------------------------------------- line numbers

LINES = """\
a = 1  # b = 2
"b.c" = '''
x = 1
'''
d.e = [ 1.5, # d.f = 3
  {g = "]", h = [1,
  2979-05-27 07:32:00]},
]
[t]
'i' = \"\"\"
\\\"\"\" = 1 \"\"\"
[[u.v]]
j = 1
[u.v.w]
k = {l.m = 'n}', o = []}
[[u.v]]
j.p = +1e5
"""


def test_lines_of_everything():
    assert tomllib.loads(LINES)
    found = {".".join(map(str, key)): line for key, line in lines(LINES).items()}
    wanted = {
        "a": 1, "b.c": 2, "d": 5, "d.e": 5, "d.e.0": 5, "d.e.1": 6, "d.e.1.g": 6, "d.e.1.h": 6, "d.e.1.h.0": 6,
        "d.e.1.h.1": 7, "t": 9, "t.i": 10, "u.v": 12, "u.v.0": 12, "u.v.0.j": 13, "u.v.0.w": 14, "u.v.0.w.k": 15,
        "u.v.0.w.k.l": 15, "u.v.0.w.k.l.m": 15, "u.v.0.w.k.o": 15, "u.v.1": 16, "u.v.1.j": 17, "u.v.1.j.p": 17,
    }  # fmt: skip
    assert found == wanted
    assert line_of(LINES, ("u", "v", 0, "w", "k", "absent", 3)) == 15
    assert line_of(LINES, ("absent",)) is None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_key_of_the_examples_has_its_line(path):
    text = path.read_text()
    found = lines(text)

    def walk(value, steps):
        if steps:
            assert steps in found, steps
            if isinstance(steps[-1], str):
                assert steps[-1] in text.splitlines()[found[steps] - 1]
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, item in items:
            walk(item, (*steps, step))

    walk(tomllib.loads(text), ())


# ------------------------------------------------------------------------------------------------------------- examples


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_studies(path):
    spec = load_toml(path)
    assert spec.points >= 2 and spec.path == path and spec.folder == Path("results") / path.stem


def test_the_page_shows_the_example_as_it_stands():
    page = (ROOT / "docs" / "study_files.md").read_text()
    shown = re.findall(r"^```toml\n(.*?)^```$", page, flags=re.M | re.S)
    example = (ROOT / "examples" / "strengths.toml").read_text()
    assert shown[0] == example[example.index("name =") :]
    for text in shown:
        assert tomllib.loads(text)


def test_the_page_runs(tmp_path, monkeypatch):
    """The Python on the page, in a folder with the examples; the file and the function give the same rows."""
    page = (ROOT / "docs" / "study_files.md").read_text()
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    first, second = re.findall(r"^```python\n(.*?)^```$", page, flags=re.M | re.S)
    exec(compile(first, "page", "exec"), found)
    by_function = found["study"].frame()
    exec(compile(second, "page", "exec"), found)
    assert found["study"].frame().equals(by_function) and len(by_function) == 160
    assert (tmp_path / "results" / "strengths-again" / "study.toml").read_text() == found["spec"].text


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_run(path, tmp_path):
    spec = dataclasses.replace(load_toml(path), runs=2)
    study = spec.study(out=tmp_path / "out", progress=False)
    assert study.missing == 0 and len(study.frame()) == 2 * spec.points
    assert not spec.read(tmp_path / "out").resimulate(3).failed


def test_what_the_file_does_not_say_is_not_kept(spec, tmp_path):
    assert spec._kept() == TEXT and dataclasses.replace(spec, runs=3)._kept() == TEXT
    assert dataclasses.replace(spec, seed=2)._kept() is None and dataclasses.replace(spec, text="")._kept() is None
    (tmp_path / "study.toml").write_text("mine")
    with pytest.raises(StoreError, match=r"another study\.toml"):
        spec.study(out=tmp_path, progress=False)
    assert (tmp_path / "study.toml").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_reading_loads_nothing_heavy():
    code = (
        "import sys; import evo.studies; "
        "sys.exit(' '.join({'numba', 'polars', 'matplotlib', 'rich', 'tyro', 'jax'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)
