"""A consent record as a person reads it: its sentence, the nine uses, who and about what, what became of it.

Everything about what was said is decoded from the signed bytes; what stands today follows from the events
since, by the same rules as an answer (`domain.standing`).
"""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from registry.domain.dossiers import HeldDeclaration
from registry.domain.events import Declared, Withdrawn
from registry.domain.record import read_record as read_event
from registry.domain.standing import end_of, in_force, start_of
from registry.domain.vocabulary import Usage
from registry.instants import rfc3339
from registry.services.ledger import receipt
from registry.services.list_publicly import may_be_found
from registry.services.read_record import Link, find_record, read_record, record_history
from registry.signing import base64url
from registry.signing.declarant import verify_declarant
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.unit_of_work import UnitOfWork


def read(uow: UnitOfWork, id: str, head: SignedHead, now: int, base: str) -> dict[str, Any]:
    """The members of a record's page. Raises: NotFound, Erased."""
    _, chain = record_history(uow, id)
    stored = read_record(uow, id)
    credential = credential_of(stored)
    event = read_event(credential)
    held = [link.declaration for link in chain]
    whose = held[0].rightsholder
    found = may_be_found(uow, whose, held[0].grantee)
    logged = receipt(uow, stored, head)
    own = verify_declarant(credential)
    return {
        "id": id,
        "kind": "withdrawal" if isinstance(event, Withdrawn) else "declaration",
        "digest": stored.digest.hex(),
        "signed_at": rfc3339(stored.at),
        "about": credential["credentialSubject"]["subject"],
        "rightsholder": credential["credentialSubject"]["rightsholder"]["name"],
        "grantee": (credential["credentialSubject"].get("grantee") or {}).get("name"),
        "evidence": credential.get("evidence", []),
        "declarant_key": None if own is None else own.kid,
        "public_page": f"/rightsholders/{whose}" if found else None,
        "withdraws": event.declaration if isinstance(event, Withdrawn) else None,
        "uses_stated": (
            _ended(event, held)
            if isinstance(event, Withdrawn)
            else _stated(event, held, max(now, stored.at))
        ),
        "history": [_history(link, id) for link in chain],
        "log": {
            "index": logged.index,
            "size": head.head.size,
            "checkpoint": logged.checkpoint,
            "tlog_proof": logged.tlog_proof(),
        },
        "links": {
            name: f"{base}{path}"
            for name, path in {
                "page": f"/records/{id}",
                "record": f"/v1/records/{id}",
                "proof": f"/v1/records/{id}/proof",
                "history": f"/v1/records/{id}/history",
                "seal": f"/records/{id}/seal.svg",
                "badge": f"/records/{id}/badge.svg",
            }.items()
        },
    }


def credential_of(stored: StoredEvent) -> dict[str, Any]:
    """What the record says; its signature was made here."""
    payload = stored.body.decode("ascii").split(".")[1]
    credential: dict[str, Any] = json.loads(base64url.decode(payload, "record"))
    return credential


def read_seal_digest(uow: UnitOfWork, id: str) -> bytes:
    """The digest of a record by its id, as the log has it: the seal is drawn from it. Raises: NotFound."""
    return find_record(uow, id).digest


def _stated(event: Declared, chain: Sequence[HeldDeclaration], now: int) -> list[dict[str, Any]]:
    """All nine uses: what the declaration says about each, and whether it speaks at `now`."""
    said = {statement.usage: statement for statement in event.statements}
    found: list[dict[str, Any]] = []
    for usage in Usage:
        statement = said.get(usage)
        if statement is None:
            found.append({"usage": usage.value, "preference": None})
            continue
        conditions = statement.conditions
        until, effect = statement.valid_until, statement.takes_effect_at
        found.append(
            {
                "usage": usage.value,
                "preference": statement.preference.value,
                "valid_from": rfc3339(statement.valid_from),
                "valid_until": None if until is None else rfc3339(until),
                "takes_effect_at": None if effect is None else rfc3339(effect),
                "conditions": {} if conditions is None else msgspec.to_builtins(conditions),
                "state": _state(event, usage, chain, now),
            }
        )
    return found


def _state(event: Declared, usage: Usage, chain: Sequence[HeldDeclaration], now: int) -> str:
    """`stands`, `waits`, `counts-as-no` (a conditional that waits), `stopped` (one that was stopped, and goes on saying
    no) or `over`, at `now`."""
    for speaking in in_force(chain, event.rightsholder, usage, now):
        if speaking.declaration.id == event.declaration:
            if not speaking.pending:
                return "stands"
            return "counts-as-no" if speaking.declaration.wait.cancelled_at is None else "stopped"
    held = next(each for each in chain if each.id == event.declaration)
    statement = next(each for each in held.statements if each.usage is usage)
    start, end = start_of(held, statement), end_of(held, statement)
    if end is not None and end <= now:
        return "over"
    if start is None:
        return "over" if held.wait.cancelled_at is not None else "waits"
    return "waits" if start > now else "over"


def _ended(event: Withdrawn, chain: Sequence[HeldDeclaration]) -> list[dict[str, Any]]:
    waits = (each.wait for held in chain for each in held.withdrawals)
    stopped = any(w.id == event.withdrawal and w.cancelled_at is not None for w in waits)
    return [
        {
            "usage": end.usage.value,
            "preference": None,
            "takes_effect_at": (
                None if end.takes_effect_at is None else rfc3339(end.takes_effect_at)
            ),
            "stopped": stopped and end.takes_effect_at is not None,
        }
        for end in event.ends
    ]


def _history(link: Link, id: str) -> dict[str, Any]:
    held = link.declaration
    return {
        "id": held.id,
        "this": held.id == id,
        "issued_at": rfc3339(held.at),
        "ends_at": None if link.ends_at is None else rfc3339(link.ends_at),
        "preferences": {each.usage.value: each.preference.value for each in held.statements},
        "withdrawals": [
            {"id": each.wait.id, "issued_at": rfc3339(each.at), "this": each.wait.id == id}
            for each in held.withdrawals
        ],
    }
