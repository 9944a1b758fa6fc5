import csv
import io
import itertools
import math
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from evo.core.engines import Engine, EngineUsed
from evo.core.results import Runs
from evo.plots import LOOKS, Chart, comparison, draw, runs, save, styled
from evo.statistics import compare_with_law


class Geometric:
    """T uniform on 1..100."""

    mean, variance, skewness = 50.5, (100**2 - 1) / 12, 0.0

    def cdf(self, t):
        return np.clip(np.asarray(t, dtype=float), 0, 100) / 100


class WithoutCdf:
    mean, variance = 50.5, (100**2 - 1) / 12


SAMPLE = np.random.default_rng(1).integers(1, 101, size=400).astype(float)


def measured(steps, label="a (1+1)-EA"):
    steps = np.asarray(steps, dtype=float)
    capped = np.isinf(steps)
    spent = np.where(capped, 80, steps)
    return Runs(
        first=0,
        steps=steps,
        spent=spent,
        evaluations=spent + 1,
        hit=spent,
        reached=~capped,
        value=spent,
        reason=np.ones(len(steps), dtype=np.int64),
        records={},
        engine=EngineUsed(Engine.REFERENCE, 1),
        label=label,
    )


def rows(chart):
    return list(csv.DictReader(io.StringIO(chart.csv())))


def chart():
    made = Chart(["left", "right"], width=6.0, height=2.5)
    one, two = made.panels
    one.titled("a", "strength c", "share")
    one.points("data", [1.0, 2.0], [0.5, 0.6], LOOKS[0], lower=[0.4, -math.inf], upper=[0.6, 0.7])
    one.line("law", [1.0, 2.0], [0.5, 0.5], dash="--")
    one.reference("limit", 1.5)
    two.logarithmic()
    two.singles("runs", [1.0, 1.0], [3.0, 4.0], LOOKS[1])
    two.capped("runs", [2.0], [50.0], LOOKS[1])
    return made


def test_table_is_what_is_drawn():
    found = rows(chart())
    assert list(found[0]) == ["panel", "series", "kind", "x", "y", "lower", "upper"]
    assert [row["kind"] for row in found] == [
        *["measured"] * 2,
        *["theory"] * 2,
        "reference",
        *["single run"] * 2,
        "capped",
    ]
    assert (found[0]["lower"], found[0]["upper"]) == ("0.4", "0.6")
    assert (found[1]["lower"], found[1]["upper"]) == ("", "")  # half a bound is none
    assert {row["panel"] for row in found} == {"left", "right"}


def test_capped_points_are_open():
    line = chart().panels[1].axes.lines[-1]
    assert line.get_markerfacecolor() == "none"


def test_files_are_whole_stamped_with_the_command_and_reproducible(tmp_path):
    command = "evo run x --preset smoke"
    written = save(chart(), tmp_path / "a", title="A title", command=command)
    assert [path.name for path in written] == ["a.png", "a.pdf", "a.csv"]
    png, pdf = written[0].read_bytes(), written[1].read_bytes()
    assert png.startswith(b"\x89PNG") and b"tEXtComment\x00" + command.encode() in png
    assert pdf.startswith(b"%PDF") and command.encode() in pdf
    assert b"CreationDate" not in pdf
    again = save(chart(), tmp_path / "b", title="A title", command=command)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]
    assert not list(tmp_path.glob(".evo-*"))


def test_drawing_twice_gives_the_same_png(tmp_path):
    made = chart()
    one, two = save(made, tmp_path / "a"), save(made, tmp_path / "b")
    assert one[0].read_bytes() == two[0].read_bytes()


def test_settings_of_the_user_neither_matter_nor_change(tmp_path):
    with matplotlib.rc_context({"font.size": 23.0, "savefig.dpi": 30}):
        one = save(chart(), tmp_path / "a")
        assert matplotlib.rcParams["font.size"] == 23.0
    assert one[0].read_bytes() == save(chart(), tmp_path / "b")[0].read_bytes()
    with styled():
        assert matplotlib.rcParams["font.size"] == 9.0


