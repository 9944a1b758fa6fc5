"""Dynamic BinVal: printed tables, many digits, limits."""

import math

import numpy as np
import pytest
from scipy.stats import binom, poisson

from tests.theory.exact import slow_twins as slow
from theory import dynamic_bin_val as dbv

_TABLE = {  # four digits, n = 50, 100, 200, 400
    0.5: (600.1, 1438, 3356, 7673),
    1.0: (512.7, 1265, 3026, 7065),
    1.5: (706.4, 1934, 5150, 13370),
    1.6: (802.5, 2324, 6667, 19070),
    1.8: (1141, 4154, 18530, 1.415e5),
    2.0: (1933, 12340, 2.423e5, 7.23e7),
}


@pytest.mark.parametrize("strength", _TABLE)
def test_printed_means(strength):
    for n, value in zip((50, 100, 200, 400), _TABLE[strength], strict=True):
        digits = 3 if value == 7.23e7 else 4
        half = 0.5 * 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
        assert abs(float(dbv.expected_steps(n, strength=strength)) - value) <= half


@pytest.mark.parametrize(
    ("n", "row"),
    [
        (1000, {1.0: 3.0, 1.2: 4.1, 1.4: 5.8, 1.5: 9.3, 1.6: 10.0, 1.7: 26.0}),
        (10_000, {1.0: 2.8, 1.2: 3.9, 1.4: 5.1, 1.5: 7.9, 1.6: 25.6}),
    ],
)
def test_measured_means_up_to_the_threshold(n, row):
    # T / (n ln n), of some five runs each
    for strength, value in row.items():
        law = dbv.law(n, strength=strength)
        mean, error = (number / (n * math.log(n)) for number in (law.mean, law.std / math.sqrt(5)))
        assert mean == pytest.approx(value, abs=5.0 * error + 0.05)
    # beyond it no run of 200 n ln n steps ended: then the mean is larger by orders of magnitude
    beyond = 2.0 if n == 1000 else 1.7
    assert float(dbv.expected_steps(n, strength=beyond)) > 1e5 * 200 * n * math.log(n)


def test_printed_exponent_at_strength_two():
    small, large = (float(dbv.expected_steps(n, strength=2.0)) for n in (300, 400))
    assert math.log(large / small) / 100 == pytest.approx(0.0285, abs=3e-4)


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("n", "rate"), [(1, 0.3), (2, 0.5), (9, 0.1), (9, 0.8), (16, 1 / 16), (24, 2.5 / 24), (24, 0.4)]
)
def test_moments_against_sixty_digits(n, rate):
    mean, variance = slow.dynamic_bin_val_moments(n, rate)
    law = dbv.law(n, rate=rate)
    assert slow.relative(law.mean, mean) < 1e-12
    assert slow.relative(law.variance, variance) < 1e-11
    assert law.lower <= mean <= law.upper


def test_huge_times_stay_positive_and_nearly_exponential():
    law = dbv.law(400, strength=2.5)
    assert 1e18 < law.mean < 1e20
    assert law.std == pytest.approx(law.mean, rel=1e-6)


@pytest.mark.parametrize(("n", "strength"), [(1, 0.5), (2, 1.5), (30, 1.0), (60, 1.8), (300, 1.0)])
def test_the_table_has_the_moments(n, strength):
    law = dbv.law(n, strength=strength)
    times = np.arange(law.horizon + 1)
    table = law.pmf(times)
    assert law.defect < 1e-10
    assert math.fsum(table * times) == pytest.approx(law.mean, rel=1e-9)
    assert math.fsum(table * (times - law.mean) ** 2) == pytest.approx(law.variance, rel=1e-8)


@pytest.mark.jit_off
def test_starts_and_rate_one():
    means = dbv.expected_steps_from(20, strength=1.0)
    assert dbv.law(20, strength=1.0, start=7).mean == pytest.approx(means[7], rel=1e-14)
    assert dbv.expected_steps_from(3, rate=1.0).tolist() == [0.0, math.inf, math.inf, 1.0]
    law = dbv.law(3, rate=1.0)
    assert law.mean == math.inf and law.pmf([0, 1]).tolist() == [1 / 8, 1 / 8] and law.defect == 0.75
    bands = dbv.bands(3, rate=1.0)
    assert bands.up[1, 0] == pytest.approx(1 / 3) and bands.down[2, 0] == pytest.approx(2 / 3)
    assert dbv.law(1, rate=1.0).mean == 0.5


@pytest.mark.jit_off
def test_rows_against_plain_sums():
    n, rate = 11, 0.23
    chain = dbv.bands(n, rate=rate)
    for k in range(1, n + 1):
        moves = np.zeros(n + 1)
        for a in range(1, k + 1):
            for b in range(n - k + 1):
                moves[k - a + b] += binom.pmf(a, k, rate) * binom.pmf(b, n - k, rate) * a / (a + b)
        for j in range(n + 1):
            row, place = (chain.down[k], k - 1 - j) if j < k else (chain.up[k], j - k - 1)
            if j != k:
                found = row[place] if place < row.size else 0.0
                assert found == pytest.approx(moves[j], rel=1e-12)


def test_fluid_limit():
    assert float(dbv.threshold()) == pytest.approx(1.59362426, abs=1e-9)
    for strength, density in [(1.7, 0.0370), (1.8, 0.0676), (2.0, 0.1192), (2.5, 0.2099), (3.0, 0.2682)]:
        found = float(dbv.stagnation_density(strength))
        assert found == pytest.approx(density, abs=6e-5)
        assert float(dbv.fluid_drift(found, strength)) == pytest.approx(0.0, abs=1e-15)
    assert float(dbv.stagnation_density(1.59)) == 0.0 < float(dbv.stagnation_density(1.6))
    d, c, k = 0.15, 1.3, np.arange(40)
    weights = np.outer(poisson.pmf(k, c * d), poisson.pmf(k, c * (1 - d)))
    a, b = k[:, None], k[None, :]
    drift = (weights * (a - b) * a / np.maximum(1, a + b)).sum()
    assert float(dbv.fluid_drift(d, c)) == pytest.approx(drift, abs=1e-14)


def test_drift_of_the_chain_tends_to_the_fluid_drift():
    n, k, strength = 20_000, 2000, 2.0
    chain = dbv.bands(n, strength=strength)
    down, up = chain.down[k], chain.up[k]
    drift = down @ np.arange(1, down.size + 1) - up @ np.arange(1, up.size + 1)
    assert drift == pytest.approx(float(dbv.fluid_drift(k / n, strength)), abs=10 / n)


def test_asymptotics():
    scale = 1000 * math.log(1000)
    assert float(dbv.asymptotic(1000, strength=1.0)) / scale == pytest.approx(3.784, abs=5e-4)
    assert float(dbv.asymptotic(1000, strength=math.log(2))) / scale == pytest.approx(3.2589, abs=5e-5)
    assert float(dbv.asymptotic(1000, strength=1.6)) == math.inf


def test_sizes_that_would_take_minutes_are_refused():
    with pytest.raises(ValueError, match="`n` must be small enough for state reduction"):
        dbv.law(10**6, strength=30.0).mean  # noqa: B018
