"""Writing once: work, receipt and reply in one transaction, and a retry gets the same bytes.

`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the reply is kept under the token and the
key, in the transaction that does the work. The same key with another method, path or body is a conflict.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request

from registry.api.json_bodies import encode_json
from registry.api.present import present_receipt
from registry.api.security import MOST_BODY_BYTES, body_within
from registry.api.wired import the_limits, the_registry
from registry.errors import InvalidInput
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.services.open_account import acts_for, authenticate_token
from registry.storage.replies import Reply

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Act:
    """A write under way: the open ledger, who acts, and for which rightsholder."""

    ledger: Ledger
    by: Actor
    rightsholder: str

    @property
    def base(self) -> str:
        """The registry's public URL."""
        return self.ledger.place.public_url


@dataclass(slots=True)
class _Replied:
    """What is replied, once it is known."""

    reply: Reply | None


Work = Callable[[Act], dict[str, Any]]
StatusOf = Callable[[dict[str, Any]], int]


def write(
    work: Work,
    *,
    status: int | StatusOf = 201,
    rightsholder: str | None = None,
    digest: bytes | None = None,
    together: bool = False,
) -> Response:
    """Does the work once and replies with what it returns and the receipt of the last event it logged.

    `rightsholder` as the request named it; `status` may depend on what the work returns; `digest` is the request's
    (`digest_of_request`), where its body was read before; `together`: it is one declaration or withdrawal, and
    may share its transaction with others. Raises: what
    `work` raises, Unauthenticated, Forbidden, InvalidInput for a bad key, IdempotencyConflict, Unavailable,
    OverloadedError, LogRefuses.
    """
    key = _key()
    digest = digest or digest_of_request()
    registry = the_registry()
    writing = registry.writing_together(key) if together else registry.writing()
    with the_limits().gate.admitted(g.token), writing as ledger:
        token = authenticate_token(ledger.uow, request.headers.get("Authorization"))
        kept = None if key is None else ledger.uow.replies.find(token.id, key, digest)
        done = _Replied(kept)
        if kept is None:
            act = Act(ledger, Actor(token.id, "token"), acts_for(token, rightsholder))
            before = ledger.next_seq
            members = work(act)
            last = ledger.next_seq - 1

            def reply() -> None:
                receipt = ledger.receipt(last) if last >= before else None
                members["receipt"] = None if receipt is None else present_receipt(receipt)
                code = status if isinstance(status, int) else status(members)
                done.reply = Reply(code, encode_json(members))
                if key is not None:
                    ledger.uow.replies.keep(token.id, key, digest, done.reply, ledger.now)

            ledger.when_sealed(reply)
    # The head is released by now: only so may the receipt be shown.
    assert done.reply is not None
    response = Response(done.reply.body, done.reply.status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if kept is not None:
        response.headers["Idempotent-Replay"] = "true"
    return response


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and _KEY.fullmatch(key) is None:
        raise InvalidInput(
            "an Idempotency-Key is 1 to 200 printable ASCII characters",
            field="Idempotency-Key",
            code="bad-idempotency-key",
        )
    return key


def digest_of_request(body: bytes | None = None) -> bytes:
    """By what a retry is known: method, place and body, or what stands for a body that was read before."""
    place = f"{request.method}\n{request.path}\n{request.query_string.decode('latin-1')}\n"
    body = body_within(MOST_BODY_BYTES) if body is None else body
    return hashlib.sha256(place.encode() + body).digest()
