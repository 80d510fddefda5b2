"""Lets callers in as the table of permissions says, before a view runs.

A platform is checked by the desks themselves (a signature covers the body); a personal token is checked here,
and again within the transaction that writes. What a token may touch is its own rightsholder's: the
services decide that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Flask, Response, after_this_request, g, request
from werkzeug.wrappers import Response as BaseResponse

from registry.api.operator_access import authenticate_operator
from registry.api.permissions import PEOPLE, PERMISSIONS, Who
from registry.api.platform_call import authenticate_platform
from registry.api.watch import note_token
from registry.api.wired import the_limits
from registry.bootstrap import Registry
from registry.errors import ConfigurationError
from registry.services.open_account import authenticate_token

Admit = Callable[[], BaseResponse | None]
"""Lets somebody in (None), leads them elsewhere first, or raises."""

_READS = frozenset({"GET", "HEAD"})


def undecided(app: Flask) -> list[str]:
    """Routes of this application that nobody decided about, and decisions without a route."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    return sorted(routes ^ PERMISSIONS.keys())


def enforce_permissions(
    app: Flask, registry: Registry, people: Mapping[Who, Admit] = MappingProxyType({})
) -> None:
    """Refuses to start with an undecided route; asks for tokens where a route needs one. `people`: how a person is
    let in to a form or to what is theirs, which the pages know.

    Raises: ConfigurationError naming the routes.
    """
    if found := undecided(app):
        raise ConfigurationError(f"routes and permissions do not fit: {', '.join(found)}")

    def check() -> BaseResponse | None:
        who = PERMISSIONS.get(request.endpoint or "")
        if request.method == "OPTIONS":
            return None
        if who in PEOPLE:
            return people[who]()
        if who is Who.OPERATOR:
            authenticate_operator(request.environ, registry.settings.metrics_token)
        elif who is Who.PLATFORM_OWN:
            authenticate_platform()
        elif who is Who.TOKEN:
            with registry.reading() as uow:
                token = authenticate_token(uow, request.headers.get("Authorization"))
            g.token = token.id
            note_token(token.id)
            if request.method not in _READS:
                _count_write(token.id, registry.clock())
        return None

    app.before_request(check)


def _count_write(token: str, now: int) -> None:
    fields = the_limits().token.take(token, now)

    def tell(response: Response) -> Response:
        response.headers.extend(fields)
        return response

    after_this_request(tell)
