"""Verifying offline: what a registry gave holds, and nothing of it can be changed unnoticed."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from registry.client.ask import Asked, Asset
from registry.client.published import PublishedKeys
from registry.client.verify import (
    Exchange,
    declarant_key,
    record_entry,
    verify_answer,
    verify_checkpoint,
    verify_receipt,
    verify_record,
)
from registry.domain.events import Subject
from registry.errors import RegistryError, VerificationFailed
from registry.services.declare import withdraw
from registry.services.ledger import entry_of
from registry.services.read_record import read_record
from registry.signing.credential import secure
from registry.signing.declarant import challenge_of, declarant_evidence, signed_text
from registry.signing.http_signature import request_signature, sign_response
from registry.signing.keyring import KeyRecord, Keyring, verification_method
from registry.signing.keys import KeyPurpose, generate
from registry.signing.note import vkey
from registry.signing.public_key import p256_public_key
from registry.tlog.proof import TlogProof
from tests.client.conftest import DENIED, STEWARD, Partner
from tests.signing.published_declarants import OTHER, RECORD, assertion, record, subject


@pytest.fixture(scope="module")
def exchange(partner: Partner) -> Exchange:
    asked = Asked("generative-training", [Asset([DENIED], ref="a"), Asset(["isrc:GBAYE060149"])])
    with partner.client() as client:
        return partner.asker().ask(asked, client).exchange


class Phone:
    """A passkey of its own."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.public = p256_public_key(numbers.x.to_bytes(32), numbers.y.to_bytes(32))

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ec.ECDSA(SHA256()))


def flipped(text: str, at: int) -> str:
    other = "A" if text[at] != "A" else "B"
    return text[:at] + other + text[at + 1 :]


def test_a_record_holds_and_says_what_was_declared(partner: Partner) -> None:
    credential = verify_record(partner.record, partner.keys)
    said = credential["credentialSubject"]
    assert said["subject"]["identifiers"] == [DENIED]
    assert {each["preference"] for each in said["preferences"]} == {"deny"}


def test_no_character_of_a_record_can_be_changed(partner: Partner) -> None:
    for at in range(0, len(partner.record), 37):
        with pytest.raises(VerificationFailed):
            verify_record(flipped(partner.record, at), partner.keys)


def test_a_record_nobody_but_the_registry_signed_says_so(partner: Partner) -> None:
    assert declarant_key(verify_record(partner.record, partner.keys)) is None


def test_a_declarants_signature_that_does_not_hold_spoils_a_record_though_the_registry_signed_it(
    partner: Partner,
) -> None:
    signers, place, phone = partner.registry.signers(), partner.registry.place, Phone()
    signer = signers[KeyPurpose.RECORDS]

    def own(id: str) -> dict[str, Any]:
        text = signed_text(place.issuer, subject(id), None)
        return declarant_evidence(phone.public, assertion(phone, challenge_of(text)), None)

    def made(id: str, evidence: dict[str, Any]) -> str:
        credential = record(subject(id), [evidence], id) | {"issuer": place.issuer}
        return secure(credential, signer, verification_method(place.issuer, signer.kid))

    key = declarant_key(verify_record(made(RECORD, own(RECORD)), partner.keys))
    assert key == phone.public
    with pytest.raises(VerificationFailed, match="signs something else"):
        verify_record(made(RECORD, own(OTHER)), partner.keys)
    changed = own(RECORD) | {"publicKey": dict(Phone().public.jwk)}
    with pytest.raises(VerificationFailed, match="signature does not hold"):
        verify_record(made(RECORD, changed), partner.keys)


def test_a_receipt_shows_where_the_record_lies(partner: Partner) -> None:
    logged = verify_receipt(partner.record, partner.receipt, partner.keys, partner.log_key)
    assert logged.origin == partner.registry.place.origin
    assert 0 <= logged.index < logged.size


