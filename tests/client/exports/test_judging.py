"""Was that the right answer? What was signed and is wrong by the log is found; what lies outside is not judged."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from registry.client.exports.verify import Report
from registry.domain.events import Subject
from registry.domain.vocabulary import Usage
from registry.instants import rfc3339
from tests.exported import Rewriter, exported, receipt_line, verified
from tests.registries import DAY, HOUR, Desk, open_desk

GEN = Usage.GENERATIVE_TRAINING
DENIED, FREE, NOBODYS = "isrc:GBAYE0601498", "https://ada.example/x", "isrc:USRC17607839"


@dataclass
class Court:
    """A registry with a denied work and one that is permitted, its export, and its export of one rightsholder."""

    desk: Desk
    folder: Path
    platform: str

    def judged(self, *lines: bytes, export: str = "export", **more: Any) -> Report:
        file = self.folder / "receipts.jsonl"
        file.write_bytes(b"".join(lines))
        return verified(self.desk, self.folder / export, asked=[file], **more)

    def line(self, *items: tuple[str, ...], **more: Any) -> bytes:
        return receipt_line(self.desk, items, GEN, **{"asker": self.platform, **more})


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    folder = tmp_path_factory.mktemp("court")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    platform = desk.platform()
    denied, _ = desk.work(DENIED, by="Bob")
    desk.declare(denied, by="Bob", generative_training="deny")
    free, claim = desk.work(FREE, by="Ada")
    desk.prove(claim, FREE)
    desk.declare(free, by="Ada", generative_training="allow")
    desk.declare(Subject("catalogue", desk.rightsholder("Ada")), by="Ada", search="deny")
    desk.clock.forward(4 * DAY)
    desk.work("iswc:T0345246801", by="Bob")
    exported(desk, folder / "export")
    exported(desk, folder / "ada", rightsholder=[desk.rightsholder("Ada")])
    yield Court(desk, folder, platform)
    desk.registry.close()


def test_right_answers_are_right(court: Court) -> None:
    then = court.desk.clock() - 2 * DAY
    lines = [
        court.line((DENIED,), (FREE,), (NOBODYS,), (DENIED, FREE), ("isrc:broken", DENIED), ("x",)),
        court.line((FREE,), as_of=then),
        court.line((FREE,), asker=None),
    ]
    found = court.judged(*lines)
    assert found.holds, found
    assert (found.answers, found.right, found.unsettled) == (3, 3, [])


def result(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["results"][0].__setitem__(name, value)


def permitted(answer: dict[str, Any]) -> None:
    answer["results"][0] |= {"decision": "allow", "permitted": True, "opted_out": False}


def forgotten(answer: dict[str, Any]) -> None:
    answer["results"][0] |= {
        "decision": "unregistered",
        "permitted": False,
        "opted_out": False,
        "evidence": [],
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (permitted, "says decision allow, and by the log it was deny"),
        (forgotten, "says decision unregistered, and by the log it was deny"),
        (result("disputed", True), "says disputed True"),
        (result("reasons", ["pending"]), "says reasons pending, and by the log it was none"),
        (result("evidence", []), "has 0 pieces of evidence"),
        (lambda a: a["results"][0]["evidence"][0].update(digest="x"), "another digest"),
        (lambda a: a["results"][0]["evidence"][0]["rightsholder"].update(name="Eve"), "rightsholder"),
        (lambda a: a.update(question_digest="sha-256=:AA==:"), "another question"),
        (lambda a: a.update(valid_until=None), "until None"),
        (lambda a: a["checkpoint"].update(origin="elsewhere/log"), "of another log"),
    ],
)  # fmt: skip
def test_what_was_signed_and_is_not_so_by_the_log_is_found(
    court: Court, change: Callable[[dict[str, Any]], Any], words: str
) -> None:
    found = court.judged(court.line((DENIED,), change=change))
    assert (found.code, found.where) == ("answer", "receipts.jsonl line 1")
    assert words in str(found.wrong)


def test_an_answer_under_another_history_is_found(court: Court) -> None:
    line = court.line((DENIED,), change=lambda a: a["checkpoint"].update(root="A" * 43 + "="))
    found = court.judged(line)
    assert (found.code, "another history" in str(found.wrong)) == ("answer", True)


def test_an_answer_that_was_out_of_date_is_found(court: Court) -> None:
    def stale(answer: dict[str, Any]) -> None:
        older = exported(
            court.desk, court.folder / "older", at=rfc3339(court.desk.clock() - 3 * DAY)
        )
        note = (older.path / "data/log/checkpoint").read_text().splitlines()
        answer["checkpoint"] |= {"size": int(note[1]), "root": note[2]}
        answer["answered_at"] = rfc3339(court.desk.clock() + HOUR)
        answer["valid_until"] = rfc3339(court.desk.clock() + HOUR + 1000)

    found = court.judged(court.line((DENIED,), change=stale))
    assert (found.code, "out of date" in str(found.wrong)) == ("answer", True), found


def test_an_answer_that_promised_to_be_good_for_too_long_is_found(
    court: Court, tmp_path: Path
) -> None:
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite3'}")
    work, claim = desk.work(FREE)
    desk.prove(claim, FREE)
    desk.declare(work, generative_training="deny", valid_until=desk.clock() + 10 * 60_000)
    exported(desk, tmp_path / "export")
    here = Court(desk, tmp_path, desk.platform())
    honest = here.line((FREE,))
    exported(desk, tmp_path / "newer")
    assert here.judged(honest, export="newer").right == 1
    later = rfc3339(desk.clock() + HOUR)
    found = here.judged(
        here.line((FREE,), change=lambda a: a.update(valid_until=later)), export="newer"
    )
    assert "said to be good until" in str(found.wrong)
    desk.registry.close()


def test_a_receipt_by_no_key_of_the_registry_is_found(court: Court) -> None:
    members = json.loads(court.line((DENIED,)))
    head, payload, signature = members["receipt"].split(".")
    members["receipt"] = f"{head}.{payload}.{signature[:-4]}AAAA"
    found = court.judged(json.dumps(members).encode() + b"\n")
    assert (found.code, "does not hold" in str(found.wrong)) == ("answer", True)


def test_what_lies_outside_of_an_export_is_not_judged(court: Court) -> None:
    found = court.judged(court.line((FREE,)), court.line((DENIED,)), export="ada")
    assert found.holds, found
    assert (found.right, len(found.unsettled)) == (1, 1)
    assert "outside of this export's scope" in found.unsettled[0]
    older = exported(court.desk, court.folder / "short", at="6")
    found = court.judged(court.line((FREE,)), export=older.path.name)
    assert "rests on" in found.unsettled[0]
    assert found.right == 0


def test_answers_stay_provable_after_what_names_people_is_erased(
    court: Court, tmp_path: Path
) -> None:
    """A body that is gone leaves its digest, and what the rules need of it: proofs verify, answers replay."""
    draft = Rewriter.of(court.desk, court.folder / "export")
    for event in draft.events:
        if event["type"] == "rightsholder.registered":
            text = event.pop("body")
            remains = json.loads(text) | {"name": ""}
            del remains["salt"]
            digest = base64.b64encode(sha256(text.encode()).digest()).decode()
            event.update(digest=f"sha-256=:{digest}:", withheld="erased", remains=remains)
            event["erased_by"] = len(draft.events) + 1  # since the checkpoint
    path = draft.write(tmp_path / "erased")
    assert '"name":"Ada"' not in (path / "data/log/events.jsonl").read_text()
    file = tmp_path / "receipts.jsonl"
    file.write_bytes(court.line((DENIED,), (FREE,)))
    found = verified(court.desk, path, asked=[file])
    assert found.holds, found
    assert (found.right, found.withheld, found.erased) == (1, 2, 2)


def test_an_answer_of_the_sandbox_is_not_judged(court: Court) -> None:
    found = court.judged(court.line((DENIED,), change=lambda answer: answer.update(test=True)))
    assert (found.right, "sandbox" in found.unsettled[0]) == (0, True)
