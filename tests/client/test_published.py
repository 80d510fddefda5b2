"""Published keys: from a DID document or a key set, each for its purpose, revoked ones only for the past."""

import json
from typing import Any

import pytest

from registry.client.published import PublishedKeys
from registry.errors import VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing.keyring import KeyRecord, Keyring
from registry.signing.keys import KeyPurpose, generate

ISSUER = "did:web:consent.example"
SINCE = parse_rfc3339("2026-06-01T00:00:00Z")
RECORDS, STOLEN, LOG = generate(), generate(), generate()
KEYRING = Keyring(
    [
        KeyRecord(RECORDS.public, KeyPurpose.RECORDS, 0),
        KeyRecord(STOLEN.public, KeyPurpose.RECORDS, 0, compromised_at=SINCE),
        KeyRecord(LOG.public, KeyPurpose.LOG, 0),
    ]
)


def did() -> dict[str, Any]:
    return KEYRING.did_document(ISSUER, "https://consent.example")


def read(document: object) -> PublishedKeys:
    return PublishedKeys.read(json.dumps(document))


def test_a_key_is_found_bare_and_under_its_issuer() -> None:
    keys = read(did())
    assert keys.issuer == ISSUER
    for keyid in (RECORDS.kid, f"{ISSUER}#{RECORDS.kid}"):
        assert keys.finder()(keyid) == RECORDS.public


def test_a_key_set_holds_the_same_keys() -> None:
    keys = read(KEYRING.jwks())
    assert len(keys) == 3
    assert keys.finder()(f"{ISSUER}#{RECORDS.kid}") == RECORDS.public


def test_a_key_of_another_issuer_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="not one of"):
        read(did()).finder()(f"did:web:evil.example#{RECORDS.kid}")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="not among the 3 published keys"):
        read(did()).finder()(generate().kid)


def test_a_log_key_signs_no_record() -> None:
    with pytest.raises(VerificationFailed, match="another purpose"):
        read(did()).finder()(LOG.kid)


def test_a_revoked_key_counts_only_for_what_the_log_shows_to_be_older() -> None:
    keys = read(did())
    assert keys.finder(SINCE - 1)(STOLEN.kid) == STOLEN.public
    for at in (None, SINCE, SINCE + 1):
        with pytest.raises(VerificationFailed, match="compromised"):
            keys.finder(at)(STOLEN.kid)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"keys": 1}',
        '{"keys": [1]}',
        '{"keys": [{"kty": "RSA"}]}',
        '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}',
        '{"verificationMethod": [{}]}',
        '{"verificationMethod": [null], "id": "x"}',
        "\xff",
    ],
)
def test_what_is_no_key_document_is_refused(text: str) -> None:
    with pytest.raises(VerificationFailed):
        PublishedKeys.read(text)


def test_a_revocation_that_cannot_be_read_is_no_revocation_to_ignore() -> None:
    document = did()
    document["verificationMethod"][0]["revoked"] = "some day"
    with pytest.raises(VerificationFailed):
        read(document)
