"""Run as a script: prints estimates from meshes of several devices, or of several processes, as JSON.

Arguments: the numbers of devices, 0 for no mesh; or `join ADDRESS PROCESSES INDEX`.
"""

from __future__ import annotations

import json
import sys

import jax
import jax.numpy as jnp
import numpy as np

from evo.estimators import AntitheticEs, CentredRanks, GuidedEs, Orthogonal, SurrogateEs
from evo.estimators.smoothing.checks import device_mesh
from evo.estimators.smoothing.noise import ByteSum
from evo.estimators.smoothing.population import population
from evo.oracles import child

MAKERS = {
    "plain": lambda mesh: AntitheticEs(11, 0.1, mesh=mesh, chunk=2),
    "orthogonal": lambda mesh: AntitheticEs(6, 0.1, mesh=mesh, directions=Orthogonal(), shaping=CentredRanks()),
    "surrogate": lambda mesh: SurrogateEs(7, 0.1, mesh=mesh),
    "guided": lambda mesh: GuidedEs(7, 0.1, mesh=mesh),
}


def loss(params, batch, key):
    return jnp.mean(jnp.tanh(batch @ params["w"] + params["b"] - 0.3) ** 2)


def two_calls(es, compiled):
    """The estimate of the second call, which knows the first."""
    params, batch = {"w": jnp.ones((5, 3)) / 3, "b": jnp.zeros(3)}, jnp.linspace(-1.0, 1.0, 20).reshape(4, 5)
    call = es.value_and_grad(loss)
    call = jax.jit(call) if compiled else call
    state = es.init(jax.random.key(0), loss, params, batch)
    for t in range(2):
        value, grads, state = call(state, jax.random.key(t), params, batch)
        params = jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)
    return [float(value), *np.concatenate([np.asarray(grads[name]).ravel() for name in ("b", "w")]).tolist()]


def noise(mesh):
    """The bits of all directions, drawn where their pairs are."""
    like, key = jnp.zeros(40), child(jax.random.key(3), "directions")
    members = population(11, 40, 2, device_mesh(mesh))
    rows = jax.jit(lambda key: members.map(lambda pair: ByteSum().direction(key, pair, like)))(key)
    return np.asarray(rows).view(np.uint32).tolist()


def everything(mesh, names=tuple(MAKERS)):
    return {"noise": noise(mesh)} | {name: two_calls(MAKERS[name](mesh), True) for name in names}


def main(arguments):
    if arguments[0] == "join":
        jax.distributed.initialize(arguments[1], int(arguments[2]), int(arguments[3]))
        mesh = jax.make_mesh((jax.device_count(),), ("pairs",))
        assert not np.asarray([d.process_index == jax.process_index() for d in mesh.devices.flat]).all()
        report = everything(mesh, ("plain", "surrogate"))
        jax.distributed.shutdown()
    else:
        report = {}
        for count in map(int, arguments):
            mesh = jax.make_mesh((count,), ("pairs",), devices=jax.devices()[:count]) if count else None
            report[count] = {
                "noise": noise(mesh),
                **{name: two_calls(make(mesh), True) for name, make in MAKERS.items()},
            }
            if count == 2:
                report[count]["plain, not compiled"] = two_calls(MAKERS["plain"](mesh), False)
    print("REPORT" + json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1:])
