"""One page, twice: the same members as HTML for people and as JSON for machines, so that neither says more.

By `?format=json`, else by Accept. HTML comes under a policy without inline script or style (CSP level 3);
only a page that verifies in the browser may run the one script of ours and fetch from this registry.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from flask import Response, render_template, request

from registry.errors import InvalidInput

NO_STORE = "no-store"
A_MOMENT = "public, max-age=5"
A_WHILE = "public, max-age=300"
VARY = ("Accept", "Accept-Language", "Cookie")

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_SCRIPT = "; script-src 'self'; connect-src 'self'"


def present(
    template: str,
    members: Mapping[str, Any],
    *,
    status: int = 200,
    cache: str = NO_STORE,
    script: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page made of `members`. Raises: InvalidInput for a format that does not exist."""
    if wants_json():
        content = msgspec.json.encode(members)
        response = Response(content, status, content_type="application/json")
    else:
        response = html(template, members, status=status, script=script)
    response.headers.update({"Cache-Control": cache, **(headers or {})})
    response.vary.update(VARY)
    return response


def html(
    template: str, members: Mapping[str, Any], *, status: int = 200, script: bool = False
) -> Response:
    """The page for people alone."""
    text = render_template(template, **members)
    response = Response(text, status, content_type="text/html; charset=utf-8")
    if script:
        response.headers["Content-Security-Policy"] = POLICY + _SCRIPT
    return response


def dress(response: Response) -> Response:
    """Gives every page of the application, of whatever room, its policy and what it varies by."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", POLICY)
        # with "no-referrer" a browser keeps its origin from our own forms too (Fetch, "append a request Origin")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.vary.update(VARY)
    return response


def wants_json() -> bool:
    """Whether this request wants data rather than a page. Raises: InvalidInput (`bad-parameter`)."""
    wish = request.args.get("format")
    if wish not in (None, "json", "html"):
        raise InvalidInput('format is "json" or "html"', field="format", code="bad-parameter")
    if wish is not None:
        return wish == "json"
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def wants_a_page() -> bool:
    """Whether a browser asks: it names text/html, and prefers it."""
    accepted = request.accept_mimetypes
    return (
        any(kind == "text/html" for kind, _ in accepted)
        and accepted["text/html"] >= accepted["application/json"]
        and request.args.get("format") != "json"
    )


def json_address() -> str:
    """Where the same page is as data."""
    return address_with("format", "json")


def address_with(name: str, value: str) -> str:
    """The address of this page with one parameter set: always one of this registry, whatever was asked for
    (a path that begins with two slashes would name another host)."""
    return _address([*(pair for pair in _asked() if pair[0] != name), (name, value)])


def this_address() -> str:
    """The address of this page, to be asked once more: of this registry, as above."""
    return _address(_asked())


def _asked() -> list[tuple[str, str]]:
    chosen = ("lang", "format")
    return [pair for pair in request.args.items(multi=True) if pair[0] not in chosen]


def _address(query: list[tuple[str, str]]) -> str:
    path = f"/{quote(request.path.lstrip('/'))}"
    return f"{path}?{urlencode(query)}" if query else path
