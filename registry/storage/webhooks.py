"""Where platforms want to be told of changes, and the notices that were not delivered yet.

A notice is a row from the moment when it is first to be sent until it was taken; one that was given up on is `dead`
and stays. Of one webhook at most one waits: what happens meanwhile becomes the next one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from registry.errors import NotFound
from registry.storage.jobs import JobState
from registry.storage.journal import Note
from registry.storage.tables import events, jobs, webhook_notices, webhooks

_W, _N = webhooks.c, webhook_notices.c


class WebhookState(StrEnum):
    ASKED = "asked"
    """Its owner has not echoed the challenge yet; nothing else is sent."""
    ACTIVE = "active"
    REFUSED = "refused"
    """The challenge was not echoed; it may be asked again."""
    PAUSED = "paused"
    """Too many notices were given up on; replaying them makes it active."""


class NoticeKind(StrEnum):
    CHALLENGE = "challenge"
    CHANGES = "changes"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Times in ms. `kinds`: types of events to be told of (none: all). `told`: the index of the first entry of which
    no notice tells yet. `trouble`: why the last try failed, until one succeeds."""

    id: str
    platform: str
    url: str
    kinds: tuple[str, ...]
    state: WebhookState
    challenge: str
    made_at: int
    told: int
    delivered: int = 0
    delivered_at: int | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. Of changes: the indexes of the first and last entry that it tells of, how many they are, and their
    types, in the order in which they first occur. `dead_at` (ms): when it was given up on."""

    id: str
    webhook: str
    kind: NoticeKind
    made_at: int
    first: int | None = None
    last: int | None = None
    count: int = 0
    kinds: tuple[str, ...] = ()
    tries: int = 0
    tried_at: int | None = None
    dead_at: int | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What lies in a stretch of the log: how many entries, the first and the last, and their types."""

    count: int
    first: int
    last: int
    kinds: tuple[str, ...]


