"""Consent records as credentials: what goes in comes out, and nothing else does."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import VerificationFailed
from registry.signing import base64url
from registry.signing.credential import (
    STATUS_LIST_TYPE,
    ConsentRecordFields,
    build_credential,
    open_credential,
    secure,
)
from registry.signing.jws import sign_jws
from registry.signing.keys import generate
from registry.signing.status_list import (
    bits_with,
    build_status_list_credential,
    is_revoked,
    status_entry,
)

ISSUER = "did:web:registry.example"
SIGNER = generate()
METHOD = f"{ISSUER}#{SIGNER.kid}"
LIST_URL = "https://registry.example/v1/status/1"


def _find_key(kid):
    if kid != METHOD:
        raise VerificationFailed(f"unknown {kid}")
    return SIGNER.public


def _credential(**changes):
    credential = build_credential(
        id="https://registry.example/v1/records/0192",
        issuer=ISSUER,
        valid_from="2026-11-22T10:00:00Z",
        subject={"work": {"title": "Näher", "identifiers": ["isrc:GBAYE0601498"]}},
        status=status_entry(LIST_URL, 94567),
        evidence=[{"type": "ControlledLocation", "location": "https://music.example/a/"}],
        record=ConsentRecordFields(
            record_id="0192",
            notice_version="2026-11-01",
            notice_language="en",
            event_time="2026-11-22T10:00:00Z",
            event_state="declared",
            withdrawal_method="https://registry.example/declarations/0192/withdraw",
            recipients=("everybody",),
            jurisdictions=("worldwide",),
        ),
        salt=bytes(range(16)),
    )
    return {**credential, **changes}


def _open(token, **options):
    return open_credential(token, _find_key, **options)


def _sign_as_is(value, *, cty="vc", kid=METHOD):
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    return sign_jws(payload, typ="vc+jwt", cty=cty, kid=kid, signer=SIGNER)


def test_a_record_opens_to_what_was_secured():
    assert _open(secure(_credential(), SIGNER, METHOD)) == _credential()


def test_a_record_carries_what_ts_27560_asks_of_a_consent_record():
    record = _credential()["consentRecord"]
    assert record == {
        "recordId": "0192",
        "schemaVersion": "1",
        "notice": {"version": "2026-11-01", "language": "en"},
        "event": {"time": "2026-11-22T10:00:00Z", "state": "declared"},
        "withdrawalMethod": "https://registry.example/declarations/0192/withdraw",
        "recipients": ["everybody"],
        "jurisdictions": ["worldwide"],
    }


def test_the_header_is_that_of_vc_jose_cose_with_an_absolute_key_url():
    header = json.loads(base64url.decode(secure(_credential(), SIGNER, METHOD).split(".")[0]))
    assert header == {"alg": "Ed25519", "typ": "vc+jwt", "cty": "vc", "kid": METHOD}


def test_the_payload_is_the_credential_itself_with_its_letters_as_they_are():
    payload = base64url.decode(secure(_credential(), SIGNER, METHOD).split(".")[1])
    assert '"Näher"' in payload.decode()
    assert not {"vc", "vp"} & json.loads(payload).keys()


def test_a_status_list_is_a_credential_like_any_other_and_answers_for_a_record():
    listed = build_status_list_credential(
        list_url=LIST_URL,
        issuer=ISSUER,
        valid_from="2026-11-22T10:00:00Z",
        valid_until=None,
        bits=bits_with([94567]),
    )
    opened = _open(secure(listed, SIGNER, METHOD), expected_type=STATUS_LIST_TYPE)
    assert is_revoked(_credential()["credentialStatus"], opened)
    with pytest.raises(VerificationFailed, match="ConsentRecordCredential"):
        _open(secure(listed, SIGNER, METHOD))


def test_a_key_of_another_issuer_cannot_be_named_when_signing():
    with pytest.raises(ValueError, match="issuer's DID"):
        secure(_credential(), SIGNER, f"did:web:other.example#{SIGNER.kid}")
    with pytest.raises(ValueError, match="16 bytes"):
        build_credential(
            id="x",
            issuer=ISSUER,
            valid_from="",
            subject={},
            status={},
            evidence=[],
            record=ConsentRecordFields("", "", "", "", "", "", (), ()),
            salt=b"short",
        )


def test_a_record_without_evidence_has_no_such_member():
    credential = _credential()
    del credential["evidence"]
    assert _open(secure(credential, SIGNER, METHOD)) == credential


@pytest.mark.parametrize(
    "changes",
    [
        {"vc": {}},
        {"vp": {}},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"@context": ["https://www.w3.org/2018/credentials/v1"]},
        {"@context": []},
        {"issuer": "did:web:other.example"},
        {"issuer": ""},
        {"issuer": {"id": ISSUER}},
        {"id": "0192"},
        {"id": None},
        {"type": "VerifiableCredential"},
        {"type": ["VerifiableCredential"]},
        {"type": ["ConsentRecordCredential"]},
        {"validFrom": "yesterday"},
        {"validFrom": "2026-11-22"},
        {"validFrom": "2026-11-22T10:00:00"},
        {"validFrom": "2026-13-22T10:00:00Z"},
        {"validFrom": 1764000000},
        {"validUntil": "never"},
        {"validUntil": None},
        {"credentialSubject": []},
        {"credentialSubject": None},
        {"credentialStatus": None},
        {"credentialStatus": {"type": "StatusList2021Entry"}},
        {"salt": ""},
        {"salt": "AAAA"},
        {"salt": "!!!!"},
        {"salt": 5},
        {"consentRecord": None},
        {"consentRecord": {}},
        {"consentRecord": {"recordId": "1", "schemaVersion": "1", "withdrawalMethod": "x"}},
        {"evidence": {}},
    ],
    ids=repr,
)
def test_a_credential_of_another_shape_is_refused_although_its_signature_holds(changes):
    with pytest.raises(VerificationFailed):
        _open(_sign_as_is(_credential(**changes)))


@pytest.mark.parametrize("missing", sorted(_credential().keys() - {"evidence"}))
def test_every_member_but_evidence_is_needed(missing):
    credential = _credential()
    del credential[missing]
    with pytest.raises(VerificationFailed):
        _open(_sign_as_is(credential))


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"\xff", b'{"a":1,"a":2}', b"[" * 3000])
def test_a_payload_that_is_not_a_strict_json_object_is_refused(payload):
    with pytest.raises(VerificationFailed):
        _open(_sign_as_is(payload))


def test_another_content_type_and_another_issuers_key_are_refused():
    with pytest.raises(VerificationFailed, match="cty"):
        _open(_sign_as_is(_credential(), cty="vp"))
    other = f"did:web:other.example#{SIGNER.kid}"
    with pytest.raises(VerificationFailed, match="verification method of the issuer"):
        open_credential(_sign_as_is(_credential(), kid=other), lambda _: SIGNER.public)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*_credential().keys(), "vc"]),
        st.one_of(
            st.none(),
            st.integers(),
            st.sampled_from(["", "x", ISSUER]),
            st.lists(st.integers(), max_size=2),
            st.just({}),
        ),
        min_size=1,
    )
)
def test_no_shape_of_credential_raises_anything_but_verification_failed(changes):
    try:
        _open(_sign_as_is(_credential(**changes)))
    except VerificationFailed:
        return
    # Only the subject's and the evidence's content is free; an id may be any absolute URL, such as the issuer's.
    assert changes.keys() <= {"credentialSubject", "evidence", "issuer", "id"}
    assert changes.get("id", ISSUER) == ISSUER
