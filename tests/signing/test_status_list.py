"""Bitstring Status Lists: bits in, the same bits out, and nothing that swells."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import VerificationFailed
from registry.signing import base64url
from registry.signing.status_list import (
    STATUS_LIST_BYTES,
    STATUS_LIST_LENGTH,
    bits_with,
    build_status_list_credential,
    decode,
    encode,
    is_revoked,
    is_set,
    status_entry,
)

URL = "https://registry.example/v1/status/7"


def _list(indexes, url=URL, purpose="revocation"):
    return build_status_list_credential(
        list_url=url,
        issuer="did:web:registry.example",
        valid_from="2026-11-22T00:00:00Z",
        valid_until="2026-11-23T00:00:00Z",
        bits=bits_with(indexes),
        purpose=purpose,
    )


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, STATUS_LIST_LENGTH - 1), max_size=50))
def test_the_bits_that_were_set_come_back_and_no_others(indexes):
    bits = decode(encode(bits_with(indexes)))
    assert {i for i in range(STATUS_LIST_LENGTH) if bits[i >> 3] & 0x80 >> (i & 7)} == indexes
    assert all(is_set(bits, i) for i in indexes)


def test_index_zero_is_the_leftmost_bit():
    assert bits_with([0])[0] == 0b1000_0000
    assert bits_with([7])[0] == 0b0000_0001
    assert bits_with([STATUS_LIST_LENGTH - 1])[-1] == 0b0000_0001


def test_an_empty_list_that_others_packed_decodes_to_no_bits():
    # The encodedList of the examples in Bitstring Status List 1.0.
    text = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert decode(text) == bytes(STATUS_LIST_BYTES)


def test_the_same_bits_always_give_the_same_text():
    assert encode(bits_with([1, 2])) == encode(bits_with([2, 1]))


@pytest.mark.parametrize("index", [-1, STATUS_LIST_LENGTH])
def test_an_index_outside_the_list_is_an_error(index):
    with pytest.raises(ValueError, match="not within"):
        bits_with([index])
    with pytest.raises(ValueError, match="not within"):
        status_entry(URL, index)
    with pytest.raises(VerificationFailed, match="outside"):
        is_set(bits_with([]), index)


def _packed(data):
    return "u" + base64url.encode(gzip.compress(data, mtime=0))


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "u",
        "z" + encode(bytes(STATUS_LIST_BYTES))[1:],
        encode(bytes(STATUS_LIST_BYTES)) + "=",
        encode(bytes(STATUS_LIST_BYTES))[:-8],
        "u" + base64url.encode(b"not gzip at all"),
        "u" + base64url.encode(zlib.compress(bytes(STATUS_LIST_BYTES))),
        "u" + base64url.encode(gzip.compress(bytes(STATUS_LIST_BYTES), mtime=0) + b"more"),
        _packed(bytes(STATUS_LIST_BYTES - 1)),
        _packed(bytes(STATUS_LIST_BYTES + 1)),
        None,
        7,
    ],
)
def test_a_list_that_is_not_exactly_one_list_is_refused(encoded):
    with pytest.raises(VerificationFailed):
        decode(encoded)


def test_a_small_text_that_would_unpack_to_64_mebibytes_is_refused():
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    with pytest.raises(VerificationFailed, match="exactly"):
        decode("u" + base64url.encode(bomb))


def test_a_wrong_length_of_bits_is_never_published():
    with pytest.raises(ValueError, match="16384 bytes"):
        encode(bytes(10))


def test_a_record_is_revoked_when_its_bit_is_set_in_its_list():
    assert is_revoked(status_entry(URL, 4711), _list([4711]))
    assert not is_revoked(status_entry(URL, 4712), _list([4711]))


@pytest.mark.parametrize(
    ("entry", "listed"),
    [
        (status_entry(URL, 1), _list([1], url=URL + "8")),
        (status_entry(URL, 1), _list([1], purpose="suspension")),
        ({**status_entry(URL, 1), "statusListIndex": 1}, _list([1])),
        ({**status_entry(URL, 1), "statusListIndex": "131072"}, _list([1])),
        ({**status_entry(URL, 1), "statusListIndex": "-1"}, _list([1])),
        ({**status_entry(URL, 1), "statusListIndex": "٣"}, _list([1])),
        ({**status_entry(URL, 1), "statusListIndex": "9" * 5000}, _list([1])),
        (status_entry(URL, 1), {"id": URL, "credentialSubject": {"type": "Other"}}),
        (status_entry(URL, 1), {"id": URL}),
    ],
)
def test_a_list_that_does_not_belong_to_the_record_answers_nothing(entry, listed):
    with pytest.raises(VerificationFailed):
        is_revoked(entry, listed)
