"""Who may call what: one line a route, enforced before the view runs. A route without a line keeps the
application from starting (and fails tests/house/test_routes.py).

A signed platform is checked by the desk itself (the signature covers the body); a token is checked here,
and again within the transaction that writes. What a token may touch is its own rightsholder's: the
services decide that.
"""

from collections.abc import Mapping
from enum import Enum

from flask import Flask, request

from registry.bootstrap import Registry
from registry.errors import ConfigurationError
from registry.services.open_account import authenticate_token


class Who(Enum):
    """Who may call a route."""

    EVERYONE = "everyone"
    PLATFORM = "a platform that signed the request"
    PLATFORM_OR_FEW = "a platform that signed the request; anybody else a few times a minute"
    TOKEN = "a token, for what is its rightsholder's"  # noqa: S105


PERMISSIONS: Mapping[str, Who] = {
    # -- questions --
    "questions.post_question": Who.PLATFORM,
    "questions.get_question": Who.PLATFORM_OR_FEW,
    # -- records: whoever holds the id was given it by an answer or a receipt; nothing lists them --
    "records.get_record": Who.EVERYONE,
    "records.get_proof": Who.EVERYONE,
    "records.get_history": Who.EVERYONE,
    "records.get_status_list": Who.EVERYONE,
    # -- artists and those who act for them --
    "works.post_work": Who.TOKEN,
    "works.get_works": Who.TOKEN,
    "works.get_work": Who.TOKEN,
    "works.post_identifiers": Who.TOKEN,
    "works.delete_identifier": Who.TOKEN,
    "works.post_claim": Who.TOKEN,
    "links.post_link": Who.TOKEN,
    "links.post_confirmation": Who.TOKEN,
    "links.delete_link": Who.TOKEN,
    "locations.post_location": Who.TOKEN,
    "locations.get_locations": Who.TOKEN,
    "locations.get_location": Who.TOKEN,
    "declarations.post_declaration": Who.TOKEN,
    "declarations.get_declarations": Who.TOKEN,
    "declarations.post_withdrawal": Who.TOKEN,
    "loosenings.get_loosenings": Who.TOKEN,
    "loosenings.post_cancellation": Who.TOKEN,
    # -- everyone --
    "platforms.get_platforms": Who.EVERYONE,
    "log.get_checkpoint": Who.EVERYONE,
    "log.get_tile": Who.EVERYONE,
    "well_known.get_did": Who.EVERYONE,
    "well_known.get_jwks": Who.EVERYONE,
    "well_known.get_signature_directory": Who.EVERYONE,
    "well_known.get_description": Who.EVERYONE,
    "health.get_health": Who.EVERYONE,
    "health.get_readiness": Who.EVERYONE,
    "pages.get_front_page": Who.EVERYONE,
    "pages.get_documentation": Who.EVERYONE,
    "pages.get_problem": Who.EVERYONE,
    "pages.get_stylesheet": Who.EVERYONE,
    "api-docs.openapi_json": Who.EVERYONE,
}
"""endpoint → who."""


def undecided(app: Flask) -> list[str]:
    """Routes of this application that nobody decided about, and decisions without a route."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    return sorted(routes ^ PERMISSIONS.keys())


def enforce_permissions(app: Flask, registry: Registry) -> None:
    """Refuses to start with an undecided route; asks for tokens where a route needs one.

    Raises: ConfigurationError naming the routes.
    """
    if found := undecided(app):
        raise ConfigurationError(f"routes and permissions do not fit: {', '.join(found)}")
    of_tokens = frozenset(name for name, who in PERMISSIONS.items() if who is Who.TOKEN)

    def check() -> None:
        if request.endpoint in of_tokens and request.method != "OPTIONS":
            with registry.reading() as uow:
                authenticate_token(uow, request.headers.get("Authorization"))

    app.before_request(check)
