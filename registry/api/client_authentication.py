"""Which platform asks for an access token: the one whose registered key signed the assertion (RFC 7523).

The steps, in order, the cheap ones first:
  1. the assertion's kid leads to one key of one platform, which stands now (asked anew every time);
  2. that key decides the algorithm, and the assertion holds: it is that platform's, for this server, in its time;
  3. only then is its jti spent, once per key, remembered until the assertion has expired everywhere;
  4. only then is one place of the platform's limit taken, so that nobody else can use it up.
"""

from collections.abc import Collection

from registry.api.authentication import registered_key
from registry.api.rate_limits import RateLimit
from registry.api.spent_once import Spending, SpentOnce
from registry.bootstrap import Registry
from registry.errors import SignatureRefused
from registry.signing.client_assertion import (
    ClientAssertion,
    assertion_kid,
    assertion_refused,
    verify_client_assertion,
)


class ClientAssertions:
    """Verifies the assertions for one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry, limit: RateLimit) -> None:
        self._registry = registry
        self._limit = limit
        self._once = SpentOnce(registry)

    def asking_client(self, assertion: str, audiences: Collection[str]) -> ClientAssertion:
        """What the assertion says, now that it holds and is spent.

        Raises: SignatureRefused with the code of the step that failed, TooManyRequestsError, Unavailable
        where the store, or that of nonces, is away.
        """
        registry = self._registry
        kid = assertion_kid(assertion)
        with registry.lookups.transaction() as transaction:
            found = transaction.platform_of_key(kid)
        if found is None:
            raise SignatureRefused(
                "no platform has registered this key; kid is the RFC 7638 thumbprint of a registered key",
                field="client_assertion",
                code="key-unknown",
            )
        platform, jwk, revoked_at = found
        if revoked_at is not None:
            raise SignatureRefused(
                "this key was revoked; sign with a key in use",
                field="client_assertion",
                code="key-revoked",
            )
        now = registry.clock()
        verified = verify_client_assertion(
            assertion,
            registered_key(jwk),
            platform,
            audiences=audiences,
            now=now // 1000,
            skew=registry.settings.clock_skew // 1000,
        )
        self._spend(verified, now)
        self._limit.take(platform, now)
        return verified

    def _spend(self, assertion: ClientAssertion, now: int) -> None:
        spending = self._once.spend(
            f"assertion:{assertion.kid}",
            assertion.id,
            signed_at=assertion.issued_at * 1000,
            until=assertion.expires * 1000 + self._registry.settings.clock_skew + 1000,
            now=now,
        )
        if spending is Spending.SPENT:
            raise assertion_refused(
                "assertion-replayed", "this jti was spent: each assertion needs a fresh one"
            )
        if spending is Spending.TOO_OLD:
            raise assertion_refused(
                "assertion-before-nonces",
                "the registry began to remember assertions after this was signed, or just before, and cannot "
                "tell whether it was sent already: make a fresh one, in "
                f"{-(-self._registry.settings.clock_skew // 1000)} seconds at the latest",
            )
