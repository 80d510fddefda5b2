"""A signed lookup and its answer, in parts, for the tests of signed HTTP."""

from registry.signing.http_signature import (
    SignedRequest,
    parse_request_signature,
    sign_request,
    sign_response,
    verify_request,
)
from registry.signing.keys import generate
from registry.signing.signature_fields import byte_sequence, params_text, signature_base

URL = "https://registry.example/v1/verify"
BODY = b'{"usage":"generative-training","items":[{"identifiers":["isrc:GBAYE0601498"]}]}'
ANSWER = b'{"results":[{"decision":"deny","permitted":false}]}'
JSON = "application/json"
NOW = 1_795_000_000
PLATFORM, REGISTRY = generate(), generate()


def signed_headers(signer=PLATFORM, *, url=URL, body=BODY, nonce="n-1", **options):
    """The header fields of a signed POST, content type included."""
    headers = sign_request(
        "POST", url, body, JSON, signer, keyid=signer.kid, created=NOW, nonce=nonce, **options
    )
    return {**headers, "content-type": JSON}


def signed_get(signer=PLATFORM, *, url=URL + "?usage=ai-input&id=isrc%3AGBAYE0601498"):
    """A signed GET, as it arrives."""
    headers = sign_request(
        "GET", url, b"", None, signer, keyid=signer.kid, created=NOW, nonce="n-2"
    )
    return SignedRequest("GET", url, headers)


def post(headers, *, method="POST", url=URL, body=BODY):
    return SignedRequest(method, url, headers, body)


def verify(request, signer=PLATFORM, now=NOW, **options):
    return verify_request(request, parse_request_signature(request), signer.public, now, **options)


def hand_signed(values, params, signer=PLATFORM, *, label="sig1", extra=None):
    """Header fields with a valid signature over exactly these (identifier, value) pairs."""
    text = params_text([identifier for identifier, _ in values], params)
    signature = signer.sign(signature_base(values, text))
    return {
        "signature-input": f"{label}={text}",
        "signature": f"{label}={byte_sequence(signature)}",
        **(extra or {}),
    }


def profile_params(signer=PLATFORM, **changes):
    """The signature parameters of the profile, some changed; None leaves one out."""
    params = {
        "created": NOW,
        "expires": NOW + 300,
        "nonce": "n-1",
        "keyid": signer.kid,
        "tag": "consent-registry",
        **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


def answer_headers(verified, signer=REGISTRY, *, status=200, body=ANSWER, created=NOW):
    headers = sign_response(
        status,
        JSON,
        body,
        request_method="POST",
        target_uri=URL,
        request_signature=verified.request_signature if verified else None,
        signer=signer,
        keyid=signer.kid,
        created=created,
    )
    return {**headers, "content-type": JSON}
