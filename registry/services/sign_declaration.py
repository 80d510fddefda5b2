"""A declaration that the declarant signs: first drawn up and shown, then signed by a passkey of theirs, then issued.

What the device signs is fixed by the draft (`signing.declarant`). If anything of it is another by the time of the
record, nothing is issued. The passkey verified its owner, so what loosens in it needs no further word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from webauthn.helpers import base64url_to_bytes, decode_credential_public_key
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey
from webauthn.helpers.exceptions import WebAuthnException

from registry.domain.declaration import Wish, statements
from registry.domain.events import Declared, Subject
from registry.domain.ids import new_id
from registry.domain.record import declaration_subject
from registry.errors import Conflict, KeyRefused
from registry.instants import rfc3339
from registry.services import find
from registry.services.act_for import may
from registry.services.actor import Actor
from registry.services.declare import Declaration, OwnSignature, about, declarable, declare
from registry.services.ledger import Ledger, Place
from registry.services.passkeys import Begun, Party, begin_signing, signed_by
from registry.signing.declarant import Assertion, challenge_of, declarant_evidence, signed_text
from registry.signing.public_key import PublicKey, ed25519_public_key, p256_public_key
from registry.storage.accounts import Account
from registry.storage.members import MemberRole
from registry.storage.passkeys import Passkey
from registry.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to declare, for one of the rightsholders for whom they act; `grantee` is a platform's id."""

    rightsholder: str
    subject: Subject
    wish: Wish
    grantee: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draft that waits for its signature: the ceremony, and the text that the device signs, to the letter."""

    begun: Begun
    text: str


def draw_up(
    uow: UnitOfWork, place: Place, account: Account, party: Party, draft: Draft, now: int
) -> Drawn:
    """The text of the declaration; its digest is what the browser is asked to sign.

    Raises: what `declare` raises, NotFound or Forbidden where the account may not speak for the rightsholder, Conflict
    (`no-passkey`) where it has no passkey that could sign.
    """
    may(uow, account, draft.rightsholder, MemberRole.EDITOR)
    able = [each for each in uow.passkeys.of(account.id) if public_key_of(each) is not None]
    if not able:
        raise Conflict(
            "none of your passkeys can sign a declaration; add one to your account, or declare without",
            field="passkey",
            code="no-passkey",
        )
    begin = draft.wish.valid_from
    if begin is not None and begin <= now:
        draft = replace(draft, wish=replace(draft.wish, valid_from=None))
    declaration = new_id(now)
    text = signed_text(place.issuer, _said(uow, draft, declaration, now), _begin_of(draft))
    what = {"declaration": declaration, "draft": msgspec.to_builtins(draft)}
    begun = begin_signing(uow, account, party, able, challenge_of(text), what, now)
    return Drawn(begun, text.decode())


def declare_signed(
    ledger: Ledger,
    account: Account,
    party: Party,
    rightsholder: str,
    secret: str,
    credential: str,
    *,
    meant: Draft | None = None,
) -> Declaration:
    """Issues what was drawn up for this rightsholder, with the passkey's assertion (`credential`: JSON) in
    the record's evidence. `meant`: what it has to be.

    Raises: Unauthenticated where the assertion does not hold, Conflict where it is for another rightsholder or what it
    is about changed meanwhile, and what `draw_up` raises.
    """
    may(ledger.uow, account, rightsholder, MemberRole.EDITOR)
    passkey, what = signed_by(ledger.uow, account, party, secret, credential, ledger.now)
    draft = msgspec.convert(what["draft"], Draft)
    if draft.rightsholder != rightsholder:
        raise Conflict("what was signed is for another rightsholder", field="rightsholder")
    if meant is not None and draft != meant:
        raise Conflict(
            "what was signed is not what is meant now", field="passkey", code="other-declaration"
        )
    key = public_key_of(passkey)
    assert key is not None, "only such keys were asked for"
    evidence = declarant_evidence(key, _assertion(credential), _begin_of(draft))
    return declare(
        ledger,
        draft.rightsholder,
        draft.subject,
        draft.wish,
        Actor(account.id, "fresh-account"),
        grantee=draft.grantee,
        language=draft.language,
        own=OwnSignature(what["declaration"], evidence),
    )


def public_key_of(passkey: Passkey) -> PublicKey | None:
    """Its public key, from COSE (RFC 9053); None for an algorithm that records do not have (RSA)."""
    try:
        key = decode_credential_public_key(passkey.public_key)
        if (
            isinstance(key, DecodedEC2PublicKey)
            and key.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256
        ):
            return p256_public_key(key.x, key.y)
        if isinstance(key, DecodedOKPPublicKey) and key.alg == COSEAlgorithmIdentifier.EDDSA:
            return ed25519_public_key(key.x)
    except (KeyRefused, WebAuthnException):
        pass
    return None


def _said(uow: UnitOfWork, draft: Draft, declaration: str, now: int) -> Mapping[str, Any]:
    """The record's subject as it will be, but for what is settled when it is logged."""
    dossier = declarable(uow, draft.rightsholder, draft.subject)
    holder = find.the_rightsholder(uow, draft.rightsholder)
    grantee = draft.grantee
    name = None if grantee is None else find.the_platform(uow, grantee, field="grantee").name
    event = Declared(
        declaration=declaration,
        rightsholder=draft.rightsholder,
        subject=draft.subject,
        statements=statements(draft.wish, now),
        grantee=grantee,
    )
    return declaration_subject(event, about(dossier), holder.name, name)


def _begin_of(draft: Draft) -> str | None:
    return None if draft.wish.valid_from is None else rfc3339(draft.wish.valid_from)


def _assertion(credential: str) -> Assertion:
    # it was read and verified before
    members = msgspec.json.decode(credential)["response"]
    return Assertion(
        authenticator_data=base64url_to_bytes(members["authenticatorData"]),
        client_data=base64url_to_bytes(members["clientDataJSON"]),
        signature=base64url_to_bytes(members["signature"]),
    )
