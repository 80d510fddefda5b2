"""From an event to the subject of a signed record, and back: nothing is lost, nothing else is read."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.events import (
    Conditions,
    Declared,
    Statement,
    StatementEnd,
    Subject,
    Withdrawn,
)
from registry.domain.record import declaration_subject, read_record, withdrawal_subject
from registry.domain.vocabulary import Preference, Usage
from registry.errors import InvalidInput

moments = st.integers(min_value=0, max_value=253_402_300_799_999)  # until the year 9999
ids = st.uuids().map(str)
maybe = st.one_of(st.none(), moments)
texts = st.one_of(st.none(), st.text(min_size=1, max_size=20))
subjects = st.builds(Subject, st.sampled_from(["work", "location", "catalogue"]), ids)
statements = st.builds(
    Statement,
    usage=st.sampled_from(Usage),
    preference=st.sampled_from(Preference),
    valid_from=moments,
    valid_until=maybe,
    takes_effect_at=maybe,
    conditions=st.one_of(
        st.none(), st.builds(Conditions, licence=texts, contact=texts, credit=texts, price=texts)
    ),
    reach=maybe,
)
declarations = st.builds(
    Declared,
    declaration=ids,
    rightsholder=ids,
    subject=subjects,
    statements=st.lists(statements, max_size=9).map(tuple),
    grantee=st.one_of(st.none(), ids),
    confirmed=st.booleans(),
)
withdrawals = st.builds(
    Withdrawn,
    withdrawal=ids,
    declaration=ids,
    rightsholder=ids,
    subject=subjects,
    ends=st.lists(st.builds(StatementEnd, st.sampled_from(Usage), maybe), max_size=9).map(tuple),
    confirmed=st.booleans(),
)


def credential_of(event: Declared | Withdrawn) -> dict[str, Any]:
    """As it comes out of a signed record: through JSON, among other members."""
    if isinstance(event, Declared):
        about = {"title": "Song", "identifiers": ["isrc:GBAYE0601498"]}
        grantee = None if event.grantee is None else "Tune"
        subject = declaration_subject(event, about, "Artist", grantee)
    else:
        subject = withdrawal_subject(event, "Artist")
    credential: dict[str, Any] = json.loads(json.dumps({"credentialSubject": subject}))
    return credential


@given(declarations)
def test_a_declaration_is_read_back_from_its_record(event: Declared) -> None:
    assert read_record(credential_of(event)) == event


@given(withdrawals)
def test_a_withdrawal_is_read_back_from_its_record(event: Withdrawn) -> None:
    assert read_record(credential_of(event)) == event


DECLARED = Declared(
    declaration="d",
    rightsholder="r",
    subject=Subject("work", "w"),
    statements=(
        Statement(
            usage=Usage.AI_TRAINING,
            preference=Preference.CONDITIONAL,
            valid_from=1_800_000_000_000,
            takes_effect_at=1_800_000_259_200,
            conditions=Conditions(contact="me"),
        ),
    ),
    grantee="p",
    confirmed=True,
)


def test_a_record_says_for_people_and_machines_who_what_whom_and_when() -> None:
    assert credential_of(DECLARED)["credentialSubject"] == {
        "type": "ConsentDeclaration",
        "declaration": "d",
        "subject": {
            "kind": "work",
            "id": "w",
            "title": "Song",
            "identifiers": ["isrc:GBAYE0601498"],
        },
        "rightsholder": {"id": "r", "name": "Artist"},
        "grantee": {"id": "p", "name": "Tune"},
        "confirmed": True,
        "preferences": [
            {
                "usage": "ai-training",
                "preference": "conditional",
                "validFrom": "2027-01-15T08:00:00.000Z",
                "validUntil": None,
                "takesEffectAt": "2027-01-15T08:04:19.200Z",
                "conditions": {"contact": "me"},
                "reach": None,
            }
        ],
    }


def _drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(subject: dict[str, Any]) -> None:
        for step in path[:-1]:
            subject = subject[step] if step != "0" else subject[0]  # type: ignore[index]
        del subject[path[-1]]

    return change


def _set(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda subject: subject.__setitem__(name, value)


@pytest.mark.parametrize(
    "change",
    [
        _drop("type"),
        _drop("declaration"),
        _drop("subject"),
        _drop("rightsholder", "id"),
        _drop("confirmed"),
        _drop("grantee"),
        _drop("preferences"),
        _drop("preferences", "0", "takesEffectAt"),
        _set("type", "ConsentPostcard"),
        _set("declaration", 7),
        _set("subject", "w"),
        _set("subject", {"kind": "galaxy", "id": "w"}),
        _set("confirmed", "yes"),
        _set("preferences", [{"usage": "search"}]),
        _set("preferences", ["search"]),
        _set("preferences", None),
    ],
)
def test_what_is_no_record_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    credential = copy.deepcopy(credential_of(DECLARED))
    change(credential["credentialSubject"])
    with pytest.raises(InvalidInput):
        read_record(credential)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("usage", "breathing"),
        ("preference", "perhaps"),
        ("validFrom", "yesterday"),
        ("validFrom", 1_800_000_000_000),
        ("validUntil", "2027-01-15"),
        ("takesEffectAt", 0),
        ("conditions", {"mood": "good"}),
        ("conditions", "me"),
        ("reach", "far"),
    ],
)
def test_a_statement_that_cannot_be_understood_is_refused(name: str, value: Any) -> None:
    credential = credential_of(DECLARED)
    credential["credentialSubject"]["preferences"][0][name] = value
    with pytest.raises(InvalidInput):
        read_record(credential)


def test_something_else_altogether_is_refused() -> None:
    for credential in ({}, {"credentialSubject": None}, {"credentialSubject": []}):
        with pytest.raises(InvalidInput):
            read_record(credential)
