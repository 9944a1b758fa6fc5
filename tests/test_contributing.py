"""The worked example of CONTRIBUTING.md, applied to a copy of the library: one file, one line, one case."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
EVERY_CLASS = "tests/contracts/test_parts.py::test_every_public_class_has_a_case"


def blocks() -> tuple[str, str, str, str]:
    """(the path of the file, the file, the line, the case) as the page has them."""
    section = (ROOT / "CONTRIBUTING.md").read_text().split("### A new part: one file, one line, one case\n")[1]
    section = section.split("\n### ")[0]
    path = re.search(r"The file, `([^`]+)`", section)
    file, line, case = re.findall(r"^```python\n(.*?)^```$", section, flags=re.M | re.S)
    assert path and line.count("\n") == case.count("\n") == 1
    return path[1], file, line, case


def add(path: pathlib.Path, before: str, text: str) -> None:
    """Insert a line before the first one that begins like this."""
    lines = path.read_text().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith(before))
    path.write_text("".join([*lines[:place], text, *lines[place:]]))


@pytest.fixture
def copy(tmp_path):
    """A copy of the packages and the tests with the file and the line of the page, but not yet its case."""
    for name in ("evo", "theory", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path)
    path, file, line, _ = blocks()
    assert not (tmp_path / path).exists()
    (tmp_path / path).write_text(file)
    add(tmp_path / "evo/discrete/__init__.py", "from evo.discrete.", line)
    return tmp_path


def add_case(copy: pathlib.Path) -> str:
    """Add the case of the page; its name."""
    case = blocks()[3]
    add(copy / "tests/cases.py", '    "Static, strength"', case)
    name = re.match(r' *"([^"]+)"', case)
    assert name
    return name[1]


def python(copy: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy alone."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(copy / "numba")}
    environment = {name: text for name, text in environment.items() if not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def pytest_on(copy: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(copy, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *arguments)


def test_the_part_is_public_and_its_case_is_demanded(copy):
    name = blocks()[2].split()[-1]
    code = (
        f"import evo, pathlib\nfrom evo import discrete as d\nfrom evo.discrete import *\n"
        f"assert pathlib.Path(evo.__file__).is_relative_to({str(copy)!r}), evo.__file__\n"
        f"assert {name} is d.{name} and {name!r} in d.__all__ and d.__all__ == sorted(d.__all__)"
    )
    done = python(copy, "-c", code)
    assert done.returncode == 0, done.stderr
    forgotten = pytest_on(copy, EVERY_CLASS)
    assert forgotten.returncode == 1 and f"['{name}'] == []" in forgotten.stdout, forgotten.stdout
    add_case(copy)
    done = pytest_on(copy, EVERY_CLASS, "tests/discrete/test_cases.py::test_every_public_class_is_in_a_case")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_suite_checks_the_part(copy):
    case, module = add_case(copy), blocks()[0].removesuffix(".py").replace("/", ".")
    done = pytest_on(copy, "tests/contracts/test_parts.py", "-k", case, "-v")
    assert done.returncode == 0 and f"[{case}] PASSED" in done.stdout and "1 passed" in done.stdout, done.stdout[-3000:]
    done = pytest_on(copy, f"tests/test_examples.py::test_examples_run[{module}]")
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout[-3000:]


def test_the_blocks_are_in_the_style_of_the_library(copy):
    pytest.importorskip("ruff")
    add_case(copy)
    path = blocks()[0]
    for command in (("check", "--no-cache", path), ("format", "--no-cache", "--check", path, "tests/cases.py")):
        done = python(copy, "-m", "ruff", *command)
        assert done.returncode == 0, done.stdout
