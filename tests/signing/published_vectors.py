"""Makes registry/vectors/http_signatures.json and records.json from fixed keys and times.

`python -m tests.signing.published_vectors` writes the files; the tests compare them with what the
code makes today. Ed25519 and deterministic ECDSA (RFC 6979) give the same bytes every time.
"""

import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from registry.signing import base64url
from registry.signing.credential import ConsentRecordFields, build_credential, secure
from registry.signing.http_signature import (
    SignedRequest,
    parse_request_signature,
    sign_request,
    sign_response,
    verify_request,
)
from registry.signing.keyring import verification_method
from registry.signing.keys import MemorySigner
from registry.signing.signature_fields import byte_sequence, params_text, signature_base
from registry.signing.status_list import bits_with, encode, status_entry

FOLDER = Path(__file__).parents[2] / "registry" / "vectors"
REGISTRY_SEED, PLATFORM_SEED = bytes(range(32)), bytes(range(32, 64))
P256_SCALAR = int.from_bytes(bytes(range(64, 96)))
ORIGIN = "https://registry.example"
URL = f"{ORIGIN}/v1/verify"
ISSUER = "did:web:registry.example"
CREATED = 1_795_000_000
QUESTION = (
    '{"usage":"generative-training","items":[{"ref":"row-17","identifiers":'
    '["isrc:GBAYE0601498","https://music.example/a/x"]}]}'
)
ANSWER = '{"results":[{"index":0,"ref":"row-17","decision":"deny","permitted":false}]}'


class DeterministicP256:
    """An ES256 signer whose signatures repeat (RFC 6979), so that vectors can be compared."""

    algorithm = "ES256"

    def __init__(self, scalar):
        self.private = ec.derive_private_key(scalar, ec.SECP256R1())
        self.public = MemorySigner(self.private, examples=True).public
        self.kid = self.public.kid

    def sign(self, message):
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.private.sign(message, algorithm))
        return r.to_bytes(32) + s.to_bytes(32)


REGISTRY = MemorySigner.from_seed(REGISTRY_SEED, examples=True)
PLATFORM = MemorySigner.from_seed(PLATFORM_SEED, examples=True)
P256 = DeterministicP256(P256_SCALAR)


def _key(signer, private):
    return {
        "kid": signer.kid,
        "algorithm": signer.algorithm,
        "public_jwk": dict(signer.public.jwk),
        "private_d": base64url.encode(private),
    }


def _request(name, method, target_uri, headers, body, signer):
    request = SignedRequest(method, target_uri, headers, body.encode())
    verified = verify_request(request, parse_request_signature(request), signer.public, CREATED + 1)
    return {
        "name": name,
        "key": signer.kid,
        "now": CREATED + 1,
        "method": method,
        "target_uri": target_uri,
        "headers": headers,
        "body": body,
        "signature_base": verified.base.decode(),
        "signature_label": verified.label,
        "signature": base64url.encode(verified.signature),
    }


def _post(name, signer):
    headers = sign_request(
        "POST",
        URL,
        QUESTION.encode(),
        "application/json",
        signer,
        keyid=signer.kid,
        created=CREATED,
        nonce="7Zt0b9Q-vector-1",
    )
    headers["content-type"] = "application/json"
    return _request(name, "POST", URL, headers, QUESTION, signer)


def _get(name, signer):
    url = f"{URL}?usage=ai-input&id=isrc%3AGBAYE0601498"
    headers = sign_request(
        "GET", url, b"", None, signer, keyid=signer.kid, created=CREATED, nonce="7Zt0b9Q-vector-2"
    )
    return _request(name, "GET", url, headers, "", signer)


def _web_bot_auth(name, signer):
    url = f"{URL}?usage=ai-input&id=isrc%3AGBAYE0601498"
    agent = '"https://platform.example"'
    values = [('"@target-uri"', url), ('"signature-agent"', agent)]
    text = params_text(
        [identifier for identifier, _ in values],
        {
            "created": CREATED,
            "expires": CREATED + 60,
            "nonce": "7Zt0b9Q-vector-3",
            "keyid": signer.kid,
            "alg": "ed25519",
            "tag": "web-bot-auth",
        },
    )
    headers = {
        "signature-agent": agent,
        "signature-input": f"sig1={text}",
        "signature": f"sig1={byte_sequence(signer.sign(signature_base(values, text)))}",
    }
    return _request(name, "GET", url, headers, "", signer)


