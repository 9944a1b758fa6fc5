"""The tagged JSON codec: whatever it takes comes back as it was, and equal values give equal texts."""

from __future__ import annotations

import enum
import json
import math
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.core.codec import is_plain
from evo.studies import decode, dumps, encode, loads


class Colour(enum.Enum):
    RED = 1
    CRIMSON = 1  # noqa: PIE796 (an alias, on purpose)
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Bits(enum.Flag):
    A = 1
    B = 2


class Pair(NamedTuple):
    first: Any
    second: Any


class Couple(NamedTuple):
    first: Any
    second: Any


@dataclass(frozen=True)
class Part:
    a: Any
    b: Any = 0
    double: Any = field(init=False, default=None)


@dataclass
class Loose:
    a: int


TYPES = (Colour, Level, Bits, Pair, Couple, Part)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**200), 2**200),
    st.floats(),
    st.text(),
    st.sampled_from([*Colour, *Level, *Bits]),
    st.floats(width=32).map(np.float32),
    st.floats().map(np.float64),
    st.floats(width=16).map(np.float16),
    st.integers(0, 2**64 - 1).map(np.uint64),
    st.integers(-128, 127).map(np.int8),
    st.booleans().map(np.bool_),
    st.lists(st.floats(), max_size=6).map(np.array),
    st.lists(st.integers(0, 255), min_size=6, max_size=6).map(lambda x: np.array(x, dtype=np.uint8).reshape(2, 3)),
)
keys = st.one_of(st.text(max_size=3), st.just("!"), st.integers(), st.tuples(st.integers(), st.text(max_size=2)))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
        st.builds(Pair, inner, inner),
        st.builds(Couple, inner, inner),
        st.builds(Part, inner, inner),
    ),
    max_leaves=12,
)


def same(one: Any, two: Any) -> bool:
    """Equality that tells types, signed zeros and dtypes apart and finds NaN equal to itself."""
    if type(one) is not type(two):
        return False
    if isinstance(one, np.ndarray | np.generic):
        number = np.issubdtype(one.dtype, np.floating)
        signs = bool((np.signbit(one) == np.signbit(two)).all()) if number and not np.isnan(one).any() else True
        return one.dtype == two.dtype and bool(np.array_equal(one, two, equal_nan=bool(number))) and signs
    if isinstance(one, enum.Enum):
        return one is two
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(two)) or (one == two and math.copysign(1, one) == math.copysign(1, two))
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict):
        return len(one) == len(two) and all(key in two and same(item, two[key]) for key, item in one.items())
    if isinstance(one, Part):
        return same((one.a, one.b), (two.a, two.b))
    return one == two


@settings(derandomize=True, deadline=None, max_examples=300)
@given(values)
def test_round_trip(value: Any) -> None:
    plain = encode(value)
    assert is_plain(plain)
    text = dumps(plain)
    assert text.isascii()
    assert same(decode(loads(text), TYPES), value)
    assert dumps(encode(decode(loads(text), TYPES))) == text


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(keys, scalars, min_size=2, max_size=5))
def test_text_does_not_depend_on_the_order_of_a_dict(value: dict[Any, Any]) -> None:
    assert dumps(encode(value)) == dumps(encode(dict(reversed(value.items()))))


def test_values_that_python_finds_equal_differ() -> None:
    texts = {dumps(encode(value)) for value in (1, 1.0, True, np.int64(1), np.float64(1), Level.LOW)}
    assert len(texts) == 6
    assert dumps(encode(Pair(1, 2))) != dumps(encode(Couple(1, 2))) != dumps(encode((1, 2)))


def test_plain_values_stay_as_they_are() -> None:
    plain = {"a": [1, 2.5, None, True, "x"], "b": {}}
    assert encode(plain) == plain
    assert dumps(plain) == '{"a":[1,2.5,null,true,"x"],"b":{}}'


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [object()]}, r"value\['a'\]\[0\] is a builtins:object"),
        (OrderedDict(a=1), "OrderedDict"),
        ({1, 2}, "builtins:set"),
        (b"x", "builtins:bytes"),
        (np.str_("x"), "numpy:str_"),
        (np.longdouble(1), "numpy:longdouble"),
        (np.array(["x"]), "numpy:ndarray"),
        (Part(Loose(1)), r"value\.a is a .*Loose, which can change; only frozen .* Add frozen=True"),
        (Bits.A | Bits.B, "combined flag .* only named members .* Pass a tuple"),
    ],
)
def test_other_values_are_refused_with_their_place(value: Any, place: str) -> None:
    with pytest.raises(TypeError, match=place):
        encode(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":1,"a":2}', "names a key twice"),
        ("NaN", "NaN is not JSON"),
        ('{"!":"tuple"}', r"keys \[\]; expected the keys items"),
        ('{"!":"set","items":[]}', "expected one of the tags"),
        ('{"!":"enum","type":"x:Y","name":"A"}', "is a x:Y; `types` has .* Pass that class"),
    ],
)
def test_other_texts_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode(loads(text), TYPES)


def test_another_version_of_a_class_is_refused() -> None:
    plain: Any = encode(Part(1))
    plain["fields"]["c"] = 1
    with pytest.raises(ValueError, match=r"fields \['a', 'b', 'c'\]; the class has \['a', 'b'\].*another version"):
        decode(plain, TYPES)
    member = json.loads(dumps(encode(Colour.RED)).replace("RED", "GREEN"))
    with pytest.raises(ValueError, match=r"the member 'GREEN' of .*Colour; the class has RED, CRIMSON, BLUE"):
        decode(member, TYPES)


def test_two_classes_of_one_name_are_refused() -> None:
    twin = type("Part", (), {"__module__": Part.__module__, "__qualname__": Part.__qualname__})
    with pytest.raises(ValueError, match="two classes named"):
        decode(1, (Part, twin))
