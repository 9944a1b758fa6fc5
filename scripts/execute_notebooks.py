"""Executes the percent scripts in notebooks/ and writes the .ipynb beside them.

python scripts/execute_notebooks.py [NAME ...]
"""

from __future__ import annotations

import pathlib
import sys

import jupytext
import nbclient
import nbformat

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "notebooks"

for script in [FOLDER / f"{name}.py" for name in sys.argv[1:]] or sorted(FOLDER.glob("*.py")):
    notebook = jupytext.read(script)
    nbclient.NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": str(FOLDER)}}).execute()
    nbformat.write(notebook, script.with_suffix(".ipynb"))
    print(script.with_suffix(".ipynb"))
