"""States in files: what is read is what was written, and everything else is refused with what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import evo
from evo.core import files
from evo.estimators import AntitheticEs
from evo.testing.trees import difference
from evo.training import Info, Metric, load, save
from evo.training.checkpoints import MAGIC, Parts, packed, restored, unpacked
from tests.training.tasks import DESCENT, ES, Bowl, Line

NAMES = ("engine", "key", "steps", "evaluations", "hit", "last_improvement", "memories", "rows", "last_row", "detail")
RECORD = evo.Every(4, evo.value, Metric("bias"), Info("std"))


def test_a_loaded_state_goes_on_bit_for_bit(tmp_path):
    path = tmp_path / "state.evo"
    whole = evo.run(ES, Line(), seed=3, stop=evo.Steps(20), record=RECORD)
    half = evo.run(ES, Line(), seed=3, stop=evo.Steps(9), record=RECORD)
    save(path, half.state)
    again = evo.GradientDescent(AntitheticEs(pairs=2, sigma=0.05), ES.transformation)
    state = load(path, again, Line(), record=RECORD)
    assert difference(state.state, half.state.state) is None
    for name in NAMES:
        assert difference(getattr(state, name), getattr(half.state, name)) is None, name
    rest = evo.run(again, Line(), seed=3, stop=evo.Steps(20), resume=state)
    assert difference(rest.candidate, whole.candidate) is None
    assert difference(rest.trace.columns, whole.trace.columns) is None
    assert (rest.value, rest.evaluations) == (whole.value, whole.evaluations)


def test_functions_in_the_parameters_and_typed_keys(tmp_path):
    start = {"w": jnp.ones(()), "b": jnp.zeros(()), "f": jnp.tanh, "key": jax.random.key(4)}
    half = evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(3), start=start)
    save(tmp_path / "s", half.state)
    state = load(tmp_path / "s", DESCENT, Line(), start=start)
    assert state.state.params["f"] is jnp.tanh
    assert difference(state.state, half.state.state) is None
    with pytest.raises(ValueError, match=r"holds arrays of another shape.*\n.*params.*\n*.*start="):
        load(tmp_path / "s", DESCENT, Line())


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "state.evo"
    save(file, evo.run(ES, Line(), seed=3, stop=evo.Steps(2), record=RECORD).state)
    return file


def test_other_parts_are_refused_with_the_difference(path):
    other = evo.GradientDescent(AntitheticEs(pairs=2, sigma=0.07), ES.transformation)
    with pytest.raises(
        ValueError, match=r"holds the state of another run:\n  optimizer\.estimator\.sigma\.items: 0\.05.* -> 0\.07"
    ):
        load(path, other, Line(), record=RECORD)
    other = evo.GradientDescent(ES.estimator, optax.adam(0.03))
    with pytest.raises(ValueError, match=r"step_size: -0\.05 -> -0\.03"):
        load(path, other, Line(), record=RECORD)
    with pytest.raises(ValueError, match=r"problem\.noise: 0\.1 -> 0\.2"):
        load(path, ES, Line(noise=0.2), record=RECORD)
    with pytest.raises(ValueError, match=r"(?s)record: .* -> null.*record=\.\.\."):
        load(path, ES, Line())


def test_every_damage_is_noticed(path):
    data = path.read_bytes()
    for place in (len(MAGIC) + 3, len(MAGIC) + 60, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(ValueError, match="was changed or cut since it was written"):
            load(path, ES, Line(), record=RECORD)
    for length in (len(MAGIC), len(MAGIC) + 10, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match="was changed or cut"):
            load(path, ES, Line(), record=RECORD)
    for text in (b"", b"hello\n"):
        path.write_bytes(text)
        with pytest.raises(ValueError, match="must be the file of a training state"):
            load(path, ES, Line(), record=RECORD)
    path.write_bytes(data.replace(b"state 1", b"state 9", 1))
    with pytest.raises(ValueError, match=r"'evo training state 9'\. Use the version"):
        load(path, ES, Line(), record=RECORD)


def test_what_the_system_refuses(path, tmp_path, monkeypatch):
    state = load(path, ES, Line(), record=RECORD)
    before = path.read_bytes()
    with pytest.raises(FileNotFoundError, match=r"`path` must be a file that can be read.*nothing\.evo"):
        load(tmp_path / "nothing.evo", ES, Line())
    with pytest.raises(OSError, match="could not be written: the folder has gone"):
        save(tmp_path / "nowhere" / "state.evo", state)
    monkeypatch.setattr(files, "open_new", lambda path: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
    with pytest.raises(OSError, match=r"could not be written: the disk is full\. Nothing was half-written\. Make room"):
        save(path, state)
    assert path.read_bytes() == before


def test_only_arrays_and_plain_memories_are_saved():
    class Odd(type(evo.value).__mro__[1]):
        name = "odd"

        def begin(self, view):
            return object()

        def read(self, memory, view):
            return 0.0

    state = evo.run(ES, Line(), seed=3, stop=evo.Steps(2), record=evo.Final(Odd())).state
    with pytest.raises(TypeError, match=r"have memories.* that can be stored"):
        save("nowhere", state)
    with pytest.raises(TypeError, match=r"`state` must be RunState"):
        save("nowhere", state.state)


class Mixed(NamedTuple):
    a: object
    b: object


class Holder:
    """Its states hold every kind of leaf."""

    def init(self, key, problem, start):
        words = jax.random.split(jax.random.key(1), 2)
        real = (jnp.ones(2, jnp.bfloat16), np.ones((2, 0, 3)), jnp.full((), jnp.nan))
        return Mixed({"x": np.arange(3, dtype=np.int8), "none": None}, (jnp.ones((), bool), words, len, *real))


def test_every_kind_of_leaf_survives():
    holder = Holder()
    state = evo.run(DESCENT, Bowl(), seed=3, stop=evo.Steps(0)).state._replace(state=holder.init(None, None, None))
    header, payload = unpacked(Path("x"), packed(state, Parts.of(None, None, None)))
    found = restored(Path("x"), header, payload, holder, None, None, None).state
    assert difference(found, state.state) is None and isinstance(found.a["x"], np.ndarray)


def test_plain_numbers_among_the_parameters_come_back(tmp_path):
    task = evo.tasks.Custom(
        lambda params, batch, key: (params["w"] - (params["at"] or 0.0)) ** 2, start=two_places(3.0)
    )
    start = two_places(5.0)
    save(tmp_path / "s", evo.run(DESCENT, task, seed=0, stop=evo.Steps(1), start=start).state)
    assert load(tmp_path / "s", DESCENT, task).state.params["at"] == 5.0
    with pytest.raises(ValueError, match=r"(?s)holds other plain numbers:.*start="):
        load(tmp_path / "s", DESCENT, task, start=two_places(None))


def two_places(at):
    return {"w": jnp.zeros(()), "at": at}


class Mean(NamedTuple):
    total: float


class Mine(evo.core.records.AbstractObservable):
    name = "mine"

    def begin(self, view):
        return Mean(view.value)

    def after(self, memory, view):
        return Mean(memory.total + view.value)

    def read(self, memory, view):
        return memory.total


def test_what_could_not_be_read_again_is_refused_when_it_is_written(tmp_path):
    state = evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(1), record=evo.Every(1, Mine())).state
    with pytest.raises(TypeError, match="memories of observables that can be stored"):
        save(tmp_path / "s", state)
    box = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(2))
    state = evo.run(evo.continuous.CmaEs(0.5), box, seed=0, stop=evo.Steps(1)).state
    with pytest.raises(TypeError, match=r"`state` must be of an optimizer whose state is a tree of arrays.*CmaEs"):
        save(tmp_path / "s", state)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"`path` must be an ordinary file; got .*pipe"):
        save(tmp_path / "pipe", evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(1)).state)
    assert (tmp_path / "pipe").is_fifo()
