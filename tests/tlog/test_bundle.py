"""Bundles of entries, C2SP tlog-tiles "Log entries"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.tiles import decode_bundle, encode_bundle


def test_each_entry_stands_after_its_length_in_two_bytes() -> None:
    assert encode_bundle([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_entries_come_out_of_a_bundle_as_they_went_in(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


def test_the_longest_entry_fits_and_a_longer_one_does_not() -> None:
    longest = b"x" * 65_535
    assert decode_bundle(encode_bundle([longest])) == [longest]
    with pytest.raises(InvalidInput, match="65535 bytes"):
        encode_bundle([longest + b"x"])


@pytest.mark.parametrize("count", [0, 257])
def test_a_bundle_holds_1_to_256_entries(count: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 256"):
        encode_bundle([b"x"] * count)
    with pytest.raises(VerificationFailed, match="1 to 256"):
        decode_bundle(b"\x00\x01x" * count)


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=5), st.data())
def test_a_bundle_that_is_cut_short_inside_an_entry_is_refused(
    entries: list[bytes], data: st.DataObject
) -> None:
    bundle = encode_bundle(entries)
    last = len(bundle) - 2 - len(entries[-1])
    cut = data.draw(st.integers(last + 1, len(bundle) - 1))
    with pytest.raises(VerificationFailed, match="cut short"):
        decode_bundle(bundle[:cut])
