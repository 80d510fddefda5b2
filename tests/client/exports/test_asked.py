"""Real answers over HTTP, as they are filed: an exchange, a gate's journal; held against the registry's export."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.client.ask import Asked, Asker, Asset
from registry.client.exports.verify import Report
from registry.client.gate import gate
from registry.client.published import PublishedKeys
from registry.client.verify import Exchange
from registry.errors import InvalidInput
from tests.client.between import ALLOWED, DENIED, World, world
from tests.exported import exported, verified

WHO: dict[str, Any] = {"usage": "generative-training", "purpose": "p", "team": "t"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("asked")) as made:
        yield made


@pytest.fixture(scope="module")
def journal(here: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = tmp_path_factory.mktemp("book") / "journal"
    with gate(here.client(), [ALLOWED], journal=book, **WHO):
        pass
    return book


@pytest.fixture(scope="module")
def export(here: World, journal: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "export"
    exported(here.served.desk, folder)
    return folder


def judged(here: World, export: Path, *files: Path) -> Report:
    return verified(here.served.desk, export, asked=list(files))


def test_a_journal_is_replayed_and_its_answers_were_right(
    here: World, export: Path, journal: Path
) -> None:
    found = judged(here, export, journal)
    assert found.holds, found
    assert (found.answers, found.right, found.unsettled) == (1, 1, [])


def test_a_journal_that_was_changed_is_found(
    here: World, export: Path, journal: Path, tmp_path: Path
) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    (tmp_path / "short").write_bytes(b"".join(lines[:1] + lines[2:]))
    found = judged(here, export, tmp_path / "short")
    assert (found.code, found.where) == ("answer", "short line 2")
    bent = json.loads(lines[1]) | {"question": '{"usage":"search","items":[]}'}
    (tmp_path / "bent").write_bytes(
        lines[0] + json.dumps(bent).encode() + b"\n" + b"".join(lines[2:])
    )
    assert judged(here, export, tmp_path / "bent").code == "answer"


def test_a_journal_whose_beginning_was_cut_off_does_not_get_round_its_replay(
    here: World, export: Path, journal: Path, tmp_path: Path
) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    (tmp_path / "beheaded").write_bytes(b"".join(lines[1:]))
    found = judged(here, export, tmp_path / "beheaded")
    assert (found.code, found.where) == ("answer", "beheaded line 1")


def test_a_journal_without_an_answer_shows_nothing(
    here: World, export: Path, journal: Path, tmp_path: Path
) -> None:
    (tmp_path / "opened").write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    found = judged(here, export, tmp_path / "opened")
    assert (found.holds, found.unsettled) == (True, ["opened: there is no answer in it"])


def test_of_receipts_no_line_is_passed_over_and_none_is_missing(
    here: World, export: Path, journal: Path, tmp_path: Path
) -> None:
    asked = json.loads(journal.read_bytes().splitlines()[1])
    receipts = [
        json.dumps({"number": number, "question": asked["question"], "receipt": asked["receipt"]})
        for number in range(3)
    ]
    (tmp_path / "whole").write_text("\n".join(receipts))
    assert (judged(here, export, tmp_path / "whole").right) == 3
    for left in (receipts[::2], [receipts[0], receipts[1][:-9], receipts[2]], [receipts[0], "{}"]):
        (tmp_path / "left").write_text("\n".join(left))
        found = judged(here, export, tmp_path / "left")
        assert (found.code, found.where) == ("answer", "left line 2")


def exchange(here: World, path: Path) -> Path:
    """What a platform asks and is told, filed."""
    served = here.served
    keys = PublishedKeys.read(served.http.get(served.url + "/.well-known/did.json").content)
    signer = served.keys["P"]
    asker = Asker(
        served.url, signer, signer.kid, keys, lambda: served.clock() // 1000, lambda seconds: None
    )
    asked = Asked("generative-training", [Asset([DENIED]), Asset([ALLOWED])])
    path.write_bytes(asker.ask(asked, served.http).exchange.encode())
    return path


def test_an_exchange_is_judged(here: World, export: Path, tmp_path: Path) -> None:
    found = judged(here, export, exchange(here, tmp_path / "e.json"))
    assert found.holds, found
    assert found.right == 1


def test_a_lie_that_the_registry_signed_is_found(here: World, export: Path, tmp_path: Path) -> None:
    def lie(answer: dict[str, Any]) -> None:
        answer["results"][0] |= {"decision": "allow", "permitted": True, "opted_out": False}

    with here.lying(lie):
        path = exchange(here, tmp_path / "lie.json")
    found = judged(here, export, path)
    assert (found.code, found.where) == ("answer", "lie.json")
    assert "says decision allow, and by the log it was deny" in str(found.wrong)


def test_an_exchange_that_was_changed_on_file_is_found(
    here: World, export: Path, tmp_path: Path
) -> None:
    path = exchange(here, tmp_path / "e.json")
    filed = Exchange.decode(path.read_bytes())
    changed = replace(filed, body=filed.body.replace(b'"deny"', b'"allow"', 1))
    path.write_bytes(changed.encode())
    assert judged(here, export, path).code == "answer"


@pytest.mark.parametrize("content", [b"", b"nonsense", b'{"a": 1}', b"\xff\xfe"])
def test_a_file_of_another_kind_is_refused(
    here: World, export: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidInput, match="neither an exchange, nor a journal"):
        judged(here, export, tmp_path / "file")


def test_a_line_that_is_no_answer_is_named(here: World, export: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b'{"question": "{}", "receipt": "a.b.c"}\n')
    found = judged(here, export, tmp_path / "file")
    assert (found.code, found.where) == ("answer", "file line 1")


def test_a_file_that_is_not_there_is_refused(here: World, export: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        judged(here, export, tmp_path / "nothing")
    with pytest.raises(InvalidInput, match="cannot be read"):
        verified(here.served.desk, export, heads=[tmp_path / "nothing"])
