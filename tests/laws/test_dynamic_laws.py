"""The whole law of T on functions that are redrawn in every step, and on hidden subsets, by enumeration at n <= 6."""

import pytest

import evo
from evo import discrete as d
from tests.laws.twins import (
    Frozen,
    adversarial,
    exponential_weights,
    integer_weights,
    judged,
    partially_ordered,
    switching,
    uniform_weights,
    values_of,
)
from tests.statistical import agree, rejected
from theory import enumeration as en

_RUNS, _HORIZON, _RATE = 1_000_000, 120, 0.3


def _sample(problem, rate=_RATE):
    optimizer = d.OnePlusOne(rate=d.Static(rate=rate))
    how = {"runs": _RUNS, "seed": 31, "stop": evo.Steps(_HORIZON), "engine": evo.Engine.REFERENCE}
    return evo.repeat(optimizer, problem, **how).steps


def _law(matrix, rate=_RATE, **how):
    return en.law(matrix, en.Static(rate=rate), horizon=_HORIZON, **how)


def _judge(problem, chance, defects):
    """The engine has the law of `chance`, and the same assertion refuses the laws of the defects."""
    n = problem.n
    sample, truth = _sample(problem), _law(judged(n, chance))
    agree(sample, truth, _HORIZON)
    rejected(sample, truth, _law(judged(n, chance), mutation=Frozen()), _HORIZON)
    for defect in defects:
        rejected(sample, truth, _law(judged(n, defect)), _HORIZON)


def _random_order(gained, lost, zeros):
    return gained / (gained + lost)


def _one_max(gained, lost, zeros):
    return float(gained >= lost)


def test_adversarial_and_switching_dynamic_bin_val():
    """One kernel for both; they differ where half of the bits or more are zero."""

    def never_at_half(gained, lost, zeros):
        return float(gained > 0 if 2 * zeros <= 6 else lost == 0)

    _judge(d.AdversarialDynamicBinVal(3), adversarial, [])
    _judge(d.AdversarialDynamicBinVal(6), adversarial, [_random_order, switching(6)])
    _judge(d.SwitchingDynamicBinVal(5), switching(5), [adversarial])
    _judge(d.SwitchingDynamicBinVal(6), switching(6), [_random_order, adversarial, never_at_half])


def test_partially_ordered():
    """Ties swap as many bits as they lose, so that no law of T shows who wins them; values and gains do."""
    for n, pessimism in ((4, 1.0), (5, 0.0), (6, 0.7), (6, 1.0)):
        other = partially_ordered(abs(pessimism - 0.5))
        _judge(d.PartiallyOrdered(n, pessimism), partially_ordered(pessimism), [other])


def test_dynamic_linear_with_integer_weights():
    """The probability that the offspring is not worse, by counting all weights."""
    for n, low, high in ((3, 2, 5), (6, 1, 2), (6, 1, 3)):
        defects = [integer_weights(low, high, ties=False), _one_max] if n == 6 else []
        _judge(d.DynamicLinear(n, d.IntegerWeights(low, high)), integer_weights(low, high, ties=True), defects)


@pytest.mark.slow  # one more kernel
def test_dynamic_linear_with_uniform_weights():
    _judge(d.DynamicLinear(6), uniform_weights, [_random_order, _one_max])


@pytest.mark.slow  # one more kernel
def test_dynamic_linear_with_exponential_weights():
    _judge(d.DynamicLinear(6, d.ExponentialWeights()), exponential_weights, [_random_order, _one_max])


def _judge_hidden(problem, instance, rate=0.22):
    """With twice as many bits, at the same rate per bit: the law of the problem alone."""
    values = values_of(problem)
    truth, sample = _law(values, rate), _sample(d.HiddenSubset(problem, 2 * problem.n, instance), rate)
    agree(sample, truth, _HORIZON)
    rejected(sample, truth, _law(values, rate / 2), _HORIZON)  # the rate were shared by all bits
    rejected(sample, truth, _law(values, rate, mutation=Frozen()), _HORIZON)


def test_hidden_subset():
    _judge_hidden(d.LeadingOnes(4), d.PerRun())


@pytest.mark.slow  # one more kernel each
@pytest.mark.parametrize("instance", [d.PerRun(), d.Fixed(1)], ids=str)
@pytest.mark.parametrize("problem", [d.LeadingOnes(4), d.DynamicBinVal(4), d.Jump(4, 2)], ids=str)
def test_hidden_subsets(problem, instance):
    _judge_hidden(problem, instance)


@pytest.mark.slow  # one more kernel
def test_initial_segment():
    problem = d.OneMax(5)
    sample, values = _sample(d.InitialSegment(problem, 9), 0.22), values_of(problem)
    agree(sample, _law(values, 0.22), _HORIZON)
    rejected(sample, _law(values, 0.22), _law(values_of(d.OneMax(6)), 0.22), _HORIZON)
