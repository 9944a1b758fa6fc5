"""The state of a run as one file: whole or not at all, checked when it is read."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evo.core import checks
from evo.core.codec import Json, decode, dumps, encode, loads
from evo.core.descriptions import described
from evo.core.differences import differences, listed
from evo.core.engines import Engine, EngineUsed
from evo.core.files import why_refused, write_whole
from evo.core.keys import Key
from evo.core.optimizers import AskTell
from evo.core.records import Recorder
from evo.core.results import RunState

#: the first line of every file; the number changes with the format
MAGIC = b"evo training state 1\n"
_FAMILY = b"evo training state "


class Parts(NamedTuple):
    """What a state belongs to, described in plain values."""

    optimizer: Json
    problem: Json
    record: Json
    start: Json
    code: Json

    @classmethod
    def of(cls, optimizer: Any, problem: Any, record: Any, start: Any = None) -> Parts:
        """The descriptions, and the user's code that they rest on."""
        named = {"optimizer": optimizer, "problem": problem, "record": record, "start": start}
        found = {name: described(name, item) for name, item in named.items()}
        code: dict[str, Json] = {place: text for item in found.values() for place, text in item.code.items()}
        plain = {name: item.plain for name, item in found.items()}
        return cls(**plain, code=code)


def save(path: str | Path, state: RunState) -> None:
    """Write the state of a run, `Result.state`, to a file from which `load` makes it again.

    The file appears whole or not at all, in place of an older one.

    Args:
        path: the file; its folder must exist.
        state: of a run of `evo.GradientDescent`, or of any optimizer whose state is a tree of arrays.

    Raises:
        TypeError: if there is something in the state that a file cannot hold.
        OSError: if the file cannot be written; with why, and what to do.

    Example:
        >>> import evo, optax, tempfile
        >>> from evo.estimators import Backprop
        >>> from evo.training import load, save
        >>> task = evo.tasks.Quadratic(3)
        >>> descent = evo.GradientDescent(Backprop(), optax.sgd(0.1))
        >>> half = evo.run(descent, task, seed=0, stop=evo.Steps(10))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(f"{folder}/half.evo", half.state)
        ...     state = load(f"{folder}/half.evo", descent, task)
        >>> evo.run(descent, task, seed=0, stop=evo.Steps(20), resume=state).steps
        20
    """
    checks.instance_of("state", state, RunState, "Pass `result.state` of a run.")
    write(Path(path), packed(state, Parts.of(state.optimizer, state.problem, state.recorder)))


def load(
    path: str | Path, optimizer: Any, problem: Any, *, record: Recorder | None = None, start: Any = None
) -> RunState:
    """Read a state that `save` wrote; `evo.run(..., resume=state)` goes on from it, bit for bit.

    Args:
        path: the file.
        optimizer: equal to the one that made the state.
        problem: equal to the one of the run.
        record: the recorder of the run, if it had one.
        start: needed where the problem has no start of its own, or one of other shapes; its numbers do not matter.

    Raises:
        OSError: if there is no such file, or it cannot be read.
        ValueError: if it is damaged, of another format, or of another optimizer, problem or recorder; with the
            differences.

    Code of your own is not compared: you may mend a loss and go on. `train` compares it.

    Example:
        >>> import evo, optax, tempfile
        >>> from evo.estimators import Backprop
        >>> from evo.training import load, save
        >>> descent, task = evo.GradientDescent(Backprop(), optax.sgd(0.1)), evo.tasks.Quadratic(3)
        >>> result = evo.run(descent, task, seed=0, stop=evo.Steps(10))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(f"{folder}/mine.evo", result.state)
        ...     load(f"{folder}/mine.evo", descent, task).steps
        10
    """
    path = Path(path)
    header, payload = unpacked(path, read(path))
    wanted = Parts.of(optimizer, problem, record)
    refuse_others(f"`path` {path}", header, wanted, ("optimizer", "problem", "record"), _LOAD)
    return restored(path, header, payload, optimizer, problem, record, start)


_LOAD = "Pass what made the state (evo.training.load(path, optimizer, problem, record=...)), or start a new run."


def packed(state: RunState, parts: Parts) -> bytes:
    """The bytes of a file."""
    action = "Save states of evo.GradientDescent."
    if state.own is not None:
        raise checks.bad_type("state", state.own, f"hold nothing that only the engine {state.engine} knows", action)
    if isinstance(state.optimizer, AskTell):
        raise checks.bad_type("state", state.optimizer, "be of an optimizer whose state is a tree of arrays", action)
    leaves = [(jax.tree_util.keystr(path), leaf) for path, leaf in jax.tree_util.tree_flatten_with_path(state.state)[0]]
    arrays = [(name, _plain(leaf)) for name, leaf in leaves if _is_array(leaf)]
    header: dict[str, Json] = {
        **parts._asdict(),
        "engine": [state.engine.engine.name, state.engine.version],
        "key": [int(word) for word in state.key.words()],
        "byteorder": sys.byteorder,
        "leaves": [[name, array.dtype.name, list(array.shape)] for name, array in arrays],
        "numbers": [[name, encode(leaf)] for name, leaf in leaves if type(leaf) in _PLAIN],
    }
    for name in _NUMBERS:
        header[name] = encode(getattr(state, name))
    try:
        header["memories"] = encode(tuple(state.memories))
        header["detail"] = encode(None if state.detail is None else dict(state.detail))
        decode(header["memories"])
    except (TypeError, ValueError) as error:
        action = f"Record with observables whose memory is made of plain values. ({error})"
        raise checks.bad_type(
            "state", state.memories, "have memories of observables that can be stored", action
        ) from None
    header["rows"] = encode([[float(number) for number in row] for row in state.rows])
    payload = b"".join(array.tobytes() for _, array in arrays)
    body = dumps(header).encode() + b"\n" + payload
    return MAGIC + _digest(body) + b"\n" + body


