"""HotTopic: exact drift against all strings, printed tables, stagnation against an independent integrator."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import poisson

from theory import Kind, hottopic

_ALPHAS = (0.10, 0.20, 0.237, 0.25, 0.30, 0.40, 0.50)
_CRITICAL = {
    1e-4: (2.335, 2.148, 2.137, 2.138, 2.163, 2.297, 2.558),
    0.001: (2.339, 2.152, 2.141, 2.142, 2.167, 2.302, 2.563),
    0.005: (2.358, 2.169, 2.158, 2.160, 2.185, 2.322, 2.587),
    0.01: (2.383, 2.191, 2.180, 2.182, 2.207, 2.347, 2.618),
    0.02: (2.433, 2.236, 2.226, 2.227, 2.254, 2.400, 2.683),
    0.05: (2.598, 2.384, 2.374, 2.377, 2.408, 2.575, 2.898),
    0.10: (2.928, 2.682, 2.674, 2.678, 2.721, 2.935, 3.350),
}
# strength: simulated drift at n = 1000, alpha = .25, eps = .05 (s.e. 1e-4 to 2e-4), and the fluid formula
_SIMULATED = {
    1.0: (0.01772, 0.01781),
    2.0: (0.00673, 0.00645),
    2.2: (0.00349, 0.00308),
    2.3: (0.00181, 0.00135),
    2.4: (0.00015, -0.00041),
    2.5: (-0.00165, -0.00220),
    2.7: (-0.00526, -0.00579),
    3.0: (-0.01061, -0.01119),
}
# (alpha, eps, strength): density and time per level, and both as printed from a coarser integration
_STAGNATION = {
    (0.25, 0.05, 2.5): (0.05928, 0.1218, 0.0598, 0.13),
    (0.25, 0.05, 2.75): (0.07847, 0.3078, 0.0782, 0.33),
    (0.25, 0.05, 3.0): (0.09713, 0.4364, 0.0974, 0.45),
    (0.25, 0.05, 3.5): (0.13061, 0.5946, 0.1318, 0.59),
    (0.25, 0.05, 4.0): (0.15834, 0.6854, 0.1574, 0.71),
    (0.25, 0.02, 2.4): (0.02849, 0.2636, 0.0286, 0.28),
    (0.25, 0.02, 2.75): (0.04991, 0.6419, 0.0500, 0.67),
    (0.25, 0.02, 3.0): (0.06669, 0.8171, 0.0674, 0.81),
    (0.25, 0.02, 4.0): (0.12674, 1.1549, 0.1275, 1.16),
    (0.25, 0.01, 2.3): (0.01340, 0.2241, 0.0136, 0.24),
    (0.25, 0.01, 2.5): (0.02100, 0.5479, 0.0210, 0.58),
    (0.25, 0.01, 3.0): (0.04840, 1.0855, 0.0478, 1.13),
    (0.25, 0.01, 4.0): (0.10687, 1.5177, 0.1037, 1.60),
    (0.50, 0.05, 3.0): (0.05509, 0.1268, 0.0557, 0.14),
    (0.50, 0.05, 3.5): (0.07919, 0.6208, 0.0798, 0.64),
    (0.50, 0.05, 4.0): (0.10031, 0.9838, 0.1007, 1.06),
}


def _by_all_masks(n, zeros_in, zeros_out, hot, rate):
    ones = [0] * zeros_in + [1] * (hot - zeros_in) + [0] * zeros_out + [1] * (n - hot - zeros_out)
    inside = outside = 0.0
    for mask in range(2**n):
        flips = [i for i in range(n) if mask >> i & 1]
        gain = sum(1 - 2 * ones[i] for i in flips if i < hot)
        other = sum(1 - 2 * ones[i] for i in flips if i >= hot)
        if gain > 0 or (gain == 0 and other >= 0):
            weight = rate ** len(flips) * (1 - rate) ** (n - len(flips))
            inside, outside = inside + weight * gain, outside + weight * other
    return inside, outside


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("n", "zeros_in", "zeros_out", "hot"),
    [
        (8, 2, 2, 4),
        (8, 1, 3, 3),
        (7, 0, 2, 3),
        (7, 3, 0, 3),
        (6, 2, 0, 6),
        (6, 0, 2, 0),
        (1, 1, 0, 1),
        (1, 0, 1, 0),
        (5, 0, 0, 2),
    ],
)
@pytest.mark.parametrize("rate", [0.05, 0.4, 0.9, 1.0])
def test_exact_drift_against_all_masks(n, zeros_in, zeros_out, hot, rate):
    found = hottopic.drift(n, zeros_in, zeros_out, hot=hot, rate=rate)
    inside, outside = _by_all_masks(n, zeros_in, zeros_out, hot, rate)
    assert found.inside == pytest.approx(inside, abs=1e-14) and found.outside == pytest.approx(outside, abs=1e-14)
    assert found.kind is Kind.EXACT and found.lower <= float(found) <= found.upper
    assert hottopic.drift(n, zeros_in, zeros_out, hot=hot, strength=rate * n).total == pytest.approx(
        found.total, abs=1e-14
    )


@pytest.mark.jit_off
@pytest.mark.parametrize("strength", _SIMULATED)
def test_drift_against_simulation(strength):
    counts = hottopic.counts(1000, alpha=0.25, eps=0.05)
    simulated, fluid = _SIMULATED[strength]
    exact = hottopic.drift(1000, counts.zeros_in, counts.zeros_out, hot=counts.hot, strength=strength)
    assert exact.total == pytest.approx(simulated, abs=4 * 1.5e-4)
    assert hottopic.fluid_drift(0.25, 0.05, 0.05, strength).total == pytest.approx(fluid, abs=6e-6)
    # one zero-bit moved between the sets is seen by the exact drift
    moved = hottopic.drift(1000, counts.zeros_in + 1, counts.zeros_out - 1, hot=counts.hot, strength=strength)
    assert abs(moved.total - exact.total) > 1e-4


def test_exact_drift_tends_to_the_fluid_drift():
    for n in (10**4, 10**6):
        exact = hottopic.drift(n, n // 80, 3 * n // 80, hot=n // 4, strength=2.4)
        fluid = hottopic.fluid_drift(0.25, 0.05, 0.05, 2.4)
        assert exact.inside == pytest.approx(fluid.inside, abs=2 / n)
        assert exact.outside == pytest.approx(fluid.outside, abs=2 / n)


@pytest.mark.parametrize("eps", _CRITICAL)
def test_critical_strength(eps):
    for alpha, value in zip(_ALPHAS, _CRITICAL[eps], strict=True):
        assert float(hottopic.critical_strength(alpha, eps)) == pytest.approx(value, abs=5.1e-4)


@pytest.mark.jit_off
def test_critical_strength_at_finite_n():
    value = hottopic.critical_strength(0.25, 0.05, n=1000)
    assert value.kind is Kind.EXACT and float(value) == pytest.approx(2.4066459483, abs=1e-9)
    assert hottopic.drift(1000, 12, 38, hot=250, strength=float(value)).total == pytest.approx(0.0, abs=1e-14)
    shifted = hottopic.critical_strength(0.25, 0.05, n=1000, zeros_in=13, zeros_out=37)
    assert float(shifted) < float(value)
    limit = float(hottopic.critical_strength(0.25, 0.05))
    assert float(hottopic.critical_strength(0.25, 0.05, n=10**6)) == pytest.approx(limit, abs=1e-4)
    assert float(hottopic.critical_strength(0.3, 0.5)) == math.inf


def test_limit_strength():
    assert float(hottopic.limit_strength()) == pytest.approx(2.1369288434, abs=1e-10)
    best = float(hottopic.best_share())
    assert float(hottopic.limit_strength(best)) == pytest.approx(float(hottopic.limit_strength()), abs=1e-14)
    for alpha, value in zip(_ALPHAS, _CRITICAL[1e-4], strict=True):
        assert float(hottopic.limit_strength(alpha)) == pytest.approx(value, abs=1.5e-3)
        assert float(hottopic.critical_strength(alpha, 1e-8)) == pytest.approx(
            float(hottopic.limit_strength(alpha)), abs=1e-6
        )


@pytest.mark.parametrize("case", _STAGNATION)
def test_stagnation(case):
    density, duration, printed_density, printed_duration = _STAGNATION[case]
    found = hottopic.stagnation(*case)
    assert found.stalls and found.kind is Kind.ASYMPTOTIC
    assert found.density == pytest.approx(density, abs=6e-6) and found.time == pytest.approx(duration, abs=6e-5)
    assert found.density == pytest.approx(printed_density, rel=0.035)
    assert found.time == pytest.approx(printed_duration, rel=0.11)


def _components(alpha, u, w, c):
    k = np.arange(40)
    difference = np.subtract.outer(k, k)
    hot = np.outer(poisson.pmf(k, c * alpha * u), poisson.pmf(k, c * alpha * (1 - u)))
    cold = np.outer(poisson.pmf(k, c * (1 - alpha) * w), poisson.pmf(k, c * (1 - alpha) * (1 - w)))
    outside = hot[difference > 0].sum() * (cold * difference).sum()
    outside += hot[difference == 0].sum() * (cold * np.maximum(0, difference)).sum()
    return (hot * np.maximum(0, difference)).sum(), outside


def test_stagnation_against_an_independent_integrator():
    alpha, eps, c = 0.25, 0.05, 3.0
    found = hottopic.stagnation(alpha, eps, c)

    def slope(t, y):
        inside, outside = _components(alpha, y[0], y[1], c)
        return [-inside / alpha, -outside / (1 - alpha)]

    def passed(t, y):
        return y[0] - eps

    passed.terminal = True  # pyright: ignore
    level = solve_ivp(slope, (0, 5), [found.density] * 2, events=passed, rtol=1e-10, atol=1e-13)
    assert alpha * eps + (1 - alpha) * level.y[1, -1] == pytest.approx(found.density, abs=1e-8)
    assert level.t[-1] == pytest.approx(found.time, abs=1e-8)
    inside, outside = _components(alpha, 0.2, 0.1, c)
    fluid = hottopic.fluid_drift(alpha, 0.2, 0.1, c)
    assert fluid.inside == pytest.approx(inside, abs=1e-13) and fluid.outside == pytest.approx(outside, abs=1e-13)


def test_no_stagnation_below_the_critical_strength():
    critical = float(hottopic.critical_strength(0.25, 0.05))
    below, above = hottopic.stagnation(0.25, 0.05, critical - 0.01), hottopic.stagnation(0.25, 0.05, critical + 0.01)
    assert (below.density, below.time, below.stalls) == (0.0, 0.0, False)
    assert 0.05 < above.density < 0.052 and above.stalls


def test_visibility():
    value = hottopic.visibility(0.2, 0.05, 10_000, 1000, 0.1)
    divergence = 0.05 * math.log(0.5) + 0.95 * math.log(0.95 / 0.9)
    assert float(value) == pytest.approx(2000 * divergence / math.log(1000)) and value.kind is Kind.HEURISTIC
    assert float(hottopic.visibility(0.2, 0.05, 10_000, 1000, 0.05)) == 0.0
    assert float(hottopic.visibility(0.2, 0.05, 10_000, 1000, 0.0)) == 0.0


def test_counts():
    assert hottopic.counts(1000, alpha=0.25, eps=0.05) == (250, 12, 38)
    assert hottopic.counts(10, alpha=0.3, eps=0.5) == (3, 2, 4)


def test_strengths_at_which_nothing_is_left_of_the_poisson_weights_are_refused():
    drop = hottopic.fluid_drift(0.5, 0.9, 0.9, 700.0)  # nearly all mutations gain: 0.8 c
    assert drop.total == pytest.approx(0.8 * 700.0, rel=1e-9)
    for call in (lambda: hottopic.fluid_drift(0.5, 0.9, 0.9, 4000.0), lambda: hottopic.stagnation(0.25, 0.05, 4000.0)):
        with pytest.raises(
            ValueError, match=r"`strength` must lie in \(0, 700\] .* got 4000.0\. For one expected flip"
        ):
            call()