def test_the_entry_is_the_one_that_the_log_committed_to(partner: Partner) -> None:
    credential = verify_record(partner.record, partner.keys)
    id = credential["consentRecord"]["recordId"]
    with partner.registry.reading() as uow:
        assert record_entry(partner.record, credential) == entry_of(read_record(uow, id))


def test_a_withdrawal_is_a_record_with_a_receipt_too(partner: Partner) -> None:
    said = verify_record(partner.record, partner.keys)["credentialSubject"]
    with partner.registry.writing() as ledger:
        done = withdraw(ledger, said["rightsholder"]["id"], said["declaration"], STEWARD)
        receipt = ledger.receipt(done.record.seq).tlog_proof()
    assert Subject("work", said["subject"]["id"]) == done.event.subject
    logged = verify_receipt(done.record.jws, receipt, partner.keys, partner.log_key)
    assert logged.index == done.record.seq


def test_a_receipt_is_of_one_record_in_one_place(partner: Partner) -> None:
    proof = TlogProof.parse(partner.receipt)
    for changed in (
        replace(proof, index=proof.index - 1),
        replace(proof, hashes=proof.hashes[:-1]),
        replace(proof, hashes=(*proof.hashes[:-1], b"\x00" * 32)),
        replace(proof, checkpoint=proof.checkpoint.replace("\n", " \n", 1)),
    ):
        with pytest.raises(VerificationFailed):
            verify_receipt(partner.record, changed.encode(), partner.keys, partner.log_key)


def test_a_changed_record_has_no_receipt(partner: Partner) -> None:
    for at in range(0, len(partner.record), 101):
        changed = flipped(partner.record, at)
        with pytest.raises(VerificationFailed):
            verify_receipt(changed, partner.receipt, partner.keys, partner.log_key)
    for text in ("", "a.b", "a.b.c", "a..c", "!.!.!"):
        with pytest.raises(VerificationFailed):
            verify_receipt(text, partner.receipt, partner.keys, partner.log_key)


def test_a_record_by_a_stolen_key_counts_only_if_it_was_logged_before(partner: Partner) -> None:
    at = verify_receipt(partner.record, partner.receipt, partner.keys, partner.log_key).at

    def stolen_at(moment: int) -> PublishedKeys:
        records = [
            replace(record, compromised_at=moment)
            for record in partner.registry.signers().keyring.of_purpose(KeyPurpose.RECORDS)
        ]
        place = partner.registry.place
        document = Keyring(records).did_document(place.issuer, place.public_url)
        return PublishedKeys.read(json.dumps(document))

    verify_receipt(partner.record, partner.receipt, stolen_at(at + 1001), partner.log_key)
    with pytest.raises(VerificationFailed, match="compromised"):
        verify_receipt(partner.record, partner.receipt, stolen_at(at - 1), partner.log_key)
    with pytest.raises(VerificationFailed, match="compromised"):
        verify_record(partner.record, stolen_at(at + 1001))


def test_a_checkpoint_of_another_log_is_refused(partner: Partner) -> None:
    note = TlogProof.parse(partner.receipt).checkpoint
    assert verify_checkpoint(note, partner.log_key).size > 0
    stranger = vkey(partner.registry.place.origin, generate().public.raw)
    renamed = vkey("other.example/log", generate().public.raw)
    for key in (stranger, renamed, "nonsense"):
        with pytest.raises(VerificationFailed):
            verify_checkpoint(note, key)


def test_a_filed_answer_holds_for_ever_but_a_live_one_must_be_fresh(
    partner: Partner, exchange: Exchange
) -> None:
    filed = Exchange.decode(exchange.encode())
    assert filed == exchange
    answer = verify_answer(filed, partner.keys, now=None)
    assert answer["results"][0]["decision"] == "deny"
    with pytest.raises(VerificationFailed, match="ask again"):
        verify_answer(filed, partner.keys, now=4_000_000_000)


