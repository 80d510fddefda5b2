"""Declarations and withdrawals as the `credentialSubject` of a consent record, and back.

The signed record is the only place where a declaration is stored: what the rules read is decoded from it.
The members are those of answers.md's vocabulary; times are RFC 3339.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from registry.domain.events import Conditions, Declared, Statement, StatementEnd, Subject, Withdrawn
from registry.domain.vocabulary import Preference, Usage
from registry.instants import parse_rfc3339, rfc3339

DECLARATION = "ConsentDeclaration"
WITHDRAWAL = "ConsentWithdrawal"


def declaration_subject(
    event: Declared, about: Mapping[str, Any], rightsholder_name: str, grantee_name: str | None
) -> dict[str, Any]:
    """The `credentialSubject` of a declaration. `about` describes the subject for people and machines:
    a work's kind, title and identifiers, a location's url."""
    return {
        "type": DECLARATION,
        "declaration": event.declaration,
        "subject": {"kind": event.subject.kind, "id": event.subject.id, **about},
        "rightsholder": {"id": event.rightsholder, "name": rightsholder_name},
        "grantee": None if event.grantee is None else {"id": event.grantee, "name": grantee_name},
        "confirmed": event.confirmed,
        "preferences": [_statement_out(statement) for statement in event.statements],
    }


def withdrawal_subject(event: Withdrawn, rightsholder_name: str) -> dict[str, Any]:
    """The `credentialSubject` of a withdrawal."""
    return {
        "type": WITHDRAWAL,
        "withdrawal": event.withdrawal,
        "declaration": event.declaration,
        "subject": {"kind": event.subject.kind, "id": event.subject.id},
        "rightsholder": {"id": event.rightsholder, "name": rightsholder_name},
        "confirmed": event.confirmed,
        "ends": [_end_out(end) for end in event.ends],
    }


def read_record(credential: Mapping[str, Any]) -> Declared | Withdrawn:
    """The event inside a consent record's credential, whose signature was checked before or will be.

    Raises: msgspec.ValidationError, KeyError or InvalidInput where it is no such record.
    """
    subject = credential["credentialSubject"]
    about = Subject(subject["subject"]["kind"], subject["subject"]["id"])
    rightsholder = subject["rightsholder"]["id"]
    if subject["type"] == WITHDRAWAL:
        return Withdrawn(
            withdrawal=subject["withdrawal"],
            declaration=subject["declaration"],
            rightsholder=rightsholder,
            subject=about,
            ends=_ends_in(subject["ends"]),
            confirmed=subject["confirmed"],
        )
    grantee = subject["grantee"]
    return Declared(
        declaration=subject["declaration"],
        rightsholder=rightsholder,
        subject=about,
        statements=tuple(_statement_in(each) for each in subject["preferences"]),
        grantee=None if grantee is None else grantee["id"],
        confirmed=subject["confirmed"],
    )


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _ms(text: str | None) -> int | None:
    return None if text is None else parse_rfc3339(text)


def _statement_out(statement: Statement) -> dict[str, Any]:
    conditions = statement.conditions
    return {
        "usage": statement.usage.value,
        "preference": statement.preference.value,
        "validFrom": rfc3339(statement.valid_from),
        "validUntil": _moment(statement.valid_until),
        "takesEffectAt": _moment(statement.takes_effect_at),
        "conditions": None if conditions is None else msgspec.to_builtins(conditions),
    }


def _statement_in(members: Mapping[str, Any]) -> Statement:
    conditions = members["conditions"]
    return Statement(
        usage=Usage(members["usage"]),
        preference=Preference(members["preference"]),
        valid_from=parse_rfc3339(members["validFrom"]),
        valid_until=_ms(members["validUntil"]),
        takes_effect_at=_ms(members["takesEffectAt"]),
        conditions=None if conditions is None else msgspec.convert(conditions, Conditions),
    )


def _end_out(end: StatementEnd) -> dict[str, Any]:
    return {"usage": end.usage.value, "takesEffectAt": _moment(end.takes_effect_at)}


def _ends_in(members: Sequence[Mapping[str, Any]]) -> tuple[StatementEnd, ...]:
    return tuple(StatementEnd(Usage(each["usage"]), _ms(each["takesEffectAt"])) for each in members)
