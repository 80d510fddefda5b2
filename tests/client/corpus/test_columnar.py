"""Whole columns against a set of keys: the same rows are left over as when each is read by itself."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.client.corpus.columns import Unreadable, identifiers_of, parse_columns
from registry.client.corpus.sieve import SnapshotSieve
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import resolve
from registry.domain.state import State
from registry.domain.vocabulary import Decision
from registry.errors import InvalidIdentifier
from registry.screening.key_lists import sorted_keys
from registry.screening.keys import keys_of
from tests.client.corpus.test_sieve import filtered
from tests.model.histories import any_histories, questions
from tests.model.profiles import examples
from tests.services.test_gather_keys import gathered_from

np = pytest.importorskip("numpy", reason='no numpy; to have it: pip install ".[screening]"')
pa = pytest.importorskip("pyarrow", reason='no pyarrow; to have it: pip install ".[screening]"')

from registry.client.corpus.arrow_rows import ArrowChunk  # noqa: E402
from registry.client.corpus.columnar import sieved  # noqa: E402

DIGEST = "0123456789abcdef" * 8
VALUES = [
    None,
    "",
    " ",
    DIGEST[:64],
    DIGEST[:64].upper(),
    DIGEST[:63] + "G",
    DIGEST[:63] + "`",
    DIGEST[:63] + "\x11",
    DIGEST[:63] + "é",
    DIGEST[:62],
    DIGEST[:66],
    DIGEST,
    DIGEST.upper(),
    " " + DIGEST[:64],
    "sha256:" + DIGEST[:64],
    "SHA256:" + DIGEST[:64],
    "sha512:" + DIGEST,
    "blake3:" + DIGEST[:64],
    "md5:456" + DIGEST[:64],
    "GBAYE0601498",
    "GBAYE0601499",
    "gbaye0601498",
    "GB-AYE-06-01498",
    "GBAYE060149A",
    "1BAYE0601498",
    "isrc:GBAYE0601498",
    "isrc:GBAYE060149x",
    "https://artist.example/a/song.mp3",
    "HTTP://www.Artist.example/a/Song.mp3",
    "https://youtube.com/watch?v=dQw4w9WgXcQ",
    "nothing",
]
TYPES = ["string", "large_string", "dictionary", "binary", "large_binary"]
COLUMNS = [
    "sha256",
    "sha512",
    "blake3",
    "isrc",
    "url",
    "id",
    "upc",
    "sha256,isrc",
    "url,isrc,sha512",
]


def array(values: list[str | None], kind: str) -> Any:
    """Arrow of this type, as a slice of something larger; bytes of a digest where the type is binary."""
    padded = ["xx", *values, "x"]
    if kind.endswith("binary"):
        data = [None if each is None else _bytes(each) for each in padded]
        return pa.array(data, getattr(pa, kind)()).slice(1, len(values))
    if kind == "dictionary":
        return pa.array(padded, pa.string()).dictionary_encode().slice(1, len(values))
    return pa.array(padded, getattr(pa, kind)()).slice(1, len(values))


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()


def chunk_of(arrays: list[Any], names: str) -> ArrowChunk:
    columns = parse_columns(names)
    batch = pa.RecordBatch.from_arrays(arrays, [each.name for each in columns])
    return ArrowChunk(0, None, batch, columns)


def all_keys(chunk: ArrowChunk) -> set[int]:
    """The keys of everything that any row names."""
    found: set[int] = set()
    for named in chunk.named(range(len(chunk))):
        for text in () if isinstance(named, Unreadable) else named:
            with suppress(InvalidIdentifier):
                found.update(keys_of(parse_identifier(text)))
    return found


def row_by_row(chunk: ArrowChunk, sieve: SnapshotSieve) -> list[int]:
    """What is doubtful when each row is read by itself."""
    values = [each.to_pylist() for each in chunk.arrays()]
    named = [identifiers_of(row, chunk.columns) for row in zip(*values, strict=True)]
    certain = [
        False if isinstance(each, Unreadable) else sieve.unregistered([each])[0] for each in named
    ]
    return [row for row, sure in enumerate(certain) if not sure]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), names=st.sampled_from(COLUMNS), rows=st.integers(1, 12))
def test_the_same_rows_are_doubtful_as_one_by_one(
    data: st.DataObject, names: str, rows: int
) -> None:
    values = st.lists(st.sampled_from(VALUES), min_size=rows, max_size=rows)
    arrays = [array(data.draw(values), data.draw(st.sampled_from(TYPES))) for _ in names.split(",")]
    chunk = chunk_of(arrays, names)
    keys = sorted(all_keys(chunk))
    registered = data.draw(st.sets(st.sampled_from(keys), max_size=3)) if keys else set()
    sieve = SnapshotSieve(filtered(sorted_keys(registered)))
    assert list(sieve.doubtful(chunk)) == row_by_row(chunk, sieve)


def test_canonical_values_are_decided_as_columns_and_the_rest_is_left_over() -> None:
    for scheme, value, other in (
        ("sha256", DIGEST[:64], DIGEST[:64].upper()),
        ("sha512", DIGEST, DIGEST.upper()),
        ("blake3", DIGEST[:64], "blake3:" + DIGEST[:64]),
        ("isrc", "GBAYE0601498", "isrc:GBAYE0601498"),
        ("id", "isrc:GBAYE0601498", "https://artist.example/a"),
        ("url", "https://artist.example/a", "http://www.artist.example/A/"),
    ):
        columns = parse_columns(scheme)
        nothing = lambda keys: np.zeros(len(keys), bool)  # noqa: E731
        everything = lambda keys: np.ones(len(keys), bool)  # noqa: E731
        values = [pa.array([value, None, other, "?", value])]
        met, unsaid = sieved(values, columns, nothing)
        assert (met.tolist(), unsaid.tolist()) == ([], [1, 3]), scheme
        met, unsaid = sieved(values, columns, everything)
        assert (met.tolist(), unsaid.tolist()) == ([0, 2, 4], [1, 3]), scheme


def test_bytes_of_a_digest_are_decided_as_columns_in_either_type() -> None:
    raw = bytes.fromhex(DIGEST[:64])
    key = keys_of(parse_identifier("sha256:" + DIGEST[:64]))[0]
    for kind in (pa.binary(), pa.large_binary(), pa.binary(32)):
        other = bytes(32)
        met, unsaid = sieved(
            [pa.array([raw, other, None], kind)],
            parse_columns("sha256"),
            lambda keys: np.isin(keys, np.array([key], np.uint64)),
        )
        assert (met.tolist(), unsaid.tolist()) == ([0], [2])


def test_a_row_is_met_by_any_of_its_columns_and_said_only_where_all_were_understood() -> None:
    columns = parse_columns("isrc,sha256")
    arrays = [
        pa.array(["GBAYE0601498", "GBAYE0601498", None, "GBAYE0601499", None]),
        pa.array([None, "?", DIGEST[:64], DIGEST[:64], None]),
    ]
    key = keys_of(parse_identifier("isrc:GBAYE0601498"))[0]
    met, unsaid = sieved(arrays, columns, lambda keys: keys == np.uint64(key))
    assert (met.tolist(), unsaid.tolist()) == ([0], [1, 4])


def test_lists_and_numbers_are_left_to_the_way_of_each_row() -> None:
    for values in (pa.array([["GBAYE0601498"]]), pa.array([7])):
        met, unsaid = sieved([values], parse_columns("isrc"), lambda keys: np.ones(len(keys), bool))
        assert (met.tolist(), unsaid.tolist()) == ([], [0])


@given(st.data())
@settings(max_examples=examples(60), deadline=None)
def test_whatever_the_registry_would_meet_is_asked_about_in_every_history(
    data: st.DataObject,
) -> None:
    history = data.draw(any_histories())
    asked = data.draw(questions(history))
    state = State(history)
    identifiers = tuple({i.value: i for i in map(parse_identifier, asked.identifiers)}.values())
    answer = resolve(Question(identifiers, asked.usage, asked.asker, asked.at), state)
    contents = gathered_from(state, max(history[-1].at, asked.at)).contents
    names = ",".join(f"{number}=id" for number in range(len(asked.identifiers)))
    chunk = chunk_of([pa.array([each]) for each in asked.identifiers], names)
    doubtful = SnapshotSieve(filtered(contents.registered)).doubtful(chunk)
    assert list(doubtful) == [0] or answer.decision is Decision.UNREGISTERED