def test_failed_write_leaves_the_old_figure(tmp_path, monkeypatch):
    save(chart(), tmp_path / "a")
    before = (tmp_path / "a.png").read_bytes()

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evo.plots.saving.os.replace", full)
    with pytest.raises(OSError, match="No space"):
        save(chart(), tmp_path / "a")
    assert (tmp_path / "a.png").read_bytes() == before
    assert not list(tmp_path.glob(".evo-*"))


def test_comparison_shows_band_and_law(tmp_path):
    result = compare_with_law(SAMPLE, Geometric(), 1e-3)
    made = comparison(result)
    found = rows(made)
    data = [row for row in found if row["kind"] == "measured"]
    law = [row for row in found if row["kind"] == "theory"]
    assert len(data) == len(law) == len(result.grid)
    gap = max(float(row["upper"]) - float(row["y"]) for row in data)
    assert gap == pytest.approx(result.radius)
    assert "agree" in made.panels[0].axes.get_title("left")
    assert [path.name for path in draw(result, tmp_path / "sub" / "c")] == ["c.png", "c.pdf", "c.csv"]


def test_comparison_that_disagrees_says_so():
    wrong = compare_with_law(SAMPLE / 2 // 1, Geometric(), 1e-3)
    assert "DISAGREE" in comparison(wrong).panels[0].axes.get_title("left")


def test_comparison_of_the_cap_alone_does_not_say_agree():
    early = compare_with_law(np.full(20, np.inf), Geometric(), 1e-3, horizon=1)
    title = comparison(early).panels[0].axes.get_title("left")
    assert "do not contradict (cap only)" in title and "agree" not in title


def test_comparison_without_distribution_is_refused():
    result = compare_with_law(SAMPLE, WithoutCdf(), 1e-3)
    with pytest.raises(ValueError, match=r"`result` must hold distribution functions.*Print the comparison"):
        comparison(result)


def test_runs_with_caps_end_below_one():
    steps = np.where(SAMPLE > 80, np.inf, SAMPLE)
    made = runs(measured(steps), measured(SAMPLE, "another"))
    capped = [float(row["y"]) for row in rows(made) if row["series"] == "a (1+1)-EA"]
    whole = [float(row["y"]) for row in rows(made) if row["series"] == "another"]
    assert max(capped) == pytest.approx(np.mean(np.isfinite(steps))) and max(whole) == 1.0
    texts = [text.get_text() for text in made.panels[0].axes.texts]
    assert any("capped" in text for text in texts)


def test_all_runs_capped_still_draws():
    made = runs(measured(np.full(5, np.inf)))
    assert [(row["kind"], row["x"], row["y"]) for row in rows(made)] == [("capped", "80.0", "0.0")]


def test_draw_takes_suffixes_and_refuses_others(tmp_path):
    assert draw(measured(SAMPLE), tmp_path / "a.pdf") == [tmp_path / "a.pdf"]
    assert draw(chart(), str(tmp_path / "b.png")) == [tmp_path / "b.png"]
    with styled():
        plain = Figure()
    assert draw(plain, tmp_path / "c.png") == [tmp_path / "c.png"]
    with pytest.raises(ValueError, match=r"`path` must end in .png, .pdf or no suffix; got .*d.svg.*Name a .png"):
        draw(chart(), tmp_path / "d.svg")
    with pytest.raises(TypeError, match=r"`thing` must be a Comparison, Runs.*got 3 of type int"):
        draw(3, tmp_path / "e")


def test_number_of_series_is_bounded():
    with pytest.raises(ValueError, match="1 to 8"):
        runs(*[measured(SAMPLE)] * 9)
    with pytest.raises(TypeError, match="Runs"):
        runs(SAMPLE)


def test_looks_differ_without_colour():
    assert len({look.marker for look in LOOKS}) == len(LOOKS)

    def lightness(colour):
        red, green, blue = (int(part, 16) / 255 for part in re.findall("..", colour[1:]))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    three = [lightness(look.colour) for look in LOOKS[:3]]
    assert three == sorted(three, reverse=True)
    assert all(one - two > 0.05 for one, two in itertools.pairwise(three))


def test_pyplot_stays_out():
    code = "import sys, evo.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_notebooks_show_a_chart():
    chart = Chart(["one"], width=2.0, height=1.0)
    assert chart._repr_png_().startswith(b"\x89PNG")
