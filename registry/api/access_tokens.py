"""Who asks: a platform that shows an access token (RFC 6750, RFC 9068), where it cannot sign its requests.

The token's text is checked as a stranger would check it (registry.signing.access_token); what only this registry
can know is asked anew every time: that its own key was not compromised, and that the platform's key, with which the
token was got, still stands. A token says nothing of the question: whoever holds it can ask anything until its end.
"""

from registry.api.authentication import Asker
from registry.bootstrap import Registry
from registry.errors import TokenRefused, VerificationFailed
from registry.services.open_account import TOKEN_PREFIX
from registry.signing.access_token import verify_access_token
from registry.signing.jws import read_kid
from registry.signing.keyring import KeyRecord
from registry.signing.keys import KeyPurpose
from registry.storage.lookups import LookupTransaction


def shown_token(authorization: str | None) -> str | None:
    """The access token in an `Authorization` field; None where there is none.

    A rightsholder's personal token says nothing here. Every other bearer has to hold.
    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or token.startswith(TOKEN_PREFIX):
        return None
    return token


class AccessTokens:
    """Accepts the access tokens of one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def asking_platform(self, transaction: LookupTransaction, text: str) -> Asker:
        """The platform to which this token was given.

        Raises: TokenRefused with the code `token-expired`, `key-revoked` or `token-refused`.
        """
        registry = self._registry
        signed_by, base = self._key_named_in(text), registry.place.public_url
        token = verify_access_token(
            text,
            lambda kid: signed_by.public,
            issuer=base,
            audience=base,
            now=registry.clock() // 1000,
            skew=registry.settings.clock_skew // 1000,
        )
        if not signed_by.signed_in(token.issued_at):
            raise TokenRefused("the registry's key that signed this token was not in use then")
        found = transaction.platform_of_key(token.client_kid)
        if found is None or found[0] != token.client:
            raise TokenRefused("the key with which this token was got is not this platform's")
        if found[2] is not None:
            raise TokenRefused(
                "the key with which this token was got was revoked; get one with a key in use",
                code="key-revoked",
            )
        return Asker(token.client, None)

    def _key_named_in(self, text: str) -> KeyRecord:
        """The registry's key that a token names. A token is in no log: of a compromised key none can be shown
        to be older."""
        try:
            record = self._registry.signers().keyring.find(read_kid(text), KeyPurpose.TOKENS)
        except VerificationFailed as error:
            raise TokenRefused(f"the access token does not hold: {error.message}") from error
        if record.compromised_at is not None:
            raise TokenRefused("the key that signed this token was reported as compromised")
        return record
