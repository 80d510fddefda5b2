"""Who asks: a platform by a signed request (RFC 9421, the profile of registry.signing), or nobody.

The steps of a signed request, in order, the cheap ones first:
  1. the signature is parsed and held against the profile;
  2. its keyid leads to one key of one platform, which stands now (asked anew every time);
  3. the signature holds over the request as it would be at the configured public URL;
  4. only then is the nonce spent, once per key, remembered until the signature has expired everywhere
     (registry.api.spent_once, which also refuses what its memory does not reach back to).
Or by an access token (registry.api.access_tokens), which nothing of the question is bound to.

A test key is good for questions to the sandbox alone. Of what is refused, the platform whose key was named is told
(registry.storage.failure_writer).
"""

import json
from functools import lru_cache

import msgspec

from registry.api.spent_once import Spending, SpentOnce
from registry.bootstrap import Registry
from registry.errors import SignatureRefused
from registry.signing.http_signature import (
    ParsedSignature,
    RequestSignature,
    SignedRequest,
    VerifiedRequest,
    claimed_keyid,
    computed_base,
    parse_request_signature,
    verify_request,
)
from registry.signing.keys import PublicKey, public_key_from_jwk
from registry.signing.usual_request import UsualRequest, holds
from registry.storage.failed_signatures import FailedSignature
from registry.storage.lookups import LookupTransaction

MOST_SHOWN = 4_000
"""Characters of a refusal, and of a signature base, that are kept for the platform."""


class Asker(msgspec.Struct, frozen=True, gc=False):
    """A platform that asks, and the signature that the answer is bound to; None where it showed a token. `test`: it
    signed with a test key, and may be told of the sandbox and of nothing else."""

    platform: str
    signature: RequestSignature | None
    test: bool = False


class SignedRequests:
    """Verifies the signed requests to one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._skew = registry.settings.clock_skew
        self._once = SpentOnce(registry)

    def asking_platform(
        self, transaction: LookupTransaction, request: SignedRequest, *, sandbox: bool = False
    ) -> Asker:
        """The platform that signed this request. `sandbox`: a test key will do, for an answer from there.

        Raises: SignatureRefused with the code of the step that failed, Unavailable where the store of
        nonces is away.
        """
        try:
            parsed = parse_request_signature(request)
        except SignatureRefused as error:
            keyid = claimed_keyid(request)
            if keyid is not None and (found := _key(transaction, keyid)[0]) is not None:
                self._note_refusal(found[0], keyid, request, error, None)
            raise
        found, test = _key(transaction, parsed.keyid)
        if found is None:
            raise SignatureRefused(
                f"no platform has registered the key {parsed.keyid[:100]!r}; keyid is the RFC 7638 "
                "thumbprint of a registered key",
                field="keyid",
                code="key-unknown",
            )
        platform, jwk, revoked_at = found
        try:
            if revoked_at is not None:
                raise SignatureRefused(
                    "this key was revoked; sign with a key in use",
                    field="keyid",
                    code="key-revoked",
                )
            if test and not sandbox:
                raise SignatureRefused(
                    "this is a test key: it is good for questions (/v1/verify) to the sandbox",
                    field="keyid",
                    code="test-key",
                )
            now = self._registry.clock()
            verified = verify_request(
                request, parsed, registered_key(jwk), now // 1000, self._skew // 1000
            )
            self._spend_nonce(verified, now)
        except SignatureRefused as error:
            self._note_refusal(platform, parsed.keyid, request, error, parsed)
            raise
        return Asker(platform, verified.request_signature, test)

    def _note_refusal(
        self,
        platform: str,
        keyid: str,
        request: SignedRequest,
        error: SignatureRefused,
        parsed: ParsedSignature | None,
    ) -> None:
        """Lets the platform whose key was named know why."""
        base = None if parsed is None else computed_base(request, parsed)
        words = error.message
        if base is not None:
            words = words.replace(base, "the one shown here")
        self._registry.failures.note(
            FailedSignature(
                platform,
                self._registry.clock(),
                keyid,
                request.method[:10],
                error.code,
                words[:MOST_SHOWN],
                None if base is None else base[:MOST_SHOWN],
            )
        )

    def platform_of_usual(
        self, transaction: LookupTransaction, request: UsualRequest
    ) -> Asker | None:
        """The same steps for a request of the usual form. None where one of 2 and 3 fails: nothing was spent, and
        `asking_platform` says why.

        Raises: SignatureRefused for a nonce that was spent, Unavailable.
        """
        parsed = request.parsed
        found = transaction.platform_of_key(parsed.keyid)
        if found is None or found[2] is not None:
            return None
        now = self._registry.clock()
        if not holds(request, registered_key(found[1]), now // 1000, self._skew // 1000):
            return None
        try:
            self._spend_nonce(parsed, now)
        except SignatureRefused as error:
            self._note_refusal(found[0], parsed.keyid, request.signed_request(), error, parsed)
            raise
        return Asker(found[0], RequestSignature(parsed.label, parsed.signature))

    def _spend_nonce(self, verified: VerifiedRequest | ParsedSignature, now: int) -> None:
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


def _key(
    transaction: LookupTransaction, keyid: str
) -> tuple[tuple[str, str, int | None] | None, bool]:
    """(platform, JWK, revoked at) of the key with this name, if there is one, and whether it is a test key."""
    found = transaction.platform_of_key(keyid)
    if found is not None:
        return found, False
    return transaction.platform_of_test_key(keyid), True


@lru_cache(maxsize=4096)
def registered_key(jwk: str) -> PublicKey:
    """A platform's key as it is stored, parsed once a process; whether it still stands is asked every time."""
    return public_key_from_jwk(json.loads(jwk))
