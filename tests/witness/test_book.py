"""The witness's book: durable, whole, one process's own, and never taken for empty."""

from pathlib import Path

import pytest

from registry.errors import ConfigurationError, Conflict, Unavailable
from registry.witness.book import NOTHING, Book, Seen, read_book

SEEN = Seen(7, bytes(range(32)), 1_790_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Book.begin(tmp_path / "book.json")
    return tmp_path / "book.json"


def test_what_was_kept_is_there_when_it_is_opened_again(path: Path) -> None:
    with Book.open(path) as book:
        assert book.seen("log.example/log") == NOTHING
        book.keep("log.example/log", SEEN)
        book.keep("other.example/log", Seen(9, bytes(32), 5))
    with Book.open(path) as book:
        assert book.seen("log.example/log") == SEEN
    assert sorted(read_book(path)) == ["log.example/log", "other.example/log"]


def test_a_book_that_is_missing_or_broken_is_not_an_empty_one(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="bring it back"):
        Book.open(tmp_path / "other.json")
    whole = path.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"[]", b'{"format": "x", "logs": {}}'):
        path.write_bytes(broken)
        with pytest.raises(ConfigurationError, match="cannot be read"):
            Book.open(path)


def test_a_book_is_begun_once_and_held_by_one(path: Path) -> None:
    with pytest.raises(Conflict):
        Book.begin(path)
    with Book.open(path), pytest.raises(Conflict, match="another process"):
        Book.open(path)
    with Book.open(path):
        pass


def test_where_it_cannot_be_written_nothing_is_remembered(path: Path) -> None:
    with Book.open(path) as book:
        path.with_name("book.json.new").mkdir()  # in the way of the fresh file
        with pytest.raises(Unavailable):
            book.keep("log.example/log", SEEN)
        assert book.seen("log.example/log") == NOTHING
