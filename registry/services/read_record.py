"""Consent records as others read them: the signed bytes, the proof that they are logged, the chain around them."""

from dataclasses import dataclass

import msgspec

from registry.domain.dossiers import HeldDeclaration
from registry.domain.folding.declarations import digest_text
from registry.domain.ids import is_id
from registry.domain.lifetimes import ends_at
from registry.errors import Erased, NotFound
from registry.instants import rfc3339
from registry.services import find
from registry.services.ledger import RECORD_TYPES, Receipt, receipt
from registry.storage.log_store import StoredEvent
from registry.storage.unit_of_work import UnitOfWork


def read_record(uow: UnitOfWork, id: str) -> StoredEvent:
    """The record as it was signed, byte for byte. Raises: NotFound; Erased with what is left of it."""
    stored = find_record(uow, id)
    if stored.erased is None:
        return stored
    by = uow.log.event_at(stored.erased_by or 0)
    raise Erased(
        f"the record {id} named somebody who was erased; what was said goes on counting",
        remains={
            "logged_at": rfc3339(stored.at),
            "index": stored.seq,
            "digest": digest_text(stored.digest),
            "erased_at": None if by is None else rfc3339(by.at),
            "erased_by": stored.erased_by,
            "event": msgspec.json.decode(stored.body),
        },
    )


def find_record(uow: UnitOfWork, id: str) -> StoredEvent:
    """The record, or what is left of it where it was erased. Raises: NotFound."""
    stored = uow.log.event(id) if is_id(id) else None
    if stored is None or stored.type not in RECORD_TYPES:
        raise NotFound(f"there is no record {id!r}", field="id")
    return stored


def prove_record(uow: UnitOfWork, id: str) -> Receipt:
    """Its inclusion under the newest checkpoint. Raises: NotFound."""
    stored = find_record(uow, id)
    head = uow.log.head()
    if head is None:
        raise NotFound("the log is empty")
    return receipt(uow, stored, head)


@dataclass(frozen=True, slots=True)
class Link:
    """One record of a chain: its declaration, and when what it states ends (ms; None: open)."""

    declaration: HeldDeclaration
    ends_at: int | None


def record_history(uow: UnitOfWork, id: str) -> tuple[StoredEvent, list[Link]]:
    """The record, and every declaration of the same rightsholder on the same subject for the same
    grantee, oldest first: what it superseded and what supersedes it, with their withdrawals.

    Raises: NotFound.
    """
    stored = find_record(uow, id)
    subject = uow.projection.find(id)
    if subject is None:
        raise NotFound(f"there is no record {id!r}", field="id")
    dossier = find.declared(uow, subject)
    mine = next(
        held
        for held in dossier.declarations
        if held.id == id or any(each.wait.id == id for each in held.withdrawals)
    )
    chain = [
        held
        for held in dossier.declarations
        if (held.rightsholder, held.grantee) == (mine.rightsholder, mine.grantee)
    ]
    return stored, [Link(held, ends_at(held, dossier.declarations)) for held in chain]
