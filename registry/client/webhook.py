"""Receiving a registry's notices: is this one from the registry, for this address, and fresh?

A notice says that there is something new and never what: whoever takes one asks `/v1/changes`. docs/formats.md,
"Notices".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.client.published import PublishedKeys
from registry.errors import VerificationFailed
from registry.signing.notice_signature import verify_notice
from registry.signing.request_components import SignedRequest

KINDS: Final = ("challenge", "changes", "test")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that was verified. `id` stays the same when it is sent again; `nonce` does not.

    `first` and `last`: the indexes of the entries between which `count` are new, of these `kinds`. `challenge`: what to
    answer, as the whole body, to a notice of type `challenge`; None for others.
    """

    type: str
    webhook: str
    id: str
    nonce: str
    first: int | None = None
    last: int | None = None
    count: int = 0
    kinds: tuple[str, ...] = ()
    challenge: str | None = None


def verify(
    headers: Mapping[str, str], body: bytes, keys: PublishedKeys, *, url: str, now: int
) -> Notice:
    """The notice in a POST that came to `url`, exactly as it was registered; `now` in seconds since 1970.

    Header names in any case. Raises: VerificationFailed for what is not to be believed: answer it with 400, do nothing.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    request = SignedRequest("POST", url, fields, body)
    held = verify_notice(request, keys.finder(), now=now)
    try:
        members = json.loads(body)
        return _notice(members, held.nonce)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise VerificationFailed(f"the notice cannot be read: {error}") from error


def _notice(members: Mapping[str, Any], nonce: str) -> Notice:
    if members["type"] not in KINDS:
        raise ValueError(f"unknown type {str(members['type'])[:40]!r}")
    return Notice(
        type=members["type"],
        webhook=members["webhook"],
        id=members["notice"],
        nonce=nonce,
        first=members.get("first"),
        last=members.get("last"),
        count=members.get("count", 0),
        kinds=tuple(members.get("kinds", ())),
        challenge=members.get("challenge"),
    )
