"""What a rightsholder is told of who asked: for each work that they claim, how often which platform was told what."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from registry.domain.dossiers import Work
from registry.errors import InvalidInput
from registry.services import find
from registry.storage.unit_of_work import UnitOfWork


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
        begin = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
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
    found = []
    for id in page:
        work = find.the_work(uow, id)
        if any(claim.rightsholder == rightsholder for claim in find.standing(work)):
            told: Counter[tuple[str, str, str]] = Counter()
            for each, count in uow.lookup_counts.of(id, month.since, month.until):
                told[each.platform, each.usage, each.decision] += count
            found.append(WorkLookups(work, dict(sorted(told.items()))))
    return found, page[-1] if len(ids) > limit else None
