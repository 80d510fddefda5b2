"""Consent records as W3C Verifiable Credentials 2.0, secured per VC-JOSE-COSE (section 3.1.1).

The payload is the credential itself: no `vc` claim, `typ` vc+jwt, `cty` vc, `kid` an absolute
verification-method URL under the issuer. The members that ISO/IEC TS 27560 asks of a consent record
stand in `consentRecord`. A record is signed once; what is stored and served are the signed bytes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.errors import VerificationFailed
from registry.signing import base64url
from registry.signing.jws import FindKey, VerifiedJws, parse_json_object, sign_jws, verify_jws
from registry.signing.keys import Signer

RECORD_SCHEMA_VERSION: Final = "1"
RECORD_TYPE: Final = "ConsentRecordCredential"
STATUS_LIST_TYPE: Final = "BitstringStatusListCredential"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
# Gives the record's own members a meaning in JSON-LD without a context document of ours to fetch.
UNDEFINED_TERMS_V2: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
SALT_BYTES: Final = 16
_DATE_TIME = re.compile(
    r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
    r"(Z|[+-]\d\d:\d\d)",
    re.ASCII,
)
# worded once: most credentials hold
_CONTEXT_WORDS: Final = f"@context must be a list that begins with {CREDENTIALS_V2}"
_SALT_WORDS: Final = f"salt must be {SALT_BYTES} bytes in base64url"
_ABSOLUTE = re.compile(r"(https?://|did:[a-z0-9]+:|urn:uuid:)[^\s]+", re.ASCII)


class ConsentRecordFields(msgspec.Struct, frozen=True, gc=False):
    """What ISO/IEC TS 27560 asks of a consent record: header, notice, parties, event.

    `event_time` is RFC 3339 in UTC; `recipients` are who may rely on it ("everybody" or a
    platform's id); `withdrawal_method` is a URL at which it can be ended; `jurisdictions` are ISO
    3166 codes or "worldwide".
    """

    record_id: str
    notice_version: str
    notice_language: str
    event_time: str
    event_state: str
    withdrawal_method: str
    recipients: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    schema_version: str = RECORD_SCHEMA_VERSION

    def to_json(self) -> dict[str, Any]:
        return {
            "recordId": self.record_id,
            "schemaVersion": self.schema_version,
            "notice": {"version": self.notice_version, "language": self.notice_language},
            "event": {"time": self.event_time, "state": self.event_state},
            "withdrawalMethod": self.withdrawal_method,
            "recipients": list(self.recipients),
            "jurisdictions": list(self.jurisdictions),
        }


def build_credential(
    *,
    id: str,
    issuer: str,
    valid_from: str,
    subject: Mapping[str, Any],
    status: Mapping[str, Any],
    evidence: Sequence[Mapping[str, Any]],
    record: ConsentRecordFields,
    salt: bytes,
    valid_until: str | None = None,
) -> dict[str, Any]:
    """A consent record's credential, ready for `secure`.

    `id` is the record's absolute URL, `issuer` a DID, times are RFC 3339 in UTC, `status` comes
    from `status_list.status_entry`, `salt` is 16 random bytes that keep the record's digest in the
    log from being guessed. Raises ValueError for another length of salt.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a record's salt has {SALT_BYTES} bytes, not {len(salt)}")
    credential: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, UNDEFINED_TERMS_V2],
        "id": id,
        "type": ["VerifiableCredential", RECORD_TYPE],
        "issuer": issuer,
        "validFrom": valid_from,
    }
    if valid_until is not None:
        credential["validUntil"] = valid_until
    credential |= {
        "credentialSubject": dict(subject),
        "credentialStatus": dict(status),
        "consentRecord": record.to_json(),
        "salt": base64url.encode(salt),
    }
    if evidence:
        credential["evidence"] = [dict(item) for item in evidence]
    return credential


def secure(credential: Mapping[str, Any], signer: Signer, verification_method: str) -> str:
    """The credential as a compact JWS (typ vc+jwt, cty vc), signed once and for all.

    `verification_method` is `<issuer>#<kid>`; the credential is of JSON's own values, without
    fractions. Raises ValueError if it is not under the issuer, TypeError for what JSON cannot say.
    """
    if not verification_method.startswith(f"{credential['issuer']}#"):
        raise ValueError("the verification method must be a fragment of the issuer's DID")
    payload = msgspec.json.encode(credential)
    return sign_jws(payload, typ="vc+jwt", cty="vc", kid=verification_method, signer=signer)


