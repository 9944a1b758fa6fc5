"""Messages: the way there and back, their length, and what a step costs, against the definition."""

import dataclasses
import math
from collections import Counter

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import theory.entropy_compression as ec
from theory.entropy_compression._coder import Decoder, Encoder, Meter
from theory.exact.enumeration import tabulate

#: the coder itself, and rounding of shares for each step
_OVERHEAD = 2.0
_ROUNDING = 1e-9


def function_of(values):
    n = len(values).bit_length() - 1
    return lambda x: values[int((x.astype(int) << np.arange(n)).sum())]


@st.composite
def cases(draw):
    """A run, and codes for its function."""
    n = draw(st.integers(1, 9))
    strength = draw(st.floats(0.05, min(3.0, 0.9 * n)))
    kind = draw(st.sampled_from(["random", "onemax", "binval", "linear", "long binval", "long linear"]))
    seed = draw(st.integers(0, 2**32))
    steps = draw(st.integers(0, 60))
    proposal = ec.ReverseProposal(
        readded=draw(st.none() | st.floats(0.1, 4.0)), removed=draw(st.none() | st.floats(0.01, 4.0))
    )
    if kind.startswith("long"):
        n *= 20
        weights = np.random.default_rng(seed).integers(1, 10, size=n).tolist()
        function = ec.bin_val if kind == "long binval" else ec.linear(weights)
    else:
        weights = np.random.default_rng(seed).integers(1, 10, size=n).tolist()
        values = {
            "random": lambda: ec.random_monotone(n, seed).tolist(),
            "onemax": lambda: tabulate(n, sum),
            "binval": lambda: tabulate(n, ec.bin_val),
            "linear": lambda: tabulate(n, ec.linear(weights)),
        }[kind]()
        function = function_of(values)
    run = ec.record(function, n, steps=steps, seed=seed, strength=strength)
    codes = [ec.AnyMonotone(n, run.rate, proposal)]
    if kind.endswith("binval"):
        codes.append(ec.BinVal(n, run.rate, proposal))
    if not kind.startswith("long"):
        codes.append(ec.Enumerated(values, run.rate, proposal))
    return run, codes


def there_and_back(case):
    run, codes = case
    for code in codes:
        message, balance = ec.encode(run, code), ec.balance(run, code)
        assert ec.decode(message, code) == run
        assert 0.0 <= message.bits - balance.ideal_bits <= _OVERHEAD + _ROUNDING * (run.steps + 1)
        moves = max(1, int(run.moved.sum()))
        saved = moves * (balance.entropy_bits_per_move - balance.ideal_bits_per_move) if run.moved.any() else None
        assert saved is None or math.isclose(balance.saved_bits, saved, rel_tol=1e-9, abs_tol=1e-9)
        code_gain = (run.n - balance.final_bits) * math.log(2.0) + balance.log_gain.sum()
        assert math.isclose(balance.saved_bits * math.log(2.0), code_gain, rel_tol=1e-9, abs_tol=1e-8)
        if not all(run.final):  # at the string of ones a share is kept for the move into it
            assert np.abs(balance.log_gain[~balance.moved]).max(initial=0.0) < 1e-9


@hypothesis.settings(max_examples=150)
@hypothesis.given(cases())
def test_there_and_back(case):
    there_and_back(case)


@pytest.mark.slow
@hypothesis.settings(max_examples=1500)
@hypothesis.given(cases())
def test_there_and_back_often(case):
    there_and_back(case)


@pytest.mark.parametrize("seed", range(3))
def test_steps_cost_what_the_reverse_kernel_says(seed):
    n, strength = 5, 1.4
    values = ec.random_monotone(n, seed)
    run = ec.record(function_of(values), n, steps=300, seed=seed, strength=strength, start=(0,) * n)
    forward = ec.forward_kernel(values, strength=strength)
    reverse = ec.reverse_kernel(values, strength=strength)
    found = ec.balance(run, ec.Enumerated(values, run.rate)).log_gain
    x = 0
    for flips, accepted, gain in zip(run.flips, run.accepted, found, strict=True):
        y = x ^ sum(1 << place for place in flips) if accepted else x
        expected = math.log(reverse[y, x] / forward[x, y]) if y != x else 0.0
        assert gain == pytest.approx(expected, abs=1e-11)
        x = y
    assert x == 2**n - 1


