"""What a scoped export takes in: enough to answer for the works in it, and nobody's name beyond."""

import json
from pathlib import Path
from typing import Any

import pytest

from registry.domain.events import Subject
from registry.domain.vocabulary import Assurance, Role
from registry.errors import InvalidInput
from registry.instants import rfc3339
from registry.services.attest_claim import attest_claim
from registry.services.declare import withdraw
from registry.services.export_scope import Scope, scope_of
from registry.services.register_work import claim_subject
from tests.exported import events_of, exported, verified
from tests.registries import DAY, STEWARD, TOKEN, Desk


def whole_text(export: Path) -> str:
    return "".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in export.rglob("*")
        if path.is_file() and path.name != "leaves.bin"
    )


def rows_in(export: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (export / "data/records.jsonl").read_text().splitlines()]


def lines_in(export: Path) -> list[dict[str, Any]]:
    text = (export / "data/log/events.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_one_rightsholder_is_exported_without_the_names_of_others(
    desk: Desk, tmp_path: Path
) -> None:
    mine, _ = desk.work("isrc:GBAYE0601498", by="Ada")
    desk.declare(mine, by="Ada", generative_training="deny")
    theirs, _ = desk.work("isrc:USRC17607839", by="Somebody Else")
    desk.declare(theirs, by="Somebody Else", generative_training="deny")
    # claims the same work, and says nothing: part of every answer about it, by id
    partner = desk.rightsholder("Silent Partner")
    with desk.registry.writing() as ledger:
        claim_subject(ledger, partner, Subject("work", mine), Role.OTHER, None, TOKEN)
    made = exported(desk, tmp_path / "export", rightsholder=[desk.rightsholder("Ada")])
    text = whole_text(tmp_path / "export")
    assert "Ada" in text
    assert "Somebody Else" not in text
    assert theirs not in text
    assert [row["rightsholder_name"] for row in rows_in(tmp_path / "export")] == ["Ada"]
    assert made.events < made.size
    found = verified(desk, tmp_path / "export", replay=True)
    assert found.holds, found
    assert (found.withheld, found.scope) == (
        made.withheld,
        {"rightsholder": [desk.rightsholder("Ada")]},
    )


def test_a_co_owner_far_away_is_there_by_id_alone(desk: Desk, tmp_path: Path) -> None:
    """Ada's prefix was vouched for on a work that Bob claims too; that work meets nothing of hers in the scope."""
    mine, _ = desk.work("isrc:GBAYE0601498", by="Ada")
    desk.declare(mine, by="Ada", generative_training="allow")
    far, claim = desk.work("isrc:GBAYE0000001", by="Ada")
    with desk.registry.writing() as ledger:
        attest_claim(ledger, claim, STEWARD, "seen", prefix="isrc:GBAYE", level=Assurance.ATTESTED)
    bob = desk.rightsholder("Bob")
    with desk.registry.writing() as ledger:
        claim_subject(ledger, bob, Subject("work", far), Role.OTHER, None, TOKEN)
    exported(desk, tmp_path / "export", category=["generative-training"])
    lines = lines_in(tmp_path / "export")
    (named,) = [line for line in lines if "withheld" in line]
    assert named["withheld"] == "scope"
    assert named["remains"] == {"type": "rightsholder.registered", "rightsholder": bob, "name": ""}
    assert "Bob" not in whole_text(tmp_path / "export")
    assert verified(desk, tmp_path / "export", replay=True).holds
    assert any(
        getattr(entry.event, "prefix", None) == "isrc:GBAYE"
        for entry in events_of(tmp_path / "export")
    )


def test_what_answers_rest_on_comes_along(desk: Desk, tmp_path: Path) -> None:
    song, _ = desk.work("iswc:T0345246801", by="Composer")
    desk.declare(song, by="Composer", generative_training="deny")
    mine, _ = desk.work("https://ada.example/a/x", by="Ada", embodies=(song,))
    desk.declare(mine, by="Ada", search="deny")
    place, _ = desk.location("https://ada.example/a/", by="Host")
    desk.declare(Subject("location", place), by="Host", ai_input="deny")
    desk.declare(Subject("catalogue", desk.rightsholder("Host")), by="Host", search="deny")
    other, _ = desk.work("isrc:USRC17607839", by="Far")
    desk.declare(other, by="Far", generative_training="deny")
    exported(desk, tmp_path / "export", rightsholder=[desk.rightsholder("Ada")])
    text = whole_text(tmp_path / "export")
    for there in (song, mine, place, "Composer", "Host"):
        assert there in text
    assert other not in text
    assert len(rows_in(tmp_path / "export")) == 1


def test_rows_are_narrowed_and_a_withdrawal_follows_its_statement(
    desk: Desk, tmp_path: Path
) -> None:
    work, _ = desk.work("isrc:GBAYE0601498", "https://ada.example/x", by="Ada")
    said = desk.declare(work, by="Ada", generative_training="deny", search="allow")
    before = desk.clock.forward(DAY)
    with desk.registry.writing() as ledger:
        withdraw(ledger, desk.rightsholder("Ada"), said.record.id, STEWARD)
    desk.declare(work, by="Ada", to=desk.platform(), ai_input="deny")
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"decision": ["deny"]}, [("declared", "generative-training"), ("withdrawn", "generative-training"),
                                  ("declared", "ai-input")]),
        ({"category": ["search"]}, [("declared", "search"), ("withdrawn", "search")]),
        ({"platform": [desk.platform()]}, [("declared", "ai-input")]),
        ({"since": rfc3339(before), "category": ["search"]}, [("withdrawn", "search")]),
        ({"until": rfc3339(before), "category": ["search"]}, [("declared", "search")]),
        ({"scheme": ["isrc"], "category": ["search"]}, [("declared", "search"), ("withdrawn", "search")]),
        ({"scheme": ["doi"]}, []),
    ]  # fmt: skip
    for number, (scope, expected) in enumerate(cases):
        path = tmp_path / str(number)
        exported(desk, path, **scope)
        found = [(row["act"], row["category"]) for row in rows_in(path)]
        assert sorted(found) == sorted(expected), scope
        assert verified(desk, path).holds, scope
    (declared, _) = rows_in(tmp_path / "5")
    assert (declared["schemes"], declared["identifiers"]) == (["isrc"], ["isrc:GBAYE0601498"])


def test_equal_scopes_are_equal_and_what_is_no_scope_is_refused() -> None:
    assert scope_of({"category": ["search", "ai-input", "search"], "since": None}) == scope_of(
        {"category": ("ai-input", "search")}
    )
    assert scope_of({}).is_everything
    assert Scope().members() == {}
    with pytest.raises(InvalidInput, match="no scope"):
        scope_of({"category": ["training"]})
