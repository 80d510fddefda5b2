"""Lists and deltas: following them ends with exactly the newer set; whoever keeps a filter misses nothing."""

import io
from array import array
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import VerificationFailed
from registry.screening.filter_file import Filter, content_of, write_filter
from registry.screening.key_lists import (
    Delta,
    Grown,
    apply,
    decode_delta,
    difference,
    encode_delta,
    holds,
    merged,
    no_keys,
    read_list,
    sorted_keys,
    without,
    write_list,
)

SETS = st.sets(st.integers(0, 2**64 - 1) | st.integers(0, 60), max_size=40)
FEW = settings(max_examples=40)


def delta_between(before: "array[int]", after: "array[int]") -> Delta:
    added, removed = difference(before, after)
    return Delta(content_of(before), content_of(after), added, removed)


@FEW
@given(SETS, SETS)
def test_a_delta_leads_from_one_set_to_exactly_the_other(old: set[int], new: set[int]) -> None:
    before, after = sorted_keys(old), sorted_keys(new)
    delta = decode_delta(encode_delta(delta_between(before, after)))
    assert set(delta.added) == new - old
    assert set(delta.removed) == old - new
    assert apply(before, delta) == after


def test_sets_larger_than_a_block_are_compared_to_their_ends() -> None:
    old, new = set(range(0, 50_000, 2)), set(range(0, 40_000, 2)) | {1, 39_999, 90_001}
    added, removed = difference(sorted_keys(old), sorted_keys(new))
    assert (set(added), set(removed)) == (new - old, old - new)
    assert difference(no_keys(), sorted_keys(new))[0] == sorted_keys(new)
    assert difference(sorted_keys(old), no_keys())[1] == sorted_keys(old)


@FEW
@given(SETS, SETS)
def test_a_filter_and_what_was_added_hold_every_key_of_the_newer_set(
    old: set[int], new: set[int]
) -> None:
    before, after = sorted_keys(old), sorted_keys(new)
    out = io.BytesIO()
    write_filter(before, out)
    grown = Grown(Filter(out.getvalue()), delta_between(before, after))
    assert all(key in grown for key in new)
    assert grown.content == content_of(after)


def test_a_delta_of_another_set_changes_nothing() -> None:
    delta = delta_between(sorted_keys([1]), sorted_keys([1, 2]))
    out = io.BytesIO()
    write_filter(sorted_keys([5]), out)
    with pytest.raises(VerificationFailed, match="another set"):
        apply(sorted_keys([5]), delta)
    with pytest.raises(VerificationFailed, match="another set"):
        Grown(Filter(out.getvalue()), delta)


def test_a_delta_that_does_not_lead_to_the_set_that_it_names_is_refused() -> None:
    before = sorted_keys([1])
    lying = Delta(content_of(before), content_of(sorted_keys([1, 2])), sorted_keys([3]), no_keys())
    with pytest.raises(VerificationFailed, match="does not lead"):
        apply(before, lying)


@FEW
@given(SETS, SETS)
def test_taking_away_takes_away_what_is_there_and_no_more(keys: set[int], fewer: set[int]) -> None:
    left = without(sorted_keys(keys), sorted_keys(fewer))
    assert left == sorted_keys(keys - fewer)
    assert all(holds(left, key) == (key in keys - fewer) for key in keys | fewer)


@FEW
@given(SETS, SETS)
def test_two_sets_become_one_in_order_and_each_key_once(keys: set[int], more: set[int]) -> None:
    assert merged(sorted_keys(keys), sorted_keys(more)) == sorted_keys(keys | more)


@FEW
@given(SETS)
def test_a_list_is_read_back(keys: set[int]) -> None:
    out = io.BytesIO()
    write_list(sorted_keys(keys), out)
    assert read_list(out.getvalue()) == sorted_keys(keys)


def test_what_is_no_list_or_delta_or_is_cut_off_or_out_of_order_is_refused() -> None:
    out = io.BytesIO()
    write_list(sorted_keys([1, 2]), out)
    whole = out.getvalue()
    for wrong in (b"", whole[:20], whole[:-1], whole + b"\0", b"X" + whole[1:]):
        with pytest.raises(VerificationFailed, match="key list cannot be read"):
            read_list(wrong)
    with pytest.raises(VerificationFailed, match="version 9"):
        read_list(whole[:8] + b"\x09" + whole[9:])
    with pytest.raises(VerificationFailed, match="ascending"):
        read_list(whole[:-16] + whole[-8:] + whole[-16:-8])
    delta = encode_delta(delta_between(sorted_keys([1]), sorted_keys([2])))
    for wrong in (delta[:50], delta[:-1], delta + b"\0", whole):
        with pytest.raises(VerificationFailed, match="delta cannot be read"):
            decode_delta(wrong)


@FEW
@given(SETS, SETS, SETS)
def test_many_keys_at_once_are_answered_as_one_by_one(
    old: set[int], new: set[int], newer: set[int]
) -> None:
    np = pytest.importorskip("numpy", reason='no numpy; to have it: pip install ".[screening]"')
    out = io.BytesIO()
    steps = [sorted_keys(each) for each in (old, new, newer)]
    write_filter(steps[0], out)
    grown = Grown(
        Grown(Filter(out.getvalue()), delta_between(*steps[:2])), delta_between(*steps[1:])
    )
    asked = sorted_keys(old | new | newer | {5, 2**63})
    many = grown.contains_many(np.array(asked, dtype=">u8"))
    assert many.tolist() == [key in grown for key in asked]
    assert all(key in grown for key in newer)


def test_what_came_and_went_since_the_filter_was_made_is_not_said_to_be_there() -> None:
    steps = [sorted_keys(each) for each in ((1, 2), (1, 2, 3), (1, 2), (1,))]
    out = io.BytesIO()
    write_filter(steps[0], out)
    grown: Filter | Grown = Filter(out.getvalue())
    for before, after in pairwise(steps):
        grown = Grown(grown, delta_between(before, after))
    assert [key in grown for key in (1, 2, 3)] == [True, True, False]