def test_binval_by_formula_and_by_enumeration():
    n, strength = 8, 1.2
    values = tabulate(n, ec.bin_val)
    for seed in range(5):
        run = ec.record(ec.bin_val, n, steps=300, seed=seed, strength=strength)
        balances = [ec.balance(run, code) for code in (ec.BinVal(n, run.rate), ec.Enumerated(values, run.rate))]
        assert np.allclose(balances[0].code_bits, balances[1].code_bits, rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("proposal", [ec.ReverseProposal(), ec.ReverseProposal(readded=1.0, removed=1.0)])
def test_shares_against_their_sums(proposal):
    n, rate = 6, 0.2
    values = np.argsort(np.argsort(tabulate(n, ec.bin_val), kind="stable"), kind="stable")
    exact, formula = ec.Enumerated(values.tolist(), rate, proposal), ec.BinVal(n, rate, proposal)
    less = ec.AnyMonotone(n, rate, proposal)
    forward, proposed = ec.forward_kernel(values, rate=rate), proposal.weights(n, rate)
    for y in range(1, 2**n):
        bits = tuple(y >> place & 1 for place in range(n))
        move, back = exact.shares(bits)
        assert move == pytest.approx(forward[y].sum() - forward[y, y] if y < 2**n - 1 else rate, rel=1e-12)
        assert back == pytest.approx(sum(proposed[y, y ^ x] for x in range(2**n) if values[x] < values[y]), rel=1e-12)
        assert formula.shares(bits) == pytest.approx((move, back), rel=1e-12)
        assert less.shares(bits)[0] <= move * (1 + 1e-12) and less.shares(bits)[1] >= back * (1 - 1e-12)


def test_knowing_less_costs_more():
    n = 8
    for seed in range(20):
        values = ec.random_monotone(n, seed)
        run = ec.record(function_of(values), n, steps=500, seed=seed, strength=1.0)
        known = ec.balance(run, ec.Enumerated(values, run.rate)).code_bits
        assert np.all(known <= ec.balance(run, ec.AnyMonotone(n, run.rate)).code_bits + 1e-9)


def test_shares_sum_to_one_over_all_steps():
    """Kraft: over all steps before a string, 2^-cost sums to 1, so that the code is a law."""
    n, rate = 4, 0.3
    values = ec.random_monotone(n, 7)
    codes = [ec.Enumerated(values, rate), ec.AnyMonotone(n, rate), ec.BinVal(n, rate)]
    for code, table in zip(codes, [values, None, tabulate(n, ec.bin_val)], strict=True):
        for y in range(1, 2**n):
            bits = tuple(y >> place & 1 for place in range(n))
            total = 0.0
            for mask in range(2**n):
                flips = tuple(place for place in range(n) if mask >> place & 1)
                for accepted in (True, False):
                    meter = Meter()
                    possible = accepted if not mask else any(bits[place] for place in flips)
                    if mask and table is not None:
                        x = y ^ mask
                        possible = table[x] < table[y]  # without equal values, both ways
                    if possible:
                        code.step(meter, bits, ec.Step(flips, accepted))
                        total += 2.0**-meter.bits
            assert total == pytest.approx(1.0, abs=1e-12)


def test_coder_alone():
    rng = np.random.default_rng(1)
    table = [0, 1, 2**40, 2**40 + 5, 2**63]
    total = 2**64
    symbols = rng.choice(5, size=3000).tolist()
    encoder, meter = Encoder(64), Meter()
    for symbol in symbols:
        encoder.choose(table, 4, total, symbol)
        meter.choose(table, 4, total, symbol)
    digits = encoder.finish()
    decoder = Decoder(digits, 64)
    assert [decoder.choose(table, 4, total, None) for _ in symbols] == symbols
    assert 0.0 <= len(digits) - meter.bits <= _OVERHEAD + 1e-6


def test_a_run_from_elsewhere():
    run = ec.Run(
        start=np.array([0, 1, 0], dtype=np.uint8),
        flips=(np.array([0]), [], [1]),
        accepted=np.array([True, True, False]),
        rate=0.25,
    )
    assert run.final == (1, 1, 0) and run.moved.tolist() == [True, False, False]
    assert run.entropy_bits == pytest.approx(3 + 2 * 2 - 7 * math.log2(0.75))  # two flips, seven positions that stay
    code = ec.AnyMonotone(3, 0.25)
    assert ec.decode(ec.encode(run, code), code) == run


def test_the_recorder_flips_independently_at_its_rate():
    n, rate, steps = 12, 0.2, 4000
    run = ec.record(lambda x: 0 if x.all() else 1, n, steps=steps, seed=5, rate=rate, start=(0,) * n)
    counts = Counter(len(flips) for flips in run.flips)
    assert run.steps == steps
    radius = math.sqrt(math.log(2 / 1e-9) / (2 * steps))  # Dvoretzky, Kiefer, Wolfowitz at 1e-9
    law = np.array([math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)])
    planted = np.array([math.comb(n, k) * 0.26**k * 0.74 ** (n - k) for k in range(n + 1)])
    empirical = np.cumsum([counts[k] for k in range(n + 1)]) / steps
    assert np.abs(empirical - np.cumsum(law)).max() < radius
    assert np.abs(empirical - np.cumsum(planted)).max() > radius
    places = np.bincount([place for flips in run.flips for place in flips], minlength=n) / steps
    assert np.abs(places - rate).max() < math.sqrt(math.log(2 * n / 1e-9) / (2 * steps))


