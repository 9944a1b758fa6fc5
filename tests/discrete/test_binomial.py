"""Binomial numbers: what makes them exact, checked without drawing; the draws are judged in `test_battery`."""

import math

import mpmath
import numba
import numpy as np
import pytest
import scipy.stats

import evo
from evo.discrete.engines import binomial as sampler
from evo.discrete.engines.binomial import binomial, log_binomial_ratio, log_factorial_correction, positive_binomial
from evo.discrete.engines.streams import seed_stream


@pytest.mark.jit_off
def test_corrections_of_log_factorials():
    with mpmath.workdps(40):
        for k in (*range(100), 10**3, 10**6, 2**31 - 1):
            stirling = mpmath.log(2 * mpmath.pi) / 2 + (k + mpmath.mpf(1) / 2) * mpmath.log(k + 1) - (k + 1)
            error = mpmath.loggamma(k + 1) - stirling - log_factorial_correction(k)
            assert abs(error) < 1e-15


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("n", "p"), [(20, 0.5), (100, 0.1), (1000, 0.3), (10**6, 1e-5), (2**31 - 1, 0.5), (2**31 - 1, 1e-8)]
)
def test_log_ratios_of_probabilities(n, p):
    """Up to 9 standard deviations away, with an error of a few |k - mode| 2^-53, also at n = 2^31 - 1."""
    mode, spread = int((n + 1) * p), math.sqrt(n * p * (1.0 - p))
    with mpmath.workdps(40):
        odds = mpmath.log(mpmath.mpf(p) / (1 - mpmath.mpf(p)))

        def exact(k):
            return -mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1) + k * odds

        for k in {min(max(int(mode + t * spread / 4), 0), n) for t in range(-36, 37)}:
            error = abs(exact(k) - exact(mode) - log_binomial_ratio(n, p, mode, k))
            assert error < 2.0**-53 * (8 * abs(k - mode) + 16)


@pytest.mark.parametrize("mean", [10.0, 10.5, 11.3, 14.0, 25.0, 100.0, 1e4, 1e7])
@pytest.mark.parametrize("p", [0.5, 0.45, 0.3, 0.1, 0.01, 1e-8])
def test_transformed_rejection_is_a_rejection(mean, p):
    """The probability to accept is at most 1 everywhere, and at least what is accepted unseen (Hörmann, 1993)."""
    n = min(math.ceil(mean / p), 2**31 - 1)
    assert n * p >= sampler.REJECTION
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    us = np.concatenate([np.geomspace(1e-12, 0.07, 20_000), np.linspace(0.07, 0.5, 20_000)])
    law = scipy.stats.binom(n, p)
    for sign in (-1.0, 1.0):
        k = np.floor((2.0 * a / us + b) * sign * (0.5 - us) + n * p + 0.5)
        inside = (k >= 0) & (k <= n)
        ratio = np.exp(law.logpmf(np.where(inside, k, 0)) - law.logpmf(int((n + 1) * p))) * inside
        accepted = ratio * (a / us**2 + b) / ((2.83 + 5.1 / b) * spread)
        assert accepted.max() <= 1.0
        assert accepted[us >= 0.07].min() >= 0.92 - 4.2 / b


class _Script:
    """Uniform numbers in the order in which they are asked for, then the end of the draw."""

    def __init__(self, *numbers):
        self.numbers = list(numbers)

    def __call__(self, _):
        if not self.numbers:
            raise StopIteration
        return self.numbers.pop(0)


@pytest.mark.jit_off
@pytest.mark.parametrize(("n", "p"), [(20, 0.5), (100, 0.1), (1000, 0.02), (10**6, 0.2), (2**31 - 1, 0.5)])
def test_rejection_accepts_up_to_the_ratio_of_probabilities(n, p, monkeypatch):
    """Just below v = P(k) / P(mode) (a / us^2 + b) / alpha and not just above, near the mode and far from it."""
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    mode, tried = int((n + 1) * p), set()
    with mpmath.workdps(40):
        for u in np.linspace(-0.4999, 0.4999, 801):
            us = 0.5 - abs(u)
            k = math.floor((2.0 * a / us + b) * u + n * p + 0.5)
            ratio = mpmath.mpf(p) / (1 - mpmath.mpf(p))
            log_ratio = (k - mode) * mpmath.log(ratio) if 0 <= k <= n else None
            if log_ratio is None:
                continue
            for sign, j in ((1, mode), (-1, k)):
                log_ratio += sign * (mpmath.loggamma(j + 1) + mpmath.loggamma(n - j + 1))
            border = float(mpmath.exp(log_ratio)) * (a / us**2 + b) / ((2.83 + 5.1 / b) * spread)
            if (us >= 0.07 and border <= 0.92 - 4.2 / b + 1e-6) or border < 1e-7:
                continue
            tried.add(abs(k - mode) <= 12)
            for factor in (1.0 - 1e-7, 1.0 + 1e-7):
                monkeypatch.setattr(sampler, "uniform", _Script(1.0 - border * factor, u + 0.5))
                if factor < 1.0:
                    assert binomial(None, n, p) == k
                else:
                    with pytest.raises(StopIteration):
                        binomial(None, n, p)
    assert tried == ({True} if n == 20 else {True, False})


