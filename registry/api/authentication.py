"""Who asks: a platform by a signed request (RFC 9421, the profile of registry.signing), or nobody.

The steps of a signed request, in order, the cheap ones first:
  1. the signature is parsed and held against the profile;
  2. its keyid leads to one key of one platform, which stands now (asked anew every time);
  3. the signature holds over the request as it would be at the configured public URL;
  4. only then is the nonce spent, once per key, remembered until the signature has expired everywhere
     (registry.api.spent_once, which also refuses what its memory does not reach back to).
Or by an access token (registry.api.access_tokens), which nothing of the question is bound to.
"""

import json
from functools import lru_cache

import msgspec

from registry.api.spent_once import Spending, SpentOnce
from registry.bootstrap import Registry
from registry.errors import SignatureRefused
from registry.signing.http_signature import (
    RequestSignature,
    SignedRequest,
    VerifiedRequest,
    parse_request_signature,
    verify_request,
)
from registry.signing.keys import PublicKey, public_key_from_jwk
from registry.storage.lookups import LookupTransaction


class Asker(msgspec.Struct, frozen=True, gc=False):
    """A platform that asks, and the signature that the answer is bound to; None where it showed a token."""

    platform: str
    signature: RequestSignature | None


class SignedRequests:
    """Verifies the signed requests to one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._skew = registry.settings.clock_skew
        self._once = SpentOnce(registry)

    def asking_platform(self, transaction: LookupTransaction, request: SignedRequest) -> Asker:
        """The platform that signed this request.

        Raises: SignatureRefused with the code of the step that failed, Unavailable where the store of
        nonces is away.
        """
        parsed = parse_request_signature(request)
        found = transaction.platform_of_key(parsed.keyid)
        if found is None:
            raise SignatureRefused(
                f"no platform has registered the key {parsed.keyid[:100]!r}; keyid is the RFC 7638 "
                "thumbprint of a registered key",
                field="keyid",
                code="key-unknown",
            )
        platform, jwk, revoked_at = found
        if revoked_at is not None:
            raise SignatureRefused(
                "this key was revoked; sign with a key in use", field="keyid", code="key-revoked"
            )
        now = self._registry.clock()
        verified = verify_request(
            request, parsed, registered_key(jwk), now // 1000, self._skew // 1000
        )
        self._spend_nonce(verified, now)
        return Asker(platform, verified.request_signature)

    def _spend_nonce(self, verified: VerifiedRequest, now: int) -> None:
        spending = self._once.spend(
            verified.keyid,
            verified.nonce,
            signed_at=verified.created * 1000,
            until=verified.expires * 1000 + self._skew + 1000,
            now=now,
        )
        if spending is Spending.SPENT:
            raise SignatureRefused(
                "this nonce was spent: each request needs a fresh one",
                field="nonce",
                code="nonce-replayed",
            )
        if spending is Spending.TOO_OLD:
            raise SignatureRefused(
                "the registry began to remember nonces after this was signed, or just before, and "
                "cannot tell whether it was sent already: sign anew, in "
                f"{-(-self._skew // 1000)} seconds at the latest",
                field="created",
                code="signature-before-nonces",
            )


@lru_cache(maxsize=4096)
def registered_key(jwk: str) -> PublicKey:
    """A platform's key as it is stored, parsed once a process; whether it still stands is asked every time."""
    return public_key_from_jwk(json.loads(jwk))
