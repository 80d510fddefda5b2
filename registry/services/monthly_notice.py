"""What everybody is told at the beginning of a month: which platforms asked about their works in the one before.

One rightsholder a transaction, and one notice a person, rightsholder and month however often it is begun: the month is
the notice's slot. What was counted is read beforehand, page by page, so that no writer waits for it.
"""

import json
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

from registry.domain.ids import new_id
from registry.instants import DAY_MS, HOUR_MS, month_of
from registry.services.find import the_platform, the_rightsholder
from registry.services.list_lookups import Month, list_lookups, month_named
from registry.services.notify import NoticeKind, mail_of, wants_mail
from registry.services.prove_claim import Opens
from registry.storage.notices import Notice
from registry.storage.single_use import Link
from registry.storage.unit_of_work import UnitOfWork

MONTH: Final = "who-asked"
"""The kind of job that tells of a month; its key is the month."""
SETTLED_MS: Final = 6 * HOUR_MS
"""So long after its end a month is told of."""
MOST_PLATFORMS: Final = 12
MOST_WORKS: Final = 5
PAGE: Final = 500
AT_ONCE: Final = 200

NO_MORE: Final = "no-more "
"""Begins the purpose of a link that ends mails of a kind; the kind follows."""
NO_MORE_MS: Final = 400 * DAY_MS


class Books(Opens, Protocol):
    """What opens transactions, also such as write to the registry's own books: the registry."""

    def bookkeeping(self) -> AbstractContextManager[UnitOfWork]: ...


@dataclass(slots=True)
class Asked:
    """What platforms asked about a rightsholder's works in a month: of (platform, decision) how often, and of the
    (work, title) that were asked about most."""

    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    works: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        return self.told.total()


def month_before(now: int) -> Month:
    """The month before the one of this moment (ms)."""
    return month_named(month_of(month_named(month_of(now)).since - 1))


def ask_for_month(uow: UnitOfWork, now: int) -> bool:
    """Asks for the last month to be told of. False: it was asked for already, or it is too early."""
    month = month_before(now)
    if now < month.until + SETTLED_MS or uow.jobs.of(MONTH, month.name) is not None:
        return False
    uow.jobs.add(MONTH, month.name, now)
    return True


def tell_month(registry: Books, name: str) -> int:
    """Tells everybody of this month who was not told yet. Returns how many rightsholders there were to tell of.

    Raises: InvalidInput for what is no month; Unavailable, and goes on from there the next time.
    """
    month, after, told = month_named(name), "", 0
    while True:
        with registry.reading() as uow:
            page = uow.notices.rightsholders(after, AT_ONCE)
        if not page:
            return told
        for rightsholder in page:
            told += _tell_one(registry, rightsholder, month)
        after = page[-1]


def read_month(registry: Books, rightsholder: str, month: Month) -> Asked:
    """What was asked about all works of a rightsholder."""
    asked, after = Asked(), ""
    while True:
        with (
            registry.reading() as uow
        ):  # a fresh one each time: memory does not grow with the catalogue
            found, more = list_lookups(uow, rightsholder, month, after, PAGE)
        for each in found:
            for (platform, _, decision), count in each.told.items():
                asked.told[platform, decision] += count
                asked.works[each.work.id, each.work.title] += count
        asked.works = Counter(dict(asked.works.most_common(MOST_WORKS)))
        if more is None:
            return asked
        after = more


def _tell_one(registry: Books, rightsholder: str, month: Month) -> bool:
    kinds = (NoticeKind.WHO_ASKED, NoticeKind.NOBODY_ASKED)
    with registry.reading() as uow:
        told = uow.notices.is_told(rightsholder, kinds, month.name)
        if told or not uow.projection.held_by(rightsholder, limit=1):
            return False
    asked = read_month(registry, rightsholder, month)
    before = read_month(registry, rightsholder, month_before(month.since)).number
    with registry.bookkeeping() as uow:
        _tell(uow, rightsholder, month, asked, before, registry.clock())
    return True


def _tell(
    uow: UnitOfWork, rightsholder: str, month: Month, asked: Asked, before: int, now: int
) -> None:
    kind = NoticeKind.WHO_ASKED if asked.number else NoticeKind.NOBODY_ASKED
    words = {"rightsholder": the_rightsholder(uow, rightsholder).name, "month": month.name}
    if asked.number:
        words |= _counted(uow, asked, before)
    for person in uow.notices.recipients(rightsholder):
        if not (asked.number or person.directly):
            continue
        notice = Notice(
            id=new_id(now),
            account=person.account,
            rightsholder=rightsholder,
            kind=kind,
            slot=month.name,
            about=month.name,
            words=words,
            count=1,
            made_at=now,
            read_at=None if asked.number else now,
        )
        fresh = uow.notices.add(notice)
        if fresh and asked.number and person.directly and wants_mail(uow, person.account, kind):
            until = now + NO_MORE_MS
            secret = uow.single_use.add_link(
                Link(f"{NO_MORE}{kind}", person.address, person.account, None, until)
            )
            mail_of(uow, notice, person, wait=0, unsubscribe=f"/inbox/no-more?secret={secret}")


def _counted(uow: UnitOfWork, asked: Asked, before: int) -> dict[str, str]:
    platforms = [
        {"name": the_platform(uow, id).name, "decision": decision, "number": str(count)}
        for (id, decision), count in asked.told.most_common(MOST_PLATFORMS)
    ]
    works = [
        {"name": title, "number": str(count)} for (_, title), count in asked.works.most_common()
    ]
    return {
        "number": str(asked.number),
        "before": str(before),
        "platforms": json.dumps(platforms),
        "works": json.dumps(works),
    }
