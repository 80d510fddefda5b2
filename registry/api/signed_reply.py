"""How a reply is signed: with the answers key, bound to what was asked (docs/formats.md, "Its signature")."""

from registry.bootstrap import Registry
from registry.signing.http_signature import RequestSignature, sign_response
from registry.signing.keys import KeyPurpose


def reply_signature(
    registry: Registry,
    status: int,
    content_type: str,
    body: bytes,
    *,
    method: str,
    target_uri: str,
    signature: RequestSignature | None,
) -> dict[str, str]:
    """`body` as it travels; `signature` is the request's own, None where it had none."""
    signer = registry.signers()[KeyPurpose.ANSWERS]
    return sign_response(
        status,
        content_type,
        body,
        request_method=method,
        target_uri=target_uri,
        request_signature=signature,
        signer=signer,
        keyid=signer.public.kid,
        created=registry.clock() // 1000,
    )
