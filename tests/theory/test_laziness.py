"""What `import theory` loads, and what it offers."""

import importlib
import subprocess
import sys
import types

import pytest

import theory
import theory.bounds
import theory.exact
import theory.monotone

_PROBE = """
import sys
before = set(sys.modules)
import theory
import theory.bounds
import theory.exact
import theory.monotone
dir(theory)
print(sorted({name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))
"""


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=_root())
    return done.stdout.strip()


def _root() -> str:
    from pathlib import Path

    return str(Path(theory.__file__).parents[1])


def test_import_loads_nothing_but_itself():
    assert _run(_PROBE) == "['theory']"


def test_theory_never_loads_the_simulator_or_the_plotting():
    code = (
        "import sys, theory\n"
        "for name in theory.__all__: getattr(theory, name)\n"
        "for name in theory.constants.__all__: getattr(theory.constants, name)\n"
        "theory.onemax.law(20, strength=1.0).cdf(3)\n"
        "print(sorted({'evo', 'jax', 'matplotlib', 'polars', 'mpmath'} & set(sys.modules)))"
    )
    assert _run(code) == "[]"


@pytest.mark.parametrize(
    "package", [theory, theory.bounds, theory.exact, theory.monotone], ids=lambda package: package.__name__
)
def test_all_names_exist_and_an_unknown_one_is_refused(package):
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert dir(package) == sorted(package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'twomax'; it has"):
        package.twomax  # noqa: B018


def test_stubs_list_the_same_names():
    import ast
    from pathlib import Path

    for package in (theory, theory.bounds, theory.exact, theory.monotone):
        stub = ast.parse(Path(package.__file__).with_suffix(".pyi").read_text())
        names = {alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert names == set(package.__all__)


def test_no_writable_cache_gives_one_warning_and_a_kernel(monkeypatch):
    import numba

    from theory import _compile

    original = numba.njit
    assert original(lambda x: x)(1) == 1  # with the first compilation numba makes functions of its own

    def refuse(cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")
        return original(**options)

    monkeypatch.setattr(_compile.numba, "njit", refuse)
    monkeypatch.setattr(_compile, "_warned", False)
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        double = _compile.kernel(lambda x: 2 * x)
    assert double(3) == 6
    _compile.kernel(lambda x: x)  # warns no second time


def test_other_compiler_errors_are_not_swallowed(monkeypatch):
    from theory import _compile

    def fail(**options):
        raise RuntimeError("something else")

    monkeypatch.setattr(_compile.numba, "njit", fail)
    with pytest.raises(RuntimeError, match="something else"):
        _compile.kernel(lambda x: x)


def test_modules_are_imported_by_the_names_of_the_attributes():
    code = (
        "import sys, theory.onemax as first\n"
        "from theory.leading_ones import expected_steps\n"
        "import theory.exact.onemax, theory.exact.leading_ones, theory\n"
        "assert first is theory.exact.onemax is theory.onemax is sys.modules['theory.onemax']\n"
        "assert expected_steps is theory.leading_ones.expected_steps\n"
        "print(first.__name__, first.__spec__.name, first.__spec__._initializing, 'theory.rls' in sys.modules)"
    )
    assert _run(code) == "theory.exact.onemax theory.exact.onemax False False"


def test_every_module_is_found_once():
    for name in theory.__all__:
        if isinstance(value := getattr(theory, name), types.ModuleType):
            assert importlib.import_module(f"theory.{name}") is value
            assert value.__spec__ is not None and importlib.import_module(value.__spec__.name) is value
    with pytest.raises(ModuleNotFoundError, match=r"theory\.twomax"):
        importlib.import_module("theory.twomax")
