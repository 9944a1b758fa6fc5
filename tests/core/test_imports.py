"""What importing loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import evo

ROOT = str(Path(evo.__file__).parents[1])

PROBE = """
import sys
before = set(sys.modules)
{code}
names = {{name.partition(".")[0] for name in set(sys.modules) - before}} - set(sys.stdlib_module_names)
print(*sorted(names), "|", *sorted(name for name in sys.modules if name.startswith("evo.")))
"""


def loaded(code):
    """(top-level packages outside the standard library, modules of evo) that a fresh interpreter loads."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    packages, _, own = done.stdout.partition("|")
    return set(packages.split()), set(own.split())


def test_importing_evo_loads_nothing_else():
    assert loaded("import evo; dir(evo)") == ({"evo"}, set())


def test_the_discrete_half_loads_only_what_it_computes_with():
    packages, own = loaded("from evo import discrete; import evo; evo.run; evo.repeat; evo.Key(0)")
    assert {"evo", "numpy", "numba"} <= packages
    assert not packages & {"jax", "jaxlib", "equinox", "matplotlib", "polars", "rich", "tyro", "pandas", "theory"}
    assert not [name for name in own if name.startswith(("evo.plots", "evo.studies", "evo.experiments", "evo.cli"))]


def test_the_contract_needs_no_compiler():
    packages, _ = loaded("import evo.core.api")
    assert not packages & {"numba", "jax", "matplotlib", "polars", "rich", "tyro", "theory"}


def test_strategies_load_other_packages_on_use():
    code = (
        "import evo.continuous as c; c.Xnes, c.Evosax, c.PyCma; import evo; evo.minimise(sum, [1.0], budget=9, seed=0)"
    )
    packages, _ = loaded(code)
    assert not packages & {"jax", "evosax", "cma", "flax", "optax", "equinox", "numba", "scipy"}


def test_running_loads_no_front_end():
    code = (
        "import evo\nfrom evo import discrete as d\n"
        "f = d.Custom(lambda x: float(x.sum()), n=5, sense=evo.Sense.MAXIMISE)\n"
        "evo.repeat(d.RandomLocalSearch(), f, runs=2, seed=0, stop=evo.Steps(5), record=evo.Every(1))"
    )
    packages, _ = loaded(code)
    assert not packages & {"jax", "matplotlib", "polars", "rich", "tyro", "theory"}


def test_every_public_name_exists():
    homes = [name for name, home in evo._HOMES.items() if home.startswith("evo.core")]
    assert all(getattr(evo, name) is not None for name in homes)
    assert set(homes) <= set(dir(evo))
    stub = ast.parse(Path(evo.__file__).with_suffix(".pyi").read_text())
    listed = {alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert listed == {*evo._HOMES, *evo._PACKAGES}
    assert all(getattr(evo.discrete, name) is not None for name in evo.discrete.__all__)
    assert all(getattr(evo.testing, name) is not None for name in evo.testing.__all__)
