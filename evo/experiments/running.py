"""From a name to a folder with rows, verdicts and a figure; and from such a folder back."""

from __future__ import annotations

import dataclasses
import functools
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from evo.core import checks
from evo.core.files import write_whole
from evo.experiments import registry
from evo.experiments.base import AbstractExperiment
from evo.experiments.claims import Claim, Verdict, not_applicable
from evo.studies import (
    AbstractExecutor,
    Block,
    Difference,
    Json,
    Store,
    StoreError,
    decode,
    dumps,
    encode,
    execute,
    loads,
)
from evo.studies import resimulate as computed_again

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Check", "Difference", "Outcome", "Setup", "check_folder", "draw_folder", "prepare", "run_experiment"]

CONFIG = "config.json"
CLAIMS = "claims.json"
CAPTION = "caption.txt"
FIGURE = "figure"

_FORMAT = "evo experiment 1"
_SECONDS_BETWEEN_FIGURES = 5.0
_SHARE_OF_DRAWING = 0.08  # of one processor, at most


@final
@dataclass(frozen=True, kw_only=True)
class Setup:
    """What is to be run: an experiment at a preset, with the fields that were changed.

    Args:
        experiment: the experiment.
        preset: name of the preset.
        variant: name of the variant, or None.
        overrides: changed fields of the configuration.
        config: the configuration with these changes.
    """

    experiment: AbstractExperiment
    preset: str
    variant: str | None
    overrides: Mapping[str, Any]
    config: Any

    @property
    def folder(self) -> Path:
        """Where results go unless another folder is named: results/NAME[-VARIANT]-PRESET."""
        parts = [self.experiment.name, *([self.variant] if self.variant else []), self.preset]
        return Path("results") / "-".join(parts)

    @property
    def command(self) -> str:
        """The command that gives these rows, in whatever folder."""
        words = ["evo", "run", self.experiment.name, "--preset", self.preset]
        words += ["--variant", self.variant] if self.variant else []
        for name, value in self.overrides.items():
            words.append(f"--{name.replace('_', '-')}")
            words += [_argument(item) for item in (value if isinstance(value, tuple | list) else [value])]
        return shlex.join(words)

    @property
    def resized(self) -> list[str]:
        """The changed fields other than the seed."""
        return [name for name in self.overrides if name != "seed"]


