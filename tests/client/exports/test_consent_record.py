"""A record is judged the same by its types as member by member, whatever is in it."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from registry.client.exports.consent_record import read_plainly, record_in
from registry.domain.events import Subject
from registry.errors import VerificationFailed
from registry.services.declare import withdraw
from registry.signing import base64url
from registry.signing.credential import CREDENTIALS_V2, credential_in
from registry.signing.declarant import verify_declarant
from registry.signing.jws import VerifiedJws, sign_jws, verify_jws
from registry.signing.keys import generate
from tests.exported import exported
from tests.registries import DAY, STEWARD, Desk, open_desk

ISSUER = "did:web:registry.example"
SIGNER = generate()


@pytest.fixture(scope="module")
def payloads(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The records of a registry: of works, a location, a catalogue, to a platform, for a time, and withdrawn."""
    folder = tmp_path_factory.mktemp("records")
    desk: Desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    work, _ = desk.work("isrc:GBAYE0601498", "https://r1.example/x", title='Träum "er"\u2028/\\')
    made = desk.declare(work, search="deny", ai_input="allow")
    desk.declare(
        work,
        to=desk.platform(),
        valid_until=desk.clock() + DAY,
        generative_training="conditional",
    )
    desk.declare(Subject("location", desk.location("https://r1.example/")[0]), search="deny")
    desk.declare(Subject("catalogue", desk.rightsholder()), search="deny")
    with desk.registry.writing() as ledger:
        withdraw(ledger, desk.rightsholder(), made.record.id, STEWARD)
    exported(desk, folder / "export")
    desk.registry.close()
    lines = (folder / "export/data/log/events.jsonl").read_bytes().splitlines()
    events = [json.loads(line) for line in lines]
    return [
        base64url.decode(each["body"].split(".")[1])
        for each in events
        if each["type"] in ("declaration.issued", "withdrawal.issued")
    ]


def signed(payload: bytes, cty: str | None = "vc", kid: str | None = None) -> VerifiedJws:
    kid = f"{ISSUER}#{SIGNER.kid}" if kid is None else kid
    token = sign_jws(payload, typ="vc+jwt", cty=cty, kid=kid, signer=SIGNER)
    return verify_jws(token, lambda _kid: SIGNER.public, typ="vc+jwt")


def by_its_types(verified: VerifiedJws) -> str | None:
    """Why not, in words."""
    try:
        record_in(verified)
    except VerificationFailed as error:
        return error.message
    return None


def member_by_member(verified: VerifiedJws) -> str | None:
    try:
        verify_declarant(credential_in(verified))
    except VerificationFailed as error:
        return error.message
    return None


def test_what_a_registry_signs_is_read_once_and_says_what_it_says(payloads: list[bytes]) -> None:
    assert len(payloads) == 5
    for payload in payloads:
        record = read_plainly(payload)
        assert record is not None
        assert msgspec.to_builtins(record) == json.loads(payload)
        spaced = json.dumps(json.loads(payload), indent=1).encode()
        assert read_plainly(spaced) is None
        assert record_in(signed(payload)) == record
        read = record_in(signed(spaced))
        assert msgspec.structs.replace(read, evidence=record.evidence) == record


CHANGES: dict[str, Callable[[Any], Any]] = {
    "context": lambda c: c.update({"@context": [CREDENTIALS_V2]}),
    "other context": lambda c: c.update({"@context": ["https://example.org/"]}),
    "no context": lambda c: c.pop("@context"),
    "id": lambda c: c.update(id="records/1"),
    "issuer": lambda c: c.update(issuer="did:web:elsewhere.example"),
    "no issuer": lambda c: c.update(issuer=""),
    "type": lambda c: c.update(type=["VerifiableCredential"]),
    "more types": lambda c: c["type"].append("Another"),
    "begins": lambda c: c.update(validFrom="yesterday"),
    "begins elsewhere": lambda c: c.update(validFrom="2026-11-22T07:32:00+01:00"),
    "ends": lambda c: c.update(validUntil="2026-13-22T07:32:00Z"),
    "ends never": lambda c: c.update(validUntil=None),
    "claim": lambda c: c.update(vc={}),
    "unknown": lambda c: c.update(invented=[1, {"a": 2}]),
    "salt": lambda c: c.update(salt="AAAAAAAAAAAAAAAAAAAAAA="),
    "short salt": lambda c: c.update(salt="AAAAAAAAAAAAAAAAAAAAA"),
    "spare bits": lambda c: c.update(salt="AAAAAAAAAAAAAAAAAAAAAB"),
    "no salt": lambda c: c.pop("salt"),
    "status": lambda c: c["credentialStatus"].update(type="Another"),
    "no status": lambda c: c.pop("credentialStatus"),
    "record id": lambda c: c["consentRecord"].update(recordId=7),
    "schema": lambda c: c["consentRecord"].pop("schemaVersion"),
    "time": lambda c: c["consentRecord"]["event"].update(time="2026-11-22"),
    "state": lambda c: c["consentRecord"]["event"].pop("state"),
    "unknown within": lambda c: c["consentRecord"]["event"].update(x={}),
    "subject": lambda c: c.update(credentialSubject=[c["credentialSubject"]]),
    "evidence": lambda c: c.update(evidence={}),
    "other evidence": lambda c: c.update(evidence=[{"type": "Another"}]),
    "declarant": lambda c: c.update(evidence=[{"type": "DeclarantSignature"}]),
    "two declarants": lambda c: c.update(evidence=[{"type": "DeclarantSignature"}] * 2),
    "nothing": lambda c: None,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_judged_in_the_same_words(
    payloads: list[bytes], change: str
) -> None:
    for payload in payloads:
        credential = json.loads(payload)
        CHANGES[change](credential)
        verified = signed(msgspec.json.encode(credential))
        assert by_its_types(verified) == member_by_member(verified)


def test_a_member_twice_or_another_header_is_judged_in_the_same_words(
    payloads: list[bytes],
) -> None:
    for payload in payloads:
        for name in (b'"salt":', b'"name":', b'"recordId":', b'"kind":'):
            twice = signed(payload.replace(name, name + b'"x",' + name, 1))
            assert by_its_types(twice) == member_by_member(twice)
            assert "strict JSON" in str(by_its_types(twice))
        for cty, kid in (("json", None), (None, None), ("vc", f"did:web:x#{SIGNER.kid}")):
            verified = signed(payload, cty, kid)
            assert by_its_types(verified) == member_by_member(verified)
            assert (by_its_types(verified) is None) is (cty is None)


def test_a_credential_of_another_kind_is_no_record(payloads: list[bytes]) -> None:
    credential = json.loads(payloads[0])
    del credential["credentialSubject"]["declaration"]
    with pytest.raises(msgspec.ValidationError, match="declaration"):
        record_in(signed(msgspec.json.encode(credential)))
