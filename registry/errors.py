"""The tree of errors that the registry raises on purpose. No HTTP in here.

RegistryError                     everything below; has `code`, `message`, `field`
├── InvalidInput                  what was sent cannot be understood; `field` names the culprit
│   ├── InvalidIdentifier         an asset identifier that cannot be parsed or whose check digit is wrong
│   ├── InvalidLocation           a host or URL prefix that cannot be claimed
│   └── InvalidDeclaration        a preference, category or window that contradicts itself
├── Unauthenticated               nobody known asked
│   ├── SignatureRefused          a signed request that does not hold, with the reason
│   └── TokenRefused              an access token that does not hold
├── Forbidden                     somebody known asked for what is not theirs to do
├── NotFound                      no such record, work, claim …
├── Erased                        it was here, and names somebody who was erased; `remains` is what is left of it
├── Conflict                      it contradicts what already stands
│   └── IdempotencyConflict       the same Idempotency-Key with another body
├── TooLarge                      over a limit of bytes, items or depth
├── VerificationFailed            a signature, proof, checkpoint or digest does not hold
│   └── KeyRefused                a public key that must not be trusted (small order, published example …)
├── LogRefuses                    the log will not sign: its head is behind what was already released
├── Unavailable                   the store or a part of it is away; try again
└── ConfigurationError            a setting is missing or contradicts another; says what to set
"""

from collections.abc import Mapping


class RegistryError(Exception):
    """Base of all deliberate errors.

    `code` is stable and machine-readable, `message` is for the person who reads it, `field` names the
    offending input in the caller's own words (`items[3].identifiers[0]`), or is None.
    """

    code = "error"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code

    def at(self, field: str) -> "RegistryError":
        """The same error, placed: returns self with `field` set to where the input stood."""
        self.field = field
        return self


class InvalidInput(RegistryError):
    code = "invalid-input"


class InvalidIdentifier(InvalidInput):
    code = "invalid-identifier"


class InvalidLocation(InvalidInput):
    code = "invalid-location"


class InvalidDeclaration(InvalidInput):
    code = "invalid-declaration"


class Unauthenticated(RegistryError):
    code = "unauthenticated"


class SignatureRefused(Unauthenticated):
    """`code` says which check failed (`signature-missing`, `signature-expired`, `nonce-replayed` …)."""

    code = "signature-refused"


class TokenRefused(Unauthenticated):
    """An access token (RFC 9068) that does not hold; `code` is `token-expired` where only its time is over."""

    code = "token-refused"


class Forbidden(RegistryError):
    code = "forbidden"


class NotFound(RegistryError):
    code = "not-found"


class Erased(RegistryError):
    """`remains`: what is left, for machines and people (docs/formats.md, "Erased bodies")."""

    code = "erased"

    def __init__(self, message: str, *, remains: Mapping[str, object] | None = None) -> None:
        super().__init__(message, field="id")
        self.remains = remains or {}


class Conflict(RegistryError):
    code = "conflict"


class IdempotencyConflict(Conflict):
    code = "idempotency-conflict"


class TooLarge(RegistryError):
    code = "too-large"


class VerificationFailed(RegistryError):
    code = "verification-failed"


class KeyRefused(VerificationFailed):
    code = "key-refused"


class LogRefuses(RegistryError):
    code = "log-refuses"


class Unavailable(RegistryError):
    code = "unavailable"


class ConfigurationError(RegistryError):
    code = "configuration"