@pytest.mark.jit_off
def test_rejection_at_the_ends_of_the_uniform_numbers(monkeypatch):
    """Proposals without a place, or outside 0 to n, are drawn again."""
    for u in (0.0, 2.0**-53, 1.0 - 2.0**-53):
        for n, p in ((20, 0.5), (2**31 - 1, 0.5), (2**31 - 1, 1e-8)):
            monkeypatch.setattr(sampler, "uniform", _Script(0.5, u, 0.9, 0.5))
            assert abs(binomial(None, n, p) - n * p) <= 1.0


# --- twins and borders ------------------------------------------------------------------------------------------------


def _draws(words, n, p, out):
    stream = np.empty(4, dtype=np.uint64)
    for index in range(out.shape[0]):
        seed_stream(stream, words[0], words[1], index)
        out[index, 0] = binomial(stream, n, p)
        out[index, 1] = positive_binomial(stream, n, p)
        out[index, 2] = binomial(stream, n, p)


_compiled_draws = numba.njit(_draws)
_SIZES = (1, 2, 3, 7, 64, 1000, 2**31 - 1)
_RATES = (0.0, 1e-300, 1e-12, 1e-9, 1e-3, 0.01, 0.3, 0.5, 0.5 + 2.0**-53, 0.7, 0.999, 1.0 - 2.0**-53, 1.0)


@pytest.mark.jit_off
@pytest.mark.parametrize("n", _SIZES)
def test_python_gives_the_compiled_numbers(n):
    for p in _RATES:
        found = [np.empty((60, 3), dtype=np.int64) for _ in range(2)]
        _draws(evo.Key(3).words(), n, p, found[0])
        _compiled_draws(evo.Key(3).words(), n, p, found[1])
        np.testing.assert_array_equal(*found)
        assert (found[0] >= 0).all() and (found[0] <= n).all() and (found[0][:, 1] >= 1).all()


@pytest.mark.jit_off
def test_borders():
    stream = np.empty(4, dtype=np.uint64)
    seed_stream(stream, *evo.Key(4).words(), 0)
    for n in (1, 5, 1000, 2**31 - 1):
        assert [binomial(stream, n, p) for p in (0.0, 1e-300, 1.0)] == [0, 0, n]
        assert [positive_binomial(stream, n, p) for p in (0.0, 5e-324, 1e-300, 1.0)] == [1, 1, 1, n]
    assert [binomial(stream, 0, p) for p in (0.0, 0.3, 0.5, 1.0)] == [0, 0, 0, 0]


class _Pinned:
    """A uniform number that is always the same."""

    def __init__(self, number):
        self.number = number

    def __call__(self, _):
        return self.number


@pytest.mark.jit_off
def test_inversion_is_inversion(monkeypatch):
    """The number for u is the smallest k with F(k) > u, unless u lies within rounding of some F(k)."""
    numbers = np.concatenate(
        [np.linspace(0.0005, 0.9995, 400), 2.0 ** -np.arange(12, 40), 1.0 - 2.0 ** -np.arange(2, 40)]
    )
    for n, p in ((1, 0.5), (2, 0.3), (5, 0.02), (7, 0.5), (19, 0.5), (100, 0.01), (1000, 0.005), (10**9, 9.9e-9)):
        law = scipy.stats.binom(n, p)
        below, positive = np.append(0.0, law.cdf(np.arange(80))), -math.expm1(n * math.log1p(-p))
        for u in numbers:
            monkeypatch.setattr(sampler, "uniform", _Pinned(float(u)))
            for draw, quantile in ((binomial, u), (positive_binomial, 1.0 - positive * (1.0 - u))):
                if np.abs(below - quantile).min() > 1e-14:
                    assert draw(None, n, p) == int(np.flatnonzero(below[1:] > quantile)[0])


@pytest.mark.jit_off
def test_extreme_uniform_numbers_stay_in_range(monkeypatch):
    """Also where rounding leaves something over at the end of the law."""
    for u in (0.0, 2.0**-53, 1.0 - 2.0**-52, 1.0 - 2.0**-53):
        monkeypatch.setattr(sampler, "uniform", _Pinned(u))
        for n in (1, 2, 3, 4, 5, 8, 19, 1000, 2**31 - 1):
            for mean in (1e-300, 1e-12, 0.1, 1.0, 9.99):
                p = min(mean / n, 0.5)
                assert 0 <= binomial(None, n, p) <= min(n, 60)
                assert 1 <= positive_binomial(None, n, p) <= min(n, 60)