def open_credential(
    token: str, find_key: FindKey, *, expected_type: str = RECORD_TYPE
) -> dict[str, Any]:
    """The credential inside a JWS, after its signature and shape were checked.

    `find_key` gets the absolute verification-method URL. Says nothing about time or status: those
    are the reader's next questions. Raises VerificationFailed, and nothing else, for whatever is
    wrong.
    """
    return credential_in(verify_jws(token, find_key, typ="vc+jwt"), expected_type=expected_type)


def credential_in(verified: VerifiedJws, *, expected_type: str = RECORD_TYPE) -> dict[str, Any]:
    """The credential inside a JWS of `typ` vc+jwt whose signature held, after its shape was checked.

    Raises VerificationFailed.
    """
    if verified.header.get("cty", "vc") != "vc":
        raise VerificationFailed('the credential\'s header must have cty "vc", or none')
    credential = parse_json_object(verified.payload, "credential")
    _check_envelope(credential, verified.header["kid"])
    _check_type(credential, expected_type)
    if expected_type == RECORD_TYPE:
        _check_record(credential)
    return credential


def _require(holds: bool, words: str) -> None:
    if not holds:
        raise VerificationFailed(words)


def _check_envelope(credential: dict[str, Any], kid: str) -> None:
    _require(
        "vc" not in credential and "vp" not in credential,
        "a VC 2.0 payload is the credential itself: no vc or vp claim",
    )
    context = credential.get("@context")
    _require(
        isinstance(context, list) and context[:1] == [CREDENTIALS_V2],
        _CONTEXT_WORDS,
    )
    issuer = credential.get("issuer")
    _require(
        isinstance(issuer, str) and kid.startswith(f"{issuer}#") and len(issuer) > 0,
        "kid must be a verification method of the issuer (<issuer>#<key>)",
    )
    _require(is_absolute(credential.get("id")), "id must be an absolute URL")
    _require(is_date_time(credential.get("validFrom")), "validFrom must be an RFC 3339 time")
    until = credential.get("validUntil")
    _require("validUntil" not in credential or is_date_time(until), "validUntil must be a time")
    _require(
        isinstance(credential.get("credentialSubject"), dict),
        "credentialSubject must be one object",
    )


def _check_type(credential: dict[str, Any], expected_type: str) -> None:
    kinds = credential.get("type")
    _require(
        isinstance(kinds, list) and "VerifiableCredential" in kinds and expected_type in kinds,
        f"type must list VerifiableCredential and {expected_type}",
    )


def _check_record(credential: dict[str, Any]) -> None:
    status = credential.get("credentialStatus")
    _require(
        isinstance(status, dict) and status.get("type") == "BitstringStatusListEntry",
        "credentialStatus must be a BitstringStatusListEntry",
    )
    salt = credential.get("salt")
    _require(
        isinstance(salt, str) and len(base64url.decode(salt, "salt")) == SALT_BYTES,
        _SALT_WORDS,
    )
    record = credential.get("consentRecord")
    _require(isinstance(record, dict), "consentRecord must be an object")
    assert isinstance(record, dict)
    for name in ("recordId", "schemaVersion", "withdrawalMethod"):
        if not isinstance(record.get(name), str):
            raise VerificationFailed(f"consentRecord.{name} must be text")
    event = record.get("event")
    _require(
        isinstance(event, dict)
        and is_date_time(event.get("time"))
        and isinstance(event.get("state"), str),
        "consentRecord.event must have a time and a state",
    )
    _require(isinstance(credential.get("evidence", []), list), "evidence must be a list of objects")


def is_date_time(value: object) -> bool:
    """Is this a time as XML Schema and RFC 3339 write it?"""
    return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None


def is_absolute(value: object) -> bool:
    """Is this a URL with scheme and host, a DID, or a UUID's URN?"""
    return isinstance(value, str) and _ABSOLUTE.fullmatch(value) is not None
