"""A signed question written as nearly all are: POST, JSON, the profile's own components, an Ed25519 key.

The short way through steps that `request_profile` and `http_signature` take for any request (RFC 9421). Guarantee:
what is said to hold here, `parse_request_signature` and `verify_request` take too, and with the same outcome; None and
False say nothing but "ask them" (tests/signing/test_usual_request.py sends the same requests through both).
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from registry.signing.content_digest import content_digest
from registry.signing.ed25519 import verifies
from registry.signing.public_key import PublicKey
from registry.signing.request_components import SignedRequest
from registry.signing.request_profile import ParsedSignature, read_usual_signature

CONTENT_TYPE: Final = "application/json"


class UsualRequest(msgspec.Struct, frozen=True, gc=False):
    """What was signed (`base`) if the signature holds, and the digest of the body, which is as the request says."""

    target_uri: str
    parsed: ParsedSignature
    digest: str
    base: bytes

    def signed_request(self) -> SignedRequest:
        """What is signed of it, as any other request; without its body."""
        fields = {"content-type": CONTENT_TYPE, "content-digest": self.digest}
        return SignedRequest("POST", self.target_uri, fields)


class UsualTarget:
    """Requests to one address. `target_uri` in ASCII: the absolute URL that clients address."""

    def __init__(self, target_uri: str) -> None:
        self.uri = target_uri
        self._before = (
            f'"@method": POST\n"@target-uri": {target_uri}\n"content-type": {CONTENT_TYPE}\n'
            '"content-digest": '
        )

    def read(self, environ: Mapping[str, Any], body: bytes) -> UsualRequest | None:
        """The request with these fields (as PEP 3333 names them) and this body, of which the caller knows that it is a
        POST of JSON to this address; None for one that is written otherwise, or not signed."""
        parsed = read_usual_signature(
            environ.get("HTTP_SIGNATURE_INPUT"), environ.get("HTTP_SIGNATURE")
        )
        if parsed is None or not body:
            return None
        digest = content_digest(body)
        if environ.get("HTTP_CONTENT_DIGEST") != digest:
            return None
        base = f'{self._before}{digest}\n"@signature-params": {parsed.params_text}'
        return UsualRequest(self.uri, parsed, digest, base.encode("ascii"))


def holds(request: UsualRequest, key: PublicKey, now: int, skew: int) -> bool:
    """Whether this is the signature of the key, and its time is now (seconds). False for keys of another kind."""
    parsed = request.parsed
    return (
        parsed.created <= now + skew
        and parsed.expires >= now - skew
        and key.algorithm == "Ed25519"
        and verifies(key.raw, request.base, parsed.signature)
    )