#: types of leaves that are no arrays and may differ from those of a start
_PLAIN = (bool, int, float, str)
_NUMBERS = ("steps", "evaluations", "hit", "last_improvement", "seconds", "last_row")


def write(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    if path.exists() and not path.is_file() and not path.is_dir():  # a rename would take the place of a device
        raise checks.bad_value("path", str(path), "be an ordinary file", "Choose another name.")
    try:
        write_whole(path, data)
    except OSError as error:
        reason, advice = why_refused(error)
        words = f"`path` {path} could not be written: {reason}. Nothing was half-written. {advice}, or choose another."
        raise OSError(error.errno, words) from error


def read(path: Path) -> bytes:
    """The bytes of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        words = f"`path` must be a file that can be read ({error.strerror}). Pass what evo.training.save wrote"
        raise OSError(error.errno, words, str(path)) from error


def unpacked(path: Path, data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header and the arrays of a file, after their checksum was compared."""
    kind, _, rest = data.partition(b"\n")
    if not kind.startswith(_FAMILY):
        action = "Pass a file that evo.training.save wrote."
        raise ValueError(f"`path` must be the file of a training state; {path} is none. {action}")
    if kind + b"\n" != MAGIC:
        here, there = MAGIC.decode().strip(), kind.decode(errors="replace")
        raise ValueError(
            f"`path` must be of the format {here!r}; {path} says {there!r}. Use the version that wrote it."
        )
    digest, _, body = rest.partition(b"\n")
    if digest != _digest(body):
        action = "Use an earlier copy, or start again."
        raise ValueError(f"`path` must be whole; {path} was changed or cut since it was written. {action}")
    text, _, payload = body.partition(b"\n")
    header: Any = loads(text.decode())
    return header, payload


def refuse_others(what: str, header: Mapping[str, Any], parts: Parts, names: tuple[str, ...], action: str) -> None:
    """Refuse a file of other parts, with the differences."""
    lines = [line for name in names for line in differences(name, header[name], _again(getattr(parts, name)))]
    if lines:
        raise ValueError(f"{what} holds the state of another run:\n{listed(lines)}\n{action}")


def restored(
    path: Path, header: Mapping[str, Any], payload: bytes, optimizer: Any, problem: Any, record: Any, start: Any
) -> RunState:
    """The state of a file, on the structure that the optimizer gives a state."""
    if header["byteorder"] != sys.byteorder:
        raise ValueError(f"`path` {path} comes from a machine of another byte order. Read it on such a machine.")
    key = Key.from_words(header["key"])
    like = optimizer.init(key, problem, start)
    paths, structure = jax.tree_util.tree_flatten_with_path(like)
    wanted = [(jax.tree_util.keystr(place), leaf) for place, leaf in paths]
    expected = [[name, _plain(leaf).dtype.name, list(leaf.shape)] for name, leaf in wanted if _is_array(leaf)]
    # The shapes of typed keys are those of their data.
    expected = [[name, dtype, list(_plain(dict(wanted)[name]).shape)] for name, dtype, _ in expected]
    if expected != header["leaves"]:
        before: Json = {name: f"{dtype}{shape}" for name, dtype, shape in header["leaves"]}
        now: Json = {name: f"{dtype}{shape}" for name, dtype, shape in expected}
        lines = list(differences("state", before, now))
        action = "Pass start=... of the shapes of the run, and the same jax.enable_x64."
        raise ValueError(f"`path` {path} holds arrays of another shape or type:\n{listed(lines)}\n{action}")
    numbers = {name: decode(number) for name, number in header["numbers"]}
    before = list(numbers)
    names: Json = [name for name, leaf in wanted if type(leaf) in _PLAIN]
    if names != before:
        lines = list(differences("state", before, names))
        raise ValueError(f"`path` {path} holds other plain numbers:\n{listed(lines)}\nPass start=... as in the run.")
    leaves, offset, shapes = [], 0, iter(header["leaves"])
    for place, leaf in wanted:
        if not _is_array(leaf):
            leaves.append(numbers.get(place, leaf))
            continue
        _, name, shape = next(shapes)
        dtype, count = jnp.dtype(name), math.prod(shape)
        array = np.frombuffer(payload, dtype, count, offset).reshape(shape)
        offset += array.nbytes
        leaves.append(_typed(array, leaf))
    engine, version = header["engine"]
    return RunState(
        engine=EngineUsed(Engine[engine], version),
        optimizer=optimizer,
        problem=problem,
        key=key,
        state=structure.unflatten(leaves),
        recorder=record,
        memories=decode(header["memories"]),
        rows=tuple(tuple(row) for row in decode(header["rows"])),
        detail=decode(header["detail"]),
        **{name: decode(header[name]) for name in _NUMBERS},
    )


def _again(plain: Json) -> Json:
    """Plain values as they come out of a file."""
    return json.loads(dumps(plain))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).hexdigest().encode()


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array | np.ndarray | np.generic)


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _plain(leaf: Any) -> np.ndarray:
    return np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)


def _typed(array: np.ndarray, like: Any) -> Any:
    if _is_key(like):
        return jax.random.wrap_key_data(jnp.asarray(array), impl=jax.random.key_impl(like))
    return jnp.array(array) if isinstance(like, jax.Array) else np.array(array)
