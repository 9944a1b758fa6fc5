"""Attributes of a package that are imported on first use, and modules that are found by these names as well."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def load(package: str, where: Mapping[str, str], name: str) -> Any:
    """The attribute `name` of `package`: the module `where[name]`, or the object of that name inside it."""
    if name not in where:
        raise AttributeError(f"module {package!r} has no attribute {name!r}; it has {', '.join(sorted(where))}")
    module = importlib.import_module(where[name])
    return module if _is_module(where, name) else getattr(module, name)


def _is_module(where: Mapping[str, str], name: str) -> bool:
    return where[name].rpartition(".")[2] == name


class _Names(MetaPathFinder, Loader):
    """Gives `import package.name` the module that the attribute is, not a second copy of it."""

    def __init__(self, package: str, where: Mapping[str, str]) -> None:
        self.package = package
        places = {f"{package}.{name}": place for name, place in where.items() if _is_module(where, name)}
        self.places = {name: place for name, place in places.items() if name != place}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in self.places else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.places[spec.name])
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It was executed under its own name; only what importing it by another one has changed is put back."""
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state


def importable(package: str, where: Mapping[str, str]) -> None:
    """Let the attributes of `package` that are modules be imported by these names, too."""
    known = {finder.package for finder in sys.meta_path if isinstance(finder, _Names)}
    if package not in known:
        sys.meta_path.append(_Names(package, where))
