"""What an auditor finds in a gate's journal, honest and otherwise."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.client.gate import GateClosed, gate
from registry.client.published import PublishedKeys
from registry.client.replay import Replay, replay
from registry.errors import InvalidInput
from registry.signing.content_digest import content_digest
from tests.client.between import ALLOWED, DENIED, World, world

WHO: dict[str, Any] = {"usage": "generative-training", "purpose": "p", "team": "t"}
Entries = list[dict[str, Any]]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("replay")) as made:
        yield made


@pytest.fixture(scope="module")
def keys(here: World) -> PublishedKeys:
    return PublishedKeys.read(
        here.served.http.get(here.served.url + "/.well-known/did.json").content
    )


@pytest.fixture(scope="module")
def honest(here: World, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """opened, asked, began, ended, asked, refused."""
    book = tmp_path_factory.mktemp("book") / "journal"
    with gate(here.client(), [ALLOWED], journal=book, **WHO):
        pass
    with pytest.raises(GateClosed), gate(here.client(), [DENIED], journal=book, **WHO):
        pass
    return book.read_bytes()


def rewritten(honest: bytes, path: Path, change: Callable[[Entries], Any]) -> Path:
    """The journal as somebody would write it anew who changes an entry and mends the chain."""
    entries = [json.loads(line) for line in honest.splitlines()]
    change(entries)
    previous = "0" * 64
    with path.open("wb") as file:
        for seq, entry in enumerate(entries):
            text = json.dumps({**entry, "seq": seq, "previous": previous}).encode()
            previous = hashlib.sha256(text).hexdigest()
            file.write(text + b"\n")
    return path


def words(found: Replay) -> str:
    return " | ".join(problem.words for problem in found.problems)


def test_an_honest_journal_holds_also_when_it_is_copied_entry_by_entry(
    honest: bytes, keys: PublishedKeys, tmp_path: Path
) -> None:
    found = replay(rewritten(honest, tmp_path / "j", lambda entries: None), keys)
    assert found.holds, words(found)
    assert found.acts == {("t", "p", "began"): 1, ("t", "p", "ended"): 1, ("t", "p", "refused"): 1}
    assert (found.lines, found.questions, found.items) == (6, 2, 2)


def other_question(entries: Entries) -> None:
    question = entries[1]["question"].replace(ALLOWED, DENIED)
    entries[1] |= {"question": question, "question_digest": content_digest(question.encode())}


def forged_receipt(entries: Entries) -> None:
    receipt = entries[4]["receipt"][:-8] + "AAAAAAAA"
    entries[4] |= {"receipt": receipt, "answer_digest": content_digest(receipt.encode())}


CHANGES: dict[str, tuple[Callable[[Entries], Any], str]] = {
    "a refusal called a beginning": (lambda e: e[5].update(event="began"), "to be shut"),
    "a refusal with other numbers": (
        lambda e: e[5].update(event="began", accepted=1),
        "by its receipts it is 0 of 1",
    ),
    "another policy": (
        lambda e: e[5].update(event="began", policy="whatever"),
        "is no policy",
    ),
    "another usage": (lambda e: e[2].update(usage="search"), "another usage"),
    "a beginning without its questions": (lambda e: e.pop(1), "0 of 0"),
    "a question that was not asked": (other_question, "another question"),
    "a question beside its digest": (
        lambda e: e[1].update(question=e[1]["question"] + " "),
        "not that of its digest",
    ),
    "a forged receipt": (forged_receipt, "signature|does not hold|not canonical"),
    "a receipt beside its digest": (lambda e: e[1].update(answer_digest="x"), "of its digest"),
    "a beginning long after": (
        lambda e: e[2].update(at="2030-01-01T00:00:00.000Z"),
        "no longer counted",
    ),
    "a beginning long before": (
        lambda e: [each.update(at="2020-01-01T00:00:00.000Z") for each in e],
        "before its answers were given",
    ),
    "times that go back": (
        lambda e: e[3].update(at="2020-01-01T00:00:00.000Z"),
        "older than the one before",
    ),
    "a longer end": (
        lambda e: e[2].update(valid_until="2030-01-01T00:00:00.000Z"),
        "what they do not say",
    ),
    "another platform": (lambda e: e[2].update(platform="p"), "what they do not say"),
    "other decisions": (lambda e: e[2].update(decisions={"allow": 2}), "what they do not say"),
    "another checkpoint": (lambda e: e[5].update(checkpoint={}), "what they do not say"),
    "an end without a beginning": (lambda e: e.pop(2), "had not begun"),
    "two ends": (lambda e: e.append(e[3]), "over already"),
    "an unknown event": (lambda e: e[3].update(event="paused"), "unknown"),
    "a missing member": (lambda e: e[2].pop("policy"), "lacks"),
    "no format": (lambda e: e[0].pop("format"), "is a journal"),
    "opened twice": (lambda e: e.append(e[0]), "opened once"),
    "recovered from nothing": (
        lambda e: e.append({"event": "recovered", "at": e[0]["at"], "lines": 1}),
        "nobody recovered",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_written_anew_and_does_not_hold_is_found(
    honest: bytes, keys: PublishedKeys, tmp_path: Path, name: str
) -> None:
    change, said = CHANGES[name]
    found = replay(rewritten(honest, tmp_path / "j", change), keys)
    assert not found.holds
    assert any(part in words(found) for part in said.split("|")), words(found)


def test_a_step_that_never_ended_is_named(
    honest: bytes, keys: PublishedKeys, tmp_path: Path
) -> None:
    found = replay(rewritten(honest, tmp_path / "j", lambda e: e.pop(3)), keys)
    assert found.holds
    assert len(found.open) == 1


def test_a_changed_byte_anywhere_is_found(
    honest: bytes, keys: PublishedKeys, tmp_path: Path
) -> None:
    path = tmp_path / "j"
    for place in range(0, len(honest) - 300, 97):
        path.write_bytes(honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :])
        assert not replay(path, keys).holds, place


def test_receipts_by_keys_that_are_not_pinned_do_not_hold(honest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(honest)
    assert "not among the 0" in words(replay(path, PublishedKeys({}, None)))


def test_what_is_not_there_cannot_be_read(keys: PublishedKeys, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        replay(tmp_path / "absent", keys)
