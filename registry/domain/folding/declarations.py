"""Folds declarations and withdrawals, and the confirming and cancelling of whatever waits."""

from binascii import b2a_base64
from collections.abc import Mapping

from registry.domain.dossiers import HeldDeclaration, HeldWithdrawal, Wait, find_wait
from registry.domain.event_body import Sequenced
from registry.domain.events import (
    Declared,
    Event,
    LooseningCancelled,
    LooseningConfirmed,
    Withdrawn,
)
from registry.domain.folding.access import Dossiers, Handler, keep, the, the_declared


def digest_text(digest: bytes) -> str:
    """`sha-256=:base64:` (RFC 9530), the spelling of digests everywhere in answers."""
    return f"sha-256=:{b2a_base64(digest, newline=False).decode()}:"


def _declared(dossiers: Dossiers, entry: Sequenced, event: Declared) -> None:
    dossier = the_declared(dossiers, event.subject)
    dossier.declarations.append(
        HeldDeclaration(
            wait=Wait(
                id=event.declaration,
                confirmed_at=entry.at if event.confirmed else None,
            ),
            seq=entry.seq,
            at=entry.at,
            digest=digest_text(entry.digest),
            rightsholder=event.rightsholder,
            statements=list(event.statements),
            grantee=event.grantee,
        )
    )
    dossiers.handle(event.declaration, event.subject)
    keep(dossiers, dossier)


def _withdrawn(dossiers: Dossiers, entry: Sequenced, event: Withdrawn) -> None:
    dossier = the_declared(dossiers, event.subject)
    declaration = the(dossier.declarations, event.declaration)
    declaration.withdrawals = [
        *declaration.withdrawals,
        HeldWithdrawal(
            wait=Wait(id=event.withdrawal, confirmed_at=entry.at if event.confirmed else None),
            at=entry.at,
            ends={end.usage: end.takes_effect_at for end in event.ends},
            digest=digest_text(entry.digest),
        ),
    ]
    dossiers.handle(event.withdrawal, event.subject)
    keep(dossiers, dossier)


def _loosening_confirmed(dossiers: Dossiers, entry: Sequenced, event: LooseningConfirmed) -> None:
    dossier = the_declared(dossiers, event.subject)
    wait = find_wait(dossier, event.loosening)
    if wait is not None and wait.confirmed_at is None:
        wait.confirmed_at = entry.at
    keep(dossiers, dossier)


def _loosening_cancelled(dossiers: Dossiers, entry: Sequenced, event: LooseningCancelled) -> None:
    dossier = the_declared(dossiers, event.subject)
    wait = find_wait(dossier, event.loosening)
    if wait is not None and wait.cancelled_at is None:
        wait.cancelled_at = entry.at
    keep(dossiers, dossier)


HANDLERS: Mapping[type[Event], Handler] = {
    Declared: _declared,
    Withdrawn: _withdrawn,
    LooseningConfirmed: _loosening_confirmed,
    LooseningCancelled: _loosening_cancelled,
}