class Webhooks:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, webhook: Webhook) -> None:
        self._connection.execute(insert(webhooks), _row(webhook))
        self._note("webhook.added", webhook=webhook.id, platform=webhook.platform)

    def keep(self, webhook: Webhook) -> None:
        """Notes how it stands now."""
        self._connection.execute(update(webhooks).where(_W.id == webhook.id).values(_row(webhook)))

    def remove(self, id: str) -> None:
        """Forgets it, with its notices."""
        self._connection.execute(delete(webhook_notices).where(_N.webhook == id))
        self._connection.execute(delete(webhooks).where(_W.id == id))
        self._note("webhook.removed", webhook=id)

    def find(self, id: str) -> Webhook:
        """Raises: NotFound."""
        row = self._connection.execute(select(webhooks).where(_W.id == id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no webhook {id[:100]!r}", field="id")
        return _webhook(row)

    def of(self, platform: str) -> list[Webhook]:
        """A platform's, oldest first."""
        rows = self._connection.execute(
            select(webhooks).where(_W.platform == platform).order_by(_W.made_at, _W.id)
        )
        return [_webhook(row) for row in rows]

    def to_be_sent(self, size: int, kind: str) -> list[str]:
        """The webhooks with something to be sent in a log of this size, for which no job of this kind is under way."""
        waiting = exists().where(_N.webhook == _W.id, _N.dead_at.is_(None))
        behind = and_(_W.state == WebhookState.ACTIVE, _W.told < size)
        ended = or_(jobs.c.id.is_(None), jobs.c.state.in_([JobState.DONE, JobState.FAILED]))
        rows = self._connection.execute(
            select(_W.id)
            .outerjoin(jobs, and_(jobs.c.kind == kind, jobs.c.key == _W.id))
            .where(or_(waiting, behind), ended)
            .order_by(_W.id)
        )
        return [row.id for row in rows]

    def news(self, first: int, end: int, kinds: Sequence[str]) -> News | None:
        """What happened from the index `first` up to, not including, `end`, of these kinds (none: all)."""
        within = [events.c.seq >= first, events.c.seq < end]
        if kinds:
            within.append(events.c.type.in_(kinds))
        rows = self._connection.execute(
            select(
                events.c.type,
                func.count().label("number"),
                func.min(events.c.seq).label("first"),
                func.max(events.c.seq).label("last"),
            )
            .where(*within)
            .group_by(events.c.type)
        ).all()
        if not rows:
            return None
        ordered = sorted(rows, key=lambda row: row.first)
        return News(
            sum(row.number for row in rows),
            ordered[0].first,
            max(row.last for row in rows),
            tuple(row.type for row in ordered),
        )

    # -- notices --

    def add_notice(self, notice: Notice) -> None:
        self._connection.execute(insert(webhook_notices), _notice_row(notice))

    def keep_notice(self, notice: Notice) -> None:
        """Notes how it stands now."""
        self._connection.execute(
            update(webhook_notices).where(_N.id == notice.id).values(_notice_row(notice))
        )

    def forget_notice(self, id: str) -> None:
        """It was taken, or is not needed any more."""
        self._connection.execute(delete(webhook_notices).where(_N.id == id))

    def waiting(self, webhook: str) -> Notice | None:
        """The notice to be sent next, if there is one already: the oldest that is not dead."""
        row = self._connection.execute(
            select(webhook_notices)
            .where(_N.webhook == webhook, _N.dead_at.is_(None))
            .order_by(_N.made_at, _N.id)
            .limit(1)
        ).one_or_none()
        return None if row is None else _notice(row)

    def dead(self, webhook: str) -> list[Notice]:
        """Those that were given up on, oldest first."""
        rows = self._connection.execute(
            select(webhook_notices)
            .where(_N.webhook == webhook, _N.dead_at.is_not(None))
            .order_by(_N.made_at, _N.id)
        )
        return [_notice(row) for row in rows]

    def revive(self, webhook: str) -> int:
        """Those that were given up on wait again, as if they had never been tried. Returns how many."""
        return self._connection.execute(
            update(webhook_notices)
            .where(_N.webhook == webhook, _N.dead_at.is_not(None))
            .values(dead_at=None, tries=0, trouble=None)
        ).rowcount

    def forget_dead(self, before: int) -> int:
        """Deletes those that were given up on before this moment. Returns how many."""
        return self._connection.execute(
            delete(webhook_notices).where(_N.dead_at.is_not(None), _N.dead_at < before)
        ).rowcount

    # -- for operators --

    def by_state(self) -> dict[WebhookState, int]:
        """How many webhooks there are in each state."""
        counted = self._connection.execute(select(_W.state, func.count()).group_by(_W.state))
        return dict.fromkeys(WebhookState, 0) | {WebhookState(s): int(n) for s, n in counted}

    def delivered(self) -> int:
        """How many notices the webhooks of today have taken."""
        total = self._connection.execute(select(func.sum(_W.delivered))).scalar_one()
        return int(total or 0)

    def notices(self) -> tuple[int, int]:
        """How many notices wait, and how many are dead."""
        waiting, all = self._connection.execute(
            select(func.count().filter(_N.dead_at.is_(None)), func.count()).select_from(
                webhook_notices
            )
        ).one()
        return int(waiting), int(all) - int(waiting)


def _row(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "platform": webhook.platform,
        "url": webhook.url,
        "kinds": json.dumps(webhook.kinds),
        "state": webhook.state.value,
        "challenge": webhook.challenge,
        "made_at": webhook.made_at,
        "told": webhook.told,
        "delivered": webhook.delivered,
        "delivered_at": webhook.delivered_at,
        "trouble": webhook.trouble,
    }


def _webhook(row: Any) -> Webhook:
    read = {"kinds": tuple(json.loads(row.kinds)), "state": WebhookState(row.state)}
    return Webhook(**{**row._mapping, **read})


def _notice_row(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "webhook": notice.webhook,
        "kind": notice.kind.value,
        "made_at": notice.made_at,
        "first": notice.first,
        "last": notice.last,
        "count": notice.count,
        "kinds": json.dumps(notice.kinds),
        "tries": notice.tries,
        "tried_at": notice.tried_at,
        "dead_at": notice.dead_at,
        "trouble": notice.trouble,
    }


def _notice(row: Any) -> Notice:
    read = {"kinds": tuple(json.loads(row.kinds)), "kind": NoticeKind(row.kind)}
    return Notice(**{**row._mapping, **read})
