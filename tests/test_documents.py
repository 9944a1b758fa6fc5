"""The code of the README and of the documentation runs as it stands, with default settings."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
#: pages, and whether their kernels stay plain Python; what is defined in a page is compiled anew in every process
PAGES = [
    pytest.param("README.md", False, id="README.md"),
    pytest.param("docs/how_to_extend.md", True, id="docs/how_to_extend.md"),
    pytest.param("docs/how_to_extend.md", False, id="docs/how_to_extend.md, compiled", marks=pytest.mark.slow),
    pytest.param("docs/learning.md", False, id="docs/learning.md"),
    pytest.param("docs/randomized.md", False, id="docs/randomized.md"),
    pytest.param("docs/studies.md", False, id="docs/studies.md", marks=pytest.mark.slow),
]


def code(page: str) -> str:
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), flags=re.M | re.S)
    assert blocks
    return "\n".join(blocks)


@pytest.mark.parametrize(("page", "plain"), PAGES)
def test_code_runs(page, plain, tmp_path):
    script = tmp_path / "page.py"
    script.write_text(code(page))
    # One process per page: what a page imports and compiles does not depend on the other tests.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} | ({"NUMBA_DISABLE_JIT": "1"} if plain else {})
    run = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]


def test_three_lines_turn_backprop_into_an_evolution_strategy():
    """The README marks them; without them its loops train by backprop."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), flags=re.M | re.S)
    changed = [block for block in blocks if "  # was: " in block]
    assert len(changed) == 4
    assert all(len(re.findall(r" # (?:new|was)\b", block)) <= 3 for block in changed)
    names: dict = {}
    for block in changed:
        lines = [line for line in block.splitlines() if not re.search(r"  # new\b", line)]
        before = [re.sub(r"^(\s*).*  # was: (.*)$", r"\1\2", line) for line in lines]
        exec("\n".join(before).replace("range(200)", "range(3)"), names)
        assert "es_state" not in names
        assert float(names["loss"]) < 2.0


def test_install_section_begins_with_the_two_commands():
    section = (ROOT / "README.md").read_text().split("## Install\n")[1]
    lines = [line for line in section.splitlines() if line.strip()]
    assert lines[0] == "```"
    assert lines[1].split("#")[0].strip() == (
        "python -m venv .venv && . .venv/bin/activate && pip install . && evo run hottopic-transition"
    )
    assert lines[2].split("#")[0].strip() == (
        "python -m venv .venv && . .venv/bin/activate && pip install '.[test]' && python -m pytest"
    )


def test_local_links_lead_somewhere():
    for page in ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (ROOT / page).read_text()):
            if "://" not in target:
                assert ((ROOT / page).parent / target).exists(), (page, target)
