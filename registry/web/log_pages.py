"""`/log` and `/keys`: the log's head and newest entries, and every key that this registry signs with."""

from base64 import b64encode
from typing import Any

from flask import Response, request

from registry.errors import NotFound
from registry.instants import rfc3339
from registry.services.publish_cosignatures import Witnessing, cosigned_note, witnessing
from registry.signing.keyring import Keyring
from registry.signing.keys import KeyPurpose, public_key_from_jwk
from registry.signing.note import vkey
from registry.storage.key_table import StoredKey
from registry.web.page import A_MOMENT, present
from registry.web.wired import the_registry

NEWEST = 20


def get_log_page() -> Response:
    """Where the log stands, and how to follow it."""
    registry = the_registry()
    place = registry.place
    with registry.reading() as uow:
        head = uow.log.head()
        if head is None:
            raise NotFound("this log has no checkpoint yet")
        size = head.head.size
        entry = _entry_asked_for(size)
        last = size if entry is None else min(size, entry + NEWEST // 2)
        shown = list(uow.log.events(max(0, last - NEWEST), last))
        witnesses, quorum = registry.settings.witnesses, registry.settings.witness_quorum
        note = cosigned_note(uow, head, witnesses)
        seen = witnessing(uow, head, witnesses, quorum)
    registry.released(head)
    members = {
        "origin": place.origin,
        "size": size,
        "root": b64encode(head.head.root).decode("ascii"),
        "at": rfc3339(head.head.at),
        "vkeys": log_keys(registry.signers().keyring, place.origin),
        "checkpoint": note,
        **_witnessing(seen),
        "entry": entry,
        "entries": [
            {"index": each.seq, "type": each.type, "time": rfc3339(each.at)}
            for each in reversed(shown)
        ],
    }
    return present("log.html", members, cache=A_MOMENT)


def _entry_asked_for(size: int) -> int | None:
    """The entry to which an address leads (`entry`), if the log has it."""
    asked = request.args.get("entry", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 16 and int(asked) < size
    return int(asked) if known else None


def _witnessing(found: Witnessing) -> dict[str, Any]:
    return {
        "quorum": found.quorum,
        "witnessed_size": found.witnessed_size,
        "witnesses": [
            {
                "name": each.name,
                "vkey": each.vkey,
                "size": None if each.cosigned is None else each.cosigned.size,
                "at": None if each.cosigned is None else rfc3339(each.cosigned.at),
                "current": each.current,
                "reached": not each.failures,
            }
            for each in found.witnesses
        ],
    }


def log_keys(keyring: Keyring, origin: str) -> list[str]:
    """The verifier keys of the log, oldest first (C2SP signed-note)."""
    return [vkey(origin, key.public.raw) for key in keyring.of_purpose(KeyPurpose.LOG)]


def get_key_page() -> Response:
    """Every key: what it signs, since when, until when, and whether it still counts."""
    registry = the_registry()
    now, place = registry.clock(), registry.place
    with registry.reading() as uow:
        stored = uow.keys.all()
    members = {
        "issuer": place.issuer,
        "origin": place.origin,
        "keys": [_key(each, place.origin, now) for each in stored],
    }
    return present("keys.html", members, cache=A_MOMENT)


def _key(stored: StoredKey, origin: str, now: int) -> dict[str, Any]:
    is_log = stored.purpose == KeyPurpose.LOG
    until, compromised = stored.not_after, stored.compromised_at
    return {
        "kid": stored.kid,
        "purpose": stored.purpose,
        "algorithm": stored.algorithm,
        "since": rfc3339(stored.not_before),
        "until": None if until is None else rfc3339(until),
        "compromised_at": None if compromised is None else rfc3339(compromised),
        "state": _state(stored, now),
        "vkey": vkey(origin, public_key_from_jwk(stored.jwk).raw) if is_log else None,
    }


def _state(stored: StoredKey, now: int) -> str:
    if stored.compromised_at is not None:
        return "compromised"
    if stored.not_before > now:
        return "not-yet"
    return "retired" if stored.not_after is not None and stored.not_after < now else "in-use"
