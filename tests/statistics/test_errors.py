"""Each message has four pieces: the argument, what came, what is allowed, what to do."""

import doctest
import importlib
import inspect
import math
import pkgutil
import subprocess
import sys

import numpy as np
import pytest

import evo.statistics as s

INF, NAN = math.inf, math.nan


class Law:
    mean, variance = 1.0, 1.0

    def cdf(self, t):
        return 1.0


class Falling(Law):
    def cdf(self, t):
        return 1.0 / (1 + t)


class Negative(Law):
    variance = -1.0


class Method(Law):
    def mean(self):  # type: ignore[override]
        return 1.0


CASES = [
    # empty, NaN, shapes, types
    (lambda: s.mean_interval([1.0]), "`values` must hold 2 or more values; got 1. Pass more."),
    (lambda: s.quantile_interval([]), "`values` must hold 1 or more values; got 0. Pass more."),
    (lambda: s.ecdf_band([1, NAN, NAN]), "`values` must not hold NaN; got 2 of 3, first at index 1. Mark capped runs"),
    (
        lambda: s.mean_interval([[1.0, 2.0]]),
        "`values` must be one-dimensional, one number per run; got shape (1, 2). Pass one",
    ),
    (lambda: s.mean_interval(["a", "b"]), "`values` must hold real numbers; got dtype <U1. Convert"),
    (lambda: s.quantile_interval([1, -INF]), "`values` must be larger than -inf; got -inf at index 1. Drop"),
    (
        lambda: s.mean_interval([1, INF]),
        "`values` must be finite; got inf (a capped run) in 1 of 2 entries. Use restricted_mean",
    ),
    # means without Student
    (lambda: s.bootstrap_interval([1], seed=1), "`values` must hold 2 or more values; got 1. Pass more."),
    (
        lambda: s.bootstrap_interval([1, INF], seed=1),
        "`values` must be finite; got inf (a capped run) in 1 of 2 entries. Pass np.minimum(steps, horizon)",
    ),
    (
        lambda: s.bootstrap_interval([7, 7, 7], seed=1),
        "`values` must not be all equal; got 7 in all 3 entries. Resampling shows no spread: use bounded_mean_interval",
    ),
    (lambda: s.bootstrap_interval([1, 2], seed=-1), "`seed` must be at least 0; got -1. Pass a larger seed."),
    (lambda: s.bootstrap_interval([1, 2], 0.999, seed=1, resamples=999), "`resamples` must be at least 2000; got 999."),
    (
        lambda: s.bounded_mean_interval([1, 11], 0, 10),
        "`values` must lie in [low, high] = [0, 10]; got 11 at index 1. Pass the range",
    ),
    (
        lambda: s.bounded_mean_interval([1, INF], 0, 10),
        "`values` must be finite; got inf (a capped run) in 1 of 2 entries. Pass np.minimum(steps, high)",
    ),
    (lambda: s.bounded_mean_interval([], 0, 10), "`values` must hold 1 or more values; got 0."),
    (
        lambda: s.bernstein_interval([1, 2], 10, 0),
        "`low` and `high` must be finite with low < high; got 10 and 0. Pass the known range",
    ),
    (lambda: s.bernstein_interval([1], 0, 10), "`values` must hold 2 or more values; got 1."),
    (lambda: s.bernstein_interval([1, NAN], 0, 10), "`values` must not hold NaN; got 1 of 2, first at index 1."),
    (lambda: s.bernstein_interval([1, 2], 0, 10, 0.0), "`confidence` must lie strictly between 0 and 1; got 0."),
    # levels
    (
        lambda: s.mean_interval([1, 2], 95),
        "`confidence` must lie strictly between 0 and 1; got 95. For 95 per cent pass",
    ),
    (lambda: s.binomial_interval(1, 2, 1.0), "`confidence` must lie strictly between 0 and 1; got 1. For"),
    (
        lambda: s.quantile_interval([1, 2], 0),
        "`q` must lie strictly between 0 and 1; got 0. For the median pass q=0.5.",
    ),
    (lambda: s.z_threshold(0.0), "`false_alarm` must lie strictly between 0 and 1; got 0. It is the chance"),
    (lambda: s.mean_interval([1, 2], "95"), "`confidence` must be one real number; got '95' (str). Pass a float."),
    (lambda: s.mean_interval([1, 2], NAN), "`confidence` must be a number; got NaN."),
    (lambda: s.dkw_radius(0, 0.9), "`n` must be at least 1; got 0. Pass a larger n."),
    (lambda: s.dkw_radius(5), "one of `confidence` and `alpha` must be given; got neither. Pass confidence=0.95"),
    (lambda: s.dkw_radius(5, 0.9, alpha=0.1), "one of `confidence` and `alpha` must be given; got both. Pass"),
    (lambda: s.dkw_radius(5.0, 0.9), "`n` must be an integer; got 5.0 (float). Pass int(n)."),
    (lambda: s.binomial_interval(3, 2), "`successes` must be at most `trials` = 2; got 3. Exchange"),
    (lambda: s.binomial_interval(-1, 2), "`successes` must be at least 0; got -1."),
    # capped runs
    (
        lambda: s.kaplan_meier([1, INF], [True, False]),
        "`times` must be finite; got inf (a capped run) in 1 of 2 entries. For capped",
    ),
    (
        lambda: s.kaplan_meier([1, -2], [True, False]),
        "`times` must be at least 0 (run times); got -2 at index 1. Pass steps.",
    ),
    (
        lambda: s.kaplan_meier([1, 2], [1, 0]),
        "`observed` must hold booleans, one per run; got int64. Pass, say, np.isfinite(steps).",
    ),
    (
        lambda: s.kaplan_meier([1, 2], [True]),
        "`observed` must have shape (2,) like `times`; got (1,). Pass both arrays",
    ),
    (lambda: s.restricted_mean([1, INF], [1]), "`spent` must have shape (2,) like `steps`; got (1,). Pass both arrays"),
    (
        lambda: s.restricted_mean([1, INF], [1, INF]),
        "`spent` must be finite; got inf (a capped run) in 1 of 2 entries. Pass the steps",
    ),
    (
        lambda: s.restricted_mean([3, 5], [2, 5]),
        "`spent` must be at least `steps` where the goal was reached; got 2 and 3 at index 0.",
    ),
    (lambda: s.restricted_mean([3], [3]), "`steps` must hold at least 2 values; got 1. Add runs"),
    (
        lambda: s.restricted_mean([3, INF], [3, 9], 10),
        "`horizon` must be at most 9, where the last run was capped; got 10. Pass a smaller",
    ),
    (
        lambda: s.restricted_mean([3, INF], [3, 0]),
        "`horizon` must be positive (in steps); got 0. Pass smallest_cap(steps, spent).",
    ),
    (lambda: s.expected_running_time([3], [True]), "`spent` must hold 2 or more values; got 1."),
    (lambda: s.log_rank([], [], [1], [1]), "`steps` must hold 1 or more values; got 0. Pass more."),
    (lambda: s.log_rank([1], [1], [1], [1], 0), "`false_alarm` must lie strictly between 0 and 1; got 0. It is"),
    (lambda: s.survival_curve([], []), "`steps` must hold 1 or more values; got 0. Pass more."),
    (lambda: s.survival_curve([1], [1], 1.0), "`confidence` must lie strictly between 0 and 1; got 1."),
    (lambda: s.survival_quantile([1], [1], 0), "`q` must lie strictly between 0 and 1; got 0. For the median pass"),
    # success rates and summaries
    (
        lambda: s.success_rate([3, INF], [3, 9], 10),
        "`horizon` must be at most 9, the smallest cap; got 10. Pass a smaller",
    ),
    (lambda: s.success_rate([], []), "`steps` must hold 1 or more values; got 0. Pass more."),
    (lambda: s.summary([], []), "`steps` must hold 1 or more values; got 0. Pass more."),
    (lambda: s.summary([NAN], [1]), "`steps` must not hold NaN; got 1 of 1, first at index 0. Mark capped runs"),
    (lambda: s.summary([-1], [1]), "`steps` must be at least 0 (run times); got -1 at index 0. Pass steps."),
    (lambda: s.summary([1], [1], 95), "`confidence` must lie strictly between 0 and 1; got 95. For 95 per cent pass"),
    # comparisons
    (
        lambda: s.compare_with_law([1, 2], 1.5),
        "`law` must have a mean and a variance; got float. Pass a law, such as theory.onemax.law(n, strength=1.0); "
        "hold a single number against an interval",
    ),
    (
        lambda: s.compare_with_law([1, INF], Law()),
        "`horizon` must be finite for capped runs; got None with 1 of 2 entries inf. Pass",
    ),
    (
        lambda: s.compare_with_law([1, 1.5], Law()),
        "`sample` must hold integers from 0 to 2^53 to be compared with law.cdf; got 1.5. Pass",
    ),
    (
        lambda: s.compare_with_law([1, 2], Falling()),
        "`law.cdf` must rise from 0 to 1; got cdf(1) = 0.5 after cdf(0) = 1. Pass",
    ),
    (lambda: s.compare_with_law([1, 2], Negative()), "`law.variance` must be at least 0; got -1. Look at the law."),
    (lambda: s.compare_with_law([1, 2], Method()), "`law.mean` must be one real number; got <bound method"),
    (
        lambda: s.two_sample([1, 2], [INF]),
        "`horizon` must be finite for capped runs; got None with 1 of 3 entries inf. Pass",
    ),
    (
        lambda: s.rank_sum([1, 2], [INF]),
        "`horizon` must be finite for capped runs; got None with 1 of 3 entries inf. Pass",
    ),
    (lambda: s.rank_sum([], [1]), "`a` must hold 1 or more values; got 0. Pass more."),
    (lambda: s.rank_sum([1], [NAN]), "`b` must not hold NaN; got 1 of 1, first at index 0."),
    # fits
    (
        lambda: s.linear_crossing([1, 2], [1, 2], [0.1, 0.0]),
        "`standard_error` must be positive; got 0 at index 1. Measure",
    ),
    (
        lambda: s.linear_crossing([1, 1], [1, 2], [1, 1]),
        "`x` must hold more than `degree` = 1 different values; got 1. Measure",
    ),
    (lambda: s.linear_crossing([1, 2], [1, 2, 3], [1, 1]), "`y` must have shape (2,) like `x`; got (3,)."),
    (lambda: s.linear_crossing([1, 2], [1, 2], [1, 1], degree=0), "`degree` must be at least 1; got 0."),
    # growth with the size
    (
        lambda: s.scaling_fit({10: [1, 2, 3], 20: [4, INF, INF]}),
        "`cells[20]` must be finite; got inf (a capped run) in 2 of 3 entries. A mean without them would be too small, "
        "and one with the cap too: raise the cap of this cell",
    ),
    (lambda: s.scaling_fit({10: [1, 2, 3]}), "`cells` must hold 2 or more sizes for this fit; got 1. Measure at more."),
    (lambda: s.scaling_fit([[1, 2, 3]]), "`cells` must map each size n to its run times; got list. Pass {100: steps"),
    (lambda: s.scaling_fit({0.5: [1, 2, 3], 3: [1, 2, 3]}), "the sizes of `cells` must be finite and at least 1; got"),
    (lambda: s.scaling_fit({10: [1, 2], 20: [1, 2, 3]}), "`cells[10]` must hold 3 or more values; got 2. Pass more."),
    (lambda: s.scaling_fit({10: [2, 2, 2], 20: [1, 2, 3]}), "`cells[10]` must have spread; got 2 in all 3 runs."),
    (lambda: s.scaling_fit({10: [-2, 2, 2], 20: [1, 2, 3]}), "`cells[10]` must be at least 0 (run times); got -2 at"),
    (lambda: s.scaling_fit({10: [1, 2, NAN], 20: [1, 2, 3]}), "`cells[10]` must not hold NaN; got 1 of 3, first at"),
    (
        lambda: s.scaling_fit({10: [1, 2, 3], 20: [1, 2, 3]}, [s.Growth(1), s.Growth(1)]),
        "`growths` must hold one or more different growths; got [Growth(power=1.0, log_power=0.0), Growth(",
    ),
    (
        lambda: s.scaling_fit({1: [1, 2, 3]}, [s.Growth(0, 1)]),
        "`cells` and the growths must tell the coefficients apart; got sizes at which the growths are proportional.",
    ),
    (lambda: s.scaling_fit({10: [1, 2, 3]}, [s.Growth(1)], 2), "`confidence` must lie strictly between 0 and 1; got 2"),
    (lambda: s.scaling_fit({10: [1, 2, 3]}, [s.Growth(1)]).predict(0), "`n` must be at least 1; got 0. Pass problem"),
    (lambda: s.Growth(99), "`power` must lie in [-10, 10]; got 99. Pass for n ln n: Growth(1, 1)."),
    (lambda: s.Growth(1, -1), "`log_power` must lie in [0, 10]; got -1. Pass"),
    (
        lambda: s.power_law_fit({10: [1, INF, 3], 20: [1, 2, 3]}),
        "`cells[10]` must be finite; got inf (a capped run) in 1 of 3 entries. A mean without them would",
    ),
    (lambda: s.power_law_fit({10: [1, 2, 3]}), "`cells` must hold 2 or more sizes for this fit; got 1."),
    (lambda: s.power_law_fit({9: [1, 2, 3], 20: [1, 2, 3]}).predict(NAN), "`n` must not hold NaN; got 1 of 1"),
]


