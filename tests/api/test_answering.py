"""The desk: answers that others can check with their own tools, bound to the question that was asked."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519
from joserfc import jws
from joserfc.jwk import OKPKey

from registry.errors import VerificationFailed
from registry.services.register_platform import add_platform_key
from registry.signing.base64url import decode
from registry.signing.content_digest import content_digest
from registry.signing.keys import MemorySigner
from tests.api.served import STEWARD, MovableClock, served

BODY = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
RECEIPT = "application/answer-receipt+jwt"


def test_an_answer_belongs_to_its_question_alone(world):
    sent, other = (world.signed("POST", "/v1/verify", BODY) for _ in range(2))
    response = world.send(BODY, sent)
    world.verify("POST", "/v1/verify", sent, BODY, response)
    with pytest.raises(VerificationFailed):
        world.verify("POST", "/v1/verify", other, BODY, response)


def test_an_answer_that_was_changed_on_its_way_does_not_hold(world):
    sent = world.signed("POST", "/v1/verify", BODY)
    response = world.send(BODY, sent)
    response._content = response.content.replace(b'"unregistered"', b'"allow"')
    with pytest.raises(VerificationFailed):
        world.verify("POST", "/v1/verify", sent, BODY, response)


class _Published(HTTPSignatureKeyResolver):
    """The keys as an independent library wants them."""

    def __init__(self, jwks, own=None):
        self.jwks, self.own = jwks, own

    def resolve_public_key(self, key_id):
        key = next(key for key in self.jwks["keys"] if key["kid"] == key_id)
        return Ed25519PublicKey.from_public_bytes(decode(key["x"], "x"))

    def resolve_private_key(self, key_id):
        return self.own


def test_another_library_asks_and_holds_the_answer_against_our_keys(tmp_path):
    now = datetime.now(UTC)  # that library reads the system's clock
    private = Ed25519PrivateKey.generate()
    signer = MemorySigner(private)
    with (
        served(tmp_path, MovableClock(int(now.timestamp() * 1000))) as world,
        requests.Session() as session,
    ):
        with world.registry.writing() as ledger:
            add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
        jwks = session.get(world.url + "/.well-known/jwks.json").json()
        options = {"signature_algorithm": ED25519, "key_resolver": _Published(jwks, private)}
        request = requests.Request(
            "POST",
            world.url + "/v1/verify",
            data=BODY,
            headers={"Content-Type": "application/json"},
        ).prepare()
        HTTPMessageSigner(**options).sign(
            request,
            key_id=signer.kid,
            created=now,
            expires=now + timedelta(seconds=300),
            nonce=secrets.token_urlsafe(16),
            tag="consent-registry",
            label="theirs",
            covered_component_ids=("@method", "@target-uri", "content-type", "content-digest"),
            body=BODY,
        )
        response = session.send(request)
        assert response.status_code == 200, response.text
        [verified] = HTTPMessageVerifier(**options).verify(
            response,
            body=response.content,
            expect_tag="consent-registry",
            require_components=(
                '"@status"',
                '"content-type"',
                '"content-digest"',
                '"@method";req',
                '"@target-uri";req',
                '"signature";req;key="theirs"',
            ),
        )
        assert verified.body == response.content


def test_an_answer_can_be_had_as_a_receipt_that_stands_by_itself(world):
    sent = world.signed("POST", "/v1/verify", BODY)
    response = world.send(BODY, {**sent, "accept": RECEIPT})
    assert response.headers["content-type"] == RECEIPT
    did = world.http.get("/.well-known/did.json").json()
    token = response.text
    header = json.loads(decode(token.split(".")[0], "header"))
    assert (header["typ"], header["alg"]) == ("answer-receipt+jwt", "Ed25519")
    method = next(each for each in did["verificationMethod"] if each["id"] == header["kid"])
    assert method["id"] in did["assertionMethod"]
    opened = jws.deserialize_compact(
        token, OKPKey.import_key(method["publicKeyJwk"]), algorithms=["Ed25519"]
    )
    payload = json.loads(opened.payload)
    assert payload["platform"] == world.platform
    assert payload["question_digest"].startswith("sha-256=:")
    assert payload["results"][0]["decision"] == "unregistered"


def test_the_digest_of_a_get_is_that_of_its_target(world):
    path = "/v1/verify?usage=search&id=isrc:USRC17607839"
    answer = world.http.get(path, headers=world.signed("GET", path)).json()
    assert answer["question_digest"] == content_digest((world.url + path).encode())