@final
@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run left behind.

    Args:
        setup: what was run.
        folder: where everything is.
        claims: with their verdicts.
        files: the figure's files.
        caption: of the figure.
        blocks: how many blocks were computed now, and of how many (of the whole plan, or of a part of it).
        missing: how many blocks of the plan other jobs have still to compute; claims and figure wait for them.
        seconds: from the start to the end.
        first_figure: seconds from the start to the first complete figure; None if nothing was drawn on the way.
    """

    setup: Setup
    folder: Path
    claims: tuple[Claim, ...]
    files: tuple[Path, ...]
    caption: str
    blocks: tuple[int, int]
    missing: int
    seconds: float
    first_figure: float | None

    @property
    def failed(self) -> bool:
        """Whether a claim fails."""
        return any(claim.verdict is Verdict.FAILS for claim in self.claims)


@final
@dataclass(frozen=True, kw_only=True)
class Check:
    """What a second look at a folder found.

    Args:
        setup: what the folder was made by.
        claims: judged again from the rows; not judged if rows are missing.
        missing: how many planned blocks are not there.
        damaged: blocks whose file does not agree with its checksum.
        resimulated: the blocks that were computed again.
        differences: what came out otherwise.
        seed: with which the blocks were chosen.
    """

    setup: Setup
    claims: tuple[Claim, ...]
    missing: int
    damaged: tuple[Block, ...]
    resimulated: tuple[Block, ...]
    differences: tuple[Difference, ...]
    seed: int

    @property
    def failed(self) -> bool:
        """Whether a claim fails, a block is damaged, or a number came out otherwise."""
        judged = any(claim.verdict is Verdict.FAILS for claim in self.claims)
        return judged or bool(self.damaged) or bool(self.differences)


def prepare(
    name: str | AbstractExperiment,
    preset: str = "laptop",
    variant: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Setup:
    """Find an experiment, its preset and its variant, and change fields of the configuration.

    Args:
        name: of an experiment, or one itself.
        preset: one of its presets.
        variant: one of its variants; None for the standard one.
        overrides: fields of the configuration and their values; those equal to the preset's are dropped.

    Raises:
        ValueError: for unknown names, with the nearest known one.
    """
    experiment = name if isinstance(name, AbstractExperiment) else registry.find(name)
    _known("preset", preset, experiment.presets, experiment.name)
    if variant is not None:
        _known("variant", variant, experiment.variants, experiment.name)
    standard = experiment.config(preset, variant)
    fields = [field.name for field in dataclasses.fields(standard)]
    given = dict(overrides or {})
    for field in given:
        if field not in fields:
            action = f"{checks.nearest(field, fields)} `evo run {experiment.name} --help` lists them."
            raise checks.bad_value("overrides", field, f"name fields of {experiment.config_type.__name__}", action)
    config = dataclasses.replace(standard, **given)
    changed = {field: getattr(config, field) for field in fields if getattr(config, field) != getattr(standard, field)}
    return Setup(experiment=experiment, preset=preset, variant=variant, overrides=changed, config=config)


def run_experiment(
    name: str | AbstractExperiment | Setup,
    preset: str = "laptop",
    variant: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    out: str | Path | None = None,
    fresh: bool = False,
    threads: int | None = None,
    executor: AbstractExecutor | str | None = None,
    part: tuple[int, int] | str | None = None,
    progress: bool = True,
    say: Callable[[str], None] | None = None,
) -> Outcome:
    """Run an experiment, or go on where it was interrupted.

    The folder then holds plan.json, config.json, environment.json, the rows in blocks/, claims.json, caption.txt and
    the figure as PNG, PDF and CSV. The figure appears as soon as each cell has rows, and is drawn again as more come.

    Args:
        name: of an experiment, one itself, or what `prepare` returned (then the next three are not looked at).
        preset: one of its presets.
        variant: one of its variants.
        overrides: fields of the configuration that differ from the preset.
        out: the folder; results/NAME[-VARIANT]-PRESET if None.
        fresh: whether to remove the rows in the folder first.
        threads: as many as there are processors if None; the rows do not depend on it.
        executor: where blocks are run, in place of threads: an executor or a text such as "loky:4".
        part: the pair (i, m) or the text "i/m", to run only each m-th block of the plan, from number i on, as one of m
            jobs; claims and figure come with the job that finds all blocks finished, or later by `check_folder` and
            `draw_folder`.
        progress: whether to show progress on standard error.
        say: receives one-line notices.

    Raises:
        StoreError: if the folder cannot be used, with the reason.
        KeyboardInterrupt: after Ctrl-C; finished blocks are safe.

    Example:
        >>> from evo import experiments
        >>> experiments.run_experiment("hottopic-transition", "smoke").failed  # doctest: +SKIP
        False
    """
    began = time.monotonic()
    setup = name if isinstance(name, Setup) else prepare(name, preset, variant, overrides)
    experiment, config = setup.experiment, setup.config
    folder = setup.folder if out is None else Path(out)
    notify = {"notify": say} if say is not None else {}
    with Store.open(folder, experiment.plan(config), part=part, fresh=fresh, **notify) as store:
        if fresh:
            (folder / CLAIMS).unlink(missing_ok=True)
        write_whole(folder / CONFIG, (dumps(_described(setup), indent=1) + "\n").encode())
        sketch = _Sketch(setup, store, began, say)
        computed = execute(
            store,
            functools.partial(experiment.work, config),
            executor=executor,
            threads=threads,
            on_block=sketch.on_block if store.part is None else None,
            progress=progress,
        )
        claims, files = (), ()
        missing = len(store.plan.blocks) - len(store.done())
        if not missing:
            table = store.table()
            claims = _claims(setup, table, missing=0)
            _write_claims(folder, setup, claims)
            files = _draw(setup, table, folder)
    return Outcome(
        setup=setup,
        folder=folder,
        claims=claims,
        files=files,
        caption=experiment.caption(config),
        blocks=(computed, len(store.blocks)),
        missing=missing,
        seconds=time.monotonic() - began,
        first_figure=sketch.first,
    )


def check_folder(
    folder: str | Path, *, resimulate: int = 0, seed: int | None = None, say: Callable[[str], None] | None = None
) -> Check:
    """Judge the claims of a folder from its rows, and compute some of its blocks again.

    Args:
        folder: the `out` of an earlier run.
        resimulate: how many randomly chosen blocks are computed again and compared, bit for bit.
        seed: chooses these blocks; a fresh one if None.
        say: receives one-line notices.

    Returns:
        Verdicts, damaged blocks and numbers that differ; nothing in the folder is changed.
    """
    setup = load(folder)
    notices: list[str] = []
    store = Store.read(folder, notify=say or notices.append)
    found = computed_again(store, lambda block: setup.experiment.work(setup.config, block), resimulate, seed=seed)
    claims = _claims(setup, store.table(), found.missing + len(found.damaged))
    return Check(
        setup=setup,
        claims=claims,
        missing=found.missing,
        damaged=found.damaged,
        resimulated=found.blocks,
        differences=found.differences,
        seed=found.seed,
    )


def draw_folder(folder: str | Path) -> tuple[Path, ...]:
    """Draw the figure of a folder again, from its rows alone; returns the files."""
    setup = load(folder)
    store = Store.read(folder)
    if not _drawable(store):
        raise StoreError(
            f"`folder` {folder} must hold rows of each of the {len(store.plan.cells)} cells for a figure; it has too "
            f"few. Go on with `{setup.command} --out {folder}`."
        )
    return _draw(setup, store.table(), Path(folder))


def load(folder: str | Path) -> Setup:
    """Read what a folder was made by.

    Raises:
        StoreError: if no experiment wrote that folder, or one that is not known here.
    """
    path = Path(folder) / CONFIG
    try:
        plain: Any = loads(path.read_bytes().decode())
        if not isinstance(plain, dict) or plain.get("format") != _FORMAT:
            raise ValueError(f"its format is not {_FORMAT!r}")
        experiment = registry.find(plain["experiment"])
        config = decode(plain["config"], [experiment.config_type])
        overrides = {name: getattr(config, name) for name in plain["overrides"]}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        reason = (
            f"there is no {CONFIG}" if isinstance(error, FileNotFoundError) else f"{CONFIG} cannot be read: {error}"
        )
        raise StoreError(
            f"`folder` must be the --out of an experiment; in {folder} {reason}. Pass the folder that `evo run` named."
        ) from error
    return Setup(
        experiment=experiment,
        preset=plain["preset"],
        variant=plain["variant"],
        overrides=overrides,
        config=config,
    )


@final
class _Sketch:
    """Draws the figure while blocks come in: once it is complete, then now and then."""

    def __init__(self, setup: Setup, store: Store, began: float, say: Callable[[str], None] | None) -> None:
        self._setup = setup
        self._store = store
        self._began = began
        self._say = say
        self._next = 0.0
        self._wanted = len(store.plan.cells)
        self.first: float | None = None

    def on_block(self, done: int, total: int) -> None:
        start = time.monotonic()
        if start < self._next or done < self._wanted or done == total or not _drawable(self._store):
            return
        files = _draw(self._setup, self._store.table(), self._store.folder)
        now = time.monotonic()
        self._next = now + max(_SECONDS_BETWEEN_FIGURES, (now - start) / _SHARE_OF_DRAWING)
        if self.first is None:
            self.first = now - self._began
            if self._say is not None:
                self._say(f"first complete figure after {self.first:.0f} s, drawn again as rows come in: {files[0]}")


def _drawable(store: Store) -> bool:
    return {block.cell for block in store.done()} == set(store.plan.cells)


def _draw(setup: Setup, table: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    from evo.plots import save

    chart = setup.experiment.figure(table, setup.config)
    files = save(chart, folder / FIGURE, title=setup.experiment.title, command=setup.command)
    write_whole(folder / CAPTION, (setup.experiment.caption(setup.config) + "\n").encode())
    return tuple(files)


def _claims(setup: Setup, table: pl.DataFrame, missing: int) -> tuple[Claim, ...]:
    """The claims, not judged on part of the rows (the error level holds for one look) or at other sizes."""
    if missing:
        return ()
    claims = setup.experiment.claims(table, setup.config)
    changed = ", ".join(setup.resized)
    note = f"claims not applicable at these sizes (changed: {changed})"
    return tuple(not_applicable(claim, note) if changed and not claim.anywhere else claim for claim in claims)


def _write_claims(folder: Path, setup: Setup, claims: Sequence[Claim]) -> None:
    items: list[Json] = []
    for claim in claims:
        measured = claim.measured
        items.append(
            {
                "text": claim.text,
                "verdict": claim.verdict.value,
                "basis": claim.basis.value,
                "source": claim.source,
                "rule": claim.rule,
                "predicted": str(claim.predicted),
                "measured": None if measured is None else encode(measured.estimate),
                "lower": None if measured is None else encode(measured.lower),
                "upper": None if measured is None else encode(measured.upper),
                "confidence": None if measured is None else measured.confidence,
                "method": None if measured is None else measured.method,
                "note": claim.note,
            }
        )
    document: dict[str, Json] = {
        "experiment": setup.experiment.name,
        "command": setup.command,
        "family_error": setup.experiment.family_error,
        "claims": items,
    }
    write_whole(folder / CLAIMS, (dumps(document, indent=1) + "\n").encode())


def _described(setup: Setup) -> dict[str, Json]:
    return {
        "format": _FORMAT,
        "experiment": setup.experiment.name,
        "preset": setup.preset,
        "variant": setup.variant,
        "overrides": list(setup.overrides),
        "command": setup.command,
        "config": encode(setup.config),
    }


def _known(argument: str, value: str, known: Mapping[str, Any], name: str) -> None:
    if value not in known:
        hint = checks.nearest(value, known) if known else "There is none."
        allowed = f"be a {argument} of {name}: {', '.join(known) or 'none'}"
        raise checks.bad_value(f"--{argument}", value, allowed, hint)


def _argument(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)
