"""Declarations and withdrawals as the `credentialSubject` of a consent record, and back.

The signed record is the only place where a declaration is stored: what the rules read is decoded from it.
The members are those of answers.md's vocabulary; times are RFC 3339.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from registry.domain.events import Declared, Statement, StatementEnd, Withdrawn
from registry.errors import InvalidInput
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

    Raises: InvalidInput where it is no such record.
    """
    try:
        subject = credential["credentialSubject"]
        about = subject["subject"]
        members = {
            "declaration": subject["declaration"],
            "rightsholder": subject["rightsholder"]["id"],
            "subject": {"kind": about["kind"], "id": about["id"]},
            "confirmed": subject["confirmed"],
        }
        if subject["type"] == WITHDRAWAL:
            members["withdrawal"] = subject["withdrawal"]
            members["ends"] = [_end_in(each) for each in subject["ends"]]
            return msgspec.convert(members, Withdrawn)
        if subject["type"] != DECLARATION:
            raise InvalidInput(f"{subject['type']!r} is neither {DECLARATION} nor {WITHDRAWAL}")
        grantee = subject["grantee"]
        members["grantee"] = None if grantee is None else grantee["id"]
        members["statements"] = [_statement_in(each) for each in subject["preferences"]]
        return msgspec.convert(members, Declared)
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise InvalidInput(f"this is no consent record: {error}") from error


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _ms(text: str | None) -> int | None:
    return None if text is None else parse_rfc3339(text)


def _statement_out(statement: Statement) -> dict[str, Any]:
    conditions = statement.conditions
    return {
        "usage": str(statement.usage),
        "preference": str(statement.preference),
        "validFrom": rfc3339(statement.valid_from),
        "validUntil": _moment(statement.valid_until),
        "takesEffectAt": _moment(statement.takes_effect_at),
        "conditions": None if conditions is None else msgspec.to_builtins(conditions),
        "reach": statement.reach,
    }


def _statement_in(members: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "usage": members["usage"],
        "preference": members["preference"],
        "valid_from": parse_rfc3339(members["validFrom"]),
        "valid_until": _ms(members["validUntil"]),
        "takes_effect_at": _ms(members["takesEffectAt"]),
        "conditions": members["conditions"],
        "reach": members["reach"],
    }


def _end_out(end: StatementEnd) -> dict[str, Any]:
    return {"usage": end.usage.value, "takesEffectAt": _moment(end.takes_effect_at)}


def _end_in(members: Mapping[str, Any]) -> dict[str, Any]:
    return {"usage": members["usage"], "takes_effect_at": _ms(members["takesEffectAt"])}
