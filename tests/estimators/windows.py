"""A small nonlinear recurrent task, windows for it, and evolution strategies over windows written out step by step."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evo.oracles import AbstractSequenceTask, Window, child


class Recurrent(AbstractSequenceTask):
    """tanh units with a trained initial state; the loss of a lane is its squared error."""

    def start(self, key):
        words = np.random.default_rng(3)
        shapes = {"state": (3,), "w": (3, 3), "x": (2, 3), "y": (3,)}
        return {name: jnp.asarray(words.normal(size=shape) / 2) for name, shape in shapes.items()}

    def batch(self, key, step):
        raise NotImplementedError

    def initial(self, params, lanes, key):
        return jnp.broadcast_to(params["state"], (lanes, 3))

    def advance(self, params, carry, x, y, key):
        carry = jnp.tanh(carry @ params["w"] + x @ params["x"])
        return carry, (carry @ params["y"] - y) ** 2


def stream(count, steps, lanes, resets, seed=0):
    """Windows of random data; `resets` holds (step from 0 in the stream, lane or None for all)."""
    words = np.random.default_rng(seed)
    reset = np.zeros((count * steps, lanes), bool)
    for step, lane in resets:
        reset[step, slice(None) if lane is None else lane] = True
    x, y = words.normal(size=(count * steps, lanes, 2)), words.normal(size=(count * steps, lanes))
    return [Window(*(array[w * steps : (w + 1) * steps] for array in (x, y, reset))) for w in range(count)]


@eqx.filter_jit
def estimate(estimator, key, task, params, window, state):
    """Compiled once for all estimators of one kind and windows of one shape."""
    return estimator.estimate(key, task, params, jax.tree.map(jnp.asarray, window), state)


@eqx.filter_jit
def init(estimator, key, task, params, window):
    """Compiled once for all estimators of one kind and windows of one shape."""
    return estimator.init(key, task, params, jax.tree.map(jnp.asarray, window))


def followed(estimator, task, params, windows, seed=1):
    """The estimates of all windows, and the state after them."""
    key = jax.random.key(seed)
    state = init(estimator, key, task, params, windows[0])
    found = []
    for w, window in enumerate(windows):
        one, state = estimate(estimator, jax.random.fold_in(key, w), task, params, window, state)
        found.append(one)
    return found, state


_advance = jax.jit(Recurrent().advance)


@eqx.filter_jit
def _directions(noise, pairs, key, windows, like):
    drawn = jax.vmap(lambda w: child(jax.random.fold_in(key, w), "directions"))(windows)
    return jax.vmap(lambda one: jax.vmap(lambda pair: noise.direction(one, pair, like))(pairs))(drawn)


def written_out(estimator, params, windows, weight, seed=1, lost=frozenset()):
    """Estimates for `Recurrent` by the definition: every member is led through the stream, every step is weighted.

    `weight` gets, for a pair, the directions z of all windows and, for every step of the stream so far, whether it was
    a reset; it returns the direction to play at and the weight of this step. `lost` holds (window, pair) to skip. Every
    pair plays its own lanes.
    """
    key = jax.random.key(seed)
    lanes, steps, P = windows[0].reset.shape[1], len(windows[0].reset), estimator.pairs
    own, sigma = lanes // P, float(estimator.sigma)
    factor = P / (P + sum(x.size for x in jax.tree.leaves(params)) + estimator.noise.kurtosis - 2)
    drawn = _directions(estimator.noise, jnp.arange(P), key, jnp.arange(len(windows)), params)
    params, drawn = jax.tree.map(np.asarray, (params, drawn))
    grads = [jax.tree.map(np.zeros_like, params) for _ in windows]
    for j in range(P):
        mine = slice(j * own, (j + 1) * own)
        z = [jax.tree.map(lambda x, w=w, j=j: x[w, j], drawn) for w in range(len(windows))]
        carries, flags = [None, None], []
        for t in range(len(windows) * steps):
            w, i = divmod(t, steps)
            flags.append(t == 0 or bool(windows[w].reset[i, mine][0]))
            play, use = weight(z, flags, steps)
            losses = []
            for m, sign in enumerate((sigma, -sigma)):
                member = jax.tree.map(lambda p, e, s=sign: p + s * e, params, play)
                if flags[-1]:
                    carries[m] = np.broadcast_to(member["state"], (own, 3))
                x, y = windows[w].inputs[i, mine], windows[w].targets[i, mine]
                carries[m], loss = _advance(member, carries[m], x, y, key)
                losses.append(np.mean(loss) / steps)
            if (w, j) not in lost:
                share = factor / P * (losses[0] - losses[1]) / (2 * sigma)
                grads[w] = jax.tree.map(lambda g, e, s=share: g + s * e, grads[w], use)
    return grads


def _sum(trees):
    return jax.tree.map(lambda *leaves: sum(leaves), *trees)


def persistent(z, flags, steps):
    """Played at the direction of the window, weighted by the sum of those since the episode began."""
    w = (len(flags) - 1) // steps
    began = max(t for t, flag in enumerate(flags) if flag) // steps
    return z[w], _sum(z[began : w + 1])


def truncated(z, flags, steps):
    """Played at the direction of the window, weighted by it."""
    w = (len(flags) - 1) // steps
    return z[w], z[w]


def reused(z, flags, steps):
    """Played at the direction of the window in which an episode began last at its first step, weighted by it."""
    w = max(t for t, flag in enumerate(flags) if flag and t % steps == 0) // steps
    return z[w], z[w]


def distance(found, expected):
    """The largest difference of entries of two lists of trees."""
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True)
    return max(float(np.max(np.abs(np.asarray(a) - np.asarray(b)))) for a, b in pairs)
