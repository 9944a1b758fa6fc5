"""Every constant against its printed value, and against its defining equation in 40 digits."""

import math

import mpmath as mp
import numpy as np
import pytest

from theory import Kind, constants, onemax

_PRINTED = {
    "schedule_v": (0.4348182043849037, 1e-15),
    "schedule_alpha": (1.544682216970429, 2e-15),
    "schedule_beta": (3.552478257334109, 2e-15),
    "schedule_price": (1.306884, 5e-7),
    "witt": (2.718281828, 5e-10),
    "hottopic_strength": (2.1369288434, 5e-11),
    "hottopic_y": (1.6301890890775, 5e-13),
    "hottopic_alpha": (0.2371345943120, 5e-13),
    "dynamic_bin_val_strength": (1.59362426004004, 1e-14),
    "dynamic_uniform_strength": (2.7653163944, 5e-11),
    "leading_ones_best_static": (0.7720693262, 5e-11),
    "leading_ones_standard": (0.8591409142, 5e-11),
    "leading_ones_fitness_dependent": (0.6795704571, 5e-11),
    "leading_ones_resampling": (0.40259, 5e-6),
    "leading_ones_one_fifth": (0.7766686682, 5e-11),
    "onemax_linear": (-1.8925417883, 5e-11),
    "onemax_constant": (0.59789875, 5e-9),
    "zipf_exponent": (3.47875078573, 5e-12),
    "entropy_sketch_strength": (1.278464543, 5e-10),
}


def _gain(z):
    terms = (
        (z**up / mp.factorial(up)) * (up - down) * (1 - z) ** down / mp.factorial(down)
        for up in range(1, 20)
        for down in range(up)
    )
    return mp.fsum(terms)


def _uniform(c):
    return mp.nsum(lambda k: mp.exp(-c) * c**k * (1 - k) / (mp.factorial(k) * mp.factorial(k + 1)), [0, mp.inf])


def _resampling():
    def level(c):  # the level at which c is best, and what it costs there
        x = 1 / c - 1 / mp.expm1(c)
        return mp.exp(c * x) * -mp.expm1(-c) / c * (1 / c**2 - mp.exp(c) / mp.expm1(c) ** 2)

    # below c = 1e-8 the integrand is 1/12
    return (mp.mpf(1) / 2 + mp.mpf("1e-8") / 12 + mp.quad(level, [mp.mpf("1e-8"), 1, 4, 16, 64, 256, mp.inf])) / 2


# the residual of the defining equation at the computed value x; `slope` of order 1
_EQUATIONS = {
    "schedule_v": lambda x: mp.e1(x) - mp.exp(-x),
    "schedule_alpha": lambda x: mp.e1(mp.log(x)) - 1 / x,
    "schedule_beta": lambda x: x - mp.findroot(lambda v: mp.e1(v) * mp.exp(v) - 1, 0.4, tol=1e-25) ** -1
    * mp.exp(mp.findroot(lambda v: mp.e1(v) * mp.exp(v) - 1, 0.4, tol=1e-25)),
    "hottopic_y": lambda x: mp.diff(lambda y: y * (1 + mp.exp(-y) / (y - 1)), x),
    "hottopic_strength": lambda x: x - _hottopic()[1],
    "hottopic_alpha": lambda x: x - (1 - _hottopic()[0] / _hottopic()[1]),
    "dynamic_bin_val_strength": lambda x: x - 2 * (1 - mp.exp(-x)),
    "dynamic_uniform_strength": _uniform,
    "schedule_price": lambda x: x - mp.mpf(float(constants.schedule_beta)) / mp.e,
    "witt": lambda x: x - mp.e,
    "leading_ones_standard": lambda x: x - (mp.e - 1) / 2,
    "leading_ones_fitness_dependent": lambda x: x - mp.e / 4,
    "leading_ones_one_fifth": lambda x: x - 5 / (4 * mp.log(5)),
    "leading_ones_best_static": lambda x: x - (lambda c: mp.expm1(c) / (2 * c**2))(
        mp.findroot(lambda c: (2 - c) * mp.exp(c) - 2, 1.6)),
    "zipf_exponent": lambda x: mp.zeta(x - 2) - 2 * mp.zeta(x - 1),
    "entropy_sketch_strength": lambda x: (x - 1) * mp.exp(x) - 1,
    "leading_ones_resampling": lambda x: x - _resampling(),
    "onemax_linear": lambda x: x - mp.e * (mp.euler - mp.log(2) - mp.mpf("1.5e-9")
                                           + mp.quad(lambda z: 1 / _gain(z) - 1 / z, [mp.mpf("1e-9"), 0.25, 0.5])),
}  # fmt: skip


def _hottopic():
    y = mp.findroot(lambda y: (y - 1) ** 2 + mp.exp(-y) * (y - 1 - y * y), 1.63)
    return y, y * (1 + mp.exp(-y) / (y - 1))


def test_every_constant_has_a_printed_value():
    assert set(_PRINTED) == set(constants.__all__)


@pytest.mark.parametrize("name", _PRINTED)
def test_printed_value(name):
    printed, tolerance = _PRINTED[name]
    value = getattr(constants, name)
    assert float(value) == pytest.approx(printed, rel=0, abs=tolerance)
    assert value.lower <= float(value) <= value.upper and len(value.source) > 5
    assert getattr(constants, name) is value


@pytest.mark.parametrize("name", _EQUATIONS)
def test_defining_equation(name):
    with mp.workdps(30):
        assert abs(_EQUATIONS[name](mp.mpf(float(getattr(constants, name))))) < 1e-12  # 2e-16 times slopes below 100


def test_kinds():
    assert constants.schedule_beta.kind is Kind.EXACT
    assert constants.onemax_constant.kind is Kind.ASYMPTOTIC
    assert constants.entropy_sketch_strength.kind is Kind.HEURISTIC


def test_the_constant_term_of_onemax_agrees_with_the_exact_chain():
    sizes = np.array([500.0, 1000.0, 2000.0, 4000.0, 8000.0])
    c1 = float(constants.onemax_linear)
    rest = [
        onemax.law(int(n), strength=1.0).mean - (math.e * n * math.log(n) + c1 * n + 0.5 * math.e * math.log(n))
        for n in sizes
    ]
    # c2 + (a ln n + b) / n + (d ln n + f) / n^2; the chain is good to 1e-14 of 2e5, so to 2e-9 here
    columns = [np.ones(5), np.log(sizes) / sizes, 1 / sizes, np.log(sizes) / sizes**2, 1 / sizes**2]
    fitted = np.linalg.solve(np.stack(columns, axis=1), np.array(rest))[0]
    assert fitted == pytest.approx(float(constants.onemax_constant), abs=1e-7)


def test_unknown_constants_are_refused():
    with pytest.raises(AttributeError, match=r"has no constant 'pi'; it has .*witt"):
        constants.pi  # noqa: B018
    assert dir(constants) == sorted(constants.__all__)
