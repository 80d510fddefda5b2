"""A declarant's own signature in a consent record: a passkey's assertion, whose challenge is the declaration's digest.

Source: W3C Web Authentication level 3, sections 6.1, 6.5.5 and 7.2; the signed text is JSON per RFC 8785, built anew
from the record itself, so that nothing of it stands in two places. Form and vectors: docs/formats.md, "The declarant's
own signature".
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from registry.errors import InvalidInput, KeyRefused, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing import base64url
from registry.signing.jws import parse_json_object
from registry.signing.public_key import PublicKey, public_key_from_jwk

DECLARANT_SIGNATURE: Final = "DeclarantSignature"
TEXT_VERSION: Final = "1"
_DECLARATION: Final = "ConsentDeclaration"
_SIGNED_OF_EACH: Final = ("usage", "preference", "conditions", "validUntil")
_PRESENT_AND_VERIFIED: Final = 0x01 | 0x04
_SHORTEST_DATA: Final = 37
_COORDINATE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator gave: its data, the client's data, and its signature, in the bytes that it gave
    (ECDSA: DER)."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes


def signed_text(issuer: str, subject: Mapping[str, Any], valid_from: str | None) -> bytes:
    """What the declarant signs, from a declaration's `credentialSubject`: canonical JSON (RFC 8785) in UTF-8.

    `valid_from`: the begin that was given (RFC 3339), None for "from now on". What the registry alone decides is left
    out: when it was logged, what waits, how far it reaches.
    """
    members = {
        "type": _DECLARATION,
        "version": TEXT_VERSION,
        "issuer": issuer,
        "declaration": subject["declaration"],
        "rightsholder": subject["rightsholder"],
        "subject": subject["subject"],
        "grantee": subject["grantee"],
        "validFrom": valid_from,
        "preferences": [
            {name: each[name] for name in _SIGNED_OF_EACH} for each in subject["preferences"]
        ],
    }
    # every name is ASCII and there are no numbers: so this is RFC 8785
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def challenge_of(text: bytes) -> bytes:
    """The 32 bytes that the authenticator is asked to sign for this text."""
    return hashlib.sha256(text).digest()


def declarant_evidence(
    key: PublicKey, assertion: Assertion, valid_from: str | None
) -> dict[str, Any]:
    """The signature as it stands in a record's `evidence`."""
    return {
        "type": DECLARANT_SIGNATURE,
        "publicKey": dict(key.jwk),
        "validFrom": valid_from,
        "authenticatorData": base64url.encode(assertion.authenticator_data),
        "clientDataJSON": base64url.encode(assertion.client_data),
        "signature": base64url.encode(assertion.signature),
    }


def verify_declarant(credential: Mapping[str, Any], *, examples: bool = False) -> PublicKey | None:
    """The key by which the declarant signed what this record says; None where she did not, and the registry's word
    stands alone. `examples`: take keys that are printed in test vectors.

    1. the text is built from the record, and its declaration is this record;  2. nothing speaks earlier than she said;
    3. the client's data are of an assertion, of this registry's origin, with the text's digest for a challenge;
    4. the authenticator's data are of this registry's host, with its owner there and verified;  5. the signature holds.
    Raises: VerificationFailed.
    """
    found = _evidence(credential)
    if found is None:
        return None
    try:
        text, origin = _text(credential, found["validFrom"]), _origin(credential["id"])
        assertion = Assertion(
            *(
                base64url.decode(found[name], name)
                for name in ("authenticatorData", "clientDataJSON", "signature")
            )
        )
        key = public_key_from_jwk(found["publicKey"], examples=examples)
    except (KeyError, TypeError, AttributeError, ValueError, InvalidInput) as error:
        raise _wrong(f"it cannot be read ({error})") from error
    except KeyRefused as error:
        raise _wrong(error.message) from error
    _check_client_data(assertion.client_data, origin, text)
    _check_authenticator_data(assertion.authenticator_data, origin)
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    key.verify(signed, _plain_signature(key, assertion.signature))
    return key


def _evidence(credential: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = [
        each
        for each in credential.get("evidence", [])
        if isinstance(each, Mapping) and each.get("type") == DECLARANT_SIGNATURE
    ]
    if len(found) > 1:
        raise _wrong("there are several")
    return found[0] if found else None


def _text(credential: Mapping[str, Any], valid_from: str | None) -> bytes:
    """Steps 1 and 2."""
    subject, record = credential["credentialSubject"], credential["consentRecord"]
    if subject["type"] != _DECLARATION:
        raise _wrong("only a declaration can have one")
    if subject["declaration"] != record["recordId"]:
        raise _wrong("it is of another record")
    logged = parse_rfc3339(record["event"]["time"])
    begin = logged if valid_from is None else max(logged, parse_rfc3339(valid_from))
    if any(parse_rfc3339(each["validFrom"]) != begin for each in subject["preferences"]):
        raise _wrong("the record begins at another time than she signed")
    return signed_text(credential["issuer"], subject, valid_from)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _check_client_data(client_data: bytes, origin: str, text: bytes) -> None:
    """Step 3 (section 7.2, steps 11 to 14)."""
    said = parse_json_object(client_data, "client data")
    if said.get("type") != "webauthn.get":
        raise _wrong("it is no assertion of a passkey")
    if said.get("challenge") != base64url.encode(challenge_of(text)):
        raise _wrong("it signs something else than this record says")
    if said.get("origin") != origin or said.get("crossOrigin", False) is not False:
        raise _wrong(f"it was not made on a page of {origin}")


def _check_authenticator_data(data: bytes, origin: str) -> None:
    """Step 4 (section 7.2, steps 15 to 17)."""
    host = (urlsplit(origin).hostname or "").encode()
    if len(data) < _SHORTEST_DATA or data[:32] != hashlib.sha256(host).digest():
        raise _wrong("its passkey is for another host")
    if data[32] & _PRESENT_AND_VERIFIED != _PRESENT_AND_VERIFIED:
        raise _wrong("the passkey did not verify its owner")


def _plain_signature(key: PublicKey, signature: bytes) -> bytes:
    """r || s where the authenticator wrote DER (section 6.5.5)."""
    if key.algorithm != "ES256":
        return signature
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(_COORDINATE_BYTES) + s.to_bytes(_COORDINATE_BYTES)
    except (ValueError, OverflowError) as error:
        raise _wrong("its bytes are no ECDSA signature") from error


def _wrong(why: str) -> VerificationFailed:
    return VerificationFailed(f"the declarant's own signature does not hold: {why}")
