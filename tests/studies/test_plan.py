"""Blocks have reversible names that any file system takes; plans compare by what the rows depend on."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.studies import Block, Plan
from evo.studies.plan import changes
from tests.studies.driver import ODD_CELLS, make_plan


@pytest.mark.parametrize("cell", ODD_CELLS)
def test_odd_cells_have_safe_reversible_names(cell: str) -> None:
    stem = Block(cell, 3, 4).stem
    assert re.fullmatch(r"[A-Za-z0-9=,+%_][A-Za-z0-9=,.+%_-]*@3\+4", stem)
    assert not re.match(r"(?i)(con|nul)\b", stem)
    assert Block.parse(stem) == Block(cell, 3, 4)


def test_names_of_odd_cells_differ() -> None:
    assert len({Block(cell, 0, 1).stem for cell in ODD_CELLS}) == len(ODD_CELLS)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.integers(0, 2**61),
    st.integers(1, 2**61),
)
def test_stem_round_trip(cell: str, first: int, count: int) -> None:
    block = Block(cell, first, count)
    assert block.stem.isascii() and "/" not in block.stem and len(block.stem) <= 200
    assert Block.parse(block.stem) == block


@pytest.mark.parametrize("stem", ["", "a", "a@1", "a@1+0", "a@01+2", "a b@1+2", "%61@1+2", "%ff@1+2", "@1+2", "a@1+2 "])
def test_only_stems_are_parsed(stem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got {stem!r}")):
        Block.parse(stem)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("", 0, 1), ValueError, "`cell` must be a name"),
        ((3, 0, 1), ValueError, "`cell` must be a name"),
        (("a", -1, 1), ValueError, "first=-1, count=1. Pass first >= 0"),
        (("a", 0, 0), ValueError, "count=0"),
        (("a", 1.0, 1), TypeError, "`first` must be an integer; got 1.0"),
        (("a", 0, True), TypeError, "`count` must be an integer; got True"),
        (("a" * 161, 0, 1), ValueError, "at most 160 characters .* needs 161. Use a shorter name"),
        (("\ud800", 0, 1), ValueError, "UTF-8"),
    ],
)
def test_bad_blocks_are_refused(arguments: tuple[Any, ...], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        Block(*arguments)


def test_numpy_integers_become_integers() -> None:
    block = Block("a", np.int64(3), np.uint8(4))  # pyright: ignore[reportArgumentType]
    assert (type(block.first), type(block.count)) == (int, int)
    assert type(make_plan(seed=np.uint64(2**63)).seed) is int


def test_plan_round_trip() -> None:
    odd = make_plan(blocks=[Block(cell, 0, 2) for cell in ODD_CELLS], engines={"μ+λ → ∞": "chain 2"}, seed=2**127)
    for plan in (odd, make_plan(), Plan(name="", seed=-1)):
        again = Plan.from_json(plan.to_json())
        assert again == plan and hash(again) == hash(plan) and again.to_json() == plan.to_json()
        assert again.blocks == plan.blocks and all(again.key(cell) == plan.key(cell) for cell in plan.cells)


def test_plan_is_frozen_and_copies_what_it_is_given() -> None:
    config = {"c": [1, 2]}
    plan = make_plan(config=config)
    config["c"].append(3)
    assert plan.config == {"c": [1, 2]}
    with pytest.raises(FrozenInstanceError):
        plan.seed = 3  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("parts", "kind", "message"),
    [
        ({"config": {"a": (1, 2)}}, TypeError, r"`config` must be a dict of plain .* Pass encode\(config\)"),
        ({"config": {"a": float("nan")}}, TypeError, "`config`"),
        ({"config": [1]}, TypeError, r"got \[1\]"),
        ({"seed": 1.5}, TypeError, "`seed` must be an integer; got 1.5"),
        ({"name": 3}, TypeError, "`name` and `code` must be strings; got 3"),
        ({"engines": {"z": "event 1"}}, ValueError, "`engines` must name cells of the blocks; 'z'"),
        ({"blocks": [Block("a", 0, 5), Block("b", 0, 5), Block("a", 4, 2)], "engines": {}}, ValueError, "share runs"),
        ({"blocks": [Block("a", 0, 5), Block("a", 0, 5)], "engines": {}}, ValueError, "a@0.5 and a@0.5 do"),
    ],
)
def test_bad_plans_are_refused(parts: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make_plan(**parts)


def test_other_texts_are_no_plans() -> None:
    text = make_plan().to_json()
    for broken, message in (
        (text[:50], "Expecting|Unterminated"),
        (text.replace("store 1", "store 2"), "format must be 'evo store 1'; got 'evo store 2'"),
        (text.replace('"seed"', '"sead"'), "lacks seed"),
        (text.replace("@0+5", "@0+0"), "`stem` must be a block"),
    ):
        with pytest.raises(ValueError, match=message):
            Plan.from_json(broken)


def test_adding_and_reordering_blocks_is_no_change() -> None:
    old = make_plan()
    more_cells_and_runs = make_plan(cells=5, rounds=4)
    assert changes(old, old) == []
    assert changes(old, more_cells_and_runs) == []
    assert changes(old, make_plan(blocks=old.blocks[::-1])) == []
    assert changes(more_cells_and_runs, old)[0].startswith(
        "blocks: 14 of 20 are no longer planned: c=3_n=10@0+5, c=4_n=10@0+5, "
    )


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({"name": "other"}, 'name: "trial" -> "other"'),
        ({"seed": 8}, "seed: 7 -> 8"),
        ({"code": "abd"}, 'code: "abc" -> "abd"'),
        ({"config": {"factor": 1.25, "list": [1, 2]}}, "config.factor: 1.5 -> 1.25"),
        ({"config": {"factor": 1.5, "list": [1, 3]}}, "config.list[1]: 2 -> 3"),
        ({"config": {"factor": 1.5, "list": [1]}}, "config.list: [1,2] -> [1]"),
        ({"config": {"factor": 1.5}}, "config.list: [1,2] -> absent"),
        ({"config": {"factor": 1.5, "list": [1, 2.0]}}, "config.list[1]: 2 -> 2.0"),
        ({"config": {"factor": 1.5, "list": [1, 2], "odd key": 1}}, "config['odd key']: absent -> 1"),
        (
            {"engines": {"c=0 n=10": "chain 1", "c=1 n=10": "event 1", "c=2 n=10": "event 1"}},
            'engines[\'c=0 n=10\']: "event 1" -> "chain 1"',
        ),
    ],
)
def test_any_other_change_is_named(parts: dict[str, Any], line: str) -> None:
    old, new = make_plan(), make_plan(**parts)
    assert changes(old, new) == [line]
    assert old != new


def test_keys_follow_what_the_rows_of_a_cell_depend_on() -> None:
    cell, plan = "c=0 n=10", make_plan()
    assert make_plan(cells=5, rounds=9, name="other").key(cell) == plan.key(cell)
    others = [make_plan(seed=8), make_plan(code="x"), make_plan(config={}), make_plan(engines={cell: "chain 1"})]
    assert len({plan.key(cell), *(other.key(cell) for other in others)}) == 5
