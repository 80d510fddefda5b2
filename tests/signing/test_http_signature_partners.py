"""Signed HTTP against an independent implementation: PyPI `http-message-signatures`.

Its verifier reads the system's clock, so the times here are the system's too.
"""

import datetime
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ECDSA_P256_SHA256, ED25519

from registry.signing.http_signature import (
    SignedRequest,
    content_digest,
    request_signature,
    sign_request,
    sign_response,
    verify_response,
)
from registry.signing.keys import MemorySigner
from tests.signing.lookups import ANSWER, BODY, JSON, URL, verify

KINDS = {
    "Ed25519": (Ed25519PrivateKey.generate, ED25519),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECDSA_P256_SHA256),
}
QUESTION = ("@method", "@target-uri", "content-type", "content-digest")
ANSWER_COVERS = (
    '"@status"',
    '"content-type"',
    '"content-digest"',
    '"@method";req',
    '"@target-uri";req',
    '"signature";req;key="sig1"',
)


class _Request:
    def __init__(self, method, url, headers, body=b""):
        self.method, self.url, self.headers, self.body = method, url, dict(headers), body


class _Response:
    def __init__(self, status, headers, request):
        self.status_code, self.headers, self.request = status, dict(headers), request


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, private):
        self._private = private

    def resolve_private_key(self, key_id):
        return self._private

    def resolve_public_key(self, key_id):
        return self._private.public_key()


@pytest.fixture(params=KINDS)
def partner(request):
    """(our signer, their signer, their verifier) for one and the same key."""
    make, algorithm = KINDS[request.param]
    private = make()
    options = {"signature_algorithm": algorithm, "key_resolver": _Keys(private)}
    return MemorySigner(private), HTTPMessageSigner(**options), HTTPMessageVerifier(**options)


def _lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def test_we_verify_the_requests_that_they_sign(partner):
    signer, theirs, _ = partner
    request = _Request("POST", URL, {"Content-Type": JSON}, BODY)
    now = datetime.datetime.now(datetime.UTC)
    theirs.sign(
        request,
        key_id=signer.kid,
        created=now,
        expires=now + datetime.timedelta(seconds=300),
        nonce="abc",
        label="theirs",
        tag="consent-registry",
        covered_component_ids=QUESTION,
        body=BODY,
    )
    arrived = SignedRequest("POST", URL, _lower(request.headers), BODY)
    verified = verify(arrived, signer, int(now.timestamp()))
    assert (verified.label, verified.nonce) == ("theirs", "abc")


def test_we_verify_what_they_sign_over_every_derived_component(partner):
    signer, theirs, _ = partner
    url = "https://Registry.Example:443/a/b?x=1&y=%C3%A9%20~*&z="
    request = _Request("GET", url, {"X-Text": "  a,  b ", "X-Dict": 'a=1;q="x", b=(1 2);r'})
    now = datetime.datetime.now(datetime.UTC)
    theirs.sign(
        request,
        key_id=signer.kid,
        created=now,
        expires=now + datetime.timedelta(seconds=60),
        nonce='with "quotes" and \\',
        tag="consent-registry",
        covered_component_ids=(
            '"@method"',
            '"@target-uri"',
            '"@authority"',
            '"@scheme"',
            '"@path"',
            '"@query"',
            '"@request-target"',
            '"@query-param";name="y"',
            '"@query-param";name="z"',
            '"x-text"',
            '"x-dict";key="a"',
            '"x-dict";key="b"',
        ),
    )
    arrived = SignedRequest("GET", url, _lower(request.headers))
    assert verify(arrived, signer, int(now.timestamp())).nonce == 'with "quotes" and \\'


def test_they_verify_the_requests_that_we_sign(partner):
    signer, _, theirs = partner
    headers = sign_request(
        "POST", URL, BODY, JSON, signer, keyid=signer.kid, created=int(time.time()), nonce="n"
    )
    request = _Request("POST", URL, {**headers, "content-type": JSON})
    [result] = theirs.verify(
        request, body=BODY, expect_tag="consent-registry", require_components=QUESTION
    )
    assert result.nonce == "n"
    assert result.body == BODY
    request.headers["content-type"] = "text/plain"
    with pytest.raises(InvalidSignature):
        theirs.verify(request, body=BODY, expect_tag="consent-registry")


def test_they_verify_the_answers_that_we_sign(partner):
    signer, _, theirs = partner
    now = int(time.time())
    asked = sign_request("POST", URL, BODY, JSON, signer, keyid="k", created=now, nonce="n")
    answered = sign_response(
        200,
        JSON,
        ANSWER,
        request_method="POST",
        target_uri=URL,
        request_signature=request_signature(asked),
        signer=signer,
        keyid=signer.kid,
        created=now,
    )
    request = _Request("POST", URL, {**asked, "content-type": JSON})
    response = _Response(200, {**answered, "content-type": JSON}, request)
    [result] = theirs.verify(
        response, body=ANSWER, expect_tag="consent-registry", require_components=ANSWER_COVERS
    )
    assert result.body == ANSWER
    response.status_code = 404
    with pytest.raises(InvalidSignature):
        theirs.verify(response, body=ANSWER, expect_tag="consent-registry")


def test_we_verify_the_answers_that_they_sign(partner):
    signer, theirs, _ = partner
    now = datetime.datetime.now(datetime.UTC)
    asked = sign_request(
        "POST", URL, BODY, JSON, signer, keyid="k", created=int(now.timestamp()), nonce="n"
    )
    request = _Request("POST", URL, {**asked, "content-type": JSON})
    headers = {"content-type": JSON, "content-digest": content_digest(ANSWER)}
    response = _Response(200, headers, request)
    theirs.sign(
        response,
        key_id=signer.kid,
        created=now,
        tag="consent-registry",
        covered_component_ids=ANSWER_COVERS,
        use_existing_digest=True,
    )
    verify_response(
        status=200,
        headers=_lower(response.headers),
        body=ANSWER,
        request_method="POST",
        target_uri=URL,
        request_signature=request_signature(asked),
        find_key=lambda _: signer.public,
        now=int(now.timestamp()),
    )
