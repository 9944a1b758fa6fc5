"""Every message names the argument, what came, what is allowed and what to do."""

import math

import numpy as np
import pytest

import theory
from theory import enumeration as en

_STRENGTH = {
    "onemax": theory.onemax.law,
    "onemax mean": theory.onemax.expected_steps,
    "onemax variance": theory.onemax.variance,
    "onemax from": theory.onemax.expected_steps_from,
    "onemax points": lambda n, **how: theory.onemax.distribution(n, 3, **how),
    "leading ones": theory.leading_ones.law,
    "leading ones mean": theory.leading_ones.expected_steps,
    "leading ones variance": theory.leading_ones.variance,
    "dynamic": theory.dynamic_bin_val.law,
    "dynamic from": theory.dynamic_bin_val.expected_steps_from,
    "adversarial": theory.adversarial_dynamic_bin_val.law,
    "switching mean": theory.switching_dynamic_bin_val.expected_steps,
    "dynamic linear variance": theory.dynamic_linear.variance,
    "flips": theory.flips.binomial,
    "flips resampled": theory.flips.resampled,
    "flips shifted": theory.flips.shifted,
    "partial order": theory.partially_ordered.law,
    "partial order bands": theory.partially_ordered.bands,
    "linear": theory.linear.upper_bound,
    "linear lower": theory.linear.lower_bound,
    "linear limit": theory.linear.asymptotic_lower_bound,
}
_COUNTS = {
    **_STRENGTH,
    "rls": lambda n, **_: theory.rls.law(n),
    "rls lo": lambda n, **_: theory.rls.leading_ones(n),
    "scheduled": lambda n, **_: theory.onemax.scheduled_law(n, 0.1),
    "by zero-bits": lambda n, **_: theory.onemax.fitness_dependent_law(n, rates=[0.1] * 4),
    "self-adjusting": lambda n, **_: theory.onemax.self_adjusting_law(n, factor=1.5, s=4),
    "optimal": lambda n, **_: theory.onemax.optimal_rates(n),
    "lo resampled": theory.leading_ones.resampling_law,
    "lo resampled mean": theory.leading_ones.resampling_expected_steps,
    "lo resampled limit": theory.leading_ones.resampling_asymptotic,
    "lo best rates": lambda n, **_: theory.leading_ones.best_rates(n),
    "lo best resampled rates": lambda n, **_: theory.leading_ones.best_resampling_rates(n),
    "lo best static rate": lambda n, **_: theory.leading_ones.best_static_rate(n),
    "lo scheduled": lambda n, **_: theory.leading_ones.scheduled_law(n, lambda t: 0.5),
    "lo self-adjusting": lambda n, **_: theory.leading_ones.self_adjusting_law(n, factor=1.5, s=1),
    "lo self-adjusting limit": lambda n, **_: theory.leading_ones.self_adjusting_asymptotic(n, 1),
}


@pytest.mark.parametrize("function", _COUNTS.values(), ids=_COUNTS)
@pytest.mark.parametrize("n", [0, -3])
def test_too_few_bits(function, n):
    with pytest.raises(ValueError, match=rf"`n` must be an integer >= 1 \(number of bits\); got {n}\. Pass the length"):
        function(n, strength=1.0)


@pytest.mark.parametrize("function", _COUNTS.values(), ids=_COUNTS)
@pytest.mark.parametrize("n", [2.0, "7", None, True, [3]])
def test_wrong_type_of_n(function, n):
    with pytest.raises(TypeError, match="`n` must be an integer"):
        function(n, strength=1.0)


@pytest.mark.parametrize("function", _COUNTS.values(), ids=_COUNTS)
def test_too_many_bits(function):
    with pytest.raises(ValueError, match=r"`n` must be at most .* \(number of bits\).*; got .*\. Pass a smaller n"):
        function(10**400, strength=1.0)


@pytest.mark.parametrize(
    "function",
    [
        theory.onemax.law,
        theory.onemax.bands,
        _COUNTS["onemax points"],
        _COUNTS["scheduled"],
        _COUNTS["self-adjusting"],
        _COUNTS["rls"],
        theory.leading_ones.law,
        _COUNTS["lo best rates"],
        theory.dynamic_bin_val.law,
        theory.flips.binomial,
    ],
)
def test_more_bits_than_memory_holds(function):
    with pytest.raises(
        ValueError, match=r"`n` must be at most 100000000 .* got 1e\+12\. Pass a smaller n, or use an asym"
    ):
        function(10**12, strength=1.0)


