"""The examples in the docstrings of `evo` run, and every public name is documented and has one where it is called."""

from __future__ import annotations

import doctest
import importlib
import importlib.resources
import inspect
import pkgutil

import pytest

import evo
import evo.discrete

MODULES = sorted(module.name for module in pkgutil.walk_packages(evo.__path__, "evo.") if "__main__" not in module.name)
#: abstract classes, enumerations, results and constants are explained by the examples of what returns or takes them
WITHOUT_EXAMPLE = {
    "Absorbed", "AbstractProblem", "AskTell", "Engine", "Optimizer", "Reason", "Result", "Runs", "Sense", "StepInfo",
    "Stagnation", "Steps", "Target", "Evaluations", "WallClock", "Values", "Every", "Final", "Improvements", "LogGrid",
    "AbstractAcceptance", "AbstractFunction", "AbstractMutation", "AbstractRate", "AbstractStart", "Drift", "Fixed",
    "PerRun", "Success", "By", "Rounding",
    "ExponentialWeights", "IntegerWeights", "UniformWeights", "mean_density", "BlackBox",
    "below", "exponential", "next_word", "uniform", "explain", "best_value", "value", "CheckReport", "Key",
    "Evaluation", "FolderInUseError", "Sweep", "Worst",
}  # fmt: skip
#: of these packages abstract classes and named tuples, too
LEARNING = ("continuous", "estimators", "models", "oracles", "randomized", "tasks", "training")


#: modules whose examples run kernels
KERNELS = tuple(name for name in MODULES if name.startswith(("evo.core", "evo.discrete", "evo.studies", "evo.testing")))


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("name", KERNELS)
def test_examples_with_kernels_run(name):
    _run_examples(name)


@pytest.mark.parametrize("name", [name for name in MODULES if name not in KERNELS])
def test_examples_run(name):
    _run_examples(name)


def _run_examples(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def public() -> list[tuple[str, object]]:
    names = [(f"evo.{name}", getattr(evo, name)) for name in evo._HOMES]
    packages = {"d": evo.discrete} | {home: importlib.import_module(f"evo.{home}") for home in LEARNING}
    return names + [
        (f"{home}.{name}", getattr(package, name)) for home, package in packages.items() for name in package.__all__
    ]


@pytest.mark.parametrize(("name", "thing"), public(), ids=lambda value: value if isinstance(value, str) else "")
def test_public_names_are_documented(name, thing):
    text = inspect.getdoc(thing)
    assert text, name
    package, _, word = name.partition(".")
    elsewhere = package in LEARNING and (word.startswith("Abstract") or hasattr(thing, "_fields"))
    if callable(thing) and word not in WITHOUT_EXAMPLE and not elsewhere:
        assert "Example:" in text, name


def test_the_stub_of_the_root_lists_the_same_names():
    stub = (importlib.resources.files("evo") / "__init__.pyi").read_text()
    listed = {line.rsplit(" as ", 1)[1] for line in stub.splitlines() if " as " in line}
    assert listed == set(evo._HOMES) | set(evo._PACKAGES)
