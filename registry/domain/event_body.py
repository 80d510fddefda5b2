"""How an event is stored: one union of all of them, each written with its `type`.

The body is JSON with a 128-bit salt, so that its digest in the public log reveals nothing; except for
declarations and withdrawals, whose body is the signed record itself (`record.py` reads them back).
"""

from typing import Any

import msgspec

from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimMade,
    ClaimObjected,
    Declared,
    DisputeDecided,
    DisputeOpened,
    Event,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LocationRegistered,
    LooseningCancelled,
    LooseningConfirmed,
    ObjectionAnswered,
    RightsholderErased,
    RightsholderRegistered,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.operator_events import (
    ActsRooted,
    AsksRooted,
    KeyAdded,
    KeyCompromised,
    KeyRetired,
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformKeyAdded,
    PlatformKeyRevoked,
    PlatformRegistered,
    RuleTablesAdopted,
)

AnyEvent = (
    RuleTablesAdopted
    | RightsholderRegistered
    | RightsholderErased
    | WorkRegistered
    | LocationRegistered
    | ClaimMade
    | IdentifierAdded
    | IdentifierRemovalProposed
    | LinkMade
    | LinkConfirmed
    | LinkRemovalProposed
    | AssuranceGained
    | AssuranceLapsed
    | Declared
    | Withdrawn
    | LooseningConfirmed
    | LooseningCancelled
    | DisputeOpened
    | DisputeDecided
    | ClaimObjected
    | ObjectionAnswered
    | PlatformRegistered
    | PlatformAffiliated
    | PlatformAffiliationEnded
    | PlatformKeyAdded
    | PlatformKeyRevoked
    | KeyAdded
    | KeyRetired
    | KeyCompromised
    | AsksRooted
    | ActsRooted
)


class Sequenced(msgspec.Struct, frozen=True):
    """An event with its place: `seq` is its index in the log from 0, `at` the sequencer's time in ms
    (never decreasing), `digest` the SHA-256 of its stored body."""

    seq: int
    at: int
    digest: bytes
    event: AnyEvent


def event_type(event: Event) -> str:
    """The tag under which the event is stored and logged."""
    return str(type(event).__struct_config__.tag)


def encode_body(event: Event, salt: str) -> bytes:
    """The stored body of an event that is not a signed record: its JSON with `salt` (base64url, 128 bit)."""
    members = msgspec.to_builtins(event)
    return msgspec.json.encode({**members, "salt": salt})


def decode_body(body: bytes) -> AnyEvent:
    """Reads `encode_body` back.

    Raises: msgspec.DecodeError where the body is no JSON object, or no known event.
    """
    members = msgspec.json.decode(body, type=dict[str, Any])
    members.pop("salt", None)
    event: AnyEvent = msgspec.convert(members, AnyEvent)
    return event
