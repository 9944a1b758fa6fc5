"""The examples in the docstrings."""

import doctest
import importlib
import pkgutil

import pytest

import theory

_MODULES = ["theory", *(m.name for m in pkgutil.walk_packages(theory.__path__, "theory."))]


@pytest.mark.parametrize("name", _MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", [name for name in _MODULES if "._" not in name])
def test_every_public_function_has_an_example_and_a_source(name):
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", []):
        function = getattr(module, public)
        if type(function).__name__ in {"function", "CPUDispatcher"} and function.__module__ == name:
            assert "Example:" in function.__doc__ and "Source:" in function.__doc__, f"{name}.{public}"
