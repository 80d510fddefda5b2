"""Errors as RFC 9457 problems (`application/problem+json`): a stable `type`, the field at fault, never an
internal message. `problem_of` knows no Flask, so that the lane of questions can use it too.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app
from werkzeug.exceptions import HTTPException

from registry.api.json_bodies import encode_json
from registry.api.problem_table import TITLES, status_of
from registry.api.watch import note_fault, note_http_problem, note_problem
from registry.errors import (
    Erased,
    InvalidIdentifier,
    InvalidLocation,
    RegistryError,
    SignatureRefused,
    TokenRefused,
)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = "2"
"""Seconds after which to ask again when the store was away."""

MOST_ERRORS = 100
RESOURCE_METADATA = "/.well-known/oauth-protected-resource/v1/verify"
"""Where it is said how to get a token for questions (registry.api.oauth)."""

_CODE_OF_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "bad-request",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    431: "header-too-large",
    503: "unavailable",
}


class InvalidMembersError(RegistryError):
    """Several members at fault at once; `errors` are (field, detail), the first one leads."""

    code = "invalid-input"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__(errors[0][1], field=errors[0][0] or None)
        self.errors = errors


def problem(
    public_url: str, status: int, code: str, detail: str | None = None, *, field: str | None = None
) -> dict[str, Any]:
    """The members of a problem."""
    members: dict[str, Any] = {
        "type": f"{public_url}/problems/{code}",
        "title": TITLES.get(code, TITLES["error"])[0],
        "status": status,
        "code": code,
    }
    if detail is not None:
        members["detail"] = detail
    if field is not None:
        members["field"] = field
    return members


def problem_of(error: RegistryError, public_url: str) -> dict[str, Any]:
    """One of our errors as a problem. What is a fault of ours says no more than that."""
    if isinstance(error, InvalidMembersError):
        members = problem(public_url, 422, error.code, error.message, field=error.field)
        members["errors"] = [
            {"field": field, "detail": detail} for field, detail in error.errors[:MOST_ERRORS]
        ]
        return members
    status = status_of(error)
    if status == 500:
        return problem(public_url, 500, "internal")
    if isinstance(error, InvalidIdentifier | InvalidLocation) and error.code != type(error).code:
        # one type for all that is no identifier; which rule it broke is a member of its own
        members = problem(public_url, status, type(error).code, error.message, field=error.field)
        members["reason"] = error.code
        return members
    members = problem(public_url, status, error.code, error.message, field=error.field)
    if isinstance(error, Erased):
        members["remains"] = dict(error.remains)
    return members


def problem_headers(error: RegistryError, status: int, public_url: str) -> dict[str, str]:
    """The header fields that go with a problem."""
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    extra = getattr(error, "headers", None)
    if isinstance(extra, Mapping):
        headers.update(extra)
    if status == 503:
        headers.setdefault("Retry-After", RETRY_AFTER)
    if status == 401:
        headers.setdefault("WWW-Authenticate", _challenge(error, public_url))
    return headers


def _challenge(error: RegistryError, public_url: str) -> str:
    """What may be shown instead. Where it is an access token, and where one is to be had (RFC 6750, RFC 9728)."""
    if not isinstance(error, SignatureRefused | TokenRefused):
        return "Bearer"
    where = f'resource_metadata="{public_url}{RESOURCE_METADATA}"'
    if isinstance(error, TokenRefused):
        return f'Bearer error="invalid_token", {where}'
    return f"Bearer {where}"


def problem_reply(error: RegistryError, public_url: str) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields and body of the reply that a request with this error gets."""
    members = problem_of(error, public_url)
    status: int = members["status"]
    if status == 500:
        note_fault(error)
    else:
        note_problem(error)
    return status, problem_headers(error, status, public_url), encode_json(members)


def fault_reply(error: Exception, public_url: str) -> tuple[int, dict[str, str], bytes]:
    """The same for an error that nobody raised on purpose."""
    note_fault(error)
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return 500, headers, encode_json(problem(public_url, 500, "internal"))


def install_problems(app: Flask, public_url: str) -> None:
    """Makes every error of this application a problem."""

    def ours(error: RegistryError) -> Response:
        status, headers, body = problem_reply(error, public_url)
        return Response(body, status, headers)

    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return current_app.make_response(error.get_response())
        kept = {
            name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")
        }
        code = _CODE_OF_STATUS.get(status, "internal" if status >= 500 else "bad-request")
        note_http_problem(code)
        members = problem(public_url, status, code, TITLES[code][1])
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **kept}
        return Response(encode_json(members), status, headers)

    def fault(error: Exception) -> Response:
        status, headers, body = fault_reply(error, public_url)
        return Response(body, status, headers)

    app.register_error_handler(RegistryError, ours)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, fault)