@pytest.mark.parametrize("function", _STRENGTH.values(), ids=_STRENGTH)
@pytest.mark.parametrize("rate", [0.0, -0.1, 1.5, math.nan, math.inf])
def test_rate_out_of_range(function, rate):
    with pytest.raises(ValueError, match=r"`rate` must .*\(0, 1\].*got .*For one expected flip per step pass rate=1/n"):
        function(10, rate=rate)


@pytest.mark.parametrize("function", _STRENGTH.values(), ids=_STRENGTH)
@pytest.mark.parametrize("strength", [0.0, -1.0, 10.5, math.nan])
def test_strength_out_of_range(function, strength):
    with pytest.raises(ValueError, match=r"`strength` must lie in \(0, 10\] .*got .*pass strength=1.0"):
        function(10, strength=strength)


@pytest.mark.parametrize("function", _STRENGTH.values(), ids=_STRENGTH)
def test_exactly_one_of_strength_and_rate(function):
    for given in ({}, {"strength": 1.0, "rate": 0.1}):
        with pytest.raises(
            ValueError, match=r"`strength` or `rate` must be given, exactly one .* got .* pass strength"
        ):
            function(10, **given)


@pytest.mark.parametrize("function", _STRENGTH.values(), ids=_STRENGTH)
@pytest.mark.parametrize("wrong", ["1", True, 1j])
def test_wrong_type_of_strength(function, wrong):
    with pytest.raises(TypeError, match="`strength` must lie in"):
        function(10, strength=wrong)


@pytest.mark.parametrize("law", [theory.onemax.law, theory.dynamic_bin_val.law, theory.partially_ordered.law])
def test_starts(law):
    with pytest.raises(ValueError, match=r"`start` must be an integer in \[0, 5\] \(zero-bits\); got 6\. Pass None"):
        law(5, strength=1.0, start=6)
    with pytest.raises(ValueError, match=r"`start` must hold the probabilities of 0, \.\.\., 5 zero-bits"):
        law(5, strength=1.0, start=[0.5, 0.5])
    with pytest.raises(ValueError, match=r"sum 1\.2"):
        law(5, strength=1.0, start=[0.2] * 6)
    with pytest.raises(ValueError, match=r"`start` must hold"):
        law(1, strength=1.0, start=[math.nan, 1.0])
    with pytest.raises(ValueError, match=r"`horizon` must be an integer >= 0 \(steps\); got -1"):
        law(5, strength=1.0, horizon=-1)
    with pytest.raises(
        ValueError, match=r"`horizon` must be at most 1000000000 \(steps\) for a table; got 1e\+18\. Pass"
    ):
        law(5, strength=1.0, horizon=10**18)
    with pytest.raises(ValueError, match=r"`rate` must lie in \(0, 1\] .*got a number beyond floats\. For one"):
        law(5, rate=10**400)


def test_a_rate_per_level():
    with pytest.raises(ValueError, match=r"`rate` must be one probability per bit in \(0, 1\], or 3 of them"):
        theory.leading_ones.expected_steps(3, rate=[0.1, 0.2])
    with pytest.raises(ValueError, match=r"or 2 of them"):
        theory.leading_ones.law(2, rate=[0.1, math.nan])
    with pytest.raises(ValueError, match="exactly one"):
        theory.leading_ones.law(2, rate=[0.1, 0.1], strength=1.0)


def test_hottopic():
    hot = theory.hottopic
    with pytest.raises(ValueError, match=r"`alpha` must lie in \(0, 1\) .* got 1\.0\. Pass 0\.25"):
        hot.fluid_drift(1.0, 0.1, 0.1, 1.0)
    with pytest.raises(ValueError, match=r"`u` must lie in \[0, 1\]"):
        hot.fluid_drift(0.5, math.nan, 0.1, 1.0)
    with pytest.raises(ValueError, match=r"`zeros_in` must be an integer in \[0, 4\]"):
        hot.drift(10, 5, 0, hot=4, strength=1.0)
    with pytest.raises(ValueError, match=r"`zeros_out` must be an integer in \[0, 6\] .*counts\(n"):
        hot.drift(10, 1, 7, hot=4, strength=1.0)
    with pytest.raises(ValueError, match=r"`n` must be large enough .* at least one zero-bit.*Pass a larger n"):
        hot.counts(10, alpha=0.25, eps=0.01)
    with pytest.raises(ValueError, match="`n` must be large enough"):
        hot.counts(3, alpha=0.25, eps=0.5)
    with pytest.raises(ValueError, match="`n` must be given with counts"):
        hot.critical_strength(0.25, 0.05, zeros_in=3)
    with pytest.raises(ValueError, match=r"`eps` must lie in \(0, 0\.5\)"):
        hot.stagnation(0.25, 0.5, 3.0)
    with pytest.raises(ValueError, match=r"`levels` must be an integer >= 2"):
        hot.visibility(0.2, 0.05, 100, 1, 0.1)


