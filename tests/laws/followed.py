"""The law of T by following every string, policy state and step; and the laws of engines that wait wrongly.

Beside `theory.enumeration`, with which it must agree, it knows policies that look at the number of flips or draw
numbers, and that adapt with several offspring. Defects act where an engine that skips steps can go wrong.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from theory import enumeration as en


class Judged(NamedTuple):
    """P(better) and P(equal) of the offspring y of x at [x, y], for functions that are drawn in every step."""

    better: np.ndarray
    equal: np.ndarray


class Twin:
    """A policy: `rate` may be one number or one for each string; `moves` lists (probability, state) after a step."""

    counts = False  # whether it looks at the number of flips
    homogeneous = True

    def start(self, n):
        return 0

    def rate(self, state, t):
        raise NotImplementedError

    def moves(self, state, sign, idle, flips, t):
        return [(1.0, state)]


class Of(Twin):
    """A policy of the enumeration."""

    def __init__(self, policy):
        self.policy, self.homogeneous = policy, getattr(policy, "homogeneous", False)
        self.start, self.rate = policy.start, policy.rate

    def moves(self, state, sign, idle, flips, t):
        return [(1.0, self.policy.update(state, sign, idle, t))]


def _twin(policy):
    return policy if isinstance(policy, Twin) else Of(policy)


class Table:
    """A law on 0, ..., horizon; `places[t, j]` is P(T = t, the first optimal offspring is the j-th), `final` the law
    of the string after the last step."""

    mean = variance = np.inf

    def __init__(self, masses, places, final):
        self.masses, self.places, self.final = np.array(masses), np.array(places), final
        self.table = np.cumsum(self.masses)

    def cdf(self, t):
        t = np.asarray(t)
        return np.where(t < 0, 0.0, self.table[np.clip(t, 0, len(self.table) - 1)])


def popcounts(size):
    return np.array([number.bit_count() for number in range(size)])


def _best(row, offspring, ranks):
    """The law of the best of so many strings with this law."""
    mass = np.bincount(ranks - ranks.min(), weights=row)
    up_to = np.cumsum(mass)
    most = up_to**offspring - np.append(0.0, up_to[:-1]) ** offspring
    mine = ranks - ranks.min()
    return np.divide(row * most[mine], mass[mine], out=np.zeros_like(row), where=mass[mine] > 0.0)


class _Steps:
    """One step from every string, for each state of the policy."""

    def __init__(self, values, policy, mutation, strict, offspring, spoil, late, clones):
        self.tables = values.tables if isinstance(values, en.RandomFunction) else [values]
        first = self.tables[0]
        self.size = len(first.better) if isinstance(first, Judged) else len(first)
        self.n = self.size.bit_length() - 1
        self.policy, self.mutation, self.strict, self.offspring = policy, mutation, strict, offspring
        self.spoil, self.late, self.clones = spoil, late, clones
        strings = np.arange(self.size)
        self.flips = popcounts(self.size)[strings[:, None] ^ strings[None]]
        self.gained = popcounts(self.size)[~strings[:, None] & strings[None]]
        self.zeros = self.n - popcounts(self.size)
        self.same = np.eye(self.size, dtype=bool)
        self.kept = {}

    def mutants(self, rate):
        """The law of one offspring of every string."""
        strings = np.arange(self.size)
        rates = np.broadcast_to(np.asarray(rate, dtype=float), self.size)
        laws = {p: self.mutation.masks(self.n, p) for p in set(rates.tolist())}
        out = np.array([laws[p][strings ^ x] for x, p in enumerate(rates.tolist())])
        if self.spoil is None:
            return out
        factor = self.spoil(rates[:, None], self.zeros[:, None], self.gained)
        out = out * np.where(self.gained > 0, factor, 1.0)
        out = out / np.maximum(1.0, out.sum(axis=1, keepdims=True))
        out[self.same] += 1.0 - out.sum(axis=1)
        return out

    def at(self, state, t):
        """A list of (next state, whether a candidate was met, matrix)."""
        key = state if self.policy.homogeneous else (state, t)
        if key not in self.kept:
            self.kept[key] = self._at(state, t)
        return self.kept[key]

    def _at(self, state, t):
        mutants = self.mutants(self.policy.rate(state, t))
        found = defaultdict(lambda: np.zeros((self.size, self.size)))
        for table in self.tables:
            better, equal, best = self._judged(table, mutants)
            best = best / len(self.tables)
            for sign, chance in ((1, better), (0, equal), (-1, 1.0 - better - equal)):
                self._account(found, state, t, sign, best * chance)
        self.optimal = mutants[:, -1]
        return [(*key, matrix) for key, matrix in found.items()]

    def _judged(self, table, mutants):
        if isinstance(table, Judged):
            assert self.offspring == 1
            return np.where(self.same, 0.0, table.better), np.where(self.same, 1.0, table.equal), mutants
        _, ranks = np.unique(np.array(table, dtype=object), return_inverse=True)
        better, equal = ranks[None] > ranks[:, None], ranks[None] == ranks[:, None]
        if self.offspring == 1:
            return better * 1.0, equal * 1.0, mutants
        rows = []
        for x in range(self.size):
            row = ranks.copy()
            if not self.clones:
                row[x] = -1
            rows.append(_best(mutants[x], self.offspring, row))
        return better * 1.0, equal * 1.0, np.array(rows)

    def _account(self, found, state, t, sign, chances):
        met = self.gained > 0
        for idle in (False, True):
            for many in range(self.n + 1) if self.policy.counts else (None,):
                part = chances * (self.same if idle else ~self.same)
                if many is not None:
                    part = part * (self.flips == many)
                if not part.any():
                    continue
                for candidate in (False, True):
                    here = part * (met if candidate else ~met)
                    if not here.any():
                        continue
                    if not (sign > 0 or (sign == 0 and not self.strict)):
                        here = np.diag(here.sum(axis=1))
                    for chance, after in self.policy.moves(state, sign, idle, many, t):
                        found[after, candidate] += chance * here


def followed(
    values,
    policy,
    *,
    mutation=None,
    strict=False,
    offspring=1,
    start=None,
    horizon,
    spoil=None,
    late=False,
    clones=True,
):
    """The law of T.

    `spoil` (rates, zero-bits, bits gained) is a factor on the chances of all candidates, `late` makes every wait one
    step longer, and without `clones` an offspring that is its parent never ties with others.
    """
    policy = _twin(policy)
    steps = _Steps(values, policy, mutation or en.StandardBits(), strict, offspring, spoil, late, clones)
    size = steps.size
    first = np.full(size, 1.0 / size) if start is None else np.asarray(start, dtype=float)
    masses, places = [first[-1]], [[0.0] * offspring]
    first = np.where(np.arange(size) < size - 1, first, 0.0)
    weights = {(policy.start(steps.n), False): first}
    for t in range(1, horizon + 1):
        after = defaultdict(lambda: np.zeros(size))
        place = np.zeros(offspring)
        for (state, resting), weight in weights.items():
            if resting:
                after[state, False] += weight
                continue
            for new, candidate, matrix in steps.at(state, t):
                after[new, late and candidate] += weight @ matrix
            hit = steps.mutants(policy.rate(state, t))[:, -1] if offspring > 1 else 0.0
            for index in range(offspring if offspring > 1 else 0):
                place[index] += (weight * hit * (1.0 - hit) ** index).sum()
        masses.append(sum(weight[-1] for weight in after.values()))
        places.append(place if offspring > 1 else [masses[-1]])
        for weight in after.values():
            weight[-1] = 0.0
        weights = after
    final = sum(weights.values())
    final[-1] += sum(masses)
    return Table(masses, places, final)
