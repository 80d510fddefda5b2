"""A platform's call that is no question: who calls (as for questions: signature or access token), and the signed reply.

`permissions` authenticates before the view runs. Each call takes one of the platform's places in the minute. The reply
is signed with the answers key and bound to the request's signature (docs/formats.md, "Its signature").
"""

from typing import Any, cast

from flask import Response, after_this_request, g, request

from registry.api.access_tokens import shown_token
from registry.api.answering import Asked
from registry.api.authentication import Asker
from registry.api.json_bodies import encode_json
from registry.api.security import MOST_BODY_BYTES, body_within
from registry.api.signed_reply import reply_signature
from registry.api.watch import note_platform
from registry.api.wired import the_desk, the_registry
from registry.errors import Forbidden
from registry.signing.http_signature import SignedRequest

_READS = frozenset({"GET", "HEAD"})


def authenticate_platform() -> None:
    """Finds out which platform makes the running request, and counts the request.

    A token that got into other hands ends in minutes: so it changes nothing that would stay.

    Raises: SignatureRefused, TokenRefused, Forbidden, TooLarge, TooManyRequestsError, Unavailable.
    """
    registry, desk = the_registry(), the_desk()
    token = shown_token(request.headers.get("Authorization"))
    asked = Asked(_request(), "", "", receipt=False, token=token)
    with registry.lookups.transaction() as transaction:
        asker = desk.asking_platform(transaction, asked)
    if token is not None and request.method not in _READS:
        raise Forbidden(
            "an access token asks and reads; what outlives it has to be signed (RFC 9421)",
            field="Authorization",
        )
    g.asker = asker
    note_platform(asker.platform)
    fields = desk.platforms.take(asker.platform, registry.clock(), 1)

    def tell(response: Response) -> Response:
        response.headers.extend(fields)
        return response

    after_this_request(tell)


def take_share(of: int) -> None:
    """Counts the running call as one `of`th of what its platform may do in a minute: for calls that make us call
    others. Raises: TooManyRequestsError."""
    registry = the_registry()
    places = max(1, registry.settings.rate_platform // of)
    the_desk().platforms.take(the_platform(), registry.clock(), places)


def the_platform() -> str:
    """The id of the platform that makes the running request."""
    return cast(Asker, g.asker).platform


def signed_reply(members: Any, status: int = 200) -> Response:
    """The reply with these members, signed."""
    asked, body = _request(), encode_json(members)
    signature = reply_signature(
        the_registry(),
        status,
        "application/json",
        body,
        method=asked.method,
        target_uri=asked.target_uri,
        signature=cast(Asker, g.asker).signature,
    )
    response = Response(body, status, content_type="application/json")
    response.headers.update({"Cache-Control": "no-store", **signature})
    return response


def _request() -> SignedRequest:
    """The running request as it would be at the configured public URL."""
    environ = request.environ
    query = environ.get("QUERY_STRING", "")
    target = the_registry().place.public_url + environ.get("PATH_INFO", "")
    return SignedRequest(
        request.method,
        f"{target}?{query}" if query else target,
        request.headers.get,
        body_within(MOST_BODY_BYTES),
    )
