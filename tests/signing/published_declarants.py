"""Makes registry/vectors/declarants.json from fixed keys and times: records with the declarant's own signature, and
such that have to be refused.

`python -m tests.signing.published_declarants` writes the file; the tests compare it with what the code makes today.
"""

import copy
import hashlib
import json
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from registry.signing import base64url
from registry.signing.credential import ConsentRecordFields, build_credential
from registry.signing.declarant import Assertion, challenge_of, declarant_evidence, signed_text
from registry.signing.status_list import status_entry
from tests.signing.published_vectors import FOLDER, ISSUER, ORIGIN, P256, PLATFORM

RECORD, OTHER = "01a2022b-484e-7e29-8743-5a38bed9ecf5", "01a2022b-484e-7e29-8743-5a38bed9ecf6"
TIME, LATER = "2026-11-22T10:00:00.000Z", "2026-12-01T00:00:00.000Z"
ABOUT = {
    "kind": "work",
    "id": "01a2022a-c643-7510-b7ba-05c77875418f",
    "workKind": "recording",
    "title": 'Näher "zu\u2028mir" \u007f\U0001f3b7',
    "identifiers": ["isrc:GBAYE0601498", "https://music.example/a/x"],
}
PRESENT, VERIFIED = 0x01, 0x04


class Ed25519Passkey:
    """A passkey whose algorithm is EdDSA."""

    public = PLATFORM.public

    @staticmethod
    def sign(message):
        return PLATFORM.sign(message)


class P256Passkey:
    """A passkey whose algorithm is ES256; its signatures are DER and repeat (RFC 6979)."""

    public = P256.public

    @staticmethod
    def sign(message):
        return P256.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def subject(record=RECORD, valid_from=TIME, grantee=None):
    def stated(usage, preference, conditions=None):
        return {
            "usage": usage,
            "preference": preference,
            "validFrom": valid_from,
            "validUntil": None,
            "takesEffectAt": None if preference == "deny" else "2026-11-25T10:00:00.000Z",
            "conditions": conditions,
            "reach": None,
        }

    return {
        "type": "ConsentDeclaration",
        "declaration": record,
        "subject": ABOUT,
        "rightsholder": {"id": "01a2022a-587f-75ce-8de6-fc4af00de58b", "name": "Ada Lovelace Trio"},
        "grantee": grantee,
        "confirmed": True,
        "preferences": [
            stated("generative-training", "deny"),
            stated("ai-input", "conditional", {"licence": "https://music.example/licence"}),
        ],
    }


def assertion(passkey, challenge, *, flags=PRESENT | VERIFIED, host="registry.example", **client):
    """What the passkey gives for this challenge; `client` replaces members of the client's data."""
    said = {
        "type": "webauthn.get",
        "challenge": base64url.encode(challenge),
        "origin": ORIGIN,
        "crossOrigin": False,
    }
    client_data = json.dumps(said | client, separators=(",", ":")).encode()
    data = hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, 7)
    return Assertion(data, client_data, passkey.sign(data + hashlib.sha256(client_data).digest()))


def record(said, evidence, id=RECORD):
    return build_credential(
        id=f"{ORIGIN}/v1/records/{id}",
        issuer=ISSUER,
        valid_from=TIME,
        subject=said,
        status=status_entry(f"{ORIGIN}/v1/status/1", 94567),
        evidence=[{"type": "ClaimAssurance", "claim": OTHER, "role": "recording"}, *evidence],
        record=ConsentRecordFields(
            record_id=id,
            notice_version="1",
            notice_language="en",
            event_time=TIME,
            event_state="given",
            withdrawal_method=f"{ORIGIN}/v1/declarations/{id}/withdraw",
            recipients=("everybody",),
            jurisdictions=("worldwide",),
        ),
        salt=bytes(range(16)),
    )


def signed(passkey, said=None, valid_from=None, **wrong):
    said = said or subject()
    challenge = challenge_of(signed_text(ISSUER, said, valid_from))
    given = assertion(passkey, challenge, **wrong)
    return record(said, [declarant_evidence(passkey.public, given, valid_from)])


def _held(name, credential, passkey):
    own = credential["evidence"][-1]
    text = signed_text(ISSUER, credential["credentialSubject"], own["validFrom"])
    return {
        "name": name,
        "text": text.decode(),
        "challenge": base64url.encode(challenge_of(text)),
        "kid": passkey.public.kid,
        "credential": credential,
    }


def _refused():
    good = signed(P256Passkey)
    own = good["evidence"][-1]

    def changed(change):
        credential = copy.deepcopy(good)
        change(credential)
        return credential

    def permit(credential):
        credential["credentialSubject"]["preferences"][0]["preference"] = "allow"

    def swap_key(credential):
        credential["evidence"][-1]["publicKey"] = dict(Ed25519Passkey.public.jwk)

    def earlier(credential):
        for each in credential["credentialSubject"]["preferences"]:
            each["validFrom"] = "2026-11-01T00:00:00.000Z"

    replayed = record(subject(OTHER), [own], OTHER)
    cases = {
        "a no turned into a yes": changed(permit),
        "another work": changed(lambda c: c["credentialSubject"]["subject"].update(title="Other")),
        "another rightsholder": changed(
            lambda c: c["credentialSubject"]["rightsholder"].update(name="Eve")
        ),
        "for one platform instead of everybody": record(
            subject(grantee={"id": OTHER, "name": "Example AI"}), [own]
        ),
        "replayed in another record": replayed,
        "replayed under the id of the first": record(subject(), [own], OTHER),
        "begins earlier than signed": changed(earlier),
        "another key": changed(swap_key),
        "two signatures": record(subject(), [own, own]),
        "made on a page of another site": signed(P256Passkey, origin="https://evil.example"),
        "made for another host": signed(P256Passkey, host="evil.example"),
        "its owner was not verified": signed(P256Passkey, flags=PRESENT),
        "made within a page of another site": signed(P256Passkey, crossOrigin=True),
        "the making of a passkey": signed(P256Passkey, type="webauthn.create"),
    }
    return [{"name": name, "credential": credential} for name, credential in cases.items()]


def declarants():
    """The content of declarants.json."""
    later = subject(valid_from=LATER)
    return {
        "description": "Consent records (the credentials; their JWS is in records.json) that the declarant signed with "
        "a passkey, and such that have to be refused. The keys are public examples and are refused by any registry.",
        "version": 1,
        "records": [
            _held("ES256", signed(P256Passkey), P256Passkey),
            _held(
                "Ed25519, from a later day", signed(Ed25519Passkey, later, LATER), Ed25519Passkey
            ),
        ],
        "refused": _refused(),
    }


def main():
    text = json.dumps(declarants(), ensure_ascii=False, indent=1) + "\n"
    (FOLDER / "declarants.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
