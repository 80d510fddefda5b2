"""Signing in at somebody else's: any OpenID Connect provider that the operator names (OpenID Connect Core 1.0, the code
flow of section 3.1, with PKCE, RFC 7636, and the issuer in the reply, RFC 9207).

Nothing of a provider is kept but its issuer and the subject's id. An address counts only where the provider says that
it was verified, and it never opens an account that is there already: its owner adds the provider from within.
"""

import hashlib
import json
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from registry.client_address import is_loopback
from registry.errors import ConfigurationError, Unauthenticated, Unavailable
from registry.signing.base64url import encode

PATIENCE_SECONDS: Final = 5.0
MOST_BYTES: Final = 500_000
LEEWAY_SECONDS: Final = 60
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA")
SCOPE: Final = "openid email profile"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `id` stands in addresses, `name` on buttons."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Journey:
    """A sign-in under way: what ties the token to it (Core 3.1.2.1), and the code to us (RFC 7636, section 4.1)."""

    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whom the provider vouches for. `address`: None unless it says that it verified it."""

    subject: str
    address: str | None
    name: str


@cache
def named_providers(path: Path | None) -> tuple[Provider, ...]:
    """The providers of a TOML file of `[[provider]]` tables (docs/operators.md), read once in a process.

    Raises: ConfigurationError.
    """
    if path is None:
        return ()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["provider"]
        found = tuple(Provider(**each) for each in tables)
        good = all(_is_good(each) for each in found) and len({each.id for each in found}) == len(
            found
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise ConfigurationError(
            f"REGISTRY_OIDC names {path}, which cannot be read as [[provider]] tables, each with id (letters, digits), "
            "name, issuer (https), client_id and client_secret",
            field="REGISTRY_OIDC",
        )
    return found


def address_of(
    provider: Provider, journey: Journey, state: str, back: str, metadata: Mapping[str, Any]
) -> str:
    """Where the browser goes to sign in (Core 3.1.2.1). `back`: the address to which it comes back."""
    digest = hashlib.sha256(journey.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": SCOPE,
        "state": state,
        "nonce": journey.nonce,
        "code_challenge": encode(digest),
        "code_challenge_method": "S256",
    }
    where = str(metadata["authorization_endpoint"])
    return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"


def metadata_of(provider: Provider) -> Mapping[str, Any]:
    """What the provider says of itself (Discovery 1.0, section 4). Raises: Unavailable."""
    found = _get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != provider.issuer or not all(
        _is_safe(str(found.get(name, ""))) for name in needed
    ):
        raise Unavailable(f"{provider.name} does not describe itself as it should")
    return found


def end_journey(
    provider: Provider,
    code: str,
    back: str,
    journey: Journey,
    *,
    metadata: Mapping[str, Any],
    now: int,
) -> Claimed:
    """Whom the provider vouches for, by its ID token (Core 3.1.3). `now` in ms.

    Raises: Unauthenticated where anything does not hold; Unavailable.
    """
    token = _exchange(provider, str(metadata["token_endpoint"]), code, back, journey.verifier)
    keys = _get(str(metadata["jwks_uri"]))
    claims = read_id_token(provider, token, keys, journey.nonce, now)
    address = claims.get("email") if claims.get("email_verified") is True else None
    name = claims.get("name")
    return Claimed(
        subject=str(claims["sub"]),
        address=address if isinstance(address, str) else None,
        name=name if isinstance(name, str) else "",
    )


def read_id_token(
    provider: Provider, token: str, keys: Mapping[str, Any], nonce: str, now: int
) -> dict[str, Any]:
    """The claims of an ID token that holds (Core 3.1.3.7). Raises: Unauthenticated."""
    rules = JWTClaimsRegistry(
        now=now // 1000,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        public = KeySet.import_key_set(
            {"keys": [each for each in keys["keys"] if each.get("kty") != "oct"]}
        )
        claims = dict(jwt.decode(token, public, algorithms=list(ALGORITHMS)).claims)
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(provider) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise _refused(provider)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise _refused(provider)
    return claims


def _exchange(provider: Provider, endpoint: str, code: str, back: str, verifier: str) -> str:
    """The ID token for a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    # RFC 6749, section 2.3.1: both are form-encoded before they are joined
    user = (quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
    try:
        with _http() as http:
            reply = http.post(
                endpoint, data=form, auth=user, headers={"Accept": "application/json"}
            )
    except httpx2.HTTPError as error:
        raise Unavailable(f"{provider.name} cannot be reached") from error
    members = _members(reply)
    if reply.status_code != 200 or not isinstance(members.get("id_token"), str):
        raise _refused(provider)
    return str(members["id_token"])


def _get(address: str) -> dict[str, Any]:
    try:
        with _http() as http:
            reply = http.get(address, headers={"Accept": "application/json"})
    except httpx2.HTTPError as error:
        raise Unavailable("the provider cannot be reached") from error
    members = _members(reply)
    if reply.status_code != 200 or not members:
        raise Unavailable("the provider does not describe itself as it should")
    return members


def _http() -> httpx2.Client:
    return httpx2.Client(timeout=PATIENCE_SECONDS, trust_env=False, follow_redirects=False)


def _members(reply: httpx2.Response) -> dict[str, Any]:
    try:
        found = json.loads(reply.content[:MOST_BYTES])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_good(provider: Provider) -> bool:
    texts = (
        provider.id,
        provider.name,
        provider.issuer,
        provider.client_id,
        provider.client_secret,
    )
    return (
        all(isinstance(each, str) and each for each in texts)
        and provider.id.isascii()
        and provider.id.isalnum()
        and _is_safe(provider.issuer)
    )


def _is_safe(address: str) -> bool:
    """https, or a provider on this machine."""
    parts = urlsplit(address)
    here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    return bool(parts.hostname) and (parts.scheme == "https" or here)


def _refused(provider: Provider) -> Unauthenticated:
    return Unauthenticated(
        f"what {provider.name} said of you does not hold; try again", field="provider"
    )