def test_runs_that_do_not_fit_are_refused():
    run = ec.Run(start=(0, 1), flips=((0,),), accepted=(False,), rate=0.5)
    for code in (ec.AnyMonotone(2, 0.5), ec.BinVal(2, 0.5), ec.Enumerated([0, 1, 2, 3], 0.5)):
        with pytest.raises(
            ValueError, match=r"`run` must be one on .*; got a step with flips \(0,\) .* rejected\. Record"
        ):
            ec.encode(run, code)
    other = dataclasses.replace(run, flips=((0, 1),), accepted=(False,))
    with pytest.raises(ValueError, match="`run` must be one on BinVal; got a step"):
        ec.encode(other, ec.BinVal(2, 0.5))
    with pytest.raises(ValueError, match=r"`code` must have the n and the rate of the run; got n=3, rate=0\.5"):
        ec.encode(run, ec.AnyMonotone(3, 0.5))
    with pytest.raises(
        ValueError, match=r"`values` must be strictly monotone; got no larger value at string 1 than at 0"
    ):
        ec.Enumerated([0, 0, 1, 2], 0.5)
    with pytest.raises(ValueError, match="`values` must be the 2\\^n values of one function; got a matrix"):
        ec.Enumerated(np.zeros((2, 2)), 0.5)
    with pytest.raises(ValueError, match=r"`rate` must lie in \(0, 1\) .* got 1.0. Pass the rate of the run"):
        ec.AnyMonotone(3, 1.0)
    with pytest.raises(ValueError, match=r"`readded` must lie in \(0, inf\) .* got 0\. Pass 1.0"):
        ec.ReverseProposal(readded=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": (0, 2)}, r"`start` must hold bits, one at least; got \(0, 2\)\. Pass zeros and ones"),
        ({"flips": ((1, 0),)}, r"`flips` must hold rising positions in \[0, 1\] .* got \(1, 0\)\. Sort them"),
        ({"flips": ((2,),)}, r"`flips` must hold rising positions"),
        ({"accepted": ()}, r"`accepted` must have an entry for each step; got 0 for 1 steps\. Pass one"),
        ({"flips": ((),), "accepted": (False,)}, r"`accepted` must be True where nothing flips"),
        ({"rate": 1.0}, r"`rate` must lie in \(0, 1\)"),
    ],
)
def test_wrong_runs(changes, message):
    right = {"start": (0, 1), "flips": ((0,),), "accepted": (True,), "rate": 0.5}
    with pytest.raises(ValueError, match=message):
        ec.Run(**(right | changes))


def test_wrong_arguments_of_the_recorder():
    with pytest.raises(ValueError, match=r"`steps` must be an integer >= 0 \(steps\); got -1"):
        ec.record(sum, 3, steps=-1, seed=1, strength=1.0)
    with pytest.raises(ValueError, match=r"`start` must hold 3 bits; got \(0, 1\)\. Pass None"):
        ec.record(sum, 3, steps=1, seed=1, strength=1.0, start=(0, 1))
    for values, came in (([0, 1], r"2 values \(list\)"), (3, r"no values \(int\)"), ("abcdefgh", r"no values \(str\)")):
        with pytest.raises(TypeError, match=r"`function` must be .* or its 2\^n = 8 values; got " + came):
            ec.record(values, 3, steps=1, seed=1, strength=1.0)
    with pytest.raises(TypeError, match=r"`values` must be the 2\^n values .*; got builtin.*tabulate"):
        ec.Enumerated(sum, 0.5)  # pyright: ignore
    values = ec.random_monotone(5, seed=2)
    assert ec.record(values, 5, steps=50, seed=1, strength=1.0) == ec.record(
        function_of(values), 5, steps=50, seed=1, strength=1.0
    )
    assert repr(ec.Enumerated(values, 0.25)) == "Enumerated(n=5, rate=0.25)"
    with pytest.raises(ValueError, match="`weights` must be positive numbers"):
        ec.linear([1, 0])


def _codes(n, rate):
    return ec.AnyMonotone(n, rate), ec.BinVal(n, rate), ec.Enumerated(tabulate(n, ec.bin_val), rate)