CHANGES: dict[str, Callable[[Exchange], Exchange]] = {
    "another status": lambda e: replace(e, status=201),
    "another method": lambda e: replace(e, method="PUT"),
    "another address": lambda e: replace(e, target_uri=e.target_uri + "?evidence=none"),
    "a permission": lambda e: replace(
        e, body=e.body.replace(b'"permitted":false', b'"permitted":true')
    ),
    "another question": lambda e: replace(e, question=e.question.replace(b'"a"', b'"b"')),
    "another question's signature": lambda e: replace(
        e,
        request_headers={**e.request_headers, "signature": "sig1=:" + "A" * 86 + "==:"},
    ),
    "no signature": lambda e: replace(
        e, headers={k: v for k, v in e.headers.items() if k != "signature"}
    ),
    "an unsigned question": lambda e: replace(e, request_headers={}),
    "another content type": lambda e: replace(
        e, headers={**e.headers, "content-type": "text/html"}
    ),
    "a body cut short": lambda e: replace(e, body=e.body[:-1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_answer_belongs_to_its_question_alone(
    partner: Partner, exchange: Exchange, change: Callable[[Exchange], Exchange]
) -> None:
    with pytest.raises(VerificationFailed):
        verify_answer(change(exchange), partner.keys, now=None)


def resigned(
    exchange: Exchange, change: Callable[[dict[str, Any]], object]
) -> tuple[Exchange, PublishedKeys]:
    """The answer as a careless or dishonest registry would give it: changed, and signed all the same."""
    signer = generate()
    members = json.loads(exchange.body)
    change(members)
    body = json.dumps(members).encode()
    headers = sign_response(
        200,
        "application/json",
        body,
        request_method=exchange.method,
        target_uri=exchange.target_uri,
        request_signature=request_signature(exchange.request_headers),
        signer=signer,
        keyid=signer.kid,
        created=1_800_000_000,
    )
    keyring = Keyring([KeyRecord(signer.public, KeyPurpose.ANSWERS, 0)])
    keys = PublishedKeys.read(json.dumps(keyring.jwks()))
    return replace(
        exchange, body=body, headers={"content-type": "application/json", **headers}
    ), keys


def test_a_signed_answer_that_is_unchanged_holds_under_the_other_key(exchange: Exchange) -> None:
    filed, keys = resigned(exchange, lambda members: None)
    assert verify_answer(filed, keys, now=None)["results"][1]["opted_out"] is True


CONTRADICTIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "permitted although denied": lambda m: m["results"][0].update(permitted=True),
    "permitted beside an error": lambda m: m["results"][1].update(
        permitted=True, decision="allow", opted_out=False
    ),
    "permitted is a word": lambda m: m["results"][0].update(permitted="true"),
    "not opted out although denied": lambda m: m["results"][0].update(opted_out=False),
    "not opted out although unreadable": lambda m: m["results"][1].update(opted_out=False),
    "a result too few": lambda m: m["results"].pop(),
    "a result too many": lambda m: m["results"].append(m["results"][0]),
    "results in another order": lambda m: m["results"].reverse(),
    "a result's reference changed": lambda m: m["results"][0].update(ref="b"),
    "a result's reference gone": lambda m: m["results"][0].pop("ref"),
    "another usage": lambda m: m.update(usage="search"),
    "another question's digest": lambda m: m.update(
        question_digest=f"sha-256=:{b64encode(hashlib.sha256(b'').digest()).decode()}:"
    ),
    "no results": lambda m: m.pop("results"),
}


@pytest.mark.parametrize("change", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_an_answer_that_contradicts_itself_is_no_answer_even_if_it_is_signed(
    exchange: Exchange, change: Callable[[dict[str, Any]], object]
) -> None:
    filed, keys = resigned(exchange, change)
    with pytest.raises(VerificationFailed):
        verify_answer(filed, keys, now=None)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"null", b'{"method": 1}', b"\xff"])
def test_what_is_no_filed_answer_is_refused(text: bytes) -> None:
    with pytest.raises(RegistryError):
        Exchange.decode(text)
