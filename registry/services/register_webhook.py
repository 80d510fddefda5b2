"""Where a platform wants to be told of changes: registered, proved by an echo, tested, replayed, given up.

All of it is the registry's own books: no answer depends on it, so nothing of it is logged (docs/adr/0015-webhooks.md).
"""

import secrets
import typing
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import ada_url

from registry.domain.event_body import AnyEvent
from registry.domain.ids import new_id
from registry.errors import Conflict, InvalidInput, NotFound
from registry.storage.jobs import JobState
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.webhooks import Notice, NoticeKind, Webhook, WebhookState

DELIVER: Final = "webhook"
"""The kind of the jobs that send notices; the key is the webhook's id."""
MOST_OF_ONE: Final = 10
"""Webhooks of one platform."""
LONGEST_URL: Final = 2_048
EVENT_TYPES: Final = tuple(
    sorted(str(each.__struct_config__.tag) for each in typing.get_args(AnyEvent))
)


def register_webhook(
    uow: UnitOfWork, platform: str, url: str, kinds: Sequence[str], now: int
) -> Webhook:
    """A webhook at this URL, which is sent a challenge first. Where the platform has one there, that one, with these
    kinds from now on.

    Raises: InvalidInput for a URL that nothing is sent to, or an unknown type of event; Conflict for too many.
    """
    wanted = tuple(dict.fromkeys(kinds))
    unknown = [each for each in wanted if each not in EVENT_TYPES]
    if unknown:
        raise InvalidInput(
            f"there is no type of event {unknown[0][:100]!r}; known are {', '.join(EVENT_TYPES)}",
            field="kinds",
        )
    address = webhook_url(url)
    mine = uow.webhooks.of(platform)
    for there in mine:
        if there.url == address:
            kept = replace(there, kinds=wanted)
            uow.webhooks.keep(kept)
            uow.journal.note("webhook.kinds-chosen", webhook=kept.id, platform=platform)
            return kept
    if len(mine) >= MOST_OF_ONE:
        raise Conflict(
            f"a platform has {MOST_OF_ONE} webhooks at most; delete one first", field="url"
        )
    head = uow.log.head()
    webhook = Webhook(
        id=new_id(now),
        platform=platform,
        url=address,
        kinds=wanted,
        state=WebhookState.ASKED,
        challenge=secrets.token_urlsafe(32),
        made_at=now,
        told=0 if head is None else head.head.size,
    )
    uow.webhooks.add(webhook)
    _send(uow, webhook, NoticeKind.CHALLENGE, now)
    return webhook


def webhook_url(text: str) -> str:
    """The URL as notices are sent to it, and signed for. Raises: InvalidInput saying what would be right."""
    try:
        parsed = ada_url.URL(text)
    except (ValueError, UnicodeError):
        raise InvalidInput(
            "give the https address that is to be sent notices", field="url"
        ) from None
    if parsed.protocol != "https:" or parsed.port or parsed.username or parsed.password:
        raise InvalidInput(
            "notices are sent by https, to port 443, without a user name or password in the address",
            field="url",
        )
    host = parsed.hostname
    if host.startswith("[") or host.replace(".", "").isdigit() or "." not in host:
        raise InvalidInput("name a host on the public internet, not an address", field="url")
    whole = f"https://{host}{parsed.pathname}{parsed.search}"
    if len(whole) > LONGEST_URL:
        raise InvalidInput(f"a webhook's address has at most {LONGEST_URL} characters", field="url")
    return whole


def own_webhook(uow: UnitOfWork, platform: str, id: str) -> Webhook:
    """A platform's webhook. Raises: NotFound, also for another platform's."""
    webhook = uow.webhooks.find(id)
    if webhook.platform != platform:
        raise NotFound(f"there is no webhook {id[:100]!r}", field="id")
    return webhook


def delete_webhook(uow: UnitOfWork, platform: str, id: str) -> None:
    """Nothing is sent there any more, but what is on its way. Raises: NotFound."""
    uow.webhooks.remove(own_webhook(uow, platform, id).id)


def send_test(uow: UnitOfWork, platform: str, id: str, now: int) -> Webhook:
    """Asks for a test notice; for a challenge, where the last one was not echoed.

    Raises: NotFound; Conflict where a notice is under way already.
    """
    webhook = own_webhook(uow, platform, id)
    if uow.webhooks.waiting(id) is not None:
        raise Conflict(
            "a notice to this webhook is under way already; look what comes of it first", field="id"
        )
    if webhook.state in (WebhookState.ASKED, WebhookState.REFUSED):
        webhook = replace(webhook, state=WebhookState.ASKED)
        uow.webhooks.keep(webhook)
        _send(uow, webhook, NoticeKind.CHALLENGE, now)
    else:
        _send(uow, webhook, NoticeKind.TEST, now)
    return webhook


def replay(uow: UnitOfWork, platform: str, id: str, now: int) -> int:
    """Sends again what was given up on, oldest first, and makes a paused webhook active. Returns how many.

    Raises: NotFound.
    """
    webhook = own_webhook(uow, platform, id)
    number = uow.webhooks.revive(id)
    uow.journal.note("webhook.replayed", webhook=id, platform=platform, count=number)
    if webhook.state is WebhookState.PAUSED:
        uow.webhooks.keep(replace(webhook, state=WebhookState.ACTIVE))
    _at_once(uow, id, now)
    return number


def dead_notices(uow: UnitOfWork, platform: str, id: str) -> list[Notice]:
    """What was given up on, oldest first. Raises: NotFound."""
    return uow.webhooks.dead(own_webhook(uow, platform, id).id)


def _send(uow: UnitOfWork, webhook: Webhook, kind: NoticeKind, now: int) -> None:
    uow.webhooks.add_notice(Notice(new_id(now), webhook.id, kind, now))
    _at_once(uow, webhook.id, now)


def _at_once(uow: UnitOfWork, webhook: str, now: int) -> None:
    """Has the job begin anew, whatever it waits for. One that runs at this moment sees what is there by itself."""
    job = uow.jobs.of(DELIVER, webhook)
    if job is not None and job.state is JobState.WAITING:
        uow.jobs.retry(job.id, now)
    else:
        uow.jobs.add(DELIVER, webhook, now)
