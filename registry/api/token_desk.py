"""The token endpoint, fields to JSON: client credentials with private_key_jwt, by Authlib's server.

RFC 6749 sections 3.2, 4.4 and 5; RFC 7521, RFC 7523; the token's form is RFC 9068. Authlib leads through the grant;
who the client is and what a token holds is decided by this registry's own code (client_authentication,
signing.access_token). Knows no Flask.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from registry.api.client_authentication import ClientAssertions
from registry.api.problems import RETRY_AFTER
from registry.api.rate_limits import RateLimit
from registry.api.watch import note_http_problem, note_platform, note_problem
from registry.bootstrap import Registry
from registry.errors import RegistryError, SignatureRefused, Unavailable
from registry.signing.access_token import SCOPE, AccessToken, sign_access_token
from registry.signing.keys import KeyPurpose

PATH = "/oauth/token"
GRANT = "client_credentials"
METHOD = "private_key_jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MOST_FIELDS = 20

_WORDS = {
    "unsupported_grant_type": f"grant_type is {GRANT} here",
    "invalid_scope": f"the one scope here is {SCOPE}",
    "invalid_client": f"send client_assertion_type and client_assertion: clients authenticate with {METHOD}",
    "insecure_transport": "tokens travel over https, and over http on loopback addresses only",
}


@dataclass(frozen=True, slots=True)
class TokenReply:
    """What the endpoint answers, to be written as JSON."""

    status: int
    members: Mapping[str, Any]
    headers: Mapping[str, str]


class TokenDesk:
    """Gives the access tokens of one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry, limit: RateLimit) -> None:
        self._registry = registry
        self._server = _Server(registry, ClientAssertions(registry, limit))
        logging.getLogger("authlib").setLevel(logging.INFO)  # below that it writes whole tokens

    def answer(self, body: bytes, authorization: str | None) -> TokenReply:
        """A token for the platform whose assertion is in this form, or an error of RFC 6749, section 5.2.

        `authorization` is the field of that name, which opens nothing here.
        """
        try:
            fields = _fields_of(body)
            _check(fields, authorization)
            endpoint = self._registry.place.public_url + PATH
            request = _Request(endpoint, fields, authorization)
            return self._server.create_token_response(request)  # type: ignore[no-any-return]
        except _FormError as error:
            return refusal(400, "invalid_request", str(error))
        except OAuth2Error as error:  # Authlib asks for https before it looks at anything
            return refusal(400, "invalid_request", _words_of(error))
        except SignatureRefused as error:
            note_problem(error)
            return _refused_client(error, self._registry.place.public_url)
        except Unavailable as error:
            note_problem(error)
            return _come_back(error)


def refusal(
    status: int, error: str, words: str, headers: Mapping[str, str] | None = None
) -> TokenReply:
    """An error of RFC 6749, section 5.2."""
    note_http_problem(error)
    return TokenReply(
        status, {"error": error, "error_description": printable(words)}, headers or {}
    )


def printable(words: str) -> str:
    """The words, in the characters that `error_description` may have (RFC 6749, section 5.2)."""
    quoted = words.replace('"', "'").replace("\\", "/")[:500]
    return "".join(each if " " <= each <= "~" else "?" for each in quoted)


class _FormError(Exception):
    """A request that RFC 6749 calls `invalid_request`; the words say why."""


