"""Filter files: what was put in is found again; what is cut off, of another version, or in contradiction is refused."""

import io
import random
import struct
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import VerificationFailed
from registry.screening.filter_file import Filter, content_of, write_filter

CHANCE = random.Random(3)
KEYS = array("Q", sorted({CHANCE.getrandbits(64) for _ in range(400)} | {0, 2**64 - 1}))
HEADER, ROW = 56, 32


def written(keys: "array[int]", shard_keys: int = 1 << 21) -> bytes:
    out = io.BytesIO()
    write_filter(keys, out, shard_keys=shard_keys)
    return out.getvalue()


@given(st.sets(st.integers(0, 2**64 - 1), max_size=200), st.sampled_from((1, 7, 50, 1000)))
@settings(max_examples=60)
def test_every_key_is_found_in_however_many_shards_it_lies(keys: set[int], shard_keys: int) -> None:
    ordered = array("Q", sorted(keys))
    made = Filter(written(ordered, shard_keys))
    assert all(key in made for key in keys)
    assert (made.keys, made.content) == (len(keys), content_of(ordered))


def test_nothing_is_in_a_filter_of_nothing() -> None:
    made = Filter(written(array("Q")))
    assert 0 not in made
    assert 2**64 - 1 not in made


def test_progress_ends_at_the_number_of_keys() -> None:
    told: list[tuple[int, int]] = []
    write_filter(KEYS, io.BytesIO(), lambda *at: told.append(at), shard_keys=100)
    assert told[-1] == (len(KEYS), len(KEYS))
    assert len(told) == 8


def test_keys_out_of_order_or_twice_make_no_filter() -> None:
    for keys in ([2, 1], [1, 1]):
        with pytest.raises(ValueError, match="ascending"):
            write_filter(array("Q", keys), io.BytesIO())


def test_what_is_cut_off_anywhere_is_refused() -> None:
    whole = written(KEYS, 100)
    for length in (*range(0, HEADER + 8 * ROW + 4), len(whole) - 1):
        with pytest.raises(VerificationFailed):
            Filter(whole[:length])
    with pytest.raises(VerificationFailed, match="should have"):
        Filter(whole + b"\0")


@pytest.mark.parametrize(
    ("at", "bytes", "why"),
    [
        (0, b"X", "begin like one"),
        (8, b"\x02", "version 2"),
        (12, b"\x11", "too many shards"),
        (12, b"\x04", "contradicts itself"),
        (16, b"\x00", "another number of keys"),
        (HEADER + 8, b"\x01", "shard 0 contradicts"),
        (HEADER + 24, struct.pack("<I", 0), "shard 0 contradicts"),
        (HEADER + 24, struct.pack("<I", 24), "shard 0 contradicts"),
        (HEADER + 24, struct.pack("<I", 1 << 19), "shard 0 contradicts"),
        (HEADER + 28, struct.pack("<I", 0), "shard 0 contradicts"),
        (HEADER + 16, struct.pack("<Q", 1 << 40), "shard 0 contradicts"),
    ],
)
def test_a_head_that_contradicts_itself_is_refused(at: int, bytes: bytes, why: str) -> None:
    whole = bytearray(written(KEYS, 100))
    whole[at : at + len(bytes)] = bytes
    with pytest.raises(VerificationFailed, match=why):
        Filter(whole)


def test_its_bytes_can_be_let_go() -> None:
    whole = bytearray(written(KEYS))
    made = Filter(whole)
    assert KEYS[0] in made
    made.close()
    whole.clear()  # which a buffer that is still read would not allow
