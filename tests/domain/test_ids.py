"""UUIDv7: version and variant bits where RFC 9562 has them, and an order that is that of time."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.ids import first_id, is_id, new_id

moments = st.integers(min_value=0, max_value=2**48 - 1)


@given(moments)
def test_an_id_is_a_uuid_of_version_7_whose_first_48_bits_are_the_time(now: int) -> None:
    made = uuid.UUID(new_id(now))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == now


@given(moments, moments)
def test_ids_sort_by_the_time_they_were_made(one: int, other: int) -> None:
    if one != other:
        assert (new_id(one) < new_id(other)) == (one < other)


def test_ids_of_one_moment_are_not_alike() -> None:
    ids = [uuid.UUID(new_id(1_800_000_000_000)) for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    ever_set = ever_clear = 0
    for one in ids:
        ever_set |= one.int
        ever_clear |= ~one.int
    at_random = (0xFFF << 64) | ((1 << 62) - 1)
    assert ever_set & ever_clear & ((1 << 128) - 1) == at_random


@given(moments)
def test_what_is_made_is_known_as_an_id(now: int) -> None:
    assert is_id(new_id(now))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "019a0000-0000-7000-8000-00000000000",
        "019A0000-0000-7000-8000-000000000000",
        "{019a0000-0000-7000-8000-000000000000}",
        "urn:uuid:019a0000-0000-7000-8000-000000000000",
        "019a0000000070008000000000000000",
        None,
        7,
    ],
)
def test_other_spellings_are_no_ids(text: object) -> None:
    assert not is_id(text)


def test_a_moment_parts_the_ids_before_it_from_its_own_and_later_ones() -> None:
    at = 1_790_000_000_000
    assert new_id(at - 1) < first_id(at) < min(new_id(at) for _ in range(50)) < new_id(at + 1)
