"""Sending notices: at least once, in order, one at a time for each webhook.

1. what lies in the log beyond the entry last told of becomes a notice, in a transaction of its own;
2. it is signed afresh and sent, with no transaction open;
3. taken (2xx): forgotten; not taken: tried again later, longer apart each time; in the end it is dead, and stays for
   its platform to read and replay. Killed in between: sent again, under the same id.
A notice holds no news, only where they are (`/v1/changes`): whoever reads or loses one learns or misses nothing.
"""

import json
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from registry.domain.ids import new_id
from registry.errors import NotFound, RegistryError
from registry.fetching.lines import Posted
from registry.fetching.post_process import Poster
from registry.instants import Clock
from registry.services.ledger import Place
from registry.services.register_webhook import DELIVER
from registry.services.signers import Signers
from registry.signing.keys import KeyPurpose
from registry.signing.notice_signature import sign_notice
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.webhooks import News, Notice, NoticeKind, Webhook, WebhookState

TRIES: Final = 12
"""How often a notice is tried, over some three hours."""
CHALLENGE_TRIES: Final = 5
"""How often a challenge is tried, over some three minutes."""
MOST_DEAD: Final = 8
"""With so many given up on, nothing more is sent until they are replayed."""
IN_A_ROW: Final = 20
"""Notices that one job sends."""
MOST_KINDS: Final = 8
"""Types of events that a notice names."""


class NotTaken(RegistryError):
    """A receiver did not take a notice; it is tried again."""

    code = "notice-not-taken"


class Delivers(Protocol):
    """What sending needs of a registry."""

    clock: Clock

    @property
    def place(self) -> Place: ...

    def reading(self) -> AbstractContextManager[UnitOfWork]: ...

    def bookkeeping(self) -> AbstractContextManager[UnitOfWork]: ...

    def signers(self) -> Signers: ...


@dataclass(frozen=True, slots=True)
class _Told:
    """What a try came to, in words where it failed."""

    taken: bool
    words: str = ""


def announce(registry: Delivers) -> int:
    """Asks for a job for each webhook that has something to be sent and none under way. Returns how many.

    Raises: Unavailable.
    """
    with registry.reading() as uow:
        head = uow.log.head()
        found = uow.webhooks.to_be_sent(0 if head is None else head.head.size, DELIVER)
    if found:
        now = registry.clock()
        with registry.bookkeeping() as uow:
            for id in found:
                uow.jobs.add(DELIVER, id, now)
    return len(found)


def deliver(registry: Delivers, webhook_id: str, poster: Poster) -> int:
    """Sends what a webhook is to be told. Returns how many notices were taken.

    Raises: NotTaken where one was not and is to be tried again; Unavailable.
    """
    for sent in range(IN_A_ROW):
        with registry.bookkeeping() as uow:
            following = _following(uow, webhook_id, registry.clock())
        if following is None:
            return sent
        webhook, notice = following
        told = _post(registry, webhook, notice, poster)
        with registry.bookkeeping() as uow:
            again = _settle(uow, notice, told, registry.clock())
        if again:
            raise NotTaken(told.words)
        if not told.taken:
            return sent
    return IN_A_ROW


def _following(uow: UnitOfWork, id: str, now: int) -> tuple[Webhook, Notice] | None:
    """The webhook and its next notice, which is made here where the log has grown; None: there is nothing to send."""
    try:
        webhook = uow.webhooks.find(id)
    except NotFound:
        return None
    waiting = uow.webhooks.waiting(id)
    if waiting is not None:
        return webhook, waiting
    head = uow.log.head()
    if webhook.state is not WebhookState.ACTIVE or head is None or webhook.told >= head.head.size:
        return None
    news = uow.webhooks.news(webhook.told, head.head.size, webhook.kinds)
    uow.webhooks.keep(replace(webhook, told=head.head.size))
    if news is None:
        return None
    notice = _notice_of(news, id, now)
    uow.webhooks.add_notice(notice)
    return webhook, notice


def _notice_of(news: News, webhook: str, now: int) -> Notice:
    return Notice(
        id=new_id(now),
        webhook=webhook,
        kind=NoticeKind.CHANGES,
        made_at=now,
        first=news.first,
        last=news.last,
        count=news.count,
        kinds=news.kinds[:MOST_KINDS],
    )


