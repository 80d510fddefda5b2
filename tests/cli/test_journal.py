"""`registry journal check`: what holds, what does not, and for whom."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.client.gate import GateClosed, gate
from tests.cli.conftest import Command
from tests.client.between import ALLOWED, DENIED, World, world


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("journal")) as made:
        yield made


@pytest.fixture
def book(here: World, tmp_path: Path) -> Path:
    book = tmp_path / "journal"
    who = {"usage": "generative-training", "purpose": "fine-tune 7", "team": "audio"}
    with gate(here.client(), [ALLOWED], journal=book, **who):  # type: ignore[arg-type]
        pass
    with pytest.raises(GateClosed), gate(here.client(), [DENIED], journal=book, **who):  # type: ignore[arg-type]
        pass
    keys = here.served.http.get(here.served.url + "/.well-known/did.json").content
    (tmp_path / "did.json").write_bytes(keys)
    return book


def test_a_journal_that_holds_is_summed_up(unprepared: Command, book: Path) -> None:
    words = ("journal", "check", str(book), "--trust", str(book.parent / "did.json"))
    said = unprepared(*words).stdout
    assert said.startswith("the journal holds")
    assert "audio  fine-tune 7  refused  1" in said
    found = unprepared.json(*words)
    assert (found["holds"], found["questions"], found["items"]) == (True, 2, 2)


def test_a_journal_that_was_changed_is_reported_by_line(unprepared: Command, book: Path) -> None:
    lines = book.read_bytes().splitlines(keepends=True)
    changed = json.loads(lines[-1])
    changed["event"] = "began"
    book.write_bytes(b"".join(lines[:-1]) + json.dumps(changed).encode() + b"\n")
    said = unprepared(
        "journal", "check", str(book), "--trust", str(book.parent / "did.json"), code=1
    ).stdout
    assert said.startswith("the journal does not hold")
    assert f"line {len(lines)}: " in said


def test_without_pinned_keys_it_is_not_checked(unprepared: Command, book: Path) -> None:
    assert "--trust" in unprepared("journal", "check", str(book), code=2).stderr
