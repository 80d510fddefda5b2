"""How long a signed lookup and its answer take: `python -m tests.signing.speed` prints µs a call.

Best of several runs, 600 bytes of body, one thread; the bare Ed25519 operations stand beside them, by
libsodium (which the registry uses) and by OpenSSL.
"""

import timeit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.signing import ed25519
from registry.signing.http_signature import (
    RequestSignature,
    SignedRequest,
    parse_request_signature,
    request_signature,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)
from registry.signing.jws import sign_jws, verify_jws
from registry.signing.keys import MemorySigner, generate
from tests.signing.lookups import JSON, NOW, URL

CALLS, RUNS = 1000, 15


def best(call):
    return min(timeit.repeat(call, number=CALLS, repeat=RUNS)) / CALLS * 1e6


def cases():
    private = Ed25519PrivateKey.generate()
    signer, p256, body = MemorySigner(private), generate("ES256"), b"x" * 600
    public = private.public_key()
    _, secret = ed25519.expand_seed(private.private_bytes_raw())

    def asked(who):
        return sign_request(
            "POST", URL, body, JSON, who, keyid=who.kid, created=NOW, nonce="0123456789abcdef"
        ) | {"content-type": JSON}

    def receive(headers, who):
        request = SignedRequest("POST", URL, headers, body)
        return verify_request(request, parse_request_signature(request), who.public, NOW)

    headers, p256_headers = asked(signer), asked(p256)
    verified = receive(headers, signer)
    bound: RequestSignature = verified.request_signature
    about = {"request_method": "POST", "target_uri": URL, "request_signature": bound}

    def answer():
        return sign_response(200, JSON, body, **about, signer=signer, keyid=signer.kid, created=NOW)

    answered = answer() | {"content-type": JSON}
    token = sign_jws(body, typ="t", kid="k", signer=signer)
    base, signature = verified.base, verified.signature
    return {
        "Ed25519 sign, libsodium": lambda: ed25519.sign(secret, base),
        "Ed25519 sign, OpenSSL": lambda: private.sign(base),
        "Ed25519 verify, libsodium": lambda: ed25519.verifies(signer.public.raw, base, signature),
        "Ed25519 verify, OpenSSL": lambda: public.verify(signature, base),
        "sign_request": lambda: asked(signer),
        "parse_request_signature": lambda: parse_request_signature(
            SignedRequest("POST", URL, headers, body)
        ),
        "parse + verify_request": lambda: receive(headers, signer),
        "parse + verify_request, ES256": lambda: receive(p256_headers, p256),
        "sign_response": answer,
        "verify_response": lambda: verify_response(
            status=200,
            headers=answered,
            body=body,
            find_key=lambda _: signer.public,
            now=NOW,
            **{**about, "request_signature": request_signature(headers)},
        ),
        "sign_jws": lambda: sign_jws(body, typ="t", kid="k", signer=signer),
        "verify_jws": lambda: verify_jws(token, lambda _: signer.public, typ="t"),
    }


if __name__ == "__main__":
    for name, call in cases().items():
        print(f"{name:32}{best(call):8.1f} µs")
