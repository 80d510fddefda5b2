"""Reading `/v1/changes`: the signed request for the next page, and what to do with the reply. Does no input or output.

A page is taken into the mirror only after its signature held against published keys and the request.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from registry.client.follow import Mirror, News
from registry.client.published import PublishedKeys
from registry.client.wire import Reply, Request, refusal
from registry.errors import Unavailable, VerificationFailed
from registry.signing.http_signature import request_signature, sign_request, verify_response
from registry.signing.keys import Signer

CHANGES: Final = "/v1/changes"
MOST_AT_ONCE: Final = 1_000
_TRY_AGAIN: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Taken:
    """What a page brought. `more`: the log has more already. `retry_after`: seconds to wait before asking with `wait`
    again, since too many wait; 0: none."""

    news: News
    page: dict[str, Any]
    more: bool
    retry_after: int


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose changes, and who follows them. `now` gives seconds since 1970."""

    url: str
    signer: Signer
    keyid: str
    keys: PublishedKeys
    now: Callable[[], int]

    def request(self, mirror: Mirror, *, wait: int = 0, limit: int = MOST_AT_ONCE) -> Request:
        """The request for what follows on the mirror; good once. Let it take `wait` seconds and a few more."""
        asked = {"limit": limit, "wait": wait}
        if mirror.cursor is not None:
            asked["after"] = mirror.cursor
        target = f"{self.url.rstrip('/')}{CHANGES}?{urlencode(asked)}"
        headers = sign_request(
            "GET",
            target,
            b"",
            None,
            self.signer,
            keyid=self.keyid,
            created=self.now(),
            nonce=secrets.token_urlsafe(18),
        )
        return Request("GET", target, {"accept-encoding": "identity", **headers})

    def take(self, request: Request, reply: Reply, mirror: Mirror) -> Taken:
        """Takes a page into the mirror.

        Raises: Unavailable for a reply that says to come again; what the registry refused, as an error of ours;
        VerificationFailed for a page that does not hold, or does not follow on the mirror. The mirror stays as it was.
        """
        if reply.status in _TRY_AGAIN:
            raise Unavailable(f"the registry answered with status {reply.status}; ask again")
        if reply.status != 200:
            raise refusal(reply.status, reply.body)
        verify_response(
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            request_method=request.method,
            target_uri=request.url,
            request_signature=request_signature(request.headers),
            find_key=self.keys.finder(),
            now=self.now(),
        )
        try:
            page = json.loads(reply.body)
            news = mirror.apply(page)
            after = reply.headers.get("retry-after", "0")
            return Taken(news, page, bool(page["more"]), int(after) if after.isdigit() else 0)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise VerificationFailed(f"the page of changes cannot be read: {error}") from error