def test_enumeration():
    onemax = [x.bit_count() for x in range(8)]
    static = en.Static(strength=1.0)
    with pytest.raises(ValueError, match=r"`values` must have 2\^n entries.*got shape \(7,\).*tabulate"):
        en.law(onemax[:7], static)
    with pytest.raises(ValueError, match=r"n in \[1, 12\]"):
        en.law([0], static)
    with pytest.raises(ValueError, match="got NaN"):
        en.law([0.0, math.nan], static)
    with pytest.raises(ValueError, match=r"`policy` may be None only for .* such as OneBit\(\); got None"):
        en.law(onemax)
    with pytest.raises(TypeError, match=r"`policy` must have the methods start\(n\), rate\(state, t\)"):
        en.law(onemax, 0.1)  # pyright: ignore
    with pytest.raises(TypeError, match="`mutation` must be an AbstractMutation; got 3"):
        en.law(onemax, static, mutation=3)  # pyright: ignore
    with pytest.raises(TypeError, match="`acceptance` must be an AbstractAcceptance"):
        en.law(onemax, static, acceptance="elitist")  # pyright: ignore
    with pytest.raises(ValueError, match="`solved` must be given where the string of ones"):
        en.law(onemax[::-1], static)
    with pytest.raises(ValueError, match="`solved` must be 8 booleans"):
        en.law(onemax, static, solved=[0] * 8)
    with pytest.raises(ValueError, match="`start` must hold 8 probabilities"):
        en.law(onemax, static, start=[1.0, 0.0])
    with pytest.raises(ValueError, match=r"`start` must be an integer in \[0, 7\]"):
        en.law(onemax, static, start=8)
    with pytest.raises(ValueError, match="`acceptance` must not depend on fitness differences"):
        en.law(en.dynamic_bin_val(3), static, acceptance=en.Metropolis(1.0))
    with pytest.raises(ValueError, match="`values` as a matrix must hold probabilities"):
        en.law(np.full((4, 4), 2.0), static)
    with pytest.raises(ValueError, match="`policy` must be Static, or None"):
        en.expected_steps(onemax, en.Schedule(lambda t: 0.1))
    with pytest.raises(
        ValueError, match=r"`rate` must lie in \[0, 1\] .* got 2\.0\. This came from .* step 1; correct"
    ):
        en.law(onemax, en.Schedule(lambda t: 2.0)).cdf(1)
    with pytest.raises(ValueError, match="`strength` or `rate` must be given"):
        en.Static()
    with pytest.raises(ValueError, match=r"`strength` must lie in \(0, 3\]"):
        en.law(onemax, en.Static(strength=4.0)).cdf(1)
    with pytest.raises(ValueError, match=r"`factor` must lie in \(1, inf\)"):
        en.SuccessRule(factor=1.0, s=4, low=0.1, high=0.5)
    with pytest.raises(ValueError, match=r"`low` must lie in \(0, 0\.5\]"):
        en.SuccessRule(factor=1.5, s=4, low=0.6, high=0.5)
    with pytest.raises(ValueError, match=r"`initial` must lie in"):
        en.EqualFitnessRule(factor=1.5, initial=0.7)
    with pytest.raises(ValueError, match=r"`temperature` must lie in \(0, inf\)"):
        en.Metropolis(0.0)


def test_chain():
    from theory import chain

    with pytest.raises(ValueError, match="must be matrices"):
        chain.Chain(np.zeros(3), np.zeros((3, 0)))
    with pytest.raises(ValueError, match=r"sum to at most 1 in each row; got 1.5 in row 1"):
        chain.Chain(np.array([[0.0], [1.5]]), np.zeros((2, 0)))
    with pytest.raises(ValueError, match="negative or non-finite"):
        chain.Chain(np.array([[0.0], [math.nan]]), np.zeros((2, 0)))
    with pytest.raises(ValueError, match="stay inside the state space"):
        chain.Chain(np.array([[0.0], [0.5]]), np.array([[0.0], [0.5]]))
    with pytest.raises(ValueError, match="`matrix` must be square"):
        chain.Chain.from_matrix(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="`start` must be a law on the 2 states"):
        chain.law(chain.Chain(np.array([[0.0], [0.5]]), np.zeros((2, 0))), [1.0, 1.0], source="")
