"""A binary fuse filter: yes to every key, seldom to another, and the same as the authors' own library says."""

import json
import random
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import registry
from registry.screening.fuse import (
    Fuse,
    Shape,
    build,
    fingerprint,
    little_endian,
    positions,
    scramble,
    shape_for,
)

KEYS = st.integers(0, 2**64 - 1)
VECTORS = json.loads(
    (Path(registry.__file__).parent / "vectors" / "snapshots.json").read_text(encoding="utf-8")
)


def holds(fuse: Fuse, key: int) -> bool:
    hashed = scramble(key, fuse.seed)
    first, second, third = positions(hashed, fuse.shape)
    cells = fuse.fingerprints
    return cells[first] ^ cells[second] ^ cells[third] == fingerprint(hashed)


@given(st.sets(KEYS, min_size=1, max_size=400))
@settings(max_examples=60)
def test_every_key_is_found(keys: set[int]) -> None:
    made = build(sorted(keys))
    assert all(holds(made, key) for key in keys)
    assert len(made.fingerprints) == made.shape.cells


def test_another_key_is_found_one_time_in_sixty_five_thousand() -> None:
    chance = random.Random(7)
    made = build([chance.getrandbits(64) for _ in range(5_000)])
    wrong = sum(holds(made, chance.getrandbits(64)) for _ in range(100_000))
    assert wrong < 10  # one or two are to be expected


def test_a_large_set_takes_a_little_more_than_eighteen_bits_a_key() -> None:
    for count in (1_000_000, 1_500_000, 2_097_152):
        assert 16 * shape_for(count).cells / count < 18.15


def test_the_same_keys_make_the_same_filter_in_any_order() -> None:
    keys = [scramble(number, 1) for number in range(1_000)]
    assert build(keys) == build(keys[::-1])


def test_no_filter_is_made_of_a_key_that_stands_twice() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        build([7, 7])


def test_a_filter_of_the_authors_library_is_read_and_ours_is_its_equal() -> None:
    theirs = VECTORS["reference_filter"]
    keys = [int(key, 16) for key in theirs["keys"]]
    shape = Shape(theirs["segment_length"], theirs["segment_count"])
    made = Fuse(int(theirs["seed"], 16), shape, array("H", theirs["fingerprints"]))
    assert all(holds(made, key) for key in keys)
    assert shape_for(len(keys)) == shape
    assert [holds(made, key + 1) for key in keys] == [False] * len(keys)


def test_numbers_are_written_with_their_lowest_byte_first() -> None:
    assert little_endian(array("H", [0x0102, 3])) == b"\x02\x01\x03\x00"
