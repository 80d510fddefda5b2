"""Signed lookups: HTTP Message Signatures (RFC 9421) on requests, verified and made.

`request_profile` says what a request's signature must look like and `response_signature` does the
answers; both are part of this module's face. The base is built here from what was understood, and
the key decides the algorithm, never the message.
"""

from typing import Final

import msgspec

from registry.errors import SignatureRefused, VerificationFailed
from registry.signing.content_digest import check_content_digest, content_digest
from registry.signing.keys import PublicKey, Signer
from registry.signing.request_components import SignedRequest, check_target, component_value
from registry.signing.request_profile import (
    MAX_WINDOW_SECONDS,
    USUAL_COMPONENTS,
    WEB_BOT_AUTH_TAG,
    ParsedSignature,
    claimed_keyid,
    parse_request_signature,
)
from registry.signing.response_signature import (
    request_signature,
    response_keyid,
    sign_response,
    verify_response,
)
from registry.signing.signature_fields import (
    TAG,
    RequestSignature,
    byte_sequence,
    params_text,
    signature_base,
)

__all__ = [
    "ALGORITHM_NAMES",
    "MAX_WINDOW_SECONDS",
    "TAG",
    "WEB_BOT_AUTH_TAG",
    "ParsedSignature",
    "RequestSignature",
    "SignedRequest",
    "VerifiedRequest",
    "check_content_digest",
    "claimed_keyid",
    "computed_base",
    "content_digest",
    "parse_request_signature",
    "request_signature",
    "response_keyid",
    "sign_request",
    "sign_response",
    "verify_request",
    "verify_response",
]

ALGORITHM_NAMES: Final = {"Ed25519": "ed25519", "ES256": "ecdsa-p256-sha256"}
"""RFC 9421's name (section 6.2.2) of each algorithm that a key can have."""


class VerifiedRequest(msgspec.Struct, frozen=True, gc=False):
    """A request's signature that held. `base` is what was signed, byte for byte."""

    keyid: str
    nonce: str
    created: int
    expires: int
    signature: bytes
    label: str
    base: bytes
    tag: str

    @property
    def request_signature(self) -> RequestSignature:
        """What `sign_response` binds the answer to."""
        return RequestSignature(self.label, self.signature)


def verify_request(
    request: SignedRequest, parsed: ParsedSignature, key: PublicKey, now: int, skew: int = 30
) -> VerifiedRequest:
    """Verifies a parsed signature with the key that its keyid stands for.

    `now` and `skew` are seconds. The algorithm is the key's. Whether the nonce is fresh for this key
    (its `kid`, not the keyid as written) is the caller's next question. Raises SignatureRefused with
    one of the codes `signature-algorithm`, `signature-not-yet-valid`, `signature-expired`,
    `component-unknown`, `signature-malformed`, `signature-invalid`, `digest-missing`,
    `digest-mismatch`.
    """
    if parsed.alg is not None and parsed.alg != ALGORITHM_NAMES[key.algorithm]:
        raise SignatureRefused(
            f"the signature says alg {parsed.alg!r}, but its key is for "
            f"{ALGORITHM_NAMES[key.algorithm]!r}: say that, or leave alg out",
            code="signature-algorithm",
        )
    if parsed.created > now + skew:
        raise SignatureRefused(
            f"created is {parsed.created - now} s ahead of this clock: at most {skew} s",
            code="signature-not-yet-valid",
        )
    if parsed.expires < now - skew:
        raise SignatureRefused(
            f"the signature expired {now - parsed.expires} s ago: sign the request anew",
            code="signature-expired",
        )
    base = _base(request, parsed)
    try:
        key.verify(base, parsed.signature)
    except VerificationFailed as error:
        raise SignatureRefused(
            "the signature does not hold over the request as it arrived; compare your signature "
            "base with: " + base.decode("ascii"),
            code="signature-invalid",
        ) from error
    # After the signature, so that strangers cannot have us hash megabytes.
    if parsed.components is USUAL_COMPONENTS or any(
        c.name == "content-digest" for c in parsed.components
    ):
        check_content_digest(request.field("content-digest"), request.body)
    return VerifiedRequest(
        keyid=parsed.keyid,
        nonce=parsed.nonce,
        created=parsed.created,
        expires=parsed.expires,
        signature=parsed.signature,
        label=parsed.label,
        base=base,
        tag=parsed.tag,
    )


def computed_base(request: SignedRequest, parsed: ParsedSignature) -> str | None:
    """The signature base as it was computed here, to be shown to whoever signed; None where none can be."""
    try:
        return _base(request, parsed).decode("ascii")
    except SignatureRefused:
        return None


def _base(request: SignedRequest, parsed: ParsedSignature) -> bytes:
    """What was signed, if the signature holds. Raises SignatureRefused."""
    if parsed.components is USUAL_COMPONENTS and request.method == "POST":
        check_target(request.target_uri)
        content_type, digest = request.field("content-type"), request.field("content-digest")
        if content_type is not None and digest is not None:
            return (
                f'"@method": POST\n"@target-uri": {request.target_uri}\n'
                f'"content-type": {content_type}\n"content-digest": {digest}\n'
                f'"@signature-params": {parsed.params_text}'
            ).encode("ascii")
    values = [(c.identifier, component_value(c, request)) for c in parsed.components]
    return signature_base(values, parsed.params_text)


def sign_request(
    method: str,
    target_uri: str,
    body: bytes,
    content_type: str | None,
    signer: Signer,
    *,
    keyid: str,
    created: int,
    nonce: str,
    expires_in: int = MAX_WINDOW_SECONDS,
) -> dict[str, str]:
    """The fields that sign a request: signature-input, signature; content-digest for a body.

    `created` is in seconds since 1970, `expires_in` in seconds, `nonce` fresh for every request.
    Raises ValueError for a body without a content type.
    """
    values = {'"@method"': method, '"@target-uri"': target_uri}
    headers: dict[str, str] = {}
    if body:
        if content_type is None:
            raise ValueError("a request with a body needs a content type to sign")
        headers["content-digest"] = content_digest(body)
        values['"content-type"'] = content_type
        values['"content-digest"'] = headers["content-digest"]
    params: dict[str, int | str] = {
        "created": created,
        "expires": created + expires_in,
        "nonce": nonce,
        "keyid": keyid,
        "tag": TAG,
    }
    text = params_text(values, params)
    signature = signer.sign(signature_base(values.items(), text))
    headers["signature-input"] = f"sig1={text}"
    headers["signature"] = f"sig1={byte_sequence(signature)}"
    return headers
