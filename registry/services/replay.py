"""From stored bytes back to events: what `rebuild`, `fsck` and an auditor fold."""

import json
from collections.abc import Iterable, Iterator

import msgspec

from registry.domain.event_body import AnyEvent, Sequenced, decode_body, event_type
from registry.domain.record import read_record
from registry.errors import RegistryError, VerificationFailed
from registry.services.ledger import holds_record
from registry.signing import base64url
from registry.storage.log_store import StoredEvent


def sequenced(stored: StoredEvent) -> Sequenced:
    """The event inside stored bytes, with its place.

    Raises: VerificationFailed where the bytes are no event of the type they are stored under.
    """
    event: AnyEvent
    try:
        if holds_record(stored):
            payload = base64url.decode(stored.body.decode("ascii").split(".")[1], "record")
            event = read_record(json.loads(payload))
        else:
            event = decode_body(stored.body)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        msgspec.MsgspecError,
        RegistryError,
    ) as error:
        raise VerificationFailed(f"event {stored.seq} cannot be read: {error}") from error
    if event_type(event) != stored.type:
        raise VerificationFailed(
            f"event {stored.seq} is stored as {stored.type}, but is {event_type(event)}"
        )
    return Sequenced(stored.seq, stored.at, stored.digest, event)


def by_transaction(entries: Iterable[StoredEvent]) -> Iterator[list[StoredEvent]]:
    """The events in the groups in which they were committed: each transaction has a time of its own."""
    group: list[StoredEvent] = []
    for stored in entries:
        if group and stored.at != group[-1].at:
            yield group
            group = []
        group.append(stored)
    if group:
        yield group
