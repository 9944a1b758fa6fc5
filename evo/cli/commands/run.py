"""`evo run NAME`: run an experiment."""

# No postponed annotations here: the parser reads those of a function that is made for each experiment.

import dataclasses
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from evo.cli.parsing import parse, peek
from evo.cli.showing import claims_shown
from evo.experiments import Outcome, Setup, find, names, prepare, run_experiment
from evo.studies import as_executor, as_part

_WITHOUT_VALUE = ("--fresh",)


@dataclass(frozen=True, kw_only=True)
class Run:
    """How to run."""

    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="NAME")]
    """The experiment; `evo list` shows all."""

    preset: Annotated[str, tyro.conf.arg(metavar="PRESET")] = "laptop"
    """The size."""

    variant: Annotated[str | None, tyro.conf.arg(metavar="VARIANT", help_behavior_hint="")] = None
    """Other settings of the same experiment."""

    out: Annotated[Path | None, tyro.conf.arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder for rows, claims and figure; results/NAME[-VARIANT]-PRESET if not given."""

    threads: Annotated[int | None, tyro.conf.arg(metavar="K", help_behavior_hint="")] = None
    """Threads; as many as there are processors if not given. The rows do not depend on it."""

    executor: Annotated[str | None, tyro.conf.arg(metavar="WHERE", help_behavior_hint="")] = None
    """Where blocks are run, in place of threads: loky:4 (processes), dask tcp://HOST:8786, ray, threads:4. The rows do
    not depend on it."""

    block: Annotated[str | None, tyro.conf.arg(metavar="I/M", help_behavior_hint="")] = None
    """Run part I of M only, as one of M jobs that share the folder, or have one each (evo merge joins them)."""

    fresh: Annotated[bool, tyro.conf.arg(help_behavior_hint="")] = False
    """Remove the rows in the folder and start over."""


def command(words: list[str]) -> int:
    """Run, print what the rows say, and return 2 if a claim fails."""
    name = peek(words, _WITHOUT_VALUE)
    asked = {"-h", "--help"} & set(words)
    if name is None:
        parse(Run, words, "evo run", description=_overview())  # prints the help, or that NAME is missing
        return 1
    preset = peek(words, _WITHOUT_VALUE, option="preset") or "laptop"
    variant = peek(words, _WITHOUT_VALUE, option="variant")
    standard = prepare(name, preset, variant).config
    kind = type(standard)

    def both(
        run: Annotated[Run, tyro.conf.arg(name="", prefix_name=False)],
        config: Annotated[kind, tyro.conf.arg(name="", prefix_name=False)] = standard,  # pyright: ignore
    ) -> tuple[Run, Any]:
        return run, config

    run, config = parse(both, ["--help"] if asked else words, "evo run", description=_described(name))
    changed = {
        field.name: getattr(config, field.name)
        for field in dataclasses.fields(config)
        if getattr(config, field.name) != getattr(standard, field.name)
    }
    setup = prepare(run.name, run.preset, run.variant, changed)
    where, part = as_executor(run.executor) if run.executor else None, as_part(run.block)
    _announce(setup, run)
    outcome = run_experiment(
        setup, out=run.out, fresh=run.fresh, threads=run.threads, executor=where, part=part, say=_say
    )
    _report(outcome, run)
    return 2 if outcome.failed else 0


def _announce(setup: Setup, run: Run) -> None:
    experiment = setup.experiment
    variant = f", variant {setup.variant}" if setup.variant else ""
    print(f"{experiment.title} ({experiment.paper})")
    print(f"  preset {setup.preset}{variant}: {experiment.sizes(setup.config)}")
    if not setup.resized:
        time = f"{experiment.presets[setup.preset]} on two cores"
        print(f"  time   {time}, and minutes more where kernels are compiled for the first time")
    if setup.overrides:
        print("  changed: " + ", ".join(f"{name} = {value}" for name, value in setup.overrides.items()))
    print(f"  folder {run.out or setup.folder}", flush=True)


def _report(outcome: Outcome, run: Run) -> None:
    computed, total = outcome.blocks
    before = f"; {total - computed} were finished before" if computed < total else ""
    of = f" of part {run.block}" if run.block else ""
    print(f"\n{computed} blocks{of} computed in {outcome.seconds:.0f} s{before}\n")
    if outcome.missing:
        print(f"Claims and figure wait for {outcome.missing} blocks of other parts.")
        return
    claims_shown(outcome.claims, outcome.setup.experiment.family_error)
    print(f"\n{outcome.caption}\n")
    figures = [path for path in outcome.files if path.suffix != ".csv"]
    print(f"figure  {figures[0]}")
    for path in outcome.files:
        if path != figures[0]:
            print(f"        {path}")
    again = outcome.setup.command + (f" --out {shlex.quote(str(run.out))}" if run.out is not None else "")
    print(f"again   {again}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _overview() -> str:
    lines = ["Run an experiment, or go on where it was interrupted.", ""]
    for name in names():
        lines += [_described(name), ""]
    lines.append("`evo run NAME --help` lists the fields of its configuration, which are options too.")
    return "\n".join(lines)


def _described(name: str) -> str:
    experiment = find(name)
    lines = [f"{experiment.name}: {experiment.title}.", "", "presets, kernels compiled:"]
    for preset, time in experiment.presets.items():
        lines.append(f"  {preset} ({time} on two cores): {experiment.sizes(experiment.config(preset, None))}")
    if experiment.variants:
        lines += ["", "variants:", *(f"  {key}: {text}" for key, text in experiment.variants.items())]
    return "\n".join(lines)
