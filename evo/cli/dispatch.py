"""Dispatch, errors and exit codes. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from evo.cli.foreign import notice

__all__ = ["main"]

#: nothing fails; an error; a claim fails or rows differ; Ctrl-C
OK, ERROR, FAILED, INTERRUPTED = 0, 1, 2, 130

_COMMANDS = {
    "list": "experiments: paper, what is claimed, time per preset",
    "run": "run an experiment, or go on where it was interrupted",
    "study": "run a study that a TOML file describes, or go on with it",
    "status": "how far a folder is: finished, missing, capped, damaged, time left",
    "table": "the numbers in a folder, as text, CSV, JSON or Parquet",
    "draw": "draw a folder's figure, from its rows alone",
    "check": "judge a folder again: damage, claims, random blocks run again bit for bit",
    "export": "rows of a study for other programs, such as IOHanalyzer",
    "merge": "join folders in which parts of one study were computed",
    "cite": "BibTeX of exactly what a figure rests on",
}

_HELP = """\
usage: evo COMMAND ...

{commands}

  evo run hottopic-transition     a good first one; the same line again goes on after an interruption
  evo study FILE.toml             your own algorithms, problems and grid
  evo COMMAND --help              everything about a command
  evo --version

`evo-theory` is the same command. Exit codes: 0 nothing fails, 1 an error, 2 a claim fails or rows differ,
130 interrupted. With --debug an error shows its trace."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after the command's name; those of this process if None.

    Returns:
        The exit code: 0 nothing fails, 1 an error, 2 a claim fails or rows differ, 130 interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    foreign = notice()
    if foreign is not None:
        print(foreign, file=sys.stderr)
    try:
        return _run(words)
    except KeyboardInterrupt:
        print(f"Interrupted. The same command goes on: {_command(words)}", file=sys.stderr)
        return _left(INTERRUPTED, leave=argv is None)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if debug:
            raise
        print(f"evo: {_message(error)}", file=sys.stderr)
        return _left(ERROR, leave=argv is None)


def _left(code: int, *, leave: bool) -> int:
    """The exit code; the process ends here if blocks still run on its threads.

    Python takes such a thread away when it next asks for the interpreter lock; inside JAX's compiler that aborts the
    process, with another exit code.
    """
    if leave and any(thread.name.startswith("block-") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return OK
    if words[0] in ("-V", "--version", "version"):
        print(f"evo-theory {sys.modules['evo'].__version__}")
        return OK
    name, *rest = words
    if name not in _COMMANDS:
        from evo.core.checks import bad_value, nearest

        hint = nearest(name, _COMMANDS)
        raise bad_value("COMMAND", name, f"be one of {', '.join(_COMMANDS)}", f"{hint} `evo --help` shows all.")
    command: Callable[[list[str]], int] = import_module(f"evo.cli.commands.{name}").command
    try:
        return command(rest)
    except SystemExit as stop:  # the parser has printed what is wrong, or the help
        return OK if stop.code in (0, None) else ERROR


def _help() -> str:
    width = max(map(len, _COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {text}" for name, text in _COMMANDS.items())
    return _HELP.format(commands=commands)


def _command(words: list[str]) -> str:
    import shlex

    return shlex.join(["evo", *words])


def _message(error: Exception) -> str:
    notes = getattr(error, "__notes__", [])
    if isinstance(error, ValueError | TypeError | RuntimeError):
        text = str(error) or type(error).__name__
    elif isinstance(error, OSError) and error.filename is not None:
        place = Path(os.fsdecode(error.filename))
        place = place.parent if place.name.endswith(".partial") else place  # files appear by renaming
        text = f"cannot use {place}: {error.strerror}. Make it usable, or choose another --out."
    else:
        text = f"{type(error).__name__}: {error}. Add --debug for the trace."
    return "\n".join([text, *notes])
