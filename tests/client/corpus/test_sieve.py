"""A snapshot as a sieve for many rows: it says of each what the snapshot says, and is certain of nothing more."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.client.corpus.sieve import SnapshotSieve, describe
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Usage
from registry.errors import VerificationFailed
from registry.instants import HOUR_MS
from registry.screening.filter_file import Filter, write_filter
from registry.screening.key_lists import sorted_keys
from registry.screening.keys import keys_of
from registry.screening.manifest import REGISTERED, own_versions
from registry.screening.snapshot import Screened, Snapshot
from registry.services.gather_keys import Contents
from tests.screening.sets import MADE_AT, manifest_of, snapshot_of

IDENTIFIERS = [
    "isrc:GBAYE0601498",
    "ISRC:gb-aye-06-01498",
    "isrc:GBAYE0601499",
    "sha256:" + "ab" * 32,
    "sha256:" + "AB" * 32,
    "sha256:" + "cd" * 32,
    "https://artist.example/a/song.mp3",
    "http://www.artist.example/a/song.mp3?utm_source=x",
    "https://artist.example/b",
    "https://elsewhere.example/É",
    "isrc:GBAYE06014",
    "nothing",
]
REGISTERED_ONES = [IDENTIFIERS[0], IDENTIFIERS[3], IDENTIFIERS[6], "https://artist.example/b"]
KEYS = sorted_keys(keys_of(parse_identifier(each))[0] for each in REGISTERED_ONES)
SNAPSHOT = snapshot_of(Contents(KEYS, {usage: sorted_keys([]) for usage in Usage}), Usage.SEARCH)
rows = st.lists(st.lists(st.sampled_from(IDENTIFIERS), max_size=3), max_size=12)


def filtered(keys: "array[int]", now: int = MADE_AT) -> Snapshot:
    """The same as a real filter file, which numpy can read many keys of."""
    file = BytesIO()
    write_filter(keys, file)
    manifest = manifest_of({REGISTERED: keys})
    return Snapshot(manifest, {REGISTERED: Filter(file.getvalue())}, lambda: now)


@given(rows)
def test_it_is_certain_of_exactly_what_the_snapshot_calls_unregistered(
    rows: Sequence[Sequence[str]],
) -> None:
    wanted = [SNAPSHOT.screen(row, Usage.SEARCH) is Screened.UNREGISTERED for row in rows]
    assert SnapshotSieve(SNAPSHOT).unregistered(rows) == wanted
    assert SnapshotSieve(filtered(KEYS)).unregistered(rows) == wanted


@given(
    st.lists(st.sampled_from(IDENTIFIERS[0:1] + IDENTIFIERS[2:4] + IDENTIFIERS[5:6]), min_size=1)
)
def test_columns_of_plain_codes_take_a_shorter_way_to_the_same(column: list[str]) -> None:
    rows = [[each] for each in column]
    wanted = [each not in REGISTERED_ONES for each in column]
    assert SnapshotSieve(SNAPSHOT).unregistered(rows) == wanted
    assert SnapshotSieve(filtered(KEYS)).unregistered(rows) == wanted
    assert SnapshotSieve(SNAPSHOT).unregistered([*rows, ["https://x.example/"]]) == [*wanted, True]


def test_what_another_unicode_might_fold_otherwise_is_never_certain() -> None:
    row = ["https://elsewhere.example/É"]
    assert SnapshotSieve(SNAPSHOT).unregistered([row]) == [True]
    other = replace(own_versions(), unicode="1.0.0")
    contents = Contents(KEYS, {usage: sorted_keys([]) for usage in Usage})
    elsewhere = snapshot_of(contents, versions=other)
    assert SnapshotSieve(elsewhere).unregistered([row, ["isrc:GBAYE0601500"]]) == [False, True]


def test_a_snapshot_that_is_over_says_nothing() -> None:
    with pytest.raises(VerificationFailed) as refused:
        SnapshotSieve(filtered(KEYS, MADE_AT + HOUR_MS)).unregistered([["isrc:GBAYE0601500"]])
    assert refused.value.code == "snapshot-expired"


def test_no_rows_are_no_answers() -> None:
    assert SnapshotSieve(filtered(KEYS)).unregistered([]) == []


def test_the_report_says_which_snapshot_it_was() -> None:
    assert describe(SNAPSHOT) == {
        "origin": "registry.example/log",
        "size": 7,
        "made_at": "2026-09-21T14:13:20.000Z",
        "valid_until": "2026-09-21T15:13:20.000Z",
        "registered": SNAPSHOT.manifest.sets[REGISTERED].content,
        "deltas": 0,
    }
