"""Access tokens: JWTs in the profile of RFC 9068, signed with the registry's key of purpose `tokens`.

`verify_access_token` is all that the registry itself asks of a token's text, and a stranger who holds the
published keys (jwks.json) asks the same with the same code. Whether the platform's key, named in
`client_kid`, still stands is not in the token: the registry looks that up with every use.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.errors import TokenRefused, VerificationFailed
from registry.signing.jws import FindKey, parse_json_object, sign_jws, verify_jws
from registry.signing.keys import Signer

TYP: Final = "at+jwt"
SCOPE: Final = "verify"
MOST_SECONDS: Final = 3600
"""No token lives longer than this, whatever it says of itself."""
MAX_TOKEN_CHARS: Final = 4096


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says. `client` is the platform's id, `client_kid` the thumbprint of the key with which it
    proved who it is; times in seconds since 1970."""

    issuer: str
    audience: str
    client: str
    client_kid: str
    scope: str
    issued_at: int
    expires: int
    id: str


def sign_access_token(token: AccessToken, signer: Signer) -> str:
    """The compact JWS. `kid` is the bare thumbprint, by which the key stands in jwks.json."""
    claims = {
        "iss": token.issuer,
        "sub": token.client,
        "aud": token.audience,
        "client_id": token.client,
        "client_kid": token.client_kid,
        "scope": token.scope,
        "iat": token.issued_at,
        "exp": token.expires,
        "jti": token.id,
    }
    payload = json.dumps(claims, separators=(",", ":")).encode()
    return sign_jws(payload, typ=TYP, kid=signer.kid, signer=signer)


def verify_access_token(
    text: str, find_key: FindKey, *, issuer: str, audience: str, now: int, skew: int = 0
) -> AccessToken:
    """What `text` says, if one of the issuer's keys signed it for this audience and `now` (s) is in its time.

    `find_key` gets the bare thumbprint. `skew` (s) is how far the issuer's clock may be ahead; an end is an
    end. Raises: TokenRefused, with the code `token-expired` where nothing else is wrong.
    """
    if len(text) > MAX_TOKEN_CHARS:
        raise TokenRefused(f"an access token has at most {MAX_TOKEN_CHARS:,} characters")
    try:
        verified = verify_jws(text, find_key, typ=TYP)
        claims = parse_json_object(verified.payload, "access token")
    except VerificationFailed as error:
        raise TokenRefused(f"the access token does not hold: {error.message}") from error
    token = AccessToken(
        issuer=_text(claims, "iss"),
        audience=_text(claims, "aud"),
        client=_text(claims, "client_id"),
        client_kid=_text(claims, "client_kid"),
        scope=_text(claims, "scope"),
        issued_at=_seconds(claims, "iat"),
        expires=_seconds(claims, "exp"),
        id=_text(claims, "jti"),
    )
    if _text(claims, "sub") != token.client:
        raise TokenRefused("the access token has another sub than client_id")
    if token.issuer != issuer or token.audience != audience:
        raise TokenRefused(f"the access token is not from {issuer} for {audience}: get one here")
    if SCOPE not in token.scope.split(" "):
        raise TokenRefused(f"the access token lacks the scope {SCOPE}")
    if token.issued_at > now + skew or not 0 < token.expires - token.issued_at <= MOST_SECONDS:
        raise TokenRefused(f"an access token begins now and lives {MOST_SECONDS} s at most")
    if token.expires <= now:
        raise TokenRefused("the access token has expired: get a new one", code="token-expired")
    return token


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise TokenRefused(f"the access token has no {name}, or one that is not one text")
    return value


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:
        raise TokenRefused(f"the access token has no {name} in whole seconds")
    return value
