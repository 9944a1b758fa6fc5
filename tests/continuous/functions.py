"""Test functions, and an independent twin of the CMA-ES that is written for reading."""

from __future__ import annotations

import math

import numpy as np

import evo


def sphere(x):
    return float(x @ x)


def ellipsoid(condition):
    """sum_i condition^(i / (D - 1)) x_i^2."""

    def f(x):
        return float(condition ** (np.arange(len(x)) / (len(x) - 1)) @ x**2)

    return f


def rosenbrock(x):
    return float(np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2))


def rotation(D, seed=1):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((D, D)))[0]


def problem(f, start):
    return evo.BlackBox(f, sense=evo.Sense.MINIMISE, start=np.asarray(start))


def steps(optimizer, task, count, key, losses=None):
    """The states after 0, 1, ..., count generations, by ask and tell; `losses` changes what is told."""
    state = optimizer.init(evo.Key(0), task)
    states = []
    for step in range(count + 1):
        candidates, state = optimizer.ask(key, state)
        values = task.evaluate(candidates, step, key)
        state, _ = optimizer.tell(state, candidates, values if losses is None else losses(values))
        states.append(state.inner)
    return states


class Turned:
    """A key whose normal numbers are transformed, for the run that is the image of another one."""

    def __init__(self, key, transform):
        self.key, self.transform = key, transform

    def child(self, label, index=0):
        return Turned(self.key.child(label, index), self.transform)

    def numpy(self):
        return self

    def standard_normal(self, shape):
        return self.transform(self.key.numpy().standard_normal(shape))


class Twin:
    """Figure 6 and table 1 of arXiv 1604.00772 (version 2), number by number, with the root of C renewed every step."""

    def __init__(self, mean, sigma):
        n = len(mean)
        lam = 4 + int(3 * math.log(n))
        raw = [math.log((lam + 1) / 2) - math.log(i) for i in range(1, lam + 1)]
        mu = lam // 2
        mueff = sum(raw[:mu]) ** 2 / sum(w * w for w in raw[:mu])
        mueff_minus = sum(raw[mu:]) ** 2 / sum(w * w for w in raw[mu:])
        self.c1 = 2 / ((n + 1.3) ** 2 + mueff)
        self.cmu = min(1 - self.c1, 2 * (1 / 4 + mueff + 1 / mueff - 2) / ((n + 2) ** 2 + 2 * mueff / 2))
        alpha = min(
            1 + self.c1 / self.cmu,
            1 + 2 * mueff_minus / (mueff + 2),
            (1 - self.c1 - self.cmu) / (n * self.cmu),
        )
        positive, negative = sum(w for w in raw if w >= 0), -sum(w for w in raw if w < 0)
        self.w = [w / positive if w >= 0 else alpha * w / negative for w in raw]
        self.cs = (mueff + 2) / (n + mueff + 5)
        self.ds = 1 + 2 * max(0, math.sqrt((mueff - 1) / (n + 1)) - 1) + self.cs
        self.cc = (4 + mueff / n) / (n + 4 + 2 * mueff / n)
        self.n, self.lam, self.mu, self.mueff = n, lam, mu, mueff
        self.m, self.sigma = list(mean), sigma
        self.C = np.eye(n)
        self.ps, self.pc = [0.0] * n, [0.0] * n
        self.g = 0

    def generation(self, f, Z):
        n, mu = self.n, self.mu
        values, B = np.linalg.eigh(self.C)
        root = B @ np.diag(values**0.5) @ B.T
        inverse = B @ np.diag(values**-0.5) @ B.T
        Y = [root @ z for z in Z]
        X = [[self.m[i] + self.sigma * y[i] for i in range(n)] for y in Y]
        Y = [Y[k] for k in sorted(range(self.lam), key=lambda k: f(np.array(X[k])))]
        yw = [sum(self.w[k] * Y[k][i] for k in range(mu)) for i in range(n)]
        self.m = [self.m[i] + self.sigma * yw[i] for i in range(n)]
        white = inverse @ np.array(yw)
        root_s = math.sqrt(self.cs * (2 - self.cs) * self.mueff)
        self.ps = [(1 - self.cs) * self.ps[i] + root_s * white[i] for i in range(n)]
        length = math.sqrt(sum(p * p for p in self.ps))
        chi = math.sqrt(2) * math.gamma((n + 1) / 2) / math.gamma(n / 2)
        self.sigma *= math.exp(self.cs / self.ds * (length / chi - 1))
        self.g += 1
        h = length / math.sqrt(1 - (1 - self.cs) ** (2 * self.g)) < (1.4 + 2 / (n + 1)) * chi
        root_c = math.sqrt(self.cc * (2 - self.cc) * self.mueff)
        self.pc = [(1 - self.cc) * self.pc[i] + h * root_c * yw[i] for i in range(n)]
        delta = (1 - h) * self.cc * (2 - self.cc)
        C = np.empty((n, n))
        for i in range(n):
            for j in range(n):
                total = (1 + self.c1 * delta - self.c1 - self.cmu * sum(self.w)) * self.C[i, j]
                total += self.c1 * self.pc[i] * self.pc[j]
                for w, y in zip(self.w, Y, strict=True):
                    scale = 1 if w >= 0 else n / np.linalg.norm(inverse @ y) ** 2
                    total += self.cmu * w * scale * y[i] * y[j]
                C[i, j] = total
        self.C = C
        return h