def _answer(name, request, status=200):
    asked = SignedRequest(
        request["method"], request["target_uri"], request["headers"], request["body"].encode()
    )
    key = PLATFORM if request["key"] == PLATFORM.kid else P256
    verified = verify_request(asked, parse_request_signature(asked), key.public, CREATED + 1)
    headers = sign_response(
        status,
        "application/json",
        ANSWER.encode(),
        request_method=request["method"],
        target_uri=request["target_uri"],
        request_signature=verified.request_signature,
        signer=REGISTRY,
        keyid=REGISTRY.kid,
        created=CREATED + 1,
    )
    return {
        "name": name,
        "key": REGISTRY.kid,
        "request": request["name"],
        "now": CREATED + 2,
        "status": status,
        "headers": {**headers, "content-type": "application/json"},
        "body": ANSWER,
    }


def http_signatures():
    """The content of http_signatures.json."""
    post, get = _post("post", PLATFORM), _get("get", PLATFORM)
    es256, bot = _post("post-es256", P256), _web_bot_auth("get-web-bot-auth", PLATFORM)
    return {
        "description": "Signed lookups and signed answers: RFC 9421 and RFC 9530 in this "
        "registry's profile. Times are seconds since 1970, bodies are UTF-8, signature and "
        "private_d are base64url. The keys are public examples and are refused by any registry.",
        "version": 1,
        "keys": [
            _key(REGISTRY, REGISTRY_SEED),
            _key(PLATFORM, PLATFORM_SEED),
            _key(P256, P256_SCALAR.to_bytes(32)),
        ],
        "requests": [post, get, es256, bot],
        "answers": [_answer("answer-to-post", post), _answer("answer-to-es256", es256)],
    }


def records():
    """The content of records.json."""
    record_id = "0199b7f0-5e4b-7c3a-9a51-3f2c1d0e4b6a"
    credential = build_credential(
        id=f"{ORIGIN}/v1/records/{record_id}",
        issuer=ISSUER,
        valid_from="2026-11-22T10:00:00Z",
        subject={
            "work": {
                "kind": "recording",
                "title": "Näher",
                "identifiers": ["isrc:GBAYE0601498", "https://music.example/a/x"],
            },
            "declaredBy": {"name": "Ada Example", "assurance": "controlled"},
            "preferences": [{"usage": "generative-training", "preference": "deny"}],
        },
        status=status_entry(f"{ORIGIN}/v1/status/1", 94567),
        evidence=[{"type": "ControlledLocation", "location": "https://music.example/a/"}],
        record=ConsentRecordFields(
            record_id=record_id,
            notice_version="1",
            notice_language="en",
            event_time="2026-11-22T10:00:00Z",
            event_state="declared",
            withdrawal_method=f"{ORIGIN}/v1/declarations/{record_id}/withdraw",
            recipients=("everybody",),
            jurisdictions=("worldwide",),
        ),
        salt=bytes(range(16)),
    )
    jws = secure(credential, REGISTRY, verification_method(ISSUER, REGISTRY.kid))
    header, payload, signature = jws.split(".")
    return {
        "description": "A consent record as VC 2.0 in a compact JWS (VC-JOSE-COSE), and a Bitstring "
        "Status List. The key is a public example and is refused by any registry.",
        "version": 1,
        "keys": [_key(REGISTRY, REGISTRY_SEED)],
        "records": [
            {
                "credential": credential,
                "protected_header": json.loads(base64url.decode(header)),
                "signing_input": f"{header}.{payload}",
                "signature": signature,
                "jws": jws,
            }
        ],
        "status_lists": [
            {"set": [0, 7, 94567, 131071], "encodedList": encode(bits_with([0, 7, 94567, 131071]))}
        ],
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, content in (("http_signatures", http_signatures()), ("records", records())):
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
