import numpy as np
import pytest
from scipy import stats

from evo.statistics import kaplan_meier, survival_band

RNG = np.random.default_rng(5)
TIMES = RNG.integers(1, 40, size=200).astype(float)
CAPS = RNG.integers(5, 45, size=200).astype(float)
ENDS, SEEN = np.minimum(TIMES, CAPS), TIMES <= CAPS


def test_equals_scipy():
    band = survival_band(ENDS, SEEN, 0.9)
    sample = stats.CensoredData(uncensored=ENDS[SEEN], right=ENDS[~SEEN])
    reference = stats.ecdf(sample).sf
    with pytest.warns(RuntimeWarning, match="undefined at some observations"):  # where the curve is 1 or 0
        bounds = reference.confidence_interval(0.9, method="log-log")
    inner = band.survival > 0
    at = band.times[inner]
    assert np.allclose(band.survival[inner], reference.evaluate(at), rtol=1e-12)
    assert np.allclose(band.lower[inner], bounds.low.evaluate(at), rtol=1e-9)
    assert np.allclose(band.upper[inner], bounds.high.evaluate(at), rtol=1e-9)


def test_capped_runs_counted_as_finished_leave_the_band():
    band, wrong = survival_band(ENDS, SEEN, 0.95), kaplan_meier(ENDS, np.ones(len(ENDS), dtype=bool))
    curve = np.concatenate([[1.0], wrong.survival])[np.searchsorted(wrong.times, band.times, side="right")]
    assert np.any(curve < band.lower)


def test_bounds_end_where_the_curve_does():
    band = survival_band([1.0, 2.0, 3.0], [True, True, True])
    assert band.survival[-1] == 0.0 and band.lower[-1] == 0.0 and band.upper[-1] == band.upper[-2]
    assert survival_band([4.0], [True]).upper.tolist() == [1.0]
    assert not len(survival_band([4.0, 5.0], [False, False]).times)


def test_confidence_is_checked():
    with pytest.raises(ValueError, match="`confidence` must lie strictly between 0 and 1; got 95"):
        survival_band([1.0], [True], 95)
