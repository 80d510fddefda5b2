"""What happened is written once and never changed; and the stored form of each event stays readable."""

import json

import msgspec
import pytest

from registry.domain.event_body import decode_body, encode_body
from registry.domain.events import (
    AssuranceGained,
    ClaimBody,
    Conditions,
    Declared,
    LinkBody,
    Statement,
    Subject,
    WorkRegistered,
)
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind

WORK = WorkRegistered(
    work="w",
    kind=WorkKind.RECORDING,
    title="Song",
    identifiers=("isrc:GBAYE0601498",),
    claim=ClaimBody(id="c", rightsholder="r", role=Role.RECORDING, inside="listed"),
    links=(LinkBody(id="l", kind=LinkKind.EMBODIES, to="v"),),
)


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        WORK.title = "Another"  # type: ignore[misc]


def test_a_work_is_stored_with_its_claim_and_links_inside() -> None:
    assert json.loads(encode_body(WORK, "s")) == {
        "type": "work.registered",
        "work": "w",
        "kind": "recording",
        "title": "Song",
        "identifiers": ["isrc:GBAYE0601498"],
        "claim": {"id": "c", "rightsholder": "r", "role": "recording", "inside": "listed"},
        "links": [{"id": "l", "kind": "embodies", "to": "v"}],
        "salt": "s",
    }


def test_what_is_not_said_is_not_written() -> None:
    proof = AssuranceGained(
        grant="g",
        claim="c",
        subject=Subject("work", "w"),
        rightsholder="r",
        level=Assurance.CONTROLLED,
        reason="shown",
        identifier="isrc:GBAYE0601498",
    )
    assert set(json.loads(encode_body(proof, "s"))) == {
        "type", "grant", "claim", "subject", "rightsholder", "level", "reason", "identifier", "salt",
    }  # fmt: skip


def test_a_statement_holds_its_window_its_wait_and_its_conditions() -> None:
    statement = Statement(
        usage=Usage.AI_INPUT,
        preference=Preference.CONDITIONAL,
        valid_from=1,
        valid_until=2,
        takes_effect_at=3,
        conditions=Conditions(contact="me"),
    )
    declared = Declared(
        declaration="d",
        rightsholder="r",
        subject=Subject("catalogue", "r"),
        statements=(statement,),
        grantee="p",
        confirmed=True,
    )
    assert decode_body(encode_body(declared, "s")) == declared
    assert msgspec.to_builtins(statement) == {
        "usage": "ai-input",
        "preference": "conditional",
        "valid_from": 1,
        "valid_until": 2,
        "takes_effect_at": 3,
        "conditions": {"contact": "me"},
    }


@pytest.mark.parametrize("kind", ["release", "Work", "", "rightsholder"])
def test_a_subject_is_a_work_a_location_or_a_catalogue(kind: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": kind, "id": "x"}, Subject)
