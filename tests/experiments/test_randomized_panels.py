"""Panels that the experiments with learned randomized algorithms share."""

import pytest

from evo.experiments.randomized_arms.panels import levels
from evo.plots import Chart


@pytest.mark.parametrize(("ends", "drawn"), [((1.0, 8.0), (1.0, 8.0)), ((8.0, 8.0), (8.0 / 1.5, 12.0))])
def test_a_line_of_theory_is_seen_at_a_single_exponent_too(ends, drawn):
    panel = Chart(["exponent"], width=4.0, height=3.0).panels[0]
    levels(panel, {"law": 0.5}, ends, [])
    assert tuple(panel.axes.lines[-1].get_xdata()) == pytest.approx(drawn)
