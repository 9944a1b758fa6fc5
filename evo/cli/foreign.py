"""Another `evo` on this machine, found cheaply and reported in one line.

The package index has a distribution `evo`, a tool that evaluates trajectories of robots, which installs an import
`evo` and a command `evo` too.
"""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from pathlib import Path

__all__ = ["notice"]

_ADVICE = (
    "`evo-theory` is the same command as this one; to have `evo` mean it, uninstall the other (pip uninstall evo, then "
    "pip install --force-reinstall evo-theory) or use a virtual environment."
)
_OURS = b"evo.cli"  # stands in the script that the installer wrote for our command
_LARGEST_SCRIPT = 200_000


def notice() -> str | None:
    """One line about a foreign `evo`, and what to do; None if there is none."""
    if not hasattr(sys.modules.get("evo"), "_HOMES"):
        return f"Note: the Python package `evo` was overwritten by another distribution of that name. {_ADVICE}"
    try:
        version = metadata.version("evo")
    except metadata.PackageNotFoundError:
        version = None
    if version is not None:
        return (
            f"Note: another distribution named evo ({version}, a tool that evaluates trajectories) is installed here; "
            f"it uses the same import and command. {_ADVICE}"
        )
    found = shutil.which("evo")
    if found is not None and not _is_ours(Path(found)):
        return f"Note: the command `evo` on the path, {found}, belongs to another package. {_ADVICE}"
    return None


def _is_ours(script: Path) -> bool:
    """Whether a script starts this command line, in whatever environment; True where that cannot be told."""
    try:
        return script.stat().st_size > _LARGEST_SCRIPT or _OURS in script.read_bytes()
    except OSError:
        return True
