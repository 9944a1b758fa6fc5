"""The constants of the theory, each computed from its defining equation on first use.

Every name below is a `Value` whose source states the equation.

Example:
    >>> from theory import constants
    >>> round(float(constants.schedule_beta), 12)
    3.552478257334
"""

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from theory import _roots
from theory.results import Kind, Value

if TYPE_CHECKING:
    dynamic_bin_val_strength: Value
    dynamic_uniform_strength: Value
    entropy_sketch_strength: Value
    hottopic_alpha: Value
    hottopic_strength: Value
    hottopic_y: Value
    leading_ones_best_static: Value
    leading_ones_fitness_dependent: Value
    leading_ones_one_fifth: Value
    leading_ones_resampling: Value
    leading_ones_standard: Value
    onemax_constant: Value
    onemax_linear: Value
    schedule_alpha: Value
    schedule_beta: Value
    schedule_price: Value
    schedule_v: Value
    witt: Value
    zipf_exponent: Value

__all__ = [
    "dynamic_bin_val_strength",
    "dynamic_uniform_strength",
    "entropy_sketch_strength",
    "hottopic_alpha",
    "hottopic_strength",
    "hottopic_y",
    "leading_ones_best_static",
    "leading_ones_fitness_dependent",
    "leading_ones_one_fifth",
    "leading_ones_resampling",
    "leading_ones_standard",
    "onemax_constant",
    "onemax_linear",
    "schedule_alpha",
    "schedule_beta",
    "schedule_price",
    "schedule_v",
    "witt",
    "zipf_exponent",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no constant {name!r}; it has {', '.join(__all__)}")
    return _computed(name)


def __dir__() -> list[str]:
    return sorted(__all__)


@cache
def _computed(name: str) -> Value:
    return globals()[f"_{name}"]()


def _exact(value: float, equation: str) -> Value:
    return Value.exact(value, source=equation, error=1e-13)


def _schedule_v() -> Value:
    from scipy.special import exp1

    root = _roots.root(lambda v: float(exp1(v)) - math.exp(-v), 0.1, 1.0)
    return _exact(root, "E_1(v) = e^-v, the maximiser of v E_1(v)")


def _schedule_alpha() -> Value:
    return _exact(math.exp(float(_computed("schedule_v"))), "e^v with E_1(v) = e^-v; schedule alpha ln(t) / t")


def _schedule_beta() -> Value:
    v = float(_computed("schedule_v"))
    return _exact(math.exp(v) / v, "e^v / v with E_1(v) = e^-v; Einarsson et al. (2018), constant re-derived")


def _schedule_price() -> Value:
    return _exact(float(_computed("schedule_beta")) / math.e, "beta / e, the price of a schedule without feedback")


def _witt() -> Value:
    return _exact(math.e, "e^c / c at c = 1, Witt (2013)")


def _hottopic_y() -> Value:
    def slope(y: float) -> float:  # (y - 1)^2 times the derivative of y (1 + e^-y / (y - 1))
        return (y - 1.0) ** 2 + math.exp(-y) * (y - 1.0 - y * y)

    return _exact(_roots.root(slope, 1.2, 3.0), "argmin over y > 1 of y (1 + e^-y / (y - 1))")


def _hottopic_strength() -> Value:
    y = float(_computed("hottopic_y"))
    equation = "min over y > 1 of y (1 + e^-y / (y - 1)); Lengler and Steger (2018), constant re-derived"
    return _exact(y * (1.0 + math.exp(-y) / (y - 1.0)), equation)


def _hottopic_alpha() -> Value:
    share = 1.0 - float(_computed("hottopic_y")) / float(_computed("hottopic_strength"))
    return _exact(share, "1 - y* / c* with the minimiser y* and minimum c* of y (1 + e^-y / (y - 1))")


def _dynamic_bin_val_strength() -> Value:
    return _exact(_roots.root(lambda c: c + 2.0 * math.expm1(-c), 1.0, 2.0), "c = 2 (1 - e^-c)")


def _dynamic_uniform_strength() -> Value:
    def drift(c: float) -> float:
        terms, term = [], 1.0  # term = c^K / (K! (K + 1)!)
        for k in range(60):
            terms.append(term * (1.0 - k))
            term *= c / ((k + 1.0) * (k + 2.0))
        return math.fsum(terms)

    return _exact(_roots.root(drift, 2.0, 4.0), "sum over K of e^-c c^K (1 - K) / (K! (K + 1)!) = 0")


def _leading_ones_best_static() -> Value:
    c = float(_computed("dynamic_bin_val_strength"))
    return _exact(math.expm1(c) / (2.0 * c * c), "min over c of (e^c - 1) / (2 c^2), at (2 - c) e^c = 2; units of n^2")


def _leading_ones_standard() -> Value:
    return _exact((math.e - 1.0) / 2.0, "(e - 1) / 2, rate 1/n; units of n^2")


def _leading_ones_fitness_dependent() -> Value:
    return _exact(math.e / 4.0, "e / 4, rate 1/(i + 1) at level i; units of n^2")


def _leading_ones_resampling() -> Value:
    from scipy.integrate import quad

    # the best c at level x solves x = 1/c - 1/(e^c - 1) for x < 1/2; for x >= 1/2 it is 0, where the integrand is 1.
    # With u = 1/c, x(u) = u - 1/(e^(1/u) - 1).
    def integrand(u: float) -> float:
        c = 1.0 / u
        if c > 700.0:
            return math.exp(1.0) * u
        above = math.expm1(c)
        x = u - 1.0 / above
        slope = 1.0 - (c / above) * (c / -math.expm1(-c))  # dx/du
        return math.exp(c * x) * -math.expm1(-c) * u * slope

    def small(c: float) -> float:  # the same in c, by series near c = 0
        x = 0.5 - c / 12.0 + c**3 / 720.0 - c**5 / 30240.0 + c**7 / 1209600.0
        slope = 1.0 / 12.0 - c**2 / 240.0 + c**4 / 6048.0 - c**6 / 172800.0
        ratio = -math.expm1(-c) / c if c > 0.0 else 1.0
        return math.exp(c * x) * ratio * slope

    split = 0.25
    high, _ = quad(integrand, 0.0, 1.0 / split, epsabs=1e-14, epsrel=1e-13, limit=400)
    low, _ = quad(small, 0.0, split, epsabs=1e-15, epsrel=1e-13)
    value = 0.5 * (0.5 + high + low)
    equation = "(1/2) int_0^1 min over c of e^(c x) (1 - e^-c) / c dx; units of n^2"
    return Value.exact(value, source=equation, error=1e-12)


def _leading_ones_one_fifth() -> Value:
    return _exact(5.0 / (4.0 * math.log(5.0)), "(s + 1) / (4 ln(s + 1)) at s = 4; units of n^2")


def _onemax_linear() -> Value:
    from scipy.integrate import quad

    def integrand(z: float) -> float:  # 1/S(z) - 1/z with e^-1 S(z) the drift at density z, S(z) = z + 3/2 z^2 + ...
        return (z - _gain(z)) / (z * _gain(z)) if z > 1e-4 else _near_zero(z)

    value, _ = quad(integrand, 0.0, 0.5, epsabs=1e-14, epsrel=1e-13, limit=400)
    gamma = 0.577215664901532860607
    equation = "c1 = e (gamma - ln 2 + int_0^(1/2) (1/S(z) - 1/z) dz), S(z) = e E[(Po(z) - Po(1 - z))^+]"
    return Value.exact(math.e * (gamma - math.log(2.0) + value), source="Hwang et al. (2018): " + equation)


def _gain(z: float) -> float:
    total, up = 0.0, 1.0
    for gained in range(1, 40):
        up *= z / gained
        down, part = 1.0, 0.0
        for lost in range(gained):
            part += (gained - lost) * down
            down *= (1.0 - z) / (lost + 1.0)
        total += up * part
    return total


def _near_zero(z: float) -> float:
    # S(z) = z + z^2 (2 + (1 - z)) / 2 + ... gives S = z + a z^2 + b z^3 + O(z^4) with a = 3/2, b below
    a, b = 1.5, -0.5 + (3.0 + 2.0 + 0.5) / 6.0
    return -a + (a * a - b) * z


def _onemax_constant() -> Value:
    quoted = 0.59789875
    source = "Hwang et al. (2018), quoted to 8 digits; agrees with the exact chain"
    return Value(quoted, Kind.ASYMPTOTIC, quoted - 1e-7, quoted + 1e-7, source)


def _zipf_exponent() -> Value:
    from scipy.special import zeta

    root = _roots.root(lambda b: float(zeta(b - 2.0)) - 2.0 * float(zeta(b - 1.0)), 3.2, 4.0)
    return _exact(root, "zeta(b - 2) = 2 zeta(b - 1): second over first falling moment of a Zipf law is 1")


def _entropy_sketch_strength() -> Value:
    from scipy.special import lambertw

    value = 1.0 + float(lambertw(math.exp(-1.0)).real)
    source = "(c - 1) e^c = 1; own sketch of the entropy-compression argument, not a result of Lengler et al. (2019)"
    return Value(value, Kind.HEURISTIC, -math.inf, math.inf, source)