def _fields_of(body: bytes) -> dict[str, str]:
    """The fields; one without a value counts as left out (RFC 6749, section 3.2)."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise _FormError(
            f"the body is not an encoded form in UTF-8 of at most {MOST_FIELDS} fields"
        ) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _FormError("a parameter is given more than once")
    return {name: value for name, value in fields.items() if value}


def _check(fields: Mapping[str, str], authorization: str | None) -> None:
    if "grant_type" not in fields:
        raise _FormError("grant_type is missing")
    if "client_secret" in fields or ("client_assertion" in fields and authorization is not None):
        raise _FormError(f"authenticate once, with {METHOD}: nobody has a secret here")
    if "client_assertion" in fields and fields.get("client_assertion_type") != ASSERTION_TYPE:
        raise _FormError(f"client_assertion_type is {ASSERTION_TYPE}")


def _words_of(error: OAuth2Error) -> str:
    """Ours: what Authlib says may hold what was sent."""
    return _WORDS.get(error.error, "that cannot be done here")


def _refused_client(error: SignatureRefused, public_url: str) -> TokenReply:
    """Which check failed is at `error_uri`."""
    members = {
        "error": "invalid_client",
        "error_description": printable(error.message),
        "error_uri": f"{public_url}/problems/{error.code}",
    }
    return TokenReply(400, members, {})


def _come_back(error: RegistryError) -> TokenReply:
    """The store is away, or the platform is over its limit. RFC 6749 has no word for it at this endpoint."""
    headers = dict(getattr(error, "headers", None) or {"Retry-After": RETRY_AFTER})
    status = 429 if error.code == "too-many-requests" else 503
    words = (
        error.message if status == 429 else "the registry cannot tell who you are now; ask again"
    )
    members = {"error": "temporarily_unavailable", "error_description": printable(words)}
    return TokenReply(status, members, headers)


@dataclass(frozen=True, slots=True)
class _Client(ClientMixin):  # type: ignore[misc]
    """A platform that authenticated, and the key with which it did."""

    platform: str
    kid: str

    def get_client_id(self) -> str:
        return self.platform

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == METHOD and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


class _Payload(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    @property
    def data(self) -> Mapping[str, str]:
        return self._fields

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._fields.items()}


class _Request(OAuth2Request):  # type: ignore[misc]
    """What Authlib calls a request. Raises: OAuth2Error for an endpoint that is neither https nor loopback."""

    def __init__(self, endpoint: str, fields: Mapping[str, str], authorization: str | None) -> None:
        super().__init__("POST", endpoint)
        self.payload = _Payload(fields)
        self._fields = fields
        self.authorization = authorization

    @property
    def form(self) -> Mapping[str, str]:
        return self._fields


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012


class _Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server with this registry behind it. It stores nothing: a token says all of itself."""

    def __init__(self, registry: Registry, assertions: ClientAssertions) -> None:
        super().__init__(scopes_supported=[SCOPE])
        self._registry = registry
        self._assertions = assertions
        self.register_client_auth_method(METHOD, self._authenticate)
        self.register_grant(_Grant)
        self.register_token_generator("default", self._token)

    def query_client(self, client_id: str) -> None:
        """Nobody by the id alone: the key leads to its platform."""

    def _authenticate(self, _query: Any, request: _Request) -> _Client | None:
        fields = request.form
        if "client_assertion" not in fields:
            return None
        base = self._registry.place.public_url
        held = self._assertions.asking_client(fields["client_assertion"], (base + PATH, base))
        if fields.get("client_id", held.client) != held.client:
            raise SignatureRefused(
                "client_id is another platform than the assertion's",
                field="client_id",
                code="assertion-client",
            )
        note_platform(held.client)
        return _Client(held.client, held.kid)

    def _token(self, *, client: _Client, **_: Any) -> dict[str, Any]:
        registry = self._registry
        now, life = registry.clock() // 1000, registry.settings.access_token_life // 1000
        base = registry.place.public_url
        token = AccessToken(
            issuer=base,
            audience=base,
            client=client.platform,
            client_kid=client.kid,
            scope=SCOPE,
            issued_at=now,
            expires=now + life,
            id=secrets.token_urlsafe(16),
        )
        return {
            "access_token": sign_access_token(token, registry.signers()[KeyPurpose.TOKENS]),
            "token_type": "Bearer",
            "expires_in": life,
            "scope": SCOPE,
        }

    # -- what Authlib leaves to a framework --

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def save_token(self, token: Mapping[str, Any], request: _Request) -> None:
        """Nothing is stored."""

    def handle_response(self, status: int, members: Mapping[str, Any], _headers: Any) -> TokenReply:
        return TokenReply(status, members, {})

    def handle_error_response(self, request: _Request, error: OAuth2Error) -> TokenReply:
        if error.error != "invalid_client" or request.authorization is None:
            return refusal(400, error.error, _words_of(error))
        scheme = "Basic" if request.authorization[:6].lower() == "basic " else "Bearer"
        challenge = {"WWW-Authenticate": f'{scheme} realm="consent registry"'}
        return refusal(401, error.error, _words_of(error), challenge)