@pytest.mark.parametrize("which", range(3))
def test_what_no_encoder_wrote_is_refused(which):
    n, rate = 5, 0.3
    run = ec.record(ec.bin_val, n, steps=60, seed=3, rate=rate, start=(0,) * n)
    code = _codes(n, rate)[which]
    message = ec.encode(run, code)
    assert ec.decode(message, code) == run
    refused = 0
    for place in range(message.bits):  # one wrong digit
        payload = bytearray(message.payload)
        payload[place // 8] ^= 128 >> place % 8
        try:
            other = ec.decode(dataclasses.replace(message, payload=bytes(payload)), code)
        except ValueError:
            refused += 1
        else:
            assert ec.encode(other, code).payload == bytes(payload)  # it is the message of another run
    assert refused > 0.9 * message.bits
    for steps in (0, run.steps - 1, run.steps + 1, 10**9):
        with pytest.raises(ValueError, match="`message` must come from `encode`"):
            ec.decode(dataclasses.replace(message, steps=steps), code)
    for other in (_codes(n, 0.25)[which], _codes(n + 1, rate)[which]):
        with pytest.raises(ValueError, match="Pass the message as it was written, and the code"):
            ec.decode(message, other)


def test_noise_is_decoded_to_its_own_run_or_refused():
    rng = np.random.default_rng(5)
    for code in _codes(3, 0.3):
        for _ in range(60):
            noise = rng.bytes(int(rng.integers(0, 6)))
            message = ec.Message(payload=noise, bits=8 * len(noise), steps=int(rng.integers(0, 12)))
            try:
                run = ec.decode(message, code)
            except ValueError:
                continue
            assert ec.encode(run, code) == message


def test_wrong_messages():
    with pytest.raises(TypeError, match="`payload` must be bytes; got str"):
        ec.Message(payload="a", bits=8, steps=0)
    with pytest.raises(ValueError, match=r"`bits` must be an integer in \[1, 8\] \(bits of the payload\); got 9"):
        ec.Message(payload=b"a", bits=9, steps=0)
    with pytest.raises(ValueError, match=r"`steps` must be an integer >= 0 \(steps of the run\); got -1"):
        ec.Message(payload=b"a", bits=8, steps=-1)
    with pytest.raises(ValueError, match="`payload` must be filled up with zeros after 5 bits; got 01100001"):
        ec.Message(payload=b"a", bits=5, steps=0)


@pytest.mark.parametrize("seed", range(4))
def test_runs_on_functions_that_are_not_monotone_are_refused(seed):
    run = ec.record(lambda x: -int(x.sum()), 6, steps=60, seed=seed, rate=0.3)
    for code in _codes(6, 0.3):
        with pytest.raises(ValueError, match="`run` must be one on"):
            ec.encode(run, code)
    with pytest.raises(ValueError, match="`table` must give a positive share to every symbol that occurs; got 0"):
        Encoder(64).choose((0, 0), 1, 8, 0)


@pytest.mark.parametrize("rate", [1e-300, 1e-60, 1e-20, 1.0 - 2.0**-53])
def test_enumerated_shares_at_extreme_rates(rate):
    values = ec.random_monotone(3, seed=1)
    code = ec.Enumerated(values, rate)
    for string in range(8):
        move, back = code.shares(tuple(string >> bit & 1 for bit in range(3)))
        assert 0.0 <= move <= 1.0 and 0.0 <= back <= 1.0 and (string == 0) == (back == 0.0)
    run = ec.Run(start=(0, 0, 0), flips=((0,), (), (1,), (0, 1, 2)), accepted=(True, True, True, False), rate=rate)
    message = ec.encode(run, code)
    assert ec.decode(message, ec.Enumerated(values, rate)) == run
    assert 0.0 <= message.bits - ec.balance(run, code).ideal_bits <= 2.001


def test_bits_and_positions_are_whole_numbers():
    with pytest.raises(ValueError, match=r"`start` must hold whole numbers; got 0\.5"):
        ec.Run(start=(0.5, 1), flips=(), accepted=(), rate=0.5)
    with pytest.raises(ValueError, match=r"`flips` must hold whole numbers; got 1\.7"):
        ec.Run(start=(0, 1), flips=((1.7,),), accepted=(True,), rate=0.5)
    for start in ([0.5, 1], [2, 1], [256, 1]):
        with pytest.raises(ValueError, match=r"`start` must hold 2 bits"):
            ec.record(sum, 2, steps=1, seed=1, rate=0.5, start=start)
    with pytest.raises(ValueError, match=r"`rate` must lie in \(0, 1\)"):
        ec.record(sum, 2, steps=1, seed=1, rate=1.0)
    with pytest.raises(TypeError, match="`proposal` must be a ReverseProposal; got 'q'"):
        ec.AnyMonotone(2, 0.5, "q")


@pytest.mark.parametrize("writer", [Encoder(8), Meter()], ids=["encoder", "meter"])
def test_writers_need_the_symbol(writer):
    with pytest.raises(ValueError, match="`symbol` must be given where symbols are written; got None"):
        writer.choose([0, 1], 1, 2, None)
