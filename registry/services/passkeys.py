"""Passkeys (W3C Web Authentication, level 3): adding one, and showing by one who somebody is.

Each ceremony has a challenge of 256 random bits that counts once, for five minutes. The authenticator has to verify its
owner (a finger, a face, a code), so that a passkey is two factors by itself and no code is asked for besides.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from registry.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from registry.instants import SECOND_MS
from registry.storage.accounts import Account
from registry.storage.passkeys import Passkey
from registry.storage.single_use import Ceremony
from registry.storage.unit_of_work import UnitOfWork

CEREMONY_MS: Final = 5 * 60 * SECOND_MS
MOST_OF_ONE: Final = 20
MOST_LABEL: Final = 60
_ADD, _SHOW, _SIGN = "passkey-added", "passkey-shown", "passkey-signed"
_BROKEN: Final = (
    WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
"""What reading a credential raises that is none."""


@dataclass(frozen=True, slots=True)
class Party:
    """The registry as browsers know it: its host name (the relying party's id), its name, its origin."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A ceremony under way: the secret by which it is gone on with, and what the browser is asked (JSON)."""

    secret: str
    options: dict[str, Any]


def begin_adding(uow: UnitOfWork, account: Account, party: Party, now: int) -> Begun:
    """Asks the browser to make a passkey. Raises: Conflict for more than a person needs."""
    there = uow.passkeys.of(account.id)
    if len(there) >= MOST_OF_ONE:
        raise Conflict(f"an account has at most {MOST_OF_ONE} passkeys", field="passkey")
    challenge = secrets.token_bytes(32)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_name=account.address,
        user_id=account.id.encode(),
        user_display_name=account.name,
        challenge=challenge,
        timeout=CEREMONY_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in there],
    )
    return _begun(uow, _ADD, account.id, challenge, json.loads(options_to_json(options)), now)


def add_passkey(
    uow: UnitOfWork,
    account: Account,
    party: Party,
    secret: str,
    credential: str,
    label: str,
    now: int,
) -> Passkey:
    """Keeps the public key of the passkey that the browser made (`credential`: its JSON).

    Raises: NotFound for a ceremony that is over or another's, InvalidInput (field passkey), Conflict.
    """
    ceremony = uow.single_use.finish(secret, _ADD, now)
    if ceremony is None or ceremony.account != account.id:
        raise NotFound("this took too long; begin again", field="passkey")
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(ceremony.body["challenge"]),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise InvalidInput("the passkey does not hold; try again", field="passkey") from error
    if uow.passkeys.find(made.credential_id) is not None:
        raise Conflict("this passkey is known already", field="passkey")
    passkey = Passkey(
        credential=made.credential_id,
        account=account.id,
        public_key=made.credential_public_key,
        count=made.sign_count,
        label=_label(label),
        made_at=now,
    )
    uow.passkeys.add(passkey)
    return passkey


def begin_showing(uow: UnitOfWork, account: Account | None, party: Party, now: int) -> Begun:
    """Asks the browser for a passkey: of this account, or (None) of whoever is there."""
    id, known = (None, []) if account is None else (account.id, uow.passkeys.of(account.id))
    challenge = secrets.token_bytes(32)
    return _begun(uow, _SHOW, id, challenge, _to_show(party, challenge, known), now)


def begin_signing(
    uow: UnitOfWork,
    account: Account,
    party: Party,
    known: Sequence[Passkey],
    challenge: bytes,
    what: Mapping[str, Any],
    now: int,
) -> Begun:
    """Asks the browser for an assertion over `challenge`, the digest of something, by one of these passkeys of the
    account. `what` (JSON) is remembered until then. It proves nothing else: signing in by it fails."""
    id, options = account.id, _to_show(party, challenge, known)
    return _begun(uow, _SIGN, id, challenge, options, now, what)


def shown_passkey(
    uow: UnitOfWork, account: Account | None, party: Party, secret: str, credential: str, now: int
) -> Account:
    """Whose passkey it is that was shown (`credential`: the browser's JSON). `account`: whose it has to be, if it is
    known; the ceremony has to have been begun for the same.

    Raises: Unauthenticated, whatever does not hold.
    """
    wanted = None if account is None else account.id
    passkey, _ = _held(uow, _SHOW, wanted, party, secret, credential, now)
    found = uow.accounts.find(passkey.account)
    if found is None:
        raise _refused()
    return found


def signed_by(
    uow: UnitOfWork, account: Account, party: Party, secret: str, credential: str, now: int
) -> tuple[Passkey, Mapping[str, Any]]:
    """The passkey of this account by which it signed, and what was remembered with `begin_signing`.

    Raises: Unauthenticated, whatever does not hold.
    """
    passkey, ceremony = _held(uow, _SIGN, account.id, party, secret, credential, now)
    return passkey, ceremony.body["what"]


def _held(
    uow: UnitOfWork,
    purpose: str,
    wanted: str | None,
    party: Party,
    secret: str,
    credential: str,
    now: int,
) -> tuple[Passkey, Ceremony]:
    ceremony = uow.single_use.finish(secret, purpose, now)
    passkey = uow.passkeys.find(_credential_id(credential))
    if ceremony is None or passkey is None or ceremony.account != wanted:
        raise _refused()
    if wanted is not None and passkey.account != wanted:
        raise _refused()
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(ceremony.body["challenge"]),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.count,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise _refused() from error
    uow.passkeys.used(passkey.credential, verified.new_sign_count, now)
    return passkey, ceremony


def _to_show(party: Party, challenge: bytes, known: Sequence[Passkey]) -> Any:
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=CEREMONY_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.loads(options_to_json(options))


def _begun(
    uow: UnitOfWork,
    purpose: str,
    account: str | None,
    challenge: bytes,
    options: Any,
    now: int,
    what: Mapping[str, Any] | None = None,
) -> Begun:
    body = {"challenge": bytes_to_base64url(challenge), **({} if what is None else {"what": what})}
    return Begun(uow.single_use.begin(Ceremony(purpose, account, body, now + CEREMONY_MS)), options)


def _credential_id(credential: str) -> bytes:
    try:
        return base64url_to_bytes(json.loads(credential)["rawId"])
    except _BROKEN:
        return b""


def _label(text: str) -> str:
    label = " ".join(text.split())[:MOST_LABEL]
    return label if label.isprintable() and label else "passkey"


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "this passkey does not hold here, or it took too long; try again", field="passkey"
    )
