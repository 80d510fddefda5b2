"""Errors for people: where a browser asked, a problem (RFC 9457) is shown as a page that says what happened,
what is safe, and what to do. Machines get the problem as it is."""

import json
from typing import Any

from flask import Flask, Response, g, request

from registry.instants import SECOND_MS, SETTLED_MS
from registry.web.page import VARY, html, wants_a_page

PROBLEM = "application/problem+json"


def show_problem(response: Response) -> Response:
    """The same problem with the same status, as a page."""
    if response.mimetype != PROBLEM or not (request.method in ("GET", "HEAD") or "by_form" in g):
        return response
    response.vary.update(VARY)
    if not wants_a_page():
        return response
    members: dict[str, Any] = json.loads(response.get_data())
    wait = SETTLED_MS // SECOND_MS if members["code"] == "not-settled" else None
    kind = "settling" if wait else "form" if "by_form" in g else _kind(members["status"])
    if members["code"] == "erased":
        page = html(
            "erased.html", {"problem": members, "record": (request.view_args or {}).get("id")}
        )
    else:
        page = html("error.html", {"problem": members, "kind": kind, "wait": wait})
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    response.set_data(page.get_data())
    response.headers["Content-Type"] = page.headers["Content-Type"]
    return response


def _kind(status: int) -> str:
    if status in (404, 405, 429):
        return str(status)
    if status in (401, 403):
        return "closed"
    return "away" if status == 503 else "ours" if status >= 500 else "yours"


def install_error_pages(app: Flask) -> None:
    """Makes problems pages where a browser asks."""
    app.after_request(show_problem)
