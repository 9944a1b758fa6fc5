"""`help` shows signatures as they are written, `ArrayLike` and not what numpy makes of it."""

import inspect

import pytest

import theory


@pytest.mark.parametrize("name", [name for name in theory.__all__ if inspect.ismodule(getattr(theory, name))])
def test_signatures_are_shown_as_written(name):
    module = getattr(theory, name)
    for each in (getattr(module, public) for public in getattr(module, "__all__", ())):
        if inspect.isfunction(each) or inspect.isclass(each):
            shown = str(inspect.signature(each))
            assert "numpy._typing" not in shown and "numpy.ndarray" not in shown, each
