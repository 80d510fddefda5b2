"""Declaring and withdrawing: the human act becomes a signed record, a log entry and a receipt at once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from registry.domain.declaration import Wish
from registry.domain.dossiers import (
    HeldClaim,
    HeldDeclaration,
    Location,
    Rightsholder,
    Work,
)
from registry.domain.events import Declared, Subject, Withdrawn
from registry.domain.ids import is_id, new_id
from registry.domain.lifetimes import ends_at
from registry.domain.loosening import ends_of, settled_wish
from registry.domain.matching import known
from registry.domain.proof import Proofs
from registry.domain.record import declaration_subject, withdrawal_subject
from registry.domain.vocabulary import Assurance
from registry.errors import Conflict, Forbidden, NotFound, VerificationFailed
from registry.instants import rfc3339
from registry.services import find
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.signing.credential import ConsentRecordFields, build_credential, secure
from registry.signing.declarant import verify_declarant
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.signing.status_list import STATUS_LIST_LENGTH, status_entry
from registry.storage.unit_of_work import UnitOfWork

RECORDS_PER_LIST = STATUS_LIST_LENGTH // 2
"""Half of a list stays free, so that a place drawn at random is soon found."""

NOTICE_VERSION = "1"
_DECLARED = str(Assurance.DECLARED)


class Signed(msgspec.Struct, frozen=True, gc=False):
    """A consent record as it was signed: its id (also the declaration's or withdrawal's), its JWS, its
    place in the log."""

    id: str
    jws: str
    seq: int


class Declaration(msgspec.Struct, frozen=True, gc=False):
    """What `declare` did. `takes_effect_at`: the latest moment (ms) at which something of it begins to
    speak, or None where all speaks at once; `waits_for_confirmation`: a loosening was only proposed."""

    record: Signed
    event: Declared
    takes_effect_at: int | None
    waits_for_confirmation: bool


@dataclass(frozen=True, slots=True)
class OwnSignature:
    """What the declarant signed beforehand with a passkey: under which id, and the evidence of it
    (`signing.declarant`)."""

    declaration: str
    evidence: Mapping[str, Any]


class Withdrawal(msgspec.Struct, frozen=True, gc=False):
    """What `withdraw` did; see `Declaration`."""

    record: Signed
    event: Withdrawn
    takes_effect_at: int | None
    waits_for_confirmation: bool


def declare(
    ledger: Ledger,
    rightsholder: str,
    subject: Subject,
    wish: Wish,
    by: Actor,
    *,
    grantee: str | None = None,
    language: str = "en",
    own: OwnSignature | None = None,
) -> Declaration:
    """Issues a declaration on what the rightsholder claims, or on their whole catalogue. `own`: the declarant's own
    signature, which has to be of this very declaration.

    Raises: InvalidDeclaration (field), NotFound for the subject or grantee, Forbidden for what is not
    theirs to speak for, Conflict where `own` is of something else.
    """
    ledger.uow.projection.load(id for id in (subject.id, rightsholder) if is_id(id))
    dossier = declarable(ledger.uow, rightsholder, subject)
    holder = find.the_rightsholder(ledger.uow, rightsholder)
    grantee_name = None
    if grantee is not None:
        grantee_name = find.the_platform(ledger.uow, grantee, field="grantee").name
    said = settled_wish(
        wish,
        dossier.declarations,
        rightsholder,
        grantee,
        now=ledger.now,
        delay=ledger.place.loosening_delay,
    )
    event = Declared(
        declaration=new_id(ledger.now) if own is None else own.declaration,
        rightsholder=rightsholder,
        subject=subject,
        statements=said,
        grantee=grantee,
        confirmed=by.is_fresh,
    )
    record = _sign(
        ledger,
        event.declaration,
        event,
        by,
        declaration_subject(event, about(dossier), holder.name, grantee_name),
        state="given",
        recipient=grantee,
        language=language,
        evidence=_evidence(dossier, holder),
        own=own,
        until=wish.valid_until,
    )
    _keep_ends(ledger, dossier, rightsholder, grantee)
    waits = [each.takes_effect_at for each in said if each.takes_effect_at is not None]
    return Declaration(record, event, max(waits, default=None), bool(waits) and not by.is_fresh)


def withdraw(ledger: Ledger, rightsholder: str, declaration_id: str, by: Actor) -> Withdrawal:
    """Ends every category of a declaration that is not ended yet: an allow at once, the rest after the delay.

    Raises: NotFound, Forbidden for somebody else's, Conflict where it was withdrawn before.
    """
    subject, dossier, declaration = the_declaration(ledger, declaration_id)
    if declaration.rightsholder != rightsholder:
        raise Forbidden("only the rightsholder who declared it may withdraw it")
    ends = ends_of(declaration, now=ledger.now, delay=ledger.place.loosening_delay)
    if not ends:
        raise Conflict(
            "this declaration was withdrawn already", field="id", code="withdrawn-already"
        )
    event = Withdrawn(
        withdrawal=new_id(ledger.now),
        declaration=declaration.id,
        rightsholder=rightsholder,
        subject=subject,
        ends=ends,
        confirmed=by.is_fresh,
    )
    name = find.the_rightsholder(ledger.uow, rightsholder).name
    record = _sign(
        ledger,
        event.withdrawal,
        event,
        by,
        withdrawal_subject(event, name),
        state="withdrawn",
        recipient=declaration.grantee,
    )
    _keep_ends(ledger, dossier, rightsholder, declaration.grantee)
    waits = [end.takes_effect_at for end in ends if end.takes_effect_at is not None]
    return Withdrawal(record, event, max(waits, default=None), bool(waits) and not by.is_fresh)


def the_declaration(
    ledger: Ledger, id: str
) -> tuple[Subject, Work | Location | Rightsholder, HeldDeclaration]:
    """A declaration with what it is on. Raises: NotFound."""
    subject = ledger.uow.projection.find(id) if is_id(id) else None
    if subject is not None:
        dossier = find.declared(ledger.uow, subject)
        for declaration in dossier.declarations:
            if declaration.id == id:
                return subject, dossier, declaration
    raise NotFound(f"there is no declaration {id!r}", field="id")


def declarable(
    uow: UnitOfWork, rightsholder: str, subject: Subject
) -> Work | Location | Rightsholder:
    """What a rightsholder may declare about. Raises: NotFound, Forbidden."""
    if subject.kind == "catalogue":
        if subject.id != rightsholder:
            raise Forbidden("a catalogue is spoken for by its own rightsholder alone")
        return find.the_rightsholder(uow, rightsholder)
    return find.own(uow, rightsholder, subject, field=f"subject.{subject.kind}")


def about(dossier: Work | Location | Rightsholder) -> dict[str, Any]:
    """What a declaration is about, in the words of its record."""
    if isinstance(dossier, Work):
        return {
            "workKind": str(dossier.kind),
            "title": dossier.title,
            "identifiers": [held.text for held in dossier.identifiers],
        }
    if isinstance(dossier, Location):
        return {"url": dossier.url, "subdomains": dossier.subdomains}
    return {}


def _evidence(
    dossier: Work | Location | Rightsholder, holder: Rightsholder
) -> list[dict[str, Any]]:
    """How the claim stood behind the declaration when it was made, identifier by identifier."""
    if isinstance(dossier, Rightsholder):
        return []
    texts = (
        [held.text for held in dossier.identifiers] if isinstance(dossier, Work) else [dossier.url]
    )
    return [
        {
            "type": "ClaimAssurance",
            "claim": claim.id,
            "role": str(claim.role),
            "assurance": _assurance(claim, holder, texts),
        }
        for claim in dossier.claims
        if claim.rightsholder == holder.id and not claim.ended
    ]


def _assurance(claim: HeldClaim, holder: Rightsholder, texts: list[str]) -> dict[str, str]:
    if not claim.grants and not holder.grants:  # then no identifier need be read
        return dict.fromkeys(texts, _DECLARED)
    proofs = Proofs(holder)
    return {text: str(proofs.assurance(claim, known(text))) for text in texts}


def _sign(
    ledger: Ledger,
    id: str,
    event: Declared | Withdrawn,
    by: Actor,
    credential_subject: Mapping[str, Any],
    *,
    state: str,
    recipient: str | None,
    language: str = "en",
    evidence: Sequence[Mapping[str, Any]] = (),
    own: OwnSignature | None = None,
    until: int | None = None,
) -> Signed:
    """Signs the record once; these bytes are stored, logged and served as they are."""
    place, signer = ledger.place, ledger.signers[KeyPurpose.RECORDS]
    base, now = place.named, rfc3339(ledger.now)
    fields = ConsentRecordFields(
        record_id=id,
        notice_version=NOTICE_VERSION,
        notice_language=language,
        event_time=now,
        event_state=state,
        withdrawal_method=f"{base}/v1/declarations/{getattr(event, 'declaration', id)}/withdraw",
        recipients=("everybody",) if recipient is None else (recipient,),
        jurisdictions=("worldwide",),
    )
    credential = build_credential(
        id=f"{base}/v1/records/{id}",
        issuer=place.issuer,
        valid_from=now,
        valid_until=None if until is None else rfc3339(until),
        subject=credential_subject,
        status=_place_in_status_list(ledger, base, id),
        evidence=evidence if own is None else [*evidence, own.evidence],
        record=fields,
        salt=secrets.token_bytes(16),
    )
    if own is not None:
        try:
            verify_declarant(credential)
        except VerificationFailed as error:
            raise Conflict(error.message, field="passkey", code="other-declaration") from error
    jws = secure(credential, signer, verification_method(place.issuer, signer.kid))
    entry = ledger.append(event, by, body=jws.encode(), id=id, details={"record": id})
    return Signed(id, jws, entry.seq)


def _place_in_status_list(ledger: Ledger, base: str, record: str) -> dict[str, Any]:
    number = ledger.next_seq // RECORDS_PER_LIST + 1
    position = ledger.uow.statuses.take(record, number, STATUS_LIST_LENGTH)
    return status_entry(f"{base}/v1/status/{number}", position)


def _keep_ends(
    ledger: Ledger,
    dossier: Work | Location | Rightsholder,
    rightsholder: str,
    grantee: str | None,
) -> None:
    """Takes note of when each record in this slot comes to its end, for the status lists."""
    declarations = dossier.declarations
    ledger.uow.statuses.set_ends(
        [
            (held.id, ends_at(held, declarations))
            for held in declarations
            if held.rightsholder == rightsholder and held.grantee == grantee
        ]
    )


def keep_ends_of(ledger: Ledger, subject: Subject, declaration: HeldDeclaration) -> None:
    """The same, after a loosening of this declaration was confirmed or cancelled."""
    dossier = find.declared(ledger.uow, subject)
    _keep_ends(ledger, dossier, declaration.rightsholder, declaration.grantee)
