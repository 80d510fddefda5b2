"""Questions: what may stand for an asset, and how many go into one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.client.question import (
    MOST_ITEMS,
    MOST_QUESTION_BYTES,
    Asked,
    Asset,
    asset_of,
    questions,
)
from registry.errors import InvalidInput, TooLarge


def test_an_item_is_an_identifier_or_several_of_one_asset_or_an_asset() -> None:
    asset = Asset(("isrc:GBAYE0601498",), "row-1")
    assert asset_of("isrc:GBAYE0601498", 0) == Asset(("isrc:GBAYE0601498",))
    assert asset_of(["a:1", "b:2"], 0) == Asset(("a:1", "b:2"))
    assert asset_of(asset, 0) is asset


@pytest.mark.parametrize("item", [[], [1], Asset(()), "a:\ud800", Asset(("a:1",), "\udfff")])
def test_what_names_nothing_is_refused_by_its_place(item: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        list(questions(["a:1", item], "search"))  # type: ignore[list-item]
    assert refused.value.field == "items[1]"


@pytest.mark.parametrize("single", ["isrc:GBAYE0601498", Asset(("a:1",))])
def test_a_single_item_is_not_taken_for_a_list_of_its_letters(single: Any) -> None:
    with pytest.raises(InvalidInput, match="a list"):
        list(questions(single, "search"))


def test_ten_thousand_and_one_items_are_two_questions() -> None:
    sizes = [len(each.items) for each in questions(["a:1"] * (MOST_ITEMS + 1), "search")]
    assert sizes == [MOST_ITEMS, 1]


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=300))
def test_questions_hold_every_item_once_in_order_and_stay_under_the_limit(
    lengths: list[int],
) -> None:
    items = [f"x:{number}:" + "y" * length for number, length in enumerate(lengths)]
    made = list(questions(items, "search", run="r"))
    assert [i for each in made for asset in each.items for i in asset.identifiers] == items
    assert all(len(each.body()) <= MOST_QUESTION_BYTES for each in made)


def test_a_question_is_halved_until_one_item_is_left() -> None:
    first, second = Asked("search", [Asset(("a:1",)), Asset(("b:1",)), Asset(("c:1",))]).halves()
    assert [len(first.items), len(second.items)] == [1, 2]
    with pytest.raises(TooLarge):
        first.halves()


def test_what_is_not_said_is_left_out_of_the_body() -> None:
    assert json.loads(Asked("search", [Asset(("a:1",))]).body()) == {
        "usage": "search",
        "items": [{"identifiers": ["a:1"]}],
    }
