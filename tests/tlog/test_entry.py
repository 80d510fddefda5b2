"""What an entry of the log commits to, and that it has one spelling only."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.entry import LogEntry, blind

DIGEST = sha256(b"a stored record").digest()
MOMENT = 1795323600123
ENTRY = LogEntry("declaration", "urn:uuid:0193a2f4-7e1c-7d3e-9a51-0c5b8f2d4e6a", DIGEST, MOMENT)
words = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'),
    min_size=1,
    max_size=40,
)
entries = st.builds(
    LogEntry, words, words, st.binary(min_size=32, max_size=32), st.integers(0, 253402300799999)
)


def test_an_entry_is_one_line_of_json_with_its_members_in_a_fixed_order() -> None:
    members = json.loads(ENTRY.encode(), object_pairs_hook=list)
    assert [name for name, _ in members] == ["v", "type", "id", "digest", "time"]
    assert dict(members)["time"] == "2026-11-22T05:00:00.123Z"
    assert b" " not in ENTRY.encode()


@given(entries)
def test_an_entry_is_read_back_as_it_was(entry: LogEntry) -> None:
    assert LogEntry.decode(entry.encode()) == entry


@given(entries)
def test_any_json_writer_without_spaces_gives_the_same_bytes(entry: LogEntry) -> None:
    members = json.loads(entry.encode())
    assert json.dumps(members, separators=(",", ":")).encode() == entry.encode()


@given(entries)
def test_the_time_is_the_millisecond_in_utc(entry: LogEntry) -> None:
    written = datetime.fromisoformat(json.loads(entry.encode())["time"])
    seconds, milliseconds = divmod(entry.at, 1000)
    assert written == datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


@pytest.mark.parametrize(
    ("at", "time"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (951_782_400_999, "2000-02-29T00:00:00.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_no_millisecond_is_lost_to_rounding(at: int, time: str) -> None:
    entry = LogEntry("t", "i", DIGEST, at)
    assert json.loads(entry.encode())["time"] == time
    assert LogEntry.decode(entry.encode()) == entry


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"v":1', '"v":2'),
        ('"v":1', '"v": 1'),
        ('{"v":1,', "{"),
        ('"v":1,"type":"declaration"', '"type":"declaration","v":1'),
        ('"type":"declaration"', '"type":"declaration","type":"declaration"'),
        ('"declaration"', '"declar\\u0061tion"'),
        ('"declaration"', '"déclaration"'),
        ('"declaration"', '""'),
        ('"declaration"', '"' + "x" * 1025 + '"'),
        ("sha-256=:", "sha-512=:"),
        ("=:", "=:=:"),
        (".123Z", ".1230Z"),
        (".123Z", "Z"),
        (".123Z", ".123+00:00"),
        ("T05", " 05"),
        ("T05", "T24"),
        ("11-22", "11-31"),
        ("11-22", "13-22"),
        ("00:00.123", "00:60.123"),
        ("2026-", "1969-"),
        ("2026-", "0000-"),
        ("2026-", "٢٠٢٦-"),
        ('Z"}', 'Z","more":1}'),
        ('Z"}', 'Z"}\n'),
        ('Z"}', 'Z"'),
        ("{", " {"),
    ],
)
def test_an_entry_in_another_spelling_is_refused(old: str, new: str) -> None:
    original = ENTRY.encode().decode()
    assert old in original
    with pytest.raises(VerificationFailed):
        LogEntry.decode(original.replace(old, new).encode())


def test_a_digest_with_stray_bits_in_its_last_character_is_refused() -> None:
    original = LogEntry("t", "i", bytes(32), 0).encode()
    assert b"AAA=:" in original
    with pytest.raises(VerificationFailed, match="canonical base64"):
        LogEntry.decode(original.replace(b"AAA=:", b"AAB=:"))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_entry_are_refused(data: bytes) -> None:
    with pytest.raises(VerificationFailed):
        LogEntry.decode(data)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (("", "id", DIGEST, 0), "type"),
        (("a type", "id", DIGEST, 0), "type"),
        (("type", "", DIGEST, 0), "id"),
        (("type", 'i"d', DIGEST, 0), "id"),
        (("type", "i\\d", DIGEST, 0), "id"),
        (("type", "i\nd", DIGEST, 0), "id"),
        (("type", "idé", DIGEST, 0), "id"),
        (("type", "x" * 1025, DIGEST, 0), "id"),
        (("type", "id", DIGEST[:-1], 0), "digest"),
        (("type", "id", DIGEST, -1), "at"),
        (("type", "id", DIGEST, 253_402_300_800_000), "at"),
    ],
)
def test_what_cannot_be_written_plainly_is_refused_and_named(
    entry: tuple[str, str, bytes, int], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        LogEntry(*entry)
    assert refused.value.field == field


def test_an_id_stands_in_the_log_so_that_nobody_reads_it_there() -> None:
    blinded = blind("01990000-0000-7000-8000-000000000000")
    assert blinded == "qrRj0XmlREetWdjeUCg267jaACnT5bhiauTSJfM0h4g"
    assert blind("01990000-0000-7000-8000-000000000001") != blinded
    assert LogEntry("t", blinded, DIGEST, 0).encode()
