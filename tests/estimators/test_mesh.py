"""The population divided among devices: one noise, and one estimate to rounding, whatever their number."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType

from evo.estimators import AntitheticEs
from tests.estimators import on_devices
from tests.estimators.measuring import once

SCRIPT = Path(on_devices.__file__)
ROOT = SCRIPT.parents[2]


def started(*arguments, devices):
    environment = dict(os.environ, XLA_FLAGS=f"--xla_force_host_platform_device_count={devices}", JAX_PLATFORMS="cpu")
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def report(process):
    out, error = process.communicate(timeout=280)
    assert process.returncode == 0, error[-3000:]
    return json.loads(out.split("REPORT")[1])


def close(found, expected):
    """Equal up to the rounding of float32 sums of a few dozen terms, each within 2^-24 of the largest."""
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=64 * 2.0**-24 * scale)


def agree(found, expected):
    assert found["noise"] == expected["noise"]
    assert len(found) >= 3
    for name in set(found) & set(on_devices.MAKERS):
        close(found[name], expected[name])


@pytest.mark.slow
def test_one_two_and_four_devices():
    found = report(started(0, 1, 2, 4, devices=4))
    for count in "124":
        agree(found[count], found["0"])
    close(found["2"]["plain, not compiled"], found["0"]["plain"])


@pytest.mark.slow
def test_two_processes():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    processes = [started("join", address, 2, index, devices=2) for index in range(2)]
    try:
        one, other = (report(process) for process in processes)
    finally:
        for process in processes:
            process.kill()
    assert one == other
    agree(one, report(started(0, devices=1))["0"])


@pytest.mark.slow
def test_a_mesh_of_one_device_with_explicit_axes():
    def loss(params, batch, key):
        return jnp.sum(jnp.sin(params))

    mesh = jax.make_mesh((1,), ("pairs",), axis_types=(AxisType.Explicit,))
    params, key = jnp.arange(4.0), jax.random.key(0)
    found, _ = once(AntitheticEs(5, 0.1, mesh=mesh), loss, params, key)
    expected, _ = once(AntitheticEs(5, 0.1), loss, params, key)
    close(found.grads, np.asarray(expected.grads))
