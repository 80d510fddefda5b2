"""Client assertions: the JWT by which a platform proves who it is to the token endpoint (RFC 7521, RFC 7523).

Narrower than the RFC: `kid` names the key and the key decides the algorithm (Ed25519 or ES256); `iss` and
`sub` are the platform; `aud` is this one server and nobody else; `jti` and `iat` must be there, and it lives
300 seconds at most. Spending the `jti` is for whoever has a memory.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.errors import SignatureRefused, VerificationFailed
from registry.signing.jws import parse_json_object, read_kid, verify_jws
from registry.signing.keys import PublicKey

ALGORITHMS: Final = ("Ed25519", "EdDSA", "ES256")
"""By their names in a JWS header; the first two are one algorithm."""
MOST_SECONDS: Final = 300
MOST_ID_CHARS: Final = 256
_TYPES: Final = ("JWT", "client-authentication+jwt", None)
"""RFC 7523 asks for no type; an access token, a record or a receipt is none of these."""
_FIELD: Final = "client_assertion"


@dataclass(frozen=True, slots=True)
class ClientAssertion:
    """An assertion that held. Times in seconds since 1970."""

    client: str
    kid: str
    id: str
    issued_at: int
    expires: int


def assertion_kid(assertion: str) -> str:
    """The key that an assertion names. Nothing in it is to be trusted yet. Raises: SignatureRefused."""
    try:
        return read_kid(assertion)
    except VerificationFailed as error:
        raise assertion_refused("assertion-malformed", error.message) from error


def verify_client_assertion(
    assertion: str,
    key: PublicKey,
    client: str,
    *,
    audiences: Collection[str],
    now: int,
    skew: int,
) -> ClientAssertion:
    """What the assertion says, if `key`, the platform `client`'s own, signed it for this server (times in s).

    Raises: SignatureRefused with one of the codes `assertion-malformed`, `assertion-invalid`,
    `assertion-client`, `assertion-audience`, `assertion-expired`, `assertion-not-yet-valid`,
    `assertion-window-too-long`.
    """
    try:
        verified = verify_jws(assertion, lambda kid: key, typ=_TYPES)
        claims = parse_json_object(verified.payload, "client assertion")
    except VerificationFailed as error:
        raise assertion_refused("assertion-invalid", error.message) from error
    if claims.get("iss") != client or claims.get("sub") != client:
        raise assertion_refused(
            "assertion-client",
            "iss and sub must both be the id of the platform whose key signed the assertion",
        )
    _check_audience(claims.get("aud"), audiences)
    id = claims.get("jti")
    if not isinstance(id, str) or not 0 < len(id) <= MOST_ID_CHARS:
        raise assertion_refused(
            "assertion-malformed",
            f"jti must be a text of 1 to {MOST_ID_CHARS} characters, fresh for every assertion",
        )
    issued_at, expires = _check_times(claims, now, skew)
    return ClientAssertion(client, key.kid, id, issued_at, expires)


def assertion_refused(code: str, message: str) -> SignatureRefused:
    """The refusal of an assertion."""
    return SignatureRefused(message, field=_FIELD, code=code)


def _check_audience(audience: object, audiences: Collection[str]) -> None:
    if isinstance(audience, list) and len(audience) == 1:
        (audience,) = audience
    if not isinstance(audience, str) or audience not in audiences:
        raise assertion_refused(
            "assertion-audience", f"aud must be {' or '.join(audiences)}, and nobody else besides"
        )


def _check_times(claims: Mapping[str, Any], now: int, skew: int) -> tuple[int, int]:
    """(iat, exp)."""
    issued_at, expires = claims.get("iat"), claims.get("exp")
    begins = claims.get("nbf", issued_at)
    if type(issued_at) is not int or type(expires) is not int or type(begins) is not int:
        raise assertion_refused(
            "assertion-malformed", "iat and exp must be there, in whole seconds since 1970"
        )
    if not 0 < expires - issued_at <= MOST_SECONDS:
        raise assertion_refused(
            "assertion-window-too-long", f"exp must be 1 to {MOST_SECONDS} s after iat"
        )
    if max(issued_at, begins) > now + skew:
        raise assertion_refused(
            "assertion-not-yet-valid", f"iat or nbf is over {skew} s ahead of the clock here"
        )
    if expires + skew <= now:
        raise assertion_refused("assertion-expired", "exp is past: make a fresh assertion")
    return issued_at, expires
