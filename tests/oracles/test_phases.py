"""Lanes of a stream: every one has the positions it should, from its first window on."""

import numpy as np
import pytest

from evo.oracles import phase, staggered


def test_every_lane_goes_through_whole_episodes_after_a_first_one_that_ends_early():
    windows, delays = 4, np.array([0, 1, 3])
    found = [phase(step, windows, delays) for step in range(12)]
    for lane, delay in enumerate(delays):
        expected = [*range(windows - delay), *list(range(windows)) * 3][:12]
        positions = [int(one.position[lane]) for one in found]
        assert positions == expected
        assert [bool(one.reset[lane]) for one in found] == [position == 0 for position in positions]
        assert [int(one.episode[lane]) for one in found] == list(np.cumsum(np.array(positions) == 0) - 1)


def test_staggered_lanes_are_spread_evenly():
    assert staggered(4, 4).tolist() == [0, 1, 2, 3]
    assert staggered(3, 1).tolist() == [0, 0, 0]
    positions = np.asarray(phase(10, 4, staggered(8, 4)).position)
    assert sorted(positions.tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_refusals():
    with pytest.raises(
        ValueError, match=r"`delays` must hold integers in \[0, 3\]; got .* staggered\(lanes, windows\)"
    ):
        phase(0, 4, [4])
    with pytest.raises(ValueError, match=r"`group` must divide the number of lanes, 4; got 3. Pass"):
        staggered(4, 4, group=3)