@pytest.mark.parametrize(("call", "message"), CASES, ids=[message[:40] for _, message in CASES])
def test_message(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert str(caught.value).startswith(message)


def test_inputs_are_not_modified():
    values = np.array([5.0, 3.0, INF, 9.0])
    before = values.copy()
    values.flags.writeable = False
    s.quantile_interval(values, horizon=4.0)
    s.ecdf_band(values, horizon=4.0)
    s.compare_with_law(values, Law(), horizon=4.0)
    s.two_sample(values, values, horizon=4.0)
    np.testing.assert_array_equal(values, before)


FILES = sorted(module.name for module in pkgutil.iter_modules(s.__path__) if not module.name.startswith("_"))


@pytest.mark.parametrize("name", FILES)
def test_examples_run(name):
    result = doctest.testmod(importlib.import_module(f"evo.statistics.{name}"))
    assert result.attempted and not result.failed


@pytest.mark.parametrize("name", s.__all__)
def test_public_names_are_documented_and_functions_have_an_example(name):
    thing = getattr(s, name)
    assert thing.__doc__
    assert inspect.isclass(thing) or "Example:" in thing.__doc__


def test_every_public_function_and_class_is_listed():
    for file in FILES:
        module = importlib.import_module(f"evo.statistics.{file}")
        own = {n for n, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__}
        if file != "thresholds":  # one public threshold; the rest is shared by the two tests
            assert {name for name in own if not name.startswith("_")} <= set(s.__all__)


def test_import_loads_no_scipy():
    heavy = ("scipy", "numba", "jax", "matplotlib", "polars")
    code = f"import sys, evo.statistics; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == "[]"
