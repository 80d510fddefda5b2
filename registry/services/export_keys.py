"""The registry's keys and status lists as of a checkpoint, for an export: what the log says of them by then.

Both depend on nothing that came later, so the same checkpoint always gives the same bytes (under the same key for
records). Format: docs/formats.md, "Export".
"""

import json
from collections.abc import Iterable

import msgspec

from registry.domain.dossiers import HeldDeclaration, HeldWithdrawal, Wait
from registry.domain.lifetimes import ends_at
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from registry.services import find
from registry.services.compare_keys import LoggedKeys
from registry.services.ledger import Place
from registry.services.publish_status import FRESH_MS, VALID_MS
from registry.services.replay import sequenced
from registry.services.signers import Signers, keyring_of
from registry.signing.credential import secure
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.signing.status_list import bits_with, build_status_list_credential
from registry.storage.head_file import Head
from registry.storage.unit_of_work import UnitOfWork

KEY_EVENTS = ("key.added", "key.retired", "key.compromised")


def keys_as_of(uow: UnitOfWork, place: Place, seqs: Iterable[int]) -> bytes:
    """did.json of the keys that these events (of KEY_EVENTS, by log index, in order) make."""
    keys = LoggedKeys()
    for stored in filter(None, map(uow.log.event_at, seqs)):
        keys.apply(sequenced(stored).event, stored.at)
    document = keyring_of(keys.of_the_registry()).did_document(place.issuer, place.public_url)
    return json.dumps(document, indent=1).encode()


def status_list_as_of(
    uow: UnitOfWork, signers: Signers, place: Place, number: int, head: Head
) -> str:
    """A status list as it was at the time of a checkpoint, signed.

    Raises: VerificationFailed for a record that no dossier knows.
    """
    newest = uow.log.head()
    if newest is not None and newest.head == head:
        ended = uow.statuses.ended(number, head.at)
    else:
        ended = [
            position
            for record, position in uow.statuses.of_list(number)
            if _has_ended(uow, record, head)
        ]
    signer = signers[KeyPurpose.RECORDS]
    credential = build_status_list_credential(
        list_url=f"{place.named}/v1/status/{number}",
        issuer=place.issuer,
        valid_from=rfc3339(head.at),
        valid_until=rfc3339(head.at + VALID_MS),
        bits=bits_with(ended),
        ttl_ms=FRESH_MS,
    )
    return secure(credential, signer, verification_method(place.issuer, signer.kid))


def _has_ended(uow: UnitOfWork, record: str, head: Head) -> bool:
    """Had the last statement of this record ended at the checkpoint, as far as was known then?"""
    subject = uow.projection.find(record)
    if subject is None:
        raise VerificationFailed(f"no dossier knows the record {record}; run: registry fsck")
    then = [cut for held in find.declared(uow, subject).declarations if (cut := _cut(held, head))]
    mine = next((held for held in then if held.id == record), None)
    if mine is None:
        return False
    end = ends_at(mine, then)
    return end is not None and end <= head.at


def _cut(held: HeldDeclaration, head: Head) -> HeldDeclaration | None:
    """The declaration without what happened to it after the checkpoint; None where it came after."""
    if held.seq >= head.size:
        return None
    withdrawals = [
        HeldWithdrawal(_cut_wait(each.wait, head), each.at, each.ends, each.digest)
        for each in held.withdrawals
        if each.at <= head.at
    ]
    return msgspec.structs.replace(held, wait=_cut_wait(held.wait, head), withdrawals=withdrawals)


def _cut_wait(wait: Wait, head: Head) -> Wait:
    confirmed, cancelled = wait.confirmed_at, wait.cancelled_at
    return Wait(
        wait.id,
        confirmed if confirmed is not None and confirmed <= head.at else None,
        cancelled if cancelled is not None and cancelled <= head.at else None,
    )
