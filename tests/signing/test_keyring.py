"""The registry's keys over time, and the documents that publish them."""

import pytest

from registry.errors import ConfigurationError, VerificationFailed
from registry.signing.jws import sign_jws, verify_jws
from registry.signing.keyring import KeyRecord, Keyring, did_web, verification_method
from registry.signing.keys import KeyPurpose, generate, public_key_from_jwk

DID = "did:web:registry.example"
OLD, NEW, BAD, ANSWERS, LOG = (generate() for _ in range(5))


def _ring():
    return Keyring(
        [
            KeyRecord(NEW.public, KeyPurpose.RECORDS, not_before=2000),
            KeyRecord(OLD.public, KeyPurpose.RECORDS, not_before=1000, not_after=2500),
            KeyRecord(BAD.public, KeyPurpose.RECORDS, not_before=1000, compromised_at=1500),
            KeyRecord(ANSWERS.public, KeyPurpose.ANSWERS, not_before=1000),
            KeyRecord(LOG.public, KeyPurpose.LOG, not_before=1000),
        ]
    )


def test_a_retired_key_still_vouches_for_what_was_signed_in_its_time():
    ring = _ring()
    for at in (1000, 2500):
        assert ring.trusted_at(OLD.kid, KeyPurpose.RECORDS, at) == OLD.public
    for at in (999, 2501):
        with pytest.raises(VerificationFailed, match="not in use at that time"):
            ring.trusted_at(OLD.kid, KeyPurpose.RECORDS, at)


def test_a_compromised_key_vouches_only_for_what_the_log_shows_to_be_older():
    ring = _ring()
    assert ring.trusted_at(BAD.kid, KeyPurpose.RECORDS, 1499) == BAD.public
    with pytest.raises(VerificationFailed, match="compromised"):
        ring.trusted_at(BAD.kid, KeyPurpose.RECORDS, 1500)


def test_a_time_in_whole_seconds_counts_wherever_it_may_fall_into_a_keys_time():
    record = KeyRecord(OLD.public, KeyPurpose.TOKENS, not_before=1500, not_after=3500)
    assert [record.signed_in(second) for second in range(5)] == [False, True, True, True, False]


def test_a_key_counts_for_its_own_purpose_only():
    ring = _ring()
    assert ring.find(ANSWERS.kid, KeyPurpose.ANSWERS).public == ANSWERS.public
    for purpose in (KeyPurpose.RECORDS, KeyPurpose.LOG, KeyPurpose.TOKENS):
        with pytest.raises(VerificationFailed, match="no key"):
            ring.find(ANSWERS.kid, purpose)
    with pytest.raises(VerificationFailed, match="no key"):
        ring.trusted_at("unknown", KeyPurpose.RECORDS, 2000)


def test_the_newest_usable_key_signs():
    ring = _ring()
    assert ring.current(KeyPurpose.RECORDS, 3000).public == NEW.public
    assert ring.current(KeyPurpose.RECORDS, 1700).public == OLD.public
    with pytest.raises(ConfigurationError, match="tokens"):
        ring.current(KeyPurpose.TOKENS, 3000)


def test_one_key_cannot_have_two_purposes():
    record = KeyRecord(OLD.public, KeyPurpose.RECORDS, 0)
    with pytest.raises(ConfigurationError, match="exactly one purpose"):
        Keyring([record, KeyRecord(OLD.public, KeyPurpose.LOG, 0)])


def test_the_finder_gives_keys_of_this_issuer_only():
    find_key = _ring().finder(DID, KeyPurpose.RECORDS, 3000)
    token = sign_jws(b"x", typ="t", kid=verification_method(DID, NEW.kid), signer=NEW)
    assert verify_jws(token, find_key, typ="t").key == NEW.public
    for kid in (
        NEW.kid,
        f"did:web:evil.example#{NEW.kid}",
        f"{DID}#",
        f"{DID}#{ANSWERS.kid}",
        f"{DID}#{OLD.kid}",
    ):
        with pytest.raises(VerificationFailed):
            verify_jws(sign_jws(b"x", typ="t", kid=kid, signer=NEW), find_key, typ="t")


def test_every_public_key_stays_published_and_no_private_member_with_it():
    keys = _ring().jwks()["keys"]
    assert {key["kid"] for key in keys} == {s.kid for s in (OLD, NEW, BAD, ANSWERS, LOG)}
    for key in keys:
        revoked = {"revoked"} if key["kid"] == BAD.kid else set()
        assert key.keys() == {"kty", "crv", "x", "kid", "alg", "use"} | revoked
        assert public_key_from_jwk(key).kid == key["kid"]


def test_the_signature_directory_lists_the_keys_that_sign_answers():
    assert [key["kid"] for key in _ring().signature_directory()["keys"]] == [ANSWERS.kid]


def test_the_did_document_names_its_keys_by_url_and_says_which_was_revoked():
    document = _ring().did_document(DID, "https://registry.example")
    assert document["id"] == DID
    methods = {method["id"]: method for method in document["verificationMethod"]}
    assert methods.keys() == {f"{DID}#{s.kid}" for s in (OLD, NEW, BAD, ANSWERS, LOG)}
    assert {method["controller"] for method in methods.values()} == {DID}
    assert methods[f"{DID}#{BAD.kid}"]["revoked"] == "1970-01-01T00:00:01Z"
    assert "revoked" not in methods[f"{DID}#{OLD.kid}"]
    assert set(document["assertionMethod"]) <= methods.keys()
    assert f"{DID}#{LOG.kid}" not in document["assertionMethod"]
    assert document["service"][0]["serviceEndpoint"] == "https://registry.example"


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://registry.example", "did:web:registry.example"),
        ("https://Registry.Example/", "did:web:registry.example"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
        ("https://example.org/consent/registry/", "did:web:example.org:consent:registry"),
    ],
)
def test_a_registrys_did_follows_from_its_url(url, did):
    assert did_web(url) == did


@pytest.mark.parametrize(
    "url",
    ["registry.example", "ftp://a.example", "https://", "https://u:p@a.example", "https://a/?q"],
)
def test_a_url_that_cannot_be_a_registrys_gives_no_did(url):
    with pytest.raises(ConfigurationError):
        did_web(url)
