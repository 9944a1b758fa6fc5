"""Index files: the JSON files of present `ioh` versions and the `.info` files of old ones, brought to one form."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Index", "Scenario", "index_files", "indices_of"]

_BROKEN = "The file is damaged or was not written by an IOHprofiler logger: write it anew, or move it away."
_FACT = re.compile(r'\s*([^=,"]+?)\s*=\s*("(?:[^"]*)"|\'[^\']*\'|[^,]*)\s*(?:,|$)')
_RUN = re.compile(r"\s*(\d+):(\d+)\|(.*)")
#: the first loggers left out the names and the sense of the PBO suite
_OLD_NAMES = {("PBO", 1): "OneMax", ("PBO", 2): "LeadingOnes", ("PBO", 3): "Linear"}


@dataclass(frozen=True)
class Scenario:
    """One data file, and what the index says of its runs."""

    dimension: int
    path: Path
    runs: list[dict[str, Any]]


@dataclass(frozen=True)
class Index:
    """One index file."""

    path: Path
    function: str
    function_id: int
    suite: str
    maximization: bool
    algorithm: str
    info: str
    #: experiment attributes, as text
    attributes: dict[str, str]
    #: names of numbers that every run has
    run_attributes: list[str]
    scenarios: list[Scenario]
    #: what this library adds to the files that it writes
    own: dict[str, Any] | None = None


def index_files(folder: Path) -> list[Path]:
    """The index files in a folder and the folders in it, by name."""
    files = [path for kind in ("*.json", "*.info") for path in folder.rglob(kind) if path.stat().st_size]
    return sorted(path for path in files if path.suffix == ".info" or path.name.startswith("IOHprofiler"))


def indices_of(path: Path) -> list[Index]:
    """What an index file says; an old `.info` file may speak of several algorithms.

    Raises:
        ValueError: if it is not one.
    """
    try:
        return [_of_json(path)] if path.suffix == ".json" else _of_info(path)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} must be an IOHprofiler index; {type(error).__name__}: {error}. {_BROKEN}") from error


def _of_json(path: Path) -> Index:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Index(
        path=path,
        function=data["function_name"],
        function_id=int(data["function_id"]),
        suite=data.get("suite", "unknown_suite"),
        maximization=bool(data["maximization"]),
        algorithm=data["algorithm"]["name"],
        info=data["algorithm"].get("info", ""),
        attributes={name: str(value) for pair in data.get("experiment_attributes", []) for name, value in pair.items()},
        run_attributes=list(data.get("run_attributes", [])),
        scenarios=[
            Scenario(int(item["dimension"]), path.parent / item["path"], list(item["runs"]))
            for item in data["scenarios"]
        ],
        own=data.get("evo"),
    )


def _of_info(path: Path) -> list[Index]:
    """Three lines per data file: facts, a comment, and the data file with its runs."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = []
    for facts_line, _, runs_line in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        facts = {name: value.strip("\"'") for name, value in _FACT.findall(facts_line)}
        if "Precision" in facts:
            raise ValueError("it is one of COCO, which cocopp and iohinspector read")
        extra = facts["dynamicAttribute"].split("|") if facts.get("dynamicAttribute") else []
        suite, number = facts.get("suite", "unknown_suite"), int(facts["funcId"])
        data, *runs = runs_line.split(", ")
        known = {"suite", "funcId", "funcName", "DIM", "maximization", "algId", "algInfo", "dynamicAttribute"}
        found.append(
            Index(
                path=path,
                function=facts["funcName"] if "funcName" in facts else _OLD_NAMES.get((suite, number), f"f{number}"),
                function_id=number,
                suite=suite,
                maximization=(facts["maximization"] if suite != "PBO" else facts.get("maximization", "T"))
                in ("T", "TRUE"),
                algorithm=facts["algId"],
                info=facts.get("algInfo", ""),
                attributes={name: value for name, value in facts.items() if name not in known},
                run_attributes=extra,
                scenarios=[Scenario(int(facts["DIM"]), path.parent / data.strip(), [_old_run(r, extra) for r in runs])],
            )
        )
    return found


def _old_run(text: str, extra: list[str]) -> dict[str, Any]:
    """A run "instance:evaluations|best;attribute;...": the evaluations may be those of the best value."""
    instance, evaluations, rest = _RUN.fullmatch(text).groups()  # type: ignore[union-attr]
    best, *numbers = rest.split(";")
    values = {name: float(number) for name, number in zip(extra, numbers, strict=True)}
    return {"instance": int(instance), "evals": int(evaluations), "best": {"y": float(best)}} | values
