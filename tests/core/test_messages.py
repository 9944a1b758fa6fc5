"""Every refusal names the argument, what came, what is allowed, and what to do."""

from __future__ import annotations

import numpy as np
import pytest

import evo
from evo import discrete as d

SEARCH, ONEMAX = d.RandomLocalSearch(), d.OneMax(6)
RECORD = evo.Every(3, evo.value, evo.best_value)
STATE = {}


def started(engine=evo.Engine.REFERENCE):
    """A run that was cut."""
    if engine not in STATE:
        STATE[engine] = evo.run(SEARCH, ONEMAX, seed=0, stop=evo.Steps(1), record=RECORD, engine=engine).state
    return STATE[engine]


def run(**options):
    return evo.run(**{"optimizer": SEARCH, "problem": ONEMAX, "seed": 0, **options})


def repeat(**options):
    return evo.repeat(**{"optimizer": SEARCH, "problem": ONEMAX, "seed": 0, "runs": 2, **options})


#: what is called, the error, and its four pieces
REFUSALS = [
    # seeds and keys
    (lambda: run(seed=-1), ValueError, "`seed`", "got -1", "be an integer >= 0", "such as seed=0"),
    (lambda: run(seed=0.5), TypeError, "`seed`", "got 0.5 of type float", "be an integer >= 0", "such as seed=0"),
    (lambda: run(seed=True), TypeError, "`seed`", "got True of type bool", "be an integer >= 0", "such as seed=0"),
    (lambda: run(seed=None), TypeError, "`seed`", "got None of type NoneType", "be an integer", "evo.Key"),
    (lambda: evo.Key("7"), TypeError, "`seed`", "got '7' of type str", "be an integer >= 0", "evo.Key"),
    (lambda: evo.Key(0).child(3), TypeError, "`label`", "got 3 of type int", "be a string", "Name the consumer"),
    (lambda: evo.Key(0).child("a", -1), ValueError, "`index`", "got -1", "in [0, 18446744073709551615]", "from 0"),
    (lambda: evo.Key(0).child("a", 2**64), ValueError, "`index`", "got 18446744073709551616", "in [0, 1844", "from 0"),
    (lambda: evo.Key(0).child("a", 1.5), TypeError, "`index`", "got 1.5", "be an integer, or a traced", "from 0"),
    (lambda: evo.Key(0).child("a", np.arange(2)), TypeError, "`index`", "shape (2,)", "integer scalar", "from 0"),
    # what is run
    (lambda: run(optimizer=3), TypeError, "`optimizer`", "got 3 of type int", "be Optimizer", "d.OnePlusOne("),
    (lambda: run(optimizer=d.OnePlusOne), TypeError, "`optimizer`", "OnePlusOne", "be Optimizer", "Pass an optimizer"),
    (lambda: run(problem=len), TypeError, "`problem`", "built-in function len", "be AbstractProblem", "evo.BlackBox("),
    (lambda: run(problem=None), TypeError, "`problem`", "got None", "be AbstractProblem", "d.OneMax(100)"),
    (lambda: run(engine="reference"), TypeError, "`engine`", "'reference' of type str", "be Engine", "evo.Engine.AUTO"),
    (lambda: run(record=3), TypeError, "`record`", "got 3 of type int", "be Recorder", "evo.Every(100, evo.value)"),
    (lambda: run(record=evo.value), TypeError, "`record`", "got Value()", "be Recorder", "evo.Every(100, evo.value)"),
    (lambda: run(stop=100), TypeError, "`stop`", "got 100 of type int", "be a stop", "stop=evo.Steps(10_000)"),
    (
        lambda: evo.Steps(1) | 5,
        TypeError,
        "`stop`",
        "got 5 of type int",
        "be a stop",
        "evo.Steps(1000) | evo.WallClock",
    ),
    # counts
    (lambda: repeat(runs=0), ValueError, "`runs`", "got 0", "be an integer >= 1", "runs=100"),
    (lambda: repeat(runs=2.5), TypeError, "`runs`", "got 2.5", "be an integer >= 1", "runs=100"),
    (lambda: repeat(threads=0), ValueError, "`threads`", "got 0", "be an integer >= 1", "None for one per core"),
    (lambda: repeat(first=-1), ValueError, "`first`", "got -1", "be an integer >= 0", "0 starts a series"),
    (lambda: evo.iterate(SEARCH, ONEMAX, seed=0, every=0), ValueError, "`every`", "got 0", ">= 1", "every=100"),
    (lambda: evo.Steps(-1), ValueError, "`count`", "got -1", "in [0, ", "evo.Steps(10_000)"),
    (lambda: evo.Evaluations(0), ValueError, "`count`", "got 0", "in [1, ", "evo.Evaluations(10_000)"),
    (lambda: evo.Stagnation(0), ValueError, "`steps`", "got 0", "in [1, ", "evo.Stagnation(10_000)"),
    (lambda: evo.WallClock(0), ValueError, "`seconds`", "got 0", "in (0, inf)", "a positive number of seconds"),
    (lambda: evo.WallClock(float("inf")), ValueError, "`seconds`", "got inf", "in (0, inf)", "a positive number"),
    (lambda: evo.Target("best"), TypeError, "`value`", "'best' of type str", "be a number", "Target() for the optimum"),
    (lambda: evo.Target(float("nan")), ValueError, "`value`", "got nan", "be a number", "Target() for the optimum"),
    (lambda: evo.Every(0), ValueError, "`steps`", "got 0", "be an integer >= 1", "evo.Every(100, evo.value)"),
    (lambda: evo.LogGrid(True), TypeError, "`points`", "got True", "be an integer >= 1", "rows per decade"),
    (lambda: evo.Final("value"), TypeError, "`observables`", "'value' of type str", "AbstractObservable", "evo.value"),
    (lambda: evo.Final(d.zeros, d.zeros), ValueError, "`observables`", "zeros", "different names", "once"),
    # engines
    (
        lambda: run(
            problem=d.Custom(len, n=4, sense=evo.Sense.MAXIMISE), engine=evo.Engine.REFERENCE, stop=evo.Steps(1)
        ),
        ValueError,
        "`engine`",
        "got Engine.REFERENCE",
        "be exact for this combination, but Custom(len, n=4, maximise) is no compiled function",
        "evo.Engine.AUTO",
    ),
    (
        lambda: run(record=evo.Every(1, d.level)),
        ValueError,
        "`record`",
        "got Every(1, ",
        "read what the problem has, but observable 'level': OneMax(n=6) has no levels",
        "HotTopic and LeadingOnes have",
    ),
    (
        lambda: run(problem=d.BinVal(60), stop=evo.Target(3)),
        ValueError,
        "`stop`",
        "got Target(value=3.0)",
        "have no target value: the values of BinVal(n=60) are only ordered",
        "Stop at the optimum",
    ),
    # resume
    (lambda: run(resume=3), TypeError, "`resume`", "got 3 of type int", "be RunState", "`result.state`"),
    (lambda: run(resume=started(), seed=1), ValueError, "`resume`", "got Key(", "with seed Key(", "the same seed"),
    (
        lambda: run(resume=started(), optimizer=d.RandomLocalSearch(acceptance=d.Strict())),
        ValueError,
        "`resume`",
        "got RandomLocalSearch(acceptance=Elitist()",
        "optimizer RandomLocalSearch(acceptance=Strict()",
        "Pass the same optimizer, or start a new run",
    ),
    (
        lambda: run(resume=started(), problem=d.OneMax(7)),
        ValueError,
        "`resume`",
        "got OneMax(n=6)",
        "with problem OneMax(n=7)",
        "Pass the same problem",
    ),
    (
        lambda: run(resume=started(), record=evo.Every(4)),
        ValueError,
        "`record`",
        "got Every(4, (Value(),))",
        "equal the recorder of the state, Every(3, (Value(), BestValue()))",
        "Leave `record` out",
    ),
    (
        lambda: run(resume=started(), engine=evo.Engine.PYTHON),
        ValueError,
        "`engine`",
        "got 'python v1'",
        "be reference v1, which made the state",
        "Resume on the engine and version",
    ),
    (
        lambda: run(resume=started(), start=np.zeros(6)),
        ValueError,
        "`start`",
        "shape (6,)",
        "be None together with `resume`",
        "Drop `start`",
    ),
    # strings, lengths, problems
    (lambda: d.OneMax(0), ValueError, "`n`", "got 0", "be an integer in [1, 2147483647]", "at least 1"),
    (lambda: d.OneMax(2.5), TypeError, "`n`", "got 2.5", "be an integer in [1, 2147483647]", "the number of bits"),
    (lambda: run(start=np.zeros(5)), ValueError, "`start`", "shape (5,)", "shape (n,) = (6,)", "as many bits"),
    (lambda: run(start=[0, 1, 2, 0, 1, 0]), ValueError, "`bits`", "shape (6,)", "only 0 and 1", "Pass the bits"),
    (lambda: run(start=[]), ValueError, "`start`", "shape (0,)", "shape (n,) = (6,)", "as many bits"),
    (lambda: run(start="010101"), TypeError, "`bits`", "'010101'", "only 0 and 1", "Pass the bits"),
    (
        lambda: ONEMAX.evaluate([0, 1, 0], 0, None),
        ValueError,
        "`candidates`",
        "an array of shape (3,)",
        "(candidates, n) = (k, 6)",
        "one string x as x[None]",
    ),
    (
        lambda: ONEMAX.evaluate(np.full((1, 6), 2), 0, None),
        ValueError,
        "`candidates`",
        "shape (1, 6)",
        "hold only 0 and 1",
        "Pass strings of zeros and ones",
    ),
    (
        lambda: run(problem=evo.BlackBox(len, sense=evo.Sense.MINIMISE, start=[0]), stop=evo.Steps(1)),
        ValueError,
        "`problem`",
        "got BlackBox(len, minimise)",
        "be a problem on bit strings",
        "d.Custom(f, n=..., sense=...)",
    ),
    (
        lambda: evo.BlackBox(3, sense=evo.Sense.MINIMISE, start=0),
        TypeError,
        "`function`",
        "got 3 of type int",
        "be callable",
        "a function of one candidate",
    ),
    (
        lambda: evo.BlackBox(len, sense="min", start=0),
        TypeError,
        "`sense`",
        "got 'min' of type str",
        "be Sense",
        "evo.Sense.MINIMISE or evo.Sense.MAXIMISE",
    ),
    (
        lambda: run(problem=d.Custom(lambda x: x, n=6, sense=evo.Sense.MAXIMISE), stop=evo.Steps(1)),
        TypeError,
        "`function`",
        "an array of shape (6,)",
        "return one real number",
        "reduce arrays yourself",
    ),
    (
        lambda: run(problem=d.Custom(lambda x: "a", n=6, sense=evo.Sense.MAXIMISE), stop=evo.Steps(1)),
        TypeError,
        "`function`",
        "got 'a' of type str",
        "return one real number",
        "Return one number per candidate",
    ),
    # optimizers
    (lambda: d.OnePlusOne(rate=0.1), TypeError, "`rate`", "got 0.1", "be AbstractRate", "does not say whether"),
    (lambda: d.OnePlusOne(rate=d.Static), TypeError, "`rate`", "Static", "be AbstractRate", "d.Static(strength=1.0)"),
    (
        lambda: run(optimizer=d.OnePlusOne(rate=d.Static(strength=7.0))),
        ValueError,
        "`strength`",
        "got 7.0",
        "be at most n=6",
        "pass strength <= 6",
    ),
    (lambda: SEARCH.init(0, ONEMAX), TypeError, "`key`", "got 0 of type int", "be Key", "Pass evo.Key(seed)"),
    (
        lambda: run(optimizer=d.OnePlusOne(rate=d.Schedule(lambda t: 2.0 if t > 1 else 0.0)), start=np.zeros(6)),
        ValueError,
        "`rate`",
        "got 2.0 from Schedule(<lambda>) in step 2 with n=6",
        "lie in [0, 1]",
        "min(0.5, ...)",
    ),
]


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize(
    ("call", "kind", "argument", "received", "allowed", "action"),
    REFUSALS,
    ids=[f"{place}-{case[2].strip('`')}" for place, case in enumerate(REFUSALS)],
)
def test_refusals(call, kind, argument, received, allowed, action):
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    text = str(caught.value)
    for piece in (argument, received, allowed, action):
        assert piece in text, f"{piece!r} is missing in: {text}"


@pytest.mark.usefixtures("kernels")
def test_integral_floats_and_numpy_numbers_are_numbers():
    assert repeat(runs=np.int64(2), first=0.0).spent.tolist() == repeat(runs=2.0).spent.tolist()
    assert run(seed=3.0).steps == run(seed=3).steps


@pytest.mark.usefixtures("kernels")
def test_one_bit():
    for engine in (evo.Engine.REFERENCE, evo.Engine.PYTHON):
        result = run(problem=d.OneMax(1), start=[0], engine=engine)
        assert (result.steps, result.value) == (1, 1.0)


def test_an_engine_that_an_optimizer_does_not_have():
    from tests.contracts.algorithms import CommaEa

    words = (
        r"`engine` must be one that CommaEa\(.*\) has: evo\.Engine\.PYTHON; got Engine\.REFERENCE\. Pass one of them"
    )
    with pytest.raises(ValueError, match=words):
        run(optimizer=CommaEa(), engine=evo.Engine.REFERENCE)


def test_unknown_names_are_reported():
    with pytest.raises(AttributeError, match="module 'evo' has no attribute 'runn'"):
        evo.runn  # noqa: B018
