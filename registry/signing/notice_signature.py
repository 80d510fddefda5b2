"""The signature on a notice that the registry sends to a platform's webhook: its profile of RFC 9421 for that.

It covers @method, @target-uri, content-type and content-digest, with created, expires, nonce, keyid and its own tag,
so that no notice can pass for a question or an answer, nor one receiver's for another's. Signed with the answers key.
"""

from typing import Final

import msgspec

from registry.errors import SignatureRefused, VerificationFailed
from registry.signing.content_digest import check_content_digest, content_digest
from registry.signing.jws import FindKey
from registry.signing.keys import Signer
from registry.signing.request_components import SignedRequest, component_value
from registry.signing.signature_fields import (
    SignatureInput,
    byte_sequence,
    params_text,
    read_signatures,
    signature_base,
)

NOTICE_TAG: Final = "consent-registry-notice"
LIFE_SECONDS: Final = 300
_COVERED: Final = ("@method", "@target-uri", "content-type", "content-digest")


class VerifiedNotice(msgspec.Struct, frozen=True, gc=False):
    """A notice's signature that held: whoever took one with this keyid and nonce already should not take it again."""

    keyid: str
    nonce: str
    created: int


def sign_notice(
    url: str, body: bytes, content_type: str, signer: Signer, *, created: int, nonce: str
) -> dict[str, str]:
    """The header fields of a signed notice to this URL; `created` in seconds since 1970, `nonce` a fresh one."""
    digest = content_digest(body)
    values = dict(
        zip((f'"{name}"' for name in _COVERED), ("POST", url, content_type, digest), strict=True)
    )
    text = params_text(
        values,
        {
            "created": created,
            "expires": created + LIFE_SECONDS,
            "nonce": nonce,
            "keyid": signer.kid,
            "tag": NOTICE_TAG,
        },
    )
    signature = signer.sign(signature_base(values.items(), text))
    return {
        "content-type": content_type,
        "content-digest": digest,
        "signature-input": f"sig1={text}",
        "signature": f"sig1={byte_sequence(signature)}",
    }


def verify_notice(
    request: SignedRequest, find_key: FindKey, *, now: int, skew: int = 30
) -> VerifiedNotice:
    """Holds a notice against its signature. `request.target_uri` is the URL that was registered; `now` and `skew` are
    seconds; `find_key` goes from the keyid to a key that is trusted.

    Raises: VerificationFailed, and nothing else, for whatever does not hold.
    """
    try:
        found = _choose(read_signatures(request.headers))
        params = found.params
        created, expires = params.get("created"), params.get("expires")
        keyid, nonce = params.get("keyid"), params.get("nonce")
        if not (isinstance(created, int) and isinstance(expires, int)):
            raise VerificationFailed("the notice's signature needs created and expires")
        if not (isinstance(keyid, str) and keyid and isinstance(nonce, str) and nonce):
            raise VerificationFailed("the notice's signature needs keyid and nonce")
        if not created - skew <= now <= min(expires, created + LIFE_SECONDS) + skew:
            raise VerificationFailed(
                f"the notice was signed at {created} for {expires - created} s, and it is {now}: compare your clock"
            )
        values = [(each.identifier, component_value(each, request)) for each in found.components]
        find_key(keyid).verify(signature_base(values, found.params_text), found.signature)
        check_content_digest(request.field("content-digest"), request.body)
    except SignatureRefused as error:
        raise VerificationFailed(error.message) from error
    return VerifiedNotice(keyid, nonce, created)


def _choose(found: list[SignatureInput]) -> SignatureInput:
    """The one signature with our tag, which covers what it must. Raises: VerificationFailed."""
    ours = [each for each in found if each.params.get("tag") == NOTICE_TAG]
    if len(ours) != 1:
        raise VerificationFailed(f'the notice needs one signature with tag="{NOTICE_TAG}"')
    covered = {component.name for component in ours[0].components if not component.params}
    missing = [name for name in _COVERED if name not in covered]
    if missing:
        raise VerificationFailed(f'the notice\'s signature does not cover "{missing[0]}"')
    return ours[0]
