"""The table of peers."""

from __future__ import annotations

import evo
import theory
from benchmarks.markdown import number, table
from benchmarks.peers.base import AbstractPeer, MissingError, Task
from benchmarks.peers.one_plus_one import PlainCpp
from benchmarks.peers.with_deap import Deap
from benchmarks.peers.with_ioh import Ioh
from benchmarks.peers.with_nevergrad import Nevergrad
from benchmarks.peers.with_pygmo import Pygmo
from benchmarks.peers.with_pymoo import Pymoo
from benchmarks.subjects import EVENT, engines_for, standard, whole_runs
from benchmarks.timing import Subject, measure
from evo import discrete as d

PEERS: tuple[AbstractPeer, ...] = (PlainCpp(), Ioh(), Pygmo(), Pymoo(), Deap(), Nevergrad())
SIZES = (10**3, 10**4)
HEAD = ("program", "ns per evaluation", "s per run", "times the event engine")


def show(rounds: int) -> None:
    """Measure and print: a table for each function and size, then versions and conventions."""
    peers, absent = [], []
    for peer in PEERS:
        try:
            peers.append((peer, peer.version()))
        except MissingError as reason:
            absent.append(f"- {peer.name}: left out, {reason}.")
    for n in SIZES:
        weighted = d.RandomLinear(n, instance=d.Fixed(seed=1))
        exact = float(theory.onemax.expected_steps(n, strength=1.0))
        for title, problem, task, expected in (
            ("OneMax", d.OneMax(n), Task(n, None), exact),
            ("RandomLinear", d.RandomLinear(n), Task(n, weighted.weights()), None),
        ):
            subjects = {label(engine): whole_runs(standard(), problem, engine) for engine in ours(problem)}
            subjects |= {peer.name: peer.subject(task) for peer, _ in peers}
            print(f"### Peers, (1+1)-EA, {title}, n = {n}\n")
            print(table(HEAD, lines(subjects, {peer.name: peer for peer, _ in peers}, expected, rounds)) + "\n")
    notes = [f"- {peer.name} ({version}): {peer.conventions}" for peer, version in peers]
    print("\n".join(notes + absent))
    print(
        "\nCPU time of one core, best of interleaved rounds of one run of this script, set-up and compilation "
        "excluded. Seconds per run are the time of an evaluation times E[T] of the (1+1)-EA (exact on OneMax, the mean "
        "of the measured runs on RandomLinear), in brackets where the peer obeys another law. Slow peers are measured "
        "on the first evaluations of a run."
    )


def label(engine: evo.Engine) -> str:
    """How the table names this library."""
    return f"evo, {engine.name.lower()}"


def ours(problem: d.AbstractFunction) -> list[evo.Engine]:
    """The engines of this library, fastest first."""
    return engines_for(standard(), problem)[::-1]


def lines(
    subjects: dict[str, Subject], peers: dict[str, AbstractPeer], expected: float | None, rounds: int
) -> list[list[str]]:
    """The rows of one function and size, fastest first."""
    measured = measure(subjects, rounds)
    event = measured[label(EVENT)]
    if expected is None:
        costs = [item.cost for name, item in measured.items() if name not in peers]
        expected = sum(cost.steps for cost in costs) / sum(cost.runs for cost in costs)
    rows = []
    for name, item in sorted(measured.items(), key=lambda pair: pair[1].per_step):
        run = number(item.per_step * expected)
        if name in peers and not peers[name].comparable:
            run = f"({run})"
        rows.append([name, number(item.per_step * 1e9), run, number(item.per_step / event.per_step)])
    return rows
