"""Experiments: one per headline figure, with presets, rows, a figure and claims that are judged by stated rules."""

from evo.experiments.base import AbstractExperiment
from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Verdict, judge, level
from evo.experiments.references import bibtex
from evo.experiments.registry import find, names, register
from evo.experiments.running import Check, Outcome, Setup, check_folder, draw_folder, prepare, run_experiment

__all__ = [
    # what there is
    "names",
    "find",
    "register",
    "bibtex",
    # running
    "run_experiment",
    "check_folder",
    "draw_folder",
    "prepare",
    "Setup",
    "Outcome",
    "Check",
    # writing one
    "AbstractExperiment",
    "Claim",
    "Basis",
    "Verdict",
    "Exactly",
    "Below",
    "Above",
    "judge",
    "level",
]