def _post(registry: Delivers, webhook: Webhook, notice: Notice, poster: Poster) -> _Told:
    """Signs and sends a notice. Raises: Unavailable where nothing can be sent at all."""
    body = json.dumps(_members(webhook, notice, registry.place)).encode()
    fields = sign_notice(
        webhook.url,
        body,
        "application/json",
        registry.signers()[KeyPurpose.ANSWERS],
        created=registry.clock() // 1000,
        nonce=secrets.token_urlsafe(18),
    )
    return _told(poster.post(webhook.url, fields, body), webhook, notice)


def _members(webhook: Webhook, notice: Notice, place: Place) -> dict[str, Any]:
    members: dict[str, Any] = {
        "type": notice.kind,
        "registry": place.public_url,
        "webhook": webhook.id,
        "notice": notice.id,
    }
    if notice.kind is NoticeKind.CHALLENGE:
        members["challenge"] = webhook.challenge
    if notice.kind is NoticeKind.CHANGES:
        members |= {
            "first": notice.first,
            "last": notice.last,
            "count": notice.count,
            "kinds": notice.kinds,
        }
    return members


def _told(posted: Posted, webhook: Webhook, notice: Notice) -> _Told:
    if posted.status == 0:
        return _Told(False, posted.words)
    if not 200 <= posted.status < 300:
        return _Told(False, f"it answered {posted.status}")
    if notice.kind is NoticeKind.CHALLENGE and not _echoes(posted.body, webhook.challenge):
        return _Told(
            False,
            f"it answered {posted.status}, and its body is not the challenge (and nothing else)",
        )
    return _Told(True)


def _echoes(body: bytes, challenge: str) -> bool:
    return secrets.compare_digest(body.strip(), challenge.encode())


def _settle(uow: UnitOfWork, sent: Notice, told: _Told, now: int) -> bool:
    """Writes down what a try came to. Is it to be tried again?"""
    try:
        webhook = uow.webhooks.find(sent.webhook)
    except NotFound:
        return False  # it was deleted meanwhile
    if told.taken:
        uow.webhooks.forget_notice(sent.id)
        active = sent.kind is NoticeKind.CHALLENGE or webhook.state is WebhookState.ACTIVE
        uow.webhooks.keep(
            replace(
                webhook,
                state=WebhookState.ACTIVE if active else webhook.state,
                delivered=webhook.delivered + 1,
                delivered_at=now,
                trouble=None,
            )
        )
        return False
    tried = replace(sent, tries=sent.tries + 1, tried_at=now, trouble=told.words)
    webhook = replace(webhook, trouble=told.words)
    again = tried.tries < _GIVE_UP[sent.kind].tries
    if again:
        uow.webhooks.keep_notice(tried)
    else:
        webhook = _GIVE_UP[sent.kind].act(uow, webhook, tried, now)
    uow.webhooks.keep(webhook)
    return again


def _refuse(uow: UnitOfWork, webhook: Webhook, notice: Notice, _now: int) -> Webhook:
    """Nobody echoed the challenge: nothing else is sent there."""
    uow.webhooks.forget_notice(notice.id)
    return replace(webhook, state=WebhookState.REFUSED)


def _forget(uow: UnitOfWork, webhook: Webhook, notice: Notice, _now: int) -> Webhook:
    """A test is tried once; what came of it stands with the webhook."""
    uow.webhooks.forget_notice(notice.id)
    return webhook


def _bury(uow: UnitOfWork, webhook: Webhook, notice: Notice, now: int) -> Webhook:
    """The notice stays where its platform can read and replay it."""
    uow.webhooks.keep_notice(replace(notice, dead_at=now))
    if len(uow.webhooks.dead(webhook.id)) < MOST_DEAD:
        return webhook
    return replace(webhook, state=WebhookState.PAUSED)


@dataclass(frozen=True, slots=True)
class _GivenUp:
    """After how many tries, and what then."""

    tries: int
    act: Callable[[UnitOfWork, Webhook, Notice, int], Webhook]


_GIVE_UP: Final = {
    NoticeKind.CHALLENGE: _GivenUp(CHALLENGE_TRIES, _refuse),
    NoticeKind.TEST: _GivenUp(1, _forget),
    NoticeKind.CHANGES: _GivenUp(TRIES, _bury),
}
