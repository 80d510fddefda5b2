"""What a rightsholder is told of who asked: for each work that they claim, how often which platform was told what."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from registry.domain.dossiers import Work
from registry.errors import InvalidInput
from registry.instants import month_of
from registry.services import find
from registry.storage.unit_of_work import UnitOfWork

MOST_SUMMED: Final = 10_000
_MONTH: Final = re.compile(r"(?:19[7-9]|[2-9][0-9][0-9])[0-9]-[0-9]{2}")
END_OF_TIME: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class WorkLookups:
    """Of one work in the month: (platform, usage, decision) → how often."""

    work: Work
    told: dict[tuple[str, str, str], int]


@dataclass(frozen=True, slots=True)
class Month:
    """`name` as in 2026-11; `since` ≤ t < `until` in ms, UTC."""

    name: str
    since: int
    until: int


def month_named(name: str) -> Month:
    """`2026-11`. Raises: InvalidInput."""
    try:
        if (
            _MONTH.fullmatch(name) is None
        ):  # as it is written back into addresses and names of files
            raise ValueError
        begin = datetime(int(name[:4]), int(name[5:]), 1, tzinfo=UTC)
        number = begin.year * 12 + begin.month
        end = begin.replace(year=number // 12, month=number % 12 + 1)
    except ValueError:
        raise InvalidInput(
            f"{name[:20]!r} is no month; write it as 2026-11", field="month"
        ) from None
    return Month(name, int(begin.timestamp()) * 1000, int(end.timestamp()) * 1000)


def list_lookups(
    uow: UnitOfWork, rightsholder: str, month: Month, after: str, limit: int
) -> tuple[list[WorkLookups], str | None]:
    """A page of the rightsholder's works about which platforms asked in that month, in order of id, after the work
    `after`; and where the next page begins (None: there is none)."""
    ids = uow.lookup_counts.held_by(rightsholder, month.since, month.until, after, limit + 1)
    page = ids[:limit]
    uow.projection.load(page)
    told = uow.lookup_counts.of_each(page, month.since, month.until)
    works = [find.the_work(uow, id) for id in page]
    found = [
        WorkLookups(work, told[work.id])
        for work in works
        if any(claim.rightsholder == rightsholder for claim in find.standing(work))
    ]
    return found, page[-1] if len(ids) > limit else None


def sum_lookups(
    uow: UnitOfWork, rightsholder: str, month: Month
) -> tuple[Counter[tuple[str, str]], int, bool]:
    """What each platform was told in that month about all the rightsholder's works: (platform, decision) → how often;
    about how many works; and whether that is all of it (it stops after 10,000 works)."""
    told: Counter[tuple[str, str]] = Counter()
    works, after = 0, ""
    while works < MOST_SUMMED:
        found, more = list_lookups(uow, rightsholder, month, after, 500)
        for each in found:
            for (platform, _, decision), count in each.told.items():
                told[platform, decision] += count
        works += len(found)
        if more is None:
            return told, works, True
        after = more
    return told, works, False


@dataclass(frozen=True, slots=True)
class Asked:
    """In a month (`2026-11`, UTC) a platform was told this decision for this usage so often."""

    month: str
    platform: str
    usage: str
    decision: str
    count: int


def asked_about(uow: UnitOfWork, work: str) -> list[Asked]:
    """All that is still counted about one work, the newest month first."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for each, count in uow.lookup_counts.of(work, 0, END_OF_TIME):
        counted[month_of(each.day), each.platform, each.usage, each.decision] += count
    newest_first = sorted(counted.items(), key=lambda item: item[0])
    newest_first.sort(key=lambda item: item[0][0], reverse=True)
    return [Asked(*told, count) for told, count in newest_first]
