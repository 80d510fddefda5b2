"""OAuth 2 for platforms that cannot sign each request: the token endpoint, and what says where it is.

`/oauth/token` (RFC 6749, client credentials with private_key_jwt), `/.well-known/oauth-authorization-server`
(RFC 8414) and `/.well-known/oauth-protected-resource` (RFC 9728).
"""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import RequestEntityTooLarge

from registry.api.blueprint import Blueprint, described
from registry.api.json_bodies import encode_json
from registry.api.problems import RESOURCE_METADATA
from registry.api.security import body_within
from registry.api.token_desk import ASSERTION_TYPE, GRANT, METHOD, PATH, TokenReply, refusal
from registry.api.well_known import published
from registry.api.wired import the_registry, the_token_desk
from registry.errors import TooLarge
from registry.signing.access_token import SCOPE
from registry.signing.client_assertion import ALGORITHMS

MOST_TOKEN_REQUEST_BYTES = 16 * 1024
_FORM = "application/x-www-form-urlencoded"
_OBJECT = {"type": "object"}

oauth = Blueprint("oauth", __name__, description="Access tokens for platforms that cannot sign")


class TokenRequestSchema(Schema):
    """What a client sends. Other parameters are ignored, as RFC 6749 has it."""

    grant_type = fields.String(required=True, validate=validate.Equal(GRANT))
    client_assertion_type = fields.String(required=True, validate=validate.Equal(ASSERTION_TYPE))
    client_assertion = fields.String(
        required=True, metadata={"description": "a JWT of the platform's (RFC 7523)"}
    )
    client_id = fields.String(metadata={"description": "the platform's id; may be left out"})
    scope = fields.String(validate=validate.Equal(SCOPE))


class TokenSchema(Schema):
    """An access token (RFC 6749, section 5.1)."""

    access_token = fields.String(required=True, metadata={"description": "a JWT (RFC 9068)"})
    token_type = fields.String(required=True, validate=validate.Equal("Bearer"))
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})
    scope = fields.String(required=True, validate=validate.Equal(SCOPE))


class TokenErrorSchema(Schema):
    """Why there is none (RFC 6749, section 5.2)."""

    error = fields.String(required=True)
    error_description = fields.String(required=True)
    error_uri = fields.String(metadata={"description": "which check failed, for invalid_client"})


def _reply(description: str, schema: type[Schema]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


@oauth.route(PATH, methods=["POST"])
@described(
    requestBody={"required": True, "content": {_FORM: {"schema": TokenRequestSchema}}},
    responses={
        "200": _reply("A token", TokenSchema),
        "400": _reply("No token", TokenErrorSchema),
        "401": _reply("Another way to authenticate was tried", TokenErrorSchema),
        "413": _reply("Too large", TokenErrorSchema),
        "429": _reply("Over the platform's limit", TokenErrorSchema),
        "503": _reply("The store is away", TokenErrorSchema),
    },
    security=[{}],
)
def post_token() -> Response:
    """Get an access token.

    Client credentials with private_key_jwt: a JWT signed with a registered key, its thumbprint as kid; iss and sub
    the platform's id, aud this endpoint or the issuer, iat, exp (300 s later at most) and a fresh jti.
    """
    reply = _token_reply()
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **reply.headers}
    body = encode_json(dict(reply.members))
    return Response(body, reply.status, headers, content_type="application/json")


def _token_reply() -> TokenReply:
    if request.query_string:
        return refusal(400, "invalid_request", "parameters belong in the body, not in the query")
    if request.mimetype != _FORM:
        return refusal(400, "invalid_request", f"send the body as Content-Type: {_FORM}")
    try:
        body = body_within(MOST_TOKEN_REQUEST_BYTES)
    except (TooLarge, RequestEntityTooLarge):
        words = f"a body here has at most {MOST_TOKEN_REQUEST_BYTES:,} bytes"
        return refusal(413, "invalid_request", words)
    return the_token_desk().answer(body, request.headers.get("Authorization"))


@oauth.route("/.well-known/oauth-authorization-server", methods=["GET"])
@oauth.response(200, _OBJECT)
def get_server_metadata() -> Response:
    """Where tokens are to be had, and how (RFC 8414)."""
    base = the_registry().place.public_url
    return published(
        {
            "issuer": base,
            "token_endpoint": base + PATH,
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "scopes_supported": [SCOPE],
            "response_types_supported": [],
            "grant_types_supported": [GRANT],
            "token_endpoint_auth_methods_supported": [METHOD],
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "service_documentation": f"{base}/docs",
            "protected_resources": [base, f"{base}/v1/verify"],
        }
    )


@oauth.route("/.well-known/oauth-protected-resource", methods=["GET"])
@oauth.response(200, _OBJECT)
def get_registry_metadata() -> Response:
    """What tokens are for: this registry (RFC 9728)."""
    return _resource("")


@oauth.route(RESOURCE_METADATA, methods=["GET"])
@oauth.response(200, _OBJECT)
def get_questions_metadata() -> Response:
    """The same, for questions: the address to which the WWW-Authenticate of a refused one leads."""
    return _resource("/v1/verify")


def _resource(path: str) -> Response:
    base = the_registry().place.public_url
    return published(
        {
            "resource": base + path,
            "authorization_servers": [base],
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
            "resource_name": "consent registry",
            "resource_documentation": f"{base}/docs",
        }
    )
