"""What a study knows of the parts and of the user's code."""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core import code_prints as _code
from evo.core.descriptions import described
from evo.studies import dumps
from evo.studies._cells import cells_of, details_of

FACTOR = 2.0


def function(x):
    return FACTOR * float(x.sum())


@numba.njit
def schedule(t):
    return 1.0 / (t + 1.0)


@dataclass(frozen=True)
class Halving(d.AbstractRate):
    first: float


class Plain:
    def __init__(self, size: int) -> None:
        self.size = size


class Mute:
    __slots__ = ()


def plain(value: Any) -> str:
    return dumps(described("value", value).plain)


def sources(thing: Any) -> list[str]:
    return _code._sources(thing, lambda value: value)[0]


def by(value):
    return lambda x: value


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (d.OneMax(10), d.OneMax(11)),
        (d.OneMax(10), d.LeadingOnes(10)),
        (d.Static(strength=1.0), d.Static(strength=1.5)),
        (d.Linear(np.arange(1, 40)), d.Linear(np.arange(2, 41))),
        (d.Linear([1, 2**70]), d.Linear([1, 2**71])),
        (np.zeros(40), np.zeros(40, np.float32)),
        (np.zeros((4, 10)), np.zeros((10, 4))),
        (evo.Steps(5), evo.Steps(5) | evo.Evaluations(9)),
        (evo.Every(2), evo.Every(3)),
        (evo.Every(2, d.zeros), evo.Every(2)),
        (d.Schedule(schedule), d.Schedule(lambda t: 1.0 / (t + 1.0))),
        (by(1), by(2)),
        (functools.partial(max, 1), functools.partial(max, 2)),
        (Plain(1), Plain(2)),
        (Plain(1).__init__, Plain(2).__init__),
        ({"a": 1}, {"a": 2}),
        ({1, 2}, {1, 3}),
        (float("nan"), float("inf")),
        (np.longdouble(1), np.longdouble(2)),
        ("a" * 300, "a" * 299 + "b"),
        (b"a", b"b"),
        ({1: 2}, {"1": 2}),
        (float("inf"), "inf"),
        (evo.Key(1), evo.Key(2)),
        (Halving(0.5), Halving(0.25)),
        (
            evo.BlackBox(abs, sense=evo.Sense.MINIMISE, start=1.0),
            evo.BlackBox(abs, sense=evo.Sense.MAXIMISE, start=1.0),
        ),
    ],
)
def test_what_differs_has_another_description(one, two):
    assert plain(one) != plain(two)
    assert plain(one) == plain(one)


def test_descriptions_stay_short():
    assert len(plain(d.Linear(np.arange(1.0, 10_001.0)))) < 300
    assert len(plain(d.Linear([2**k for k in range(200)]))) < 300


def test_objects_that_say_nothing_are_refused():
    with pytest.raises(TypeError, match=r"`problem` must consist of dataclasses, .* got .*Mute object.* Make Mute a"):
        described("problem", [Mute()])


def test_a_cycle_ends():
    one = Plain(1)
    one.size = one  # pyright: ignore[reportAttributeAccessIssue]
    assert "again" in plain(one)


def test_code_of_the_library_is_not_hashed():
    rate = d.SuccessRule(factor=1.5, s=1.0)
    assert described("optimizer", d.OnePlusOne(rate=rate, acceptance=d.Strict())).code == {}
    assert described("problem", [np.sum, max, functools.partial(int, 3)]).code == {}


def test_code_of_the_user_is_hashed_by_module():
    found = described("problem", [function, d.Schedule(schedule), Halving(0.5), Plain(1)]).code
    assert list(found) == [__name__]


def test_registered_functions_belong_to_a_part():
    source = "def start(policy, n):\n    return (policy.first,)\n"
    other: dict[str, Any] = {"__name__": "a_module_without_file"}
    exec(source, other)
    before = described("optimizer", Halving(0.5)).code
    d.implements(Halving)(other["start"])
    assert described("optimizer", Halving(0.5)).code != before


def test_lambdas_of_one_line_are_told_apart():
    one, two = (lambda x: x + 1), (lambda x: (lambda y: y + FACTOR)(x))
    assert sources(one) == ["lambda x: x + 1"]
    assert sources(two) == [f"FACTOR = {FACTOR}", "lambda x: (lambda y: y + FACTOR)(x)"]
    three = lambda x: sorted(x, key=lambda y: -y)  # noqa: E731
    assert sources(three) == ["lambda x: sorted(x, key=lambda y: -y)"]


def test_classes_of_a_notebook_are_known_by_their_methods():
    def made(number: int) -> type:
        place: dict[str, Any] = {"__name__": "__main__"}
        body = f"class Mine:\n    @property\n    def two(self):\n        return {number}\n"
        exec(compile(body, "<cell>", "exec"), place)
        return place["Mine"]

    assert sources(made(2)) == sources(made(2)) != sources(made(3))


def test_code_without_source_is_compared_as_compiled():
    made = [eval(f"lambda x: x + {k}") for k in (1, 1, 2)]
    found = [sources(item) for item in made]
    assert found[0] == found[1] != found[2]


def of_main(text: str, name: str = "f") -> dict[str, str]:
    """The code of what a script defines."""
    place: dict[str, Any] = {"__name__": "__main__", "np": np, "functools": functools, "d": d}
    exec(compile(text, "<cell>", "exec"), place)
    return described("problem", place[name]).code


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("g = lambda x: x + 1; f = lambda x: g(x)", "+ 1", "+ 2"),
        ("T = [1, 2]; f = lambda x: x + T[0]", "[1", "[3"),
        ("T = {'a': [np.array([1, 2])]}; f = lambda x: x + T['a'][0][0]", "([1", "([3"),
        ("def by(c):\n    return lambda x: c * x\ng = by(1)\nf = lambda x: g(x)", "by(1)", "by(2)"),
        ("g = functools.partial(pow, 2); f = lambda x: g(x)", "2", "3"),
        ("part = d.OneMax(10); f = lambda x: part.n", "10", "11"),
        ("k = 1\ndef g(x, k=k):\n    return k\ndef f(x):\n    return g(x)", "k = 1", "k = 2"),
        ("class C:\n    k = 1\n    def m(self):\n        return self.k\nf = C().m", "1", "2"),
        ("class C:\n    def __init__(self):\n        self.k = 1\nc = C()\nf = lambda x: c.k", "1", "2"),
        (
            "def mk(c):\n    class F:\n        def m(self):\n            return c\n    return F()\nf = mk(1)",
            "mk(1)",
            "mk(2)",
        ),
        ("@functools.lru_cache\ndef g(x):\n    return 1\nf = lambda x: g(x)", "return 1", "return 2"),
        (
            "def by(g):\n    @functools.wraps(g)\n    def w(x):\n        return 1 * g(x)\n    return w\n"
            "@by\ndef f(x):\n    return x",
            "return 1",
            "return 2",
        ),
    ],
)
def test_what_a_script_names_belongs_to_its_code(text, old, new):
    assert of_main(text) == of_main(text) != of_main(text.replace(old, new))


def test_modules_that_a_script_imports_belong_to_its_code(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "evo_test_helper.py").write_text("def g(x):\n    return x\n")
    one = of_main("import evo_test_helper as h\nf = lambda x: h.g(x)")
    assert set(one) == {"__main__.<lambda>", "evo_test_helper"}
    assert set(of_main("from evo_test_helper import g\nf = lambda x: g(x)")) == set(one)


def test_a_module_that_was_edited_after_its_import_is_not_what_ran(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "evo_test_edited.py"
    file.write_text("def f(x):\n    return [y for y in x if y in {'a', 'b'}]\n")
    f = importlib.import_module("evo_test_edited").f
    before = described("problem", f).code
    file.write_text(file.read_text().replace("'a'", "'c'"))
    os.utime(file, (1, 1))
    after = described("problem", f).code
    assert "edited" in after["evo_test_edited"] and "edited" not in before["evo_test_edited"]
    importlib.invalidate_caches()
    again = described("problem", importlib.reload(sys.modules["evo_test_edited"]).f).code
    assert "edited" not in again["evo_test_edited"] and len({str(before), str(after), str(again)}) == 3


def test_lambdas_of_several_parts_all_count():
    def code(rate, value):
        exec(text := f"a = lambda t: {rate}\nb = lambda x: {value}", place := {"__name__": "__main__"})
        assert text
        ea, f = d.OnePlusOne(rate=d.Schedule(place["a"])), d.Custom(place["b"], n=9, sense=evo.Sense.MAXIMISE)
        (cell,) = cells_of({"a": (ea, f, evo.Steps(1))}, {}, seed=1, stop=None, record=None, engine=evo.Engine.AUTO)
        return dumps(details_of(cell))

    assert len({code(0.1, 1.0), code(0.2, 1.0), code(0.1, 2.0), code(1.0, 0.1)}) == 4


class Touchy:
    @property
    def __dict__(self):
        raise OSError


def test_values_that_cannot_be_described_are_left_out():
    place: dict[str, Any] = {"__name__": "__main__", "t": Touchy(), "rng": np.random.default_rng(1)}
    exec("f = lambda x: (t, rng)", place)
    assert set(described("problem", place["f"]).code) == {"__main__.<lambda>", __name__}


def test_cycles_of_code_end():
    text = "T = []\ndef f(x, k=1):\n    return T[0](x) if k else 1\nT.append(f)"
    assert of_main(text) == of_main(text) != of_main(text.replace("else 1", "else 2"))


SCRIPT = """
import sys
import evo
from evo import discrete as d

SCALE = 1.0

def helper(x):
    return SCALE * float(x.sum())

class Mine:
    def __call__(self, x):
        return helper(x)

def cell(n):
    return d.RandomLocalSearch(), d.Custom(Mine(), n=n, sense=evo.Sense.MAXIMISE), evo.Steps(3)

def other(n):
    f = d.Custom(len, n=n, sense=evo.Sense.MAXIMISE)
    return d.OnePlusOne(rate=d.Schedule(lambda t: 1.0 / (t + 1.0))), f, evo.Steps(3)

if __name__ == "__main__":
    evo.study({"a": cell, "b": other}, n=4, runs=2, seed=0, out="x", progress=False)
"""


@pytest.mark.slow
def test_a_script_may_change_where_the_parts_do_not(tmp_path):
    def go(**changes: str) -> str:
        text = SCRIPT
        for old, new in changes.values():
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "script.py").write_text(text)
        root = str(Path(evo.__file__).parents[1])
        command = [sys.executable, "script.py"]
        environment = {**__import__("os").environ, "PYTHONPATH": root}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.stderr

    assert go() == ""
    assert go(runs=("runs=2", "runs=3"), comment=("import sys", "import sys  # for later")) == ""
    assert "The code of __main__.Mine is not" in go(runs=("runs=2", "runs=3"), scale=("SCALE = 1.0", "SCALE = 2.0"))
    changed = go(runs=("runs=2", "runs=3"), rate=("1.0 / (t + 1.0)", "1.0 / (t + 2.0)"))
    assert "cell 'b n=4': code['__main__.other.<locals>.<lambda>']" in changed and "cell 'a" not in changed
